/*
 * policy.h: the claims that a verifier requires, and their check.
 */
#ifndef XCJ_LIB_TOKEN_POLICY_H
#define XCJ_LIB_TOKEN_POLICY_H

#include "lib/token/jws.h"
#include <xcj/verify.h>

#define XCJ__REQUIRED_MAX 32

/** The most members and bytes (as carried) of a header, protected or not. */
#define XCJ__HEADER_MEMBERS 256
#define XCJ__HEADER_MAX ((size_t)64 * 1024)

/** The claim that names the key must be within this many bytes and members of the payload. */
#define XCJ__KEY_CLAIM_MAX ((size_t)48 * 1024) /* whole groups of base64url */
#define XCJ__KEY_CLAIM_MEMBERS 4096

/** A policy: the options, with all strings copied into one block. */
typedef struct xcj__policy {
    xcj_verify_options options;
    uint32_t algs; /* bits of 1 << xcj_alg */
    xcj__json_limits limits;
    /* These bound the cost of a forged token before its signature is checked: reading the header and the claim that names
     * the key. */
    xcj__json_limits header_limits;
    xcj__json_limits key_claim_limits;
    char *block;
} xcj__policy;

/** Copies and checks the options. XCJ_ERR_CONFIG, _ARGUMENT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__policy_open(xcj__policy *out, const xcj_verify_options *options, xcj_error *err);

void xcj__policy_close(xcj__policy *policy);

/**
 * Reads a payload, whose signature is valid, as a claims set; see xcj__json_index_read(). An opaque payload has no claims.
 * XCJ_ERR_JSON, _LIMIT.
 */
XCJ_MUST_CHECK xcj_code xcj__policy_read(xcj__json_index *out, const xcj__policy *policy, xcj_str payload,
                                         xcj__json_member *room, size_t room_len, xcj_error *err);

/**
 * Checks the claims and the header's typ. The error names every failed claim, in the fixed order iss, sub, aud, exp, nbf,
 * iat, jti, typ, required. XCJ_ERR_CLAIM precedes _EXPIRED, which precedes _NOT_YET_VALID.
 */
XCJ_MUST_CHECK xcj_code xcj__policy_check(const xcj__policy *policy, const xcj__json_index *claims,
                                          const xcj__header *header, xcj_error *err);

#endif
