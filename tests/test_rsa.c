#include "check_main.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <xcj/openssl.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/provider_key.h"

/* The linker leads calls of these here: while a private key is read, they know that the numbers are secret. */
static bool watching;
static size_t watched;

static void watch(const BIGNUM *a, const BIGNUM *b)
{
    if (watching) {
        ck_assert(BN_get_flags(a, BN_FLG_CONSTTIME) != 0 || BN_get_flags(b, BN_FLG_CONSTTIME) != 0);
        watched++;
    }
}

int __real_BN_mod_exp(BIGNUM *r, const BIGNUM *a, const BIGNUM *p, const BIGNUM *m, BN_CTX *c);
int __wrap_BN_mod_exp(BIGNUM *r, const BIGNUM *a, const BIGNUM *p, const BIGNUM *m, BN_CTX *c);
int __wrap_BN_mod_exp(BIGNUM *r, const BIGNUM *a, const BIGNUM *p, const BIGNUM *m, BN_CTX *c)
{
    if (BN_num_bits(p) > 64) { /* the public exponent is shorter */
        watch(p, p);
    }
    return __real_BN_mod_exp(r, a, p, m, c);
}

int __real_BN_div(BIGNUM *dv, BIGNUM *rem, const BIGNUM *m, const BIGNUM *d, BN_CTX *c);
int __wrap_BN_div(BIGNUM *dv, BIGNUM *rem, const BIGNUM *m, const BIGNUM *d, BN_CTX *c);
int __wrap_BN_div(BIGNUM *dv, BIGNUM *rem, const BIGNUM *m, const BIGNUM *d, BN_CTX *c)
{
    watch(m, d);
    return __real_BN_div(dv, rem, m, d, c);
}

BIGNUM *__real_BN_mod_inverse(BIGNUM *r, const BIGNUM *a, const BIGNUM *n, BN_CTX *c);
BIGNUM *__wrap_BN_mod_inverse(BIGNUM *r, const BIGNUM *a, const BIGNUM *n, BN_CTX *c);
BIGNUM *__wrap_BN_mod_inverse(BIGNUM *r, const BIGNUM *a, const BIGNUM *n, BN_CTX *c)
{
    watch(a, n);
    return __real_BN_mod_inverse(r, a, n, c);
}

enum { N, E, D, P, Q, DP, DQ, QI, NUMBERS };
static const char *const names[NUMBERS] = { "n", "e", "d", "p", "q", "dp", "dq", "qi" };

static xcj_error err;
static BN_CTX *ctx;

typedef struct numbers {
    BIGNUM *of[NUMBERS];
} numbers;

/* The rest of a key from its primes. */
static numbers from_primes(const BIGNUM *p, const BIGNUM *q)
{
    numbers key;
    for (int i = 0; i < NUMBERS; i++) {
        key.of[i] = BN_new();
    }
    BIGNUM *p1 = BN_dup(p), *q1 = BN_dup(q), *phi = BN_new();
    BN_sub_word(p1, 1);
    BN_sub_word(q1, 1);
    BN_mul(phi, p1, q1, ctx);
    BN_mul(key.of[N], p, q, ctx);
    BN_set_word(key.of[E], RSA_F4);
    ck_assert_ptr_nonnull(BN_mod_inverse(key.of[D], key.of[E], phi, ctx));
    BN_copy(key.of[P], p);
    BN_copy(key.of[Q], q);
    BN_mod(key.of[DP], key.of[D], p1, ctx);
    BN_mod(key.of[DQ], key.of[D], q1, ctx);
    BN_mod_inverse(key.of[QI], q, p, ctx);
    BN_free(p1);
    BN_free(q1);
    BN_free(phi);
    return key;
}

static numbers of_openssl(const EVP_PKEY *pkey)
{
    static const char *const params[] = { OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2 };
    BIGNUM *p = NULL, *q = NULL;
    ck_assert_int_eq(EVP_PKEY_get_bn_param(pkey, params[0], &p), 1);
    ck_assert_int_eq(EVP_PKEY_get_bn_param(pkey, params[1], &q), 1);
    numbers key = from_primes(p, q);
    /* OpenSSL's d is the smaller one, by the least common multiple. */
    BN_free(key.of[D]);
    key.of[D] = NULL;
    ck_assert_int_eq(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &key.of[D]), 1);
    BN_free(p);
    BN_free(q);
    return key;
}

static void numbers_free(numbers *key)
{
    for (int i = 0; i < NUMBERS; i++) {
        BN_free(key->of[i]);
    }
}

/* The JWK of the numbers up to and with this one. */
static char *jwk_of(const numbers *key, int last)
{
    char *text = malloc(64 * 1024);
    int len = sprintf(text, "{\"kty\":\"RSA\"");
    for (int i = 0; i <= last; i++) {
        uint8_t bytes[4096];
        size_t size = (size_t)BN_bn2bin(key->of[i], bytes);
        len += sprintf(text + len, ",\"%s\":\"", names[i]);
        len += (int)xcj__b64u_encode(text + len, bytes, size);
        len += sprintf(text + len, "\"");
    }
    sprintf(text + len, "}");
    return text;
}

static xcj_code load(const numbers *key, int last, xcj_key **out)
{
    char *text = jwk_of(key, last);
    xcj_code code = xcj_key_from_jwk(out, text, strlen(text), NULL, &err);
    memset(text, 'x', strlen(text));
    free(text);
    return code;
}

/* Of a key without primes the private part is refused when it is first used, and each time again. */
static void expect_unusable(const numbers *key, xcj_code code, const char *member)
{
    xcj_key *read;
    uint8_t *der;
    char *text;
    size_t len;
    EVP_PKEY *pkey;
    ck_assert_msg(load(key, D, &read) == XCJ_OK, "%s: %s", member, err.message);
    ck_assert_int_eq(xcj_key_is_private(read), 1);
    leave_entry();
    ck_assert_msg(xcj_key_to_der(&der, &len, read, XCJ_PRIVATE, &err) == code, "%s: %s", member, err.message);
    ck_assert_ptr_null(der);
    expect_error(&err, code, member);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, read, XCJ_PRIVATE, &err), code);
    ck_assert_int_eq(xcj_key_to_pkey(&pkey, read, XCJ_PRIVATE, &err), code);
    if (xcj_key_bits(read) >= 2048) {
        xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
        options.alg = XCJ_PS256;
        ck_assert_int_eq(xcj_jws_sign(&text, &len, "{}", 2, read, &options, NULL, &err), code);
    }
    expect_entry();
    xcj_free(jwk_text(read, XCJ_PUBLIC));
    xcj_key_free(read);
}

static void expect_refused(const numbers *key, int last, xcj_code code, const char *member)
{
    xcj_key *read = (xcj_key *)&err;
    if (last == D) {
        expect_unusable(key, code, member);
        return;
    }
    leave_entry();
    ck_assert_msg(load(key, last, &read) == code, "%s: %s", member, err.message);
    ck_assert_ptr_null(read);
    expect_error(&err, code, member);
    expect_entry();
}

/* It signs, and what it signs it verifies. */
static void expect_works(const xcj_key *key)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    xcj_verify_options opaque = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier;
    size_t len;
    options.alg = XCJ_PS256;
    opaque.opaque_payload = 1;
    char *token = signed_by(key, "payload", &options, &len);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &opaque, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
    xcj_verifier_free(verifier);
    xcj_free(token);
}

static void expect_der(const xcj_key *key, const EVP_PKEY *pkey)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    uint8_t *own, *theirs = NULL;
    size_t len;
    ck_assert_int_eq(xcj_key_to_der(&own, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    ck_assert_int_eq(i2d_PKCS8_PRIV_KEY_INFO(info, &theirs), (int)len);
    ck_assert_mem_eq(own, theirs, len);
    xcj_free(own);
    OPENSSL_free(theirs);
    PKCS8_PRIV_KEY_INFO_free(info);
}

static void set_up(void)
{
    ctx = BN_CTX_new();
}

static void tear_down(void)
{
    BN_CTX_free(ctx);
}

/* With and without the CRT numbers the same PKCS#8, which is OpenSSL's. */
START_TEST(crt_numbers_are_found)
{
    static const unsigned sizes[] = { 512, 1024, 1536, 2048, 3072 };
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)sizes[i]);
        numbers key = of_openssl(pkey);
        xcj_key *full, *found;
        ck_assert_msg(load(&key, QI, &full) == XCJ_OK, "%s", err.message);
        ck_assert_msg(load(&key, D, &found) == XCJ_OK, "%s", err.message);
        ck_assert_uint_eq(xcj_key_bits(found), sizes[i]);
        expect_der(full, pkey);
        expect_der(found, pkey);
        expect_same_key(full, found, XCJ_PRIVATE);
        if (sizes[i] >= 2048) {
            expect_works(found);
        } else {
            ck_assert_uint_eq(xcj_key_algs(found, XCJ_SIGN, NULL, 0), 0);
            ck_assert_int_eq(xcj_key_admits(found, XCJ_RS256, XCJ_SIGN, &err), XCJ_ERR_KEY_WEAK);
            ck_assert_int_eq(xcj_key_admits(found, XCJ_RS256, XCJ_VERIFY, &err), XCJ_ERR_KEY_WEAK);
        }
        xcj_key_free(full);
        xcj_key_free(found);
        numbers_free(&key);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

/* OpenSSL has all of them: a signature without is as good, and takes four times as long. */
START_TEST(crt_numbers_are_handed_on)
{
    static const char *const params[] = { OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                          OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                          OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                          OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    numbers key = of_openssl(pkey);
    xcj_key *loaded;
    const xcj_key *whole;
    ck_assert_msg(load(&key, D, &loaded) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(xcj__key_whole(&whole, loaded, &err), XCJ_OK);
    for (int i = 0; i < NUMBERS; i++) {
        BIGNUM *number = NULL;
        ck_assert_int_eq(EVP_PKEY_get_bn_param(xcj__provider_key(whole), params[i], &number), 1);
        ck_assert_int_eq(BN_cmp(number, key.of[i]), 0);
        BN_clear_free(number);
    }
    xcj_key_free(loaded);
    numbers_free(&key);
    EVP_PKEY_free(pkey);
}
END_TEST

/* Any d with e*d = 1 modulo p-1 and q-1 is one, and the primes may stand in either order. */
START_TEST(other_forms_of_the_same_key)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    numbers small = of_openssl(pkey);
    numbers large = from_primes(small.of[P], small.of[Q]); /* d by the product (p-1)(q-1) */
    numbers swapped = from_primes(small.of[Q], small.of[P]);
    const numbers *const forms[] = { &large, &swapped };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        xcj_key *full, *found;
        ck_assert_msg(load(forms[i], QI, &full) == XCJ_OK, "%s", err.message);
        ck_assert_msg(load(forms[i], D, &found) == XCJ_OK, "%s", err.message);
        expect_same_key(full, found, XCJ_PUBLIC);
        expect_works(full);
        expect_works(found);
        xcj_key_free(full);
        xcj_key_free(found);
    }
    numbers_free(&small);
    numbers_free(&large);
    numbers_free(&swapped);
    EVP_PKEY_free(pkey);
}
END_TEST

/*
 * Both primes have the same quadratic residues among all numbers up to 64, so that no base made of these tells them apart:
 * q = p modulo 8 and modulo every prime below.
 */
START_TEST(primes_that_small_bases_do_not_tell_apart)
{
    BIGNUM *modulus = BN_new(), *p = BN_new(), *q = BN_new(), *rest = BN_new();
    BN_set_word(modulus, 8);
    static const unsigned odd_primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61 };
    for (size_t i = 0; i < COUNT_OF(odd_primes); i++) {
        BN_mul_word(modulus, odd_primes[i]);
    }
    do {
        BN_generate_prime_ex(p, 512, 0, NULL, NULL, NULL);
    } while (BN_mod_word(p, 4) != 3 || BN_mod_word(p, RSA_F4) == 1);
    do {
        BN_rand(q, 512, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
        BN_mod(rest, q, modulus, ctx);
        BN_sub(q, q, rest);
        BN_mod(rest, p, modulus, ctx);
        BN_add(q, q, rest);
    } while (BN_check_prime(q, ctx, NULL) != 1 || BN_mod_word(q, RSA_F4) == 1);
    numbers key = BN_cmp(p, q) > 0 ? from_primes(p, q) : from_primes(q, p);
    xcj_key *full, *found;
    ck_assert_msg(load(&key, QI, &full) == XCJ_OK, "%s", err.message);
    ck_assert_msg(load(&key, D, &found) == XCJ_OK, "%s", err.message);
    expect_same_key(full, found, XCJ_PRIVATE);
    xcj_key_free(full);
    xcj_key_free(found);
    numbers_free(&key);
    BN_free(modulus);
    BN_free(p);
    BN_free(q);
    BN_free(rest);
}
END_TEST

/* Each number changed by two: the key is refused, and the number (or one that no longer fits it) is named. */
START_TEST(numbers_that_do_not_fit)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    numbers key = of_openssl(pkey);
    static const char *const named_member[NUMBERS] = { "p", "dp", "d", "p", "p", "dp", "dq", "qi" };
    xcj_key *good;
    for (int i = 0; i < NUMBERS; i++) {
        BN_add_word(key.of[i], 2);
        expect_refused(&key, QI, XCJ_ERR_KEY, named_member[i]);
        if (i <= D) {
            expect_refused(&key, D, XCJ_ERR_KEY, "d");
        }
        BN_sub_word(key.of[i], 2);
    }
    /* Right modulo the primes, and yet not below n. */
    BIGNUM *own = BN_dup(key.of[D]), *round = BN_new(), *p1 = BN_dup(key.of[P]), *q1 = BN_dup(key.of[Q]);
    BN_sub_word(p1, 1);
    BN_sub_word(q1, 1);
    BN_mul(round, p1, q1, ctx);
    BN_add(key.of[D], own, round);
    BN_add(key.of[D], key.of[D], round);
    expect_refused(&key, QI, XCJ_ERR_KEY, "d");
    expect_refused(&key, D, XCJ_ERR_KEY, "d");
    BN_copy(key.of[D], own);
    ck_assert_int_eq(load(&key, QI, &good), XCJ_OK);
    xcj_key_free(good);
    BN_free(own);
    BN_free(round);
    BN_free(p1);
    BN_free(q1);
    numbers_free(&key);
    EVP_PKEY_free(pkey);
}
END_TEST

/* Moduli that are no product of two different primes; d fits each, as far as that goes. */
START_TEST(moduli_that_are_no_product)
{
    BIGNUM *p = BN_new(), *p1 = BN_new(), *one = BN_new();
    do {
        BN_generate_prime_ex(p, 512, 0, NULL, NULL, NULL);
    } while (BN_mod_word(p, RSA_F4) == 1);
    BN_one(one);
    BN_sub(p1, p, one);
    numbers key = from_primes(p, p); /* a square */
    BN_set_word(key.of[QI], 1);
    expect_refused(&key, QI, XCJ_ERR_KEY, "p");
    expect_refused(&key, D, XCJ_ERR_KEY, "d");
    /* A prime, whether or not the primes are named. */
    BN_copy(key.of[N], p);
    BN_mod_inverse(key.of[D], key.of[E], p1, ctx);
    BN_one(key.of[Q]);
    expect_refused(&key, QI, XCJ_ERR_KEY, "p");
    expect_refused(&key, D, XCJ_ERR_KEY, "d");
    /* e*d = 1, in plain numbers: it says nothing about n. */
    BN_set_word(key.of[D], 1);
    expect_refused(&key, D, XCJ_ERR_KEY, "d");
    numbers_free(&key);
    BN_free(p);
    BN_free(p1);
    BN_free(one);
}
END_TEST

/* Finding primes has a price, so it has a limit; and so has what is multiplied before it is known to fit. */
START_TEST(hostile_sizes)
{
    numbers key;
    for (int i = 0; i < NUMBERS; i++) {
        key.of[i] = BN_new();
        BN_rand(key.of[i], 4104, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    }
    BN_set_word(key.of[E], RSA_F4);
    expect_refused(&key, D, XCJ_ERR_LIMIT, "p");
    BN_rand(key.of[N], 2048, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    expect_refused(&key, D, XCJ_ERR_KEY, "d");
    BN_set_word(key.of[D], 3);
    expect_refused(&key, QI, XCJ_ERR_KEY, "p");
    numbers_free(&key);
}
END_TEST

START_TEST(more_than_two_primes)
{
    EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *pkey = NULL;
    ck_assert_int_eq(EVP_PKEY_keygen_init(make), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(make, 2048), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_primes(make, 3), 1);
    ck_assert_int_eq(EVP_PKEY_generate(make, &pkey), 1);
    uint8_t *der = NULL;
    int len = i2d_PrivateKey(pkey, &der);
    xcj_key *key;
    leave_entry();
    ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, NULL, &err), XCJ_ERR_KEY);
    ck_assert_ptr_null(key);
    expect_entry();
    OPENSSL_free(der);
    der = NULL;
    len = i2d_PUBKEY(pkey, &der); /* its public part is like any other */
    ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, NULL, &err), XCJ_OK);
    xcj_key_free(key);
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(make);
}
END_TEST

/* RFC 8017 says nothing of it, but OpenSSL takes another way with secret numbers, if it is told that they are. */
START_TEST(secret_numbers_are_marked)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    numbers key = of_openssl(pkey);
    for (int last = D; last <= QI; last += QI - D) {
        xcj_key *read;
        uint8_t *der;
        size_t len;
        watched = 0;
        watching = true;
        ck_assert_int_eq(load(&key, last, &read), XCJ_OK);
        ck_assert_int_eq(xcj_key_to_der(&der, &len, read, XCJ_PRIVATE, &err), XCJ_OK);
        watching = false;
        ck_assert_uint_ge(watched, last == D ? 6 : 2);
        xcj_free(der);
        xcj_key_free(read);
    }
    numbers_free(&key);
    EVP_PKEY_free(pkey);
}
END_TEST

/* p is the product of two primes, and everything fits as if it were one. Only a signature shows it. */
START_TEST(primes_that_are_none)
{
    BIGNUM *p = BN_new(), *half = BN_new(), *q = BN_new();
    numbers key;
    do {
        BN_generate_prime_ex(p, 512, 0, NULL, NULL, NULL);
        BN_generate_prime_ex(half, 512, 0, NULL, NULL, NULL);
        BN_generate_prime_ex(q, 1024, 0, NULL, NULL, NULL);
        BN_mul(p, p, half, ctx);
        BN_mul(half, p, q, ctx);
    } while (BN_mod_word(p, RSA_F4) == 1 || BN_mod_word(q, RSA_F4) == 1 || BN_num_bits(half) != 2048);
    key = from_primes(p, q);
    xcj_key *read;
    xcj_minter *minter;
    char *token;
    size_t len;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    xcj_mint_options minting = XCJ_MINT_OPTIONS_INIT;
    ck_assert_msg(load(&key, QI, &read) == XCJ_OK, "%s", err.message);
    for (int i = 0; i < 4; i++) {
        options.alg = i % 2 == 0 ? XCJ_RS256 : XCJ_PS256;
        leave_entry();
        ck_assert_int_eq(xcj_jws_sign(&token, &len, "{}", 2, read, &options, NULL, &err), XCJ_ERR_KEY);
        ck_assert_ptr_null(token);
        expect_error(&err, XCJ_ERR_KEY, "p");
        expect_entry();
    }
    minting.iss = xcj_text("i");
    minting.alg = XCJ_RS256;
    minting.consumer_optional = 1;
    ck_assert_int_eq(xcj_minter_new(&minter, read, &minting, &err), XCJ_OK);
    for (int i = 0; i < 2; i++) {
        xcj_auth auth = XCJ_AUTH_INIT;
        char buf[2048];
        auth.api_key = xcj_text("k");
        auth.methods = XCJ_AUTH_API_KEY;
        auth.audience = xcj_text("a");
        ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &err), XCJ_ERR_KEY);
        expect_error(&err, XCJ_ERR_KEY, "p");
    }
    xcj_minter_free(minter);
    xcj_key_free(read);
    numbers_free(&key);
    BN_free(p);
    BN_free(half);
    BN_free(q);
}
END_TEST

/* A key without primes finds them when it first signs, and its copies do so by themselves. */
START_TEST(primes_are_found_at_first_use)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    numbers key = of_openssl(pkey);
    xcj_key *read, *copy;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text("k");
    ck_assert_int_eq(load(&key, D, &read), XCJ_OK);
    ck_assert_int_eq(xcj_key_relabel(&copy, read, &labels, &err), XCJ_OK);
    expect_works(read);
    expect_works(read);
    xcj_key_free(read);
    expect_works(copy);
    expect_der(copy, pkey);
    ck_assert(xcj_key_id(copy).len == 1);
    xcj_key_free(copy);
    numbers_free(&key);
    EVP_PKEY_free(pkey);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        crt_numbers_are_found,
        crt_numbers_are_handed_on,
        other_forms_of_the_same_key,
        primes_that_small_bases_do_not_tell_apart,
        numbers_that_do_not_fit,
        moduli_that_are_no_product,
        hostile_sizes,
        more_than_two_primes,
        secret_numbers_are_marked,
        primes_that_are_none,
        primes_are_found_at_first_use,
    };
    TCase *tcase = tcase_create("rsa");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("rsa");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
