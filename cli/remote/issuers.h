/*
 * issuers.h: the issuers of --issuer. A token's iss, which is not verified, selects one of several, and nothing else: only
 * the keys of that issuer verify the token.
 */
#ifndef XCJ_CLI_REMOTE_ISSUERS_H
#define XCJ_CLI_REMOTE_ISSUERS_H

#include "cli/keys/policy.h"
#include "cli/remote/jku.h"
#include "cli/remote/pages.h"

/** One issuer. */
typedef struct issuer_row {
    const char *name;
    xcj_verifier *row; /* without keys: only to find the issuer of a token */
    bool has_asked;    /* for the issuer's metadata */
    text url;          /* of the key set */
    msg_status status; /* of the document */
    fetch_why why;
} issuer_row;

/** The issuers. All zero: none. */
typedef struct issuers {
    issuer_row *items;
    size_t count;
    xcj_verifier *rows; /* of all issuers */
} issuers;

/** Takes the issuers from the policy, which it checks. Close them even if this fails. */
msg_status issuers_open(issuers *out, const verify_policy *policy);

void issuers_close(issuers *which);

/** Returns the only issuer, or the one that the token's iss names. Otherwise NULL, and sets why. */
issuer_row *issuers_find(const issuers *of, refusal *why, xcj_str token);

/** Returns the URL of an issuer's key set, borrowed; NULL, and sets why, if its metadata has none. Fetches the metadata
 * once. */
const char *issuers_url(issuer_row *of, refusal *why, const pages *from);

#endif
