/*
 * conform.h: what the conformance runners share: reading vectors, one verification from a case, and counting.
 */
#ifndef XCJ_TESTS_CONFORM_H
#define XCJ_TESTS_CONFORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include <xcj.h>

#define SKIPPED 77

/** Verdicts so far. */
typedef struct tally {
    const char *set;
    unsigned to_accept; /* what was expected, */
    unsigned to_reject;
    unsigned accepted; /* and what came out as expected */
    unsigned rejected;
    unsigned wrong;
} tally;

/** The document at a path, or a printed reason and exit status 77 when there is no such file. */
json_t *conform_load(const char *path);

/** The same of a file with one JSON text a line, as an array. */
json_t *conform_load_lines(const char *path);

/** A string member; absent: ptr NULL. */
xcj_str conform_text(const json_t *object, const char *member);

/** A JSON text of the value, which free() frees. */
char *conform_dump(const json_t *value);

/** Counts a verdict; prints the case when it is not the wanted one. */
void conform_count(tally *t, const char *id, bool accepted, bool wanted, const char *why);

/** Prints the counts; the exit status of the program. */
int conform_end(const tally *t);

/** Keys for a verifier: one key, or a set when the JSON has `keys`. */
xcj_code conform_verifier(xcj_verifier **out, const char *keys, size_t len, const xcj_verify_options *options,
                          xcj_error *err);

/**
 * Verifies in all four ways, with and without a result and a scratch, which must agree in their code. On success the payload
 * is compared with `payload` if that is given.
 */
xcj_code conform_verify(const xcj_verifier *verifier, xcj_str token, const xcj_str *detached, const xcj_str *payload,
                        bool is_json, xcj_error *err);

#endif
