/*
 * DPoP (RFC 9449): the directive xcj_dpop, the method and URI that a proof must be for, and the nonces in responses.
 */
#include "ngx_http_xcj.h"

#define ZONE_MIN ((ssize_t)(8 * ngx_pagesize))
#define SECONDS_MAX 86400
#define NONCE_DEFAULT 300

static char *read_zone(ngx_conf_t *cf, ngx_http_xcj_dpop *dpop, ngx_str_t word)
{
    u_char *colon = ngx_strlchr(word.data, word.data + word.len, ':');
    ngx_str_t name = { colon != NULL ? (size_t)(colon - word.data) : 0, word.data };
    ngx_str_t size = { colon != NULL ? word.len - name.len - 1 : 0, colon != NULL ? colon + 1 : NULL };
    ssize_t bytes = size.len > 0 ? ngx_parse_size(&size) : NGX_ERROR;
    if (name.len == 0 || bytes < ZONE_MIN) {
        return "has a \"zone\" that is not NAME:SIZE, with 32k or more";
    }
    dpop->zone = ngx_shared_memory_add(cf, &name, (size_t)bytes, &ngx_http_xcj_module);
    if (dpop->zone == NULL) {
        return NGX_CONF_ERROR;
    }
    dpop->zone->init = ngx_http_xcj_init_zone;
    return NGX_CONF_OK;
}

/* A scheme and a host, as clients write them: without a path, which comes from the request. */
static int is_origin(const ngx_str_t *text)
{
    size_t scheme = text->len > 8 && ngx_strncmp(text->data, "https://", 8) == 0  ? 8
                    : text->len > 7 && ngx_strncmp(text->data, "http://", 7) == 0 ? 7
                                                                                  : 0;
    if (scheme == 0) {
        return 0;
    }
    for (size_t i = scheme; i < text->len; i++) {
        if (ngx_strchr("/?#$@", text->data[i]) != NULL || text->data[i] <= ' ') {
            return 0;
        }
    }
    return 1;
}

/* Reads NAME=TIME; false if the word has another name. An invalid time becomes 0. */
static int read_seconds(time_t *out, const ngx_str_t *word, const char *name)
{
    size_t len = ngx_strlen(name);
    if (word->len <= len || ngx_strncmp(word->data, name, len) != 0) {
        return 0;
    }
    ngx_str_t time = { word->len - len, word->data + len };
    time_t seconds = ngx_parse_time(&time, 1);
    *out = seconds >= 1 && seconds <= SECONDS_MAX ? seconds : 0;
    return 1;
}

static char *read_option(ngx_conf_t *cf, ngx_http_xcj_dpop *dpop, const ngx_str_t *word)
{
    if (word->len > 5 && ngx_strncmp(word->data, "zone=", 5) == 0) {
        return read_zone(cf, dpop, (ngx_str_t){ word->len - 5, word->data + 5 });
    }
    if (word->len > 4 && ngx_strncmp(word->data, "alg=", 4) == 0) {
        return ngx_http_xcj_read_algs(cf, &dpop->algs, word->data + 4, word->data + word->len);
    }
    if (ngx_http_xcj_is(word, "nonce")) {
        dpop->nonce = NONCE_DEFAULT;
        return NGX_CONF_OK;
    }
    if (read_seconds(&dpop->max_age, word, "max_age=")) {
        return dpop->max_age > 0 ? NGX_CONF_OK : "has a \"max_age\" that is not from 1 to 86400 seconds";
    }
    if (read_seconds(&dpop->leeway, word, "leeway=")) {
        return dpop->leeway > 0 ? NGX_CONF_OK : "has a \"leeway\" that is not from 1 to 86400 seconds";
    }
    if (read_seconds(&dpop->nonce, word, "nonce=")) {
        return dpop->nonce > 0 ? NGX_CONF_OK : "has a \"nonce\" that is not from 1 to 86400 seconds";
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is none of: zone=, alg=, max_age=, leeway=, nonce, nonce=", word);
    return NGX_CONF_ERROR;
}

/* RFC 9449 7.1: a challenge should name the algorithms. */
static char *name_algs(ngx_conf_t *cf, ngx_http_xcj_dpop *dpop)
{
    if (dpop->algs.nelts == 0 && ngx_http_xcj_allow_asymmetric(&dpop->algs) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    const xcj_alg *algs = dpop->algs.elts;
    u_char *end = ngx_pnalloc(cf->pool, sizeof "algs=\"\"" + dpop->algs.nelts * sizeof "Ed25519");
    if (end == NULL) {
        return NGX_CONF_ERROR;
    }
    dpop->named.data = end;
    end = ngx_cpymem(end, "algs=\"", sizeof "algs=\"" - 1);
    for (ngx_uint_t i = 0; i < dpop->algs.nelts; i++) {
        if (algs[i] < XCJ_RS256) {
            return "has an \"alg\" for shared secrets: a proof is signed with a private key";
        }
        end = ngx_sprintf(end, i > 0 ? " %s" : "%s", xcj_alg_name(algs[i]));
    }
    *end++ = '"';
    dpop->named.len = (size_t)(end - dpop->named.data);
    return NGX_CONF_OK;
}

/* xcj_dpop ORIGIN zone=NAME:SIZE [alg=A,B] [max_age=TIME] [leeway=TIME] [nonce[=TIME]] | off */
char *ngx_http_xcj_set_dpop(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    (void)cmd;
    ngx_http_xcj_loc_conf *conf = data;
    const ngx_str_t *words = cf->args->elts;
    if (conf->dpop != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    conf->dpop = NULL;
    if (cf->args->nelts == 2 && ngx_http_xcj_is(&words[1], "off")) {
        return NGX_CONF_OK;
    }
    if (!is_origin(&words[1])) {
        return "needs the scheme and host that clients use, such as https://api.example";
    }
    ngx_http_xcj_dpop *dpop = ngx_pcalloc(cf->pool, sizeof *dpop);
    if (dpop == NULL || ngx_array_init(&dpop->algs, cf->pool, 2, sizeof(xcj_alg)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    dpop->origin = words[1];
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++) {
        char *wrong = read_option(cf, dpop, &words[i]);
        if (wrong != NGX_CONF_OK) {
            return wrong;
        }
    }
    if (dpop->zone == NULL) {
        return "needs a \"zone\", in which the proofs that were used are noted";
    }
    conf->dpop = dpop;
    return name_algs(cf, dpop);
}

void ngx_http_xcj_dpop_options(xcj_dpop_options *out, const ngx_http_xcj_dpop *dpop)
{
    *out = (xcj_dpop_options)XCJ_DPOP_OPTIONS_INIT;
    out->algs = dpop->algs.elts;
    out->algs_count = dpop->algs.nelts;
    out->max_age = dpop->max_age;
    out->leeway = dpop->leeway;
    out->replay = ngx_http_xcj_note_proof;
    out->replay_context = dpop->zone;
}

/* The URI has the path as the client sent it. The Host header does not count: the client chooses it. */
ngx_int_t ngx_http_xcj_describe(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_dpop *dpop)
{
    ngx_str_t path = r->unparsed_uri;
    u_char *query = ngx_strlchr(path.data, path.data + path.len, '?');
    path.len = query != NULL ? (size_t)(query - path.data) : path.len;
    size_t len = dpop->origin.len + path.len;
    u_char *uri = ngx_pnalloc(r->pool, len);
    if (uri == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(ngx_cpymem(uri, dpop->origin.data, dpop->origin.len), path.data, path.len);
    auth->htu = (xcj_str){ (const char *)uri, len };
    auth->htm = ngx_http_xcj_view(&r->method_name);
    return NGX_OK;
}

/* With `nonce`, a proof needs the newest nonce or the one before it. */
ngx_int_t ngx_http_xcj_demand_nonce(xcj_auth *auth, ngx_http_request_t *r, ngx_http_xcj_ctx *ctx,
                                    const ngx_http_xcj_dpop *dpop)
{
    xcj_error err;
    if (dpop->nonce == 0) {
        return NGX_OK;
    }
    if (ngx_http_xcj_find_nonces(&ctx->nonces, dpop->zone, dpop->nonce, &err) != XCJ_OK) {
        ngx_http_xcj_note_error(r, ctx, &err);
        return NGX_ERROR;
    }
    ctx->accepted[0] = (xcj_str){ ctx->nonces.newest, sizeof ctx->nonces.newest };
    ctx->accepted[1] = (xcj_str){ ctx->nonces.before, sizeof ctx->nonces.before };
    auth->dpop_nonces = ctx->accepted;
    auth->dpop_nonces_count = 2;
    return NGX_OK;
}

/* nginx does not send a header with hash 0. */
static ngx_int_t put_again(ngx_table_elt_t **field, ngx_http_request_t *r, const char *name, const ngx_str_t *value)
{
    if (*field != NULL) {
        (*field)->hash = 0;
    }
    *field = ngx_http_xcj_push_header(r, name, value);
    return *field != NULL ? NGX_OK : NGX_ERROR;
}

/* RFC 9449 8.2: a response with a nonce should not be cached. */
ngx_int_t ngx_http_xcj_offer_nonce(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    static const ngx_str_t no_store = ngx_string("no-store");
    const ngx_str_t nonce = { sizeof ctx->nonces.newest, (u_char *)ctx->nonces.newest };
    ngx_int_t rc = put_again(&ctx->offered[0], r, "DPoP-Nonce", &nonce);
    return rc == NGX_OK ? put_again(&ctx->offered[1], r, "Cache-Control", &no_store) : rc;
}
