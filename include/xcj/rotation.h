/*
 * xcj/rotation.h: a gateway's own keys, which take turns: which of a set signs now, and which are published.
 *
 * The members nbf and exp of a private JWK say when it may sign. Of the keys that may, the one with the latest nbf signs,
 * so a key without exp signs until the next one begins. A key waits until it has been published long enough; meanwhile the
 * one before it goes on, if its exp allows. Only the time decides, so every process that has the same keys switches in the
 * same second, and an earlier time gives the earlier key again.
 *
 * A gateway makes a minter for each key, and takes the one at xcj_rotation_signer() for each token.
 */
#ifndef XCJ_ROTATION_H
#define XCJ_ROTATION_H

#include <xcj/keyset.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The turns of the keys of a set: immutable, reference-counted, safe to share between threads. */
typedef struct xcj_rotation xcj_rotation;

/** When the keys of a set sign and are published. */
typedef struct xcj_rotation_options {
    size_t size;        /**< sizeof the struct; the _INIT macro sets it */
    int64_t now;        /**< when the set is published, in Unix seconds, if has_now is set */
    int has_now;        /**< 0: use the system clock */
    int64_t lead;       /**< seconds that a key is published before it signs; 0: none */
    int64_t expires_in; /**< the longest lifetime of a token in seconds; a key stays published for it after it last signed */
    const xcj_rotation *before; /**< what this one replaces: it tells which keys are published already; NULL: a start */
} xcj_rotation_options;

/** All defaults. */
#define XCJ_ROTATION_OPTIONS_INIT                                                                                           \
    {                                                                                                                       \
        sizeof(xcj_rotation_options), 0, 0, 0, 0, NULL                                                                      \
    }

/**
 * Plans the turns of at most 64 keys. Each can sign, and if there are several, each has its own kid. `options` may be NULL.
 *
 * All keys are published from now on. A key signs no sooner than `lead` after it was first published, by this rotation or
 * one before it, except where no other key may sign: then it signs without waiting, and xcj_rotation_early() names it.
 * At a start the keys that may sign now count as published.
 *
 * XCJ_ERR_CONFIG: no key may sign now, or there is a gap between two keys (the message gives its ends). XCJ_ERR_KEY (a key
 * was skipped, or kids), _NO_KEY (the set is empty), _KEY_PART (a public key), _LIMIT, _ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_rotation_new(xcj_rotation **out, const xcj_keyset *keys,
                                                 const xcj_rotation_options *options, xcj_error *err);

/** Adds a reference and returns the rotation. */
XCJ_API xcj_rotation *xcj_rotation_ref(const xcj_rotation *rotation);

/** Releases a reference; the last one frees the rotation. NULL is allowed. */
XCJ_API void xcj_rotation_free(xcj_rotation *rotation);

/** The keys, in their order. Borrowed. */
XCJ_API const xcj_keyset *xcj_rotation_keys(const xcj_rotation *rotation);

/** The index of the key that signs at this time; the number of keys if none may. */
XCJ_API size_t xcj_rotation_signer(const xcj_rotation *rotation, int64_t now);

/** When another key signs, or none; INT64_MAX: never. */
XCJ_API int64_t xcj_rotation_signer_until(const xcj_rotation *rotation, int64_t now);

/** The index of the first key that will sign before it has been published for `lead`; the number of keys if none will. */
XCJ_API size_t xcj_rotation_early(const xcj_rotation *rotation);

/**
 * Makes the set to publish at this time: the keys to come, the one that signs, and those whose tokens have not expired.
 * Write it with XCJ_PUBLIC. XCJ_ERR_ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_rotation_published(xcj_keyset **out, const xcj_rotation *rotation, int64_t now,
                                                       xcj_error *err);

/** When the set to publish loses a key; INT64_MAX: never. */
XCJ_API int64_t xcj_rotation_published_until(const xcj_rotation *rotation, int64_t now);

#ifdef __cplusplus
}
#endif

#endif
