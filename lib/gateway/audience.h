/*
 * audience.h: the aud claim of a token.
 */
#ifndef XCJ_LIB_GATEWAY_AUDIENCE_H
#define XCJ_LIB_GATEWAY_AUDIENCE_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** Does the request give an audience? */
bool xcj__audience_asked(const xcj_auth *auth);

/** Does the request or the settings give an audience? */
bool xcj__audience_given(const xcj__mint_settings *settings, const xcj_auth *auth);

/** Appends "aud" and its value, from the request or else from the settings. XCJ_ERR_CONFIG. */
XCJ_MUST_CHECK xcj_code xcj__audience_put(xcj__buf *out, const xcj__mint_settings *settings, const xcj_auth *auth,
                                          xcj_error *err);

/** The most bytes of the value. */
size_t xcj__audience_max(const xcj__mint_settings *settings, const xcj_auth *auth);

#endif
