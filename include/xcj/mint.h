/*
 * xcj/mint.h: from an authentication to the signed custom JWT.
 */
#ifndef XCJ_MINT_H
#define XCJ_MINT_H

#include <xcj/auth.h>
#include <xcj/http.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A private key and all that is the same for every token, prepared: immutable, reference-counted, shareable by threads. */
typedef struct xcj_minter xcj_minter;

/** A minter. The key must admit signing with the algorithm. XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _CONFIG, _JSON, _MEMORY ... */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                               xcj_error *err);

/**
 * A minter from the Kong plugin's configuration object, bare or under `config`: apikey_header, bearer_clientid_claim,
 * upstream_custom_jwt_header, downstream_custom_jwt_header, expires_in, iss, jku, private_jwk (an object, or its text),
 * verbose. Unknown members are errors. `defaults` (may be NULL) gives what the object has no name for; the object's own
 * members go first. `key_options` (may be NULL) is for private_jwk. A request still names its method; the plugin's order of
 * credentials is xcj_kong_method() of xcj/kong.h. XCJ_ERR_CONFIG, _JSON, and those of the key.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_minter_from_config(xcj_minter **out, const char *text, size_t len,
                                                       const xcj_mint_options *defaults, const xcj_key_options *key_options,
                                                       xcj_error *err);

/** One more reference; returns the minter. */
XCJ_API xcj_minter *xcj_minter_ref(const xcj_minter *minter);

/** Gives a reference back; the last one wipes and frees. NULL is fine. */
XCJ_API void xcj_minter_free(xcj_minter *minter);

/** The algorithm it signs with. */
XCJ_API xcj_alg xcj_minter_alg(const xcj_minter *minter);

/** The key it signs with, borrowed: for publishing its public part. */
XCJ_API const xcj_key *xcj_minter_key(const xcj_minter *minter);

/** The header field that carries an API key: "apikey" unless configured. Borrowed. */
XCJ_API xcj_str xcj_minter_apikey_header(const xcj_minter *minter);

/** The header field for the upstream request: "X-Custom-Jwt" unless configured. Borrowed. */
XCJ_API xcj_str xcj_minter_upstream_header(const xcj_minter *minter);

/** The header field for the downstream response; absent unless configured. Borrowed. */
XCJ_API xcj_str xcj_minter_downstream_header(const xcj_minter *minter);

/**
 * Finds out who calls, before a token is minted: selects the credential of a request, verifies a Bearer token, reads the
 * client_id, and looks up the identities. A gateway that needs the client_id for the consumer or the audience then sets
 * auth.caller, and nothing is done twice. It belongs to this minter and one request, and keeps a reference to the minter.
 * XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL, _CLIENT_ID, _CERTIFICATE, _ARGUMENT, _MEMORY, and what the bearer_verifier says.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_caller_new(xcj_caller **out, const xcj_minter *minter, const xcj_auth *auth,
                                               xcj_scratch *scratch, xcj_error *err);

/** Wipes and frees it. NULL is fine. */
XCJ_API void xcj_caller_free(xcj_caller *caller);

/** The client_id. Borrowed, with a NUL after it. */
XCJ_API xcj_str xcj_caller_client_id(const xcj_caller *caller);

/** The consumer by the identities; absent if there is none. Borrowed from the minter. */
XCJ_API xcj_str xcj_caller_consumer(const xcj_caller *caller);

/** The one method of its credential, an XCJ_AUTH_ bit; 0 for NULL. */
XCJ_API uint32_t xcj_caller_method(const xcj_caller *caller);

/** A buffer of this length is enough for the token of this request. */
XCJ_API size_t xcj_mint_bound(const xcj_minter *minter, const xcj_auth *auth);

/**
 * Mints a token into the caller's buffer: no NUL is added, *len is its length. With a scratch, nothing is allocated here. A
 * short buffer is XCJ_ERR_BUFFER and err->needed says how much is enough. Errors as for xcj_auth_claims(), and
 * XCJ_ERR_LIMIT, _CRYPTO, _RANDOM, and _SIGNER (see xcj_key_from_signer()).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const xcj_auth *auth,
                                         xcj_scratch *scratch, xcj_error *err);

/**
 * Mints a token of given claims (a JSON object, kept byte for byte), without any authentication: iat, exp and jti are added
 * where the claims lack them, and iss and aud of the options where they lack them. `auth` gives jti, now and audience; it
 * may be NULL.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                const char *claims, size_t claims_len, const xcj_auth *auth,
                                                xcj_scratch *scratch, xcj_error *err);

/** A buffer of this length is enough for xcj_mint_claims() with claims of this length. */
XCJ_API size_t xcj_mint_claims_bound(const xcj_minter *minter, size_t claims_len, const xcj_auth *auth);

/**
 * A mint in three steps, so that only the signature runs in a thread pool. The caller owns it; its members are the
 * library's.
 */
typedef struct xcj_mint_job {
    size_t size;                          /**< of the struct, as step 1 sets it */
    char *buf;                            /**< the caller's buffer */
    size_t cap;                           /**< its length */
    size_t input_len;                     /**< of what is signed, at the buffer's beginning; 0: not prepared */
    size_t signature_len;                 /**< 0: not signed */
    const xcj_minter *minter;             /**< that has prepared it, borrowed: the one to sign it */
    uint8_t signature[XCJ_SIGNATURE_MAX]; /**< until step 3 */
} xcj_mint_job;

/** Step 1, where the request is at hand: writes header and claims into the buffer. Checks that the whole token will fit. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_prepare(xcj_mint_job *job, char *buf, size_t cap, const xcj_minter *minter,
                                                 const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

/** Step 2, in any thread: signs. Touches the job and its buffer only. With another minter it is XCJ_ERR_ARGUMENT. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_sign(xcj_mint_job *job, const xcj_minter *minter, xcj_scratch *scratch,
                                              xcj_error *err);

/** Step 3: completes the token in the buffer; *len is its length. Without a good step 2 it is XCJ_ERR_ARGUMENT. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_finish(xcj_mint_job *job, size_t *len, xcj_error *err);

/**
 * The JSON body that the Kong plugin answers a failed mint with: {"ErrorMessage":"You are not authorized to access to this
 * service"}, and when the configuration says verbose also a VerboseMessage. Free it with xcj_free().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_minter_failure(char **out, size_t *out_len, const xcj_minter *minter,
                                                   const xcj_error *failure, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
