/*
 * Key sets and their verifiers; directives with the same settings share one verifier.
 */
#include "ngx_http_xcj.h"

ngx_int_t ngx_http_xcj_init_verifiers(ngx_conf_t *cf, ngx_http_xcj_main_conf *conf)
{
    return ngx_array_init(&conf->verifiers, cf->pool, 2, sizeof(ngx_http_xcj_verifier *));
}

xcj_key_options ngx_http_xcj_key_options(ngx_flag_t hmac_k_raw)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    options.hmac_k_raw = hmac_k_raw == 1;
    options.alg_from_name = xcj_kong_alg_from_name;
    return options;
}

ngx_int_t ngx_http_xcj_read_keyset(xcj_keyset **out, ngx_conf_t *cf, const ngx_str_t *path, const ngx_http_xcj_place *at,
                                   ngx_flag_t hmac_k_raw)
{
    *out = NULL;
    ngx_str_t text;
    if (ngx_http_xcj_read_file(&text, cf, path, at) != NGX_OK) {
        return NGX_ERROR;
    }
    xcj_key_options options = ngx_http_xcj_key_options(hmac_k_raw);
    xcj_error err;
    xcj_code code = xcj_keyset_from_json(out, (const char *)text.data, text.len, &options, &err);
    ngx_http_xcj_wipe(&text);
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, at, 0, "\"%V\": %s", path, err.message);
        return NGX_ERROR;
    }
    size_t position;
    const xcj_error *why;
    for (size_t i = 0; (why = xcj_keyset_skipped(*out, i, &position)) != NULL; i++) {
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

/* A credential is a key with its own algorithm; its kid is the client_id. */
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

ngx_int_t ngx_http_xcj_keep(ngx_conf_t *cf, ngx_pool_cleanup_pt release, void *handle)
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

xcj_verify_options ngx_http_xcj_verify_options(const ngx_http_xcj_trust *trust, ngx_flag_t introspects)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.algs = trust->algs.nelts > 0 ? trust->algs.elts : NULL;
    options.algs_count = trust->algs.nelts;
    options.issuer = trust->issuer;
    options.typ = trust->typ;
    options.client_id = trust->client_id;
    options.audiences = trust->audiences.nelts > 0 ? trust->audiences.elts : NULL;
    options.audiences_count = trust->audiences.nelts;
    options.leeway = trust->leeway;
    options.cache_bytes = trust->cache;
    options.cache_age = trust->cache_age;
    if (introspects) {
        options.key_claim = xcj_text("client_id");
    }
    return options;
}

static int in_list(const ngx_array_t *algs, xcj_alg alg)
{
    const xcj_alg *allowed = algs->elts;
    ngx_uint_t i = 0;
    while (i < algs->nelts && allowed[i] != alg) {
        i++;
    }
    return i < algs->nelts || algs->nelts == 0;
}

/* At least one key must verify with an allowed algorithm; otherwise no token would ever pass. */
static ngx_int_t check_algs(ngx_conf_t *cf, const ngx_http_xcj_trust *trust, const xcj_keyset *keys)
{
    xcj_alg algs[XCJ_ED448];
    for (size_t i = 0; i < xcj_keyset_count(keys); i++) {
        size_t count = xcj_key_algs(xcj_keyset_get(keys, i), XCJ_VERIFY, algs, XCJ_ED448);
        for (size_t j = 0; j < count && j < XCJ_ED448; j++) {
            if (in_list(&trust->algs, algs[j])) {
                return NGX_OK;
            }
        }
    }
    ngx_http_xcj_conf_error(cf, &trust->at, 0, "no key of \"%V\" verifies tokens%s", &trust->path,
                            trust->algs.nelts > 0 ? " of the algorithms that \"alg\" allows" : "");
    return NGX_ERROR;
}

static int same_texts(const ngx_array_t *a, const ngx_array_t *b)
{
    const xcj_str *left = a->elts;
    const xcj_str *right = b->elts;
    ngx_uint_t i = 0;
    while (i < a->nelts && i < b->nelts && left[i].len == right[i].len &&
           ngx_memcmp(left[i].ptr, right[i].ptr, left[i].len) == 0) {
        i++;
    }
    return i == a->nelts && i == b->nelts;
}

/* Absent only if both are. */
static int same_text(xcj_str a, xcj_str b)
{
    return a.len == b.len && (a.ptr == NULL) == (b.ptr == NULL) && ngx_memcmp(a.ptr, b.ptr, a.len) == 0;
}

static int same_line(const ngx_http_xcj_trust *a, const ngx_http_xcj_trust *b)
{
    return ngx_http_xcj_same(&a->path, &b->path) && a->set == b->set && a->leeway == b->leeway && a->cache == b->cache &&
           a->cache_age == b->cache_age && a->algs.nelts == b->algs.nelts &&
           ngx_memcmp(a->algs.elts, b->algs.elts, a->algs.nelts * sizeof(xcj_alg)) == 0 && same_text(a->issuer, b->issuer) &&
           same_text(a->typ, b->typ) && same_text(a->client_id, b->client_id) && same_texts(&a->audiences, &b->audiences);
}

static int same_trust(const ngx_http_xcj_trust *a, const ngx_http_xcj_trust *b)
{
    while (a != NULL && b != NULL && same_line(a, b)) {
        a = a->next;
        b = b->next;
    }
    return a == NULL && b == NULL;
}

static ngx_int_t make_row(xcj_verifier **out, ngx_conf_t *cf, const ngx_http_xcj_trust *trust,
                          const ngx_http_xcj_verifier *how)
{
    xcj_keyset *keys = NULL;
    if (ngx_http_xcj_read_keyset(&keys, cf, &trust->path, &trust->at, how->hmac_k_raw) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = how->introspects ? check_credentials(cf, trust, keys) : NGX_OK;
    if (rc == NGX_OK) {
        rc = check_algs(cf, trust, keys);
    }
    xcj_verify_options options = ngx_http_xcj_verify_options(trust, how->introspects);
    xcj_error err;
    if (rc == NGX_OK && xcj_verifier_new(out, keys, &options, &err) != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, &trust->at, 0, "\"%V\": %s", &trust->path, err.message);
        rc = NGX_ERROR;
    }
    xcj_keyset_free(keys);
    return rc == NGX_OK ? ngx_http_xcj_keep(cf, free_verifier, *out) : rc;
}

static ngx_int_t make_rows(ngx_http_xcj_verifier *out, ngx_conf_t *cf)
{
    for (const ngx_http_xcj_trust *line = out->trust; line != NULL; line = line->next) {
        out->count++;
    }
    out->rows = ngx_pcalloc(cf->pool, out->count * sizeof *out->rows);
    if (out->rows == NULL) {
        return NGX_ERROR;
    }
    ngx_http_xcj_row *row = out->rows;
    for (const ngx_http_xcj_trust *line = out->trust; line != NULL; line = line->next, row++) {
        row->line = line;
        out->is_fetched |= line->set != NULL;
        ngx_int_t rc =
            line->set != NULL ? ngx_http_xcj_use_set(cf, line->set, &line->at) : make_row(&row->verifier, cf, line, out);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    return NGX_OK;
}

/* Each line makes a verifier; those of several lines become one, which keeps them. If a set is fetched, workers make that
 * one, and the one of the configuration accepts no token. */
static ngx_int_t make_verifier(ngx_http_xcj_verifier *out, ngx_conf_t *cf)
{
    xcj_error err;
    ngx_array_t rows;
    if (make_rows(out, cf) != NGX_OK || ngx_array_init(&rows, cf->temp_pool, out->count, sizeof(xcj_verifier *)) != NGX_OK) {
        return NGX_ERROR;
    }
    if (out->count == 1 && !out->is_fetched) {
        out->verifier = out->rows[0].verifier;
        return NGX_OK;
    }
    for (ngx_uint_t i = 0; !out->is_fetched && i < out->count; i++) {
        xcj_verifier **place = ngx_array_push(&rows);
        *place = out->rows[i].verifier; /* there is room */
    }
    if (xcj_verifier_new_issuers(&out->verifier, rows.elts, rows.nelts, &err) != XCJ_OK) {
        ngx_http_xcj_conf_error(cf, &out->trust->at, 0, "%s", err.message);
        return NGX_ERROR;
    }
    return ngx_http_xcj_keep(cf, free_verifier, out->verifier);
}

ngx_int_t ngx_http_xcj_make_verifier(ngx_http_xcj_verifier **out, ngx_conf_t *cf, ngx_http_xcj_trust *trust,
                                     ngx_flag_t hmac_k_raw, ngx_flag_t introspects)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_verifier *const *known = main_conf->verifiers.elts;
    for (ngx_uint_t i = 0; i < main_conf->verifiers.nelts; i++) {
        if (known[i]->hmac_k_raw == hmac_k_raw && known[i]->introspects == introspects &&
            same_trust(known[i]->trust, trust)) {
            *out = known[i];
            return NGX_OK;
        }
    }
    ngx_http_xcj_verifier *next = ngx_pcalloc(cf->pool, sizeof *next);
    if (next == NULL) {
        return NGX_ERROR;
    }
    next->trust = trust;
    next->hmac_k_raw = hmac_k_raw;
    next->introspects = introspects;
    if (make_verifier(next, cf) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_http_xcj_verifier **place = ngx_array_push(&main_conf->verifiers);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = *out = next;
    return NGX_OK;
}
