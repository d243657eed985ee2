#include "lib/token/claim_checks.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/token/mismatch.h"
#include "lib/token/profile.h"

/* The claims that a policy can check, in the order in which they are reported. */
typedef enum claim { ISS, SUB, AUD, EXP, NBF, IAT, JTI, CLAIM_COUNT } claim;
static const char *const claim_names[CLAIM_COUNT] = { "iss", "sub", "aud", "exp", "nbf", "iat", "jti" };

typedef struct checking {
    const xcj_verify_options *options;
    const xcj__json_limits *limits;
    const xcj__json_index *claims;
    xcj__json_value seen[CLAIM_COUNT]; /* type 0: absent */
    int64_t now;
    xcj_error *err;
    /* The result so far. */
    xcj_code code;
    uint32_t failed;
    char first[XCJ__SHOWN];
    xcj__buf words;
    char storage[sizeof((xcj_error *)0)->message]; /* zeroed, so that a truncated message still ends in a NUL */
} checking;

static int severity(xcj_code code)
{
    return code == XCJ_ERR_CLAIM ? 3 : code == XCJ_ERR_EXPIRED ? 2 : code == XCJ_ERR_NOT_YET_VALID ? 1 : 0;
}

static void fail(checking *c, xcj_code code, uint32_t bit, const char *name, const char *what)
{
    if (c->failed == 0) {
        xcj__sanitise(c->first, sizeof c->first, name, strlen(name));
    }
    c->failed |= bit;
    c->code = severity(code) > severity(c->code) ? code : c->code;
    xcj__buf_put_text(&c->words, c->words.len == 0 ? "\"" : ", \"");
    xcj__buf_put_text(&c->words, name);
    xcj__buf_put_text(&c->words, "\" ");
    xcj__buf_put_text(&c->words, what);
}

static void fail_claim(checking *c, claim which, const char *what)
{
    fail(c, XCJ_ERR_CLAIM, (uint32_t)1 << which, claim_names[which], what);
}

static void note_claim(checking *c, const xcj__json_member *member)
{
    const char *text = c->claims->text;
    const xcj_str name = { text + member->name, member->name_len };
    for (size_t i = 0; i < CLAIM_COUNT; i++) {
        if (member->name_escaped ? xcj__json_equal(name, true, claim_names[i], 3)
                                 : memcmp(name.ptr, claim_names[i], 3) == 0) {
            c->seen[i] = xcj__json_member_value(text, member);
            return;
        }
    }
}

/* All names in claim_names have three letters, unless the token escapes them. */
static void note_claims(checking *c)
{
    for (size_t i = 0; i < c->claims->count; i++) {
        const xcj__json_member *member = &c->claims->members[i];
        if (member->name_len == 3 || member->name_escaped) {
            note_claim(c, member);
        }
    }
}

static bool is_one_of(const xcj__json_value *value, const xcj_str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (xcj__json_equal(value->text, value->escaped, list[i].ptr, list[i].len)) {
            return true;
        }
    }
    return false;
}

static void fail_value(checking *c, claim which, const char *what, xcj_str found, const xcj_str *wanted, size_t count)
{
    char words[XCJ__MISMATCH_MAX];
    fail_claim(c, which,
               count > 0 ? xcj__mismatch(words, what, found, wanted, count)
                         : "is not accepted: the list of allowed values is empty");
}

/* RFC 7519 4.1: a string if it is present. `wanted` NULL: any value. */
static void check_text(checking *c, claim which, const xcj_str *wanted, size_t count)
{
    const xcj__json_value *value = &c->seen[which];
    if (value->type == 0) {
        if (wanted != NULL) {
            fail_claim(c, which, "is missing");
        }
    } else if (value->type != XCJ__JSON_STRING) {
        fail_claim(c, which, "is not a string");
    } else if (wanted != NULL && !is_one_of(value, wanted, count)) {
        fail_value(c, which, "is", value->text, wanted, count);
    }
}

typedef struct audience {
    const xcj_verify_options *options;
    bool matches;
    bool has_other; /* an element that is not a string */
    xcj__buf shown; /* the list for the message; failed: it is too long */
    char storage[3 * XCJ__SHOWN];
} audience;

static xcj_code note_audience(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    audience *a = ctx;
    bool is_string = item->value.type == XCJ__JSON_STRING;
    a->has_other = a->has_other || !is_string;
    a->matches = a->matches || (is_string && is_one_of(&item->value, a->options->audiences, a->options->audiences_count));
    if (!a->matches && !a->shown.failed) {
        xcj__buf_put_text(&a->shown, a->shown.len > 0 ? "," : "");
        xcj__put_shown(&a->shown, item->value.text);
    }
    return XCJ_OK;
}

static void fail_audience(checking *c, const audience *a)
{
    char words[sizeof a->storage + 40];
    (void)snprintf(words, sizeof words, "is [%s%s], which does not contain", a->storage, a->shown.failed ? "..." : "");
    fail_value(c, AUD, words, (xcj_str){ NULL, 0 }, c->options->audiences, c->options->audiences_count);
}

/* RFC 7519 4.1.3: a string, or an array of strings. */
static xcj_code check_audience(checking *c)
{
    const xcj__json_value *value = &c->seen[AUD];
    if (value->type != XCJ__JSON_ARRAY) {
        check_text(c, AUD, c->options->audiences, c->options->audiences_count);
        return XCJ_OK;
    }
    audience a = { .options = c->options };
    xcj__buf_init_fixed(&a.shown, a.storage, sizeof a.storage - 1);
    xcj_str raw = value->raw;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_ARRAY, c->limits, note_audience, &a, c->err);
    if (a.has_other) {
        fail_claim(c, AUD, "has an element that is not a string");
    } else if (c->options->audiences != NULL && !a.matches) {
        fail_audience(c, &a);
    }
    return code;
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? INT64_MAX : INT64_MIN) : sum;
}

static int64_t subtract(int64_t a, int64_t b)
{
    int64_t difference;
    return __builtin_sub_overflow(a, b, &difference) ? (b < 0 ? INT64_MAX : INT64_MIN) : difference;
}

/* RFC 7519 2: a NumericDate is any JSON number. False if it cannot be compared; the failure is then recorded. */
static bool read_date(checking *c, claim which, xcj__json_number *out)
{
    const xcj__json_value *value = &c->seen[which];
    if (value->type != XCJ__JSON_NUMBER) {
        fail_claim(c, which, "is not a number");
        return false;
    }
    *out = xcj__json_number_read(value->text);
    if (!out->finite) {
        fail_claim(c, which, "is out of range");
    }
    return out->finite;
}

/*
 * The current time is in whole seconds, so only the presence of a fraction matters: now >= exp + leeway <=> now - leeway
 * >= ceil(exp), and now < nbf - leeway <=> now + leeway < ceil(nbf).
 */
static int64_t ceiling(const xcj__json_number *number)
{
    return add(number->floor, number->fraction ? 1 : 0);
}

static void fail_time(checking *c, claim which, xcj_code code, const char *what, int64_t seconds)
{
    char words[64];
    xcj__buf text;
    xcj__buf_init_fixed(&text, words, sizeof words - 1);
    xcj__buf_put_text(&text, what);
    if (seconds >= 0 && seconds != INT64_MAX) {
        xcj__buf_put_text(&text, " ");
        xcj__buf_put_int(&text, seconds);
        xcj__buf_put_text(&text, which == EXP ? " s ago" : " s");
    }
    words[text.failed ? 0 : text.len] = '\0';
    fail(c, code, (uint32_t)1 << which, claim_names[which], words);
}

static void check_exp(checking *c)
{
    xcj__json_number exp;
    if (c->seen[EXP].type == 0) {
        if (!c->options->allow_no_exp) {
            fail_claim(c, EXP, "is missing");
        }
        return;
    }
    if (read_date(c, EXP, &exp) && !c->options->ignore_times && subtract(c->now, c->options->leeway) >= ceiling(&exp)) {
        fail_time(c, EXP, XCJ_ERR_EXPIRED, "passed", exp.floor < 0 ? INT64_MAX : subtract(c->now, exp.floor));
    }
}

static void check_nbf(checking *c)
{
    xcj__json_number nbf;
    if (c->seen[NBF].type != 0 && read_date(c, NBF, &nbf) && !c->options->ignore_times &&
        add(c->now, c->options->leeway) < ceiling(&nbf)) {
        fail_time(c, NBF, XCJ_ERR_NOT_YET_VALID, "is in the future by", subtract(ceiling(&nbf), c->now));
    }
}

static int64_t age_beyond(const checking *c, const xcj__json_number *iat)
{
    return iat->floor < 0 ? INT64_MAX : subtract(subtract(c->now, iat->floor), c->options->max_age);
}

/* Without max_age there is no rule for iat (RFC 7519 4.1.6). With it, an iat in the future must not evade the limit. */
static void check_iat(checking *c)
{
    const xcj_verify_options *o = c->options;
    xcj__json_number iat;
    if (c->seen[IAT].type == 0) {
        if (o->max_age != 0) {
            fail_claim(c, IAT, "is missing");
        }
        return;
    }
    if (!read_date(c, IAT, &iat) || o->max_age == 0 || o->ignore_times) {
        return;
    }
    if (add(c->now, o->leeway) < ceiling(&iat)) {
        fail_time(c, IAT, XCJ_ERR_NOT_YET_VALID, "is in the future by", subtract(ceiling(&iat), c->now));
    } else if (subtract(subtract(c->now, o->leeway), o->max_age) > iat.floor) {
        fail_time(c, IAT, XCJ_ERR_EXPIRED, "is older than allowed by", age_beyond(c, &iat));
    }
}

static xcj_str without_prefix(xcj_str type)
{
    static const xcj_str prefix = { "application/", 12 };
    if (type.len > prefix.len && xcj__str_is_nocase((xcj_str){ type.ptr, prefix.len }, prefix.ptr)) {
        xcj_str rest = { type.ptr + prefix.len, type.len - prefix.len };
        return memchr(rest.ptr, '/', rest.len) != NULL ? type : rest;
    }
    return type;
}

/* RFC 7515 4.1.9: a media type in any case; its "application/" is omitted if no other slash follows. */
static bool same_type(xcj_str a, xcj_str b)
{
    a = without_prefix(a);
    b = without_prefix(b);
    bool same = a.len == b.len;
    for (size_t i = 0; same && i < a.len; i++) {
        same = xcj__lower(a.ptr[i]) == xcj__lower(b.ptr[i]);
    }
    return same;
}

static void check_typ(checking *c, const xcj__header *header)
{
    if (c->options->typ.ptr == NULL) {
        return;
    }
    if (!header->has_typ) {
        fail(c, XCJ_ERR_CLAIM, XCJ_CLAIM_TYP, "typ", "is missing from the header");
    } else if (!same_type(c->options->typ, header->typ)) {
        char words[XCJ__MISMATCH_MAX];
        xcj__mismatch(words, "in the header is", header->typ, &c->options->typ, 1);
        fail(c, XCJ_ERR_CLAIM, XCJ_CLAIM_TYP, "typ", words);
    }
}

/* A claim with its own check has already been reported. */
static bool is_known(const checking *c, xcj_str name)
{
    for (size_t i = 0; i < CLAIM_COUNT; i++) {
        if (xcj__str_is(name, claim_names[i])) {
            return (c->failed & 1u << i) != 0;
        }
    }
    return false;
}

static void check_profile(checking *c)
{
    const xcj__profile_claim *wanted = xcj__profile_of(c->options->profile)->claims;
    for (; wanted->name != NULL; wanted++) {
        if (!is_known(c, xcj_text(wanted->name)) && xcj__profile_lacks(wanted, c->claims)) {
            fail(c, XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, wanted->name, "is missing, empty or of another type");
        }
    }
}

static void check_required(checking *c)
{
    for (size_t i = 0; i < c->options->required_count; i++) {
        xcj_str wanted = c->options->required[i];
        if (!is_known(c, wanted) && xcj__json_index_find(c->claims, wanted.ptr, wanted.len) == NULL) {
            char name[XCJ__SHOWN];
            xcj__sanitise(name, sizeof name, wanted.ptr, wanted.len);
            fail(c, XCJ_ERR_CLAIM, XCJ_CLAIM_REQUIRED, name, "is missing");
        }
    }
}

static xcj_code report(checking *c)
{
    if (c->code == XCJ_OK) {
        return XCJ_OK;
    }
    xcj__fail_at(c->err, c->code, c->first, XCJ_NO_OFFSET, "%s", c->storage);
    if (c->err != NULL) {
        c->err->claims = c->failed;
    }
    return c->code;
}

xcj_code xcj__claims_read(xcj__json_index *out, const xcj__policy *policy, xcj_str payload, xcj__json_member *room,
                          size_t room_len, xcj_error *err)
{
    *out = (xcj__json_index){ .text = payload.ptr, .len = payload.len };
    if (policy->options.opaque_payload) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_index_read(out, payload, &policy->limits, room, room_len, err);
    return code == XCJ_ERR_JSON ? xcj__fail_within(err, code, "the token's claims") : code;
}

static void begin(checking *c, const xcj__policy *policy, const xcj__json_index *claims, int64_t now, xcj_error *err)
{
    *c = (checking){ .options = &policy->options, .limits = &policy->limits, .claims = claims, .now = now, .err = err };
    xcj__buf_init_fixed(&c->words, c->storage, sizeof c->storage - 1);
    note_claims(c);
}

static void check_times(checking *c)
{
    check_exp(c);
    check_nbf(c);
    check_iat(c);
}

xcj_code xcj__claims_check(const xcj__policy *policy, const xcj__json_index *claims, const xcj__header *header, int64_t now,
                           xcj_error *err)
{
    const xcj_verify_options *o = &policy->options;
    checking c;
    begin(&c, policy, claims, now, err);
    if (o->opaque_payload) {
        check_typ(&c, header);
        return report(&c);
    }
    check_text(&c, ISS, o->issuer.ptr != NULL ? &o->issuer : NULL, 1);
    check_text(&c, SUB, o->subject.ptr != NULL ? &o->subject : NULL, 1);
    xcj_code code = check_audience(&c);
    check_times(&c);
    check_text(&c, JTI, NULL, 0);
    check_typ(&c, header);
    check_required(&c);
    check_profile(&c);
    return code == XCJ_OK ? report(&c) : code;
}

xcj_code xcj__claims_check_times(const xcj__policy *policy, const xcj__json_index *claims, int64_t now, xcj_error *err)
{
    checking c;
    if (policy->options.opaque_payload) {
        return XCJ_OK;
    }
    begin(&c, policy, claims, now, err);
    check_times(&c);
    return report(&c);
}
