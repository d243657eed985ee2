/*
 * pkcs12.h: reads the private key of a PKCS#12 file (RFC 7292), as Windows, Java and browsers export it.
 */
#ifndef XCJ_LIB_KEY_PKCS12_H
#define XCJ_LIB_KEY_PKCS12_H

#include <openssl/pkcs12.h>

#include <xcj/key.h>

/**
 * The file's one private key. When it can read the certificates beside it, one of them must be of that key. The passphrase
 * opens the file and the key; without one the empty passphrase is tried. NULL: *code says why (XCJ_ERR_PASSPHRASE, _LIMIT,
 * _KEY, _MEMORY).
 */
EVP_PKEY *xcj__pkcs12_open(PKCS12 *file, const xcj_key_options *options, xcj_code *code, xcj_error *err);

#endif
