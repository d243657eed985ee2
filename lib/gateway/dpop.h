/*
 * dpop.h: the check of one DPoP proof (RFC 9449 4.3) with options that were checked once.
 */
#ifndef XCJ_LIB_GATEWAY_DPOP_H
#define XCJ_LIB_GATEWAY_DPOP_H

#include <xcj/dpop.h>

#include "lib/codec/json_scan.h"

/** The length of a SHA-256 in base64url, and a NUL. */
#define XCJ__JKT_SIZE 44

/** The options, checked. */
typedef struct xcj__dpop_settings {
    uint32_t algs; /* bits of 1 << xcj_alg */
    int64_t max_age;
    int64_t leeway;
    xcj_dpop_replay replay;
    void *replay_context;
} xcj__dpop_settings;

/** What a proof shows. */
typedef struct xcj__dpop_proven {
    char jkt[XCJ__JKT_SIZE]; /* the thumbprint of its key, and a NUL */
    size_t nonce;            /* the place of its nonce in the request's list */
} xcj__dpop_proven;

/** Reads the caller's options; NULL: all defaults. XCJ_ERR_CONFIG, _ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__dpop_settings_read(xcj__dpop_settings *out, const xcj_dpop_options *options, xcj_error *err);

/** Reads the caller's request into one in which absent views are empty. XCJ_ERR_ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__dpop_request_read(xcj_dpop_request *out, const xcj_dpop_request *request, xcj_error *err);

/** Verifies the proof of a request (already read). See xcj_dpop_verify(). */
XCJ_MUST_CHECK xcj_code xcj__dpop_check(xcj__dpop_proven *out, const xcj_dpop_request *request,
                                        const xcj__dpop_settings *settings, xcj_scratch *scratch, xcj_error *err);

/** Writes the SHA-256 of the token in base64url, and a NUL: the claim ath. XCJ_ERR_CRYPTO. */
XCJ_MUST_CHECK xcj_code xcj__dpop_token_hash(char out[XCJ__JKT_SIZE], xcj_str token, xcj_error *err);

/** Is the value a string, and this thumbprint or hash? Takes the same time wherever they differ. */
bool xcj__dpop_is_hash(const xcj__json_value *value, const char expected[XCJ__JKT_SIZE]);

/** The current time for this request. */
int64_t xcj__dpop_now(const xcj_dpop_request *request);

#endif
