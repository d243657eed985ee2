/*
 * jws.h: the parts of a JWS (RFC 7515) and its JOSE header, for signing and verifying, compact and JSON.
 */
#ifndef XCJ_LIB_TOKEN_JWS_H
#define XCJ_LIB_TOKEN_JWS_H

#include <stdbool.h>

#include <xcj/jws.h>

#include "lib/base/buf.h"
#include "lib/codec/json_scan.h"

/** The three parts of a compact serialisation, still in base64url, and the signing input: header '.' payload. */
typedef struct xcj__compact {
    xcj_str header;
    xcj_str payload;
    xcj_str signature;
    xcj_str input;
} xcj__compact;

/**
 * Splits a token at its two dots. XCJ_ERR_TOKEN if there are not exactly two; the message names what the input seems to
 * be.
 */
XCJ_MUST_CHECK xcj_code xcj__compact_split(xcj__compact *out, const char *token, size_t len, xcj_error *err);

/**
 * Appends the protected header as JSON: typ, alg, kid, jku, then the members of options->header byte for byte, then b64
 * and crit if unencoded. The caller has already selected `alg`. The kid is options->kid, or the key's if that is absent.
 * XCJ_ERR_CONFIG if options->header repeats a member or contains alg, crit or b64; XCJ_ERR_JSON.
 */
XCJ_MUST_CHECK xcj_code xcj__jws_put_header(xcj__buf *out, xcj_alg alg, const xcj_key *key, const xcj_jws_options *options,
                                            xcj_error *err);

/** The header parameters that verification reads. Views into the header, or into `names` if they contained escapes. */
typedef struct xcj__header {
    bool has_alg;
    bool has_kid;
    bool has_typ;
    bool has_b64;
    bool b64;
    bool has_crit;
    bool crit_b64; /* crit contains only b64 */
    xcj_str alg;
    xcj_str kid;
    xcj_str typ;
    xcj_str jku;
} xcj__header;

/**
 * Reads a header and checks the type of each parameter as RFC 7515 4.1 requires. Unescapes strings into `names` if they
 * contain escapes. XCJ_ERR_JSON, _TOKEN, _CRIT, _LIMIT.
 */
XCJ_MUST_CHECK xcj_code xcj__header_read(xcj__header *out, xcj_str text, const xcj__json_limits *limits, xcj__buf *names,
                                         xcj_error *err);

/**
 * Checks that two (checked) header objects have no member name in common, by scanning both as one object. XCJ_ERR_TOKEN.
 */
XCJ_MUST_CHECK xcj_code xcj__headers_disjoint(xcj_str header, xcj_str other, const xcj__json_limits *limits, xcj_error *err);

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

/** Appends the bytes in base64url. */
void xcj__put_base64url(xcj__buf *out, xcj_str bytes);

#endif
