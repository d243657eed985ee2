#include "check_main.h"

#include <openssl/asn1err.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

#include "fixtures.h"
#include "lib/codec/der.h"
#include "lib/key/key.h"
#include "lib/key/queue.h"

static const char INPUT[] = "eyJhbGciOiJub25lIn0.e30";
static xcj_error err;

static const struct algorithm {
    xcj_alg alg;
    const char *hash; /* NULL: the scheme's own */
    bool is_pss;
    bool is_ecdsa;
} ALGS[] = {
    { XCJ_RS256, "SHA256", false, false }, { XCJ_RS384, "SHA384", false, false }, { XCJ_RS512, "SHA512", false, false },
    { XCJ_PS256, "SHA256", true, false },  { XCJ_PS384, "SHA384", true, false },  { XCJ_PS512, "SHA512", true, false },
    { XCJ_ES256, "SHA256", false, true },  { XCJ_ES384, "SHA384", false, true },  { XCJ_ES512, "SHA512", false, true },
    { XCJ_ES256K, "SHA256", false, true }, { XCJ_EDDSA, NULL, false, false },     { XCJ_ED25519, NULL, false, false },
    { XCJ_ED448, NULL, false, false },
};
#define ALG_COUNT (sizeof ALGS / sizeof ALGS[0])

static EVP_PKEY *openssl_key(const xcj_key *key, xcj_part part)
{
    char *pem;
    size_t len;
    ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, part, &err), XCJ_OK);
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *pkey =
        part == XCJ_PUBLIC ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(pkey);
    BIO_free(bio);
    xcj_free(pem);
    return pkey;
}

static void set_padding(EVP_PKEY_CTX *ctx, const struct algorithm *a)
{
    if (a->is_pss) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
    }
}

static bool openssl_verifies(const struct algorithm *a, const xcj_key *key, const uint8_t *sig, size_t len)
{
    EVP_PKEY *pkey = openssl_key(key, XCJ_PUBLIC);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner;
    uint8_t der[256];
    ck_assert_int_eq(EVP_DigestVerifyInit_ex(ctx, &inner, a->hash, NULL, NULL, pkey, NULL), 1);
    set_padding(inner, a);
    if (a->is_ecdsa) {
        len = xcj__der_from_ecdsa(der, sizeof der, sig, len / 2);
        sig = der;
    }
    bool good = EVP_DigestVerify(ctx, sig, len, (const uint8_t *)INPUT, sizeof INPUT - 1) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return good;
}

static size_t openssl_signs(const struct algorithm *a, const xcj_key *key, uint8_t *sig, size_t len)
{
    EVP_PKEY *pkey = openssl_key(key, XCJ_PRIVATE);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner;
    uint8_t der[XCJ__SIGNATURE_MAX];
    size_t der_len = sizeof der;
    ck_assert_int_eq(EVP_DigestSignInit_ex(ctx, &inner, a->hash, NULL, NULL, pkey, NULL), 1);
    set_padding(inner, a);
    ck_assert_int_eq(EVP_DigestSign(ctx, der, &der_len, (const uint8_t *)INPUT, sizeof INPUT - 1), 1);
    if (a->is_ecdsa) {
        ck_assert(xcj__der_to_ecdsa(sig, len / 2, der, der_len));
    } else {
        ck_assert_uint_eq(der_len, len);
        memcpy(sig, der, der_len);
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return len;
}

/* OpenSSL verifies ours and we verify OpenSSL's, with and without a scratch, again and again. */
static void both_ways(const struct algorithm *a, const xcj_key *key, xcj_scratch *scratch)
{
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t len;
    size_t wanted = xcj__key_signature_len(key, a->alg);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(xcj__key_sign(sig, &len, key, a->alg, INPUT, sizeof INPUT - 1, scratch, &err), XCJ_OK);
        ck_assert_uint_eq(len, wanted);
        ck_assert(openssl_verifies(a, key, sig, len));
        ck_assert_int_eq(xcj__key_verify(key, a->alg, INPUT, sizeof INPUT - 1, sig, len, scratch, &err), XCJ_OK);
        sig[len / 2] ^= 1;
        ck_assert_int_eq(xcj__key_verify(key, a->alg, INPUT, sizeof INPUT - 1, sig, len, scratch, &err), XCJ_ERR_SIGNATURE);
        len = openssl_signs(a, key, sig, wanted);
        ck_assert_int_eq(xcj__key_verify(key, a->alg, INPUT, sizeof INPUT - 1, sig, len, scratch, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, a->alg, INPUT, sizeof INPUT - 2, sig, len, scratch, &err), XCJ_ERR_SIGNATURE);
    }
}

START_TEST(openssl_agrees)
{
    const struct algorithm *a = &ALGS[_i];
    xcj_key *key;
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_key_generate(&key, a->alg, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    ck_assert_int_eq(xcj__key_prepare(key, a->alg, XCJ_SIGN, &err), XCJ_OK);
    ck_assert_int_eq(xcj__key_prepare(key, a->alg, XCJ_VERIFY, &err), XCJ_OK);
    both_ways(a, key, NULL);
    both_ways(a, key, scratch);
    xcj_key_free(key); /* the scratch still has a reference */
    xcj_scratch_free(scratch);
}
END_TEST

START_TEST(openssl_agrees_on_hmac)
{
    static const xcj_alg algs[] = { XCJ_HS256, XCJ_HS384, XCJ_HS512 };
    static const char secret[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const EVP_MD *hashes[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };
    xcj_key *key;
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_key_from_secret(&key, (const uint8_t *)secret, sizeof secret - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    for (int i = 0; i < 9; i++) {
        uint8_t own[64], theirs[64];
        size_t len;
        unsigned their_len;
        ck_assert_int_eq(xcj__key_sign(own, &len, key, algs[i % 3], INPUT, sizeof INPUT - 1, i < 3 ? NULL : scratch, &err),
                         XCJ_OK);
        HMAC(hashes[i % 3], secret, sizeof secret - 1, (const uint8_t *)INPUT, sizeof INPUT - 1, theirs, &their_len);
        ck_assert_uint_eq(len, their_len);
        ck_assert_mem_eq(own, theirs, len);
        ck_assert_int_eq(xcj__key_verify(key, algs[i % 3], INPUT, sizeof INPUT - 1, own, len, scratch, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, algs[i % 3], INPUT, sizeof INPUT - 1, own, len - 1, scratch, &err),
                         XCJ_ERR_SIGNATURE);
    }
    xcj_scratch_free(scratch);
    xcj_key_free(key);
}
END_TEST

/* More keys than a scratch keeps contexts for: each is dropped and made again. */
START_TEST(a_scratch_outlives_many_keys)
{
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++) {
            xcj_key *key;
            uint8_t sig[XCJ__SIGNATURE_MAX];
            size_t len;
            ck_assert_int_eq(xcj_key_generate(&key, i % 2 ? XCJ_ES256 : XCJ_HS256, 0, &err), XCJ_OK);
            xcj_alg alg = xcj_key_alg(key);
            ck_assert_int_eq(xcj__key_sign(sig, &len, key, alg, INPUT, 5, scratch, &err), XCJ_OK);
            ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, sig, len, scratch, &err), XCJ_OK);
            xcj_key_free(key);
        }
    }
    xcj_scratch_free(scratch);
}
END_TEST

START_TEST(the_error_queue_is_the_callers)
{
    xcj_key *key;
    uint8_t sig[XCJ__SIGNATURE_MAX] = { 0 };
    size_t len;
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_RS256, 0, &err), XCJ_OK);
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 7);
    ck_assert_int_eq(xcj__key_verify(key, XCJ_RS256, INPUT, 5, sig, 256, NULL, &err), XCJ_ERR_SIGNATURE);
    ck_assert_int_eq(xcj__key_verify(key, XCJ_PS256, INPUT, 5, sig, 256, NULL, &err), XCJ_ERR_ALG);
    ck_assert_int_eq(xcj__key_sign(sig, &len, key, XCJ_PS256, INPUT, 5, NULL, &err), XCJ_ERR_ALG);
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 7);
    ck_assert_uint_eq(ERR_get_error(), 0);
    xcj_key_free(key);
}
END_TEST

/* The caller's queue, full to its last place, with this reason first and last. */
static void fill_queue(size_t count, int reason)
{
    ERR_clear_error();
    for (size_t i = 0; i < count; i++) {
        bool is_end = i == 0 || i + 1 == count;
        ERR_raise_data(i % 2 == 0 ? ERR_LIB_USER : ERR_LIB_SYS, is_end ? reason : (int)i + 1, "entry %zu", i);
    }
}

static void expect_queue(size_t count, int reason)
{
    for (size_t i = 0; i < count; i++) {
        const char *file, *func, *data;
        char expected[32];
        int line, flags;
        unsigned long code = ERR_get_error_all(&file, &line, &func, &data, &flags);
        bool is_end = i == 0 || i + 1 == count;
        sprintf(expected, "entry %zu", i);
        ck_assert_int_eq(ERR_GET_LIB(code), i % 2 == 0 ? ERR_LIB_USER : ERR_LIB_SYS);
        ck_assert_int_eq(ERR_GET_REASON(code), is_end ? reason : (int)i + 1);
        ck_assert_str_eq(data, expected);
        ck_assert_str_eq(func, "fill_queue");
        ck_assert(strstr(file, "test_sign.c") != NULL && line > 0);
    }
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

/* A malloc failure counts where it is the cause; so does an error of ASN.1 with nothing before it, as OpenSSL 3.5 leaves it.
 */
START_TEST(out_of_memory_is_the_first_error)
{
    static const struct {
        int first, second;
        bool is_memory;
    } rows[] = {
        { ERR_R_MALLOC_FAILURE, 0, true },
        { ERR_R_MALLOC_FAILURE, ERR_R_NESTED_ASN1_ERROR, true },
        { ERR_R_NESTED_ASN1_ERROR, 0, true },
        { ERR_R_NESTED_ASN1_ERROR, ASN1_R_TOO_LONG, true },
        { ASN1_R_TOO_LONG, ERR_R_NESTED_ASN1_ERROR, false },
        { ASN1_R_TOO_LONG, ERR_R_MALLOC_FAILURE, false },
        { ASN1_R_TOO_LONG, 0, false },
        { 0, 0, false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ERR_clear_error();
        if (rows[i].first != 0) {
            ERR_raise(ERR_LIB_ASN1, rows[i].first);
        }
        if (rows[i].second != 0) {
            ERR_raise(ERR_LIB_ASN1, rows[i].second);
        }
        ck_assert_msg(xcj__queue_says_memory() == rows[i].is_memory, "row %zu", i);
    }
    ERR_clear_error();
}
END_TEST

/* What the caller has left in the queue, an old want of memory above all, changes no verdict, and all of it stays. */
START_TEST(old_errors_change_no_verdict)
{
    static const int reasons[] = { ERR_R_MALLOC_FAILURE, ERR_R_NESTED_ASN1_ERROR, 7 };
    xcj_key *key, *read;
    xcj_keyset *set;
    uint8_t sig[XCJ__SIGNATURE_MAX];
    uint8_t *der;
    size_t len, der_len;
    static const char off_curve[] =
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_X "\"}]}";
    static const char twice[] =
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"d\":\"" ED25519_X "\"}]}";
    const xcj_alg alg = ALGS[_i].alg;
    ck_assert_int_eq(xcj_key_generate(&key, alg, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_der(&der, &der_len, key, XCJ_PUBLIC, &err), XCJ_OK);
    for (size_t i = 0; i < COUNT_OF(reasons) * 16; i++) {
        size_t count = i % 16;
        int reason = reasons[i / 16];
        fill_queue(count, reason);
        ck_assert_int_eq(xcj__key_sign(sig, &len, key, alg, INPUT, 5, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, sig, len, NULL, &err), XCJ_OK);
        sig[len / 2] ^= 1;
        ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, sig, len, NULL, &err), XCJ_ERR_SIGNATURE);
        memset(sig, 0xff, len);
        ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, sig, len, NULL, &err), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(xcj_key_from_der(&read, der, der_len, NULL, &err), XCJ_OK);
        xcj_key_free(read);
        ck_assert_int_eq(xcj_key_from_der(&read, der, der_len - 1, NULL, &err), XCJ_ERR_KEY);
        ck_assert_int_eq(xcj_keyset_from_json(&set, off_curve, strlen(off_curve), NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj_keyset_skipped(set, 0, NULL)->code, XCJ_ERR_KEY);
        xcj_keyset_free(set);
        ck_assert_int_eq(xcj_keyset_from_json(&set, twice, strlen(twice), NULL, &err), XCJ_OK);
        xcj_keyset_free(set);
        xcj_certificate certificate;
        ck_assert_int_eq(xcj_certificate_read(&certificate, (const char *)der, der_len, &err), XCJ_ERR_CERTIFICATE);
        expect_queue(count, reason);
    }
    xcj_free(der);
    xcj_key_free(key);
}
END_TEST

/* A mark of the caller on its newest entry is still there. */
START_TEST(marks_of_the_caller)
{
    xcj_key *key;
    uint8_t sig[64] = { 1 };
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_ES256, 0, &err), XCJ_OK);
    for (size_t count = 1; count < 16; count++) {
        fill_queue(count, 7);
        ck_assert_int_eq(ERR_set_mark(), 1);
        ck_assert_int_eq(ERR_set_mark(), 1);
        ck_assert_int_eq(xcj__key_verify(key, XCJ_ES256, INPUT, 5, sig, 64, NULL, &err), XCJ_ERR_SIGNATURE);
        if (count < 15) {
            ERR_raise(ERR_LIB_USER, 8);
        }
        ck_assert_int_eq(ERR_pop_to_mark(), 1);
        ck_assert_int_eq(ERR_pop_to_mark(), 1);
        expect_queue(count, 7);
    }
    xcj_key_free(key);
}
END_TEST

/* A signature of the wrong length, or of numbers that none has, is wrong whatever it is over; and one that is cut is not
 * read past its end. */
START_TEST(signatures_that_are_never_right)
{
    static const xcj_alg macs[] = { XCJ_HS256, XCJ_HS384, XCJ_HS512 };
    xcj_alg alg = (size_t)_i < ALG_COUNT ? ALGS[_i].alg : macs[(size_t)_i - ALG_COUNT];
    xcj_key *key;
    uint8_t good[XCJ__SIGNATURE_MAX];
    size_t len, made;
    ck_assert_int_eq(xcj_key_generate(&key, alg, 0, &err), XCJ_OK);
    len = xcj__key_signature_len(key, alg);
    ck_assert_int_eq(xcj__key_sign(good, &made, key, alg, INPUT, 5, NULL, &err), XCJ_OK);
    ck_assert_uint_eq(made, len);
    ERR_clear_error();
    for (size_t n = 0; n <= len + 1; n += n + 3 < len && n > 2 ? 3 : 1) {
        uint8_t *cut = calloc(1, n + 1);
        memcpy(cut, good, n < len ? n : len);
        xcj_code code = xcj__key_verify(key, alg, INPUT, 5, cut, n, NULL, &err);
        ck_assert_int_eq(code, n == len ? XCJ_OK : XCJ_ERR_SIGNATURE);
        free(cut);
    }
    static const uint8_t fill[] = { 0x00, 0xff, 0x80, 0x01 };
    for (size_t i = 0; i < sizeof fill; i++) {
        uint8_t bad[XCJ__SIGNATURE_MAX];
        memset(bad, fill[i], len);
        ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, bad, len, NULL, &err), XCJ_ERR_SIGNATURE);
        memcpy(bad, good, len / 2); /* half of it right */
        ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, bad, len, NULL, &err), XCJ_ERR_SIGNATURE);
        ck_assert_str_eq(err.message, "the signature is not valid");
    }
    ck_assert_uint_eq(ERR_peek_error(), 0);
    ck_assert_int_eq(xcj__key_verify(key, alg, INPUT, 5, good, len, NULL, &err), XCJ_OK);
    xcj_key_free(key);
}
END_TEST

/* The empty input, and one of a megabyte. */
START_TEST(inputs_of_any_length)
{
    static const xcj_alg algs[] = { XCJ_HS256, XCJ_PS256, XCJ_ES384, XCJ_ED25519, XCJ_ED448 };
    size_t large = 1000000;
    char *input = calloc(1, large);
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        xcj_key *key;
        uint8_t sig[XCJ__SIGNATURE_MAX];
        size_t len;
        ck_assert_int_eq(xcj_key_generate(&key, algs[i], 0, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_sign(sig, &len, key, algs[i], input, large, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, algs[i], input, large, sig, len, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, algs[i], input, large - 1, sig, len, NULL, &err), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(xcj__key_sign(sig, &len, key, algs[i], "", 0, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, algs[i], "", 0, sig, len, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, algs[i], input, 1, sig, len, NULL, &err), XCJ_ERR_SIGNATURE);
        xcj_key_free(key);
    }
    free(input);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("sign");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, openssl_agrees, 0, ALG_COUNT);
    tcase_add_test(tcase, openssl_agrees_on_hmac);
    tcase_add_loop_test(tcase, signatures_that_are_never_right, 0, (int)ALG_COUNT + 3);
    tcase_add_test(tcase, inputs_of_any_length);
    tcase_add_test(tcase, a_scratch_outlives_many_keys);
    tcase_add_test(tcase, the_error_queue_is_the_callers);
    tcase_add_test(tcase, out_of_memory_is_the_first_error);
    tcase_add_loop_test(tcase, old_errors_change_no_verdict, 0, ALG_COUNT);
    tcase_add_test(tcase, marks_of_the_caller);
    Suite *s = suite_create("sign");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
