#include "mod_xcj.h"

#include <string.h>

static const mod_xcj_dir *dir_of(request_rec *r)
{
    return (const mod_xcj_dir *)ap_get_module_config(r->per_dir_config, &xcj_module);
}

static const char *upstream_header(const mod_xcj_dir *dir)
{
    return dir->upstream_header != NULL ? dir->upstream_header : "X-Custom-Jwt";
}

static const char *apikey_header(const mod_xcj_dir *dir)
{
    return dir->apikey_header != NULL ? dir->apikey_header : "apikey";
}

/* Removes every request header that could be mistaken for this one. */
static void remove_alike(request_rec *r, const char *name)
{
    const apr_array_header_t *headers = apr_table_elts(r->headers_in);
    const apr_table_entry_t *entries = (const apr_table_entry_t *)(const void *)headers->elts;
    int i = 0;
    while (i < headers->nelts) {
        const char *key = entries[i].key;
        if (xcj_header_alike(key, strlen(key), name, strlen(name))) {
            apr_table_unset(r->headers_in, key); /* the next entries move up */
        } else {
            i++;
        }
    }
}

/* The client's copies of the upstream header, and the token that a location before an internal redirect has set. A token
 * that is to go into Authorization replaces that header when it is minted, for until then it authenticates the client. */
int mod_xcj_strip(request_rec *r)
{
    const mod_xcj_dir *dir = dir_of(r);
    const char *before = r->prev != NULL ? mod_xcj_request_of(r->prev)->header : NULL;
    if (before != NULL) {
        apr_table_unset(r->headers_in, before);
    }
    if (dir->on == 1 && strcasecmp(upstream_header(dir), "Authorization") != 0) {
        remove_alike(r, upstream_header(dir));
    }
    return DECLINED;
}

static xcj_code fail(xcj_error *err, xcj_code code, const char *message)
{
    memset(err, 0, sizeof *err);
    err->code = code;
    apr_cpystrn(err->message, message, sizeof err->message);
    return code;
}

/* Basic counts if Apache has checked the password, whatever else let the request in. */
static uint32_t methods_of(request_rec *r, const mod_xcj_dir *dir)
{
    int checked = r->user != NULL && r->ap_auth_type != NULL && strcasecmp(r->ap_auth_type, "Basic") == 0;
    return checked ? dir->methods : dir->methods & ~XCJ_AUTH_BASIC;
}

static void describe(xcj_auth *auth, request_rec *r, const mod_xcj_dir *dir)
{
    auth->methods = methods_of(r, dir);
    auth->authorization = xcj_text(apr_table_get(r->headers_in, "Authorization"));
    auth->api_key = xcj_text(apr_table_get(r->headers_in, apikey_header(dir)));
    if ((dir->methods & (XCJ_AUTH_CLIENT_CERT | XCJ_AUTH_BEARER)) != 0) { /* a Bearer token may be bound to it */
        auth->client_cert = mod_xcj_certificate(r);
    }
    auth->consumer_custom_id = xcj_text(dir->consumer);
    if (dir->auds->nelts > 0) {
        auth->audiences = (const xcj_str *)(const void *)dir->auds->elts;
        auth->audiences_count = (size_t)dir->auds->nelts;
    }
}

/* Who is named in a Basic credential must be whom Apache has checked. */
static xcj_code check_user(request_rec *r, const xcj_caller *caller, xcj_error *err)
{
    if (xcj_caller_method(caller) == XCJ_AUTH_BASIC && strcmp(xcj_caller_client_id(caller).ptr, r->user) != 0) {
        return fail(err, XCJ_ERR_CREDENTIAL, "the Basic credential is not that of the user whom the server has checked");
    }
    return XCJ_OK;
}

static xcj_code mint_for(request_rec *r, char **token, const xcj_minter *minter, const xcj_auth *auth, xcj_error *err)
{
    size_t len = 0;
    size_t cap = xcj_mint_bound(minter, auth);
    *token = (char *)apr_palloc(r->pool, cap + 1);
    xcj_code code = xcj_mint(*token, cap, &len, minter, auth, NULL, err);
    (*token)[len] = '\0';
    return code;
}

static xcj_code token_of(request_rec *r, char **token, const char **client_id, const mod_xcj_dir *dir, xcj_error *err)
{
    const mod_xcj_server *server = (const mod_xcj_server *)ap_get_module_config(r->server->module_config, &xcj_module);
    if (server->minter == NULL || dir->methods == 0) {
        return fail(err, XCJ_ERR_CONFIG, server->minter == NULL ? "XcjPrivateJwk is missing" : "XcjAuth is missing");
    }
    if ((dir->methods & XCJ_AUTH_API_KEY) != 0 && server->identities == NULL) {
        return fail(err, XCJ_ERR_CONFIG, "XcjAuth apikey needs XcjIdentities");
    }
    xcj_auth auth = XCJ_AUTH_INIT;
    describe(&auth, r, dir);
    if (auth.methods == 0) {
        return fail(err, XCJ_ERR_NO_CREDENTIAL, "the server has checked no Basic credential");
    }
    xcj_caller *caller = NULL;
    xcj_code code = xcj_caller_new(&caller, server->minter, &auth, NULL, err);
    if (code == XCJ_OK) {
        code = check_user(r, caller, err);
    }
    if (code == XCJ_OK) {
        auth.caller = caller;
        *client_id = apr_pstrdup(r->pool, xcj_caller_client_id(caller).ptr);
        code = mint_for(r, token, server->minter, &auth, err);
    }
    xcj_caller_free(caller);
    return code;
}

int mod_xcj_mint(request_rec *r)
{
    const mod_xcj_dir *dir = dir_of(r);
    if (dir->on != 1 || r->main != NULL) {
        return DECLINED;
    }
    char *token = NULL;
    const char *client_id = NULL;
    xcj_error err;
    if (token_of(r, &token, &client_id, dir, &err) != XCJ_OK) {
        return mod_xcj_refuse(r, &err);
    }
    const char *header = upstream_header(dir);
    apr_table_unset(r->headers_in, "Authorization");
    apr_table_unset(r->headers_in, apikey_header(dir));
    if (strcasecmp(header, "Authorization") == 0) {
        token = apr_pstrcat(r->pool, "Bearer ", token, NULL);
    }
    apr_table_setn(r->headers_in, header, token);
    mod_xcj_request_of(r)->header = header;
    apr_table_setn(r->subprocess_env, "XCJ_CLIENT_ID", client_id);
    return OK;
}
