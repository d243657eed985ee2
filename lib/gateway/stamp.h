/*
 * stamp.h: the claims that are new in every token: its times and its jti.
 */
#ifndef XCJ_LIB_GATEWAY_STAMP_H
#define XCJ_LIB_GATEWAY_STAMP_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** The claims that differ in every token: iat, exp and jti. */
#define XCJ__STAMPS 3

/** Their times, and where each of their values begins and ends in the claims. */
typedef struct xcj__stamps {
    int64_t iat;
    int64_t exp;
    size_t places[2 * XCJ__STAMPS]; /* in ascending order */
} xcj__stamps;

/** The current time, to which the settings' lifetime can be added. XCJ_ERR_ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__stamp_clock(int64_t *now, const xcj__mint_settings *settings, const xcj_auth *auth,
                                         xcj_error *err);

/** Appends the value of jti: the request's, or a random one. XCJ_ERR_ARGUMENT, _RANDOM. */
XCJ_MUST_CHECK xcj_code xcj__stamp_jti(xcj__buf *out, const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err);

#endif
