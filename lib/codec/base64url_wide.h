/*
 * base64url_wide.h: base64 of long inputs, 32 characters per step, if the processor has AVX2. It uses no tables, so
 * neither time nor cache reveals the data.
 */
#ifndef XCJ_LIB_CODEC_BASE64URL_WIDE_H
#define XCJ_LIB_CODEC_BASE64URL_WIDE_H

#include <stddef.h>
#include <stdint.h>

/** Shorter inputs are faster without it. */
#define XCJ__B64_WIDE_MIN 44

/** The two characters in which base64 and base64url differ: those for 62 and 63. */
typedef struct xcj__b64_ends {
    char c62, c63;
} xcj__b64_ends;

/**
 * Encodes whole steps from the front and returns how many bytes it encoded, a multiple of 24. It may read, but not write,
 * beyond them.
 */
size_t xcj__b64_encode_wide(char *dst, const uint8_t *src, size_t len, xcj__b64_ends ends);

/**
 * Decodes whole steps from the front and returns how many characters it decoded, a multiple of 32. It stops before a step
 * that contains a wrong character. It may write up to eight bytes after the decoded ones, but never beyond the decoded
 * length of the whole input, nor (dst may be src) beyond what it has read.
 */
size_t xcj__b64_decode_wide(uint8_t *dst, const uint8_t *src, size_t len, xcj__b64_ends ends);

#endif
