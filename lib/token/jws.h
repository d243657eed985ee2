/*
 * jws.h: the parts of a JWS (RFC 7515) and its JOSE header, shared by signing and verifying, compact and JSON.
 */
#ifndef XCJ_LIB_TOKEN_JWS_H
#define XCJ_LIB_TOKEN_JWS_H

#include <stdbool.h>

#include <xcj/jws.h>

#include "lib/base/buf.h"
#include "lib/codec/json_scan.h"

/** The three parts of a compact serialisation, still base64url, and header '.' payload as it was signed. */
typedef struct xcj__compact {
    xcj_str header;
    xcj_str payload;
    xcj_str signature;
    xcj_str input;
} xcj__compact;

/** Splits at the two dots. XCJ_ERR_TOKEN when there are not exactly two, or a hint when it looks like something else. */
XCJ_MUST_CHECK xcj_code xcj__compact_split(xcj__compact *out, const char *token, size_t len, xcj_error *err);

/**
 * Appends the protected header's JSON text: typ, alg, kid, jku, then the members of options->header, then b64 and crit when
 * unencoded. `alg` is already decided; the kid is options->kid, or the key's when that is absent. The members of
 * options->header are kept byte for byte. XCJ_ERR_CONFIG when they repeat one or name alg, crit or b64, XCJ_ERR_JSON.
 */
XCJ_MUST_CHECK xcj_code xcj__jws_put_header(xcj__buf *out, xcj_alg alg, const xcj_key *key, const xcj_jws_options *options,
                                            xcj_error *err);

/** The members of a JOSE header that verification looks at. Views into the header's text; text values unescaped in place. */
typedef struct xcj__header {
    bool has_alg;
    bool has_kid;
    bool has_typ;
    bool has_b64;
    bool b64;
    bool has_crit;
    bool crit_b64; /* crit names b64, and nothing else */
    xcj_str alg;
    xcj_str kid;
    xcj_str typ;
    xcj_str jku;
} xcj__header;

/**
 * Reads a header's JSON text, checking what RFC 7515 4.1 says of each member's type. Unescapes kid, alg and typ into `names`
 * when they hold escapes. XCJ_ERR_JSON, _TOKEN, _CRIT, _LIMIT.
 */
XCJ_MUST_CHECK xcj_code xcj__header_read(xcj__header *out, xcj_str text, const xcj__json_limits *limits, xcj__buf *names,
                                         xcj_error *err);

/**
 * Have two (checked) header objects no member name in common, and neither a name twice? One scan of both as one object.
 * XCJ_ERR_TOKEN.
 */
XCJ_MUST_CHECK xcj_code xcj__headers_disjoint(xcj_str header, xcj_str other, const xcj__json_limits *limits, xcj_error *err);

/** One signature to make: who signs, with what, under which header. */
typedef struct xcj__part {
    const xcj_key *key;
    xcj_alg alg;
    const xcj_jws_options *options;
} xcj__part;

/** Reads the options into `given` and decides the algorithm. */
XCJ_MUST_CHECK xcj_code xcj__part_open(xcj__part *out, const xcj_key *key, const xcj_jws_options *options,
                                       xcj_jws_options *given, xcj_error *err);

/** Appends the signing input: the header's base64url, a dot, and the payload as the header says (RFC 7515 5.1, RFC 7797 3).
 */
XCJ_MUST_CHECK xcj_code xcj__sign_input(xcj__buf *input, const xcj__part *part, xcj_str payload, xcj_error *err);

/** Appends the signature's base64url. */
XCJ_MUST_CHECK xcj_code xcj__put_signature(xcj__buf *out, const xcj__part *part, xcj_str input, xcj_scratch *scratch,
                                           xcj_error *err);

/** Appends base64url of the bytes. */
void xcj__put_base64url(xcj__buf *out, xcj_str bytes);

#endif
