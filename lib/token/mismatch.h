/*
 * mismatch.h: the words for a value that is not one of those that are accepted.
 */
#ifndef XCJ_LIB_TOKEN_MISMATCH_H
#define XCJ_LIB_TOKEN_MISMATCH_H

#include "lib/base/buf.h"
#include "lib/base/error.h"

#define XCJ__MISMATCH_MAX (6 * XCJ__SHOWN)

/** Appends a value in quotes, shortened and in printable ASCII. */
void xcj__put_shown(xcj__buf *to, xcj_str value);

/**
 * Writes both sides of a mismatch and returns `words`: the token's value, absent if `what` contains it already, and the
 * accepted values, of which there is at least one.
 */
const char *xcj__mismatch(char words[XCJ__MISMATCH_MAX], const char *what, xcj_str found, const xcj_str *wanted,
                          size_t count);

#endif
