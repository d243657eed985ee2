/*
 * options.h: reads an options struct from a caller that may be compiled against another version of the headers.
 */
#ifndef XCJ_LIB_BASE_OPTIONS_H
#define XCJ_LIB_BASE_OPTIONS_H

#include <xcj/base.h>

/**
 * Copies *src, a struct that begins with `size_t size`, over a zeroed *dst of dst_size bytes. A shorter struct leaves the
 * rest zero; a longer one must be zero beyond dst_size. If src is NULL, *dst gets all defaults. XCJ_ERR_ARGUMENT.
 */
XCJ_MUST_CHECK xcj_code xcj__options_read(void *dst, size_t dst_size, const void *src, xcj_error *err);

/** Sets the length of an absent view to 0 (base.h: a NULL pointer is absent whatever its length). */
static inline void xcj__view_settle(xcj_str *view)
{
    view->len = view->ptr != NULL ? view->len : 0;
}

/** XCJ_ERR_ARGUMENT if `count` is above 0 but the array is NULL. */
XCJ_MUST_CHECK xcj_code xcj__array_check(const void *array, size_t count, const char *name, xcj_error *err);

#endif
