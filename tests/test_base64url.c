#include <string.h>

#include "check_main.h"
#include "lib/codec/base64url.h"

static const char url_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char std_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define LONGEST 150
#define TEXT_MAX (LONGEST * 2)

/* Bit by bit, to compare with. */
static size_t encode_plainly(char *dst, const uint8_t *src, size_t len, const char *letters)
{
    size_t chars = (len * 8 + 5) / 6;
    for (size_t i = 0; i < chars; i++) {
        unsigned value = 0;
        for (size_t bit = i * 6; bit < i * 6 + 6; bit++)
            value = value << 1 | (bit < len * 8 ? (unsigned)src[bit / 8] >> (7 - bit % 8) & 1U : 0U);
        dst[i] = letters[value];
    }
    return chars;
}

static void fill(uint8_t *bytes, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1103515245U + 12345U;
        bytes[i] = (uint8_t)(seed >> 16);
    }
}

/* On heap blocks of exactly the promised size, so that a sanitizer sees a byte too many. */
static bool decode_exact(bool url, const char *text, size_t len, uint8_t *out, size_t *out_len, size_t *bad)
{
    size_t max = xcj__b64u_decoded_max(len);
    char *src = malloc(len + (len == 0));
    uint8_t *dst = malloc(max + (max == 0));
    memcpy(src, text, len);
    bool ok = url ? xcj__b64u_decode(dst, out_len, src, len, bad) : xcj__b64_decode(dst, out_len, src, len, bad);
    ck_assert_uint_le(*out_len, max);
    ck_assert(ok || *out_len == 0);
    memcpy(out, dst, *out_len);
    free(src);
    free(dst);
    return ok;
}

static void refuse(bool url, const char *text, size_t len, size_t at)
{
    uint8_t out[TEXT_MAX];
    size_t out_len = 99;
    size_t bad = 12345;
    ck_assert_msg(!decode_exact(url, text, len, out, &out_len, &bad), "accepted: %.*s", (int)len, text);
    ck_assert_msg(bad == at, "%.*s: offset %zu and not %zu", (int)len, text, bad, at);
    ck_assert(!decode_exact(url, text, len, out, &out_len, NULL));
}

static void accept(bool url, const char *text, size_t len, const void *expected, size_t expected_len)
{
    uint8_t out[TEXT_MAX];
    size_t out_len = 99;
    size_t bad = 12345;
    ck_assert_msg(decode_exact(url, text, len, out, &out_len, &bad), "refused: %.*s", (int)len, text);
    ck_assert_uint_eq(out_len, expected_len);
    ck_assert_mem_eq(out, expected, expected_len);
}

START_TEST(the_examples_of_rfc_4648)
{
    static const char *const rows[][3] = {
        { "", "", "" },
        { "f", "Zg", "Zg==" },
        { "fo", "Zm8", "Zm8=" },
        { "foo", "Zm9v", "Zm9v" },
        { "foob", "Zm9vYg", "Zm9vYg==" },
        { "fooba", "Zm9vYmE", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[16];
        size_t len = strlen(rows[i][0]);
        size_t written = xcj__b64u_encode(text, (const uint8_t *)rows[i][0], len);
        ck_assert_uint_eq(written, strlen(rows[i][1]));
        ck_assert_mem_eq(text, rows[i][1], written);
        written = xcj__b64_encode(text, (const uint8_t *)rows[i][0], len);
        ck_assert_uint_eq(written, strlen(rows[i][2]));
        ck_assert_mem_eq(text, rows[i][2], written);
        accept(true, rows[i][1], strlen(rows[i][1]), rows[i][0], len);
        accept(false, rows[i][2], strlen(rows[i][2]), rows[i][0], len);
    }
}
END_TEST

START_TEST(every_length_goes_there_and_back)
{
    size_t len = (size_t)_i;
    for (unsigned seed = 0; seed < 20; seed++) {
        char expected[TEXT_MAX];
        uint8_t *bytes = malloc(len + (len == 0));
        fill(bytes, len, seed + 100 * (unsigned)len);
        size_t chars = encode_plainly(expected, bytes, len, url_letters);
        ck_assert_uint_eq(xcj__b64u_encoded_len(len), chars);
        ck_assert_uint_eq(xcj__b64u_decoded_max(chars), len);
        char *text = malloc(chars + (chars == 0));
        ck_assert_uint_eq(xcj__b64u_encode(text, bytes, len), chars);
        ck_assert_mem_eq(text, expected, chars);
        accept(true, text, chars, bytes, len);

        size_t out_len = 0;
        ck_assert(xcj__b64u_decode((uint8_t *)text, &out_len, text, chars, NULL));
        ck_assert_uint_eq(out_len, len);
        ck_assert_mem_eq(text, bytes, len);
        free(text);

        chars = encode_plainly(expected, bytes, len, std_letters);
        while (chars % 4 != 0)
            expected[chars++] = '=';
        ck_assert_uint_eq(xcj__b64_encoded_len(len), chars);
        text = malloc(chars + (chars == 0));
        ck_assert_uint_eq(xcj__b64_encode(text, bytes, len), chars);
        ck_assert_mem_eq(text, expected, chars);
        accept(false, text, chars, bytes, len);
        free(text);
        free(bytes);
    }
}
END_TEST

START_TEST(every_pair_of_characters)
{
    for (unsigned value = 0; value < 4096; value++) {
        uint8_t bytes[3] = { (uint8_t)(value >> 4), (uint8_t)(value << 4 | value >> 8), (uint8_t)value };
        char text[4];
        ck_assert_uint_eq(xcj__b64u_encode(text, bytes, 3), 4);
        for (unsigned i = 0; i < 4; i++)
            ck_assert_int_eq(text[i], url_letters[i % 2 == 0 ? value >> 6 : value & 63]);
        accept(true, text, 4, bytes, 3);
    }
}
END_TEST

START_TEST(every_other_byte_is_refused_at_every_place)
{
    /* Places within the 32 at a time, the eight, the four and each tail. */
    static const size_t lens[] = { 2,  3,  4,  6,  7,  8,  10, 11, 12, 14, 15, 16, 18, 19,
                                   20, 22, 23, 43, 44, 46, 51, 75, 76, 78, 79, 80, 108 };
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        size_t len = lens[i];
        char text[108];
        uint8_t expected[108];
        size_t expected_len = 0;
        memset(text, 'A', sizeof text);
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 256; c++) {
                bool known = c != 0 && strchr(url_letters, (int)c) != NULL;
                text[at] = (char)c;
                if (!known)
                    refuse(true, text, len, at);
                else if (at < len / 4 * 4)
                    ck_assert(decode_exact(true, text, len, expected, &expected_len, NULL));
            }
            text[at] = 'A';
        }
    }
}
END_TEST

START_TEST(the_first_of_several_is_named)
{
    refuse(true, "AAAA!AAA?AAAAAAAAAAA", 20, 4);
    refuse(true, "AAAAAAAAAAAAAAAAAA!?", 20, 18);
    refuse(true, "AA=A?", 5, 2);
    refuse(true, "Zm9v YmFy", 9, 4);
    accept(true, "Zm9vYmFy", 8, "foobar", 6);
}
END_TEST

START_TEST(unused_bits_are_zero)
{
    for (unsigned lead = 0; lead < 64; lead += 21) {
        for (unsigned last = 0; last < 64; last++) {
            char two[4] = { url_letters[lead], url_letters[last], '=', '=' };
            uint8_t byte = (uint8_t)(lead << 2 | last >> 4);
            char three[4] = { url_letters[lead], 'A', url_letters[last], '=' };
            uint8_t bytes[2] = { (uint8_t)(lead << 2), (uint8_t)(last >> 2) };
            if (last % 16 == 0)
                accept(true, two, 2, &byte, 1);
            else
                refuse(true, two, 2, 1);
            if (last % 4 == 0)
                accept(true, three, 3, bytes, 2);
            else
                refuse(true, three, 3, 2);
            two[0] = three[0] = std_letters[lead];
            two[1] = std_letters[last];
            three[2] = std_letters[last];
            if (last % 16 == 0)
                accept(false, two, 4, &byte, 1);
            else
                refuse(false, two, 4, 1);
            if (last % 4 == 0)
                accept(false, three, 4, bytes, 2);
            else
                refuse(false, three, 4, 2);
        }
    }
}
END_TEST

START_TEST(a_length_of_one_mod_four_is_refused)
{
    char text[LONGEST];
    memset(text, 'A', sizeof text);
    for (size_t len = 1; len < sizeof text; len += 4) {
        refuse(true, text, len, len - 1);
        refuse(false, text, len, len - 1);
    }
    accept(true, text, 4, "\0\0\0", 3);
}
END_TEST

START_TEST(padding_belongs_to_base64_alone)
{
    refuse(true, "Zg==", 4, 2);
    refuse(true, "Zm8=", 4, 3);
    refuse(false, "Zg", 2, 1);
    refuse(false, "Zg=", 3, 2);
    refuse(false, "Zm8", 3, 2);
    refuse(false, "Zg===", 5, 2);
    refuse(false, "Z===", 4, 1);
    refuse(false, "====", 4, 0);
    refuse(false, "=", 1, 0);
    refuse(false, "Zm9v====", 8, 4);
    refuse(false, "Zg==Zm9v", 8, 2);
    refuse(false, "Zm8=\n", 5, 3);
    accept(false, "Zg==", 4, "f", 1);
    accept(false, "Zm8=", 4, "fo", 2);
}
END_TEST

START_TEST(each_alphabet_refuses_the_other)
{
    accept(true, "-_-_", 4, "\xfb\xff\xbf", 3);
    accept(false, "+/+/", 4, "\xfb\xff\xbf", 3);
    refuse(true, "AAA+", 4, 3);
    refuse(true, "/AAA", 4, 0);
    refuse(false, "AAA-", 4, 3);
    refuse(false, "_AAA", 4, 0);
}
END_TEST

START_TEST(nothing_stays_behind_a_refusal)
{
    uint8_t out[64];
    size_t out_len;
    memset(out, 0x55, sizeof out);
    ck_assert(!xcj__b64u_decode(out, &out_len, "c2VjcmV0c2VjcmV0c2VjcmV0!AAA", 28, NULL));
    for (size_t i = 0; i < 18; i++)
        ck_assert(out[i] == 0 || out[i] == 0x55);
    memset(out, 0x55, sizeof out);
    ck_assert(!xcj__b64_decode(out, &out_len, "c2VjcmV0c2VjcmV0c2VjcmV0Zm8", 27, NULL));
    for (size_t i = 0; i < 20; i++)
        ck_assert(out[i] == 0 || out[i] == 0x55);
}
END_TEST

START_TEST(lengths_do_not_overflow)
{
    ck_assert(xcj__b64u_encoded_len(SIZE_MAX / 2) > SIZE_MAX / 2);
    ck_assert(xcj__b64u_decoded_max(SIZE_MAX) < SIZE_MAX);
    ck_assert_uint_eq(xcj__b64u_decoded_max(1), 0);
}
END_TEST

/* Only to look at: what a strict decoder refuses is read as far as it goes. */
START_TEST(a_lax_look)
{
    static const struct {
        const char *text;
        const char *bytes;
    } rows[] = {
        { "Zm9vYmFy", "foobar" },   { " Zm9v\r\nYm\tFy\n", "foobar" },
        { "Zm9vYmE=", "fooba" },    { "Zm9vYmE", "fooba" },
        { "Zm9vYg", "foob" },       { "Zm9vYg==x?", "foob" },
        { "Zm9vY", "foo" },         { "-_-_", "\xfb\xff\xbf" },
        { "+/+/", "\xfb\xff\xbf" }, { "Zm9v!mFy", "" },
        { "Zm9v!m", "" },           { "", "" },
    };
    uint8_t out[16];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].bytes);
        ck_assert_msg(xcj__b64_decode_lax(out, sizeof out, rows[i].text, strlen(rows[i].text)) == len, "row %zu", i);
        ck_assert(len == 0 || memcmp(out, rows[i].bytes, len) == 0);
    }
    ck_assert_uint_eq(xcj__b64_decode_lax(out, sizeof out, "Zm9v\0Zm9v", 9), 3);
    for (size_t cap = 0; cap < 8; cap++) {
        memset(out, 0x55, sizeof out);
        size_t len = xcj__b64_decode_lax(out, cap, "Zm9vYmFyZg", 10);
        ck_assert(len <= cap && out[cap] == 0x55 && memcmp(out, "foobarf", len) == 0);
    }
}
END_TEST

static Suite *base64url_suite(void)
{
    TCase *tests = tcase_create("base64url");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_examples_of_rfc_4648);
    tcase_add_loop_test(tests, every_length_goes_there_and_back, 0, LONGEST + 1);
    tcase_add_test(tests, every_pair_of_characters);
    tcase_add_test(tests, every_other_byte_is_refused_at_every_place);
    tcase_add_test(tests, the_first_of_several_is_named);
    tcase_add_test(tests, unused_bits_are_zero);
    tcase_add_test(tests, a_length_of_one_mod_four_is_refused);
    tcase_add_test(tests, padding_belongs_to_base64_alone);
    tcase_add_test(tests, each_alphabet_refuses_the_other);
    tcase_add_test(tests, nothing_stays_behind_a_refusal);
    tcase_add_test(tests, lengths_do_not_overflow);
    tcase_add_test(tests, a_lax_look);
    Suite *suite = suite_create("base64url");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(base64url_suite)
