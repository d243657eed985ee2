/*
 * base64url.h: base64url without padding (RFC 7515 2, RFC 4648 5), strict and canonical, and the base64 of PEM and of Basic
 * (RFC 4648 4).
 *
 * A decoder refuses any character outside the alphabet (white space and '=' included), a length of 1 mod 4, and unused bits
 * that are not zero: each byte string has exactly one text.
 */
#ifndef XCJ_LIB_CODEC_BASE64URL_H
#define XCJ_LIB_CODEC_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Length of the text of `len` bytes. `len` up to SIZE_MAX / 2. */
size_t xcj__b64u_encoded_len(size_t len);

/** Writes the text of `len` bytes (no NUL), and returns its length. dst and src must not overlap. */
size_t xcj__b64u_encode(char *dst, const uint8_t *src, size_t len);

/** Most bytes that a text of `len` characters stands for. */
size_t xcj__b64u_decoded_max(size_t len);

/**
 * Decodes; dst holds xcj__b64u_decoded_max(len) bytes and may be src itself. On refusal returns false, *dst_len is 0 and
 * *bad (may be NULL) is the offset of the character at fault.
 */
bool xcj__b64u_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad);

/** Length of the base64 text with padding. */
size_t xcj__b64_encoded_len(size_t len);

/** Writes base64 with padding (no NUL), and returns its length. */
size_t xcj__b64_encode(char *dst, const uint8_t *src, size_t len);

/** Decodes base64 whose padding is complete ("=" where RFC 4648 4 asks for it), strict and canonical like the other. */
bool xcj__b64_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad);

/**
 * The bytes that base64 of either alphabet seems to stand for, white space aside, up to the padding or a NUL, or as many as
 * fit. Only to look at: many texts give the same bytes. Returns their number, 0 if the text has another character.
 */
size_t xcj__b64_decode_lax(uint8_t *dst, size_t cap, const char *src, size_t len);

#endif
