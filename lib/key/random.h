/*
 * random.h: random bytes from OpenSSL's generator, drawn in blocks when there is a scratch.
 */
#ifndef XCJ_LIB_KEY_RANDOM_H
#define XCJ_LIB_KEY_RANDOM_H

#include <xcj/base.h>

/** Fills dst. Bytes are never given out twice, not even to the two sides of a fork. XCJ_ERR_RANDOM. */
XCJ_MUST_CHECK xcj_code xcj__random(void *dst, size_t len, xcj_scratch *scratch, xcj_error *err);

#define XCJ__UUID_LEN 36

/** A random UUID, version 4 (RFC 9562 5.4), in lower case, without a NUL. */
XCJ_MUST_CHECK xcj_code xcj__random_uuid(char dst[XCJ__UUID_LEN], xcj_scratch *scratch, xcj_error *err);

#endif
