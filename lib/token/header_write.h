/*
 * header_write.h: writes a protected header.
 */
#ifndef XCJ_LIB_TOKEN_HEADER_WRITE_H
#define XCJ_LIB_TOKEN_HEADER_WRITE_H

#include <xcj/jws.h>

#include "lib/base/buf.h"

/**
 * Appends the protected header as JSON: typ, alg, kid, jku, then the members of options->header byte for byte, then b64
 * and crit if unencoded. The caller has already selected `alg`. The kid is options->kid, or the key's if that is absent.
 * XCJ_ERR_CONFIG if options->header repeats a member or contains alg, crit or b64; XCJ_ERR_JSON.
 */
XCJ_MUST_CHECK xcj_code xcj__jws_put_header(xcj__buf *out, xcj_alg alg, const xcj_key *key, const xcj_jws_options *options,
                                            xcj_error *err);

#endif
