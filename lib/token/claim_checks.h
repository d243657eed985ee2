/*
 * claim_checks.h: reads the claims of a token whose signature is valid, and checks them against the policy.
 */
#ifndef XCJ_LIB_TOKEN_CLAIM_CHECKS_H
#define XCJ_LIB_TOKEN_CLAIM_CHECKS_H

#include "lib/token/header.h"
#include "lib/token/policy.h"

/**
 * Reads a payload, whose signature is valid, as a claims set; see xcj__json_index_read(). An opaque payload has no claims.
 * XCJ_ERR_JSON, _LIMIT.
 */
XCJ_MUST_CHECK xcj_code xcj__claims_read(xcj__json_index *out, const xcj__policy *policy, xcj_str payload,
                                         xcj__json_member *room, size_t room_len, xcj_error *err);

/**
 * Checks the claims and the header's typ. The error names every failed claim, in the fixed order iss, sub, aud, exp, nbf,
 * iat, jti, typ, required. XCJ_ERR_CLAIM precedes _EXPIRED, which precedes _NOT_YET_VALID.
 */
XCJ_MUST_CHECK xcj_code xcj__claims_check(const xcj__policy *policy, const xcj__json_index *claims,
                                          const xcj__header *header, int64_t now, xcj_error *err);

/** Like xcj__claims_check(), for a token that passed all checks at another time: checks exp, nbf and iat alone. */
XCJ_MUST_CHECK xcj_code xcj__claims_check_times(const xcj__policy *policy, const xcj__json_index *claims, int64_t now,
                                                xcj_error *err);

#endif
