#include "check_main.h"

#include <string.h>

#include "lib/base/options.h"

typedef struct known {
    size_t size;
    int a;
    int b;
} known;

/* The same of a later version. */
typedef struct later {
    size_t size;
    int a;
    int b;
    int c[4];
} later;

START_TEST(versions)
{
    known out;
    xcj_error err;
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, NULL, &err), XCJ_OK);
    ck_assert(out.size == sizeof out && out.a == 0 && out.b == 0);
    known same = { sizeof same, 1, 2 };
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &same, &err), XCJ_OK);
    ck_assert(out.a == 1 && out.b == 2);
    /* An older caller: what it does not know is the default. */
    same.size = offsetof(known, b);
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &same, &err), XCJ_OK);
    ck_assert(out.a == 1 && out.b == 0);
    /* A newer one may only leave at zero what is not known here. */
    later newer = { sizeof newer, 3, 4, { 0 } };
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &newer, &err), XCJ_OK);
    ck_assert(out.a == 3 && out.b == 4);
    newer.c[3] = 1;
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &newer, &err), XCJ_ERR_ARGUMENT);
    same.size = 0;
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &same, &err), XCJ_ERR_ARGUMENT);
    ck_assert_str_eq(err.member, "size");
    ck_assert_int_eq(xcj__options_read(&out, sizeof out, &same, NULL), XCJ_ERR_ARGUMENT);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("options");
    tcase_add_test(tcase, versions);
    Suite *s = suite_create("options");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
