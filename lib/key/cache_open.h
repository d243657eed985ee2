/*
 * cache_open.h: makes a cache with a secret of its own.
 */
#ifndef XCJ_LIB_KEY_CACHE_OPEN_H
#define XCJ_LIB_KEY_CACHE_OPEN_H

#include "lib/base/cache.h"

/** Makes a cache of at most this many bytes whose hash has a random key. XCJ_ERR_MEMORY, _RANDOM. */
XCJ_MUST_CHECK xcj_code xcj__cache_open(xcj__cache **out, size_t bytes, xcj__hashed hashed, xcj_error *err);

#endif
