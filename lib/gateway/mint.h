/*
 * mint.h: what a configuration object adds to a minter.
 */
#ifndef XCJ_LIB_GATEWAY_MINT_H
#define XCJ_LIB_GATEWAY_MINT_H

#include <stdbool.h>

#include <xcj/mint.h>

#include "lib/gateway/plan.h"

/** What only a configuration object says; an absent name is the default's. */
typedef struct xcj__minter_config {
    xcj_str apikey;
    xcj_str upstream;
    xcj_str downstream;
    bool verbose;
} xcj__minter_config;

/** As xcj_minter_new(), with options already read. The names have been checked. */
XCJ_MUST_CHECK xcj_code xcj__minter_build(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                          const xcj__minter_config *headers, xcj_error *err);

/** What it makes claims by. */
const xcj__plan *xcj__minter_plan(const xcj_minter *minter);

#endif
