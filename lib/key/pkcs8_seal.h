/*
 * pkcs8_seal.h: encrypts PKCS#8 with a passphrase (RFC 5958 3).
 */
#ifndef XCJ_LIB_KEY_PKCS8_SEAL_H
#define XCJ_LIB_KEY_PKCS8_SEAL_H

#include <xcj/key.h>

#include "lib/codec/der.h"

/** A longer passphrase is a mistake. */
#define XCJ__PASSPHRASE_MAX ((size_t)1024 * 1024)

/**
 * Puts the EncryptedPrivateKeyInfo of the PKCS#8 in `der` in its place, in a block of its own; the old one is wiped and
 * freed, on failure too. PBES2 with AES-256-CBC, and PBKDF2 with HMAC-SHA-256 or scrypt (RFC 8018 6.2, RFC 7914 7).
 * XCJ_ERR_RANDOM, _MEMORY, _CRYPTO.
 */
XCJ_MUST_CHECK xcj_code xcj__pkcs8_seal(xcj__der *der, xcj_str passphrase, xcj_kdf kdf, xcj_error *err);

#endif
