/*
 * cert_subject.h: finds the subject in a certificate without decoding the rest, above all not the public key, which takes
 * OpenSSL as long as four ES256 signatures.
 */
#ifndef XCJ_LIB_KEY_CERT_SUBJECT_H
#define XCJ_LIB_KEY_CERT_SUBJECT_H

#include "lib/key/jwk.h"

/**
 * The subject's DER, a view. False unless the bytes are DER with the members of a certificate in their order (RFC 5280 4.1)
 * and nothing after them. Does not check what the members contain.
 */
bool xcj__cert_subject(xcj__bytes *out, const uint8_t *der, size_t len);

#endif
