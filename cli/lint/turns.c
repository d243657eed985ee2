/*
 * turns.c: finds what is wrong with the dates of private keys (xcj/rotation.h).
 */
#include "cli/keys/turns.h"
#include "cli/io/time.h"
#include "cli/lint/lint.h"

/* Seconds: a set whose last key expires sooner than this gets a warning. */
#define SOON 86400

void lint_ended(findings *to, finding_place place, const xcj_key *key, const lint_how *how)
{
    char when[128];
    const int64_t exp = xcj_key_exp(key);
    if (exp == 0 || how->now < how->max_lifetime || how->now - how->max_lifetime < exp) {
        return;
    }
    time_words(when, sizeof when, exp, how->now);
    finding_add(to, FINDING_NOTE, "key-ended", place, "was %s: its tokens have expired, and nothing needs the key", when);
}

static void add_gap(findings *to, finding_place place, const turns_gap *gap, int64_t now)
{
    text words = TEXT_INIT;
    turns_put_gap(&words, gap, now);
    to->failed = to->failed || words.failed || words.ptr == NULL;
    finding_add(to, FINDING_ERROR, gap->is_now ? "signer-missing" : "signer-gap", place, "%s",
                words.ptr != NULL ? words.ptr : "");
    text_free(&words);
}

static void check_end(findings *to, finding_place place, const xcj_rotation *rotation, int64_t now)
{
    char when[128];
    const int64_t end = xcj_rotation_signer_until(rotation, now);
    const bool is_last = xcj_rotation_signer(rotation, end) == xcj_keyset_count(xcj_rotation_keys(rotation));
    if (is_last && end - now <= SOON) {
        time_words(when, sizeof when, end, now);
        finding_add(to, FINDING_WARNING, "signer-ends", place, "no key signs after the present one, which ends %s", when);
    }
}

/* Plans the turns as a gateway with these keys would. */
static void check_rotation(findings *to, finding_place place, const xcj_keyset *set, int64_t now)
{
    xcj_error err;
    turns_gap gap;
    xcj_rotation *rotation = NULL;
    now = now > 0 ? now : 0;
    const xcj_code code = turns_plan(&rotation, &gap, set, now, &err);
    if (code == XCJ_OK) {
        check_end(to, place, rotation, now);
    } else if (code == XCJ_ERR_MEMORY) {
        to->failed = true;
    } else if (turns_has_gap(&gap)) {
        add_gap(to, place, &gap, now);
    } else {
        finding_add(to, FINDING_ERROR, "turns-refused", place, "the keys cannot take turns: %s", err.message);
    }
    xcj_rotation_free(rotation);
}

static bool has_dates(const json_t *jwk)
{
    return json_object_get(jwk, "nbf") != NULL || json_object_get(jwk, "exp") != NULL;
}

void lint_turns(findings *to, finding_place place, const json_t *value, const lint_how *how)
{
    const json_t *keys = json_object_get(value, "keys");
    bool are_dated = has_dates(value);
    for (size_t i = 0; i < json_array_size(keys) && !are_dated; i++) {
        are_dated = has_dates(json_array_get(keys, i));
    }
    text dumped = TEXT_INIT;
    xcj_keyset *set = NULL;
    if (!are_dated) {
        return;
    }
    doc_dump(&dumped, value);
    const xcj_code code = xcj_keyset_from_json(&set, dumped.ptr, dumped.len, NULL, NULL);
    to->failed = to->failed || dumped.failed || code == XCJ_ERR_MEMORY;
    /* A key that cannot be used is a finding already. */
    if (code == XCJ_OK && xcj_keyset_skipped_count(set) == 0 && turns_are_dated(set)) {
        check_rotation(to, place, set, how->now);
    }
    xcj_keyset_free(set);
    text_free(&dumped);
}
