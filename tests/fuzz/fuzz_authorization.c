/*
 * The value of an Authorization header field. A token comes out only of one of the two schemes, and its client_id is text;
 * of Basic credentials it is what stands before the first colon.
 */
#include <jansson.h>

#include "fuzz.h"
#include "lib/codec/base64url.h"

static xcj_minter *minter;

static void prepare(void)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_key *key = key_of(HS256_JWK);
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    MUST(xcj_minter_new(&minter, key, &options, NULL) == XCJ_OK);
    xcj_key_free(key);
}

static void trim(const char **text, size_t *len)
{
    while (*len > 0 && (**text == ' ' || **text == '\t')) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t')) {
        (*len)--;
    }
}

/* The user of Basic credentials, decoded with the padding put back. */
static void check_user(const char *text, size_t len, const char *client_id)
{
    char *padded = malloc(len + 4);
    MUST(padded != NULL);
    memcpy(padded, text, len);
    while (len % 4 != 0) {
        padded[len++] = '=';
    }
    size_t out_len;
    MUST(xcj__b64_decode((uint8_t *)padded, &out_len, padded, len, NULL));
    const char *colon = memchr(padded, ':', out_len);
    MUST(colon != NULL && strlen(client_id) == (size_t)(colon - padded));
    MUST(memcmp(padded, client_id, strlen(client_id)) == 0);
    free(padded);
}

static void check_claims(const char *claims, size_t claims_len, const char *text, size_t len)
{
    json_t *json = json_loadb(claims, claims_len, JSON_REJECT_DUPLICATES, NULL);
    trim(&text, &len);
    if (json == NULL) {
        /* jansson's limits meet only what a Bearer token brought along. */
        MUST(strncasecmp(text, "Bearer ", 7) == 0);
        return;
    }
    const char *client_id = json_string_value(json_object_get(json, "client_id"));
    MUST(client_id != NULL && *client_id != '\0');
    for (const char *at = client_id; *at != '\0'; at++) {
        MUST((unsigned char)*at >= ' ' && *at != 0x7f);
    }
    if (strncasecmp(text, "Basic ", 6) == 0) {
        text += 6;
        len -= 6;
        trim(&text, &len);
        check_user(text, len, client_id);
    } else {
        MUST(strncasecmp(text, "Bearer ", 7) == 0);
    }
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (minter == NULL) {
        prepare();
    }
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_error err;
    char *claims;
    size_t len;
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    auth.authorization = (xcj_str){ (const char *)data, size };
    auth.methods = xcj_kong_method(&auth);
    xcj_code code = xcj_auth_claims(&claims, &len, &auth, &options, NULL, &err);
    if (check_call(code, &claims, &err)) {
        check_claims(claims, len, (const char *)data, size);
    }
    xcj_free(claims);

    /* A malformed credential is an error; it never falls through to the next. The bound is enough. */
    auth.api_key = xcj_text("key");
    auth.methods = xcj_kong_method(&auth);
    size_t cap = xcj_mint_bound(minter, &auth);
    char *token = malloc(cap);
    MUST(token != NULL);
    xcj_code other = xcj_mint(token, cap, &len, minter, &auth, NULL, &err);
    MUST(other == (code == XCJ_ERR_NO_CREDENTIAL ? XCJ_OK : code));
    free(token);
    return 0;
}
