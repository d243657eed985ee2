/*
 * A configuration object: refused, or a minter whose header names are header names and whose token verifies.
 */
#include "fuzz.h"

static bool is_header_name(xcj_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", name.ptr[i]) != NULL) {
            return false;
        }
    }
    return name.len > 0;
}

static void check_token(const xcj_minter *minter, const char *token, size_t len)
{
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier;
    xcj_verified *verified;
    xcj_error err;
    policy.has_now = 1;
    policy.now = 1000;
    const xcj_alg alg = xcj_minter_alg(minter);
    policy.algs = &alg;
    policy.algs_count = 1;
    MUST(check_call(xcj_verifier_new_key(&verifier, xcj_minter_key(minter), &policy, &err), &verifier, &err));
    xcj_code code = xcj_verify(&verified, verifier, token, len, NULL, &err);
    /* A key may be for signing only. */
    MUST(check_call(code, &verified, &err) || code == XCJ_ERR_KEY_USE);
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
}

static void mint(const xcj_minter *minter)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    auth.consumer_id = xcj_text("consumer");
    auth.audience = xcj_text("a");
    auth.has_now = 1;
    auth.now = 1000;
    size_t cap = xcj_mint_bound(minter, &auth);
    char *token = malloc(cap);
    size_t len;
    MUST(token != NULL);
    xcj_code code = xcj_mint(token, cap, &len, minter, &auth, NULL, &err);
    if (check_call(code, NULL, &err)) {
        check_token(minter, token, len);
    } else {
        char *body;
        MUST(code == XCJ_ERR_CONFIG);
        MUST(xcj_kong_failure(&body, &len, &err, xcj_kong_verbose(minter), NULL) == XCJ_OK && body[0] == '{' &&
             body[len] == '\0');
        xcj_free(body);
    }
    free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xcj_minter *minter;
    xcj_error err;
    const char *text = size > 0 ? (const char *)data : "";
    if (!check_call(xcj_kong_minter_from_config(&minter, text, size, NULL, NULL, &err), &minter, &err)) {
        return 0;
    }
    MUST(is_header_name(xcj_kong_apikey_header(minter)));
    MUST(is_header_name(xcj_kong_upstream_header(minter)));
    xcj_str downstream = xcj_kong_downstream_header(minter);
    MUST(downstream.ptr == NULL || is_header_name(downstream));
    mint(minter);
    xcj_minter_free(minter);
    return 0;
}
