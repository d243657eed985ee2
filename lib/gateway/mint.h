/*
 * mint.h: what other files may ask and change of a minter.
 */
#ifndef XCJ_LIB_GATEWAY_MINT_H
#define XCJ_LIB_GATEWAY_MINT_H

#include <xcj/mint.h>

#include "lib/gateway/mint_settings.h"

/** The minter's settings for claims. */
const xcj__mint_settings *xcj__minter_settings(const xcj_minter *minter);

/**
 * Before the minter is shared: what a gateway that replaces another one keeps of its ways: the sentences of its errors, an
 * act that does not grow when the same consumer acts again, and a block that the minter wipes and frees (NULL: none). A
 * layer above stores its own data there.
 */
void xcj__minter_extend(xcj_minter *minter, const xcj__sentences *sentences, void *extra);

/** The block of xcj__minter_extend(); NULL: none. */
const void *xcj__minter_extra(const xcj_minter *minter);

#endif
