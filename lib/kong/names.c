#include <stdbool.h>

#include <xcj/kong.h>

#include "lib/base/mem.h"

xcj_alg xcj_kong_alg_from_name(const char *name, size_t len)
{
    const xcj_str text = { name, name != NULL ? len : 0 };
    if (xcj__str_is(text, "SH256")) {
        return XCJ_HS256;
    }
    return xcj__str_is(text, "SH512") ? XCJ_HS512 : xcj_alg_from_name(name, len);
}

const char *xcj_kong_header_prefix(const char *name, size_t len)
{
    return name != NULL && xcj__str_is_nocase((xcj_str){ name, len }, "Authorization") ? "Bearer " : "";
}
