/*
 * verified_cache.h: a verifier's cache of the compact tokens that it has found valid.
 */
#ifndef XCJ_LIB_TOKEN_VERIFIED_CACHE_H
#define XCJ_LIB_TOKEN_VERIFIED_CACHE_H

#include "lib/token/verification.h"

/** May this call use the cache of its verifier, which is by now the row of the token's issuer? */
bool xcj__verified_cache_serves(const xcj__verification *work);

/** The verified token with exactly this text, with a reference for the caller; NULL: none. */
xcj_verified *xcj__verified_cache_find(const xcj__verification *work, xcj_str token);

/** Keeps a verified token, which has its own text as key. */
void xcj__verified_cache_keep(const xcj__verification *work, xcj_verified *verified);

/** The time that counts for this call. */
int64_t xcj__verification_clock(const xcj__verification *work);

#endif
