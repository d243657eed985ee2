#include "lib/base/options.h"

#include <string.h>

#include "lib/base/error.h"

xcj_code xcj__options_read(void *dst, size_t dst_size, const void *src, xcj_error *err)
{
    memset(dst, 0, dst_size);
    if (src == NULL) {
        memcpy(dst, &dst_size, sizeof dst_size);
        return XCJ_OK;
    }
    size_t size;
    memcpy(&size, src, sizeof size);
    if (size < sizeof size) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "size", XCJ_NO_OFFSET, "the options struct's size is not set");
    }
    const uint8_t *bytes = src;
    for (size_t i = dst_size; i < size; i++) {
        if (bytes[i] != 0) {
            return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "size", XCJ_NO_OFFSET,
                                "the options struct asks for something this version does not know");
        }
    }
    memcpy(dst, src, size < dst_size ? size : dst_size);
    return XCJ_OK;
}

xcj_code xcj__array_check(const void *array, size_t count, const char *name, xcj_error *err)
{
    return array != NULL || count == 0
               ? XCJ_OK
               : xcj__fail_at(err, XCJ_ERR_ARGUMENT, name, XCJ_NO_OFFSET, "%s has a count but no array", name);
}
