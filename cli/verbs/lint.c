/*
 * lint.c: reports what is weak or suspicious in a key, a set or a token.
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/time.h"
#include "cli/lint/lint.h"
#include "cli/remote/source.h"
#include "cli/tokens/token.h"
#include "cli/verbs/verb.h"

typedef struct lint_args {
    const char *now;
    const char *max_lifetime;
    bool is_private;
    bool json;
    bool is_strict;
    const char *passphrase;
    pages_args pages;
} lint_args;

#define AT(field) offsetof(lint_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Options"),
    { "json", 'j', OPT_FLAG, NULL, AT(json), "one line of JSON for programs" },
    { "strict", 0, OPT_FLAG, NULL, AT(is_strict), "exit with 9 for warnings and notes, too" },
    { "private", 0, OPT_FLAG, NULL, AT(is_private), "the set is not published: it may hold private keys" },
    { "max-lifetime", 0, OPT_TEXT, "DURATION", AT(max_lifetime), "longest lifetime of a token (default 1d)" },
    OPT_HEADING("More"),
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds or RFC 3339" },
    KEYS_PASSPHRASE_ROW(lint_args, passphrase),
    OPT_HEADING("Fetching"),
    PAGES_ROWS(lint_args, pages),
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* The key or token in question. */
typedef struct subject {
    text data;
    const char *name;
    shown url;        /* its room, for a URL */
    const char *kind; /* "token", "jwk", "jwks" or "key" (PEM, DER) */
    bool is_one_of_several;
} subject;

static bool looks_like_der(const text *data)
{
    return data->len > 1 && data->ptr[0] == 0x30;
}

/* A word that begins as all tokens do and has their dots, bare or wrapped. Any other names a file. */
static bool is_token_word(const char *word)
{
    wrapping of;
    size_t dots = 0;
    for (const char *p = word; *p != '\0'; p++) {
        dots += *p == '.';
    }
    const bool is_wrapped = wrapping_take(&of, xcj_text(word)) && of.around != 0 && wrapping_is_token(text_view(&of.token));
    wrapping_free(&of);
    return is_wrapped || (strncmp(word, "ey", 2) == 0 && (dots == 2 || dots == 4));
}

static msg_status read_subject(subject *of, const char *word, const pages_args *args)
{
    if (token_source(word) == NULL && is_token_word(word)) {
        of->kind = "token";
        return token_read(&of->data, &of->name, word);
    }
    of->name = source_name(&of->url, io_operand(word));
    return source_read(&of->data, "key", io_operand(word), args);
}

/* Bytes with a token within something else. */
static bool holds_token(const text *data)
{
    wrapping of;
    const bool is_one =
        wrapping_take(&of, text_view(data)) && (of.around & ~WRAP_SPACE) != 0 && wrapping_is_token(text_view(&of.token));
    wrapping_free(&of);
    return is_one;
}

static msg_status look_at_token(subject *of, findings *found, const lint_how *how)
{
    parts taken;
    if (of->kind == NULL) {
        io_trim_line_end(&of->data); /* the one of a file, as for every token */
    }
    of->kind = "token";
    msg_status status = lint_take(&taken, found, of->name, &of->data, how->is_noted);
    if (status == STATUS_OK) {
        lint_token(found, &taken, how);
    }
    parts_free(&taken);
    return status;
}

static msg_status look_at_data(subject *of, findings *found, const lint_how *how, const keys_how *read_how);

static bool is_serialisation(const json_t *value)
{
    return json_object_get(value, "payload") != NULL || json_object_get(value, "signatures") != NULL ||
           json_object_get(value, "signature") != NULL || json_object_get(value, "protected") != NULL ||
           json_object_get(value, "access_token") != NULL || json_object_get(value, "id_token") != NULL;
}

/* The object with the keys of a set: itself, that of its member jwks, or one made of a bare array. A new reference, or NULL.
 */
static json_t *set_of(json_t *value)
{
    json_t *inner = json_object_get(value, "jwks");
    if (json_is_array(value)) {
        return json_pack("{s:O}", "keys", value);
    }
    if (json_object_get(value, "keys") == NULL && json_object_get(value, "kty") == NULL && json_is_object(inner)) {
        return json_incref(inner);
    }
    return json_object_get(value, "keys") != NULL ? json_incref(value) : NULL;
}

/* A JSON text: a set, a key, or a token's JSON serialisation. */
static msg_status look_at_json(subject *of, findings *found, const lint_how *how, const keys_how *read_how)
{
    doc_flaw flaw;
    json_t *value = doc_survey(of->data.ptr, of->data.len, &flaw);
    json_t *set = flaw.excess == NULL ? set_of(value) : NULL;
    msg_status status = STATUS_OK;
    if (flaw.excess != NULL) {
        status = msg_fail(STATUS_INPUT, of->name, "%s", flaw.excess);
    } else if (!json_is_object(value) && !json_is_array(value)) {
        status = msg_fail(STATUS_INPUT, of->name, "is not JSON at its offset %d", flaw.offset);
    } else if (set == NULL && json_object_get(value, "kty") == NULL) {
        const bool has_token = is_serialisation(value) || holds_token(&of->data);
        status = has_token ? look_at_token(of, found, how) : look_at_data(of, found, how, read_how);
    } else {
        of->kind = set != NULL ? "jwks" : "jwk";
        if (flaw.repeated[0] != '\0') {
            finding_add(found, FINDING_ERROR, "duplicate-member", (finding_place){ of->kind, -1, NULL, flaw.repeated },
                        "stands twice in one object: the key is refused, or readers differ in which one they take");
        }
        (set != NULL ? lint_set : lint_jwk)(found, set != NULL ? set : value, how);
    }
    json_decref(set);
    json_decref(value);
    return status;
}

/* JSON in base64, UTF-16 or between quotes: its keys as the library reads them. */
static void look_at_keys(findings *found, const keys_loaded *loaded, const lint_how *how)
{
    json_t *keys = json_array();
    for (size_t i = 0; i < xcj_keyset_count(loaded->set); i++) {
        const xcj_key *key = xcj_keyset_get(loaded->set, i);
        char *jwk = NULL;
        size_t len = 0;
        const xcj_part which = xcj_key_is_private(key) ? XCJ_PRIVATE : XCJ_PUBLIC;
        found->failed = found->failed || xcj_key_to_jwk(&jwk, &len, key, which, NULL) != XCJ_OK ||
                        json_array_append_new(keys, doc_load(jwk, len)) != 0;
        xcj_free(jwk);
    }
    json_t *set = json_pack("{s:o}", "keys", keys);
    if (loaded->is_set) {
        lint_set(found, set, how);
    } else {
        lint_jwk(found, json_array_get(keys, 0), how);
    }
    json_decref(set);
}

static msg_status look_at_data(subject *of, findings *found, const lint_how *how, const keys_how *read_how)
{
    keys_loaded loaded;
    of->kind = "key";
    msg_status status = keys_load_data(&loaded, &of->data, of->name, read_how);
    if (status == STATUS_OK && loaded.is_json) {
        of->kind = loaded.is_set ? "jwks" : "jwk";
        look_at_keys(found, &loaded, how);
    } else if (status == STATUS_OK) {
        lint_data(found, loaded.set, &of->data, how);
        keys_warn_skipped(of->name, loaded.set);
    }
    keys_free(&loaded);
    return status;
}

/* An object or an array; in UTF-16 it has bytes of zero. */
static bool begins_json(const text *data)
{
    const size_t at = text_skip_space(text_view(data), 0);
    return at < data->len && (data->ptr[at] == '{' || data->ptr[at] == '[') && memchr(data->ptr, '\0', data->len) == NULL;
}

/* An object that is JSON only when its quotes are gone, or UTF-16 is read. */
static bool begins_object(const text *data)
{
    size_t at = text_skip_space(text_view(data), 0);
    at += at < data->len && (data->ptr[at] == '"' || data->ptr[at] == '\'');
    return at < data->len && data->ptr[at] == '{';
}

static msg_status look(subject *of, findings *found, const lint_how *how, const keys_how *read_how)
{
    if (of->data.len == 0) {
        return msg_fail(STATUS_INPUT, of->name, "is empty");
    }
    const bool is_json = begins_json(&of->data);
    const bool is_wrapped = !is_json && begins_object(&of->data);
    if (of->kind != NULL || (!is_json && !is_wrapped && !looks_like_der(&of->data) &&
                             (holds_token(&of->data) || parts_like(of->data.ptr, of->data.len)))) {
        return look_at_token(of, found, how);
    }
    return is_json ? look_at_json(of, found, how, read_how) : look_at_data(of, found, how, read_how);
}

/* "FILE: ", where there are several. */
static void put_name(text *out, const subject *of)
{
    if (of->is_one_of_several) {
        text_printf(out, "%s: ", shown_path(of->name).text);
    }
}

static void put_finding(text *out, const finding *of, bool colour)
{
    static const char *const colours[] = { "\033[1;31m", "\033[1;33m", "\033[1m" };
    finding_where(out, of);
    text_printf(out, ": %s%s:%s %s [%s]\n", colour ? colours[of->severity] : "", finding_severity_name(of->severity),
                colour ? "\033[0m" : "", of->words, of->id);
}

/* The gravest first. */
static void put_text(text *out, const subject *of, const findings *found)
{
    const bool colour = msg_colour(STDOUT_FILENO);
    for (int severity = FINDING_ERROR; severity <= FINDING_NOTE; severity++) {
        for (size_t i = 0; i < found->count; i++) {
            if ((int)found->items[i].severity == severity) {
                put_name(out, of);
                put_finding(out, &found->items[i], colour);
            }
        }
    }
    if (finding_left_out(found) > 0) {
        put_name(out, of);
        text_printf(out, "and %zu more\n", finding_left_out(found));
    }
    if (found->count == 0 && isatty(STDOUT_FILENO)) {
        put_name(out, of);
        text_puts(out, "no findings\n");
    }
}

static msg_status put_json(text *out, const subject *of, const findings *found)
{
    const text nothing = TEXT_INIT;
    json_t *object = json_object();
    if (of->is_one_of_several) {
        (void)json_object_set_new(object, "file", doc_text(xcj_text(of->name)));
    }
    (void)json_object_set_new(object, "kind", json_string(of->kind));
    (void)json_object_set_new(object, "errors", json_integer((json_int_t)found->counts[FINDING_ERROR]));
    (void)json_object_set_new(object, "warnings", json_integer((json_int_t)found->counts[FINDING_WARNING]));
    (void)json_object_set_new(object, "notes", json_integer((json_int_t)found->counts[FINDING_NOTE]));
    (void)json_object_set_new(object, "findings", finding_list(found));
    const msg_status status = doc_line(out, object, &nothing);
    json_decref(object);
    return status;
}

/* What the findings mean for the exit status. */
static msg_status verdict_of(const findings *found, bool is_strict)
{
    return found->counts[FINDING_ERROR] > 0 || (is_strict && found->count > 0) ? STATUS_POLICY : STATUS_OK;
}

static msg_status report(const subject *of, const findings *found, const lint_args *args)
{
    text out = TEXT_INIT;
    msg_status status = STATUS_OK;
    if (args->json) {
        status = put_json(&out, of, found);
    } else {
        put_text(&out, of, found);
    }
    if (status == STATUS_OK && (out.failed || found->failed)) {
        status = msg_fail_memory();
    }
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
        status = verdict_of(found, args->is_strict);
    }
    text_free(&out);
    return status;
}

static msg_status read_how(lint_how *how, const lint_args *args)
{
    *how = (lint_how){ 0, LINT_LIFETIME, args->is_private, !args->json };
    msg_status status = time_read_now(&how->now, args->now);
    if (status == STATUS_OK && args->max_lifetime != NULL) {
        status = time_duration(&how->max_lifetime, "--max-lifetime", args->max_lifetime);
    }
    return status;
}

static msg_status lint_one(const lint_args *args, const lint_how *how, const char *word, bool is_one_of_several)
{
    subject of = { .data = TEXT_INIT, .is_one_of_several = is_one_of_several };
    findings found = { 0 };
    const keys_how keys = { args->passphrase, false, false };
    msg_status status = read_subject(&of, word, &args->pages);
    if (status == STATUS_OK) {
        status = look(&of, &found, how, &keys);
    }
    if (status == STATUS_OK) {
        status = report(&of, &found, args);
    }
    finding_free(&found);
    text_free(&of.data);
    return status;
}

/* The status of several: what could not be read weighs more than what was found in the rest. */
static msg_status graver(msg_status one, msg_status other)
{
    if (one == STATUS_OK || other == STATUS_OK) {
        return one == STATUS_OK ? other : one;
    }
    return one < other ? one : other;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const lint_args *args = given;
    lint_how how;
    msg_status status = source_check(&args->pages, "lint", operands, NULL);
    if (status == STATUS_OK) {
        status = read_how(&how, args);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (operands->count < 2) {
        return lint_one(args, &how, token_operand(operands), false);
    }
    for (size_t i = 0; i < operands->count && status != STATUS_INTERNAL; i++) {
        status = graver(status, lint_one(args, &how, operands->items[i], true));
    }
    return status;
}

const verb verb_lint = {
    "lint",
    "[FILE|@FILE|-|env:NAME|URL|TOKEN]...",
    SIZE_MAX,
    "find weaknesses in a key, a set or a token",
    "Checks JWKs, published JWK Sets, PEM, DER and tokens, without verifying them.\n"
    "Prints errors, warnings and notes; exits with 9 if there is an error.\n",
    "  xcj lint jwks.json\n"
    "  xcj lint --max-lifetime 1h @token.jwt\n"
    "  xcj lint --private --json private.json | jq '.findings[].id'\n",
    OPTIONS,
    sizeof(lint_args),
    run,
    VERB_EXIT(STATUS_POLICY) | VERB_EXIT(STATUS_FETCH),
};
