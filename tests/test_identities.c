#include "check_main.h"
#include "gateway.h"

#include <time.h>

#include "lib/gateway/identities.h"

/* printf %s KEY | sha256sum */
#define KEY_HASH "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683" /* key */
#define OTHER_HASH "0000000000000000000000000000000000000000000000000000000000000000"

static xcj_error last;

static xcj_identities *identities_of(const char *text)
{
    xcj_identities *made;
    ck_assert_msg(xcj_identities_from_json(&made, text, strlen(text), &last) == XCJ_OK, "%s: %s", text, last.message);
    ck_assert_int_eq(last.code, XCJ_OK);
    return made;
}

static void expect_text(xcj_str text, const char *wanted)
{
    ck_assert_int_eq(text.ptr != NULL, wanted != NULL);
    ck_assert(wanted == NULL || (text.len == strlen(wanted) && memcmp(text.ptr, wanted, text.len) == 0));
}

static void expect_key(const xcj_identities *identities, const char *key, const char *client_id, const char *consumer)
{
    xcj__identity found;
    ck_assert_int_eq(xcj__identities_find_key(&found, identities, xcj_text(key), NULL, &last), XCJ_OK);
    expect_text(found.client_id, client_id);
    expect_text(found.consumer, consumer);
}

static void expect_client(const xcj_identities *identities, const char *client_id, const char *consumer)
{
    xcj__identity found;
    ck_assert_int_eq(xcj__identities_find_client(&found, identities, xcj_text(client_id), NULL, &last), XCJ_OK);
    expect_text(found.consumer, consumer);
}

START_TEST(found_exactly)
{
    xcj_identities *made =
        identities_of("{\"apikeys\":{\"" KEY_HASH "\":{\"consumer\":\"c\\u00e9\",\"client_id\":\"\\u0061\"}},"
                      "\"clients\":{\"contact@x\":{\"consumer\":\"one\"},\"\\u0062\":{\"consumer\":\"two\"}}}");
    expect_key(made, "key", "a", "c\xc3\xa9");
    expect_key(made, "KEY", NULL, NULL);
    expect_key(made, "key ", NULL, NULL);
    expect_key(made, "", NULL, NULL);
    expect_key(made, "contact@x", NULL, NULL);
    expect_client(made, "contact@x", "one");
    expect_client(made, "b", "two");
    expect_client(made, "CONTACT@x", NULL);
    expect_client(made, "contact@", NULL);
    expect_client(made, "key", NULL);
    ck_assert_ptr_eq(xcj_identities_ref(made), made);
    xcj_identities_free(made);
    expect_client(made, "b", "two");
    xcj_identities_free(made);
    xcj_identities_free(NULL);
    ck_assert_ptr_null(xcj_identities_ref(NULL));
}
END_TEST

START_TEST(parts_may_be_left_out)
{
    static const char *const texts[] = { "{}", "{\"apikeys\":{}}", "{\"clients\":{},\"apikeys\":{}}" };
    for (size_t i = 0; i < 3; i++) {
        xcj_identities *made = identities_of(texts[i]);
        expect_key(made, "key", NULL, NULL);
        expect_client(made, "key", NULL);
        xcj_identities_free(made);
    }
}
END_TEST

START_TEST(refused)
{
    static const struct {
        const char *text;
        xcj_code code;
        const char *message;
    } cases[] = {
        { "", XCJ_ERR_JSON, "" },
        { "[]", XCJ_ERR_JSON, "" },
        { "{\"clients\":{},\"clients\":{}}", XCJ_ERR_CONFIG, "twice" },
        { "{\"apikeys\":{},\"clients\":{},\"api\\u006beys\":{}}", XCJ_ERR_CONFIG, "twice" },
        { "{\"apikey\":{}}", XCJ_ERR_CONFIG, "\"apikey\" at offset 1 is not a member" },
        { "{\"apikeys\":[]}", XCJ_ERR_CONFIG, "not an object" },
        { "{\"clients\":{\"a\":\"b\"}}", XCJ_ERR_CONFIG, "\"a\" at offset 12 is not an object" },
        { "{\"clients\":{\"a\":{}}}", XCJ_ERR_CONFIG, "\"consumer\": there is none" },
        { "{\"clients\":{\"a\":{\"consumer\":7}}}", XCJ_ERR_CONFIG, "not a string" },
        { "{\"clients\":{\"a\":{\"consumer\":\"\"}}}", XCJ_ERR_CONFIG, "empty" },
        { "{\"clients\":{\"a\":{\"consumer\":\"\\u0000\"}}}", XCJ_ERR_CONFIG, "control character" },
        { "{\"clients\":{\"\":{\"consumer\":\"c\"}}}", XCJ_ERR_CONFIG, "is not a client_id: it is empty" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"client_id\":\"a\"}}}", XCJ_ERR_CONFIG, "is none of" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\"},\"\\u0061\":{\"consumer\":\"d\"}}}", XCJ_ERR_JSON, "" },
        { "{\"apikeys\":{\"key\":{\"consumer\":\"c\",\"client_id\":\"a\"}}}", XCJ_ERR_CONFIG, "SHA-256 of an API key" },
        { "{\"apikeys\":{\"000000000000000000000000000000000000000000000000000000000000000G\":{\"consumer\":\"c\",\"client_"
          "id\":\"a\"}}}",
          XCJ_ERR_CONFIG, "SHA-256 of an API key" },
        { "{\"apikeys\":{\"" OTHER_HASH "0\":{\"consumer\":\"c\",\"client_id\":\"a\"}}}", XCJ_ERR_CONFIG, "SHA-256" },
        { "{\"apikeys\":{\"2C" OTHER_HASH "\":{\"consumer\":\"c\",\"client_id\":\"a\"}}}", XCJ_ERR_CONFIG, "SHA-256" },
        { "{\"apikeys\":{\"" OTHER_HASH "\":{\"consumer\":\"c\"}}}", XCJ_ERR_CONFIG, "\"client_id\": there is none" },
        { "{\"apikeys\":{\"" OTHER_HASH "\":{\"client_id\":\"c\"}}}", XCJ_ERR_CONFIG, "\"consumer\": there is none" },
        { "{\"apikeys\":{\"" OTHER_HASH "\":{\"client_id\":\"c\",\"consumer\":\"d\",\"group\":1}}}", XCJ_ERR_CONFIG,
          "\"group\"" },
        { "{\"certificates\":{\"key\":{\"consumer\":\"c\"}}}", XCJ_ERR_CONFIG, "SHA-256 of a certificate" },
        { "{\"certificates\":{\"" OTHER_HASH "\":{\"consumer\":\"c\",\"client_id\":\"\"}}}", XCJ_ERR_CONFIG, "empty" },
        { "{\"certificates\":{},\"certificates\":{}}", XCJ_ERR_CONFIG, "twice" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"audience\":7}}}", XCJ_ERR_CONFIG, "an \"audience\" that is not" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"audience\":\"\"}}}", XCJ_ERR_CONFIG, "an \"audience\" that is not" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"audience\":[\"a\",1]}}}", XCJ_ERR_CONFIG,
          "an \"audience\" that is not" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"audience\":[]}}}", XCJ_ERR_CONFIG, "empty \"audience\"" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"audience\":null}}}", XCJ_ERR_CONFIG, "an \"audience\" that is not" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"claims\":[]}}}", XCJ_ERR_CONFIG, "\"claims\" that are not an object" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"claims\":{\"a\":1,\"\\u0061\":2}}}}", XCJ_ERR_JSON, "" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"claims\":{\"client_id\":\"b\"}}}}", XCJ_ERR_CONFIG, "gateway's own" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"claims\":{\"EXP\":1}}}}", XCJ_ERR_CONFIG, "gateway's own" },
        { "{\"clients\":{\"a\":{\"consumer\":\"c\",\"claims\":{\"c\\u006ef\":{}}}}}", XCJ_ERR_CONFIG, "gateway's own" },
        { "{\"apikeys\":{\"" OTHER_HASH "\":{\"client_id\":\"c\\n\",\"consumer\":\"d\"}}}", XCJ_ERR_CONFIG, "control" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xcj_identities *made = (xcj_identities *)(uintptr_t)&last;
        xcj_code code = xcj_identities_from_json(&made, cases[i].text, strlen(cases[i].text), &last);
        ck_assert_msg(code == cases[i].code, "%s: %s: %s", cases[i].text, xcj_code_name(code), last.message);
        ck_assert_msg(strstr(last.message, cases[i].message) != NULL, "%s: %s", cases[i].text, last.message);
        ck_assert_ptr_null(made);
    }
    xcj_identities *made;
    ck_assert_int_eq(xcj_identities_from_json(NULL, "{}", 2, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_identities_from_json(&made, NULL, 0, &last), XCJ_ERR_ARGUMENT);
}
END_TEST

/* Time is that of a look-up in a table: twenty thousand entries are read and found quickly. */
START_TEST(many)
{
    const size_t count = 20000;
    char *text = malloc(count * 48 + 64);
    ck_assert_ptr_nonnull(text);
    size_t len = (size_t)sprintf(text, "{\"clients\":{");
    for (size_t i = 0; i < count; i++) {
        len += (size_t)sprintf(text + len, "%s\"client %zu\":{\"consumer\":\"%zu\"}", i > 0 ? "," : "", i, i);
    }
    len += (size_t)sprintf(text + len, "}}");
    clock_t before = clock();
    xcj_identities *made = identities_of(text);
    for (size_t i = 0; i < count; i += 7) {
        char client[32];
        char consumer[32];
        snprintf(client, sizeof client, "client %zu", i);
        snprintf(consumer, sizeof consumer, "%zu", i);
        expect_client(made, client, consumer);
    }
    ck_assert_double_lt((double)(clock() - before) / CLOCKS_PER_SEC, 20.0);
    xcj_identities_free(made);
    free(text);
}
END_TEST

static char *minted(const xcj_minter *minter, const xcj_auth *auth)
{
    static char buf[4096];
    size_t len;
    ck_assert_msg(xcj_mint(buf, sizeof buf, &len, minter, auth, NULL, &last) == XCJ_OK, "%s", last.message);
    ck_assert_uint_le(len, xcj_mint_bound(minter, auth));
    return part_of(buf, len, 1, NULL);
}

static void expect_minted(const xcj_minter *minter, const xcj_auth *auth, const char *client_id, const char *consumer)
{
    char *claims = minted(minter, auth);
    json_t *json = json_of(claims, strlen(claims));
    ck_assert_str_eq(json_string_value(json_object_get(json, "client_id")), client_id);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(json, "act"), "client_id")), consumer);
    json_decref(json);
    free(claims);
}

static void expect_refused(const xcj_minter *minter, const xcj_auth *auth, xcj_code wanted)
{
    char buf[4096];
    size_t len;
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, auth, NULL, &last), wanted);
}

/* An API key is not the client_id of its token, a spelling that differs in case is nobody's. */
START_TEST(minting_looks_them_up)
{
    char long_text[600] =
        "{\"clients\":{\"user\":{\"consumer\":\"u\"}},\"apikeys\":{\"" KEY_HASH
        "\":{\"client_id\":\"the client with a name much longer than its key \\\"\\\"\\\"\",\"consumer\":\"c\"}}}";
    xcj_identities *made = identities_of(long_text);
    xcj_mint_options options = base_options();
    options.identities = made;
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_identities_free(made);
    xcj_auth auth = api_key_auth();
    auth.consumer_custom_id = (xcj_str){ NULL, 0 };
    expect_minted(minter, &auth, "the client with a name much longer than its key \"\"\"", "c");
    auth.api_key = xcj_text("Key");
    expect_refused(minter, &auth, XCJ_ERR_CREDENTIAL);
    auth.methods = XCJ_AUTH_BASIC;
    char *basic = basic_of("user:x", 6);
    auth.authorization = xcj_text(basic);
    expect_minted(minter, &auth, "user", "u");
    auth.consumer_id = xcj_text("given");
    expect_minted(minter, &auth, "user", "given");
    auth.consumer_id = (xcj_str){ NULL, 0 };
    free(basic);
    basic = basic_of("USER:x", 6);
    auth.authorization = xcj_text(basic);
    expect_refused(minter, &auth, XCJ_ERR_CONSUMER);
    free(basic);
    xcj_minter_free(minter);
}
END_TEST

/* The SHA-256 of cert_pem. */
static void certificate_hash(char out[65])
{
    xcj_certificate cert;
    ck_assert_int_eq(xcj_certificate_read(&cert, cert_pem, sizeof cert_pem - 1, &last), XCJ_OK);
    for (size_t i = 0; i < 32; i++) {
        snprintf(out + 2 * i, 3, "%02x", cert.sha256[i]);
    }
}

/* The claims of a token, minted immediately and for an identified caller alike; a JSON object. */
static json_t *claims_for(const xcj_minter *minter, const xcj_auth *auth)
{
    xcj_caller *caller;
    xcj_auth identified = *auth;
    char *first = minted(minter, auth);
    ck_assert_msg(xcj_caller_new(&caller, minter, auth, NULL, &last) == XCJ_OK, "%s", last.message);
    identified.caller = caller;
    char *second = minted(minter, &identified);
    ck_assert_str_eq(first, second);
    json_t *json = json_of(first, strlen(first));
    xcj_caller_free(caller);
    free(first);
    free(second);
    return json;
}

static void expect_claim(const json_t *claims, const char *name, const char *wanted)
{
    char *text = json_dumps(json_object_get(claims, name), JSON_COMPACT | JSON_ENCODE_ANY);
    ck_assert_str_eq(text != NULL ? text : "none", wanted);
    free(text);
}

START_TEST(audience_and_claims)
{
    char hash[65], text[2048];
    certificate_hash(hash);
    snprintf(text, sizeof text,
             "{\"certificates\":{\"%s\":{\"client_id\":\"machine\",\"consumer\":\"m\",\"audience\":[\"x\",\"\\u0079\"]}},"
             "\"apikeys\":{\"" KEY_HASH "\":{\"client_id\":\"app\",\"consumer\":\"c\",\"claims\":{}}},"
             "\"clients\":{\"b\":{\"consumer\":\"two\",\"audience\":\"theirs\",\"claims\":{ \"tier\" : \"gold\", "
             "\"s\\u0075b\":[1,{}] }}}}",
             hash);
    xcj_identities *made = identities_of(text);
    xcj_mint_options options = base_options();
    options.identities = made;
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    auth.consumer_custom_id = (xcj_str){ NULL, 0 };
    /* The audience of the request comes first. */
    json_t *claims = claims_for(minter, &auth);
    expect_claim(claims, "aud", "\"https://a\"");
    json_decref(claims);
    auth.audience = (xcj_str){ NULL, 0 };
    expect_refused(minter, &auth, XCJ_ERR_CONSUMER); /* an entry without one, and no other */
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_cert = xcj_text(cert_pem);
    claims = claims_for(minter, &auth);
    expect_claim(claims, "client_id", "\"machine\"");
    expect_claim(claims, "act", "{\"client_id\":\"m\"}");
    expect_claim(claims, "aud", "[\"x\",\"y\"]");
    json_decref(claims);
    /* A Bearer token's claims of the same names are replaced, wherever they are, and so are no others. */
    static const char payload[] = "{\"tier\":\"none\",\"keep\":1,\"client\\u0049d\":\"\\u0062\",\"sub\":\"me\",\"last\":2}";
    char *bearer = bearer_of(payload, strlen(payload));
    auth.methods = XCJ_AUTH_BEARER;
    auth.client_cert = (xcj_str){ NULL, 0 };
    auth.authorization = xcj_text(bearer);
    claims = claims_for(minter, &auth);
    expect_claim(claims, "tier", "\"gold\"");
    expect_claim(claims, "sub", "[1,{}]");
    expect_claim(claims, "keep", "1");
    expect_claim(claims, "last", "2");
    expect_claim(claims, "client_id", "\"b\"");
    expect_claim(claims, "aud", "\"theirs\"");
    json_decref(claims);
    free(bearer);
    static const char alike[] = "{\"Tier\":\"none\",\"clientId\":\"b\"}";
    bearer = bearer_of(alike, strlen(alike));
    auth.authorization = xcj_text(bearer);
    expect_refused(minter, &auth, XCJ_ERR_CREDENTIAL); /* which a reader that ignores case would see */
    free(bearer);
    /* Neither the request nor the options may give the same claim. */
    static const xcj_claim again = { { "TIER", 4 }, { "x", 1 }, XCJ_KIND_STRING };
    bearer = bearer_of("{\"clientId\":\"b\"}", strlen("{\"clientId\":\"b\"}"));
    auth.authorization = xcj_text(bearer);
    auth.claims = &again;
    auth.claims_count = 1;
    expect_refused(minter, &auth, XCJ_ERR_CONFIG);
    auth.claims = NULL;
    auth.claims_count = 0;
    auth.sub = xcj_text("x");
    expect_refused(minter, &auth, XCJ_ERR_CONFIG);
    free(bearer);
    xcj_minter_free(minter);
    xcj_key *key;
    ck_assert_int_eq(xcj_key_from_jwk(&key, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    options.claims = xcj_text("{\"a\":1,\"Sub\":2}");
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "sub");
    options.claims = xcj_text("{\"a\":1}");
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_OK);
    xcj_minter_free(minter);
    xcj_key_free(key);
    xcj_identities_free(made);
}
END_TEST

static Suite *identities_suite(void)
{
    Suite *suite = suite_create("identities");
    TCase *tests = tcase_create("identities");
    tcase_add_test(tests, found_exactly);
    tcase_add_test(tests, parts_may_be_left_out);
    tcase_add_test(tests, refused);
    tcase_add_test(tests, many);
    tcase_add_test(tests, minting_looks_them_up);
    tcase_add_test(tests, audience_and_claims);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(identities_suite)
