/*
 * explain.h: why a signature is not valid, found by trying what signers get wrong. Nothing is accepted because of it.
 */
#ifndef XCJ_LIB_KEY_EXPLAIN_H
#define XCJ_LIB_KEY_EXPLAIN_H

#include "lib/key/alg.h"

/**
 * Tries the signature in other ways with a key that did not verify it, and sets cause, alg and encoding when one succeeds.
 * Does some dozens of verifications at most. What cannot be tried for want of memory explains nothing.
 */
void xcj__key_explain(xcj_explanation *out, const xcj_key *key, const xcj__alg *alg, xcj_str input, xcj_str signature);

#endif
