/*
 * xcj/openssl.h: keys that OpenSSL holds, from any provider or engine: a token, an HSM, a FIPS module. xcj.h does not
 * include this header.
 *
 * `struct evp_pkey_st` is the struct name of OpenSSL's EVP_PKEY and `struct ossl_lib_ctx_st` that of OSSL_LIB_CTX, so
 * this header does not need OpenSSL's.
 */
#ifndef XCJ_OPENSSL_H
#define XCJ_OPENSSL_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evp_pkey_st;
struct ossl_lib_ctx_st;

/** Where OpenSSL performs the operations with a key. */
typedef struct xcj_pkey_options {
    size_t size;                     /**< sizeof the struct; the _INIT macro sets it */
    struct ossl_lib_ctx_st *lib_ctx; /**< borrowed: must outlive the key and all its users; NULL: the default context */
    const char *properties;          /**< property query, such as "fips=yes" or "?provider=tpm2"; copied; NULL: none */
    int untried;                     /**< 1: make no test signature, for example because a person must confirm each one */
} xcj_pkey_options;

/** All defaults. */
#define XCJ_PKEY_OPTIONS_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_pkey_options), NULL, NULL, 0                                                                             \
    }

/**
 * Makes a key from an EVP_PKEY: RSA, EC on the supported curves, Ed25519, Ed448, X25519 or X448. The public part is read
 * and checked like that of a JWK, so OpenSSL must be able to encode it.
 *
 * XCJ_PUBLIC: copies the public part and does not keep `pkey`. XCJ_PRIVATE: takes a reference to `pkey`, which signs from
 * now on and must no longer be changed. The library never reads its private part, which may be unable to leave its
 * device. The key signs and verifies; its public part can be exported, its private part cannot (XCJ_ERR_KEY_PART; see
 * xcj_key_is_external()). Unless `untried` is set, the call makes one signature and verifies it with the public part; it
 * skips this for a key that is not allowed to sign (RSA under 2048 bits).
 *
 * The properties also select the digest and the verification, so put a question mark before a query that only a device's
 * provider answers. Whether several threads may sign with one key simultaneously depends on OpenSSL and the provider; all
 * of OpenSSL's own providers allow it. The key has no labels: see xcj_key_relabel(). `options` may be NULL.
 *
 * XCJ_ERR_KEY (also if the two parts do not match), _KEY_TYPE, _LIMIT, _ARGUMENT, _CRYPTO (also if it cannot sign: no
 * private part, or a provider that refuses), _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_from_pkey(xcj_key **out, struct evp_pkey_st *pkey, xcj_part part,
                                                  const xcj_pkey_options *options, xcj_error *err);

/**
 * Returns the key as an EVP_PKEY, which the caller frees with EVP_PKEY_free() and which may outlive the key. Do not
 * change it (EVP_PKEY_set_params() and the like): it may be the object that the key uses in other threads.
 *
 * XCJ_PUBLIC: without a private part. XCJ_PRIVATE: with it; a key made from an EVP_PKEY returns that EVP_PKEY.
 * XCJ_ERR_KEY_PART: the private part of a public key or of a signer's (see xcj_key_from_signer()), or an oct key (see
 * xcj_key_to_secret()). _ARGUMENT, _CRYPTO, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_key_to_pkey(struct evp_pkey_st **out, const xcj_key *key, xcj_part part, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
