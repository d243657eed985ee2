/*
 * filter.h: which claims of a Bearer token the new token keeps, and under which names.
 */
#ifndef XCJ_LIB_GATEWAY_FILTER_H
#define XCJ_LIB_GATEWAY_FILTER_H

#include <xcj/auth.h>

#include "lib/base/buf.h"
#include "lib/gateway/names.h"

/** The most pointers into claims, one bit each, and the most parts of one. */
#define XCJ__PATHS_MAX 64
#define XCJ__PATH_PARTS 16

/** A part of a claim. */
typedef struct xcj__path {
    const xcj_str *parts; /* unescaped, the claim's name first: a block with the characters behind it */
    size_t count;         /* at least 2 */
    bool dropped;         /* else kept */
} xcj__path;

/** Options checked once. All lists are blocks, but for `screened`. */
typedef struct xcj__filter {
    xcj__names listed;   /* claims to drop, or the only ones to keep */
    xcj__names screened; /* further ones to drop, static; empty with keep_only */
    bool keep_only;
    xcj__path *paths;
    size_t paths_count;
    xcj__shape roots;    /* of the first names of the paths */
    xcj__names sources;  /* names and pointers of the claims to rename */
    xcj__names moved;    /* those of them that are whole claims, unescaped */
    xcj__names targets;  /* their new names */
    xcj__names required; /* names and pointers */
} xcj__filter;

/** True if the claim is kept, but for parts of it that are dropped. */
static inline bool xcj__filter_keeps(const xcj__filter *filter, const xcj__json_item *item)
{
    return xcj__names_have(&filter->listed, item) == filter->keep_only && !xcj__names_have(&filter->screened, item) &&
           !xcj__names_have(&filter->moved, item);
}

/** The paths into this claim, one bit each. */
uint64_t xcj__filter_paths(const xcj__filter *filter, const xcj__json_item *item);

/** The same, quickly for the usual filter, which has none. */
static inline uint64_t xcj__filter_parts(const xcj__filter *filter, const xcj__json_item *item)
{
    return filter->paths_count > 0 ? xcj__filter_paths(filter, item) : 0;
}

/** Appends what these paths leave of a claim that is kept or not, with a comma after it; nothing if nothing is left. */
void xcj__filter_put(xcj__buf *out, const xcj__filter *filter, const xcj__json_item *item, uint64_t parts, bool kept);

/** Appends the renamed claims of a token (NULL: writes nothing), each with a comma after it. XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__filter_rename(xcj__buf *out, const xcj__filter *filter, const xcj__json_index *claims);

/** XCJ_ERR_CLAIM if a required claim is missing; XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__filter_require(const xcj__filter *filter, const xcj__json_index *claims, xcj_error *err);

/** The most bytes that the renamed claims of a payload of this length add. */
size_t xcj__filter_max(const xcj__filter *filter, size_t payload_len);

#endif
