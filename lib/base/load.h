/*
 * load.h: reads eight bytes as one number.
 */
#ifndef XCJ_LIB_BASE_LOAD_H
#define XCJ_LIB_BASE_LOAD_H

#include <stdint.h>
#include <string.h>

/** Eight bytes as a little-endian number, on any machine. */
static inline uint64_t xcj__load_le(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

#endif
