#include "lib/token/profile.h"

#include <string.h>

static const xcj__profile_claim none[] = { { NULL, 0 } };

/* RFC 9068 2.2 */
static const xcj__profile_claim at_jwt[] = {
    { "iss", XCJ__JSON_STRING },
    { "exp", XCJ__JSON_NUMBER },
    { "aud", 0 },
    { "sub", XCJ__JSON_STRING },
    { "iat", XCJ__JSON_NUMBER },
    { "jti", XCJ__JSON_STRING },
    { "client_id", XCJ__JSON_STRING },
    { NULL, 0 },
};

/* draft-ietf-oauth-transaction-tokens-10, "JWT Body Claims" */
static const xcj__profile_claim txn[] = {
    { "iat", XCJ__JSON_NUMBER },    { "aud", 0 },
    { "exp", XCJ__JSON_NUMBER },    { "txn", XCJ__JSON_STRING },
    { "sub", XCJ__JSON_STRING },    { "scope", XCJ__JSON_STRING },
    { "req_wl", XCJ__JSON_STRING }, { NULL, 0 },
};

static const xcj__profile profiles[] = {
    [XCJ_PROFILE_JWT] = { "jwt", NULL, none, false },
    [XCJ_PROFILE_AT_JWT] = { "at+jwt", "at+jwt", at_jwt, true },
    [XCJ_PROFILE_TXN] = { "txn", "txntoken+jwt", txn, false },
};

const xcj__profile *xcj__profile_of(xcj_profile profile)
{
    const size_t count = sizeof profiles / sizeof *profiles;
    return (size_t)profile < count ? &profiles[profile] : NULL;
}

bool xcj__profile_lacks(const xcj__profile_claim *claim, const xcj__json_index *claims)
{
    const xcj__json_value value = xcj__json_index_value(claims, claim->name, strlen(claim->name));
    return value.type == 0 || (claim->type != 0 && (value.type != claim->type || value.text.len == 0));
}
