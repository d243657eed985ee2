/*
 * Mints the token for a request that nginx has admitted.
 */
#include "ngx_http_xcj.h"

static ngx_int_t refuse_with(xcj_error *err, xcj_code code, const char *message)
{
    ngx_memzero(err, sizeof *err);
    err->code = code;
    err->offset = XCJ_NO_OFFSET;
    ngx_cpystrn((u_char *)err->message, (u_char *)message, sizeof err->message);
    return NGX_DECLINED;
}

/* With two such headers, in any spelling, one could be checked and the token be minted for the other. NGX_DECLINED: two. */
static ngx_int_t find_header(xcj_str *out, ngx_http_request_t *r, const ngx_str_t *name)
{
    int found = 0;
    for (ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!ngx_http_xcj_alike(&field[i].key, name)) {
                continue;
            }
            if (found++) {
                return NGX_DECLINED;
            }
            *out = ngx_http_xcj_view(&field[i].value);
        }
    }
    return NGX_OK;
}

static ngx_int_t find_apikey(xcj_str *out, ngx_http_request_t *r, const ngx_str_t *name, xcj_error *err)
{
    return find_header(out, r, name) == NGX_OK
               ? NGX_OK
               : refuse_with(err, XCJ_ERR_CREDENTIAL, "The header field of the API key is there more than once");
}

static ngx_int_t find_proof(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, xcj_error *err)
{
    static const ngx_str_t name = ngx_string("DPoP");
    if (conf->dpop == NULL || (auth->methods & XCJ_AUTH_BEARER) == 0) {
        return NGX_OK;
    }
    if (find_header(&auth->dpop, r, &name) != NGX_OK) {
        return refuse_with(err, XCJ_ERR_PROOF, "The header DPoP is there more than once");
    }
    ngx_int_t rc = ngx_http_xcj_describe(auth, r, conf->dpop);
    return rc == NGX_OK ? ngx_http_xcj_demand_nonce(auth, r, ngx_http_xcj_get_ctx(r), conf->dpop) : rc;
}

/* If a certificate did not pass, do not look for another credential; nor does it prove what a Bearer token is bound to. */
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
        return ngx_http_xcj_may_take(conf, XCJ_AUTH_CLIENT_CERT)
                   ? refuse_with(err, XCJ_ERR_CREDENTIAL, "The client certificate was not verified")
                   : NGX_OK;
    }
    return ngx_http_xcj_evaluate(out, r, conf->client_cert);
}

/* NGX_DECLINED: refused; `err` is the reason. */
static ngx_int_t find_credentials(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, xcj_error *err)
{
    uint32_t methods = (uint32_t)conf->methods;
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
    auth->methods = conf->kong_order ? xcj_kong_method(auth) & methods : methods;
    int proves = (auth->methods & XCJ_AUTH_BEARER) != 0 || conf->bind == XCJ_BIND_CERTIFICATE;
    if ((methods & XCJ_AUTH_CLIENT_CERT) == 0 && proves && conf->client_verify != NGX_CONF_UNSET_PTR) {
        rc = rc == NGX_OK ? find_client_cert(&auth->client_cert, r, conf, err) : rc;
    }
    return rc == NGX_OK ? find_proof(auth, r, conf, err) : rc;
}

static ngx_int_t copy_client_id(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    xcj_str text = xcj_caller_client_id(ctx->caller);
    return ngx_http_xcj_copy(&ctx->client_id, r->pool, text.ptr, text.len);
}

/* auth_basic without a file of users admits everybody, and does not parse the password. */
static int nobody_asked(ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf, uint32_t method)
{
    return method == XCJ_AUTH_BASIC && (conf->preauthenticated & XCJ_AUTH_BASIC) == 0 && r->headers_in.user.data == NULL;
}

/* A Bearer token is verified here, before anything waits, so the worker's verifier is not replaced meanwhile. */
static ngx_int_t identify(xcj_auth *auth, ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_http_xcj_verifier *fetched = conf->verifier != NULL && conf->verifier->is_fetched ? conf->verifier : NULL;
    if (fetched != NULL && (auth->bearer_verifier = ngx_http_xcj_current_verifier(fetched)) == NULL) {
        return NGX_ERROR;
    }
    ngx_http_xcj_verifies_for(ctx);
    xcj_code code = xcj_caller_new(&ctx->caller, ctx->minter, auth, ngx_http_xcj_scratch(), err);
    ngx_http_xcj_verifies_for(NULL);
    ngx_http_xcj_count_verified(r);
    auth->bearer_verifier = NULL;
    if (code == XCJ_ERR_NO_KEY && fetched != NULL) {
        return ngx_http_xcj_await_key(r, ctx, fetched, err);
    }
    return code == XCJ_OK ? NGX_OK : NGX_DECLINED;
}

/* Chooses the key, and identifies the caller, since consumer and audience may depend on it. NGX_DECLINED: refused; `err` is
 * the reason. */
static ngx_int_t gather(xcj_auth *auth, ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ctx->minter = ngx_http_xcj_minter_now(conf);
    if (ctx->minter == NULL) {
        return refuse_with(err, XCJ_ERR_CONFIG, "no key of xcj_private_jwk may sign now: the last one has expired");
    }
    ngx_int_t rc = find_credentials(auth, r, conf, err);
    if (rc != NGX_OK) {
        return rc;
    }
    rc = identify(auth, r, ctx, err);
    if (rc != NGX_OK) {
        return rc;
    }
    if (xcj_caller_dpop_nonce(ctx->caller) > 0 && ngx_http_xcj_offer_nonce(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    if (nobody_asked(r, conf, xcj_caller_method(ctx->caller))) {
        return refuse_with(err, XCJ_ERR_CONFIG,
                           "auth_basic has not looked at the password: is there an auth_basic_user_file?");
    }
    auth->caller = ctx->caller;
    ctx->state = NGX_HTTP_XCJ_GATHERING;
    rc = copy_client_id(r, ctx);
    if (rc == NGX_OK) {
        rc = ngx_http_xcj_evaluate(&auth->consumer_custom_id, r, conf->consumer);
    }
    if (rc == NGX_OK) {
        rc = ngx_http_xcj_bring_claims(auth, r, conf);
    }
    ctx->state = NGX_HTTP_XCJ_NEW;
    return rc;
}

static ngx_int_t hand_over(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, size_t token_len)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    const ngx_str_t *prefix = &conf->upstream.prefix;
    ngx_memcpy(ctx->buf, prefix->data, prefix->len);
    ctx->value = (ngx_str_t){ prefix->len + token_len, ctx->buf };
    ctx->token = (ngx_str_t){ token_len, ctx->buf + prefix->len };
    ngx_http_xcj_drop_challenge(r, ctx);
    ngx_http_xcj_count_mint(r);
    ngx_int_t rc = ngx_http_xcj_note_audit(r, ctx, NULL);
    xcj_caller_free(ctx->caller);
    ctx->caller = NULL;
    return rc == NGX_OK && ngx_http_xcj_replace_header(r, ctx) == NGX_OK ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

/* Only RSA signatures take long enough to be worth a thread. */
static int is_slow(xcj_alg alg)
{
    return alg >= XCJ_RS256 && alg <= XCJ_PS512;
}

/* Mints in three steps. With a pool, a thread performs the second one, and the request is resumed afterwards. */
static ngx_int_t mint(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_auth *auth, xcj_error *err)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    xcj_scratch *scratch = ngx_http_xcj_scratch();
    ctx->cap = xcj_mint_bound(ctx->minter, auth);
    ctx->buf = ngx_pnalloc(r->pool, conf->upstream.prefix.len + ctx->cap);
    if (ctx->buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    char *token = (char *)ctx->buf + conf->upstream.prefix.len;
    size_t len;
    xcj_code code = xcj_mint_prepare(token, ctx->cap, &len, ctx->minter, auth, scratch, err);
    if (code != XCJ_OK) {
        return ngx_http_xcj_refuse(r, ctx, err);
    }
    const int is_reused = xcj_mint_is_reused(ctx->minter, (xcj_str){ token, len });
    if (conf->reuse > 0) {
        ngx_http_xcj_count_reuse(r, is_reused);
    }
    if (is_reused) {
        return hand_over(r, ctx, len);
    }
    if (conf->pool != NULL && is_slow(xcj_minter_alg(ctx->minter))) {
        ngx_int_t rc = ngx_http_xcj_thread_sign(r, ctx, (xcj_str){ token, len });
        if (rc != NGX_DECLINED) {
            return rc;
        }
    }
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len;
    code = xcj_mint_sign(signature, sizeof signature, &signature_len, ctx->minter, (xcj_str){ token, len }, scratch, err);
    if (code == XCJ_OK) {
        code = xcj_mint_finish(token, ctx->cap, &len, ctx->minter, signature, signature_len, err);
    }
    return code == XCJ_OK ? hand_over(r, ctx, len) : ngx_http_xcj_refuse(r, ctx, err);
}

static ngx_int_t begin(ngx_http_request_t *r)
{
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_make_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_str_null(&ctx->error);
    ngx_str_null(&ctx->audit);
    xcj_caller_free(ctx->caller);
    ctx->caller = NULL;
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    ngx_int_t rc = gather(&auth, r, ctx, &err);
    ctx->auth = auth;
    switch (rc) {
    case NGX_OK:
        return mint(r, ctx, &auth, &err);
    case NGX_DECLINED:
        return ngx_http_xcj_refuse(r, ctx, &err);
    case NGX_HTTP_SERVICE_UNAVAILABLE:
        ngx_http_xcj_note_error(r, ctx, &err);
        return ngx_http_xcj_note_audit(r, ctx, &err) == NGX_OK ? rc : NGX_HTTP_INTERNAL_SERVER_ERROR;
    case NGX_AGAIN:
        return rc;
    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

static ngx_int_t complete(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    char *token = (char *)ctx->buf + conf->upstream.prefix.len;
    xcj_error err;
    size_t len;
    ctx->state = NGX_HTTP_XCJ_NEW;
    xcj_code code = ngx_http_xcj_thread_finish(&len, ctx, token, &err);
    return code == XCJ_OK ? hand_over(r, ctx, len) : ngx_http_xcj_refuse(r, ctx, &err);
}

/* A subrequest does not mint: it has the headers of its parent. */
ngx_int_t ngx_http_xcj_mint_handler(ngx_http_request_t *r)
{
    if (r != r->main) {
        return NGX_DECLINED;
    }
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_SIGNING) {
        return NGX_AGAIN;
    }
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_WAITING) {
        ngx_int_t rc = ngx_http_xcj_go_on_waiting(r, ctx);
        if (rc != NGX_OK) {
            return rc;
        }
    }
    if (ctx != NULL && ctx->state == NGX_HTTP_XCJ_SIGNED) {
        return complete(r, ctx);
    }
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    return conf->enable ? begin(r) : NGX_DECLINED;
}
