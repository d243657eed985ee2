/*
 * buf.h: a byte buffer that grows and remembers its first failure, so that building reads as a list of puts with one check
 * at the end. It may start on storage of the caller's and moves to the heap only when that is full.
 */
#ifndef XCJ_LIB_BASE_BUF_H
#define XCJ_LIB_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>

#include <xcj/base.h>

typedef struct xcj__buf {
    char *ptr;
    size_t len;
    size_t cap;
    bool owned;  /* ptr is a heap block of ours */
    bool fixed;  /* must not leave the caller's storage; a put that does not fit only counts in `len` */
    bool failed; /* out of memory, or (fixed) out of room */
} xcj__buf;

/** An empty buffer on the heap. */
void xcj__buf_init(xcj__buf *buf);

/** An empty buffer that begins on `storage` and grows onto the heap. */
void xcj__buf_init_on(xcj__buf *buf, void *storage, size_t cap);

/** An empty buffer that never leaves `storage`: after a put too many, `failed` is set and `len` goes on counting. */
void xcj__buf_init_fixed(xcj__buf *buf, void *storage, size_t cap);

/** Wipes and frees what it owns, and wipes the used part of the caller's storage unless it is fixed. */
void xcj__buf_free(xcj__buf *buf);

/** Makes room for `more` bytes after `len` (which the caller then adds) and returns where they go; NULL on failure
 * (latched). */
char *xcj__buf_reserve(xcj__buf *buf, size_t more);

void xcj__buf_put(xcj__buf *buf, const void *data, size_t len);
void xcj__buf_put_char(xcj__buf *buf, char c);
void xcj__buf_put_str(xcj__buf *buf, xcj_str text);
/** A NUL-terminated text. */
void xcj__buf_put_text(xcj__buf *buf, const char *text);
void xcj__buf_put_int(xcj__buf *buf, int64_t value);

/**
 * Hands the content over as a block for xcj_free(), with a NUL after it that `*out_len` does not count. The buffer is empty
 * afterwards. XCJ_ERR_MEMORY if anything failed on the way (then everything is freed and *out is NULL).
 */
XCJ_MUST_CHECK xcj_code xcj__buf_take(xcj__buf *buf, char **out, size_t *out_len, xcj_error *err);

#endif
