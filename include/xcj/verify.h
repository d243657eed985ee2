/*
 * xcj/verify.h: verify a JWT (RFC 7519, RFC 8725) or any JWS (RFC 7515), and read the verified values.
 *
 * The order of checks is fixed: form, header, key and algorithm, signature, then claims. Nothing in the payload is read
 * before the signature is verified, except a claim that selects the key: the one named by key_claim, and iss if the verifier
 * is for several issuers. Keys come only from the verifier: a token's jwk, jku, x5c and x5u are ignored.
 */
#ifndef XCJ_VERIFY_H
#define XCJ_VERIFY_H

#include <xcj/keyset.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Keys and a policy: immutable, reference-counted, safe to share between threads. */
typedef struct xcj_verifier xcj_verifier;

/** What kind of token it is. The numbers are stable. */
typedef enum xcj_profile {
    XCJ_PROFILE_JWT = 0,    /**< any JWT */
    XCJ_PROFILE_AT_JWT = 1, /**< an OAuth access token (RFC 9068): typ at+jwt; iss, exp, aud, sub, client_id, iat, jti */
    XCJ_PROFILE_TXN = 2 /**< experimental: a Transaction Token (draft-ietf-oauth-transaction-tokens-10): typ txntoken+jwt;
                           iat, aud, exp, txn, sub, scope, req_wl */
} xcj_profile;

/** The policy: the properties that a token must have. The verifier copies everything. */
typedef struct xcj_verify_options {
    size_t size;              /**< sizeof the struct; the _INIT macro sets it */
    const xcj_alg *algs;      /**< the allowed algorithms; NULL: every one that the key admits */
    size_t algs_count;        /**< the number of algs */
    xcj_str issuer;           /**< iss must equal it; absent: not compared. Several: see xcj_verifier_new_issuers() */
    const xcj_str *audiences; /**< aud must equal or contain one; NULL: not compared. An absent string is XCJ_ERR_CONFIG */
    size_t audiences_count;   /**< the number of audiences */
    xcj_str subject;          /**< sub must equal it; absent: not compared */
    xcj_str typ;              /**< the header's typ must be this media type; "application/" is optional (RFC 7515 4.1.9) */
    const xcj_str *required;  /**< names of claims that must be present; at most 32 */
    size_t required_count;    /**< the number of required claims */
    /** Select the key whose kid equals this claim instead of the header's kid; absent: use the header. The claim must be
     * within the first 48 KiB and 4096 members of the payload. */
    xcj_str key_claim;
    int64_t leeway;          /**< allowed clock skew in seconds, 0 to 86400 */
    int64_t max_age;         /**< the most seconds since iat, which must be present and not in the future; 0: no limit */
    int64_t now;             /**< the current time in Unix seconds, if has_now is set; a call's own time comes first */
    int has_now;             /**< 0: use the system clock */
    int allow_no_exp;        /**< 1: accept a token without exp */
    int opaque_payload;      /**< 1: the payload may be any bytes and no claim is checked; b64=false is then understood */
    int all_signatures;      /**< 1: every signature of a JSON serialisation must be valid; 0: one is enough */
    int ignore_times;        /**< 1: check only the types of exp, nbf and iat */
    size_t max_token;        /**< the longest token in bytes; 0: 2 MiB */
    unsigned max_depth;      /**< the deepest JSON nesting, at most 1024; 0: 64 */
    size_t max_members;      /**< the most members and elements in one JSON text; 0: 65536 */
    unsigned max_signatures; /**< the most signatures in a general JSON serialisation; 0: 16 */
    int try_keys;            /**< 1: if the kid names no key, try each key that fits, up to 16; 0: several are ambiguous */
    int jwt_svid;            /**< 1: in a set, only keys with use "jwt-svid" verify (SPIFFE); 0: only use "sig" or none */
    xcj_str client_id;       /**< for a minter: the claim of these tokens that gives the client_id, by name or JSON Pointer;
                                absent: see bearer_clientid_claims */
    xcj_profile profile;     /**< demands typ and claims, needs audiences, and for at+jwt an issuer; excludes typ */
    size_t cache_bytes;      /**< the most memory for the cache of verified tokens, 65536 at least; 0: no cache. See
                                xcj_verifier_cache_counts() */
    int64_t cache_age;       /**< the most seconds for which a verified token is served from the cache; 0: 300 */
} xcj_verify_options;

/** All defaults. */
#define XCJ_VERIFY_OPTIONS_INIT                                                                                             \
    {                                                                                                                       \
        sizeof(xcj_verify_options), NULL, 0, { NULL, 0 }, NULL, 0, { NULL, 0 }, { NULL, 0 }, NULL, 0, { NULL, 0 }, 0, 0, 0, \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { NULL, 0 }, XCJ_PROFILE_JWT, 0, 0                                             \
    }

/**
 * Makes a verifier with a set of keys. The token's kid, compared byte for byte, selects keys; their type, curve, alg, use
 * and key_ops must then fit; exactly one key must remain. If the set has only one key, without a kid, and no key was
 * skipped, that key is used whatever the token's kid. `options` may be NULL. XCJ_ERR_ARGUMENT, _CONFIG, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys,
                                                 const xcj_verify_options *options, xcj_error *err);

/** Makes a verifier with one key. The token's kid is only a hint and is not compared. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verifier_new_key(xcj_verifier **out, const xcj_key *key,
                                                     const xcj_verify_options *options, xcj_error *err);

/**
 * Makes a verifier for the tokens of several issuers. Each row is a verifier whose options name its issuer, with its own
 * keys, algorithms, audiences and other rules; the result keeps a reference. A token's `iss`, which is not yet verified,
 * selects the row and nothing else: the row then verifies the token, including iss, so the keys of one issuer never verify
 * another's token. `iss` must be within the first 48 KiB and 4096 members of the payload; if it selects no row, the error is
 * XCJ_ERR_CLAIM, before any key is tried. A row without an issuer and two rows with the same one are XCJ_ERR_CONFIG; a count
 * of 0 accepts no token. To replace one issuer's keys, make its row and then this verifier anew. XCJ_ERR_ARGUMENT, _CONFIG,
 * _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verifier_new_issuers(xcj_verifier **out, const xcj_verifier *const *rows, size_t count,
                                                         xcj_error *err);

/**
 * The row that the token's iss, which is not verified, selects from a verifier for several issuers; any other verifier
 * itself. Borrowed. NULL if there is none or the token is malformed. It says nothing about the token: it is for a gateway
 * that fetches the keys of the row's issuer again because of XCJ_ERR_NO_KEY.
 */
XCJ_API const xcj_verifier *xcj_verifier_row(const xcj_verifier *verifier, const char *token, size_t len);

/** Adds a reference and returns the verifier. */
XCJ_API xcj_verifier *xcj_verifier_ref(const xcj_verifier *verifier);

/** Releases a reference; the last one wipes and frees the verifier. NULL is allowed. */
XCJ_API void xcj_verifier_free(xcj_verifier *verifier);

/**
 * The figures of a verifier's cache of verified tokens; for several issuers, the sum over the rows, each of which has a
 * cache if its options ask for one. The cache keeps compact tokens with their own payload that were valid. Such a token, if
 * every byte is the same, is then valid without a check of its signature; exp, nbf, iat, max_age and leeway are checked
 * against the present time at each use. A verifier begins with an empty cache, and so does the child of a fork: who
 * withdraws a key makes a new verifier. A NULL verifier has no cache.
 */
XCJ_API void xcj_verifier_cache_counts(xcj_cache_counts *out, const xcj_verifier *verifier);

/** A verified token. It cannot exist unverified. It has one owner; several threads may read it simultaneously. */
typedef struct xcj_verified xcj_verified;

/**
 * Verifies a compact token. `out` may be NULL if only the result code matters; `scratch` may be NULL. XCJ_ERR_TOKEN,
 * _JSON, _BASE64, _LIMIT: malformed. _ALG, _KEY_WEAK, _KEY_USE, _CRIT: refused. _NO_KEY, _AMBIGUOUS_KEY, _SIGNATURE; if
 * the kid selects a single key that does not fit, the error says why that key does not. Claims come last: if several
 * fail, XCJ_ERR_CLAIM precedes _EXPIRED, which precedes _NOT_YET_VALID, and err->claims and err->message name all of
 * them.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len,
                                           xcj_scratch *scratch, xcj_error *err);

/** Verifies a flattened or general JSON serialisation (RFC 7515 7.2). `alg` must be in the protected header. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_json(xcj_verified **out, const xcj_verifier *verifier, const char *text,
                                                size_t len, xcj_scratch *scratch, xcj_error *err);

/** What applies to one call alone. */
typedef struct xcj_verify_call {
    size_t size; /**< sizeof the struct; the _INIT macro sets it */
    xcj_str
        payload; /**< the detached payload (RFC 7515 appendix F), as it was before base64url: the token is then a compact one
                    with an empty payload part, or a JSON serialisation without `payload`. Absent: the token has its own */
    int64_t now; /**< the current time in Unix seconds, if has_now is set */
    int has_now; /**< 0: use the verifier's clock */
} xcj_verify_call;

/** All defaults. */
#define XCJ_VERIFY_CALL_INIT                                                                                                \
    {                                                                                                                       \
        sizeof(xcj_verify_call), { NULL, 0 }, 0, 0                                                                          \
    }

/**
 * Verifies a token with a time or a detached payload of its own: a JSON serialisation if it begins with '{' (behind white
 * space), and a compact token otherwise. `call` may be NULL.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_with(xcj_verified **out, const xcj_verifier *verifier, const char *token,
                                                size_t len, const xcj_verify_call *call, xcj_scratch *scratch,
                                                xcj_error *err);

/**
 * Explains why the signature of a token, which xcj_verify() or xcj_verify_json() refused, is not valid: it tries the known
 * mistakes of signers. Of several signatures it explains the first one that is not valid and whose protected header leads to
 * a key. It costs some dozens of verifications at most. The answer is for people: the token stays refused, and its sender
 * must not get the answer. XCJ_OK also if nothing is found. XCJ_ERR_ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verify_explain(xcj_explanation *out, const xcj_verifier *verifier, const char *token,
                                                   size_t len, xcj_error *err);

/** Wipes and frees a verified token. NULL is allowed. */
XCJ_API void xcj_verified_free(xcj_verified *verified);

/** The payload's exact bytes. Borrowed, followed by a NUL. */
XCJ_API xcj_str xcj_verified_payload(const xcj_verified *verified);

/** The protected header of the (first) valid signature, as JSON. Borrowed, followed by a NUL. */
XCJ_API xcj_str xcj_verified_header(const xcj_verified *verified);

/** The algorithm of the (first) valid signature. */
XCJ_API xcj_alg xcj_verified_alg(const xcj_verified *verified);

/** The key that verified the signature, borrowed. */
XCJ_API const xcj_key *xcj_verified_key(const xcj_verified *verified);

/** The part of a token to read from. */
typedef enum xcj_where { XCJ_CLAIMS = 1, XCJ_HEADER = 2 } xcj_where;

/** The type of a JSON value. */
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
 * Reading a value. `path` is a member's name or, if it begins with '/', a JSON Pointer (RFC 6901):
 * "/realm_access/roles/0". A getter returns XCJ_ERR_CLAIM if the value is absent or has another type. An opaque payload
 * has no values; only the header can be read.
 */

/** The type of a value; XCJ_TYPE_ABSENT if it is missing. */
XCJ_API xcj_type xcj_verified_type(const xcj_verified *verified, xcj_where where, const char *path, size_t path_len);

/** Returns an unescaped string, followed by a NUL; it may also contain NULs. Free it with xcj_free(). */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_text(char **out, size_t *out_len, const xcj_verified *verified, xcj_where where,
                                                  const char *path, size_t path_len, xcj_error *err);

/** Returns a number that is an integer and fits: 5, 5.0 and 0.5e1 are all 5. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_integer(int64_t *out, const xcj_verified *verified, xcj_where where,
                                                     const char *path, size_t path_len, xcj_error *err);

/** Returns a number as the nearest double; a number too large for a double is an error. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_number(double *out, const xcj_verified *verified, xcj_where where,
                                                    const char *path, size_t path_len, xcj_error *err);

/** Returns true or false as 1 or 0. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_boolean(int *out, const xcj_verified *verified, xcj_where where,
                                                     const char *path, size_t path_len, xcj_error *err);

/**
 * Returns an array of strings, or one string as an array of one (as `aud` may be). The views are unescaped, each followed
 * by a NUL, all in one block. Free the block with xcj_free().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_texts(xcj_str **out, size_t *out_count, const xcj_verified *verified,
                                                   xcj_where where, const char *path, size_t path_len, xcj_error *err);

/**
 * The claims one by one, from index 0, in the token's order: the type, the unescaped name, and the value as JSON, exactly as
 * in the token. Each output may be NULL, and is borrowed. After the last claim: XCJ_TYPE_ABSENT and absent views.
 */
XCJ_API xcj_type xcj_verified_claim(xcj_str *name, xcj_str *json, const xcj_verified *verified, size_t index);

/** Returns any value as JSON, exactly as in the token. Borrowed. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_json(xcj_str *out, const xcj_verified *verified, xcj_where where,
                                                  const char *path, size_t path_len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
