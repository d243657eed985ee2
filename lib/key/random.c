#include "lib/key/random.h"

#include "lib/base/error.h"
#include "lib/key/evp.h"
#include "lib/key/random_pool.h"

xcj_code xcj__random(void *dst, size_t len, xcj_scratch *scratch, xcj_error *err)
{
    return xcj__pool_draw(xcj__scratch_pool(scratch), dst, len)
               ? XCJ_OK
               : xcj__fail(err, XCJ_ERR_RANDOM, "the system gives no random bytes");
}

xcj_code xcj__random_uuid(char dst[XCJ__UUID_LEN], xcj_scratch *scratch, xcj_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[16];
    xcj_code code = xcj__random(bytes, sizeof bytes, scratch, err);
    if (code != XCJ_OK) {
        return code;
    }
    /* RFC 9562 5.4: version 4 and the variant 10 in their fixed places. */
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *dst++ = '-';
        }
        *dst++ = digits[bytes[i] >> 4];
        *dst++ = digits[bytes[i] & 0x0f];
    }
    return XCJ_OK;
}
