/*
 * xcj_introspect: checks whether a Bearer token is valid. The token's client_id names the key. The answers are those of
 * Kong's JWT plugin and its route.
 */
#include "ngx_http_xcj.h"

#define MESSAGE(text) "{\"message\":\"" text "\"}"

static const char *body_of(const xcj_error *err)
{
    switch (err->code) {
    case XCJ_OK:
        return MESSAGE("Ok");
    case XCJ_ERR_SIGNATURE:
        return MESSAGE("Invalid signature");
    case XCJ_ERR_EXPIRED:
        return "{\"exp\":\"token expired\"}";
    case XCJ_ERR_NOT_YET_VALID:
        return "{\"nbf\":\"token not valid yet\"}";
    case XCJ_ERR_NO_KEY:
    case XCJ_ERR_AMBIGUOUS_KEY:
        return MESSAGE("No credentials found for given 'client_id'");
    case XCJ_ERR_ALG:
    case XCJ_ERR_KEY_USE:
    case XCJ_ERR_KEY_WEAK:
        return MESSAGE("Invalid algorithm");
    case XCJ_ERR_CLAIM:
        return (err->claims & XCJ_CLAIM_EXP) != 0 ? "{\"exp\":\"must be a number\"}" : MESSAGE("Unauthorized");
    case XCJ_ERR_TOKEN:
    case XCJ_ERR_JSON:
    case XCJ_ERR_BASE64:
    case XCJ_ERR_LIMIT:
    case XCJ_ERR_CRIT:
    case XCJ_ERR_CREDENTIAL:
        return MESSAGE("Bad token");
    default:
        return MESSAGE("Unauthorized");
    }
}

static ngx_int_t answer(ngx_http_request_t *r, ngx_uint_t status, const char *text)
{
    static const ngx_str_t bearer = ngx_string("Bearer");
    static const ngx_str_t no_store = ngx_string("no-store");
    if (ngx_http_xcj_add_header(r, "Cache-Control", &no_store) != NGX_OK ||
        (status == NGX_HTTP_UNAUTHORIZED && ngx_http_xcj_add_challenge(r, &bearer) != NGX_OK)) {
        return NGX_ERROR;
    }
    ngx_str_t body = { ngx_strlen(text), (u_char *)text };
    return ngx_http_xcj_answer(r, status, &body);
}

ngx_int_t ngx_http_xcj_introspect_handler(ngx_http_request_t *r)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_make_ctx(r);
    xcj_str token;
    xcj_error err;
    if (ctx == NULL || conf->introspector == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    xcj_str value = { NULL, 0 };
    if (r->headers_in.authorization != NULL) {
        value = ngx_http_xcj_view(&r->headers_in.authorization->value);
    }
    xcj_code code = xcj_bearer_token(&token, value.ptr, value.len, &err);
    if (code == XCJ_OK) {
        code = xcj_verify(NULL, conf->introspector, token.ptr, token.len, ngx_http_xcj_scratch(), &err);
        ngx_http_xcj_count_verified(r);
    }
    if (code == XCJ_OK) {
        return answer(r, NGX_HTTP_OK, body_of(&err));
    }
    ngx_http_xcj_note_error(r, ctx, &err);
    if (xcj_code_http_status(code) == NGX_HTTP_INTERNAL_SERVER_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return answer(r, NGX_HTTP_UNAUTHORIZED, body_of(&err));
}
