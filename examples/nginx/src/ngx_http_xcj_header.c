/*
 * The token in a header field: of the request to the upstream server, in the place of every field that a server could take
 * for it, and of the response.
 */
#include "ngx_http_xcj.h"

static ngx_http_output_header_filter_pt next_filter;

/* CGI and its heirs write HTTP_X_CUSTOM_JWT for a hyphen and an underscore alike, some for any other character, too. */
static u_char folded(u_char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (u_char)(c | 0x20);
    }
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
}

static int could_be(const ngx_str_t *name, const ngx_str_t *wanted)
{
    if (name->len != wanted->len) {
        return 0;
    }
    for (size_t i = 0; i < name->len; i++) {
        if (folded(name->data[i]) != folded(wanted->data[i])) {
            return 0;
        }
    }
    return 1;
}

static ngx_int_t push_copy(ngx_list_t *list, const ngx_table_elt_t *field)
{
    ngx_table_elt_t *copy = ngx_list_push(list);
    if (copy == NULL) {
        return NGX_ERROR;
    }
    *copy = *field;
    return NGX_OK;
}

/* The list is exchanged and not changed: nginx keeps pointers to fields, such as that of Authorization. */
static ngx_int_t copy_fields(ngx_list_t *out, ngx_http_request_t *r, ngx_array_t *removed, const ngx_str_t *name,
                             const u_char *ours)
{
    for (const ngx_list_part_t *part = &r->headers_in.headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *field = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (ours != NULL && field[i].value.data == ours) {
                continue;
            }
            if (name == NULL || !could_be(&field[i].key, name)) {
                if (push_copy(out, &field[i]) != NGX_OK) {
                    return NGX_ERROR;
                }
                continue;
            }
            ngx_table_elt_t *place = ngx_array_push(removed);
            if (place == NULL) {
                return NGX_ERROR;
            }
            *place = field[i];
        }
    }
    return NGX_OK;
}

static void exchange(ngx_http_request_t *r, const ngx_list_t *list)
{
    r->headers_in.headers = *list;
    if (list->last == &list->part) {
        r->headers_in.headers.last = &r->headers_in.headers.part;
    }
}

ngx_int_t ngx_http_xcj_replace_header(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const ngx_http_xcj_field *field)
{
    ngx_list_t list;
    ngx_array_t *removed = ngx_array_create(r->pool, 1, sizeof(ngx_table_elt_t));
    if (removed == NULL || ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
        copy_fields(&list, r, removed, &field->name, NULL) != NGX_OK) {
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
    ctx->removed = removed;
    return NGX_OK;
}

ngx_int_t ngx_http_xcj_restore_headers(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    ngx_list_t list;
    if (ctx->removed != NULL) {
        if (ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
            copy_fields(&list, r, NULL, NULL, ctx->value.data) != NGX_OK) {
            return NGX_ERROR;
        }
        const ngx_table_elt_t *theirs = ctx->removed->elts;
        for (ngx_uint_t i = 0; i < ctx->removed->nelts; i++) {
            if (push_copy(&list, &theirs[i]) != NGX_OK) {
                return NGX_ERROR;
            }
        }
        exchange(r, &list);
        ctx->removed = NULL;
    }
    ngx_str_null(&ctx->value);
    ngx_str_null(&ctx->token);
    return NGX_OK;
}

ngx_int_t ngx_http_xcj_add_header(ngx_http_request_t *r, const char *name, const ngx_str_t *value)
{
    ngx_table_elt_t *field = ngx_list_push(&r->headers_out.headers);
    if (field == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(field, sizeof *field);
    field->hash = 1;
    field->key = (ngx_str_t){ ngx_strlen(name), (u_char *)name };
    field->value = *value;
    return NGX_OK;
}

/* A field with hash 0 is not sent. */
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
    if (r == r->main && conf->enable && conf->downstream.name.len > 0) {
        const ngx_http_xcj_ctx *ctx = ngx_http_xcj_get_ctx(r);
        if (ctx != NULL && ctx->token.len > 0 && put_downstream(r, ctx, &conf->downstream) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return next_filter(r);
}

void ngx_http_xcj_init_header_filter(void)
{
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
}
