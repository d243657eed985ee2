/*
 * xcj/jws.h: signing any payload as a JWS (RFC 7515), and looking into a token without verifying it.
 */
#ifndef XCJ_JWS_H
#define XCJ_JWS_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a JWS is signed. */
typedef struct xcj_jws_options {
    size_t size;         /**< of the struct, as its _INIT sets it */
    xcj_alg alg;         /**< the algorithm; XCJ_ALG_NONE: see xcj_key_sign_alg() */
    xcj_str typ;         /**< absent: no typ. A JWT says "JWT" */
    xcj_str kid;         /**< absent: the key's kid, if it has one; "": none */
    xcj_str jku;         /**< absent: none */
    xcj_str header;      /**< a JSON object whose members follow ours; it must not repeat one, nor name alg, crit or b64 */
    xcj_str unprotected; /**< JSON serialisation only: the unprotected header, an object disjoint from the protected one */
    int detached;        /**< 1: the payload is left out of the result (RFC 7515 appendix F) */
    int unencoded;       /**< 1: b64=false with crit (RFC 7797); a compact result must then be detached */
} xcj_jws_options;

/** All defaults. */
#define XCJ_JWS_OPTIONS_INIT                                                                                                \
    {                                                                                                                       \
        sizeof(xcj_jws_options), XCJ_ALG_NONE, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, 0, 0        \
    }

/**
 * Signs a payload into the compact serialisation (RFC 7515 3.1). `options` and `scratch` may be NULL; a payload of NULL and
 * 0 is an empty one.
 * XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _JSON or _CONFIG (the header option), _ARGUMENT, _MEMORY, _CRYPTO,
 * _RANDOM, _SIGNER (see xcj_key_from_signer()).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jws_sign(char **out, size_t *out_len, const void *payload, size_t payload_len,
                                             const xcj_key *key, const xcj_jws_options *options, xcj_scratch *scratch,
                                             xcj_error *err);

/** One signature of a JSON serialisation. */
typedef struct xcj_jws_signer {
    const xcj_key *key;             /**< signs */
    const xcj_jws_options *options; /**< may be NULL; detached and unencoded must be the same for all signers */
} xcj_jws_signer;

/**
 * Signs a payload into the JSON serialisation (RFC 7515 7.2): flattened for one signer, general for several.
 * An unencoded payload (RFC 7797) that is not detached must be UTF-8. Errors as for xcj_jws_sign().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jws_sign_json(char **out, size_t *out_len, const void *payload, size_t payload_len,
                                                  const xcj_jws_signer *signers, size_t count, xcj_scratch *scratch,
                                                  xcj_error *err);

/** A compact token taken apart, of which NOTHING was verified: for showing it to a person. Not a credential. */
typedef struct xcj_unverified xcj_unverified;

/**
 * Takes a compact JWS apart: three parts, canonical base64url. The header must be a JSON object without duplicate members;
 * the payload may be anything. Verifies nothing. XCJ_ERR_TOKEN, _JSON, _BASE64, _LIMIT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_unverified_decode(xcj_unverified **out, const char *token, size_t len, xcj_error *err);

/** Frees it. NULL is fine. */
XCJ_API void xcj_unverified_free(xcj_unverified *token);

/** The header's JSON text as the token carries it, decoded. Borrowed, with a NUL after it. */
XCJ_API xcj_str xcj_unverified_header(const xcj_unverified *token);

/** The payload's bytes, decoded. Borrowed, with a NUL after it. */
XCJ_API xcj_str xcj_unverified_payload(const xcj_unverified *token);

/** The signature's bytes, decoded. Borrowed. */
XCJ_API xcj_str xcj_unverified_signature(const xcj_unverified *token);

#ifdef __cplusplus
}
#endif

#endif
