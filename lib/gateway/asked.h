/*
 * asked.h: the claims that the request brings: sub, and the list of xcj_auth.
 */
#ifndef XCJ_LIB_GATEWAY_ASKED_H
#define XCJ_LIB_GATEWAY_ASKED_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** Checks their names. XCJ_ERR_CONFIG: one is not a name, is the settings' or is repeated; XCJ_ERR_LIMIT. */
XCJ_MUST_CHECK xcj_code xcj__asked_check(const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err);

/** Adds their names to the shape. */
void xcj__asked_shape(xcj__shape *shape, const xcj_auth *auth);

/** True if the item's name is one of theirs. */
bool xcj__asked_have(const xcj_auth *auth, const xcj__json_item *item);

/** True if the item's name is one of theirs in any case. */
bool xcj__asked_alike(const xcj_auth *auth, const xcj__json_item *item);

/** Appends those that have a value, each with a comma before it. XCJ_ERR_CLAIM. */
XCJ_MUST_CHECK xcj_code xcj__asked_put(xcj__buf *out, const xcj_auth *auth, xcj_error *err);

/** The most bytes that xcj__asked_put() appends. */
size_t xcj__asked_max(const xcj_auth *auth);

#endif
