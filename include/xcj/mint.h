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
 * _PROOF, _NONCE, _REPLAY, _ARGUMENT, _MEMORY, and the errors of the bearer_verifier.
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

/**
 * The place in auth->dpop_nonces of the nonce that the caller's DPoP proof has; 0 without a proof. If it is not that of the
 * newest nonce, the response should carry that one in DPoP-Nonce (RFC 9449 8.2).
 */
XCJ_API size_t xcj_caller_dpop_nonce(const xcj_caller *caller);

/**
 * The figures of the tokens that a minter uses again, with the option reuse. Each request is still identified and checked in
 * full: credential, Bearer token, certificate, proof, times. Then, instead of signing, xcj_mint() and xcj_mint_prepare() use
 * a token again that has the same header and claims as a new one, all but iat, exp and jti: so a jti repeats, and a backend
 * that refuses a repeated jti needs a minter without reuse. Such a token is at most `reuse` seconds old, has at least five
 * seconds before its exp, and its exp is not later than a new token's, nor by `reuse` seconds earlier. A request with a jti
 * of its own is then XCJ_ERR_ARGUMENT. xcj_mint_claims() uses no token again. A wrong signature is never reused: xcj_mint()
 * and xcj_mint_sign() keep what the key signs, and xcj_mint_finish() keeps what it has verified. A trusted signer's
 * signature is verified before it is kept. The child of a fork starts without tokens. A NULL minter has none.
 */
XCJ_API void xcj_minter_reuse_counts(xcj_cache_counts *out, const xcj_minter *minter);

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
 * the claims, iat, exp and jti are added, and so are the iss and aud of the options. `auth` gives jti, now, audience,
 * sub and claims, which the given claims must not repeat; it may be NULL.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                const char *claims, size_t claims_len, const xcj_auth *auth,
                                                xcj_scratch *scratch, xcj_error *err);

/** A sufficient buffer length for xcj_mint_claims() with claims of this length. */
XCJ_API size_t xcj_mint_claims_bound(const xcj_minter *minter, size_t claims_len, const xcj_auth *auth);

/**
 * Step 1 of a mint in three steps, which let a thread pool or a KMS do the signing: writes the signing input (header and
 * claims, RFC 7515 5.1) at the start of the buffer, while the request is available. *input_len is its length. Checks that
 * the whole token will fit. Errors as for xcj_mint(). A minter with the option reuse may write a whole token instead, with
 * its signature: see xcj_mint_is_reused().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_prepare(char *buf, size_t cap, size_t *input_len, const xcj_minter *minter,
                                                 const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

/**
 * Returns 1 if the input of step 1 is a token that is used again, else 0. Steps 2 and 3 are then not needed, and do
 * nothing: step 2 makes a signature of no bytes, and step 3 takes it.
 */
XCJ_API int xcj_mint_is_reused(const xcj_minter *minter, xcj_str input);

/**
 * Step 2, in any thread: signs the input of step 1. XCJ_SIGNATURE_MAX bytes of room suffice for every signature.
 * XCJ_ERR_ARGUMENT if another minter prepared the input, with another header. XCJ_ERR_BUFFER, _CRYPTO, _SIGNER, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_sign(uint8_t *signature, size_t cap, size_t *signature_len,
                                              const xcj_minter *minter, xcj_str input, xcj_scratch *scratch, xcj_error *err);

/**
 * Step 3: completes the token in the buffer. *len is the length of the input before the call, and that of the token after
 * it; 0 on failure, and then the input is wiped. The signature is that of step 2. If the minter's key has no function that
 * signs (see xcj_signer), there is no step 2: the caller obtains the signature of the input elsewhere, now or later, and
 * this function verifies it first, unless the signer is trusted. XCJ_ERR_ARGUMENT, _BUFFER, _SIGNER, _CRYPTO, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_finish(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                const uint8_t *signature, size_t signature_len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
