/*
 * auth.h: the claims of one request as JSON text.
 */
#ifndef XCJ_LIB_GATEWAY_AUTH_H
#define XCJ_LIB_GATEWAY_AUTH_H

#include "lib/base/buf.h"
#include "lib/gateway/plan.h"

/** Appends the claims that an authentication (already read) comes to. See xcj_auth_claims(). */
XCJ_MUST_CHECK xcj_code xcj__auth_put_claims(xcj__buf *out, const xcj__plan *plan, const xcj_auth *auth,
                                             xcj_scratch *scratch, xcj_error *err);

/** The caller of a request that has none yet, without its minter. See xcj_caller_new(). */
XCJ_MUST_CHECK xcj_code xcj__auth_find_caller(xcj_caller **out, const xcj__plan *plan, const xcj_auth *auth,
                                              xcj_scratch *scratch, xcj_error *err);

/** Appends the given claims and what they lack. See xcj_mint_claims(). */
XCJ_MUST_CHECK xcj_code xcj__auth_complete_claims(xcj__buf *out, const xcj__plan *plan, xcj_str claims, const xcj_auth *auth,
                                                  xcj_scratch *scratch, xcj_error *err);

/** Most bytes that xcj__auth_put_claims() appends. */
size_t xcj__auth_claims_max(const xcj__plan *plan, const xcj_auth *auth);

/** Most bytes that xcj__auth_complete_claims() appends. */
size_t xcj__auth_complete_max(const xcj__plan *plan, size_t claims_len, const xcj_auth *auth);

#endif
