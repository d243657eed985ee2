/*
 * policy.h: what a verifier requires of a token.
 */
#ifndef XCJ_LIB_TOKEN_POLICY_H
#define XCJ_LIB_TOKEN_POLICY_H

#include <xcj/verify.h>

#include "lib/codec/json_scan.h"

#define XCJ__REQUIRED_MAX 32

/** The most members and bytes (as carried) of a header, protected or not. */
#define XCJ__HEADER_MEMBERS 256
#define XCJ__HEADER_MAX ((size_t)64 * 1024)

/** A claim that selects the key must be within this many bytes and members of the payload. */
#define XCJ__EARLY_MAX ((size_t)48 * 1024) /* whole groups of base64url */
#define XCJ__EARLY_MEMBERS 4096

/** A policy: the options, with all strings copied into one block. */
typedef struct xcj__policy {
    xcj_verify_options options;
    uint32_t algs; /* bits of 1 << xcj_alg */
    xcj__json_limits limits;
    /* These bound the cost of a forged token before its signature is checked: reading the header and the claim that selects
     * the key. */
    xcj__json_limits header_limits;
    xcj__json_limits early_limits;
    char *block;
} xcj__policy;

/** Copies and checks the options. XCJ_ERR_CONFIG, _ARGUMENT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__policy_open(xcj__policy *out, const xcj_verify_options *options, xcj_error *err);

void xcj__policy_close(xcj__policy *policy);

/** XCJ_ERR_LIMIT if a token of this length is longer than the policy allows. */
XCJ_MUST_CHECK xcj_code xcj__policy_check_len(const xcj__policy *policy, size_t len, xcj_error *err);

#endif
