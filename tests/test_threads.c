#include "check_main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <xcj.h>

/*
 * One const handle of each kind under sixteen threads, whose first uses race for what a key prepares at its first use. Run
 * under ThreadSanitizer as well.
 */
#define THREADS 16
#define ROUNDS 40

static const xcj_alg ALGS[] = { XCJ_HS256, XCJ_RS256, XCJ_PS384, XCJ_ES256, XCJ_ED25519 };
#define ALG_COUNT (sizeof ALGS / sizeof ALGS[0])

static xcj_key *keys[ALG_COUNT];
static xcj_minter *minters[ALG_COUNT];
static xcj_verifier *verifier; /* of all keys, by kid */
static atomic_int failures;
static pthread_barrier_t start;

static void check(bool holds)
{
    if (!holds) {
        atomic_fetch_add(&failures, 1);
    }
}

static void mint_and_verify(size_t which, xcj_scratch *scratch)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    char token[2048];
    size_t len;
    xcj_error err;
    xcj_verified *verified;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    check(xcj_mint(token, sizeof token, &len, minters[which], &auth, scratch, &err) == XCJ_OK);
    check(xcj_verify(&verified, verifier, token, len, scratch, &err) == XCJ_OK);
    check(verified != NULL && xcj_verified_key(verified) != NULL);
    xcj_verified_free(verified);
    token[len - 3] ^= 1;
    check(xcj_verify(NULL, verifier, token, len, scratch, &err) != XCJ_OK);
}

static void convert(size_t which)
{
    char *text;
    size_t len;
    xcj_error err;
    xcj_key *mine = xcj_key_ref(keys[which]);
    check(xcj_key_to_jwk(&text, &len, mine, XCJ_PRIVATE, &err) == XCJ_OK);
    xcj_free(text);
    check(xcj_key_thumbprint(&text, &len, mine, XCJ_SHA256, &err) == XCJ_OK);
    xcj_free(text);
    xcj_key_free(mine);
}

static void *work(void *arg)
{
    size_t number = *(const size_t *)arg;
    xcj_scratch *scratch = NULL;
    if (number % 2 == 0) {
        check(xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    }
    pthread_barrier_wait(&start);
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t which = (round + number) % ALG_COUNT;
        mint_and_verify(which, scratch);
        convert(which);
    }
    xcj_scratch_free(scratch);
    return NULL;
}

static void make_key(size_t which)
{
    static const char *const kids[ALG_COUNT] = { "0", "1", "2", "3", "4" };
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *key;
    xcj_error err;
    labels.kid = xcj_text(kids[which]);
    ck_assert_int_eq(xcj_key_generate(&key, ALGS[which], 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_relabel(&keys[which], key, &labels, &err), XCJ_OK);
    xcj_key_free(key);
}

/* It prepares its key for signing. */
static void make_minter(size_t which)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("https://gateway.example");
    options.aud = xcj_text("https://backend.example");
    options.consumer_optional = 1;
    ck_assert_int_eq(xcj_minter_new(&minters[which], keys[which], &options, NULL), XCJ_OK);
}

/* What a key prepares at its first use, made by all threads at once; and a set, a scratch of their own, a conversion. */
static void *first_use(void *arg)
{
    size_t number = *(const size_t *)arg;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    xcj_verified *verified;
    char *token;
    size_t len;
    pthread_barrier_wait(&start);
    for (size_t i = 0; i < ALG_COUNT; i++) {
        options.alg = ALGS[i];
        check(xcj_jws_sign(&token, &len, "{}", 2, keys[i], &options, NULL, NULL) == XCJ_OK);
        check(xcj_verify(&verified, verifier, token, len, NULL, NULL) == XCJ_OK);
        check(verified != NULL && xcj_verified_key(verified) == keys[i]);
        xcj_verified_free(verified);
        xcj_free(token);
        const xcj_jws_signer signers[] = { { keys[i], NULL }, { keys[(i + number) % ALG_COUNT], NULL } };
        check(xcj_jws_sign_json(&token, &len, "{}", 2, signers, 2, NULL, NULL) == XCJ_OK);
        check(xcj_verify_json(NULL, verifier, token, len, NULL, NULL) == XCJ_OK);
        xcj_free(token);
        convert(i);
    }
    return NULL;
}

static void run(void *(*job)(void *arg))
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, job, &numbers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_int_eq(atomic_load(&failures), 0);
    pthread_barrier_destroy(&start);
}

static void make_verifier(void)
{
    xcj_keyset *set;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    options.all_signatures = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, ALG_COUNT, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, NULL), XCJ_OK);
    xcj_keyset_free(set);
}

START_TEST(first_uses_race)
{
    for (size_t i = 0; i < ALG_COUNT; i++) {
        make_key(i);
    }
    make_verifier();
    run(first_use);
    xcj_verifier_free(verifier);
    for (size_t i = 0; i < ALG_COUNT; i++) {
        xcj_key_free(keys[i]);
    }
}
END_TEST

START_TEST(shared_handles)
{
    for (size_t i = 0; i < ALG_COUNT; i++) {
        make_key(i);
        make_minter(i);
    }
    make_verifier();
    run(work);
    xcj_verifier_free(verifier);
    for (size_t i = 0; i < ALG_COUNT; i++) {
        xcj_minter_free(minters[i]);
        xcj_key_free(keys[i]);
    }
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("threads");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, first_uses_race);
    tcase_add_test(tcase, shared_handles);
    Suite *s = suite_create("threads");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
