/*
 * The verifier of a location whose key sets are fetched: each worker makes it anew when one of the sets has changed. A
 * request whose key is unknown may wait for the set to be fetched again.
 */
#include "ngx_http_xcj_set.h"

#define POLL 20 /* milliseconds */

static ngx_int_t make_row(ngx_http_xcj_row *row, int is_usable)
{
    const xcj_key *none[1] = { NULL };
    xcj_verifier *verifier = NULL;
    xcj_keyset *keys = NULL;
    xcj_error err;
    xcj_verify_options options = ngx_http_xcj_verify_options(row->line, 0);
    xcj_code code = XCJ_OK;
    if (is_usable) {
        keys = xcj_keyset_ref(row->line->set->keys);
    } else {
        code = xcj_keyset_from_keys(&keys, none, 0, &err);
    }
    if (code == XCJ_OK) {
        code = xcj_verifier_new(&verifier, keys, &options, &err);
    }
    xcj_keyset_free(keys);
    if (code != XCJ_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "xcj: no verifier for the key set \"%V\": %s", &row->line->set->name,
                      err.message);
        return NGX_ERROR;
    }
    xcj_verifier_free(row->verifier);
    row->verifier = verifier;
    row->generation = row->line->set->generation;
    row->is_usable = is_usable;
    return NGX_OK;
}

static ngx_int_t join(ngx_http_xcj_verifier *v)
{
    const xcj_verifier **rows = ngx_alloc(v->count * sizeof *rows, ngx_cycle->log);
    xcj_verifier *joined = NULL;
    xcj_error err;
    xcj_code code = rows != NULL ? XCJ_OK : XCJ_ERR_MEMORY;
    for (ngx_uint_t i = 0; code == XCJ_OK && i < v->count; i++) {
        rows[i] = v->rows[i].verifier;
    }
    if (code == XCJ_OK && v->count > 1) {
        code = xcj_verifier_new_issuers(&joined, rows, v->count, &err);
    } else if (code == XCJ_OK) {
        joined = xcj_verifier_ref(rows[0]);
    }
    ngx_free(rows);
    xcj_verifier_free(v->current);
    v->current = joined;
    return code == XCJ_OK ? NGX_OK : NGX_ERROR;
}

/* The caller is done with the verifier before the next request gets one. NULL: out of memory. */
const xcj_verifier *ngx_http_xcj_current_verifier(ngx_http_xcj_verifier *v)
{
    int is_new = v->current == NULL;
    for (ngx_uint_t i = 0; i < v->count; i++) {
        ngx_http_xcj_row *row = &v->rows[i];
        if (row->line->set == NULL) {
            continue;
        }
        const int is_usable = ngx_http_xcj_decide(row->line->set, XCJ_REFRESH_ANY_KEY) == XCJ_REFRESH_USE;
        if (row->verifier != NULL && row->generation == row->line->set->generation && row->is_usable == is_usable) {
            continue;
        }
        if (make_row(row, is_usable) != NGX_OK) {
            return NULL;
        }
        is_new = 1;
    }
    return is_new && join(v) != NGX_OK ? NULL : v->current;
}

void ngx_http_xcj_end_verifiers(const ngx_http_xcj_main_conf *conf)
{
    ngx_http_xcj_verifier *const *all = conf->verifiers.elts;
    for (ngx_uint_t i = 0; i < conf->verifiers.nelts; i++) {
        ngx_http_xcj_verifier *v = all[i];
        xcj_verifier_free(v->current);
        v->current = NULL;
        for (ngx_uint_t j = 0; j < v->count; j++) {
            if (v->rows[j].line->set != NULL) {
                xcj_verifier_free(v->rows[j].verifier);
                v->rows[j].verifier = NULL;
            }
        }
    }
}

/* What follows the scheme. */
static xcj_str token_of(const ngx_http_request_t *r)
{
    const ngx_table_elt_t *field = r->headers_in.authorization;
    xcj_str text = field != NULL ? ngx_http_xcj_view(&field->value) : (xcj_str){ NULL, 0 };
    while (text.len > 0 && text.ptr[0] != ' ') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && text.ptr[0] == ' ') {
        text.ptr++;
        text.len--;
    }
    return text;
}

/* The set in which the token's key was looked for; NULL: it was a file. */
static const ngx_http_xcj_row *find_row(const ngx_http_xcj_verifier *v, const ngx_http_request_t *r)
{
    const xcj_str token = token_of(r);
    const xcj_verifier *selected = xcj_verifier_row(v->current, token.ptr, token.len);
    for (ngx_uint_t i = 0; i < v->count; i++) {
        if (v->rows[i].verifier == selected && v->rows[i].line->set != NULL) {
            return &v->rows[i];
        }
    }
    return NULL;
}

static void resume(ngx_http_request_t *r)
{
    if (r->connection->write->delayed) {
        if (ngx_handle_write_event(r->connection->write, 0) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        }
        return;
    }
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

static ngx_int_t sleep_for_set(ngx_http_request_t *r)
{
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->read_event_handler = ngx_http_test_reading; /* notices that the client hangs up */
    r->write_event_handler = resume;
    r->connection->write->delayed = 1;
    ngx_add_timer(r->connection->write, POLL);
    return NGX_AGAIN;
}

/* The token's sender chooses the kid, so these requests may not take all of the worker's connections. */
static int may_wait(const ngx_http_xcj_set *set, const ngx_http_xcj_ctx *ctx)
{
    return !ctx->has_waited && set->waiting < ngx_cycle->connection_n / 4;
}

ngx_int_t ngx_http_xcj_await_key(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx, const ngx_http_xcj_verifier *v,
                                 xcj_error *err)
{
    const ngx_http_xcj_row *row = find_row(v, r);
    if (row == NULL) {
        return NGX_DECLINED;
    }
    ngx_http_xcj_set *set = row->line->set;
    if (may_wait(set, ctx) && ngx_http_xcj_decide(set, XCJ_REFRESH_UNKNOWN_KID) == XCJ_REFRESH_WAIT) {
        ctx->awaited = set;
        ctx->fetch = ngx_http_xcj_fetch_under_way(set);
        ctx->has_waited = 1;
        ctx->state = NGX_HTTP_XCJ_WAITING;
        set->waiting++;
        return sleep_for_set(r);
    }
    if (row->is_usable) {
        return NGX_DECLINED;
    }
    ngx_cpystrn((u_char *)err->message, (u_char *)"there is no key set that may be used: it could not be fetched",
                sizeof err->message);
    return NGX_HTTP_SERVICE_UNAVAILABLE;
}

void ngx_http_xcj_stop_waiting(ngx_http_xcj_ctx *ctx)
{
    if (ctx->awaited != NULL) {
        ctx->awaited->waiting--;
        ctx->awaited = NULL;
    }
}

/* NGX_AGAIN: the fetch is still under way. NGX_OK: the request goes on. */
ngx_int_t ngx_http_xcj_go_on_waiting(ngx_http_request_t *r, ngx_http_xcj_ctx *ctx)
{
    if (r->connection->write->delayed) {
        return NGX_AGAIN;
    }
    if (ctx->fetch != 0 && ngx_http_xcj_fetch_under_way(ctx->awaited) == ctx->fetch) {
        return sleep_for_set(r);
    }
    ngx_http_xcj_stop_waiting(ctx);
    ctx->state = NGX_HTTP_XCJ_NEW;
    return NGX_OK;
}
