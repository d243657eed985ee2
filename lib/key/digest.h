/*
 * digest.h: hashes bytes.
 */
#ifndef XCJ_LIB_KEY_DIGEST_H
#define XCJ_LIB_KEY_DIGEST_H

#include <stdint.h>

#include <xcj/key.h>

#define XCJ__DIGEST_MAX 64

/**
 * Hashes the text; *out has room for XCJ__DIGEST_MAX bytes, and *len is how many it got. With a scratch (it may be
 * NULL), SHA-256 uses a context that the scratch keeps. XCJ_ERR_CRYPTO.
 */
XCJ_MUST_CHECK xcj_code xcj__digest(uint8_t *out, size_t *len, xcj_hash hash, xcj_str text, xcj_scratch *scratch,
                                    xcj_error *err);

#endif
