/* What profiles demand, when minting and when verifying. */
#include "check_main.h"
#include "gateway.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static xcj_error last;
static const xcj_str audience = { "a", 1 };

/* The complete claims of each profile; a test leaves out or replaces one member. */
static const char *const at_jwt[][2] = {
    { "iss", "\"i\"" }, { "exp", "2000" },  { "aud", "\"a\"" },       { "sub", "\"s\"" },
    { "iat", "1000" },  { "jti", "\"j\"" }, { "client_id", "\"c\"" },
};
static const char *const txn[][2] = {
    { "iat", "1000" },  { "aud", "[\"a\"]" },   { "exp", "2000" },     { "txn", "\"t\"" },
    { "sub", "\"s\"" }, { "scope", "\"x y\"" }, { "req_wl", "\"w\"" },
};

/* The object of these members with another value for one; NULL: without it. */
static const char *object_of(char text[512], const char *const (*members)[2], size_t count, size_t which, const char *value)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        const char *own = i == which ? value : members[i][1];
        if (own != NULL) {
            len += (size_t)snprintf(text + len, 512 - len, "%s\"%s\":%s", len > 0 ? "," : "{", members[i][0], own);
        }
    }
    snprintf(text + len, 512 - len, "}");
    return text;
}

static xcj_verify_options policy(xcj_profile profile)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.profile = profile;
    options.issuer = xcj_text(profile == XCJ_PROFILE_AT_JWT ? "i" : NULL);
    options.audiences = &audience;
    options.audiences_count = 1;
    options.has_now = 1;
    options.now = 1500;
    return options;
}

/* A token with this typ, made without a profile. */
static char *token_of(const char *typ, const char *claims, size_t *len)
{
    xcj_key *key = key_of(OCT_JWK);
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.typ = xcj_text(typ);
    char *token;
    ck_assert_int_eq(xcj_jws_sign(&token, len, claims, strlen(claims), key, &options, NULL, &last), XCJ_OK);
    xcj_key_free(key);
    return token;
}

static xcj_code verify(const char *token, size_t len, xcj_profile profile)
{
    xcj_key *key = key_of(OCT_JWK);
    const xcj_verify_options options = policy(profile);
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &last), XCJ_OK);
    xcj_code code = xcj_verify(NULL, verifier, token, len, NULL, &last);
    xcj_verifier_free(verifier);
    xcj_key_free(key);
    return code;
}

static xcj_code verify_claims(const char *typ, const char *claims, xcj_profile profile)
{
    size_t len;
    char *token = token_of(typ, claims, &len);
    xcj_code code = verify(token, len, profile);
    xcj_free(token);
    return code;
}

static xcj_code mint_claims(const char *claims, xcj_profile profile)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.profile = profile;
    options.no_exp = 1;
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.has_now = 1;
    auth.now = 1000;
    char token[2048];
    size_t len;
    xcj_code code = xcj_mint_claims(token, sizeof token, &len, minter, claims, strlen(claims), &auth, NULL, &last);
    if (code == XCJ_OK) {
        xcj_error why = last;
        ck_assert_int_eq(verify(token, len, profile), XCJ_OK);
        last = why;
    }
    xcj_minter_free(minter);
    return code;
}

/* iat, jti and txn are made where they are missing. */
static bool is_made(const char *name)
{
    return strcmp(name, "iat") == 0 || strcmp(name, "jti") == 0 || strcmp(name, "txn") == 0;
}

static void check_profile(xcj_profile profile, const char *typ, const char *const (*members)[2], size_t count)
{
    static const char *const bad[] = { NULL, "7", "\"\"", "null", "{}" };
    char text[512];
    const char *whole = object_of(text, members, count, count, NULL);
    char application[64];
    snprintf(application, sizeof application, "application/%s", typ);
    ck_assert_int_eq(verify_claims(typ, whole, profile), XCJ_OK);
    ck_assert_int_eq(verify_claims(application, whole, profile), XCJ_OK);
    ck_assert_int_eq(verify_claims("JWT", whole, profile), XCJ_ERR_CLAIM);
    ck_assert_uint_eq(last.claims, XCJ_CLAIM_TYP);
    ck_assert_int_eq(verify_claims(NULL, whole, profile), XCJ_ERR_CLAIM);
    ck_assert_int_eq(mint_claims(whole, profile), XCJ_OK);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < COUNT(bad); j++) {
            const bool is_number = members[i][1][0] != '"' && members[i][1][0] != '[';
            if (is_number && j == 1) {
                continue;
            }
            object_of(text, members, count, i, bad[j]);
            xcj_code code = verify_claims(typ, text, profile);
            ck_assert_msg(code == XCJ_ERR_CLAIM, "%s: %s", text, xcj_code_name(code));
            if (strcmp(members[i][0], "aud") == 0 && bad[j] != NULL) {
                continue; /* whoever mints gives aud */
            }
            code = mint_claims(text, profile);
            const bool made = bad[j] == NULL && is_made(members[i][0]);
            ck_assert_msg(code == (made ? XCJ_OK : XCJ_ERR_CLAIM), "%s: %s", text, xcj_code_name(code));
        }
    }
}

START_TEST(demanded_claims)
{
    check_profile(XCJ_PROFILE_AT_JWT, "at+jwt", at_jwt, COUNT(at_jwt));
    check_profile(XCJ_PROFILE_TXN, "txntoken+jwt", txn, COUNT(txn));
}
END_TEST

START_TEST(policies_are_checked)
{
    xcj_key *key = key_of(OCT_JWK);
    for (int profile = XCJ_PROFILE_JWT; profile <= XCJ_PROFILE_TXN + 1; profile++) {
        for (int fault = 0; fault < 5; fault++) {
            xcj_verify_options options = policy((xcj_profile)profile);
            bool refused = profile > XCJ_PROFILE_TXN;
            if (fault == 1) {
                options.audiences = NULL;
                options.audiences_count = 0;
                refused = refused || profile != XCJ_PROFILE_JWT;
            } else if (fault == 2) {
                options.issuer.ptr = NULL;
                refused = refused || profile == XCJ_PROFILE_AT_JWT;
            } else if (fault == 3) {
                options.typ = xcj_text("at+jwt");
                refused = refused || profile != XCJ_PROFILE_JWT;
            } else if (fault == 4) {
                options.opaque_payload = 1;
                refused = true; /* it excludes audiences, too */
            }
            xcj_verifier *verifier;
            xcj_code code = xcj_verifier_new_key(&verifier, key, &options, &last);
            ck_assert_msg(code == (refused ? XCJ_ERR_CONFIG : XCJ_OK), "%d %d: %s", profile, fault, xcj_code_name(code));
            xcj_verifier_free(verifier);
        }
        xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
        xcj_minter *minter;
        options.profile = (xcj_profile)profile;
        xcj_code code = xcj_minter_new(&minter, key, &options, &last);
        ck_assert_int_eq(code, profile > XCJ_PROFILE_TXN ? XCJ_ERR_CONFIG : XCJ_OK);
        xcj_minter_free(minter);
        options.typ = xcj_text("at+jwt");
        code = xcj_minter_new(&minter, key, &options, &last);
        ck_assert_int_eq(code, profile != XCJ_PROFILE_JWT ? XCJ_ERR_CONFIG : XCJ_OK);
        xcj_minter_free(minter);
    }
    xcj_key_free(key);
}
END_TEST

/* Mints for a Bearer token with these further members; *txn_out gets the new token's txn. */
static xcj_code mint_txn(char txn_out[64], const char *members, const xcj_claim *claim, const xcj_str *keep)
{
    char payload[256];
    snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"sub\":\"s\",\"scope\":\"x\",\"req_wl\":\"w\"%s}", members);
    xcj_mint_options options = base_options();
    options.profile = XCJ_PROFILE_TXN;
    options.keep_claims = keep;
    options.keep_claims_count = keep != NULL ? 3 : 0;
    xcj_auth auth = api_key_auth();
    char *bearer = bearer_of(payload, strlen(payload));
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(bearer);
    auth.claims = claim;
    auth.claims_count = claim != NULL;
    char *claims;
    size_t len;
    xcj_code code = xcj_auth_claims(&claims, &len, &auth, &options, NULL, &last);
    if (code == XCJ_OK) {
        json_t *json = json_of(claims, len);
        snprintf(txn_out, 64, "%s", json_string_value(json_object_get(json, "txn")));
        json_decref(json);
    }
    xcj_free(claims);
    free(bearer);
    return code;
}

START_TEST(txn_is_kept_from_hop_to_hop)
{
    static const xcj_str keep[] = { { "sub", 3 }, { "scope", 5 }, { "req_wl", 6 } };
    const xcj_claim same = { { "txn", 3 }, { "t-1", 3 }, XCJ_KIND_STRING };
    const xcj_claim other = { { "txn", 3 }, { "t-2", 3 }, XCJ_KIND_STRING };
    const xcj_claim absent = { { "txn", 3 }, { NULL, 0 }, XCJ_KIND_STRING };
    char first[64];
    char second[64];
    ck_assert_int_eq(mint_txn(first, ",\"txn\":\"t-1\"", NULL, NULL), XCJ_OK);
    ck_assert_str_eq(first, "t-1");
    ck_assert_int_eq(mint_txn(first, ",\"txn\":\"t-1\"", NULL, keep), XCJ_OK);
    ck_assert_str_eq(first, "t-1");
    ck_assert_int_eq(mint_txn(first, ",\"txn\":\"t-1\"", &same, NULL), XCJ_OK);
    ck_assert_str_eq(first, "t-1");
    ck_assert_int_eq(mint_txn(first, ",\"txn\":\"t-1\"", &absent, NULL), XCJ_OK);
    ck_assert_str_eq(first, "t-1");
    ck_assert_int_eq(mint_txn(first, ",\"txn\":\"t-1\"", &other, NULL), XCJ_ERR_CLAIM);
    ck_assert_int_eq(mint_txn(first, ",\"txn\":7", NULL, NULL), XCJ_ERR_CLAIM);
    ck_assert_int_eq(mint_txn(first, "", &other, NULL), XCJ_OK);
    ck_assert_str_eq(first, "t-2");
    /* A new one each time, if nobody gives one. */
    ck_assert_int_eq(mint_txn(first, "", NULL, NULL), XCJ_OK);
    ck_assert_int_eq(mint_txn(second, "", NULL, NULL), XCJ_OK);
    ck_assert_uint_eq(strlen(first), 36);
    ck_assert_str_ne(first, second);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = { demanded_claims, policies_are_checked, txn_is_kept_from_hop_to_hop };
    TCase *tcase = tcase_create("profiles");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("profiles");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
