/*
 * The state of a request, and the variables that show it: $xcj_token, $xcj_client_id, $xcj_error, $xcj_audit.
 */
#include "ngx_http_xcj.h"

/* Wipes the token. The address of this function also identifies our context among a pool's cleanups. */
static void wipe_ctx(void *data)
{
    ngx_http_xcj_ctx *ctx = data;
    ngx_http_xcj_stop_waiting(ctx);
    xcj_caller_free(ctx->caller);
    if (ctx->value.len > 0) {
        ngx_explicit_memzero(ctx->value.data, ctx->value.len);
    }
}

/* NULL if there is none. An internal redirect zeroes the contexts of modules, but ours is still in the pool. */
ngx_http_xcj_ctx *ngx_http_xcj_get_ctx(ngx_http_request_t *r)
{
    ngx_http_request_t *main = r->main;
    ngx_http_xcj_ctx *ctx = ngx_http_get_module_ctx(main, ngx_http_xcj_module);
    if (ctx != NULL || !(main->internal || main->filter_finalize)) {
        return ctx;
    }
    for (ngx_pool_cleanup_t *cleanup = main->pool->cleanup; cleanup != NULL; cleanup = cleanup->next) {
        if (cleanup->handler == wipe_ctx) {
            return cleanup->data;
        }
    }
    return NULL;
}

ngx_http_xcj_ctx *ngx_http_xcj_make_ctx(ngx_http_request_t *r)
{
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    if (ctx == NULL) {
        ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof *ctx);
        if (cleanup == NULL) {
            return NULL;
        }
        ctx = cleanup->data;
        ngx_memzero(ctx, sizeof *ctx);
        cleanup->handler = wipe_ctx;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_xcj_module);
    return ctx;
}

/* On failure, *out is empty. */
ngx_int_t ngx_http_xcj_copy(ngx_str_t *out, ngx_pool_t *pool, const char *text, size_t len)
{
    ngx_str_null(out);
    u_char *copy = ngx_pnalloc(pool, len);
    if (copy == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(copy, text, len);
    *out = (ngx_str_t){ len, copy };
    return NGX_OK;
}

/* A caller's fault is not the operator's, so log it at level "info", as nginx does for a missing password. */
void ngx_http_xcj_note_error(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const xcj_error *err)
{
    ngx_uint_t level = xcj_code_http_status(err->code) == NGX_HTTP_INTERNAL_SERVER_ERROR ? NGX_LOG_ERR : NGX_LOG_INFO;
    ngx_log_error(level, r->connection->log, 0, "xcj: %s", err->message);
    const char *name = xcj_code_name(err->code);
    size_t room = ngx_strlen(name) + 2 + ngx_strlen(err->message);
    u_char *text = ngx_pnalloc(r->pool, room);
    if (text != NULL) {
        ctx->error.data = text;
        ctx->error.len = (size_t)(ngx_snprintf(text, room, "%s: %s", name, err->message) - text);
    }
}

static ngx_int_t show(ngx_http_variable_value_t *v, const ngx_str_t *text)
{
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = text == NULL || text->len == 0;
    if (!v->not_found) {
        v->data = text->data;
        v->len = text->len & 0x0fffffff; /* a field with 28 bits */
    }
    return NGX_OK;
}

static ngx_int_t show_token(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    (void)data;
    const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    return show(v, ctx != NULL ? &ctx->token : NULL);
}

static ngx_int_t show_error(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    (void)data;
    const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    return show(v, ctx != NULL ? &ctx->error : NULL);
}

static ngx_int_t show_audit(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    (void)data;
    const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    return show(v, ctx != NULL ? &ctx->audit : NULL);
}

/* Shows nothing before the caller is authenticated, nor for a refused caller. */
static ngx_int_t show_client_id(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    (void)data;
    const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    int is_known = ctx != NULL && (ctx->state == NGX_HTTP_XCJ_GATHERING || ctx->token.len > 0);
    return show(v, is_known ? &ctx->client_id : NULL);
}

ngx_int_t ngx_http_xcj_add_variables(ngx_conf_t *cf)
{
    static const struct {
        ngx_str_t name;
        ngx_http_get_variable_pt get;
    } variables[] = {
        { ngx_string("xcj_token"), show_token },
        { ngx_string("xcj_client_id"), show_client_id },
        { ngx_string("xcj_error"), show_error },
        { ngx_string("xcj_audit"), show_audit },
    };
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        ngx_str_t name = variables[i].name;
        ngx_http_variable_t *variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (variable == NULL) {
            return NGX_ERROR;
        }
        variable->get_handler = variables[i].get;
    }
    return NGX_OK;
}
