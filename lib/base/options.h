/*
 * options.h: reading an options struct of a caller that may have been compiled against another version of the headers.
 */
#ifndef XCJ_LIB_BASE_OPTIONS_H
#define XCJ_LIB_BASE_OPTIONS_H

#include <xcj/base.h>

/**
 * Copies *src, a struct that begins with `size_t size`, over a zeroed *dst of dst_size bytes. A shorter struct leaves the
 * rest at zero; a longer one must be zero beyond dst_size. src NULL: all defaults. XCJ_ERR_ARGUMENT.
 */
XCJ_MUST_CHECK xcj_code xcj__options_read(void *dst, size_t dst_size, const void *src, xcj_error *err);

/** A NULL pointer is absent whatever its length (base.h): makes the length of such a view 0. */
static inline void xcj__view_settle(xcj_str *view)
{
    view->len = view->ptr != NULL ? view->len : 0;
}

/** XCJ_ERR_ARGUMENT for an array of `count` elements that is not there. */
XCJ_MUST_CHECK xcj_code xcj__array_check(const void *array, size_t count, const char *name, xcj_error *err);

#endif
