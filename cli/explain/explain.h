/*
 * explain.h: explains why a token is refused, or how it came to be accepted. It never changes the verdict.
 */
#ifndef XCJ_CLI_EXPLAIN_EXPLAIN_H
#define XCJ_CLI_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <xcj/verify.h>

#include "cli/io/doc.h"
#include "cli/keys/policy.h"

/** Extends the message of a refusal by the token's kid, the key that was tried, and the cause if it is found. */
void explain_refusal(xcj_error *err, const xcj_verifier *verifier, const char *token, size_t len);

/**
 * Says why this key was used for a token with this kid (NULL: none). *is_certain is true if the user, the kid or the
 * policy's key_claim names the key, so that a verdict needs no note.
 */
const char *explain_choice(bool *is_certain, const verify_policy *policy, bool is_set, const json_t *kid,
                           const xcj_key *key);

/** A token and how it came out. */
typedef struct explain_subject {
    const char *name;
    xcj_str token;
    const xcj_verified *verified; /* NULL: refused */
    const xcj_error *err;
    const xcj_verifier *verifier; /* NULL: there were no keys */
    const xcj_keyset *keys;       /* those of the verifier; NULL: there were none */
    const verify_policy *policy;
    bool is_set; /* the token's kid chose the key */
    int64_t now;
} explain_subject;

/** Prints each check on standard error. */
void explain_steps(const explain_subject *of);

#endif
