/*
 * mint_settings.h: the mint settings: options checked once and prepared for every request, as escaped fragments and lists of
 * names.
 */
#ifndef XCJ_LIB_GATEWAY_MINT_SETTINGS_H
#define XCJ_LIB_GATEWAY_MINT_SETTINGS_H

#include <stdbool.h>

#include <xcj/auth.h>

#include "lib/codec/json_scan.h"
#include "lib/gateway/dpop.h"
#include "lib/gateway/sentences.h"

#define XCJ__EXPIRES_DEFAULT 1800
#define XCJ__EXPIRES_MAX 31536000
#define XCJ__TOKEN_DEFAULT ((size_t)64 * 1024)

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

/** The members of an object as written, from the first name to the end of the last value. */
typedef struct xcj__inner {
    const char *begin; /* NULL: no member */
    const char *end;
} xcj__inner;

/** The mint settings. Strings are blocks of their own; ptr NULL means absent. */
typedef struct xcj__mint_settings {
    xcj_str iss;            /* a JSON string with its quotes */
    xcj_str aud;            /* likewise */
    xcj_str clientid_claim; /* an unescaped name */
    xcj_str members;        /* the text between the braces of options->claims; absent if empty */
    xcj__names custom;      /* the names in `members` */
    xcj__shape ours;        /* of our claims and of `custom`: see xcj__settings_may_own() */
    xcj__names listed;      /* inbound claims to drop, or the only ones to keep */
    xcj__names screened;    /* further ones to drop, static; empty with keep_only */
    bool keep_only;
    bool consumer_optional;
    bool unescaped_dn;
    bool api_key_sha256;
    bool cap_exp;
    bool no_exp;
    bool bearer_verified;
    bool cnf_ignored;
    xcj_bind bind;
    bool flat_act; /* an inbound act that is the consumer's alone is not nested */
    xcj__dpop_settings dpop;
    int64_t expires_in;
    size_t max_token;
    xcj_verifier *verifier;
    xcj_identities *identities;
    const xcj__sentences *sentences;
} xcj__mint_settings;

/**
 * Reads the caller's options (NULL: all defaults) into a copy in which absent views are empty and no array with a count
 * is NULL. XCJ_ERR_ARGUMENT.
 */
XCJ_MUST_CHECK xcj_code xcj__mint_options_read(xcj_mint_options *out, const xcj_mint_options *options, xcj_error *err);

/** Checks the options (already read) and builds the settings. XCJ_ERR_CONFIG, _JSON, _ARGUMENT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__mint_settings_build(xcj__mint_settings *out, const xcj_mint_options *options, xcj_error *err);

/** Frees the contents of the settings, which may be all zero. */
void xcj__mint_settings_free(xcj__mint_settings *settings);

/** Returns our claim that has the item's unescaped name. */
xcj__claim xcj__claim_of(const xcj__json_item *item);

/**
 * False if first letter and length show that the item's name is not one of our claims or of options->claims in any case.
 * This quickly excludes most inbound claims.
 */
bool xcj__settings_may_own(const xcj__mint_settings *settings, const xcj__json_item *item);

/**
 * True if the item's name differs from one of our claims or of options->claims only in case. False for our claims
 * themselves.
 */
bool xcj__settings_shadow(const xcj__mint_settings *settings, const xcj__json_item *item);

/** True if the item's name is this claim of ours in any case. */
bool xcj__claim_alike(const xcj__json_item *item, xcj__claim claim);

/** xcj__names_have() without its quick test. */
bool xcj__names_search(const xcj__names *names, const xcj__json_item *item);

/** True if the item's unescaped name is in the list. First letter and length quickly exclude most names. */
static inline bool xcj__names_have(const xcj__names *names, const xcj__json_item *item)
{
    xcj_str name = item->name;
    if (!item->name_escaped && name.len > 0 &&
        (names->shape.initials >> ((*name.ptr | 0x20) & 63) & names->shape.lengths >> (name.len & 63) & 1) == 0) {
        return false;
    }
    return names->count > 0 && xcj__names_search(names, item);
}

/** Extends the span to the end of this item. */
void xcj__inner_extend(xcj__inner *inner, const xcj__json_item *item);

/** Replaces *dst by a copy and frees the old string. An absent string stays absent. False: out of memory. */
bool xcj__own(xcj_str *dst, xcj_str text);

/** Frees a string that xcj__own() made. */
void xcj__disown(xcj_str *text);

/** XCJ_ERR_CONFIG, naming the option, if a string is present but empty or not UTF-8. */
XCJ_MUST_CHECK xcj_code xcj__option_text(xcj_str text, const char *option, xcj_error *err);

#endif
