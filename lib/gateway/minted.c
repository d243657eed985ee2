#include <string.h>

#include <xcj/jws.h>
#include <xcj/mint.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/plan.h"

static xcj_code find_client_id(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    if (xcj__claim_of(item) == XCJ__CLIENT_ID && item->value.type == XCJ__JSON_STRING) {
        *(xcj__json_value *)ctx = item->value;
    }
    return XCJ_OK;
}

xcj_code xcj_minted_client_id(char **out, size_t *out_len, const char *token, size_t len, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || token == NULL) {
        return xcj__fail_null(err);
    }
    xcj_unverified *taken = NULL;
    xcj__json_value value = { .type = 0 };
    xcj_code code = xcj_unverified_decode(&taken, token, len, err);
    if (code == XCJ_OK) {
        xcj_str payload = xcj_unverified_payload(taken);
        code = xcj__json_scan(payload.ptr, payload.len, XCJ__JSON_OBJECT, NULL, find_client_id, &value, err);
    }
    if (code == XCJ_OK && value.type == 0) {
        code = xcj__fail_at(err, XCJ_ERR_CLIENT_ID, "client_id", XCJ_NO_OFFSET, "the token has no client_id");
    }
    if (code == XCJ_OK) {
        code = xcj__json_take_text(out, out_len, value.text, err);
    }
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    xcj_unverified_free(taken);
    return code;
}
