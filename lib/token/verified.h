/*
 * verified.h: the struct of a verified token, which only verify.c fills in.
 */
#ifndef XCJ_LIB_TOKEN_VERIFIED_H
#define XCJ_LIB_TOKEN_VERIFIED_H

#include <stdbool.h>

#include <xcj/verify.h>

/** One block: this struct, then the header, a NUL, the payload, a NUL. */
struct xcj_verified {
    xcj_alg alg;
    xcj_key *key; /* a reference */
    bool is_opaque;
    xcj_str header;
    xcj_str payload;
};

#endif
