/*
 * Puts the token into a header: of the request to the upstream server, where it replaces every header that a server could
 * mistake for it, and of the response.
 */
#include "ngx_http_xcj.h"

static ngx_http_output_header_filter_pt next_filter;

static ngx_int_t push_copy(ngx_list_t *list, const ngx_table_elt_t *field)
{
    ngx_table_elt_t *copy = ngx_list_push(list);
    if (copy == NULL) {
        return NGX_ERROR;
    }
    *copy = *field;
    return NGX_OK;
}

/* Selects headers of a request to remove. */
typedef struct ngx_http_xcj_choice {
    const ngx_str_t *name; /* headers that could be mistaken for this one; NULL: none */
    const u_char *ours;    /* the header with this value, for which only `drops_ours` counts; NULL: none */
    int drops_ours;
} choice;

static int goes(const choice *which, const ngx_table_elt_t *field)
{
    if (which->ours != NULL && field->value.data == which->ours) {
        return which->drops_ours;
    }
    return which->name != NULL && ngx_http_xcj_alike(&field->key, which->name);
}

static int any_goes(ngx_http_request_t *r, const choice *which)
{
    for (const ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (goes(which, &field[i])) {
                return 1;
            }
        }
    }
    return 0;
}

/* Copies the headers to keep into a new list, and those to remove into `removed` unless it is NULL. */
static ngx_int_t copy_fields(ngx_list_t *out, ngx_http_request_t *r, const choice *which, ngx_array_t *removed)
{
    for (const ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!goes(which, &field[i])) {
                if (push_copy(out, &field[i]) != NGX_OK) {
                    return NGX_ERROR;
                }
                continue;
            }
            ngx_table_elt_t *place = removed != NULL ? ngx_array_push(removed) : NULL;
            if (place != NULL) {
                *place = field[i];
            } else if (removed != NULL) {
                return NGX_ERROR;
            }
        }
    }
    return NGX_OK;
}

/* Replaces the list instead of changing it: nginx keeps pointers to headers, for example to Authorization. */
static void exchange(ngx_http_request_t *r, const ngx_list_t *list)
{
    r->headers_in.headers = *list;
    if (list->last == &list->part) {
        r->headers_in.headers.last = &r->headers_in.headers.part;
    }
}

/* $http_<name> may already have been evaluated. */
static void forget_variable(ngx_http_request_t *r, ngx_int_t index)
{
    r->variables[index].valid = 0;
    r->variables[index].not_found = 0;
}

static int is_authorization(const ngx_str_t *name)
{
    return xcj_kong_header_prefix((const char *)name->data, name->len)[0] != '\0';
}

ngx_int_t ngx_http_xcj_replace_header(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    const ngx_http_xcj_field *field = &conf->upstream;
    const choice theirs = { &field->name, NULL, 0 };
    ngx_list_t list;
    ngx_array_t *removed = ngx_array_create(r->pool, 1, sizeof(ngx_table_elt_t));
    if (removed == NULL || ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
        copy_fields(&list, r, &theirs, removed) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_table_elt_t ours;
    ngx_memzero(&ours, sizeof ours);
    ours.key = field->name;
    ours.lowcase_key = field->lowcase.data;
    ours.hash = field->hash;
    ours.value = ctx->value;
    if (push_copy(&list, &ours) != NGX_OK) {
        return NGX_ERROR;
    }
    exchange(r, &list);
    forget_variable(r, conf->upstream_variable);
    ctx->removed = removed;
    ctx->variable = conf->upstream_variable;
    return NGX_OK;
}

/* Restores replaced headers only if they are the caller's credential, which another location may need. */
static ngx_int_t take_back(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    const choice ours = { NULL, ctx->value.data, 1 };
    ngx_list_t list;
    if (ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
        copy_fields(&list, r, &ours, NULL) != NGX_OK) {
        return NGX_ERROR;
    }
    const ngx_table_elt_t *theirs = ctx->removed->elts;
    for (ngx_uint_t i = 0; i < ctx->removed->nelts; i++) {
        if (is_authorization(&theirs[i].key) && push_copy(&list, &theirs[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    exchange(r, &list);
    forget_variable(r, ctx->variable);
    ctx->removed = NULL;
    ngx_str_null(&ctx->value);
    ngx_str_null(&ctx->token);
    return NGX_OK;
}

/*
 * Runs at the start of each location. A token is for one location: a request that is redirected within nginx loses it.
 * Where tokens are minted, no header from the client may pass for one, whatever happens next: a subrequest before the
 * mint, or a refusal whose error_page leads to another service. Authorization is a credential, so it stays until the
 * token replaces it.
 */
ngx_int_t ngx_http_xcj_location_handler(ngx_http_request_t *r)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
    if (ctx != NULL && r == r->main && ctx->removed != NULL && take_back(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!conf->enable || is_authorization(&conf->upstream.name)) {
        return NGX_DECLINED;
    }
    const choice theirs = { &conf->upstream.name, ctx != NULL && ctx->removed != NULL ? ctx->value.data : NULL, 0 };
    ngx_list_t list;
    if (any_goes(r, &theirs)) {
        if (ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
            copy_fields(&list, r, &theirs, NULL) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        exchange(r, &list);
        forget_variable(r, conf->upstream_variable);
    }
    return NGX_DECLINED;
}

ngx_table_elt_t *ngx_http_xcj_push_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value)
{
    ngx_table_elt_t *field = ngx_list_push(&r->headers_out.headers);
    if (field != NULL) {
        ngx_memzero(field, sizeof *field);
        field->hash = 1;
        field->key = (ngx_str_t){ ngx_strlen(name), (u_char *)name };
        field->value = *value;
    }
    return field;
}

ngx_int_t ngx_http_xcj_add_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value)
{
    return ngx_http_xcj_push_header(r, name, value) != NULL ? NGX_OK : NGX_ERROR;
}

/* nginx does not send a header with hash 0. */
static void drop_downstream(ngx_http_request_t *r, const ngx_str_t *name)
{
    for (ngx_list_part_t *part = &r->headers_out.headers.part; part != NULL; part = part->next) {
        ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (field[i].key.len == name->len && ngx_strncasecmp(field[i].key.data, name->data, name->len) == 0) {
                field[i].hash = 0;
            }
        }
    }
}

static ngx_int_t put_downstream(ngx_http_request_t *r, const ngx_http_xcj_ctx *ctx, const ngx_http_xcj_field *field)
{
    ngx_str_t value;
    value.len = field->prefix.len + ctx->token.len;
    value.data = ngx_pnalloc(r->pool, value.len);
    if (value.data == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(ngx_cpymem(value.data, field->prefix.data, field->prefix.len), ctx->token.data, ctx->token.len);
    drop_downstream(r, &field->name);
    return ngx_http_xcj_add_header(r, (const char *)field->name.data, &value);
}

static ngx_int_t header_filter(ngx_http_request_t *r)
{
    const ngx_http_xcj_loc_conf *conf = ngx_http_get_module_loc_conf(r, ngx_http_xcj_module);
    ngx_http_xcj_ctx *ctx = r == r->main ? ngx_http_xcj_get_ctx(r) : NULL;
    if (ctx != NULL && r->headers_out.status != NGX_HTTP_UNAUTHORIZED) {
        ngx_http_xcj_drop_challenge(r, ctx);
    }
    if (ctx != NULL && conf->enable && conf->downstream.name.len > 0 && ctx->token.len > 0 &&
        put_downstream(r, ctx, &conf->downstream) != NGX_OK) {
        return NGX_ERROR;
    }
    return next_filter(r);
}

void ngx_http_xcj_init_header_filter(void)
{
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}
