/*
 * random_pool.h: a page of random bytes drawn ahead, which the kernel wipes in the child of a fork.
 */
#ifndef XCJ_LIB_KEY_RANDOM_POOL_H
#define XCJ_LIB_KEY_RANDOM_POOL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct xcj__pool xcj__pool;

/** An empty pool; NULL where the system cannot wipe it on fork (then random bytes are drawn one call at a time). */
xcj__pool *xcj__pool_new(void);

/** Wipes and frees it. NULL is fine. */
void xcj__pool_free(xcj__pool *pool);

/** Random bytes, from the pool if there is one (and they fit). False when there are none. */
bool xcj__pool_draw(xcj__pool *pool, void *dst, size_t len);

#endif
