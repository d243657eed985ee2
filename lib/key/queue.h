/*
 * queue.h: keeps the caller's entries in OpenSSL's error queue. They are put aside when a call begins, so that
 * only what OpenSSL says of this call is read, and put back when the call ends.
 */
#ifndef XCJ_LIB_KEY_QUEUE_H
#define XCJ_LIB_KEY_QUEUE_H

#include <openssl/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <xcj/base.h>

typedef struct xcj__queue_entry {
    unsigned long code;
    int line;
    char *file; /* NULL: none, or no memory for the copy */
    char *func;
    char *data;
} xcj__queue_entry;

typedef struct xcj__queue {
    size_t count;
    int marks; /* of ERR_set_mark(), on the last entry; on others they are lost */
    xcj__queue_entry entries[ERR_NUM_ERRORS];
} xcj__queue;

/** Puts the caller's entries aside, if there are any, and leaves an empty queue. */
void xcj__queue_enter(xcj__queue *theirs);

/** Drops what was added since, and puts the caller's entries back. */
void xcj__queue_leave(xcj__queue *theirs);

/** Did the last call run out of memory? A key or signature must not be called wrong for that. */
bool xcj__queue_says_memory(void);

/**
 * Empties the queue between two attempts. OpenSSL does not report every failed allocation: what it refused may be valid, so
 * it is read again, and the second result counts.
 */
void xcj__queue_drop(void);

#endif
