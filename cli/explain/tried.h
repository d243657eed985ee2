/*
 * tried.h: reports which keys a token was tried with, and which claims were not checked.
 */
#ifndef XCJ_CLI_EXPLAIN_TRIED_H
#define XCJ_CLI_EXPLAIN_TRIED_H

#include <stdbool.h>

#include <xcj/jws.h>
#include <xcj/verify.h>

#include "cli/io/doc.h"
#include "cli/keys/policy.h"

/** A token and how it came out. */
typedef struct tried_subject {
    const json_t *header;         /* NULL: not known */
    const xcj_verified *verified; /* NULL: refused */
    const xcj_unverified *peeked; /* of a refused token; NULL: not readable */
    const xcj_error *err;
    const xcj_keyset *keys; /* NULL: there were none */
    const verify_policy *policy;
    bool is_set; /* the token's kid chooses the key */
} tried_subject;

/**
 * The keys whose signature check was tried, at most 16: kid and thumbprint of each. Empty when the token was refused before;
 * null when that is not known.
 */
json_t *tried_keys(const tried_subject *of);

/** Those of iss, aud and exp that the policy does not ask for, or that the token lacks and may lack. */
json_t *tried_not_checked(const tried_subject *of);

/** The thumbprint of a key; null for a shared secret, for a hash of a weak one gives it away (RFC 7638 7). */
json_t *tried_thumbprint(const xcj_key *key);

#endif
