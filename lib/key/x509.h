/*
 * x509.h: what a request needs of a client certificate: its subject as text, or its hash.
 */
#ifndef XCJ_LIB_KEY_X509_H
#define XCJ_LIB_KEY_X509_H

#include <stdbool.h>

#include <xcj/key.h>

#include "lib/base/buf.h"
#include "lib/key/jwk.h"

/**
 * Appends the subject of the first certificate (PEM, text before it and a chain are fine, or DER), as RFC 4514 writes
 * it; or with `unescaped` as XCJ_DN_UNESCAPED says, and then only if no other subject has this text.
 * XCJ_ERR_CERTIFICATE when it cannot be read, has no subject, or is refused.
 */
XCJ_MUST_CHECK xcj_code xcj__x509_subject(xcj__buf *out, const char *cert, size_t len, bool unescaped, xcj_error *err);

#define XCJ__X509_SHA256 32

/** The SHA-256 of the DER of the first certificate (RFC 8705 3.1), which is read as above. XCJ_ERR_CERTIFICATE, _CRYPTO. */
XCJ_MUST_CHECK xcj_code xcj__x509_sha256(uint8_t out[XCJ__X509_SHA256], const char *cert, size_t len, xcj_error *err);

/** Is the first certificate (DER) the issuer that the second one names? No signature is checked. 1, 0, or -1: out of memory.
 */
int xcj__x509_issued(xcj__bytes issuer, xcj__bytes subject);

#endif
