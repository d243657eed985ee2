#include "check_main.h"

#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"

/* RFC 7638 3.1. */
#define RSA_N                                                                                                               \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"  \
    "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"                                                           \
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91"                                                        \
    "CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

static xcj_error err;

static void expect(const xcj_key *key, xcj_hash hash, const char *wanted)
{
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_thumbprint(&text, &len, key, hash, &err), XCJ_OK);
    ck_assert_str_eq(text, wanted);
    ck_assert_uint_eq(len, strlen(wanted));
    xcj_free(text);
}

static void expect_of(const char *jwk, const char *wanted)
{
    xcj_key *key = key_of(jwk);
    expect(key, XCJ_SHA256, wanted);
    xcj_key_free(key);
}

START_TEST(examples_of_the_rfcs)
{
    expect_of("{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
              "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    expect_of("{\"kid\":\"x\",\"n\":\"" RSA_N "\",\"use\":\"enc\",\"\\u0065\":\"A\\u0051AB\",\"kty\":\"RSA\",\"x\":[]}",
              "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    /* RFC 8037 A.3: the private part does not count. */
    expect_of("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}",
              "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    expect_of("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" ED25519_D "\",\"x\":\"" ED25519_X "\"}",
              "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
END_TEST

static const struct {
    xcj_hash hash;
    const char *name;
} HASHES[] = { { XCJ_SHA256, "SHA256" }, { XCJ_SHA384, "SHA384" }, { XCJ_SHA512, "SHA512" } };

/* The hash of a canonical text that is written here by hand. */
static void expect_canonical(const char *jwk, const char *canonical)
{
    xcj_key *key = key_of(jwk);
    for (size_t i = 0; i < COUNT_OF(HASHES); i++) {
        uint8_t digest[64];
        size_t digest_len;
        char wanted[100];
        ck_assert_int_eq(EVP_Q_digest(NULL, HASHES[i].name, NULL, canonical, strlen(canonical), digest, &digest_len), 1);
        wanted[xcj__b64u_encode(wanted, digest, digest_len)] = '\0';
        expect(key, HASHES[i].hash, wanted);
    }
    xcj_key_free(key);
}

START_TEST(every_key_type)
{
    expect_canonical("{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}",
                     "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}");
    expect_canonical("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",\"d\":\"" P256_D "\"}",
                     "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}");
    expect_canonical("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED25519_X "\"}",
                     "{\"crv\":\"X25519\",\"kty\":\"OKP\",\"x\":\"" ED25519_X "\"}");
    expect_canonical("{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"kid\":\"x\"}", "{\"k\":\"" OCT_K "\",\"kty\":\"oct\"}");
}
END_TEST

/* A modulus whose canonical text is longer than any buffer on the stack would be. */
START_TEST(the_largest_key)
{
    static char jwk[4000], canonical[4000], n[3000];
    uint8_t bytes[2048];
    memset(bytes, 0xff, sizeof bytes);
    n[xcj__b64u_encode(n, bytes, sizeof bytes)] = '\0';
    sprintf(jwk, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", n);
    sprintf(canonical, "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"%s\"}", n);
    expect_canonical(jwk, canonical);
}
END_TEST

START_TEST(hashes_that_are_none)
{
    xcj_key *key = key_of("{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}");
    static const int others[] = { 0, -1, 4, 256 };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        char *text = (char *)&err;
        size_t len = 1;
        ck_assert_int_eq(xcj_key_thumbprint(&text, &len, key, (xcj_hash)others[i], &err), XCJ_ERR_ARGUMENT);
        expect_error(&err, XCJ_ERR_ARGUMENT, "");
        ck_assert_ptr_null(text);
        ck_assert_uint_eq(len, 0);
    }
    xcj_key_free(key);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("thumbprint");
    tcase_add_test(tcase, examples_of_the_rfcs);
    tcase_add_test(tcase, every_key_type);
    tcase_add_test(tcase, the_largest_key);
    tcase_add_test(tcase, hashes_that_are_none);
    Suite *s = suite_create("thumbprint");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
