/*
 * mem.h: memory that is wiped when it is freed, and comparison in constant time.
 */
#ifndef XCJ_LIB_BASE_MEM_H
#define XCJ_LIB_BASE_MEM_H

#include <stdbool.h>

#include <xcj/base.h>

/**
 * Allocates a block that remembers its length, so that xcj_free() can wipe all of it. Not zeroed. NULL if out of memory.
 */
void *xcj__alloc(size_t size);

/** Like xcj__alloc(), but zeroed. */
void *xcj__zalloc(size_t size);

/** Resizes a block and wipes the old one. On NULL the old block is unchanged. */
void *xcj__realloc(void *block, size_t size);

/** Copies the bytes and adds a NUL. */
char *xcj__dup(const char *text, size_t len);

/** Sets the pointer that `out` points to, of any type, to NULL. False if `out` is NULL. */
bool xcj__clear_handle(void *out);

/** Like xcj__clear_handle(), and sets *len to 0. False if either is NULL; the other is still cleared. */
bool xcj__clear_block(void *out, size_t *len);

/** Overwrites memory; the compiler cannot drop it. */
void xcj__wipe(void *ptr, size_t len);

/** Compares bytes in a time that depends only on `len`. */
bool xcj__equal_secret(const void *a, const void *b, size_t len);

/** Compares views that are not secret. An absent view equals only an absent view, not an empty one. */
bool xcj__str_equal(xcj_str a, xcj_str b);

/** True if the view is exactly this literal. */
bool xcj__str_is(xcj_str a, const char *literal);

/** True if the view is this literal with ASCII letters in any case. */
bool xcj__str_is_nocase(xcj_str a, const char *literal);

/** True if the view begins with this literal. */
bool xcj__str_starts(xcj_str a, const char *literal);

/** White space around keys and between base64 characters: a blank, a tab or a newline character. */
static inline bool xcj__is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** Is it an ASCII digit? */
static inline bool xcj__is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** Is it an ASCII letter? */
static inline bool xcj__is_alpha(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/** An ASCII letter in lower case; any other character as it is. */
static inline char xcj__lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/** The value of a hexadecimal digit in either case; -1 if it is none. */
static inline int xcj__hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/** The number of white space characters at the start of the view. */
size_t xcj__str_space(xcj_str a);

/** The view without white space at both ends. */
xcj_str xcj__str_trim(xcj_str a);

/** Without the blanks and tabs around it, which is the white space of a header's value (RFC 9110 5.6.3). */
xcj_str xcj__str_trim_ows(xcj_str a);

#endif
