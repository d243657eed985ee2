/*
 * explain.h: explains why the signature of a refused token is not valid. The token stays refused.
 */
#ifndef XCJ_CLI_EXPLAIN_H
#define XCJ_CLI_EXPLAIN_H

#include <xcj/verify.h>

#include "cli/text.h"

/** Adds to the message of a refusal the token's kid, the key that was tried and, if it can be shown, the cause. */
void explain_refusal(xcj_error *err, const xcj_verifier *verifier, const char *token, size_t len);

#endif
