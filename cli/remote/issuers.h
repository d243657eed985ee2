/*
 * issuers.h: the issuers of --issuer. A token's iss, which is not verified, selects one of several, and nothing else: only
 * the keys of that issuer verify the token.
 */
#ifndef XCJ_CLI_REMOTE_ISSUERS_H
#define XCJ_CLI_REMOTE_ISSUERS_H

#include "cli/keys/policy.h"
#include "cli/remote/jku.h"
#include "cli/remote/pages.h"

/** One of them. */
typedef struct issuer_row {
    const char *name;
    xcj_verifier *row; /* without keys: it tells whose token one is */
    bool has_asked;    /* for the issuer's document */
    text url;          /* of the key set */
    msg_status status; /* of the document */
    fetch_why why;
} issuer_row;

/** All of them. All zero: none. */
typedef struct issuers {
    issuer_row *items;
    size_t count;
    xcj_verifier *rows; /* of all */
} issuers;

/** Takes the issuers of the policy, and checks the policy. Closed also when it fails. */
msg_status issuers_open(issuers *out, const verify_policy *policy);

void issuers_close(issuers *which);

/** The issuer of this token: the only one, or the one that its iss names. NULL, and why, if that is none. */
issuer_row *issuers_find(const issuers *of, refusal *why, xcj_str token);

/** The URL of an issuer's key set, borrowed. NULL, and why, if its metadata has none. They are asked for once. */
const char *issuers_url(issuer_row *of, refusal *why, const pages *from);

#endif
