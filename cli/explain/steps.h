/*
 * steps.h: shows each check of a token on a line, with a tick or a cross.
 */
#ifndef XCJ_CLI_EXPLAIN_STEPS_H
#define XCJ_CLI_EXPLAIN_STEPS_H

#include <xcj/verify.h>

#include "cli/keys/policy.h"
#include "cli/tokens/parts.h"

/** The claims, by the place of their bit (XCJ_CLAIM_ISS is the first). Those that RFC 7519 registers come first. */
#define STEPS_REGISTERED 7
#define STEPS_CLAIMS 9
extern const char *const steps_claims[STEPS_CLAIMS];

/** A token, and the result of its verification if there was one. */
typedef struct steps {
    const parts *of;             /* the token, taken apart; NULL: it has no form */
    const xcj_error *err;        /* how verifying it came out; NULL: nothing was verified */
    const xcj_key *key;          /* that was used; NULL: none */
    const char *why;             /* how the key came to be chosen; NULL: not known */
    const verify_policy *policy; /* what was asked for; NULL: nothing */
    int64_t now;
    bool colour;
} steps;

/** Appends the lines. The marks are ASCII unless the locale is UTF-8 (LC_ALL, LC_CTYPE, LANG). */
void steps_put(text *out, const steps *of);

/** Appends `kid "a"`; a kid that looks like a secret is only described. */
void steps_put_kid(text *out, xcj_str kid);

/** Appends a key's type, size and kid: "EC P-256, kid "a"". Of a shared secret nothing is shown. */
void steps_put_key(text *out, const xcj_key *key);

#endif
