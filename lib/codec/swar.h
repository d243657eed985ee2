/*
 * swar.h: processes eight bytes of text as one number.
 */
#ifndef XCJ_LIB_CODEC_SWAR_H
#define XCJ_LIB_CODEC_SWAR_H

#include "lib/base/load.h"

/** The same byte eight times: XCJ__EACH('"'). */
#define XCJ__EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

/** The top bit of each byte, in which the functions below return their answers. */
#define XCJ__TOP_BITS UINT64_C(0x8080808080808080)

/** Marks the bytes that equal this one. Exact up to the first match; a borrow may mark bytes above it. */
static inline uint64_t xcj__bytes_equal(uint64_t v, char byte)
{
    uint64_t x = v ^ XCJ__EACH(byte);
    return (x - XCJ__EACH(1)) & ~x & XCJ__TOP_BITS;
}

/** Marks the bytes below the space or with the top bit set. Exact up to the first match. */
static inline uint64_t xcj__bytes_not_ascii_text(uint64_t v)
{
    return (v | (v - XCJ__EACH(' '))) & XCJ__TOP_BITS;
}

#endif
