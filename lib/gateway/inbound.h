/*
 * inbound.h: the claims of a Bearer token: which of them the new token keeps, and those that it is made from.
 */
#ifndef XCJ_LIB_GATEWAY_INBOUND_H
#define XCJ_LIB_GATEWAY_INBOUND_H

#include "lib/base/buf.h"
#include "lib/gateway/mint_settings.h"

/** The claims that the new token is made from; a value with type 0 is absent. */
typedef struct xcj__inbound {
    const xcj__mint_settings *settings;
    xcj__buf *out;   /* where kept members go; NULL: keep nothing */
    xcj__inner kept; /* those to copy next */
    xcj__json_value client_id;
    xcj__json_value exp;
    xcj__json_value act;
    xcj__json_value cnf;
    xcj__dpop_proven proof; /* by the token's holder */
} xcj__inbound;

/** Reads a payload: writes the kept members, each with a comma after it. XCJ_ERR_CREDENTIAL, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__inbound_read(xcj__inbound *in, xcj_str payload, xcj_error *err);

/**
 * Unescapes the client_id in `payload`, which its claim points into; kept members are copied by then. XCJ_ERR_CLIENT_ID.
 */
XCJ_MUST_CHECK xcj_code xcj__inbound_client_id(xcj_str *out, const xcj__inbound *in, char *payload, xcj_error *err);

/**
 * Lowers *exp to the inbound exp if the settings cap it. XCJ_ERR_EXPIRED: it is not after `now`. XCJ_ERR_CREDENTIAL: it is
 * not a number.
 */
XCJ_MUST_CHECK xcj_code xcj__inbound_cap_exp(int64_t *exp, const xcj__inbound *in, int64_t now, xcj_error *err);

#endif
