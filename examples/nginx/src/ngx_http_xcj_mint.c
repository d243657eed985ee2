/*
 * From a request that nginx has let through to one that carries a token, or to a refusal.
 */
#include "ngx_http_xcj.h"

static ngx_int_t refuse_with(xcj_error *err, const char *message)
{
    ngx_memzero(err, sizeof *err);
    err->code = XCJ_ERR_CREDENTIAL;
    err->offset = XCJ_NO_OFFSET;
    ngx_cpystrn((u_char *)err->message, (u_char *)message, sizeof err->message);
    return NGX_DECLINED;
}

static int same_name(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len && ngx_strncasecmp(a->data, b->data, a->len) == 0;
}

/* Twice the same field would let the one be checked and the other be minted for. */
static ngx_int_t find_apikey(xcj_str *out, ngx_http_request_t *r, const ngx_str_t *name, xcj_error *err)
{
    int found = 0;
    for (ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!same_name(&field[i].key, name)) {
                continue;
            }
            if (found++) {
                return refuse_with(err, "The header field of the API key is there more than once");
            }
            *out = ngx_http_xcj_view(&field[i].value);
        }
    }
    return NGX_OK;
}

static ngx_int_t evaluate(xcj_str *out, ngx_http_request_t *r, ngx_http_complex_value_t *value)
{
    ngx_str_t text;
    if (value == NGX_CONF_UNSET_PTR) {
        return NGX_OK;
    }
    if (ngx_http_complex_value(r, value, &text) != NGX_OK) {
        return NGX_ERROR;
    }
    *out = ngx_http_xcj_view(&text);
    return NGX_OK;
}

/* A certificate that did not pass is no reason to look for another credential. */
static ngx_int_t find_client_cert(xcj_str *out, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, xcj_error *err)
{
    ngx_str_t verdict;
    if (ngx_http_complex_value(r, conf->client_verify, &verdict) != NGX_OK) {
        return NGX_ERROR;
    }
    if (verdict.len == 0 || (verdict.len == 4 && ngx_strncmp(verdict.data, "NONE", 4) == 0)) {
        return NGX_OK;
    }
    if (verdict.len != 7 || ngx_strncmp(verdict.data, "SUCCESS", 7) != 0) {
        return refuse_with(err, "The client certificate was not verified");
    }
    return evaluate(out, r, conf->client_cert);
}

/* NGX_DECLINED: refused, and `err` says why. */
static ngx_int_t find_credentials(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, xcj_error *err)
{
    uint32_t methods = conf->methods != 0 ? (uint32_t)conf->methods : XCJ_AUTH_ANY;
    if ((methods & (XCJ_AUTH_BEARER | XCJ_AUTH_BASIC)) != 0 && r->headers_in.authorization != NULL) {
        auth->authorization = ngx_http_xcj_view(&r->headers_in.authorization->value);
    }
    ngx_int_t rc = NGX_OK;
    if ((methods & XCJ_AUTH_CLIENT_CERT) != 0) {
        rc = find_client_cert(&auth->client_cert, r, conf, err);
    }
    if (rc == NGX_OK && (methods & XCJ_AUTH_API_KEY) != 0) {
        rc = find_apikey(&auth->api_key, r, &conf->apikey, err);
    }
    auth->methods = conf->methods != 0 ? methods : xcj_kong_method(auth);
    return rc;
}

static ngx_int_t gather(xcj_auth *auth, ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_int_t rc = find_credentials(auth, r, conf, err);
    ctx->state = NGX_HTTP_XCJ_GATHERING;
    if (rc == NGX_OK) {
        rc = evaluate(&auth->consumer_custom_id, r, conf->consumer);
    }
    if (rc == NGX_OK) {
        rc = evaluate(&auth->audience, r, conf->aud);
    }
    ctx->state = NGX_HTTP_XCJ_NEW;
    return rc;
}

static ngx_int_t copy_text(ngx_str_t *out, ngx_http_request_t *r, const char *text, size_t len)
{
    *out = (ngx_str_t){ len, ngx_pnalloc(r->pool, len) };
    if (out->data == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(out->data, text, len);
    return NGX_OK;
}

/* For consumer and audience, which may depend on it. Earlier nobody has authenticated the caller yet. */
static xcj_code find_client_id(char **text, size_t *len, ngx_http_request_t *r)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    if (find_credentials(&auth, r, conf, &err) != NGX_OK) {
        return XCJ_ERR_NO_CREDENTIAL;
    }
    return xcj_minter_client_id(text, len, conf->minter, &auth, ngx_http_xcj_scratch(), NULL);
}

/* Found when somebody asks, so that those who do not ask do not pay. */
ngx_int_t ngx_http_xcj_client_id(ngx_str_t *out, ngx_http_request_t *r)
{
    const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    char *text = NULL;
    size_t len = 0;
    xcj_code code = XCJ_ERR_NO_CREDENTIAL;
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_GATHERING) {
        code = find_client_id(&text, &len, r->main);
    } else if (ctx != NULL && ctx->token.len > 0) {
        code = xcj_minted_client_id(&text, &len, (const char *)ctx->token.data, ctx->token.len, NULL);
    }
    ngx_str_null(out);
    ngx_int_t rc = code == XCJ_OK ? copy_text(out, r, text, len) : NGX_OK;
    xcj_free(text);
    return rc;
}

/* As nginx does for errors of an upstream server: a page that the operator has set goes before our body. */
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

/* RFC 9110 11.6.1: a 401 names a scheme that would do. API keys and certificates have none. */
static ngx_int_t challenge(ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf)
{
    static const ngx_str_t bearer = ngx_string("Bearer");
    static const ngx_str_t basic = ngx_string("Basic realm=\"gateway\"");
    if (conf->methods == 0 || (conf->methods & XCJ_AUTH_BEARER) != 0) {
        return ngx_http_xcj_add_header(r, "WWW-Authenticate", &bearer);
    }
    return (conf->methods & XCJ_AUTH_BASIC) != 0 ? ngx_http_xcj_add_header(r, "WWW-Authenticate", &basic) : NGX_OK;
}

static ngx_int_t refuse(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_uint_t status = (ngx_uint_t)xcj_code_http_status(err->code);
    ngx_http_xcj_note_error(r, ctx, err);
    if (status == NGX_HTTP_UNAUTHORIZED && challenge(r, conf) != NGX_OK) {
        return NGX_ERROR;
    }
    if (has_error_page(r, status)) {
        return (ngx_int_t)status;
    }
    char *text;
    size_t len;
    if (xcj_minter_failure(&text, &len, conf->minter, err, NULL) != XCJ_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_str_t body;
    ngx_int_t rc = copy_text(&body, r, text, len);
    xcj_free(text);
    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_http_finalize_request(r, ngx_http_xcj_answer(r, status, &body));
    return NGX_DONE;
}

static ngx_int_t hand_over(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, size_t token_len)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    const ngx_str_t *prefix = &conf->upstream.prefix;
    ngx_memcpy(ctx->buf, prefix->data, prefix->len);
    ctx->value = (ngx_str_t){ prefix->len + token_len, ctx->buf };
    ctx->token = (ngx_str_t){ token_len, ctx->buf + prefix->len };
    if (ngx_http_xcj_replace_header(r, ctx, &conf->upstream) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->variables[conf->upstream_variable].valid = 0;
    r->variables[conf->upstream_variable].not_found = 0;
    return NGX_DECLINED;
}

/* One mint in three steps. With a pool the second one is done elsewhere, and the request is resumed afterwards. */
static ngx_int_t mint(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_auth *auth, xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    xcj_scratch *scratch = ngx_http_xcj_scratch();
    size_t cap = xcj_mint_bound(conf->minter, auth);
    ctx->buf = ngx_pnalloc(r->pool, conf->upstream.prefix.len + cap);
    if (ctx->buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    char *token = (char *)ctx->buf + conf->upstream.prefix.len;
    xcj_mint_job job;
    if (xcj_mint_prepare(&job, token, cap, conf->minter, auth, scratch, err) != XCJ_OK) {
        return refuse(r, ctx, err);
    }
    if (conf->pool != NULL) {
        ngx_int_t rc = ngx_http_xcj_thread_sign(r, ctx, &job);
        if (rc != NGX_DECLINED) {
            return rc;
        }
    }
    size_t len = 0;
    if (xcj_mint_sign(&job, conf->minter, scratch, err) != XCJ_OK || xcj_mint_finish(&job, &len, err) != XCJ_OK) {
        return refuse(r, ctx, err);
    }
    return hand_over(r, ctx, len);
}

static ngx_int_t begin(ngx_http_request_t *r)
{
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_make_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_str_null(&ctx->error);
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    ngx_int_t rc = gather(&auth, r, ctx, &err);
    if (rc == NGX_DECLINED) {
        return refuse(r, ctx, &err);
    }
    return rc == NGX_OK ? mint(r, ctx, &auth, &err) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

static ngx_int_t complete(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    xcj_error err;
    xcj_mint_job *job;
    size_t len = 0;
    ctx->state = NGX_HTTP_XCJ_NEW;
    if (ngx_http_xcj_thread_result(&job, ctx, &err) != XCJ_OK || xcj_mint_finish(job, &len, &err) != XCJ_OK) {
        return refuse(r, ctx, &err);
    }
    return hand_over(r, ctx, len);
}

/*
 * A subrequest shares the fields of its parent, which has its token. A request that is redirected within nginx comes here
 * again: what it was given for the first location is taken back, for the second may be another service.
 */
ngx_int_t ngx_http_xcj_mint_handler(ngx_http_request_t *r)
{
    if (r != r->main) {
        return NGX_DECLINED;
    }
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_SIGNING) {
        return NGX_AGAIN;
    }
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_SIGNED) {
        return complete(r, ctx);
    }
    if (ctx != NULL && ngx_http_xcj_restore_headers(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    return conf->enable ? begin(r) : NGX_DECLINED;
}
