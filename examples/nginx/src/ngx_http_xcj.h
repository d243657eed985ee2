/*
 * ngx_http_xcj.h: declarations that the files of the module share. By nginx's convention a module's symbols begin with
 * ngx_http_<module>_.
 */
#ifndef NGX_HTTP_XCJ_H
#define NGX_HTTP_XCJ_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <xcj.h>

/* The position of a directive, for errors that are found after reading it. */
typedef struct ngx_http_xcj_place {
    ngx_str_t file;
    ngx_uint_t line;
} ngx_http_xcj_place;

/* xcj_jwks_zone: a key set that is fetched; see ngx_http_xcj_set.h. */
typedef struct ngx_http_xcj_set ngx_http_xcj_set;

/* One line of xcj_bearer_jwks or xcj_introspect_jwks: a key file or a fetched set, and the policy for tokens. */
typedef struct ngx_http_xcj_trust {
    struct ngx_http_xcj_trust *next; /* the next line, for another issuer */
    ngx_str_t path;
    ngx_http_xcj_set *set; /* instead of a file; NULL: none */
    ngx_http_xcj_place at;
    ngx_array_t algs;      /* xcj_alg; empty: every one that the keys admit */
    ngx_array_t audiences; /* xcj_str */
    xcj_str issuer;        /* absent: any, so there is no other line */
    xcj_str typ;           /* absent: any */
    xcj_str client_id;     /* the claim that gives it; absent: see xcj_bearer_clientid_claim */
    time_t leeway;
    size_t cache;     /* bytes for verified tokens, in each worker; 0: no cache */
    time_t cache_age; /* 0: the default */
} ngx_http_xcj_trust;

/* A line and its verifier. */
typedef struct ngx_http_xcj_row {
    const ngx_http_xcj_trust *line;
    xcj_verifier *verifier; /* for a fetched set: each worker's own, made from the next two */
    ngx_uint_t generation;
    int is_usable; /* 0: the set may not be used now, so the verifier has no keys */
} ngx_http_xcj_row;

/* What verifies the tokens of a location. */
typedef struct ngx_http_xcj_verifier {
    const ngx_http_xcj_trust *trust;
    ngx_flag_t hmac_k_raw;
    ngx_flag_t introspects;
    ngx_http_xcj_row *rows;
    ngx_uint_t count;
    xcj_verifier *verifier; /* as the configuration has it */
    ngx_flag_t is_fetched;  /* a row is of a fetched set: requests use the next instead */
    xcj_verifier *current;  /* each worker's own */
} ngx_http_xcj_verifier;

/* What the status of a fetched set is. */
typedef struct ngx_http_xcj_set_status {
    ngx_str_t name;
    ngx_flag_t has_set;
    time_t age;   /* seconds since it was received */
    time_t fresh; /* seconds for which it is fresh from then */
    ngx_uint_t keys;
    ngx_uint_t generation; /* how often its text has changed */
    ngx_uint_t fetches;    /* by all workers, those included that failed */
    ngx_uint_t failures;
    u_char error[200]; /* why the last fetch failed, with a NUL; "": it did not */
} ngx_http_xcj_set_status;

/* xcj_dpop: what proofs are for, and where those that were used are noted. */
typedef struct ngx_http_xcj_dpop {
    ngx_str_t origin;
    time_t max_age; /* 0: the default, as for leeway */
    time_t leeway;
    time_t nonce;     /* how long a nonce is issued; 0: none is demanded */
    ngx_array_t algs; /* xcj_alg */
    ngx_str_t named;  /* the same, as a parameter of a challenge */
    ngx_shm_zone_t *zone;
} ngx_http_xcj_dpop;

/* The nonces that a proof may have. */
typedef struct ngx_http_xcj_nonces {
    char newest[XCJ_DPOP_NONCE_LEN];
    char before[XCJ_DPOP_NONCE_LEN];
} ngx_http_xcj_nonces;

/* The bytes that identify a proof. */
#define NGX_HTTP_XCJ_PROOF 20

/* xcj_claim: a claim that a request brings. */
typedef struct ngx_http_xcj_claim {
    xcj_str name;
    ngx_http_complex_value_t *value;
    ngx_http_complex_value_t *condition; /* NULL: none */
    xcj_kind kind;
} ngx_http_xcj_claim;

/* A file of xcj_private_jwk, whose keys take turns. */
typedef struct ngx_http_xcj_own {
    struct ngx_http_xcj_own *next;
    ngx_str_t path;
    ngx_http_xcj_place at;
    ngx_flag_t hmac_k_raw;
    time_t lead;       /* how long a key is published before it signs */
    time_t expires_in; /* the longest lifetime of a token */
    xcj_keyset *set;
    xcj_rotation *rotation; /* made after all directives are read */
} ngx_http_xcj_own;

/* The minters of a location, one for each key. */
typedef struct ngx_http_xcj_signers {
    const ngx_http_xcj_own *own; /* NULL: the key is in a configuration object */
    xcj_minter **minters;
    size_t count;
} ngx_http_xcj_signers;

/* A set to publish until a key leaves it. */
typedef struct ngx_http_xcj_body {
    int64_t until; /* INT64_MAX: always */
    ngx_str_t text;
    ngx_str_t etag;
} ngx_http_xcj_body;

/* xcj_jwks: the keys to publish besides the location's own, and the answers. */
typedef struct ngx_http_xcj_jwks {
    ngx_array_t paths; /* ngx_str_t */
    ngx_http_xcj_place at;
    time_t max_age;
    const ngx_http_xcj_own *own; /* NULL: none */
    ngx_array_t bodies;          /* ngx_http_xcj_body, by time */
    ngx_str_t cache_control;
} ngx_http_xcj_jwks;

/* The form of xcj_status. */
typedef enum ngx_http_xcj_status {
    NGX_HTTP_XCJ_NO_STATUS = 0,
    NGX_HTTP_XCJ_JSON,
    NGX_HTTP_XCJ_PROMETHEUS
} ngx_http_xcj_status;

/* A header to write: its value is the prefix and the token. */
typedef struct ngx_http_xcj_field {
    ngx_str_t name;
    ngx_str_t lowcase;
    ngx_uint_t hash;
    ngx_str_t prefix;
} ngx_http_xcj_field;

/* A thread_pool of nginx and this module's use of it. Each worker has its own, except for the count. */
typedef struct ngx_http_xcj_pool {
    struct ngx_http_xcj_pool *next;
    ngx_str_t name;
    ngx_thread_pool_t *threads;
    ngx_atomic_t under_way;      /* tasks that are posted and not done */
    time_t full_at;              /* the second in which the queue was full; 0: never */
    ngx_atomic_uint_t full_with; /* the number of tasks under way at that time */
    ngx_uint_t inline_count;     /* tokens signed in the worker since then */
} ngx_http_xcj_pool;

/* Objects made so far; locations with the same settings share them. */
typedef struct ngx_http_xcj_main_conf {
    ngx_array_t minters;
    ngx_array_t verifiers; /* ngx_http_xcj_verifier * */
    ngx_array_t identities;
    ngx_array_t published; /* ngx_http_xcj_loc_conf *: the locations with xcj_jwks */
    ngx_http_xcj_own *owns;
    ngx_http_xcj_pool *pools;
    ngx_http_xcj_set *sets; /* those that are fetched; NULL: none */
    ngx_event_t tick;       /* for them, once a second */
    ngx_shm_zone_t *status; /* the counters of xcj_status; NULL: no location shows them */
    ngx_flag_t audits;      /* something uses $xcj_audit */
} ngx_http_xcj_main_conf;

typedef struct ngx_http_xcj_loc_conf {
    /* The directives. */
    ngx_flag_t enable;
    ngx_uint_t methods;          /* XCJ_AUTH_ bits; 0: no xcj_auth */
    ngx_uint_t preauthenticated; /* XCJ_AUTH_ bits */
    ngx_flag_t kong;
    ngx_flag_t kong_order;
    ngx_uint_t dn; /* xcj_dn */
    ngx_flag_t cap_exp;
    ngx_uint_t inbound; /* xcj_inbound */
    ngx_uint_t cnf;     /* xcj_cnf */
    ngx_uint_t profile; /* xcj_profile */
    ngx_uint_t bind;    /* xcj_bind */
    ngx_str_t private_jwk;
    time_t lead;
    ngx_str_t config;
    ngx_str_t identities;
    ngx_str_t apikey_header;
    ngx_array_t *clientid_claims; /* xcj_str; this and the next four are shared with inner levels that say nothing else */
    ngx_array_t *keep_claims;     /* xcj_str */
    ngx_array_t *drop_claims;     /* xcj_str */
    ngx_array_t *require_claims;  /* xcj_str */
    ngx_array_t *rename_claims;   /* xcj_rename */
    ngx_array_t *claims;          /* ngx_http_xcj_claim; NULL: none */
    ngx_str_t jose_header;        /* a JSON object */
    ngx_str_t upstream_header;
    ngx_str_t downstream_header;
    ngx_str_t iss;
    ngx_str_t jku;
    time_t expires_in;
    time_t reuse;       /* for how many seconds a token is used again; 0: never */
    size_t reuse_bytes; /* 0: the default */
    ngx_flag_t verbose;
    ngx_flag_t consumer_required;
    ngx_flag_t hmac_k_raw;
    ngx_array_t *aud;              /* ngx_http_complex_value_t * */
    ngx_http_complex_value_t *sub; /* NULL: none */
    ngx_http_complex_value_t *consumer;
    ngx_http_complex_value_t *client_cert;
    ngx_http_complex_value_t *client_verify;
    ngx_http_xcj_trust *bearer;     /* NULL: off */
    ngx_http_xcj_trust *introspect; /* NULL: not given */
    ngx_http_xcj_dpop *dpop;        /* NULL: off */
    ngx_http_xcj_pool *thread_pool; /* NULL: off */
    ngx_http_xcj_jwks *jwks;        /* NULL: this location publishes no keys */
    ngx_flag_t introspects;
    ngx_http_xcj_status status;

    ngx_http_xcj_place enabled_at;
    ngx_http_xcj_place key_at; /* of xcj_private_jwk or xcj_config */
    ngx_http_xcj_place identities_at;
    ngx_http_xcj_place introspects_at;

    /* The objects made from them. */
    ngx_http_xcj_signers *signers;
    ngx_http_xcj_verifier *verifier; /* of Bearer tokens; NULL: none here */
    xcj_verifier *introspector;
    ngx_flag_t reasons;      /* a refusal's body gives the reason */
    ngx_str_t apikey;        /* the name of the header that carries an API key */
    ngx_http_xcj_pool *pool; /* the pool that signs with RSA; NULL: the worker signs */
    ngx_http_xcj_field upstream;
    ngx_http_xcj_field downstream; /* name.len 0: none */
    ngx_int_t upstream_variable;   /* the index of $http_<upstream> */
} ngx_http_xcj_loc_conf;

typedef enum ngx_http_xcj_state {
    NGX_HTTP_XCJ_NEW,
    NGX_HTTP_XCJ_WAITING,   /* for a key set */
    NGX_HTTP_XCJ_GATHERING, /* consumer and audience are being evaluated */
    NGX_HTTP_XCJ_SIGNING,   /* in a thread */
    NGX_HTTP_XCJ_SIGNED
} ngx_http_xcj_state;

/* The state of one request. It survives an internal redirect, which zeroes the contexts of modules. */
typedef struct ngx_http_xcj_ctx {
    ngx_http_xcj_state state;
    ngx_thread_task_t *task;
    xcj_minter *minter;               /* of the key whose turn it was when the request came */
    xcj_caller *caller;               /* until the token is handed over */
    u_char *buf;                      /* room for prefix and token */
    size_t cap;                       /* the room for the token alone */
    ngx_str_t value;                  /* the value of the upstream header */
    ngx_str_t token;                  /* the token in it; len 0: none was minted */
    ngx_int_t variable;               /* the index of the variable $http_<upstream> */
    ngx_str_t client_id;              /* the caller of the token */
    u_char proof[NGX_HTTP_XCJ_PROOF]; /* the DPoP proof that this request has used */
    ngx_flag_t has_proof;
    ngx_http_xcj_nonces nonces;
    xcj_str accepted[2];         /* the same, for the library */
    ngx_table_elt_t *offered[2]; /* DPoP-Nonce and Cache-Control; NULL: none */
    ngx_http_xcj_set *awaited;   /* the set that the request waits for; NULL: none */
    uint64_t fetch;              /* the number of that fetch */
    ngx_flag_t has_waited;
    ngx_str_t error;            /* for $xcj_error */
    ngx_str_t audit;            /* for $xcj_audit */
    xcj_auth auth;              /* what the request is minted or refused for */
    ngx_array_t *removed;       /* ngx_table_elt_t: headers to restore if the token is withdrawn; NULL: there is no token */
    ngx_table_elt_t *challenge; /* the WWW-Authenticate of a refusal; NULL: none */
} ngx_http_xcj_ctx;

extern ngx_module_t ngx_http_xcj_module;

/* module.c: the worker's scratch; no other thread may use it. */
xcj_scratch *ngx_http_xcj_scratch(void);

/* conf.c */
void *ngx_http_xcj_create_main_conf(ngx_conf_t *cf);
void *ngx_http_xcj_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_xcj_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* directives.c */
extern ngx_command_t ngx_http_xcj_commands[];
ngx_int_t ngx_http_xcj_allow_asymmetric(ngx_array_t *algs);
char *ngx_http_xcj_read_algs(ngx_conf_t *cf, ngx_array_t *algs, u_char *text, u_char *end);

/* checked.c: NULL, or the error: a method of this location whose credential nobody has checked. */
const char *ngx_http_xcj_unchecked(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf);

/* files.c: these functions log their errors themselves and then return NGX_ERROR. */
void ngx_http_xcj_conf_error(ngx_conf_t *cf, const ngx_http_xcj_place *at, ngx_err_t err, const char *format, ...);
ngx_int_t ngx_http_xcj_name_file(ngx_conf_t *cf, ngx_str_t *path, ngx_http_xcj_place *at); /* makes the path absolute */
ngx_int_t ngx_http_xcj_read_file(ngx_str_t *out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at);
void ngx_http_xcj_wipe(ngx_str_t *text);

/* keys.c: likewise. The objects that they make live as long as the configuration. */
ngx_int_t ngx_http_xcj_init_verifiers(ngx_conf_t *cf, ngx_http_xcj_main_conf *conf);
ngx_int_t ngx_http_xcj_keep(ngx_conf_t *cf, ngx_pool_cleanup_pt release, void *handle);
ngx_int_t ngx_http_xcj_make_verifier(ngx_http_xcj_verifier **out, ngx_conf_t *cf, ngx_http_xcj_trust *trust,
                                     ngx_flag_t hmac_k_raw, ngx_flag_t introspects);
xcj_verify_options ngx_http_xcj_verify_options(const ngx_http_xcj_trust *trust, ngx_flag_t introspects);
ngx_int_t ngx_http_xcj_read_keyset(xcj_keyset **out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at,
                                   ngx_flag_t hmac_k_raw);
xcj_key_options ngx_http_xcj_key_options(ngx_flag_t hmac_k_raw);

/* set.c: the fetched sets of a configuration. */
char *ngx_http_xcj_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
ngx_http_xcj_set *ngx_http_xcj_find_set(ngx_conf_t *cf, const ngx_str_t *name); /* or adds it; NULL: out of memory */
ngx_int_t ngx_http_xcj_use_set(ngx_conf_t *cf, ngx_http_xcj_set *set, const ngx_http_xcj_place *at);
void ngx_http_xcj_start_sets(ngx_http_xcj_main_conf *conf, ngx_cycle_t *cycle);
void ngx_http_xcj_end_sets(const ngx_http_xcj_main_conf *conf);
ngx_http_xcj_set *ngx_http_xcj_see_set(ngx_http_xcj_set_status *out, ngx_http_xcj_set *set); /* returns the next set */

/* current.c: the verifier of a location whose sets are fetched. */
const xcj_verifier *ngx_http_xcj_current_verifier(ngx_http_xcj_verifier *v);
void ngx_http_xcj_end_verifiers(const ngx_http_xcj_main_conf *conf);

/* The token's key is unknown. NGX_AGAIN: the request waits. NGX_DECLINED: refuse it. 503: there is no set; `err` says so. */
ngx_int_t ngx_http_xcj_await_key(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const ngx_http_xcj_verifier *v,
                                 xcj_error *err);
ngx_int_t ngx_http_xcj_go_on_waiting(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx);
void ngx_http_xcj_stop_waiting(ngx_http_xcj_ctx *ctx);

/* own.c */
ngx_http_xcj_own *ngx_http_xcj_find_own(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf); /* NULL: a logged error */
ngx_int_t ngx_http_xcj_plan_turns(ngx_conf_t *cf);                      /* after all directives are read */
xcj_minter *ngx_http_xcj_minter_now(const ngx_http_xcj_loc_conf *conf); /* NULL: no key may sign */

/* claims.c */
char *ngx_http_xcj_set_names(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
char *ngx_http_xcj_set_rename(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
char *ngx_http_xcj_set_values(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
char *ngx_http_xcj_set_claim(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
char *ngx_http_xcj_set_jose_header(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
ngx_int_t ngx_http_xcj_evaluate(xcj_str *out, ngx_http_request_t *r, ngx_http_complex_value_t *value);
ngx_int_t ngx_http_xcj_bring_claims(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf);
ngx_int_t ngx_http_xcj_constant_claims(xcj_auth *auth, ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf);

/* minter.c */
ngx_int_t ngx_http_xcj_init_minters(ngx_conf_t *cf, ngx_http_xcj_main_conf *conf);
ngx_int_t ngx_http_xcj_make_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf);

/* context.c */
ngx_http_xcj_ctx *ngx_http_xcj_get_ctx(ngx_http_request_t *r);
ngx_http_xcj_ctx *ngx_http_xcj_make_ctx(ngx_http_request_t *r);
ngx_int_t ngx_http_xcj_copy(ngx_str_t *out, ngx_pool_t *pool, const char *text, size_t len);
void ngx_http_xcj_note_error(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err);
ngx_int_t ngx_http_xcj_add_variables(ngx_conf_t *cf);

/* audit.c */
void ngx_http_xcj_watch_audit(ngx_conf_t *cf); /* after all directives are read */
ngx_int_t ngx_http_xcj_note_audit(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *refusal);

/* mint.c: the handler of the phase before content. */
ngx_int_t ngx_http_xcj_mint_handler(ngx_http_request_t *r);

/* dpop.c */
char *ngx_http_xcj_set_dpop(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
void ngx_http_xcj_dpop_options(xcj_dpop_options *out, const ngx_http_xcj_dpop *dpop);
ngx_int_t ngx_http_xcj_describe(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_dpop *dpop);
ngx_int_t ngx_http_xcj_demand_nonce(xcj_auth *auth, ngx_http_request_t *r, ngx_http_xcj_ctx *ctx,
                                    const ngx_http_xcj_dpop *dpop);
ngx_int_t ngx_http_xcj_offer_nonce(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx);

/* proofs.c */
ngx_int_t ngx_http_xcj_init_zone(ngx_shm_zone_t *zone, void *old);
int ngx_http_xcj_note_proof(void *context, xcj_str jkt, xcj_str jti, int64_t expires); /* an xcj_dpop_replay */
void ngx_http_xcj_verifies_for(ngx_http_xcj_ctx *ctx);                                 /* until it is NULL again */
xcj_code ngx_http_xcj_find_nonces(ngx_http_xcj_nonces *out, ngx_shm_zone_t *zone, time_t lifetime, xcj_error *err);

/* refuse.c */
ngx_int_t ngx_http_xcj_refuse(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err);
void ngx_http_xcj_drop_challenge(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx);

/* thread.c: signs the token in the location's pool. NGX_AGAIN: the pool is signing. NGX_DECLINED: sign in the worker. */
ngx_int_t ngx_http_xcj_thread_sign(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_str input);
void ngx_http_xcj_end_threads(ngx_http_xcj_pool *pool, ngx_log_t *log);
xcj_code ngx_http_xcj_thread_finish(size_t *len, ngx_http_xcj_ctx *ctx, char *token, xcj_error *err);

/* header.c */
ngx_int_t ngx_http_xcj_location_handler(ngx_http_request_t *r); /* at the start of each location */
ngx_int_t ngx_http_xcj_replace_header(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx);
void ngx_http_xcj_init_header_filter(void);
ngx_table_elt_t *ngx_http_xcj_push_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value);
ngx_int_t ngx_http_xcj_add_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value);
ngx_int_t ngx_http_xcj_add_challenge(ngx_http_request_t *r, const ngx_str_t *value);

/* jwks.c */
ngx_int_t ngx_http_xcj_note_jwks(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf);
ngx_int_t ngx_http_xcj_make_jwks(ngx_conf_t *cf); /* after the turns are planned */
ngx_int_t ngx_http_xcj_jwks_handler(ngx_http_request_t *r);

/* status.c */
char *ngx_http_xcj_show_status(ngx_conf_t *cf, ngx_command_t *cmd, void *data);
ngx_int_t ngx_http_xcj_status_handler(ngx_http_request_t *r);
void ngx_http_xcj_count_mint(ngx_http_request_t *r);
void ngx_http_xcj_count_refusal(ngx_http_request_t *r, xcj_code code);
void ngx_http_xcj_count_reuse(ngx_http_request_t *r, int is_reused);
void ngx_http_xcj_count_verified(ngx_http_request_t *r); /* after each verification of a token */

/* introspect.c */
ngx_int_t ngx_http_xcj_introspect_handler(ngx_http_request_t *r);

/* answer.c: sends a JSON body with this status; returns the result for a handler. */
ngx_int_t ngx_http_xcj_answer(ngx_http_request_t *r, ngx_uint_t status, const ngx_str_t *body);

static inline int ngx_http_xcj_may_take(const ngx_http_xcj_loc_conf *conf, ngx_uint_t method)
{
    return (conf->methods & method) != 0;
}

static inline int ngx_http_xcj_same(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}

static inline int ngx_http_xcj_is(const ngx_str_t *text, const char *literal)
{
    return text->len == ngx_strlen(literal) && ngx_strncmp(text->data, literal, text->len) == 0;
}

static inline int ngx_http_xcj_alike(const ngx_str_t *a, const ngx_str_t *b)
{
    return xcj_header_alike((const char *)a->data, a->len, (const char *)b->data, b->len);
}

static inline xcj_str ngx_http_xcj_view(const ngx_str_t *text)
{
    return (xcj_str){ text->len > 0 ? (const char *)text->data : NULL, text->len };
}

#endif
