/*
 * crypto.h: signs with the wrong key, in the wrong format or over any text, which the library rightly refuses to do.
 * Only forge uses it; the one place of the command that sees OpenSSL.
 */
#ifndef XCJ_CLI_FORGE_CRYPTO_H
#define XCJ_CLI_FORGE_CRYPTO_H

#include <xcj/key.h>

#include "cli/io/text.h"

/** How to sign. */
typedef struct forge_scheme {
    const char *hash; /* "SHA256"; NULL for EdDSA */
    bool is_pss;
    int salt;         /* PSS: bytes */
    const char *mgf1; /* PSS: the hash of the mask, NULL: the same */
} forge_scheme;

/** As an algorithm wants it. */
forge_scheme forge_scheme_of(xcj_alg alg);

/** Appends the signature of any text with a private key, RSA, EC or OKP; as JWS writes it, whatever key and scheme are. */
bool forge_sign(text *out, const xcj_key *key, const forge_scheme *scheme, xcj_str input);

/** Appends the HMAC of a text with any bytes as the secret. */
bool forge_hmac(text *out, const char *hash, xcj_str secret, xcj_str input);

/** Appends r and s, each half of a signature, as DER. */
bool forge_der(text *out, xcj_str signature);

/** Appends a number of the public key: the order of an EC curve or the modulus of an RSA key, big endian. */
bool forge_bound(text *out, const xcj_key *key);

/** Appends what a public key is without its armour: PKCS#1 of RSA, the point of EC, the bytes of OKP. */
bool forge_raw_public(text *out, const xcj_key *key);

/** Appends a certificate (DER) for this private key, signed by itself. */
bool forge_certificate(text *out, const xcj_key *key);

#endif
