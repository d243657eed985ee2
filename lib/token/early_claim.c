#include "lib/token/early_claim.h"

#include "lib/base/error.h"
#include "lib/codec/base64url.h"

typedef struct finding {
    xcj_str name;
    xcj__json_value value;
} finding;

/* Ends the scan at the claim, so that nothing behind it is read before the signature is verified. */
static xcj_code find_claim(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    finding *f = ctx;
    if (!xcj__json_equal(item->name, item->name_escaped, f->name.ptr, f->name.len)) {
        return XCJ_OK;
    }
    f->value = item->value;
    return XCJ_ERR_LIMIT;
}

/* Decodes the beginning of the payload, temporarily, into the place for the decoded payload. */
static xcj_code decode_head(xcj__verification *w, xcj_str *out)
{
    xcj_str carried = w->carried;
    if (w->is_detached || !xcj__is_encoded(&w->fields)) {
        *out = carried;
    } else {
        const size_t head = xcj__b64u_encoded_len(XCJ__EARLY_MAX);
        uint8_t *at = w->at;
        carried.len = carried.len < head ? carried.len : head;
        xcj_code code = xcj__verification_decode(w, "payload", carried, out);
        w->at = at;
        if (code != XCJ_OK) {
            return code;
        }
    }
    out->len = out->len < XCJ__EARLY_MAX ? out->len : XCJ__EARLY_MAX;
    return XCJ_OK;
}

xcj_code xcj__early_claim(xcj__json_value *out, xcj__verification *w, xcj_str name)
{
    finding f = { .name = name };
    xcj_str head = { NULL, 0 };
    xcj_code code = decode_head(w, &head);
    if (code != XCJ_OK) {
        return code;
    }
    const xcj__json_limits *limits = &w->verifier->policy.early_limits;
    code = xcj__json_scan(head.ptr, head.len, XCJ__JSON_OBJECT, limits, find_claim, &f, w->err);
    *out = f.value;
    if (f.value.type != 0) {
        return XCJ_OK;
    }
    if (code == XCJ_ERR_JSON && head.len == XCJ__EARLY_MAX) {
        return xcj__fail_at(w->err, XCJ_ERR_LIMIT, "payload", XCJ_NO_OFFSET,
                            "the claim that selects the key is not within the first %zu bytes of the payload",
                            XCJ__EARLY_MAX);
    }
    return code == XCJ_ERR_LIMIT ? xcj__fail_within(w->err, code, "before the claim that selects the key") : code;
}
