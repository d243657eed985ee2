/*
 * plan.h: mint options, checked once and turned into what every request needs: escaped fragments and lists of names.
 */
#ifndef XCJ_LIB_GATEWAY_PLAN_H
#define XCJ_LIB_GATEWAY_PLAN_H

#include <stdbool.h>

#include <xcj/auth.h>

#include "lib/codec/json_scan.h"

#define XCJ__EXPIRES_DEFAULT 1800
#define XCJ__EXPIRES_MAX 31536000
#define XCJ__TOKEN_DEFAULT ((size_t)64 * 1024)

/** The claims that are ours: an inbound member of such a name is replaced, and options may not name one. */
typedef enum xcj__claim {
    XCJ__CLIENT_ID,
    XCJ__ISS,
    XCJ__IAT,
    XCJ__EXP,
    XCJ__AUD,
    XCJ__JTI,
    XCJ__ACT,
    XCJ__CLAIM_COUNT /* none of ours */
} xcj__claim;

/** Unescaped names, in one block with their text. */
typedef struct xcj__names {
    xcj_str *list;
    size_t count;
} xcj__names;

/** The members of an object as they stand: from the first name to the end of the last value. */
typedef struct xcj__inner {
    const char *begin; /* NULL: no member */
    const char *end;
} xcj__inner;

/** Texts are blocks of the plan's own; ptr NULL means absent. */
typedef struct xcj__plan {
    xcj_str iss;            /* a JSON string with its quotes */
    xcj_str aud;            /* likewise */
    xcj_str clientid_claim; /* a name, unescaped */
    xcj_str members;        /* what stands between the braces of options->claims; absent when that is empty */
    xcj__names custom;      /* the names in `members` */
    uint64_t initials;      /* of our claims and of `custom`: see xcj__plan_may_own() */
    uint64_t lengths;       /* likewise */
    xcj__names listed;      /* inbound claims to drop, or the only ones to keep */
    bool keep_only;
    bool consumer_optional;
    bool dn_kong;
    bool api_key_sha256;
    bool cap_exp;
    int64_t expires_in;
    size_t max_token;
    xcj_verifier *verifier;
    xcj_identities *identities;
} xcj__plan;

/**
 * Reads options of a caller, NULL for all defaults, into ones in which absent views are empty and every counted array is
 * there. XCJ_ERR_ARGUMENT.
 */
XCJ_MUST_CHECK xcj_code xcj__mint_options_read(xcj_mint_options *out, const xcj_mint_options *options, xcj_error *err);

/** Checks the options (already read) and builds a plan. XCJ_ERR_CONFIG, _JSON, _ARGUMENT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__plan_build(xcj__plan *out, const xcj_mint_options *options, xcj_error *err);

/** Gives back what it holds. A zeroed plan is fine. */
void xcj__plan_free(xcj__plan *plan);

/** Which of our claims the item is, by its unescaped name. */
xcj__claim xcj__claim_of(const xcj__json_item *item);

/**
 * May the item's name be one of our claims or of options->claims, in any case of its letters? False for most inbound claims,
 * by their first letter and their length.
 */
bool xcj__plan_may_own(const xcj__plan *plan, const xcj__json_item *item);

/** Is the item's name one of our claims, or of options->claims, but for the case of its letters? Not for one of ours. */
bool xcj__plan_shadows(const xcj__plan *plan, const xcj__json_item *item);

/** Is the item's name this claim of ours, but for the case of its letters? Also true for the claim itself. */
bool xcj__claim_alike(const xcj__json_item *item, xcj__claim claim);

/** Is the item's unescaped name in the list? */
bool xcj__names_have(const xcj__names *names, const xcj__json_item *item);

/** Lets the span reach to the end of this item. */
void xcj__inner_extend(xcj__inner *inner, const xcj__json_item *item);

/** Puts a copy in the place of *dst (which is freed). An absent text stays absent. False: no memory. */
bool xcj__own(xcj_str *dst, xcj_str text);

/** Frees a text of xcj__own(). */
void xcj__disown(xcj_str *text);

/** XCJ_ERR_CONFIG naming the option when a text that is there is empty or not UTF-8. */
XCJ_MUST_CHECK xcj_code xcj__option_text(xcj_str text, const char *option, xcj_error *err);

#endif
