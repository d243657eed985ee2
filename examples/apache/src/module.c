#include "mod_xcj.h"

mod_xcj_request *mod_xcj_request_of(request_rec *r)
{
    mod_xcj_request *own = (mod_xcj_request *)ap_get_module_config(r->request_config, &xcj_module);
    if (own == NULL) {
        own = (mod_xcj_request *)apr_pcalloc(r->pool, sizeof *own);
        ap_set_module_config(r->request_config, &xcj_module, own);
    }
    return own;
}

int mod_xcj_refuse(request_rec *r, const xcj_error *err)
{
    int status = xcj_code_http_status(err->code);
    const char *why = apr_pstrcat(r->pool, xcj_code_name(err->code), ": ", err->message, NULL);
    ap_log_rerror(APLOG_MARK, status == HTTP_UNAUTHORIZED ? APLOG_INFO : APLOG_ERR, 0, r, "xcj: %s", why);
    apr_table_setn(r->subprocess_env, "XCJ_ERROR", why);
    if (status == HTTP_UNAUTHORIZED && apr_table_get(r->err_headers_out, "WWW-Authenticate") == NULL) {
        apr_table_setn(r->err_headers_out, "WWW-Authenticate", "Bearer");
    }
    return status;
}

static void hooks(apr_pool_t *pool)
{
    ap_hook_check_config(mod_xcj_build, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_optional_fn_retrieve(mod_xcj_tls_register, NULL, NULL, APR_HOOK_MIDDLE);
    /* Before anything else of the request looks at its headers, and after everything that authenticates. */
    ap_hook_header_parser(mod_xcj_strip, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authn(mod_xcj_authenticate, NULL, NULL, APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_fixups(mod_xcj_mint, NULL, NULL, APR_HOOK_MIDDLE);
    mod_xcj_require_register(pool);
}

module AP_MODULE_DECLARE_DATA xcj_module = {
    STANDARD20_MODULE_STUFF, mod_xcj_dir_new, mod_xcj_dir_merge,  mod_xcj_server_new, mod_xcj_server_merge,
    mod_xcj_directives,      hooks,           AP_MODULE_FLAG_NONE
};
