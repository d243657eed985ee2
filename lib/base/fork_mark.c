#ifndef XCJ_POSIX_ONLY
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise() and MADV_WIPEONFORK, which Linux has */
#endif

#include "lib/base/fork_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/mem.h"

/* No process has this id, and no mark in wiped memory is negative. */
#define CLAIMED (-1)

void *xcj__fork_memory(size_t size)
{
#ifdef MADV_WIPEONFORK
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    /* Try an invalid advice first: qemu-user accepts any advice and follows none. */
    if (madvise(memory, size, -1) != 0 && madvise(memory, size, MADV_WIPEONFORK) == 0) {
        return memory;
    }
    munmap(memory, size);
#else
    (void)size;
#endif
    return NULL;
}

void xcj__fork_memory_free(void *memory, size_t size)
{
    if (memory != NULL) {
        xcj__wipe(memory, size);
        munmap(memory, size);
    }
}

static atomic_int *word_of(xcj__fork_mark *mark)
{
    return mark->wiped != NULL ? mark->wiped : &mark->pid;
}

/* What the word is in the process that it marks. In wiped memory, a child finds 0. */
static int ours(const xcj__fork_mark *mark)
{
    return mark->wiped != NULL ? 1 : (int)getpid();
}

void xcj__fork_mark_open(xcj__fork_mark *mark)
{
    mark->wiped = xcj__fork_memory(sizeof *mark->wiped);
    xcj__fork_mark_settle(mark);
}

void xcj__fork_mark_close(xcj__fork_mark *mark)
{
    xcj__fork_memory_free(mark->wiped, sizeof *mark->wiped);
    mark->wiped = NULL;
}

bool xcj__fork_mark_is_ours(const xcj__fork_mark *mark)
{
    const atomic_int *word = mark->wiped != NULL ? mark->wiped : &mark->pid;
    return atomic_load_explicit(word, memory_order_acquire) == ours(mark);
}

bool xcj__fork_mark_claim(xcj__fork_mark *mark)
{
    int found = atomic_load_explicit(word_of(mark), memory_order_relaxed);
    return found != CLAIMED && found != ours(mark) &&
           atomic_compare_exchange_strong_explicit(word_of(mark), &found, CLAIMED, memory_order_acquire,
                                                   memory_order_relaxed);
}

void xcj__fork_mark_settle(xcj__fork_mark *mark)
{
    atomic_store_explicit(word_of(mark), ours(mark), memory_order_release);
}
