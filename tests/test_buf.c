#include <stdint.h>
#include <string.h>

#include "check_main.h"
#include "lib/base/buf.h"

static void assert_zero(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq(bytes[i], 0);
}

static void take(xcj__buf *buf, const char *expected, size_t expected_len)
{
    char *block;
    size_t len;
    ck_assert_int_eq(xcj__buf_take(buf, &block, &len, NULL), XCJ_OK);
    ck_assert_uint_eq(len, expected_len);
    ck_assert_mem_eq(block, expected, expected_len);
    ck_assert_int_eq(block[len], '\0');
    xcj_free(block);
    ck_assert_uint_eq(buf->len, 0);
    ck_assert(!buf->failed);
    xcj__buf_put_text(buf, "again");
    ck_assert_uint_eq(buf->len, 5);
    xcj__buf_free(buf);
}

START_TEST(puts_follow_each_other)
{
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__buf_put_text(&buf, "a");
    xcj__buf_put_char(&buf, '\0');
    xcj__buf_put_str(&buf, (xcj_str){ "bcd", 2 });
    xcj__buf_put_str(&buf, (xcj_str){ NULL, 0 });
    xcj__buf_put(&buf, "xyz", 3);
    xcj__buf_put_int(&buf, -7);
    take(&buf, "a\0bcxyz-7", 9);
}
END_TEST

START_TEST(an_empty_buffer_gives_a_block)
{
    char storage[4];
    xcj__buf buf;
    xcj__buf_init(&buf);
    take(&buf, "", 0);
    xcj__buf_init_on(&buf, storage, sizeof storage);
    take(&buf, "", 0);
    xcj__buf_init_on(&buf, NULL, 0);
    take(&buf, "", 0);
}
END_TEST

START_TEST(integers)
{
    static const struct {
        int64_t value;
        const char *text;
    } rows[] = { { 0, "0" },
                 { 9, "9" },
                 { 10, "10" },
                 { -1, "-1" },
                 { 1234567890123456789, "1234567890123456789" },
                 { INT64_MAX, "9223372036854775807" },
                 { INT64_MIN, "-9223372036854775808" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj__buf buf;
        xcj__buf_init(&buf);
        xcj__buf_put_int(&buf, rows[i].value);
        take(&buf, rows[i].text, strlen(rows[i].text));
    }
}
END_TEST

START_TEST(growth_doubles_and_keeps_the_content)
{
    static char expected[100000];
    xcj__buf buf;
    xcj__buf_init(&buf);
    unsigned grown = 0;
    for (size_t i = 0; i < sizeof expected; i++) {
        size_t cap = buf.cap;
        expected[i] = (char)('a' + i % 26);
        xcj__buf_put_char(&buf, expected[i]);
        grown += buf.cap != cap;
        ck_assert_uint_ge(buf.cap, buf.len);
    }
    ck_assert_uint_lt(grown, 20);
    take(&buf, expected, sizeof expected);
}
END_TEST

START_TEST(storage_is_used_first_and_wiped_when_left)
{
    char storage[8];
    xcj__buf buf;
    xcj__buf_init_on(&buf, storage, sizeof storage);
    xcj__buf_put_text(&buf, "secret!!");
    ck_assert_ptr_eq(buf.ptr, storage);
    ck_assert(!buf.owned);
    xcj__buf_put_char(&buf, '.');
    ck_assert(buf.owned);
    assert_zero(storage, sizeof storage);
    take(&buf, "secret!!.", 9);
}
END_TEST

START_TEST(storage_is_wiped_when_freed_or_taken)
{
    char storage[9] = "--------";
    xcj__buf buf;
    xcj__buf_init_on(&buf, storage, 8);
    xcj__buf_put_text(&buf, "secret");
    xcj__buf_free(&buf);
    assert_zero(storage, 6);
    ck_assert_str_eq(storage + 6, "--");
    xcj__buf_init_on(&buf, storage, 8);
    xcj__buf_put_text(&buf, "secret");
    take(&buf, "secret", 6);
    assert_zero(storage, 6);
}
END_TEST

START_TEST(a_fixed_buffer_counts_on)
{
    char storage[5] = "????";
    xcj__buf buf;
    xcj__buf_init_fixed(&buf, storage, 4);
    xcj__buf_put_text(&buf, "abcd");
    ck_assert(!buf.failed);
    xcj__buf_put_text(&buf, "ef");
    ck_assert(buf.failed);
    ck_assert_uint_eq(buf.len, 6);
    xcj__buf_put_char(&buf, 'g');
    ck_assert_uint_eq(buf.len, 7);
    ck_assert_ptr_null(xcj__buf_reserve(&buf, 0));
    xcj__buf_put(&buf, storage, 0);
    ck_assert_uint_eq(buf.len, 7);
    xcj__buf_free(&buf);
    ck_assert_str_eq(storage, "abcd");
}
END_TEST

START_TEST(a_fixed_buffer_does_not_fill_a_hole)
{
    char storage[5] = "????";
    xcj__buf buf;
    xcj__buf_init_fixed(&buf, storage, 4);
    xcj__buf_put_text(&buf, "12345");
    xcj__buf_put_text(&buf, "6");
    ck_assert_uint_eq(buf.len, 6);
    ck_assert_str_eq(storage, "????");
    buf.len = SIZE_MAX - 1;
    xcj__buf_put_text(&buf, "789");
    ck_assert(buf.len == SIZE_MAX);
    char *block = storage;
    size_t len = 1;
    ck_assert_int_eq(xcj__buf_take(&buf, &block, &len, NULL), XCJ_ERR_MEMORY);
    ck_assert_ptr_null(block);
    ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(a_failure_is_remembered)
{
    static volatile const size_t impossible[] = { SIZE_MAX, SIZE_MAX - 2, SIZE_MAX / 2 };
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        xcj__buf buf;
        xcj_error err;
        xcj__buf_init(&buf);
        xcj__buf_put_text(&buf, "abc");
        ck_assert_ptr_null(xcj__buf_reserve(&buf, impossible[i]));
        ck_assert(buf.failed);
        xcj__buf_put_text(&buf, "def");
        ck_assert_uint_eq(buf.len, 3);
        ck_assert_ptr_null(xcj__buf_reserve(&buf, 1));
        char *block = buf.ptr;
        size_t len = 3;
        ck_assert_int_eq(xcj__buf_take(&buf, &block, &len, &err), XCJ_ERR_MEMORY);
        ck_assert_int_eq(err.code, XCJ_ERR_MEMORY);
        ck_assert_ptr_null(block);
        ck_assert_uint_eq(len, 0);
        ck_assert_ptr_null(buf.ptr);
    }
}
END_TEST

START_TEST(reserve_gives_that_much)
{
    xcj__buf buf;
    xcj__buf_init(&buf);
    ck_assert_ptr_nonnull(xcj__buf_reserve(&buf, 0));
    char *room = xcj__buf_reserve(&buf, 1000);
    memset(room, 'x', 1000);
    ck_assert_uint_eq(buf.len, 0);
    buf.len += 1000;
    ck_assert_ptr_eq(xcj__buf_reserve(&buf, 0), buf.ptr + 1000);
    xcj__buf_free(&buf);
    xcj__buf_free(&buf);
}
END_TEST

static Suite *buf_suite(void)
{
    TCase *tests = tcase_create("buf");
    tcase_add_test(tests, puts_follow_each_other);
    tcase_add_test(tests, an_empty_buffer_gives_a_block);
    tcase_add_test(tests, integers);
    tcase_add_test(tests, growth_doubles_and_keeps_the_content);
    tcase_add_test(tests, storage_is_used_first_and_wiped_when_left);
    tcase_add_test(tests, storage_is_wiped_when_freed_or_taken);
    tcase_add_test(tests, a_fixed_buffer_counts_on);
    tcase_add_test(tests, a_fixed_buffer_does_not_fill_a_hole);
    tcase_add_test(tests, a_failure_is_remembered);
    tcase_add_test(tests, reserve_gives_that_much);
    Suite *suite = suite_create("buf");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(buf_suite)
