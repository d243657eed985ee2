/*
 * base64url.h: base64url without padding (RFC 7515 2, RFC 4648 5), strict and canonical, and the base64 (RFC 4648 4) of
 * PEM and Basic.
 *
 * A decoder refuses any character outside the alphabet (including white space and '='), a length of 1 mod 4, and unused
 * bits that are not zero, so each byte string has exactly one encoding.
 */
#ifndef XCJ_LIB_CODEC_BASE64URL_H
#define XCJ_LIB_CODEC_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

/** The encoded length of `len` bytes, without a NUL. `len` is at most SIZE_MAX / 2. */
size_t xcj__b64u_encoded_len(size_t len);

/** Encodes without a NUL and returns the length. dst and src must not overlap. */
size_t xcj__b64u_encode(char *dst, const uint8_t *src, size_t len);

/** Appends the bytes in base64url. */
void xcj__put_base64url(xcj__buf *out, xcj_str bytes);

/** The most bytes that `len` characters can decode to. */
size_t xcj__b64u_decoded_max(size_t len);

/**
 * Decodes into dst, which has room for xcj__b64u_decoded_max(len) bytes and may be src itself. On failure returns false
 * and sets *dst_len to 0 and *bad (may be NULL) to the offset of the wrong character.
 */
bool xcj__b64u_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad);

/** The encoded length of base64 with padding. */
size_t xcj__b64_encoded_len(size_t len);

/** Encodes base64 with padding and without a NUL, and returns the length. */
size_t xcj__b64_encode(char *dst, const uint8_t *src, size_t len);

/** Appends the bytes in base64 with padding. */
void xcj__put_base64(xcj__buf *out, xcj_str bytes);

/** Decodes base64 with complete padding ("=" where RFC 4648 4 requires it), as strictly as xcj__b64u_decode(). */
bool xcj__b64_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad);

/**
 * Decodes base64 of either alphabet leniently: ignores white space, stops at the padding, at a NUL or when dst is full.
 * Use it only to recognise data: many inputs give the same bytes. Returns the number of bytes, or 0 if there is any other
 * character.
 */
size_t xcj__b64_decode_lax(uint8_t *dst, size_t cap, const char *src, size_t len);

#endif
