/*
 * mod_xcj: a custom JWT for each request that Apache has authenticated. README.md describes the directives.
 *
 * Each virtual server has one minter and one verifier, made while Apache reads its configuration; all threads of all
 * processes use them. What differs between directories (methods, audience, consumer, headers) goes into each request, so
 * that directories, whose settings Apache merges during requests, need no minter of their own.
 */
#ifndef MOD_XCJ_H
#define MOD_XCJ_H

/* The other headers of Apache need this one before them. */
#include <httpd.h>

#include <apr_strings.h>
#include <apr_tables.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <xcj.h>

APLOG_USE_MODULE(xcj);

/* A line XcjBearerJwks. */
typedef struct mod_xcj_row {
    const char *file;
    apr_array_header_t *algs; /* of xcj_alg; empty: all */
    apr_array_header_t *auds; /* of xcj_str; empty: any */
    const char *iss;
    const char *typ;
    apr_int64_t leeway;
} mod_xcj_row;

/* A virtual server. NULL or an empty array: not given. */
typedef struct mod_xcj_server {
    const char *private_jwk;
    const char *identities;
    const char *iss;
    const char *jku;
    apr_int64_t expires_in;
    apr_array_header_t *rows;            /* of mod_xcj_row */
    apr_array_header_t *clientid_claims; /* of xcj_str */
    int consumer_required;               /* -1: not given */
    xcj_verifier *verifier;              /* NULL: no rows */
    xcj_minter *minter;                  /* NULL: no key */
} mod_xcj_server;

/* A directory or location. */
typedef struct mod_xcj_dir {
    int on;           /* -1: not given */
    uint32_t methods; /* 0: not given */
    const char *upstream_header;
    const char *apikey_header;
    const char *consumer;
    apr_array_header_t *auds; /* of xcj_str */
} mod_xcj_dir;

/* A request. */
typedef struct mod_xcj_request {
    const char *header;     /* the upstream header that we have set */
    xcj_verified *verified; /* the token that AuthType Xcj has verified */
} mod_xcj_request;

extern const command_rec mod_xcj_directives[];
void *mod_xcj_server_new(apr_pool_t *pool, server_rec *server);
void *mod_xcj_server_merge(apr_pool_t *pool, void *outer, void *inner);
void *mod_xcj_dir_new(apr_pool_t *pool, char *name);
void *mod_xcj_dir_merge(apr_pool_t *pool, void *outer, void *inner);

/* Makes the minters and verifiers of all servers: a hook for check_config, which `apache2 -t` runs too. */
int mod_xcj_build(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *servers);

/* The part of the request that is ours. */
mod_xcj_request *mod_xcj_request_of(request_rec *r);

/* Logs why, and answers 401 or 500. */
int mod_xcj_refuse(request_rec *r, const xcj_error *err);

/* Hooks. */
int mod_xcj_strip(request_rec *r);
int mod_xcj_mint(request_rec *r);
int mod_xcj_authenticate(request_rec *r);
void mod_xcj_require_register(apr_pool_t *pool);
void mod_xcj_tls_register(void);

/* The client certificate as PEM, if TLS has verified it. */
xcj_str mod_xcj_certificate(request_rec *r);

#endif
