/*
 * header.h: reads a JOSE header (RFC 7515 4).
 */
#ifndef XCJ_LIB_TOKEN_HEADER_H
#define XCJ_LIB_TOKEN_HEADER_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/codec/json_scan.h"

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

#endif
