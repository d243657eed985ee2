#include <xcj/rotation.h>

#include <stdatomic.h>
#include <time.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/key.h"
#include "lib/key/keyset.h"
#include "lib/key/turns.h"

struct xcj_rotation {
    atomic_size_t refs;
    xcj_keyset *set;
    size_t count; /* of keys */
    size_t early;
    xcj__dates keys[XCJ__ROTATION_MAX];
    xcj__turn turns[XCJ__TURNS_MAX];
    size_t turn_count;
};

/* A kid for a message. */
typedef struct shown_kid {
    char text[XCJ__SHOWN];
} shown_kid;

static const char *show_kid(shown_kid *out, const xcj_keyset *set, size_t index)
{
    const xcj_str kid = xcj_key_id(set->keys[index]);
    return xcj__sanitise(out->text, sizeof out->text, kid.ptr, kid.len);
}

static xcj_code check_key(const xcj_keyset *set, size_t index, xcj_error *err)
{
    const xcj_key *key = set->keys[index];
    const xcj_str kid = xcj_key_id(key);
    shown_kid shown;
    if (!xcj_key_is_private(key)) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "key %zu of the set (kid \"%s\") is public: it cannot sign", index + 1,
                         show_kid(&shown, set, index));
    }
    if (kid.len == 0 && set->count > 1) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "kid", XCJ_NO_OFFSET, "key %zu of the set has no kid", index + 1);
    }
    for (size_t i = 0; i < index; i++) {
        if (xcj__str_equal(kid, xcj_key_id(set->keys[i]))) {
            return xcj__fail_at(err, XCJ_ERR_KEY, "kid", XCJ_NO_OFFSET, "two keys of the set have the kid \"%s\"",
                                show_kid(&shown, set, index));
        }
    }
    return XCJ_OK;
}

static xcj_code check_set(const xcj_keyset *set, xcj_error *err)
{
    const xcj_error *why = xcj_keyset_skipped(set, 0, NULL);
    if (why != NULL) {
        return xcj__fail(err, XCJ_ERR_KEY, "a key of the set cannot be used: %s", why->message);
    }
    if (set->count > XCJ__ROTATION_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "the set has %zu keys; %d can take turns", set->count, XCJ__ROTATION_MAX);
    }
    xcj_code code = set->count > 0 ? XCJ_OK : xcj__fail(err, XCJ_ERR_NO_KEY, "the set has no key");
    for (size_t i = 0; code == XCJ_OK && i < set->count; i++) {
        code = check_key(set, i, err);
    }
    return code;
}

static int64_t later(int64_t date, int64_t seconds)
{
    return date > INT64_MAX - seconds ? INT64_MAX : date + seconds;
}

/* The dates that the rotation before has of this key, if it is still published; NULL: none. */
static const xcj__dates *known_dates(const xcj_key *key, const xcj_rotation_options *options)
{
    const xcj_rotation *before = options->before;
    for (size_t i = 0; before != NULL && i < before->count; i++) {
        if (xcj__key_same(before->set->keys[i], key) && options->now < before->keys[i].gone) {
            return &before->keys[i];
        }
    }
    return NULL;
}

/* A key that the rotation before let sign need not wait again. */
static void read_dates(xcj__dates *out, const xcj_key *key, const xcj_rotation_options *options)
{
    const xcj__dates *known = known_dates(key, options);
    out->nbf = xcj_key_nbf(key) != 0 ? xcj_key_nbf(key) : INT64_MIN;
    out->exp = xcj_key_exp(key) != 0 ? xcj_key_exp(key) : INT64_MAX;
    out->since = known != NULL && known->since < options->now ? known->since : options->now;
    out->ripe = known != NULL && known->ripe <= options->now ? known->ripe : later(out->since, options->lead);
    out->ripe = options->lead > 0 ? out->ripe : INT64_MIN;
}

/* Where no key has been published long enough, those that may sign now need not wait for one another. */
static void begin(xcj_rotation *r, const xcj_rotation_options *options)
{
    const int64_t now = options->now;
    const size_t signer = xcj__turns_signer(r->keys, r->count, now);
    if (signer == r->count || r->keys[signer].ripe <= now) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        xcj__dates *dates = &r->keys[i];
        dates->ripe = dates->nbf <= now && now < dates->exp ? INT64_MIN : dates->ripe;
    }
    if (options->before != NULL) {
        r->early = xcj__turns_signer(r->keys, r->count, now);
    }
}

static xcj_code no_signer(const xcj_rotation *r, size_t turn, int64_t now, xcj_error *err)
{
    const int64_t from = r->turns[turn].from;
    const int64_t until = xcj__turns_end(r->turns, r->turn_count, turn);
    if (until == INT64_MAX) {
        return xcj__fail(err, XCJ_ERR_CONFIG, "no key may sign: the last one expired at %lld (Unix seconds)",
                         (long long)from);
    }
    if (from <= now) {
        return xcj__fail(err, XCJ_ERR_CONFIG, "no key may sign now: the next one begins at %lld, now is %lld (Unix seconds)",
                         (long long)until, (long long)now);
    }
    return xcj__fail(err, XCJ_ERR_CONFIG, "no key may sign from %lld until %lld (Unix seconds)", (long long)from,
                     (long long)until);
}

/* Finds a gap at start, not when it comes. The end of the last key is no gap. */
static xcj_code check_turns(const xcj_rotation *r, int64_t now, xcj_error *err)
{
    const size_t first = xcj__turns_at(r->turns, r->turn_count, now);
    for (size_t i = first; i < r->turn_count; i++) {
        if (r->turns[i].key == r->count && (i == first || i + 1 < r->turn_count)) {
            return no_signer(r, i, now, err);
        }
    }
    return XCJ_OK;
}

static void find_early(xcj_rotation *r, int64_t now)
{
    for (size_t i = xcj__turns_at(r->turns, r->turn_count, now) + 1; i < r->turn_count && r->early == r->count; i++) {
        const size_t key = r->turns[i].key;
        r->early = key != r->count && r->keys[key].ripe > r->turns[i].from ? key : r->early;
    }
}

/*
 * A key stays published until its last token has expired. An earlier rotation may have let it sign for longer than this one
 * says, by up to `lead` while the next key waited, but not beyond its exp.
 */
static void plan_publication(xcj_rotation *r, const xcj_rotation_options *options)
{
    for (size_t i = 0; i < r->count; i++) {
        xcj__dates *dates = &r->keys[i];
        int64_t last = dates->exp;
        for (size_t turn = 0; turn < r->turn_count; turn++) {
            if (r->turns[turn].key == i) {
                last = later(xcj__turns_end(r->turns, r->turn_count, turn), options->lead);
            }
        }
        dates->gone = later(last < dates->exp ? last : dates->exp, options->expires_in);
    }
}

static xcj_code plan(xcj_rotation *r, const xcj_rotation_options *options, xcj_error *err)
{
    xcj_code code = check_set(r->set, err);
    if (code != XCJ_OK) {
        return code;
    }
    r->count = r->early = r->set->count;
    for (size_t i = 0; i < r->count; i++) {
        read_dates(&r->keys[i], r->set->keys[i], options);
    }
    begin(r, options);
    r->turn_count = xcj__turns_plan(r->turns, r->keys, r->count);
    find_early(r, options->now);
    plan_publication(r, options);
    return check_turns(r, options->now, err);
}

static xcj_code read_options(xcj_rotation_options *out, const xcj_rotation_options *options, xcj_error *err)
{
    xcj_code code = xcj__options_read(out, sizeof *out, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    out->now = out->has_now ? out->now : (int64_t)time(NULL);
    if (out->now < 0 || out->lead < 0 || out->expires_in < 0) {
        const char *which = out->now < 0 ? "now" : out->lead < 0 ? "lead" : "expires_in";
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, which, XCJ_NO_OFFSET, "%s is negative", which);
    }
    return XCJ_OK;
}

xcj_code xcj_rotation_new(xcj_rotation **out, const xcj_keyset *keys, const xcj_rotation_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || keys == NULL) {
        return xcj__fail_null(err);
    }
    xcj_rotation_options given;
    xcj_code code = read_options(&given, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_rotation *made = xcj__zalloc(sizeof *made);
    if (made == NULL) {
        return xcj__fail_memory(err);
    }
    atomic_init(&made->refs, 1);
    made->set = xcj_keyset_ref(keys);
    code = plan(made, &given, err);
    if (code != XCJ_OK) {
        xcj_rotation_free(made);
        return code;
    }
    xcj__error_clear(err);
    *out = made;
    return XCJ_OK;
}

xcj_rotation *xcj_rotation_ref(const xcj_rotation *rotation)
{
    xcj_rotation *shared = (xcj_rotation *)(uintptr_t)rotation;
    if (shared != NULL) {
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    }
    return shared;
}

void xcj_rotation_free(xcj_rotation *rotation)
{
    if (rotation == NULL || atomic_fetch_sub_explicit(&rotation->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    xcj_keyset_free(rotation->set);
    xcj_free(rotation);
}

const xcj_keyset *xcj_rotation_keys(const xcj_rotation *rotation)
{
    return rotation != NULL ? rotation->set : NULL;
}

size_t xcj_rotation_signer(const xcj_rotation *rotation, int64_t now)
{
    return rotation != NULL ? rotation->turns[xcj__turns_at(rotation->turns, rotation->turn_count, now)].key : 0;
}

int64_t xcj_rotation_signer_until(const xcj_rotation *rotation, int64_t now)
{
    return rotation != NULL ? xcj__turns_end(rotation->turns, rotation->turn_count,
                                             xcj__turns_at(rotation->turns, rotation->turn_count, now))
                            : 0;
}

size_t xcj_rotation_early(const xcj_rotation *rotation)
{
    return rotation != NULL ? rotation->early : 0;
}

xcj_code xcj_rotation_published(xcj_keyset **out, const xcj_rotation *rotation, int64_t now, xcj_error *err)
{
    if (!xcj__clear_handle(out) || rotation == NULL) {
        return xcj__fail_null(err);
    }
    const xcj_key *keys[XCJ__ROTATION_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rotation->count; i++) {
        if (now < rotation->keys[i].gone) {
            keys[count++] = rotation->set->keys[i];
        }
    }
    return xcj_keyset_from_keys(out, keys, count, err);
}

int64_t xcj_rotation_published_until(const xcj_rotation *rotation, int64_t now)
{
    int64_t until = rotation != NULL ? INT64_MAX : 0;
    for (size_t i = 0; rotation != NULL && i < rotation->count; i++) {
        const int64_t gone = rotation->keys[i].gone;
        until = gone > now && gone < until ? gone : until;
    }
    return until;
}
