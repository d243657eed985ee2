#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"

/* The module itself is included, on an allocator that can fail and that sees what is freed. */
static bool out_of_memory;
static unsigned freed;
static bool freed_clean;

static void *test_malloc(size_t size)
{
    return out_of_memory ? NULL : malloc(size);
}

static void test_free(void *block);

#define malloc test_malloc
#define free test_free
#include "lib/base/mem.c"
#undef malloc
#undef free

static void test_free(void *block)
{
    const header *head = block;
    const unsigned char *bytes = (const unsigned char *)(head + 1);
    freed_clean = true;
    for (size_t i = 0; i < head->size; i++)
        freed_clean = freed_clean && bytes[i] == 0;
    freed++;
    free(block);
}

START_TEST(blocks_are_aligned_and_writable)
{
    for (size_t size = 0; size < 100; size++) {
        unsigned char *block = xcj__alloc(size);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block % alignof(max_align_t), 0);
        memset(block, 0xff, size);
        xcj_free(block);
    }
}
END_TEST

START_TEST(free_wipes_the_whole_block)
{
    unsigned char *block = xcj__alloc(1000);
    memset(block, 0xff, 1000);
    unsigned before = freed;
    xcj_free(block);
    ck_assert_uint_eq(freed, before + 1);
    ck_assert(freed_clean);
    xcj_free(NULL);
    ck_assert_uint_eq(freed, before + 1);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    static volatile const size_t sizes[] = { SIZE_MAX, SIZE_MAX - sizeof(header) + 1, SIZE_MAX / 2, (size_t)PTRDIFF_MAX };
    char *block = xcj__dup("keep", 4);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ck_assert_ptr_null(xcj__alloc(sizes[i]));
        ck_assert_ptr_null(xcj__zalloc(sizes[i]));
        ck_assert_ptr_null(xcj__realloc(block, sizes[i]));
    }
    ck_assert_ptr_null(xcj__dup("", sizes[0]));
    ck_assert_str_eq(block, "keep");
    xcj_free(block);
}
END_TEST

START_TEST(no_memory_is_null_and_leaves_the_old_block)
{
    char *block = xcj__dup("keep", 4);
    out_of_memory = true;
    ck_assert_ptr_null(xcj__alloc(1));
    ck_assert_ptr_null(xcj__zalloc(1));
    ck_assert_ptr_null(xcj__dup("x", 1));
    ck_assert_ptr_null(xcj__realloc(block, 100));
    out_of_memory = false;
    ck_assert_str_eq(block, "keep");
    xcj_free(block);
}
END_TEST

START_TEST(zalloc_zeroes)
{
    unsigned char *block = xcj__zalloc(200);
    for (size_t i = 0; i < 200; i++)
        ck_assert_uint_eq(block[i], 0);
    xcj_free(block);
}
END_TEST

START_TEST(realloc_keeps_the_content_and_wipes_the_old)
{
    char *block = xcj__realloc(NULL, 5);
    memcpy(block, "12345", 5);
    unsigned before = freed;
    block = xcj__realloc(block, 5000);
    ck_assert_uint_eq(freed, before + 1);
    ck_assert(freed_clean);
    ck_assert_mem_eq(block, "12345", 5);
    memset(block + 5, 'x', 4995);
    block = xcj__realloc(block, 3);
    ck_assert(freed_clean);
    ck_assert_mem_eq(block, "123", 3);
    xcj_free(block);
}
END_TEST

START_TEST(dup_ends_in_a_nul)
{
    char *copy = xcj__dup("a\0b-", 3);
    ck_assert_mem_eq(copy, "a\0b", 4);
    xcj_free(copy);
    copy = xcj__dup(NULL, 0);
    ck_assert_str_eq(copy, "");
    xcj_free(copy);
}
END_TEST

START_TEST(wipe_zeroes_that_much)
{
    char bytes[] = { '1', '2', '3', '4', '5' };
    xcj__wipe(bytes + 1, 3);
    ck_assert_mem_eq(bytes,
                     "1\0\0\0"
                     "5",
                     5);
    xcj__wipe(NULL, 0);
}
END_TEST

START_TEST(equal_secret_sees_every_bit)
{
    unsigned char a[33], b[33];
    for (size_t i = 0; i < sizeof a; i++)
        a[i] = (unsigned char)(i * 37);
    memcpy(b, a, sizeof a);
    ck_assert(xcj__equal_secret(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            b[i] ^= (unsigned char)(1U << bit);
            ck_assert(!xcj__equal_secret(a, b, sizeof a));
            ck_assert(xcj__equal_secret(a, b, i));
            b[i] ^= (unsigned char)(1U << bit);
        }
    }
    ck_assert(xcj__equal_secret(NULL, NULL, 0));
}
END_TEST

START_TEST(views_compare_by_bytes)
{
    ck_assert(xcj__str_equal(xcj_text("abc"), (xcj_str){ "abcd", 3 }));
    ck_assert(!xcj__str_equal(xcj_text("abc"), xcj_text("abcd")));
    ck_assert(!xcj__str_equal(xcj_text("abc"), xcj_text("abd")));
    ck_assert(!xcj__str_equal((xcj_str){ "a\0b", 3 }, (xcj_str){ "a\0c", 3 }));
    ck_assert(xcj__str_equal(xcj_text(NULL), xcj_text(NULL)));
    ck_assert(!xcj__str_equal(xcj_text(NULL), xcj_text("")));
    ck_assert(!xcj__str_equal(xcj_text(""), xcj_text(NULL)));
    ck_assert(xcj__str_is((xcj_str){ "kid", 3 }, "kid"));
    ck_assert(!xcj__str_is((xcj_str){ "kid\0", 4 }, "kid"));
    ck_assert(!xcj__str_is(xcj_text(NULL), ""));
    ck_assert(xcj__str_is(xcj_text(""), ""));
}
END_TEST

START_TEST(case_is_ignored_for_ascii_letters_only)
{
    ck_assert(xcj__str_is_nocase(xcj_text("bEaReR"), "Bearer"));
    ck_assert(!xcj__str_is_nocase(xcj_text("Bearer "), "Bearer"));
    ck_assert(!xcj__str_is_nocase(xcj_text("@"), "`"));
    ck_assert(!xcj__str_is_nocase(xcj_text("["), "{"));
    ck_assert(!xcj__str_is_nocase(xcj_text("\xc3\x89"), "\xc3\xa9"));
    ck_assert(!xcj__str_is_nocase(xcj_text(NULL), ""));
}
END_TEST

START_TEST(text_measures)
{
    xcj_str view = xcj_text("four");
    ck_assert_uint_eq(view.len, 4);
    ck_assert_ptr_nonnull(view.ptr);
    view = xcj_text(NULL);
    ck_assert_uint_eq(view.len, 0);
    ck_assert_ptr_null(view.ptr);
}
END_TEST

static Suite *mem_suite(void)
{
    TCase *tests = tcase_create("mem");
    tcase_add_test(tests, blocks_are_aligned_and_writable);
    tcase_add_test(tests, free_wipes_the_whole_block);
    tcase_add_test(tests, sizes_that_overflow_are_refused);
    tcase_add_test(tests, no_memory_is_null_and_leaves_the_old_block);
    tcase_add_test(tests, zalloc_zeroes);
    tcase_add_test(tests, realloc_keeps_the_content_and_wipes_the_old);
    tcase_add_test(tests, dup_ends_in_a_nul);
    tcase_add_test(tests, wipe_zeroes_that_much);
    tcase_add_test(tests, equal_secret_sees_every_bit);
    tcase_add_test(tests, views_compare_by_bytes);
    tcase_add_test(tests, case_is_ignored_for_ascii_letters_only);
    tcase_add_test(tests, text_measures);
    Suite *suite = suite_create("mem");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(mem_suite)
