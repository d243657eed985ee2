/*
 * steps.c: which check a refused token failed follows from the error's code, and which claims from its bits: the verifier
 * checks form, issuer (if there are several), header, key, algorithm, signature and claims in this order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/explain/steps.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/keys/keys.h"

#define GREEN "\033[32m"
#define RED "\033[31m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

/* The longest value shown, in bytes. */
#define VALUE_MAX ((size_t)60)

typedef enum mark { GOOD = 0, BAD = 1, OPEN = 2 } mark;

typedef enum stage { FORM = 0, ISSUER, HEADER, KEY, ALGORITHM, SIGNATURE, CLAIMS, ALL } stage;

static const char *const STAGES[] = { "form", "issuer", "header", "key", "algorithm", "signature", "claims" };

static bool is_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *value = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && (value == NULL || *value == '\0'); i++) {
        value = getenv(names[i]);
    }
    const char *charset = value != NULL ? strchr(value, '.') : NULL;
    return charset != NULL && (strncasecmp(charset, ".utf-8", 6) == 0 || strncasecmp(charset, ".utf8", 5) == 0);
}

static void put_mark(text *out, const steps *of, mark which, const char *name)
{
    static const char *const marks[] = { "\xe2\x9c\x93", "\xe2\x9c\x97", "\xc2\xb7" };
    static const char *const plain[] = { "ok", "NO", " -" };
    static const char *const colours[] = { GREEN, RED, DIM };
    text_printf(out, "%s%s%s %-10s ", of->colour ? colours[which] : "", is_utf8() ? marks[which] : plain[which],
                of->colour ? PLAIN : "", name);
}

/* Where the verifier stopped. */
static stage stage_of(const steps *of)
{
    if (policy_is_unrouted(of->policy, of->err)) {
        return ISSUER;
    }
    switch (of->err->code) {
    case XCJ_OK:
        return ALL;
    case XCJ_ERR_CRIT:
        return HEADER;
    case XCJ_ERR_NO_KEY:
    case XCJ_ERR_AMBIGUOUS_KEY:
        return KEY;
    case XCJ_ERR_ALG:
    case XCJ_ERR_ALG_UNKNOWN:
    case XCJ_ERR_KEY_USE:
    case XCJ_ERR_KEY_WEAK:
        return ALGORITHM;
    case XCJ_ERR_SIGNATURE:
        return SIGNATURE;
    case XCJ_ERR_CLAIM:
    case XCJ_ERR_EXPIRED:
    case XCJ_ERR_NOT_YET_VALID:
        return CLAIMS;
    default:
        return FORM;
    }
}

/* The value as JSON, cut where it is long; nothing that a terminal obeys. */
static void put_value(text *out, const json_t *value)
{
    text whole = TEXT_INIT;
    text safe = TEXT_INIT;
    doc_dump(&whole, value);
    /* doc_load() made reals of integers. */
    if (json_is_real(value) && whole.len > 2 && memcmp(whole.ptr + whole.len - 2, ".0", 2) == 0) {
        whole.len -= 2;
    }
    text_add_shown(&safe, whole.ptr != NULL ? whole.ptr : "", whole.len);
    size_t len = safe.len;
    if (len > VALUE_MAX) {
        len = VALUE_MAX - 3;
        while (len > 0 && ((unsigned char)safe.ptr[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    text_add(out, safe.ptr, len);
    text_puts(out, len < safe.len ? "..." : "");
    out->failed = out->failed || whole.failed || safe.failed;
    text_free(&whole);
    text_free(&safe);
}

static void put_string(text *out, xcj_str value)
{
    json_t *string = json_stringn(value.ptr, value.len);
    if (string != NULL) {
        put_value(out, string);
    }
    json_decref(string);
}

void steps_put_kid(text *out, xcj_str kid)
{
    char whole[256];
    (void)snprintf(whole, sizeof whole, "%.*s", kid.len < sizeof whole ? (int)kid.len : (int)sizeof whole - 1, kid.ptr);
    text_printf(out, "kid %s", shown_kid(whole).text);
}

void steps_put_key(text *out, const xcj_key *key)
{
    const char *curve = xcj_curve_name(xcj_key_curve(key));
    const xcj_str kid = xcj_key_id(key);
    if (keys_is_oct(key)) {
        text_puts(out, "a shared secret");
    } else if (curve != NULL) {
        text_printf(out, "%s %s", xcj_kty_name(xcj_key_type(key)), curve);
    } else {
        text_printf(out, "%s of %u bits", xcj_kty_name(xcj_key_type(key)), xcj_key_bits(key));
    }
    if (kid.ptr != NULL) {
        text_puts(out, ", ");
        steps_put_kid(out, kid);
    }
}

static const parts_signature *first_of(const steps *of)
{
    return of->of != NULL && of->of->count > 0 ? &of->of->signatures[0] : NULL;
}

/* A member of the protected header, or of the other one. */
static const json_t *header_member(const steps *of, const char *name)
{
    const parts_signature *first = first_of(of);
    const json_t *value = first != NULL ? json_object_get(first->parsed, name) : NULL;
    return value != NULL || first == NULL ? value : json_object_get(first->unprotected, name);
}

static void put_form(text *out, const steps *of)
{
    static const char *const forms[] = { "", "compact JWS: header, claims and signature", "JSON serialisation of a JWS",
                                         "encrypted (JWE): only the header can be read" };
    text_puts(out, forms[of->of->form]);
    if (of->of->count > 1) {
        text_printf(out, ", %zu signatures; the first:", of->of->count);
    }
}

static void put_issuer(text *out, const steps *of)
{
    const json_t *issuer = json_object_get(of->of->claims, "iss");
    if (issuer != NULL) {
        put_value(out, issuer);
    }
}

static void put_header(text *out, const steps *of)
{
    static const char *const names[] = { "alg", "typ", "kid" };
    const char *comma = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *value = header_member(of, names[i]);
        if (value != NULL) {
            text_printf(out, "%s%s ", comma, names[i]);
            put_value(out, value);
            comma = ", ";
        }
    }
}

/* The dates of a private key (xcj/rotation.h). */
static void put_turn(text *out, const steps *of)
{
    char when[128];
    const int64_t nbf = xcj_key_nbf(of->key);
    const int64_t exp = xcj_key_exp(of->key);
    text_puts(out, nbf != 0 || exp != 0 ? "; its time to sign" : "");
    if (nbf != 0) {
        time_words(when, sizeof when, nbf, of->now);
        text_printf(out, " %s %s", nbf > of->now ? "begins" : "began", when);
    }
    if (exp != 0) {
        time_words(when, sizeof when, exp, of->now);
        text_printf(out, "%s %s %s, and it is published until its last token has expired", nbf != 0 ? " and" : "",
                    exp > of->now ? "ends" : "ended", when);
    }
}

static void put_chosen(text *out, const steps *of)
{
    if (of->key != NULL) {
        steps_put_key(out, of->key);
        text_printf(out, "%s%s", of->why != NULL ? ": " : "", of->why != NULL ? of->why : "");
        put_turn(out, of);
    } else if (header_member(of, "kid") != NULL) {
        text_puts(out, "not looked for; kid ");
        put_value(out, header_member(of, "kid"));
        text_puts(out, " selects it from a set");
    } else {
        text_puts(out, "not looked for; the token names none (no kid)");
    }
}

static void put_algorithm(text *out, const steps *of)
{
    const json_t *alg = header_member(of, "alg");
    if (alg == NULL) {
        text_puts(out, "the header has no alg");
        return;
    }
    put_value(out, alg);
    if (of->key != NULL && of->err != NULL && stage_of(of) > ALGORITHM) {
        text_puts(out, " fits the key");
    }
}

static void put_signature(text *out, const steps *of)
{
    const parts_signature *first = first_of(of);
    text_printf(out, "%zu bytes%s", first != NULL ? first->value.bytes.len : 0,
                of->err == NULL            ? ", not verified"
                : stage_of(of) > SIGNATURE ? ", valid"
                                           : ", not reached");
}

static void put_stage(text *out, const steps *of, stage which)
{
    static void (*const puts[])(text *, const steps *) = { put_form,   put_issuer,    put_header,
                                                           put_chosen, put_algorithm, put_signature };
    const stage stopped = of->err != NULL ? stage_of(of) : HEADER;
    const bool is_open =
        of->err == NULL ? which > HEADER : which > stopped || (which == KEY && of->key == NULL && stopped > KEY);
    const bool is_bad = of->err != NULL && which == stopped;
    put_mark(out, of, is_bad ? BAD : is_open ? OPEN : GOOD, STAGES[which]);
    if (is_bad) {
        text_puts(out, of->err->message);
    } else if (of->of != NULL) {
        puts[which](out, of);
    } else {
        text_puts(out, "not reached");
    }
    text_puts(out, "\n");
}

/* A claim that is a time: what it says before and after. */
typedef struct time_words_row {
    const char *claim;
    const char *past;
    const char *future;
    mark is_past; /* what the passed time comes to, and the one to come */
    mark is_future;
} time_words_row;

static const time_words_row TIMES[] = {
    { "exp", "expired", "expires", BAD, GOOD },
    { "nbf", "valid since", "not yet valid:", GOOD, BAD },
    { "iat", "issued", "issued in the future:", GOOD, OPEN },
    { "auth_time", "authenticated", "authenticated in the future:", OPEN, OPEN },
    { "updated_at", "updated", "updated in the future:", OPEN, OPEN },
};

static const time_words_row *time_row_of(const char *claim)
{
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
        if (strcmp(TIMES[i].claim, claim) == 0) {
            return &TIMES[i];
        }
    }
    return NULL;
}

typedef struct claim_row {
    const char *name;
    uint32_t bit;
} claim_row;

const char *const steps_claims[STEPS_CLAIMS] = { "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "typ", "required" };

/* Further claims that are shown; the rest is counted. */
#define OTHERS_MAX 32

static bool is_required(const verify_policy *policy, const char *name)
{
    for (size_t i = 0; policy != NULL && i < policy->options.required_count; i++) {
        const xcj_str required = policy->options.required[i];
        if (required.len == strlen(name) && memcmp(required.ptr, name, required.len) == 0) {
            return true;
        }
    }
    return false;
}

/* Returns the allowed values of a claim; *count is 0 if the policy allows any value. */
static const xcj_str *allowed_values(size_t *count, const verify_policy *policy, uint32_t bit)
{
    *count = 0;
    if (policy == NULL) {
        return NULL;
    }
    switch (bit) {
    case XCJ_CLAIM_ISS:
        *count = policy->issuers_count > 1 ? policy->issuers_count : policy->options.issuer.ptr != NULL;
        return policy->issuers_count > 1 ? policy->issuers : &policy->options.issuer;
    case XCJ_CLAIM_AUD:
        *count = policy->options.audiences_count;
        return policy->options.audiences;
    case XCJ_CLAIM_SUB:
        *count = policy->options.subject.ptr != NULL;
        return &policy->options.subject;
    case XCJ_CLAIM_TYP:
        *count = policy->options.typ.ptr != NULL;
        return &policy->options.typ;
    default:
        return NULL;
    }
}

/* Appends the allowed values: "A" or "B". */
static void put_allowed(text *out, const verify_policy *policy, uint32_t bit)
{
    size_t count = 0;
    const xcj_str *values = allowed_values(&count, policy, bit);
    for (size_t i = 0; i < count; i++) {
        text_puts(out, i == 0 ? ", expected " : " or ");
        put_string(out, values[i]);
    }
}

static bool is_expected(const steps *of, const claim_row *row)
{
    size_t count = 0;
    (void)allowed_values(&count, of->policy, row->bit);
    return count > 0 || is_required(of->policy, row->name);
}

/* A time in words, and what it comes to by itself. */
static mark put_time(text *out, const time_words_row *row, const json_t *value, int64_t now)
{
    int64_t seconds = 0;
    char words[160];
    if (!json_is_number(value) || !time_floor(&seconds, json_number_value(value))) {
        put_value(out, value);
        text_puts(out, json_is_number(value) ? ", beyond any calendar" : " is not a number");
        return json_is_number(value) ? OPEN : BAD;
    }
    const bool is_past = seconds <= now;
    time_words(words, sizeof words, seconds, now);
    text_printf(out, "%s %s", is_past ? row->past : row->future, words);
    return is_past ? row->is_past : row->is_future;
}

/* For a registered claim, appends a type error (RFC 7519 4.1); for another list or object, its size. */
static void put_type(text *out, uint32_t bit, const json_t *value)
{
    const bool is_list = json_is_array(value);
    if (bit == XCJ_CLAIM_AUD) {
        text_puts(out, json_is_string(value) || is_list ? "" : " is neither a string nor a list");
    } else if (bit != 0) {
        text_puts(out, json_is_string(value) ? "" : " is not a string");
    } else if (is_list || json_is_object(value)) {
        const size_t size = is_list ? json_array_size(value) : json_object_size(value);
        text_printf(out, " (%s of %zu)", is_list ? "a list" : "an object", size);
    }
}

/* `alone` is what the claim comes to where nothing was verified. */
static mark mark_of(const steps *of, const claim_row *row, bool is_missing, bool is_checked, mark alone)
{
    if (of->err == NULL) {
        return alone;
    }
    if (stage_of(of) < CLAIMS) {
        return OPEN;
    }
    if ((of->err->claims & row->bit) != 0 || (is_missing && is_required(of->policy, row->name))) {
        return BAD;
    }
    return is_checked ? GOOD : OPEN;
}

static void put_claim(text *out, const steps *of, const claim_row *row, const json_t *value)
{
    text words = TEXT_INIT;
    const time_words_row *time = time_row_of(row->name);
    mark alone = OPEN;
    if (value == NULL) {
        text_puts(&words, "missing");
    } else if (time != NULL) {
        alone = put_time(&words, time, value, of->now);
    } else {
        put_value(&words, value);
        put_type(&words, row->bit, value);
    }
    put_allowed(&words, of->policy, row->bit);
    put_mark(
        out, of,
        mark_of(of, row, value == NULL, is_expected(of, row) || (time != NULL && row->bit != 0 && value != NULL), alone),
        row->name);
    text_add(out, words.ptr, words.len);
    text_puts(out, "\n");
    out->failed = out->failed || words.failed;
    text_free(&words);
}

static bool is_at_fault(const steps *of, const claim_row *row)
{
    return of->err != NULL && stage_of(of) == CLAIMS && (of->err->claims & row->bit) != 0;
}

/* The claims that RFC 7519 registers, where they are present, expected or at fault, and typ if it is expected. */
static void put_claims(text *out, const steps *of)
{
    static const claim_row TYP = { "typ", XCJ_CLAIM_TYP };
    if (is_expected(of, &TYP) || is_at_fault(of, &TYP)) {
        put_claim(out, of, &TYP, header_member(of, TYP.name));
    }
    for (size_t i = 0; i < STEPS_REGISTERED; i++) {
        const claim_row row = { steps_claims[i], (uint32_t)1 << i };
        const json_t *value = json_object_get(of->of->claims, row.name);
        if (value != NULL || is_at_fault(of, &row) || is_expected(of, &row)) {
            put_claim(out, of, &row, value);
        }
    }
}

static bool is_registered(const char *name)
{
    for (size_t i = 0; i < STEPS_REGISTERED; i++) {
        if (strcmp(steps_claims[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Further claims that the policy requires by name: they are the caller's words. */
static void put_required(text *out, const steps *of)
{
    for (size_t i = 0; of->policy != NULL && i < of->policy->options.required_count; i++) {
        const claim_row row = { of->policy->options.required[i].ptr, 0 };
        if (!is_registered(row.name)) {
            put_claim(out, of, &row, json_object_get(of->of->claims, row.name));
        }
    }
}

/* The other claims. The sender chose their names. Parse them again, exactly: integers are shown as integers if all fit. */
static void put_others(text *out, const steps *of)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/";
    const char *name = NULL;
    json_t *value = NULL;
    size_t count = 0;
    json_t *exact = doc_load_exact(text_view(&of->of->payload.bytes));
    json_object_foreach(exact != NULL ? exact : of->of->claims, name, value)
    {
        if (is_registered(name) || is_required(of->policy, name)) {
            continue;
        }
        const size_t len = strlen(name);
        const bool is_plain = len > 0 && len <= VALUE_MAX && name[strspn(name, plain)] == '\0';
        if (++count <= OTHERS_MAX) {
            const shown words = shown_name(name, len);
            const claim_row row = { is_plain ? name : words.text, 0 };
            put_claim(out, of, &row, value);
        }
    }
    if (count > OTHERS_MAX) {
        text_printf(out, "and %zu more claims\n", count - OTHERS_MAX);
    }
    json_decref(exact);
}

void steps_put(text *out, const steps *of)
{
    const bool is_routed = of->policy != NULL && of->policy->issuers_count > 1;
    for (stage each = FORM; each <= SIGNATURE; each++) {
        if (each != ISSUER || is_routed) {
            put_stage(out, of, each);
        }
    }
    if (of->of != NULL && of->of->claims != NULL) {
        put_claims(out, of);
        put_required(out, of);
    }
    if (of->of != NULL && of->of->claims != NULL && of->err != NULL) {
        put_others(out, of);
    }
}
