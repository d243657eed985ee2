/*
 * keyset.h: the inside of a key set: how it is filled, and how a token's key is selected.
 */
#ifndef XCJ_LIB_KEY_KEYSET_H
#define XCJ_LIB_KEY_KEYSET_H

#include <stdatomic.h>

#include <xcj/keyset.h>

#include "lib/key/alg.h"
#include "lib/key/jwk.h"

/** A key of the text that cannot be used, and why. */
typedef struct xcj__skipped {
    size_t position;
    char *kid; /* for xcj_free(); NULL: none */
    size_t kid_len;
    xcj_error why;
} xcj__skipped;

/** What a key that cannot be used says of itself. */
typedef struct xcj__broken {
    xcj_kty kty;
    xcj_str kid; /* for xcj_free() */
} xcj__broken;

/** Filled once, then never changed. */
struct xcj_keyset {
    atomic_uint refs;
    xcj_key **keys; /* in the order of the text */
    size_t count;
    size_t cap;
    xcj_form form;
    uint32_t *by_kid; /* the keys in the order of xcj__key_order() */
    size_t named;     /* the number of keys with a kid */
    bool *doubtful;   /* by key: a broken key of the same kid and type may be the one that is meant; NULL: none is */
    size_t skipped_count;
    xcj__skipped *reasons; /* of the first of them */
    size_t reasons_count;
    size_t reasons_cap;
    xcj__broken *broken; /* those with a kid and a type, until the set is complete */
    size_t broken_count;
    size_t broken_cap;
};

/** An empty set, to be filled and then given to xcj__keyset_complete(). NULL when there is no memory. */
xcj_keyset *xcj__keyset_new(void);

/** Takes the reference over. False when there is no memory, here and below. */
XCJ_MUST_CHECK bool xcj__keyset_add(xcj_keyset *set, xcj_key *key);

/** Counts a key that cannot be used; keeps the reasons of the first of them. */
XCJ_MUST_CHECK bool xcj__keyset_add_skipped(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str kid);

/** Remembers what such a key is called, and takes its kid over. */
XCJ_MUST_CHECK bool xcj__keyset_add_broken(xcj_keyset *set, xcj_kty kty, xcj_str kid);

/**
 * The end of filling: with XCJ_OK so far it indexes the set and gives it to `out`, else it frees the set. Of equal keys only
 * the first stays, unless they are to be counted.
 */
XCJ_MUST_CHECK xcj_code xcj__keyset_complete(xcj_keyset **out, xcj_keyset *set, bool counts_twins, xcj_code code,
                                             xcj_error *err);

/** Orders the keys by kid. */
XCJ_MUST_CHECK bool xcj__keyset_index(xcj_keyset *set, bool counts_twins);

/** Marks the keys that a broken one may have been meant instead of. After xcj__keyset_index(). */
XCJ_MUST_CHECK bool xcj__keyset_mark_doubtful(xcj_keyset *set);

/** The first of by_kid whose kid is not below this one. */
size_t xcj__keyset_first(const xcj_keyset *set, xcj_str kid);

/** Has the key at this place of by_kid this kid? */
bool xcj__keyset_is_at(const xcj_keyset *set, size_t index, xcj_str kid);

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
