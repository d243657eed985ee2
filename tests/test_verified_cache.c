#include "check_main.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"

/* With a cache of verified tokens, every verdict is the one that it would be without. */

#define ISS "https://a.example"
#define CLAIMS "{\"iss\":\"" ISS "\",\"sub\":\"alice\",\"aud\":\"x\",\"iat\":1000,\"nbf\":1000,\"exp\":2000}"

static xcj_error err;
static xcj_key *key, *other;
static xcj_keyset *set; /* of both */

static void set_up(void)
{
    key = named(XCJ_ES256, "k");
    other = named(XCJ_ES256, "o");
    const xcj_key *const keys[] = { key, other };
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
}

static void tear_down(void)
{
    xcj_keyset_free(set);
    xcj_key_free(key);
    xcj_key_free(other);
}

static xcj_verify_options cached(void)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.cache_bytes = (size_t)1 << 20;
    options.has_now = 1;
    options.now = 1500;
    return options;
}

static xcj_verifier *verifier_of(const xcj_keyset *keys, const xcj_verify_options *options)
{
    xcj_verifier *verifier;
    ck_assert_msg(xcj_verifier_new(&verifier, keys, options, &err) == XCJ_OK, "%s", err.message);
    return verifier;
}

static xcj_cache_counts counts_of(const xcj_verifier *verifier)
{
    xcj_cache_counts counts;
    xcj_verifier_cache_counts(&counts, verifier);
    return counts;
}

static xcj_code verify_at(const xcj_verifier *verifier, xcj_str token, int64_t now)
{
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    call.has_now = 1;
    call.now = now;
    return xcj_verify_with(NULL, verifier, token.ptr, token.len, &call, NULL, &err);
}

static xcj_code verify(const xcj_verifier *verifier, xcj_str token)
{
    return xcj_verify(NULL, verifier, token.ptr, token.len, NULL, &err);
}

static xcj_str sign(const xcj_key *with, const char *claims)
{
    size_t len;
    char *token = signed_by(with, claims, NULL, &len);
    return (xcj_str){ token, len };
}

static void drop(xcj_str token)
{
    xcj_free((char *)token.ptr);
}

START_TEST(a_hit_gives_the_same_claims)
{
    const xcj_verify_options options = cached();
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    xcj_verified *first, *second;
    ck_assert_int_eq(xcj_verify(&first, verifier, token.ptr, token.len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify(&second, verifier, token.ptr, token.len, NULL, &err), XCJ_OK);
    xcj_verified *const both[] = { first, second };
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(xcj_verified_payload(both[i]).ptr, CLAIMS);
        ck_assert_ptr_nonnull(strstr(xcj_verified_header(both[i]).ptr, "\"kid\":\"k\""));
        ck_assert_int_eq(xcj_verified_alg(both[i]), XCJ_ES256);
        int64_t exp;
        ck_assert_int_eq(xcj_verified_integer(&exp, both[i], XCJ_CLAIMS, "exp", 3, &err), XCJ_OK);
        ck_assert_int_eq(exp, 2000);
    }
    ck_assert_int_eq(verify(verifier, token), XCJ_OK); /* without a result */
    const xcj_cache_counts counts = counts_of(verifier);
    ck_assert(counts.hits == 2 && counts.misses == 1 && counts.entries == 1 && counts.evictions == 0);
    ck_assert_uint_gt(counts.bytes, token.len + strlen(CLAIMS));
    /* The results outlive the verifier, in any order. */
    xcj_verified_free(first);
    xcj_verifier_free(verifier);
    ck_assert_str_eq(xcj_verified_payload(second).ptr, CLAIMS);
    ck_assert_uint_eq(xcj_key_id(xcj_verified_key(second)).len, 1);
    xcj_verified_free(second);
    drop(token);
}
END_TEST

START_TEST(a_scratch_counts_its_look_ups)
{
    const xcj_verify_options options = cached();
    xcj_verifier *verifier = verifier_of(set, &options);
    xcj_verify_options without = options;
    without.cache_bytes = 0;
    without.cache_age = 0;
    xcj_verifier *plain = verifier_of(set, &without);
    const xcj_str token = sign(key, CLAIMS);
    xcj_scratch *scratch[2];
    xcj_cache_counts counts = { 1, 1, 1, 1, 1 };
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(xcj_scratch_new(&scratch[i], &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify(NULL, plain, token.ptr, token.len, scratch[i], &err), XCJ_OK);
    }
    xcj_scratch_cache_counts(&counts, scratch[0]);
    ck_assert(counts.hits == 0 && counts.misses == 0 && counts.evictions == 0 && counts.entries == 0 && counts.bytes == 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(xcj_verify(NULL, verifier, token.ptr, token.len, scratch[i == 3], &err), XCJ_OK);
    }
    ck_assert_int_eq(verify(verifier, token), XCJ_OK); /* without a scratch of the caller */
    ck_assert_int_ne(xcj_verify(NULL, verifier, token.ptr, token.len - 1, scratch[1], &err), XCJ_OK);
    xcj_scratch_cache_counts(&counts, scratch[0]);
    ck_assert(counts.hits == 2 && counts.misses == 1);
    xcj_scratch_cache_counts(&counts, scratch[1]);
    ck_assert(counts.hits == 1 && counts.misses == 1);
    ck_assert(counts_of(verifier).hits == 4 && counts_of(verifier).misses == 2);
    xcj_scratch_cache_counts(&counts, NULL);
    ck_assert(counts.hits == 0 && counts.misses == 0);
    xcj_scratch_cache_counts(NULL, scratch[0]);
    xcj_scratch_free(scratch[0]);
    xcj_scratch_free(scratch[1]);
    xcj_verifier_free(plain);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

START_TEST(a_result_outlives_its_eviction)
{
    xcj_verify_options options = cached();
    options.cache_bytes = 65536;
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    xcj_verified *held;
    ck_assert_int_eq(xcj_verify(&held, verifier, token.ptr, token.len, NULL, &err), XCJ_OK);
    char claims[100];
    for (int i = 0; i < 400; i++) {
        (void)snprintf(claims, sizeof claims, "{\"exp\":2000,\"n\":%d}", i);
        const xcj_str next = sign(key, claims);
        ck_assert_int_eq(verify(verifier, next), XCJ_OK);
        drop(next);
    }
    const xcj_cache_counts counts = counts_of(verifier);
    ck_assert(counts.evictions > 300 && counts.bytes <= 65536);
    ck_assert_str_eq(xcj_verified_payload(held).ptr, CLAIMS);
    xcj_verified_free(held);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

/* Whatever the clock and the policy: the verdict and the sentence of a verifier without a cache. */
START_TEST(times_are_checked_at_each_hit)
{
    static const int64_t moments[] = { 1500, 2000, 2059, 2060, 1500, 999,       940, 939,
                                       0,    1100, 1160, 1161, 1500, INT64_MAX, 1001 };
    for (int policy = 0; policy < 4; policy++) {
        xcj_verify_options options = cached();
        options.cache_age = policy == 3 ? INT64_MAX : 100000;
        options.leeway = policy == 1 ? 60 : 0;
        options.max_age = policy == 2 ? 100 : 0;
        options.ignore_times = policy == 3;
        xcj_verifier *with = verifier_of(set, &options);
        options.cache_bytes = 0;
        options.cache_age = 0;
        xcj_verifier *without = verifier_of(set, &options);
        const xcj_str token = sign(key, CLAIMS);
        unsigned refused = 0;
        ck_assert_int_eq(verify_at(with, token, 1000), XCJ_OK);
        for (size_t i = 0; i < COUNT_OF(moments); i++) {
            const xcj_code code = verify_at(without, token, moments[i]);
            const xcj_error wanted = err;
            ck_assert_int_eq(verify_at(with, token, moments[i]), code);
            ck_assert_str_eq(err.message, wanted.message);
            ck_assert_str_eq(err.member, wanted.member);
            ck_assert_uint_eq(err.claims, wanted.claims);
            refused += code != XCJ_OK;
        }
        ck_assert(policy == 3 ? refused == 0 : refused > 3);
        ck_assert_uint_gt(counts_of(with).hits, 5);
        xcj_verifier_free(with);
        xcj_verifier_free(without);
        drop(token);
    }
}
END_TEST

/* Refusals are not cached: neither an early or expired token nor a forged copy changes the verdict on the valid one. */
START_TEST(a_refusal_is_not_kept)
{
    const xcj_verify_options options = cached();
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    char changed[1024];
    ck_assert_uint_lt(token.len, sizeof changed);
    memcpy(changed, token.ptr, token.len);
    changed[token.len - 5] = changed[token.len - 5] == 'A' ? 'B' : 'A';
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(verify_at(verifier, token, 999), XCJ_ERR_NOT_YET_VALID);
        ck_assert_int_eq(verify_at(verifier, (xcj_str){ changed, token.len }, 1000), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(verify_at(verifier, token, 2000), XCJ_ERR_EXPIRED);
        ck_assert_int_eq(verify_at(verifier, token, 1000), XCJ_OK);
    }
    ck_assert_uint_eq(counts_of(verifier).entries, 1);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

START_TEST(an_entry_has_a_longest_age)
{
    xcj_verify_options options = cached();
    options.cache_age = 30;
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    static const struct {
        int64_t now;
        uint64_t hits;
    } rows[] = { { 1500, 0 }, { 1529, 1 }, { 1530, 1 }, { 1559, 2 }, { 1560, 2 }, { 1400, 2 }, { 1429, 3 }, { 1399, 3 } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ck_assert_int_eq(verify_at(verifier, token, rows[i].now), XCJ_OK);
        ck_assert_msg(counts_of(verifier).hits == rows[i].hits, "row %zu", i);
    }
    ck_assert_uint_eq(counts_of(verifier).entries, 1);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

/* Who withdraws a key makes a new verifier, whose cache is empty. The old one is not asked any more. */
START_TEST(a_withdrawn_key_verifies_nothing)
{
    const xcj_verify_options options = cached();
    xcj_verifier *before = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    ck_assert_int_eq(verify(before, token), XCJ_OK);
    ck_assert_int_eq(verify(before, token), XCJ_OK);
    xcj_keyset *rest;
    const xcj_key *const keys[] = { other };
    ck_assert_int_eq(xcj_keyset_from_keys(&rest, keys, 1, &err), XCJ_OK);
    xcj_verifier *after = verifier_of(rest, &options);
    ck_assert_int_eq(verify(after, token), XCJ_ERR_NO_KEY);
    ck_assert_int_eq(verify(after, token), XCJ_ERR_NO_KEY);
    const xcj_str theirs = sign(other, CLAIMS);
    ck_assert_int_eq(verify(after, theirs), XCJ_OK);
    drop(theirs);
    xcj_verifier_free(before);
    xcj_verifier_free(after);
    xcj_keyset_free(rest);
    drop(token);
}
END_TEST

/* What one policy accepted another still refuses. */
START_TEST(policies_share_nothing)
{
    const xcj_str mine = xcj_text("x"), theirs = xcj_text("y");
    xcj_verify_options options[5];
    xcj_verifier *verifiers[5];
    for (size_t i = 0; i < 5; i++) {
        options[i] = cached();
    }
    options[1].audiences = &mine;
    options[1].audiences_count = 1;
    options[2].audiences = &theirs;
    options[2].audiences_count = 1;
    options[3].issuer = xcj_text("https://b.example");
    options[4].typ = xcj_text("at+jwt");
    static const xcj_code codes[5] = { XCJ_OK, XCJ_OK, XCJ_ERR_CLAIM, XCJ_ERR_CLAIM, XCJ_ERR_CLAIM };
    const xcj_str token = sign(key, CLAIMS);
    for (size_t i = 0; i < 5; i++) {
        verifiers[i] = verifier_of(set, &options[i]);
    }
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 5; i++) {
            ck_assert_int_eq(verify(verifiers[i], token), codes[i]);
        }
    }
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(counts_of(verifiers[i]).entries, codes[i] == XCJ_OK);
        xcj_verifier_free(verifiers[i]);
    }
    drop(token);
}
END_TEST

/* Each row has a cache of its own; a new row starts empty, and the rows that stay keep theirs. */
START_TEST(issuers_share_nothing)
{
    static const char *const names[] = { ISS, "https://b.example" };
    const xcj_key *const keys[] = { key, other };
    const xcj_verifier *rows[3];
    for (size_t i = 0; i < 3; i++) { /* the third is the first one with another key */
        xcj_verify_options options = cached();
        xcj_keyset *own;
        options.issuer = xcj_text(names[i % 2]);
        ck_assert_int_eq(xcj_keyset_from_keys(&own, &keys[i != 0], 1, &err), XCJ_OK);
        rows[i] = verifier_of(own, &options);
        xcj_keyset_free(own);
    }
    xcj_verifier *all, *renewed;
    ck_assert_int_eq(xcj_verifier_new_issuers(&all, rows, 2, &err), XCJ_OK);
    const xcj_verifier *const next[] = { rows[2], rows[1] };
    ck_assert_int_eq(xcj_verifier_new_issuers(&renewed, next, 2, &err), XCJ_OK);
    const xcj_str of_a = sign(key, CLAIMS);
    const xcj_str of_b = sign(other, "{\"iss\":\"https://b.example\",\"exp\":2000}");
    const xcj_str forged = sign(key, "{\"iss\":\"https://b.example\",\"exp\":2000}");
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(verify(all, of_a), XCJ_OK);
        ck_assert_int_eq(verify(all, of_b), XCJ_OK);
        ck_assert_int_ne(verify(all, forged), XCJ_OK);
    }
    xcj_cache_counts counts = counts_of(all);
    ck_assert(counts.hits == 4 && counts.entries == 2);
    ck_assert_uint_eq(counts_of(rows[0]).entries, 1);
    ck_assert_int_ne(verify(renewed, of_a), XCJ_OK);
    ck_assert_int_eq(verify(renewed, of_b), XCJ_OK);
    counts = counts_of(renewed);
    ck_assert(counts.hits == 5 - 2 && counts.entries == 1);
    xcj_verifier_free(all);
    xcj_verifier_free(renewed);
    for (size_t i = 0; i < 3; i++) {
        xcj_verifier_free((xcj_verifier *)(uintptr_t)rows[i]);
    }
    drop(of_a);
    drop(of_b);
    drop(forged);
}
END_TEST

/* A token that differs in one character, or in its length, is another token. */
START_TEST(the_whole_token_counts)
{
    const xcj_verify_options options = cached();
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    char changed[1024];
    ck_assert_uint_lt(token.len, sizeof changed - 1);
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    for (size_t i = 0; i < token.len; i++) {
        memcpy(changed, token.ptr, token.len);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_int_ne(verify(verifier, (xcj_str){ changed, token.len }), XCJ_OK);
    }
    memcpy(changed, token.ptr, token.len);
    changed[token.len] = '\0';
    ck_assert_int_ne(verify(verifier, (xcj_str){ changed, token.len + 1 }), XCJ_OK);
    ck_assert_int_ne(verify(verifier, (xcj_str){ changed, token.len - 1 }), XCJ_OK);
    const xcj_cache_counts counts = counts_of(verifier);
    ck_assert(counts.hits == 0 && counts.entries == 1); /* and no failure is kept */
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    ck_assert_uint_eq(counts_of(verifier).hits, 1);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

/* A detached payload decides as well, and a JSON serialisation may have several signatures: neither is kept. */
START_TEST(only_compact_tokens_are_kept)
{
    xcj_verify_options options = cached();
    options.opaque_payload = 1;
    xcj_verifier *verifier = verifier_of(set, &options);
    xcj_jws_options detached = XCJ_JWS_OPTIONS_INIT;
    detached.detached = 1;
    size_t len;
    char *token = signed_by(key, "order 1", &detached, &len);
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    for (int round = 0; round < 3; round++) {
        call.payload = xcj_text("order 1");
        ck_assert_int_eq(xcj_verify_with(NULL, verifier, token, len, &call, NULL, &err), XCJ_OK);
        call.payload = xcj_text("order 2");
        ck_assert_int_eq(xcj_verify_with(NULL, verifier, token, len, &call, NULL, &err), XCJ_ERR_SIGNATURE);
        ck_assert_int_ne(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
    }
    xcj_free(token);
    const xcj_jws_signer signer = { key, NULL };
    ck_assert_int_eq(xcj_jws_sign_json(&token, &len, "{}", 2, &signer, 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify_json(NULL, verifier, token, len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify_json(NULL, verifier, token, len, NULL, &err), XCJ_OK);
    ck_assert_int_ne(verify(verifier, (xcj_str){ token, len }), XCJ_OK);
    xcj_free(token);
    ck_assert_uint_eq(counts_of(verifier).entries, 0);
    const xcj_str opaque = sign(key, "any bytes");
    ck_assert_int_eq(verify(verifier, opaque), XCJ_OK);
    ck_assert_int_eq(verify_at(verifier, opaque, 1501), XCJ_OK);
    ck_assert_uint_eq(counts_of(verifier).hits, 1);
    drop(opaque);
    xcj_verifier_free(verifier);
}
END_TEST

START_TEST(off_unless_asked_for)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, "{\"exp\":99999999999}");
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    const xcj_cache_counts counts = counts_of(verifier);
    ck_assert(counts.hits == 0 && counts.misses == 0 && counts.entries == 0 && counts.bytes == 0);
    xcj_verifier_free(verifier);
    options.cache_bytes = 65536;
    verifier = verifier_of(set, &options); /* with the system's clock */
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    ck_assert_uint_eq(counts_of(verifier).hits, 1);
    xcj_verifier_free(verifier);
    drop(token);
    static const struct {
        size_t bytes;
        int64_t age;
        const char *member;
    } bad[] = { { 1, 0, "cache_bytes" }, { 65535, 0, "cache_bytes" }, { 0, 1, "cache_age" }, { 65536, -1, "cache_age" } };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        options.cache_bytes = bad[i].bytes;
        options.cache_age = bad[i].age;
        ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, &err), XCJ_ERR_CONFIG);
        expect_error(&err, XCJ_ERR_CONFIG, bad[i].member);
        ck_assert_ptr_null(verifier);
    }
}
END_TEST

START_TEST(a_child_starts_with_an_empty_cache)
{
    const xcj_verify_options options = cached();
    xcj_verifier *verifier = verifier_of(set, &options);
    const xcj_str token = sign(key, CLAIMS);
    xcj_verified *held;
    ck_assert_int_eq(xcj_verify(&held, verifier, token.ptr, token.len, NULL, &err), XCJ_OK);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int wrong = verify(verifier, token) != XCJ_OK || counts_of(verifier).hits != 0;
        wrong = wrong || verify(verifier, token) != XCJ_OK || counts_of(verifier).hits != 1;
        wrong = wrong || strcmp(xcj_verified_payload(held).ptr, CLAIMS) != 0; /* what the parent held is intact */
        xcj_verified_free(held);
        xcj_verifier_free(verifier);
        _exit(wrong);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(verify(verifier, token), XCJ_OK);
    ck_assert_uint_eq(counts_of(verifier).hits, 1);
    xcj_verified_free(held);
    xcj_verifier_free(verifier);
    drop(token);
}
END_TEST

enum { THREADS = 16, ROUNDS = 300, TOKENS = 40 };
static xcj_str tokens[TOKENS];
static xcj_verifier *current;
static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;

static void reload(void)
{
    const xcj_verify_options options = cached();
    xcj_verifier *fresh = NULL;
    if (xcj_verifier_new(&fresh, set, &options, NULL) != XCJ_OK) {
        abort();
    }
    pthread_mutex_lock(&current_lock);
    xcj_verifier *old = current;
    current = fresh;
    pthread_mutex_unlock(&current_lock);
    xcj_verifier_free(old);
}

static void *use(void *arg)
{
    const unsigned number = *(const unsigned *)arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (number == 0 && i % 20 == 0) {
            reload();
        }
        pthread_mutex_lock(&current_lock);
        xcj_verifier *verifier = xcj_verifier_ref(current);
        pthread_mutex_unlock(&current_lock);
        const unsigned which = (number * 7 + i) % TOKENS;
        const xcj_str token = tokens[which];
        xcj_verified *verified = NULL;
        int64_t n = -1;
        if (xcj_verify(&verified, verifier, token.ptr, token.len, NULL, NULL) != XCJ_OK ||
            xcj_verified_integer(&n, verified, XCJ_CLAIMS, "n", 1, NULL) != XCJ_OK || n != (int64_t)which) {
            abort();
        }
        xcj_verifier_free(verifier);
        xcj_verified_free(verified);
    }
    return NULL;
}

/* Each gets the claims of its own token, while verifiers come and go. */
START_TEST(threads_and_reload)
{
    pthread_t ids[THREADS];
    unsigned numbers[THREADS];
    char claims[64];
    for (unsigned i = 0; i < TOKENS; i++) {
        (void)snprintf(claims, sizeof claims, "{\"exp\":2000,\"n\":%u}", i);
        tokens[i] = sign(key, claims);
    }
    reload();
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&ids[i], NULL, use, &numbers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    }
    ck_assert_int_eq(verify(current, tokens[0]), XCJ_OK);
    ck_assert_int_eq(verify(current, tokens[0]), XCJ_OK);
    ck_assert_uint_gt(counts_of(current).hits, 0);
    xcj_verifier_free(current);
    for (unsigned i = 0; i < TOKENS; i++) {
        drop(tokens[i]);
    }
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("verified cache");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_hit_gives_the_same_claims);
    tcase_add_test(tcase, a_scratch_counts_its_look_ups);
    tcase_add_test(tcase, a_result_outlives_its_eviction);
    tcase_add_test(tcase, times_are_checked_at_each_hit);
    tcase_add_test(tcase, a_refusal_is_not_kept);
    tcase_add_test(tcase, an_entry_has_a_longest_age);
    tcase_add_test(tcase, a_withdrawn_key_verifies_nothing);
    tcase_add_test(tcase, policies_share_nothing);
    tcase_add_test(tcase, issuers_share_nothing);
    tcase_add_test(tcase, the_whole_token_counts);
    tcase_add_test(tcase, only_compact_tokens_are_kept);
    tcase_add_test(tcase, off_unless_asked_for);
    tcase_add_test(tcase, a_child_starts_with_an_empty_cache);
    tcase_add_test(tcase, threads_and_reload);
    Suite *s = suite_create("verified cache");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
