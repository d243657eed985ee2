#include "check_main.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

#include "fixtures.h"
#include "lib/key/turns.h"

#define OTHER_K "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"
#define OCT_JWK "{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" OCT_K "\"}"
#define EC_JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}"

static xcj_error err;

/* The time at which most sets here are published. */
#define START 1000000

typedef struct dates {
    int64_t nbf; /* seconds after START; 0: none */
    int64_t exp;
} dates;

static xcj_key *made_key(const char *kid, int64_t nbf, int64_t exp)
{
    xcj_key *plain;
    xcj_key *key;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text(kid);
    labels.nbf = nbf;
    labels.exp = exp;
    ck_assert_int_eq(xcj_key_generate(&plain, XCJ_EDDSA, 0, NULL), XCJ_OK);
    ck_assert_msg(xcj_key_relabel(&key, plain, &labels, &err) == XCJ_OK, "%s", err.message);
    xcj_key_free(plain);
    return key;
}

/* Keys with the kids 0, 1, ... */
static xcj_keyset *made_set(const dates *list, size_t count)
{
    xcj_key *keys[XCJ__ROTATION_MAX + 1];
    xcj_keyset *set;
    for (size_t i = 0; i < count; i++) {
        char kid[24];
        snprintf(kid, sizeof kid, "%zu", i);
        keys[i] = made_key(kid, list[i].nbf != 0 ? START + list[i].nbf : 0, list[i].exp != 0 ? START + list[i].exp : 0);
    }
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, count, NULL), XCJ_OK);
    for (size_t i = 0; i < count; i++) {
        xcj_key_free(keys[i]);
    }
    return set;
}

static xcj_rotation_options options_of(int64_t lead, const xcj_rotation *before, int64_t now)
{
    xcj_rotation_options options = XCJ_ROTATION_OPTIONS_INIT;
    options.has_now = 1;
    options.now = START + now;
    options.lead = lead;
    options.expires_in = 60;
    options.before = before;
    return options;
}

static xcj_rotation *planned(const xcj_keyset *set, int64_t lead, const xcj_rotation *before, int64_t now)
{
    xcj_rotation *rotation;
    const xcj_rotation_options options = options_of(lead, before, now);
    ck_assert_msg(xcj_rotation_new(&rotation, set, &options, &err) == XCJ_OK, "%s", err.message);
    return rotation;
}

static xcj_rotation *planned_of(const dates *list, size_t count, int64_t lead)
{
    xcj_keyset *set = made_set(list, count);
    xcj_rotation *rotation = planned(set, lead, NULL, 0);
    xcj_keyset_free(set);
    return rotation;
}

static size_t signer(const xcj_rotation *rotation, int64_t now)
{
    return xcj_rotation_signer(rotation, START + now);
}

static void expect_refusal(const dates *list, size_t count, xcj_code code, const char *message)
{
    xcj_keyset *set = made_set(list, count);
    xcj_rotation *rotation;
    const xcj_rotation_options options = options_of(0, NULL, 0);
    ck_assert_int_eq(xcj_rotation_new(&rotation, set, &options, &err), code);
    ck_assert_ptr_null(rotation);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    xcj_keyset_free(set);
}

/* How many keys are published, and is this one among them? */
static size_t published(bool *has, const xcj_rotation *rotation, int64_t now, const char *kid)
{
    xcj_keyset *set;
    ck_assert_int_eq(xcj_rotation_published(&set, rotation, START + now, &err), XCJ_OK);
    const size_t count = xcj_keyset_count(set);
    *has = false;
    for (size_t i = 0; i < count; i++) {
        *has = *has || strncmp(xcj_key_id(xcj_keyset_get(set, i)).ptr, kid, strlen(kid)) == 0;
    }
    xcj_keyset_free(set);
    return count;
}

START_TEST(keys_take_turns_by_the_clock)
{
    static const dates list[] = { { 0, 10 }, { 10, 20 }, { 20, 30 } };
    xcj_rotation *rotation = planned_of(list, 3, 0);
    ck_assert_uint_eq(signer(rotation, -START), 0);
    ck_assert_uint_eq(signer(rotation, 9), 0);
    ck_assert_uint_eq(signer(rotation, 10), 1);
    ck_assert_uint_eq(signer(rotation, 19), 1);
    ck_assert_uint_eq(signer(rotation, 20), 2);
    ck_assert_uint_eq(signer(rotation, 30), 3);
    ck_assert_int_eq(xcj_rotation_signer_until(rotation, START + 9), START + 10);
    ck_assert_int_eq(xcj_rotation_signer_until(rotation, START + 29), START + 30);
    ck_assert_int_eq(xcj_rotation_signer_until(rotation, START + 30), INT64_MAX);
    ck_assert_uint_eq(xcj_rotation_early(rotation), 3);
    /* The clock goes back: the old key signs again, in its time. */
    ck_assert_uint_eq(signer(rotation, 5), 0);
    ck_assert_uint_eq(xcj_keyset_count(xcj_rotation_keys(rotation)), 3);
    xcj_rotation_free(rotation);
}
END_TEST

/* Of keys that have not been published long enough, the one that will have been first; of two such, the later one. */
START_TEST(the_longest_published_signs_meanwhile)
{
    static const xcj__dates keys[] = { { .nbf = 0, .exp = INT64_MAX, .ripe = 20 },
                                       { .nbf = 5, .exp = INT64_MAX, .ripe = 30 },
                                       { .nbf = 3, .exp = INT64_MAX, .ripe = 20 } };
    ck_assert_uint_eq(xcj__turns_signer(keys, 2, 10), 0);
    ck_assert_uint_eq(xcj__turns_signer(keys, 3, 10), 2);
    ck_assert_uint_eq(xcj__turns_signer(keys + 1, 2, 10), 1);
    ck_assert_uint_eq(xcj__turns_signer(keys, 3, 29), 2);
    ck_assert_uint_eq(xcj__turns_signer(keys, 3, 30), 1);
    /* The plan says the same, whatever was in its place. */
    xcj__turn turns[XCJ__TURNS_MAX];
    memset(turns, 0xff, sizeof turns);
    const size_t count = xcj__turns_plan(turns, keys, 3);
    static const xcj__turn wanted[] = { { INT64_MIN, 3 }, { 0, 0 }, { 3, 2 }, { 30, 1 } };
    ck_assert_uint_eq(count, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(turns[i].from, wanted[i].from);
        ck_assert_uint_eq(turns[i].key, wanted[i].key);
    }
}
END_TEST

START_TEST(the_latest_nbf_signs_and_the_first_of_two)
{
    static const dates list[] = { { 0, 0 }, { 10, 0 }, { 10, 0 }, { 12, 14 } };
    xcj_rotation *rotation = planned_of(list, 4, 0);
    ck_assert_uint_eq(signer(rotation, 0), 0);
    ck_assert_uint_eq(signer(rotation, 10), 1);
    ck_assert_uint_eq(signer(rotation, 12), 3);
    ck_assert_uint_eq(signer(rotation, 14), 1);
    ck_assert_int_eq(xcj_rotation_signer_until(rotation, START + 14), INT64_MAX);
    xcj_rotation_free(rotation);
}
END_TEST

START_TEST(a_single_key_without_dates_always_signs)
{
    static const dates list[] = { { 0, 0 } };
    xcj_rotation *rotation = planned_of(list, 1, 3600);
    bool has;
    ck_assert_uint_eq(signer(rotation, 0), 0);
    ck_assert_int_eq(xcj_rotation_signer_until(rotation, START), INT64_MAX);
    ck_assert_int_eq(xcj_rotation_published_until(rotation, START), INT64_MAX);
    ck_assert_uint_eq(published(&has, rotation, INT32_MAX, "0"), 1);
    ck_assert_uint_eq(xcj_rotation_early(rotation), 1);
    xcj_rotation_free(rotation);
}
END_TEST

START_TEST(times_without_a_key_are_refused)
{
    static const dates gap[] = { { 0, 10 }, { 12, 20 } };
    static const dates last[] = { { 0, 10 }, { 12, 0 } };
    static const dates gone[] = { { 0, -10 } };
    static const dates late[] = { { 5, 0 } };
    static const dates past_gap[] = { { 0, -20 }, { -10, 20 } };
    expect_refusal(gap, 2, XCJ_ERR_CONFIG, "no key may sign from 1000010 until 1000012");
    expect_refusal(gone, 1, XCJ_ERR_CONFIG, "the last one expired at 999990");
    expect_refusal(late, 1, XCJ_ERR_CONFIG, "no key may sign now: the next one begins at 1000005");
    expect_refusal(last, 2, XCJ_ERR_CONFIG, "no key may sign from 1000010 until 1000012");
    xcj_keyset *set = made_set(gap, 2);
    xcj_rotation *rotation;
    const xcj_rotation_options options = options_of(0, NULL, 10);
    ck_assert_int_eq(xcj_rotation_new(&rotation, set, &options, &err), XCJ_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "no key may sign now: the next one begins at 1000012, now is 1000010"));
    xcj_keyset_free(set);
    xcj_rotation_free(planned_of(past_gap, 2, 0));
}
END_TEST

START_TEST(a_new_key_waits_until_it_is_published_long_enough)
{
    static const dates list[] = { { 0, 400 }, { 10, 0 } };
    xcj_rotation *rotation = planned_of(list, 2, 300);
    ck_assert_uint_eq(signer(rotation, 10), 0);
    ck_assert_uint_eq(signer(rotation, 299), 0);
    ck_assert_uint_eq(signer(rotation, 300), 1);
    ck_assert_uint_eq(xcj_rotation_early(rotation), 2);
    xcj_rotation_free(rotation);
}
END_TEST

/* At a start, also a key that begins in this second need not wait. */
START_TEST(a_key_that_begins_at_the_start)
{
    static const dates list[] = { { 0, 0 }, { 1, 0 }, { 2, 0 } };
    xcj_keyset *set = made_set(list, 3);
    xcj_rotation *rotation = planned(set, 100, NULL, 1);
    ck_assert_uint_eq(signer(rotation, 1), 1);
    ck_assert_uint_eq(signer(rotation, 100), 1);
    ck_assert_uint_eq(signer(rotation, 101), 2);
    xcj_rotation_free(rotation);
    xcj_keyset_free(set);
}
END_TEST

START_TEST(a_reload_remembers_what_was_published)
{
    static const dates first[] = { { 0, 0 }, { 500, 0 } };
    xcj_keyset *set = made_set(first, 2);
    xcj_rotation *start = planned(set, 300, NULL, 0);
    xcj_rotation *known = planned(set, 300, start, 499);
    xcj_rotation *fresh = planned(set, 300, NULL, 499);
    ck_assert_uint_eq(signer(start, 500), 1);
    ck_assert_uint_eq(signer(known, 500), 1);
    ck_assert_uint_eq(xcj_rotation_early(known), 2);
    ck_assert_uint_eq(signer(fresh, 500), 0);
    ck_assert_uint_eq(signer(fresh, 799), 1);
    /* The clock went back between the two: the earlier time counts. */
    xcj_rotation *back = planned(set, 300, start, -100);
    ck_assert_uint_eq(signer(back, 500), 1);
    xcj_rotation_free(back);
    xcj_rotation_free(fresh);
    xcj_rotation_free(known);
    xcj_rotation_free(start);
    xcj_keyset_free(set);
}
END_TEST

/* The key that signs at a start counts as published; one that a reload adds soon afterwards does not. */
START_TEST(a_key_that_a_reload_adds_waits)
{
    static const dates list[] = { { 0, 0 }, { -100, 0 } };
    xcj_keyset *both = made_set(list, 2);
    xcj_keyset *one;
    const xcj_key *first = xcj_keyset_get(both, 0);
    ck_assert_int_eq(xcj_keyset_from_keys(&one, &first, 1, NULL), XCJ_OK);
    xcj_rotation *start = planned(one, 300, NULL, 0);
    xcj_rotation *soon = planned(both, 300, start, 10);
    ck_assert_uint_eq(signer(soon, 10), 0);
    ck_assert_uint_eq(signer(soon, 309), 0);
    ck_assert_uint_eq(signer(soon, 310), 1);
    ck_assert_uint_eq(xcj_rotation_early(soon), 2);
    xcj_rotation_free(soon);
    xcj_rotation_free(start);
    xcj_keyset_free(one);
    xcj_keyset_free(both);
}
END_TEST

START_TEST(a_key_that_must_sign_too_early_is_named)
{
    static const dates old[] = { { 0, 0 } };
    static const dates cut[] = { { 0, 10 }, { 10, 0 } };
    xcj_keyset *before = made_set(old, 1);
    xcj_rotation *start = planned(before, 300, NULL, 0);
    /* Another key at a reload, and nothing else that may sign. */
    xcj_keyset *other = made_set(old, 1);
    xcj_rotation *replaced = planned(other, 300, start, 1000);
    ck_assert_uint_eq(signer(replaced, 1000), 0);
    ck_assert_uint_eq(xcj_rotation_early(replaced), 0);
    /* At a start the same is no fault. */
    xcj_rotation *cold = planned(other, 300, NULL, 1000);
    ck_assert_uint_eq(xcj_rotation_early(cold), 1);
    /* The next key begins before it is ripe, since the one before it expires. */
    xcj_rotation *short_lead = planned_of(cut, 2, 300);
    ck_assert_uint_eq(signer(short_lead, 10), 1);
    ck_assert_uint_eq(xcj_rotation_early(short_lead), 1);
    xcj_rotation_free(short_lead);
    xcj_rotation_free(cold);
    xcj_rotation_free(replaced);
    xcj_rotation_free(start);
    xcj_keyset_free(other);
    xcj_keyset_free(before);
}
END_TEST

START_TEST(keys_are_published_before_and_after_they_sign)
{
    static const dates list[] = { { 0, 10 }, { 10, 20 }, { 20, 0 } };
    xcj_rotation *rotation = planned_of(list, 3, 0);
    bool has;
    ck_assert_uint_eq(published(&has, rotation, 0, "2"), 3);
    ck_assert(has);
    ck_assert_uint_eq(published(&has, rotation, 69, "0"), 3);
    ck_assert(has);
    ck_assert_int_eq(xcj_rotation_published_until(rotation, START), START + 70);
    ck_assert_uint_eq(published(&has, rotation, 70, "0"), 2);
    ck_assert(!has);
    ck_assert_int_eq(xcj_rotation_published_until(rotation, START + 70), START + 80);
    ck_assert_uint_eq(published(&has, rotation, 80, "2"), 1);
    ck_assert(has);
    ck_assert_int_eq(xcj_rotation_published_until(rotation, START + 80), INT64_MAX);
    xcj_rotation_free(rotation);
}
END_TEST

/* A key without exp is published until the next one signs for sure, and its tokens have expired. */
START_TEST(a_key_that_another_replaces_is_published_on)
{
    static const dates list[] = { { 0, 0 }, { 400, 0 } };
    xcj_rotation *rotation = planned_of(list, 2, 300);
    bool has;
    ck_assert_uint_eq(published(&has, rotation, 400 + 300 + 60 - 1, "0"), 2);
    ck_assert_uint_eq(published(&has, rotation, 400 + 300 + 60, "0"), 1);
    ck_assert(!has);
    xcj_rotation_free(rotation);
}
END_TEST

START_TEST(sets_that_cannot_take_turns)
{
    static const char public_key[] = "{\"keys\":[" EC_JWK "]}";
    static const char broken[] = "{\"keys\":[" OCT_JWK ",{\"kty\":\"NEW\"}]}";
    static const struct {
        const char *text;
        xcj_code code;
        const char *words;
    } cases[] = {
        { "{\"keys\":[]}", XCJ_ERR_NO_KEY, "no key" },
        { public_key, XCJ_ERR_KEY_PART, "key 1 of the set" },
        { broken, XCJ_ERR_KEY, "cannot be used" },
        { "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" OCT_K "\"},{\"kty\":\"oct\",\"k\":\"" OTHER_K "\"}]}",
          XCJ_ERR_KEY, "key 2 of the set has no kid" },
        { "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" OCT_K "\"},{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" OTHER_K
          "\"}]}",
          XCJ_ERR_KEY, "the kid \"a\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xcj_keyset *set;
        xcj_rotation *rotation;
        ck_assert_int_eq(xcj_keyset_from_json(&set, cases[i].text, strlen(cases[i].text), NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj_rotation_new(&rotation, set, NULL, &err), cases[i].code);
        ck_assert_ptr_nonnull(strstr(err.message, cases[i].words));
        ck_assert_ptr_null(rotation);
        xcj_keyset_free(set);
    }
}
END_TEST

START_TEST(more_keys_than_can_take_turns)
{
    static const dates list[XCJ__ROTATION_MAX + 1];
    expect_refusal(list, XCJ__ROTATION_MAX + 1, XCJ_ERR_LIMIT, "65 keys; 64 can");
    xcj_rotation_free(planned_of(list, XCJ__ROTATION_MAX, 0));
}
END_TEST

START_TEST(options_that_are_no_time)
{
    static const dates list[] = { { 0, 0 } };
    xcj_keyset *set = made_set(list, 1);
    xcj_rotation *rotation;
    static const char *const names[] = { "now", "lead", "expires_in" };
    for (int i = 0; i < 3; i++) {
        xcj_rotation_options options = options_of(0, NULL, 0);
        int64_t *const members[] = { &options.now, &options.lead, &options.expires_in };
        *members[i] = -1;
        options.now = i > 0 ? 0 : options.now;
        ck_assert_int_eq(xcj_rotation_new(&rotation, set, &options, &err), XCJ_ERR_ARGUMENT);
        ck_assert_str_eq(err.member, names[i]);
        *members[i] = 0;
        ck_assert_int_eq(xcj_rotation_new(&rotation, set, &options, &err), XCJ_OK);
        xcj_rotation_free(rotation);
        *members[i] = INT64_MAX;
        ck_assert_int_eq(xcj_rotation_new(&rotation, set, &options, &err), XCJ_OK);
        xcj_rotation_free(rotation);
    }
    ck_assert_int_eq(xcj_rotation_new(&rotation, set, NULL, &err), XCJ_OK);
    xcj_rotation *same = xcj_rotation_ref(rotation);
    ck_assert_ptr_eq(same, rotation);
    xcj_rotation_free(same);
    xcj_rotation_free(rotation);
    xcj_keyset_free(set);
}
END_TEST

/* The rule itself, looked at second by second: see rotation.h. */
static void check_rule(const xcj__dates *keys, size_t count, size_t found, int64_t now)
{
    bool any = false;
    bool any_ripe = false;
    for (size_t i = 0; i < count; i++) {
        const bool may = keys[i].nbf <= now && now < keys[i].exp;
        const bool is_ripe = may && keys[i].ripe <= now;
        any = any || may;
        any_ripe = any_ripe || is_ripe;
        if (is_ripe && found < count) {
            ck_assert(keys[found].nbf >= keys[i].nbf);
        }
    }
    ck_assert_int_eq(any, found < count);
    if (any) {
        ck_assert(keys[found].nbf <= now && now < keys[found].exp);
        ck_assert_int_eq(any_ripe, keys[found].ripe <= now);
    }
}

START_TEST(every_second_of_random_dates)
{
    unsigned seed = 1;
    for (int round = 0; round < 2000; round++) {
        xcj__dates keys[6];
        xcj__turn turns[XCJ__TURNS_MAX];
        const size_t count = 1 + (size_t)rand_r(&seed) % 6;
        for (size_t i = 0; i < count; i++) {
            const int64_t nbf = rand_r(&seed) % 40;
            keys[i] = (xcj__dates){ nbf < 5 ? INT64_MIN : nbf, INT64_MAX, 0, rand_r(&seed) % 40, 0 };
            keys[i].exp = rand_r(&seed) % 4 == 0 ? INT64_MAX : nbf + 1 + rand_r(&seed) % 20;
        }
        const size_t planned_count = xcj__turns_plan(turns, keys, count);
        for (int64_t now = -1; now < 70; now++) {
            const size_t turn = xcj__turns_at(turns, planned_count, now);
            ck_assert_uint_eq(turns[turn].key, xcj__turns_signer(keys, count, now));
            check_rule(keys, count, turns[turn].key, now);
            ck_assert(turns[turn].from <= now && now < xcj__turns_end(turns, planned_count, turn));
        }
    }
}
END_TEST

static void expect_jwk(const char *members, xcj_code code)
{
    char text[400];
    xcj_key *key;
    snprintf(text, sizeof text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\"%s}", members);
    ck_assert_msg(xcj_key_from_jwk(&key, text, strlen(text), NULL, &err) == code, "%s: %s", members, err.message);
    xcj_key_free(key);
}

START_TEST(dates_of_a_jwk)
{
    expect_jwk(",\"nbf\":1,\"exp\":2", XCJ_OK);
    expect_jwk(",\"nbf\":null,\"exp\":null", XCJ_OK);
    expect_jwk(",\"exp\":1.8e9", XCJ_OK);
    expect_jwk(",\"exp\":253402300799", XCJ_OK);
    expect_jwk(",\"exp\":253402300800", XCJ_ERR_KEY);
    expect_jwk(",\"exp\":1e400", XCJ_ERR_KEY);
    expect_jwk(",\"exp\":\"1\"", XCJ_ERR_KEY);
    expect_jwk(",\"nbf\":true", XCJ_ERR_KEY);
    expect_jwk(",\"exp\":0", XCJ_ERR_KEY);
    expect_jwk(",\"nbf\":-5", XCJ_ERR_KEY);
    expect_jwk(",\"nbf\":2,\"exp\":2", XCJ_ERR_KEY);
}
END_TEST

START_TEST(dates_are_kept_with_the_private_part_alone)
{
    xcj_key *key = made_key("a", 5, 7);
    xcj_key *again;
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_nbf(key), 5);
    ck_assert_int_eq(xcj_key_exp(key), 7);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, NULL), XCJ_OK);
    ck_assert_ptr_nonnull(strstr(text, "\"nbf\":5,\"exp\":7}"));
    ck_assert_int_eq(xcj_key_from_jwk(&again, text, len, NULL, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_key_exp(again), 7);
    xcj_key_free(again);
    xcj_free(text);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, XCJ_PUBLIC, NULL), XCJ_OK);
    ck_assert_ptr_null(strstr(text, "nbf"));
    ck_assert_ptr_null(strstr(text, "exp"));
    xcj_free(text);
    xcj_key_free(key);
    /* What a stranger's public key says is ignored, also where it is no date. */
    static const char stranger[] =
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",\"nbf\":\"x\",\"exp\":5}";
    ck_assert_msg(xcj_key_from_jwk(&key, stranger, sizeof stranger - 1, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(xcj_key_exp(key), 0);
    xcj_key_free(key);
}
END_TEST

START_TEST(labels_that_are_no_dates)
{
    xcj_key *key = made_key("a", 5, 7);
    xcj_key *copy;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.exp = 5;
    ck_assert_int_eq(xcj_key_relabel(&copy, key, &labels, &err), XCJ_ERR_KEY);
    ck_assert_ptr_null(copy);
    labels.exp = 6;
    ck_assert_int_eq(xcj_key_relabel(&copy, key, &labels, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_nbf(copy), 5);
    ck_assert_int_eq(xcj_key_exp(copy), 6);
    xcj_key_free(copy);
    labels.nbf = -1;
    ck_assert_int_eq(xcj_key_relabel(&copy, key, &labels, &err), XCJ_ERR_KEY);
    xcj_key_free(key);
}
END_TEST

/* Threads ask one rotation for the signer of each second; each mints with its key, and what is published verifies it. */
static void *mint_and_verify(void *argument)
{
    const xcj_rotation *rotation = argument;
    for (int64_t now = 0; now < 40; now++) {
        const size_t index = signer(rotation, now);
        xcj_keyset *set = NULL;
        xcj_minter *minter = NULL;
        xcj_verifier *verifier = NULL;
        xcj_mint_options minting = XCJ_MINT_OPTIONS_INIT;
        xcj_auth auth = XCJ_AUTH_INIT;
        char token[2000];
        size_t len = 0;
        minting.iss = xcj_text("I");
        minting.consumer_optional = 1;
        minting.expires_in = 60;
        auth.audience = xcj_text("A");
        auth.has_now = 1;
        auth.now = START + now;
        xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
        policy.has_now = 1;
        policy.now = START + now + 59;
        if (xcj_minter_new(&minter, xcj_keyset_get(xcj_rotation_keys(rotation), index), &minting, NULL) != XCJ_OK ||
            xcj_mint_claims(token, sizeof token, &len, minter, "{}", 2, &auth, NULL, NULL) != XCJ_OK ||
            xcj_rotation_published(&set, rotation, START + now + 59, NULL) != XCJ_OK ||
            xcj_verifier_new(&verifier, set, &policy, NULL) != XCJ_OK ||
            xcj_verify(NULL, verifier, token, len, NULL, NULL) != XCJ_OK) {
            argument = NULL;
        }
        xcj_verifier_free(verifier);
        xcj_minter_free(minter);
        xcj_keyset_free(set);
    }
    return argument;
}

START_TEST(the_published_keys_verify_each_token_while_it_lives)
{
    static const dates list[] = { { 0, 10 }, { 10, 20 }, { 20, 30 }, { 30, 40 } };
    xcj_rotation *rotation = planned_of(list, 4, 0);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, mint_and_verify, rotation), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    xcj_rotation_free(rotation);
}
END_TEST

START_TEST(null_is_no_rotation)
{
    xcj_keyset *set = NULL;
    ck_assert_uint_eq(xcj_rotation_signer(NULL, 0), 0);
    ck_assert_uint_eq(xcj_rotation_early(NULL), 0);
    ck_assert_ptr_null(xcj_rotation_keys(NULL));
    ck_assert_ptr_null(xcj_rotation_ref(NULL));
    ck_assert_int_eq(xcj_rotation_signer_until(NULL, 0), 0);
    ck_assert_int_eq(xcj_rotation_published_until(NULL, 0), 0);
    ck_assert_int_eq(xcj_rotation_published(&set, NULL, 0, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_nbf(NULL), 0);
    ck_assert_int_eq(xcj_key_exp(NULL), 0);
    xcj_rotation_free(NULL);
}
END_TEST

static Suite *rotation_suite(void)
{
    Suite *suite = suite_create("rotation");
    TCase *tests = tcase_create("rotation");
    tcase_add_test(tests, keys_take_turns_by_the_clock);
    tcase_add_test(tests, the_longest_published_signs_meanwhile);
    tcase_add_test(tests, the_latest_nbf_signs_and_the_first_of_two);
    tcase_add_test(tests, a_single_key_without_dates_always_signs);
    tcase_add_test(tests, times_without_a_key_are_refused);
    tcase_add_test(tests, a_new_key_waits_until_it_is_published_long_enough);
    tcase_add_test(tests, a_key_that_begins_at_the_start);
    tcase_add_test(tests, a_reload_remembers_what_was_published);
    tcase_add_test(tests, a_key_that_a_reload_adds_waits);
    tcase_add_test(tests, a_key_that_must_sign_too_early_is_named);
    tcase_add_test(tests, keys_are_published_before_and_after_they_sign);
    tcase_add_test(tests, a_key_that_another_replaces_is_published_on);
    tcase_add_test(tests, sets_that_cannot_take_turns);
    tcase_add_test(tests, more_keys_than_can_take_turns);
    tcase_add_test(tests, options_that_are_no_time);
    tcase_add_test(tests, every_second_of_random_dates);
    tcase_add_test(tests, dates_of_a_jwk);
    tcase_add_test(tests, dates_are_kept_with_the_private_part_alone);
    tcase_add_test(tests, labels_that_are_no_dates);
    tcase_add_test(tests, the_published_keys_verify_each_token_while_it_lives);
    tcase_add_test(tests, null_is_no_rotation);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(rotation_suite)
