/*
 * roundtrip.h: a key that was accepted is written and read again in every form, and stays the same.
 */
#ifndef XCJ_TESTS_FUZZ_ROUNDTRIP_H
#define XCJ_TESTS_FUZZ_ROUNDTRIP_H

#include "fuzz.h"
#include "lib/codec/base64url.h"

static inline char *jwk_text(const xcj_key *key, xcj_part part)
{
    char *text;
    size_t len;
    xcj_error err;
    MUST(check_call(xcj_key_to_jwk(&text, &len, key, part, &err), &text, &err));
    MUST(strlen(text) == len);
    return text;
}

/* The certificate at the end of a JWK is kept, unless it has the key in another form, such as a compressed point. */
static inline bool is_same_but_certificate(const char *text, const char *jwk)
{
    const size_t same = strlen(text) - 1;
    const char *rest = jwk + same;
    return strncmp(text, jwk, same) == 0 && (strcmp(rest, "}") == 0 || strncmp(rest, ",\"x5c\":", 7) == 0);
}

static inline void check_jwk(const xcj_key *key, xcj_part part)
{
    xcj_error err;
    xcj_key *again;
    char *jwk = jwk_text(key, part);
    MUST(check_call(xcj_key_from_jwk(&again, jwk, strlen(jwk), NULL, &err), &again, &err));
    char *text = jwk_text(again, part);
    MUST(is_same_but_certificate(text, jwk));
    xcj_free(text);
    xcj_key_free(again);
    xcj_free(jwk);
}

static inline void check_pem(const xcj_key *key, xcj_part part)
{
    xcj_error err;
    char *pem;
    size_t pem_len;
    xcj_code code = xcj_key_to_pem(&pem, &pem_len, key, part, &err);
    MUST((code == XCJ_ERR_KEY_PART) == (xcj_key_type(key) == XCJ_KTY_OCT));
    if (check_call(code, &pem, &err)) {
        xcj_key *again;
        char *text;
        size_t len;
        MUST(check_call(xcj_key_from_data(&again, (uint8_t *)pem, pem_len, NULL, &err), &again, &err));
        MUST(check_call(xcj_key_to_pem(&text, &len, again, part, &err), &text, &err));
        MUST(strcmp(text, pem) == 0);
        xcj_free(text);
        xcj_key_free(again);
    }
    xcj_free(pem);
}

static inline void check_forms(const xcj_key *key, xcj_part part)
{
    check_jwk(key, part);
    check_pem(key, part);
}

/* The private part of an RSA key without primes, and of a set's key, is checked when it is used. */
static inline bool has_private(const xcj_key *key)
{
    char *text;
    size_t len;
    xcj_error err;
    xcj_code code = xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err);
    MUST(code == XCJ_OK || code == XCJ_ERR_KEY || code == XCJ_ERR_LIMIT);
    if (check_call(code, &text, &err)) {
        xcj_free(text);
    }
    return code == XCJ_OK;
}

/* RSA signs too slowly for a fuzzer. */
static inline void check_signature(const xcj_key *key)
{
    xcj_error err;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    char *token;
    size_t len;
    if (xcj_key_type(key) == XCJ_KTY_RSA || xcj_key_algs(key, XCJ_SIGN, &options.alg, 1) == 0) {
        return;
    }
    MUST(check_call(xcj_jws_sign(&token, &len, "{}", 2, key, &options, NULL, &err), &token, &err));
    if (xcj_key_admits(key, options.alg, XCJ_VERIFY, NULL) == XCJ_OK) {
        xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
        xcj_verifier *verifier;
        policy.allow_no_exp = 1;
        MUST(check_call(xcj_verifier_new_key(&verifier, key, &policy, &err), &verifier, &err));
        MUST(xcj_verify(NULL, verifier, token, len, NULL, &err) == XCJ_OK);
        xcj_verifier_free(verifier);
    }
    xcj_free(token);
}

static inline void check_key(const xcj_key *key)
{
    bool is_secret = xcj_key_type(key) == XCJ_KTY_OCT;
    if (!is_secret) {
        check_forms(key, XCJ_PUBLIC);
    }
    if (xcj_key_is_private(key) && has_private(key)) {
        check_forms(key, XCJ_PRIVATE);
        check_signature(key);
    }
    char *thumbprint;
    size_t len;
    xcj_error err;
    MUST(check_call(xcj_key_thumbprint(&thumbprint, &len, key, XCJ_SHA256, &err), &thumbprint, &err));
    MUST(len == 43);
    xcj_free(thumbprint);
}

static inline void refuse_secret(const char *before, const void *key, size_t len, const char *behind, size_t behind_len)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *secret;
    xcj_error err;
    size_t before_len = strlen(before);
    char *text = malloc(before_len + len + behind_len + 1);
    MUST(text != NULL);
    memcpy(text, before, before_len);
    memcpy(text + before_len, key, len);
    memcpy(text + before_len + len, behind, behind_len);
    options.allow_weak_secret = 1;
    len += before_len + behind_len;
    MUST(!check_call(xcj_key_from_secret(&secret, (uint8_t *)text, len, &options, &err), &secret, &err));
    MUST(err.code == XCJ_ERR_KEY || err.code == XCJ_ERR_LIMIT);
    free(text);
}

/* What was read as a key is no secret (RFC 8725 2.1), nor with something before or behind it, nor in base64. */
static inline void check_no_secret(const uint8_t *key, size_t len)
{
    char *base64 = malloc(xcj__b64_encoded_len(len) + 1);
    MUST(base64 != NULL);
    refuse_secret("", key, len, "", 0);
    refuse_secret("", key, len, "\n", 1);
    refuse_secret("", key, len, "", 1);
    refuse_secret("\n", key, len, "x", 1);
    refuse_secret("", base64, xcj__b64_encode(base64, key, len), "\n", 1);
    refuse_secret("", base64, xcj__b64u_encode(base64, key, len), "", 0);
    free(base64);
}

#endif
