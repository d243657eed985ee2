/*
 * verification.h: the state of one verification, and the check of ONE signature, which compact and JSON serialisations
 * share.
 */
#ifndef XCJ_LIB_TOKEN_VERIFICATION_H
#define XCJ_LIB_TOKEN_VERIFICATION_H

#include <stdatomic.h>

#include "lib/base/cache.h"
#include "lib/key/context_pool.h"
#include "lib/token/header.h"
#include "lib/token/policy.h"

struct xcj_verifier {
    atomic_uint refs;
    xcj_key *key;        /* either one key */
    xcj_keyset *keys;    /* or a set */
    xcj_verifier **rows; /* or one verifier for each issuer, sorted by issuer */
    size_t rows_count;
    xcj__policy policy;
    xcj__context_pool pool;
    xcj__cache *cache; /* of verified tokens; NULL: none */
};

/** One signature as it was carried. */
typedef struct xcj__signature {
    xcj_str protected;   /* base64url */
    xcj_str unprotected; /* JSON; absent: none */
    xcj_str value;       /* base64url */
    xcj_str input;       /* the signing input, if it is contiguous; absent: it is assembled */
} xcj__signature;

/** Room on the stack for what an ordinary token contains. */
typedef struct xcj__verification_room {
    xcj__json_member members[XCJ__JSON_ROOM];
    char names[256];
    char decoded[2048]; /* where there is no scratch */
} xcj__verification_room;

/** One call of a verify function. */
typedef struct xcj__verification {
    const xcj_verifier *verifier; /* the row, once the token's issuer has selected it */
    const int64_t *now;           /* NULL: the verifier's clock */
    bool is_json;                 /* a JSON serialisation; else a compact token */
    xcj_scratch *scratch;         /* while the work is open, the caller's or one of `pool` */
    xcj_scratch *own;             /* the caller's; NULL: none */
    const xcj__context_pool *pool;
    xcj_error *err;
    xcj_str carried;    /* the payload as carried: base64url, or unencoded if b64 is false */
    bool is_detached;   /* `carried` is a detached payload, given as its own bytes */
    const xcj_key *key; /* the key of the valid signature */
    xcj_alg alg;
    xcj_str header;  /* the protected header of the valid signature, decoded */
    xcj_str payload; /* decoded */
    xcj__header fields;
    xcj__buf names; /* strings of `fields` that had escapes */
    xcj__buf decoded;
    uint8_t *at; /* the place in `decoded` for the next part; there is room for all of them */
    xcj__json_index claims;
    xcj_verified *shared; /* the token for the cache, whose claims `claims` are; a reference, or NULL */
} xcj__verification;

/** Is the payload of a token with this header base64url (RFC 7797)? */
static inline bool xcj__is_encoded(const xcj__header *header)
{
    return !header->has_b64 || header->b64;
}

/** Decodes base64url to the work's place, which moves, and appends a NUL. `what` names the part. XCJ_ERR_BASE64. */
XCJ_MUST_CHECK xcj_code xcj__verification_decode(xcj__verification *work, const char *what, xcj_str text, xcj_str *out);

/**
 * Checks one signature: header, algorithm, key, then the signature itself. On success `work` contains its key, algorithm,
 * header and payload. Does not check claims.
 */
XCJ_MUST_CHECK xcj_code xcj__verification_check(xcj__verification *work, const xcj__signature *signature);

/** Reads from a signature's header whether the payload is base64url. Does not change the work; fails as its check would. */
XCJ_MUST_CHECK xcj_code xcj__verification_is_encoded(const xcj__verification *work, const xcj__signature *signature,
                                                     bool *is_encoded);

/**
 * Verifies a compact token with the work's verifier, time and scratch (NULL: none). Until xcj__verify_close(), which must
 * follow even after a failure, `claims` are the token's and `verifier` the one whose rules count. For the errors see
 * xcj_verify().
 */
XCJ_MUST_CHECK xcj_code xcj__verify_open(xcj__verification *work, xcj__verification_room *room, xcj_str token);
void xcj__verify_close(xcj__verification *work);

/** Splits a flattened or general JSON serialisation and checks one or all of its signatures, as the policy says. */
XCJ_MUST_CHECK xcj_code xcj__verification_check_json(xcj__verification *work, xcj_str text);

#endif
