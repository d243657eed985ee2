#include <time.h>

#include "check_main.h"
#include "gateway.h"

#define BAD_BEARER "the Bearer token cannot be read: "
#define BAD_BASIC "the Basic credentials cannot be read"
#define TAIL(id) "\"client_id\":\"" id "\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\""
#define CONSUMER ",\"act\":{\"client_id\":\"cons\"}}"

static xcj_error last;

/* Expects these claims. */
static void expect_claims(const xcj_auth *auth, const xcj_mint_options *options, const char *expected)
{
    char *text;
    size_t len;
    xcj_code code = xcj_auth_claims(&text, &len, auth, options, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s (expected %s)", xcj_code_name(code), last.message, expected);
    ck_assert_int_eq(last.code, XCJ_OK);
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_str_eq(text, expected);
    json_decref(json_of(text, len));
    xcj_free(text);
}

/* Expects a refusal, and this within its sentence. */
static void expect_refusal(const xcj_auth *auth, const xcj_mint_options *options, xcj_code expected, const char *message)
{
    char *text = (char *)1;
    size_t len = 1;
    xcj_code code = xcj_auth_claims(&text, &len, auth, options, NULL, &last);
    ck_assert_msg(code == expected, "%s in place of %s: %s", xcj_code_name(code), xcj_code_name(expected), last.message);
    ck_assert_int_eq(last.code, expected);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(len, 0);
    ck_assert_msg(strstr(last.message, message) != NULL, "\"%s\" is not in: %s", message, last.message);
    ck_assert_int_eq(xcj_auth_claims(&text, &len, auth, options, NULL, NULL), expected);
}

static void expect_bearer(const char *payload, const xcj_mint_options *options, const char *expected)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    char *value = bearer_of(payload, strlen(payload));
    auth.authorization = xcj_text(value);
    expect_claims(&auth, options, expected);
    free(value);
}

static void expect_bearer_refusal(const char *payload, const xcj_mint_options *options, xcj_code code, const char *message)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    char *value = bearer_of(payload, strlen(payload));
    auth.authorization = xcj_text(value);
    expect_refusal(&auth, options, code, message);
    free(value);
}

static void expect_basic(const char *pair, size_t len, const char *expected)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BASIC;
    xcj_mint_options options = base_options();
    char *value = basic_of(pair, len);
    auth.authorization = xcj_text(value);
    expect_claims(&auth, &options, expected);
    free(value);
}

static void expect_basic_refusal(const char *pair, size_t len, xcj_code code, const char *message)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BASIC;
    xcj_mint_options options = base_options();
    char *value = basic_of(pair, len);
    auth.authorization = xcj_text(value);
    expect_refusal(&auth, &options, code, message);
    ck_assert_ptr_null(strstr(last.message, "secret"));
    free(value);
}

START_TEST(api_key_is_the_client_id)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    auth.consumer_custom_id = xcj_text("");
    auth.consumer_id = xcj_text("id");
    expect_claims(&auth, &options, "{" TAIL("key") ",\"act\":{\"client_id\":\"id\"}}");
}
END_TEST

/* FIPS 180-2 B.1: the SHA-256 of "abc". */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

START_TEST(api_key_is_hashed_when_asked)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    auth.api_key = xcj_text("abc");
    expect_claims(&auth, &options, "{" TAIL("abc") CONSUMER);
    options.api_key_sha256 = 1;
    expect_claims(&auth, &options, "{" TAIL(ABC_SHA256) CONSUMER);
    /* What is refused as it is, is refused as a hash, too. */
    auth.api_key = xcj_text("");
    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "no API key");
    auth.api_key = xcj_text("a\nb");
    expect_refusal(&auth, &options, XCJ_ERR_CLIENT_ID, "control character");
    /* Other credentials stay as they are. */
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_dn = xcj_text("CN=abc");
    expect_claims(&auth, &options, "{" TAIL("CN=abc") CONSUMER);
}
END_TEST

/* Row 9 */
START_TEST(empty_api_key_is_absent)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    auth.api_key = xcj_text("");
    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "the request has no credential: no API key");
    auth.methods = XCJ_AUTH_ANY;
    expect_refusal(
        &auth, &options, XCJ_ERR_NO_CREDENTIAL,
        "the request has no credential: no Bearer token, no Basic credentials, no client certificate, no API key");
    ck_assert_int_eq(xcj_code_http_status(last.code), 401);
    auth.client_dn = xcj_text("");
    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "no client certificate");
}
END_TEST

/* Row 2: the method that authenticated the request is the only one looked at. */
START_TEST(named_method_alone_counts)
{
    xcj_mint_options options = base_options();
    char *bearer = bearer_of("{\"clientId\":\"b\"}", 16);
    xcj_auth auth = api_key_auth();
    auth.authorization = xcj_text(bearer);
    auth.client_dn = xcj_text("CN=dn");
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    expect_claims(&auth, &options, "{" TAIL("CN=dn") CONSUMER);
    auth.methods = XCJ_AUTH_BEARER;
    expect_claims(&auth, &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
    auth.methods = XCJ_AUTH_BASIC;
    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "no Basic credentials");
    auth.authorization = xcj_text("bearer x");
    auth.methods = XCJ_AUTH_API_KEY;
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    auth.methods = 0;
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "methods");
    auth.methods = (uint32_t)1 << 4;
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "methods");
    free(bearer);
}
END_TEST

/* Every set of credentials against every allow-list, and against the method that the plugin would choose. */
START_TEST(allow_list_matrix)
{
    static const char *const ids[4] = { "bearer", "basic", "dn", "key" };
    xcj_mint_options options = base_options();
    char *bearer = bearer_of("{\"clientId\":\"bearer\"}", 21);
    char *basic = basic_of("basic:p", 7);
    for (unsigned given = 0; given < 16; given++) {
        if ((given & 3) == 3) {
            continue; /* one header field */
        }
        for (uint32_t asked = 1; asked < 16; asked++) {
            for (int kong = 0; kong < 2; kong++) {
                xcj_auth auth = api_key_auth();
                auth.authorization = xcj_text((given & 1) != 0 ? bearer : (given & 2) != 0 ? basic : NULL);
                auth.client_dn = xcj_text((given & 4) != 0 ? "dn" : NULL);
                auth.api_key = xcj_text((given & 8) != 0 ? "key" : NULL);
                auth.methods = kong ? xcj_kong_method(&auth) : asked;
                unsigned both = given & auth.methods;
                unsigned lowest = 0;
                while (lowest < 4 && (both >> lowest & 1) == 0) {
                    lowest++;
                }
                bool several = (both & (both - 1)) != 0;
                if (lowest == 4) {
                    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "the request has no credential");
                } else if (several) {
                    expect_refusal(&auth, &options, XCJ_ERR_NO_CREDENTIAL, "the request has more than one credential: ");
                } else {
                    char expected[256];
                    snprintf(expected, sizeof expected, "{%s\"client_id\":\"%s\",%s",
                             lowest == 0 ? "\"clientId\":\"bearer\"," : "", ids[lowest],
                             "\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\"" CONSUMER);
                    expect_claims(&auth, &options, expected);
                }
            }
        }
    }
    free(bearer);
    free(basic);
}
END_TEST

/* Rows 2 and 3, RFC 9110 11.4 */
START_TEST(scheme_and_credentials)
{
    static const struct {
        const char *format;
        xcj_code code;
    } cases[] = {
        { "Bearer %s", XCJ_OK },
        { "bearer %s", XCJ_OK },
        { "BEARER %s", XCJ_OK },
        { "Bearer    %s", XCJ_OK },
        { " \t Bearer %s \t", XCJ_OK },
        { "xBearer %s", XCJ_ERR_NO_CREDENTIAL },
        { "BearerX %s", XCJ_ERR_NO_CREDENTIAL },
        { "Digest %s", XCJ_ERR_NO_CREDENTIAL },
        { "%s", XCJ_ERR_NO_CREDENTIAL },
        { "\"Bearer\" %s", XCJ_ERR_NO_CREDENTIAL },
        { "Bearer\t%s", XCJ_ERR_CREDENTIAL },
        { "Bearer \t%s", XCJ_ERR_CREDENTIAL },
        { "Bearer,%s", XCJ_ERR_CREDENTIAL },
        { "Bearer %s x", XCJ_ERR_CREDENTIAL },
        { "Bearer x %s", XCJ_ERR_CREDENTIAL },
        { "Bearer %s\tx", XCJ_ERR_CREDENTIAL },
        { "Bearer Bearer %s", XCJ_ERR_CREDENTIAL },
        { "Bearer \"%s\"", XCJ_ERR_CREDENTIAL },
        { "Bearer %s=", XCJ_ERR_CREDENTIAL },
    };
    char *value = bearer_of("{\"clientId\":\"b\"}", 16);
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text, cases[i].format, value + 7);
        xcj_auth auth = api_key_auth();
        auth.methods = XCJ_AUTH_BEARER;
        auth.authorization = xcj_text(text);
        if (cases[i].code == XCJ_OK) {
            expect_claims(&auth, &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
        } else {
            expect_refusal(&auth, &options, cases[i].code, "");
        }
        /* A malformed credential is no reason to go on to the next one; another scheme is no credential at all. */
        auth.methods = xcj_kong_method(&auth);
        if (cases[i].code == XCJ_ERR_CREDENTIAL) {
            expect_refusal(&auth, &options, XCJ_ERR_CREDENTIAL, "the B");
        } else if (cases[i].code == XCJ_ERR_NO_CREDENTIAL) {
            expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
        }
    }
    free(value);
    static const char *const alone[] = { "Bearer", "Bearer ", " Bearer", "Basic", "basic  " };
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        xcj_auth auth = api_key_auth();
        auth.authorization = xcj_text(alone[i]);
        auth.methods = xcj_kong_method(&auth);
        expect_refusal(&auth, &options, XCJ_ERR_CREDENTIAL, "no credentials after the scheme");
    }
    /* The plugin does not know DPoP: it takes the other credential; alone, it is the Bearer token. */
    xcj_auth auth = api_key_auth();
    auth.authorization = xcj_text("DPoP abc");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_API_KEY);
    auth.authorization = xcj_text("Bearer abc");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_BEARER);
    auth.authorization = xcj_text("DPoP abc");
    auth.api_key = xcj_text("");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_BEARER);
}
END_TEST

/* An underflow of a length crashed a worker of another library on such values. */
START_TEST(short_authorization_values)
{
    xcj_mint_options options = base_options();
    static const char *const values[] = {
        "", " ", "\t", "X", "B", "Bearer", "Bearer .", "Bearer ..", "Bearer ...", "Basic ="
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        xcj_auth auth = api_key_auth();
        auth.methods = XCJ_AUTH_BEARER | XCJ_AUTH_BASIC;
        char *copy = malloc(strlen(values[i]) + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, values[i], strlen(values[i]));
        auth.authorization = (xcj_str){ copy, strlen(values[i]) };
        expect_refusal(&auth, &options, i < 5 ? XCJ_ERR_NO_CREDENTIAL : XCJ_ERR_CREDENTIAL, "");
        free(copy);
    }
}
END_TEST

/* Rows 4 and 22: three parts, each canonical base64url, and a signature. */
START_TEST(bearer_form)
{
    static const struct {
        const char *token;
        const char *message; /* NULL: accepted */
    } cases[] = {
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2ln", NULL },
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2lnbg", NULL },
        { "eyJhbGciOiJub25lIn0.eyJjbGllbnRJZCI6ImIifQ.c2ln", NULL }, /* the gateway trusts it: alg is not looked at */
        { "e30.eyJjbGllbnRJZCI6ImIifQ.", "Inconsistent JWT" },
        { ".eyJjbGllbnRJZCI6ImIifQ.c2ln", "Inconsistent JWT" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ", "Inconsistent JWT" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2ln.c2ln", "Inconsistent JWT" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2ln.", "Inconsistent JWT" },
        { "eyJjbGllbnRJZCI6ImIifQ", "Inconsistent JWT" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ==.c2ln", "base64url" },
        { "e30.eyJjbGllbnRJZCI6ImIifR.c2ln", "base64url" }, /* bits beyond the last byte */
        { "e31.eyJjbGllbnRJZCI6ImIifQ.c2ln", "base64url" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2l+", "base64url" },
        { "e30.eyJjbGllbnRJZCI6ImIifQ.c2lnx", "base64url" },
        { "e30..c2ln", "Bearer token" },
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[256];
        snprintf(value, sizeof value, "Bearer %s", cases[i].token);
        xcj_auth auth = api_key_auth();
        auth.methods = XCJ_AUTH_BEARER;
        auth.authorization = xcj_text(value);
        if (cases[i].message == NULL) {
            expect_claims(&auth, &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
        } else {
            expect_refusal(&auth, &options, XCJ_ERR_CREDENTIAL, cases[i].message);
            ck_assert_ptr_nonnull(strstr(last.message, BAD_BEARER));
        }
    }
    /* Row 4: base64url's own characters. Both stand in the text of these. */
    static const char special[] = "{\"clientId\":\"b\",\"x\":\"?\?\?>>>\"}";
    char *value = bearer_of(special, strlen(special));
    ck_assert(strchr(value, '_') != NULL && strchr(value, '-') != NULL);
    value[0] = 'b';
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    expect_claims(&auth, &options, "{\"clientId\":\"b\",\"x\":\"?\?\?>>>\"," TAIL("b") CONSUMER);
    *strchr(value, '_') = '/';
    expect_refusal(&auth, &options, XCJ_ERR_CREDENTIAL, "base64url");
    free(value);
}
END_TEST

/* Row 5, and the scanner's rules. */
START_TEST(bearer_payload_is_an_object)
{
    static const char *const bad[] = {
        "7",
        "null",
        "[]",
        "\"x\"",
        "",
        "{\"clientId\":\"b\"",
        "{\"clientId\":\"b\"} x",
        "{\"clientId\":\"b\",\"a\":1,\"a\":2}",
        "{\"clientId\":\"b\",\"o\":{\"a\":1,\"\\u0061\":2}}",
        "{\"clientId\":\"b\",\"clientId\":\"c\"}",
        "{\"clientId\":\"b\",\"x\":\"\\ud800\"}",
        "{\"clientId\":\"b\",\"x\":\"\xff\"}",
        "{\"clientId\":\"b\",\"x\":01}",
    };
    xcj_mint_options options = base_options();
    expect_bearer("{\"clientId\":\"b\"}", &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_bearer_refusal(bad[i], &options, XCJ_ERR_CREDENTIAL, BAD_BEARER);
        ck_assert_int_eq(xcj_code_http_status(last.code), 401);
    }
}
END_TEST

/* Row 10: bytes and order. */
START_TEST(bearer_members_are_kept)
{
    xcj_mint_options options = base_options();
    expect_bearer(
        "{ \"z\" : [ ] , \"n\":1234567890123456789,\"f\":1.10,\"e\":1E2,\"s\":\"\\u00e9\\/\",\"o\":{ \"a\" : { } },"
        "\"clientId\":\"b\",\"nbf\":5}",
        &options,
        "{\"z\" : [ ],\"n\":1234567890123456789,\"f\":1.10,\"e\":1E2,\"s\":\"\\u00e9\\/\",\"o\":{ \"a\" : { } },"
        "\"clientId\":\"b\"," TAIL("b") CONSUMER);
}
END_TEST

#define TEN(text) text text text text text text text text text text
#define LONG_NAME TEN("aaaaa")
#define ESCAPED(letter) TEN("\\u" letter "\\u" letter "\\u" letter "\\u" letter "\\u" letter)

/* A parser that does not tell case apart, or folds as Unicode does, must not read theirs in place of ours. */
START_TEST(names_that_differ_by_case)
{
    static const char *const shadows[] = {
        "ISS", "Iss", "Act",       "CLIENT_ID",  "client_Id",        "Exp",        "IAT",
        "Aud", "jTi", "i\\u0053s", "i\xc5\xbfs", "i\\u017f\xc5\xbf", "Tea\\u004d", "tas\xe2\x84\xaa",
    };
    static const char *const others[] = { "is",
                                          "isss",
                                          "clientid",
                                          "client-id",
                                          "acts",
                                          ("i\xc5\xbe"
                                           "s"),
                                          "teams",
                                          "Nbf" };
    xcj_mint_options options = base_options();
    options.claims = xcj_text("{\"team\":1,\"task\":2}");
    for (size_t i = 0; i < sizeof shadows / sizeof *shadows; i++) {
        char payload[128];
        snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"%s\":\"x\"}", shadows[i]);
        expect_bearer_refusal(payload, &options, XCJ_ERR_CREDENTIAL, "by case alone");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char payload[128];
        char expected[512];
        snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"%s\":\"x\"}", others[i]);
        snprintf(expected, sizeof expected, "{\"clientId\":\"b\",\"%s\":\"x\",%s", others[i],
                 "\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"},\"team\":1,\"task\":2}");
        expect_bearer(payload, &options, expected);
    }
    /* A long name, each letter of which is an escape; names of ours beyond ASCII. */
    options.claims = xcj_text("{\"" LONG_NAME "\":1,\"\xc5\xbf"
                              "ame\":2,\"back\\\\slash\":3}");
    expect_bearer_refusal("{\"clientId\":\"b\",\"" ESCAPED("0041") "\":\"x\"}", &options, XCJ_ERR_CREDENTIAL,
                          "by case alone");
    expect_bearer_refusal("{\"clientId\":\"b\",\"SAME\":\"x\"}", &options, XCJ_ERR_CREDENTIAL, "by case alone");
    expect_bearer_refusal("{\"clientId\":\"b\",\"Back\\\\slash\":\"x\"}", &options, XCJ_ERR_CREDENTIAL, "by case alone");
    expect_bearer(
        "{\"clientId\":\"b\",\"" ESCAPED("0062") "\":\"x\"}", &options,
        "{\"clientId\":\"b\",\"" ESCAPED(
            "0062") "\":\"x\",\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,"
                    "\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\",\"act\":{\"client_id\":\"cons\"},\"" LONG_NAME "\":1,"
                    "\"\xc5\xbf"
                    "ame\":2,\"back\\\\slash\":3}");
    /* What is dropped stands next to nothing. */
    const xcj_str dropped[] = { xcj_text("ISS") };
    options = base_options();
    options.drop_claims = dropped;
    options.drop_claims_count = 1;
    expect_bearer("{\"clientId\":\"b\",\"ISS\":\"x\"}", &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
}
END_TEST

START_TEST(ours_replace_theirs)
{
    xcj_mint_options options = base_options();
    options.exp = XCJ_EXP_UNCAPPED;
    expect_bearer(
        "{\"iss\":\"x\",\"aud\":[\"y\"],\"clientId\":\"b\",\"client_id\":\"x\",\"jti\":1,\"iat\":\"q\",\"exp\":null,"
        "\"sub\":\"s\"}",
        &options, "{\"clientId\":\"b\",\"sub\":\"s\"," TAIL("b") CONSUMER);
    options.exp = XCJ_EXP_DEFAULT;
    expect_bearer("{\"\\u0069ss\":\"x\",\"clientId\":\"b\",\"client\\u005fid\":\"x\",\"iss \":1,\"act\\u0001\":2}", &options,
                  "{\"clientId\":\"b\",\"iss \":1,\"act\\u0001\":2," TAIL("b") CONSUMER);
    options.claims = xcj_text(" { \"tenant\" : \"t\" , \"\\u0078\":[1] } ");
    expect_bearer("{\"tenant\":\"evil\",\"clientId\":\"b\",\"x\":2,\"y\":3}", &options,
                  "{\"clientId\":\"b\",\"y\":3," TAIL("b") ",\"act\":{\"client_id\":\"cons\"},\"tenant\" : \"t\" , "
                                                           "\"\\u0078\":[1]}");
    options.claims = xcj_text("{}");
    expect_bearer("{\"clientId\":\"b\"}", &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
}
END_TEST

START_TEST(extra_claims_are_checked)
{
    static const char *const bad[] = {
        "{\"client_id\":1}", "{\"iss\":1}", "{\"iat\":1}",       "{\"exp\":1}",
        "{\"aud\":1}",       "{\"jti\":1}", "{\"\\u0061ct\":1}", "{\"x\":1,\"iss\":2}",
    };
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.claims = xcj_text(bad[i]);
        expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "claims must not name");
        ck_assert_int_eq(xcj_code_http_status(last.code), 500);
    }
    options.claims = xcj_text("[]");
    expect_refusal(&auth, &options, XCJ_ERR_JSON, "");
    options.claims = xcj_text("{\"a\":1,\"a\":2}");
    expect_refusal(&auth, &options, XCJ_ERR_JSON, "");
    options.claims = xcj_text("{\"a\":1}");
    expect_claims(&auth, &options, "{" TAIL("key") ",\"act\":{\"client_id\":\"cons\"},\"a\":1}");
}
END_TEST

/* Row 7 */
START_TEST(bearer_client_id)
{
    static const char *const bad[] = {
        "{\"clientId\":7}",
        "{\"clientId\":null}",
        "{\"clientId\":{}}",
        "{\"clientId\":[\"b\"]}",
        "{\"clientId\":true}",
        "{\"clientId\":\"\"}",
        "{\"clientId\":\"a\\u0000b\"}",
        "{\"clientId\":\"a\\nb\"}",
        "{\"clientId\":\"a\\u007fb\"}",
        "{\"clientId\":\"a\x7f\"}",
        "{\"clientId\":\"a\xc2\x85\"}",
        "{}",
        "{\"client_id\":\"b\"}",
        "{\"x\":{\"clientId\":\"b\"}}",
        "{\"clientid\":\"b\"}",
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_bearer_refusal(bad[i], &options, XCJ_ERR_CLIENT_ID, "the Bearer token's claim 'clientId' gives no client_id");
    }
    expect_bearer_refusal("{}", &options, XCJ_ERR_CLIENT_ID, "");
    ck_assert_str_eq(last.message, "the Bearer token's claim 'clientId' gives no client_id");
    expect_bearer("{\"clientId\":\"\\u0062\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"}", &options,
                  "{\"clientId\":\"\\u0062\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"," TAIL("b\\\"\\\\/\xc3\xa9\xf0\x9f\x98\x80")
                      CONSUMER);
    expect_bearer("{\"client\\u0049d\":\"b\"}", &options, "{\"client\\u0049d\":\"b\"," TAIL("b") CONSUMER);
}
END_TEST

START_TEST(bearer_client_id_claim_is_a_literal_name)
{
    xcj_mint_options options = base_options();
    xcj_str claim = xcj_text("a.b");
    options.bearer_clientid_claims = &claim;
    options.bearer_clientid_claims_count = 1;
    options.exp = XCJ_EXP_UNCAPPED;
    expect_bearer("{\"a\":{\"b\":\"no\"},\"a.b\":\"yes\"}", &options,
                  "{\"a\":{\"b\":\"no\"},\"a.b\":\"yes\"," TAIL("yes") CONSUMER);
    expect_bearer_refusal("{\"a\":{\"b\":\"no\"}}", &options, XCJ_ERR_CLIENT_ID, "the Bearer token's claim 'a.b'");
    static const char *const ours[] = { "client_id", "iss", "aud", "jti", "iat", "exp", "act" };
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        char payload[64];
        snprintf(payload, sizeof payload, "{\"%s\":\"who\"}", ours[i]);
        claim = xcj_text(ours[i]);
        if (strcmp(ours[i], "act") == 0) { /* read, and then refused because it is no object */
            expect_bearer_refusal(payload, &options, XCJ_ERR_CREDENTIAL, "act");
        } else {
            expect_bearer(payload, &options, "{" TAIL("who") CONSUMER);
        }
    }
    claim = xcj_text("sub");
    const xcj_str dropped[] = { { "sub", 3 } };
    options.drop_claims = dropped;
    options.drop_claims_count = 1;
    expect_bearer("{\"sub\":\"who\"}", &options, "{" TAIL("who") CONSUMER);
    claim = xcj_text("");
    expect_bearer_refusal("{\"\":\"who\"}", &options, XCJ_ERR_CONFIG, "bearer_clientid_claims");
}
END_TEST

/* Row 6 */
START_TEST(act_that_is_no_object)
{
    static const char *const bad[] = {
        "\"x\"", "null", "[]", "1", "true", "{\"act\":1}", "{\"sub\":\"s\",\"act\":{\"act\":[]}}"
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char payload[64];
        snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"act\":%s}", bad[i]);
        options.consumer_optional = (int)(i % 2);
        expect_bearer_refusal(payload, &options, XCJ_ERR_CREDENTIAL, "'act' claim is not an object");
        ck_assert_int_eq(xcj_code_http_status(last.code), 401);
    }
}
END_TEST

/* RFC 8693 4.1: the actor before ours is nested in it, byte for byte; two are never merged into one. */
START_TEST(act_is_nested)
{
    static const char *const inbound[] = {
        "{ \"sub\" : \"s\", \"client\\u005fid\":\"evil\",\"act\":{\"client_id\":\"deep\"} }",
        "{\"client_id\":\"cons\"}",
        "{\"sub\":\"agent\",\"iss\":\"https://x\"}",
        "{\"Client_ID\":\"x\"}",
        "{}",
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof inbound / sizeof *inbound; i++) {
        char payload[256];
        char expected[512];
        snprintf(payload, sizeof payload, "{\"act\":%s,\"clientId\":\"b\"}", inbound[i]);
        options.consumer_optional = 0;
        snprintf(expected, sizeof expected,
                 "{\"clientId\":\"b\","
                 "%s"
                 ",\"act\":{\"client_id\":\"cons\",\"act\":%s}}",
                 TAIL("b"), inbound[i]);
        expect_bearer(payload, &options, expected);
    }
}
END_TEST

/* The chain is bounded: seven actors and ours. */
START_TEST(act_has_a_depth)
{
    xcj_mint_options options = base_options();
    for (int actors = 1; actors <= 40; actors++) {
        char payload[512] = "{\"clientId\":\"b\",\"act\":";
        char expected[768] = "{\"clientId\":\"b\"," TAIL("b") ",\"act\":{\"client_id\":\"cons\",\"act\":";
        char chain[512] = "";
        for (int i = 0; i < actors; i++) {
            strcat(chain, i < actors - 1 ? "{\"act\":" : "{\"s\":1");
        }
        for (int i = 0; i < actors; i++) {
            strcat(chain, "}");
        }
        strcat(strcat(payload, chain), "}");
        strcat(strcat(expected, chain), "}}");
        if (actors < 8) {
            expect_bearer(payload, &options, expected);
        } else {
            expect_bearer_refusal(payload, &options, XCJ_ERR_LIMIT, "the limit is 8");
            ck_assert_str_eq(last.member, "act");
        }
    }
}
END_TEST

START_TEST(missing_consumer)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    auth.consumer_custom_id = xcj_text(NULL);
    expect_refusal(&auth, &options, XCJ_ERR_CONSUMER, "");
    ck_assert_str_eq(last.message, "the request has no consumer");
    options.consumer_optional = 1;
    expect_claims(&auth, &options, "{" TAIL("key") "}");
    auth.methods = XCJ_AUTH_BEARER;
    static const char *const cases[][2] = {
        { "{\"clientId\":\"b\"}", "{\"clientId\":\"b\"," TAIL("b") "}" },
        { "{\"clientId\":\"b\",\"act\":{}}", "{\"clientId\":\"b\"," TAIL("b") ",\"act\":{\"act\":{}}}" },
        { "{\"clientId\":\"b\",\"act\":{\"client_id\":\"x\"}}",
          "{\"clientId\":\"b\"," TAIL("b") ",\"act\":{\"act\":{\"client_id\":\"x\"}}}" },
        { "{\"clientId\":\"b\",\"act\":{\"a\":1,\"client_id\":\"x\",\"b\":2}}",
          "{\"clientId\":\"b\"," TAIL("b") ",\"act\":{\"act\":{\"a\":1,\"client_id\":\"x\",\"b\":2}}}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *value = bearer_of(cases[i][0], strlen(cases[i][0]));
        auth.authorization = xcj_text(value);
        expect_claims(&auth, &options, cases[i][1]);
        free(value);
    }
}
END_TEST

/* Row 11 */
START_TEST(drop_and_keep)
{
    static const char payload[] = "{\"a\":1,\"clientId\":\"b\",\"\\u006ebf\":2,\"act\":{\"sub\":\"s\"},\"c\":3}";
    const xcj_str names[] = { { "nbf", 3 }, { "a", 1 }, { "act", 3 } };
    xcj_mint_options options = base_options();
    options.drop_claims = names;
    options.drop_claims_count = 3;
    expect_bearer(payload, &options, "{\"clientId\":\"b\",\"c\":3," TAIL("b") CONSUMER);
    options.drop_claims_count = 2;
    expect_bearer(payload, &options,
                  "{\"clientId\":\"b\",\"c\":3," TAIL("b") ",\"act\":{\"client_id\":\"cons\",\"act\":{\"sub\":\"s\"}}}");
    options.keep_claims = names;
    options.keep_claims_count = 3;
    expect_bearer_refusal(payload, &options, XCJ_ERR_CONFIG, "not given together");
    options.drop_claims = NULL;
    options.drop_claims_count = 0;
    expect_bearer(payload, &options,
                  "{\"a\":1,\"\\u006ebf\":2," TAIL("b") ",\"act\":{\"client_id\":\"cons\",\"act\":{\"sub\":\"s\"}}}");
    options.keep_claims_count = 2;
    expect_bearer(payload, &options, "{\"a\":1,\"\\u006ebf\":2," TAIL("b") CONSUMER);
    options.keep_claims_count = 0;
    expect_bearer(payload, &options, "{" TAIL("b") CONSUMER);
    options.keep_claims = NULL;
    options.keep_claims_count = 1;
    expect_bearer_refusal(payload, &options, XCJ_ERR_ARGUMENT, "keep_claims");
    options.keep_claims_count = 0;
    options.drop_claims_count = 1;
    expect_bearer_refusal(payload, &options, XCJ_ERR_ARGUMENT, "drop_claims");
    const xcj_str no_name[] = { { NULL, 0 } };
    options.drop_claims = no_name;
    expect_bearer_refusal(payload, &options, XCJ_ERR_CONFIG, "drop_claims");
}
END_TEST

/* Row 11: ours need not outlive theirs. */
START_TEST(exp_is_capped)
{
    static const struct {
        const char *exp; /* NULL: none */
        long long expected;
        xcj_code code;
    } cases[] = {
        { NULL, 2800, XCJ_OK },
        { "2000", 2000, XCJ_OK },
        { "2800", 2800, XCJ_OK },
        { "2801", 2800, XCJ_OK },
        { "1e300", 2800, XCJ_OK },
        { "1001.9", 1001, XCJ_OK },
        { "1.5e3", 1500, XCJ_OK },
        { "1001", 1001, XCJ_OK },
        { "1000", 0, XCJ_ERR_EXPIRED },
        { "1000.9", 0, XCJ_ERR_EXPIRED },
        { "-5", 0, XCJ_ERR_EXPIRED },
        { "-1e300", 0, XCJ_ERR_EXPIRED },
        { "1e400", 0, XCJ_ERR_CREDENTIAL },
        { "\"2000\"", 0, XCJ_ERR_CREDENTIAL },
        { "null", 0, XCJ_ERR_CREDENTIAL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char payload[128];
        char expected[256];
        if (cases[i].exp != NULL) {
            snprintf(payload, sizeof payload, "{\"exp\":%s,\"clientId\":\"b\"}", cases[i].exp);
        } else {
            snprintf(payload, sizeof payload, "{\"clientId\":\"b\"}");
        }
        xcj_mint_options options = base_options();
        options.exp = XCJ_EXP_UNCAPPED;
        expect_bearer(payload, &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
        options.exp = i % 2 == 0 ? XCJ_EXP_DEFAULT : XCJ_EXP_CAPPED;
        if (cases[i].code != XCJ_OK) {
            expect_bearer_refusal(payload, &options, cases[i].code, "exp");
            ck_assert_uint_eq(last.claims, cases[i].code == XCJ_ERR_EXPIRED ? XCJ_CLAIM_EXP : 0);
            continue;
        }
        snprintf(expected, sizeof expected,
                 "{\"clientId\":\"b\",\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,\"exp\":%lld,\"aud\":\"https://a\","
                 "\"jti\":\"J\"" CONSUMER,
                 cases[i].expected);
        expect_bearer(payload, &options, expected);
    }
}
END_TEST

/* Row 8, RFC 7617 */
START_TEST(basic_user_and_password)
{
    expect_basic("my-user:My p@ssword!", 20, "{" TAIL("my-user") CONSUMER);
    expect_basic("u:secret:with:colons", 20, "{" TAIL("u") CONSUMER);
    expect_basic("u:", 2, "{" TAIL("u") CONSUMER);
    expect_basic("caf\xc3\xa9 \"\\:p", 10, "{" TAIL("caf\xc3\xa9 \\\"\\\\") CONSUMER);
    expect_basic_refusal("secret", 6, XCJ_ERR_CREDENTIAL, BAD_BASIC);
    expect_basic_refusal(":secret", 7, XCJ_ERR_CLIENT_ID, "Unable to use the client_id: it is empty");
    expect_basic_refusal("u\xff:secret", 9, XCJ_ERR_CREDENTIAL, "UTF-8");
    expect_basic_refusal("u:secret\xff", 9, XCJ_ERR_CREDENTIAL, "UTF-8");
    expect_basic_refusal("u\n:secret", 9, XCJ_ERR_CLIENT_ID, "control");
    expect_basic_refusal("u\0x:secret", 10, XCJ_ERR_CLIENT_ID, "control");
}
END_TEST

/* RFC 4648 4 with its padding, or a token68 without */
START_TEST(basic_base64)
{
    static const struct {
        const char *text;
        const char *client_id; /* NULL: refused */
    } cases[] = {
        { "dTpw", "u" },          { "dTpwcA==", "u" },     { "dTpwcA", "u" },   { "dTpwcHA=", "u" },  { "dTpwcHA", "u" },
        { "dTo", "u" },           { "dTo=", "u" },         { "dTpwcA=", NULL }, { "dTpwcB==", NULL }, { "dTpwcB", NULL },
        { "dTpwcHB=", NULL },     { "dTpwcHB", NULL },     { "dTpwc", NULL },   { "d", NULL },        { "dTpwcA===", NULL },
        { "dTpwcA==dTpw", NULL }, { "dTpwcA==dTo", NULL }, { "dTpw_A", NULL },  { "dTpw-A", NULL },   { "dTpw,A", NULL },
        { "====", NULL },
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[64];
        snprintf(value, sizeof value, "Basic %s", cases[i].text);
        xcj_auth auth = api_key_auth();
        auth.methods = XCJ_AUTH_BASIC;
        auth.authorization = xcj_text(value);
        if (cases[i].client_id != NULL) {
            expect_claims(&auth, &options, "{" TAIL("u") CONSUMER);
        } else {
            expect_refusal(&auth, &options, XCJ_ERR_CREDENTIAL, "");
            ck_assert_str_eq(last.message, BAD_BASIC);
        }
    }
}
END_TEST

/* Rows 14 and 15 */
START_TEST(client_certificate)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_cert = xcj_text(cert_pem);
    options.dn = XCJ_DN_UNESCAPED;
    expect_claims(&auth, &options, "{" TAIL("C=FR, O=Caf\xc3\xa9 \\\"Q\\\", Inc., CN=a\\\\b") CONSUMER);
    for (xcj_dn dn = XCJ_DN_DEFAULT; dn <= XCJ_DN_RFC4514; dn++) {
        options.dn = dn;
        expect_claims(&auth, &options, "{" TAIL("CN=a\\\\\\\\b,O=Caf\xc3\xa9 \\\\\\\"Q\\\\\\\"\\\\, Inc.,C=FR") CONSUMER);
    }
    options.dn = (xcj_dn)3;
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "dn");
    options.dn = XCJ_DN_DEFAULT;
    auth.client_dn = xcj_text("CN=other");
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "must not both");
    auth.methods = XCJ_AUTH_API_KEY;
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_cert = xcj_text("");
    expect_claims(&auth, &options, "{" TAIL("CN=other") CONSUMER);
    auth.client_cert = xcj_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    auth.client_dn = xcj_text(NULL);
    auth.methods = xcj_kong_method(&auth);
    expect_refusal(&auth, &options, XCJ_ERR_CERTIFICATE, "");
    ck_assert_int_eq(xcj_code_http_status(last.code), 401);
}
END_TEST

/* Row 12 */
START_TEST(audience_of_the_service)
{
    static const struct {
        const char *scheme;
        const char *host;
        unsigned port;
        const char *path;
        const char *aud; /* NULL: refused */
    } cases[] = {
        { "http", "httpbin.apim.eu", 80, "/anything", "http://httpbin.apim.eu/anything" },
        { "https", "h", 443, "/", "https://h/" },
        { "https", "h", 80, NULL, "https://h:80" },
        { "http", "h", 443, "/p", "http://h:443/p" },
        { "HTTP", "h", 80, "", "HTTP://h" },
        { "hTTps", "h", 443, NULL, "hTTps://h" },
        { "https", "h", 0, "/a?b=c", "https://h/a?b=c" },
        { "https", "h", 8443, "/\"\\", "https://h:8443/\\\"\\\\" },
        { "https", "[::1]", 443, "/", "https://[::1]/" },
        { "https", "[2001:db8::1]", 8443, "/", "https://[2001:db8::1]:8443/" },
        { "grpc", "h", 80, NULL, "grpc://h:80" },
        { "https", "h", 65535, NULL, "https://h:65535" },
        { "https", "h", 65536, NULL, NULL },
        { "https", "::1", 443, "/", NULL },
        { "https", "h:80", 443, "/", NULL },
        { "https", NULL, 443, "/", NULL },
        { NULL, "h", 443, "/", NULL },
        { "https", "h", 443, "p", NULL },
        { "https", "h\xff", 443, "/p", NULL },
        { "https", "h", 443, "/\xff", NULL },
    };
    xcj_mint_options options = base_options();
    options.aud = xcj_text("of the options");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xcj_auth auth = api_key_auth();
        auth.audience = xcj_text(NULL);
        auth.service_scheme = xcj_text(cases[i].scheme);
        auth.service_host = xcj_text(cases[i].host);
        auth.service_port = cases[i].port;
        auth.service_path = xcj_text(cases[i].path);
        if (cases[i].aud == NULL) {
            expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "aud");
            ck_assert_str_eq(last.member, "aud");
            continue;
        }
        char expected[256];
        snprintf(expected, sizeof expected,
                 "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"%s\",\"jti\":\"J\"" CONSUMER,
                 cases[i].aud);
        expect_claims(&auth, &options, expected);
    }
}
END_TEST

/* One is a string, several are an array; each must have characters, and there must not be another form beside them. */
START_TEST(several_audiences)
{
    const xcj_str list[] = { { "a", 1 }, { "b\"", 2 }, { "", 0 }, { "\xff", 1 } };
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    auth.audience = xcj_text(NULL);
    auth.audiences = list;
    auth.audiences_count = 1;
    expect_claims(&auth, &options,
                  "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"a\",\"jti\":\"J\"" CONSUMER);
    auth.audiences_count = 2;
    expect_claims(
        &auth, &options,
        "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":[\"a\",\"b\\\"\"],\"jti\":\"J\"" CONSUMER);
    auth.audiences_count = 3;
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "aud");
    auth.audiences = &list[3];
    auth.audiences_count = 1;
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "aud");
    auth.audiences = list;
    auth.audience = xcj_text("c");
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "aud");
    auth.audiences = NULL;
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "audiences");
}
END_TEST

START_TEST(parties_are_required)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    options.aud = xcj_text("o\"");
    auth.service_scheme = xcj_text("https");
    auth.service_host = xcj_text("h");
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    auth = api_key_auth();
    auth.audience = xcj_text(NULL);
    expect_claims(&auth, &options,
                  "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"o\\\"\",\"jti\":\"J\"" CONSUMER);
    options.aud = xcj_text(NULL);
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "aud is not given");
    ck_assert_str_eq(last.member, "aud");
    auth = api_key_auth();
    options.iss = xcj_text(NULL);
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "iss is not given");
    ck_assert_str_eq(last.member, "iss");
    ck_assert_int_eq(xcj_code_http_status(last.code), 500);
    expect_refusal(&auth, NULL, XCJ_ERR_CONFIG, "iss is not given");
    options.iss = xcj_text("");
    expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "iss is empty");
}
END_TEST

/* Row 21 */
START_TEST(times)
{
    static const struct {
        int64_t now;
        int64_t expires_in;
        const char *times; /* NULL: refused */
    } cases[] = {
        { 0, 0, "\"iat\":0,\"exp\":1800" },
        { 0, 1, "\"iat\":0,\"exp\":1" },
        { 5, 31536000, "\"iat\":5,\"exp\":31536005" },
        { INT64_MAX - 1, 1, "\"iat\":9223372036854775806,\"exp\":9223372036854775807" },
        { INT64_MAX, 1, NULL },
        { INT64_MAX - 1799, 0, NULL },
        { -1, 1, NULL },
        { INT64_MIN, 1, NULL },
        { 0, -1, NULL },
        { 0, 31536001, NULL },
        { 0, INT64_MAX, NULL },
        { 0, INT64_MIN, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xcj_auth auth = api_key_auth();
        auth.now = cases[i].now;
        xcj_mint_options options = base_options();
        options.expires_in = cases[i].expires_in;
        if (cases[i].times == NULL) {
            bool clock = cases[i].expires_in >= 0 && cases[i].expires_in <= 1;
            expect_refusal(&auth, &options, clock ? XCJ_ERR_ARGUMENT : XCJ_ERR_CONFIG, clock ? "clock" : "expires_in");
            continue;
        }
        char expected[256];
        snprintf(expected, sizeof expected,
                 "{\"client_id\":\"key\",\"iss\":\"I\",%s,\"aud\":\"https://a\",\"jti\":\"J\"" CONSUMER, cases[i].times);
        expect_claims(&auth, &options, expected);
    }
}
END_TEST

START_TEST(system_clock_and_random_jti)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    auth.has_now = 0;
    auth.now = -7;
    auth.jti = xcj_text("");
    char *text;
    size_t len;
    long long before = (long long)time(NULL);
    ck_assert_int_eq(xcj_auth_claims(&text, &len, &auth, &options, NULL, &last), XCJ_OK);
    json_t *claims = json_of(text, len);
    json_int_t iat = json_integer_value(json_object_get(claims, "iat"));
    ck_assert(iat >= before && iat <= (long long)time(NULL));
    ck_assert_int_eq(json_integer_value(json_object_get(claims, "exp")), iat + 1800);
    /* Row 20, RFC 9562 5.4 */
    const char *jti = json_string_value(json_object_get(claims, "jti"));
    ck_assert_uint_eq(strlen(jti), 36);
    ck_assert_int_eq(jti[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", jti[19]));
    json_decref(claims);
    xcj_free(text);
}
END_TEST

typedef enum where { API_KEY, DN, BASIC_USER, CUSTOM_ID, CONSUMER_ID, AUDIENCE, PATH, JTI, ISS, AUD, WHERE_COUNT } where;

static const char *const claim_at[WHERE_COUNT] = { "client_id", "client_id", "client_id", "act", "act",
                                                   "aud",       "aud",       "jti",       "iss", "aud" };

static char *placed(xcj_auth *auth, xcj_mint_options *options, where at, xcj_str text)
{
    char *owned = NULL;
    if (at == API_KEY) {
        auth->api_key = text;
    } else if (at == DN) {
        auth->methods = XCJ_AUTH_CLIENT_CERT;
        auth->client_dn = text;
    } else if (at == BASIC_USER) {
        char pair[256];
        memcpy(pair, text.ptr, text.len);
        pair[text.len] = ':';
        owned = basic_of(pair, text.len + 1);
        auth->methods = XCJ_AUTH_BASIC;
        auth->authorization = xcj_text(owned);
    } else if (at == CUSTOM_ID) {
        auth->consumer_custom_id = text;
    } else if (at == CONSUMER_ID) {
        auth->consumer_custom_id = xcj_text(NULL);
        auth->consumer_id = text;
    } else if (at == AUDIENCE) {
        auth->audience = text;
    } else if (at == PATH) {
        owned = malloc(text.len + 1);
        ck_assert_ptr_nonnull(owned);
        owned[0] = '/';
        memcpy(owned + 1, text.ptr, text.len);
        auth->audience = xcj_text(NULL);
        auth->service_scheme = xcj_text("s");
        auth->service_host = xcj_text("h");
        auth->service_path = (xcj_str){ owned, text.len + 1 };
    } else if (at == JTI) {
        auth->jti = text;
    } else if (at == ISS) {
        options->iss = text;
    } else {
        auth->audience = xcj_text(NULL);
        options->aud = text;
    }
    return owned;
}

/* Whatever stands in an input comes out as that text, or not at all. */
START_TEST(injection)
{
    static const struct {
        xcj_str text;
        bool utf8;
        bool control;
    } cases[] = {
        { { "plain", 5 }, true, false },
        { { "\",\"client_id\":\"admin", 20 }, true, false },
        { { "\\", 1 }, true, false },
        { { "\\\"", 2 }, true, false },
        { { "\\u0022", 6 }, true, false },
        { { "</script>", 9 }, true, false },
        { { "\xd9\x85\xf0\x9f\x98\x80", 6 }, true, false },
        { { "a\xe2\x80\xa8", 4 }, true, true },     /* a line separator */
        { { "a\xe2\x80\xae", 4 }, true, true },     /* from right to left */
        { { "a\xe2\x80\x8b", 4 }, true, true },     /* no width */
        { { "a\xef\xb7\x90", 4 }, true, true },     /* no character */
        { { "a\xf3\xa0\x81\xa1", 5 }, true, true }, /* a tag */
        { { "a\nb", 3 }, true, true },
        { { "a\r\nX: y", 7 }, true, true },
        { { "a\0b", 3 }, true, true },
        { { "a\x7f", 2 }, true, true },
        { { "\xc2\x9f", 2 }, true, true },
        { { "\x1b[31m", 5 }, true, true },
        { { "\xff", 1 }, false, false },
        { { "a\xc3", 2 }, false, false },
        { { "\xc0\xa2", 2 }, false, false },
        { { "\xed\xa0\x80", 3 }, false, false },
        { { "\xf4\x90\x80\x80", 4 }, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (where at = API_KEY; at < WHERE_COUNT; at++) {
            if (at == BASIC_USER && memchr(cases[i].text.ptr, ':', cases[i].text.len) != NULL) {
                continue; /* a user has no colon */
            }
            xcj_auth auth = api_key_auth();
            xcj_mint_options options = base_options();
            char *owned = placed(&auth, &options, at, cases[i].text);
            bool is_id = at <= CONSUMER_ID;
            char *text;
            size_t len;
            xcj_code code = xcj_auth_claims(&text, &len, &auth, &options, NULL, &last);
            ck_assert_msg((code == XCJ_OK) == (cases[i].utf8 && !(is_id && cases[i].control)), "case %zu at %d: %s %s", i,
                          (int)at, xcj_code_name(code), last.message);
            if (code == XCJ_OK) {
                json_t *claims = json_of(text, len);
                ck_assert_uint_eq(json_object_size(claims), 7);
                json_t *value = json_object_get(claims, claim_at[at]);
                value = json_is_object(value) ? json_object_get(value, "client_id") : value;
                size_t skip = at == PATH ? strlen("s://h/") : 0;
                ck_assert_uint_eq(json_string_length(value), skip + cases[i].text.len);
                ck_assert_int_eq(memcmp(json_string_value(value) + skip, cases[i].text.ptr, cases[i].text.len), 0);
                json_decref(claims);
            }
            xcj_free(text);
            free(owned);
        }
    }
}
END_TEST

START_TEST(long_api_key)
{
    char key[2049];
    char expected[2400];
    memset(key, 'k', 2048);
    key[2048] = '\0';
    xcj_auth auth = api_key_auth();
    auth.api_key = (xcj_str){ key, 2048 };
    xcj_mint_options options = base_options();
    snprintf(expected, sizeof expected, "{\"client_id\":\"%s\",%s", key,
             "\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\"" CONSUMER);
    expect_claims(&auth, &options, expected);
}
END_TEST

/* Rows 1 and 19: a verifier decides first, and its words carry nothing of the token. */
START_TEST(bearer_verifier_decides)
{
    xcj_key *key = key_of(OCT_JWK);
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.has_now = 1;
    policy.now = 1000;
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &policy, &last), XCJ_OK);
    xcj_mint_options options = base_options();
    options.bearer_verifier = verifier;
    options.bearer_verified = 0;
    options.exp = XCJ_EXP_UNCAPPED;
    xcj_jws_options jws = XCJ_JWS_OPTIONS_INIT;
    static const struct {
        const char *payload;
        xcj_code code;
    } cases[] = {
        { "{\"clientId\":\"b\",\"exp\":1001}", XCJ_OK },
        { "{\"clientId\":\"b\",\"exp\":1000}", XCJ_ERR_EXPIRED },
        { "{\"clientId\":\"b\"}", XCJ_ERR_CLAIM },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *token;
        size_t len;
        ck_assert_int_eq(xcj_jws_sign(&token, &len, cases[i].payload, strlen(cases[i].payload), key, &jws, NULL, &last),
                         XCJ_OK);
        char value[512];
        snprintf(value, sizeof value, "Bearer %s", token);
        xcj_auth auth = api_key_auth();
        auth.methods = XCJ_AUTH_BEARER;
        auth.authorization = xcj_text(value);
        if (cases[i].code == XCJ_OK) {
            expect_claims(&auth, &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
            size_t at = strlen(value) - 1;
            value[at] = value[at] == 'A' ? 'E' : 'A';
            expect_refusal(&auth, &options, XCJ_ERR_SIGNATURE, "");
            ck_assert_ptr_null(strstr(last.message, value + 7));
        } else {
            expect_refusal(&auth, &options, cases[i].code, "");
        }
        xcj_free(token);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
    options.bearer_verifier = NULL;
    options.bearer_verified = 1; /* form alone decides */
    expect_bearer_refusal("7", &options, XCJ_ERR_CREDENTIAL, "");
}
END_TEST

START_TEST(struct_sizes)
{
    xcj_auth auth = api_key_auth();
    xcj_mint_options options = base_options();
    char *text;
    size_t len;
    auth.size = 0;
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "size");
    auth = api_key_auth();
    options.size = 0;
    expect_refusal(&auth, &options, XCJ_ERR_ARGUMENT, "size");
    ck_assert_int_eq(xcj_auth_claims(NULL, &len, &auth, &options, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_auth_claims(&text, NULL, &auth, &options, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_auth_claims(&text, &len, NULL, &options, NULL, &last), XCJ_ERR_ARGUMENT);
    struct {
        xcj_auth auth;
        uint64_t later;
    } longer = { api_key_auth(), 0 };
    longer.auth.size = sizeof longer;
    options = base_options();
    expect_claims(&longer.auth, &options, "{" TAIL("key") CONSUMER);
    longer.later = 1;
    expect_refusal(&longer.auth, &options, XCJ_ERR_ARGUMENT, "does not know");
}
END_TEST

START_TEST(scratch_is_used_again)
{
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, &last), XCJ_OK);
    xcj_mint_options options = base_options();
    char *bearer = bearer_of("{\"clientId\":\"b\"}", 16);
    for (int i = 0; i < 6; i++) {
        xcj_auth auth = api_key_auth();
        auth.authorization = xcj_text(i % 2 == 0 ? bearer : "Bearer !");
        auth.methods = XCJ_AUTH_BEARER;
        char *text;
        size_t len;
        xcj_code code = xcj_auth_claims(&text, &len, &auth, &options, scratch, &last);
        ck_assert_int_eq(code, i % 2 == 0 ? XCJ_OK : XCJ_ERR_CREDENTIAL);
        if (code == XCJ_OK) {
            ck_assert_str_eq(text, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
        }
        xcj_free(text);
    }
    free(bearer);
    xcj_scratch_free(scratch);
}
END_TEST

#define SCREENED "\"nbf\":1,\"may_act\":{},\"nonce\":\"n\",\"at_hash\":\"h\",\"c_hash\":\"h\","

/* What applies to the inbound token alone is dropped; on request only cnf is. */
START_TEST(inbound_claims)
{
    static const char payload[] = "{\"scope\":\"s\",\"cnf\":{\"jkt\":\"t\"}," SCREENED "\"NBF\":2,\"clientId\":\"b\"}";
    static const xcj_str nonce[] = { { "nonce", 5 }, { "scope", 5 } };
    static const xcj_str cnf[] = { { "nonce", 5 }, { "cnf", 3 } };
    xcj_mint_options options = base_options();
    options.cnf = XCJ_CNF_IGNORED;
    for (xcj_inbound rule = XCJ_INBOUND_DEFAULT; rule <= XCJ_INBOUND_SCREENED; rule++) {
        options.inbound = rule;
        expect_bearer(payload, &options, "{\"scope\":\"s\",\"NBF\":2,\"clientId\":\"b\"," TAIL("b") CONSUMER);
        expect_bearer("{\"\\u0063nf\":1,\"clientId\":\"b\",\"n\\u0062f\":1}", &options,
                      "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
    }
    options.drop_claims = nonce;
    options.drop_claims_count = 2;
    expect_bearer(payload, &options, "{\"NBF\":2,\"clientId\":\"b\"," TAIL("b") CONSUMER);
    options.inbound = XCJ_INBOUND_ALL;
    expect_bearer(payload, &options,
                  "{\"nbf\":1,\"may_act\":{},\"at_hash\":\"h\",\"c_hash\":\"h\",\"NBF\":2,\"clientId\":\"b\"," TAIL("b")
                      CONSUMER);
    options.drop_claims = NULL;
    options.drop_claims_count = 0;
    expect_bearer(payload, &options, "{\"scope\":\"s\"," SCREENED "\"NBF\":2,\"clientId\":\"b\"," TAIL("b") CONSUMER);
    options.inbound = XCJ_INBOUND_SCREENED; /* what keep_claims names is kept, but for cnf */
    options.keep_claims = nonce;
    options.keep_claims_count = 2;
    expect_bearer(payload, &options, "{\"scope\":\"s\",\"nonce\":\"n\"," TAIL("b") CONSUMER);
    options.keep_claims = cnf;
    expect_bearer_refusal(payload, &options, XCJ_ERR_CONFIG, "cnf");
    ck_assert_str_eq(last.member, "keep_claims");
}
END_TEST

START_TEST(bearer_needs_a_verification)
{
    xcj_mint_options options = base_options();
    options.bearer_verified = 0;
    expect_bearer_refusal("{\"clientId\":\"b\"}", &options, XCJ_ERR_CONFIG, "bearer_verified");
    ck_assert_str_eq(last.member, "bearer_verifier");
    ck_assert_int_eq(xcj_code_http_status(last.code), 500);
    xcj_auth auth = api_key_auth(); /* the others need none */
    expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
    options.bearer_verified = 1;
    expect_bearer("{\"clientId\":\"b\"}", &options, "{\"clientId\":\"b\"," TAIL("b") CONSUMER);
}
END_TEST

START_TEST(choices_are_checked)
{
    xcj_auth auth = api_key_auth();
    for (int which = 0; which < 3; which++) {
        for (int number = -1; number <= 3; number++) {
            xcj_mint_options options = base_options();
            options.dn = which == 0 ? (xcj_dn)number : XCJ_DN_DEFAULT;
            options.exp = which == 1 ? (xcj_exp)number : XCJ_EXP_DEFAULT;
            options.inbound = which == 2 ? (xcj_inbound)number : XCJ_INBOUND_DEFAULT;
            if (number >= 0 && number <= 2) {
                expect_claims(&auth, &options, "{" TAIL("key") CONSUMER);
            } else {
                expect_refusal(&auth, &options, XCJ_ERR_CONFIG, "enumerators");
                ck_assert_str_eq(last.member, which == 0 ? "dn" : which == 1 ? "exp" : "inbound");
            }
        }
    }
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        api_key_is_the_client_id,
        api_key_is_hashed_when_asked,
        empty_api_key_is_absent,
        named_method_alone_counts,
        allow_list_matrix,
        scheme_and_credentials,
        short_authorization_values,
        bearer_form,
        bearer_payload_is_an_object,
        bearer_members_are_kept,
        names_that_differ_by_case,
        ours_replace_theirs,
        extra_claims_are_checked,
        bearer_client_id,
        bearer_client_id_claim_is_a_literal_name,
        act_that_is_no_object,
        act_is_nested,
        act_has_a_depth,
        missing_consumer,
        drop_and_keep,
        exp_is_capped,
        basic_user_and_password,
        basic_base64,
        client_certificate,
        audience_of_the_service,
        several_audiences,
        parties_are_required,
        times,
        system_clock_and_random_jti,
        injection,
        long_api_key,
        bearer_verifier_decides,
        inbound_claims,
        bearer_needs_a_verification,
        choices_are_checked,
        struct_sizes,
        scratch_is_used_again,
    };
    TCase *tcase = tcase_create("auth");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("auth");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
