/*
 * binding.h: proof of possession (RFC 7800): does the request prove what a Bearer token is bound to?
 */
#ifndef XCJ_LIB_GATEWAY_BINDING_H
#define XCJ_LIB_GATEWAY_BINDING_H

#include "lib/gateway/credential.h"
#include "lib/gateway/inbound.h"

/**
 * Checks that the request (already read) proves every member of the token's cnf, which has at least one if it is present,
 * and that a token with the scheme DPoP is bound to a key; unless the settings ignore cnf. Sets in->proof. XCJ_ERR_BINDING,
 * _PROOF, _NONCE, _REPLAY, _CERTIFICATE, _ARGUMENT, _CRYPTO, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__binding_check(xcj__inbound *in, const xcj__credential *credential, const xcj_auth *auth,
                                           xcj_scratch *scratch, xcj_error *err);

/** The x5t#S256 of a certificate (RFC 8705 3.1), and a NUL. XCJ_ERR_CERTIFICATE, _CRYPTO, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__binding_thumbprint(char out[XCJ__JKT_SIZE], xcj_str cert, xcj_error *err);

#endif
