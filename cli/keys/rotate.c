#include <stdlib.h>
#include <string.h>

#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/keys/rotate.h"

#define USUAL_LEAD 86400
#define USUAL_EXPIRES_IN 1800

static msg_status check_alone(const rotate_args *args)
{
    const char *given = args->lead != NULL         ? "--lead"
                        : args->expires_in != NULL ? "--expires-in"
                        : args->now != NULL        ? "--now"
                                                   : NULL;
    return args->period != NULL || given == NULL ? STATUS_OK : msg_fail(STATUS_USAGE, given, "is for --rotate only");
}

static msg_status read_duration(int64_t *out, const char *option, const char *value, int64_t otherwise)
{
    *out = otherwise;
    return value != NULL ? time_duration(out, option, value) : STATUS_OK;
}

/* The dates of a key are from 1970 to 9999. */
static msg_status check_plan(const rotate_plan *plan)
{
    if (plan->now < 0 || plan->now > TIME_LAST) {
        return msg_fail(STATUS_USAGE, "--now", "is not a time from 1970 to 9999");
    }
    if (plan->period == 0) {
        return msg_fail(STATUS_USAGE, "--rotate", "a key must sign for a second at least");
    }
    return plan->lead <= plan->period
               ? STATUS_OK
               : msg_fail(STATUS_USAGE, "--lead", "is longer than --rotate: the next key is made one turn before it signs");
}

msg_status rotate_read(rotate_plan *out, const rotate_args *args, const char *alg)
{
    memset(out, 0, sizeof *out);
    msg_status status = check_alone(args);
    if (status != STATUS_OK || args->period == NULL) {
        return status;
    }
    status = time_duration(&out->period, "--rotate", args->period);
    if (status == STATUS_OK) {
        status = read_duration(&out->lead, "--lead", args->lead, out->period < USUAL_LEAD ? out->period : USUAL_LEAD);
    }
    if (status == STATUS_OK) {
        status = read_duration(&out->expires_in, "--expires-in", args->expires_in, USUAL_EXPIRES_IN);
    }
    if (status == STATUS_OK) {
        status = time_read_now(&out->now, args->now);
    }
    if (status == STATUS_OK && alg != NULL) {
        status = keys_alg(&out->alg, "--alg", alg, strlen(alg));
    }
    return status == STATUS_OK ? check_plan(out) : status;
}

/* The new set while it is made; each key is a reference. */
typedef struct turn_list {
    const rotate_plan *plan;
    const char *name;
    xcj_key **keys;
    size_t count;
    bool is_same;
} turn_list;

static msg_status check_key(const turn_list *list, const xcj_key *key)
{
    const char *fault = keys_is_oct(key)               ? "an oct key has no public part to publish"
                        : xcj_key_is_private(key) == 0 ? "a public key cannot sign"
                        : xcj_key_id(key).ptr == NULL
                            ? "a key has no kid, which tells it from the next one: see xcj convert --kid"
                            : NULL;
    return fault == NULL ? STATUS_OK : msg_fail(STATUS_KEY, list->name, "%s", fault);
}

static msg_status take_keys(turn_list *list, const xcj_keyset *set)
{
    const size_t count = xcj_keyset_count(set);
    const xcj_error *why = xcj_keyset_skipped(set, 0, NULL);
    if (why != NULL) {
        return msg_fail(STATUS_KEY, list->name, "a key of the set cannot be used, and would be lost: %s", why->message);
    }
    if (count == 0) {
        return msg_fail(STATUS_INPUT, list->name, "has no key: xcj keygen makes the first one");
    }
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = check_key(list, xcj_keyset_get(set, i));
        list->keys[list->count++] = xcj_key_ref(xcj_keyset_get(set, i));
    }
    return status;
}

/* The key that signs last. */
static size_t find_last(const turn_list *list)
{
    size_t last = 0;
    for (size_t i = 1; i < list->count; i++) {
        last = xcj_key_nbf(list->keys[i]) > xcj_key_nbf(list->keys[last]) ? i : last;
    }
    return last;
}

static msg_status date_key(turn_list *list, size_t index, int64_t nbf, int64_t exp)
{
    xcj_error err;
    xcj_key *dated = NULL;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.nbf = nbf;
    labels.exp = exp;
    if (xcj_key_relabel(&dated, list->keys[index], &labels, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, list->name, &err);
    }
    xcj_key_free(list->keys[index]);
    list->keys[index] = dated;
    list->is_same = false;
    return STATUS_OK;
}

/* When the next key begins to sign; 0: no next key. */
static int64_t begin_of_next(const turn_list *list, size_t index)
{
    int64_t next = 0;
    for (size_t i = 0; i < list->count; i++) {
        const int64_t nbf = xcj_key_nbf(list->keys[i]);
        next = nbf > xcj_key_nbf(list->keys[index]) && (next == 0 || nbf < next) ? nbf : next;
    }
    return next;
}

/* A key without exp ends where the next one begins: only then can it be dropped. */
static msg_status end_keys(turn_list *list)
{
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        const int64_t next = begin_of_next(list, i);
        if (xcj_key_exp(list->keys[i]) == 0 && next != 0) {
            status = date_key(list, i, 0, next);
        }
    }
    return status;
}

/* Not the last one: without it there might be none. */
static void drop_keys(turn_list *list)
{
    const size_t last = find_last(list);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const int64_t exp = xcj_key_exp(list->keys[i]);
        if (i == last || exp == 0 || exp > list->plan->now - list->plan->expires_in) {
            list->keys[kept++] = list->keys[i];
        } else {
            xcj_key_free(list->keys[i]);
        }
    }
    list->is_same = list->is_same && kept == list->count;
    list->count = kept;
}

/* A key of the same kind as the one before, unless --alg asks for another. */
static msg_status make_key(xcj_key **out, const turn_list *list, const xcj_key *before)
{
    xcj_error err;
    xcj_alg alg = list->plan->alg;
    xcj_key *bare = NULL;
    *out = NULL;
    if (alg == XCJ_ALG_NONE && xcj_key_sign_alg(&alg, before, XCJ_ALG_NONE, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_INPUT, list->name, &err);
    }
    const bool is_ed448 = alg == XCJ_EDDSA && xcj_key_curve(before) == XCJ_CURVE_ED448;
    const bool is_rsa = xcj_key_type(before) == XCJ_KTY_RSA && alg >= XCJ_RS256 && alg <= XCJ_PS512;
    if (xcj_key_generate(&bare, is_ed448 ? XCJ_ED448 : alg, is_rsa ? (xcj_key_bits(before) + 7) / 8 * 8 : 0, &err) !=
        XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, "--rotate", &err);
    }
    const keys_labels labels = { "thumbprint", "sig", xcj_alg_name(alg) };
    msg_status status = keys_relabel(out, bare, &labels, "--rotate");
    xcj_key_free(bare);
    return status;
}

/* The key after the last one begins where that ends, but not before it can have been published for the lead. */
static msg_status add_next(turn_list *list)
{
    const rotate_plan *plan = list->plan;
    const size_t last = find_last(list);
    const int64_t nbf = xcj_key_nbf(list->keys[last]);
    int64_t begin = xcj_key_exp(list->keys[last]);
    if (nbf > plan->now) {
        return STATUS_OK; /* there is one */
    }
    int64_t soonest = 0;
    int64_t end = 0;
    if ((begin == 0 && __builtin_add_overflow(nbf != 0 ? nbf : plan->now, plan->period, &begin)) ||
        __builtin_add_overflow(plan->now, plan->lead, &soonest) ||
        __builtin_add_overflow(begin > soonest ? begin : soonest, plan->period, &end) || end > TIME_LAST) {
        return msg_fail(STATUS_USAGE, "--rotate", "is too long: the next key would sign beyond the year 9999");
    }
    if (begin < soonest) {
        msg_warn(list->name, "the last key signs for longer, until the next one has been published for %lld seconds",
                 (long long)plan->lead);
        begin = soonest;
    }
    msg_status status = date_key(list, last, 0, begin);
    if (status == STATUS_OK) {
        status = make_key(&list->keys[list->count], list, list->keys[last]);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return date_key(list, list->count++, begin, end);
}

msg_status rotate_set(xcj_keyset **out, bool *is_same, const xcj_keyset *set, const rotate_plan *plan, const char *name)
{
    turn_list list = { .plan = plan, .name = name, .is_same = true };
    xcj_error err;
    *out = NULL;
    *is_same = true;
    list.keys = calloc(xcj_keyset_count(set) + 1, sizeof *list.keys);
    if (list.keys == NULL) {
        return msg_fail_memory();
    }
    msg_status status = take_keys(&list, set);
    if (status == STATUS_OK) {
        status = end_keys(&list);
    }
    if (status == STATUS_OK) {
        drop_keys(&list);
        status = add_next(&list);
    }
    if (status == STATUS_OK && xcj_keyset_from_keys(out, (const xcj_key *const *)list.keys, list.count, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, name, &err);
    }
    *is_same = list.is_same;
    for (size_t i = 0; i < list.count; i++) {
        xcj_key_free(list.keys[i]);
    }
    free(list.keys);
    return status;
}
