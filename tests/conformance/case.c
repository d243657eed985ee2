#include "case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_text(const json_t *line, const char *member, const char *wanted)
{
    return strcmp(json_string_value(json_object_get(line, member)), wanted) == 0;
}

/* Names that are no algorithm of ours ("none" among them) allow nothing. */
static void read_algs(test_case *out, const json_t *algs)
{
    if (algs == NULL) {
        return;
    }
    size_t i;
    json_t *name;
    out->options.algs = out->algs;
    json_array_foreach(algs, i, name)
    {
        xcj_alg alg = xcj_alg_from_name(json_string_value(name), json_string_length(name));
        if (alg != XCJ_ALG_NONE && out->options.algs_count < CASE_ALGS_MAX) {
            out->algs[out->options.algs_count++] = alg;
        }
    }
}

static void read_policy(test_case *out, const json_t *policy)
{
    const json_t *now = json_object_get(policy, "now");
    xcj_verify_options *o = &out->options;
    *o = (xcj_verify_options)XCJ_VERIFY_OPTIONS_INIT;
    out->iss = conform_text(policy, "iss");
    out->aud = conform_text(policy, "aud");
    read_algs(out, json_object_get(policy, "algs"));
    o->opaque_payload = out->is_opaque;
    o->allow_no_exp = 1;
    o->has_now = now != NULL;
    o->now = json_integer_value(now);
    o->ignore_times = now == NULL;
    if (!out->is_opaque) {
        o->issuer = out->iss;
        o->audiences = out->aud.ptr != NULL ? &out->aud : NULL;
        o->audiences_count = out->aud.ptr != NULL;
        o->leeway = json_integer_value(json_object_get(policy, "leeway"));
    }
}

void case_read(test_case *out, const json_t *line)
{
    memset(out, 0, sizeof *out);
    xcj_str text = conform_text(line, "key_text");
    out->id = json_string_value(json_object_get(line, "id"));
    out->is_json = is_text(line, "form", "json");
    out->is_opaque = is_text(line, "mode", "jws");
    out->wanted = is_text(line, "expect", "accept");
    out->token = conform_text(line, "token");
    if (text.ptr != NULL) {
        out->keys = malloc(text.len + 1);
        memcpy(out->keys, text.ptr, text.len + 1);
        out->keys_len = text.len;
    } else {
        out->keys = conform_dump(json_object_get(line, "key"));
        out->keys_len = strlen(out->keys);
    }
    read_policy(out, json_object_get(line, "policy"));
}

void case_free(test_case *c)
{
    free(c->keys);
}

/* Where this library decides otherwise than the set, and why. docs/security.md has the table of all debatable cases. */
static struct exception {
    const char *id;
    bool wanted;
    bool of_command; /* of the command alone */
    const char *why;
    bool is_used;
} exceptions[] = {
    { "s-b64-04", true, false, "RFC 7797 is supported for a JWS", false },
    { "s-jws-json-05", false, false, "alg must stand in the protected header", false },
    { "s-rsa-key-11", true, false, "n with a leading zero byte is the same number", false },
    { "s-rsa-key-12", true, false, "e with leading zero bytes is the same number", false },
    { "s-jws-json-20", true, true, "a valid JSON serialisation: the command recognises it by itself", false },
    { "s-jws-json-21", true, true, "a valid compact token: likewise", false },
};

#define EXCEPTIONS (sizeof exceptions / sizeof exceptions[0])

bool case_wanted(const test_case *c, bool by_command)
{
    for (struct exception *e = exceptions; e < exceptions + EXCEPTIONS; e++) {
        if ((by_command || !e->of_command) && strcmp(c->id, e->id) == 0) {
            e->is_used = e->wanted != c->wanted;
            return e->wanted;
        }
    }
    return c->wanted;
}

unsigned case_exceptions_unused(bool by_command)
{
    unsigned unused = 0;
    for (const struct exception *e = exceptions; e < exceptions + EXCEPTIONS; e++) {
        if ((by_command || !e->of_command) && !e->is_used) {
            printf("the exception %s (%s) no longer makes a difference\n", e->id, e->why);
            unused++;
        }
    }
    return unused;
}
