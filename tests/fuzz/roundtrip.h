/*
 * roundtrip.h: a key that was accepted is written and read again in every form, and stays the same.
 */
#ifndef XCJ_TESTS_FUZZ_ROUNDTRIP_H
#define XCJ_TESTS_FUZZ_ROUNDTRIP_H

#include "fuzz.h"

static inline char *jwk_text(const xcj_key *key, xcj_part part)
{
    char *text;
    size_t len;
    xcj_error err;
    MUST(check_call(xcj_key_to_jwk(&text, &len, key, part, &err), &text, &err));
    MUST(strlen(text) == len);
    return text;
}

static inline void check_forms(const xcj_key *key, xcj_part part)
{
    xcj_error err;
    char *jwk = jwk_text(key, part);
    xcj_key *again;
    MUST(check_call(xcj_key_from_jwk(&again, jwk, strlen(jwk), NULL, &err), &again, &err));
    char *text = jwk_text(again, part);
    MUST(strcmp(text, jwk) == 0);
    xcj_free(text);
    xcj_key_free(again);
    xcj_free(jwk);

    char *pem;
    size_t pem_len;
    xcj_code code = xcj_key_to_pem(&pem, &pem_len, key, part, &err);
    MUST((code == XCJ_ERR_KEY_PART) == (strcmp(xcj_key_type(key), "oct") == 0));
    if (check_call(code, &pem, &err)) {
        MUST(check_call(xcj_key_from_data(&again, (uint8_t *)pem, pem_len, NULL, &err), &again, &err));
        size_t len;
        MUST(check_call(xcj_key_to_pem(&text, &len, again, part, &err), &text, &err));
        MUST(strcmp(text, pem) == 0);
        xcj_free(text);
        xcj_key_free(again);
    }
    xcj_free(pem);
}

/* RSA signs too slowly for a fuzzer. */
static inline void check_signature(const xcj_key *key)
{
    xcj_error err;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    char *token;
    size_t len;
    if (strcmp(xcj_key_type(key), "RSA") == 0 || xcj_key_algs(key, XCJ_SIGN, &options.alg, 1) == 0) {
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
    bool is_secret = strcmp(xcj_key_type(key), "oct") == 0;
    if (!is_secret) {
        check_forms(key, XCJ_PUBLIC);
    }
    if (xcj_key_is_private(key)) {
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

#endif
