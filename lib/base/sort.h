/*
 * sort.h: sorts places without memory and recursion, in a time that no input makes long.
 */
#ifndef XCJ_LIB_BASE_SORT_H
#define XCJ_LIB_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/** Orders the elements at two places. Negative, zero or positive. */
typedef int (*xcj__compare)(const void *ctx, uint32_t a, uint32_t b);

/** Fills `places` with 0 to count - 1 in the order of their elements; equal elements stay in the order of their places. */
void xcj__sort(uint32_t *places, size_t count, xcj__compare compare, const void *ctx);

#endif
