/*
 * profiled.h: checks that the new claims meet the profile.
 */
#ifndef XCJ_LIB_GATEWAY_PROFILED_H
#define XCJ_LIB_GATEWAY_PROFILED_H

#include "lib/base/buf.h"
#include "lib/gateway/inbound.h"

/**
 * Checks the claims, a complete object, against the profile of the settings. For a Transaction Token, adds the txn of the
 * inbound token (NULL: none), or a new one, if the claims have none. XCJ_ERR_CLAIM, _MEMORY, _RANDOM.
 */
XCJ_MUST_CHECK xcj_code xcj__profiled(xcj__buf *claims, const xcj__mint_settings *settings, const xcj__inbound *in,
                                      xcj_scratch *scratch, xcj_error *err);

#endif
