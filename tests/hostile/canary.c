/*
 * No message carries a secret: every input here holds canaries, is damaged in every place, and what is said of it is
 * searched for any eight characters of them.
 */
#include "tests/check_main.h"

#include <openssl/pem.h>
#include <stdio.h>

#include "lib/codec/base64url.h"
#include "tests/fixtures.h"

#define WINDOW 8
#define SECRETS 16
#define TEXT_MAX 8192

/* Texts of which no part may be said. */
static struct {
    char text[TEXT_MAX];
    size_t len;
} secrets[SECRETS];
static size_t secret_count;
static size_t messages;

static void add_secret(const char *text, size_t len)
{
    ck_assert(secret_count < SECRETS && len < TEXT_MAX && len >= WINDOW);
    memcpy(secrets[secret_count].text, text, len);
    secrets[secret_count++].len = len;
}

static void expect_silence_in(const char *message)
{
    size_t len = strlen(message);
    for (size_t i = 0; i < secret_count; i++) {
        for (size_t at = 0; at + WINDOW <= secrets[i].len; at++) {
            if (memmem(message, len, secrets[i].text + at, WINDOW) !=
                NULL) { /* asserting has its price, even when it holds */
                ck_abort_msg("\"%s\" says \"%.*s\"", message, WINDOW, secrets[i].text + at);
            }
        }
    }
}

static void expect_silence(const xcj_error *err)
{
    expect_silence_in(err->message);
    expect_silence_in(err->member);
    messages += err->code != XCJ_OK;
}

static void forget(void)
{
    secret_count = 0;
}

/* The value of each of these members, as it stands and decoded. */
static void add_members(const char *jwk)
{
    static const char *const names[] = { "\"d\":\"",  "\"k\":\"",  "\"p\":\"", "\"q\":\"",
                                         "\"dp\":\"", "\"dq\":\"", "\"qi\":\"" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *at = strstr(jwk, names[i]);
        if (at != NULL) {
            at += strlen(names[i]);
            add_secret(at, strcspn(at, "\""));
        }
    }
}

typedef void (*attempt)(const char *text, size_t len);

/* The text, cut short, and with one character replaced, in every `step`-th place. */
static void damage(const char *text, size_t len, size_t step, attempt try)
{
    static const char replacements[] = { 'A', '"', '{', '}', ',', ' ', '=', '\n', '.', ':', '\\', '\0', (char)0xc3 };
    char *copy = malloc(len + 2);
    memcpy(copy, text, len);
    try(copy, len);
    for (size_t at = 0; at < len; at += step) {
        try(copy, at);
        copy[at] = replacements[at / step % sizeof replacements];
        try(copy, len);
        copy[at] = text[at];
        memmove(copy + at + 1, text + at, len - at); /* a character twice */
        try(copy, len + 1);
        memcpy(copy, text, len);
    }
    free(copy);
}

static void try_key(const char *text, size_t len)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_error err;
    for (int i = 0; i < 2; i++) {
        (void)!xcj_key_from_data(&key, (const uint8_t *)text, len, &options, &err);
        expect_silence(&err);
        xcj_key_free(key);
        (void)!xcj_key_from_secret(&key, (const uint8_t *)text, len, &options, &err);
        expect_silence(&err);
        xcj_key_free(key);
        options.hmac_k_raw = 1;
        options.passphrase = (xcj_str){ "Z9vbnq-rtzxphlwkd-0", 19 };
    }
}

static void try_set(const char *text, size_t len)
{
    xcj_keyset *set;
    xcj_error err;
    (void)!xcj_keyset_from_json(&set, text, len, NULL, &err);
    expect_silence(&err);
    for (size_t i = 0; set != NULL && xcj_keyset_skipped(set, i, NULL) != NULL; i++) {
        expect_silence(xcj_keyset_skipped(set, i, NULL));
    }
    xcj_keyset_free(set);
}

static void try_config(const char *text, size_t len)
{
    xcj_minter *minter;
    xcj_error err;
    (void)!xcj_kong_minter_from_config(&minter, text, len, NULL, NULL, &err);
    expect_silence(&err);
    xcj_minter_free(minter);
}

START_TEST(of_keys)
{
    static const xcj_alg algs[] = { XCJ_HS256, XCJ_ES256, XCJ_ED25519, XCJ_RS256 };
    size_t before = messages;
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = named(algs[i], "kid");
        char *jwk = jwk_text(key, XCJ_PRIVATE);
        size_t len = strlen(jwk);
        size_t step = len > 500 ? 41 : 3;
        add_members(jwk);
        damage(jwk, len, step, try_key);
        char *set = malloc(len * 2 + 100);
        damage(set, (size_t)sprintf(set, "{\"keys\":[%s,%s]}", jwk, jwk), step, try_set);
        damage(set, (size_t)sprintf(set, "{\"iss\":\"i\",\"private_jwk\":%s}", jwk), step, try_config);
        free(set);
        xcj_free(jwk);
        xcj_key_free(key);
        forget();
    }
    ck_assert_uint_ge(messages - before, 1000);
}
END_TEST

/* An oct key whose k is no base64url: the message explains, and does not quote. A name that is a secret is not a name. */
START_TEST(of_odd_keys)
{
    static const char *const texts[] = {
        "{\"kty\":\"oct\",\"k\":\"Q7 vbnq!rtzx_phlw kdjf?mcyg 03b6xq!\"}",
        "{\"kty\":\"oct\",\"k\":[\"Q7 vbnq!rtzx_phlw kdjf?mcyg 03b6xq!\"]}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"Q7 vbnq!rtzx_phlw kdjf?mcyg 03b6xq!\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\",\"d\":{\"Q7 vbnq!rtzx_phlw kdjf?mcyg 03b6xq!\":1}}",
    };
    add_secret("Q7 vbnq!rtzx_phlw kdjf?mcyg 03b6xq!", 35);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        damage(texts[i], strlen(texts[i]), 1, try_key);
        damage(texts[i], strlen(texts[i]), 1, try_set);
    }
    forget();
}
END_TEST

START_TEST(of_pem)
{
    static const xcj_alg algs[] = { XCJ_ES256, XCJ_ED25519 };
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = key_for(algs[i]);
        char *pem;
        size_t len;
        ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, XCJ_PRIVATE, NULL), XCJ_OK);
        add_secret(pem + 28, len - 28 - 26);
        add_secret("Z9vbnq-rtzxphlwkd-0", 19);
        damage(pem, len, 1, try_key);
        EVP_PKEY *pkey = openssl_of(key);
        BIO *bio = BIO_new(BIO_s_mem());
        char *sealed;
        ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), "Z9vbnq-rtzxphlwkd-0", 19, NULL, NULL),
                         1);
        long sealed_len = BIO_get_mem_data(bio, &sealed);
        damage(sealed, (size_t)sealed_len, 9, try_key);
        BIO_free(bio);
        EVP_PKEY_free(pkey);
        xcj_free(pem);
        xcj_key_free(key);
        forget();
    }
}
END_TEST

static const xcj_verifier *verifiers[2];
static const xcj_minter *minter;

/* A text may be quoted of a token, never its signature or a whole part. */
static void try_token(const char *text, size_t len)
{
    xcj_unverified *parts;
    xcj_error err;
    for (size_t i = 0; i < COUNT_OF(verifiers); i++) {
        (void)!xcj_verify(NULL, verifiers[i], text, len, NULL, &err);
        expect_silence(&err);
        (void)!xcj_verify_json(NULL, verifiers[i], text, len, NULL, &err);
        expect_silence(&err);
    }
    (void)!xcj_unverified_decode(&parts, text, len, &err);
    expect_silence(&err);
    xcj_unverified_free(parts);
}

static void try_authorization(const char *text, size_t len)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    char token[4096];
    size_t token_len;
    xcj_error err;
    auth.methods = XCJ_AUTH_BEARER | XCJ_AUTH_BASIC;
    auth.authorization = (xcj_str){ text, len };
    (void)!xcj_mint(token, sizeof token, &token_len, minter, &auth, NULL, &err);
    expect_silence(&err);
    char *body;
    size_t body_len;
    ck_assert_int_eq(xcj_kong_failure(&body, &body_len, &err, 1, NULL), XCJ_OK);
    expect_silence_in(body);
    xcj_free(body);
}

START_TEST(of_tokens_and_credentials)
{
    xcj_key *key = key_for(XCJ_HS256);
    xcj_key *other = key_for(XCJ_ES256);
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_verifier *own[2];
    xcj_minter *made;
    size_t len;
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    policy.subject = xcj_text("Somebody");
    ck_assert_int_eq(xcj_verifier_new_key(&own[0], key, &policy, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new_key(&own[1], other, NULL, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_minter_new(&made, key, &options, NULL), XCJ_OK);
    verifiers[0] = own[0];
    verifiers[1] = own[1];
    minter = made;
    char *token = signed_by(key, "{\"sub\":\"s\",\"exp\":5,\"aud\":[1],\"clientId\":[2]}", NULL, &len);
    char *jwk = jwk_text(key, XCJ_PRIVATE);
    add_members(jwk);
    add_secret(token, len);
    damage(token, len, 1, try_token);
    char *text = malloc(len + 100);
    damage(text, (size_t)sprintf(text, "Bearer %s", token), 1, try_authorization);
    forget();
    static const char pair[] = "user:Z9vbnq:rtzxphlw-kdjfm-cyg";
    add_secret(pair + 5, sizeof pair - 6);
    memcpy(text, "Basic ", 6);
    len = 6 + xcj__b64_encode(text + 6, (const uint8_t *)pair, sizeof pair - 1);
    add_secret(text + 6, len - 6);
    damage(text, len, 1, try_authorization);
    forget();
    free(text);
    xcj_free(jwk);
    xcj_free(token);
    xcj_minter_free(made);
    xcj_verifier_free(own[0]);
    xcj_verifier_free(own[1]);
    xcj_key_free(key);
    xcj_key_free(other);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("canary");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, of_keys);
    tcase_add_test(tcase, of_odd_keys);
    tcase_add_test(tcase, of_pem);
    tcase_add_test(tcase, of_tokens_and_credentials);
    Suite *s = suite_create("canary");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
