#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "check_main.h"
#include "lib/base/error.h"

static const struct {
    xcj_code code;
    int number;
    const char *name;
    int status;
} codes[] = {
    { XCJ_OK, 0, "XCJ_OK", 200 },
    { XCJ_ERR_MEMORY, 1, "XCJ_ERR_MEMORY", 500 },
    { XCJ_ERR_CRYPTO, 2, "XCJ_ERR_CRYPTO", 500 },
    { XCJ_ERR_RANDOM, 3, "XCJ_ERR_RANDOM", 500 },
    { XCJ_ERR_ARGUMENT, 5, "XCJ_ERR_ARGUMENT", 500 },
    { XCJ_ERR_BUFFER, 6, "XCJ_ERR_BUFFER", 500 },
    { XCJ_ERR_SIGNER, 7, "XCJ_ERR_SIGNER", 500 },
    { XCJ_ERR_JSON, 20, "XCJ_ERR_JSON", 401 },
    { XCJ_ERR_BASE64, 21, "XCJ_ERR_BASE64", 401 },
    { XCJ_ERR_LIMIT, 22, "XCJ_ERR_LIMIT", 401 },
    { XCJ_ERR_KEY, 30, "XCJ_ERR_KEY", 500 },
    { XCJ_ERR_KEY_TYPE, 31, "XCJ_ERR_KEY_TYPE", 500 },
    { XCJ_ERR_PASSPHRASE, 32, "XCJ_ERR_PASSPHRASE", 500 },
    { XCJ_ERR_KEY_PART, 33, "XCJ_ERR_KEY_PART", 500 },
    { XCJ_ERR_CERTIFICATE, 34, "XCJ_ERR_CERTIFICATE", 401 },
    { XCJ_ERR_TOKEN, 40, "XCJ_ERR_TOKEN", 401 },
    { XCJ_ERR_ALG_UNKNOWN, 50, "XCJ_ERR_ALG_UNKNOWN", 401 },
    { XCJ_ERR_ALG, 51, "XCJ_ERR_ALG", 401 },
    { XCJ_ERR_KEY_WEAK, 52, "XCJ_ERR_KEY_WEAK", 401 },
    { XCJ_ERR_KEY_USE, 53, "XCJ_ERR_KEY_USE", 401 },
    { XCJ_ERR_CRIT, 54, "XCJ_ERR_CRIT", 401 },
    { XCJ_ERR_NO_KEY, 60, "XCJ_ERR_NO_KEY", 401 },
    { XCJ_ERR_AMBIGUOUS_KEY, 61, "XCJ_ERR_AMBIGUOUS_KEY", 401 },
    { XCJ_ERR_SIGNATURE, 62, "XCJ_ERR_SIGNATURE", 401 },
    { XCJ_ERR_CLAIM, 70, "XCJ_ERR_CLAIM", 401 },
    { XCJ_ERR_EXPIRED, 71, "XCJ_ERR_EXPIRED", 401 },
    { XCJ_ERR_NOT_YET_VALID, 72, "XCJ_ERR_NOT_YET_VALID", 401 },
    { XCJ_ERR_NO_CREDENTIAL, 80, "XCJ_ERR_NO_CREDENTIAL", 401 },
    { XCJ_ERR_CREDENTIAL, 81, "XCJ_ERR_CREDENTIAL", 401 },
    { XCJ_ERR_CLIENT_ID, 82, "XCJ_ERR_CLIENT_ID", 401 },
    { XCJ_ERR_CONSUMER, 83, "XCJ_ERR_CONSUMER", 401 },
    { XCJ_ERR_BINDING, 84, "XCJ_ERR_BINDING", 401 },
    { XCJ_ERR_PROOF, 85, "XCJ_ERR_PROOF", 401 },
    { XCJ_ERR_NONCE, 86, "XCJ_ERR_NONCE", 401 },
    { XCJ_ERR_REPLAY, 87, "XCJ_ERR_REPLAY", 401 },
    { XCJ_ERR_CONFIG, 90, "XCJ_ERR_CONFIG", 500 },
};

#define CODES (sizeof codes / sizeof codes[0])

START_TEST(codes_have_their_number_name_and_status)
{
    ck_assert_int_eq((int)codes[_i].code, codes[_i].number);
    ck_assert_str_eq(xcj_code_name(codes[_i].code), codes[_i].name);
    ck_assert_int_eq(xcj_code_http_status(codes[_i].code), codes[_i].status);
}
END_TEST

START_TEST(a_number_in_a_gap_is_no_code)
{
    ck_assert_str_eq(xcj_code_name((xcj_code)4), "XCJ_ERR_?");
    ck_assert_str_eq(xcj_code_name((xcj_code)91), "XCJ_ERR_?");
    ck_assert_int_eq(xcj_code_http_status((xcj_code)4), 500);
}
END_TEST

START_TEST(the_version_is_three_numbers)
{
    unsigned parts = 0;
    for (const char *p = xcj_version(); *p != '\0'; p++) {
        ck_assert((*p >= '0' && *p <= '9') || *p == '.');
        parts += *p == '.';
    }
    ck_assert_uint_eq(parts, 2);
}
END_TEST

START_TEST(fail_sets_the_whole_error)
{
    xcj_error err;
    memset(&err, 0xa5, sizeof err);
    ck_assert_int_eq(xcj__fail(&err, XCJ_ERR_KEY, "the %s is %d bits", "key", 5), XCJ_ERR_KEY);
    ck_assert_int_eq(err.code, XCJ_ERR_KEY);
    ck_assert_str_eq(err.message, "the key is 5 bits");
    ck_assert_str_eq(err.member, "");
    ck_assert_uint_eq(err.claims, 0);
    ck_assert_uint_eq(err.needed, 0);
    ck_assert(err.offset == XCJ_NO_OFFSET);
    for (size_t i = 0; i < sizeof err.reserved / sizeof err.reserved[0]; i++)
        ck_assert_uint_eq(err.reserved[i], 0);
}
END_TEST

START_TEST(fail_at_adds_member_and_offset)
{
    xcj_error err;
    memset(&err, 0xa5, sizeof err);
    ck_assert_int_eq(xcj__fail_at(&err, XCJ_ERR_BASE64, "n", 17, "at %zu", (size_t)17), XCJ_ERR_BASE64);
    ck_assert_str_eq(err.member, "n");
    ck_assert_uint_eq(err.offset, 17);
    ck_assert_str_eq(err.message, "at 17");
}
END_TEST

START_TEST(long_texts_are_cut_and_terminated)
{
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    xcj_error err;
    (void)xcj__fail_at(&err, XCJ_ERR_KEY, text, 0, "%s", text);
    ck_assert_uint_eq(strlen(err.message), sizeof err.message - 1);
    ck_assert_uint_eq(strlen(err.member), sizeof err.member - 1);
}
END_TEST

START_TEST(a_sentence_may_quote_the_one_it_replaces)
{
    xcj_error err;
    (void)xcj__fail_at(&err, XCJ_ERR_JSON, "kid", 3, "bad text");
    (void)xcj__fail_at(&err, XCJ_ERR_KEY, err.member, err.offset, "key 2: %s", err.message);
    ck_assert_str_eq(err.message, "key 2: bad text");
    ck_assert_str_eq(err.member, "kid");
}
END_TEST

START_TEST(fail_within_puts_a_part_before_the_sentence)
{
    xcj_error err;
    (void)xcj__fail_at(&err, XCJ_ERR_JSON, "kid", 3, "bad text");
    ck_assert_int_eq(xcj__fail_within(&err, XCJ_ERR_JSON, "the header"), XCJ_ERR_JSON);
    ck_assert_str_eq(err.message, "the header: bad text");
    ck_assert_uint_eq(err.offset, 3);
    char text[sizeof err.message];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)xcj__fail(&err, XCJ_ERR_JSON, "%s", text);
    (void)xcj__fail_within(&err, XCJ_ERR_JSON, "the header");
    ck_assert_uint_lt(strlen(err.message), sizeof err.message);
    ck_assert_int_eq(strncmp(err.message, "the header: yyy", 15), 0);
    ck_assert_int_eq(xcj__fail_within(NULL, XCJ_ERR_JSON, "the header"), XCJ_ERR_JSON);
}
END_TEST

START_TEST(an_absent_error_is_fine)
{
    ck_assert_int_eq(xcj__fail(NULL, XCJ_ERR_KEY, "x"), XCJ_ERR_KEY);
    ck_assert_int_eq(xcj__fail_at(NULL, XCJ_ERR_KEY, "m", 1, "x"), XCJ_ERR_KEY);
    ck_assert_int_eq(xcj__fail_memory(NULL), XCJ_ERR_MEMORY);
    xcj__error_clear(NULL);
}
END_TEST

START_TEST(clear_means_success)
{
    xcj_error err;
    ck_assert_int_eq(xcj__fail_memory(&err), XCJ_ERR_MEMORY);
    ck_assert_str_ne(err.message, "");
    xcj__error_clear(&err);
    ck_assert_int_eq(err.code, XCJ_OK);
    ck_assert_str_eq(err.message, "");
    ck_assert(err.offset == XCJ_NO_OFFSET);
}
END_TEST

START_TEST(sanitise_keeps_printable_ascii_only)
{
    char dst[300];
    char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(unsigned char)i;
    ck_assert_ptr_eq(xcj__sanitise(dst, sizeof dst, all, sizeof all), dst);
    ck_assert_uint_eq(strlen(dst), sizeof all);
    for (size_t i = 0; i < sizeof all; i++) {
        bool kept = i >= 0x20 && i < 0x7f && i != '"';
        ck_assert_int_eq(dst[i], kept ? (int)i : '?');
    }
}
END_TEST

START_TEST(sanitise_cuts_short)
{
    char dst[8];
    ck_assert_str_eq(xcj__sanitise(dst, sizeof dst, "1234567", 7), "1234567");
    ck_assert_str_eq(xcj__sanitise(dst, sizeof dst, "12345678", 8), "1234...");
    ck_assert_str_eq(xcj__sanitise(dst, 4, "12345678", 8), "...");
    ck_assert_str_eq(xcj__sanitise(dst, 3, "12345678", 8), "12");
    ck_assert_str_eq(xcj__sanitise(dst, 1, "12345678", 8), "");
    ck_assert_str_eq(xcj__sanitise(dst, sizeof dst, NULL, 0), "");
    dst[0] = '!';
    (void)xcj__sanitise(dst, 0, "1", 1);
    ck_assert_int_eq(dst[0], '!');
}
END_TEST

static Suite *error_suite(void)
{
    TCase *tests = tcase_create("error");
    tcase_add_loop_test(tests, codes_have_their_number_name_and_status, 0, (int)CODES);
    tcase_add_test(tests, a_number_in_a_gap_is_no_code);
    tcase_add_test(tests, the_version_is_three_numbers);
    tcase_add_test(tests, fail_sets_the_whole_error);
    tcase_add_test(tests, fail_at_adds_member_and_offset);
    tcase_add_test(tests, long_texts_are_cut_and_terminated);
    tcase_add_test(tests, a_sentence_may_quote_the_one_it_replaces);
    tcase_add_test(tests, fail_within_puts_a_part_before_the_sentence);
    tcase_add_test(tests, an_absent_error_is_fine);
    tcase_add_test(tests, clear_means_success);
    tcase_add_test(tests, sanitise_keeps_printable_ascii_only);
    tcase_add_test(tests, sanitise_cuts_short);
    Suite *suite = suite_create("error");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(error_suite)
