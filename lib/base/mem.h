/*
 * mem.h: memory that is wiped, and comparison in constant time.
 */
#ifndef XCJ_LIB_BASE_MEM_H
#define XCJ_LIB_BASE_MEM_H

#include <stdbool.h>

#include <xcj/base.h>

/** A block that remembers its length, so that xcj_free() can wipe all of it. NULL when there is no memory. Not zeroed. */
void *xcj__alloc(size_t size);

/** As xcj__alloc(), zeroed. */
void *xcj__zalloc(size_t size);

/** A larger (or smaller) block with the same content; the old one is wiped. NULL leaves the old one as it was. */
void *xcj__realloc(void *block, size_t size);

/** A copy with a NUL after it. */
char *xcj__dup(const char *text, size_t len);

/** Sets the pointer that `out` points to, of any type, to NULL. False when `out` is NULL. */
bool xcj__clear_handle(void *out);

/** As xcj__clear_handle(), and sets *len to 0. False when either is NULL; the other is set all the same. */
bool xcj__clear_block(void *out, size_t *len);

/** Overwrites memory in a way that a compiler does not drop. */
void xcj__wipe(void *ptr, size_t len);

/** Equal bytes, in time that depends on `len` alone. */
bool xcj__equal_secret(const void *a, const void *b, size_t len);

/** Equal views, for text that is no secret. Absent equals absent only, not the empty text. */
bool xcj__str_equal(xcj_str a, xcj_str b);

/** Is the view exactly this literal? */
bool xcj__str_is(xcj_str a, const char *literal);

/** Is the view this literal, ASCII letters in any case? */
bool xcj__str_is_nocase(xcj_str a, const char *literal);

/** Does the view begin with this literal? */
bool xcj__str_starts(xcj_str a, const char *literal);

/** A blank, a tab or the end of a line: what may stand around keys and between the characters of base64. */
static inline bool xcj__is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** How many characters of white space the view begins with. */
size_t xcj__str_space(xcj_str a);

/** The view without the white space at both ends. */
xcj_str xcj__str_trim(xcj_str a);

#endif
