/*
 * verified.h: the struct of a verified token, which only verify.c fills in.
 */
#ifndef XCJ_LIB_TOKEN_VERIFIED_H
#define XCJ_LIB_TOKEN_VERIFIED_H

#include <stdbool.h>

#include <xcj/verify.h>

#include "lib/base/cache.h"
#include "lib/codec/json_scan.h"

/**
 * One block: this struct, `names`, the members of `claims`, the header, a NUL, the payload, a NUL, the texts of `names`, and
 * the token if it is for the cache. A cached token is shared, and does not change.
 */
struct xcj_verified {
    xcj__cached shared; /* its key is the token; absent: not for the cache */
    xcj_alg alg;
    xcj_key *key; /* a reference */
    xcj_str header;
    xcj_str payload;
    xcj__json_index claims; /* empty for an opaque payload */
    xcj_str *names;         /* the unescaped name of each claim; NULL: none contains an escape */
};

/** Frees the block: its `destroy`. */
void xcj__verified_destroy(xcj__cached *shared);

#endif
