/*
 * jwk_certificate.h: keeps the certificate that a key came from.
 */
#ifndef XCJ_LIB_KEY_JWK_CERTIFICATE_H
#define XCJ_LIB_KEY_JWK_CERTIFICATE_H

#include "lib/key/jwk.h"

#define XCJ__SHA1_LEN 20
#define XCJ__SHA256_LEN 32

/** What the part XCJ__CERTIFICATE has behind the DER. */
#define XCJ__THUMBPRINTS_LEN (XCJ__SHA1_LEN + XCJ__SHA256_LEN)

/**
 * Adds the first DER element, which is a certificate, and its thumbprints to the key (RFC 7517 4.7 to 4.9). What follows
 * the element, such as OpenSSL's trust settings, is not part of it. Keeps nothing if OpenSSL does not hash. XCJ_ERR_MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__jwk_keep_certificate(xcj__jwk *jwk, const uint8_t *der, size_t len, xcj_error *err);

#endif
