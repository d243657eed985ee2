/*
 * actor.h: the act claim (RFC 8693 4.1): who acts for the subject now, and in its own act who did before.
 */
#ifndef XCJ_LIB_GATEWAY_ACTOR_H
#define XCJ_LIB_GATEWAY_ACTOR_H

#include "lib/base/buf.h"
#include "lib/gateway/inbound.h"

/** The most actors in one token, ours included. */
#define XCJ__ACTORS_MAX 8

/**
 * Appends a comma and act, if there is a consumer (absent: none) or an inbound act. The consumer is the current actor, and
 * the inbound act is nested in it byte for byte. Without a consumer the current actor has no client_id, because this gateway
 * cannot vouch for the inbound one. XCJ_ERR_CREDENTIAL if an inbound act is not an object; XCJ_ERR_LIMIT above
 * XCJ__ACTORS_MAX.
 */
XCJ_MUST_CHECK xcj_code xcj__actor_put(xcj__buf *out, const xcj__inbound *in, xcj_str consumer, xcj_error *err);

#endif
