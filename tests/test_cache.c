#include "check_main.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"
#include "lib/base/cache.h"
#include "lib/base/fork_mark.h"
#include "lib/base/mem.h"

/* Every call of the hash in the library comes here (the linker's --wrap). */
static bool same_hash;
uint64_t __real_xcj__siphash(const uint8_t *key, xcj_str text);
uint64_t __wrap_xcj__siphash(const uint8_t *key, xcj_str text);
uint64_t __wrap_xcj__siphash(const uint8_t *key, xcj_str text)
{
    return same_hash ? 7 : __real_xcj__siphash(key, text);
}

static const uint8_t secret[XCJ__SIPHASH_KEY] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static atomic_size_t alive; /* entries that exist */

/* For children and threads: a check of Check's takes a lock, which a fork may leave locked. */
static void must(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

typedef struct entry {
    xcj__cached shared;
    char text[];
} entry;

static void destroy(xcj__cached *shared)
{
    atomic_fetch_sub(&alive, 1);
    xcj_free(shared);
}

/* An entry of `size` bytes beyond its key. */
static xcj__cached *make(const char *key, size_t size, int64_t born, int64_t life)
{
    const size_t len = strlen(key);
    entry *made = xcj__zalloc(sizeof *made + len + size);
    must(made != NULL);
    memcpy(made->text, key, len);
    made->shared = (xcj__cached){ 1, destroy, sizeof *made + len + size, { made->text, len }, born, life };
    atomic_fetch_add(&alive, 1);
    return &made->shared;
}

static void put(xcj__cache *cache, const char *key, size_t size, int64_t born, int64_t life)
{
    xcj__cached *made = make(key, size, born, life);
    xcj__cache_put(cache, made, born);
    xcj__cached_drop(made);
}

static bool has(xcj__cache *cache, const char *key, int64_t now)
{
    xcj__cached *found = xcj__cache_find(cache, xcj_text(key), now, NULL);
    must(found == NULL || xcj__str_is(found->key, key));
    xcj__cached_drop(found);
    return found != NULL;
}

static xcj__cache *cache_of(size_t bytes)
{
    xcj__cache *cache;
    ck_assert_int_eq(xcj__cache_new(&cache, bytes, XCJ__HASHED_WHOLE, secret, NULL), XCJ_OK);
    return cache;
}

static xcj_cache_counts counts_of(const xcj__cache *cache)
{
    xcj_cache_counts counts = { 0 };
    xcj__cache_count(&counts, cache);
    return counts;
}

static void end(xcj__cache *cache)
{
    xcj__cache_free(cache);
    ck_assert_uint_eq(atomic_load(&alive), 0);
}

/* The same hash as OpenSSL's, which can be told the number of rounds. */
START_TEST(siphash_is_the_published_one)
{
    ck_assert_uint_eq(xcj__siphash(secret, xcj_text("")), UINT64_C(0xabac0158050fc4dc));
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    size_t size = 8;
    unsigned c = 1, d = 3;
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                  OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c),
                                  OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d), OSSL_PARAM_construct_end() };
    uint8_t text[200];
    for (size_t len = 0; len <= sizeof text; len++) {
        uint8_t theirs[8];
        size_t got;
        uint64_t word = 0;
        EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
        ck_assert(EVP_MAC_init(ctx, secret, sizeof secret, params) == 1 && EVP_MAC_update(ctx, text, len) == 1 &&
                  EVP_MAC_final(ctx, theirs, &got, sizeof theirs) == 1 && got == sizeof theirs);
        EVP_MAC_CTX_free(ctx);
        for (size_t i = 0; i < 8; i++) {
            word |= (uint64_t)theirs[i] << 8 * i;
        }
        ck_assert_uint_eq(xcj__siphash(secret, (xcj_str){ (const char *)text, len }), word);
        if (len < sizeof text) {
            text[len] = (uint8_t)(len * 37 + 200);
        }
    }
    EVP_MAC_free(mac);
}
END_TEST

START_TEST(an_entry_is_found_by_its_whole_key)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    ck_assert(!has(cache, "key", 100));
    put(cache, "key", 10, 100, 60);
    ck_assert(has(cache, "key", 100));
    ck_assert(!has(cache, "ke", 100));
    ck_assert(!has(cache, "kex", 100));
    ck_assert(!has(cache, "key ", 100));
    ck_assert(!has(cache, "", 100));
    const xcj_cache_counts counts = counts_of(cache);
    ck_assert(counts.hits == 1 && counts.misses == 5 && counts.evictions == 0 && counts.entries == 1);
    ck_assert(counts.bytes > 13 && counts.bytes < 300);
    end(cache);
}
END_TEST

START_TEST(an_entry_lives_as_long_as_it_says)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    put(cache, "key", 0, 1000, 60);
    ck_assert(has(cache, "key", 1059));
    ck_assert(!has(cache, "key", 1060));
    ck_assert(!has(cache, "key", INT64_MAX));
    /* The clock goes back. */
    ck_assert(!has(cache, "key", 999));
    ck_assert(!has(cache, "key", INT64_MIN));
    ck_assert(has(cache, "key", 1000));
    put(cache, "key", 0, 500, 60); /* in place of the other */
    ck_assert(has(cache, "key", 500));
    ck_assert(!has(cache, "key", 1000));
    ck_assert_uint_eq(counts_of(cache).entries, 1);
    ck_assert_uint_eq(atomic_load(&alive), 1);
    put(cache, "future", 0, INT64_MAX - 1, 60);
    ck_assert(has(cache, "future", INT64_MAX - 1));
    ck_assert(!has(cache, "future", INT64_MIN)); /* where the difference of the two wraps to 2 */
    put(cache, "past", 0, INT64_MIN, INT64_MAX);
    ck_assert(has(cache, "past", -2));
    ck_assert(!has(cache, "past", INT64_MAX));
    put(cache, "none", 0, 0, 0);
    ck_assert(!has(cache, "none", 0));
    end(cache);
}
END_TEST

/* A hash alone decides nothing: whoever finds keys with equal hashes gets no other's entry. */
START_TEST(equal_hashes_are_not_equal_keys)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    same_hash = true;
    put(cache, "alice", 0, 0, 60);
    ck_assert(has(cache, "alice", 0));
    ck_assert(!has(cache, "mallory", 0));
    put(cache, "mallory", 0, 0, 60);
    ck_assert(has(cache, "mallory", 0));
    ck_assert(!has(cache, "alice", 0));
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        ck_assert(!has(cache, key, 0));
        put(cache, key, 0, 0, 60);
        ck_assert(has(cache, key, 0));
    }
    same_hash = false;
    end(cache);
}
END_TEST

/* Keys that differ only before their end share a slot, but are not confused. Shorter keys are hashed as a whole. */
START_TEST(only_the_end_of_a_key_is_hashed)
{
    static const char *const keys[] = { "alice.0123456789abcdef0123456789abcdef", "mallory.0123456789abcdef0123456789abcdef",
                                        "alice.0123456789abcdef0123456789abcdeg", "0123456789abcdef0123456789abcdef", "f" };
    xcj__cache *cache;
    ck_assert_int_eq(xcj__cache_new(&cache, XCJ__CACHE_MIN, XCJ__HASHED_END, secret, NULL), XCJ_OK);
    put(cache, keys[0], 0, 0, 60);
    ck_assert(has(cache, keys[0], 0));
    ck_assert(!has(cache, keys[1], 0));
    put(cache, keys[2], 0, 0, 60);
    put(cache, keys[4], 0, 0, 60);
    ck_assert(has(cache, keys[0], 0) && has(cache, keys[2], 0) && has(cache, keys[4], 0));
    put(cache, keys[1], 0, 0, 60);
    ck_assert(has(cache, keys[1], 0) && !has(cache, keys[0], 0) && !has(cache, keys[3], 0));
    end(cache);
}
END_TEST

static bool is_wanted(const xcj__cached *found, const void *context)
{
    return found->size == *(const size_t *)context;
}

/* An entry that its finder cannot use is a miss, and stays. */
START_TEST(an_unmet_demand_is_a_miss)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    size_t size = sizeof(entry) + 3 + 100;
    const xcj__cache_demand demand = { is_wanted, &size };
    put(cache, "key", 100, 0, 60);
    xcj__cached *found = xcj__cache_find(cache, xcj_text("key"), 0, &demand);
    ck_assert_ptr_nonnull(found);
    xcj__cached_drop(found);
    size++;
    ck_assert_ptr_null(xcj__cache_find(cache, xcj_text("key"), 0, &demand));
    const xcj_cache_counts counts = counts_of(cache);
    ck_assert(counts.hits == 1 && counts.misses == 1 && counts.entries == 1);
    ck_assert(has(cache, "key", 0));
    end(cache);
}
END_TEST

START_TEST(what_is_held_outlives_its_eviction_and_the_cache)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    put(cache, "held", 100, 0, 60);
    xcj__cached *held = xcj__cache_find(cache, xcj_text("held"), 0, NULL);
    ck_assert_ptr_nonnull(held);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        put(cache, key, 1000, 0, 60);
    }
    ck_assert(!has(cache, "held", 0));
    xcj__cache_free(cache);
    ck_assert_uint_eq(atomic_load(&alive), 1);
    ck_assert(xcj__str_is(held->key, "held"));
    xcj__cached_drop(held);
    ck_assert_uint_eq(atomic_load(&alive), 0);
}
END_TEST

/* A flood of distinct keys fills the memory that was granted, and no more; and an entry in use stays. */
START_TEST(a_flood_is_bounded_and_spares_what_is_in_use)
{
    enum { BYTES = 1 << 20, FLOOD = 200000 };
    xcj__cache *cache = cache_of(BYTES);
    char key[16];
    unsigned found = 0;
    uint64_t most = 0;
    put(cache, "in use", 1500, 0, 60);
    for (unsigned i = 0; i < FLOOD; i++) {
        (void)snprintf(key, sizeof key, "%u", i);
        put(cache, key, i % 3000, 0, 60);
        if (i % 100 == 0) {
            found += has(cache, "in use", 0);
            const uint64_t bytes = counts_of(cache).bytes;
            most = bytes > most ? bytes : most;
        }
    }
    const xcj_cache_counts counts = counts_of(cache);
    ck_assert_msg(most <= BYTES && most > BYTES / 2, "%lu bytes", (unsigned long)most);
    ck_assert_uint_eq(counts.evictions + counts.entries, FLOOD + 1);
    ck_assert_uint_eq(counts.entries, atomic_load(&alive));
    ck_assert_msg(found == FLOOD / 100, "found %u times of %u", found, FLOOD / 100);
    end(cache);
}
END_TEST

START_TEST(one_that_is_too_large_is_not_kept)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    put(cache, "small", 0, 0, 60);
    put(cache, "large", 16 * 1024, 0, 60);
    ck_assert(!has(cache, "large", 0));
    put(cache, "fits", 15 * 1024, 0, 60);
    ck_assert(has(cache, "fits", 0));
    ck_assert_uint_le(counts_of(cache).bytes, XCJ__CACHE_MIN);
    end(cache);
}
END_TEST

/* Room is made by what is not served any more, before anything that is. */
START_TEST(the_dead_go_first)
{
    xcj__cache *cache = cache_of(XCJ__CACHE_MIN);
    char key[16];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(key, sizeof key, "old%d", i);
        put(cache, key, 0, 0, 60);
    }
    put(cache, "new", 0, 100, 60);
    for (int i = 0; i < 8; i++) {
        (void)snprintf(key, sizeof key, "next%d", i);
        put(cache, key, 0, 100, 60);
    }
    ck_assert(has(cache, "new", 100));
    end(cache);
}
END_TEST

enum { THREADS = 16, ROUNDS = 3000, KEYS = 64 };
static xcj__cache *shared;
static atomic_bool done;

static void *use(void *arg)
{
    unsigned seed = *(const unsigned *)arg;
    char key[16];
    for (unsigned i = 0; i < ROUNDS && !atomic_load(&done); i++) {
        seed = seed * 1103515245 + 12345;
        (void)snprintf(key, sizeof key, "%u", seed / 65536 % KEYS);
        if (!has(shared, key, i % 100)) {
            put(shared, key, seed / 65536 % 4000, i % 100, 50);
        }
    }
    return NULL;
}

static void run_threads(pthread_t ids[THREADS], unsigned numbers[THREADS])
{
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&ids[i], NULL, use, &numbers[i]), 0);
    }
}

START_TEST(threads_share_it)
{
    pthread_t ids[THREADS];
    unsigned numbers[THREADS];
    shared = cache_of(XCJ__CACHE_MIN);
    run_threads(ids, numbers);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    }
    const xcj_cache_counts counts = counts_of(shared);
    ck_assert_uint_eq(counts.entries, atomic_load(&alive));
    ck_assert(counts.hits > 0 && counts.misses > 0 && counts.evictions > 0);
    put(shared, "after", 0, 0, 60); /* no set is left locked */
    ck_assert(has(shared, "after", 0));
    end(shared);
}
END_TEST

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* In a child: empty, and as good as new. Returns 0 if so. */
static int look_in_child(xcj__cache *cache)
{
    const xcj_cache_counts before = counts_of(cache);
    char key[16];
    int kept = 0;
    int wrong = before.entries != 0 || before.hits != 0 || has(cache, "parent's", 0);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        wrong = wrong || has(cache, key, 50);
        put(cache, key, 0, 50, 60);
        kept += has(cache, key, 50);
    }
    return wrong || kept != KEYS;
}

START_TEST(a_child_starts_with_an_empty_one)
{
    xcj__cache *cache = cache_of((size_t)1 << 20);
    put(cache, "parent's", 0, 0, 60);
    ck_assert(has(cache, "parent's", 0));
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int wrong = look_in_child(cache);
        xcj__cache_free(cache);
        _exit(wrong || atomic_load(&alive) != 0);
    }
    ck_assert_int_eq(wait_for(child), 0);
    ck_assert(has(cache, "parent's", 0));
    end(cache);
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which starts no threads in a child of a process that has some */
/* A fork while other threads are inside sets: they are lost in the child, and its cache works. */
START_TEST(a_fork_among_busy_threads)
{
    pthread_t ids[THREADS];
    unsigned numbers[THREADS];
    shared = cache_of(XCJ__CACHE_MIN);
    for (int round = 0; round < 5; round++) {
        atomic_store(&done, false);
        run_threads(ids, numbers);
        for (int i = 0; i < 10; i++) {
            const pid_t child = fork();
            ck_assert_int_ge(child, 0);
            if (child == 0) {
                _exit(look_in_child(shared));
            }
            ck_assert_int_eq(wait_for(child), 0);
        }
        atomic_store(&done, true);
        for (unsigned i = 0; i < THREADS; i++) {
            ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
        }
    }
    end(shared);
}
END_TEST
#endif

/* With the kernel's help and without. */
START_TEST(a_mark_is_the_parents)
{
    for (int without_wiping = 0; without_wiping < 2; without_wiping++) {
        xcj__fork_mark mark = { 0 };
        if (without_wiping) {
            xcj__fork_mark_settle(&mark);
        } else {
            xcj__fork_mark_open(&mark);
        }
        ck_assert(xcj__fork_mark_is_ours(&mark));
        ck_assert(!xcj__fork_mark_claim(&mark));
        const pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            int wrong = xcj__fork_mark_is_ours(&mark);
            wrong = wrong || !xcj__fork_mark_claim(&mark) || xcj__fork_mark_claim(&mark) || xcj__fork_mark_is_ours(&mark);
            xcj__fork_mark_settle(&mark);
            _exit(wrong || !xcj__fork_mark_is_ours(&mark) || xcj__fork_mark_claim(&mark));
        }
        ck_assert_int_eq(wait_for(child), 0);
        ck_assert(xcj__fork_mark_is_ours(&mark));
        xcj__fork_mark_close(&mark);
    }
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("cache");
    tcase_add_test(tcase, siphash_is_the_published_one);
    tcase_add_test(tcase, an_entry_is_found_by_its_whole_key);
    tcase_add_test(tcase, an_entry_lives_as_long_as_it_says);
    tcase_add_test(tcase, equal_hashes_are_not_equal_keys);
    tcase_add_test(tcase, only_the_end_of_a_key_is_hashed);
    tcase_add_test(tcase, an_unmet_demand_is_a_miss);
    tcase_add_test(tcase, what_is_held_outlives_its_eviction_and_the_cache);
    tcase_add_test(tcase, a_flood_is_bounded_and_spares_what_is_in_use);
    tcase_add_test(tcase, one_that_is_too_large_is_not_kept);
    tcase_add_test(tcase, the_dead_go_first);
    tcase_add_test(tcase, threads_share_it);
    tcase_add_test(tcase, a_child_starts_with_an_empty_one);
#ifndef __SANITIZE_THREAD__
    tcase_add_test(tcase, a_fork_among_busy_threads);
#endif
    tcase_add_test(tcase, a_mark_is_the_parents);
    Suite *s = suite_create("cache");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
