#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xcj.h>

/*
 * A gateway in small: threads mint and verify with handles that are swapped under them, since a new key comes and the oldest
 * goes many times a second. Nothing may fail, and the memory of the process may not grow. `soak SECONDS [THREADS]`
 */
#define KEYS_KEPT 3
#define ROTATION_NS 50000000L
#define THREADS_MAX 64
#define SECONDS_MAX 86400
/* A shorter run tells nothing of memory: the allocator still finds its size. */
#define JUDGED_FROM 30
#define GROWTH_MAX_KIB 1024

/* What a gateway swaps: handles that belong together. */
typedef struct handles {
    xcj_minter *minter;
    xcj_verifier *verifier;
    xcj_key *key;
} handles;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static handles current;
static atomic_bool is_over;
static atomic_uint_fast64_t tokens, conversions, rotations;

static void must(bool holds, const char *what, const xcj_error *err)
{
    if (!holds) {
        fprintf(stderr, "soak: %s: %s\n", what, err != NULL && err->code != XCJ_OK ? err->message : "no");
        exit(1);
    }
}

static handles handles_take(void)
{
    pthread_mutex_lock(&lock);
    handles mine = { xcj_minter_ref(current.minter), xcj_verifier_ref(current.verifier), xcj_key_ref(current.key) };
    pthread_mutex_unlock(&lock);
    return mine;
}

static void handles_free(handles *old)
{
    xcj_minter_free(old->minter);
    xcj_verifier_free(old->verifier);
    xcj_key_free(old->key);
}

static xcj_key *new_key(uint64_t number)
{
    /* One RSA key in many: making it takes as long as a hundred others. */
    static const xcj_alg algs[] = {
        XCJ_HS256, XCJ_ES256, XCJ_ED25519, XCJ_ES384, XCJ_HS512, XCJ_ES256K, XCJ_EDDSA, XCJ_ES512
    };
    xcj_alg alg = number % 16 == 5 ? XCJ_PS256 : algs[number % (sizeof algs / sizeof *algs)];
    char kid[32];
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *bare, *key;
    xcj_error err;
    snprintf(kid, sizeof kid, "key-%" PRIu64, number);
    labels.kid = xcj_text(kid);
    labels.alg = alg;
    must(xcj_key_generate(&bare, alg, 0, &err) == XCJ_OK, "a new key", &err);
    must(xcj_key_relabel(&key, bare, &labels, &err) == XCJ_OK, "its labels", &err);
    xcj_key_free(bare);
    return key;
}

/* The newest of the keys signs, and all of them verify. */
static handles handles_new(xcj_key *const *keys, size_t newest)
{
    xcj_mint_options mint = XCJ_MINT_OPTIONS_INIT;
    xcj_verify_options verify = XCJ_VERIFY_OPTIONS_INIT;
    const xcj_str backend = xcj_text("https://backend.example");
    handles fresh;
    xcj_keyset *set;
    xcj_error err;
    mint.iss = xcj_text("https://gateway.example");
    mint.aud = backend;
    mint.consumer_optional = 1;
    verify.audiences = &backend;
    verify.audiences_count = 1;
    must(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, KEYS_KEPT, &err) == XCJ_OK, "a new set", &err);
    must(xcj_verifier_new(&fresh.verifier, set, &verify, &err) == XCJ_OK, "a new verifier", &err);
    must(xcj_minter_new(&fresh.minter, keys[newest], &mint, &err) == XCJ_OK, "a new minter", &err);
    fresh.key = xcj_key_ref(keys[newest]);
    xcj_keyset_free(set);
    return fresh;
}

static void *rotate(void *arg)
{
    xcj_key **keys = arg;
    for (uint64_t number = KEYS_KEPT; !atomic_load(&is_over); number++) {
        size_t at = (size_t)(number % KEYS_KEPT);
        xcj_key_free(keys[at]);
        keys[at] = new_key(number);
        handles fresh = handles_new(keys, at);
        pthread_mutex_lock(&lock);
        handles old = current;
        current = fresh;
        pthread_mutex_unlock(&lock);
        handles_free(&old);
        atomic_fetch_add(&rotations, 1);
        nanosleep(&(struct timespec){ 0, ROTATION_NS }, NULL);
    }
    return NULL;
}

static void convert(const xcj_key *key)
{
    char *text;
    size_t len;
    xcj_key *again;
    xcj_error err;
    must(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err) == XCJ_OK, "a JWK out", &err);
    must(xcj_key_from_data(&again, (const uint8_t *)text, len, NULL, &err) == XCJ_OK, "the JWK in", &err);
    xcj_free(text);
    must(xcj_key_thumbprint(&text, &len, again, XCJ_SHA256, &err) == XCJ_OK, "a thumbprint", &err);
    xcj_free(text);
    xcj_key_free(again);
    atomic_fetch_add(&conversions, 1);
}

static void mint_and_verify(const handles *with, const char *caller, xcj_scratch *scratch)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    char token[2048];
    size_t len, text_len;
    char *text;
    xcj_verified *verified;
    xcj_error err;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text(caller);
    must(xcj_mint(token, sizeof token, &len, with->minter, &auth, scratch, &err) == XCJ_OK, "mint", &err);
    must(xcj_verify(&verified, with->verifier, token, len, scratch, &err) == XCJ_OK, "verify", &err);
    must(xcj_verified_text(&text, &text_len, verified, XCJ_CLAIMS, "client_id", 9, &err) == XCJ_OK, "client_id", &err);
    must(strcmp(text, caller) == 0, "whose token", NULL);
    xcj_free(text);
    xcj_verified_free(verified);
    token[len - 4] = token[len - 4] == 'A' ? 'B' : 'A';
    must(xcj_verify(NULL, with->verifier, token, len, scratch, &err) == XCJ_ERR_SIGNATURE, "a changed signature", &err);
    atomic_fetch_add_explicit(&tokens, 1, memory_order_relaxed);
}

static void *work(void *arg)
{
    size_t number = *(const size_t *)arg;
    char caller[32];
    xcj_scratch *scratch = NULL;
    snprintf(caller, sizeof caller, "caller-%zu", number);
    if (number % 2 == 0) {
        must(xcj_scratch_new(&scratch, NULL) == XCJ_OK, "a scratch", NULL);
    }
    for (unsigned round = 0; !atomic_load(&is_over); round++) {
        handles mine = handles_take();
        mint_and_verify(&mine, caller, scratch);
        if (round % 64 == 0) {
            convert(mine.key);
        }
        handles_free(&mine);
    }
    xcj_scratch_free(scratch);
    return NULL;
}

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    must(statm != NULL && fscanf(statm, "%ld %ld", &pages, &resident) == 2, "/proc/self/statm", NULL);
    fclose(statm);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static long mean(const long *samples, size_t from, size_t to)
{
    long sum = 0;
    for (size_t i = from; i < to; i++) {
        sum += samples[i];
    }
    return sum / (long)(to - from);
}

/* The last quarter against the second: the first is for warming up. */
static int judge(const long *samples, size_t seconds)
{
    printf("%zu s: %" PRIuFAST64 " tokens minted, verified and refused, %.0f a second; %" PRIuFAST64
           " keys converted; %" PRIuFAST64 " rotations; no error\n",
           seconds, tokens, (double)tokens / (double)seconds, conversions, rotations);
    if (seconds < JUDGED_FROM) {
        return 0;
    }
    long early = mean(samples, seconds / 4, seconds / 2);
    long late = mean(samples, seconds - seconds / 4, seconds);
    printf("resident memory: %ld KiB on average in the second quarter, %ld KiB in the last\n", early, late);
    if (late - early > GROWTH_MAX_KIB) {
        fprintf(stderr, "soak: the memory grows: more than %d KiB\n", GROWTH_MAX_KIB);
        return 1;
    }
    return 0;
}

static void watch(long *samples, size_t seconds)
{
    for (size_t i = 0; i < seconds; i++) {
        nanosleep(&(struct timespec){ 1, 0 }, NULL);
        samples[i] = resident_kib();
        if ((i + 1) % 60 == 0) {
            printf("%4zu s  %12" PRIuFAST64 " tokens  %6" PRIuFAST64 " rotations  %7ld KiB\n", i + 1, tokens, rotations,
                   samples[i]);
            fflush(stdout);
        }
    }
}

int main(int argc, char **argv)
{
    size_t seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 4;
    if (seconds < 1 || seconds > SECONDS_MAX || count < 1 || count > THREADS_MAX) {
        fprintf(stderr, "usage: xcj-soak SECONDS [THREADS]\n");
        return 2;
    }
    xcj_key *keys[KEYS_KEPT];
    for (size_t i = 0; i < KEYS_KEPT; i++) {
        keys[i] = new_key(i);
    }
    current = handles_new(keys, KEYS_KEPT - 1);
    pthread_t threads[THREADS_MAX + 1];
    size_t numbers[THREADS_MAX];
    must(pthread_create(&threads[count], NULL, rotate, keys) == 0, "a thread", NULL);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = i;
        must(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0, "a thread", NULL);
    }
    long *samples = calloc(seconds, sizeof *samples);
    must(samples != NULL, "memory", NULL);
    watch(samples, seconds);
    atomic_store(&is_over, true);
    for (size_t i = 0; i <= count; i++) {
        pthread_join(threads[i], NULL);
    }
    handles_free(&current);
    for (size_t i = 0; i < KEYS_KEPT; i++) {
        xcj_key_free(keys[i]);
    }
    int failed = judge(samples, seconds);
    free(samples);
    return failed;
}
