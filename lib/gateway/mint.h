/*
 * mint.h: the settings that a configuration object adds to a minter.
 */
#ifndef XCJ_LIB_GATEWAY_MINT_H
#define XCJ_LIB_GATEWAY_MINT_H

#include <stdbool.h>

#include <xcj/mint.h>

#include "lib/gateway/plan.h"

/** Settings that only a configuration object has; an absent name means the default. */
typedef struct xcj__minter_config {
    xcj_str apikey;
    xcj_str upstream;
    xcj_str downstream;
    bool verbose;
} xcj__minter_config;

/** Like xcj_minter_new(), but with options already read and names already checked. */
XCJ_MUST_CHECK xcj_code xcj__minter_build(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                          const xcj__minter_config *headers, xcj_error *err);

/** The minter's settings for claims. */
const xcj__plan *xcj__minter_plan(const xcj_minter *minter);

#endif
