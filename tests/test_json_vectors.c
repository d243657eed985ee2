/*
 * Conformance of the scanner to the texts of JSONTestSuite, and agreement with jansson on them and on mutations.
 */
#include <stdio.h>
#include <string.h>

#include "check_main.h"
#include "jansson_oracle.h"
#include "lib/base/error.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"

#define TEXTS XCJ_SHARED_DIR "/vectors/json/parsing.jsonl"
#define SKIPPED 77

/* As deep as the scanner goes, so that only the grammar counts. */
static const xcj__json_limits deep = { .max_depth = XCJ__JSON_DEPTH_MAX, .max_members = SIZE_MAX };

static xcj_code verdict(const char *text, size_t len, const xcj__json_limits *limits)
{
    char *copy = malloc(len + (len == 0));
    memcpy(copy, text, len);
    xcj_code code = xcj__json_scan(copy, len, 0, limits, NULL, NULL, NULL);
    free(copy);
    return code;
}

typedef struct count {
    unsigned accepted;
    unsigned refused;
    unsigned no_opinion;
} count;

static void compare(const char *text, size_t len, count *counts)
{
    opinion theirs = ask_jansson(text, len);
    xcj_code ours = verdict(text, len, &deep);
    if (theirs == NO_OPINION) {
        counts->no_opinion++;
        return;
    }
    ck_assert_msg((ours == XCJ_OK) == (theirs == ACCEPTED), "jansson %s: %.*s", theirs == ACCEPTED ? "accepts" : "refuses",
                  (int)len, text);
    counts->accepted += theirs == ACCEPTED;
    counts->refused += theirs == REFUSED;
}

/* The choices where RFC 8259 leaves room, and where ours is stricter: duplicate members are refused. */
static bool expected_verdict(const char *id, const char *expect)
{
    static const struct {
        const char *prefix;
        bool accept;
    } choices[] = {
        { "i_number_", true },
        { "i_string_", false },
        { "i_object_key_lone_", false },
        { "i_structure_UTF-8_BOM", false },
        { "i_structure_500_nested_arrays", true },
        { "y_object_duplicated_key", false },
    };
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (strncmp(id, choices[i].prefix, strlen(choices[i].prefix)) == 0)
            return choices[i].accept;
    }
    ck_assert_msg(strcmp(expect, "either") != 0, "%s: no choice is documented", id);
    return strcmp(expect, "accept") == 0;
}

typedef void (*each_text)(const char *id, const char *expect, const char *text, size_t len, count *counts);

static void read_line(const char *line, each_text visit, count *counts)
{
    json_t *row = json_loads(line, 0, NULL);
    const char *id, *expect, *base64;
    ck_assert_int_eq(json_unpack(row, "{s:s, s:s, s:s}", "id", &id, "expect", &expect, "base64", &base64), 0);
    size_t base64_len = strlen(base64);
    size_t len;
    uint8_t *text = malloc(base64_len + 1);
    ck_assert_msg(xcj__b64_decode(text, &len, base64, base64_len, NULL), "%s: base64", id);
    visit(id, expect, (const char *)text, len, counts);
    free(text);
    json_decref(row);
}

static void read_all(each_text visit, count *counts)
{
    FILE *file = fopen(TEXTS, "r");
    ck_assert_ptr_nonnull(file);
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, file) > 0)
        read_line(line, visit, counts);
    free(line);
    fclose(file);
}

static void check_text(const char *id, const char *expect, const char *text, size_t len, count *counts)
{
    bool expected = expected_verdict(id, expect);
    xcj_code code = verdict(text, len, &deep);
    ck_assert_msg((code == XCJ_OK) == expected, "%s: %s", id, xcj_code_name(code));
    counts->accepted += expected;
    counts->refused += !expected;
    /* The default limit of depth is below these. */
    if (strcmp(id, "i_structure_500_nested_arrays") == 0)
        ck_assert_int_eq(verdict(text, len, NULL), XCJ_ERR_LIMIT);
    else
        ck_assert_int_eq(verdict(text, len, NULL) == XCJ_OK, expected);
}

START_TEST(the_texts_of_jsontestsuite)
{
    count counts = { 0, 0, 0 };
    read_all(check_text, &counts);
    printf("JSONTestSuite: %u accepted, %u refused\n", counts.accepted, counts.refused);
    ck_assert_uint_ge(counts.accepted, 90);
    ck_assert_uint_ge(counts.refused, 190);
}
END_TEST

static void compare_text(const char *id, const char *expect, const char *text, size_t len, count *counts)
{
    (void)id;
    (void)expect;
    compare(text, len, counts);
}

START_TEST(jansson_agrees_on_the_texts)
{
    count counts = { 0, 0, 0 };
    read_all(compare_text, &counts);
    printf("jansson on JSONTestSuite: %u accepted, %u refused, %u without an opinion\n", counts.accepted, counts.refused,
           counts.no_opinion);
    ck_assert_uint_ge(counts.accepted, 85);
    ck_assert_uint_ge(counts.refused, 180);
    ck_assert_uint_le(counts.no_opinion, 20);
}
END_TEST

static const char *const seeds[] = {
    "{\"exp\":1712685716,\"iss\":\"https://sso.example\",\"aud\":[\"a\",\"b\"],\"act\":{\"client_id\":\"x\"}}",
    "{\"a\":{\"b\":{\"c\":[1,-2.5e+3,0.1,true,false,null]}},\"d\":\"\\u00e9\\ud834\\udd1e\\n\\\"\"}",
    "[[],{},[{}],\"\",0,-0,1e5,\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\"]",
    "{\"kty\":\"oct\",\"k\":\"AAAA\",\"key_ops\":[\"sign\",\"verify\"],\"kid\":\"\"}",
    " { \"a\" : 1 ,\t\"b\" : [ 1 , 2 ] ,\r\n\"\\u0061b\" : null } ",
    "-12.50E-07",
    "\"\\b\\f\\n\\r\\t\\/\\\\\\u0041\\uFFFF\"",
    "{\"a\":1,\"\\u0062\":2,\"c\":3,\"\\u0064\":4}",
};

#define ROUNDS 30000
#define TEXT_MAX 400

static unsigned next_random(unsigned *state, unsigned below)
{
    *state = *state * 1103515245U + 12345U;
    return (*state >> 8 & 0xffffff) % below;
}

/* A byte that is likely to matter, or any. */
static char pick_byte(unsigned *state)
{
    static const char likely[] =
        "{}[]:,\"\\ \t\n0123456789-+.eEubfnrtaldsAFD/\x00\x1f\x7f\x80\xbf\xc2\xe0\xed\xef\xf0\xf4\xff";
    if (next_random(state, 8) == 0)
        return (char)next_random(state, 256);
    return likely[next_random(state, sizeof likely - 1)];
}

/* Replaces, removes, inserts a byte, or repeats a part. Returns the new length. */
static size_t mutate(char *text, size_t len, unsigned *state)
{
    size_t at = next_random(state, (unsigned)len + 1);
    switch (next_random(state, 4)) {
    case 0:
        if (at < len)
            text[at] = pick_byte(state);
        return len;
    case 1:
        if (at == len)
            return len;
        memmove(text + at, text + at + 1, len - at - 1);
        return len - 1;
    case 2:
        memmove(text + at + 1, text + at, len - at);
        text[at] = pick_byte(state);
        return len + 1;
    default: {
        size_t from = next_random(state, (unsigned)len + 1);
        size_t part = next_random(state, 12);
        part = part < len - from ? part : len - from;
        char copy[12];
        memcpy(copy, text + from, part);
        memmove(text + at + part, text + at, len - at);
        memcpy(text + at, copy, part);
        return len + part;
    }
    }
}

START_TEST(jansson_agrees_on_mutations)
{
    count counts = { 0, 0, 0 };
    unsigned state = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        char text[TEXT_MAX];
        const char *seed = seeds[round % (sizeof seeds / sizeof seeds[0])];
        size_t len = strlen(seed);
        memcpy(text, seed, len);
        for (unsigned steps = 1 + next_random(&state, 3); steps > 0; steps--)
            len = mutate(text, len, &state);
        compare(text, len, &counts);
    }
    printf("jansson on mutations: %u accepted, %u refused, %u without an opinion\n", counts.accepted, counts.refused,
           counts.no_opinion);
    ck_assert_uint_ge(counts.accepted, ROUNDS / 10);
    ck_assert_uint_ge(counts.refused, ROUNDS / 10);
    ck_assert_uint_le(counts.no_opinion, ROUNDS / 20);
}
END_TEST

static Suite *json_vectors_suite(bool have_texts)
{
    TCase *tests = tcase_create("json_vectors");
    tcase_set_timeout(tests, 60);
    if (have_texts) {
        tcase_add_test(tests, the_texts_of_jsontestsuite);
        tcase_add_test(tests, jansson_agrees_on_the_texts);
    }
    tcase_add_test(tests, jansson_agrees_on_mutations);
    Suite *suite = suite_create("json_vectors");
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    FILE *file = fopen(TEXTS, "r");
    if (file != NULL)
        fclose(file);
    else
        printf("skipped: ../shared/vectors/json is not here\n");
    SRunner *runner = srunner_create(json_vectors_suite(file != NULL));
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (failed > 0)
        return EXIT_FAILURE;
    return file != NULL ? EXIT_SUCCESS : SKIPPED;
}
