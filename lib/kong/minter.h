/*
 * minter.h: what a configuration object adds to a minter.
 */
#ifndef XCJ_LIB_KONG_MINTER_H
#define XCJ_LIB_KONG_MINTER_H

#include <stdbool.h>

#include <xcj/kong.h>

/** Names of headers, and whether answers give the reason. ptr NULL: absent. */
typedef struct xcj__kong_headers {
    xcj_str apikey;
    xcj_str upstream;
    xcj_str downstream;
    bool verbose;
} xcj__kong_headers;

/** The plugin's defaults. */
extern const xcj__kong_headers xcj__kong_default_headers;

/** Like xcj_kong_minter_new(), with these headers, which are copied; NULL: the defaults. */
XCJ_MUST_CHECK xcj_code xcj__kong_minter_build(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                               const xcj__kong_headers *headers, xcj_error *err);

#endif
