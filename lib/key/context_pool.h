/*
 * context_pool.h: keeps scratches in a handle that threads share, for calls without a scratch of their own. A call takes
 * one, works and returns it. There is no lock: no call waits for another.
 */
#ifndef XCJ_LIB_KEY_CONTEXT_POOL_H
#define XCJ_LIB_KEY_CONTEXT_POOL_H

#include <stdatomic.h>

#include <xcj/base.h>

/** The number of slots. When all are taken, further simultaneous calls get no scratch. */
#define XCJ__CONTEXT_POOL_SLOTS 8

/** All zero is empty. */
typedef struct xcj__context_pool {
    struct {
        _Atomic(xcj_scratch *) scratch;  /* NULL: not made yet, or taken */
        char apart[64 - sizeof(void *)]; /* so that threads do not share a cache line */
    } slots[XCJ__CONTEXT_POOL_SLOTS];
    atomic_uint made; /* and not freed again */
    atomic_int owner; /* the process that they are lent in */
} xcj__context_pool;

/**
 * The scratch of one call: the caller's own if there is one, else one of the pool, or NULL, which does as well. It goes back
 * with xcj__context_pool_give().
 */
xcj_scratch *xcj__context_pool_take(const xcj__context_pool *shared, xcj_scratch *own);

/** Takes back what xcj__context_pool_take() gave for the same `own`. */
void xcj__context_pool_give(const xcj__context_pool *shared, xcj_scratch *own, xcj_scratch *taken);

/** Frees them. No call is under way any more. */
void xcj__context_pool_free(xcj__context_pool *pool);

#endif
