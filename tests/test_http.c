#include "check_main.h"

#include <string.h>
#include <xcj.h>

static xcj_error last;

static void expect_names(const char *const *names, size_t count, xcj_code name_code, xcj_code token_code)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        ck_assert_msg(xcj_header_check(names[i], len, &last) == name_code, "%s: %s", names[i], last.message);
        ck_assert_msg(xcj_header_check_token(names[i], len, &last) == token_code, "%s: %s", names[i], last.message);
        ck_assert_int_eq(last.code, token_code);
    }
}

START_TEST(names_of_headers)
{
    static const char *const good[] = { "X-Custom-Jwt", "authorization", "x_token", "A", "7", "Hosts", "X-Content-Length" };
    static const char *const reserved[] = {
        "Host",   "HOST", "content-length", "Content_Length", "Transfer-Encoding", "Set-Cookie",
        "cookie", "TE",   "Connection",     "Upgrade"
    };
    static const char *const wrong[] = { "", "X Y", "X:", "a,b", "X.Y", "caf\xc3\xa9", "X\r\nY", "X\"", "$x" };
    expect_names(good, 7, XCJ_OK, XCJ_OK);
    expect_names(reserved, 10, XCJ_OK, XCJ_ERR_CONFIG);
    expect_names(wrong, 9, XCJ_ERR_CONFIG, XCJ_ERR_CONFIG);
    ck_assert_int_eq(xcj_header_check("a\0b", 3, &last), XCJ_ERR_CONFIG);
    ck_assert_int_eq(xcj_header_check(NULL, 3, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_header_check_token(NULL, 0, NULL), XCJ_ERR_ARGUMENT);
}
END_TEST

static void expect_alike(const char *a, const char *b, int wanted)
{
    ck_assert_msg(xcj_header_alike(a, strlen(a), b, strlen(b)) == wanted, "%s and %s", a, b);
    ck_assert_msg(xcj_header_alike(b, strlen(b), a, strlen(a)) == wanted, "%s and %s", b, a);
}

START_TEST(names_that_are_alike)
{
    expect_alike("X-Custom-Jwt", "x_custom_jwt", 1);
    expect_alike("X-Custom-Jwt", "X.CUSTOM~jwt", 1);
    expect_alike("X-Custom-Jwt", "X-Custom-Jwt2", 0);
    expect_alike("X-Custom-Jwt", "XaCustom-Jwt", 0);
    expect_alike("X1", "X2", 0);
    expect_alike("", "", 1);
    ck_assert_int_eq(xcj_header_alike(NULL, 0, "", 0), 0);
}
END_TEST

START_TEST(header_prefix)
{
    ck_assert_str_eq(xcj_kong_header_prefix("Authorization", 13), "Bearer ");
    ck_assert_str_eq(xcj_kong_header_prefix("authorization", 13), "Bearer ");
    ck_assert_str_eq(xcj_kong_header_prefix("AUTHORIZATIONx", 13), "Bearer ");
    ck_assert_str_eq(xcj_kong_header_prefix("AUTHORIZATIONx", 14), "");
    ck_assert_str_eq(xcj_kong_header_prefix("X-Custom-Jwt", 12), "");
    ck_assert_str_eq(xcj_kong_header_prefix(NULL, 0), "");
}
END_TEST

static void expect_bearer(const char *value, xcj_code code, const char *wanted)
{
    xcj_str token;
    ck_assert_msg(xcj_bearer_token(&token, value, value != NULL ? strlen(value) : 0, &last) == code, "%s: %s", value,
                  last.message);
    ck_assert_int_eq(last.code, code);
    ck_assert_int_eq(token.ptr != NULL, wanted != NULL);
    ck_assert(wanted == NULL || (token.len == strlen(wanted) && memcmp(token.ptr, wanted, token.len) == 0));
}

START_TEST(bearer_tokens)
{
    expect_bearer("Bearer a.b.c", XCJ_OK, "a.b.c");
    expect_bearer("bEARER   x", XCJ_OK, "x");
    expect_bearer("Bearer", XCJ_ERR_CREDENTIAL, NULL);
    expect_bearer("Bearer a b", XCJ_ERR_CREDENTIAL, NULL);
    expect_bearer("xBearer a", XCJ_ERR_NO_CREDENTIAL, NULL);
    expect_bearer("Basic a", XCJ_ERR_NO_CREDENTIAL, NULL);
    expect_bearer("X", XCJ_ERR_NO_CREDENTIAL, NULL);
    expect_bearer("", XCJ_ERR_NO_CREDENTIAL, NULL);
    expect_bearer(NULL, XCJ_ERR_NO_CREDENTIAL, NULL);
    xcj_str token;
    ck_assert_int_eq(xcj_bearer_token(&token, NULL, 7, &last), XCJ_ERR_NO_CREDENTIAL);
    ck_assert_int_eq(xcj_bearer_token(NULL, "Bearer a", 8, &last), XCJ_ERR_ARGUMENT);
}
END_TEST

static Suite *http_suite(void)
{
    Suite *suite = suite_create("http");
    TCase *tests = tcase_create("headers");
    tcase_add_test(tests, names_of_headers);
    tcase_add_test(tests, names_that_are_alike);
    tcase_add_test(tests, header_prefix);
    tcase_add_test(tests, bearer_tokens);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(http_suite)
