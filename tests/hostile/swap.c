/*
 * Sixteen threads on shared handles: most mint, verify and convert with whatever minter and verifier are current; some build
 * new ones aside and swap, as a reload does. Nothing is used after its last reference is gone, and every token verifies.
 *
 *     swap [ROUNDS [own] [cache]]   cache: of verified and of minted tokens
 *                             own: every thread has a scratch, and keys are used before they are shared, for helgrind, which
 *                             does not know what is published by compare-and-swap; else every second thread has one
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

#define THREADS 16
#define SWAPPERS 3
#define KEYS 3

/* What a reload replaces: a minter, and a verifier that knows the keys of all minters so far and to come. */
typedef struct handles {
    xcj_minter *minter;
    xcj_verifier *verifier;
} handles;

static xcj_key *keys[KEYS];
static handles current;
static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned rounds = 60;
static size_t every = 2; /* each so-manieth thread has a scratch */
static bool caches;
static atomic_uint failures;
static atomic_uint swaps;

static void check(bool holds, const char *what)
{
    if (!holds && atomic_fetch_add(&failures, 1) < 5) {
        fprintf(stderr, "FAIL: %s\n", what);
    }
}

static void mint_and_verify(handles with, xcj_scratch *scratch, xcj_verified **verified)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    char token[2048];
    size_t len = 0;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    check(xcj_mint(token, sizeof token, &len, with.minter, &auth, scratch, NULL) == XCJ_OK, "a token");
    check(!caches || xcj_verify(NULL, with.verifier, token, len, scratch, NULL) == XCJ_OK, "verified before");
    check(xcj_verify(verified, with.verifier, token, len, scratch, NULL) == XCJ_OK, "verified");
}

static handles build(size_t which)
{
    handles made = { NULL, NULL };
    xcj_keyset *set = NULL;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("i");
    options.aud = xcj_text("a");
    options.consumer_optional = 1;
    options.reuse = caches ? 60 : 0;
    char *text = NULL;
    size_t len = 0;
    check(xcj_minter_new(&made.minter, keys[which], &options, NULL) == XCJ_OK, "a minter");
    check(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, KEYS, NULL) == XCJ_OK, "a set");
    check(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, NULL) == XCJ_OK, "its text");
    xcj_keyset_free(set);
    check(xcj_keyset_from_json(&set, text, len, NULL, NULL) == XCJ_OK, "a set of that text");
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.cache_bytes = caches ? 65536 : 0;
    check(xcj_verifier_new(&made.verifier, set, &policy, NULL) == XCJ_OK, "a verifier");
    xcj_free(text);
    xcj_keyset_free(set);
    for (size_t i = 0; every == 1 && i < KEYS; i++) {
        handles other = { NULL, made.verifier };
        xcj_verified *verified = NULL;
        check(xcj_minter_new(&other.minter, keys[i], &options, NULL) == XCJ_OK, "another minter");
        mint_and_verify(other, NULL, &verified);
        xcj_verified_free(verified);
        xcj_minter_free(other.minter);
    }
    return made;
}

static void let_go(handles old)
{
    xcj_minter_free(old.minter);
    xcj_verifier_free(old.verifier);
}

/* References of the caller's own, so that a swap takes nothing away from it. */
static handles hold(void)
{
    pthread_mutex_lock(&current_lock);
    handles mine = { xcj_minter_ref(current.minter), xcj_verifier_ref(current.verifier) };
    pthread_mutex_unlock(&current_lock);
    return mine;
}

static void swap(unsigned round)
{
    handles fresh = build(round % KEYS);
    pthread_mutex_lock(&current_lock);
    handles old = current;
    current = fresh;
    pthread_mutex_unlock(&current_lock);
    let_go(old);
    atomic_fetch_add(&swaps, 1);
}

static void convert(const xcj_minter *minter)
{
    char *text = NULL;
    size_t len = 0;
    xcj_key *again = NULL;
    xcj_key *key = xcj_key_ref(xcj_minter_key(minter));
    check(xcj_key_to_pem(&text, &len, key, XCJ_PRIVATE, NULL) == XCJ_OK, "a PEM");
    check(xcj_key_from_pem(&again, text, len, NULL, NULL) == XCJ_OK, "its key");
    xcj_key_free(again);
    xcj_free(text);
    check(xcj_key_thumbprint(&text, &len, key, XCJ_SHA256, NULL) == XCJ_OK, "a thumbprint");
    xcj_free(text);
    xcj_key_free(key);
}

static void work(unsigned round, xcj_scratch *scratch)
{
    handles mine = hold();
    handles other = hold(); /* perhaps newer ones */
    xcj_verified *verified = NULL;
    mint_and_verify((handles){ mine.minter, other.verifier }, scratch, &verified);
    let_go(other);
    char *client_id = NULL;
    size_t id_len = 0;
    check(xcj_verified_text(&client_id, &id_len, verified, XCJ_CLAIMS, "client_id", 9, NULL) == XCJ_OK, "read");
    check(id_len == 6 && client_id != NULL && memcmp(client_id, "caller", 6) == 0, "of whom it is");
    xcj_free(client_id);
    xcj_verified_free(verified);
    if (round % 8 == 0) {
        convert(mine.minter);
    }
    let_go(mine);
}

static void *run(void *arg)
{
    size_t number = *(const size_t *)arg;
    xcj_scratch *scratch = NULL;
    check(number % every != 0 || xcj_scratch_new(&scratch, NULL) == XCJ_OK, "a scratch");
    for (unsigned round = 0; round < rounds; round++) {
        if (number < SWAPPERS) {
            swap(round + (unsigned)number);
        } else {
            work(round, scratch);
        }
    }
    xcj_scratch_free(scratch);
    return NULL;
}

static void make_keys(void)
{
    static const xcj_alg algs[KEYS] = { XCJ_ES256, XCJ_ED25519, XCJ_ES384 };
    static const char *const kids[KEYS] = { "0", "1", "2" };
    for (size_t i = 0; i < KEYS; i++) {
        xcj_key *made = NULL;
        xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
        labels.kid = xcj_text(kids[i]);
        check(xcj_key_generate(&made, algs[i], 0, NULL) == XCJ_OK, "a key");
        check(xcj_key_relabel(&keys[i], made, &labels, NULL) == XCJ_OK, "with a kid");
        xcj_key_free(made);
    }
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    rounds = argc > 1 ? (unsigned)atoi(argv[1]) : rounds;
    for (int i = 2; i < argc; i++) {
        caches = caches || strcmp(argv[i], "cache") == 0;
        every = strcmp(argv[i], "own") == 0 ? 1 : every;
    }
    make_keys();
    current = build(0);
    convert(current.minter); /* OpenSSL 3.5 registers names at its first decoder, which helgrind takes for a race */
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        check(pthread_create(&threads[i], NULL, run, &numbers[i]) == 0, "a thread");
    }
    for (size_t i = 0; i < THREADS; i++) {
        check(pthread_join(threads[i], NULL) == 0, "its end");
    }
    let_go(current);
    for (size_t i = 0; i < KEYS; i++) {
        xcj_key_free(keys[i]);
    }
    printf("%d threads, %u rounds, %u swaps, %u failures\n", THREADS, rounds, atomic_load(&swaps), atomic_load(&failures));
    return atomic_load(&failures) == 0 && atomic_load(&swaps) == SWAPPERS * rounds ? EXIT_SUCCESS : EXIT_FAILURE;
}
