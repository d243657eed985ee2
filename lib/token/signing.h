/*
 * signing.h: one signature to make: its input and its value.
 */
#ifndef XCJ_LIB_TOKEN_SIGNING_H
#define XCJ_LIB_TOKEN_SIGNING_H

#include <xcj/jws.h>

#include "lib/base/buf.h"

/** One signature to make: the key, its algorithm and the header's options. */
typedef struct xcj__signing {
    const xcj_key *key;
    xcj_alg alg;
    const xcj_jws_options *options;
} xcj__signing;

/** Reads the options into `given` and selects the algorithm. */
XCJ_MUST_CHECK xcj_code xcj__signing_open(xcj__signing *out, const xcj_key *key, const xcj_jws_options *options,
                                          xcj_jws_options *given, xcj_error *err);

/**
 * Appends the signing input: the header in base64url, a dot, and the payload, encoded or not as the header says (RFC 7515
 * 5.1, RFC 7797 3).
 */
XCJ_MUST_CHECK xcj_code xcj__sign_input(xcj__buf *input, const xcj__signing *signing, xcj_str payload, xcj_error *err);

/** Signs the input and appends the signature in base64url. */
XCJ_MUST_CHECK xcj_code xcj__put_signature(xcj__buf *out, const xcj__signing *signing, xcj_str input, xcj_scratch *scratch,
                                           xcj_error *err);

#endif
