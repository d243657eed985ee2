/*
 * auth.h: the claims of one request as JSON.
 */
#ifndef XCJ_LIB_GATEWAY_AUTH_H
#define XCJ_LIB_GATEWAY_AUTH_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"
#include "lib/gateway/stamp.h"

/** Appends the claims for a request (already read), and notes their stamps. See xcj_auth_claims(). */
XCJ_MUST_CHECK xcj_code xcj__auth_put_claims(xcj__buf *out, xcj__stamps *stamps, const xcj__mint_settings *settings,
                                             const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

#endif
