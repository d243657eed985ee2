#include "lib/gateway/inbound.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_string.h"
#include "lib/codec/json_write.h"
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

static xcj_code splice_member(xcj__inbound *in, const xcj__json_item *item, xcj_error *err)
{
    const xcj__mint_settings *settings = in->settings;
    bool listed = xcj__names_have(&settings->listed, item);
    bool kept = listed == settings->keep_only && !xcj__names_have(&settings->screened, item);
    if (xcj__settings_may_own(settings, item)) {
        xcj__claim claim = xcj__claim_of(item);
        if (claim == XCJ__EXP) {
            in->exp = item->value;
        } else if (claim == XCJ__ACT && kept) {
            in->act = item->value;
        } else if (claim == XCJ__CNF) {
            in->cnf = item->value;
        }
        if (claim != XCJ__CLAIM_COUNT || xcj__names_have(&settings->custom, item)) {
            return XCJ_OK;
        }
        if (kept && xcj__settings_shadow(settings, item)) {
            return shadows(item, err);
        }
    }
    if (kept) {
        keep(in, item);
    }
    return XCJ_OK;
}

static xcj_code splice(xcj__inbound *in, xcj_str payload, xcj_error *err)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index claims;
    xcj_code code = xcj__json_index_read(&claims, payload, NULL, room, XCJ__JSON_ROOM, err);
    if (code == XCJ_OK) {
        const xcj_str name = in->settings->clientid_claim;
        const xcj__json_member *client_id = xcj__json_index_find(&claims, name.ptr, name.len);
        in->client_id = client_id != NULL ? xcj__json_member_value(claims.text, client_id) : in->client_id;
    }
    for (size_t i = 0; code == XCJ_OK && i < claims.count; i++) {
        const xcj__json_item item = xcj__json_member_item(claims.text, &claims.members[i]);
        code = splice_member(in, &item, err);
    }
    put_kept(in);
    xcj_free(claims.block);
    return code;
}

xcj_code xcj__inbound_read(xcj__inbound *in, xcj_str payload, xcj_error *err)
{
    const xcj__sentences *sentences = in->settings->sentences;
    xcj_error why;
    xcj_code code = splice(in, payload, &why);
    if (code == XCJ_ERR_MEMORY) {
        return xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "authorization", why.offset, "%s%s%s", sentences->issue,
                            sentences->bad_bearer, why.message);
    }
    return XCJ_OK;
}

xcj_code xcj__inbound_client_id(xcj_str *out, const xcj__inbound *in, char *payload, xcj_error *err)
{
    const xcj__json_value *claim = &in->client_id;
    const xcj__sentences *sentences = in->settings->sentences;
    const char *fault = claim->type == 0 ? "" : ": it is not a string";
    if (claim->type == XCJ__JSON_STRING) {
        *out = claim->text;
        if (claim->escaped) {
            out->len = xcj__json_unescape(payload + (claim->text.ptr - payload), claim->text);
        }
        fault = xcj__client_id_fault(*out);
    }
    if (fault == NULL) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, in->settings->clientid_claim.ptr, in->settings->clientid_claim.len);
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
