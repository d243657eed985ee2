/*
 * profile.h: the typ and the claims that each profile demands.
 */
#ifndef XCJ_LIB_TOKEN_PROFILE_H
#define XCJ_LIB_TOKEN_PROFILE_H

#include <xcj/verify.h>

#include "lib/codec/json_scan.h"

/** A claim that a profile demands. */
typedef struct xcj__profile_claim {
    const char *name;
    xcj__json_type type; /* 0: any, or checked elsewhere; a string must not be empty */
} xcj__profile_claim;

typedef struct xcj__profile {
    const char *name;
    const char *typ;                  /* NULL: any */
    const xcj__profile_claim *claims; /* ends with name NULL */
    bool checks_issuer;               /* a verifier must name the issuer */
} xcj__profile;

/** The profile; NULL for an unknown number. */
const xcj__profile *xcj__profile_of(xcj_profile profile);

/** Do the claims lack this one, or have it with a wrong type? */
bool xcj__profile_lacks(const xcj__profile_claim *claim, const xcj__json_index *claims);

#endif
