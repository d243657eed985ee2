/*
 * Identities: refused, or a minter that has them mints for nobody whom they do not know.
 */
#include "fuzz.h"

static void mint(const xcj_minter *minter)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_caller *caller;
    xcj_error err;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("key");
    if (check_call(xcj_caller_new(&caller, minter, &auth, NULL, &err), &caller, &err)) {
        char token[4096];
        size_t len;
        MUST(xcj_caller_client_id(caller).len > 0 && xcj_caller_consumer(caller).len > 0);
        auth.caller = caller;
        auth.audience = xcj_text("a");
        xcj_code code = xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &err);
        MUST(code == XCJ_OK || code == XCJ_ERR_BUFFER);
        xcj_caller_free(caller);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xcj_identities *identities;
    xcj_error err;
    const char *text = size > 0 ? (const char *)data : "";
    if (!check_call(xcj_identities_from_json(&identities, text, size, &err), &identities, &err)) {
        return 0;
    }
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("I");
    options.identities = identities;
    xcj_key *key = key_of(HS256_JWK);
    xcj_minter *minter;
    MUST(check_call(xcj_minter_new(&minter, key, &options, &err), &minter, &err));
    mint(minter);
    xcj_minter_free(minter);
    xcj_key_free(key);
    xcj_identities_free(identities);
    return 0;
}
