/*
 * auth.h: the claims of one request as JSON.
 */
#ifndef XCJ_LIB_GATEWAY_AUTH_H
#define XCJ_LIB_GATEWAY_AUTH_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** Appends the claims for a request (already read). See xcj_auth_claims(). */
XCJ_MUST_CHECK xcj_code xcj__auth_put_claims(xcj__buf *out, const xcj__mint_settings *settings, const xcj_auth *auth,
                                             xcj_scratch *scratch, xcj_error *err);

/** Identifies the caller of a request that has none yet; does not set the caller's minter. See xcj_caller_new(). */
XCJ_MUST_CHECK xcj_code xcj__auth_find_caller(xcj_caller **out, const xcj__mint_settings *settings, const xcj_auth *auth,
                                              xcj_scratch *scratch, xcj_error *err);

/** Appends the given claims and those that are missing. See xcj_mint_claims(). */
XCJ_MUST_CHECK xcj_code xcj__auth_complete_claims(xcj__buf *out, const xcj__mint_settings *settings, xcj_str claims,
                                                  const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

/** The most bytes that xcj__auth_put_claims() appends. */
size_t xcj__auth_claims_max(const xcj__mint_settings *settings, const xcj_auth *auth);

/** The most bytes that xcj__auth_complete_claims() appends. */
size_t xcj__auth_complete_max(const xcj__mint_settings *settings, size_t claims_len, const xcj_auth *auth);

#endif
