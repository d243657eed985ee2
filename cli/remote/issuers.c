/*
 * issuers.c: from a token's iss to the URL of its keys.
 */
#include <stdlib.h>

#include "cli/remote/discovery.h"
#include "cli/remote/issuers.h"
#include "cli/tokens/token.h"

static xcj_code make_rows(issuers *to, const verify_policy *policy, const xcj_verifier **rows, xcj_error *err)
{
    xcj_keyset *none = NULL;
    xcj_code code = xcj_keyset_from_keys(&none, NULL, 0, err);
    for (size_t i = 0; code == XCJ_OK && i < to->count; i++) {
        to->items[i].name = policy->issuers[i].ptr;
        code = policy_row(&to->items[i].row, policy, policy->issuers[i], none, NULL, err);
        rows[i] = to->items[i].row;
    }
    xcj_keyset_free(none);
    return code == XCJ_OK ? xcj_verifier_new_issuers(&to->rows, rows, to->count, err) : code;
}

msg_status issuers_open(issuers *out, const verify_policy *policy)
{
    xcj_error err;
    const xcj_verifier **rows = calloc(policy->issuers_count, sizeof *rows);
    out->items = calloc(policy->issuers_count, sizeof *out->items);
    if (rows == NULL || out->items == NULL) {
        free(rows);
        return msg_fail_memory();
    }
    out->count = policy->issuers_count;
    const xcj_code code = make_rows(out, policy, rows, &err);
    free(rows);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_OPTION, "verify", &err);
}

void issuers_close(issuers *which)
{
    xcj_verifier_free(which->rows);
    for (size_t i = 0; i < which->count; i++) {
        xcj_verifier_free(which->items[i].row);
        text_free(&which->items[i].url);
    }
    free(which->items);
}

/* Refuses a token of none of the issuers, with the error of the verifier that has them all. */
static void refuse(const issuers *of, refusal *why, xcj_str token)
{
    if (token_is_json(token.ptr, token.len)) {
        refusal_set(why, STATUS_POLICY, xcj_code_name(XCJ_ERR_TOKEN),
                    "several --issuer are for compact tokens; a JSON serialisation needs one");
        return;
    }
    const xcj_code code = xcj_verify(NULL, of->rows, token.ptr, token.len, NULL, &why->err);
    why->status = msg_status_of(code, ABOUT_TOKEN);
    why->code = xcj_code_name(code);
}

issuer_row *issuers_find(const issuers *of, refusal *why, xcj_str token)
{
    if (of->count == 1) {
        return &of->items[0];
    }
    const xcj_verifier *row = xcj_verifier_row(of->rows, token.ptr, token.len);
    for (size_t i = 0; row != NULL && i < of->count; i++) {
        if (of->items[i].row == row) {
            return &of->items[i];
        }
    }
    refuse(of, why, token);
    return NULL;
}

const char *issuers_url(issuer_row *of, refusal *why, const pages *from)
{
    if (!of->has_asked) {
        of->has_asked = true;
        of->status = discovery_find(&of->url, from, of->name, &of->why);
    }
    if (of->status != STATUS_OK) {
        refusal_set(why, of->status, "XCJ_ERR_FETCH", "%s", of->why.text);
        return NULL;
    }
    return of->url.ptr;
}
