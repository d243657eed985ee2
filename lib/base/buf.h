/*
 * buf.h: a growing byte buffer that remembers its first failure, so that building is a list of puts with one check at the
 * end. It can start on the caller's storage and moves to the heap when that is full.
 */
#ifndef XCJ_LIB_BASE_BUF_H
#define XCJ_LIB_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <xcj/base.h>

typedef struct xcj__buf {
    char *ptr;
    size_t len;
    size_t cap;
    bool owned;  /* ptr is a heap block that the buffer frees */
    bool fixed;  /* never leaves the caller's storage; a put that does not fit only increases `len` */
    bool failed; /* out of memory, or (fixed) the storage is full */
} xcj__buf;

/** An empty buffer on the heap. */
void xcj__buf_init(xcj__buf *buf);

/** An empty buffer that starts on `storage` and grows onto the heap. */
void xcj__buf_init_on(xcj__buf *buf, void *storage, size_t cap);

/** An empty buffer that never leaves `storage`: a put that does not fit sets `failed`, and `len` counts on. */
void xcj__buf_init_fixed(xcj__buf *buf, void *storage, size_t cap);

/** Wipes and frees the heap block, and wipes the used part of the caller's storage unless the buffer is fixed. */
void xcj__buf_free(xcj__buf *buf);

/**
 * Makes room for `more` bytes after `len` and returns their address; the caller then increases `len`. NULL on failure,
 * which the buffer remembers.
 */
char *xcj__buf_reserve(xcj__buf *buf, size_t more);

void xcj__buf_put(xcj__buf *buf, const void *data, size_t len);
void xcj__buf_put_str(xcj__buf *buf, xcj_str text);
void xcj__buf_put_int(xcj__buf *buf, int64_t value);

static inline void xcj__buf_put_char(xcj__buf *buf, char c)
{
    if (buf->len < buf->cap && !buf->failed) {
        buf->ptr[buf->len++] = c;
    } else {
        xcj__buf_put(buf, &c, 1);
    }
}

/** Puts a NUL-terminated string. Inline, so that the compiler knows a literal's length. */
static inline void xcj__buf_put_text(xcj__buf *buf, const char *text)
{
    xcj__buf_put(buf, text, strlen(text));
}

/**
 * Moves the content into a block for xcj_free(), followed by a NUL that `*out_len` does not count. The buffer is empty
 * afterwards. XCJ_ERR_MEMORY if any put failed; then everything is freed and *out is NULL.
 */
XCJ_MUST_CHECK xcj_code xcj__buf_take(xcj__buf *buf, char **out, size_t *out_len, xcj_error *err);

#endif
