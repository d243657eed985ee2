/*
 * text.h: a growing string that wipes its old blocks and remembers its first failure.
 */
#ifndef XCJ_CLI_IO_TEXT_H
#define XCJ_CLI_IO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <xcj/base.h>

/** `ptr` has a NUL after it once something was added. Starts as all zero. */
typedef struct text {
    char *ptr;
    size_t len;
    size_t cap;
    bool failed; /* there was no memory; everything added since is dropped */
} text;

#define TEXT_INIT                                                                                                           \
    {                                                                                                                       \
        NULL, 0, 0, false                                                                                                   \
    }

/** Room for at least `more` further bytes; NULL when there is no memory. The caller fills it and adds to len. */
char *text_room(text *to, size_t more);

void text_add(text *to, const void *bytes, size_t len);
void text_puts(text *to, const char *literal);
__attribute__((format(printf, 2, 3))) void text_printf(text *to, const char *fmt, ...);

/** Base64 with padding (RFC 4648 4), as Basic wants it. */
void text_base64(text *to, const void *bytes, size_t len);

/** Base64url without padding (RFC 4648 5). */
void text_base64url(text *to, xcj_str bytes);

/** Is it white space of JSON (RFC 8259 2)? */
bool text_is_space(char c);

/** Returns the offset of the first character at or after `at` that is not white space, or the length. */
size_t text_skip_space(xcj_str from, size_t at);

/** Returns the view without white space at both ends. */
xcj_str text_trim(xcj_str from);

/**
 * Adds JSON text. Characters of its strings that do not show, or change how others show (DEL and C1 controls, bidirectional
 * and zero-width ones, tags, noncharacters), are written as \u escapes.
 */
void text_add_shown(text *to, const char *json, size_t len);

/** A view of it. */
xcj_str text_view(const text *from);

/** Wipes and frees it. */
void text_free(text *from);

/** Overwrites memory in a way that a compiler does not drop. */
void text_wipe(void *ptr, size_t len);

#endif
