/*
 * Mints with arbitrary claims of the request. The first byte chooses the options. Each claim follows as one byte for its
 * kind and presence, then a name and a value, each behind its length. jansson must find exactly the expected claims in the
 * token: no value changes, adds or hides another claim.
 */
#include "fuzz.h"
#include "lib/codec/base64url.h"
#include "tests/jansson_oracle.h"

#define CLAIMS 5
#define DEPTH 63

static const char PAYLOAD[] = "{\"clientId\":\"b\",\"tenant\":\"evil\",\"sub\":\"s\",\"n\":{\"a\":1},\"roles\":[\"root\"]}";

static xcj_minter *minters[2];
static char bearer[256] = "Bearer e30.";

static void prepare(void)
{
    static const xcj_rename rename = { { "/n/a", 4 }, { "one", 3 } };
    xcj_key *key = key_of(HS256_JWK);
    for (int i = 0; i < 2; i++) {
        xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
        options.iss = xcj_text("i");
        options.bearer_verified = 1;
        options.consumer_optional = 1;
        options.claims = xcj_text(i == 1 ? "{\"mine\":[1]}" : NULL);
        options.rename_claims = i == 1 ? &rename : NULL;
        options.rename_claims_count = i == 1;
        MUST(xcj_minter_new(&minters[i], key, &options, NULL) == XCJ_OK);
    }
    xcj_key_free(key);
    size_t at = strlen(bearer);
    at += xcj__b64u_encode(bearer + at, (const uint8_t *)PAYLOAD, sizeof PAYLOAD - 1);
    memcpy(bearer + at, ".c2ln", 6);
}

/* The rest of the input. */
typedef struct input {
    const char *at;
    size_t left;
} input;

static size_t take_number(input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return (uint8_t)*in->at++;
}

static xcj_str take_text(input *in)
{
    size_t len = take_number(in);
    len = len < in->left ? len : in->left;
    const xcj_str text = { in->at, len };
    in->at += len;
    in->left -= len;
    return text;
}

static size_t take_claims(xcj_claim claims[CLAIMS], input *in)
{
    size_t count = 0;
    for (; count < CLAIMS && in->left > 0; count++) {
        const size_t tag = take_number(in);
        claims[count].kind = (tag & 1) != 0 ? XCJ_KIND_JSON : XCJ_KIND_STRING;
        claims[count].name = take_text(in);
        claims[count].value = take_text(in);
        if ((tag & 2) != 0) {
            claims[count].value.ptr = NULL;
        }
    }
    return count;
}

static opinion opinion_of(const xcj_claim *claim)
{
    if (claim->value.ptr == NULL) {
        return ACCEPTED;
    }
    if (claim->kind == XCJ_KIND_JSON) {
        return ask_jansson(claim->value.ptr, claim->value.len);
    }
    json_t *text = json_stringn(claim->value.ptr, claim->value.len);
    json_decref(text);
    return text != NULL ? ACCEPTED : REFUSED;
}

static bool is_deep(const xcj_claim *claim)
{
    size_t opened = 0;
    for (size_t i = 0; claim->value.ptr != NULL && i < claim->value.len; i++) {
        opened += claim->value.ptr[i] == '[' || claim->value.ptr[i] == '{';
    }
    return opened > DEPTH;
}

static json_t *value_of(const xcj_claim *claim)
{
    return claim->kind == XCJ_KIND_STRING ? json_stringn(claim->value.ptr, claim->value.len)
                                          : json_loadb(claim->value.ptr, claim->value.len,
                                                       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* The inbound claims that are kept, ours, and those of the request. */
static json_t *expected_of(const xcj_auth *auth, bool renames)
{
    json_t *all = json_loads(PAYLOAD, 0, NULL);
    if (renames) {
        MUST(json_object_set_new(all, "one", json_integer(1)) == 0);
        MUST(json_object_set_new(all, "n", json_object()) == 0);
        MUST(json_object_set_new(all, "mine", json_pack("[i]", 1)) == 0);
    }
    json_t *ours = json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "client_id", "b", "iss", "i", "iat", 1000, "exp", 2800, "aud",
                             "a", "jti", "j");
    MUST(json_object_update(all, ours) == 0);
    json_decref(ours);
    if (auth->sub.ptr != NULL) {
        MUST(json_object_set_new(all, "sub", json_stringn(auth->sub.ptr, auth->sub.len)) == 0);
    }
    for (size_t i = 0; i < auth->claims_count; i++) {
        const xcj_claim *claim = &auth->claims[i];
        char name[257] = "";
        memcpy(name, claim->name.ptr, claim->name.len);
        (void)json_object_del(all, name);
        if (claim->value.ptr != NULL) {
            MUST(json_object_set_new(all, name, value_of(claim)) == 0);
        }
    }
    return all;
}

static void check_token(char *token, size_t len, const xcj_auth *auth, bool renames)
{
    for (size_t i = 0; i < auth->claims_count; i++) {
        const xcj_str name = auth->claims[i].name;
        MUST(opinion_of(&auth->claims[i]) != REFUSED);
        if (opinion_of(&auth->claims[i]) == NO_OPINION || memchr(name.ptr, '\0', name.len) != NULL) {
            return;
        }
    }
    char *payload = (char *)memchr(token, '.', len) + 1;
    const char *end = memchr(payload, '.', (size_t)(token + len - payload));
    MUST(xcj__b64u_decode((uint8_t *)payload, &len, payload, (size_t)(end - payload), NULL));
    json_t *found = json_loadb(payload, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    json_t *expected = expected_of(auth, renames);
    MUST(found != NULL && json_equal(found, expected));
    json_decref(found);
    json_decref(expected);
}

/* A value is refused only if jansson refuses it, too, or for its depth. */
static void check_refusal(xcj_code code, const xcj_auth *auth)
{
    bool has_reason = auth->sub.ptr != NULL;
    for (size_t i = 0; i < auth->claims_count; i++) {
        has_reason = has_reason || opinion_of(&auth->claims[i]) != ACCEPTED || is_deep(&auth->claims[i]);
    }
    MUST(code == XCJ_ERR_CONFIG || code == XCJ_ERR_CREDENTIAL || (code == XCJ_ERR_CLAIM && has_reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (minters[0] == NULL) {
        prepare();
    }
    input in = { (const char *)data, size };
    xcj_claim claims[CLAIMS];
    const size_t options = take_number(&in);
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(bearer);
    auth.audience = xcj_text("a");
    auth.jti = xcj_text("j");
    auth.has_now = 1;
    auth.now = 1000;
    if ((options & 2) != 0) {
        auth.sub = take_text(&in);
    }
    auth.claims_count = take_claims(claims, &in);
    auth.claims = claims;
    const xcj_minter *minter = minters[options & 1];
    const size_t bound = xcj_mint_bound(minter, &auth);
    char *token = malloc(bound);
    size_t len;
    xcj_error err;
    xcj_code code = xcj_mint(token, bound, &len, minter, &auth, NULL, &err);
    if (check_call(code, NULL, &err)) {
        check_token(token, len, &auth, (options & 1) != 0);
    } else {
        check_refusal(code, &auth);
    }
    free(token);
    return 0;
}
