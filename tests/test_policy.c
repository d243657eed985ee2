#include "check_main.h"

#include <stdio.h>

#include "fixtures.h"
#include "lib/token/claim_checks.h"

static xcj_error err;
static const xcj__header NO_HEADER;

static void open_policy(xcj__policy *policy, const xcj_verify_options *options)
{
    ck_assert_msg(xcj__policy_open(policy, options, &err) == XCJ_OK, "%s", err.message);
}

/* As xcj_verify() checks a payload. */
static xcj_code check_claims(const xcj__policy *policy, const char *claims, const xcj__header *header, xcj_error *error)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index index;
    xcj_code code = xcj__claims_read(&index, policy, xcj_text(claims), room, XCJ__JSON_ROOM, error);
    if (code == XCJ_OK) {
        code = xcj__claims_check(policy, &index, header, policy->options.now, error);
    }
    xcj_free(index.block);
    return code;
}

static xcj_code check_with(const xcj_verify_options *options, const char *claims)
{
    xcj__policy policy;
    open_policy(&policy, options);
    xcj_code code = check_claims(&policy, claims, &NO_HEADER, &err);
    ck_assert_int_eq(check_claims(&policy, claims, &NO_HEADER, NULL), code);
    xcj__policy_close(&policy);
    return code;
}

typedef struct row {
    const char *claims;
    xcj_code code;
    uint32_t failed;
    const char *message;
} row;

static void expect_rows(const xcj_verify_options *options, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset(&err, 0, sizeof err);
        xcj_code code = check_with(options, rows[i].claims);
        ck_assert_msg(code == rows[i].code, "%s: %s: %s", rows[i].claims, xcj_code_name(code), err.message);
        ck_assert_msg(err.claims == rows[i].failed, "%s: %x", rows[i].claims, err.claims);
        if (rows[i].message != NULL) {
            ck_assert_str_eq(err.message, rows[i].message);
        }
    }
}
#define EXPECT(options, rows) expect_rows(options, rows, COUNT_OF(rows))

static xcj_verify_options at(int64_t now)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.has_now = 1;
    options.now = now;
    options.allow_no_exp = 1;
    return options;
}

/* DESIGN: now >= exp + leeway is expired; now < nbf - leeway is not yet valid. */
START_TEST(times_to_the_second)
{
    static const row exact[] = {
        { "{\"exp\":101}", XCJ_OK, 0, NULL },
        { "{\"exp\":100.5}", XCJ_OK, 0, NULL },
        { "{\"exp\":1.005e2}", XCJ_OK, 0, NULL },
        { "{\"exp\":100}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, "\"exp\" passed 0 s ago" },
        { "{\"exp\":100.0}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"exp\":10e1}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"exp\":99.999}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, "\"exp\" passed 1 s ago" },
        { "{\"exp\":0}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, "\"exp\" passed 100 s ago" },
        { "{\"exp\":-1}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, "\"exp\" passed" },
        { "{\"nbf\":100}", XCJ_OK, 0, NULL },
        { "{\"nbf\":99.5}", XCJ_OK, 0, NULL },
        { "{\"nbf\":-1e30}", XCJ_OK, 0, NULL },
        { "{\"nbf\":100.000000000000000000001}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, "\"nbf\" is in the future by 1 s" },
        { "{\"nbf\":160}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, "\"nbf\" is in the future by 60 s" },
        { "{\"nbf\":1e30}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, NULL },
        { "{\"exp\":1e30}", XCJ_OK, 0, NULL },
        { "{\"exp\":-1e30}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"exp\":18446744073709551717}", XCJ_OK, 0, NULL },
        { "{\"iat\":1e30}", XCJ_OK, 0, NULL },
    };
    static const row lenient[] = {
        { "{\"exp\":91}", XCJ_OK, 0, NULL },
        { "{\"exp\":90}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"exp\":90.5}", XCJ_OK, 0, NULL },
        { "{\"nbf\":110}", XCJ_OK, 0, NULL },
        { "{\"nbf\":110.5}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, NULL },
    };
    xcj_verify_options options = at(100);
    EXPECT(&options, exact);
    options.leeway = 10;
    EXPECT(&options, lenient);
}
END_TEST

/* A clock at either end of what 64 bits hold wraps nowhere. */
START_TEST(clocks_at_the_ends)
{
#define MAX "9223372036854775807"
#define MIN "-9223372036854775808"
    static const row late[] = {
        { "{\"iat\":" MAX "}", XCJ_OK, 0, NULL },
        { "{\"exp\":" MAX ",\"iat\":" MAX "}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"nbf\":" MAX ",\"iat\":" MAX "}", XCJ_OK, 0, NULL },
        { "{\"iat\":" MIN "}", XCJ_ERR_EXPIRED, XCJ_CLAIM_IAT, "\"iat\" is older than allowed by" },
        { "{\"iat\":0}", XCJ_ERR_EXPIRED, XCJ_CLAIM_IAT, "\"iat\" is older than allowed by 9223372036854775747 s" },
    };
    static const row early[] = {
        { "{\"iat\":" MIN "}", XCJ_OK, 0, NULL },
        { "{\"exp\":" MIN ",\"iat\":" MIN "}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP, NULL },
        { "{\"exp\":0,\"iat\":" MIN "}", XCJ_OK, 0, NULL },
        { "{\"nbf\":" MAX ",\"iat\":" MIN "}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, NULL },
        { "{\"nbf\":" MAX ".5,\"iat\":" MIN "}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, NULL },
        { "{\"iat\":" MAX "}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_IAT, NULL },
    };
    xcj_verify_options options = at(INT64_MAX);
    options.max_age = 60;
    EXPECT(&options, late);
    options.now = INT64_MIN;
    EXPECT(&options, early);
    options.max_age = INT64_MAX;
    EXPECT(&options, early);
#undef MAX
#undef MIN
}
END_TEST

/* RFC 7519 2: a NumericDate is a finite JSON number, and nothing else; also where no time is compared. */
START_TEST(times_that_are_none)
{
    static const struct {
        const char *value;
        const char *what;
    } values[] = {
        { "\"100\"", "is not a number" },
        { "null", "is not a number" },
        { "[200]", "is not a number" },
        { "{}", "is not a number" },
        { "1e309", "is out of range" },
        { "-1e309", "is out of range" },
        { "1.8e308", "is out of range" },
        { "-9e308", "is out of range" },
        { "17976931348623159e292", "is out of range" },
        { "1e9999999999", "is out of range" },
        { "true", "is not a number" },
    };
    static const char *const names[] = { "exp", "nbf", "iat" };
    static const uint32_t bits[] = { XCJ_CLAIM_EXP, XCJ_CLAIM_NBF, XCJ_CLAIM_IAT };
    xcj_verify_options options = at(100);
    for (int ignore = 0; ignore < 2; ignore++) {
        options.ignore_times = ignore;
        for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(values); i++) {
            const char *name = names[i % COUNT_OF(names)];
            char claims[100], message[100];
            sprintf(claims, "{\"%s\":%s}", name, values[i / COUNT_OF(names)].value);
            sprintf(message, "\"%s\" %s", name, values[i / COUNT_OF(names)].what);
            const row wrong = { claims, XCJ_ERR_CLAIM, bits[i % COUNT_OF(names)], message };
            expect_rows(&options, &wrong, 1);
        }
    }
    static const row past[] = { { "{\"exp\":1,\"nbf\":1e308,\"iat\":-1.7976931348623157e308}", XCJ_OK, 0, NULL } };
    EXPECT(&options, past);
}
END_TEST

START_TEST(age)
{
    static const row rows[] = {
        { "{}", XCJ_ERR_CLAIM, XCJ_CLAIM_IAT, "\"iat\" is missing" },
        { "{\"iat\":940}", XCJ_OK, 0, NULL },
        { "{\"iat\":939.5}", XCJ_ERR_EXPIRED, XCJ_CLAIM_IAT, NULL },
        { "{\"iat\":900}", XCJ_ERR_EXPIRED, XCJ_CLAIM_IAT, "\"iat\" is older than allowed by 40 s" },
        { "{\"iat\":1000}", XCJ_OK, 0, NULL },
        { "{\"iat\":1000.1}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_IAT, "\"iat\" is in the future by 1 s" },
    };
    static const row lenient[] = {
        { "{\"iat\":935}", XCJ_OK, 0, NULL },
        { "{\"iat\":934}", XCJ_ERR_EXPIRED, XCJ_CLAIM_IAT, NULL },
        { "{\"iat\":1005}", XCJ_OK, 0, NULL },
        { "{\"iat\":1006}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_IAT, NULL },
    };
    xcj_verify_options options = at(1000);
    options.max_age = 60;
    EXPECT(&options, rows);
    options.leeway = 5;
    EXPECT(&options, lenient);
}
END_TEST

START_TEST(issuer_and_subject)
{
    static const row rows[] = {
        { "{\"iss\":\"https://a\",\"sub\":\"s\"}", XCJ_OK, 0, NULL },
        { "{\"i\\u0073s\":\"http\\u0073:\\/\\/a\",\"s\\u0075b\":\"\\u0073\"}", XCJ_OK, 0, NULL },
        { "{\"iss\":\"https://A\",\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS,
          "\"iss\" is \"https://A\", not \"https://a\"" },
        { "{\"iss\":\"https://a\\u0000\",\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, NULL },
        { "{\"iss\":\"\",\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, NULL },
        { "{\"iss\":[\"https://a\"],\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"iss\":null,\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"Iss\":\"https://a\",\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is missing" },
        { "{\"x\":{\"iss\":\"https://a\"},\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is missing" },
        { "{\"iss\":\"https://a\",\"sub\":\"t\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_SUB, "\"sub\" is \"t\", not \"s\"" },
        { "{\"iss\":\"https://a\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_SUB, "\"sub\" is missing" },
        { "{\"iss\":\"https://a\",\"sub\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_SUB, "\"sub\" is not a string" },
        { "{\"iss\":\"\\u001b[1m\\\"\",\"sub\":\"s\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS,
          "\"iss\" is \"\\u001b[1m\\?\", not \"https://a\"" },
    };
    xcj_verify_options options = at(0);
    options.issuer = xcj_text("https://a");
    options.subject = xcj_text("s");
    EXPECT(&options, rows);
}
END_TEST

/* RFC 7519 4.1.3. */
START_TEST(audiences)
{
    static const xcj_str one[] = { { "a", 1 }, { "b", 1 } };
    static const row rows[] = {
        { "{\"aud\":\"a\"}", XCJ_OK, 0, NULL },
        { "{\"aud\":\"\\u0062\"}", XCJ_OK, 0, NULL },
        { "{\"aud\":[\"x\",\"b\"]}", XCJ_OK, 0, NULL },
        { "{\"aud\":[\"\\u0061\"]}", XCJ_OK, 0, NULL },
        { "{\"aud\":[]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD,
          "\"aud\" is [], which does not contain \"a\" or another that is accepted" },
        { "{\"aud\":[\"A\"]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD,
          "\"aud\" is [\"A\"], which does not contain \"a\" or another that is accepted" },
        { "{\"aud\":[\"c\",\"d\\u001b\",\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"]}", XCJ_ERR_CLAIM,
          XCJ_CLAIM_AUD,
          "\"aud\" is [\"c\",\"d\\u001b\",\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"], which does not contain "
          "\"a\" "
          "or another that is accepted" },
        { "{\"aud\":[\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
          "\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\","
          "\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\",\"w\"]}",
          XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, NULL },
        { "{\"aud\":[\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
          "\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\","
          "\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\",\"a\"]}",
          XCJ_OK, 0, NULL },
        { "{\"aud\":[[\"a\"]]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" has an element that is not a string" },
        { "{\"aud\":[\"a\",1]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" has an element that is not a string" },
        { "{\"aud\":{\"a\":\"a\"}}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is not a string" },
        { "{\"aud\":\"ab\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, NULL },
        { "{}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is missing" },
    };
    xcj_verify_options options = at(0);
    options.audiences = one;
    options.audiences_count = 2;
    EXPECT(&options, rows);
}
END_TEST

/* RFC 7519 4.1: of their types wherever they are present, whatever the policy asks for. */
START_TEST(types_of_registered_claims)
{
    static const row rows[] = {
        { "{\"iss\":\"\",\"sub\":\"\",\"aud\":\"\",\"jti\":\"\"}", XCJ_OK, 0, NULL },
        { "{\"aud\":[]}", XCJ_OK, 0, NULL },
        { "{\"aud\":[\"a\",\"b\"],\"jt\\u0069\":\"x\"}", XCJ_OK, 0, NULL },
        { "{\"x\":{\"iss\":1,\"sub\":1,\"aud\":1,\"jti\":1}}", XCJ_OK, 0, NULL },
        { "{\"iss\":7}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"iss\":null}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"sub\":{}}", XCJ_ERR_CLAIM, XCJ_CLAIM_SUB, "\"sub\" is not a string" },
        { "{\"s\\u0075b\":[]}", XCJ_ERR_CLAIM, XCJ_CLAIM_SUB, "\"sub\" is not a string" },
        { "{\"aud\":7}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is not a string" },
        { "{\"aud\":[\"a\",null]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" has an element that is not a string" },
        { "{\"jti\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_JTI, "\"jti\" is not a string" },
        { "{\"jti\":true}", XCJ_ERR_CLAIM, XCJ_CLAIM_JTI, "\"jti\" is not a string" },
    };
    xcj_verify_options options = at(0);
    EXPECT(&options, rows);
}
END_TEST

START_TEST(required_claims)
{
    static const xcj_str required[] = { { "r", 1 }, { "exp", 3 }, { "\xc3\xa9", 2 }, { "", 0 } };
    static const row rows[] = {
        { "{\"r\":null,\"exp\":5,\"\\u00e9\":false,\"\":0}", XCJ_OK, 0, NULL },
        { "{\"\\u0072\":{},\"exp\":5,\"\xc3\xa9\":1,\"\":\"\"}", XCJ_OK, 0, NULL },
        { "{\"exp\":5,\"\xc3\xa9\":1,\"\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, "\"r\" is missing" },
        { "{\"x\":{\"r\":1},\"exp\":5,\"\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, "\"r\" is missing, \"??\" is missing" },
        { "{\"r\":1,\"\xc3\xa9\":1,\"\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, "\"exp\" is missing" },
        { "{\"r\":1,\"\xc3\xa9\":1,\"exp\":5}", XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, "\"\" is missing" },
    };
    static const row once[] = { { "{\"r\":1,\"\xc3\xa9\":1,\"\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_EXP, "\"exp\" is missing" } };
    xcj_verify_options options = at(0);
    options.required = required;
    options.required_count = 4;
    EXPECT(&options, rows);
    options.allow_no_exp = 0; /* the same failure is reported once */
    EXPECT(&options, once);
}
END_TEST

/* RFC 7515 4.1.9 and RFC 8725 3.11. */
START_TEST(media_types)
{
    static const struct {
        const char *wanted;
        const char *given;
        bool same;
    } rows[] = {
        { "JWT", "JWT", true },
        { "JWT", "jwt", true },
        { "JWT", "application/jwt", true },
        { "application/at+jwt", "AT+JWT", true },
        { "APPLICATION/at+jwt", "application/at+jwt", true },
        { "at+jwt", "JWT", false },
        { "JWT", "XWT", false },
        { "[zip@", "[ZIP@", true },
        { "{zip`", "[zip@", false },
        { "application//", "/", false },
        { "JWT", "JWT ", false },
        { "JWT", "JWT\0", false },
        { "JWT", "text/jwt", false },
        { "application/a/b", "a/b", false },
        { "application/a/b", "application/a/b", true },
        { "application/", "", false },
        { "", "", true },
        { "JWT", NULL, false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_verify_options options = at(0);
        xcj__policy policy;
        size_t len = rows[i].given == NULL ? 0 : strlen(rows[i].given) + (i == 11);
        const xcj__header header = { .has_typ = rows[i].given != NULL, .typ = { rows[i].given, len } };
        options.typ = xcj_text(rows[i].wanted);
        open_policy(&policy, &options);
        xcj_code code = check_claims(&policy, "{}", &header, &err);
        ck_assert_msg((code == XCJ_OK) == rows[i].same, "%zu", i);
        if (code != XCJ_OK) {
            expect_error(&err, XCJ_ERR_CLAIM, "typ");
            ck_assert_uint_eq(err.claims, XCJ_CLAIM_TYP);
        }
        xcj__policy_close(&policy);
    }
}
END_TEST

/* A claim that is required twice is missed once. */
START_TEST(each_missing_claim_is_said_once)
{
    static const xcj_str names[] = { { "iss", 3 }, { "iat", 3 }, { "w", 1 } };
    static const row rows[] = {
        { "{\"w\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS | XCJ_CLAIM_IAT, "\"iss\" is missing, \"iat\" is missing" },
        { "{\"iss\":\"w\",\"iat\":0}", XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, "\"w\" is missing" },
    };
    xcj_verify_options options = at(0);
    options.issuer = names[2];
    options.max_age = 10;
    options.required = names;
    options.required_count = COUNT_OF(names);
    EXPECT(&options, rows);
}
END_TEST

/* Everything wrong at once: all of it, in the order of the bits, and the gravest code. */
START_TEST(all_failures_in_a_fixed_order)
{
    static const xcj_str text = { "w", 1 };
    static const row rows[] = {
        { "{\"jti\":0,\"nbf\":200,\"exp\":50,\"iat\":10,\"aud\":\"x\",\"sub\":\"x\",\"iss\":\"x\"}", XCJ_ERR_CLAIM, 0x1ff,
          "\"iss\" is \"x\", not \"w\", \"sub\" is \"x\", not \"w\", \"aud\" is \"x\", not \"w\", \"exp\" passed 50 s ago, "
          "\"nbf\" is in the future by 100 s, \"iat\" is older than allowed by 80 s, \"jti\" is not a string, "
          "\"typ\" is missing from the header, "
          "\"w\" is missing" },
        { "{}", XCJ_ERR_CLAIM,
          XCJ_CLAIM_ISS | XCJ_CLAIM_SUB | XCJ_CLAIM_AUD | XCJ_CLAIM_EXP | XCJ_CLAIM_IAT | XCJ_CLAIM_TYP | XCJ_CLAIM_REQUIRED,
          "\"iss\" is missing, \"sub\" is missing, \"aud\" is missing, \"exp\" is missing, \"iat\" is missing, "
          "\"typ\" is missing from the header, \"w\" is missing" },
    };
    static const row times[] = {
        { "{\"exp\":50,\"nbf\":200}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP | XCJ_CLAIM_NBF, NULL },
        { "{\"exp\":50,\"nbf\":\"200\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_EXP | XCJ_CLAIM_NBF,
          "\"exp\" passed 50 s ago, \"nbf\" is not a number" },
        { "{\"exp\":500,\"nbf\":200}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, NULL },
    };
    static const row old[] = { { "{\"nbf\":200,\"iat\":10}", XCJ_ERR_EXPIRED, XCJ_CLAIM_NBF | XCJ_CLAIM_IAT, NULL } };
    xcj_verify_options options = at(100);
    EXPECT(&options, times);
    options.max_age = 10;
    EXPECT(&options, old);
    options.audiences = options.required = &text;
    options.audiences_count = options.required_count = 1;
    options.issuer = options.subject = options.typ = text;
    options.max_age = 10;
    options.allow_no_exp = 0;
    EXPECT(&options, rows);
    ck_assert_str_eq(err.member, "iss");
}
END_TEST

/* More words than a message holds: cut short, and still a text. */
START_TEST(many_failures)
{
    xcj_str required[32];
    static char names[32][64];
    for (int i = 0; i < 32; i++) {
        required[i] = (xcj_str){ names[i], (size_t)sprintf(names[i], "a-claim-with-a-rather-long-name-%02d-%020d", i, i) };
    }
    xcj_verify_options options = at(0);
    options.required = required;
    options.required_count = 32;
    ck_assert_int_eq(check_with(&options, "{}"), XCJ_ERR_CLAIM);
    ck_assert_uint_gt(strnlen(err.message, sizeof err.message), 300);
    ck_assert_uint_lt(strlen(err.message), sizeof err.message);
    ck_assert_mem_eq(err.message, "\"a-claim-with-a-rather-long-name-00-", 36);
    ck_assert_uint_lt(strlen(err.member), sizeof err.member);
    ck_assert_uint_eq(err.claims, XCJ_CLAIM_REQUIRED);
}
END_TEST

START_TEST(payloads_that_are_no_claims)
{
    static const struct {
        const char *payload;
        xcj_code code;
    } rows[] = {
        { "", XCJ_ERR_JSON },
        { "[]", XCJ_ERR_JSON },
        { "null", XCJ_ERR_JSON },
        { "{\"a\":1,\"a\":1}", XCJ_ERR_JSON },
        { "{\"a\":{\"b\":1,\"\\u0062\":1}}", XCJ_ERR_JSON },
        { "{\"a\":\"\xff\"}", XCJ_ERR_JSON },
        { "{} x", XCJ_ERR_JSON },
        { "{\"a\":[[[1]]]}", XCJ_ERR_LIMIT },
        { "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", XCJ_ERR_LIMIT },
        { " {\"a\":[[]],\"b\":2} ", XCJ_OK },
    };
    xcj_verify_options options = at(0);
    options.max_depth = 3;
    options.max_members = 3;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ck_assert_int_eq(check_with(&options, rows[i].payload), rows[i].code);
        ck_assert_int_eq(strstr(err.message, "the token's claims: ") == err.message, rows[i].code == XCJ_ERR_JSON);
    }
    options.opaque_payload = 1;
    ck_assert_int_eq(check_with(&options, "\xff"), XCJ_OK);
}
END_TEST

/* An empty text is one that a claim can equal; an absent one would be none, and is no list's. */
START_TEST(absent_texts_of_lists)
{
    static const char *const names[] = { "audiences", "required" };
    const xcj_str lists[][2] = { { { "x", 1 }, { "", 0 } }, { { "x", 1 }, { NULL, 0 } }, { { NULL, 0 }, { "x", 1 } } };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        for (size_t j = 0; j < COUNT_OF(lists); j++) {
            const xcj_str *list = lists[j];
            bool is_absent = j > 0;
            xcj_verify_options options = at(0);
            xcj__policy policy;
            options.audiences = i == 0 ? list : NULL;
            options.required = i == 1 ? list : NULL;
            options.audiences_count = i == 0 ? 2 : 0;
            options.required_count = i == 1 ? 2 : 0;
            ck_assert_int_eq(xcj__policy_open(&policy, &options, &err), is_absent ? XCJ_ERR_CONFIG : XCJ_OK);
            if (is_absent) {
                ck_assert_str_eq(err.member, names[i]);
            } else {
                xcj__policy_close(&policy);
            }
        }
    }
}
END_TEST

/* One rule for all lists: NULL asks for nothing, an empty one allows nothing, and one that is only counted is refused. */
START_TEST(empty_lists_allow_nothing)
{
    static const xcj_str none[1] = { { NULL, 0 } };
    static const xcj_alg no_alg[1] = { XCJ_ALG_NONE };
    static const row no_audience[] = {
        { "{\"aud\":\"a\"}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is not accepted: the list of allowed values is empty" },
        { "{\"aud\":[\"a\",\"b\"]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD,
          "\"aud\" is not accepted: the list of allowed values is empty" },
        { "{\"aud\":[]}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, NULL },
        { "{}", XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is missing" },
    };
    static const row any[] = { { "{\"iss\":\"a\",\"aud\":[\"a\"]}", XCJ_OK, 0, NULL }, { "{}", XCJ_OK, 0, NULL } };
    xcj_verify_options options = at(0);
    xcj__policy policy;
    EXPECT(&options, any);
    options.required = none; /* requires nothing */
    EXPECT(&options, any);
    options.audiences = none;
    EXPECT(&options, no_audience);
    options = at(0);
    open_policy(&policy, &options);
    ck_assert_uint_eq(policy.algs, UINT32_MAX);
    xcj__policy_close(&policy);
    options.algs = no_alg;
    open_policy(&policy, &options);
    ck_assert_uint_eq(policy.algs, 0);
    xcj__policy_close(&policy);
    /* An opaque payload has no audience to accept. */
    options = at(0);
    options.opaque_payload = 1;
    options.audiences = none;
    ck_assert_int_eq(xcj__policy_open(&policy, &options, &err), XCJ_ERR_CONFIG);
}
END_TEST

START_TEST(lists_that_are_only_counted)
{
    static const char *const names[] = { "algs", "audiences", "required" };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        xcj_verify_options options = at(0);
        xcj__policy policy;
        size_t *counts[] = { &options.algs_count, &options.audiences_count, &options.required_count };
        *counts[i] = 1;
        ck_assert_int_eq(xcj__policy_open(&policy, &options, &err), XCJ_ERR_ARGUMENT);
        expect_error(&err, XCJ_ERR_ARGUMENT, names[i]);
    }
}
END_TEST

/* A NULL pointer is absent whatever the length beside it says. */
START_TEST(absent_texts_have_no_length)
{
    static const row any[] = { { "{\"sub\":\"a\"}", XCJ_OK, 0, NULL }, { "{}", XCJ_OK, 0, NULL } };
    xcj_verify_options options = at(0);
    options.issuer = options.subject = options.typ = options.key_claim = (xcj_str){ NULL, SIZE_MAX };
    EXPECT(&options, any);
}
END_TEST

/* The options, their lists and their texts may be gone as soon as the policy is open. */
START_TEST(everything_is_copied)
{
    char issuer[] = "issuer", audience[] = "audience", subject[] = "subject", name[] = "name";
    xcj_str lists[2] = { xcj_text(audience), xcj_text(name) };
    xcj_alg algs[] = { XCJ_RS256, XCJ_ED448 };
    xcj_verify_options options = at(0);
    xcj__policy policy;
    options.issuer = xcj_text(issuer);
    options.audiences = &lists[0];
    options.required = &lists[1];
    options.audiences_count = options.required_count = 1;
    options.subject = xcj_text(subject);
    options.algs = algs;
    options.algs_count = 2;
    open_policy(&policy, &options);
    memset(issuer, 0, sizeof issuer);
    memset(audience, 0, sizeof audience);
    memset(subject, 0, sizeof subject);
    memset(name, 0, sizeof name);
    memset(lists, 0, sizeof lists);
    memset(&options, 0, sizeof options);
    algs[0] = XCJ_ES256;
    ck_assert_uint_eq(policy.algs, (uint32_t)1 << XCJ_RS256 | (uint32_t)1 << XCJ_ED448);
    static const char claims[] = "{\"iss\":\"issuer\",\"aud\":\"audience\",\"sub\":\"subject\",\"name\":1}";
    ck_assert_int_eq(check_claims(&policy, claims, &NO_HEADER, &err), XCJ_OK);
    ck_assert_int_eq(check_claims(&policy, "{}", &NO_HEADER, &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"iss\" is missing, \"sub\" is missing, \"aud\" is missing, \"name\" is missing");
    xcj__policy_close(&policy);
    xcj__policy_close(&policy);
}
END_TEST

static void expect_wrong(const xcj_verify_options *options, const char *member)
{
    xcj__policy policy;
    ck_assert_int_eq(xcj__policy_open(&policy, options, &err), XCJ_ERR_CONFIG);
    expect_error(&err, XCJ_ERR_CONFIG, member);
    ck_assert_int_eq(xcj__policy_open(&policy, options, NULL), XCJ_ERR_CONFIG);
}

static void expect_right(const xcj_verify_options *options)
{
    xcj__policy policy;
    open_policy(&policy, options);
    xcj__policy_close(&policy);
}

START_TEST(options_out_of_range)
{
    static const xcj_alg bad[] = { XCJ_RS256, XCJ_ALG_NONE };
    static const xcj_str some[] = { { "x", 1 } };
    xcj_str many[33];
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = some[0];
    }
    xcj_verify_options options = at(0);
    options.required = many;
    options.required_count = 32;
    expect_right(&options);
    options.required_count = 33;
    expect_wrong(&options, "required");
    options = at(0);
    options.max_depth = 1024;
    options.max_age = INT64_MAX;
    options.leeway = 86400;
    expect_right(&options);
    options.max_depth = 1025;
    expect_wrong(&options, "max_depth");
    options.max_depth = 0;
    options.max_age = INT64_MIN;
    expect_wrong(&options, "max_age");
    options.max_age = 0;
    options.leeway = INT64_MAX;
    expect_wrong(&options, "leeway");
    options.leeway = 0;
    options.algs = bad;
    options.algs_count = 2;
    expect_wrong(&options, "algs");
    options.algs_count = 1;
    expect_right(&options);
    options.algs_count = 0; /* none at all */
    expect_right(&options);
    options = at(0);
    options.opaque_payload = 1;
    options.typ = xcj_text("JOSE");
    expect_right(&options);
    options.audiences = some;
    options.audiences_count = 1;
    expect_wrong(&options, "opaque_payload");
    options = at(0);
    options.opaque_payload = 1;
    options.subject = xcj_text("s");
    expect_wrong(&options, "opaque_payload");
    xcj__policy policy;
    ck_assert_int_eq(xcj__policy_open(&policy, NULL, &err), XCJ_OK);
    xcj__policy_close(&policy);
    options.size = 0;
    ck_assert_int_eq(xcj__policy_open(&policy, &options, &err), XCJ_ERR_ARGUMENT);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        times_to_the_second,
        clocks_at_the_ends,
        times_that_are_none,
        age,
        issuer_and_subject,
        absent_texts_of_lists,
        empty_lists_allow_nothing,
        lists_that_are_only_counted,
        absent_texts_have_no_length,
        audiences,
        types_of_registered_claims,
        required_claims,
        media_types,
        each_missing_claim_is_said_once,
        all_failures_in_a_fixed_order,
        many_failures,
        payloads_that_are_no_claims,
        everything_is_copied,
        options_out_of_range,
    };
    TCase *tcase = tcase_create("policy");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("policy");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
