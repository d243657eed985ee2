/*
 * random_pool.h: a page of random bytes drawn ahead, which the kernel wipes in the child of a fork.
 */
#ifndef XCJ_LIB_KEY_RANDOM_POOL_H
#define XCJ_LIB_KEY_RANDOM_POOL_H

#include <xcj/base.h>

typedef struct xcj__pool xcj__pool;

/** An empty pool; NULL where the system cannot wipe it on fork (then random bytes are drawn one call at a time). */
xcj__pool *xcj__pool_new(void);

/** Wipes and frees it. NULL is fine. */
void xcj__pool_free(xcj__pool *pool);

/** The scratch's pool, or NULL. */
xcj__pool *xcj__scratch_pool(xcj_scratch *scratch);

#endif
