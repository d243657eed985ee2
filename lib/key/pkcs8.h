/*
 * pkcs8.h: reads a private key in PKCS#8 (RFC 5208, RFC 5958), encrypted or not.
 */
#ifndef XCJ_LIB_KEY_PKCS8_H
#define XCJ_LIB_KEY_PKCS8_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

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

/** The most rounds that a passphrase is stretched for one file: more would take many seconds, and no careful owner asks
 * that. */
#define XCJ__PBE_ROUNDS_MAX 10000000

/** How many rounds the key derivation takes; more than the most when it is not understood. */
int64_t xcj__pbe_rounds(const X509_ALGOR *algorithm);

/** The same of a count on its own. */
int64_t xcj__rounds_of(const ASN1_INTEGER *count);

/** Did a decryption that failed end in bytes that are no key? Any other failure has nothing to do with the passphrase. */
bool xcj__pkcs8_wrong_passphrase(void);

#endif
