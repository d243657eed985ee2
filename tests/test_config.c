#include "check_main.h"
#include "gateway.h"

#define ISSUE "Issue with 'client_id' claim retrieval or Kong Consumer. "
#define OCT_K64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw"
#define KEY_MEMBER "\"private_jwk\":" OCT_JWK

static xcj_error last;

static xcj_minter *configured(const char *text)
{
    xcj_minter *minter;
    xcj_code code = xcj_kong_minter_from_config(&minter, text, strlen(text), NULL, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s: %s", text, xcj_code_name(code), last.message);
    ck_assert_int_eq(last.code, XCJ_OK);
    return minter;
}

static void expect_refusal(const char *text, xcj_code expected, const char *member)
{
    xcj_minter *minter = (xcj_minter *)1;
    xcj_code code = xcj_kong_minter_from_config(&minter, text, strlen(text), NULL, NULL, &last);
    ck_assert_msg(code == expected, "%s: %s: %s", text, xcj_code_name(code), last.message);
    ck_assert_ptr_null(minter);
    ck_assert_msg(strcmp(last.member, member) == 0, "%s: member is %s", text, last.member);
    ck_assert_ptr_null(strstr(last.message, OCT_K));
    ck_assert_int_eq(xcj_code_http_status(code), 500); /* row 18 */
}

static void expect_text(xcj_str text, const char *expected)
{
    ck_assert_uint_eq(text.len, strlen(expected));
    ck_assert_int_eq(memcmp(text.ptr, expected, text.len), 0);
}

/* The claims and header that the minter makes of an API key. */
static void expect_token(const xcj_minter *minter, const char *header, const char *claims)
{
    xcj_auth auth = api_key_auth();
    char buf[2048];
    size_t len;
    xcj_code code = xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s", last.message);
    char *text = part_of(buf, len, 0, NULL);
    ck_assert_str_eq(text, header);
    free(text);
    text = part_of(buf, len, 1, NULL);
    ck_assert_str_eq(text, claims);
    free(text);
}

START_TEST(defaults_of_the_plugin)
{
    xcj_minter *minter = configured("{" KEY_MEMBER ",\"iss\":\"I\"}");
    expect_text(xcj_kong_apikey_header(minter), "apikey");
    expect_text(xcj_kong_upstream_header(minter), "X-Custom-Jwt");
    ck_assert_ptr_null(xcj_kong_downstream_header(minter).ptr);
    expect_token(minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}",
                 "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"}}");
    xcj_minter_free(minter);
    minter = configured("{" KEY_MEMBER "}"); /* nothing is made up: without iss it mints no authentication */
    xcj_auth auth = api_key_auth();
    char buf[2048];
    size_t len;
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "iss");
    xcj_minter_free(minter);
}
END_TEST

#define ALL_MEMBERS                                                                                                         \
    "\"apikey_header\":\"X-Key\",\"bearer_clientid_claim\":\"azp\",\"upstream_custom_jwt_header\":\"authorization\","       \
    "\"downstream_custom_jwt_header\":\"X-Down\",\"expires_in\":60,\"iss\":\"I\\u0022\",\"jku\":\"https:\\/\\/j\","         \
    "\"verbose\":true,"

START_TEST(every_member)
{
    static const char *const texts[] = {
        "{" ALL_MEMBERS KEY_MEMBER "}",
        "{\"config\":{" ALL_MEMBERS KEY_MEMBER "}}",
        " { \"name\":\"x-custom-jwt\",\"enabled\":true,\"protocols\":[\"http\"],\"tags\":null,\"id\":\"i\","
        "\"instance_name\":\"n\",\"service\":null,\"route\":null,\"consumer\":null,\"config\" : {" ALL_MEMBERS KEY_MEMBER
        "} } ",
        "{" ALL_MEMBERS "\"private_jwk\":\"{\\\"kty\\\":\\\"oct\\\",\\u0022k\\\":\\\"" OCT_K
        "\\\",\\\"alg\\\":\\\"HS256\\\",\\\"kid\\\":\\\"hs\\\"}\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        xcj_minter *minter = configured(texts[i]);
        expect_text(xcj_kong_apikey_header(minter), "X-Key");
        expect_text(xcj_kong_upstream_header(minter), "authorization");
        expect_text(xcj_kong_downstream_header(minter), "X-Down");
        expect_token(
            minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\",\"jku\":\"https://j\"}",
            "{\"client_id\":\"key\",\"iss\":\"I\\\"\",\"iat\":1000,\"exp\":1060,\"aud\":\"https://a\",\"jti\":\"J\","
            "\"act\":{\"client_id\":\"cons\"}}");
        xcj_minter_free(minter);
    }
}
END_TEST

START_TEST(null_is_absent)
{
    xcj_minter *minter =
        configured("{\"apikey_header\":null,\"bearer_clientid_claim\":null,\"upstream_custom_jwt_header\":null,"
                   "\"downstream_custom_jwt_header\":null,\"expires_in\":null,\"iss\":null,\"jku\":null,"
                   "\"verbose\":null," KEY_MEMBER "}");
    expect_text(xcj_kong_apikey_header(minter), "apikey");
    ck_assert_ptr_null(xcj_kong_downstream_header(minter).ptr);
    xcj_minter_free(minter);
    expect_refusal("{\"private_jwk\":null}", XCJ_ERR_CONFIG, "private_jwk");
}
END_TEST

START_TEST(wrong_members)
{
    static const struct {
        const char *text;
        const char *member;
        xcj_code code;
    } cases[] = {
        { "{}", "private_jwk", XCJ_ERR_CONFIG },
        { "{\"private_jwk\":7}", "private_jwk", XCJ_ERR_CONFIG },
        { "{\"private_jwk\":[]}", "private_jwk", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"expire_in\":60}", "expire_in", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"ISS\":\"x\"}", "ISS", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"iss\":7}", "iss", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"iss\":\"\"}", "iss", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"jku\":{}}", "jku", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"bearer_clientid_claim\":[\"a\"]}", "bearer_clientid_claim", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"bearer_clientid_claim\":\"\"}", "bearer_clientid_claim", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"verbose\":\"true\"}", "verbose", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"verbose\":1}", "verbose", XCJ_ERR_CONFIG },
        { "{\"private_jwk\":\"{vault://env/jwk}\"}", "private_jwk", XCJ_ERR_CONFIG },
        { "{\"data\":[]}", "data", XCJ_ERR_CONFIG },
        { "{\"plugins\":[]}", "plugins", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"apikey_header\":\"x-custom-jwt\"}", "apikey_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"apikey_header\":\"a b\"}", "apikey_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"apikey_header\":\"a\\u0000\"}", "apikey_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"upstream_custom_jwt_header\":\"X:\"}", "upstream_custom_jwt_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"upstream_custom_jwt_header\":\"X\\r\\nY\"}", "upstream_custom_jwt_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"upstream_custom_jwt_header\":\"\"}", "upstream_custom_jwt_header", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"downstream_custom_jwt_header\":\"caf\\u00e9\"}", "downstream_custom_jwt_header",
          XCJ_ERR_CONFIG },
        { "{\"config\":{" KEY_MEMBER "},\"iss\":\"x\"}", "iss", XCJ_ERR_CONFIG },
        { "{\"config\":{" KEY_MEMBER "},\"surprise\":1}", "surprise", XCJ_ERR_CONFIG },
        { "{\"config\":{" KEY_MEMBER ",\"name\":\"x\"}}", "name", XCJ_ERR_CONFIG },
        { "{\"config\":null}", "config", XCJ_ERR_CONFIG },
        { "{\"config\":[]}", "config", XCJ_ERR_CONFIG },
        { "{" KEY_MEMBER ",\"name\":\"x-custom-jwt\"}", "name", XCJ_ERR_CONFIG },
        { "[]", "", XCJ_ERR_JSON },
        { "", "", XCJ_ERR_JSON },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xcj_minter *minter = (xcj_minter *)1;
        xcj_code code = xcj_kong_minter_from_config(&minter, cases[i].text, strlen(cases[i].text), NULL, NULL, &last);
        ck_assert_msg(code == cases[i].code, "%s: %s: %s", cases[i].text, xcj_code_name(code), last.message);
        ck_assert_ptr_null(minter);
        if (cases[i].code == XCJ_ERR_CONFIG) {
            expect_refusal(cases[i].text, XCJ_ERR_CONFIG, cases[i].member);
            ck_assert_ptr_nonnull(strstr(last.message, cases[i].member));
        }
    }
    expect_refusal("{\"_format_version\":\"3.0\"}", XCJ_ERR_CONFIG, "_format_version");
    xcj_minter_free(configured("{" KEY_MEMBER ",\"apikey_header\":\"x-custom-jw\"}"));
    xcj_minter *minter;
    static const char twice[] = "{\"iss\":\"a\",\"\\u0069ss\":\"b\"," KEY_MEMBER "}";
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, twice, sizeof twice - 1, NULL, NULL, &last), XCJ_ERR_JSON);
    ck_assert_int_eq(xcj_kong_minter_from_config(NULL, twice, sizeof twice - 1, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, NULL, 0, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
}
END_TEST

/* Row 21 */
START_TEST(expires_in_is_an_integer)
{
    static const struct {
        const char *text;
        long long seconds; /* 0: refused */
    } cases[] = {
        { "1", 1 },     { "31536000", 31536000 },
        { "60.0", 60 }, { "6e1", 60 },
        { "0", 0 },     { "31536001", 0 },
        { "-60", 0 },   { "60.5", 0 },
        { "0.5", 0 },   { "\"60\"", 0 },
        { "1e99", 0 },  { "1e-1", 0 },
        { "true", 0 },  { "99999999999999999999", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"expires_in\":%s,\"iss\":\"I\"," KEY_MEMBER "}", cases[i].text);
        if (cases[i].seconds == 0) {
            expect_refusal(text, XCJ_ERR_CONFIG, "expires_in");
            continue;
        }
        xcj_minter *minter = configured(text);
        char claims[256];
        snprintf(claims, sizeof claims,
                 "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":%lld,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"}}",
                 1000 + cases[i].seconds);
        expect_token(minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}", claims);
        xcj_minter_free(minter);
    }
}
END_TEST

START_TEST(configuration_goes_before_defaults)
{
    xcj_mint_options defaults = XCJ_MINT_OPTIONS_INIT;
    defaults.iss = xcj_text("default");
    defaults.jku = xcj_text("https://default");
    defaults.expires_in = 7;
    defaults.claims = xcj_text("{\"x\":1}");
    static const char bare[] = "{" KEY_MEMBER "}";
    xcj_minter *minter;
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, bare, sizeof bare - 1, &defaults, NULL, &last), XCJ_OK);
    expect_token(minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\",\"jku\":\"https://default\"}",
                 "{\"client_id\":\"key\",\"iss\":\"default\",\"iat\":1000,\"exp\":1007,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"},\"x\":1}");
    xcj_minter_free(minter);
    static const char full[] = "{\"iss\":\"I\",\"jku\":\"https://j\",\"expires_in\":9," KEY_MEMBER "}";
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, full, sizeof full - 1, &defaults, NULL, &last), XCJ_OK);
    expect_token(minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\",\"jku\":\"https://j\"}",
                 "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":1009,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"},\"x\":1}");
    xcj_minter_free(minter);
    defaults.size = 0;
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, bare, sizeof bare - 1, &defaults, NULL, &last), XCJ_ERR_ARGUMENT);
}
END_TEST

START_TEST(clientid_claim_of_the_configuration)
{
    xcj_minter *minter = configured("{\"bearer_clientid_claim\":\"a\\u007ap\",\"iss\":\"I\"," KEY_MEMBER "}");
    char *value = bearer_of("{\"azp\":\"who\"}", 13);
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    char buf[2048];
    size_t len;
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_OK);
    char *claims = part_of(buf, len, 1, NULL);
    ck_assert_ptr_nonnull(strstr(claims, "\"client_id\":\"who\""));
    free(claims);
    free(value);
    xcj_minter_free(minter);
    /* A name, whatever it begins with. */
    minter = configured("{\"bearer_clientid_claim\":\"/a~/b\",\"iss\":\"I\"," KEY_MEMBER "}");
    value = bearer_of("{\"/a~/b\":\"who\",\"a~\":{\"b\":\"no\"}}", 31);
    auth.authorization = xcj_text(value);
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_OK);
    claims = part_of(buf, len, 1, NULL);
    ck_assert_ptr_nonnull(strstr(claims, "\"client_id\":\"who\""));
    free(claims);
    free(value);
    xcj_minter_free(minter);
}
END_TEST

/* Row 16, and the names of the original's pages. */
START_TEST(raw_and_misnamed_hmac_keys)
{
    static const char raw[] = "{\"iss\":\"I\",\"private_jwk\":{\"kty\":\"oct\",\"k\":\"?*.%0123456789012345678901234567\","
                              "\"alg\":\"SH256\",\"kid\":\"hs\"}}";
    xcj_minter *minter;
    ck_assert_int_ne(xcj_kong_minter_from_config(&minter, raw, sizeof raw - 1, NULL, NULL, &last), XCJ_OK);
    ck_assert_ptr_null(minter);
    ck_assert_ptr_nonnull(strstr(last.message, "private_jwk: "));
    ck_assert_ptr_nonnull(strstr(last.message, "hmac_k_raw"));
    xcj_key_options key_options = XCJ_KEY_OPTIONS_INIT;
    key_options.hmac_k_raw = 1;
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, raw, sizeof raw - 1, NULL, &key_options, &last), XCJ_OK);
    ck_assert_int_eq(xcj_minter_alg(minter), XCJ_HS256);
    expect_token(minter, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}",
                 "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\","
                 "\"act\":{\"client_id\":\"cons\"}}");
    xcj_minter_free(minter);
    key_options.size = 0;
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, raw, sizeof raw - 1, NULL, &key_options, &last), XCJ_ERR_ARGUMENT);
    minter = configured("{\"private_jwk\":{\"kty\":\"oct\",\"k\":\"" OCT_K64 "\",\"alg\":\"SH512\"}}");
    ck_assert_int_eq(xcj_minter_alg(minter), XCJ_HS512);
    xcj_minter_free(minter);
}
END_TEST

START_TEST(keys_that_do_not_serve)
{
    static const char *const bad[] = {
        "{\"private_jwk\":\"\"}",
        "{\"private_jwk\":\"not json\"}",
        "{\"private_jwk\":\"{}\"}",
        "{\"private_jwk\":{}}",
        "{\"private_jwk\":{\"kty\":\"oct\",\"k\":\"AAEC\",\"alg\":\"HS256\"}}",
        "{\"private_jwk\":{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"RS256\"}}",
        "{\"private_jwk\":{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}}", /* which HMAC? */
        "{\"private_jwk\":{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"HS256\",\"use\":\"enc\"}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        xcj_minter *minter = (xcj_minter *)1;
        xcj_code code = xcj_kong_minter_from_config(&minter, bad[i], strlen(bad[i]), NULL, NULL, &last);
        ck_assert_msg(code != XCJ_OK, "%s", bad[i]);
        ck_assert_ptr_null(minter);
        ck_assert_ptr_null(strstr(last.message, OCT_K));
        ck_assert_str_ne(last.message, "");
    }
    xcj_minter_free(configured("{" KEY_MEMBER "}"));
}
END_TEST

static void expect_failure_body(const char *config, const xcj_error *failure, const char *expected)
{
    xcj_minter *minter = configured(config);
    char *body;
    size_t len;
    ck_assert_int_eq(xcj_kong_failure(&body, &len, failure, xcj_kong_verbose(minter), &last), XCJ_OK);
    ck_assert_str_eq(body, expected);
    ck_assert_uint_eq(len, strlen(expected));
    json_decref(json_of(body, len));
    xcj_free(body);
    ck_assert_int_eq(xcj_kong_failure(NULL, &len, failure, 1, &last), XCJ_ERR_ARGUMENT);
    xcj_minter_free(minter);
}

static void expect_client(const xcj_minter *minter, const xcj_auth *auth, const char *wanted)
{
    xcj_caller *caller;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, auth, NULL, &last), XCJ_OK);
    expect_text(xcj_caller_client_id(caller), wanted);
    xcj_caller_free(caller);
}

/* Row 2: the plugin's order needs its own function; nobody gets it by leaving `methods` out. */
START_TEST(plugins_order_is_asked_for_by_name)
{
    static const char text[] = "{" KEY_MEMBER ",\"iss\":\"I\",\"bearer_clientid_claim\":\"sub\"}";
    xcj_minter *minter = configured(text);
    xcj_auth auth = api_key_auth();
    char *unsigned_token = bearer_of("{\"sub\":\"admin\"}", 15);
    char buf[2048];
    size_t len;
    auth.authorization = xcj_text(unsigned_token);
    auth.methods = 0;
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_str_eq(last.member, "methods");
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(xcj_code_http_status(last.code), 500);
    auth.methods = XCJ_AUTH_API_KEY;
    expect_client(minter, &auth, "key");
    auth.methods = xcj_kong_method(&auth);
    ck_assert_uint_eq(auth.methods, XCJ_AUTH_BEARER);
    expect_client(minter, &auth, "admin");
    xcj_minter_free(minter);
    free(unsigned_token);
}
END_TEST

START_TEST(plugins_order)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    ck_assert_uint_eq(xcj_kong_method(NULL), 0);
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_ANY);
    auth.api_key = xcj_text("k");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_API_KEY);
    auth.client_dn = xcj_text("CN=x");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_CLIENT_CERT);
    auth.client_dn = xcj_text(NULL);
    auth.client_cert = xcj_text("x");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_CLIENT_CERT);
    auth.authorization = xcj_text("basic");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_BASIC);
    auth.authorization = xcj_text("bearer !");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_BEARER);
    auth.authorization = xcj_text("Digest x");
    ck_assert_uint_eq(xcj_kong_method(&auth), XCJ_AUTH_CLIENT_CERT);
    auth.size = 0;
    ck_assert_uint_eq(xcj_kong_method(&auth), 0);
}
END_TEST

/* Row 14 */
START_TEST(subject_is_the_plugins)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_cert = xcj_text(cert_pem);
    xcj_minter *minter = configured("{\"iss\":\"I\"," KEY_MEMBER "}");
    expect_client(minter, &auth, "C=FR, O=Caf\xc3\xa9 \"Q\", Inc., CN=a\\b");
    xcj_minter_free(minter);
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.dn = XCJ_DN_RFC4514;
    static const char text[] = "{\"iss\":\"I\"," KEY_MEMBER "}";
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, text, sizeof text - 1, &options, NULL, &last), XCJ_OK);
    expect_client(minter, &auth, "CN=a\\\\b,O=Caf\xc3\xa9 \\\"Q\\\"\\, Inc.,C=FR");
    xcj_minter_free(minter);
}
END_TEST

#define NOT_AUTHORIZED "{\"ErrorMessage\":\"You are not authorized to access to this service\""

START_TEST(failure_bodies)
{
    static const char quiet[] = "{" KEY_MEMBER ",\"iss\":\"I\",\"verbose\":false}";
    static const char verbose[] = "{" KEY_MEMBER ",\"iss\":\"I\",\"verbose\":true,\"bearer_clientid_claim\":\"a\\\"b\"}";
    xcj_minter *minter = configured(verbose);
    xcj_auth auth = api_key_auth();
    char buf[2048];
    size_t len;
    xcj_error failure;
    auth.methods = XCJ_AUTH_ANY;
    auth.api_key = xcj_text("");
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &failure), XCJ_ERR_NO_CREDENTIAL);
    expect_failure_body(quiet, &failure, NOT_AUTHORIZED "}");
    expect_failure_body(verbose, &failure,
                        NOT_AUTHORIZED ",\"VerboseMessage\":\"No suitable Authentication method is found: no Bearer token, "
                                       "no Basic Auth, no mTLS, no Key Auth\"}");
    auth.authorization = xcj_text("Basic !");
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &failure), XCJ_ERR_CREDENTIAL);
    expect_failure_body(verbose, &failure,
                        NOT_AUTHORIZED ",\"VerboseMessage\":\"" ISSUE
                                       "Unable to decode correctly in base64 the 'Basic Auth'\"}");
    char *value = bearer_of("{}", 2);
    auth.authorization = xcj_text(value);
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &failure), XCJ_ERR_CLIENT_ID);
    expect_failure_body(verbose, &failure,
                        NOT_AUTHORIZED ",\"VerboseMessage\":\"" ISSUE "Unable to get 'a?b' claim from the Bearer token\"}");
    free(value);
    auth = api_key_auth();
    auth.consumer_custom_id = xcj_text(NULL);
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &failure), XCJ_ERR_CONSUMER);
    expect_failure_body(verbose, &failure,
                        NOT_AUTHORIZED ",\"VerboseMessage\":\"" ISSUE "There is no Kong consumer credential\"}");
    snprintf(failure.message, sizeof failure.message, "say \"no\"\\\n\xc3\xa9");
    expect_failure_body(verbose, &failure, NOT_AUTHORIZED ",\"VerboseMessage\":\"say \\\"no\\\"\\\\\\n\xc3\xa9\"}");
    snprintf(failure.message, sizeof failure.message, "cut\xc3");
    expect_failure_body(verbose, &failure, NOT_AUTHORIZED ",\"VerboseMessage\":\"cut?\"}");
    expect_failure_body(verbose, NULL, NOT_AUTHORIZED "}");
    xcj_minter_free(minter);
}
END_TEST

/* Like configured(), from a key and options. */
static xcj_minter *plugins_minter(const xcj_mint_options *options)
{
    xcj_key *key = key_of(OCT_JWK);
    xcj_minter *minter;
    ck_assert_msg(xcj_kong_minter_new(&minter, key, options, &last) == XCJ_OK, "%s", last.message);
    ck_assert_int_eq(last.code, XCJ_OK);
    xcj_key_free(key);
    return minter;
}

/* Mints for a Bearer token with this payload and expects these claims. */
static void expect_kept(xcj_minter *minter, const char *payload, const char *claims)
{
    xcj_auth auth = api_key_auth();
    char *value = bearer_of(payload, strlen(payload));
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    char buf[2048];
    size_t len;
    xcj_code code = xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s", last.message);
    char *text = part_of(buf, len, 1, NULL);
    ck_assert_str_eq(text, claims);
    free(text);
    free(value);
    xcj_minter_free(minter);
}

#define OURS(exp)                                                                                                           \
    "\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,\"exp\":" exp ",\"aud\":\"https://a\",\"jti\":\"J\","                   \
    "\"act\":{\"client_id\":\"cons\"}}"

/* Row 11; and each setting is the plugin's only by default. */
START_TEST(ways_of_the_plugin)
{
    static const char payload[] = "{\"clientId\":\"b\",\"nbf\":1,\"nonce\":\"n\",\"cnf\":{\"jkt\":\"t\"},\"exp\":1500}";
    static const char text[] = "{" KEY_MEMBER ",\"iss\":\"I\"}";
    static const char kept[] = "{\"clientId\":\"b\",\"nbf\":1,\"nonce\":\"n\"," OURS("2800");
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("I");
    options.cnf = XCJ_CNF_IGNORED;
    xcj_mint_options ignoring = XCJ_MINT_OPTIONS_INIT;
    xcj_minter *minter;
    ignoring.cnf = XCJ_CNF_IGNORED;
    ck_assert_int_eq(xcj_kong_minter_from_config(&minter, text, strlen(text), &ignoring, NULL, &last), XCJ_OK);
    expect_kept(minter, payload, kept);
    expect_kept(plugins_minter(&options), payload, kept);
    options.exp = XCJ_EXP_CAPPED;
    expect_kept(plugins_minter(&options), payload, "{\"clientId\":\"b\",\"nbf\":1,\"nonce\":\"n\"," OURS("1500"));
    options.inbound = XCJ_INBOUND_SCREENED;
    expect_kept(plugins_minter(&options), payload, "{\"clientId\":\"b\"," OURS("1500"));
    options.exp = XCJ_EXP_DEFAULT;
    expect_kept(plugins_minter(&options), payload, "{\"clientId\":\"b\"," OURS("2800"));
}
END_TEST

/* An actor that is the same consumer does not nest; every other one does, and is never merged with ours. */
START_TEST(act_of_the_plugin)
{
    static const char *const flat[] = { "{\"client_id\":\"cons\"}", "{ \"client\\u005fid\" : \"c\\u006fns\" }" };
    static const char *const nested[] = {
        "{}",
        "{\"client_id\":\"con\"}",
        "{\"client_id\":\"cons2\"}",
        "{\"sub\":\"cons\"}",
        "{\"client_id\":[\"cons\"]}",
        "{\"client_id\":\"cons\",\"sub\":\"s\"}",
        "{\"client_id\":\"cons\",\"act\":{\"client_id\":\"cons\"}}",
        "{\"act\":{\"client_id\":\"cons\"}}",
    };
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("I");
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++) {
        char payload[128];
        snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"act\":%s}", flat[i]);
        expect_kept(plugins_minter(&options), payload, "{\"clientId\":\"b\"," OURS("2800"));
    }
    for (size_t i = 0; i < sizeof nested / sizeof *nested; i++) {
        char payload[128];
        char expected[512];
        snprintf(payload, sizeof payload, "{\"clientId\":\"b\",\"act\":%s}", nested[i]);
        snprintf(expected, sizeof expected, "{\"clientId\":\"b\",%.*s,\"act\":%s}}", (int)(sizeof OURS("2800") - 3),
                 OURS("2800"), nested[i]);
        expect_kept(plugins_minter(&options), payload, expected);
    }
}
END_TEST

START_TEST(plugins_minter_without_a_configuration)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = plugins_minter(&options);
    expect_text(xcj_kong_apikey_header(minter), "apikey");
    expect_text(xcj_kong_upstream_header(minter), "X-Custom-Jwt");
    ck_assert_ptr_null(xcj_kong_downstream_header(minter).ptr);
    ck_assert_int_eq(xcj_kong_verbose(minter), 0);
    xcj_auth auth = api_key_auth();
    auth.consumer_custom_id = xcj_text(NULL);
    char buf[2048];
    size_t len;
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_ERR_CONSUMER);
    ck_assert_str_eq(last.message, ISSUE "There is no Kong consumer credential");
    xcj_minter_free(minter);
    minter = minter_of(OCT_JWK, &options);
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_ERR_CONSUMER);
    ck_assert_str_eq(last.message, "the request has no consumer");
    xcj_minter_free(minter);
    xcj_key *key = key_of(OCT_JWK);
    ck_assert_int_eq(xcj_kong_minter_new(&minter, NULL, &options, &last), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(minter);
    ck_assert_int_eq(xcj_kong_minter_new(NULL, key, &options, &last), XCJ_ERR_ARGUMENT);
    options.expires_in = -1;
    ck_assert_int_eq(xcj_kong_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    ck_assert_ptr_null(minter);
    xcj_key_free(key);
}
END_TEST

static void expect_sentence(const xcj_minter *minter, const xcj_auth *auth, const char *sentence)
{
    char buf[2048];
    size_t len;
    ck_assert_int_ne(xcj_mint(buf, sizeof buf, &len, minter, auth, NULL, &last), XCJ_OK);
    ck_assert_str_eq(last.message, sentence);
}

/* Of these, failure_bodies has the plugin's own; the others are worded in its manner. */
START_TEST(sentences_of_the_plugin)
{
    xcj_minter *minter = configured("{" KEY_MEMBER ",\"iss\":\"I\"}");
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_ANY;
    auth.authorization = xcj_text("Basic YTpi");
    expect_sentence(minter, &auth, "More than one Authentication method is found: Basic Auth, Key Auth");
    auth.methods = XCJ_AUTH_BASIC;
    auth.authorization = xcj_text("Basic OmI=");
    expect_sentence(minter, &auth, ISSUE "Unable to use the client_id: it is empty");
    auth.authorization = xcj_text("Basic");
    expect_sentence(minter, &auth,
                    ISSUE "Unable to decode correctly in base64 the 'Basic Auth': no credentials after the scheme");
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text("Bearer a.b");
    expect_sentence(minter, &auth, ISSUE "Unable to get the 'Auth token' payload: Inconsistent JWT");
    auth = api_key_auth();
    auth.consumer_custom_id = xcj_text("\n");
    expect_sentence(minter, &auth, ISSUE "Unable to use the Kong consumer: it has a control character");
    xcj_minter_free(minter);
}
END_TEST

/* The original's own keys, as its pages have one paste them: as text and as an object. */
START_TEST(the_originals_key)
{
    size_t len;
    char *jwk = vector_file("kong/test-keys/RS256-jwk-private.json", &len);
    if (jwk == NULL) {
        return;
    }
    json_t *config = json_pack("{s:s, s:s}", "iss", "https://kong-gateway:8443/x-custom-jwt", "private_jwk", jwk);
    for (int as_object = 0; as_object < 2; as_object++) {
        if (as_object) {
            json_object_set_new(config, "private_jwk", json_of(jwk, len));
        }
        char *text = json_dumps(config, 0);
        xcj_minter *minter = configured(text);
        ck_assert_int_eq(xcj_minter_alg(minter), XCJ_RS256);
        expect_text(xcj_key_id(xcj_minter_key(minter)), "kong");
        xcj_minter_free(minter);
        free(text);
    }
    json_decref(config);
    free(jwk);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        defaults_of_the_plugin,
        every_member,
        null_is_absent,
        wrong_members,
        expires_in_is_an_integer,
        configuration_goes_before_defaults,
        clientid_claim_of_the_configuration,
        raw_and_misnamed_hmac_keys,
        keys_that_do_not_serve,
        failure_bodies,
        ways_of_the_plugin,
        act_of_the_plugin,
        plugins_minter_without_a_configuration,
        sentences_of_the_plugin,
        plugins_order_is_asked_for_by_name,
        plugins_order,
        subject_is_the_plugins,
        the_originals_key,
    };
    TCase *tcase = tcase_create("config");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("config");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
