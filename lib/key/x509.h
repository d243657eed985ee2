/*
 * x509.h: the subject of a certificate as text.
 */
#ifndef XCJ_LIB_KEY_X509_H
#define XCJ_LIB_KEY_X509_H

#include <stdbool.h>

#include <xcj/key.h>

#include "lib/base/buf.h"

/**
 * Appends the subject of the first certificate (PEM, text before it and a chain are fine, or DER): "C=US, ST=California,
 * CN=x", in the certificate's order, values unescaped UTF-8; or with `rfc4514` as RFC 4514 writes it. XCJ_ERR_CERTIFICATE
 * when it cannot be read, has no subject, or a value has a NUL or another control character.
 */
XCJ_MUST_CHECK xcj_code xcj__x509_subject(xcj__buf *out, const char *cert, size_t len, bool rfc4514, xcj_error *err);

#endif
