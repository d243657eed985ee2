/*
 * The line of audit, for $xcj_audit: written when a token is handed over or a request is refused, if something uses it.
 */
#include "ngx_http_xcj.h"

/* A log format, for example, has given the variable an index. */
void ngx_http_xcj_watch_audit(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_xcj_main_conf *conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_xcj_module);
    const ngx_http_variable_t *variables = cmcf->variables.elts;
    for (ngx_uint_t i = 0; i < cmcf->variables.nelts; i++) {
        conf->audits |= ngx_http_xcj_is(&variables[i].name, "xcj_audit");
    }
}

/* The caller is known until the token is handed over. */
ngx_int_t ngx_http_xcj_note_audit(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *refusal)
{
    const ngx_http_xcj_main_conf *conf = ngx_http_get_module_main_conf(r, ngx_http_xcj_module);
    char line[XCJ_AUDIT_MAX];
    xcj_audit audit = XCJ_AUDIT_INIT;
    xcj_error err;
    size_t len;
    if (!conf->audits) {
        return NGX_OK;
    }
    ctx->auth.caller = ctx->caller;
    audit.auth = &ctx->auth;
    audit.refusal = refusal;
    audit.token = refusal == NULL ? ngx_http_xcj_view(&ctx->token) : audit.token;
    if (xcj_audit_line(line, sizeof line, &len, &audit, &err) != XCJ_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "xcj: no line of audit: %s", err.message);
        return NGX_ERROR;
    }
    return ngx_http_xcj_copy(&ctx->audit, r->pool, line, len);
}
