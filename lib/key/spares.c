#include "lib/key/spares.h"

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Where a thread begins to look: threads have stacks of their own, a megabyte or more apart. */
static size_t first_slot(void)
{
    char here;
    uint64_t stack = (uint64_t)(uintptr_t)&here >> 20;
    return (size_t)((stack * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % XCJ__SPARES;
}

/* All are out. Those that were out at a fork do not come back in the child, but for that of the thread that forked. */
static bool are_lost(xcj__spares *spares)
{
    int self = (int)getpid();
    bool is_child = atomic_exchange_explicit(&spares->owner, self, memory_order_relaxed) != self;
    if (is_child) {
        atomic_store_explicit(&spares->made, 0, memory_order_relaxed);
    }
    return is_child;
}

static xcj_scratch *make(xcj__spares *spares)
{
    xcj_scratch *scratch = NULL;
    unsigned made = atomic_load_explicit(&spares->made, memory_order_relaxed);
    do {
        if (made == XCJ__SPARES && !are_lost(spares)) {
            return NULL;
        }
        made = made == XCJ__SPARES ? 0 : made;
    } while (
        !atomic_compare_exchange_weak_explicit(&spares->made, &made, made + 1, memory_order_relaxed, memory_order_relaxed));
    if (made == 0) {
        atomic_store_explicit(&spares->owner, (int)getpid(), memory_order_relaxed);
    }
    if (xcj_scratch_new(&scratch, NULL) != XCJ_OK) {
        atomic_fetch_sub_explicit(&spares->made, 1, memory_order_relaxed);
    }
    return scratch;
}

/* The handle is constant but for its spares, as all of its users share it. */
static xcj__spares *changeable(const xcj__spares *spares)
{
    return (xcj__spares *)(uintptr_t)spares;
}

xcj_scratch *xcj__spares_take(const xcj__spares *shared, xcj_scratch *own)
{
    if (own != NULL) {
        return own;
    }
    xcj__spares *spares = changeable(shared);
    size_t first = first_slot();
    for (size_t i = 0; i < XCJ__SPARES; i++) {
        _Atomic(xcj_scratch *) *slot = &spares->slots[(first + i) % XCJ__SPARES].scratch;
        if (atomic_load_explicit(slot, memory_order_relaxed) != NULL) {
            xcj_scratch *scratch = atomic_exchange_explicit(slot, NULL, memory_order_acquire);
            if (scratch != NULL) {
                return scratch;
            }
        }
    }
    return make(spares);
}

void xcj__spares_give(const xcj__spares *shared, xcj_scratch *own, xcj_scratch *taken)
{
    if (taken == own) {
        return;
    }
    xcj__spares *spares = changeable(shared);
    size_t first = first_slot();
    for (size_t i = 0; i < XCJ__SPARES; i++) {
        xcj_scratch *none = NULL;
        if (atomic_compare_exchange_strong_explicit(&spares->slots[(first + i) % XCJ__SPARES].scratch, &none, taken,
                                                    memory_order_release, memory_order_relaxed)) {
            return;
        }
    }
    /* Each slot was taken when it was looked at, though never all were: others gave and took meanwhile. */
    xcj_scratch_free(taken);
    atomic_fetch_sub_explicit(&spares->made, 1, memory_order_relaxed);
}

void xcj__spares_free(xcj__spares *spares)
{
    for (size_t i = 0; i < XCJ__SPARES; i++) {
        xcj_scratch_free(atomic_load_explicit(&spares->slots[i].scratch, memory_order_acquire));
    }
}
