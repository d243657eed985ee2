/*
 * names.h: names of claims: ours, lists of names, and names that differ by case alone.
 */
#ifndef XCJ_LIB_GATEWAY_NAMES_H
#define XCJ_LIB_GATEWAY_NAMES_H

#include <stdbool.h>

#include <xcj/base.h>

#include "lib/codec/json_scan.h"

/** The claims that are ours alone. They replace inbound members with the same name, and options must not contain them. */
typedef enum xcj__claim {
    XCJ__CLIENT_ID,
    XCJ__ISS,
    XCJ__IAT,
    XCJ__EXP,
    XCJ__AUD,
    XCJ__JTI,
    XCJ__ACT,
    XCJ__CNF,        /* which we never keep, and write if the token is to be bound */
    XCJ__CLAIM_COUNT /* not one of our claims */
} xcj__claim;

/** First letters and lengths of names, one bit each: most other names are excluded without a comparison. */
typedef struct xcj__shape {
    uint64_t initials;
    uint64_t lengths;
} xcj__shape;

/** Unescaped names. */
typedef struct xcj__names {
    const xcj_str *list; /* a block with the characters behind it, or static */
    size_t count;
    xcj__shape shape;
} xcj__names;

/** The name of our claim, which is static. */
xcj_str xcj__claim_name(xcj__claim claim);

/** Returns our claim that has the item's unescaped name. */
xcj__claim xcj__claim_of(const xcj__json_item *item);

/** True if the item's name is one of our claims in any case. */
bool xcj__claims_alike(const xcj__json_item *item);

/** The name as an item without a value, to compare it. */
static inline xcj__json_item xcj__name_item(xcj_str name)
{
    return (xcj__json_item){ .name = name };
}

/** True if the item's unescaped name is this name. */
bool xcj__name_is(const xcj__json_item *item, xcj_str name);

/** True if the item's unescaped name is this name in any case. */
bool xcj__name_alike(const xcj__json_item *item, xcj_str name);

/** The shape of our claims alone. */
xcj__shape xcj__shape_of_ours(void);

/** Adds a name, which may be of any case. */
void xcj__shape_add(xcj__shape *shape, xcj_str name);

/** Adds all names of another shape. */
void xcj__shape_join(xcj__shape *shape, xcj__shape other);

/**
 * False if first letter and length show that the item's name is none of the names in any case. This quickly excludes most
 * names.
 */
bool xcj__shape_may_have(const xcj__shape *shape, const xcj__json_item *item);

/** A list of names that are static. */
xcj__names xcj__names_of(const xcj_str *list, size_t count);

/** Allocates `count` names with `bytes` characters behind them; NULL: out of memory. */
xcj_str *xcj__names_alloc(size_t count, size_t bytes);

/** The number of characters in the list. */
size_t xcj__names_bytes(const xcj_str *list, size_t count);

/** XCJ_ERR_CONFIG, naming the option, if an entry is absent or not UTF-8. */
XCJ_MUST_CHECK xcj_code xcj__names_check(const xcj_str *list, size_t count, const char *option, xcj_error *err);

/**
 * Copies the names of an option. The list is a block for xcj_free(). XCJ_ERR_CONFIG: an entry is absent or not UTF-8.
 * XCJ_ERR_MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__names_copy(xcj__names *out, const xcj_str *list, size_t count, const char *option,
                                        xcj_error *err);

/** True if an entry of the list is the item's name in any case. */
bool xcj__names_alike(const xcj__names *names, const xcj__json_item *item);

/** xcj__names_have() without its quick test. */
bool xcj__names_search(const xcj__names *names, const xcj__json_item *item);

/** True if the item's unescaped name is in the list. First letter and length quickly exclude most names. */
static inline bool xcj__names_have(const xcj__names *names, const xcj__json_item *item)
{
    xcj_str name = item->name;
    if (names->count == 0 ||
        (!item->name_escaped && name.len > 0 &&
         (names->shape.initials >> ((*name.ptr | 0x20) & 63) & names->shape.lengths >> (name.len & 63) & 1) == 0)) {
        return false;
    }
    return xcj__names_search(names, item);
}

#endif
