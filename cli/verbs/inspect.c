/*
 * inspect.c: a token taken apart for people. Nothing is verified, and it says so.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/explain/steps.h"
#include "cli/io/time.h"
#include "cli/lint/lint.h"
#include "cli/tokens/token.h"
#include "cli/verbs/verb.h"

typedef struct inspect_args {
    const char *now;
    bool json;
} inspect_args;

#define AT(field) offsetof(inspect_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Options"),
    { "json", 'j', OPT_FLAG, NULL, AT(json), "one line of JSON for programs" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds or RFC 3339" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

#define BOLD "\033[1m"
#define RED "\033[31m"
#define YELLOW "\033[33m"

/* The token to show, and how to show it. */
typedef struct view {
    text out;
    bool colour;
    const parts *of;
    const findings *found;
    int64_t now;
} view;

static void put_in(view *v, const char *colour, const char *words)
{
    text_printf(&v->out, "%s", v->colour ? colour : "");
    text_puts(&v->out, words);
    text_puts(&v->out, v->colour ? "\033[0m\n" : "\n");
}

static void put_json(view *v, const char *heading, xcj_str json)
{
    put_in(v, BOLD, heading);
    doc_pretty(&v->out, json);
    text_puts(&v->out, "\n");
}

static void put_headers(view *v)
{
    for (size_t i = 0; i < v->of->count; i++) {
        const parts_signature *s = &v->of->signatures[i];
        if (s->parsed != NULL) {
            put_json(v, "header", text_view(&s->header.bytes));
        }
        if (s->unprotected != NULL) {
            text dumped = TEXT_INIT;
            doc_dump(&dumped, s->unprotected);
            put_json(v, "unprotected header", text_view(&dumped));
            v->out.failed = v->out.failed || dumped.failed;
            text_free(&dumped);
        }
    }
}

/* Bytes that are not JSON, with everything that a terminal might obey as '?'. */
static void put_raw(view *v, xcj_str payload)
{
    for (size_t i = 0; i < payload.len; i++) {
        char c = payload.ptr[i];
        bool fine = (c >= 0x20 && c < 0x7f) || c == '\n';
        text_add(&v->out, fine ? &c : "?", 1);
    }
    text_puts(&v->out, "\n");
}

static void put_payload(view *v)
{
    if (v->of->claims != NULL) {
        put_json(v, "claims", text_view(&v->of->payload.bytes));
    } else if (v->of->form != PARTS_ENCRYPTED) {
        put_in(v, BOLD, "payload");
        put_raw(v, text_view(&v->of->payload.bytes));
    }
}

/* Findings of lint but for its notes, which the output shows anyway. */
static void put_oddities(view *v)
{
    size_t left = v->found->counts[FINDING_ERROR] + v->found->counts[FINDING_WARNING];
    for (size_t i = 0; i < v->found->count; i++) {
        const finding *each = &v->found->items[i];
        if (each->severity == FINDING_NOTE) {
            continue;
        }
        text line = TEXT_INIT;
        text_puts(&line, "odd   ");
        finding_where(&line, each);
        text_printf(&line, ": %s", each->words);
        put_in(v, each->severity == FINDING_ERROR ? RED : YELLOW, line.ptr != NULL ? line.ptr : "");
        v->out.failed = v->out.failed || line.failed;
        text_free(&line);
        left--;
    }
    if (left > 0) {
        text_printf(&v->out, "odd   and %zu more\n", left);
    }
}

static void put_notes(view *v)
{
    put_in(v, BOLD, "checks");
    const steps checks = { .of = v->of, .now = v->now, .colour = v->colour };
    if (v->of->form != PARTS_ENCRYPTED) {
        steps_put(&v->out, &checks);
    }
    put_oddities(v);
    put_in(v, BOLD YELLOW, "NOTHING WAS VERIFIED: anyone can write such a token; use xcj verify");
}

static msg_status print_people(view *v)
{
    put_headers(v);
    put_payload(v);
    put_notes(v);
    msg_status status = v->out.failed ? msg_fail_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        io_print(v->out.ptr, v->out.len);
    }
    return status;
}

static json_t *signature_list(const parts *of)
{
    json_t *list = json_array();
    for (size_t i = 0; i < of->count; i++) {
        const parts_signature *s = &of->signatures[i];
        json_t *object = json_object();
        (void)json_object_set_new(object, "signature_bytes", json_integer((json_int_t)s->value.bytes.len));
        (void)json_object_set_new(object, "header", s->parsed != NULL ? json_incref(s->parsed) : json_null());
        (void)json_object_set_new(object, "unprotected", s->unprotected != NULL ? json_incref(s->unprotected) : json_null());
        (void)json_array_append_new(list, object);
    }
    return list;
}

static msg_status print_json(view *v)
{
    text members = TEXT_INIT;
    const parts *of = v->of;
    const parts_signature *first = &of->signatures[0];
    json_t *object = json_object();
    (void)json_object_set_new(object, "verified", json_false());
    if (of->form == PARTS_ENCRYPTED) {
        (void)json_object_set_new(object, "encrypted", json_true());
    } else {
        (void)json_object_set_new(object, "signature_bytes", json_integer((json_int_t)first->value.bytes.len));
    }
    if (of->form == PARTS_JSON) {
        (void)json_object_set_new(object, "signatures", signature_list(of));
    }
    if (of->claims == NULL && of->form != PARTS_ENCRYPTED) {
        (void)json_object_set_new(object, "payload", doc_text(text_view(&of->payload.bytes)));
    }
    if (first->parsed != NULL) {
        doc_member(&members, "header", text_view(&first->header.bytes));
    }
    if (of->claims != NULL) {
        doc_member(&members, "claims", text_view(&of->payload.bytes));
    }
    if (v->found->count > 0) {
        json_t *list = finding_list(v->found);
        text dumped = TEXT_INIT;
        doc_dump(&dumped, list);
        members.failed = members.failed || dumped.failed;
        doc_member(&members, "findings", text_view(&dumped));
        text_free(&dumped);
        json_decref(list);
    }
    if (finding_left_out(v->found) > 0) {
        text_printf(&members, ",\"findings_left_out\":%zu", finding_left_out(v->found));
    }
    msg_status status = doc_line(&v->out, object, &members);
    if (status == STATUS_OK) {
        io_print(v->out.ptr, v->out.len);
    }
    json_decref(object);
    text_free(&members);
    return status;
}

static msg_status inspect(const inspect_args *args, const text *token, const char *name, int64_t now)
{
    parts of;
    findings found = { 0 };
    msg_status status = lint_take(&of, &found, name, token, !args->json);
    if (status == STATUS_OK) {
        const lint_how how = { now, LINT_LIFETIME, false, false };
        view v = { TEXT_INIT, msg_colour(STDOUT_FILENO), &of, &found, now };
        lint_token(&found, &of, &how);
        status = found.failed ? msg_fail_memory() : args->json ? print_json(&v) : print_people(&v);
        text_free(&v.out);
    }
    finding_free(&found);
    parts_free(&of);
    return status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const inspect_args *args = given;
    text token = TEXT_INIT;
    const char *name = NULL;
    int64_t now = 0;
    msg_status status = time_read_now(&now, args->now);
    if (status == STATUS_OK) {
        status = token_read(&token, &name, token_operand(operands));
    }
    if (status == STATUS_OK) {
        status = inspect(args, &token, name, now);
    }
    text_free(&token);
    return status;
}

const verb verb_inspect = {
    "inspect",
    "[FILE|@FILE|-|env:NAME|TOKEN]",
    1,
    "show what is in a token, without verifying it",
    "Prints header, claims and times of a token, and what is suspicious about it.\n"
    "Verifies nothing.\n",
    "  xcj inspect @token.jwt\n"
    "  xcj mint --key key.json --sub alice | xcj inspect\n"
    "  xcj inspect --json @token.jwt\n",
    OPTIONS,
    sizeof(inspect_args),
    run,
    0,
};
