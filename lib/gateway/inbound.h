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
    const xcj_auth *auth;    /* the request, whose claims replace inbound ones */
    xcj__shape ours;         /* of the settings' claims and the request's */
    const xcj__names *known; /* of the claims that the identities give the caller; NULL: none */
    xcj__buf *out;           /* where kept members go; NULL: keep nothing */
    xcj__inner kept;         /* those to copy next */
    xcj__names client_ids;   /* the claims to look for the client_id in */
    xcj__json_value client_id;
    xcj__json_value exp;
    xcj__json_value act;
    xcj__json_value cnf;
    xcj__json_value txn;    /* for a Transaction Token only */
    xcj__dpop_proven proof; /* by the token's holder */
} xcj__inbound;

/** Makes *in, which is all zero, ready to read a payload for this request; `out` may be NULL. */
void xcj__inbound_begin(xcj__inbound *in, const xcj__mint_settings *settings, const xcj_auth *auth, xcj__buf *out);

/**
 * Indexes the claims of a token that libxcj does not verify. `room` holds XCJ__JSON_ROOM members. A larger index gets a
 * block of its own, which the caller frees. XCJ_ERR_CREDENTIAL, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__inbound_index(xcj__json_index *out, const xcj__inbound *in, xcj_str payload,
                                           xcj__json_member *room, xcj_error *err);

/** Reads the claims: writes the kept members, each with a comma after it. XCJ_ERR_CREDENTIAL, _CLAIM, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__inbound_read(xcj__inbound *in, const xcj__json_index *claims, xcj_error *err);

/** Reads the client_id: a view into the payload, or into `room` if it had to be unescaped. XCJ_ERR_CLIENT_ID, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__inbound_client_id(xcj_str *out, const xcj__inbound *in, xcj__buf *room, xcj_error *err);

/**
 * Lowers *exp to the inbound exp if the settings cap it. XCJ_ERR_EXPIRED: it is not after `now`. XCJ_ERR_CREDENTIAL: it is
 * not a number.
 */
XCJ_MUST_CHECK xcj_code xcj__inbound_cap_exp(int64_t *exp, const xcj__inbound *in, int64_t now, xcj_error *err);

#endif
