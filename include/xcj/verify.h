/*
 * xcj/verify.h: verifying a JWT (RFC 7519, RFC 8725) or any JWS (RFC 7515), and reading what was verified.
 *
 * The order is fixed: form, header, key and algorithm, signature, then claims. Nothing but the claim of key_claim, which
 * chooses the key, is read before the signature is found valid. Keys come from the verifier alone: a token's jwk, jku, x5c
 * and x5u are ignored.
 */
#ifndef XCJ_VERIFY_H
#define XCJ_VERIFY_H

#include <xcj/keyset.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Keys and a policy: immutable, reference-counted, shareable by threads. */
typedef struct xcj_verifier xcj_verifier;

/** What a token must be. Everything is copied. */
typedef struct xcj_verify_options {
    size_t size;         /**< of the struct, as its _INIT sets it */
    const xcj_alg *algs; /**< the exact algorithms allowed; NULL: whatever the key admits */
    size_t algs_count;   /**< how many */
    const xcj_str
        *issuers;         /**< iss must equal one of them; NULL: not compared. An absent text in a list is XCJ_ERR_CONFIG */
    size_t issuers_count; /**< how many */
    const xcj_str *audiences; /**< aud must equal, or contain, one of them; NULL: not compared */
    size_t audiences_count;   /**< how many */
    xcj_str subject;          /**< sub must equal it; absent: not compared */
    xcj_str typ; /**< the header's typ must be this media type; "application/" may be left out (RFC 7515 4.1.9) */
    const xcj_str *required; /**< claims that must be there, by name; at most 32 */
    size_t required_count;   /**< how many */
    /** Choose the key whose kid equals this claim, in place of the header's kid; absent: no. The claim must be within the
     * first 48 KiB and 4096 members of the payload. */
    xcj_str key_claim;
    int64_t leeway;          /**< seconds of clock skew allowed, 0 to 86400 */
    int64_t max_age;         /**< seconds since iat at most; 0: not limited. iat is then required and must not be ahead */
    int64_t now;             /**< the clock in Unix seconds, when has_now is set */
    int has_now;             /**< 0: the system clock */
    int allow_no_exp;        /**< 1: a token without exp is accepted */
    int opaque_payload;      /**< 1: the payload is any bytes, no claim is looked at; b64=false is then understood */
    int all_signatures;      /**< 1: of a JSON serialisation every signature must be valid; 0: one is enough */
    int ignore_times;        /**< 1: exp, nbf and iat are only type-checked */
    size_t max_token;        /**< longest token in bytes; 0: 2 MiB */
    unsigned max_depth;      /**< deepest JSON nesting; 0: 64; at most 1024 */
    size_t max_members;      /**< most members and elements in one JSON text; 0: 65536 */
    unsigned max_signatures; /**< most signatures of a general JSON serialisation; 0: 16 */
    int try_keys; /**< 1: where kid names no key and several fit, each is tried, if there are 16 or fewer; 0: ambiguous */
    int jwt_svid; /**< 1: of a set only keys whose use is "jwt-svid" verify (SPIFFE); 0: only those of use "sig" or none */
} xcj_verify_options;

/** All defaults. */
#define XCJ_VERIFY_OPTIONS_INIT                                                                                             \
    {                                                                                                                       \
        sizeof(xcj_verify_options), NULL, 0, NULL, 0, NULL, 0, { NULL, 0 }, { NULL, 0 }, NULL, 0, { NULL, 0 }, 0, 0, 0, 0,  \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                                                    \
    }

/**
 * A verifier with a set of keys. The token's kid, compared byte for byte, selects; then key type, curve, alg, use and
 * key_ops must fit; exactly one candidate must remain. A set's only key that has no kid is used whatever kid the token has,
 * unless a key of the set was skipped. `options` may be NULL. XCJ_ERR_ARGUMENT, _CONFIG, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys,
                                                 const xcj_verify_options *options, xcj_error *err);

/** A verifier with one key; the token's kid is a hint and is not compared. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verifier_new_key(xcj_verifier **out, const xcj_key *key,
                                                     const xcj_verify_options *options, xcj_error *err);

/** One more reference; returns the verifier. */
XCJ_API xcj_verifier *xcj_verifier_ref(const xcj_verifier *verifier);

/** Gives a reference back. NULL is fine. */
XCJ_API void xcj_verifier_free(xcj_verifier *verifier);

/** A token that was verified. It cannot exist unverified. One owner; reading it from several threads is fine. */
typedef struct xcj_verified xcj_verified;

/**
 * Verifies a compact token. `out` may be NULL when only the verdict matters; `scratch` may be NULL.
 * XCJ_ERR_TOKEN, _JSON, _BASE64, _LIMIT: malformed. _ALG, _KEY_WEAK, _KEY_USE, _CRIT: refused. _NO_KEY, _AMBIGUOUS_KEY,
 * _SIGNATURE; where a kid names one key alone and that does not fit, the reason is that key's own. Then claims: of several
 * failures XCJ_ERR_CLAIM goes before _EXPIRED before _NOT_YET_VALID, and err->claims and err->message name them all.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len,
                                           xcj_scratch *scratch, xcj_error *err);

/** Verifies a flattened or general JSON serialisation (RFC 7515 7.2). `alg` must stand in the protected header. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_json(xcj_verified **out, const xcj_verifier *verifier, const char *text,
                                                size_t len, xcj_scratch *scratch, xcj_error *err);

/**
 * Verifies a token whose payload is carried elsewhere (RFC 7515 appendix F): a compact token with an empty payload part, or
 * a JSON serialisation without `payload`. The payload is given as it was before base64url; NULL and 0 is an empty one.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_detached(xcj_verified **out, const xcj_verifier *verifier, const char *token,
                                                    size_t len, const void *payload, size_t payload_len,
                                                    xcj_scratch *scratch, xcj_error *err);

/**
 * For a compact token that xcj_verify() refused: finds out what is wrong with its signature, by trying what signers are
 * known to get wrong. Costs some dozens of verifications at most. Only to tell a person: the token stays refused, and the
 * answer must not go to its sender. XCJ_OK also where nothing is found. XCJ_ERR_ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_explain(xcj_explanation *out, const xcj_verifier *verifier, const char *token,
                                                   size_t len, xcj_error *err);

/** Wipes and frees it. NULL is fine. */
XCJ_API void xcj_verified_free(xcj_verified *verified);

/** The payload's exact bytes. Borrowed, with a NUL after it. */
XCJ_API xcj_str xcj_verified_payload(const xcj_verified *verified);

/** The protected header's JSON text (of the first valid signature). Borrowed, with a NUL after it. */
XCJ_API xcj_str xcj_verified_header(const xcj_verified *verified);

/** The algorithm of the (first) valid signature. */
XCJ_API xcj_alg xcj_verified_alg(const xcj_verified *verified);

/** The key that verified it, borrowed. */
XCJ_API const xcj_key *xcj_verified_key(const xcj_verified *verified);

/** Where a value is read from. */
typedef enum xcj_where { XCJ_CLAIMS = 1, XCJ_HEADER = 2 } xcj_where;

/** What a JSON value is. */
typedef enum xcj_type {
    XCJ_TYPE_ABSENT = 0,
    XCJ_TYPE_NULL = 1,
    XCJ_TYPE_BOOL = 2,
    XCJ_TYPE_NUMBER = 3,
    XCJ_TYPE_STRING = 4,
    XCJ_TYPE_ARRAY = 5,
    XCJ_TYPE_OBJECT = 6
} xcj_type;

/*
 * Reading a value. `path` is a member's name, or, when it begins with '/', a JSON Pointer (RFC 6901):
 * "/realm_access/roles/0". A getter returns XCJ_ERR_CLAIM when the value is absent or of another type. Of an opaque payload
 * only the header is read.
 */

/** The type of a value; XCJ_TYPE_ABSENT if it is not there. */
XCJ_API xcj_type xcj_verified_type(const xcj_verified *verified, xcj_where where, const char *path, size_t path_len);

/** A string, unescaped, with a NUL after it (and possibly within). Free with xcj_free(). */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_text(char **out, size_t *out_len, const xcj_verified *verified, xcj_where where,
                                                  const char *path, size_t path_len, xcj_error *err);

/** A number without a fraction that fits: 5, 5.0 and 0.5e1 are all 5. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_integer(int64_t *out, const xcj_verified *verified, xcj_where where,
                                                     const char *path, size_t path_len, xcj_error *err);

/** A number as the nearest double; one too large for a double is an error. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_number(double *out, const xcj_verified *verified, xcj_where where,
                                                    const char *path, size_t path_len, xcj_error *err);

/** true or false, as 1 or 0. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_boolean(int *out, const xcj_verified *verified, xcj_where where,
                                                     const char *path, size_t path_len, xcj_error *err);

/**
 * An array of strings, or one string as an array of one (as `aud` may be): an array of views, each unescaped with a NUL
 * after it, in one block. Free the block with xcj_free().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_texts(xcj_str **out, size_t *out_count, const xcj_verified *verified,
                                                   xcj_where where, const char *path, size_t path_len, xcj_error *err);

/** Any value's JSON text as the token carries it. Borrowed. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_json(xcj_str *out, const xcj_verified *verified, xcj_where where,
                                                  const char *path, size_t path_len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
