/*
 * xcj/keyset.h: sets of keys (RFC 7517 5).
 */
#ifndef XCJ_KEYSET_H
#define XCJ_KEYSET_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A set of keys: immutable, reference-counted, shareable by threads. */
typedef struct xcj_keyset xcj_keyset;

/**
 * A set from JWK Set text, or from a single JWK (then a set of one). A key that cannot be used (an unknown kty, a malformed
 * member) is skipped and listed, as RFC 7517 5 asks; a whole key with the kid and the type of a malformed one is then
 * ambiguous. JSON that is malformed or repeats a member refuses the whole text.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len,
                                                     const xcj_key_options *options, xcj_error *err);

/** A set of these keys, in this order; each gets one more reference. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_keys(xcj_keyset **out, const xcj_key *const *keys, size_t count,
                                                     xcj_error *err);

/** One more reference; returns the set. */
XCJ_API xcj_keyset *xcj_keyset_ref(const xcj_keyset *set);

/** Gives a reference back. NULL is fine. */
XCJ_API void xcj_keyset_free(xcj_keyset *set);

/** How many usable keys there are. */
XCJ_API size_t xcj_keyset_count(const xcj_keyset *set);

/** Key `index` in the order of the text, borrowed; NULL beyond the end. */
XCJ_API const xcj_key *xcj_keyset_get(const xcj_keyset *set, size_t index);

/** How many keys of the text were skipped. */
XCJ_API size_t xcj_keyset_skipped_count(const xcj_keyset *set);

/** Skipped key `index`: its position in the text's `keys` (may be NULL) and why, borrowed; NULL beyond the end. */
XCJ_API const xcj_error *xcj_keyset_skipped(const xcj_keyset *set, size_t index, size_t *position);

/**
 * The set as JWK Set text. With XCJ_PUBLIC oct keys are left out (they have no public part); with XCJ_PRIVATE each key is
 * written with its private part, and a public key is XCJ_ERR_KEY_PART.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_to_json(char **out, size_t *out_len, const xcj_keyset *set, xcj_part part,
                                                   xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
