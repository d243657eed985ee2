/*
 * jwk_x5c.h: the certificate in a JWK (x5c), beside the numbers of the key or in their place.
 */
#ifndef XCJ_LIB_KEY_JWK_X5C_H
#define XCJ_LIB_KEY_JWK_X5C_H

#include "lib/codec/json_scan.h"
#include "lib/key/jwk.h"

/**
 * Fills in the numbers, and the curve, of a JWK that has its type and labels: those of the first certificate in `x5c`, which
 * must be of that type and curve. Who signed the certificate and when it expires is not looked at. XCJ_ERR_KEY, _KEY_TYPE,
 * _BASE64, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__jwk_take_x5c(xcj__jwk *jwk, const xcj__json_value *x5c, const xcj_key_options *options,
                                          xcj_error *err);

/**
 * Keeps the first certificate in `x5c` if its public key is this one (RFC 7517 4.7), whose numbers have been read. Ignores
 * any other `x5c`: the numbers are the key. XCJ_ERR_MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__jwk_keep_x5c(xcj__jwk *jwk, const xcj__json_value *x5c, xcj_error *err);

#endif
