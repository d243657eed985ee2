#include "lib/gateway/stamp.h"

#include <time.h>

#include "lib/base/error.h"
#include "lib/codec/json_write.h"
#include "lib/key/random.h"

xcj_code xcj__stamp_clock(int64_t *now, const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err)
{
    *now = auth->has_now ? auth->now : (int64_t)time(NULL);
    if (*now < 0 || *now > INT64_MAX - settings->expires_in) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "now", XCJ_NO_OFFSET, "the clock is not a time that a token can carry");
    }
    return XCJ_OK;
}

xcj_code xcj__stamp_jti(xcj__buf *out, const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err)
{
    const xcj_str jti = auth->jti;
    if (jti.len == 0) {
        char value[1 + XCJ__UUID_LEN + 1];
        xcj_code code = xcj__random_uuid(value + 1, scratch, err);
        value[0] = '"';
        value[sizeof value - 1] = '"';
        xcj__buf_put(out, value, sizeof value);
        return code;
    }
    if (!xcj__utf8_valid(jti.ptr, jti.len)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "jti", XCJ_NO_OFFSET, "jti is not valid UTF-8");
    }
    xcj__json_put_string(out, jti);
    return XCJ_OK;
}
