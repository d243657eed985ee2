/*
 * keyset.h: selecting the one key of a set that a token names.
 */
#ifndef XCJ_LIB_KEY_KEYSET_H
#define XCJ_LIB_KEY_KEYSET_H

#include <xcj/keyset.h>

#include "lib/key/alg.h"

/**
 * The key that must verify a token with this algorithm. With `kid` (ptr not NULL) only keys whose kid is exactly this count,
 * found without walking the whole set. Of those the ones that xcj__alg_admit() admits are candidates; exactly one must
 * remain. Where none has the kid, a set's only key is a candidate if it has no kid and no other was skipped.
 * XCJ_ERR_NO_KEY (the sentence lists the set's kids), XCJ_ERR_AMBIGUOUS_KEY, or, when a single key has the kid, the reason
 * why it is not admitted.
 */
XCJ_MUST_CHECK xcj_code xcj__keyset_select(const xcj_key **out, const xcj_keyset *set, xcj_str kid, const xcj__alg *alg,
                                           xcj_error *err);

/** Most keys that a token is tried with. */
#define XCJ__TRIED_MAX 16

/**
 * For a token that xcj__keyset_select() finds no single key for: the different keys that fit, up to `cap`. With `kid` those
 * that have it, or if there is none those without a kid. Returns how many.
 */
size_t xcj__keyset_fitting(const xcj_key **out, size_t cap, const xcj_keyset *set, xcj_str kid, const xcj__alg *alg);

/** The keys of this use, as if it were "sig". */
XCJ_MUST_CHECK xcj_code xcj__keyset_of_use(xcj_keyset **out, const xcj_keyset *set, const char *use, xcj_error *err);

/** Longest text of a set: one of 10 000 RSA keys is 5 MB. */
#define XCJ__SET_TEXT_MAX ((size_t)16 * 1024 * 1024)

/** Says what a new set was read from. */
void xcj__keyset_set_form(xcj_keyset *set, xcj_form form);

/** Is there a key with this kid? */
bool xcj__keyset_has(const xcj_keyset *set, xcj_str kid);

#endif
