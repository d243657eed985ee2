/*
 * secret.h: refuses a key or certificate as the shared secret of a MAC, because others may know it (RFC 8725 2.1).
 */
#ifndef XCJ_LIB_KEY_SECRET_H
#define XCJ_LIB_KEY_SECRET_H

#include <stdint.h>

#include <xcj/base.h>

/**
 * Refuses with XCJ_ERR_KEY what is a key or certificate, or is left of one: PEM, a JWK, an OpenSSH line or DER, also cut
 * short, within other text, or in base64. Random bytes are none of these. XCJ_ERR_MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__secret_check(const uint8_t *secret, size_t len, xcj_error *err);

#endif
