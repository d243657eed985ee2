/*
 * caller.h: the struct of an xcj_caller, which identify.c fills in.
 */
#ifndef XCJ_LIB_GATEWAY_CALLER_H
#define XCJ_LIB_GATEWAY_CALLER_H

#include <xcj/mint.h>
#include <xcj/verify.h>

#include "lib/gateway/identities.h"
#include "lib/gateway/mint_settings.h"

/** One block: this struct, the members and text of claims that are not in a cache, and the client_id. */
struct xcj_caller {
    xcj_minter *minter;                 /* a reference */
    const xcj__mint_settings *settings; /* the minter's settings; the caller is valid for no others */
    uint32_t method;
    xcj_verified *token;       /* a cached token, to which `claims` belong; a reference, or NULL */
    xcj__json_index claims;    /* of a Bearer token; without text: none */
    xcj_str client_id;         /* in this block */
    xcj__identity known;       /* what the minter's identities say */
    size_t nonce;              /* the place of the proof's nonce in the request's list */
    char bound[XCJ__JKT_SIZE]; /* the thumbprint that the new token is bound to; "": none */
};

#endif
