/*
 * fixtures.h: what the tests of keys and tokens share: keys made at run time, OpenSSL's view of them, and the checks that
 * every failure must pass.
 */
#ifndef XCJ_TESTS_FIXTURES_H
#define XCJ_TESTS_FIXTURES_H

#include <check.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

/* The key of RFC 8037 A.1, and the one of RFC 7515 A.1. */
#define ED25519_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define ED25519_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define OCT_K "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

/* The key of RFC 7515 A.3. */
#define P256_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define P256_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define P256_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static inline xcj_key *key_for(xcj_alg alg)
{
    xcj_key *key;
    xcj_error err;
    ck_assert_msg(xcj_key_generate(&key, alg, 0, &err) == XCJ_OK, "%s", err.message);
    return key;
}

static inline xcj_key *key_of(const char *jwk)
{
    xcj_key *key;
    xcj_error err;
    ck_assert_msg(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == XCJ_OK, "%s: %s", jwk, err.message);
    return key;
}

/* Not inlined: gcc 12 then takes what strstr() finds in the text for a pointer to the local variable. */
__attribute__((noinline, unused)) static char *jwk_text(const xcj_key *key, xcj_part part)
{
    char *text;
    size_t len;
    xcj_error err;
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, part, &err), XCJ_OK);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static inline xcj_key *public_of(const xcj_key *key)
{
    char *text = jwk_text(key, XCJ_PUBLIC);
    xcj_key *public = key_of(text);
    xcj_free(text);
    return public;
}

static inline xcj_key *named(xcj_alg alg, const char *kid)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *made = key_for(alg);
    xcj_key *key;
    labels.kid = xcj_text(kid);
    ck_assert_int_eq(xcj_key_relabel(&key, made, &labels, NULL), XCJ_OK);
    xcj_key_free(made);
    return key;
}

/* OpenSSL's own reading of what was written. */
static inline EVP_PKEY *openssl_of(const xcj_key *key)
{
    uint8_t *der;
    size_t len;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, NULL), XCJ_OK);
    const uint8_t *at = der;
    EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &at, (long)len);
    ck_assert_ptr_nonnull(pkey);
    ck_assert_ptr_eq(at, der + len);
    xcj_free(der);
    return pkey;
}

/* A JWK without the certificate that the key came from. */
static inline char *uncertified_text(const xcj_key *key, xcj_part part)
{
    char *text = jwk_text(key, part);
    char *x5c = strstr(text, ",\"x5c\":");
    if (x5c != NULL) {
        memcpy(x5c, "}", sizeof "}");
    }
    return text;
}

/* Both JWKs, private part included, are the same text, certificates aside. */
static inline void expect_same_key(const xcj_key *a, const xcj_key *b, xcj_part part)
{
    char *one = uncertified_text(a, part);
    char *other = uncertified_text(b, part);
    ck_assert_str_eq(one, other);
    xcj_free(one);
    xcj_free(other);
}

/* An error entry of the caller's own, which no call may take away or add to. */
static inline void leave_entry(void)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
}

static inline void expect_entry(void)
{
    ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 42);
    ck_assert_uint_eq(ERR_get_error(), 0);
}

/* A complete error: its code, the member at fault, one sentence without a full stop. */
static inline void expect_error(const xcj_error *err, xcj_code code, const char *member)
{
    size_t len = strnlen(err->message, sizeof err->message);
    ck_assert_msg(err->code == code, "%s: %s", xcj_code_name(err->code), err->message);
    ck_assert_str_eq(err->member, member);
    ck_assert(len > 0 && len < sizeof err->message && err->message[len - 1] != '.');
}

static inline char *signed_by(const xcj_key *key, const char *payload, const xcj_jws_options *options, size_t *len)
{
    char *token;
    xcj_error err;
    ck_assert_msg(xcj_jws_sign(&token, len, payload, strlen(payload), key, options, NULL, &err) == XCJ_OK, "%s",
                  err.message);
    return token;
}

#endif
