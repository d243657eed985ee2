#include "lib/token/issuers.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/token/compact.h"
#include "lib/token/early_claim.h"
#include "lib/token/mismatch.h"

static xcj_str issuer_of(const xcj_verifier *row)
{
    return row->policy.options.issuer;
}

static int compare(xcj_str a, xcj_str b)
{
    const int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_rows(const void *ctx, uint32_t a, uint32_t b)
{
    const xcj_verifier *const *rows = ctx;
    return compare(issuer_of(rows[a]), issuer_of(rows[b]));
}

static xcj_code wrong_row(size_t i, const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CONFIG, "rows", XCJ_NO_OFFSET, "row %zu: %s", i + 1, why);
}

static xcj_code check_rows(const xcj_verifier *const *rows, size_t count, xcj_error *err)
{
    if (count > UINT32_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "rows", XCJ_NO_OFFSET, "there are more than 4294967295 rows");
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i] == NULL) {
            return xcj__fail_null(err);
        }
        if (issuer_of(rows[i]).ptr == NULL) {
            return wrong_row(i, "the verifier names no issuer, so no token would select it", err);
        }
    }
    return XCJ_OK;
}

/* The verifier's own policy is the widest of its rows, each of which then has the last word. */
static void widen(xcj_verify_options *to, const xcj__policy *row)
{
    const xcj_verify_options *from = &row->options;
    to->max_token = from->max_token > to->max_token ? from->max_token : to->max_token;
    to->max_signatures = from->max_signatures > to->max_signatures ? from->max_signatures : to->max_signatures;
    to->max_depth = row->limits.max_depth > to->max_depth ? (unsigned)row->limits.max_depth : to->max_depth;
    to->max_members = row->limits.max_members > to->max_members ? row->limits.max_members : to->max_members;
    to->allow_no_exp = to->allow_no_exp || from->allow_no_exp;
    to->ignore_times = to->ignore_times || from->ignore_times;
}

/* Two rows for one issuer would leave open whose keys and audiences count. */
static xcj_code copy_rows(xcj_verifier *to, const xcj_verifier *const *rows, const uint32_t *order, xcj_error *err)
{
    for (size_t i = 0; i < to->rows_count; i++) {
        if (i > 0 && compare_rows(rows, order[i - 1], order[i]) == 0) {
            to->rows_count = i;
            return wrong_row(order[i], "another row has the same issuer; one row may have several keys and audiences", err);
        }
        to->rows[i] = xcj_verifier_ref(rows[order[i]]);
    }
    return XCJ_OK;
}

static xcj_code sort_rows(xcj_verifier *to, const xcj_verifier *const *rows, size_t count, xcj_error *err)
{
    uint32_t *order = xcj__alloc(count * sizeof *order + 1);
    to->rows = xcj__alloc(count * sizeof *to->rows + 1);
    xcj_code code = order != NULL && to->rows != NULL ? XCJ_OK : xcj__fail_memory(err);
    if (code == XCJ_OK) {
        xcj__sort(order, count, compare_rows, rows);
        to->rows_count = count;
        code = copy_rows(to, rows, order, err);
    }
    xcj_free(order);
    return code;
}

xcj_code xcj_verifier_new_issuers(xcj_verifier **out, const xcj_verifier *const *rows, size_t count, xcj_error *err)
{
    if (!xcj__clear_handle(out) || rows == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = check_rows(rows, count, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_verify_options widest = XCJ_VERIFY_OPTIONS_INIT;
    for (size_t i = 0; i < count; i++) {
        widen(&widest, &rows[i]->policy);
    }
    xcj_verifier *made = xcj__zalloc(sizeof *made);
    if (made == NULL) {
        return xcj__fail_memory(err);
    }
    atomic_init(&made->refs, 1);
    code = xcj__policy_open(&made->policy, &widest, err);
    code = code == XCJ_OK ? sort_rows(made, rows, count, err) : code;
    if (code != XCJ_OK) {
        xcj_verifier_free(made);
        return code;
    }
    xcj__error_clear(err);
    *out = made;
    return XCJ_OK;
}

static const xcj_verifier *find_row(const xcj_verifier *v, xcj_str issuer)
{
    size_t from = 0;
    size_t to = v->rows_count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = compare(issuer, issuer_of(v->rows[middle]));
        if (order == 0) {
            return v->rows[middle];
        }
        from = order > 0 ? middle + 1 : from;
        to = order < 0 ? middle : to;
    }
    return NULL;
}

static xcj_code refuse(const xcj__verification *w, const char *why)
{
    (void)xcj__fail_at(w->err, XCJ_ERR_CLAIM, "iss", XCJ_NO_OFFSET, "\"iss\" %s", why);
    if (w->err != NULL) {
        w->err->claims = XCJ_CLAIM_ISS;
    }
    return XCJ_ERR_CLAIM;
}

static xcj_code refuse_unknown(const xcj__verification *w, xcj_str issuer)
{
    const xcj_verifier *v = w->verifier;
    char words[XCJ__MISMATCH_MAX];
    if (v->rows_count == 0) {
        return refuse(w, "is not accepted: the list of issuers is empty");
    }
    const xcj_str first = issuer_of(v->rows[0]);
    return refuse(w, xcj__mismatch(words, "is", issuer, &first, v->rows_count));
}

static xcj_code select_row(xcj__verification *w, const xcj__json_value *claim)
{
    char *unescaped = NULL;
    xcj_str issuer = claim->text;
    if (claim->escaped) {
        xcj_code code = xcj__json_take_text(&unescaped, &issuer.len, claim->text, w->err);
        if (code != XCJ_OK) {
            return code;
        }
        issuer.ptr = unescaped;
    }
    const xcj_verifier *row = find_row(w->verifier, issuer);
    xcj_free(unescaped);
    if (row == NULL) {
        return refuse_unknown(w, claim->text);
    }
    w->verifier = row;
    return XCJ_OK;
}

xcj_code xcj__issuers_route(xcj__verification *w, size_t token_len)
{
    if (w->verifier->rows == NULL) {
        return XCJ_OK;
    }
    xcj__json_value claim;
    xcj_code code = xcj__early_claim(&claim, w, xcj_text("iss"));
    if (code == XCJ_OK && claim.type != XCJ__JSON_STRING) {
        code = refuse(w, claim.type == 0 ? "is missing" : "is not a string");
    }
    code = code == XCJ_OK ? select_row(w, &claim) : code;
    return code == XCJ_OK ? xcj__policy_check_len(&w->verifier->policy, token_len, w->err) : code;
}

const xcj_verifier *xcj_verifier_row(const xcj_verifier *verifier, const char *token, size_t len)
{
    xcj__verification w = { .verifier = verifier };
    xcj__compact parts;
    if (verifier == NULL || token == NULL || xcj__policy_check_len(&verifier->policy, len, NULL) != XCJ_OK ||
        xcj__compact_split(&parts, token, len, NULL) != XCJ_OK) {
        return NULL;
    }
    w.carried = parts.payload;
    xcj__buf room;
    xcj__buf_init(&room);
    w.at = (uint8_t *)xcj__buf_reserve(&room, parts.payload.len + 1);
    const xcj_code code = w.at != NULL ? xcj__issuers_route(&w, len) : XCJ_ERR_MEMORY;
    xcj__buf_free(&room);
    return code == XCJ_OK ? w.verifier : NULL;
}
