/*
 * verb_inspect.c: a token taken apart for people. Nothing is verified, and it says so.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <xcj/jws.h>

#include "cli/doc.h"
#include "cli/time.h"
#include "cli/token.h"
#include "cli/verb.h"

typedef struct inspect_args {
    const char *now;
    const char *token_env;
    bool json;
} inspect_args;

#define AT(field) offsetof(inspect_args, field)

static const opt_row OPTIONS[] = {
    { "json", 0, OPT_FLAG, NULL, AT(json), "one line of JSON for programs" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "the clock: Unix seconds or RFC 3339" },
    { "token-env", 0, OPT_TEXT, "VAR", AT(token_env), "take the token from the environment" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* A token taken apart. */
typedef struct inspection {
    xcj_str header;
    xcj_str payload;
    size_t signature_len;
    json_t *parsed_header;
    json_t *claims; /* NULL: the payload is not a JSON object */
    int64_t now;
} inspection;

static void heading(text *out, const char *words)
{
    bool colour = msg_colour(STDOUT_FILENO);
    text_printf(out, "%s%s%s\n", colour ? "\033[1m" : "", words, colour ? "\033[0m" : "");
}

static void add_time(text *out, const inspection *of, const char *claim, const char *past, const char *future)
{
    json_t *value = json_object_get(of->claims, claim);
    if (!json_is_number(value)) {
        return;
    }
    int64_t seconds = 0;
    if (!time_floor(&seconds, json_number_value(value))) {
        text_printf(out, "%-5s beyond any calendar\n", claim);
        return;
    }
    char words[160];
    time_words(words, sizeof words, seconds, of->now);
    text_printf(out, "%-5s %s %s\n", claim, seconds <= of->now ? past : future, words);
}

static void add_oddities(text *out, const inspection *of)
{
    const char *alg = json_string_value(json_object_get(of->parsed_header, "alg"));
    if (alg == NULL || strcasecmp(alg, "none") == 0) {
        text_puts(out, "odd   the header names no algorithm: this token is not signed\n");
    }
    if (of->signature_len == 0) {
        text_puts(out, "odd   the signature is empty\n");
    }
    if (of->claims != NULL && json_object_get(of->claims, "exp") == NULL) {
        text_puts(out, "odd   there is no exp: it never expires\n");
    }
    if (of->claims == NULL) {
        text_puts(out, "odd   the payload is not a JSON object: this is not a JWT\n");
    }
}

/* Bytes that are not JSON, with everything that a terminal might obey as '?'. */
static void add_raw(text *out, xcj_str payload)
{
    for (size_t i = 0; i < payload.len; i++) {
        char c = payload.ptr[i];
        bool fine = (c >= 0x20 && c < 0x7f) || c == '\n';
        text_add(out, fine ? &c : "?", 1);
    }
}

static msg_status print_people(const inspection *of)
{
    text out = TEXT_INIT;
    heading(&out, "header");
    doc_pretty(&out, of->header);
    text_puts(&out, "\n");
    heading(&out, of->claims != NULL ? "claims" : "payload");
    if (of->claims != NULL) {
        doc_pretty(&out, of->payload);
    } else {
        add_raw(&out, of->payload);
    }
    text_puts(&out, "\n");
    heading(&out, "notes");
    add_time(&out, of, "iat", "issued", "issued in the future:");
    add_time(&out, of, "nbf", "valid since", "not yet valid:");
    add_time(&out, of, "exp", "expired", "expires");
    text_printf(&out, "sig   %zu bytes\n", of->signature_len);
    add_oddities(&out, of);
    text_puts(&out, "NOTHING WAS VERIFIED: anyone can write such a token; use xcj verify\n");
    msg_status status = out.failed ? msg_fail_memory() : STATUS_OK;
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
    }
    text_free(&out);
    return status;
}

static msg_status print_json(const inspection *of)
{
    text out = TEXT_INIT;
    text members = TEXT_INIT;
    json_t *object = json_object();
    (void)json_object_set_new(object, "verified", json_false());
    (void)json_object_set_new(object, "signature_bytes", json_integer((json_int_t)of->signature_len));
    if (of->claims == NULL) {
        (void)json_object_set_new(object, "payload", doc_text(of->payload));
    }
    doc_member(&members, "header", of->header);
    if (of->claims != NULL) {
        doc_member(&members, "claims", of->payload);
    }
    msg_status status = doc_line(&out, object, &members);
    if (status == STATUS_OK) {
        io_print(out.ptr, out.len);
    }
    json_decref(object);
    text_free(&members);
    text_free(&out);
    return status;
}

/* What stands around a token is left out for people, and named. */
static xcj_str unwrap(const text *given, const char *name)
{
    xcj_str token = text_view(given);
    if (token.len >= 7 && strncasecmp(token.ptr, "Bearer ", 7) == 0) {
        msg_warn(name, "\"Bearer \" before the token is not part of it");
        token.ptr += 7;
        token.len -= 7;
    }
    char quote = token.len >= 2 ? token.ptr[0] : '\0';
    if ((quote == '"' || quote == '\'') && token.ptr[token.len - 1] == quote) {
        msg_warn(name, "the quotes around the token are not part of it");
        token.ptr++;
        token.len -= 2;
    }
    return token;
}

static msg_status inspect(const inspect_args *args, xcj_str token, const char *name, int64_t now)
{
    xcj_error err;
    xcj_unverified *taken = NULL;
    if (token_is_json(token.ptr, token.len)) {
        return msg_fail(STATUS_INPUT, name, "is a JSON serialisation; inspect takes a compact token");
    }
    if (xcj_unverified_decode(&taken, token.ptr, token.len, &err) != XCJ_OK) {
        const char *hint = token_hint(token.ptr, token.len);
        if (hint == NULL) {
            return msg_fail_error(ABOUT_TOKEN, name, &err);
        }
        return msg_fail(STATUS_INPUT, name, "the token %s", hint);
    }
    inspection of = {
        xcj_unverified_header(taken), xcj_unverified_payload(taken), xcj_unverified_signature(taken).len, NULL, NULL, now
    };
    of.parsed_header = doc_load(of.header.ptr, of.header.len);
    json_t *payload = doc_load(of.payload.ptr, of.payload.len);
    of.claims = json_is_object(payload) ? payload : NULL;
    msg_status status = args->json ? print_json(&of) : print_people(&of);
    json_decref(of.parsed_header);
    json_decref(payload);
    xcj_unverified_free(taken);
    return status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    const inspect_args *args = given;
    text token = TEXT_INIT;
    const char *name = NULL;
    int64_t now = time_now();
    msg_status status = args->now != NULL ? time_instant(&now, "--now", args->now) : STATUS_OK;
    if (status == STATUS_OK) {
        status = token_read(&token, &name, operands, args->token_env);
    }
    if (status == STATUS_OK) {
        status = inspect(args, unwrap(&token, name), name, now);
    }
    text_free(&token);
    return status;
}

const verb verb_inspect = {
    "inspect",
    "[TOKEN|@FILE|-]",
    1,
    "show what is in a token, without verifying it",
    "Prints header and claims of a compact token, and its times in words. Nothing is verified.\n",
    "  xcj inspect @token.jwt\n"
    "  xcj mint --key key.json --sub alice | xcj inspect\n"
    "  xcj inspect --json @token.jwt\n",
    OPTIONS,
    sizeof(inspect_args),
    run,
};
