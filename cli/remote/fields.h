/*
 * fields.h: reads lines of a name, a space and a value, then an empty line and a body: the answer of xcj-fetch, and the
 * files of the cache.
 */
#ifndef XCJ_CLI_REMOTE_FIELDS_H
#define XCJ_CLI_REMOTE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include <xcj/base.h>

/** Parts that borrow from the whole. */
typedef struct fields {
    xcj_str head;
    xcj_str body;
} fields;

/** Finds the empty line; false when there is none. */
bool fields_split(fields *out, xcj_str whole);

/** The value of this name; absent when there is no such line. */
xcj_str fields_text(const fields *from, const char *name);

/** A value that is a decimal number of at most 15 digits; `otherwise` when it is none. */
int64_t fields_number(const fields *from, const char *name, int64_t otherwise);

/** At most 15 digits as a number; -1 when it is none. */
int64_t fields_digits(xcj_str text);

#endif
