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
 * A set from JWK Set text, an array of JWKs, a JWK Set in the member `jwks`, a map of kid to PEM, or a single JWK. A key
 * that cannot be used (an unknown kty, a malformed member) is skipped and listed, as RFC 7517 5 asks; a whole key with the
 * kid and the type of a malformed one is then ambiguous, while one that is there twice counts once. JSON that is malformed
 * or repeats a member, or has both `kty` and `keys`, refuses the whole text. Private parts are checked when they are first
 * used.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len,
                                                     const xcj_key_options *options, xcj_error *err);

/** What a set was read from. */
typedef enum xcj_form {
    XCJ_FORM_NONE = 0,   /**< given as keys */
    XCJ_FORM_JWK = 1,    /**< one JWK */
    XCJ_FORM_JWKS = 2,   /**< a JWK Set, or an array of JWKs */
    XCJ_FORM_PEM = 3,    /**< PEM, or a map of kid to PEM */
    XCJ_FORM_DER = 4,    /**< DER, PKCS#12 included */
    XCJ_FORM_OPENSSH = 5 /**< lines of OpenSSH public keys */
} xcj_form;

/**
 * A set from whatever the bytes are: what xcj_keyset_from_json() takes, PEM of several blocks, DER, a certificate, PKCS#12,
 * OpenSSH lines; in UTF-16 or base64, with quotes around it, on one line or with `\\n` for newlines. Of a PEM text with a
 * private key and its certificates it is the private key; of a chain of certificates that of the one that issued no other.
 * For what is known but not read the message says which command makes a key of it. Never is a shared secret made of it that
 * is not an oct JWK.
 * XCJ_ERR_KEY, _KEY_TYPE, _JSON, _BASE64, _PASSPHRASE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_data(xcj_keyset **out, const uint8_t *data, size_t len,
                                                     const xcj_key_options *options, xcj_error *err);

/** What it was read from. */
XCJ_API xcj_form xcj_keyset_form(const xcj_keyset *set);

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

/**
 * Skipped key `index`: its position in the text's `keys` (may be NULL) and why, borrowed. The reasons of the first 64 are
 * kept; NULL for the others, and beyond the end.
 */
XCJ_API const xcj_error *xcj_keyset_skipped(const xcj_keyset *set, size_t index, size_t *position);

/** The kid of skipped key `index`, borrowed; absent where it has none, or no reason is kept. */
XCJ_API xcj_str xcj_keyset_skipped_kid(const xcj_keyset *set, size_t index);

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
