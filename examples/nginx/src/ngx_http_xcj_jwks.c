/*
 * xcj_jwks: publishes the public keys that verify the tokens. The JSON is made when the configuration is read, once for each
 * time that a key leaves the set; a request only sends it.
 */
#include "ngx_http_xcj.h"

#include <ngx_md5.h>

#define USUAL_MAX_AGE 300

/* The keys to publish, borrowed from their sets. */
typedef struct collection {
    ngx_conf_t *cf;
    const ngx_http_xcj_loc_conf *conf;
    ngx_array_t sets; /* xcj_keyset *, of the files */
    ngx_array_t keys; /* const xcj_key * */
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
    *place = key;
    return NGX_OK;
}

static ngx_int_t add_set(collection *all, const xcj_keyset *set)
{
    ngx_int_t rc = NGX_OK;
    for (size_t i = 0; rc == NGX_OK && i < xcj_keyset_count(set); i++) {
        rc = add_key(all, xcj_keyset_get(set, i));
    }
    return rc;
}

/* The location's own keys come first, then the files in their order. */
static ngx_int_t collect(collection *all, const xcj_keyset *own)
{
    const ngx_http_xcj_loc_conf *conf = all->conf;
    xcj_keyset *const *sets = all->sets.elts;
    all->keys.nelts = 0;
    ngx_int_t rc = own != NULL             ? add_set(all, own)
                   : conf->signers != NULL ? add_key(all, xcj_minter_key(conf->signers->minters[0]))
                                           : NGX_OK;
    for (ngx_uint_t i = 0; rc == NGX_OK && i < all->sets.nelts; i++) {
        rc = add_set(all, sets[i]);
    }
    return rc;
}

static ngx_int_t read_files(collection *all)
{
    ngx_http_xcj_jwks *jwks = all->conf->jwks;
    const ngx_str_t *path = jwks->paths.elts;
    for (ngx_uint_t i = 0; i < jwks->paths.nelts; i++) {
        xcj_keyset **set = ngx_array_push(&all->sets);
        if (set == NULL || ngx_http_xcj_read_keyset(set, all->cf, &path[i], &jwks->at, all->conf->hmac_k_raw) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

static ngx_int_t write_text(ngx_http_xcj_body *out, const collection *all)
{
    const ngx_http_xcj_jwks *jwks = all->conf->jwks;
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
    ngx_int_t rc = ngx_http_xcj_copy(&out->text, all->cf->pool, text, len);
    xcj_free(text);
    return rc;
}

static ngx_int_t write_etag(ngx_conf_t *cf, ngx_http_xcj_body *body)
{
    u_char digest[16];
    ngx_md5_t md5;
    ngx_md5_init(&md5);
    ngx_md5_update(&md5, body->text.data, body->text.len);
    ngx_md5_final(digest, &md5);
    body->etag = (ngx_str_t){ 34, ngx_pnalloc(cf->pool, 34) };
    if (body->etag.data == NULL) {
        return NGX_ERROR;
    }
    body->etag.data[0] = '"';
    ngx_hex_dump(body->etag.data + 1, digest, sizeof digest);
    body->etag.data[33] = '"';
    return NGX_OK;
}

static ngx_int_t write_body(collection *all, const xcj_keyset *own, int64_t until)
{
    ngx_http_xcj_body *body = ngx_array_push(&all->conf->jwks->bodies);
    if (body == NULL || collect(all, own) != NGX_OK || write_text(body, all) != NGX_OK) {
        return NGX_ERROR;
    }
    body->until = until;
    return write_etag(all->cf, body);
}

/* The set shrinks with time; a new key needs a reload. */
static ngx_int_t write_bodies(collection *all)
{
    const ngx_http_xcj_own *own = all->conf->jwks->own;
    if (own == NULL) {
        return write_body(all, NULL, INT64_MAX);
    }
    for (int64_t at = ngx_time(), until = 0; until != INT64_MAX; at = until) {
        xcj_keyset *set = NULL;
        if (xcj_rotation_published(&set, own->rotation, at, NULL) != XCJ_OK) {
            return NGX_ERROR;
        }
        until = xcj_rotation_published_until(own->rotation, at);
        ngx_int_t rc = write_body(all, set, until);
        xcj_keyset_free(set);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    return NGX_OK;
}

/* Whoever caches the set must see a new key before it signs. */
static ngx_int_t write_cache_control(ngx_conf_t *cf, ngx_http_xcj_jwks *jwks)
{
    time_t most = jwks->own != NULL && xcj_keyset_count(jwks->own->set) > 1 ? jwks->own->lead : jwks->max_age;
    if (jwks->max_age > most) {
        ngx_http_xcj_conf_error(cf, &jwks->at, 0, "\"max_age\" is longer than the \"lead\" of \"xcj_private_jwk\"");
        return NGX_ERROR;
    }
    if (jwks->max_age == NGX_CONF_UNSET) {
        jwks->max_age = most != NGX_CONF_UNSET && most < USUAL_MAX_AGE ? most : USUAL_MAX_AGE;
    }
    jwks->cache_control.data = ngx_pnalloc(cf->pool, sizeof "public, max-age=" + NGX_TIME_T_LEN);
    if (jwks->cache_control.data == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_sprintf(jwks->cache_control.data, "public, max-age=%T", jwks->max_age);
    jwks->cache_control.len = (size_t)(end - jwks->cache_control.data);
    return NGX_OK;
}

static ngx_int_t make(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    collection all = { .cf = cf, .conf = conf };
    if (ngx_array_init(&all.keys, cf->pool, 4, sizeof(xcj_key *)) != NGX_OK ||
        ngx_array_init(&all.sets, cf->pool, 2, sizeof(xcj_keyset *)) != NGX_OK ||
        ngx_array_init(&conf->jwks->bodies, cf->pool, 1, sizeof(ngx_http_xcj_body)) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = read_files(&all);
    if (rc == NGX_OK) {
        rc = write_bodies(&all);
    }
    xcj_keyset **sets = all.sets.elts;
    for (ngx_uint_t i = 0; i < all.sets.nelts; i++) {
        xcj_keyset_free(sets[i]);
    }
    return rc == NGX_OK ? write_cache_control(cf, conf->jwks) : rc;
}

ngx_int_t ngx_http_xcj_make_jwks(ngx_conf_t *cf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_loc_conf *const *conf = main_conf->published.elts;
    ngx_int_t rc = NGX_OK;
    for (ngx_uint_t i = 0; rc == NGX_OK && i < main_conf->published.nelts; i++) {
        rc = make(cf, conf[i]);
    }
    return rc;
}

/* Finds the location's own keys. When they sign, and so for how long they are published, is known once all locations are. */
ngx_int_t ngx_http_xcj_note_jwks(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_main_conf *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    ngx_http_xcj_loc_conf **place = ngx_array_push(&main_conf->published);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = conf;
    if (conf->private_jwk.len > 0) {
        conf->jwks->own = ngx_http_xcj_find_own(cf, conf);
        return conf->jwks->own != NULL ? NGX_OK : NGX_ERROR;
    }
    if (conf->config.len > 0) {
        return ngx_http_xcj_make_minter(cf, conf);
    }
    if (conf->jwks->paths.nelts == 0) {
        ngx_http_xcj_conf_error(cf, &conf->jwks->at, 0,
                                "\"xcj_jwks\" has no key to publish: neither \"xcj_private_jwk\" "
                                "nor \"xcj_config\" is in force here, and no file is named");
        return NGX_ERROR;
    }
    return NGX_OK;
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

/* The set of this time. */
static const ngx_http_xcj_body *find_body(const ngx_http_xcj_jwks *jwks)
{
    const ngx_http_xcj_body *body = jwks->bodies.elts;
    while (body->until <= ngx_time()) {
        body++;
    }
    return body;
}

static ngx_int_t add_fields(ngx_http_request_t *r, const ngx_http_xcj_jwks *jwks, const ngx_http_xcj_body *body)
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
    etag->value = body->etag;
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
    const ngx_http_xcj_body *body = conf->jwks != NULL ? find_body(conf->jwks) : NULL;
    if (body == NULL || add_fields(r, conf->jwks, body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_xcj_answer(r, NGX_HTTP_OK, &body->text);
}
