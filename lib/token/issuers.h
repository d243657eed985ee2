/*
 * issuers.h: a verifier for several issuers, and the row that a token's issuer selects.
 */
#ifndef XCJ_LIB_TOKEN_ISSUERS_H
#define XCJ_LIB_TOKEN_ISSUERS_H

#include "lib/token/verification.h"

/**
 * If the work's verifier is one for several issuers, replaces it by the row that the token's (still unverified) iss selects,
 * and checks the token's length against that row's policy. The payload, as carried, is already known. XCJ_ERR_CLAIM: there
 * is no such row; _LIMIT, and the errors of xcj__early_claim().
 */
XCJ_MUST_CHECK xcj_code xcj__issuers_route(xcj__verification *work, size_t token_len);

#endif
