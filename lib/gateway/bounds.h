/*
 * bounds.h: how long the claims of a token can become.
 */
#ifndef XCJ_LIB_GATEWAY_BOUNDS_H
#define XCJ_LIB_GATEWAY_BOUNDS_H

#include "lib/gateway/mint_settings.h"

/** The most bytes that xcj__auth_put_claims() appends. */
size_t xcj__claims_max(const xcj__mint_settings *settings, const xcj_auth *auth);

/** The most bytes that xcj__complete_claims() appends. */
size_t xcj__complete_max(const xcj__mint_settings *settings, size_t claims_len, const xcj_auth *auth);

#endif
