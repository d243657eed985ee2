#include "check_main.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xcj.h>

static const xcj_alg EACH[] = { XCJ_RS256, XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };
#define EACH_COUNT (sizeof EACH / sizeof EACH[0])

static xcj_error err;

static xcj_key *generate(xcj_alg alg)
{
    xcj_key *key;
    ck_assert_int_eq(xcj_key_generate(&key, alg, 0, &err), XCJ_OK);
    return key;
}

static char *jwk_of(const xcj_key *key, xcj_part part)
{
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, part, &err), XCJ_OK);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static EVP_PKEY *openssl_key(const xcj_key *key)
{
    char *pem;
    size_t len;
    ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(pkey);
    BIO_free(bio);
    xcj_free(pem);
    return pkey;
}

/* An error entry of the caller's own, which no call may take away or add to. */
static void leave_entry(void)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
}

static void expect_entry(void)
{
    ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 42);
    ck_assert_uint_eq(ERR_get_error(), 0);
}

static void expect_refused(const char *jwk, xcj_code wanted, const char *member)
{
    xcj_key *key = (xcj_key *)&err;
    leave_entry();
    ck_assert_msg(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == wanted, "%s: %s: %s", jwk, xcj_code_name(err.code),
                  err.message);
    ck_assert_ptr_null(key);
    ck_assert_int_eq(err.code, wanted);
    ck_assert_str_eq(err.member, member);
    expect_entry();
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, NULL), wanted);
}

START_TEST(der_is_what_openssl_writes)
{
    for (size_t i = 0; i < EACH_COUNT; i++) {
        xcj_key *key = generate(EACH[i]);
        EVP_PKEY *pkey = openssl_key(key);
        uint8_t *own, *theirs = NULL;
        size_t len;
        ck_assert_int_eq(xcj_key_to_der(&own, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
        ck_assert_int_eq(i2d_PUBKEY(pkey, &theirs), (int)len);
        ck_assert_mem_eq(own, theirs, len);
        OPENSSL_free(theirs);
        xcj_free(own);
        ck_assert_int_eq(xcj_key_to_der(&own, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
        PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
        theirs = NULL;
        ck_assert_int_eq(i2d_PKCS8_PRIV_KEY_INFO(info, &theirs), (int)len);
        ck_assert_mem_eq(own, theirs, len);
        OPENSSL_free(theirs);
        PKCS8_PRIV_KEY_INFO_free(info);
        xcj_free(own);
        EVP_PKEY_free(pkey);
        xcj_key_free(key);
    }
}
END_TEST

/* A block that OpenSSL wrote gives the same JWK; with a byte more, or one less, it is refused. */
static void expect_der(const xcj_key *key, const uint8_t *der, int len, xcj_part part)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    uint8_t copy[8192];
    xcj_key *read, *same;
    ck_assert_int_gt(len, 0);
    memcpy(copy, der, (size_t)len);
    copy[len] = 0;
    ck_assert_int_eq(xcj_key_from_der(&read, copy, (size_t)len, NULL, &err), XCJ_OK);
    labels.alg = xcj_key_alg(key);
    ck_assert_int_eq(xcj_key_relabel(&same, read, &labels, &err), XCJ_OK);
    char *a = jwk_of(same, part);
    char *b = jwk_of(key, part);
    ck_assert_str_eq(a, b);
    xcj_free(a);
    xcj_free(b);
    xcj_key_free(same);
    xcj_key_free(read);
    leave_entry();
    ck_assert_int_eq(xcj_key_from_der(&read, copy, (size_t)len + 1, NULL, &err), XCJ_ERR_KEY);
    ck_assert_ptr_null(read);
    ck_assert_int_eq(xcj_key_from_der(&read, copy, (size_t)len - 1, NULL, &err), XCJ_ERR_KEY);
    expect_entry();
}

START_TEST(every_structure_is_read)
{
    for (size_t i = 0; i < EACH_COUNT; i++) {
        xcj_key *key = generate(EACH[i]);
        EVP_PKEY *pkey = openssl_key(key);
        PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
        uint8_t *der = NULL;
        int len = i2d_PUBKEY(pkey, &der);
        expect_der(key, der, len, XCJ_PUBLIC);
        OPENSSL_free(der);
        der = NULL;
        len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
        expect_der(key, der, len, XCJ_PRIVATE);
        OPENSSL_free(der);
        der = NULL;
        if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA || EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC) {
            len = i2d_PrivateKey(pkey, &der); /* PKCS#1, SEC 1 */
            expect_der(key, der, len, XCJ_PRIVATE);
            OPENSSL_free(der);
        }
        PKCS8_PRIV_KEY_INFO_free(info);
        EVP_PKEY_free(pkey);
        xcj_key_free(key);
    }
}
END_TEST

/* An encrypted PKCS#8 key as `openssl pkcs8 -topk8` writes it. */
static char *encrypted_pem(const EVP_PKEY *pkey, int iterations, long *len)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    X509_SIG *sealed = PKCS8_encrypt(-1, EVP_aes_256_cbc(), "secret", 6, NULL, 0, iterations, info);
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    ck_assert_int_eq(PEM_write_bio_PKCS8(bio, sealed), 1);
    *len = BIO_get_mem_data(bio, &data);
    char *copy = strndup(data, (size_t)*len);
    BIO_free(bio);
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(info);
    return copy;
}

START_TEST(an_encrypted_key_needs_its_passphrase)
{
    xcj_key *key = generate(XCJ_ES256);
    EVP_PKEY *pkey = openssl_key(key);
    long len;
    char *pem = encrypted_pem(pkey, 2048, &len);
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *read;
    leave_entry();
    ck_assert_int_eq(xcj_key_from_pem(&read, pem, (size_t)len, NULL, &err), XCJ_ERR_PASSPHRASE);
    options.passphrase = (xcj_str){ "Secret", 6 };
    ck_assert_int_eq(xcj_key_from_pem(&read, pem, (size_t)len, &options, &err), XCJ_ERR_PASSPHRASE);
    ck_assert_ptr_null(strstr(err.message, "Secret"));
    expect_entry();
    options.passphrase.ptr = "secret";
    ck_assert_int_eq(xcj_key_from_pem(&read, pem, (size_t)len, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_is_private(read), 1);
    xcj_key_free(read);
    free(pem);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
}
END_TEST

/* PBES2 that asks for a day of iterations: refused before any is computed. The limit itself is 10 000 000. */
START_TEST(too_many_iterations_are_refused)
{
    static const int counts[] = { 10000001, INT32_MAX };
    for (size_t i = 0; i < 2; i++) {
        X509_SIG *sealed = X509_SIG_new();
        X509_ALGOR *algorithm, *made;
        ASN1_OCTET_STRING *content;
        X509_SIG_getm(sealed, &algorithm, &content);
        made = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), counts[i], NULL, 0, NULL, NID_hmacWithSHA256);
        ck_assert_int_eq(X509_ALGOR_copy(algorithm, made), 1);
        ASN1_OCTET_STRING_set(content, (const unsigned char *)"0123456789abcdef", 16);
        uint8_t *der = NULL;
        int len = i2d_X509_SIG(sealed, &der);
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *key;
        options.passphrase = (xcj_str){ "x", 1 };
        ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, &options, &err), XCJ_ERR_LIMIT);
        OPENSSL_free(der);
        X509_ALGOR_free(made);
        X509_SIG_free(sealed);
    }
}
END_TEST

START_TEST(the_curves_name_may_stand_before_the_key)
{
    xcj_key *key = generate(XCJ_ES256);
    EVP_PKEY *pkey = openssl_key(key);
    BIO *bio = BIO_new(BIO_s_mem());
    BIO_puts(bio, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
    ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    xcj_key *read;
    ck_assert_int_eq(xcj_key_from_pem(&read, data, (size_t)len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_curve(read), XCJ_CURVE_P256);
    xcj_key_free(read);
    BIO_free(bio);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
}
END_TEST

START_TEST(keys_without_a_jwk_form_are_refused)
{
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp224r1");
    EVP_PKEY *named = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    uint8_t *der = NULL;
    xcj_key *key;
    int len = i2d_PUBKEY(other, &der);
    ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, NULL, &err), XCJ_ERR_KEY_TYPE);
    OPENSSL_free(der);
    /* The same curve spelt out in numbers is that curve. */
    ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(named, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), 1);
    der = NULL;
    len = i2d_PUBKEY(named, &der);
    ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_curve(key), XCJ_CURVE_P256);
    xcj_key_free(key);
    OPENSSL_free(der);
    EVP_PKEY_free(other);
    EVP_PKEY_free(named);
}
END_TEST

#define X25519_X "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"
#define OCT_K "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

START_TEST(key_agreement_keys_convert_only)
{
    static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"kid\":\"Bob\",\"x\":\"" X25519_X "\"}";
    xcj_key *key;
    char *pem;
    size_t len;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    xcj_free(pem);
    ck_assert_uint_eq(xcj_key_algs(key, XCJ_VERIFY, NULL, 0), 0);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_EDDSA, XCJ_VERIFY, &err), XCJ_ERR_ALG);
    xcj_key_free(key);
}
END_TEST

START_TEST(malformed_jwks_are_refused)
{
    static const struct {
        const char *jwk;
        xcj_code code;
        const char *member;
    } cases[] = {
        { "", XCJ_ERR_JSON, "" },
        { "[]", XCJ_ERR_JSON, "" },
        { "{}", XCJ_ERR_KEY, "kty" },
        { "{\"kty\":1}", XCJ_ERR_KEY, "kty" },
        { "{\"kty\":\"rsa\"}", XCJ_ERR_KEY_TYPE, "kty" },
        { "{\"kty\":\"oct\"}", XCJ_ERR_KEY, "k" },
        { "{\"kty\":\"oct\",\"k\":\"\"}", XCJ_ERR_KEY, "k" },
        { "{\"kty\":\"oct\",\"k\":\"AA=\"}", XCJ_ERR_BASE64, "k" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"k\":\"AA\"}", XCJ_ERR_JSON, "k" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"use\":1}", XCJ_ERR_KEY, "use" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"kid\":[]}", XCJ_ERR_KEY, "kid" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":\"sign\"}", XCJ_ERR_KEY, "key_ops" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":[\"sign\",\"\\u0073ign\"]}", XCJ_ERR_KEY, "key_ops" },
        { "{\"kty\":\"EC\",\"x\":\"AA\",\"y\":\"AA\"}", XCJ_ERR_KEY, "crv" },
        { "{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", XCJ_ERR_KEY_TYPE, "crv" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", XCJ_ERR_KEY, "x" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X25519_X "\",\"d\":\"" X25519_X "\"}", XCJ_ERR_KEY, "d" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", XCJ_ERR_KEY, "n" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AAAA\"}", XCJ_ERR_KEY, "e" },
        { "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"oth\":[{}]}", XCJ_ERR_KEY_TYPE, "oth" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"keys\":[]}", XCJ_ERR_KEY, "keys" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"\\u006beys\":7}", XCJ_ERR_KEY, "keys" },
        { "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}]}", XCJ_ERR_KEY, "keys" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_refused(cases[i].jwk, cases[i].code, cases[i].member);
    }
    static const char good[] = "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"\\u006bid\":\"a\\u0000b\",\"x-note\":{\"k\":1}}";
    xcj_key *key;
    ck_assert_int_eq(xcj_key_from_jwk(&key, good, sizeof good - 1, NULL, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_key_id(key).len, 3);
    ck_assert_mem_eq(xcj_key_id(key).ptr, "a\0b", 3);
    xcj_key_free(key);
}
END_TEST

/* The error of a secret that is raw text names the option; with the option the text itself is the secret. */
START_TEST(raw_secrets_of_kong)
{
    static const char jwk[] = "{\"kty\":\"oct\",\"alg\":\"SH256\",\"k\":\"CANARY?CANARY?CANARY?CANARY?CANARY\"}";
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, NULL, &err), XCJ_ERR_BASE64);
    ck_assert_ptr_nonnull(strstr(err.message, "hmac_k_raw"));
    ck_assert_ptr_null(strstr(err.message, "CANARY"));
    ck_assert_uint_eq(err.offset, 38);
    options.hmac_k_raw = 1;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_alg(key), XCJ_ALG_NONE);
    ck_assert_uint_eq(xcj_key_bits(key), 34 * 8);
    xcj_key_free(key);
    options.alg_from_name = xcj_kong_alg_from_name;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_alg(key), XCJ_HS256);
    xcj_key_free(key);
}
END_TEST

/* A secret as text stands for the same key as its bytes do; what is not that text is refused. */
START_TEST(secrets_as_text)
{
    static const struct {
        const char *text;
        xcj_secret_encoding encoding;
        xcj_code code;
        const char *k;
    } rows[] = {
        { "\xff\xfe\xfd", XCJ_SECRET_RAW, XCJ_OK, "__79" },
        { "//79", XCJ_SECRET_BASE64, XCJ_OK, "__79" },
        { "__79", XCJ_SECRET_BASE64URL, XCJ_OK, "__79" },
        { "fffefd", XCJ_SECRET_HEX, XCJ_OK, "__79" },
        { " 0xFF fe\r\n fD\t", XCJ_SECRET_HEX, XCJ_OK, "__79" },
        { "//79\n/w==\n", XCJ_SECRET_BASE64, XCJ_OK, "__79_w" },
        { "//79/w", XCJ_SECRET_BASE64, XCJ_OK, "__79_w" },
        { "__79_w==", XCJ_SECRET_BASE64URL, XCJ_OK, "__79_w" },
        { "__79", XCJ_SECRET_BASE64, XCJ_ERR_KEY, NULL },
        { "//79", XCJ_SECRET_BASE64URL, XCJ_ERR_KEY, NULL },
        { "//79/w=", XCJ_SECRET_BASE64, XCJ_ERR_KEY, NULL },
        { "//79/x==", XCJ_SECRET_BASE64, XCJ_ERR_KEY, NULL }, /* stray bits */
        { "//79====", XCJ_SECRET_BASE64, XCJ_ERR_KEY, NULL },
        { "/", XCJ_SECRET_BASE64, XCJ_ERR_KEY, NULL },
        { "fff", XCJ_SECRET_HEX, XCJ_ERR_KEY, NULL },
        { "0y00", XCJ_SECRET_HEX, XCJ_ERR_KEY, NULL },
        { "x0ff", XCJ_SECRET_HEX, XCJ_ERR_KEY, NULL },
        { " ", XCJ_SECRET_HEX, XCJ_ERR_KEY, NULL },
        { "ab", (xcj_secret_encoding)4, XCJ_ERR_ARGUMENT, NULL },
        { "ab", (xcj_secret_encoding)-1, XCJ_ERR_ARGUMENT, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_key *key;
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        options.allow_weak_secret = 1;
        options.secret_encoding = rows[i].encoding;
        xcj_code code = xcj_key_from_secret(&key, (const uint8_t *)rows[i].text, strlen(rows[i].text), &options, &err);
        ck_assert_msg(code == rows[i].code, "row %zu: %s", i, err.message);
        ck_assert((key != NULL) == (code == XCJ_OK));
        if (key != NULL) {
            char *jwk = jwk_of(key, XCJ_PRIVATE);
            char want[40];
            (void)snprintf(want, sizeof want, "\"k\":\"%s\"}", rows[i].k);
            ck_assert_msg(strstr(jwk, want) != NULL, "row %zu: %s", i, jwk);
            xcj_free(jwk);
        }
        xcj_key_free(key);
    }
}
END_TEST

/* The limit counts bytes of the secret, however it is given. */
START_TEST(longest_secret)
{
    enum { MOST = 16384 };
    static uint8_t bytes[MOST + 1];
    static char text[2 * MOST + 100];
    memset(bytes, 0xa5, sizeof bytes);
    for (size_t len = MOST; len <= MOST + 1; len++) {
        const xcj_code wanted = len == MOST ? XCJ_OK : XCJ_ERR_LIMIT;
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *key;
        ck_assert_int_eq(xcj_key_from_secret(&key, bytes, len, &options, &err), wanted);
        ck_assert(wanted == XCJ_OK || strstr(err.message, "16384") != NULL);
        ck_assert(wanted != XCJ_OK || xcj_key_bits(key) == 8 * MOST);
        xcj_key_free(key);
        options.secret_encoding = XCJ_SECRET_HEX;
        memset(text, 'f', 2 * len);
        ck_assert_int_eq(xcj_key_from_secret(&key, (const uint8_t *)text, 2 * len, &options, &err), wanted);
        xcj_key_free(key);
        options.secret_encoding = XCJ_SECRET_RAW;
        options.hmac_k_raw = 1;
        size_t at = (size_t)sprintf(text, "{\"kty\":\"oct\",\"k\":\"");
        memset(text + at, '!', len);
        strcpy(text + at + len, "\"}");
        ck_assert_int_eq(xcj_key_from_jwk(&key, text, strlen(text), &options, &err), wanted);
        xcj_key_free(key);
    }
}
END_TEST

START_TEST(a_secret_is_not_a_key_of_another_kind)
{
    xcj_key *key, *secret;
    uint8_t *der;
    char *pem;
    size_t len;
    xcj_key_options weak = XCJ_KEY_OPTIONS_INIT;
    key = generate(XCJ_RS256);
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_secret(&secret, der, len, NULL, &err), XCJ_ERR_KEY);
    /* Damaged DER is bytes like others. */
    der[len - 1] ^= 1;
    der[1] ^= 1;
    ck_assert_int_eq(xcj_key_from_secret(&secret, der, len, NULL, &err), XCJ_OK);
    xcj_key_free(secret);
    xcj_free(der);
    ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)pem, len, NULL, &err), XCJ_ERR_KEY);
    xcj_free(pem);
    pem = jwk_of(key, XCJ_PUBLIC);
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)pem, strlen(pem), NULL, &err), XCJ_ERR_KEY);
    xcj_free(pem);
    static const char plain[] = "{0123456789-0123456789-0123456789";
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)plain, sizeof plain - 1, NULL, &err), XCJ_OK);
    xcj_key_free(secret);
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)plain, 31, NULL, &err), XCJ_ERR_KEY_WEAK);
    weak.allow_weak_secret = 1;
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)plain, 31, &weak, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_admits(secret, XCJ_HS512, XCJ_SIGN, &err), XCJ_OK);
    xcj_key_free(secret);
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)plain, 0, &weak, &err), XCJ_ERR_KEY);
    ck_assert_int_eq(xcj_key_from_secret(&secret, NULL, 0, &weak, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_from_secret(&secret, (const uint8_t *)"A", 1, &weak, &err), XCJ_OK);
    char *one = jwk_of(secret, XCJ_PRIVATE);
    ck_assert_ptr_nonnull(strstr(one, "\"k\":\"QQ\""));
    xcj_free(one);
    xcj_key_free(secret);
    xcj_key_free(key);
}
END_TEST

START_TEST(parts_that_are_not_there)
{
    xcj_key *secret = generate(XCJ_HS256);
    xcj_key *pair = generate(XCJ_ES256);
    char *text = jwk_of(pair, XCJ_PUBLIC);
    xcj_key *public;
    uint8_t *der;
    size_t len;
    ck_assert_ptr_null(strstr(text, "\"d\""));
    ck_assert_int_eq(xcj_key_from_data(&public, (const uint8_t *)text, strlen(text), NULL, &err), XCJ_OK);
    xcj_free(text);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, public, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, public, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, secret, XCJ_PUBLIC, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, secret, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_der(&der, &len, secret, XCJ_PUBLIC, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(der);
    ck_assert_int_eq(xcj_key_admits(public, XCJ_ES256, XCJ_SIGN, &err), XCJ_ERR_KEY_USE);
    ck_assert_int_eq(xcj_key_admits(public, XCJ_ES256, XCJ_VERIFY, &err), XCJ_OK);
    xcj_key_free(public);
    xcj_key_free(pair);
    xcj_key_free(secret);
}
END_TEST

START_TEST(other_labels)
{
    xcj_key *key = generate(XCJ_RS256);
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *copy, *bare;
    labels.kid = xcj_text("k\"1\"");
    labels.use = xcj_text("sig");
    labels.alg = XCJ_PS384;
    ck_assert_int_eq(xcj_key_relabel(&copy, key, &labels, &err), XCJ_OK);
    xcj_key_free(key); /* the copy stands by itself */
    ck_assert_int_eq(xcj_key_alg(copy), XCJ_PS384);
    char *text = jwk_of(copy, XCJ_PUBLIC);
    ck_assert_ptr_nonnull(strstr(text, ",\"use\":\"sig\",\"alg\":\"PS384\",\"kid\":\"k\\\"1\\\"\"}"));
    xcj_free(text);
    labels = (xcj_key_labels)XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text("");
    labels.use = xcj_text("");
    ck_assert_int_eq(xcj_key_relabel(&bare, copy, &labels, &err), XCJ_OK);
    ck_assert_ptr_null(xcj_key_id(bare).ptr);
    ck_assert_ptr_null(xcj_key_use(bare).ptr);
    ck_assert_int_eq(xcj_key_alg(bare), XCJ_PS384);
    xcj_key_free(bare);
    labels.alg = XCJ_ES256;
    ck_assert_int_eq(xcj_key_relabel(&bare, copy, &labels, &err), XCJ_ERR_ALG);
    labels.alg = XCJ_ALG_NONE;
    labels.kid = xcj_text("\xff");
    ck_assert_int_eq(xcj_key_relabel(&bare, copy, &labels, &err), XCJ_ERR_KEY);
    ck_assert_ptr_null(bare);
    labels.size = 0;
    ck_assert_int_eq(xcj_key_relabel(&bare, copy, &labels, &err), XCJ_ERR_ARGUMENT);
    xcj_key_free(copy);
}
END_TEST

/* What a private key may do is not what its public part may: key_ops follow. */
START_TEST(key_ops_of_the_public_part)
{
    static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"key_ops\":[\"sign\"],"
                              "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\","
                              "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    xcj_key *key, *public;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_EDDSA, XCJ_VERIFY, &err), XCJ_ERR_KEY_USE);
    char *text = jwk_of(key, XCJ_PUBLIC);
    ck_assert_ptr_nonnull(strstr(text, "\"key_ops\":[\"verify\"]"));
    ck_assert_int_eq(xcj_key_from_jwk(&public, text, strlen(text), NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_admits(public, XCJ_EDDSA, XCJ_VERIFY, &err), XCJ_OK);
    xcj_free(text);
    text = jwk_of(key, XCJ_PRIVATE);
    ck_assert_ptr_nonnull(strstr(text, "\"key_ops\":[\"sign\"]"));
    xcj_free(text);
    xcj_key_free(public);
    xcj_key_free(key);
}
END_TEST

START_TEST(which_algorithm_to_sign_with)
{
    xcj_alg alg;
    xcj_key *key = generate(XCJ_RS256);
    ck_assert_int_eq(xcj_key_sign_alg(&alg, key, XCJ_ALG_NONE, &err), XCJ_OK);
    ck_assert_int_eq(alg, XCJ_RS256);
    ck_assert_int_eq(xcj_key_sign_alg(&alg, key, XCJ_PS256, &err), XCJ_ERR_ALG);
    ck_assert_int_eq(alg, XCJ_ALG_NONE);
    uint8_t *der;
    size_t len;
    xcj_key *plain;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_der(&plain, der, len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_sign_alg(&alg, plain, XCJ_ALG_NONE, &err), XCJ_ERR_ALG);
    ck_assert_ptr_nonnull(strstr(err.message, "RS256, RS384, RS512, PS256, PS384, PS512"));
    ck_assert_int_eq(xcj_key_sign_alg(&alg, plain, XCJ_PS512, &err), XCJ_OK);
    xcj_key_free(plain);
    xcj_free(der);
    xcj_key_free(key);
    key = generate(XCJ_ED448);
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_der(&plain, der, len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_sign_alg(&alg, plain, XCJ_ALG_NONE, &err), XCJ_OK);
    ck_assert_int_eq(alg, XCJ_EDDSA);
    xcj_key_free(plain);
    xcj_free(der);
    xcj_key_free(key);
}
END_TEST

START_TEST(generated_sizes)
{
    static const struct {
        xcj_alg alg;
        unsigned asked;
        xcj_code code;
        unsigned bits;
    } cases[] = {
        { XCJ_HS256, 0, XCJ_OK, 256 },
        { XCJ_HS512, 0, XCJ_OK, 512 },
        { XCJ_HS256, 1024, XCJ_OK, 1024 },
        { XCJ_HS384, 256, XCJ_ERR_KEY_WEAK, 0 },
        { XCJ_HS256, 257, XCJ_ERR_ARGUMENT, 0 },
        { XCJ_RS256, 0, XCJ_OK, 2048 },
        { XCJ_RS256, 1024, XCJ_ERR_KEY_WEAK, 0 },
        { XCJ_RS256, 20000, XCJ_ERR_LIMIT, 0 },
        { XCJ_ES512, 0, XCJ_OK, 521 },
        { XCJ_ES256, 256, XCJ_ERR_ARGUMENT, 0 },
        { XCJ_EDDSA, 0, XCJ_OK, 256 },
        { XCJ_ALG_NONE, 0, XCJ_ERR_ARGUMENT, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_key *key;
        ck_assert_int_eq(xcj_key_generate(&key, cases[i].alg, cases[i].asked, &err), cases[i].code);
        if (cases[i].code == XCJ_OK) {
            ck_assert_uint_eq(xcj_key_bits(key), cases[i].bits);
            ck_assert_int_eq(xcj_key_alg(key), cases[i].alg);
        } else {
            ck_assert_ptr_null(key);
        }
        xcj_key_free(key);
    }
}
END_TEST

/* RFC 7638 3.1 and RFC 8037 A.3. */
START_TEST(thumbprints)
{
    static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"x\",\"alg\":\"EdDSA\","
                              "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    xcj_key *key;
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_from_jwk(&key, jwk, sizeof jwk - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_thumbprint(&text, &len, key, XCJ_SHA256, &err), XCJ_OK);
    ck_assert_str_eq(text, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    xcj_free(text);
    ck_assert_int_eq(xcj_key_thumbprint(&text, &len, key, XCJ_SHA384, &err), XCJ_OK);
    ck_assert_uint_eq(len, 64);
    xcj_free(text);
    ck_assert_int_eq(xcj_key_thumbprint(&text, &len, key, 0, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(text);
    xcj_key_free(key);
}
END_TEST

START_TEST(what_data_is)
{
    xcj_key *key = generate(XCJ_ES256);
    xcj_key *read;
    char *text = jwk_of(key, XCJ_PRIVATE);
    size_t len;
    static const char *const blanks[] = { "", " ", "\t", "\r", "\n", "\n\r\t \n" };
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        char behind[1000];
        int used = snprintf(behind, sizeof behind, "%s%s", blanks[i], text);
        ck_assert_int_eq(xcj_key_from_data(&read, (const uint8_t *)behind, (size_t)used, NULL, &err), XCJ_OK);
        xcj_key_free(read);
    }
    xcj_free(text);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_data(&read, (const uint8_t *)text, len, NULL, &err), XCJ_OK);
    xcj_key_free(read);
    xcj_free(text);
    uint8_t *der;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_data(&read, der, len, NULL, &err), XCJ_OK);
    xcj_key_free(read);
    xcj_free(der);
    static const char *const others[] = { "", " ", "ssh-rsa AAAA", "-----BEGIN ", "0", "\x30\x80", "{", "null" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_ne(xcj_key_from_data(&read, (const uint8_t *)others[i], strlen(others[i]), NULL, &err), XCJ_OK);
        ck_assert_ptr_null(read);
    }
    ck_assert_int_eq(xcj_key_from_data(&read, (const uint8_t *)"0", 1, NULL, &err), XCJ_ERR_KEY);
    ck_assert_str_eq(err.message, "this is not the DER of a key or certificate that is supported here");
    ck_assert_int_eq(xcj_key_from_data(&read, (const uint8_t *)"1", 1, NULL, &err), XCJ_ERR_KEY);
    ck_assert_str_eq(err.message, "this is neither a JWK nor PEM nor DER");
    ck_assert_int_eq(xcj_key_from_data(&read, (const uint8_t *)"", 0, NULL, &err), XCJ_ERR_KEY);
    ck_assert_str_eq(err.message, "there is nothing in it");
    xcj_key_free(key);
}
END_TEST

/* The last reference frees; a copy under other labels and a key in use elsewhere stand by themselves. */
START_TEST(references)
{
    xcj_key *key = generate(XCJ_ED25519);
    xcj_key *again = xcj_key_ref(key);
    ck_assert_ptr_eq(again, key);
    xcj_key_free(key);
    char *text = jwk_of(again, XCJ_PRIVATE);
    xcj_free(text);
    xcj_key_free(again);
    ck_assert_ptr_null(xcj_key_ref(NULL));
    xcj_key_free(NULL);
    xcj_free(NULL);
}
END_TEST

/* A private part that is another key's, and a point that is on no curve: refused, and the number is named. */
START_TEST(numbers_that_do_not_belong_together)
{
    static const char *const curves[] = { "P-256", "P-384", "P-521", "secp256k1" };
    static const xcj_alg algs[] = { XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        xcj_key *one = generate(algs[i]), *other = generate(algs[i]);
        char *a = jwk_of(one, XCJ_PRIVATE), *b = jwk_of(other, XCJ_PRIVATE);
        char *d = strstr(a, "\"d\":\"") + 5, *from = strstr(b, "\"d\":\"") + 5;
        size_t len = strcspn(d, "\"");
        memcpy(d, from, len);
        expect_refused(a, XCJ_ERR_KEY, "d");
        char begins[9] = "";
        memcpy(begins, d, 8);
        ck_assert_ptr_null(strstr(err.message, begins)); /* nothing of a secret in a sentence */
        memset(d, 'A', len);                             /* zero */
        if (i < 4) {
            xcj_key *key;
            ck_assert_int_eq(xcj_key_from_jwk(&key, a, strlen(a), NULL, &err), XCJ_ERR_KEY);
        }
        xcj_free(a);
        xcj_free(b);
        a = jwk_of(one, XCJ_PUBLIC);
        if (i < 4) {
            ck_assert_ptr_nonnull(strstr(a, curves[i]));
            char *y = strstr(a, "\"y\":\"") + 5;
            y[3] = y[3] == 'A' ? 'B' : 'A';
            expect_refused(a, XCJ_ERR_KEY, "x");
        }
        xcj_free(a);
        xcj_key_free(one);
        xcj_key_free(other);
    }
}
END_TEST

/* Too small to sign or verify, and yet a key that converts both ways. */
START_TEST(small_keys_convert)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    uint8_t *der = NULL;
    int len = i2d_PrivateKey(pkey, &der);
    xcj_key *key, *again;
    ck_assert_int_eq(xcj_key_from_der(&key, der, (size_t)len, NULL, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_key_bits(key), 1024);
    char *text = jwk_of(key, XCJ_PRIVATE);
    ck_assert_int_eq(xcj_key_from_jwk(&again, text, strlen(text), NULL, &err), XCJ_OK);
    xcj_free(text);
    for (xcj_alg alg = XCJ_RS256; alg <= XCJ_PS512; alg++) {
        ck_assert_int_eq(xcj_key_admits(again, alg, XCJ_VERIFY, &err), XCJ_ERR_KEY_WEAK);
        xcj_alg chosen = alg;
        ck_assert_int_eq(xcj_key_sign_alg(&chosen, again, alg, &err), XCJ_ERR_KEY_WEAK);
        ck_assert_int_eq(chosen, XCJ_ALG_NONE);
    }
    /* Nothing to choose from: why. */
    xcj_alg chosen;
    ck_assert_int_eq(xcj_key_sign_alg(&chosen, again, XCJ_ALG_NONE, &err), XCJ_ERR_KEY_WEAK);
    xcj_key_free(key);
    xcj_key_free(again);
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
}
END_TEST

START_TEST(secrets_by_length)
{
    static const struct {
        size_t len;
        const char *algs;
    } rows[] = {
        { 1, "" }, { 31, "" }, { 32, "HS256" }, { 47, "HS256" }, { 48, "HS256 HS384" }, { 64, "HS256 HS384 HS512" }
    };
    static const uint8_t bytes[64] = { 1 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *key, *read;
        xcj_alg algs[16];
        char names[100] = "";
        xcj_code code = xcj_key_from_secret(&key, bytes, rows[i].len, NULL, &err);
        ck_assert_int_eq(code, rows[i].len < 32 ? XCJ_ERR_KEY_WEAK : XCJ_OK);
        xcj_key_free(key);
        options.allow_weak_secret = 1;
        ck_assert_int_eq(xcj_key_from_secret(&key, bytes, rows[i].len, &options, &err), XCJ_OK);
        ck_assert_uint_eq(xcj_key_algs(key, XCJ_SIGN, algs, 16), 3);
        char *text = jwk_of(key, XCJ_PRIVATE);
        /* From a JWK the option says nothing. */
        ck_assert_int_eq(xcj_key_from_jwk(&read, text, strlen(text), &options, &err), XCJ_OK);
        size_t count = xcj_key_algs(read, XCJ_VERIFY, algs, 16);
        for (size_t j = 0; j < count; j++) {
            strcat(names, j > 0 ? " " : "");
            strcat(names, xcj_alg_name(algs[j]));
        }
        ck_assert_str_eq(names, rows[i].algs);
        algs[1] = XCJ_ES256;
        ck_assert_uint_eq(xcj_key_algs(read, XCJ_VERIFY, algs, 1), count);
        ck_assert_int_eq(algs[1], XCJ_ES256);
        xcj_free(text);
        xcj_key_free(read);
        xcj_key_free(key);
    }
}
END_TEST

START_TEST(broken_contracts)
{
    xcj_key *key = generate(XCJ_ES256);
    char *text = (char *)&err;
    uint8_t *der = (uint8_t *)&err;
    size_t len = 1;
    ck_assert_int_eq(xcj_key_admits(key, XCJ_ALG_NONE, XCJ_SIGN, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_admits(key, 17, XCJ_SIGN, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_ES256, 3, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_ES256, XCJ_SIGN, &err), XCJ_OK);
    ck_assert_int_eq(err.code, XCJ_OK);
    xcj_alg alg = XCJ_ES256;
    ck_assert_int_eq(xcj_key_sign_alg(&alg, key, 99, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(alg, XCJ_ALG_NONE);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, 0, &err), XCJ_ERR_ARGUMENT);
    ck_assert(text == NULL && len == 0);
    len = 1;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, 3, &err), XCJ_ERR_ARGUMENT);
    ck_assert(der == NULL && len == 0);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, key, 3, &err), XCJ_ERR_ARGUMENT);
    xcj_key_free(key);
}
END_TEST

START_TEST(what_a_key_says_of_itself)
{
    static const struct {
        xcj_alg alg;
        const char *type;
        const char *curve;
        xcj_alg by_curve; /* what a key without alg signs with; none: it has to be told */
    } rows[] = {
        { XCJ_HS256, "oct", NULL, XCJ_ALG_NONE },     { XCJ_RS256, "RSA", NULL, XCJ_ALG_NONE },
        { XCJ_ES256, "EC", "P-256", XCJ_ES256 },      { XCJ_ES384, "EC", "P-384", XCJ_ES384 },
        { XCJ_ES512, "EC", "P-521", XCJ_ES512 },      { XCJ_ES256K, "EC", "secp256k1", XCJ_ES256K },
        { XCJ_ED25519, "OKP", "Ed25519", XCJ_EDDSA }, { XCJ_ED448, "OKP", "Ed448", XCJ_EDDSA },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_key *key = generate(rows[i].alg), *plain;
        xcj_alg alg;
        ck_assert_str_eq(xcj_kty_name(xcj_key_type(key)), rows[i].type);
        ck_assert_pstr_eq(xcj_curve_name(xcj_key_curve(key)), rows[i].curve);
        ck_assert_int_eq(xcj_key_is_private(key), 1);
        ck_assert_mem_eq(xcj_key_alg_name(key).ptr, xcj_alg_name(rows[i].alg), xcj_key_alg_name(key).len);
        char *text = jwk_of(key, XCJ_PRIVATE);
        strcpy(strstr(text, ",\"alg\""), "}");
        ck_assert_int_eq(xcj_key_from_jwk(&plain, text, strlen(text), NULL, &err), XCJ_OK);
        ck_assert_ptr_null(xcj_key_alg_name(plain).ptr);
        ck_assert_ptr_null(xcj_key_use(plain).ptr);
        xcj_code code = xcj_key_sign_alg(&alg, plain, XCJ_ALG_NONE, &err);
        ck_assert_int_eq(code, rows[i].by_curve != XCJ_ALG_NONE ? XCJ_OK : XCJ_ERR_ALG);
        ck_assert_int_eq(alg, rows[i].by_curve);
        xcj_free(text);
        xcj_key_free(plain);
        xcj_key_free(key);
    }
    static const char foreign[] = "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"A256GCM\",\"use\":\"enc\"}";
    xcj_key *key;
    xcj_alg alg;
    ck_assert_int_eq(xcj_key_from_jwk(&key, foreign, sizeof foreign - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_alg(key), XCJ_ALG_NONE);
    ck_assert_mem_eq(xcj_key_alg_name(key).ptr, "A256GCM", 7);
    ck_assert_mem_eq(xcj_key_use(key).ptr, "enc", 3);
    ck_assert_int_eq(xcj_key_sign_alg(&alg, key, XCJ_ALG_NONE, &err), XCJ_ERR_ALG);
    ck_assert_str_eq(err.member, "alg");
    ck_assert_int_eq(xcj_key_sign_alg(&alg, key, XCJ_HS256, &err), XCJ_ERR_ALG);
    xcj_key_free(key);
}
END_TEST

START_TEST(the_openssl_that_runs)
{
    ck_assert_str_eq(xcj_openssl_version(), OpenSSL_version(OPENSSL_VERSION));
    ck_assert_mem_eq(xcj_openssl_version(), "OpenSSL 3.", 10);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        der_is_what_openssl_writes,
        every_structure_is_read,
        an_encrypted_key_needs_its_passphrase,
        too_many_iterations_are_refused,
        the_curves_name_may_stand_before_the_key,
        keys_without_a_jwk_form_are_refused,
        key_agreement_keys_convert_only,
        malformed_jwks_are_refused,
        raw_secrets_of_kong,
        longest_secret,
        a_secret_is_not_a_key_of_another_kind,
        secrets_as_text,
        parts_that_are_not_there,
        other_labels,
        key_ops_of_the_public_part,
        which_algorithm_to_sign_with,
        generated_sizes,
        thumbprints,
        what_data_is,
        references,
        numbers_that_do_not_belong_together,
        small_keys_convert,
        secrets_by_length,
        broken_contracts,
        what_a_key_says_of_itself,
        the_openssl_that_runs,
    };
    TCase *tcase = tcase_create("key");
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("key");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
