/*
 * key.h: how the layers above use a key: sign, verify, and ask for facts. No OpenSSL type leaves this layer.
 */
#ifndef XCJ_LIB_KEY_KEY_H
#define XCJ_LIB_KEY_KEY_H

#include "lib/key/alg.h"

/** The longest signature: an RSA modulus of 16384 bits. */
#define XCJ__SIGNATURE_MAX 2048

/** Longest text of a key: a private RSA JWK of 16384 bits is under 12 KiB, a certificate chain may be more. */
#define XCJ__KEY_TEXT_MAX ((size_t)1024 * 1024)

/** The caller's options; a passphrase that is absent has no length. XCJ_ERR_ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__key_options_read(xcj_key_options *given, const xcj_key_options *options, xcj_error *err);

const xcj__key_facts *xcj__key_facts_of(const xcj_key *key);

/** Are these the same key, labels and private part aside? */
bool xcj__key_same(const xcj_key *a, const xcj_key *b);

/** Appends the public JWK without labels, as a thumbprint needs it (RFC 7638 3); of a shared secret, the secret. */
struct xcj__buf;
void xcj__key_put_canonical(struct xcj__buf *out, const xcj_key *key);

/** Exact length of a signature of this key with this algorithm, which it admits. */
size_t xcj__key_signature_len(const xcj_key *key, xcj_alg alg);

/**
 * Signs `input` into `sig`, which holds xcj__key_signature_len() bytes. Passes the choke point. On failure sig is zeroed.
 * `scratch` may be NULL.
 */
XCJ_MUST_CHECK xcj_code xcj__key_sign(uint8_t *sig, size_t *sig_len, const xcj_key *key, xcj_alg alg, const void *input,
                                      size_t input_len, xcj_scratch *scratch, xcj_error *err);

/** Are the signatures of this key obtained elsewhere, between two calls (xcj_signer without `sign`)? */
bool xcj__key_signs_later(const xcj_key *key);

/** Is this key's signer trusted, so that its signatures go out unverified? */
bool xcj__key_trusts_signer(const xcj_key *key);

/**
 * Accepts such a signature of `input` into `sig`, as xcj__key_sign() writes it. XCJ_ERR_SIGNER when it is not the key's; it
 * is not verified if the signer is trusted.
 */
XCJ_MUST_CHECK xcj_code xcj__key_accept(uint8_t *sig, size_t *sig_len, const xcj_key *key, xcj_alg alg, xcj_str input,
                                        const uint8_t *made, size_t made_len, xcj_error *err);

/** Verifies. Passes the choke point. XCJ_ERR_SIGNATURE when the signature is not exactly right. `scratch` may be NULL. */
XCJ_MUST_CHECK xcj_code xcj__key_verify(const xcj_key *key, xcj_alg alg, const void *input, size_t input_len,
                                        const uint8_t *sig, size_t sig_len, xcj_scratch *scratch, xcj_error *err);

/**
 * Makes the EVP_PKEY of a public EC key that is used once, from the curve that the scratch keeps: a third of what it costs
 * at its first use. Without a scratch, for another key, or if it fails, nothing happens: it is then made at its first use.
 */
void xcj__key_import(const xcj_key *key, xcj_scratch *scratch);

/** Makes the context for this use before the first request. XCJ_ERR_CRYPTO if OpenSSL does not offer the algorithm. */
XCJ_MUST_CHECK xcj_code xcj__key_prepare(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err);

/**
 * Builds a key from members read (and moved: *jwk is emptied) by jwk.h, checking them against each other. It uses
 * the options' scratch, library context and properties; NULL: the defaults.
 */
struct xcj__jwk;
XCJ_MUST_CHECK xcj_code xcj__key_from_members(xcj_key **out, struct xcj__jwk *jwk, const xcj_key_options *options,
                                              xcj_error *err);

/**
 * As xcj_key_from_jwk(), for a member of a set, which may be anybody's: a private part is checked only when it is first
 * used, so that a set costs no more than its public keys do.
 */
XCJ_MUST_CHECK xcj_code xcj__key_of_set(xcj_key **out, xcj_str jwk, const xcj_key_options *options, xcj_error *err);

#endif
