/*
 * gateway.h: what the tests of lib/gateway share: a request that mints, credentials made of text, tokens taken apart.
 */
#ifndef XCJ_TESTS_GATEWAY_H
#define XCJ_TESTS_GATEWAY_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcj.h>

#include "lib/codec/base64url.h"

#define OCT_K "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define OCT_JWK "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"HS256\",\"kid\":\"hs\"}"

/* CN=a\b, O=Café "Q", Inc., C=FR: what escapes in JSON and in RFC 4514 is in it. */
static const char cert_pem[] = "a text before the block\n"
                               "-----BEGIN CERTIFICATE-----\n"
                               "MIIBwTCCAWegAwIBAgIUQTN1Kj0kpyJARKa5BPXQIo0l0qgwCgYIKoZIzj0EAwIw\n"
                               "NTELMAkGA1UEBhMCRlIxGDAWBgNVBAoMD0NhZsOpICJRIiwgSW5jLjEMMAoGA1UE\n"
                               "AwwDYVxiMCAXDTI2MTEyNDA5MDI0MFoYDzIxMjYxMDMxMDkwMjQwWjA1MQswCQYD\n"
                               "VQQGEwJGUjEYMBYGA1UECgwPQ2Fmw6kgIlEiLCBJbmMuMQwwCgYDVQQDDANhXGIw\n"
                               "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARQLNhNlrWzCNZ4gP3sF9zpwBT9A8db\n"
                               "XGabyIXs2Cvu0vKx4vDUPaDefHsfa7F8LLyAwKm2bGgHQ4TSuxnd7rHZo1MwUTAd\n"
                               "BgNVHQ4EFgQUmzBNgFAAWvfrMeGXetQC/rrxKBAwHwYDVR0jBBgwFoAUmzBNgFAA\n"
                               "WvfrMeGXetQC/rrxKBAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBF\n"
                               "AiEAta2bNzEslMWqGdO3dOQBybEbktboH+2MwsUw0FGQH+cCIExQo5JYjhabn/u0\n"
                               "QHywVhxh38+5mYx/WTqDb99j6ztU\n"
                               "-----END CERTIFICATE-----\n";

/* A request with an API key and all that a token needs, at a fixed time. */
static inline xcj_auth api_key_auth(void)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("key");
    auth.consumer_custom_id = xcj_text("cons");
    auth.audience = xcj_text("https://a");
    auth.jti = xcj_text("J");
    auth.has_now = 1;
    auth.now = 1000;
    return auth;
}

static inline xcj_mint_options base_options(void)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("I");
    options.bearer_verified = 1;
    return options;
}

static inline size_t put_part(char *dst, const char *text, size_t len)
{
    return xcj__b64u_encode(dst, (const uint8_t *)text, len);
}

/* "Bearer " and a token of this payload, with a signature that nobody checks. Free it with free(). */
static inline char *bearer_of(const char *payload, size_t len)
{
    static const char header[] = "{\"alg\":\"RS256\"}";
    char *text = malloc(64 + xcj__b64u_encoded_len(len));
    ck_assert_ptr_nonnull(text);
    size_t at = (size_t)sprintf(text, "Bearer ");
    at += put_part(text + at, header, sizeof header - 1);
    text[at++] = '.';
    at += put_part(text + at, payload, len);
    memcpy(text + at, ".c2ln", 6);
    return text;
}

/* "Basic " and the base64 of this. Free it with free(). */
static inline char *basic_of(const char *pair, size_t len)
{
    char *text = malloc(16 + xcj__b64_encoded_len(len));
    ck_assert_ptr_nonnull(text);
    size_t at = (size_t)sprintf(text, "Basic ");
    at += xcj__b64_encode(text + at, (const uint8_t *)pair, len);
    text[at] = '\0';
    return text;
}

/* Part 0, 1 or 2 of a token, decoded, with a NUL after it. Free it with free(). */
static inline char *part_of(const char *token, size_t len, int which, size_t *out_len)
{
    const char *begin = token;
    for (int i = 0; i < which; i++) {
        begin = memchr(begin, '.', (size_t)(token + len - begin));
        ck_assert_ptr_nonnull(begin);
        begin++;
    }
    const char *end = memchr(begin, '.', (size_t)(token + len - begin));
    end = end != NULL ? end : token + len;
    char *text = malloc((size_t)(end - begin) + 1);
    ck_assert_ptr_nonnull(text);
    size_t text_len;
    ck_assert(xcj__b64u_decode((uint8_t *)text, &text_len, begin, (size_t)(end - begin), NULL));
    text[text_len] = '\0';
    if (out_len != NULL) {
        *out_len = text_len;
    }
    return text;
}

static inline json_t *json_of(const char *text, size_t len)
{
    json_error_t why;
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    ck_assert_msg(json_is_object(json), "not a JSON object (%s): %s", why.text, text);
    return json;
}

/* A file of the shared vectors, or NULL when they are not there. Free it with free(). */
static inline char *vector_file(const char *path, size_t *len)
{
    char name[1024];
    snprintf(name, sizeof name, "%s/vectors/%s", XCJ_SHARED_DIR, path);
    FILE *file = fopen(name, "rb");
    if (file == NULL) {
        printf("skip: %s is not there\n", path);
        return NULL;
    }
    char *text = malloc(65536);
    ck_assert_ptr_nonnull(text);
    *len = fread(text, 1, 65535, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static inline xcj_key *key_of(const char *jwk)
{
    xcj_key *key;
    xcj_error err;
    ck_assert_msg(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == XCJ_OK, "%s", err.message);
    return key;
}

static inline xcj_minter *minter_of(const char *jwk, const xcj_mint_options *options)
{
    xcj_key *key = key_of(jwk);
    xcj_minter *minter;
    xcj_error err;
    ck_assert_msg(xcj_minter_new(&minter, key, options, &err) == XCJ_OK, "%s", err.message);
    xcj_key_free(key);
    return minter;
}

#endif
