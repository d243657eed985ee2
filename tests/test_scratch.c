#include "check_main.h"

#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"
#include "lib/key/key.h"
#include "lib/key/scratch.h"

static xcj_error err;

static xcj_scratch *scratch_new(void)
{
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    ck_assert_int_eq(err.code, XCJ_OK);
    return scratch;
}

/* A buffer comes back empty, with the room it has grown to. */
START_TEST(buffers_keep_their_room)
{
    xcj_scratch *scratch = scratch_new();
    char storage[8];
    xcj__buf buf;
    xcj__scratch_lend(scratch, XCJ__SCRATCH_CLAIMS, &buf, storage, sizeof storage);
    ck_assert_ptr_nonnull(xcj__buf_reserve(&buf, 10000));
    xcj__buf_put_text(&buf, "first");
    const char *at = buf.ptr;
    xcj__scratch_return(scratch, XCJ__SCRATCH_CLAIMS, &buf);
    xcj__scratch_lend(scratch, XCJ__SCRATCH_CLAIMS, &buf, storage, sizeof storage);
    ck_assert_uint_eq(buf.len, 0);
    ck_assert_ptr_eq(buf.ptr, at);
    ck_assert_uint_ge(buf.cap, 10000);
    /* Another purpose has a buffer of its own, and so has a second loan of the same. */
    xcj__buf other, again;
    xcj__scratch_lend(scratch, XCJ__SCRATCH_VERIFY, &other, storage, sizeof storage);
    xcj__scratch_lend(scratch, XCJ__SCRATCH_CLAIMS, &again, storage, sizeof storage);
    xcj__buf_put_text(&buf, "one");
    xcj__buf_put_text(&other, "two");
    xcj__buf_put_text(&again, "three");
    ck_assert_mem_eq(buf.ptr, "one", 3);
    ck_assert_mem_eq(other.ptr, "two", 3);
    ck_assert_mem_eq(again.ptr, "three", 5);
    xcj__buf_free(&again);
    xcj__scratch_return(scratch, XCJ__SCRATCH_VERIFY, &other);
    xcj__scratch_return(scratch, XCJ__SCRATCH_CLAIMS, &buf);
    xcj_scratch_free(scratch);
}
END_TEST

/* What one huge token has grown is given back, and a buffer that failed is as good as new. */
START_TEST(buffers_that_are_not_kept)
{
    xcj_scratch *scratch = scratch_new();
    xcj__buf buf;
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &buf, NULL, 0);
    ck_assert_ptr_nonnull(xcj__buf_reserve(&buf, 1000000));
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &buf);
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &buf, NULL, 0);
    ck_assert_uint_eq(buf.cap, 0);
    buf.failed = true;
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &buf);
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &buf, NULL, 0);
    xcj__buf_put_text(&buf, "text");
    ck_assert(!buf.failed && buf.len == 4);
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &buf);
    xcj_scratch_free(scratch);
}
END_TEST

START_TEST(without_a_scratch)
{
    char storage[8];
    xcj__buf buf;
    xcj__scratch_lend(NULL, XCJ__SCRATCH_CLAIMS, &buf, storage, sizeof storage);
    xcj__buf_put_text(&buf, "secret");
    ck_assert_ptr_eq(buf.ptr, storage);
    xcj__scratch_return(NULL, XCJ__SCRATCH_CLAIMS, &buf);
    ck_assert_mem_eq(storage, "\0\0\0\0\0\0", 6);
    xcj__scratch_lend(NULL, XCJ__SCRATCH_CLAIMS, &buf, storage, sizeof storage);
    xcj__buf_put_text(&buf, "longer than the storage");
    ck_assert_uint_eq(buf.len, 23);
    xcj__scratch_return(NULL, XCJ__SCRATCH_CLAIMS, &buf);
    xcj_scratch_free(NULL);
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    xcj_scratch_free(scratch);
}
END_TEST

/* A relabelled key is another key with the same numbers; contexts of one do not serve the other's algorithm. */
START_TEST(contexts_of_keys_that_look_alike)
{
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_RS384, XCJ_RS512, XCJ_PS256, XCJ_PS384, XCJ_PS512 };
    xcj_scratch *scratch = scratch_new();
    xcj_key *key = key_for(XCJ_RS256);
    xcj_key *copies[COUNT_OF(algs)];
    uint8_t sigs[COUNT_OF(algs)][256];
    size_t len;
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
        labels.alg = algs[i];
        ck_assert_int_eq(xcj_key_relabel(&copies[i], key, &labels, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_sign(sigs[i], &len, copies[i], algs[i], "input", 5, scratch, &err), XCJ_OK);
    }
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        for (size_t j = 0; j < COUNT_OF(algs); j++) {
            xcj_code code = xcj__key_verify(copies[i], algs[i], "input", 5, sigs[j], 256, scratch, &err);
            ck_assert_int_eq(code, i == j ? XCJ_OK : XCJ_ERR_SIGNATURE);
        }
    }
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key_free(copies[i]);
    }
    xcj_key_free(key);
    xcj_scratch_free(scratch);
}
END_TEST

/* A failure in between leaves a kept context fit for the next call. */
START_TEST(a_context_after_a_failure)
{
    static const xcj_alg algs[] = { XCJ_HS256, XCJ_RS256, XCJ_PS256, XCJ_ES256, XCJ_ED25519 };
    xcj_scratch *scratch = scratch_new();
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = key_for(algs[i]);
        uint8_t sig[XCJ__SIGNATURE_MAX];
        size_t len;
        ck_assert_int_eq(xcj__key_sign(sig, &len, key, algs[i], "input", 5, scratch, &err), XCJ_OK);
        for (int round = 0; round < 3; round++) {
            leave_entry();
            ck_assert_int_eq(xcj__key_verify(key, algs[i], "other", 5, sig, len, scratch, &err), XCJ_ERR_SIGNATURE);
            expect_error(&err, XCJ_ERR_SIGNATURE, "");
            expect_entry();
            ck_assert_int_eq(xcj__key_verify(key, algs[i], "input", 5, sig, len, scratch, &err), XCJ_OK);
        }
        xcj_key_free(key);
    }
    xcj_scratch_free(scratch);
}
END_TEST

/* Keys and contexts made before a fork serve on both sides. */
START_TEST(both_sides_of_a_fork)
{
    xcj_scratch *scratch = scratch_new();
    xcj_key *key = key_for(XCJ_ES256);
    uint8_t sig[64];
    size_t len;
    ck_assert_int_eq(xcj__key_sign(sig, &len, key, XCJ_ES256, "input", 5, scratch, &err), XCJ_OK);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        bool works = xcj__key_verify(key, XCJ_ES256, "input", 5, sig, len, scratch, NULL) == XCJ_OK &&
                     xcj__key_sign(sig, &len, key, XCJ_ES256, "child", 5, scratch, NULL) == XCJ_OK &&
                     xcj__key_verify(key, XCJ_ES256, "child", 5, sig, len, scratch, NULL) == XCJ_OK;
        xcj_key_free(key);
        xcj_scratch_free(scratch);
        _exit(works ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(xcj__key_verify(key, XCJ_ES256, "input", 5, sig, len, scratch, &err), XCJ_OK);
    xcj_key_free(key);
    xcj_scratch_free(scratch);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        buffers_keep_their_room,          buffers_that_are_not_kept, without_a_scratch,
        contexts_of_keys_that_look_alike, a_context_after_a_failure, both_sides_of_a_fork,
    };
    TCase *tcase = tcase_create("scratch");
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("scratch");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
