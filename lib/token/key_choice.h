/*
 * key_choice.h: selects the verifier's key for a signature.
 */
#ifndef XCJ_LIB_TOKEN_KEY_CHOICE_H
#define XCJ_LIB_TOKEN_KEY_CHOICE_H

#include "lib/key/alg.h"
#include "lib/key/keyset.h"
#include "lib/token/verification.h"

/**
 * Selects the key, or with try_keys the keys to try if no single key is selected; `keys` has room for XCJ__TRIED_MAX + 1.
 * Sets the work's key to the one that was selected, even if it does not fit. XCJ_ERR_NO_KEY, _AMBIGUOUS_KEY, _ALG, _KEY_USE,
 * _KEY_WEAK, and the errors of xcj__early_claim().
 */
XCJ_MUST_CHECK xcj_code xcj__choose_keys(xcj__verification *work, const xcj__alg *alg, const xcj_key **keys, size_t *count);

#endif
