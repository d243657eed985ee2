/*
 * xcj/mint.h: mint the signed custom JWT for a credential.
 */
#ifndef XCJ_MINT_H
#define XCJ_MINT_H

#include <xcj/auth.h>
#include <xcj/http.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A private key and the mint settings, prepared for many tokens: immutable, reference-counted, safe to share between
 * threads.
 */
typedef struct xcj_minter xcj_minter;

/**
 * Makes a minter. The key must be allowed to sign with the algorithm. XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _CONFIG, _JSON,
 * _MEMORY ...
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                               xcj_error *err);

/** Adds a reference and returns the minter. */
XCJ_API xcj_minter *xcj_minter_ref(const xcj_minter *minter);

/** Releases a reference; the last one wipes and frees the minter. NULL is allowed. */
XCJ_API void xcj_minter_free(xcj_minter *minter);

/** The algorithm that the minter signs with. */
XCJ_API xcj_alg xcj_minter_alg(const xcj_minter *minter);

/** The key that the minter signs with, borrowed. Use it to publish the public part. */
XCJ_API const xcj_key *xcj_minter_key(const xcj_minter *minter);

/**
 * Identifies the caller before a token is minted: selects the request's credential, verifies a Bearer token, reads the
 * client_id, and looks it up in the identities. For a gateway that derives the consumer or the audience from the
 * client_id: it then sets auth.caller, and minting repeats none of this work. The result is for one request and this
 * minter, and keeps a reference to the minter. XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL, _CLIENT_ID, _CERTIFICATE, _BINDING,
 * _ARGUMENT, _MEMORY, and the errors of the bearer_verifier.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_caller_new(xcj_caller **out, const xcj_minter *minter, const xcj_auth *auth,
                                               xcj_scratch *scratch, xcj_error *err);

/** Wipes and frees a caller. NULL is allowed. */
XCJ_API void xcj_caller_free(xcj_caller *caller);

/** The client_id. Borrowed, followed by a NUL. */
XCJ_API xcj_str xcj_caller_client_id(const xcj_caller *caller);

/** The consumer that the identities give; absent if there is none. Borrowed from the minter. */
XCJ_API xcj_str xcj_caller_consumer(const xcj_caller *caller);

/** The method of the caller's credential, one XCJ_AUTH_ bit; 0 for NULL. */
XCJ_API uint32_t xcj_caller_method(const xcj_caller *caller);

/** A sufficient buffer length for the token of this request. */
XCJ_API size_t xcj_mint_bound(const xcj_minter *minter, const xcj_auth *auth);

/**
 * Mints a token into the caller's buffer. No NUL is added; *len is the token's length. With a scratch it allocates
 * nothing. If the buffer is too short, the result is XCJ_ERR_BUFFER and err->needed is the sufficient length. Errors as
 * for xcj_auth_claims(), and XCJ_ERR_LIMIT, _CRYPTO, _RANDOM, and _SIGNER (see xcj_key_from_signer()).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const xcj_auth *auth,
                                         xcj_scratch *scratch, xcj_error *err);

/**
 * Mints a token with given claims (a JSON object, kept byte for byte) and without a credential. If they are missing from
 * the claims, iat, exp and jti are added, and so are the iss and aud of the options. `auth` gives jti, now and audience;
 * it may be NULL.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                const char *claims, size_t claims_len, const xcj_auth *auth,
                                                xcj_scratch *scratch, xcj_error *err);

/** A sufficient buffer length for xcj_mint_claims() with claims of this length. */
XCJ_API size_t xcj_mint_claims_bound(const xcj_minter *minter, size_t claims_len, const xcj_auth *auth);

/**
 * The state of a mint in three steps, which let a thread pool do only the signing. The caller owns the struct; only the
 * library reads and writes its members.
 */
typedef struct xcj_mint_job {
    size_t size;                          /**< sizeof the struct; step 1 sets it */
    char *buf;                            /**< the caller's buffer */
    size_t cap;                           /**< its length in bytes */
    size_t input_len;                     /**< the length of the signing input at the start of buf; 0: not prepared */
    size_t signature_len;                 /**< 0: not signed */
    const xcj_minter *minter;             /**< the minter that prepared it and must sign it, borrowed */
    uint8_t signature[XCJ_SIGNATURE_MAX]; /**< the signature between steps 2 and 3 */
} xcj_mint_job;

/**
 * Writes header and claims into the buffer: step 1, while the request is available. Checks that the whole token will fit.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_prepare(xcj_mint_job *job, char *buf, size_t cap, const xcj_minter *minter,
                                                 const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

/**
 * Signs: step 2, in any thread. Changes only the job and its buffer. XCJ_ERR_ARGUMENT with a minter other than step 1's.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_sign(xcj_mint_job *job, const xcj_minter *minter, xcj_scratch *scratch,
                                              xcj_error *err);

/** Completes the token in the buffer: step 3. *len is its length. XCJ_ERR_ARGUMENT unless step 2 has succeeded. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_finish(xcj_mint_job *job, size_t *len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
