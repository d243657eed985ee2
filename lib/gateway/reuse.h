/*
 * reuse.h: the minted tokens of a minter that are used again.
 *
 * Every request is identified and checked as if there were no reuse, and its claims are written. If a token has the same
 * claims, apart from iat, exp and jti, it takes the place of a new signature. So nothing that decides about a token can be
 * missing from the comparison: what is compared is the token.
 */
#ifndef XCJ_LIB_GATEWAY_REUSE_H
#define XCJ_LIB_GATEWAY_REUSE_H

#include "lib/gateway/minter.h"
#include "lib/gateway/stamp.h"

/** Checks the options. XCJ_ERR_CONFIG. */
XCJ_MUST_CHECK xcj_code xcj__reuse_check(const xcj_mint_options *options, xcj_error *err);

/** Gives the minter room for tokens if the options ask for it. XCJ_ERR_MEMORY, _RANDOM. */
XCJ_MUST_CHECK xcj_code xcj__reuse_open(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err);

/**
 * Copies a token whose claims are these, apart from its own iat, exp and jti. It is not older than the settings allow, has
 * some of its life before it, and expires no later than a new token would. 0: no such token, or it does not fit into the
 * buffer.
 */
size_t xcj__reuse_find(char *buf, size_t cap, const xcj_minter *minter, xcj_str claims, const xcj__stamps *stamps);

/**
 * Keeps the token that consists of this input, prepared by the minter for a credential, and this signature. The caller
 * knows that the signature is valid: many requests may get the token.
 */
void xcj__reuse_keep(const xcj_minter *minter, xcj_str input, const uint8_t *signature, size_t signature_len);

#endif
