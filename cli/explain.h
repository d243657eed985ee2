/*
 * explain.h: why the signature of a token that was refused is not valid. Nothing is accepted because of it.
 */
#ifndef XCJ_CLI_EXPLAIN_H
#define XCJ_CLI_EXPLAIN_H

#include <xcj/verify.h>

#include "cli/text.h"

/** Adds to the sentence of a refusal: the token's kid, the key that was tried, and the cause where one can be shown. */
void explain_refusal(xcj_error *err, const xcj_verifier *verifier, const char *token, size_t len);

#endif
