#include "lib/key/context_pool.h"

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Where a thread begins to look: threads have stacks of their own, a megabyte or more apart. */
static size_t first_slot(void)
{
    char here;
    uint64_t stack = (uint64_t)(uintptr_t)&here >> 20;
    return (size_t)((stack * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % XCJ__CONTEXT_POOL_SLOTS;
}

/* All are out. Those that were out at a fork do not come back in the child, but for that of the thread that forked. */
static bool are_lost(xcj__context_pool *pool)
{
    int self = (int)getpid();
    bool is_child = atomic_exchange_explicit(&pool->owner, self, memory_order_relaxed) != self;
    if (is_child) {
        atomic_store_explicit(&pool->made, 0, memory_order_relaxed);
    }
    return is_child;
}

static xcj_scratch *make(xcj__context_pool *pool)
{
    xcj_scratch *scratch = NULL;
    unsigned made = atomic_load_explicit(&pool->made, memory_order_relaxed);
    do {
        if (made == XCJ__CONTEXT_POOL_SLOTS && !are_lost(pool)) {
            return NULL;
        }
        made = made == XCJ__CONTEXT_POOL_SLOTS ? 0 : made;
    } while (
        !atomic_compare_exchange_weak_explicit(&pool->made, &made, made + 1, memory_order_relaxed, memory_order_relaxed));
    if (made == 0) {
        atomic_store_explicit(&pool->owner, (int)getpid(), memory_order_relaxed);
    }
    if (xcj_scratch_new(&scratch, NULL) != XCJ_OK) {
        atomic_fetch_sub_explicit(&pool->made, 1, memory_order_relaxed);
    }
    return scratch;
}

/* The handle is constant but for its pool, as all of its users share it. */
static xcj__context_pool *changeable(const xcj__context_pool *pool)
{
    return (xcj__context_pool *)(uintptr_t)pool;
}

xcj_scratch *xcj__context_pool_take(const xcj__context_pool *shared, xcj_scratch *own)
{
    if (own != NULL) {
        return own;
    }
    xcj__context_pool *pool = changeable(shared);
    size_t first = first_slot();
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        _Atomic(xcj_scratch *) *slot = &pool->slots[(first + i) % XCJ__CONTEXT_POOL_SLOTS].scratch;
        if (atomic_load_explicit(slot, memory_order_relaxed) != NULL) {
            xcj_scratch *scratch = atomic_exchange_explicit(slot, NULL, memory_order_acquire);
            if (scratch != NULL) {
                return scratch;
            }
        }
    }
    return make(pool);
}

void xcj__context_pool_give(const xcj__context_pool *shared, xcj_scratch *own, xcj_scratch *taken)
{
    if (taken == own) {
        return;
    }
    xcj__context_pool *pool = changeable(shared);
    size_t first = first_slot();
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj_scratch *none = NULL;
        if (atomic_compare_exchange_strong_explicit(&pool->slots[(first + i) % XCJ__CONTEXT_POOL_SLOTS].scratch, &none,
                                                    taken, memory_order_release, memory_order_relaxed)) {
            return;
        }
    }
    /* Each slot was taken when it was looked at, though never all were: others gave and took meanwhile. */
    xcj_scratch_free(taken);
    atomic_fetch_sub_explicit(&pool->made, 1, memory_order_relaxed);
}

void xcj__context_pool_free(xcj__context_pool *pool)
{
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj_scratch_free(atomic_load_explicit(&pool->slots[i].scratch, memory_order_acquire));
    }
}
