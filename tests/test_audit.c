/* The line of audit: what it says of a token and of a refusal, that hostile text stays within it, and that no secret is in
 * it. */
#include "check_main.h"
#include "gateway.h"

#define SHA256_OF_KEY "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"

static xcj_error last;

/* The line, checked: printable ASCII, and a JSON object. */
static json_t *line_of(char line[XCJ_AUDIT_MAX + 1], const xcj_auth *auth, const char *token, const xcj_error *refusal)
{
    xcj_audit audit = XCJ_AUDIT_INIT;
    audit.auth = auth;
    audit.token = xcj_text(token);
    audit.refusal = refusal;
    size_t len;
    const xcj_code code = xcj_audit_line(line, XCJ_AUDIT_MAX, &len, &audit, &last);
    ck_assert_msg(code == XCJ_OK, "%s", last.message);
    line[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        ck_assert_msg(line[i] >= ' ' && line[i] < 0x7f, "byte %d in %s", line[i], line);
    }
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    ck_assert_msg(json_is_object(object), "%s", line);
    return object;
}

static xcj_minter *minter_with(const xcj_mint_options *options)
{
    xcj_key *key;
    xcj_minter *minter;
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_minter_new(&minter, key, options, &last), XCJ_OK);
    xcj_key_free(key);
    return minter;
}

/* The line for a token that is minted for this request, at once or for an identified caller; its text stays in `line`. */
static json_t *mint(char line[XCJ_AUDIT_MAX + 1], char token[8192], const xcj_auth *auth, const xcj_mint_options *options,
                    bool identified)
{
    xcj_minter *minter = minter_with(options);
    xcj_caller *caller = NULL;
    xcj_auth used = *auth;
    size_t len;
    if (identified) {
        ck_assert_int_eq(xcj_caller_new(&caller, minter, auth, NULL, &last), XCJ_OK);
        used.caller = caller;
        used.api_key = xcj_text(NULL);
    }
    ck_assert_int_eq(xcj_mint(token, 8191, &len, minter, &used, NULL, &last), XCJ_OK);
    token[len] = '\0';
    json_t *object = line_of(line, &used, token, NULL);
    xcj_caller_free(caller);
    xcj_minter_free(minter);
    return object;
}

START_TEST(a_token)
{
    char line[XCJ_AUDIT_MAX + 1], token[8192];
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    for (int identified = 0; identified < 2; identified++) {
        json_decref(mint(line, token, &auth, &options, identified));
        ck_assert_str_eq(line,
                         "{\"time\":1000,\"event\":\"mint\",\"methods\":[\"apikey\"],\"client_id_sha256\":\"" SHA256_OF_KEY
                         "\",\"consumer\":\"cons\",\"iss\":\"I\",\"aud\":\"https://a\",\"jti\":\"J\",\"exp\":2800,"
                         "\"alg\":\"HS256\",\"kid\":\"hs\"}");
    }
    options.api_key_sha256 = 1;
    for (int identified = 0; identified < 2; identified++) {
        json_t *object = mint(line, token, &auth, &options, identified);
        ck_assert_str_eq(json_string_value(json_object_get(object, "client_id")), SHA256_OF_KEY);
        json_decref(object);
    }
    options.bind = XCJ_BIND_CERTIFICATE;
    auth.client_cert = xcj_text(cert_pem);
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    json_t *object = mint(line, token, &auth, &options, false);
    ck_assert_uint_eq(json_string_length(json_object_get(object, "x5t#S256")), 43);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(object, "methods"), 0)), "client_cert");
    json_decref(object);
}
END_TEST

START_TEST(a_refusal)
{
    char line[XCJ_AUDIT_MAX + 1];
    xcj_auth auth = api_key_auth();
    xcj_error why;
    char token[512];
    size_t len;
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_with(&options);
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text("DPoP e30.e30.c2ln");
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &why), XCJ_ERR_BINDING);
    json_decref(line_of(line, &auth, NULL, &why));
    ck_assert_str_eq(
        line, "{\"time\":1000,\"event\":\"refuse\",\"methods\":[\"bearer\"],\"scheme\":\"DPoP\",\"aud\":\"https://a\","
              "\"code\":\"XCJ_ERR_BINDING\",\"status\":401,\"member\":\"jkt\",\"reason\":\"The Bearer token came with "
              "the scheme DPoP, and is not bound to a key\"}");
    /* After the caller is known: no consumer. */
    auth.methods = XCJ_AUTH_API_KEY;
    auth.consumer_custom_id = xcj_text(NULL);
    xcj_caller *caller;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, &auth, NULL, &last), XCJ_OK);
    auth.caller = caller;
    ck_assert_int_eq(xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &why), XCJ_ERR_CONSUMER);
    json_t *object = line_of(line, &auth, NULL, &why);
    ck_assert_str_eq(json_string_value(json_object_get(object, "client_id_sha256")), SHA256_OF_KEY);
    ck_assert_str_eq(json_string_value(json_object_get(object, "code")), "XCJ_ERR_CONSUMER");
    json_decref(object);
    xcj_caller_free(caller);
    xcj_minter_free(minter);
    /* Nothing is known of the request. */
    json_decref(line_of(line, NULL, NULL, &why));
    ck_assert_ptr_nonnull(strstr(line, "\"methods\":[],\"code\""));
}
END_TEST

/* What could end a line, a string or an object, in each place that a caller chooses. */
START_TEST(hostile_texts)
{
    static const char *const texts[] = {
        "\"},{\"event\":\"mint\"", "a\\",  "\\\"",        "\xe2\x80\xa8",    "\xe2\x80\xa9", "\xc2\x85", "\xe2\x80\xae",
        "\xf0\x9f\x98\x80",        "\x7f", "caf\xc3\xa9", "\xf3\xa0\x81\x81"
    };
    char line[XCJ_AUDIT_MAX + 1], token[8192];
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        xcj_auth auth = api_key_auth();
        json_t *claims = json_pack("{s:s,s:s,s:{s:s}}", "clientId", "b", "sub", texts[i], "act", "client_id", texts[i]);
        char *payload = json_dumps(claims, JSON_COMPACT);
        char *bearer = bearer_of(payload, strlen(payload));
        auth.methods = XCJ_AUTH_BEARER;
        auth.authorization = xcj_text(bearer);
        auth.audience = xcj_text(texts[i]);
        auth.jti = xcj_text(texts[i]);
        json_t *object = mint(line, token, &auth, &options, false);
        static const char *const names[] = { "sub", "aud", "jti" };
        for (size_t n = 0; n < 3; n++) {
            ck_assert_str_eq(json_string_value(json_object_get(object, names[n])), texts[i]);
        }
        ck_assert_str_eq(json_string_value(json_object_get(object, "event")), "mint");
        json_decref(object);
        xcj_error why = { .code = XCJ_ERR_CREDENTIAL };
        snprintf(why.message, sizeof why.message, "%s", texts[i]);
        snprintf(why.member, sizeof why.member, "%s", texts[i]);
        object = line_of(line, &auth, NULL, &why);
        ck_assert_str_eq(json_string_value(json_object_get(object, "reason")), texts[i]);
        ck_assert_str_eq(json_string_value(json_object_get(object, "member")), texts[i]);
        json_decref(object);
        free(bearer);
        free(payload);
        json_decref(claims);
    }
    static const char *const broken[] = { "\n{\"event\":\"mint\"}", "\r\n",     "\x01", "\xff", "\xc3",
                                          "\xed\xa0\x80",           "\xc0\xaf", "\t" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) { /* no token can have these */
        xcj_auth auth = api_key_auth();
        xcj_error why = { .code = XCJ_ERR_CREDENTIAL };
        auth.audience = xcj_text(broken[i]);
        snprintf(why.message, sizeof why.message, "%s", broken[i]);
        json_t *object = line_of(line, &auth, NULL, &why);
        ck_assert_str_eq(json_string_value(json_object_get(object, "event")), "refuse");
        json_decref(object);
    }
}
END_TEST

/* The line keeps no control characters from a JSON value's white space, and a long value becomes null. */
START_TEST(given_claims)
{
    char line[XCJ_AUDIT_MAX + 1], token[8192], claims[2048], longer[600];
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_with(&options);
    size_t len;
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    snprintf(claims, sizeof claims,
             "{\"aud\":[\n\"a\",\r\n\t\"b\"],\"sub\":\"%s\",\"client_id\":7,\"act\":[],\"cnf\":{\"jkt\":\"t\","
             "\"jwk\":{\"kty\":\"oct\",\"k\":\"s3cret\"}}}",
             longer);
    ck_assert_int_eq(xcj_mint_claims(token, sizeof token - 1, &len, minter, claims, strlen(claims), NULL, NULL, &last),
                     XCJ_OK);
    token[len] = '\0';
    json_t *object = line_of(line, NULL, token, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(object, "aud")), 2);
    ck_assert(json_is_null(json_object_get(object, "sub")));
    ck_assert_ptr_null(json_object_get(object, "client_id"));
    ck_assert_str_eq(json_string_value(json_object_get(object, "jkt")), "t");
    ck_assert_ptr_null(strstr(line, "s3cret"));
    json_decref(object);
    xcj_minter_free(minter);
}
END_TEST

static void lacks(const char *line, const char *secret)
{
    ck_assert_msg(strstr(line, secret) == NULL, "%s is in %s", secret, line);
}

START_TEST(no_secrets)
{
    char line[XCJ_AUDIT_MAX + 1], token[8192];
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    char *bearer = bearer_of("{\"clientId\":\"b\"}", strlen("{\"clientId\":\"b\"}"));
    auth.api_key = xcj_text("s3cret-api-key");
    auth.client_cert = xcj_text(cert_pem);
    static const struct {
        uint32_t method;
        const char *authorization;
    } ways[] = { { XCJ_AUTH_API_KEY, NULL },
                 { XCJ_AUTH_BASIC, "Basic dXNlcjpzM2NyZXQtcGFzc3dvcmQ=" },
                 { XCJ_AUTH_BEARER, "" } };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        auth.methods = ways[i].method;
        auth.authorization = xcj_text(ways[i].method == XCJ_AUTH_BEARER ? bearer : ways[i].authorization);
        for (int identified = 0; identified < 2; identified++) {
            json_decref(mint(line, token, &auth, &options, identified));
            lacks(line, "s3cret");
            lacks(line, "dXNlcjpz");
            lacks(line, OCT_K);
            lacks(line, strchr(bearer, ' ') + 1);
            lacks(line, strrchr(bearer, '.') + 1);
            lacks(line, token);
            lacks(line, strrchr(token, '.') + 1);
            lacks(line, "MIIBwTCC");
        }
        xcj_error why;
        char none[8];
        size_t len;
        xcj_auth bad = auth;
        bad.methods = XCJ_AUTH_BEARER | XCJ_AUTH_API_KEY | XCJ_AUTH_BASIC; /* two at once, mostly */
        bad.dpop = xcj_text("a.s3cret.proof");
        xcj_minter *minter = minter_with(&options);
        ck_assert_int_ne(xcj_mint(none, sizeof none, &len, minter, &bad, NULL, &why), XCJ_OK);
        json_decref(line_of(line, &bad, NULL, &why));
        lacks(line, "s3cret");
        lacks(line, "dXNlcjpz");
        lacks(line, strchr(bearer, ' ') + 1);
        xcj_minter_free(minter);
    }
    free(bearer);
}
END_TEST

/* The line has the audience that minting would use. A long one is not copied. */
START_TEST(audiences)
{
    char line[XCJ_AUDIT_MAX + 1];
    char longest[514] = "";
    xcj_error why = { .code = XCJ_ERR_CREDENTIAL };
    memset(longest, 'a', 513);
    const xcj_str several[] = { xcj_text("first"), xcj_text("second") };
    xcj_auth auth = XCJ_AUTH_INIT;
    json_decref(line_of(line, &auth, NULL, &why));
    lacks(line, "\"aud\"");
    auth.service_host = xcj_text("host");
    json_decref(line_of(line, &auth, NULL, &why));
    ck_assert_ptr_nonnull(strstr(line, ",\"aud\":\"host\","));
    auth.audience = (xcj_str){ longest, 513 };
    json_decref(line_of(line, &auth, NULL, &why));
    ck_assert_ptr_nonnull(strstr(line, ",\"aud\":null,"));
    auth.audience.len = 512;
    json_decref(line_of(line, &auth, NULL, &why));
    ck_assert_ptr_nonnull(strstr(line, ",\"aud\":\"aaaa"));
    auth.audiences = several;
    auth.audiences_count = 2;
    json_decref(line_of(line, &auth, NULL, &why));
    ck_assert_ptr_nonnull(strstr(line, ",\"aud\":\"first\","));
}
END_TEST

START_TEST(broken_calls)
{
    char line[XCJ_AUDIT_MAX];
    xcj_audit audit = XCJ_AUDIT_INIT;
    const xcj_auth auth = api_key_auth();
    xcj_error why = { .code = XCJ_ERR_CREDENTIAL };
    size_t len = 1;
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, &len, &audit, &last), XCJ_ERR_ARGUMENT);
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, &len, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, NULL, &audit, &last), XCJ_ERR_ARGUMENT);
    audit.refusal = &why;
    audit.auth = &auth;
    ck_assert_int_eq(xcj_audit_line(NULL, 0, &len, &audit, &last), XCJ_ERR_BUFFER);
    const size_t needed = last.needed;
    ck_assert_int_eq(xcj_audit_line(line, needed - 1, &len, &audit, &last), XCJ_ERR_BUFFER);
    ck_assert_int_eq(xcj_audit_line(line, needed, &len, &audit, &last), XCJ_OK);
    ck_assert_uint_eq(len, needed);
    xcj_auth unknown = auth;
    unknown.size = 0;
    audit.auth = &unknown;
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, &len, &audit, &last), XCJ_ERR_ARGUMENT);
    audit.auth = &auth;
    audit.token = xcj_text("no token");
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, &len, &audit, &last), XCJ_ERR_TOKEN);
    audit.token = xcj_text("e30.bm8.c2ln"); /* its payload is no JSON */
    ck_assert_int_eq(xcj_audit_line(line, sizeof line, &len, &audit, &last), XCJ_ERR_JSON);
}
END_TEST

static Suite *audit_suite(void)
{
    Suite *suite = suite_create("audit");
    TCase *tests = tcase_create("audit");
    tcase_add_test(tests, a_token);
    tcase_add_test(tests, a_refusal);
    tcase_add_test(tests, hostile_texts);
    tcase_add_test(tests, given_claims);
    tcase_add_test(tests, no_secrets);
    tcase_add_test(tests, audiences);
    tcase_add_test(tests, broken_calls);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(audit_suite)
