/*
 * turns.c: which key of a private set signs now.
 */
#include "cli/keys/turns.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"

/* A key without exp has no end. Without nbf, xcj_key_nbf() is 0, and no time is too early. */
static int64_t end_of(const xcj_key *key)
{
    return xcj_key_exp(key) != 0 ? xcj_key_exp(key) : INT64_MAX;
}

bool turns_are_dated(const xcj_keyset *set)
{
    bool are_dated = false;
    for (size_t i = 0; i < xcj_keyset_count(set) && !are_dated; i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        are_dated = xcj_key_nbf(key) != 0 || xcj_key_exp(key) != 0;
    }
    return are_dated;
}

/* The latest exp of the keys that sign at this time; this time if none signs. */
static int64_t signed_until(const xcj_keyset *set, int64_t at)
{
    int64_t until = at;
    for (size_t i = 0; i < xcj_keyset_count(set); i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        until = xcj_key_nbf(key) <= at && end_of(key) > until ? end_of(key) : until;
    }
    return until;
}

/* Finds the first gap from now on. The time after the last key is a gap only if it is now. Quadratic in the set's size. */
static turns_gap find_gap(const xcj_keyset *set, int64_t now)
{
    int64_t at = now;
    int64_t until = signed_until(set, at);
    for (; until > at; until = signed_until(set, at)) {
        at = until;
    }
    turns_gap gap = { NULL, NULL, at == now };
    for (size_t i = 0; i < xcj_keyset_count(set); i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        if (end_of(key) <= at && (gap.last == NULL || end_of(key) > end_of(gap.last))) {
            gap.last = key;
        }
        if (xcj_key_nbf(key) > at && (gap.next == NULL || xcj_key_nbf(key) < xcj_key_nbf(gap.next))) {
            gap.next = key;
        }
    }
    return gap.is_now || gap.next != NULL ? gap : (turns_gap){ NULL, NULL, false };
}

bool turns_has_gap(const turns_gap *gap)
{
    return gap->last != NULL || gap->next != NULL;
}

xcj_code turns_plan(xcj_rotation **out, turns_gap *gap, const xcj_keyset *set, int64_t now, xcj_error *err)
{
    xcj_rotation_options options = XCJ_ROTATION_OPTIONS_INIT;
    options.now = now;
    options.has_now = 1;
    const xcj_code code = xcj_rotation_new(out, set, &options, err);
    *gap = code == XCJ_ERR_CONFIG ? find_gap(set, now) : (turns_gap){ NULL, NULL, false };
    return code;
}

static void put_turn(text *out, const char *which, const xcj_key *key, const char *verb, int64_t date, int64_t now)
{
    char when[128];
    text kid = TEXT_INIT;
    const xcj_str own = xcj_key_id(key);
    text_add(&kid, own.ptr, own.len);
    time_words(when, sizeof when, date, now);
    text_printf(out, "%s", which);
    if (own.ptr != NULL && kid.ptr != NULL) {
        text_printf(out, ", kid %s,", shown_kid(kid.ptr).text);
    }
    text_printf(out, " %s %s", verb, when);
    text_free(&kid);
}

void turns_put_gap(text *out, const turns_gap *gap, int64_t now)
{
    text_puts(out, gap->is_now ? "no key signs now: " : "no key signs for a time: ");
    if (gap->last != NULL) {
        put_turn(out, "the last one", gap->last, gap->is_now ? "ended" : "ends", xcj_key_exp(gap->last), now);
    }
    text_puts(out, gap->last != NULL && gap->next != NULL ? "; " : "");
    if (gap->next != NULL) {
        put_turn(out, "the next one", gap->next, "begins", xcj_key_nbf(gap->next), now);
    }
}

static msg_status fail(const turns_gap *gap, int64_t now, const char *name, const xcj_error *err)
{
    text words = TEXT_INIT;
    if (err->code == XCJ_ERR_ARGUMENT) {
        return msg_fail(STATUS_USAGE, "--now", "%s", err->message);
    }
    if (!turns_has_gap(gap)) {
        return msg_fail_error(ABOUT_INPUT, name, err);
    }
    turns_put_gap(&words, gap, now);
    const bool has_words = !words.failed && words.ptr != NULL;
    msg_status status =
        has_words ? msg_fail(STATUS_KEY, name, "%s (--kid chooses a key at any time)", words.ptr) : msg_fail_memory();
    text_free(&words);
    return status;
}

msg_status turns_pick(const xcj_key **out, const keys_loaded *loaded, const char *kid, int64_t now, const char *name)
{
    if (kid != NULL || !turns_are_dated(loaded->set)) {
        return keys_pick(out, loaded, kid, name);
    }
    xcj_error err;
    turns_gap gap;
    xcj_rotation *rotation = NULL;
    *out = NULL;
    if (turns_plan(&rotation, &gap, loaded->set, now, &err) != XCJ_OK) {
        return fail(&gap, now, name, &err);
    }
    *out = xcj_keyset_get(loaded->set, xcj_rotation_signer(rotation, now));
    xcj_rotation_free(rotation);
    return STATUS_OK;
}
