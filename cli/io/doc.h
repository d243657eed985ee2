/*
 * doc.h: writes JSON documents, and parses JSON from the user.
 */
#ifndef XCJ_CLI_IO_DOC_H
#define XCJ_CLI_IO_DOC_H

#include <jansson.h>

#include "cli/io/io.h"

/** Makes jansson wipe what it frees. */
void doc_start(void);

/**
 * JSON text as a value, for reading single members; integers become reals so that none is too large. NULL: not JSON, nested
 * deeper than 64 levels, or more values than 65536 and one for every 16 bytes.
 */
json_t *doc_load(const char *json, size_t len);

/** The same of an object or array, with integers as they are, so that it can be written again. */
json_t *doc_load_exact(xcj_str json);

/** Flaws of JSON text. */
typedef struct doc_flaw {
    char repeated[64];  /* the name of a member that stands twice in one object, "" if none does; the last one was taken */
    bool too_large;     /* a number is beyond a double */
    const char *excess; /* "is nested deeper than 64 levels" and the like: it was not read; NULL: it was */
    int offset;         /* where it ceases to be JSON */
} doc_flaw;

/** As doc_load(), but takes an object with a repeated member, and says so. */
json_t *doc_survey(const char *json, size_t len, doc_flaw *flaw);

/** A value's text, compact. */
void doc_dump(text *to, const json_t *value);

/** Is it one JSON value, and if so an object? Says what is wrong, with `name`. */
msg_status doc_check(const char *name, xcj_str json, bool must_be_object);

/** A JSON string of these bytes, with its quotes; false if they are not UTF-8. */
bool doc_string(text *to, const char *bytes, size_t len);

/** The characters of a string value; absent if it is no string. */
xcj_str doc_view(const json_t *string);

/** A text value; null when absent or not UTF-8. */
json_t *doc_text(xcj_str value);

/**
 * Puts further members before the closing brace of an object's text, which stays as it is. `members` is `"a":1,"b":2`.
 * The text has been checked by doc_check().
 */
void doc_splice(text *to, xcj_str object, xcj_str members);

/** One more raw member, `,"name":RAW`, line ends in RAW becoming spaces: outside of strings they are only white space. */
void doc_member(text *members, const char *name, xcj_str raw);

/** The object and the raw members behind its own, on one line with a newline. */
msg_status doc_line(text *to, json_t *object, const text *members);

/** Checked JSON text indented for people, its deepest values on one line; control characters that a terminal would obey are
 * escaped. */
void doc_pretty(text *to, xcj_str json);

#endif
