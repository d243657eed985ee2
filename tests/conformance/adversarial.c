/*
 * Hostile and edge-case tokens with their valid twins, and tokens of other libraries: each through the C API. Of every
 * compact token that is accepted, damaged copies are refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"

/* Where this library decides otherwise than the set, and why. docs/security.md has the table of all debatable cases. */
static const struct exception {
    const char *id;
    bool wanted;
    const char *why;
} exceptions[] = {
    { "s-b64-04", true, "RFC 7797 is supported for a JWS" },
    { "s-jws-json-05", false, "alg must stand in the protected header" },
};
#define EXCEPTIONS (sizeof exceptions / sizeof exceptions[0])

static bool wanted_of(const test_case *c, bool used[EXCEPTIONS])
{
    for (size_t i = 0; i < EXCEPTIONS; i++) {
        if (strcmp(c->id, exceptions[i].id) == 0) {
            used[i] = exceptions[i].wanted != c->wanted;
            return exceptions[i].wanted;
        }
    }
    return c->wanted;
}

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

static bool run(tally *t, tally *damaged, const test_case *c, bool wanted)
{
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, c->token, NULL, NULL, c->is_json, &err);
    }
    conform_count(t, c->id, code == XCJ_OK, wanted, err.message);
    if (code == XCJ_OK && !c->is_json && c->token.len < 10000) {
        damage(damaged, c, verifier);
    }
    xcj_verifier_free(verifier);
    return code == XCJ_OK;
}

/* exp is required unless the policy says otherwise. */
static void without_exp(tally *t, test_case *c)
{
    c->options.allow_no_exp = 0;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, c->token, NULL, NULL, false, &err);
    }
    conform_count(t, "s-time-12 by default", code == XCJ_OK, false, err.message);
    xcj_verifier_free(verifier);
}

/* One valid signature is enough, unless all are wanted. */
static void all_signatures(tally *t, test_case *c)
{
    c->options.all_signatures = 1;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, c->keys, c->keys_len, &c->options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, c->token, NULL, NULL, true, &err);
    }
    conform_count(t, "s-jws-json-23 with all_signatures", code == XCJ_OK, false, err.message);
    xcj_verifier_free(verifier);
}

int main(int argc, char **argv)
{
    int status = EXIT_SUCCESS;
    bool used[EXCEPTIONS] = { false };
    for (int i = 1; i < argc; i++) {
        const char *name = strrchr(argv[i], '/');
        tally t = { .set = name != NULL ? name + 1 : argv[i] };
        tally damaged = { .set = "damaged copies of the accepted ones" };
        tally policies = { .set = "the same under a stricter policy" };
        json_t *lines = conform_load_lines(argv[i]);
        size_t index;
        json_t *line;
        json_array_foreach(lines, index, line)
        {
            test_case c;
            case_read(&c, line);
            run(&t, &damaged, &c, wanted_of(&c, used));
            if (strcmp(c.id, "s-time-12") == 0) {
                without_exp(&policies, &c);
            }
            if (strcmp(c.id, "s-jws-json-23") == 0) {
                all_signatures(&policies, &c);
            }
            case_free(&c);
        }
        json_decref(lines);
        bool failed = conform_end(&t) != EXIT_SUCCESS || conform_end(&damaged) != EXIT_SUCCESS ||
                      (policies.rejected > 0 && conform_end(&policies) != EXIT_SUCCESS) || policies.accepted > 0;
        status = failed ? EXIT_FAILURE : status;
    }
    for (size_t i = 0; i < EXCEPTIONS; i++) {
        if (!used[i]) {
            printf("the exception %s (%s) no longer makes a difference\n", exceptions[i].id, exceptions[i].why);
            status = EXIT_FAILURE;
        }
    }
    return status;
}
