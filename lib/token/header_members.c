#include "lib/token/header_members.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"

xcj_str xcj__header_members(xcj_str object)
{
    const char *open = memchr(object.ptr, '{', object.len);
    const char *close = object.ptr + object.len;
    while (*--close != '}') {
    }
    const char *first = open + 1;
    while (first < close && xcj__is_space(*first)) {
        first++;
    }
    return (xcj_str){ open + 1, first < close ? (size_t)(close - open - 1) : 0 };
}

xcj_code xcj__headers_disjoint(xcj_str header, xcj_str other, const xcj__json_limits *limits, xcj_error *err)
{
    const xcj_str members[] = { xcj__header_members(header), xcj__header_members(other) };
    if (members[0].len == 0 || members[1].len == 0) {
        return XCJ_OK;
    }
    xcj__buf both;
    xcj__buf_init(&both);
    xcj__buf_put_char(&both, '{');
    xcj__buf_put_str(&both, members[0]);
    xcj__buf_put_char(&both, ',');
    xcj__buf_put_str(&both, members[1]);
    xcj__buf_put_char(&both, '}');
    xcj_code code =
        both.failed ? xcj__fail_memory(err) : xcj__json_scan(both.ptr, both.len, XCJ__JSON_OBJECT, limits, NULL, NULL, NULL);
    xcj__buf_free(&both);
    return code != XCJ_ERR_JSON ? code : xcj__fail(err, XCJ_ERR_TOKEN, "a member is in both headers");
}
