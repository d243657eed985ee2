/*
 * fuzz.h: what the fuzz targets share. A target is one function that takes any bytes and ends the program when a promise of
 * the library is broken; libFuzzer or replay.c calls it.
 */
#ifndef XCJ_TESTS_FUZZ_H
#define XCJ_TESTS_FUZZ_H

#include <openssl/err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) must(condition, #condition)

static inline void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

/*
 * A call's output, its code and its error agree; OpenSSL's queue is as it was. `out` is where the call put its pointer, or
 * NULL: that pointer must not be read before the call, and arguments have no order.
 */
static inline bool check_call(xcj_code code, const void *out, const xcj_error *err)
{
    void *made = NULL;
    if (out != NULL) {
        memcpy(&made, out, sizeof made);
        MUST((made != NULL) == (code == XCJ_OK));
    }
    MUST(err->code == code);
    MUST(ERR_peek_error() == 0);
    size_t len = strnlen(err->message, sizeof err->message);
    MUST(len < sizeof err->message && (len > 0) == (code != XCJ_OK));
    MUST(strnlen(err->member, sizeof err->member) < sizeof err->member);
    for (size_t i = 0; i < len; i++) {
        MUST(err->message[i] >= ' ' && err->message[i] <= '~');
    }
    /* Nothing that an input does may look like a fault of this machine, of the caller or of a signer. */
    MUST(code == XCJ_OK || code >= XCJ_ERR_JSON);
    return code == XCJ_OK;
}

static inline xcj_key *key_of(const char *jwk)
{
    xcj_key *key;
    xcj_error err;
    MUST(check_call(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err), &key, &err));
    return key;
}

/* Made for these targets: no secrets. */
#define HS256_K "aCmYSqvL6E32TFGersAysgIwHcbff6nHhKqq3JU31Ug"
#define HS256_JWK "{\"kty\":\"oct\",\"k\":\"" HS256_K "\",\"alg\":\"HS256\",\"kid\":\"h\"}"
#define ES256_JWK                                                                                                           \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"oExTP9bRjiMGSyESbunUzpT-M6Ux8aV5qGfd53_496Q\","                              \
    "\"y\":\"863O74RsmZLm9uOAGgaQ0zq3E2j8VY1TKgtH_U_ul6c\",\"d\":\"juNOCYpHcJviCBKj78iLIv2aYN6Ew7zwZPG1tacopC4\","          \
    "\"alg\":\"ES256\",\"kid\":\"e\"}"
#define EDDSA_JWK                                                                                                           \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"W1YH9sx2xZgqOkWxAosPP0oFVxHS2Gzy9p2Dl5xXjyM\","                           \
    "\"d\":\"iBrQviKQGdq2DU5iRqegwdg2IrMXnvc94md8dK7H1Z4\",\"alg\":\"EdDSA\",\"kid\":\"o\"}"

#endif
