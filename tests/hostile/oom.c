/*
 * Everything that can fail fails, one after the other, in every public function (jobs.c):
 *
 *     oom library | openssl | calls | random
 *
 * Nothing is left behind (a sanitizer looks), no output is set, a token that comes out is signed, what is refused is still
 * refused. If an allocation of ours fails, the code is XCJ_ERR_MEMORY. OpenSSL does not always report why it failed: then
 * the code may be XCJ_ERR_CRYPTO, but never one that blames a valid key or certificate.
 */
#include "tests/check_main.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "failing.h"
#include "jobs.h"

static failing_kind kind;

/* What a failure may come out as when it is told. */
static bool is_told(xcj_code code)
{
    return code == XCJ_ERR_MEMORY || (kind != FAILING_OWN && (code == XCJ_ERR_CRYPTO || code == XCJ_ERR_RANDOM));
}

/*
 * OpenSSL sometimes runs out of memory without reporting it and says that a signature is not valid. Checking it again would
 * make forged tokens cost twice as much, so a valid one may be refused then. A key or certificate never is: one that is
 * malformed is read twice. A key that stays in OpenSSL and did not sign on trial, for whatever reason, does not sign.
 */
static bool is_refusal(xcj_code code)
{
    const bool is_invalid =
        code == XCJ_ERR_SIGNATURE || (code == XCJ_ERR_PROOF && strcmp(job_error.member, "signature") == 0);
    return (kind == FAILING_OPENSSL && is_invalid) || (kind != FAILING_OWN && code == XCJ_ERR_KEY_PART);
}

static unsigned refusals;

static bool run_failing(const job *j, long nth, bool lasting)
{
    failing_plan(kind, nth, lasting);
    memset(&job_error, 0, sizeof job_error);
    xcj_code code = j->run(j->which);
    bool happened = failing_happened();
    bool refused = code != j->expected && is_refusal(code);
    refusals += refused;
    ck_assert_msg(code == j->expected || (happened && (refused || is_told(code))), "%s, %ld%s (%s): %s: %s", j->name, nth,
                  lasting ? " and all later" : "", failing_what(), xcj_code_name(code), job_error.message);
    ck_assert_int_eq(job_error.code, code);
    ck_assert_int_eq(job_error.message[0] != '\0', code != XCJ_OK);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return happened;
}

/*
 * How far from one failure to the next. OpenSSL's are thousands, many alike, so that the later ones are tried in strides;
 * what is slow is tried in strides that grow. With XCJ_OOM_ALL in the environment all are tried.
 */
static long stride(const job *j, long nth)
{
    if (getenv("XCJ_OOM_ALL") != NULL) {
        return 1;
    }
    long many = kind == FAILING_OPENSSL ? 1999 : kind == FAILING_RANDOM ? 199 : 9;
    return j->is_slow ? (nth > many ? nth : many) : kind == FAILING_OPENSSL && nth >= 60 ? 67 : 1;
}

START_TEST(each_in_turn)
{
    const job *j = &JOBS[_i];
    failing_plan(FAILING_NOTHING, 0, false);
    xcj_code code = j->run(j->which);
    ck_assert_msg(code == j->expected, "%s: %s: %s", j->name, xcj_code_name(code), job_error.message);
    long nth = 0;
    while (run_failing(j, nth, false)) {
        nth += stride(j, nth);
    }
    if (refusals > 0) {
        printf("%s: of %ld failures %u were refusals\n", j->name, nth, refusals);
    }
    (void)run_failing(j, 0, true);
    (void)run_failing(j, nth / 2, true);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("oom");
    tcase_add_unchecked_fixture(tcase, jobs_prepare, jobs_release);
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, each_in_turn, 0, (int)JOB_COUNT);
    Suite *s = suite_create("oom");
    suite_add_tcase(s, tcase);
    return s;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        failing_kind kind;
    } kinds[] = {
        { "library", FAILING_OWN }, { "openssl", FAILING_OPENSSL }, { "calls", FAILING_CALL }, { "random", FAILING_RANDOM }
    };
    for (size_t i = 0; argc == 2 && i < sizeof kinds / sizeof *kinds; i++) {
        kind = strcmp(argv[1], kinds[i].name) == 0 ? kinds[i].kind : kind;
    }
    if (kind == FAILING_NOTHING) {
        fprintf(stderr, "usage: oom library|openssl|calls|random\n");
        return EXIT_FAILURE;
    }
    failing_install();
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
