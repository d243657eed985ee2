/*
 * Measures the cache of verified tokens: what a hit costs beside a bare check of an RS256 signature, with 1, 2 and 16
 * threads, and what a flood of distinct valid tokens does to memory and to the token that everybody uses.
 *
 *     xcj-cache [SECONDS [FLOOD]]     each measurement takes SECONDS (1); FLOOD tokens (1000000)
 */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <xcj.h>
#include <xcj/openssl.h>

#define THREADS_MAX 16
#define TOKEN_LEN 700
#define CACHE_BYTES ((size_t)16 * 1024 * 1024)

static xcj_verifier *verifier;
static char *token;
static size_t token_len;
static const EVP_PKEY *pkey; /* NULL: measure hits */
static uint8_t signature[256];
static double seconds = 1;
static atomic_bool is_over;

static void must(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "xcj-cache: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static double now(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the floor costs: one initialised context for each thread, one check of the signature. */
static void check_bare(EVP_PKEY_CTX *prepared, size_t input_len)
{
    uint8_t hash[32];
    must(EVP_Digest(token, input_len, hash, NULL, EVP_sha256(), NULL) == 1 &&
             EVP_PKEY_verify(prepared, signature, sizeof signature, hash, sizeof hash) == 1,
         "OpenSSL refuses the signature");
}

static EVP_PKEY_CTX *prepare_bare(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)(uintptr_t)pkey, NULL);
    must(ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1, "OpenSSL");
    return ctx;
}

static void find(void)
{
    xcj_verified *verified;
    must(xcj_verify(&verified, verifier, token, token_len, NULL, NULL) == XCJ_OK, "the token is refused");
    xcj_verified_free(verified);
}

/* *arg: the operations in one second of processor time of this thread. */
static void *run(void *arg)
{
    const size_t input_len = (size_t)(strrchr(token, '.') - token);
    EVP_PKEY_CTX *bare = pkey != NULL ? prepare_bare() : NULL;
    unsigned long count = 0;
    const double start = now(CLOCK_THREAD_CPUTIME_ID);
    while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
        for (int i = 0; i < 20; i++, count++) {
            if (bare != NULL) {
                check_bare(bare, input_len);
            } else {
                find();
            }
        }
    }
    *(double *)arg = (double)count / (now(CLOCK_THREAD_CPUTIME_ID) - start);
    EVP_PKEY_CTX_free(bare);
    return NULL;
}

/* The mean cost of an operation in nanoseconds of processor time. */
static double measure(unsigned threads)
{
    pthread_t ids[THREADS_MAX];
    double rates[THREADS_MAX], sum = 0;
    const struct timespec wait = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    atomic_store(&is_over, false);
    for (unsigned i = 0; i < threads; i++) {
        must(pthread_create(&ids[i], NULL, run, &rates[i]) == 0, "no thread");
    }
    (void)nanosleep(&wait, NULL);
    atomic_store(&is_over, true);
    for (unsigned i = 0; i < threads; i++) {
        must(pthread_join(ids[i], NULL) == 0, "no end");
        sum += 1e9 / rates[i];
    }
    return sum / threads;
}

static xcj_key *key_with_token(xcj_alg alg, char **out, size_t *len, const char *claims)
{
    xcj_key *key;
    must(xcj_key_generate(&key, alg, 0, NULL) == XCJ_OK, "no key");
    must(xcj_jws_sign(out, len, claims, strlen(claims), key, NULL, NULL, NULL) == XCJ_OK, "no token");
    return key;
}

static void open_verifier(const xcj_key *key)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.cache_bytes = CACHE_BYTES;
    options.cache_age = 86400;
    must(xcj_verifier_new_key(&verifier, key, &options, NULL) == XCJ_OK, "no verifier");
}

static void read_signature(void)
{
    xcj_unverified *parts;
    must(xcj_unverified_decode(&parts, token, token_len, NULL) == XCJ_OK, "not a token");
    const xcj_str bytes = xcj_unverified_signature(parts);
    must(bytes.len == sizeof signature, "not RSA of 2048 bits");
    memcpy(signature, bytes.ptr, bytes.len);
    xcj_unverified_free(parts);
}

static void measure_hits(void)
{
    static const unsigned threads[] = { 1, 2, THREADS_MAX };
    char claims[TOKEN_LEN];
    (void)snprintf(claims, sizeof claims,
                   "{\"iss\":\"https://idp.example\",\"sub\":\"alice\",\"exp\":99999999999,\"scope\":\"%0165d\"}", 0);
    xcj_key *key = key_with_token(XCJ_RS256, &token, &token_len, claims);
    EVP_PKEY *made;
    must(xcj_key_to_pkey(&made, key, XCJ_PUBLIC, NULL) == XCJ_OK, "no EVP_PKEY");
    open_verifier(key);
    read_signature();
    printf("RS256, a token of %zu bytes; nanoseconds of processor time\n\nthreads\thit\tbare check\tratio\n", token_len);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        double hit = 1e9, bare = 1e9;
        for (int round = 0; round < 5; round++) {
            pkey = NULL;
            const double one = measure(threads[i]);
            pkey = made;
            const double other = measure(threads[i]);
            hit = one < hit ? one : hit;
            bare = other < bare ? other : bare;
        }
        printf("%u\t%.0f\t%.0f\t%.1f\n", threads[i], hit, bare, bare / hit);
    }
    EVP_PKEY_free(made);
    xcj_key_free(key);
    xcj_verifier_free(verifier);
    xcj_free(token);
}

static long resident(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* The token that is asked for between any hundred others stays, and memory is that of the cache. */
static void flood(unsigned long count)
{
    char claims[200], *next;
    size_t len;
    xcj_key *key = key_with_token(XCJ_HS256, &token, &token_len, "{\"exp\":99999999999}");
    open_verifier(key);
    find();
    const long before = resident();
    double longest = 0;
    for (unsigned long i = 0; i < count; i++) {
        (void)snprintf(claims, sizeof claims, "{\"exp\":99999999999,\"n\":%lu}", i);
        must(xcj_jws_sign(&next, &len, claims, strlen(claims), key, NULL, NULL, NULL) == XCJ_OK, "no token");
        must(xcj_verify(NULL, verifier, next, len, NULL, NULL) == XCJ_OK, "a token is refused");
        xcj_free(next);
        if (i % 100 == 0) {
            const double start = now(CLOCK_THREAD_CPUTIME_ID);
            find();
            const double took = now(CLOCK_THREAD_CPUTIME_ID) - start;
            longest = took > longest ? took : longest;
        }
    }
    xcj_cache_counts counts;
    xcj_verifier_cache_counts(&counts, verifier);
    printf("\na flood of %lu distinct tokens through %zu MiB: at most %lu KiB more of resident memory, %lu evictions, %lu "
           "entries;\n"
           "the token in use: %lu hits of %lu, the slowest in %.1f microseconds of processor time\n",
           count, CACHE_BYTES >> 20, (unsigned long)(resident() - before), (unsigned long)counts.evictions,
           (unsigned long)counts.entries, (unsigned long)counts.hits, (count + 99) / 100, longest * 1e6);
    must(counts.bytes <= CACHE_BYTES, "the cache is larger than its bound");
    xcj_verifier_free(verifier);
    xcj_key_free(key);
    xcj_free(token);
}

int main(int argc, char **argv)
{
    seconds = argc > 1 ? strtod(argv[1], NULL) : seconds;
    measure_hits();
    flood(argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000);
    return EXIT_SUCCESS;
}
