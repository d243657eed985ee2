/*
 * complete.h: completes the claims that a caller has written. See xcj_mint_claims().
 */
#ifndef XCJ_LIB_GATEWAY_COMPLETE_H
#define XCJ_LIB_GATEWAY_COMPLETE_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** Appends the given claims and those that are missing. */
XCJ_MUST_CHECK xcj_code xcj__complete_claims(xcj__buf *out, const xcj__mint_settings *settings, xcj_str claims,
                                             const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

#endif
