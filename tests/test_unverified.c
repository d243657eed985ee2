#include "check_main.h"

#include "fixtures.h"

static xcj_error err;

static void expect_str(xcj_str view, const char *wanted, size_t len)
{
    ck_assert_uint_eq(view.len, len);
    ck_assert_mem_eq(view.ptr, wanted, len);
    ck_assert_int_eq(view.ptr[len], '\0');
}

static xcj_unverified *decode(const char *token)
{
    xcj_unverified *parts;
    ck_assert_msg(xcj_unverified_decode(&parts, token, strlen(token), &err) == XCJ_OK, "%s", err.message);
    return parts;
}

/* Each part is there as it was carried, whatever it says, and outlives the token. */
START_TEST(parts_of_a_token)
{
    char token[] = "eyAiYWxnIjoibm9uZSIgfQ.AAECAA._w";
    xcj_unverified *parts = decode(token);
    memset(token, 'x', sizeof token);
    expect_str(xcj_unverified_header(parts), "{ \"alg\":\"none\" }", 16);
    expect_str(xcj_unverified_payload(parts), "\0\1\2\0", 4);
    expect_str(xcj_unverified_signature(parts), "\xff", 1);
    xcj_unverified_free(parts);
    parts = decode("e30..");
    expect_str(xcj_unverified_header(parts), "{}", 2);
    expect_str(xcj_unverified_payload(parts), "", 0);
    expect_str(xcj_unverified_signature(parts), "", 0);
    xcj_unverified_free(parts);
    xcj_unverified_free(NULL);
}
END_TEST

START_TEST(a_token_of_ours)
{
    xcj_key *key = key_for(XCJ_ES512);
    size_t len;
    char *token = signed_by(key, "{\"a\":1}", NULL, &len);
    xcj_unverified *parts = decode(token);
    expect_str(xcj_unverified_header(parts), "{\"alg\":\"ES512\"}", 15);
    expect_str(xcj_unverified_payload(parts), "{\"a\":1}", 7);
    ck_assert_uint_eq(xcj_unverified_signature(parts).len, 132);
    xcj_unverified_free(parts);
    xcj_free(token);
    xcj_key_free(key);
}
END_TEST

START_TEST(what_cannot_be_taken_apart)
{
    static const struct {
        const char *token;
        xcj_code code;
        const char *member;
        size_t offset;
        const char *words;
    } rows[] = {
        { "", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "is empty" },
        { "e30", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "this has 1" },
        { "e30.e30.e30.", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "this has 4" },
        { "e30.e30.e30.e30.e30", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "JWE" },
        { "bearer e30.e30.e30", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "Bearer" },
        { "{\"payload\":\"..\"}", XCJ_ERR_TOKEN, "", XCJ_NO_OFFSET, "JSON" },
        { "e30=.e30.", XCJ_ERR_BASE64, "header", 3, "header is not base64url at its offset 3" },
        { "e30.e+30.", XCJ_ERR_BASE64, "payload", 1, "payload is not base64url at its offset 1" },
        { "e30.e30.e3\n0", XCJ_ERR_BASE64, "signature", 2, "signature is not base64url at its offset 2" },
        { "e30.e30.A", XCJ_ERR_BASE64, "signature", 0, "signature is not base64url" },
        { "e31.e30.", XCJ_ERR_BASE64, "header", 2, "header is not base64url" },
        { "bnVsbA.e30.", XCJ_ERR_JSON, "", 0, "" },
        { "eyJhIjoxLCJhIjoyfQ.e30.", XCJ_ERR_JSON, "a", 8, "" },
        { "..", XCJ_ERR_JSON, "", 0, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_unverified *parts = (xcj_unverified *)&err;
        size_t len = strlen(rows[i].token);
        leave_entry();
        ck_assert_int_eq(xcj_unverified_decode(&parts, rows[i].token, len, &err), rows[i].code);
        ck_assert_ptr_null(parts);
        expect_error(&err, rows[i].code, rows[i].member);
        ck_assert_msg(err.offset == rows[i].offset, "%s: %zu", rows[i].token, err.offset);
        ck_assert_msg(strstr(err.message, rows[i].words) != NULL, "%s", err.message);
        ck_assert_int_eq(xcj_unverified_decode(&parts, rows[i].token, len, NULL), rows[i].code);
        expect_entry();
    }
    xcj_unverified *parts;
    ck_assert_int_eq(xcj_unverified_decode(&parts, "e30.e30.\0", 9, &err), XCJ_ERR_BASE64);
    ck_assert_int_eq(xcj_unverified_decode(&parts, "", 0, &err), XCJ_ERR_TOKEN);
}
END_TEST

START_TEST(sizes)
{
    size_t limit = (size_t)16 * 1024 * 1024;
    char *token = malloc(limit + 1);
    xcj_unverified *parts;
    memset(token, 'A', limit + 1);
    memcpy(token, "e30.", 4);
    token[limit - 1] = '.';
    token[limit] = '.';
    /* The payload has 4 * n + 3 characters. */
    ck_assert_int_eq(xcj_unverified_decode(&parts, token, limit, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_unverified_payload(parts).len, (limit - 5) / 4 * 3 + 2);
    xcj_unverified_free(parts);
    ck_assert_int_eq(xcj_unverified_decode(&parts, token, limit + 1, &err), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(parts);
    memset(token, '.', limit);
    ck_assert_int_eq(xcj_unverified_decode(&parts, token, limit, &err), XCJ_ERR_TOKEN);
    free(token);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("unverified");
    tcase_add_test(tcase, parts_of_a_token);
    tcase_add_test(tcase, a_token_of_ours);
    tcase_add_test(tcase, what_cannot_be_taken_apart);
    tcase_add_test(tcase, sizes);
    Suite *s = suite_create("unverified");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
