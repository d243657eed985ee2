/*
 * identify.h: finds out who calls, from the credential of a request.
 */
#ifndef XCJ_LIB_GATEWAY_IDENTIFY_H
#define XCJ_LIB_GATEWAY_IDENTIFY_H

#include "lib/base/buf.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/identities.h"
#include "lib/gateway/inbound.h"
#include "lib/gateway/stamp.h"
#include "lib/token/verification.h"

/** Room on the stack for a request. */
typedef struct xcj__request_room {
    xcj__verification_room token;
    char work[4096]; /* where there is no scratch */
} xcj__request_room;

/** One request and what is known of its caller. */
typedef struct xcj__request {
    const xcj__mint_settings *settings;
    const xcj_auth *auth;
    xcj_scratch *scratch;
    xcj__request_room *room;
    xcj__buf work;             /* decoded parts of the credential */
    xcj__verification token;   /* of a Bearer token that is verified here; without a verifier: none was */
    xcj__json_index claims;    /* of a Bearer token; without text: none */
    xcj__buf id;               /* a client_id that had to be unescaped */
    xcj__inbound in;           /* of a Bearer token */
    xcj__identity known;       /* what the identities say of the caller */
    xcj__stamps *stamps;       /* of the new token */
    char bound[XCJ__JKT_SIZE]; /* the thumbprint that the new token is bound to, and a NUL; "": none */
} xcj__request;

/**
 * Makes *r, which is all zero but for its settings, auth, scratch and room, ready to be identified. Kept claims go to `out`;
 * NULL: keep none. xcj__request_end() must follow.
 */
void xcj__request_begin(xcj__request *r, xcj__buf *out);

/** Returns the request's buffers. */
void xcj__request_end(xcj__request *r);

/**
 * Finds the client_id and the consumer. For a Bearer token, writes the kept inbound claims. The credential is not read if
 * the request has a caller. See xcj_auth_claims() for the errors.
 */
XCJ_MUST_CHECK xcj_code xcj__identify(xcj_str *client_id, xcj__request *r, const xcj__credential *credential,
                                      xcj_error *err);

/** Identifies the caller of a request that has none yet; does not set the caller's minter. See xcj_caller_new(). */
XCJ_MUST_CHECK xcj_code xcj__identify_caller(xcj_caller **out, const xcj__mint_settings *settings, const xcj_auth *auth,
                                             xcj_scratch *scratch, xcj_error *err);

#endif
