#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "lib/codec/json_write.h"

static void writes(const char *text, size_t len, const char *expected)
{
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__json_put_string(&buf, (xcj_str){ text, len });
    ck_assert(!buf.failed);
    ck_assert_uint_eq(buf.len, strlen(expected));
    ck_assert_mem_eq(buf.ptr, expected, buf.len);
    ck_assert_uint_le(buf.len, xcj__json_string_max(len));
    xcj__buf_free(&buf);
    xcj__json_put_content(&buf, (xcj_str){ text, len });
    ck_assert_uint_eq(buf.len, strlen(expected) - 2);
    if (buf.len > 0)
        ck_assert_mem_eq(buf.ptr, expected + 1, buf.len);
    xcj__buf_free(&buf);
}

START_TEST(what_must_be_escaped_is)
{
    writes("", 0, "\"\"");
    writes(NULL, 0, "\"\"");
    writes("plain /text'", 12, "\"plain /text'\"");
    writes("a\"b\\c", 5, "\"a\\\"b\\\\c\"");
    writes("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    writes("\0\x01\x1f", 3, "\"\\u0000\\u0001\\u001f\"");
    writes("\"", 1, "\"\\\"\"");
    writes("\x7f", 1, "\"\x7f\"");
    writes("\xe2\x80\xa8\xe2\x80\xa9", 6, "\"\xe2\x80\xa8\xe2\x80\xa9\"");
    writes("\xc3\xa9\xf0\x9d\x84\x9e", 6, "\"\xc3\xa9\xf0\x9d\x84\x9e\"");
}
END_TEST

START_TEST(another_parser_reads_it_back)
{
    char text[128];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__json_put_string(&buf, (xcj_str){ text, sizeof text });
    json_t *read = json_loadb(buf.ptr, buf.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(read);
    ck_assert_uint_eq(json_string_length(read), sizeof text);
    ck_assert_mem_eq(json_string_value(read), text, sizeof text);
    json_decref(read);
    xcj__buf_free(&buf);
}
END_TEST

START_TEST(a_fixed_buffer_of_just_enough_holds_it)
{
    static const char expected[] = "\"a\\u0001\xc3\xa9\\n\"";
    size_t needed = sizeof expected - 1;
    for (size_t cap = 0; cap <= needed; cap++) {
        char storage[sizeof expected];
        xcj__buf buf;
        xcj__buf_init_fixed(&buf, storage, cap);
        xcj__json_put_string(&buf, (xcj_str){ "a\x01\xc3\xa9\n", 5 });
        ck_assert_int_eq(buf.failed, cap < needed);
        ck_assert_uint_eq(buf.len, needed);
    }
}
END_TEST

START_TEST(the_longest_form_is_foreseen)
{
    ck_assert_uint_eq(xcj__json_string_max(0), 2);
    ck_assert_uint_eq(xcj__json_string_max(10), 62);
    ck_assert(xcj__json_string_max(SIZE_MAX) == SIZE_MAX);
    ck_assert(xcj__json_string_max(SIZE_MAX / 6) == SIZE_MAX - 1);
    ck_assert(xcj__json_string_max(SIZE_MAX / 6 + 1) == SIZE_MAX);
}
END_TEST

static size_t put_code_point(char *dst, unsigned code)
{
    if (code < 0x80) {
        dst[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        dst[i] = (char)(0x80 | (code & 0x3f));
    dst[0] = (char)(lead[len] | code);
    return len;
}

START_TEST(every_code_point)
{
    for (unsigned code = 0; code < 0x120000; code++) {
        char text[4];
        size_t len = put_code_point(text, code);
        bool valid = code < 0xd800 || (code > 0xdfff && code < 0x110000);
        if (xcj__utf8_valid(text, len) != valid)
            ck_abort_msg("U+%04X", code);
        if (code >= 0x80 && xcj__utf8_sequence(text, len) != (valid ? len : 0))
            ck_abort_msg("sequence of U+%04X", code);
        if (!valid)
            continue;
        bool control = code < 0x20 || (code > 0x7e && code < 0xa0);
        if (xcj__utf8_has_control(text, len) != control)
            ck_abort_msg("control U+%04X", code);
        if (len > 1 && xcj__utf8_valid(text, len - 1))
            ck_abort_msg("cut U+%04X", code);
    }
}
END_TEST

START_TEST(every_overlong_form_is_refused)
{
    char text[4];
    for (unsigned code = 0; code < 0x10000; code++) {
        text[0] = (char)(0xf0 | code >> 18);
        text[1] = (char)(0x80 | (code >> 12 & 0x3f));
        text[2] = (char)(0x80 | (code >> 6 & 0x3f));
        text[3] = (char)(0x80 | (code & 0x3f));
        ck_assert(!xcj__utf8_valid(text, 4));
        if (code < 0x800) {
            text[1] = (char)0xe0;
            text[2] = (char)(0x80 | code >> 6);
            ck_assert(!xcj__utf8_valid(text + 1, 3));
        }
        if (code < 0x80) {
            text[2] = (char)(0xc0 | code >> 6);
            ck_assert(!xcj__utf8_valid(text + 2, 2));
        }
    }
}
END_TEST

START_TEST(lone_and_unfinished_bytes_are_refused)
{
    static const char *const bad[] = { "\x80",      "a\xbf",     "\xc3",         "\xc3(",         "\xe2\x82",
                                       "\xe2(\xac", "\xe2\x82(", "\xf0\x9d\x84", "\xf0\x9d\x84(", "\xf8\x88\x80\x80\x80",
                                       "\xff",      "\xfe",      "\xc3\xa9\xa9" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!xcj__utf8_valid(bad[i], strlen(bad[i])), "text %zu", i);
    ck_assert(xcj__utf8_valid("a\xc3\xa9z\xe2\x82\xac", 7));
    ck_assert(xcj__utf8_valid(NULL, 0));
    ck_assert(xcj__utf8_valid("\0", 1));
    ck_assert_uint_eq(xcj__utf8_sequence("\xc3\xa9zzz", 5), 2);
    ck_assert_uint_eq(xcj__utf8_sequence("zzz", 3), 0);
}
END_TEST

START_TEST(controls_are_found_anywhere)
{
    ck_assert(!xcj__utf8_has_control("plain \xc3\xa9\xc2\xa0", 10));
    ck_assert(xcj__utf8_has_control("plain\n", 6));
    ck_assert(xcj__utf8_has_control("\0plain", 6));
    ck_assert(xcj__utf8_has_control("pl\x7f"
                                    "ain",
                                    6));
    ck_assert(xcj__utf8_has_control("plain\xc2\x85", 7));
    ck_assert(!xcj__utf8_has_control("", 0));
}
END_TEST

START_TEST(hidden_characters)
{
    static const char *const hidden[] = {
        "\n",
        "\x7f",
        "\xc2\x85",
        "\xc2\xad",
        "\xd8\x9c",
        "\xe2\x80\x8b",
        "\xe2\x80\x8d",
        "\xe2\x80\x8f",
        "\xe2\x80\xa9",
        "\xe2\x80\xaa",
        "\xe2\x81\xa0",
        "\xe2\x81\xa6",
        "\xe2\x81\xa9",
        "\xef\xb7\xaf",
        "\xef\xb8\x8f",
        "\xef\xbb\xbf",
        "\xef\xbf\xbe",
        "\xef\xbf\xbf",
        "\xf0\x9f\xbf\xbe",
        "\xf3\xa0\x80\x81",
        "\xf3\xa0\x81\xbf",
        "\xf3\xa0\x84\x80",
        "\xf4\x8f\xbf\xbf",
    };
    static const char *const shown[] = {
        "",
        "plain text",
        "\xc3\xa9",
        "\xd7\x90",
        "\xd8\xa7",
        "\xe2\x80\x90",
        "\xe2\x80\xa7",
        "\xe2\x82\xac",
        "\xef\xb7\xb0",
        "\xef\xbf\xbd",
        "\xe4\xb8\xad",
        "\xf0\x9f\x98\x80",
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "abc%sd", hidden[i]);
        ck_assert_msg(xcj__utf8_has_hidden(text, (size_t)len), "%zu", i);
        ck_assert(!xcj__utf8_has_hidden(text, 3));
    }
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        ck_assert_msg(!xcj__utf8_has_hidden(shown[i], strlen(shown[i])), "%zu", i);
    }
}
END_TEST

START_TEST(code_points_that_show)
{
    static const uint32_t shown[] = { ' ', '~', 0xa0, 0xe9, 0x4e2d, 0xfffd, 0x1f600, 0x10fffd };
    static const uint32_t unseen[] = { 0,      '\n',   0x1f,   0x7f,    0x9f,     0xad,      0x200b,
                                       0x202e, 0xfeff, 0xfffe, 0xe0041, 0x10ffff, UINT32_MAX };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        ck_assert_msg(xcj_shows(shown[i]) == 1, "%zu", i);
    }
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++) {
        ck_assert_msg(xcj_shows(unseen[i]) == 0, "%zu", i);
    }
}
END_TEST

static Suite *json_write_suite(void)
{
    TCase *tests = tcase_create("json_write");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_must_be_escaped_is);
    tcase_add_test(tests, another_parser_reads_it_back);
    tcase_add_test(tests, a_fixed_buffer_of_just_enough_holds_it);
    tcase_add_test(tests, the_longest_form_is_foreseen);
    tcase_add_test(tests, every_code_point);
    tcase_add_test(tests, every_overlong_form_is_refused);
    tcase_add_test(tests, lone_and_unfinished_bytes_are_refused);
    tcase_add_test(tests, controls_are_found_anywhere);
    tcase_add_test(tests, hidden_characters);
    tcase_add_test(tests, code_points_that_show);
    Suite *suite = suite_create("json_write");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(json_write_suite)
