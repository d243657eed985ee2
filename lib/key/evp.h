/*
 * evp.h: what the files of this folder share of OpenSSL: the key's inside, prepared contexts, the scratch's inside.
 */
#ifndef XCJ_LIB_KEY_EVP_H
#define XCJ_LIB_KEY_EVP_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#include "lib/key/jwk.h"
#include "lib/key/scratch.h"

/**
 * A context that is initialised for one key, one algorithm and one use. A prepared one belongs to the key and is never used
 * itself: each call works on a duplicate (which costs a tenth of an initialisation), or on one that the scratch keeps.
 */
typedef struct xcj__context {
    xcj__scheme scheme;
    EVP_MD *hash;       /* RSA and ECDSA: the digest, fetched once; owned */
    EVP_PKEY_CTX *pkey; /* RSA and ECDSA */
    EVP_MD_CTX *digest; /* EdDSA: initialised for one-shot signing; RSA and ECDSA, kept by a scratch: for the hash */
    bool is_fresh;      /* a duplicate that has done nothing yet: it need not be started again */
    EVP_MAC_CTX *mac;   /* HMAC: keyed */
} xcj__context;

#define XCJ__USES 2

struct xcj_key {
    atomic_uint refs;
    xcj__jwk jwk;
    EVP_PKEY *pkey;                                              /* NULL for oct */
    _Atomic(xcj__context *) prepared[XCJ__USES][XCJ__ALG_SLOTS]; /* made at first use, then never changed */
};

/** One for this key, algorithm and use. NULL when there is no memory or OpenSSL refuses. */
xcj__context *xcj__context_new(const xcj_key *key, const xcj__alg *alg, xcj_use use);

void xcj__context_free(xcj__context *context);

/** A duplicate to work on. NULL when there is no memory. */
xcj__context *xcj__context_dup(const xcj__context *from);

/** The scratch's own duplicate of a key's prepared context, made at its first use here. NULL when there is no memory. */
xcj__context *xcj__scratch_context(xcj_scratch *scratch, const xcj_key *key, const xcj__context *prepared);

/** The scratch's random bytes; NULL where there are none to keep, or no scratch. */
struct xcj__pool *xcj__scratch_pool(xcj_scratch *scratch);

/** The error queue of OpenSSL is the caller's: what a call of ours adds is taken away again. */
static inline void xcj__queue_mark(void)
{
    (void)ERR_set_mark();
}

static inline void xcj__queue_restore(void)
{
    (void)ERR_pop_to_mark();
}

/**
 * Did the last call fail for want of memory? A key must not be called wrong, or a signature, for that. OpenSSL says so in
 * its first entry (or, when the caller had left some, perhaps in the last). To be asked before the restore.
 */
static inline bool xcj__queue_says_memory(void)
{
    return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE ||
           ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

#endif
