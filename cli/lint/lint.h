/*
 * lint.h: finds what is weak or suspicious in keys, sets and tokens. An error is what a verifier refuses or an attacker
 * uses; a warning what is seldom meant; a note what is good to know.
 */
#ifndef XCJ_CLI_LINT_LINT_H
#define XCJ_CLI_LINT_LINT_H

#include <stdint.h>

#include <xcj/keyset.h>

#include "cli/lint/finding.h"
#include "cli/tokens/parts.h"
#include "cli/tokens/wrapping.h"

/** A lifetime from which on a token lives long, unless it is said otherwise: a day, in seconds. */
#define LINT_LIFETIME 86400

typedef struct lint_how {
    int64_t now;
    int64_t max_lifetime; /* seconds */
    bool is_private;      /* a set is not meant for publication */
    bool is_noted;        /* what is taken off a token is also said on standard error */
} lint_how;

/** Takes a token apart as it comes: what is around it is taken off, and becomes a finding. */
msg_status lint_take(parts *out, findings *to, const char *name, const text *token, bool is_noted);

/** A token: header, claims, form. */
void lint_token(findings *to, const parts *of, const lint_how *how);

/** One JWK of its own. */
void lint_jwk(findings *to, const json_t *jwk, const lint_how *how);

/** A JWK Set. */
void lint_set(findings *to, const json_t *set, const lint_how *how);

/** Checks the dates of the private keys in a JWK or a JWK Set: a key must sign now, without a gap afterwards. */
void lint_turns(findings *to, finding_place place, const json_t *value, const lint_how *how);

/** Notes a private key that no longer signs and whose last token has expired. */
void lint_ended(findings *to, finding_place place, const xcj_key *key, const lint_how *how);

/** A PEM text or DER that was read as these keys; a certificate is looked at as such. */
void lint_data(findings *to, const xcj_keyset *set, const text *data, const lint_how *how);

/** The flaws of one base64url text. */
void lint_base64url(findings *to, finding_place place, unsigned flaws);

/** A certificate (PEM or DER): its key is the one given, and it is valid now. NULL for the key: only the latter. */
void lint_certificate(findings *to, finding_place place, const text *cert, const xcj_key *key, const lint_how *how);

#endif
