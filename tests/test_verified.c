#include "check_main.h"

#include <pthread.h>
#include <stdio.h>

#include "fixtures.h"

static xcj_error err;
static xcj_key *key;

static void set_up(void)
{
    key = key_for(XCJ_HS256);
}

static void tear_down(void)
{
    xcj_key_free(key);
}

static xcj_verified *verified_with(const char *payload, const xcj_jws_options *how, xcj_verify_options options)
{
    xcj_verifier *verifier;
    xcj_verified *verified;
    size_t len;
    char *token = signed_by(key, payload, how, &len);
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_OK);
    ck_assert_msg(xcj_verify(&verified, verifier, token, len, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    xcj_verifier_free(verifier);
    xcj_free(token);
    return verified;
}

static xcj_verified *verified_of(const char *payload)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    return verified_with(payload, NULL, options);
}

#define AT(path) XCJ_CLAIMS, path, sizeof(path) - 1

/* Every getter of a path that leads nowhere: its code, its member, and an output of nothing. */
static void expect_absent(const xcj_verified *v, const char *path, const char *words)
{
    char *text = (char *)&err;
    size_t len = 1, count = 1;
    int64_t integer = 1;
    double number = 1;
    int boolean = 1;
    xcj_str json = { "x", 1 }, *texts = &json;
    size_t n = strlen(path);
    ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, path, n), XCJ_TYPE_ABSENT);
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, XCJ_CLAIMS, path, n, &err), XCJ_ERR_CLAIM);
    expect_error(&err, XCJ_ERR_CLAIM, path);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
    ck_assert(text == NULL && len == 0);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, XCJ_CLAIMS, path, n, NULL), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_number(&number, v, XCJ_CLAIMS, path, n, NULL), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_boolean(&boolean, v, XCJ_CLAIMS, path, n, NULL), XCJ_ERR_CLAIM);
    ck_assert(integer == 0 && number == 0 && boolean == 0);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, XCJ_CLAIMS, path, n, NULL), XCJ_ERR_CLAIM);
    ck_assert(texts == NULL && count == 0);
    ck_assert_int_eq(xcj_verified_json(&json, v, XCJ_CLAIMS, path, n, NULL), XCJ_ERR_CLAIM);
    ck_assert(json.ptr == NULL && json.len == 0);
}

START_TEST(paths_that_lead_nowhere)
{
    static const char *const paths[] = {
        "b",
        "a/b",
        "A",
        "/b",
        "/a/c",
        "/a/b/c",
        "/a/",
        "/a/b/",
        "//",
        "/l/3",
        "/l/-1",
        "/l/-",
        "/l/+0",
        "/l/00",
        "/l/0x0",
        "/l/ 0",
        "/l/1e0",
        "/l/",
        "/l/length",
        "/t~",
        "/t~2",
        "/t~a",
        "/n/0",
        "/s/0",
        "/nil/a",
        "/l/2/~",
        "/l/9999999",
        "/l/4294967296",
        "/l/18446744073709551616",
        "/a~1b",
    };
    xcj_verified *v = verified_of("{\"a\":{\"b\":1},\"l\":[0,1,{}],\"t~\":1,\"n\":5,\"s\":\"x\",\"nil\":null}");
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        expect_absent(v, paths[i], "is missing");
    }
    ck_assert_int_eq(xcj_verified_type(v, AT("/l/2")), XCJ_TYPE_OBJECT);
    ck_assert_int_eq(xcj_verified_type(v, AT("/t~0")), XCJ_TYPE_NUMBER);
    ck_assert_int_eq(xcj_verified_type(v, AT("/a/b")), XCJ_TYPE_NUMBER);
    /* A NUL is a character like others. */
    ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, "a\0", 2), XCJ_TYPE_ABSENT);
    ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, NULL, 0), XCJ_TYPE_ABSENT);
    xcj_verified_free(v);
}
END_TEST

/* RFC 6901 5, its own example. */
START_TEST(pointers_of_the_rfc)
{
    static const struct {
        const char *path;
        int64_t value;
    } rows[] = { { "/", 0 },     { "/a~1b", 1 }, { "/c%d", 2 }, { "/e^f", 3 },  { "/g|h", 4 },
                 { "/i\\j", 5 }, { "/k\"l", 6 }, { "/ ", 7 },   { "/m~0n", 8 }, { "/o~01", 9 } };
    xcj_verified *v = verified_of("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
                                  "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"o~1\":9}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t value = -1;
        ck_assert_msg(xcj_verified_integer(&value, v, XCJ_CLAIMS, rows[i].path, strlen(rows[i].path), &err) == XCJ_OK, "%s",
                      err.message);
        ck_assert_int_eq(err.code, XCJ_OK);
        ck_assert_int_eq(value, rows[i].value);
    }
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, AT("/foo/1"), &err), XCJ_OK);
    ck_assert_str_eq(text, "baz");
    xcj_free(text);
    xcj_verified_free(v);
}
END_TEST

START_TEST(wrong_types)
{
    xcj_verified *v = verified_of("{\"s\":\"5\",\"n\":5,\"b\":true,\"z\":null,\"a\":[\"x\",5],\"o\":{}}");
    char *text;
    size_t len, count;
    int64_t integer;
    double number;
    int boolean;
    xcj_str *texts;
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, AT("n"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"n\" is not a string");
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("s"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"s\" is not a number");
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("z"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"z\" is not a number");
    ck_assert_int_eq(xcj_verified_boolean(&boolean, v, AT("n"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"n\" is not true or false");
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("o"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"o\" is not a string or an array of strings");
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("a"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"a\" is not a string or an array of strings");
    ck_assert_ptr_null(texts);
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, AT("/a/1"), &err), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.member, "/a/1");
    xcj_verified_free(v);
}
END_TEST

START_TEST(integers)
{
    static const struct {
        const char *path;
        xcj_code code;
        int64_t value;
    } rows[] = {
        { "/0", XCJ_OK, INT64_MAX }, { "/1", XCJ_OK, INT64_MIN }, { "/2", XCJ_ERR_CLAIM, 0 },  { "/3", XCJ_ERR_CLAIM, 0 },
        { "/4", XCJ_OK, 0 },         { "/5", XCJ_OK, 0 },         { "/6", XCJ_OK, 1000 },      { "/7", XCJ_OK, 12 },
        { "/8", XCJ_ERR_CLAIM, 0 },  { "/9", XCJ_ERR_CLAIM, 0 },  { "/10", XCJ_ERR_CLAIM, 0 }, { "/11", XCJ_OK, -7 },
        { "/12", XCJ_ERR_CLAIM, 0 },
    };
    xcj_verified *v = verified_of("{\"n\":[9223372036854775807,-9223372036854775808,9223372036854775808,"
                                  "-9223372036854775809,-0,0e999999999,1E3,1200e-2,1201e-2,1e400,1e-400,-7.000,-0.5]}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char path[20];
        int64_t value = 99;
        sprintf(path, "/n%s", rows[i].path);
        ck_assert_msg(xcj_verified_integer(&value, v, XCJ_CLAIMS, path, strlen(path), &err) == rows[i].code, "%s", path);
        ck_assert_int_eq(value, rows[i].value);
    }
    double number;
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("/n/9"), &err), XCJ_ERR_CLAIM);
    ck_assert(number == 0);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("/n/10"), &err), XCJ_OK);
    ck_assert(number == 0);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("/n/8"), &err), XCJ_OK);
    ck_assert(number == 12.01);
    xcj_verified_free(v);
}
END_TEST

START_TEST(arrays_of_text)
{
    xcj_verified *v = verified_of("{\"none\":[],\"some\":[\"\",\"\\u0000x\",\"\xc3\xa9\\n\"],\"one\":\"\\\"\"}");
    xcj_str *texts;
    size_t count;
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("none"), &err), XCJ_OK);
    ck_assert_ptr_nonnull(texts);
    ck_assert_uint_eq(count, 0);
    xcj_free(texts);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("some"), &err), XCJ_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert(texts[0].len == 0 && texts[0].ptr[0] == '\0');
    ck_assert(texts[1].len == 2 && memcmp(texts[1].ptr, "\0x", 3) == 0);
    ck_assert(texts[2].len == 3 && strcmp(texts[2].ptr, "\xc3\xa9\n") == 0);
    xcj_free(texts);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("one"), &err), XCJ_OK);
    ck_assert(count == 1 && strcmp(texts[0].ptr, "\"") == 0);
    xcj_free(texts);
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, AT("/some/1"), &err), XCJ_OK);
    ck_assert(len == 2 && memcmp(text, "\0x", 3) == 0);
    xcj_free(text);
    xcj_verified_free(v);
}
END_TEST

START_TEST(json_as_it_was_carried)
{
    static const struct {
        const char *path;
        const char *json;
    } rows[] = { { "s", "\"a\\u0062\"" }, { "n", "1.10" },  { "o", "{ \"x\" :[ ] }" },
                 { "/o/x", "[ ]" },       { "b", "false" }, { "z", "null" } };
    xcj_verified *v = verified_of(" { \"s\" : \"a\\u0062\" , \"n\":1.10, \"o\":{ \"x\" :[ ] },\"b\":false,\"z\":null}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_str json;
        ck_assert_int_eq(xcj_verified_json(&json, v, XCJ_CLAIMS, rows[i].path, strlen(rows[i].path), &err), XCJ_OK);
        ck_assert_uint_eq(json.len, strlen(rows[i].json));
        ck_assert_mem_eq(json.ptr, rows[i].json, json.len);
        /* Borrowed from the payload itself. */
        ck_assert(json.ptr > xcj_verified_payload(v).ptr);
        ck_assert(json.ptr < xcj_verified_payload(v).ptr + xcj_verified_payload(v).len);
    }
    xcj_verified_free(v);
}
END_TEST

typedef struct claim_row {
    xcj_type type;
    xcj_str name;
    const char *json;
} claim_row;

/* Each claim in turn; then none. */
static void expect_claims(const xcj_verified *v, const claim_row *rows, size_t count)
{
    xcj_str name, json;
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(xcj_verified_claim(&name, &json, v, i), rows[i].type);
        ck_assert_uint_eq(name.len, rows[i].name.len);
        ck_assert(name.ptr != NULL && memcmp(name.ptr, rows[i].name.ptr, name.len) == 0);
        ck_assert_uint_eq(json.len, strlen(rows[i].json));
        ck_assert_mem_eq(json.ptr, rows[i].json, json.len);
        ck_assert_int_eq(xcj_verified_claim(NULL, NULL, v, i), rows[i].type);
    }
    const size_t beyond[] = { count, count + 1, SIZE_MAX };
    for (size_t i = 0; i < COUNT_OF(beyond); i++) {
        name = json = xcj_text("x");
        ck_assert_int_eq(xcj_verified_claim(&name, &json, v, beyond[i]), XCJ_TYPE_ABSENT);
        ck_assert(name.ptr == NULL && name.len == 0 && json.ptr == NULL && json.len == 0);
    }
}

START_TEST(claims_one_by_one)
{
    static const claim_row plain[] = {
        { XCJ_TYPE_STRING, { "s", 1 }, "\"a\\u0062\"" }, { XCJ_TYPE_OBJECT, { "o", 1 }, "{ \"x\" :[ ] }" },
        { XCJ_TYPE_NUMBER, { "", 0 }, "1.10" },          { XCJ_TYPE_NULL, { "z", 1 }, "null" },
        { XCJ_TYPE_BOOL, { "b", 1 }, "false" },          { XCJ_TYPE_ARRAY, { "l", 1 }, "[1]" },
    };
    static const claim_row escaped[] = {
        { XCJ_TYPE_NUMBER, { "a", 1 }, "1" },
        { XCJ_TYPE_NUMBER, { "plain", 5 }, "2" },
        { XCJ_TYPE_NUMBER, { "\0\"", 2 }, "3" },
        { XCJ_TYPE_NUMBER, { "/a~", 3 }, "4" },
    };
    xcj_verified *v =
        verified_of(" { \"s\" : \"a\\u0062\" , \"o\":{ \"x\" :[ ] },\"\":1.10,\"z\":null,\"b\":false,\"l\":[1]}");
    expect_claims(v, plain, COUNT_OF(plain));
    xcj_verified_free(v);
    v = verified_of("{\"\\u0061\":1,\"plain\":2,\"\\u0000\\\"\":3,\"\\/a~\":4}");
    expect_claims(v, escaped, COUNT_OF(escaped));
    ck_assert_int_eq(xcj_verified_type(v, AT("a")), XCJ_TYPE_NUMBER);
    ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, "\0\"", 2), XCJ_TYPE_NUMBER);
    ck_assert_int_eq(xcj_verified_type(v, AT("/~1a~0")), XCJ_TYPE_NUMBER);
    xcj_verified_free(v);
    v = verified_of("{}");
    expect_claims(v, NULL, 0);
    xcj_verified_free(v);
    ck_assert_int_eq(xcj_verified_claim(NULL, NULL, NULL, 0), XCJ_TYPE_ABSENT);
}
END_TEST

/* More than the room that a verification begins with. */
START_TEST(many_claims)
{
    for (int count = 55; count < 400; count += count < 70 ? 1 : 101) {
        char *payload = malloc(40 * (size_t)count), *at = payload;
        for (int i = 0; i < count; i++) {
            at += sprintf(at, "%s\"%s%d\":%d", i == 0 ? "{" : ",", i == count - 1 ? "\\u006e" : "n", i, i);
        }
        strcpy(at, "}");
        xcj_verified *v = verified_of(payload);
        for (int i = 0; i < count; i++) {
            char name[20];
            int64_t value;
            xcj_str view;
            int len = sprintf(name, "n%d", i);
            ck_assert_int_eq(xcj_verified_integer(&value, v, XCJ_CLAIMS, name, (size_t)len, &err), XCJ_OK);
            ck_assert_int_eq(value, i);
            ck_assert_int_eq(xcj_verified_claim(&view, NULL, v, (size_t)i), XCJ_TYPE_NUMBER);
            ck_assert(view.len == (size_t)len && memcmp(view.ptr, name, view.len) == 0);
        }
        expect_absent(v, "n", "is missing");
        ck_assert_int_eq(xcj_verified_claim(NULL, NULL, v, (size_t)count), XCJ_TYPE_ABSENT);
        xcj_verified_free(v);
        free(payload);
    }
}
END_TEST

START_TEST(the_header)
{
    xcj_jws_options how = XCJ_JWS_OPTIONS_INIT;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    char *text;
    size_t len;
    int64_t integer;
    how.typ = xcj_text("JWT");
    how.kid = xcj_text("a/b");
    how.header = xcj_text("{\"x\":[{\"y\":7}]}");
    xcj_verified *v = verified_with("{\"x\":8,\"typ\":\"mine\"}", &how, options);
    ck_assert_int_eq(xcj_verified_text(&text, &len, v, XCJ_HEADER, "kid", 3, &err), XCJ_OK);
    ck_assert_str_eq(text, "a/b");
    xcj_free(text);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, XCJ_HEADER, "/x/0/y", 6, &err), XCJ_OK);
    ck_assert_int_eq(integer, 7);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("x"), &err), XCJ_OK);
    ck_assert_int_eq(integer, 8);
    ck_assert_int_eq(xcj_verified_type(v, XCJ_HEADER, "iss", 3), XCJ_TYPE_ABSENT);
    xcj_verified_free(v);
}
END_TEST

/* An opaque payload is bytes, even when it looks like claims. */
START_TEST(opaque_payloads)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verified *v = verified_with("{\"a\":{\"b\":1}}", NULL, options);
    expect_absent(v, "a", "");
    expect_absent(v, "/a/b", "");
    expect_claims(v, NULL, 0);
    ck_assert_str_eq(xcj_verified_payload(v).ptr, "{\"a\":{\"b\":1}}");
    ck_assert_int_eq(xcj_verified_type(v, XCJ_HEADER, "alg", 3), XCJ_TYPE_STRING);
    xcj_verified_free(v);
    v = verified_with("", NULL, options);
    ck_assert_uint_eq(xcj_verified_payload(v).len, 0);
    ck_assert_int_eq(xcj_verified_payload(v).ptr[0], '\0');
    xcj_verified_free(v);
}
END_TEST

/* As deep and as wide as the verifier was told to take. */
START_TEST(deep_and_wide)
{
    enum { DEPTH = 1000, WIDTH = 20000 };
    char *payload = malloc(20 * WIDTH), *path = malloc(4 * DEPTH + 10);
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    int64_t integer;
    options.max_depth = 1024;
    char *at = payload + sprintf(payload, "{\"a\":");
    memset(at, '[', DEPTH);
    at += DEPTH;
    *at++ = '7';
    memset(at, ']', DEPTH);
    strcpy(at + DEPTH, "}");
    at = path + sprintf(path, "/a");
    for (int i = 0; i < DEPTH; i++) {
        at += sprintf(at, "/0");
    }
    xcj_verified *v = verified_with(payload, NULL, options);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, XCJ_CLAIMS, path, strlen(path), &err), XCJ_OK);
    ck_assert_int_eq(integer, 7);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, XCJ_CLAIMS, path, strlen(path) - 2, &err), XCJ_ERR_CLAIM);
    ck_assert_uint_lt(strlen(err.member), sizeof err.member);
    xcj_verified_free(v);
    at = payload + sprintf(payload, "{\"l\":[0");
    for (int i = 1; i < WIDTH; i++) {
        at += sprintf(at, ",%d", i);
    }
    strcpy(at, "]}");
    v = verified_with(payload, NULL, options);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("/l/19999"), &err), XCJ_OK);
    ck_assert_int_eq(integer, 19999);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("/l/20000"), &err), XCJ_ERR_CLAIM);
    xcj_verified_free(v);
    free(payload);
    free(path);
}
END_TEST

static void *read_claim(void *arg)
{
    int64_t integer = 0;
    for (int i = 0; i < 100; i++) {
        if (xcj_verified_integer(&integer, arg, AT("/a/0"), NULL) != XCJ_OK || integer != 5) {
            return arg;
        }
    }
    return NULL;
}

START_TEST(read_by_several_threads)
{
    xcj_verified *v = verified_of("{\"a\":[5]}");
    pthread_t threads[8];
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_claim, v), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        void *failed;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
    xcj_verified_free(v);
}
END_TEST

/* The result has a reference of its own to the key. */
START_TEST(the_key_stays)
{
    xcj_key *own = named(XCJ_HS512, "own");
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier;
    xcj_verified *v;
    size_t len;
    options.allow_no_exp = 1;
    char *token = signed_by(own, "{}", NULL, &len);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, own, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify(&v, verifier, token, len, NULL, &err), XCJ_OK);
    xcj_key_free(own);
    xcj_verifier_free(verifier);
    xcj_free(token);
    ck_assert_mem_eq(xcj_key_id(xcj_verified_key(v)).ptr, "own", 3);
    ck_assert_int_eq(xcj_verified_alg(v), XCJ_HS512);
    xcj_verified_free(v);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        paths_that_lead_nowhere, pointers_of_the_rfc, wrong_types,     integers,      arrays_of_text,
        json_as_it_was_carried,  the_header,          opaque_payloads, deep_and_wide, read_by_several_threads,
        the_key_stays,           claims_one_by_one,   many_claims,
    };
    TCase *tcase = tcase_create("verified");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("verified");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
