/*
 * Configurations: defaults, inheritance, and required settings.
 */
#include "ngx_http_xcj.h"

void *ngx_http_xcj_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_xcj_main_conf *conf = ngx_pcalloc(cf->pool, sizeof *conf);
    if (conf == NULL || ngx_http_xcj_init_minters(cf, conf) != NGX_OK || ngx_http_xcj_init_verifiers(cf, conf) != NGX_OK ||
        ngx_array_init(&conf->published, cf->pool, 1, sizeof(ngx_http_xcj_loc_conf *)) != NGX_OK) {
        return NULL;
    }
    return conf;
}

void *ngx_http_xcj_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_xcj_loc_conf *conf = ngx_pcalloc(cf->pool, sizeof *conf);
    if (conf == NULL) {
        return NULL;
    }
    conf->enable = NGX_CONF_UNSET;
    conf->kong = NGX_CONF_UNSET;
    conf->kong_order = NGX_CONF_UNSET;
    conf->cap_exp = NGX_CONF_UNSET;
    conf->inbound = NGX_CONF_UNSET_UINT;
    conf->cnf = NGX_CONF_UNSET_UINT;
    conf->profile = NGX_CONF_UNSET_UINT;
    conf->bind = NGX_CONF_UNSET_UINT;
    conf->dn = NGX_CONF_UNSET_UINT;
    conf->expires_in = NGX_CONF_UNSET;
    conf->reuse = NGX_CONF_UNSET;
    conf->lead = NGX_CONF_UNSET;
    conf->verbose = NGX_CONF_UNSET;
    conf->consumer_required = NGX_CONF_UNSET;
    conf->hmac_k_raw = NGX_CONF_UNSET;
    conf->aud = NGX_CONF_UNSET_PTR;
    conf->sub = NGX_CONF_UNSET_PTR;
    conf->clientid_claims = NGX_CONF_UNSET_PTR;
    conf->keep_claims = NGX_CONF_UNSET_PTR;
    conf->drop_claims = NGX_CONF_UNSET_PTR;
    conf->require_claims = NGX_CONF_UNSET_PTR;
    conf->rename_claims = NGX_CONF_UNSET_PTR;
    conf->claims = NGX_CONF_UNSET_PTR;
    conf->consumer = NGX_CONF_UNSET_PTR;
    conf->client_cert = NGX_CONF_UNSET_PTR;
    conf->client_verify = NGX_CONF_UNSET_PTR;
    conf->bearer = NGX_CONF_UNSET_PTR;
    conf->introspect = NGX_CONF_UNSET_PTR;
    conf->dpop = NGX_CONF_UNSET_PTR;
    conf->thread_pool = NGX_CONF_UNSET_PTR;
    return conf;
}

/* The first directive of this level that conflicts with a configuration object. */
static const char *said_by_object(const ngx_http_xcj_loc_conf *conf)
{
    const struct {
        int given;
        const char *name;
    } directives[] = {
        { conf->private_jwk.data != NULL, "xcj_private_jwk" },
        { conf->apikey_header.data != NULL, "xcj_apikey_header" },
        { conf->clientid_claims != NGX_CONF_UNSET_PTR, "xcj_bearer_clientid_claim" },
        { conf->upstream_header.data != NULL, "xcj_upstream_header" },
        { conf->downstream_header.data != NULL, "xcj_downstream_header" },
        { conf->expires_in != NGX_CONF_UNSET, "xcj_expires_in" },
        { conf->iss.data != NULL, "xcj_iss" },
        { conf->jku.data != NULL, "xcj_jku" },
        { conf->verbose != NGX_CONF_UNSET, "xcj_verbose" },
    };
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (directives[i].given) {
            return directives[i].name;
        }
    }
    return NULL;
}

/* A configuration object gives all of these settings, or their defaults. If directives could give them too, it would be
 * unclear which one counts. */
static ngx_int_t merge_object(ngx_conf_t *cf, ngx_http_xcj_loc_conf *prev, ngx_http_xcj_loc_conf *conf)
{
    ngx_http_xcj_place at = conf->config.data != NULL ? conf->key_at : prev->key_at;
    ngx_conf_merge_str_value(conf->config, prev->config, "");
    const char *other = said_by_object(conf);
    if (conf->config.len > 0 && other != NULL) {
        ngx_http_xcj_conf_error(cf, &at, 0, "\"%s\" cannot be combined with the object of \"xcj_config\"", other);
        return NGX_ERROR;
    }
    if (conf->key_at.line == 0) {
        conf->key_at = prev->key_at;
    }
    if (conf->config.len > 0) {
        return NGX_OK;
    }
    if (conf->private_jwk.data == NULL) {
        conf->lead = prev->lead;
    }
    ngx_conf_merge_str_value(conf->private_jwk, prev->private_jwk, "");
    ngx_conf_merge_str_value(conf->apikey_header, prev->apikey_header, "");
    ngx_conf_merge_ptr_value(conf->clientid_claims, prev->clientid_claims, NULL);
    ngx_conf_merge_str_value(conf->upstream_header, prev->upstream_header, "");
    ngx_conf_merge_str_value(conf->downstream_header, prev->downstream_header, "");
    ngx_conf_merge_sec_value(conf->expires_in, prev->expires_in, NGX_CONF_UNSET);
    ngx_conf_merge_str_value(conf->iss, prev->iss, "");
    ngx_conf_merge_str_value(conf->jku, prev->jku, "");
    ngx_conf_merge_value(conf->verbose, prev->verbose, NGX_CONF_UNSET);
    return NGX_OK;
}

/* A location that publishes keys, or answers by itself in another way, mints none, whatever it inherits. */
static ngx_int_t merge_enable(ngx_conf_t *cf, const ngx_http_xcj_loc_conf *prev, ngx_http_xcj_loc_conf *conf)
{
    if (conf->jwks != NULL || conf->introspects || conf->status != NGX_HTTP_XCJ_NO_STATUS) {
        if (conf->enable == 1) {
            ngx_http_xcj_conf_error(cf, &conf->enabled_at, 0,
                                    "\"xcj on\" is for locations with a service behind them, not "
                                    "for \"xcj_jwks\", \"xcj_introspect\" or \"xcj_status\"");
            return NGX_ERROR;
        }
        conf->enable = 0;
    }
    if (conf->enable == NGX_CONF_UNSET) {
        conf->enabled_at = prev->enabled_at;
    }
    ngx_conf_merge_value(conf->enable, prev->enable, 0);
    return NGX_OK;
}

static void merge_rest(ngx_http_xcj_loc_conf *prev, ngx_http_xcj_loc_conf *conf)
{
    if (conf->kong_order == NGX_CONF_UNSET) {
        conf->kong_order = conf->kong;
    }
    if (conf->methods == 0) {
        conf->methods = conf->kong_order == 1 ? XCJ_AUTH_ANY : prev->methods;
    }
    if (conf->preauthenticated == 0) {
        conf->preauthenticated = prev->preauthenticated;
    }
    if (conf->identities.data == NULL) {
        conf->identities_at = prev->identities_at;
    }
    ngx_conf_merge_str_value(conf->identities, prev->identities, "");
    if (conf->reuse == NGX_CONF_UNSET) {
        conf->reuse_bytes = prev->reuse_bytes;
    }
    ngx_conf_merge_sec_value(conf->reuse, prev->reuse, 0);
    ngx_conf_merge_value(conf->kong, prev->kong, 0);
    ngx_conf_merge_value(conf->kong_order, prev->kong_order, 0);
    ngx_conf_merge_uint_value(conf->dn, prev->dn, NGX_CONF_UNSET_UINT);
    ngx_conf_merge_value(conf->cap_exp, prev->cap_exp, NGX_CONF_UNSET);
    ngx_conf_merge_uint_value(conf->inbound, prev->inbound, NGX_CONF_UNSET_UINT);
    ngx_conf_merge_uint_value(conf->cnf, prev->cnf, NGX_CONF_UNSET_UINT);
    ngx_conf_merge_uint_value(conf->profile, prev->profile, XCJ_PROFILE_JWT);
    ngx_conf_merge_uint_value(conf->bind, prev->bind, XCJ_BIND_NOTHING);
    ngx_conf_merge_value(conf->consumer_required, prev->consumer_required, 1);
    ngx_conf_merge_value(conf->hmac_k_raw, prev->hmac_k_raw, 0);
    ngx_conf_merge_ptr_value(conf->aud, prev->aud, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->sub, prev->sub, NULL);
    ngx_conf_merge_ptr_value(conf->keep_claims, prev->keep_claims, NULL);
    ngx_conf_merge_ptr_value(conf->drop_claims, prev->drop_claims, NULL);
    ngx_conf_merge_ptr_value(conf->require_claims, prev->require_claims, NULL);
    ngx_conf_merge_ptr_value(conf->rename_claims, prev->rename_claims, NULL);
    ngx_conf_merge_ptr_value(conf->claims, prev->claims, NULL);
    ngx_conf_merge_str_value(conf->jose_header, prev->jose_header, "");
    ngx_conf_merge_ptr_value(conf->consumer, prev->consumer, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->client_cert, prev->client_cert, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->client_verify, prev->client_verify, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->bearer, prev->bearer, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->introspect, prev->introspect, NGX_CONF_UNSET_PTR);
    ngx_conf_merge_ptr_value(conf->dpop, prev->dpop, NULL);
    ngx_conf_merge_ptr_value(conf->thread_pool, prev->thread_pool, NGX_CONF_UNSET_PTR);
}

/* The first required setting that is missing where "xcj" is on; NULL: none. */
static const char *missing(const ngx_http_xcj_loc_conf *conf)
{
    if (conf->private_jwk.len == 0 && conf->config.len == 0) {
        return "\"xcj\" needs a key: \"xcj_private_jwk\" or \"xcj_config\"";
    }
    if (conf->methods == 0) {
        return "\"xcj\" needs \"xcj_auth\", the ways to authenticate that count here";
    }
    if (conf->iss.len == 0 && conf->config.len == 0) {
        return "\"xcj\" needs \"xcj_iss\"";
    }
    if (conf->aud == NGX_CONF_UNSET_PTR && conf->identities.len == 0) {
        return "\"xcj\" needs \"xcj_aud\", or \"xcj_identities\" with audiences";
    }
    if (conf->consumer == NGX_CONF_UNSET_PTR && conf->identities.len == 0 && conf->consumer_required) {
        return "\"xcj\" needs \"xcj_identities\", \"xcj_consumer\", or \"xcj_consumer_required off\"";
    }
    if (conf->bind == XCJ_BIND_KEY && (conf->dpop == NULL || !ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER))) {
        return "\"xcj_bind key\" needs \"xcj_dpop\" and \"xcj_auth bearer\"";
    }
    return NULL;
}

/* The defaults for the certificate are nginx's own variables, which exist only if nginx was built with TLS. */
static ngx_int_t compile_default(ngx_conf_t *cf, ngx_http_complex_value_t **out, const char *text)
{
    if (*out != NGX_CONF_UNSET_PTR) {
        return NGX_OK;
    }
    ngx_str_t value = { ngx_strlen(text), (u_char *)text };
    *out = ngx_palloc(cf->pool, sizeof **out);
    if (*out == NULL) {
        return NGX_ERROR;
    }
    ngx_http_compile_complex_value_t compile = { .cf = cf, .value = &value, .complex_value = *out };
    return ngx_http_compile_complex_value(&compile);
}

static ngx_int_t make_field(ngx_conf_t *cf, ngx_http_xcj_field *field, const ngx_str_t *name)
{
    field->name = (ngx_str_t){ name->len, ngx_pnalloc(cf->pool, name->len + 1) };
    field->lowcase = (ngx_str_t){ name->len, ngx_pnalloc(cf->pool, name->len + 1) };
    if (field->name.data == NULL || field->lowcase.data == NULL) {
        return NGX_ERROR;
    }
    ngx_cpystrn(field->name.data, name->data, name->len + 1);
    ngx_strlow(field->lowcase.data, name->data, name->len);
    field->hash = ngx_hash_key(field->lowcase.data, name->len);
    const char *prefix = xcj_kong_header_prefix((const char *)name->data, name->len);
    field->prefix = (ngx_str_t){ ngx_strlen(prefix), (u_char *)prefix };
    return NGX_OK;
}

static ngx_str_t text_of(xcj_str text)
{
    return (ngx_str_t){ text.len, (u_char *)text.ptr };
}

/* $http_<name> may have been evaluated before the token replaced the header, so keep its index to reset it. */
static ngx_int_t index_variable(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    ngx_str_t name;
    name.data = ngx_pnalloc(cf->pool, sizeof "http_" + conf->upstream.lowcase.len);
    if (name.data == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_cpymem(name.data, "http_", 5);
    for (size_t i = 0; i < conf->upstream.lowcase.len; i++) {
        u_char c = conf->upstream.lowcase.data[i];
        *end++ = c == '-' ? '_' : c;
    }
    name.len = (size_t)(end - name.data);
    conf->upstream_variable = ngx_http_get_variable_index(cf, &name);
    return conf->upstream_variable == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

/* The settings for requests come from directives, a configuration object, or the library's defaults. */
static ngx_int_t settle(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    int object = conf->config.len > 0;
    const xcj_minter *minter = conf->signers->minters[0];
    ngx_str_t upstream = conf->upstream_header;
    ngx_str_t downstream = object ? text_of(xcj_kong_downstream_header(minter)) : conf->downstream_header;
    if (object || upstream.len == 0) {
        upstream = text_of(xcj_kong_upstream_header(minter));
    }
    conf->reasons = object ? xcj_kong_verbose(minter) : conf->verbose == 1;
    conf->apikey = conf->apikey_header;
    if (object || conf->apikey.len == 0) {
        conf->apikey = text_of(xcj_kong_apikey_header(minter));
    }
    conf->pool = conf->thread_pool != NGX_CONF_UNSET_PTR ? conf->thread_pool : NULL;
    if (ngx_http_xcj_may_take(conf, XCJ_AUTH_API_KEY) && ngx_http_xcj_alike(&conf->apikey, &upstream)) {
        ngx_http_xcj_conf_error(cf, &conf->enabled_at, 0,
                                "the token would replace the header \"%V\" that carries the API key", &conf->apikey);
        return NGX_ERROR;
    }
    if (make_field(cf, &conf->upstream, &upstream) != NGX_OK || make_field(cf, &conf->downstream, &downstream) != NGX_OK) {
        return NGX_ERROR;
    }
    return index_variable(cf, conf);
}

/* A certificate is a credential, or what a Bearer token or the new token is bound to. An nginx without TLS knows none of the
 * variables. */
static int may_need_cert(const ngx_http_xcj_loc_conf *conf)
{
    if (conf->bind == XCJ_BIND_CERTIFICATE) {
        return 1;
    }
#if (NGX_HTTP_SSL)
    return ngx_http_xcj_may_take(conf, XCJ_AUTH_CLIENT_CERT | XCJ_AUTH_BEARER);
#else
    return ngx_http_xcj_may_take(conf, XCJ_AUTH_CLIENT_CERT);
#endif
}

static ngx_int_t complete(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    const char *what = missing(conf);
    if (what == NULL) {
        what = ngx_http_xcj_unchecked(cf, conf);
    }
    if (what != NULL) {
        ngx_http_xcj_conf_error(cf, &conf->enabled_at, 0, "%s", what);
        return NGX_ERROR;
    }
    if (may_need_cert(conf) && (compile_default(cf, &conf->client_cert, "$ssl_client_raw_cert") != NGX_OK ||
                                compile_default(cf, &conf->client_verify, "$ssl_client_verify") != NGX_OK)) {
        return NGX_ERROR;
    }
    if (ngx_http_xcj_make_minter(cf, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    return settle(cf, conf);
}

static ngx_int_t complete_introspect(ngx_conf_t *cf, ngx_http_xcj_loc_conf *conf)
{
    if (conf->introspect == NGX_CONF_UNSET_PTR) {
        ngx_http_xcj_conf_error(cf, &conf->introspects_at, 0, "\"xcj_introspect\" needs \"xcj_introspect_jwks\"");
        return NGX_ERROR;
    }
    ngx_http_xcj_verifier *made;
    ngx_int_t rc = ngx_http_xcj_make_verifier(&made, cf, conf->introspect, conf->hmac_k_raw, 1);
    conf->introspector = rc == NGX_OK ? made->verifier : NULL;
    return rc;
}

char *ngx_http_xcj_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_xcj_loc_conf *prev = parent;
    ngx_http_xcj_loc_conf *conf = child;
    if (merge_enable(cf, prev, conf) != NGX_OK || merge_object(cf, prev, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    merge_rest(prev, conf);
    if (conf->enable && complete(cf, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    if (conf->jwks != NULL && ngx_http_xcj_note_jwks(cf, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    if (conf->introspects && complete_introspect(cf, conf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}
