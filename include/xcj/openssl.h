/*
 * xcj/openssl.h: keys that live in OpenSSL, of any provider or engine: a token, an HSM, a FIPS module. Not included by
 * xcj.h.
 *
 * The types are OpenSSL's own under their struct names: `struct evp_pkey_st` is EVP_PKEY and `struct ossl_lib_ctx_st` is
 * OSSL_LIB_CTX, so that this header needs none of OpenSSL's.
 */
#ifndef XCJ_OPENSSL_H
#define XCJ_OPENSSL_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evp_pkey_st;
struct ossl_lib_ctx_st;

/** Where OpenSSL does what is done with a key. */
typedef struct xcj_pkey_options {
    size_t size;                     /**< of the struct, as its _INIT sets it */
    struct ossl_lib_ctx_st *lib_ctx; /**< borrowed: must outlive the key and all that uses it; NULL: the default context */
    const char *properties;          /**< property query, such as "fips=yes" or "?provider=tpm2"; copied; NULL: none */
    int untried;                     /**< 1: makes no signature now, as where a person must confirm each */
} xcj_pkey_options;

/** All defaults. */
#define XCJ_PKEY_OPTIONS_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_pkey_options), NULL, NULL, 0                                                                             \
    }

/**
 * A key from an EVP_PKEY: RSA, EC on our curves, Ed25519, Ed448, X25519 or X448. Its public part is read out and checked as
 * that of a JWK is, so it must be one that OpenSSL can encode.
 *
 * XCJ_PUBLIC: the public part is copied, and `pkey` is not kept.
 * XCJ_PRIVATE: the key takes a reference to `pkey`, which signs from now on and must no longer be changed. Its private part
 * is never asked for: it may be one that cannot leave its device. Such a key signs and verifies, its public part is
 * exported, its private part is not (XCJ_ERR_KEY_PART; see xcj_key_is_external()). Unless `untried` is set it signs once
 * here, and that signature is verified with the public part; a key that may not sign (an RSA key under 2048 bits) is not
 * tried.
 *
 * The properties choose the digest and whatever verifies, too, so a query that only a device's provider answers needs a
 * question mark before it. Signing with one key in several threads is up to OpenSSL and the provider, which all of
 * OpenSSL's own allow. The key has no labels: see xcj_key_relabel(). `options` may be NULL.
 *
 * XCJ_ERR_KEY (also: the two parts do not fit), _KEY_TYPE, _LIMIT, _ARGUMENT, _CRYPTO (also: it makes no signature, having
 * no private part or a provider that refuses), _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_pkey(xcj_key **out, struct evp_pkey_st *pkey, xcj_part part,
                                                  const xcj_pkey_options *options, xcj_error *err);

/**
 * The key as an EVP_PKEY, which the caller gives back with EVP_PKEY_free(); it may outlive the key. It may be the very one
 * that the key uses in other threads: nothing of it may be changed (EVP_PKEY_set_params() and the like).
 *
 * XCJ_PUBLIC: without a private part. XCJ_PRIVATE: with it; of a key from an EVP_PKEY it is that EVP_PKEY again.
 * XCJ_ERR_KEY_PART: a private part of a public key or of a signer's (see xcj_key_from_signer()), or an oct key, whose secret
 * xcj_key_to_secret() gives. _ARGUMENT, _CRYPTO, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_pkey(struct evp_pkey_st **out, const xcj_key *key, xcj_part part, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
