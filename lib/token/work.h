/*
 * work.h: one verification under way, shared by the forms of a JWS: what is known of the token so far, and the check of ONE
 * signature, which compact and JSON serialisations both pass.
 */
#ifndef XCJ_LIB_TOKEN_WORK_H
#define XCJ_LIB_TOKEN_WORK_H

#include <stdatomic.h>

#include "lib/key/spares.h"
#include "lib/token/policy.h"

struct xcj_verifier {
    atomic_uint refs;
    xcj_key *key;     /* one key, or */
    xcj_keyset *keys; /* a set */
    xcj__policy policy;
    xcj__spares spares;
};

/** One signature as it was carried, and the payload it is over. */
typedef struct xcj__signature {
    xcj_str protected;   /* base64url */
    xcj_str unprotected; /* JSON text; absent: none */
    xcj_str value;       /* base64url */
    xcj_str input;       /* what was signed, where it stands in one piece; absent: it is put together */
} xcj__signature;

/** One call of verify. */
typedef struct xcj__work {
    const xcj_verifier *verifier;
    xcj_scratch *scratch;
    xcj_error *err;
    xcj_str carried;    /* the payload as carried: base64url, or as it is when b64 is false */
    bool is_detached;   /* `carried` is the payload's own bytes, given apart */
    const xcj_key *key; /* of the valid signature */
    xcj_alg alg;
    xcj_str header;  /* its protected header, decoded */
    xcj_str payload; /* decoded */
    xcj__header fields;
    xcj__buf names; /* text values of `fields` that had escapes */
    uint8_t *at;    /* where decoded text goes next: room was made for all of it */
} xcj__work;

/**
 * Checks one signature: header, algorithm, key, then the signature itself. On success `work` holds its key, algorithm,
 * header and the payload. Claims are not looked at.
 */
XCJ_MUST_CHECK xcj_code xcj__work_check(xcj__work *work, const xcj__signature *signature);

/** Does a signature's header say that the payload is base64url? Nothing of the work changes; it fails as its check would. */
XCJ_MUST_CHECK xcj_code xcj__work_is_encoded(const xcj__work *work, const xcj__signature *signature, bool *is_encoded);

/** Takes a flattened or general JSON serialisation apart and checks its signatures, one or all as the policy says. */
XCJ_MUST_CHECK xcj_code xcj__work_check_json(xcj__work *work, xcj_str text);

#endif
