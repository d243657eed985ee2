/*
 * Verifying: AuthType Xcj accepts the Bearer tokens that XcjBearerJwks describes, and `Require xcj` looks at their claims.
 */
#include "mod_xcj.h"

#include <mod_auth.h>
#include <string.h>

static apr_status_t free_verified(void *verified)
{
    xcj_verified_free((xcj_verified *)verified);
    return APR_SUCCESS;
}

/* The user is the first of the claims for client_id that the token has. */
static char *user_of(request_rec *r, const mod_xcj_server *server, const xcj_verified *verified)
{
    const xcj_str usual = xcj_text("clientId");
    int count = server->clientid_claims->nelts;
    const xcj_str *names = count > 0 ? (const xcj_str *)(const void *)server->clientid_claims->elts : &usual;
    char *user = NULL;
    for (int i = 0; i < count || i == 0; i++) {
        char *text = NULL;
        size_t len = 0;
        if (xcj_verified_text(&text, &len, verified, XCJ_CLAIMS, names[i].ptr, names[i].len, NULL) == XCJ_OK) {
            user = apr_pstrmemdup(r->pool, text, len);
            xcj_free(text);
            break;
        }
    }
    return user;
}

static xcj_code authenticate(request_rec *r, const mod_xcj_server *server, xcj_error *err)
{
    const char *header = apr_table_get(r->headers_in, "Authorization");
    xcj_str token;
    xcj_verified *verified = NULL;
    xcj_code code = xcj_bearer_token(&token, header, header != NULL ? strlen(header) : 0, err);
    if (code == XCJ_OK) {
        code = xcj_verify(&verified, server->verifier, token.ptr, token.len, NULL, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    apr_pool_cleanup_register(r->pool, verified, free_verified, apr_pool_cleanup_null);
    mod_xcj_request_of(r)->verified = verified;
    r->user = user_of(r, server, verified);
    if (r->user == NULL) {
        memset(err, 0, sizeof *err);
        err->code = XCJ_ERR_CLIENT_ID;
        apr_cpystrn(err->message, "the token has no claim that XcjBearerClientidClaim names", sizeof err->message);
        return err->code;
    }
    return XCJ_OK;
}

int mod_xcj_authenticate(request_rec *r)
{
    const char *type = ap_auth_type(r);
    if (type == NULL || strcasecmp(type, "Xcj") != 0) {
        return DECLINED;
    }
    const mod_xcj_server *server = (const mod_xcj_server *)ap_get_module_config(r->server->module_config, &xcj_module);
    if (server->verifier == NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "xcj: AuthType Xcj needs XcjBearerJwks");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    xcj_error err;
    if (authenticate(r, server, &err) != XCJ_OK) {
        return mod_xcj_refuse(r, &err);
    }
    r->ap_auth_type = (char *)"Xcj";
    apr_table_setn(r->subprocess_env, "XCJ_CLIENT_ID", r->user);
    return OK;
}

/* Does the claim, a string or a list of strings, have this value? */
static int claim_has(const xcj_verified *verified, const char *claim, const char *value)
{
    xcj_str *texts = NULL;
    size_t count = 0;
    int found = 0;
    if (xcj_verified_texts(&texts, &count, verified, XCJ_CLAIMS, claim, strlen(claim), NULL) != XCJ_OK) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        found |= texts[i].len == strlen(value) && memcmp(texts[i].ptr, value, texts[i].len) == 0;
    }
    xcj_free(texts);
    return found;
}

/* Require xcj [CLAIM VALUE...]: a token that AuthType Xcj has verified, whose claim has one of the values. */
static authz_status check(request_rec *r, const char *line, const void *parsed)
{
    (void)parsed;
    const xcj_verified *verified = mod_xcj_request_of(r)->verified;
    if (verified == NULL) {
        return AUTHZ_DENIED_NO_USER;
    }
    const char *claim = ap_getword_conf(r->pool, &line);
    if (*claim == '\0') {
        return AUTHZ_GRANTED;
    }
    for (const char *value = ap_getword_conf(r->pool, &line); *value != '\0'; value = ap_getword_conf(r->pool, &line)) {
        if (claim_has(verified, claim, value)) {
            return AUTHZ_GRANTED;
        }
    }
    return AUTHZ_DENIED;
}

static const authz_provider provider = { check, NULL };

void mod_xcj_require_register(apr_pool_t *pool)
{
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "xcj", AUTHZ_PROVIDER_VERSION, &provider,
                              AP_AUTH_INTERNAL_PER_CONF);
}
