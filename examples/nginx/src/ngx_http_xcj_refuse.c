/*
 * Refusals: the plugin's answer or the operator's page, and the challenge.
 */
#include "ngx_http_xcj.h"

/* An operator's error page takes precedence over our body, as nginx does it for errors of an upstream server. */
static int has_error_page(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_http_core_loc_conf_t *clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    if (clcf->error_pages == NULL || (r->error_page && !clcf->recursive_error_pages)) {
        return 0;
    }
    const ngx_http_err_page_t *page = clcf->error_pages->elts;
    for (ngx_uint_t i = 0; i < clcf->error_pages->nelts; i++) {
        if (page[i].status == (ngx_int_t)status) {
            return 1;
        }
    }
    return 0;
}

/* Adds the challenge where nginx and auth_request look for it, so that a subrequest's challenge reaches the client. */
ngx_int_t ngx_http_xcj_add_challenge(ngx_http_request_t *r, const ngx_str_t *value)
{
    r->headers_out.www_authenticate = ngx_http_xcj_push_header(r, "WWW-Authenticate", value);
    return r->headers_out.www_authenticate != NULL ? NGX_OK : NGX_ERROR;
}

/* nginx does not send a header with hash 0. */
void ngx_http_xcj_drop_challenge(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    if (ctx->challenge != NULL) {
        ctx->challenge->hash = 0;
        if (r->headers_out.www_authenticate == ctx->challenge) {
            r->headers_out.www_authenticate = NULL;
        }
        ctx->challenge = NULL;
    }
}

/* RFC 9110 11.6.1: a 401 names the acceptable schemes. API keys and certificates have none. RFC 8705 3: a token that is
 * bound to another certificate is invalid. */
static ngx_str_t plain_schemes(const ngx_http_xcj_loc_conf *conf, xcj_code code)
{
    static const ngx_str_t basic = ngx_string("Basic realm=\"gateway\"");
    static const ngx_str_t bearer = ngx_string("Bearer");
    static const ngx_str_t invalid = ngx_string("Bearer error=\"invalid_token\"");
    if (!ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER)) {
        return basic;
    }
    return code == XCJ_ERR_BINDING ? invalid : bearer;
}

/* RFC 9449 7.1: a token that is bound to another key is invalid. */
static const char *dpop_scheme(xcj_code code)
{
    switch (code) {
    case XCJ_ERR_BINDING:
        return "DPoP error=\"invalid_token\", ";
    case XCJ_ERR_PROOF:
    case XCJ_ERR_REPLAY:
        return "DPoP error=\"invalid_dpop_proof\", ";
    case XCJ_ERR_NONCE:
        return "DPoP error=\"use_dpop_nonce\", ";
    default:
        return "Bearer, DPoP ";
    }
}

static ngx_int_t name_schemes(ngx_str_t *out, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, xcj_code code)
{
    if (conf->dpop == NULL || !ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER)) {
        *out = plain_schemes(conf, code);
        return NGX_OK;
    }
    const char *scheme = dpop_scheme(code);
    out->len = ngx_strlen(scheme) + conf->dpop->named.len;
    out->data = ngx_pnalloc(r->pool, out->len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }
    (void)ngx_sprintf(out->data, "%s%V", scheme, &conf->dpop->named);
    return NGX_OK;
}

static ngx_int_t challenge(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const ngx_http_xcj_loc_conf *conf, xcj_code code)
{
    if (!ngx_http_xcj_may_take(conf, XCJ_AUTH_BEARER | XCJ_AUTH_BASIC)) {
        return NGX_OK;
    }
    ngx_str_t schemes;
    ngx_http_xcj_drop_challenge(r, ctx);
    if (name_schemes(&schemes, r, conf, code) != NGX_OK || ngx_http_xcj_add_challenge(r, &schemes) != NGX_OK) {
        return NGX_ERROR;
    }
    ctx->challenge = r->headers_out.www_authenticate;
    return code == XCJ_ERR_NONCE ? ngx_http_xcj_offer_nonce(r, ctx) : NGX_OK;
}

ngx_int_t ngx_http_xcj_refuse(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_uint_t status = (ngx_uint_t)xcj_code_http_status(err->code);
    ngx_http_xcj_note_error(r, ctx, err);
    ngx_http_xcj_count_refusal(r, err->code);
    if (ngx_http_xcj_note_audit(r, ctx, err) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (status == NGX_HTTP_UNAUTHORIZED && challenge(r, ctx, conf, err->code) != NGX_OK) {
        return NGX_ERROR;
    }
    if (has_error_page(r, status)) {
        return (ngx_int_t)status;
    }
    char *text;
    size_t len;
    if (xcj_kong_failure(&text, &len, err, (int)conf->reasons, NULL) != XCJ_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_str_t body;
    ngx_int_t rc = ngx_http_xcj_copy(&body, r->pool, text, len);
    xcj_free(text);
    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_http_finalize_request(r, ngx_http_xcj_answer(r, status, &body));
    return NGX_DONE;
}
