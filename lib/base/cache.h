/*
 * cache.h: a cache in bounded memory that threads share, without a lock. Entries are blocks that count their references and
 * do not change, so one that a caller holds survives its eviction and the cache.
 *
 * A hash with a secret key selects a set of eight entries; the whole key is then compared. Each set has its share of the
 * memory, so making room looks at eight entries at most. A reader counts itself into the set, for as long as it takes to
 * find an entry and count a reference. A writer enters only a set without readers. Whoever cannot enter does not wait: a
 * reader finds nothing, a writer keeps nothing. The child of a fork starts with an empty cache.
 */
#ifndef XCJ_LIB_BASE_CACHE_H
#define XCJ_LIB_BASE_CACHE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <xcj/base.h>

#include "lib/base/siphash.h"

/** The smallest bound of a cache in bytes. */
#define XCJ__CACHE_MIN ((size_t)64 * 1024)

/** An entry: the first member of the block that is cached. */
typedef struct xcj__cached {
    atomic_size_t refs;
    void (*destroy)(struct xcj__cached *entry); /* frees the block, with the last reference */
    size_t size;                                /* of the block and of what it alone owns */
    xcj_str key;                                /* a view into the block */
    int64_t born;                               /* the time from which it is served */
    int64_t life;                               /* and for how many seconds */
} xcj__cached;

typedef struct xcj__cache xcj__cache;

/** Which part of each key to hash. The end suffices if nobody can choose it, as in a signature. */
typedef enum xcj__hashed { XCJ__HASHED_WHOLE, XCJ__HASHED_END } xcj__hashed;

/** Makes a cache that uses at most this many bytes; XCJ__CACHE_MIN or more. XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__cache_new(xcj__cache **out, size_t bytes, xcj__hashed hashed,
                                       const uint8_t secret[XCJ__SIPHASH_KEY], xcj_error *err);

/** Drops all entries and frees the cache. NULL is allowed. */
void xcj__cache_free(xcj__cache *cache);

/** A further condition on an entry. An entry that does not meet it counts as a miss. */
typedef struct xcj__cache_demand {
    bool (*is_met)(const xcj__cached *entry, const void *context);
    const void *context;
} xcj__cache_demand;

/**
 * Returns the entry with this key, with a reference for the caller, if its life includes this time and it meets the demand;
 * otherwise NULL. A demand of NULL is always met.
 */
xcj__cached *xcj__cache_find(xcj__cache *cache, xcj_str key, int64_t now, const xcj__cache_demand *demand);

/**
 * Keeps an entry, with a reference of its own, in place of any with the same key. May keep nothing: if the entry is too
 * large for a share, or another thread uses the set.
 */
void xcj__cache_put(xcj__cache *cache, xcj__cached *entry, int64_t now);

/** Adds a cache's figures to *sum. A NULL cache adds nothing. */
void xcj__cache_count(xcj_cache_counts *sum, const xcj__cache *cache);

/** Releases a reference. NULL is allowed. */
void xcj__cached_drop(xcj__cached *entry);

#endif
