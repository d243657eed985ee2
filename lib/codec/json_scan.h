/*
 * json_scan.h: the one strict, one-pass JSON scanner for tokens, keys, sets and configuration.
 *
 * It checks a whole JSON text against RFC 8259 and yields the members (or elements) of its top value as spans of the
 * text; it builds no tree. Beyond the RFC's grammar it refuses invalid UTF-8, a byte order mark, lone surrogates (also as
 * \u escapes), duplicate member names at every depth (compared after unescaping), anything but white space after the
 * value, and whatever exceeds the limits. It keeps numbers as text of any length. It does not recurse, and its time and
 * memory are bounded by the length of the text, also if names were chosen to collide (see json_names.h).
 *
 * There are two ways to read an object: xcj__json_index_read() notes the place of each member, so that members can be
 * looked up; xcj__json_scan() calls a function for each, and reads arrays too. To read the members of a member, call
 * either again on its span.
 */
#ifndef XCJ_LIB_CODEC_JSON_SCAN_H
#define XCJ_LIB_CODEC_JSON_SCAN_H

#include <stdbool.h>
#include <string.h>

#include <xcj/base.h>

#include "lib/codec/json_names.h"

typedef enum xcj__json_type {
    XCJ__JSON_NULL = 1, /* the same numbers as in xcj_type: false and true share one */
    XCJ__JSON_BOOL = 2,
    XCJ__JSON_NUMBER = 3,
    XCJ__JSON_STRING = 4,
    XCJ__JSON_ARRAY = 5,
    XCJ__JSON_OBJECT = 6
} xcj__json_type;

/** The position of a value. For a string, `text` is the part between the quotes, still escaped if `escaped` is set. */
typedef struct xcj__json_value {
    xcj__json_type type;
    bool escaped; /* a string with at least one backslash */
    xcj_str text; /* the content of a string; the whole of any other value */
    xcj_str raw;  /* the whole value, including quotes */
} xcj__json_value;

/** A member of the top object, or (if name is absent) an element of the top array. */
typedef struct xcj__json_item {
    xcj_str name;      /* the part between the quotes */
    bool name_escaped; /* the name contains a backslash */
    xcj_str raw_name;  /* the name including its quotes */
    xcj__json_value value;
} xcj__json_item;

/** Called once per member or element, in order; any result but XCJ_OK ends the scan with that code. */
typedef xcj_code (*xcj__json_visit)(void *ctx, const xcj__json_item *item, xcj_error *err);

typedef struct xcj__json_limits {
    unsigned max_depth; /* the top value has depth 1; at most XCJ__JSON_DEPTH_MAX */
    size_t max_members; /* the most members and elements in the whole text */
    bool any_names;     /* do not compare names: only for a first look, before a full scan of the same text */
} xcj__json_limits;

#define XCJ__JSON_DEPTH_MAX 1024
#define XCJ__JSON_DEPTH 64
#define XCJ__JSON_MEMBERS 65536

/**
 * Checks the text, whose top value must have the type `top` (0: any), and visits its members or elements (`visit` may be
 * NULL). `limits` NULL: the defaults above. Each visited item is already checked, but the rest of the text is not: a
 * caller that acts on an item must undo this if the scan fails. XCJ_ERR_JSON (err->offset is the position),
 * XCJ_ERR_LIMIT, XCJ_ERR_MEMORY, or the result of `visit`.
 */
XCJ_MUST_CHECK xcj_code xcj__json_scan(const char *text, size_t len, xcj__json_type top, const xcj__json_limits *limits,
                                       xcj__json_visit visit, void *ctx, xcj_error *err);

/** Like xcj__json_scan() without a visitor; *out is the span of the top value, without white space around it. */
XCJ_MUST_CHECK xcj_code xcj__json_check(const char *text, size_t len, const xcj__json_limits *limits, xcj__json_value *out,
                                        xcj_error *err);

/** The members of an object, in order. */
typedef struct xcj__json_index {
    const char *text;
    size_t len;
    const xcj__json_member *members;
    size_t count;
    bool has_escaped_name;
    xcj__json_member *block; /* for xcj_free(); NULL if the members are in the caller's room */
} xcj__json_index;

/** Room for the members of an ordinary object. */
#define XCJ__JSON_ROOM 64

/**
 * Checks an object as xcj__json_scan() does and makes its index. The members are in the caller's room (for at least one),
 * or in a block if there are more of them, or of the names of open objects and arrays. On failure the index is empty.
 */
XCJ_MUST_CHECK xcj_code xcj__json_index_read(xcj__json_index *out, xcj_str text, const xcj__json_limits *limits,
                                             xcj__json_member *room, size_t room_len, xcj_error *err);

/** Copies an index for a copy of its text. `room` has space for index->count members. */
void xcj__json_index_copy(xcj__json_index *out, const xcj__json_index *index, xcj__json_member *room, const char *text);

/** Finds the member with this unescaped name; NULL if the object lacks it. */
const xcj__json_member *xcj__json_index_find(const xcj__json_index *index, const char *name, size_t len);

/** The value of the member with this unescaped name; type 0 if the object lacks it. */
xcj__json_value xcj__json_index_value(const xcj__json_index *index, const char *name, size_t len);

/** A member's value. */
xcj__json_value xcj__json_member_value(const char *text, const xcj__json_member *member);

/** A member as xcj__json_scan() visits it. */
xcj__json_item xcj__json_member_item(const char *text, const xcj__json_member *member);

/** True if this (checked) name or string content, unescaped, equals the text. */
bool xcj__json_equal(xcj_str content, bool escaped, const char *text, size_t len);

/** True if the item's name, unescaped, is this literal. Inline, so that the compiler knows the literal's length. */
static inline bool xcj__json_named(const xcj__json_item *item, const char *literal)
{
    size_t len = strlen(literal);
    return (item->name_escaped || item->name.len == len) && xcj__json_equal(item->name, item->name_escaped, literal, len);
}

/**
 * Unescapes (checked) string content into dst, which has room for content.len bytes; returns the length. dst may be
 * content.ptr.
 */
size_t xcj__json_unescape(char *dst, xcj_str content);

/** Unescapes into a block for xcj_free(), followed by a NUL. XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__json_take_text(char **out, size_t *out_len, xcj_str content, xcj_error *err);

/** The value of a number in whole seconds. */
typedef struct xcj__json_number {
    int64_t floor; /* rounded down; INT64_MIN or INT64_MAX if it does not fit */
    bool fraction; /* the value is above `floor` */
    bool exact;    /* floor fits */
    bool finite;   /* the magnitude is below 10^309; refuse a larger one instead of comparing it */
} xcj__json_number;

/** Reads a (checked) number without floating point, in one pass: digits, fraction and exponent may have any length. */
xcj__json_number xcj__json_number_read(xcj_str text);

/** The nearest double of a (checked) number in any locale. False if it is too large for a double. */
bool xcj__json_number_double(xcj_str text, double *out);

#endif
