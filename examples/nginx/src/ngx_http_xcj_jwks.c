/*
 * xcj_jwks: publishes the public keys that verify the tokens. The JSON is made when the configuration is read; a request
 * only sends it.
 */
#include "ngx_http_xcj.h"

#include <ngx_md5.h>

/* The keys to publish, borrowed from their sets. */
typedef struct collection {
    ngx_conf_t *cf;
    ngx_http_xcj_loc_conf *conf;
    ngx_array_t keys; /* const xcj_key *, each a reference */
} collection;

static ngx_int_t same_thumbprint(int *same, const xcj_key *a, const xcj_key *b)
{
    char *left = NULL;
    char *right = NULL;
    size_t len;
    xcj_code code = xcj_key_thumbprint(&left, &len, a, XCJ_SHA256, NULL);
    if (code == XCJ_OK) {
        code = xcj_key_thumbprint(&right, &len, b, XCJ_SHA256, NULL);
    }
    *same = code == XCJ_OK && ngx_strcmp(left, right) == 0;
    xcj_free(left);
    xcj_free(right);
    return code == XCJ_OK ? NGX_OK : NGX_ERROR;
}

/* NGX_DECLINED: the same key is already present. Two different keys with one kid are an error, since the kid would not
 * say which is meant. */
static ngx_int_t compare(const collection *all, const xcj_key *key)
{
    xcj_str kid = xcj_key_id(key);
    const xcj_key *const *known = all->keys.elts;
    for (ngx_uint_t i = 0; i < all->keys.nelts; i++) {
        xcj_str other = xcj_key_id(known[i]);
        int same;
        if (kid.len != other.len || (kid.len > 0 && ngx_memcmp(kid.ptr, other.ptr, kid.len) != 0)) {
            continue;
        }
        if (same_thumbprint(&same, known[i], key) != NGX_OK) {
            return NGX_ERROR;
        }
        if (same) {
            return NGX_DECLINED;
        }
        ngx_str_t name = { kid.len, (u_char *)kid.ptr };
        ngx_http_xcj_conf_error(all->cf, &all->conf->jwks->at, 0, "two different keys to publish have the kid \"%V\"",
                                &name);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t add_key(collection *all, const xcj_key *key)
{
    if (xcj_key_type(key) == XCJ_KTY_OCT) {
        ngx_log_error(NGX_LOG_WARN, all->cf->log, 0, "a key of kty oct has no public part and is not published in %V:%ui",
                      &all->conf->jwks->at.file, all->conf->jwks->at.line);
        return NGX_OK;
    }
    ngx_int_t rc = compare(all, key);
    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : rc;
    }
    const xcj_key **place = ngx_array_push(&all->keys);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = xcj_key_ref(key);
    return NGX_OK;
}

static ngx_int_t add_file(collection *all, const ngx_str_t *path)
{
    xcj_keyset *set = NULL;
    ngx_http_xcj_jwks *jwks = all->conf->jwks;
    ngx_int_t rc = ngx_http_xcj_read_keyset(&set, all->cf, path, &jwks->at, all->conf->hmac_k_raw);
    for (size_t i = 0; rc == NGX_OK && i < xcj_keyset_count(set); i++) {
        rc = add_key(all, xcj_keyset_get(set, i));
    }
    xcj_keyset_free(set);
    return rc;
}

/* The current key comes first, then the files in their order: the next key and the previous one. */
static ngx_int_t collect(collection *all)
{
    ngx_http_xcj_loc_conf *conf = all->conf;
    ngx_int_t rc = NGX_OK;
    if (conf->private_jwk.len > 0) {
        rc = add_file(all, &conf->private_jwk);
    } else if (conf->config.len > 0) {
        rc = ngx_http_xcj_make_minter(all->cf, conf);
        if (rc == NGX_OK) {
            rc = add_key(all, xcj_minter_key(conf->minter));
        }
    } else if (conf->jwks->paths.nelts == 0) {
        ngx_http_xcj_conf_error(all->cf, &conf->jwks->at, 0,
                                "\"xcj_jwks\" has no key to publish: neither \"xcj_private_jwk\" "
                                "nor \"xcj_config\" is in force here, and no file is named");
        rc = NGX_ERROR;
    }
    const ngx_str_t *path = conf->jwks->paths.elts;
    for (ngx_uint_t i = 0; rc == NGX_OK && i < conf->jwks->paths.nelts; i++) {
        rc = add_file(all, &path[i]);
    }
    return rc;
}

static ngx_int_t write_body(collection *all)
{
    ngx_http_xcj_jwks *jwks = all->conf->jwks;
    xcj_keyset *set = NULL;
    char *text = NULL;
    size_t len = 0;
    xcj_error err;
    xcj_code code = xcj_keyset_from_keys(&set, all->keys.elts, all->keys.nelts, &err);
    if (code == XCJ_OK) {
        code = xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &err);
    }
    xcj_keyset_free(set);
    if (code != XCJ_OK) {
        ngx_http_xcj_conf_error(all->cf, &jwks->at, 0, "\"xcj_jwks\": %s", err.message);
        return NGX_ERROR;
    }
    ngx_int_t rc = ngx_http_xcj_copy(&jwks->body, all->cf->pool, text, len);
    xcj_free(text);
    return rc;
}

static ngx_int_t write_fields(ngx_conf_t *cf, ngx_http_xcj_jwks *jwks)
{
    u_char digest[16];
    ngx_md5_t md5;
    ngx_md5_init(&md5);
    ngx_md5_update(&md5, jwks->body.data, jwks->body.len);
    ngx_md5_final(digest, &md5);
    jwks->etag = (ngx_str_t){ 34, ngx_pnalloc(cf->pool, 34) };
    jwks->cache_control.data = ngx_pnalloc(cf->pool, sizeof "public, max-age=" + NGX_TIME_T_LEN);
    if (jwks->etag.data == NULL || jwks->cache_control.data == NULL) {
        return NGX_ERROR;
    }
    jwks->etag.data[0] = '"';
    ngx_hex_dump(jwks->etag.data + 1, digest, sizeof digest);
    jwks->etag.data[33] = '"';
    u_char *end = ngx_sprintf(jwks->cache_control.data, "public, max-age=%T", jwks->max_age);
    jwks->cache_control.len = (size_t)(end - jwks->cache_control.data);
    return NGX_OK;
}

ngx_int_t ngx_http_xcj_make_jwks(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    collection all = { .cf = cf, .conf = conf };
    if (ngx_array_init(&all.keys, cf->pool, 4, sizeof(xcj_key *)) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = collect(&all);
    if (rc == NGX_OK) {
        rc = write_body(&all);
    }
    xcj_key **keys = all.keys.elts;
    for (ngx_uint_t i = 0; i < all.keys.nelts; i++) {
        xcj_key_free(keys[i]);
    }
    return rc == NGX_OK ? write_fields(cf, conf->jwks) : rc;
}

static const ngx_table_elt_t *find_field(ngx_http_request_t *r, const char *name)
{
    size_t len = ngx_strlen(name);
    for (const ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (field[i].key.len == len && ngx_strncasecmp(field[i].key.data, (u_char *)name, len) == 0) {
                return &field[i];
            }
        }
    }
    return NULL;
}

/* Scripts of any origin may read public keys. The answer depends on the Origin header, so it tells caches that. */
static ngx_int_t allow_origins(ngx_http_request_t *r)
{
    static const ngx_str_t origin = ngx_string("Origin");
    static const ngx_str_t all = ngx_string("*");
    if (ngx_http_xcj_add_header(r, "Vary", &origin) != NGX_OK) {
        return NGX_ERROR;
    }
    return find_field(r, "Origin") != NULL ? ngx_http_xcj_add_header(r, "Access-Control-Allow-Origin", &all) : NGX_OK;
}

/* A browser asks this before it sends headers that a plain GET does not have. */
static ngx_int_t preflight(ngx_http_request_t *r)
{
    static const ngx_str_t methods = ngx_string("GET, HEAD");
    static const ngx_str_t any = ngx_string("*");
    static const ngx_str_t day = ngx_string("86400");
    if (allow_origins(r) != NGX_OK || ngx_http_xcj_add_header(r, "Access-Control-Allow-Methods", &methods) != NGX_OK ||
        ngx_http_xcj_add_header(r, "Access-Control-Allow-Headers", &any) != NGX_OK ||
        ngx_http_xcj_add_header(r, "Access-Control-Max-Age", &day) != NGX_OK) {
        return NGX_ERROR;
    }
    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;
    return ngx_http_send_header(r);
}

static ngx_int_t add_fields(ngx_http_request_t *r, const ngx_http_xcj_jwks *jwks)
{
    if (allow_origins(r) != NGX_OK || ngx_http_xcj_add_header(r, "Cache-Control", &jwks->cache_control) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_table_elt_t *etag = ngx_list_push(&r->headers_out.headers);
    if (etag == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(etag, sizeof *etag);
    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
    etag->value = jwks->etag;
    r->headers_out.etag = etag; /* nginx compares it with If-None-Match */
    return NGX_OK;
}

ngx_int_t ngx_http_xcj_jwks_handler(ngx_http_request_t *r)
{
    static const ngx_str_t methods = ngx_string("GET, HEAD, OPTIONS");
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    if (r->method == NGX_HTTP_OPTIONS && find_field(r, "Access-Control-Request-Method") != NULL) {
        return ngx_http_discard_request_body(r) == NGX_OK ? preflight(r) : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (r->method != NGX_HTTP_GET && r->method != NGX_HTTP_HEAD) {
        ngx_int_t rc = ngx_http_xcj_add_header(r, "Allow", &methods);
        return rc == NGX_OK ? NGX_HTTP_NOT_ALLOWED : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (conf->jwks == NULL || add_fields(r, conf->jwks) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_xcj_answer(r, NGX_HTTP_OK, &conf->jwks->body);
}
