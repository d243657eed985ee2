/*
 * PEM and DER, keys and certificates. The bytes are taken for a key by what they look like, for DER, for an encrypted key
 * and for a client certificate.
 */
#include "roundtrip.h"

static xcj_minter *minters[2];

static void prepare(void)
{
    xcj_key *key = key_of(HS256_JWK);
    for (int i = 0; i < 2; i++) {
        xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
        options.iss = xcj_text("i");
        options.aud = xcj_text("a");
        options.consumer_optional = 1;
        options.dn = i == 0 ? XCJ_DN_RFC4514 : XCJ_DN_UNESCAPED;
        MUST(xcj_minter_new(&minters[i], key, &options, NULL) == XCJ_OK);
    }
    xcj_key_free(key);
}

static void check_certificate(const uint8_t *data, size_t size)
{
    for (int i = 0; i < 2; i++) {
        xcj_auth auth = XCJ_AUTH_INIT;
        xcj_error err;
        auth.methods = XCJ_AUTH_CLIENT_CERT;
        auth.client_cert = (xcj_str){ (const char *)data, size };
        size_t cap = xcj_mint_bound(minters[i], &auth);
        char *token = malloc(cap);
        size_t len;
        MUST(token != NULL);
        xcj_code code = xcj_mint(token, cap, &len, minters[i], &auth, NULL, &err);
        (void)check_call(code, NULL, &err);
        MUST((len > 0) == (code == XCJ_OK) && len <= cap);
        free(token);
    }
}

/* Deriving a key from a passphrase is slow by design, so only 2048 iterations, as OpenSSL writes them, are run. */
static bool is_quick(const uint8_t *data, size_t size)
{
    static const uint8_t iterations[] = { 0x02, 0x02, 0x08, 0x00 };
    return size > 0 && memmem(data, size, iterations, sizeof iterations) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (minters[0] == NULL) {
        prepare();
    }
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_error err;
    if (check_call(xcj_key_from_data(&key, data, size, NULL, &err), &key, &err)) {
        check_key(key);
        check_no_secret(data, size);
    } else if (err.code == XCJ_ERR_PASSPHRASE && is_quick(data, size)) {
        options.passphrase = (xcj_str){ "pass", 4 };
        if (check_call(xcj_key_from_der(&key, data, size, &options, &err), &key, &err)) {
            check_key(key);
        }
    }
    xcj_key_free(key);
    if (size > 0) {
        check_certificate(data, size);
    }
    return 0;
}
