/*
 * Claims: which of an inbound token's are kept, and which a request brings.
 */
#include "ngx_http_xcj.h"

static ngx_http_complex_value_t *compile(ngx_conf_t *cf, ngx_str_t text)
{
    ngx_http_complex_value_t *value = ngx_pcalloc(cf->pool, sizeof *value);
    ngx_http_compile_complex_value_t compiling = { .cf = cf, .value = &text, .complex_value = value };
    return value != NULL && ngx_http_compile_complex_value(&compiling) == NGX_OK ? value : NULL;
}

/* A list of this level; NULL: out of memory. */
static ngx_array_t *list_of(ngx_conf_t *cf, ngx_array_t **slot, size_t size)
{
    if (*slot == NGX_CONF_UNSET_PTR) {
        *slot = ngx_array_create(cf->pool, 4, size);
    }
    return *slot;
}

static char *check_name(ngx_conf_t *cf, const ngx_str_t *name)
{
    if (name->len == 0) {
        return "has an empty name";
    }
    if (ngx_http_script_variables_count((ngx_str_t *)name) > 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "variables cannot be used in \"%V\"", name);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static char *push_name(ngx_conf_t *cf, ngx_array_t *list, const ngx_str_t *name)
{
    char *wrong = check_name(cf, name);
    xcj_str *item = wrong == NGX_CONF_OK ? ngx_array_push(list) : NULL;
    if (item == NULL) {
        return wrong == NGX_CONF_OK ? NGX_CONF_ERROR : wrong;
    }
    *item = ngx_http_xcj_view(name);
    return NGX_CONF_OK;
}

/* xcj_keep_claims, xcj_drop_claims, xcj_require_claims and xcj_bearer_clientid_claim NAME...; "" alone: none. */
char *ngx_http_xcj_set_names(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_array_t **slot = (ngx_array_t **)((u_char *)data + cmd->offset);
    const ngx_str_t *words = cf->args->elts;
    if (*slot != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    ngx_array_t *list = list_of(cf, slot, sizeof(xcj_str));
    if (list == NULL) {
        return NGX_CONF_ERROR;
    }
    char *wrong = NGX_CONF_OK;
    const int is_none = cf->args->nelts == 2 && words[1].len == 0;
    for (ngx_uint_t i = 1; i < cf->args->nelts && wrong == NGX_CONF_OK && !is_none; i++) {
        wrong = push_name(cf, list, &words[i]);
    }
    return wrong;
}

/* xcj_rename_claim OLD NEW */
char *ngx_http_xcj_set_rename(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    const ngx_str_t *words = cf->args->elts;
    ngx_array_t *list = list_of(cf, (ngx_array_t **)((u_char *)data + cmd->offset), sizeof(xcj_rename));
    char *wrong = check_name(cf, &words[1]);
    wrong = wrong == NGX_CONF_OK ? check_name(cf, &words[2]) : wrong;
    xcj_rename *item = wrong == NGX_CONF_OK && list != NULL ? ngx_array_push(list) : NULL;
    if (item == NULL) {
        return wrong == NGX_CONF_OK ? NGX_CONF_ERROR : wrong;
    }
    *item = (xcj_rename){ ngx_http_xcj_view(&words[1]), ngx_http_xcj_view(&words[2]) };
    return NGX_CONF_OK;
}

/* xcj_aud VALUE... */
char *ngx_http_xcj_set_values(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_array_t **slot = (ngx_array_t **)((u_char *)data + cmd->offset);
    const ngx_str_t *words = cf->args->elts;
    if (*slot != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    ngx_array_t *list = list_of(cf, slot, sizeof(ngx_http_complex_value_t *));
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        ngx_http_complex_value_t **value = list != NULL ? ngx_array_push(list) : NULL;
        if (value == NULL || (*value = compile(cf, words[i])) == NULL) {
            return NGX_CONF_ERROR;
        }
    }
    return NGX_CONF_OK;
}

/* xcj_claim NAME VALUE [json] [if=VALUE] */
char *ngx_http_xcj_set_claim(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    const ngx_str_t *words = cf->args->elts;
    ngx_array_t *list = list_of(cf, (ngx_array_t **)((u_char *)data + cmd->offset), sizeof(ngx_http_xcj_claim));
    char *wrong = check_name(cf, &words[1]);
    ngx_http_xcj_claim *claim = wrong == NGX_CONF_OK && list != NULL ? ngx_array_push(list) : NULL;
    if (claim == NULL) {
        return wrong == NGX_CONF_OK ? NGX_CONF_ERROR : wrong;
    }
    *claim = (ngx_http_xcj_claim){ .name = ngx_http_xcj_view(&words[1]), .value = compile(cf, words[2]) };
    for (ngx_uint_t i = 3; i < cf->args->nelts && claim->value != NULL; i++) {
        ngx_str_t word = words[i];
        if (ngx_http_xcj_is(&word, "json") && claim->kind == XCJ_KIND_STRING) {
            claim->kind = XCJ_KIND_JSON;
        } else if (word.len > 3 && ngx_strncmp(word.data, "if=", 3) == 0 && claim->condition == NULL) {
            claim->condition = compile(cf, (ngx_str_t){ word.len - 3, word.data + 3 });
            if (claim->condition == NULL) {
                return NGX_CONF_ERROR;
            }
        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is neither json nor if=, or is given twice", &word);
            return NGX_CONF_ERROR;
        }
    }
    return claim->value != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static size_t escaped_len(const ngx_str_t *text)
{
    return text->len + ngx_escape_json(NULL, text->data, text->len);
}

/* Adds "NAME":"VALUE" to the object; the library checks the whole. */
static ngx_int_t add_member(ngx_conf_t *cf, ngx_str_t *object, const ngx_str_t *name, const ngx_str_t *value)
{
    const size_t before = object->len > 0 ? object->len - 1 : 0;
    u_char *text = ngx_pnalloc(cf->pool, before + escaped_len(name) + escaped_len(value) + sizeof "{\"\":\"\"}");
    if (text == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_cpymem(text, object->data, before);
    *end++ = before > 0 ? ',' : '{';
    *end++ = '"';
    end = (u_char *)ngx_escape_json(end, name->data, name->len);
    end = ngx_cpymem(end, "\":\"", 3);
    end = (u_char *)ngx_escape_json(end, value->data, value->len);
    end = ngx_cpymem(end, "\"}", 2);
    *object = (ngx_str_t){ (size_t)(end - text), text };
    return NGX_OK;
}

/* xcj_jose_header NAME VALUE */
char *ngx_http_xcj_set_jose_header(ngx_conf_t *cf, ngx_command_t *cmd, void *data)
{
    ngx_str_t *object = (ngx_str_t *)((u_char *)data + cmd->offset);
    const ngx_str_t *words = cf->args->elts;
    char *wrong = check_name(cf, &words[1]);
    if (wrong == NGX_CONF_OK && ngx_http_script_variables_count((ngx_str_t *)&words[2]) > 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "variables cannot be used in \"%V\"", &words[2]);
        wrong = NGX_CONF_ERROR;
    }
    return wrong == NGX_CONF_OK && add_member(cf, object, &words[1], &words[2]) != NGX_OK ? NGX_CONF_ERROR : wrong;
}

/* A value that is not set leaves *out. */
ngx_int_t ngx_http_xcj_evaluate(xcj_str *out, ngx_http_request_t *r, ngx_http_complex_value_t *value)
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

static ngx_int_t evaluate_claim(xcj_claim *out, ngx_http_request_t *r, const ngx_http_xcj_claim *claim)
{
    xcj_str condition = { "1", 1 };
    *out = (xcj_claim){ claim->name, { NULL, 0 }, claim->kind };
    if (claim->condition != NULL && ngx_http_xcj_evaluate(&condition, r, claim->condition) != NGX_OK) {
        return NGX_ERROR;
    }
    if (condition.len == 0 || (condition.len == 1 && condition.ptr[0] == '0')) {
        return NGX_OK;
    }
    ngx_int_t rc = ngx_http_xcj_evaluate(&out->value, r, claim->value);
    if (out->value.len == 0) {
        out->value.ptr = NULL;
    }
    return rc;
}

static ngx_int_t evaluate_claims(xcj_auth *auth, ngx_http_request_t *r, const ngx_array_t *claims)
{
    if (claims == NULL) {
        return NGX_OK;
    }
    const ngx_http_xcj_claim *from = claims->elts;
    xcj_claim *to = ngx_palloc(r->pool, claims->nelts * sizeof *to);
    ngx_int_t rc = to != NULL ? NGX_OK : NGX_ERROR;
    for (ngx_uint_t i = 0; i < claims->nelts && rc == NGX_OK; i++) {
        rc = evaluate_claim(&to[i], r, &from[i]);
    }
    auth->claims = to;
    auth->claims_count = to != NULL ? claims->nelts : 0;
    return rc;
}

static ngx_int_t evaluate_audiences(xcj_auth *auth, ngx_http_request_t *r, const ngx_array_t *values)
{
    ngx_http_complex_value_t **from = values->elts;
    if (values->nelts == 1) {
        return ngx_http_xcj_evaluate(&auth->audience, r, from[0]);
    }
    xcj_str *to = ngx_palloc(r->pool, values->nelts * sizeof *to);
    ngx_int_t rc = to != NULL ? NGX_OK : NGX_ERROR;
    for (ngx_uint_t i = 0; i < values->nelts && rc == NGX_OK; i++) {
        rc = ngx_http_xcj_evaluate(&to[i], r, from[i]);
    }
    auth->audiences = to;
    auth->audiences_count = to != NULL ? values->nelts : 0;
    return rc;
}

ngx_int_t ngx_http_xcj_bring_claims(xcj_auth *auth, ngx_http_request_t *r, const ngx_http_xcj_loc_conf *conf)
{
    ngx_int_t rc = conf->aud != NGX_CONF_UNSET_PTR ? evaluate_audiences(auth, r, conf->aud) : NGX_OK;
    if (rc == NGX_OK && conf->sub != NULL) {
        rc = ngx_http_xcj_evaluate(&auth->sub, r, conf->sub);
        if (auth->sub.len == 0) {
            auth->sub.ptr = NULL;
        }
    }
    return rc == NGX_OK ? evaluate_claims(auth, r, conf->claims) : rc;
}

/* Names, and values without variables, are the same for every request. */
ngx_int_t ngx_http_xcj_constant_claims(xcj_auth *auth, ngx_conf_t *cf, const ngx_http_xcj_loc_conf *conf)
{
    if (conf->sub != NULL) {
        auth->sub = xcj_text("x");
    }
    if (conf->claims == NULL) {
        return NGX_OK;
    }
    const ngx_http_xcj_claim *from = conf->claims->elts;
    xcj_claim *to = ngx_palloc(cf->temp_pool, conf->claims->nelts * sizeof *to);
    if (to == NULL) {
        return NGX_ERROR;
    }
    for (ngx_uint_t i = 0; i < conf->claims->nelts; i++) {
        const int is_constant = from[i].value->lengths == NULL && from[i].value->value.len > 0;
        const xcj_str absent = { NULL, 0 };
        to[i] = (xcj_claim){ from[i].name, is_constant ? ngx_http_xcj_view(&from[i].value->value) : absent, from[i].kind };
    }
    auth->claims = to;
    auth->claims_count = conf->claims->nelts;
    return NGX_OK;
}
