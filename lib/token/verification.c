#include "lib/token/verification.h"

#include "lib/base/error.h"
#include "lib/codec/base64url.h"

xcj_code xcj__verification_decode(xcj__verification *w, const char *what, xcj_str text, xcj_str *out)
{
    size_t len, bad;
    if (!xcj__b64u_decode(w->at, &len, text.ptr, text.len, &bad)) {
        return xcj__fail_at(w->err, XCJ_ERR_BASE64, what, XCJ_NO_OFFSET, "the token's %s is not base64url at its offset %zu",
                            what, bad);
    }
    *out = (xcj_str){ (const char *)w->at, len };
    w->at[len] = '\0';
    w->at += len + 1;
    return XCJ_OK;
}
