#include "check_main.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/key/context_pool.h"

static bool among(const xcj_scratch *scratch, xcj_scratch *const *others, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (others[i] == scratch) {
            return true;
        }
    }
    return false;
}

START_TEST(what_was_given_back_is_taken_again)
{
    xcj__context_pool pool;
    memset(&pool, 0, sizeof pool);
    xcj_scratch *scratch = xcj__context_pool_take(&pool, NULL);
    ck_assert_ptr_nonnull(scratch);
    xcj__context_pool_give(&pool, NULL, scratch);
    for (int i = 0; i < 100; i++) {
        ck_assert_ptr_eq(xcj__context_pool_take(&pool, NULL), scratch);
        xcj__context_pool_give(&pool, NULL, scratch);
    }
    xcj__context_pool_free(&pool);
}
END_TEST

/* Each that is out is another one; beyond their number there is none, until one comes back. */
START_TEST(never_the_same_twice)
{
    xcj__context_pool pool;
    xcj_scratch *out[XCJ__CONTEXT_POOL_SLOTS];
    memset(&pool, 0, sizeof pool);
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        out[i] = xcj__context_pool_take(&pool, NULL);
        ck_assert_ptr_nonnull(out[i]);
        ck_assert(!among(out[i], out, i));
    }
    ck_assert_ptr_null(xcj__context_pool_take(&pool, NULL));
    xcj__context_pool_give(&pool, NULL, NULL);
    ck_assert_ptr_eq(xcj__context_pool_take(&pool, out[0]), out[0]);
    xcj__context_pool_give(&pool, out[0], out[0]);
    ck_assert_ptr_null(xcj__context_pool_take(&pool, NULL));
    xcj__context_pool_give(&pool, NULL, out[3]);
    ck_assert_ptr_eq(xcj__context_pool_take(&pool, NULL), out[3]);
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj__context_pool_give(&pool, NULL, out[i]);
    }
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        ck_assert(among(xcj__context_pool_take(&pool, NULL), out, XCJ__CONTEXT_POOL_SLOTS));
    }
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj__context_pool_give(&pool, NULL, out[i]);
    }
    xcj__context_pool_free(&pool);
}
END_TEST

/* In a child those that were out are made anew; in the parent nothing changes. */
START_TEST(a_fork_gives_back_what_is_out)
{
    xcj__context_pool pool;
    xcj_scratch *out[XCJ__CONTEXT_POOL_SLOTS];
    memset(&pool, 0, sizeof pool);
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        out[i] = xcj__context_pool_take(&pool, NULL);
    }
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        bool fine = true;
        xcj_scratch *fresh[XCJ__CONTEXT_POOL_SLOTS];
        for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
            fresh[i] = xcj__context_pool_take(&pool, NULL);
            fine = fine && fresh[i] != NULL && !among(fresh[i], out, XCJ__CONTEXT_POOL_SLOTS);
        }
        fine = fine && xcj__context_pool_take(&pool, NULL) == NULL;
        for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
            xcj__context_pool_give(&pool, NULL, fresh[i]);
            xcj__context_pool_give(&pool, NULL, out[i]); /* as the thread that forked does with its own */
        }
        xcj__context_pool_free(&pool);
        _exit(fine ? 0 : 1);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_null(xcj__context_pool_take(&pool, NULL));
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj__context_pool_give(&pool, NULL, out[i]);
    }
    xcj__context_pool_free(&pool);
}
END_TEST

#define ROUNDS 5000

static xcj__context_pool shared;

static void *take_and_give(void *count)
{
    /* A thread may find all of them with others that are not running at the moment. */
    while (*(size_t *)count < ROUNDS) {
        xcj_scratch *scratch = xcj__context_pool_take(&shared, NULL);
        *(size_t *)count += scratch != NULL;
        if (scratch == NULL) {
            sched_yield();
        }
        xcj__context_pool_give(&shared, NULL, scratch);
    }
    return NULL;
}

/* More threads than pool: nothing is lost. */
START_TEST(threads)
{
    pthread_t ids[2 * XCJ__CONTEXT_POOL_SLOTS];
    size_t counts[2 * XCJ__CONTEXT_POOL_SLOTS] = { 0 };
    for (size_t i = 0; i < 2 * XCJ__CONTEXT_POOL_SLOTS; i++) {
        ck_assert_int_eq(pthread_create(&ids[i], NULL, take_and_give, &counts[i]), 0);
    }
    for (size_t i = 0; i < 2 * XCJ__CONTEXT_POOL_SLOTS; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
        ck_assert_uint_eq(counts[i], ROUNDS);
    }
    xcj_scratch *out[XCJ__CONTEXT_POOL_SLOTS];
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        out[i] = xcj__context_pool_take(&shared, NULL);
        ck_assert_ptr_nonnull(out[i]);
        ck_assert(!among(out[i], out, i));
    }
    ck_assert_ptr_null(xcj__context_pool_take(&shared, NULL));
    for (size_t i = 0; i < XCJ__CONTEXT_POOL_SLOTS; i++) {
        xcj__context_pool_give(&shared, NULL, out[i]);
    }
    xcj__context_pool_free(&shared);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("pool");
    tcase_add_test(tcase, what_was_given_back_is_taken_again);
    tcase_add_test(tcase, never_the_same_twice);
    tcase_add_test(tcase, a_fork_gives_back_what_is_out);
    tcase_add_test(tcase, threads);
    Suite *s = suite_create("pool");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
