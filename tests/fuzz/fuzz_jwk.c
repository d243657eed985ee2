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
        options.alg_from_name = xcj_kong_alg_from_name;
        (void)check_call(xcj_key_from_jwk(&key, text, size, &options, &err), &key, &err);
    }
    if (key != NULL) {
        check_key(key);
        check_no_secret(data, size);
    }
    xcj_key_free(key);
    return 0;
}
