/*
 * fork_mark.h: memory that the child of a fork does not get, and a mark that tells a child from its parent.
 */
#ifndef XCJ_LIB_BASE_FORK_MARK_H
#define XCJ_LIB_BASE_FORK_MARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/** Zeroed memory that the kernel zeroes again in the child of a fork. NULL where it cannot, or out of memory. */
void *xcj__fork_memory(size_t size);

/** Wipes and frees it. NULL is allowed. */
void xcj__fork_memory_free(void *memory, size_t size);

/** The process that some state belongs to. After a fork, it belongs to the parent alone. */
typedef struct xcj__fork_mark {
    atomic_int *wiped; /* in memory of xcj__fork_memory(); NULL: `pid` marks the process */
    atomic_int pid;
} xcj__fork_mark;

/** Marks the state as this process's. */
void xcj__fork_mark_open(xcj__fork_mark *mark);

void xcj__fork_mark_close(xcj__fork_mark *mark);

/** Does the state belong to this process? */
bool xcj__fork_mark_is_ours(const xcj__fork_mark *mark);

/**
 * If it does not: claims it. True for exactly one thread, which then makes the state anew and calls xcj__fork_mark_settle().
 * Until then the state belongs to nobody.
 */
bool xcj__fork_mark_claim(xcj__fork_mark *mark);
void xcj__fork_mark_settle(xcj__fork_mark *mark);

#endif
