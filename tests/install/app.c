/* A program outside the tree: mints a token, verifies it, prints the version. C, and C++ as well. */
#include <stdio.h>
#include <xcj.h>

static xcj_code mint(char *token, size_t cap, size_t *len, const xcj_key *key, xcj_error *err)
{
    xcj_minter *minter = NULL;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_code code = xcj_minter_new(&minter, key, &options, err);
    if (code == XCJ_OK) {
        code = xcj_mint_claims(token, cap, len, minter, "{\"sub\":\"me\"}", 12, NULL, NULL, err);
    }
    xcj_minter_free(minter);
    return code;
}

static xcj_code verify(const char *token, size_t len, const xcj_key *key, xcj_error *err)
{
    xcj_verifier *verifier = NULL;
    xcj_verified *verified = NULL;
    xcj_code code = xcj_verifier_new_key(&verifier, key, NULL, err);
    if (code == XCJ_OK) {
        code = xcj_verify(&verified, verifier, token, len, NULL, err);
    }
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
    return code;
}

int main(void)
{
    char token[1024];
    size_t len = 0;
    xcj_error err;
    xcj_key *key = NULL;
    if (xcj_key_generate(&key, XCJ_ES256, 0, &err) != XCJ_OK || mint(token, sizeof token, &len, key, &err) != XCJ_OK ||
        verify(token, len, key, &err) != XCJ_OK) {
        fprintf(stderr, "%s\n", err.message);
        xcj_key_free(key);
        return 1;
    }
    xcj_key_free(key);
    printf("xcj %s\n", xcj_version());
    return 0;
}
