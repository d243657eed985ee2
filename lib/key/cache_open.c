#include "lib/key/cache_open.h"

#include "lib/base/mem.h"
#include "lib/key/random.h"

xcj_code xcj__cache_open(xcj__cache **out, size_t bytes, xcj__hashed hashed, xcj_error *err)
{
    uint8_t secret[XCJ__SIPHASH_KEY];
    xcj_code code = xcj__random(secret, sizeof secret, NULL, err);
    if (code == XCJ_OK) {
        code = xcj__cache_new(out, bytes, hashed, secret, err);
    }
    xcj__wipe(secret, sizeof secret);
    return code;
}
