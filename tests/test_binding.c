/* Proof of possession (RFC 7800): who must prove what, and what never helps. */
#include "check_main.h"
#include "gateway.h"

/* x5t#S256 of cert_pem. */
static char thumbprint[44];
static xcj_error last;

static void setup(void)
{
    xcj_certificate cert;
    ck_assert_int_eq(xcj_certificate_read(&cert, cert_pem, sizeof cert_pem - 1, &last), XCJ_OK);
    thumbprint[xcj__b64u_encode(thumbprint, cert.sha256, sizeof cert.sha256)] = '\0';
}

typedef enum shown { NONE, CERT, BROKEN_CERT } shown;

static xcj_code mint_for(const char *cnf, shown connection, const xcj_mint_options *options, bool as_plugin)
{
    char payload[512];
    char token[4096];
    size_t len;
    snprintf(payload, sizeof payload, "{\"clientId\":\"b\"%s%s}", cnf[0] != '\0' ? "," : "", cnf);
    char *value = bearer_of(payload, strlen(payload));
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    auth.client_cert = xcj_text(connection == CERT ? cert_pem : connection == BROKEN_CERT ? "no certificate" : NULL);
    xcj_key *key;
    xcj_minter *minter;
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq((as_plugin ? xcj_kong_minter_new : xcj_minter_new)(&minter, key, options, &last), XCJ_OK);
    xcj_code code = xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &last);
    if (code == XCJ_OK) {
        char *claims = part_of(token, len, 1, NULL);
        ck_assert_ptr_null(strstr(claims, "cnf"));
        free(claims);
    }
    xcj_caller *caller;
    xcj_error found;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, &auth, NULL, &found), code);
    xcj_caller_free(caller);
    xcj_minter_free(minter);
    xcj_key_free(key);
    free(value);
    return code;
}

/* In the core and with the plugin's ways, minted at once or for an identified caller. */
static void expect(const char *cnf, shown connection, xcj_code expected, const char *member)
{
    xcj_mint_options options = base_options();
    for (int i = 0; i < 2; i++) {
        options.cnf = i == 0 ? XCJ_CNF_DEFAULT : XCJ_CNF_PROVEN;
        xcj_code code = mint_for(cnf, connection, &options, i == 1);
        ck_assert_msg(code == expected, "%s: %s: %s", cnf, xcj_code_name(code), last.message);
        if (member != NULL) {
            ck_assert_str_eq(last.member, member);
            ck_assert_int_eq(xcj_code_http_status(code), 401);
        }
        options.inbound = XCJ_INBOUND_ALL;
        ck_assert_int_eq(mint_for(cnf, connection, &options, i == 1), expected);
        options.inbound = XCJ_INBOUND_DEFAULT;
    }
}

static void expect_bound(const char *format, shown connection, xcj_code expected, const char *member)
{
    char cnf[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(cnf, sizeof cnf, format, thumbprint);
#pragma GCC diagnostic pop
    expect(cnf, connection, expected, member);
}

START_TEST(certificate)
{
    expect_bound("\"cnf\":{\"x5t#S256\":\"%s\"}", CERT, XCJ_OK, NULL);
    expect_bound("\"\\u0063nf\":{\"x5t\\u0023S256\":\"%s\"}", CERT, XCJ_OK, NULL);
    char escaped[300] = "\"cnf\":{\"x5t#S256\":\"";
    for (size_t i = 0, at = strlen(escaped); thumbprint[i] != '\0'; i++, at += 6) {
        snprintf(escaped + at, sizeof escaped - at, "\\u%04x", (unsigned)thumbprint[i]);
    }
    strcat(escaped, "\"}");
    ck_assert_uint_lt(strlen(escaped), sizeof escaped);
    expect(escaped, CERT, XCJ_OK, NULL);
    expect("", CERT, XCJ_OK, NULL); /* not bound */
    expect("", NONE, XCJ_OK, NULL);
    expect("", BROKEN_CERT, XCJ_OK, NULL); /* not looked at */
    expect_bound("\"cnf\":{\"x5t#S256\":\"%s\"}", NONE, XCJ_ERR_BINDING, "x5t#S256");
    expect_bound("\"cnf\":{\"x5t#S256\":\"%s\"}", BROKEN_CERT, XCJ_ERR_CERTIFICATE, "");
    expect_bound("\"cnf\":{\"x5t#S256\":\"%sA\"}", CERT, XCJ_ERR_BINDING, "x5t#S256");
    expect_bound("\"cnf\":{\"x5t#S256\":\"%s=\"}", CERT, XCJ_ERR_BINDING, "x5t#S256");
    expect_bound("\"cnf\":{\"x5t#S256\":[\"%s\"]}", CERT, XCJ_ERR_BINDING, "x5t#S256");
    expect("\"cnf\":{\"x5t#S256\":\"\"}", CERT, XCJ_ERR_BINDING, "x5t#S256");
    expect("\"cnf\":{\"x5t#S256\":null}", CERT, XCJ_ERR_BINDING, "x5t#S256");
    for (size_t i = 0; i < 43; i++) { /* each character counts */
        char kept = thumbprint[i];
        thumbprint[i] = kept == 'A' ? 'Q' : 'A';
        expect_bound("\"cnf\":{\"x5t#S256\":\"%s\"}", CERT, XCJ_ERR_BINDING, "x5t#S256");
        thumbprint[i] = kept;
    }
}
END_TEST

/* Every method must be proven: an unknown one may be the one that protects the token. */
START_TEST(other_methods)
{
    static const char *const methods[] = { "jwk", "jwe", "kid", "jku", "osc", "x5t", "x5t#s256", "X5T#S256", "x5u", "" };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char cnf[128];
        snprintf(cnf, sizeof cnf, "\"cnf\":{\"%s\":\"v\"}", methods[i]);
        expect(cnf, CERT, XCJ_ERR_BINDING, methods[i]);
        snprintf(cnf, sizeof cnf, "\"cnf\":{\"x5t#S256\":\"%s\",\"%s\":\"v\"}", thumbprint, methods[i]);
        expect(cnf, CERT, XCJ_ERR_BINDING, methods[i]);
        snprintf(cnf, sizeof cnf, "\"cnf\":{\"%s\":\"v\",\"x5t#S256\":\"%s\"}", methods[i], thumbprint);
        expect(cnf, CERT, XCJ_ERR_BINDING, methods[i]);
    }
    expect("\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}", NONE, XCJ_ERR_BINDING, "jkt");
}
END_TEST

START_TEST(malformed)
{
    static const char *const bad[] = { "{}", "null", "[]", "\"jkt\"", "1", "true" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char cnf[64];
        snprintf(cnf, sizeof cnf, "\"cnf\":%s", bad[i]);
        expect(cnf, CERT, XCJ_ERR_BINDING, "cnf");
    }
    expect("\"Cnf\":{}", CERT, XCJ_ERR_CREDENTIAL, "authorization"); /* which a reader that ignores case would see */
}
END_TEST

START_TEST(ignored_on_request)
{
    static const xcj_str some[] = { { "clientId", 8 } };
    static const char *const bound[] = { "\"cnf\":{\"jkt\":\"t\"}", "\"cnf\":{\"x5t#S256\":\"q\"}", "\"cnf\":1" };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        options.cnf = XCJ_CNF_IGNORED;
        ck_assert_int_eq(mint_for(bound[i], NONE, &options, false), XCJ_OK);
        ck_assert_int_eq(mint_for(bound[i], NONE, &options, true), XCJ_OK);
        options.cnf = XCJ_CNF_PROVEN;
        options.keep_claims = some; /* what is not kept is still checked */
        options.keep_claims_count = 1;
        ck_assert_int_eq(mint_for(bound[i], NONE, &options, false), XCJ_ERR_BINDING);
        options.keep_claims = NULL;
        options.keep_claims_count = 0;
        options.drop_claims = (const xcj_str[]){ { "cnf", 3 } }; /* nor does it help to drop it */
        options.drop_claims_count = 1;
        ck_assert_int_eq(mint_for(bound[i], NONE, &options, false), XCJ_ERR_BINDING);
        options.drop_claims = NULL;
        options.drop_claims_count = 0;
        options.claims = xcj_text("{\"a\":1}");
        ck_assert_int_eq(mint_for(bound[i], NONE, &options, false), XCJ_ERR_BINDING);
        options.claims = xcj_text(NULL);
    }
    options.cnf = (xcj_cnf)3;
    xcj_key *key;
    xcj_minter *minter;
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "cnf");
    xcj_key_free(key);
}
END_TEST

/* Mints with these options, for an identified caller too, and checks that the new token has this cnf (NULL: none). */
static xcj_code mint_bound(const xcj_auth *auth, const xcj_mint_options *options, const char *cnf)
{
    char token[2][4096];
    size_t len[2] = { 0, 0 };
    xcj_key *key;
    xcj_minter *minter;
    xcj_caller *caller;
    xcj_error found;
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_minter_new(&minter, key, options, &last), XCJ_OK);
    const size_t bound = xcj_mint_bound(minter, auth);
    ck_assert_uint_le(bound, sizeof token[0]);
    const xcj_code code = xcj_mint(token[0], bound, &len[0], minter, auth, NULL, &last);
    ck_assert_int_eq(xcj_caller_new(&caller, minter, auth, NULL, &found), code);
    if (code == XCJ_OK) {
        xcj_auth identified = *auth;
        identified.caller = caller;
        identified.client_cert = xcj_text(NULL);
        ck_assert_int_eq(xcj_mint(token[1], sizeof token[1], &len[1], minter, &identified, NULL, &last), XCJ_OK);
    }
    for (size_t i = 0; code == XCJ_OK && i < 2; i++) {
        char *claims = part_of(token[i], len[i], 1, NULL);
        const char *at = strstr(claims, "\"cnf\"");
        ck_assert_int_eq(at != NULL, cnf != NULL);
        ck_assert(cnf == NULL || strncmp(at, cnf, strlen(cnf)) == 0);
        json_decref(json_of(claims, strlen(claims)));
        free(claims);
    }
    xcj_caller_free(caller);
    xcj_minter_free(minter);
    xcj_key_free(key);
    return code;
}

START_TEST(binds_to_the_certificate)
{
    char cnf[128];
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    snprintf(cnf, sizeof cnf, "\"cnf\":{\"x5t#S256\":\"%s\"}", thumbprint);
    auth.client_cert = xcj_text(cert_pem);
    auth.methods = XCJ_AUTH_API_KEY;
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_OK); /* not asked for */
    options.bind = XCJ_BIND_NOTHING;
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_OK);
    options.bind = XCJ_BIND_CERTIFICATE;
    ck_assert_int_eq(mint_bound(&auth, &options, cnf), XCJ_OK);
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    ck_assert_int_eq(mint_bound(&auth, &options, cnf), XCJ_OK);
    char payload[256];
    snprintf(payload, sizeof payload, "{\"clientId\":\"b\",%s}", cnf);
    char *value = bearer_of(payload, strlen(payload));
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    ck_assert_int_eq(mint_bound(&auth, &options, cnf), XCJ_OK);
    free(value);
    auth.authorization = xcj_text(NULL);
    auth.methods = XCJ_AUTH_API_KEY;
    auth.client_cert = xcj_text(NULL);
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_ERR_BINDING);
    ck_assert_str_eq(last.member, "cnf");
    auth.client_cert = xcj_text("no certificate");
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_ERR_CERTIFICATE);
    auth.client_cert = xcj_text(NULL);
    auth.client_dn = xcj_text("CN=x");
    auth.methods = XCJ_AUTH_CLIENT_CERT; /* a name proves no certificate */
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_ERR_BINDING);
}
END_TEST

START_TEST(binding_options)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    xcj_key *key;
    xcj_minter *minter;
    options.bind = XCJ_BIND_KEY;
    ck_assert_int_eq(mint_bound(&auth, &options, NULL), XCJ_ERR_BINDING); /* an API key has no proof */
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    options.cnf = XCJ_CNF_IGNORED;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "bind");
    options.cnf = XCJ_CNF_DEFAULT;
    options.bind = (xcj_bind)4;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    options.bind = XCJ_BIND_CERTIFICATE;
    options.claims = xcj_text("{\"cnf\":{\"jkt\":\"x\"}}"); /* twice the same claim */
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    options.bind = XCJ_BIND_NOTHING;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_OK);
    xcj_minter_free(minter);
    xcj_key_free(key);
}
END_TEST

static Suite *binding_suite(void)
{
    Suite *suite = suite_create("binding");
    TCase *tests = tcase_create("binding");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, certificate);
    tcase_add_test(tests, other_methods);
    tcase_add_test(tests, malformed);
    tcase_add_test(tests, ignored_on_request);
    tcase_add_test(tests, binds_to_the_certificate);
    tcase_add_test(tests, binding_options);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(binding_suite)
