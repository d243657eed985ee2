/*
 * header_cache.h: the header cache, which keeps the last protected header that a scratch has read. An issuer's tokens have
 * the same header, byte for byte, so a thread that verifies many of them need not read it again. The cache keeps only the
 * contents; each verification checks anew whether the algorithm, extensions and key are acceptable.
 */
#ifndef XCJ_LIB_TOKEN_HEADER_CACHE_H
#define XCJ_LIB_TOKEN_HEADER_CACHE_H

#include "lib/token/verification.h"

/**
 * Looks up a header (base64url) that was read within the same limits. If it is cached, sets the header and fields of
 * `work`, which are views into the scratch and valid during the call.
 */
bool xcj__header_cache_find(xcj__verification *work, xcj_str carried);

/** Caches the header that `work` has just read from `carried`. */
void xcj__header_cache_keep(const xcj__verification *work, xcj_str carried);

#endif
