/*
 * xcj/jws.h: sign any payload as a JWS (RFC 7515), and decode a token without verifying it.
 */
#ifndef XCJ_JWS_H
#define XCJ_JWS_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How to sign a JWS. */
typedef struct xcj_jws_options {
    size_t size;         /**< sizeof the struct; the _INIT macro sets it */
    xcj_alg alg;         /**< the algorithm; XCJ_ALG_NONE: see xcj_key_sign_alg() */
    xcj_str typ;         /**< absent: no typ. For a JWT give "JWT" */
    xcj_str kid;         /**< absent: the key's kid, if any; "": no kid */
    xcj_str jku;         /**< absent: no jku */
    xcj_str header;      /**< a JSON object; its members follow ours and must not repeat them, nor be alg, crit or b64 */
    xcj_str unprotected; /**< JSON serialisation only: the unprotected header; repeats no protected parameter */
    int detached;        /**< 1: leave the payload out of the result (RFC 7515 appendix F) */
    int unencoded;       /**< 1: write b64=false and crit (RFC 7797); the compact serialisation must then be detached */
} xcj_jws_options;

/** All defaults. */
#define XCJ_JWS_OPTIONS_INIT                                                                                                \
    {                                                                                                                       \
        sizeof(xcj_jws_options), XCJ_ALG_NONE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0, 0        \
    }

/**
 * Signs a payload into the compact serialisation (RFC 7515 3.1). `options` and `scratch` may be NULL. A payload of NULL
 * with length 0 is an empty payload. XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _JSON or _CONFIG (the header option), _ARGUMENT,
 * _MEMORY, _CRYPTO, _RANDOM, _SIGNER (see xcj_key_from_signer()).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jws_sign(char **out, size_t *out_len, const void *payload, size_t payload_len,
                                             const xcj_key *key, const xcj_jws_options *options, xcj_scratch *scratch,
                                             xcj_error *err);

/** One signature of a JSON serialisation. */
typedef struct xcj_jws_signer {
    const xcj_key *key;             /**< the key that signs */
    const xcj_jws_options *options; /**< may be NULL; all signers must agree on detached and unencoded */
} xcj_jws_signer;

/**
 * Signs a payload into the JSON serialisation (RFC 7515 7.2): flattened for one signer, general for several. An unencoded
 * payload (RFC 7797) that is not detached must be UTF-8. Errors as for xcj_jws_sign().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jws_sign_json(char **out, size_t *out_len, const void *payload, size_t payload_len,
                                                  const xcj_jws_signer *signers, size_t count, xcj_scratch *scratch,
                                                  xcj_error *err);

/** A decoded compact token, of which NOTHING was verified. Only for showing it to a person; it is not a credential. */
typedef struct xcj_unverified xcj_unverified;

/**
 * Decodes a compact JWS: three parts in canonical base64url. The header must be a JSON object without duplicate members;
 * the payload may be anything. Verifies nothing. XCJ_ERR_TOKEN, _JSON, _BASE64, _LIMIT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_unverified_decode(xcj_unverified **out, const char *token, size_t len, xcj_error *err);

/** Frees a decoded token. NULL is allowed. */
XCJ_API void xcj_unverified_free(xcj_unverified *token);

/** The decoded header, exactly as the token carries it. Borrowed, followed by a NUL. */
XCJ_API xcj_str xcj_unverified_header(const xcj_unverified *token);

/** The decoded payload. Borrowed, followed by a NUL. */
XCJ_API xcj_str xcj_unverified_payload(const xcj_unverified *token);

/** The decoded signature. Borrowed. */
XCJ_API xcj_str xcj_unverified_signature(const xcj_unverified *token);

#ifdef __cplusplus
}
#endif

#endif
