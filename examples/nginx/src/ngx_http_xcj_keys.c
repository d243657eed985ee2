/*
 * Files of keys and what is made of them. All of it happens while a configuration is read, in the master process: a fault
 * here makes nginx refuse the configuration, and at a reload it goes on with the one it has.
 */
#include "ngx_http_xcj.h"

#define FILE_MAX (1024 * 1024)

/* Everything that a minter is made of. A copy of the inherited values, so equal bytes mean an equal minter. */
typedef struct recipe {
    ngx_str_t private_jwk;
    ngx_str_t config;
    ngx_str_t bearer_clientid_claim;
    ngx_str_t iss;
    ngx_str_t jku;
    time_t expires_in;
    ngx_flag_t verbose;
    ngx_flag_t consumer_required;
    ngx_flag_t hmac_k_raw;
    ngx_http_xcj_trust *bearer;
} recipe;

typedef struct made {
    recipe recipe;
    xcj_minter *minter;
} made;

void ngx_http_xcj_conf_error(ngx_conf_t *cf, const ngx_http_xcj_place *at, ngx_err_t err, const char *format, ...)
{
    u_char text[NGX_MAX_ERROR_STR];
    va_list args;
    va_start(args, format);
    u_char *end = ngx_vslprintf(text, text + sizeof text, format, args);
    va_end(args);
    ngx_log_error(NGX_LOG_EMERG, cf->log, err, "%*s in %V:%ui", (size_t)(end - text), text, &at->file, at->line);
}

static void wipe(ngx_str_t *text)
{
    if (text->data != NULL) {
        ngx_explicit_memzero(text->data, text->len);
        ngx_free(text->data);
    }
    ngx_str_null(text);
}

static ngx_int_t read_all(ngx_fd_t fd, u_char *data, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = ngx_read_fd(fd, data + got, len - got);
        if (n <= 0) {
            return NGX_ERROR;
        }
        got += (size_t)n;
    }
    return NGX_OK;
}

/* The text of an open file, not in a pool: it may hold a private key and is wiped soon. */
static ngx_int_t read_open(ngx_str_t *out, ngx_conf_t *cf, ngx_fd_t fd, const ngx_str_t *path, const ngx_http_xcj_place *at)
{
    ngx_file_info_t info;
    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR || !ngx_is_file(&info)) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\" is not a regular file", path);
        return NGX_ERROR;
    }
    if (ngx_file_size(&info) > FILE_MAX) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\" is longer than 1 MiB", path);
        return NGX_ERROR;
    }
    out->len = (size_t)ngx_file_size(&info);
    out->data = ngx_alloc(out->len + 1, cf->log);
    if (out->data == NULL) {
        return NGX_ERROR;
    }
    if (read_all(fd, out->data, out->len) != NGX_OK) {
        ngx_http_xcj_conf_error(cf, at, ngx_errno, "\"%V\" cannot be read", path);
        wipe(out);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t read_file(ngx_str_t *out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at)
{
    ngx_str_null(out);
    ngx_fd_t fd = ngx_open_file(path->data, NGX_FILE_RDONLY | NGX_FILE_NONBLOCK, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_http_xcj_conf_error(cf, at, ngx_errno, "\"%V\" cannot be opened", path);
        return NGX_ERROR;
    }
    ngx_int_t rc = read_open(out, cf, fd, path, at);
    ngx_close_file(fd);
    return rc;
}

static xcj_key_options key_options(ngx_flag_t hmac_k_raw)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    options.hmac_k_raw = hmac_k_raw == 1;
    options.kong_alg_names = 1;
    return options;
}

ngx_int_t ngx_http_xcj_read_keyset(xcj_keyset **out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at,
                                   ngx_flag_t hmac_k_raw)
{
    *out = NULL;
    ngx_str_t text;
    if (read_file(&text, cf, path, at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_key_options options = key_options(hmac_k_raw);
    xcj_error err;
    xcj_code code = xcj_keyset_from_json(out, (const char *)text.data, text.len, &options, &err);
    wipe(&text);
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", path, err.message);
        return NGX_ERROR;
    }
    for (size_t i = 0; i < xcj_keyset_skipped_count(*out); i++) {
        size_t position;
        const xcj_error *why = xcj_keyset_skipped(*out, i, &position);
        ngx_log_error(NGX_LOG_WARN, cf->log, 0, "key %uz of \"%V\" is left out: %s", position, path, why->message);
    }
    if (xcj_keyset_count(*out) == 0) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\" has no usable key", path);
        xcj_keyset_free(*out);
        *out = NULL;
        return NGX_ERROR;
    }
    return NGX_OK;
}

/* A credential is a key with its own algorithm, found by the client_id that is its kid. */
static ngx_int_t check_credentials(ngx_conf_t *cf, const ngx_http_xcj_trust *trust, const xcj_keyset *keys)
{
    for (size_t i = 0; i < xcj_keyset_count(keys); i++) {
        const xcj_key *key = xcj_keyset_get(keys, i);
        xcj_alg alg;
        if (xcj_key_id(key).len == 0) {
            ngx_http_xcj_conf_error(cf, &trust->at, 0, "a key of \"%V\" has no \"kid\": it is the client_id that it is for",
                                    &trust->path);
            return NGX_ERROR;
        }
        if (xcj_key_alg(key) == XCJ_ALG_NONE && xcj_key_algs(key, XCJ_VERIFY, &alg, 1) != 1) {
            ngx_str_t kid = { xcj_key_id(key).len, (u_char *)xcj_key_id(key).ptr };
            ngx_http_xcj_conf_error(cf, &trust->at, 0, "the key \"%V\" of \"%V\" has no \"alg\"", &kid, &trust->path);
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

static void free_verifier(void *verifier)
{
    xcj_verifier_free(verifier);
}

static void free_minter(void *minter)
{
    xcj_minter_free(minter);
}

/* Handles live as long as the configuration. */
static ngx_int_t keep(ngx_conf_t *cf, ngx_pool_cleanup_pt release, void *handle)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == NULL) {
        release(handle);
        return NGX_ERROR;
    }
    cleanup->handler = release;
    cleanup->data = handle;
    return NGX_OK;
}

static xcj_verify_options verify_options(const ngx_http_xcj_trust *trust, ngx_flag_t introspects)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.algs = trust->algs.nelts > 0 ? trust->algs.elts : NULL;
    options.algs_count = trust->algs.nelts;
    options.issuers = trust->issuers.nelts > 0 ? trust->issuers.elts : NULL; /* none named: any */
    options.issuers_count = trust->issuers.nelts;
    options.audiences = trust->audiences.nelts > 0 ? trust->audiences.elts : NULL;
    options.audiences_count = trust->audiences.nelts;
    options.leeway = trust->leeway;
    if (introspects) {
        options.key_claim = xcj_text("client_id");
    }
    return options;
}

ngx_int_t ngx_http_xcj_make_verifier(xcj_verifier **out, ngx_conf_t *cf, ngx_http_xcj_trust *trust, ngx_flag_t hmac_k_raw,
                                     ngx_flag_t introspects)
{
    xcj_verifier **slot = &trust->made[hmac_k_raw == 1];
    if (*slot != NULL) {
        *out = *slot;
        return NGX_OK;
    }
    xcj_keyset *keys = NULL;
    if (ngx_http_xcj_read_keyset(&keys, cf, &trust->path, &trust->at, hmac_k_raw) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = introspects ? check_credentials(cf, trust, keys) : NGX_OK;
    xcj_verify_options options = verify_options(trust, introspects);
    xcj_error err;
    if (rc == NGX_OK && xcj_verifier_new(slot, keys, &options, &err) != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, &trust->at, 0, "\"%V\": %s", &trust->path, err.message);
        rc = NGX_ERROR;
    }
    xcj_keyset_free(keys);
    if (rc == NGX_OK) {
        rc = keep(cf, free_verifier, *slot);
    }
    *out = rc == NGX_OK ? *slot : NULL;
    return rc;
}

static recipe recipe_of(const ngx_http_xcj_loc_conf *conf)
{
    recipe wanted;
    ngx_memzero(&wanted, sizeof wanted);
    int bears = conf->bearer != NGX_CONF_UNSET_PTR && (conf->methods == 0 || (conf->methods & XCJ_AUTH_BEARER) != 0);
    wanted.bearer = bears ? conf->bearer : NULL;
    wanted.consumer_required = conf->consumer_required;
    wanted.hmac_k_raw = conf->hmac_k_raw;
    wanted.config = conf->config;
    if (conf->config.len == 0) {
        wanted.private_jwk = conf->private_jwk;
        wanted.bearer_clientid_claim = conf->bearer_clientid_claim;
        wanted.iss = conf->iss;
        wanted.jku = conf->jku;
        wanted.expires_in = conf->expires_in;
        wanted.verbose = conf->verbose;
    }
    return wanted;
}

static ngx_int_t mint_options(xcj_mint_options *out, ngx_conf_t *cf, const recipe *wanted)
{
    xcj_verifier *verifier = NULL;
    if (wanted->bearer != NULL &&
        ngx_http_xcj_make_verifier(&verifier, cf, wanted->bearer, wanted->hmac_k_raw, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    out->bearer_verifier = verifier;
    out->consumer_optional = wanted->consumer_required == 0;
    out->bearer_clientid_claim = ngx_http_xcj_view(&wanted->bearer_clientid_claim);
    out->iss = ngx_http_xcj_view(&wanted->iss);
    out->jku = ngx_http_xcj_view(&wanted->jku);
    out->expires_in = wanted->expires_in > 0 ? wanted->expires_in : 0;
    out->verbose = wanted->verbose == 1;
    return NGX_OK;
}

/* What a configuration object leaves out is found by a request that has all else, given no room for its token. */
static xcj_code rehearse(const xcj_minter *minter, xcj_error *err)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = auth.consumer_id = auth.audience = xcj_text("x");
    xcj_mint_job job;
    xcj_code code = xcj_mint_prepare(&job, NULL, 0, minter, &auth, NULL, err);
    return code == XCJ_ERR_BUFFER ? XCJ_OK : code;
}

static xcj_code build(xcj_minter **out, const recipe *wanted, const ngx_str_t *text, const xcj_mint_options *options,
                      xcj_error *err)
{
    xcj_key_options reading = key_options(wanted->hmac_k_raw);
    if (wanted->config.len > 0) {
        return xcj_minter_from_config(out, (const char *)text->data, text->len, options, &reading, err);
    }
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, (const char *)text->data, text->len, &reading, err);
    if (code == XCJ_OK) {
        code = xcj_minter_new(out, key, options, err);
    }
    xcj_key_free(key);
    return code;
}

static ngx_int_t make(made *out, ngx_conf_t *cf, const ngx_http_xcj_place *at)
{
    const recipe *wanted = &out->recipe;
    const ngx_str_t *path = wanted->config.len > 0 ? &wanted->config : &wanted->private_jwk;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    ngx_str_t text;
    if (mint_options(&options, cf, wanted) != NGX_OK || read_file(&text, cf, path, at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_error err;
    xcj_minter *minter = NULL;
    xcj_code code = build(&minter, wanted, &text, &options, &err);
    wipe(&text);
    if (code == XCJ_OK && (code = rehearse(minter, &err)) != XCJ_OK) {
        xcj_minter_free(minter);
    }
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", path, err.message);
        return NGX_ERROR;
    }
    out->minter = minter;
    return keep(cf, free_minter, minter);
}

ngx_int_t ngx_http_xcj_make_minter(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    if (main_conf->minters.elts == NULL && ngx_array_init(&main_conf->minters, cf->pool, 4, sizeof(made)) != NGX_OK) {
        return NGX_ERROR;
    }
    recipe wanted = recipe_of(conf);
    made *known = main_conf->minters.elts;
    for (ngx_uint_t i = 0; i < main_conf->minters.nelts; i++) {
        if (ngx_memcmp(&known[i].recipe, &wanted, sizeof wanted) == 0) {
            conf->minter = known[i].minter;
            return NGX_OK;
        }
    }
    made next = { .recipe = wanted };
    if (make(&next, cf, &conf->key_at) != NGX_OK) {
        return NGX_ERROR;
    }
    conf->minter = next.minter;
    made *place = ngx_array_push(&main_conf->minters);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = next;
    return NGX_OK;
}
