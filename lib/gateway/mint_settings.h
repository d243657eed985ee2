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
#include "lib/gateway/filter.h"
#include "lib/gateway/sentences.h"

#define XCJ__EXPIRES_DEFAULT 1800
#define XCJ__EXPIRES_MAX 31536000
#define XCJ__TOKEN_DEFAULT ((size_t)64 * 1024)

/** The members of an object as written, from the first name to the end of the last value. */
typedef struct xcj__inner {
    const char *begin; /* NULL: no member */
    const char *end;
} xcj__inner;

/** The mint settings. Strings are blocks of their own; ptr NULL means absent. */
typedef struct xcj__mint_settings {
    xcj_str iss;                /* a JSON string with its quotes */
    xcj_str aud;                /* likewise */
    xcj__names clientid_claims; /* names and JSON Pointers; the first one that a Bearer token has gives the client_id */
    xcj_str members;            /* the text between the braces of options->claims; absent if empty */
    xcj__names custom;          /* the names in `members` */
    xcj__filter filter;         /* of inbound claims */
    xcj__shape ours;            /* of our claims, of `custom` and of the filter's new names */
    bool consumer_optional;
    bool unescaped_dn;
    bool api_key_sha256;
    bool cap_exp;
    bool no_exp;
    bool bearer_verified;
    bool bearer_lax_times;
    bool cnf_ignored;
    xcj_bind bind;
    xcj_profile profile;
    bool flat_act; /* an inbound act that is the consumer's alone is not nested */
    xcj__dpop_settings dpop;
    int64_t expires_in;
    size_t max_token;
    xcj_verifier *verifier;
    xcj_identities *identities;
    const xcj__sentences *sentences;
} xcj__mint_settings;

/**
 * Whatever a bearer_verifier accepts gets a token, so it must check the claims, and their times unless `lax_times` is set.
 * NULL passes. XCJ_ERR_CONFIG.
 */
XCJ_MUST_CHECK xcj_code xcj__bearer_verifier_check(const xcj_verifier *verifier, bool lax_times, xcj_error *err);

/**
 * Reads the caller's options (NULL: all defaults) into a copy in which absent views are empty and no array with a count
 * is NULL. XCJ_ERR_ARGUMENT.
 */
XCJ_MUST_CHECK xcj_code xcj__mint_options_read(xcj_mint_options *out, const xcj_mint_options *options, xcj_error *err);

/** Checks the options (already read) and builds the settings. XCJ_ERR_CONFIG, _JSON, _ARGUMENT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__mint_settings_build(xcj__mint_settings *out, const xcj_mint_options *options, xcj_error *err);

/** Frees the contents of the settings, which may be all zero. */
void xcj__mint_settings_free(xcj__mint_settings *settings);

/** Extends the span to the end of this item. */
void xcj__inner_extend(xcj__inner *inner, const xcj__json_item *item);

/** Replaces *dst by a copy and frees the old string. An absent string stays absent. False: out of memory. */
bool xcj__own(xcj_str *dst, xcj_str text);

/** Frees a string that xcj__own() made. */
void xcj__disown(xcj_str *text);

/** XCJ_ERR_CONFIG, naming the option, if a string is present but empty or not UTF-8. */
XCJ_MUST_CHECK xcj_code xcj__option_text(xcj_str text, const char *option, xcj_error *err);

#endif
