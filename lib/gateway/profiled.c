#include "lib/gateway/profiled.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/random.h"
#include "lib/token/profile.h"

static xcj_code lacks(const xcj__profile *profile, const char *claim, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CLAIM, claim, XCJ_NO_OFFSET,
                        "the profile %s demands the claim %s, which is missing, empty or of another type", profile->name,
                        claim);
}

/* The object ends with its brace, which goes behind the new member. */
static xcj_code put_txn(xcj__buf *claims, const xcj__json_value *inbound, xcj_scratch *scratch, xcj_error *err)
{
    char uuid[XCJ__UUID_LEN];
    claims->len--;
    xcj__buf_put_text(claims, ",\"txn\":");
    if (inbound->type != 0) {
        xcj__buf_put_str(claims, inbound->raw);
        xcj__buf_put_char(claims, '}');
        return XCJ_OK;
    }
    xcj_code code = xcj__random_uuid(uuid, scratch, err);
    xcj__buf_put_char(claims, '"');
    xcj__buf_put(claims, uuid, sizeof uuid);
    xcj__buf_put_text(claims, "\"}");
    return code;
}

/* A transaction keeps its identifier from hop to hop. */
static xcj_code check_txn(bool *missing, const xcj__json_index *claims, const xcj__json_value *inbound, xcj_error *err)
{
    const xcj__json_value txn = xcj__json_index_value(claims, "txn", 3);
    *missing = txn.type == 0;
    if (txn.type == 0 || inbound->type == 0 || xcj__str_equal(txn.raw, inbound->raw)) {
        return XCJ_OK;
    }
    return xcj__fail_at(err, XCJ_ERR_CLAIM, "txn", XCJ_NO_OFFSET, "the claim txn is not that of the Bearer token");
}

static xcj_code check(bool *lacks_txn, const xcj__buf *claims, const xcj__mint_settings *settings,
                      const xcj__json_value *inbound, xcj_error *err)
{
    const xcj__profile *profile = xcj__profile_of(settings->profile);
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index index;
    xcj_code code = xcj__json_index_read(&index, (xcj_str){ claims->ptr, claims->len }, NULL, room, XCJ__JSON_ROOM, err);
    if (code == XCJ_OK && settings->profile == XCJ_PROFILE_TXN) {
        code = check_txn(lacks_txn, &index, inbound, err);
    }
    for (const xcj__profile_claim *claim = profile->claims; code == XCJ_OK && claim->name != NULL; claim++) {
        const bool is_added = *lacks_txn && strcmp(claim->name, "txn") == 0;
        if (!is_added && xcj__profile_lacks(claim, &index)) {
            code = lacks(profile, claim->name, err);
        }
    }
    xcj_free(index.block);
    return code;
}

xcj_code xcj__profiled(xcj__buf *claims, const xcj__mint_settings *settings, const xcj__inbound *in, xcj_scratch *scratch,
                       xcj_error *err)
{
    const xcj__json_value none = { .type = 0 };
    const xcj__json_value *inbound = in != NULL ? &in->txn : &none;
    bool lacks_txn = false;
    if (settings->profile == XCJ_PROFILE_JWT || claims->failed) {
        return XCJ_OK;
    }
    if (inbound->type != 0 && inbound->type != XCJ__JSON_STRING) {
        return lacks(xcj__profile_of(settings->profile), "txn", err);
    }
    xcj_code code = check(&lacks_txn, claims, settings, inbound, err);
    return code == XCJ_OK && lacks_txn ? put_txn(claims, inbound, scratch, err) : code;
}
