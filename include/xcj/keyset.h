/*
 * xcj/keyset.h: sets of keys (RFC 7517 5).
 */
#ifndef XCJ_KEYSET_H
#define XCJ_KEYSET_H

#include <xcj/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A set of keys: immutable, reference-counted, safe to share between threads. */
typedef struct xcj_keyset xcj_keyset;

/**
 * Reads a set from JSON: a JWK Set, an array of JWKs, a JWK Set in the member `jwks`, a map of kid to PEM, or a single
 * JWK. An unusable key (an unknown kty, a malformed member) is skipped and listed, as RFC 7517 5 asks; a usable key with
 * the same kid and type as a malformed one is then ambiguous. Identical keys count once. Malformed JSON, a repeated
 * member, or both `kty` and `keys` in one object make the whole input invalid. Private parts are checked at their first
 * use. Errors as for xcj_keyset_from_data().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len,
                                                     const xcj_key_options *options, xcj_error *err);

/** The format that a set was read from. */
typedef enum xcj_form {
    XCJ_FORM_NONE = 0,   /**< not read: made from keys */
    XCJ_FORM_JWK = 1,    /**< one JWK */
    XCJ_FORM_JWKS = 2,   /**< a JWK Set, or an array of JWKs */
    XCJ_FORM_PEM = 3,    /**< PEM, or a map of kid to PEM */
    XCJ_FORM_DER = 4,    /**< DER, including PKCS#12 */
    XCJ_FORM_OPENSSH = 5 /**< lines of OpenSSH public keys */
} xcj_form;

/**
 * Reads a set in any known format: all that xcj_keyset_from_json() accepts, PEM with several blocks, DER, a certificate,
 * PKCS#12, OpenSSH lines; also in UTF-16 or base64, in quotes, on one line, or with `\\n` for newlines. PEM with a
 * private key and its certificates gives the private key; a chain of certificates gives the key of the certificate that
 * issued no other. If the library knows a format but does not read it, the error message names the command that converts
 * it. Only an oct JWK becomes a shared secret, no other input. XCJ_ERR_KEY, _KEY_TYPE, _JSON, _BASE64, _PASSPHRASE,
 * _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_data(xcj_keyset **out, const uint8_t *data, size_t len,
                                                     const xcj_key_options *options, xcj_error *err);

/** The format that the set was read from. */
XCJ_API xcj_form xcj_keyset_form(const xcj_keyset *set);

/** Makes a set of these keys, in this order, and adds a reference to each. */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_from_keys(xcj_keyset **out, const xcj_key *const *keys, size_t count,
                                                     xcj_error *err);

/** Adds a reference and returns the set. */
XCJ_API xcj_keyset *xcj_keyset_ref(const xcj_keyset *set);

/** Releases a reference; the last one wipes and frees the set. NULL is allowed. */
XCJ_API void xcj_keyset_free(xcj_keyset *set);

/** The number of usable keys. */
XCJ_API size_t xcj_keyset_count(const xcj_keyset *set);

/** The key at `index`, in the order of the input, borrowed; NULL beyond the end. */
XCJ_API const xcj_key *xcj_keyset_get(const xcj_keyset *set, size_t index);

/** The number of keys that were skipped. */
XCJ_API size_t xcj_keyset_skipped_count(const xcj_keyset *set);

/**
 * Why the skipped key at `index` is unusable, borrowed. *position (which may be NULL) is its index in the input's `keys`.
 * The set keeps the reasons for the first 64 skipped keys; NULL for the others and beyond the end.
 */
XCJ_API const xcj_error *xcj_keyset_skipped(const xcj_keyset *set, size_t index, size_t *position);

/** The kid of the skipped key at `index`, borrowed; absent if it has none or the set does not keep its reason. */
XCJ_API xcj_str xcj_keyset_skipped_kid(const xcj_keyset *set, size_t index);

/**
 * Writes a set as a JWK Set. With XCJ_PUBLIC, oct keys are left out because they have no public part. With XCJ_PRIVATE,
 * each key is written with its private part, and a public key is XCJ_ERR_KEY_PART.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_keyset_to_json(char **out, size_t *out_len, const xcj_keyset *set, xcj_part part,
                                                   xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
