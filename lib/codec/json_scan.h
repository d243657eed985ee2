/*
 * json_scan.h: ONE strict one-pass JSON scanner for tokens, keys, sets and configuration.
 *
 * It checks a whole text against RFC 8259 and yields the members (or elements) of its top value as spans of the text;
 * nothing is built. Beyond the RFC's grammar it refuses: invalid UTF-8, a byte order mark, lone surrogates (also as \u
 * escapes), duplicate member names at every depth (compared after unescaping), anything after the value but white space, and
 * whatever passes the limits. Numbers are kept as text of any length. No recursion; time and memory are bounded by the
 * text's length (names of one object are compared by sorting when there are many, so colliding names cost no more than
 * others).
 *
 * To go down into a member, scan its span with xcj__json_scan() again.
 */
#ifndef XCJ_LIB_CODEC_JSON_SCAN_H
#define XCJ_LIB_CODEC_JSON_SCAN_H

#include <stdbool.h>
#include <string.h>

#include <xcj/base.h>

typedef enum xcj__json_type {
    XCJ__JSON_NULL = 1, /* the numbers are those of xcj_type: false and true share one */
    XCJ__JSON_BOOL = 2,
    XCJ__JSON_NUMBER = 3,
    XCJ__JSON_STRING = 4,
    XCJ__JSON_ARRAY = 5,
    XCJ__JSON_OBJECT = 6
} xcj__json_type;

/** A value where it stands. `text` of a string is what is between the quotes, still escaped if `escaped` says so. */
typedef struct xcj__json_value {
    xcj__json_type type;
    bool escaped; /* a string with at least one backslash */
    xcj_str text; /* a string's content; any other value's whole text */
    xcj_str raw;  /* the value's whole text, quotes included */
} xcj__json_value;

/** A member of the top object, or (name absent: ptr NULL) an element of the top array. */
typedef struct xcj__json_item {
    xcj_str name;      /* between the quotes */
    bool name_escaped; /* the name has a backslash in it */
    xcj_str raw_name;  /* the name with its quotes */
    xcj__json_value value;
} xcj__json_item;

/** Called once per member or element in the order of the text; anything but XCJ_OK ends the scan with that code. */
typedef xcj_code (*xcj__json_visit)(void *ctx, const xcj__json_item *item, xcj_error *err);

typedef struct xcj__json_limits {
    unsigned max_depth; /* the top value is depth 1; at most XCJ__JSON_DEPTH_MAX */
    size_t max_members; /* members and elements in the whole text */
    bool any_names;     /* names are not compared: for a first look at a text that is scanned again before it counts */
} xcj__json_limits;

#define XCJ__JSON_DEPTH_MAX 1024
#define XCJ__JSON_DEPTH 64
#define XCJ__JSON_MEMBERS 65536

/**
 * Checks the text, whose top value must be of type `top` (0: any), and visits its members or elements (`visit` may be NULL).
 * `limits` NULL: the defaults above. Every item visited has been checked itself, but what follows it has not: a caller
 * that acts before the end undoes it on failure.
 * XCJ_ERR_JSON (err->offset tells where), XCJ_ERR_LIMIT, XCJ_ERR_MEMORY, or what `visit` returned.
 */
XCJ_MUST_CHECK xcj_code xcj__json_scan(const char *text, size_t len, xcj__json_type top, const xcj__json_limits *limits,
                                       xcj__json_visit visit, void *ctx, xcj_error *err);

/** The top value itself as a span (white space around it left out). As xcj__json_scan() without a visitor. */
XCJ_MUST_CHECK xcj_code xcj__json_check(const char *text, size_t len, const xcj__json_limits *limits, xcj__json_value *out,
                                        xcj_error *err);

/** Is this (checked) name or string content, unescaped, exactly the given text? */
bool xcj__json_equal(xcj_str content, bool escaped, const char *text, size_t len);

/** Is the item's name, unescaped, this literal? In the header, so that the length is a constant where the literal is. */
static inline bool xcj__json_named(const xcj__json_item *item, const char *literal)
{
    size_t len = strlen(literal);
    return (item->name_escaped || item->name.len == len) && xcj__json_equal(item->name, item->name_escaped, literal, len);
}

/** Unescapes (checked) string content into dst, which holds content.len bytes; returns the length. dst may be content.ptr.
 */
size_t xcj__json_unescape(char *dst, xcj_str content);

/** The same in a block for xcj_free(), with a NUL after it. XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__json_take_text(char **out, size_t *out_len, xcj_str content, xcj_error *err);

/** A number's value in whole seconds, exact and saturating: floor, and whether a fraction follows. */
typedef struct xcj__json_number {
    int64_t floor; /* saturates at INT64_MIN and INT64_MAX */
    bool fraction; /* the value is above `floor` */
    bool exact;    /* floor did not saturate */
    bool finite;   /* the magnitude is below 10^309; a larger one must be refused, not compared */
} xcj__json_number;

/** Reads a (checked) JSON number's text without floating point: digits, fraction and exponent of any length, in one pass. */
xcj__json_number xcj__json_number_read(xcj_str text);

/** The nearest double of a (checked) number's text, whatever the locale. False when it is too large for a double. */
bool xcj__json_number_double(xcj_str text, double *out);

#endif
