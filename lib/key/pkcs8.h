/*
 * pkcs8.h: a private key in PKCS#8 (RFC 5208, RFC 5958), encrypted or not.
 */
#ifndef XCJ_LIB_KEY_PKCS8_H
#define XCJ_LIB_KEY_PKCS8_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <xcj/key.h>

/**
 * Reads version 1, and version 2 with the public key that ring and Bouncy Castle put beside the private one, which must fit.
 * Moves *at behind it. NULL when it is not that, or OpenSSL does not know the key; *code stays as it is, or is XCJ_ERR_KEY,
 * _MEMORY.
 */
EVP_PKEY *xcj__pkcs8_read(const uint8_t **at, long len, xcj_code *code, xcj_error *err);

/**
 * Opens an encrypted key with the options' passphrase. NULL: *code says why (XCJ_ERR_PASSPHRASE, _LIMIT, _KEY), or stays as
 * it is when what was sealed is no key.
 */
EVP_PKEY *xcj__pkcs8_open(const X509_SIG *sealed, const xcj_key_options *options, xcj_code *code, xcj_error *err);

/** Does the key derivation take a number of rounds that ends within seconds? */
int xcj__pbe_is_sane(const X509_ALGOR *algorithm);

#endif
