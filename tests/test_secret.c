/*
 * No key, certificate or part of one passes for a shared secret, on any of the ways on which secrets come in; whatever is
 * none does.
 */
#include "check_main.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/secret.h"

static xcj_error err;

/* As an oct JWK; with `raw` the text of k is the secret. */
static xcj_code from_jwk(const void *secret, size_t len, bool raw)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key = NULL;
    xcj__buf jwk;
    xcj__buf_init(&jwk);
    xcj__buf_put_text(&jwk, "{\"kty\":\"oct\",\"k\":");
    if (raw) {
        xcj__json_put_string(&jwk, (xcj_str){ secret, len });
    } else {
        char *text = malloc(xcj__b64u_encoded_len(len) + 1);
        xcj__buf_put_char(&jwk, '"');
        xcj__buf_put(&jwk, text, xcj__b64u_encode(text, secret, len));
        xcj__buf_put_char(&jwk, '"');
        free(text);
    }
    xcj__buf_put_text(&jwk, "}");
    options.hmac_k_raw = raw;
    xcj_code code = xcj_key_from_jwk(&key, jwk.ptr, jwk.len, &options, &err);
    ck_assert((key != NULL) == (code == XCJ_OK));
    xcj_key_free(key);

    xcj__buf config;
    xcj__buf_init(&config);
    xcj_minter *minter = NULL;
    xcj__buf_put_text(&config, "{\"iss\":\"i\",\"private_jwk\":");
    xcj__buf_put(&config, jwk.ptr, jwk.len - 1);
    xcj__buf_put_text(&config, ",\"alg\":\"HS256\"}}");
    xcj_code of_config = xcj_kong_minter_from_config(&minter, config.ptr, config.len, NULL, &options, &err);
    ck_assert_msg(of_config == code || len < 32, "%s", err.message);
    xcj_minter_free(minter);

    xcj_keyset *set = NULL;
    ck_assert_int_eq(xcj_keyset_from_json(&set, jwk.ptr, jwk.len, &options, &err), code);
    xcj_keyset_free(set);
    xcj__buf_free(&config);
    xcj__buf_free(&jwk);
    return code;
}

static xcj_code from_secret(const void *secret, size_t len)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key = NULL;
    options.allow_weak_secret = 1;
    xcj_code code = xcj_key_from_secret(&key, secret, len, &options, &err);
    ck_assert((key != NULL) == (code == XCJ_OK));
    xcj_key_free(key);
    return code;
}

/* `raw` is for text, as the k of a JWK is. */
static void expect(const void *secret, size_t len, bool is_text, xcj_code code, const char *what)
{
    ck_assert_msg(from_secret(secret, len) == code, "%s, %zu bytes: %s", what, len, err.message);
    ck_assert_msg(code != XCJ_OK || err.code == XCJ_OK, "%s", what);
    ck_assert_msg(from_jwk(secret, len, false) == code, "%s in k, %zu bytes: %s", what, len, err.message);
    if (is_text) {
        ck_assert_msg(from_jwk(secret, len, true) == code, "%s as k, %zu bytes: %s", what, len, err.message);
    }
}

static void refuse_text(const char *before, const char *text, const char *after, const char *what)
{
    char *whole = malloc(strlen(before) + strlen(text) + strlen(after) + 1);
    sprintf(whole, "%s%s%s", before, text, after);
    expect(whole, strlen(whole), true, XCJ_ERR_KEY, what);
    expect(whole, strlen(whole) + 1, false, XCJ_ERR_KEY, "text with its NUL");
    free(whole);
}

static void refuse_base64(const uint8_t *der, size_t len, const char *what)
{
    char *text = malloc(xcj__b64_encoded_len(len) + 1);
    text[xcj__b64_encode(text, der, len)] = '\0';
    refuse_text("", text, "", what);
    refuse_text("", text, "\n", what);
    text[xcj__b64u_encode(text, der, len)] = '\0';
    refuse_text("", text, "", what);
    text[strlen(text) / 2] = '\0';
    refuse_text("", text, "", what);
    free(text);
}

static void refuse_der(const uint8_t *der, size_t len, const char *what)
{
    uint8_t *more = malloc(len + 2);
    memcpy(more + 1, der, len);
    more[0] = more[len + 1] = '\n';
    expect(der, len, false, XCJ_ERR_KEY, what);
    expect(more + 1, len + 1, false, XCJ_ERR_KEY, "with a newline behind");
    expect(more, len + 2, false, XCJ_ERR_KEY, "between newlines");
    expect(der, len - 1, false, XCJ_ERR_KEY, "cut short by one");
    expect(der, len / 2, false, XCJ_ERR_KEY, "half of it");
    expect(der, len > 80 ? 40 : 32, false, XCJ_ERR_KEY, "its beginning");
    refuse_base64(der, len, what);
    free(more);
}

static const xcj_alg kinds[] = { XCJ_RS256, XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };

static uint8_t *certificate_of(EVP_PKEY *pkey, long version, int *len)
{
    uint8_t *der = NULL;
    X509 *cert = X509_new();
    X509_set_version(cert, version);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 123456789);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, pkey);
    bool is_edwards = EVP_PKEY_is_a(pkey, "ED25519") || EVP_PKEY_is_a(pkey, "ED448");
    ck_assert_int_gt(X509_sign(cert, pkey, is_edwards ? NULL : EVP_sha256()), 0);
    *len = i2d_X509(cert, &der);
    X509_free(cert);
    return der;
}

static uint8_t *sealed(EVP_PKEY *pkey, int *len)
{
    char *data;
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(i2d_PKCS8PrivateKey_bio(bio, pkey, EVP_aes_128_cbc(), "x", 1, NULL, NULL), 1);
    *len = (int)BIO_get_mem_data(bio, &data);
    uint8_t *der = OPENSSL_memdup(data, (size_t)*len);
    BIO_free(bio);
    return der;
}

static void refuse_taken(uint8_t *der, int len, const char *what)
{
    ck_assert_int_gt(len, 0);
    refuse_der(der, (size_t)len, what);
    OPENSSL_free(der);
}

START_TEST(der_of_every_structure)
{
    xcj_key *key = key_for(kinds[_i]);
    EVP_PKEY *pkey = openssl_of(key);
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    refuse_taken(der, len, "SubjectPublicKeyInfo");
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    der = NULL;
    len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    refuse_taken(der, len, "PrivateKeyInfo");
    PKCS8_PRIV_KEY_INFO_free(info);
    der = sealed(pkey, &len);
    refuse_taken(der, len, "EncryptedPrivateKeyInfo");
    for (long version = 0; version <= 2; version += 2) {
        der = certificate_of(pkey, version, &len);
        refuse_taken(der, len, version == 0 ? "certificate of version 1" : "certificate");
    }
    if (kinds[_i] != XCJ_ED25519 && kinds[_i] != XCJ_ED448) {
        der = NULL;
        len = i2d_PrivateKey(pkey, &der);
        refuse_taken(der, len, "PKCS #1 or SEC 1");
    }
    if (kinds[_i] == XCJ_RS256) {
        der = NULL;
        len = i2d_PublicKey(pkey, &der);
        refuse_taken(der, len, "RSAPublicKey");
    }
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
}
END_TEST

START_TEST(pem_of_every_kind)
{
    xcj_key *key = key_for(kinds[_i]);
    for (int part = XCJ_PUBLIC; part <= XCJ_PRIVATE; part++) {
        char *pem;
        size_t len;
        ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, (xcj_part)part, &err), XCJ_OK);
        refuse_text("", pem, "", "PEM");
        refuse_text("\xef\xbb\xbf", pem, "", "PEM with a byte order mark");
        refuse_text("", pem, "more", "PEM with text behind it");
        refuse_text("secret: ", pem, "", "PEM with text before it");
        refuse_text("\"", pem, "\"", "PEM in quotes");
        refuse_base64((const uint8_t *)pem, len, "PEM in base64");
        pem[len / 2] = '\0';
        refuse_text("", pem, "", "PEM cut short");
        xcj_free(pem);
    }
    xcj_key_free(key);
}
END_TEST

START_TEST(jwks_of_every_kind)
{
    xcj_key *key = key_for(kinds[_i]);
    for (int part = XCJ_PUBLIC; part <= XCJ_PRIVATE; part++) {
        char *jwk = jwk_text(key, (xcj_part)part);
        refuse_text("", jwk, "", "JWK");
        refuse_text("\xef\xbb\xbf", jwk, "", "JWK with a byte order mark");
        refuse_text("", jwk, "\n", "JWK with a newline");
        refuse_text("", jwk, " and more", "JWK with text behind it");
        refuse_text("[", jwk, "]", "JWK in an array");
        refuse_text("{\"keys\":[", jwk, "]}", "JWK Set");
        refuse_text("{\"kty\":\"RSA\",", jwk + 1, "", "JWK that repeats a member");
        refuse_text("key = ", jwk, "", "JWK with text before it");
        refuse_base64((const uint8_t *)jwk, strlen(jwk), "JWK in base64");
        jwk[strlen(jwk) / 2] = '\0';
        refuse_text("", jwk, "", "JWK cut short");
        xcj_free(jwk);
    }
    xcj_key_free(key);
}
END_TEST

START_TEST(other_texts_of_keys)
{
    static const char *const texts[] = {
        "{\"\\u006bt\\u0079\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "[{\"k\\u0074y\":\"RSA\",\"n\":\"AQAB\"",
        "\"{\\\"kty\\\":\\\"RSA\\\"}\"",
        "{'kty': 'RSA', 'n': 'AQAB'}",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 someone@somewhere",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t",
        "command=\"x\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB",
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQABAAABAQC7",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "x-----BEGIN PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQYI",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        refuse_text("", texts[i], "", texts[i]);
    }
    expect("{\"issuer\":\"i\"}", 14, true, XCJ_ERR_KEY, "an object");
}
END_TEST

/* What only looks a little like one of them. */
START_TEST(secrets_that_are_none)
{
    static const char *const texts[] = {
        "{0123456789-0123456789-0123456789",
        "{\"kid\":\"0123456789-0123456789-0123",
        "[\"0123456789\",\"0123456789\",\"01234\"]",
        "kty-0123456789-0123456789-0123456789",
        "\"kt\\u0078\":0123456789-0123456789-0123",
        "\"ktya\" and more of it, thirty-two and up",
        "ssh-is-what-I-said-0123456789-0123456789",
        "ssh-rsa BBBBB3NzaC1yc2EAAAADAQABAAABAQC7",
        "-----BEGIN-----0123456789-0123456789-01",
        "MIIBIjANBgkqhkiG9w0!0123456789-0123456789",
        "MIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIBMIIB",
        "MEUCIQDx0000000000000000000000000000000000000000AiAA0000000000000000000000000000000000000000",
        "00000000000000000000000000000000",
        "30820122300d06092a864886f70d010101050003",
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        expect(texts[i], strlen(texts[i]), true, XCJ_OK, texts[i]);
    }
}
END_TEST

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Every other one begins as DER, or its base64, does. */
START_TEST(a_million_random_secrets)
{
    for (int i = 0; i < 1000000; i++) {
        uint64_t words[12];
        uint8_t secret[sizeof words];
        size_t len = 16 + next_random() % (sizeof words - 15);
        for (size_t j = 0; j < COUNT_OF(words); j++) {
            words[j] = next_random();
        }
        memcpy(secret, words, sizeof secret);
        if (i % 2 == 1) {
            secret[0] = 0x30;
        }
        if (i % 4 == 3) {
            uint8_t copy[sizeof secret];
            memcpy(copy, secret, sizeof copy);
            len = xcj__b64_encode((char *)secret, copy, len / 4 * 3 - 9);
        }
        ck_assert_msg(xcj__secret_check(secret, len, &err) == XCJ_OK, "secret %d of %zu bytes", i, len);
    }
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("secret");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, der_of_every_structure, 0, COUNT_OF(kinds));
    tcase_add_loop_test(tcase, pem_of_every_kind, 0, COUNT_OF(kinds));
    tcase_add_loop_test(tcase, jwks_of_every_kind, 0, COUNT_OF(kinds));
    tcase_add_test(tcase, other_texts_of_keys);
    tcase_add_test(tcase, secrets_that_are_none);
    tcase_add_test(tcase, a_million_random_secrets);
    Suite *s = suite_create("secret");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
