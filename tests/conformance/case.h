/*
 * case.h: one case of the self-made sets (adversarial, interop): key, policy, token and what is expected.
 */
#ifndef XCJ_TESTS_CASE_H
#define XCJ_TESTS_CASE_H

#include "conform.h"

#define CASE_ALGS_MAX 32

/** A case read from JSON; the views live as long as the JSON. */
typedef struct test_case {
    const char *id;
    bool is_json;
    bool is_opaque;
    bool wanted;
    char *keys; /* JSON text; free() */
    size_t keys_len;
    xcj_str token;
    xcj_str iss;
    xcj_str aud;
    xcj_alg algs[CASE_ALGS_MAX];
    xcj_verify_options options;
} test_case;

/** Reads a case. `out` must stay where it is while options are used. */
void case_read(test_case *out, const json_t *line);

void case_free(test_case *c);

/** The verdict of this library, or of its command: the set's, save for the exceptions. */
bool case_wanted(const test_case *c, bool by_command);

/** How many exceptions made no difference to the cases asked for; prints them. */
unsigned case_exceptions_unused(bool by_command);

#endif
