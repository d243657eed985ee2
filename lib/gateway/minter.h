/*
 * minter.h: a minter: its key, its settings and its encoded header.
 */
#ifndef XCJ_LIB_GATEWAY_MINTER_H
#define XCJ_LIB_GATEWAY_MINTER_H

#include <stdatomic.h>

#include <xcj/mint.h>

#include "lib/base/cache.h"
#include "lib/gateway/mint_settings.h"
#include "lib/key/context_pool.h"

/** Constant once it is made, but for its references, its pool and the tokens that are used again. */
struct xcj_minter {
    atomic_size_t refs;
    xcj_key *key;
    xcj_alg alg;
    size_t signature_len; /* in bytes */
    xcj__mint_settings settings;
    xcj_str head; /* the header in base64url and the dot after it */
    void *extra;  /* the block of xcj__minter_extend(); NULL: none */
    xcj__context_pool pool;
    xcj__cache *reused; /* minted tokens; NULL: none is used again */
    int64_t reuse;      /* and for how many seconds */
};

/**
 * Before the minter is shared: what a gateway that replaces another one keeps of its ways: the sentences of its errors, an
 * act that does not grow when the same consumer acts again, and a block that the minter wipes and frees (NULL: none). A
 * layer above stores its own data there.
 */
void xcj__minter_extend(xcj_minter *minter, const xcj__sentences *sentences, void *extra);

#endif
