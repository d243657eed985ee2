/*
 * ngx_http_xcj.h: what the files of the module share. nginx's own convention names a module's symbols ngx_http_<module>_.
 */
#ifndef NGX_HTTP_XCJ_H
#define NGX_HTTP_XCJ_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <xcj.h>

/* Where a directive stands, for errors that are found after it was read. */
typedef struct ngx_http_xcj_place {
    ngx_str_t file;
    ngx_uint_t line;
} ngx_http_xcj_place;

/* xcj_bearer_jwks and xcj_introspect_jwks: keys in a file, and what a token must be. */
typedef struct ngx_http_xcj_trust {
    ngx_str_t path;
    ngx_http_xcj_place at;
    ngx_array_t algs;      /* xcj_alg; empty: whatever the keys admit */
    ngx_array_t issuers;   /* xcj_str */
    ngx_array_t audiences; /* xcj_str */
    time_t leeway;
    xcj_verifier *made[2]; /* by hmac_k_raw; made when first asked for */
} ngx_http_xcj_trust;

/* xcj_jwks: what is published besides the location's own key, and the answer. */
typedef struct ngx_http_xcj_jwks {
    ngx_array_t paths; /* ngx_str_t */
    ngx_http_xcj_place at;
    time_t max_age;
    ngx_str_t body;
    ngx_str_t etag;
    ngx_str_t cache_control;
} ngx_http_xcj_jwks;

/* A header field that is written: its value is the token, after the prefix. */
typedef struct ngx_http_xcj_field {
    ngx_str_t name;
    ngx_str_t lowcase;
    ngx_uint_t hash;
    ngx_str_t prefix;
} ngx_http_xcj_field;

/* A thread_pool of nginx, as this module uses it. A worker's own, but for the count. */
typedef struct ngx_http_xcj_pool {
    struct ngx_http_xcj_pool *next;
    ngx_str_t name;
    ngx_thread_pool_t *threads;
    ngx_atomic_t under_way;      /* tasks that are posted and not done */
    time_t full_at;              /* the second in which the queue was full; 0: it was not */
    ngx_atomic_uint_t full_with; /* tasks under way then */
    ngx_uint_t inline_count;     /* tokens signed in the worker since */
} ngx_http_xcj_pool;

typedef struct ngx_http_xcj_main_conf {
    ngx_array_t minters; /* those made so far, so that a hundred locations of one configuration share one */
    ngx_http_xcj_pool *pools;
} ngx_http_xcj_main_conf;

typedef struct ngx_http_xcj_loc_conf {
    /* The directives. */
    ngx_flag_t enable;
    ngx_uint_t methods; /* XCJ_AUTH_ bits; 0: no xcj_auth */
    ngx_str_t private_jwk;
    ngx_str_t config;
    ngx_str_t apikey_header;
    ngx_str_t bearer_clientid_claim;
    ngx_str_t upstream_header;
    ngx_str_t downstream_header;
    ngx_str_t iss;
    ngx_str_t jku;
    time_t expires_in;
    ngx_flag_t verbose;
    ngx_flag_t consumer_required;
    ngx_flag_t hmac_k_raw;
    ngx_http_complex_value_t *aud;
    ngx_http_complex_value_t *consumer;
    ngx_http_complex_value_t *client_cert;
    ngx_http_complex_value_t *client_verify;
    ngx_http_xcj_trust *bearer;     /* NULL: off */
    ngx_http_xcj_trust *introspect; /* NULL: not given */
    ngx_http_xcj_pool *thread_pool; /* NULL: off */
    ngx_http_xcj_jwks *jwks;        /* NULL: not such a location */
    ngx_flag_t introspects;

    ngx_http_xcj_place enabled_at;
    ngx_http_xcj_place key_at; /* of xcj_private_jwk or xcj_config */
    ngx_http_xcj_place introspects_at;

    /* What they come to. */
    xcj_minter *minter;
    xcj_verifier *introspector;
    ngx_str_t apikey;        /* the field that carries an API key */
    ngx_http_xcj_pool *pool; /* where tokens are signed; NULL: in the worker */
    ngx_http_xcj_field upstream;
    ngx_http_xcj_field downstream; /* name.len 0: none */
    ngx_int_t upstream_variable;   /* the index of $http_<upstream> */
} ngx_http_xcj_loc_conf;

typedef enum ngx_http_xcj_state {
    NGX_HTTP_XCJ_NEW,
    NGX_HTTP_XCJ_GATHERING, /* consumer and audience are being evaluated */
    NGX_HTTP_XCJ_SIGNING,   /* in a thread */
    NGX_HTTP_XCJ_SIGNED
} ngx_http_xcj_state;

/* One request. It outlives an internal redirect, which forgets the contexts of modules. */
typedef struct ngx_http_xcj_ctx {
    ngx_http_xcj_state state;
    ngx_thread_task_t *task;
    u_char *buf;          /* room for prefix and token */
    ngx_str_t value;      /* the upstream header's value */
    ngx_str_t token;      /* its tail; len 0: none was minted */
    ngx_str_t error;      /* for $xcj_error */
    ngx_array_t *removed; /* ngx_table_elt_t: the fields that ours took the place of; NULL: ours is not there */
} ngx_http_xcj_ctx;

extern ngx_module_t ngx_http_xcj_module;

/* module.c: the worker's scratch, not for other threads. */
xcj_scratch *ngx_http_xcj_scratch(void);

/* conf.c */
void *ngx_http_xcj_create_main_conf(ngx_conf_t *cf);
void *ngx_http_xcj_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_xcj_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* directives.c */
extern ngx_command_t ngx_http_xcj_commands[];

/* keys.c: these say themselves what is wrong, and return NGX_ERROR then. */
void ngx_http_xcj_conf_error(ngx_conf_t *cf, const ngx_http_xcj_place *at, ngx_err_t err, const char *format, ...);
ngx_int_t ngx_http_xcj_make_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf);
ngx_int_t ngx_http_xcj_make_verifier(xcj_verifier **out, ngx_conf_t *cf, ngx_http_xcj_trust *trust, ngx_flag_t hmac_k_raw,
                                     ngx_flag_t introspects);
ngx_int_t ngx_http_xcj_read_keyset(xcj_keyset **out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at,
                                   ngx_flag_t hmac_k_raw);

/* context.c */
ngx_http_xcj_ctx *ngx_http_xcj_get_ctx(ngx_http_request_t *r);
ngx_http_xcj_ctx *ngx_http_xcj_make_ctx(ngx_http_request_t *r);
void ngx_http_xcj_note_error(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err);
ngx_int_t ngx_http_xcj_add_variables(ngx_conf_t *cf);

/* mint.c: the handler of the phase before content. */
ngx_int_t ngx_http_xcj_mint_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_xcj_client_id(ngx_str_t *out, ngx_http_request_t *r); /* empty: nobody */

/* thread.c: has the token signed by the location's pool. NGX_AGAIN: it is on its way. NGX_DECLINED: sign here. */
ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_mint_job *job);
void ngx_http_xcj_end_threads(ngx_http_xcj_pool *pool, ngx_log_t *log);
xcj_code ngx_http_xcj_thread_result(xcj_mint_job **job, ngx_http_xcj_ctx *ctx, xcj_error *err);

/* header.c */
ngx_int_t ngx_http_xcj_replace_header(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const ngx_http_xcj_field *field);
ngx_int_t ngx_http_xcj_restore_headers(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx);
void ngx_http_xcj_init_header_filter(void);
ngx_int_t ngx_http_xcj_add_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value);

/* jwks.c */
ngx_int_t ngx_http_xcj_make_jwks(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf);
ngx_int_t ngx_http_xcj_jwks_handler(ngx_http_request_t *r);

/* introspect.c */
ngx_int_t ngx_http_xcj_introspect_handler(ngx_http_request_t *r);

/* answer.c: a JSON body with this status; what a handler returns. */
ngx_int_t ngx_http_xcj_answer(ngx_http_request_t *r, ngx_uint_t status, const ngx_str_t *body);

static inline xcj_str ngx_http_xcj_view(const ngx_str_t *text)
{
    return (xcj_str){ text->len > 0 ? (const char *)text->data : NULL, text->len };
}

#endif
