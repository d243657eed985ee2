/*
 * evp.h: the OpenSSL side of keys, prepared contexts and scratches, for the files of this directory.
 */
#ifndef XCJ_LIB_KEY_EVP_H
#define XCJ_LIB_KEY_EVP_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#include "lib/key/jwk.h"
#include "lib/key/queue.h"
#include "lib/key/scratch.h"

/**
 * A context that is initialised for one key, one algorithm and one use. A prepared one belongs to the key and is never used
 * itself: each call works on a duplicate (which costs a tenth of an initialisation), or on one that the scratch keeps.
 */
typedef struct xcj__context {
    const struct xcj_key *key; /* what it is for; borrowed */
    const xcj__alg *alg;
    xcj_use use;
    EVP_MD *hash;       /* RSA and ECDSA: the digest, fetched once; owned */
    EVP_PKEY_CTX *pkey; /* RSA and ECDSA */
    EVP_MD_CTX *digest; /* EdDSA: initialised for one-shot signing; RSA and ECDSA, of a duplicate: for the hash */
    bool is_fresh;      /* a duplicate that has done nothing yet: it need not be started again */
    EVP_MAC_CTX *mac;   /* HMAC: keyed */
} xcj__context;

#define XCJ__USES 2

/** Where a key's operations are done, when not by OpenSSL's defaults. Copies of a key share it. */
typedef struct xcj__provider {
    atomic_uint refs;
    OSSL_LIB_CTX *lib; /* the caller's; NULL: the default one */
    char *propq;       /* NULL: none */
    EVP_PKEY *pkey;    /* what signs, when the private part stays in it; NULL: nothing */
    xcj_signer signer; /* or what is called to sign; `sign` NULL: nothing */
} xcj__provider;

struct xcj_key {
    atomic_uint refs;
    bool is_unchecked;     /* only the public part is; for the other see `whole` */
    atomic_bool is_proven; /* RSA: a signature of it was verified */
    xcj__jwk jwk;
    xcj__provider *provider;            /* NULL: OpenSSL's defaults */
    _Atomic(EVP_PKEY *) pkey;           /* made of the jwk at first use; for provider_key.h */
    _Atomic(struct xcj_key *) whole;    /* the same key, checked; made at first use */
    _Atomic(xcj__context *) prepared[]; /* made at first use, then never changed: to sign, then to verify, by slot */
};

/** How many algorithms, and so how many prepared contexts for each use, a key of this type can have. */
static inline size_t xcj__key_slots(xcj_kty kty)
{
    return kty == XCJ_KTY_RSA ? 6 : kty == XCJ_KTY_OCT ? 3 : 1;
}

/** Is there a private part here that fits the public one? */
static inline bool xcj__key_has_checked_private(const xcj_key *key)
{
    return key->jwk.part[XCJ__D].ptr != NULL && !key->is_unchecked;
}

/** An empty key with room for what its type can have. NULL when there is no memory. */
xcj_key *xcj__key_new(xcj_kty kty);

/** The provider's library context and property query; NULL without one. */
static inline OSSL_LIB_CTX *xcj__provider_lib(const xcj__provider *provider)
{
    return provider != NULL ? provider->lib : NULL;
}

static inline const char *xcj__provider_propq(const xcj__provider *provider)
{
    return provider != NULL ? provider->propq : NULL;
}

/** One that signs nothing yet. NULL when there is no memory. */
xcj__provider *xcj__provider_new(OSSL_LIB_CTX *lib, const char *propq);

/** One more reference, or one less; NULL is fine. */
xcj__provider *xcj__provider_ref(xcj__provider *provider);
void xcj__provider_free(xcj__provider *provider);

/** As xcj__key_from_members(), of a key with this provider, which gets one more reference. */
XCJ_MUST_CHECK xcj_code xcj__key_at_provider(xcj_key **out, xcj__jwk *jwk, xcj__provider *provider, xcj_error *err);

/** The key with its private part checked, made now if need be; borrowed. XCJ_ERR_KEY, _LIMIT, _MEMORY, _CRYPTO. */
XCJ_MUST_CHECK xcj_code xcj__key_whole(const xcj_key **out, const xcj_key *key, xcj_error *err);

/** Writes what a signer made as exactly `len` bytes of a token. XCJ_ERR_SIGNER. */
XCJ_MUST_CHECK xcj_code xcj__signer_take(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg,
                                         const uint8_t *made, size_t made_len, xcj_error *err);

/** Makes a signature of exactly `len` bytes by the key's signer. XCJ_ERR_SIGNER, _CRYPTO. */
XCJ_MUST_CHECK xcj_code xcj__signer_sign(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input,
                                         xcj_error *err);

/** One for this key, algorithm and use. NULL when there is no memory or OpenSSL refuses. */
xcj__context *xcj__context_new(const xcj_key *key, const xcj__alg *alg, xcj_use use);

void xcj__context_free(xcj__context *context);

/** A duplicate to work on, or another of its kind where a provider has none. NULL when there is no memory. */
xcj__context *xcj__context_dup(const xcj__context *from);

/** 1: the signature is right, 0: wrong, -1: it could not be found out. A context of its own: for RSA and ECDSA only. */
int xcj__context_verify(xcj__context *work, xcj_str input, const uint8_t *signature, size_t len);

/** EdDSA: makes the working context ready for one more message. */
bool xcj__context_start(xcj__context *work, const xcj__context *prepared);

/** The scratch's own duplicate of a key's prepared context, made at its first use here. NULL when there is no memory. */
xcj__context *xcj__scratch_context(xcj_scratch *scratch, const xcj_key *key, const xcj__context *prepared);

/** The curve's group, made at its first use here; borrowed. NULL when there is no memory. */
const EC_GROUP *xcj__scratch_group(xcj_scratch *scratch, xcj_curve crv);

/** A key without a point on this curve, made at its first use here; borrowed. NULL when there is no memory. */
EVP_PKEY *xcj__scratch_curve(xcj_scratch *scratch, xcj_curve crv);

/** A context for SHA-256, made at its first use here; borrowed. NULL when there is no memory or OpenSSL refuses. */
EVP_MD_CTX *xcj__scratch_sha256(xcj_scratch *scratch);

/** The scratch's random bytes; NULL where there are none to keep, or no scratch. */
struct xcj__pool *xcj__scratch_pool(xcj_scratch *scratch);

#endif
