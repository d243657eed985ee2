#include "lib/gateway/inbound.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_path.h"
#include "lib/gateway/asked.h"
#include "lib/gateway/credential.h"

static void put_kept(xcj__inbound *in)
{
    if (in->out != NULL && in->kept.begin != NULL) {
        xcj__buf_put(in->out, in->kept.begin, (size_t)(in->kept.end - in->kept.begin));
        xcj__buf_put_char(in->out, ',');
    }
    in->kept.begin = NULL;
}

/* Byte for byte. Kept members with only a comma between them are copied together. */
static void keep(xcj__inbound *in, const xcj__json_item *item)
{
    if (in->kept.begin == NULL || item->raw_name.ptr != in->kept.end + 1) {
        put_kept(in);
    }
    xcj__inner_extend(&in->kept, item);
}

/* A parser that ignores case would treat it as our claim. */
static xcj_code shadows(const xcj__json_item *item, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, shown, XCJ_NO_OFFSET,
                        "the claim '%s' differs from one of ours by case alone", shown);
}

/* Notes the claims that the new token is made from. */
static void note(xcj__inbound *in, xcj__claim claim, const xcj__json_value *value, bool kept)
{
    if (claim == XCJ__EXP) {
        in->exp = *value;
    } else if (claim == XCJ__ACT && kept) {
        in->act = *value;
    } else if (claim == XCJ__CNF) {
        in->cnf = *value;
    }
}

static bool is_replaced(const xcj__inbound *in, const xcj__json_item *item)
{
    const xcj__mint_settings *settings = in->settings;
    return xcj__names_have(&settings->custom, item) || xcj__names_have(&settings->filter.targets, item) ||
           xcj__asked_have(in->auth, item) || (in->known != NULL && xcj__names_have(in->known, item));
}

static bool is_alike(const xcj__inbound *in, const xcj__json_item *item)
{
    const xcj__mint_settings *settings = in->settings;
    return xcj__claims_alike(item) || xcj__names_alike(&settings->custom, item) ||
           xcj__names_alike(&settings->filter.targets, item) || xcj__asked_alike(in->auth, item) ||
           (in->known != NULL && xcj__names_alike(in->known, item));
}

static xcj_code splice_member(xcj__inbound *in, const xcj__json_item *item, xcj_error *err)
{
    const xcj__filter *filter = &in->settings->filter;
    const bool kept = xcj__filter_keeps(filter, item);
    const uint64_t parts = xcj__filter_parts(filter, item);
    if (xcj__shape_may_have(&in->ours, item) || (in->known != NULL && xcj__shape_may_have(&in->known->shape, item))) {
        const xcj__claim claim = xcj__claim_of(item);
        note(in, claim, &item->value, kept);
        if (claim != XCJ__CLAIM_COUNT || is_replaced(in, item)) {
            return XCJ_OK;
        }
        if ((kept || parts != 0) && is_alike(in, item)) {
            return shadows(item, err);
        }
    }
    if (parts != 0) {
        put_kept(in);
        if (in->out != NULL) {
            xcj__filter_put(in->out, filter, item, parts, kept);
        }
    } else if (kept) {
        keep(in, item);
    }
    return XCJ_OK;
}

/* The first of the claims that the token has. */
static xcj_code find_client_id(xcj__inbound *in, const xcj__json_index *claims)
{
    const xcj__names *paths = &in->client_ids;
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < paths->count && in->client_id.type == 0; i++) {
        code = xcj__json_find(&in->client_id, claims, paths->list[i]);
    }
    return code;
}

static xcj_code splice(xcj__inbound *in, const xcj__json_index *claims, xcj_error *err)
{
    xcj_code code = find_client_id(in, claims);
    if (in->settings->profile == XCJ_PROFILE_TXN) {
        in->txn = xcj__json_index_value(claims, "txn", 3);
    }
    if (code == XCJ_OK) {
        code = xcj__filter_require(&in->settings->filter, claims, err);
    }
    for (size_t i = 0; code == XCJ_OK && i < claims->count; i++) {
        const xcj__json_item item = xcj__json_member_item(claims->text, &claims->members[i]);
        code = splice_member(in, &item, err);
    }
    put_kept(in);
    return code == XCJ_OK ? xcj__filter_rename(in->out, &in->settings->filter, claims) : code;
}

void xcj__inbound_begin(xcj__inbound *in, const xcj__mint_settings *settings, const xcj_auth *auth, xcj__buf *out)
{
    in->settings = settings;
    in->auth = auth;
    in->out = out;
    in->client_ids = settings->clientid_claims;
    in->ours = settings->ours;
    xcj__asked_shape(&in->ours, auth);
}

/* Reports the fault as one of the request's credential. */
static xcj_code blame(const xcj__inbound *in, xcj_code code, const xcj_error *why, xcj_error *err)
{
    const xcj__sentences *sentences = in->settings->sentences;
    if (code == XCJ_OK || code == XCJ_ERR_MEMORY) {
        return code == XCJ_OK ? code : xcj__fail_memory(err);
    }
    const bool lacks = code == XCJ_ERR_CLAIM;
    code = xcj__fail_at(err, lacks ? XCJ_ERR_CLAIM : XCJ_ERR_CREDENTIAL, "authorization", why->offset, "%s%s%s",
                        sentences->issue, lacks ? "" : sentences->bad_bearer, why->message);
    if (err != NULL) {
        err->claims = why->claims;
    }
    return code;
}

xcj_code xcj__inbound_index(xcj__json_index *out, const xcj__inbound *in, xcj_str payload, xcj__json_member *room,
                            xcj_error *err)
{
    xcj_error why;
    return blame(in, xcj__json_index_read(out, payload, NULL, room, XCJ__JSON_ROOM, &why), &why, err);
}

xcj_code xcj__inbound_read(xcj__inbound *in, const xcj__json_index *claims, xcj_error *err)
{
    xcj_error why;
    return blame(in, splice(in, claims, &why), &why, err);
}

/* The claims that were looked for, as far as they fit, for a sentence that quotes them. */
static void show_claims(char shown[XCJ__SHOWN], const xcj__names *paths)
{
    size_t len = 0;
    for (size_t i = 0; i < paths->count && len < XCJ__SHOWN - 1; i++) {
        const char *between = i > 0 ? "' or '" : "";
        len += strlen(xcj__sanitise(shown + len, XCJ__SHOWN - len, between, strlen(between)));
        len += strlen(xcj__sanitise(shown + len, XCJ__SHOWN - len, paths->list[i].ptr, paths->list[i].len));
    }
}

xcj_code xcj__inbound_client_id(xcj_str *out, const xcj__inbound *in, xcj__buf *room, xcj_error *err)
{
    const xcj__json_value *claim = &in->client_id;
    const xcj__sentences *sentences = in->settings->sentences;
    const char *fault = claim->type == 0 ? "" : ": it is not a string";
    if (claim->type == XCJ__JSON_STRING) {
        *out = claim->text;
        if (claim->escaped) {
            char *text = xcj__buf_reserve(room, claim->text.len);
            if (text == NULL) {
                return xcj__fail_memory(err);
            }
            *out = (xcj_str){ text, xcj__json_unescape(text, claim->text) };
            room->len += out->len;
        }
        fault = xcj__client_id_fault(*out);
    }
    if (fault == NULL) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    show_claims(shown, &in->client_ids);
    return xcj__fail_at(err, XCJ_ERR_CLIENT_ID, shown, XCJ_NO_OFFSET, "%s%s%s%s%s", sentences->issue,
                        sentences->bad_claim[0], shown, sentences->bad_claim[1], fault);
}

/* RFC 7519 4.1.4: a token is not accepted at its exp, so round a fraction down to whole seconds. */
xcj_code xcj__inbound_cap_exp(int64_t *exp, const xcj__inbound *in, int64_t now, xcj_error *err)
{
    const xcj__json_value *theirs = &in->exp;
    const xcj__sentences *sentences = in->settings->sentences;
    if (!in->settings->cap_exp || theirs->type == 0) {
        return XCJ_OK;
    }
    xcj__json_number number = { 0, false, false, false };
    if (theirs->type == XCJ__JSON_NUMBER) {
        number = xcj__json_number_read(theirs->text);
    }
    if (!number.finite) {
        return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "exp", XCJ_NO_OFFSET, "%s%sexp is not a number of seconds",
                            sentences->issue, sentences->bad_bearer);
    }
    if (number.floor < *exp) {
        *exp = number.floor;
    }
    if (*exp > now) {
        return XCJ_OK;
    }
    xcj_code code =
        xcj__fail_at(err, XCJ_ERR_EXPIRED, "exp", XCJ_NO_OFFSET, "%sThe Bearer token has expired", sentences->issue);
    if (err != NULL) {
        err->claims = XCJ_CLAIM_EXP;
    }
    return code;
}
