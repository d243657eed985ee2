/*
 * base64url_wide.h: base64 of long texts, 32 characters a step, where the processor can (AVX2). Without tables, so that
 * neither time nor cache tells what is coded.
 */
#ifndef XCJ_LIB_CODEC_BASE64URL_WIDE_H
#define XCJ_LIB_CODEC_BASE64URL_WIDE_H

#include <stddef.h>
#include <stdint.h>

/** Shorter text or bytes are not worth the call. */
#define XCJ__B64_WIDE_MIN 44

/** The two characters in which base64 and base64url differ: those of 62 and 63. */
typedef struct xcj__b64_ends {
    char c62, c63;
} xcj__b64_ends;

/** Encodes whole steps from the front; returns how many bytes are done, a multiple of 24. May read, but not write, ahead. */
size_t xcj__b64_encode_wide(char *dst, const uint8_t *src, size_t len, xcj__b64_ends ends);

/**
 * Decodes whole steps from the front; returns how many characters are done, a multiple of 32, which is short of a step with
 * a character that is none. Eight bytes behind those it has decoded may be written, but none behind what the rest decodes
 * to, and (dst may be src) none behind what has been read.
 */
size_t xcj__b64_decode_wide(uint8_t *dst, const uint8_t *src, size_t len, xcj__b64_ends ends);

#endif
