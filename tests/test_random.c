#include "check_main.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcj.h>

#include "lib/key/random.h"

#define DRAWS 500

static void uuid(char text[XCJ__UUID_LEN + 1], xcj_scratch *scratch)
{
    xcj_error err;
    ck_assert_int_eq(xcj__random_uuid(text, scratch, &err), XCJ_OK);
    text[XCJ__UUID_LEN] = '\0';
}

/* RFC 9562 5.4. */
static void expect_version_4(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < XCJ__UUID_LEN; i++) {
        const char *allowed = form[i] == 'x' ? "0123456789abcdef" : form[i] == 'v' ? "89ab" : form[i] == '4' ? "4" : "-";
        ck_assert_ptr_nonnull(strchr(allowed, text[i]));
    }
}

static void distinct(xcj_scratch *scratch)
{
    static char seen[DRAWS][XCJ__UUID_LEN + 1];
    for (size_t i = 0; i < DRAWS; i++) {
        uuid(seen[i], scratch);
        expect_version_4(seen[i]);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(seen[i], seen[j]);
        }
    }
}

START_TEST(uuids_are_version_4_and_distinct)
{
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    distinct(NULL);
    distinct(scratch);
    xcj_scratch_free(scratch);
}
END_TEST

START_TEST(bytes_are_not_given_out_twice)
{
    xcj_scratch *scratch;
    uint8_t large[3000] = { 0 };
    uint8_t a[400];
    uint8_t b[400];
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    ck_assert_int_eq(xcj__random(large, sizeof large, scratch, NULL), XCJ_OK);
    ck_assert_int_ne(memcmp(large, large + 1500, 1500), 0);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(xcj__random(a, sizeof a, scratch, NULL), XCJ_OK);
        ck_assert_int_eq(xcj__random(b, sizeof b, scratch, NULL), XCJ_OK);
        ck_assert_int_ne(memcmp(a, b, sizeof a), 0);
    }
    xcj_scratch_free(scratch);
}
END_TEST

/* A scratch that has bytes in store is used on both sides of a fork, and by two children. */
START_TEST(a_fork_repeats_nothing)
{
    xcj_scratch *scratch;
    char texts[3][XCJ__UUID_LEN + 1];
    int ends[2];
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    uuid(texts[0], scratch);
    for (int child = 0; child < 2; child++) {
        ck_assert_int_eq(pipe(ends), 0);
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            char text[XCJ__UUID_LEN];
            bool drawn = xcj__random_uuid(text, scratch, NULL) == XCJ_OK;
            xcj_scratch_free(scratch);
            _exit(drawn && write(ends[1], text, sizeof text) == (ssize_t)sizeof text ? 0 : 1);
        }
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
        ck_assert_int_eq(read(ends[0], texts[1 + child], XCJ__UUID_LEN), XCJ__UUID_LEN);
        texts[1 + child][XCJ__UUID_LEN] = '\0';
        close(ends[0]);
        close(ends[1]);
    }
    char own[XCJ__UUID_LEN + 1];
    uuid(own, scratch);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_ne(own, texts[i]);
        ck_assert_str_ne(texts[i], texts[(i + 1) % 3]);
    }
    xcj_scratch_free(scratch);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("random");
    tcase_add_test(tcase, uuids_are_version_4_and_distinct);
    tcase_add_test(tcase, bytes_are_not_given_out_twice);
    tcase_add_test(tcase, a_fork_repeats_nothing);
    Suite *s = suite_create("random");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
