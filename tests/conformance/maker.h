/*
 * maker.h: tokens made at run time, as right or as wrong as a case wants them: the one under way, and what is expected of
 * it.
 */
#ifndef XCJ_TESTS_MAKER_H
#define XCJ_TESTS_MAKER_H

#include <stdint.h>

#include "conform.h"

/** The clock of every case. */
#define NOW 1767225600

/** The token under way; its text has room for 4 MiB. */
extern struct made {
    char *text;
    size_t len;
} made;

/** Makes the room, and gives it back. */
void maker_open(void);
void maker_close(void);

/** Ends the program when what a case is built with fails. */
void maker_must(bool holds, const char *what);

/** A new private key. */
xcj_key *maker_key(xcj_alg alg);

/** The key with one member of its JWK set to a JSON text, or left out for NULL. NULL when the result is refused. */
xcj_key *maker_key_with(const xcj_key *key, xcj_part part, const char *member, const char *json);

/** An oct key of these bytes. */
xcj_key *maker_secret(const void *bytes, size_t len);

/** Begins an empty token, and appends to it: text as it is, or as base64url. */
void maker_begin(void);
void maker_put(const void *bytes, size_t len);
void maker_put_base64url(const void *bytes, size_t len);

/** A dot, and the signature over all that is there. */
void maker_sign(const xcj_key *key, xcj_alg alg);

/** A token of any header and payload, whatever they say, with a good signature. */
void maker_token(const char *header, const void *payload, size_t payload_len, const xcj_key *key, xcj_alg alg);

/** The same with the header {"alg":...} and the claims {}. */
void maker_plain(xcj_alg said, const xcj_key *key, xcj_alg alg);

/** The same with a MAC of OpenSSL's own, also of a secret that the library would refuse. */
void maker_mac(xcj_alg alg, const void *secret, size_t len);

/** Takes the signature off, dot left standing; returns its length. `sig` holds XCJ_SIGNATURE_MAX bytes. */
size_t maker_take_signature(uint8_t *sig);

/** A JSON text around the parts of the token: < header, | payload, > signature, ' for the double quote. */
void maker_json(const char *form);

/** A policy: the clock at NOW, exp not wanted. */
xcj_verify_options maker_policy(void);

/** Verifies the token under way in all four ways; the verdict must be this one. */
void maker_expect(tally *t, const char *id, const xcj_key *key, const xcj_verify_options *options, xcj_code wanted);

/** The same with the verifier given. */
void maker_expect_by(tally *t, const char *id, const xcj_verifier *verifier, xcj_code wanted);

/** A header, and the verdict on it. */
typedef struct maker_header {
    const char *header;
    xcj_code wanted;
} maker_header;

/** The same of tokens with these headers, the claims {} and an HS256 signature. */
void maker_expect_headers(tally *t, const xcj_key *key, const xcj_verify_options *options, const maker_header *cases,
                          size_t count);

#endif
