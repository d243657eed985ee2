/*
 * Hostile and edge-case tokens with their valid twins, and tokens of other libraries: each through the C API. Of every
 * compact token that is accepted, damaged copies are refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"

static void expect_refused(tally *t, const test_case *c, const xcj_verifier *verifier, xcj_str damaged, const char *how)
{
    xcj_error err;
    char id[128];
    snprintf(id, sizeof id, "%s, %s", c->id, how);
    conform_count(t, id, conform_verify(verifier, damaged, NULL, NULL, false, &err) == XCJ_OK, false, "it was damaged");
}

/* One character of each part changed to another of the alphabet, and the token cut short in several places. */
static void damage(tally *t, const test_case *c, const xcj_verifier *verifier)
{
    char *copy = malloc(c->token.len);
    const char *first = memchr(c->token.ptr, '.', c->token.len);
    const char *second = memchr(first + 1, '.', c->token.len - (size_t)(first + 1 - c->token.ptr));
    size_t places[] = { 3, (size_t)(first - c->token.ptr) + 4, (size_t)(second - c->token.ptr) + 3,
                        (size_t)(second - c->token.ptr) + 20 };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        memcpy(copy, c->token.ptr, c->token.len);
        if (places[i] < c->token.len && copy[places[i]] != '.') {
            copy[places[i]] = copy[places[i]] == 'A' ? 'B' : 'A';
            expect_refused(t, c, verifier, (xcj_str){ copy, c->token.len }, "one character changed");
        }
    }
    size_t cuts[] = {
        0, 1, (size_t)(first - c->token.ptr), (size_t)(second - c->token.ptr) + 1, c->token.len - 2, c->token.len - 1
    };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        expect_refused(t, c, verifier, (xcj_str){ c->token.ptr, cuts[i] }, "cut short");
    }
    free(copy);
}

/* A JSON serialisation cut short anywhere, or over another payload, has no valid signature. */
static void damage_json(tally *t, const test_case *c, const xcj_verifier *verifier)
{
    xcj_error err;
    for (size_t cut = 0; cut < c->token.len; cut += 1 + c->token.len / 16) {
        xcj_str text = { c->token.ptr, cut };
        conform_count(t, c->id, conform_verify(verifier, text, NULL, NULL, true, &err) == XCJ_OK, false, "it was cut short");
    }
    json_t *token = json_loadb(c->token.ptr, c->token.len, 0, NULL);
    static const char *const payloads[] = { "e30", "", "eyJhIjoxfQ" };
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        json_object_set_new(token, "payload", json_string(payloads[i]));
        char *text = conform_dump(token);
        xcj_code code = conform_verify(verifier, (xcj_str){ text, strlen(text) }, NULL, NULL, true, &err);
        conform_count(t, c->id, code == XCJ_OK, false, "it has another payload");
        free(text);
    }
    json_decref(token);
}

/* What the result of a compact token says is the payload that it carries. */
static xcj_code verify(const test_case *c, const xcj_verifier *verifier, xcj_error *err)
{
    xcj_unverified *token;
    xcj_error why;
    bool is_plain = !c->is_json && xcj_unverified_decode(&token, c->token.ptr, c->token.len, &why) == XCJ_OK;
    xcj_str payload = is_plain ? xcj_unverified_payload(token) : (xcj_str){ NULL, 0 };
    bool is_known = is_plain && strncmp(c->id, "s-b64", 5) != 0;
    xcj_code code = conform_verify(verifier, c->token, NULL, is_known ? &payload : NULL, c->is_json, err);
    if (is_plain) {
        xcj_unverified_free(token);
    }
    return code;
}

static void run(tally *t, tally *damaged, const test_case *c, bool wanted)
{
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err);
    if (code == XCJ_OK) {
        code = verify(c, verifier, &err);
    }
    conform_count(t, c->id, code == XCJ_OK, wanted, err.message);
    if (code == XCJ_OK && c->is_json) {
        damage_json(damaged, c, verifier);
    }
    if (code == XCJ_OK && !c->is_json && c->token.len < 10000) {
        damage(damaged, c, verifier);
    }
    xcj_verifier_free(verifier);
}

static void require_exp(xcj_verify_options *options)
{
    options->allow_no_exp = 0;
}

static void want_all(xcj_verify_options *options)
{
    options->all_signatures = 1;
}

static void take_any_payload(xcj_verify_options *options)
{
    options->opaque_payload = 1;
    /* A policy on claims would be refused with it. */
    options->issuer.ptr = NULL;
    options->audiences = NULL;
    options->audiences_count = 0;
    options->leeway = 0;
}

/* Cases whose verdict hangs on the policy: under another one it is another. */
static const struct {
    const char *id;
    const char *how;
    void (*change)(xcj_verify_options *options);
    bool wanted;
} policies[] = {
    { "s-time-12", "by default, where exp is required", require_exp, false },
    { "s-jws-json-23", "where all signatures have to be valid", want_all, false },
    { "s-b64-06", "as a JWS and not a JWT: RFC 7797 is supported there", take_any_payload, true },
};

static void other_policies(tally *t, test_case *c)
{
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        if (strcmp(c->id, policies[i].id) != 0) {
            continue;
        }
        xcj_verifier *verifier;
        xcj_error err;
        char id[128];
        policies[i].change(&c->options);
        xcj_code code = conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err);
        if (code == XCJ_OK) {
            code = conform_verify(verifier, c->token, NULL, NULL, c->is_json, &err);
        }
        snprintf(id, sizeof id, "%s %s", c->id, policies[i].how);
        conform_count(t, id, code == XCJ_OK, policies[i].wanted, err.message);
        xcj_verifier_free(verifier);
    }
}

static int run_set(const char *path, tally *policies_run)
{
    const char *name = strrchr(path, '/');
    tally t = { .set = name != NULL ? name + 1 : path };
    tally damaged = { .set = "damaged copies of the accepted ones" };
    json_t *lines = conform_load_lines(path);
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line)
    {
        test_case c;
        case_read(&c, line);
        run(&t, &damaged, &c, case_wanted(&c, false));
        other_policies(policies_run, &c);
        case_free(&c);
    }
    json_decref(lines);
    int status = conform_end(&t);
    return conform_end(&damaged) | status;
}

int main(int argc, char **argv)
{
    int status = EXIT_SUCCESS;
    tally t = { .set = "the same under another policy" };
    for (int i = 1; i < argc; i++) {
        status |= run_set(argv[i], &t);
    }
    if (case_exceptions_unused(false) > 0) {
        status = EXIT_FAILURE;
    }
    if (t.to_accept + t.to_reject != sizeof policies / sizeof policies[0]) {
        printf("a case that another policy decides otherwise is no longer in the sets\n");
        status = EXIT_FAILURE;
    }
    return conform_end(&t) | status;
}
