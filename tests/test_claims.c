/* Which claims of a Bearer token the new one keeps, and which the request brings. */
#include "check_main.h"
#include "gateway.h"

#define OURS "\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\""
#define ACT ",\"act\":{\"client_id\":\"cons\"}"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static xcj_error last;

/* A request with a Bearer token of this payload. Free its Authorization value. */
static xcj_auth bearer_auth(const char *payload)
{
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(bearer_of(payload, strlen(payload)));
    return auth;
}

static void free_auth(xcj_auth *auth)
{
    free((char *)auth->authorization.ptr);
}

/* The claims, which the token that is minted from them has, too, and for which its bound is enough. */
static void expect_of(const xcj_auth *auth, const xcj_mint_options *options, const char *expected)
{
    char *text;
    size_t len;
    xcj_code code = xcj_auth_claims(&text, &len, auth, options, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s (expected %s)", xcj_code_name(code), last.message, expected);
    ck_assert_str_eq(text, expected);
    json_decref(json_of(text, len));
    xcj_free(text);

    xcj_minter *minter = minter_of(OCT_JWK, options);
    xcj_caller *caller;
    ck_assert_int_eq(xcj_caller_new(&caller, minter, auth, NULL, &last), XCJ_OK);
    for (int known = 0; known < 2; known++) {
        xcj_auth request = *auth;
        request.caller = known ? caller : NULL;
        const size_t bound = xcj_mint_bound(minter, &request);
        char *token = malloc(bound);
        ck_assert_int_eq(xcj_mint(token, bound, &len, minter, &request, NULL, &last), XCJ_OK);
        char *claims = part_of(token, len, 1, NULL);
        ck_assert_str_eq(claims, expected);
        free(claims);
        free(token);
    }
    xcj_caller_free(caller);
    xcj_minter_free(minter);
}

static void refuse_of(const xcj_auth *auth, const xcj_mint_options *options, xcj_code expected, const char *words)
{
    char *text;
    size_t len;
    xcj_code code = xcj_auth_claims(&text, &len, auth, options, NULL, &last);
    ck_assert_msg(code == expected, "%s in place of %s: %s (%s)", xcj_code_name(code), xcj_code_name(expected), last.message,
                  words);
    ck_assert_msg(strstr(last.message, words) != NULL, "\"%s\" is not in: %s", words, last.message);
    ck_assert_ptr_null(text);
}

static void expect(const char *payload, const xcj_mint_options *options, const char *expected)
{
    xcj_auth auth = bearer_auth(payload);
    expect_of(&auth, options, expected);
    free_auth(&auth);
}

static void refuse(const char *payload, const xcj_mint_options *options, xcj_code code, const char *words)
{
    xcj_auth auth = bearer_auth(payload);
    refuse_of(&auth, options, code, words);
    free_auth(&auth);
}

static size_t split(xcj_str out[8], const char *list)
{
    size_t count = 0;
    while (*list != '\0') {
        const size_t len = strcspn(list, " ");
        out[count++] = (xcj_str){ list, len };
        list += len + (list[len] == ' ');
    }
    return count;
}

START_TEST(client_id_by_pointer_and_fall_back)
{
    static const struct {
        const char *paths;
        const char *payload;
        const char *client_id; /* NULL: refused */
    } cases[] = {
        { "azp /realm/client", "{\"azp\":\"b\",\"realm\":{\"client\":\"c\"}}", "b" },
        { "azp /realm/client", "{\"realm\":{\"client\":\"b\"}}", "b" },
        { "/realm/client azp", "{\"azp\":\"c\",\"realm\":{\"client\":\"b\"}}", "b" },
        { "/realm/client azp", "{\"azp\":\"b\",\"realm\":{}}", "b" },
        { "/realm/client azp", "{\"azp\":\"b\",\"realm\":[1]}", "b" },
        { "/realm/client azp", "{\"azp\":\"b\",\"realm\":\"client\"}", "b" },
        { "/clients/1", "{\"clients\":[\"a\",\"b\"]}", "b" },
        { "/clients/1 sub", "{\"clients\":[\"a\"],\"sub\":\"b\"}", "b" },
        { "/https:~1~1a.b~1c/d~0e", "{\"https:\\/\\/a.b\\/c\":{\"d~e\":\"\\u0062\"}}", "b" },
        { "/sub", "{\"sub\":\"b\"}", "b" },
        { "a.b", "{\"a.b\":\"b\",\"a\":{\"b\":\"c\"}}", "b" },
        /* What the first one gives counts, and is not passed over because it is unusable. */
        { "azp sub", "{\"azp\":1,\"sub\":\"b\"}", NULL },
        { "azp sub", "{\"azp\":null,\"sub\":\"b\"}", NULL },
        { "azp sub", "{\"azp\":\"\",\"sub\":\"b\"}", NULL },
        { "/a/b sub", "{\"a\":{\"b\":{}},\"sub\":\"b\"}", NULL },
        { "/a/b /c/0", "{\"a\":{},\"c\":[]}", NULL },
        { "/a/b", "{\"/a/b\":\"b\"}", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        xcj_mint_options options = base_options();
        xcj_str paths[8];
        options.bearer_clientid_claims_count = split(paths, cases[i].paths);
        options.bearer_clientid_claims = paths;
        options.keep_claims = paths; /* an array that allows nothing */
        if (cases[i].client_id != NULL) {
            expect(cases[i].payload, &options, "{" OURS ACT "}");
        } else {
            refuse(cases[i].payload, &options, XCJ_ERR_CLIENT_ID, "gives no client_id");
        }
    }
    static const char *const bad[] = { "\xff", "", "/a~", NULL };
    xcj_mint_options options = base_options();
    xcj_str path = { "x", 0 };
    options.bearer_clientid_claims = &path;
    refuse("{}", &options, XCJ_ERR_CONFIG, "bearer_clientid_claims is empty");
    options.bearer_clientid_claims_count = 1;
    for (size_t i = 0; i < COUNT(bad); i++) {
        path = xcj_text(bad[i]);
        refuse("{}", &options, XCJ_ERR_CONFIG, "bearer_clientid_claims");
    }
    options.bearer_clientid_claims = NULL;
    refuse("{}", &options, XCJ_ERR_ARGUMENT, "bearer_clientid_claims");
    const xcj_str two[] = { { "azp", 3 }, { "/a/b", 4 } };
    options.bearer_clientid_claims = two;
    options.bearer_clientid_claims_count = 2;
    refuse("{}", &options, XCJ_ERR_CLIENT_ID, "the Bearer token's claim 'azp' or '/a/b' gives no client_id");
}
END_TEST

/* A client_id is unescaped elsewhere: the act that it comes from stays as it was. */
START_TEST(client_id_of_the_actor)
{
    xcj_mint_options options = base_options();
    const xcj_str path = xcj_text("/act/sub");
    options.bearer_clientid_claims = &path;
    options.bearer_clientid_claims_count = 1;
    expect("{\"act\":{\"sub\":\"\\u0062\",\"x\":\"\\u0063\"}}", &options,
           "{" OURS ",\"act\":{\"client_id\":\"cons\",\"act\":{\"sub\":\"\\u0062\",\"x\":\"\\u0063\"}}}");
}
END_TEST

START_TEST(paths_are_checked)
{
    static const struct {
        const char *path;
        bool is_name; /* fine as the name of a whole claim */
        const char *words;
    } cases[] = {
        { "/a~", false, "is no JSON Pointer" },
        { "/a/b~2", false, "is no JSON Pointer" },
        { "/~/a", false, "is no JSON Pointer" },
        { "/act/sub", false, "names act or cnf" },
        { "/cnf/jkt", false, "names act or cnf" },
        { "a~", true, "" },
        { "/a~1", true, "" },
        { "/a//b/", true, "" },
        { "/0", true, "" },
        { "\xff", false, "is not a name" },
        { "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6", true, "" },
        { "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7", false, "more than 16 parts" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const xcj_str path = xcj_text(cases[i].path);
        const xcj_rename rename = { path, { "to", 2 } };
        for (int option = 0; option < 3; option++) {
            xcj_mint_options options = base_options();
            options.drop_claims = option == 0 ? &path : NULL;
            options.drop_claims_count = option == 0;
            options.keep_claims = option == 1 ? &path : NULL;
            options.keep_claims_count = option == 1;
            options.rename_claims = option == 2 ? &rename : NULL;
            options.rename_claims_count = option == 2;
            if (cases[i].is_name) {
                expect("{\"clientId\":\"b\"}", &options,
                       option == 1 ? "{" OURS ACT "}" : "{\"clientId\":\"b\"," OURS ACT "}");
            } else {
                refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_CONFIG, cases[i].words);
            }
        }
    }
    xcj_mint_options options = base_options();
    xcj_str many[65];
    for (size_t i = 0; i < COUNT(many); i++) {
        many[i] = xcj_text("/a/b");
    }
    options.drop_claims = many;
    options.drop_claims_count = 64;
    expect("{\"clientId\":\"b\",\"a\":{\"b\":1}}", &options, "{\"clientId\":\"b\",\"a\":{}," OURS ACT "}");
    options.drop_claims_count = 65;
    refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_CONFIG, "64");
}
END_TEST

static const char nested[] =
    "{\"a\":{\"b\":{\"c\":1, \"d\":2},\"e\":[3,{\"b\":4}],\"\\u0066\":5},\"clientId\":\"b\",\"g\":6}";

START_TEST(parts_of_claims)
{
    static const struct {
        const char *keep; /* NULL: not given */
        const char *drop;
        const char *left; /* of `nested` */
    } cases[] = {
        { NULL, "/a/b/c", "\"a\":{\"b\":{\"d\":2},\"e\":[3,{\"b\":4}],\"\\u0066\":5},\"clientId\":\"b\",\"g\":6," },
        { NULL, "/a/b /a/f g", "\"a\":{\"e\":[3,{\"b\":4}]},\"clientId\":\"b\"," },
        { NULL, "/a/b/c /a/b/d", "\"a\":{\"b\":{},\"e\":[3,{\"b\":4}],\"\\u0066\":5},\"clientId\":\"b\",\"g\":6," },
        { NULL, "/a/e/0 /g/x /clientId/0",
          "\"a\":{\"b\":{\"c\":1, \"d\":2},\"e\":[3,{\"b\":4}],\"\\u0066\":5},"
          "\"clientId\":\"b\",\"g\":6," },
        { NULL, "a /a/b", "\"clientId\":\"b\",\"g\":6," },
        { NULL, "/a", "\"clientId\":\"b\",\"g\":6," },
        { "/a/b/c", NULL, "\"a\":{\"b\":{\"c\":1}}," },
        { "/a/b", NULL, "\"a\":{\"b\":{\"c\":1, \"d\":2}}," },
        { "/a/b/d /a/f g", NULL, "\"a\":{\"b\":{\"d\":2},\"\\u0066\":5},\"g\":6," },
        { "/a/b /a/b/c", NULL, "\"a\":{\"b\":{\"c\":1,\"d\":2}}," },
        { "a /a/b/c", NULL, "\"a\":{\"b\":{\"c\":1,\"d\":2},\"e\":[3,{\"b\":4}],\"\\u0066\":5}," },
        { "/a/e/0 /a/x /g/y /a/b/x", NULL, "" },
        { "/a/e g", NULL, "\"a\":{\"e\":[3,{\"b\":4}]},\"g\":6," },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        xcj_mint_options options = base_options();
        xcj_str paths[8];
        const size_t count = split(paths, cases[i].keep != NULL ? cases[i].keep : cases[i].drop);
        options.keep_claims = cases[i].keep != NULL ? paths : NULL;
        options.keep_claims_count = cases[i].keep != NULL ? count : 0;
        options.drop_claims = cases[i].keep == NULL ? paths : NULL;
        options.drop_claims_count = cases[i].keep == NULL ? count : 0;
        char expected[512];
        snprintf(expected, sizeof expected, "{%s%s}", cases[i].left, OURS ACT);
        expect(nested, &options, expected);
    }
    /* A part of a claim that looks like ours is as little kept as the whole. */
    xcj_mint_options options = base_options();
    const xcj_str part = xcj_text("/ISS/a");
    options.keep_claims = &part;
    options.keep_claims_count = 1;
    refuse("{\"clientId\":\"b\",\"ISS\":{\"a\":1}}", &options, XCJ_ERR_CREDENTIAL, "differs from one of ours by case");
}
END_TEST

START_TEST(renamed_claims)
{
    static const struct {
        xcj_rename renames[2];
        const char *payload;
        const char *left;
    } cases[] = {
        { { { { "a", 1 }, { "z", 1 } } }, "{\"a\":[1, 2],\"clientId\":\"b\"}", "\"clientId\":\"b\",\"z\":[1, 2]," },
        { { { { "/a/b", 4 }, { "z", 1 } } },
          "{\"clientId\":\"b\",\"a\":{\"b\":\"\\u0062\",\"c\":1}}",
          "\"clientId\":\"b\",\"a\":{\"c\":1},\"z\":\"\\u0062\"," },
        { { { { "/a/1", 4 }, { "z", 1 } } }, "{\"clientId\":\"b\",\"a\":[1,2]}", "\"clientId\":\"b\",\"a\":[1,2],\"z\":2," },
        /* Ours are written anew, so the inbound ones can be kept under other names. */
        { { { { "iss", 3 }, { "idp", 3 } }, { { "jti", 3 }, { "parent", 6 } } },
          "{\"iss\":\"i\",\"clientId\":\"b\",\"jti\":\"j\"}",
          "\"clientId\":\"b\",\"idp\":\"i\",\"parent\":\"j\"," },
        { { { { "nonce", 5 }, { "n", 1 } } }, "{\"nonce\":1,\"clientId\":\"b\"}", "\"clientId\":\"b\",\"n\":1," },
        /* Swapped; and the new name replaces an inbound claim, even if the old one is missing. */
        { { { { "a", 1 }, { "z", 1 } }, { { "z", 1 }, { "a", 1 } } },
          "{\"a\":1,\"z\":2,\"clientId\":\"b\"}",
          "\"clientId\":\"b\",\"z\":1,\"a\":2," },
        { { { { "a", 1 }, { "z", 1 } } }, "{\"\\u007a\":2,\"clientId\":\"b\"}", "\"clientId\":\"b\"," },
        { { { { "a", 1 }, { "/z\"", 3 } } }, "{\"a\":2,\"clientId\":\"b\"}", "\"clientId\":\"b\",\"/z\\\"\":2," },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        xcj_mint_options options = base_options();
        options.rename_claims = cases[i].renames;
        options.rename_claims_count = cases[i].renames[1].from.ptr != NULL ? 2 : 1;
        char expected[512];
        snprintf(expected, sizeof expected, "{%s%s}", cases[i].left, OURS ACT);
        expect(cases[i].payload, &options, expected);
    }
    /* Kept although keep_claims does not name it. */
    xcj_mint_options options = base_options();
    const xcj_rename rename = { { "/a/b", 4 }, { "z", 1 } };
    const xcj_str kept = xcj_text("g");
    options.rename_claims = &rename;
    options.rename_claims_count = 1;
    options.keep_claims = &kept;
    options.keep_claims_count = 1;
    expect(nested, &options, "{\"g\":6,\"z\":{\"c\":1, \"d\":2}," OURS ACT "}");
    expect("{\"clientId\":\"b\",\"Z\":1}", &options, "{" OURS ACT "}");
    options.keep_claims = NULL;
    options.keep_claims_count = 0;
    refuse("{\"clientId\":\"b\",\"Z\":1}", &options, XCJ_ERR_CREDENTIAL, "differs from one of ours by case");
}
END_TEST

START_TEST(new_names_are_checked)
{
    static const struct {
        xcj_rename renames[2];
        const char *words; /* NULL: fine */
    } cases[] = {
        { { { { "a", 1 }, { "iss", 3 } } }, "a claim of the gateway's own" },
        { { { { "a", 1 }, { "Exp", 3 } } }, "a claim of the gateway's own" },
        { { { { "a", 1 }, { "cnf", 3 } } }, "a claim of the gateway's own" },
        { { { { "a", 1 }, { "MINE", 4 } } }, "a claim of the gateway's own" },
        { { { { "a", 1 }, { "mines", 5 } } }, NULL },
        { { { { "a", 1 }, { "", 0 } } }, "is empty" },
        { { { { "a", 1 }, { "\xff", 1 } } }, "is not a name" },
        { { { { "a", 1 }, { NULL, 0 } } }, "is not a name" },
        { { { { "cnf", 3 }, { "z", 1 } } }, "names act or cnf" },
        { { { { "act", 3 }, { "z", 1 } } }, "names act or cnf" },
        { { { { "/act", 4 }, { "z", 1 } } }, "names act or cnf" },
        { { { { "a", 1 }, { "z", 1 } }, { { "b", 1 }, { "Z", 1 } } }, "is the new name of several claims" },
        { { { { "a", 1 }, { "z", 1 } }, { { "a", 1 }, { "y", 1 } } }, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        xcj_mint_options options = base_options();
        options.claims = xcj_text("{\"mine\":1}");
        options.rename_claims = cases[i].renames;
        options.rename_claims_count = cases[i].renames[1].from.ptr != NULL ? 2 : 1;
        if (cases[i].words == NULL) {
            expect("{\"clientId\":\"b\"}", &options, "{\"clientId\":\"b\"," OURS ACT ",\"mine\":1}");
        } else {
            refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_CONFIG, cases[i].words);
        }
    }
    xcj_mint_options options = base_options();
    xcj_rename many[65] = { { { NULL, 0 }, { NULL, 0 } } };
    options.rename_claims = many;
    options.rename_claims_count = 65;
    refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_CONFIG, "more than 64");
    options.rename_claims = NULL;
    refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_ARGUMENT, "rename_claims");
}
END_TEST

START_TEST(required_claims)
{
    xcj_mint_options options = base_options();
    const xcj_str required[] = { { "sub", 3 }, { "/a/b", 4 } };
    options.require_claims = required;
    options.require_claims_count = 2;
    options.keep_claims = required;
    expect("{\"clientId\":\"b\",\"sub\":null,\"a\":{\"b\":0}}", &options, "{" OURS ACT "}");
    static const char *const bad[] = { "{\"clientId\":\"b\",\"sub\":1,\"a\":{}}", "{\"clientId\":\"b\",\"a\":{\"b\":1}}",
                                       "{\"clientId\":\"b\",\"sub\":1,\"/a/b\":1}" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        refuse(bad[i], &options, XCJ_ERR_CLAIM, i == 1 ? "lacks the claim 'sub'" : "lacks the claim '/a/b'");
        ck_assert_uint_eq(last.claims, XCJ_CLAIM_REQUIRED);
        ck_assert_int_eq(xcj_code_http_status(last.code), 401);
    }
    options.require_claims_count = 0;
    expect("{\"clientId\":\"b\"}", &options, "{" OURS ACT "}");
    options.require_claims = NULL;
    options.require_claims_count = 1;
    refuse("{\"clientId\":\"b\"}", &options, XCJ_ERR_ARGUMENT, "require_claims");
}
END_TEST

static xcj_claim claim_of(const char *name, const char *value, xcj_kind kind)
{
    return (xcj_claim){ xcj_text(name), xcj_text(value), kind };
}

START_TEST(claims_of_the_request)
{
    static const char payload[] = "{\"clientId\":\"b\",\"tenant\":\"evil\",\"s\\u0075b\":\"x\",\"n\":1,\"gone\":2,\"k\":3}";
    const xcj_claim claims[] = {
        claim_of("tenant", "\",\"admin\":true,\"x\":\"\\\n\x01", XCJ_KIND_STRING),
        claim_of("n", " [1, {\"iss\":\"e\"}]\r\n", XCJ_KIND_JSON),
        claim_of("gone", NULL, XCJ_KIND_STRING),
        claim_of("empty", "", XCJ_KIND_STRING),
        claim_of("a\"b\\u0069", "7", XCJ_KIND_JSON),
    };
    xcj_auth auth = bearer_auth(payload);
    xcj_mint_options options = base_options();
    auth.claims = claims;
    auth.claims_count = COUNT(claims);
    auth.sub = xcj_text("s\"ub");
    options.claims = xcj_text("{\"mine\":1}");
    expect_of(
        &auth, &options,
        "{\"clientId\":\"b\",\"k\":3," OURS ACT ",\"mine\":1,\"sub\":\"s\\\"ub\","
        "\"tenant\":\"\\\",\\\"admin\\\":true,\\\"x\\\":\\\"\\\\\\n\\u0001\",\"n\":[1, {\"iss\":\"e\"}],\"empty\":\"\","
        "\"a\\\"b\\\\u0069\":7}");
    free_auth(&auth);
    /* Without them the inbound ones are kept. */
    auth = bearer_auth(payload);
    expect_of(&auth, &options,
              "{\"clientId\":\"b\",\"tenant\":\"evil\",\"s\\u0075b\":\"x\",\"n\":1,\"gone\":2,\"k\":3," OURS ACT
              ",\"mine\":1}");
    free_auth(&auth);
}
END_TEST

START_TEST(names_of_the_request)
{
    static const struct {
        const char *names[2];
        const char *words; /* NULL: fine */
    } cases[] = {
        { { "iss", NULL }, "a claim of the gateway's own" },
        { { "client_id", NULL }, "a claim of the gateway's own" },
        { { "Act", NULL }, "a claim of the gateway's own" },
        { { "cnf", NULL }, "a claim of the gateway's own" },
        { { "mine", NULL }, "a claim of the gateway's own" },
        { { "i\xc5\xbfs", NULL }, "a claim of the gateway's own" },
        { { "new", NULL }, "the new name of a renamed claim" },
        { { "sub", NULL }, "a member of its own" },
        { { "SUB", NULL }, "a member of its own" },
        { { "", NULL }, "has no name" },
        { { "\xff", NULL }, "has no name" },
        { { "a", "a" }, "is given twice" },
        { { "a", "A" }, "is given twice" },
        { { "a", "b" }, NULL },
        { { "issuer", "a.b" }, NULL },
        { { "\\u0069ss", "nbf" }, NULL },
    };
    xcj_mint_options options = base_options();
    const xcj_rename rename = { { "old", 3 }, { "new", 3 } };
    options.claims = xcj_text("{\"mine\":1}");
    options.rename_claims = &rename;
    options.rename_claims_count = 1;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const xcj_claim claims[] = { claim_of(cases[i].names[0], "1", XCJ_KIND_JSON),
                                     claim_of(cases[i].names[1], "2", XCJ_KIND_JSON) };
        xcj_auth auth = bearer_auth("{\"clientId\":\"b\"}");
        auth.claims = claims;
        auth.claims_count = cases[i].names[1] != NULL ? 2 : 1;
        if (cases[i].words != NULL) {
            refuse_of(&auth, &options, XCJ_ERR_CONFIG, cases[i].words);
        } else {
            char *text;
            size_t len;
            ck_assert_int_eq(xcj_auth_claims(&text, &len, &auth, &options, NULL, &last), XCJ_OK);
            json_decref(json_of(text, len));
            xcj_free(text);
        }
        free_auth(&auth);
    }
    /* An inbound claim that a parser without regard to case would take for one of them. */
    const xcj_claim tenant = claim_of("tenant", "t", XCJ_KIND_STRING);
    xcj_auth auth = bearer_auth("{\"clientId\":\"b\",\"Tenant\":\"evil\"}");
    auth.claims = &tenant;
    auth.claims_count = 1;
    refuse_of(&auth, &options, XCJ_ERR_CREDENTIAL, "differs from one of ours by case");
    free_auth(&auth);
    auth = bearer_auth("{\"clientId\":\"b\",\"SUB\":\"evil\"}");
    expect_of(&auth, &options, "{\"clientId\":\"b\",\"SUB\":\"evil\"," OURS ACT ",\"mine\":1}");
    auth.sub = xcj_text("s");
    refuse_of(&auth, &options, XCJ_ERR_CREDENTIAL, "differs from one of ours by case");
    options.claims = xcj_text("{\"Sub\":1}");
    refuse_of(&auth, &options, XCJ_ERR_CONFIG, "sub");
    free_auth(&auth);
}
END_TEST

/* 63 levels: the object of claims is the 64th. */
static const char *deep(char text[130], size_t levels)
{
    memset(text, '[', levels);
    memset(text + levels, ']', levels);
    text[2 * levels] = '\0';
    return text;
}

START_TEST(values_of_the_request)
{
    char text[2][130];
    const struct {
        const char *value;
        xcj_kind kind;
        bool fine;
    } cases[] = {
        { "\xff", XCJ_KIND_STRING, false },
        { "\xc3\xa9", XCJ_KIND_STRING, true },
        { "\xff", XCJ_KIND_JSON, false },
        { "\"\xc3\xa9\"", XCJ_KIND_JSON, true },
        { "", XCJ_KIND_JSON, false },
        { "1,\"iss\":2", XCJ_KIND_JSON, false },
        { "1}", XCJ_KIND_JSON, false },
        { "1 2", XCJ_KIND_JSON, false },
        { "{\"a\":1,\"\\u0061\":2}", XCJ_KIND_JSON, false },
        { "{\"a\":1,\"b\":2}", XCJ_KIND_JSON, true },
        { "[1,]", XCJ_KIND_JSON, false },
        { "NaN", XCJ_KIND_JSON, false },
        { "null", XCJ_KIND_JSON, true },
        { deep(text[0], 63), XCJ_KIND_JSON, true },
        { deep(text[1], 64), XCJ_KIND_JSON, false },
        { "x", (xcj_kind)2, false },
    };
    xcj_mint_options options = base_options();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const xcj_claim claim = claim_of("v", cases[i].value, cases[i].kind);
        xcj_auth auth = bearer_auth("{\"clientId\":\"b\"}");
        auth.claims = &claim;
        auth.claims_count = 1;
        char *claims;
        size_t len;
        xcj_code code = xcj_auth_claims(&claims, &len, &auth, &options, NULL, &last);
        const xcj_code wrong = cases[i].kind > XCJ_KIND_JSON ? XCJ_ERR_CONFIG : XCJ_ERR_CLAIM;
        ck_assert_msg(code == (cases[i].fine ? XCJ_OK : wrong), "%zu: %s", i, xcj_code_name(code));
        if (code != XCJ_OK) {
            ck_assert_str_eq(last.member, "v");
        }
        xcj_free(claims);
        free_auth(&auth);
    }
    xcj_auth auth = bearer_auth("{\"clientId\":\"b\"}");
    auth.sub = xcj_text("");
    refuse_of(&auth, &options, XCJ_ERR_CLAIM, "is empty");
    auth.sub = xcj_text("\xff");
    refuse_of(&auth, &options, XCJ_ERR_CLAIM, "is not valid UTF-8");
    auth.sub = (xcj_str){ NULL, 7 };
    xcj_claim many[65];
    char names[65][4];
    for (size_t i = 0; i < COUNT(many); i++) {
        snprintf(names[i], sizeof names[i], "%zu", i + 100);
        many[i] = claim_of(names[i], NULL, XCJ_KIND_STRING);
        many[i].value.len = 1;
    }
    auth.claims = many;
    auth.claims_count = 64;
    expect_of(&auth, &options, "{\"clientId\":\"b\"," OURS ACT "}");
    auth.claims_count = 65;
    refuse_of(&auth, &options, XCJ_ERR_LIMIT, "more than 64 claims");
    many[0].name = (xcj_str){ NULL, 4 };
    auth.claims_count = 1;
    refuse_of(&auth, &options, XCJ_ERR_CONFIG, "has no name");
    auth.claims = NULL;
    refuse_of(&auth, &options, XCJ_ERR_ARGUMENT, "claims");
    free_auth(&auth);
}
END_TEST

START_TEST(given_claims_are_completed)
{
    const xcj_claim tenant = claim_of("tenant", "t", XCJ_KIND_STRING);
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    auth.sub = xcj_text("s");
    auth.claims = &tenant;
    auth.claims_count = 1;
    char token[2048];
    size_t len;
    ck_assert_int_eq(
        xcj_mint_claims(token, xcj_mint_claims_bound(minter, 2, &auth), &len, minter, "{}", 2, &auth, NULL, &last), XCJ_OK);
    char *claims = part_of(token, len, 1, NULL);
    ck_assert_str_eq(claims, "{\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\",\"sub\":\"s\","
                             "\"tenant\":\"t\"}");
    free(claims);
    static const char *const repeated[] = { "{\"sub\":1}", "{\"Tenant\":1}", "{\"tenant\":\"t\"}" };
    for (size_t i = 0; i < COUNT(repeated); i++) {
        ck_assert_int_eq(
            xcj_mint_claims(token, sizeof token, &len, minter, repeated[i], strlen(repeated[i]), &auth, NULL, &last),
            XCJ_ERR_CONFIG);
    }
    xcj_minter_free(minter);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        client_id_by_pointer_and_fall_back,
        client_id_of_the_actor,
        paths_are_checked,
        parts_of_claims,
        renamed_claims,
        new_names_are_checked,
        required_claims,
        claims_of_the_request,
        names_of_the_request,
        values_of_the_request,
        given_claims_are_completed,
    };
    TCase *tcase = tcase_create("claims");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("claims");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
