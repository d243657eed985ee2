/*
 * binding.h: proof of possession (RFC 7800): does the request prove what a Bearer token is bound to?
 */
#ifndef XCJ_LIB_GATEWAY_BINDING_H
#define XCJ_LIB_GATEWAY_BINDING_H

#include <xcj/auth.h>

#include "lib/codec/json_scan.h"
#include "lib/gateway/sentences.h"

/**
 * Checks that the request (already read) proves every member of the token's cnf, which has at least one. Absent (type 0):
 * nothing is bound. XCJ_ERR_BINDING, _CERTIFICATE, _CRYPTO, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__binding_check(const xcj__json_value *cnf, const xcj_auth *auth, const xcj__sentences *sentences,
                                           xcj_error *err);

#endif
