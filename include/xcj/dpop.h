/*
 * xcj/dpop.h: DPoP proofs (RFC 9449): a JWT in a header of its own that shows that the sender of a request holds a private
 * key. A minter verifies the proof of a bound Bearer token itself (see xcj/auth.h); these calls are for everybody else.
 */
#ifndef XCJ_DPOP_H
#define XCJ_DPOP_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest proof in bytes, and the longest URI of a request. */
#define XCJ_DPOP_MAX 8192

/** The longest jti of a proof in bytes. */
#define XCJ_DPOP_JTI_MAX 256

/**
 * Notes that a proof was used. Returns 0 for a new pair of thumbprint and jti, a positive number if the proof was used
 * before, and a negative number if there is no room to note it; the last two refuse the proof. The note must last until
 * `expires`, in Unix seconds: after it, the proof is refused for its iat. The library calls this function last, for a proof
 * that has passed every other check. It may run in several threads simultaneously.
 */
typedef int (*xcj_dpop_replay)(void *context, xcj_str jkt, xcj_str jti, int64_t expires);

/** What every proof must fulfil. */
typedef struct xcj_dpop_options {
    size_t size;            /**< sizeof the struct; the _INIT macro sets it */
    const xcj_alg *algs;    /**< the allowed algorithms; NULL: every asymmetric one. HS256 and its like are XCJ_ERR_CONFIG */
    size_t algs_count;      /**< the number of algs */
    int64_t max_age;        /**< the most seconds since iat, 1 to 86400; 0: 60 */
    int64_t leeway;         /**< how many seconds iat may be in the future, 1 to 86400; 0: 5 */
    xcj_dpop_replay replay; /**< NULL: a proof may be used again until it is too old */
    void *replay_context;   /**< for `replay` */
} xcj_dpop_options;

/** All defaults. */
#define XCJ_DPOP_OPTIONS_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_dpop_options), NULL, 0, 0, 0, NULL, NULL                                                                 \
    }

/** One request. An absent member has ptr NULL. */
typedef struct xcj_dpop_request {
    size_t size;    /**< sizeof the struct; the _INIT macro sets it */
    xcj_str proof;  /**< the value of the DPoP header, of which a request has exactly one. xcj_dpop_make() ignores it */
    xcj_str method; /**< the method, such as "GET" */
    xcj_str uri;    /**< the URI, with scheme and host; query and fragment are ignored */
    xcj_str token;  /**< the access token; absent: none, and ath is not checked */
    xcj_str jkt;    /**< the thumbprint that the access token is bound to; absent: any key */
    const xcj_str *nonces; /**< the nonces that a proof may have; NULL: none is demanded. xcj_dpop_make() writes the first */
    size_t nonces_count;   /**< the number of nonces */
    int64_t now;           /**< the current time in Unix seconds, if has_now is set */
    int has_now;           /**< 0: use the system clock */
} xcj_dpop_request;

/** All absent. */
#define XCJ_DPOP_REQUEST_INIT                                                                                               \
    {                                                                                                                       \
        sizeof(xcj_dpop_request), { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, NULL, 0, 0, 0            \
    }

/**
 * Verifies a proof as RFC 9449 4.3 says: typ, an asymmetric alg, a public jwk and its signature, htm, htu, iat, and what the
 * request asks for: ath, nonce, jkt; then replay. htu and the URI are compared after the normalisation of RFC 3986 6.2.2
 * and 6.2.3, without query and fragment. `*jkt` gets the thumbprint of the proof's key, to bind a token to it. `options`
 * and `scratch` may be NULL; a scratch makes the check of an EC key faster. XCJ_ERR_PROOF (err->member names the part at
 * fault), XCJ_ERR_NONCE, XCJ_ERR_REPLAY, XCJ_ERR_BINDING (another key than the request's jkt), _CONFIG, _ARGUMENT, _MEMORY,
 * _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_dpop_verify(char **jkt, size_t *jkt_len, const xcj_dpop_request *request,
                                                const xcj_dpop_options *options, xcj_scratch *scratch, xcj_error *err);

/**
 * Makes a proof for a request: with a random jti, iat, the method and the URI without its query; ath if there is a token.
 * `alg` XCJ_ALG_NONE: see xcj_key_sign_alg(). `scratch` may be NULL. XCJ_ERR_ALG (also for a shared secret), _KEY_USE,
 * _KEY_WEAK, _ARGUMENT (no method or URI), _MEMORY, _CRYPTO, _RANDOM, _SIGNER.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_dpop_make(char **out, size_t *out_len, const xcj_key *key,
                                              const xcj_dpop_request *request, xcj_alg alg, xcj_scratch *scratch,
                                              xcj_error *err);

/** The length of every nonce from xcj_dpop_nonce(), in bytes. */
#define XCJ_DPOP_NONCE_LEN 36

/**
 * Writes a nonce for the DPoP-Nonce header (RFC 9449 8 and 9) into the buffer: random, XCJ_DPOP_NONCE_LEN characters,
 * without a NUL. A gateway keeps the newest one and the one before it as the request's `nonces`, and makes another from time
 * to time. `scratch` may be NULL. XCJ_ERR_RANDOM, _BUFFER.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_dpop_nonce(char *buf, size_t cap, xcj_scratch *scratch, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
