/*
 * A JWK: refused with a reason, or a key that keeps its identity in every form. What is refused is tried again with the
 * options that take more.
 */
#include "roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_error err;
    if (!check_call(xcj_key_from_jwk(&key, text, size, NULL, &err), &key, &err)) {
        options.hmac_k_raw = 1;
        options.kong_alg_names = 1;
        (void)check_call(xcj_key_from_jwk(&key, text, size, &options, &err), &key, &err);
    }
    bool is_key = key != NULL;
    if (is_key) {
        check_key(key);
    }
    xcj_key_free(key);

    /* Nothing that is a JWK passes for a shared secret (RFC 8725 2.1). */
    xcj_key *secret;
    options.allow_weak_secret = 1;
    bool taken = check_call(xcj_key_from_secret(&secret, (const uint8_t *)text, size, &options, &err), &secret, &err);
    MUST(!taken || !is_key);
    xcj_key_free(secret);
    return 0;
}
