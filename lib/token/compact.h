/*
 * compact.h: the three parts of a compact serialisation.
 */
#ifndef XCJ_LIB_TOKEN_COMPACT_H
#define XCJ_LIB_TOKEN_COMPACT_H

#include <xcj/base.h>

/** The three parts of a compact serialisation, still in base64url, and the signing input: header '.' payload. */
typedef struct xcj__compact {
    xcj_str header;
    xcj_str payload;
    xcj_str signature;
    xcj_str input;
} xcj__compact;

/**
 * Splits a token at its two dots. XCJ_ERR_TOKEN if there are not exactly two; the message names what the input seems to
 * be.
 */
XCJ_MUST_CHECK xcj_code xcj__compact_split(xcj__compact *out, const char *token, size_t len, xcj_error *err);

#endif
