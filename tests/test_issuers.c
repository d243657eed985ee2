#include "check_main.h"

#include <stdio.h>
#include <time.h>

#include "fixtures.h"

/* Both issuers have a key with this kid. */
#define KID "k"

typedef struct issuer {
    const char *iss;
    const char *aud;
    xcj_alg alg;
    xcj_key *key;
    xcj_verifier *row;
} issuer;

static issuer a, b, c;
static xcj_verifier *all;
static xcj_error err;

static xcj_verifier *row_of(const xcj_key *key, xcj_verify_options options)
{
    xcj_verifier *row;
    xcj_keyset *set;
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, &key, 1, &err), XCJ_OK);
    ck_assert_msg(xcj_verifier_new(&row, set, &options, &err) == XCJ_OK, "%s", err.message);
    xcj_keyset_free(set);
    return row;
}

static issuer new_issuer(const char *iss, const char *aud, xcj_alg alg)
{
    const xcj_str audience = xcj_text(aud);
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.issuer = xcj_text(iss);
    options.audiences = &audience;
    options.audiences_count = 1;
    options.algs = &alg;
    options.algs_count = 1;
    xcj_key *key = named(alg, KID);
    return (issuer){ iss, aud, alg, key, row_of(key, options) };
}

static xcj_verifier *join(const xcj_verifier *const *rows, size_t count)
{
    xcj_verifier *joined;
    ck_assert_msg(xcj_verifier_new_issuers(&joined, rows, count, &err) == XCJ_OK, "%s", err.message);
    return joined;
}

static void set_up(void)
{
    a = new_issuer("https://a.example", "x", XCJ_ES256);
    b = new_issuer("https://b.example", "y", XCJ_ES256);
    c = new_issuer("urn:c", "z", XCJ_HS256);
    const xcj_verifier *rows[] = { c.row, a.row, b.row };
    all = join(rows, COUNT_OF(rows));
}

static void tear_down(void)
{
    xcj_verifier_free(all);
    issuer *const issuers[] = { &a, &b, &c };
    for (size_t i = 0; i < COUNT_OF(issuers); i++) {
        xcj_verifier_free(issuers[i]->row);
        xcj_key_free(issuers[i]->key);
    }
}

/* A compact token, a flattened and a general serialisation, and a token with a detached payload. */
enum { COMPACT, FLAT, GENERAL, DETACHED, FORMS };

static char *sign(const char *claims, const xcj_key *key, int form, size_t *len)
{
    char *token;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.detached = form == DETACHED;
    const xcj_jws_signer signers[2] = { { key, &options }, { key, &options } };
    const size_t claims_len = strlen(claims);
    xcj_code code = form == FLAT || form == GENERAL
                        ? xcj_jws_sign_json(&token, len, claims, claims_len, signers, form == FLAT ? 1 : 2, NULL, &err)
                        : xcj_jws_sign(&token, len, claims, claims_len, key, &options, NULL, &err);
    ck_assert_msg(code == XCJ_OK, "%s", err.message);
    return token;
}

static xcj_code verify(xcj_verified **out, const xcj_verifier *verifier, const char *claims, const xcj_key *key, int form)
{
    size_t len;
    char *token = sign(claims, key, form, &len);
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    call.payload = form == DETACHED ? xcj_text(claims) : (xcj_str){ NULL, 0 };
    xcj_code code = form == COMPACT    ? xcj_verify(out, verifier, token, len, NULL, &err)
                    : form == DETACHED ? xcj_verify_with(out, verifier, token, len, &call, NULL, &err)
                                       : xcj_verify_json(out, verifier, token, len, NULL, &err);
    xcj_free(token);
    return code;
}

typedef struct row {
    const char *claims;
    const issuer *signer;
    xcj_code code;
    uint32_t failed;
    const char *message; /* NULL: any */
} row;

static void expect(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int form = COMPACT; form < FORMS; form++) {
            xcj_verified *verified;
            xcj_code code = verify(&verified, all, rows[i].claims, rows[i].signer->key, form);
            ck_assert_msg(code == rows[i].code, "%s in form %d: %s", rows[i].claims, form, err.message);
            ck_assert_msg(code == XCJ_OK || form == GENERAL || err.claims == rows[i].failed, "%s", rows[i].claims);
            ck_assert_msg(rows[i].message == NULL || strstr(err.message, rows[i].message) != NULL, "%s", err.message);
            ck_assert(code != XCJ_OK || xcj_verified_key(verified) == rows[i].signer->key);
            ck_assert((code == XCJ_OK) == (verified != NULL));
            xcj_verified_free(verified);
        }
    }
}
#define EXPECT(rows) expect(rows, COUNT_OF(rows))

#define IN_A "\"aud\":\"x\"}"
#define IN_B "\"aud\":\"y\"}"
#define A "{\"iss\":\"https://a.example\","
#define B "{\"iss\":\"https://b.example\","

/* Both sets hold the same kid, so the issuer alone tells the keys apart. */
START_TEST(the_issuer_selects_the_keys)
{
    const row rows[] = {
        { A IN_A, &a, XCJ_OK, 0, NULL },
        { B IN_B, &b, XCJ_OK, 0, NULL },
        { "{\"iss\":\"urn:c\",\"aud\":[\"q\",\"z\"]}", &c, XCJ_OK, 0, NULL },
        { A IN_A, &b, XCJ_ERR_SIGNATURE, 0, NULL },
        { B IN_B, &a, XCJ_ERR_SIGNATURE, 0, NULL },
        { "{\"i\\u0073s\":\"https:\\/\\/a.\\u0065xample\"," IN_A, &a, XCJ_OK, 0, NULL },
        { "{\"i\\u0073s\":\"https:\\/\\/a.\\u0065xample\"," IN_A, &b, XCJ_ERR_SIGNATURE, 0, NULL },
        { "{\"x\":{\"iss\":\"https://b.example\"},\"iss\":\"https://a.example\"," IN_A, &a, XCJ_OK, 0, NULL },
    };
    EXPECT(rows);
}
END_TEST

START_TEST(each_issuer_has_its_own_rules)
{
    const row rows[] = {
        { A IN_B, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is \"y\", not \"x\"" },
        { B IN_A, &b, XCJ_ERR_CLAIM, XCJ_CLAIM_AUD, "\"aud\" is \"x\", not \"y\"" },
        { A IN_A, &c, XCJ_ERR_ALG, 0, "HS256 is not allowed here" },
        { "{\"iss\":\"urn:c\",\"aud\":\"z\"}", &a, XCJ_ERR_ALG, 0, "ES256 is not allowed here" },
        { "{\"iss\":\"urn:c\",\"aud\":\"z\"}", &c, XCJ_OK, 0, NULL },
    };
    EXPECT(rows);
}
END_TEST

START_TEST(issuers_that_are_none)
{
    const row rows[] = {
        { "{" IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is missing" },
        { "{\"Iss\":\"https://a.example\"," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is missing" },
        { "{\"iss\":[\"https://a.example\"]," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"iss\":null," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"iss\":7," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is not a string" },
        { "{\"iss\":\"https://A.example\"," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS,
          "\"iss\" is \"https://A.example\", not \"https://a.example\" or another that is accepted" },
        { "{\"iss\":\"\"," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, "\"iss\" is \"\", not" },
        { "{\"iss\":\"https://a.exampl\"," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, NULL },
        { "{\"iss\":\"https://a.example\\u0000\"," IN_A, &a, XCJ_ERR_CLAIM, XCJ_CLAIM_ISS, NULL },
        { "[\"https://a.example\"]", &a, XCJ_ERR_JSON, 0, NULL },
        { "", &a, XCJ_ERR_JSON, 0, NULL },
    };
    EXPECT(rows);
}
END_TEST

/* The first iss selects the row, whose key must then fit; and no token has two. */
START_TEST(an_issuer_that_is_given_twice)
{
    const row rows[] = {
        { A "\"iss\":\"https://b.example\"," IN_A, &a, XCJ_ERR_JSON, 0, "duplicate member" },
        { A "\"iss\":\"https://b.example\"," IN_B, &b, XCJ_ERR_SIGNATURE, 0, NULL },
        { B "\"iss\":\"https://a.example\"," IN_A, &a, XCJ_ERR_SIGNATURE, 0, NULL },
        { B "\"iss\":\"https://a.example\"," IN_B, &b, XCJ_ERR_JSON, 0, "duplicate member" },
        { A "\"i\\u0073s\":\"https://a.example\"," IN_A, &a, XCJ_ERR_JSON, 0, "duplicate member" },
    };
    EXPECT(rows);
}
END_TEST

/* A set of all keys would not tell them apart; the rows do. */
START_TEST(a_merged_set_is_ambiguous)
{
    const xcj_key *keys[] = { a.key, b.key };
    xcj_keyset *set;
    xcj_verifier *merged;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&merged, set, &options, &err), XCJ_OK);
    ck_assert_int_eq(verify(NULL, merged, A IN_A, a.key, COMPACT), XCJ_ERR_AMBIGUOUS_KEY);
    ck_assert_int_eq(verify(NULL, all, A IN_A, a.key, COMPACT), XCJ_OK);
    xcj_verifier_free(merged);
    xcj_keyset_free(set);
}
END_TEST

static const xcj_verifier *selected_by(const xcj_verifier *verifier, const char *claims)
{
    size_t len;
    char *token = sign(claims, a.key, COMPACT, &len);
    const xcj_verifier *found = xcj_verifier_row(verifier, token, len);
    xcj_free(token);
    return found;
}

/* The key that has signed does not count, nor do other claims. */
START_TEST(row_that_a_token_selects)
{
    ck_assert_ptr_eq(selected_by(all, A IN_A), a.row);
    ck_assert_ptr_eq(selected_by(all, B "\"exp\":0," IN_B), b.row);
    ck_assert_ptr_eq(selected_by(all, "{\"i\\u0073s\":\"https:\\/\\/b.\\u0065xample\"}"), b.row);
    ck_assert_ptr_null(selected_by(all, "{\"iss\":\"https://d.example\"}"));
    ck_assert_ptr_null(selected_by(all, "{\"iss\":7}"));
    ck_assert_ptr_null(selected_by(all, "{}"));
    ck_assert_ptr_null(selected_by(all, "x"));
    ck_assert_ptr_eq(selected_by(a.row, B IN_B), a.row);
    ck_assert_ptr_null(xcj_verifier_row(all, "a.b", 3));
    ck_assert_ptr_null(xcj_verifier_row(all, "a.!.c", 5));
    ck_assert_ptr_null(xcj_verifier_row(all, "a.b.c", SIZE_MAX));
    ck_assert_ptr_null(xcj_verifier_row(NULL, "a.b.c", 5));
    ck_assert_ptr_null(xcj_verifier_row(all, NULL, 5));
}
END_TEST

static void refuse_rows(const xcj_verifier *const *rows, size_t count, xcj_code code, const char *message)
{
    xcj_verifier *joined = all;
    ck_assert_int_eq(xcj_verifier_new_issuers(&joined, rows, count, &err), code);
    ck_assert_ptr_null(joined);
    expect_error(&err, code, code == XCJ_ERR_ARGUMENT ? "" : "rows");
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    ck_assert_int_eq(xcj_verifier_new_issuers(&joined, rows, count, NULL), code);
}

START_TEST(rows_are_checked)
{
    const xcj_verify_options none = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *open = row_of(a.key, none);
    const xcj_verifier *twice[] = { a.row, b.row, a.row };
    const xcj_verifier *nameless[] = { a.row, open };
    const xcj_verifier *nested[] = { all };
    const xcj_verifier *missing[] = { a.row, NULL };
    refuse_rows(twice, 3, XCJ_ERR_CONFIG, "row 3: another row has the same issuer");
    refuse_rows(nameless, 2, XCJ_ERR_CONFIG, "row 2: the verifier names no issuer");
    refuse_rows(nested, 1, XCJ_ERR_CONFIG, "row 1: the verifier names no issuer");
    refuse_rows(missing, 2, XCJ_ERR_ARGUMENT, "NULL");
    refuse_rows(NULL, 0, XCJ_ERR_ARGUMENT, "NULL");
    refuse_rows(twice, SIZE_MAX, XCJ_ERR_LIMIT, "more than 4294967295 rows");
    ck_assert_int_eq(xcj_verifier_new_issuers(NULL, twice, 2, &err), XCJ_ERR_ARGUMENT);
    xcj_verifier_free(open);
}
END_TEST

START_TEST(no_rows_accept_nothing)
{
    const xcj_verifier *rows[1] = { NULL };
    xcj_verifier *nobody = join(rows, 0);
    ck_assert_int_eq(verify(NULL, nobody, A IN_A, a.key, COMPACT), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"iss\" is not accepted: the list of issuers is empty");
    ck_assert_str_eq(err.member, "iss");
    xcj_verifier_free(nobody);
    nobody = join(&(const xcj_verifier *){ a.row }, 1);
    ck_assert_int_eq(verify(NULL, nobody, A IN_A, a.key, COMPACT), XCJ_OK);
    ck_assert_int_eq(verify(NULL, nobody, B IN_B, b.key, COMPACT), XCJ_ERR_CLAIM);
    ck_assert_str_eq(err.message, "\"iss\" is \"https://b.example\", not \"https://a.example\"");
    xcj_verifier_free(nobody);
}
END_TEST

/* The rows may go; the verifier keeps them. A second verifier may share them. */
START_TEST(rows_are_kept)
{
    const xcj_verifier *rows[] = { b.row, a.row };
    xcj_verifier *joined = join(rows, 2);
    xcj_verifier_free(a.row);
    xcj_verifier_free(b.row);
    a.row = b.row = NULL;
    ck_assert_int_eq(verify(NULL, joined, A IN_A, a.key, COMPACT), XCJ_OK);
    ck_assert_int_eq(verify(NULL, joined, B IN_B, b.key, COMPACT), XCJ_OK);
    xcj_verifier_free(joined);
    ck_assert_int_eq(verify(NULL, all, A IN_A, a.key, COMPACT), XCJ_OK);
}
END_TEST

/* A claims set of `len` bytes, with the iss behind `members` others and a filler. */
static char *late_issuer(size_t members, size_t filler)
{
    char *claims = malloc(members * 16 + filler + 100);
    char *at = claims + sprintf(claims, "{");
    for (size_t i = 0; i < members; i++) {
        at += sprintf(at, "\"n%zu\":1,", i);
    }
    at += sprintf(at, "\"filler\":\"");
    memset(at, 'x', filler);
    (void)sprintf(at + filler, "\",\"iss\":\"https://a.example\"," IN_A);
    return claims;
}

START_TEST(issuers_far_behind)
{
    static const struct {
        size_t members, filler;
        xcj_code code;
    } cases[] = {
        { 10, 48 * 1024, XCJ_ERR_LIMIT }, { 10, 47 * 1024, XCJ_OK }, { 4096, 0, XCJ_ERR_LIMIT }, { 4090, 0, XCJ_OK }
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int form = COMPACT; form < FORMS; form++) {
            char *claims = late_issuer(cases[i].members, cases[i].filler);
            ck_assert_msg(verify(NULL, all, claims, a.key, form) == cases[i].code, "%zu: %s", i, err.message);
            ck_assert(cases[i].code == XCJ_OK || strstr(err.message, "claim that selects the key") != NULL);
            free(claims);
        }
    }
}
END_TEST

/* The limits of the token's own row count, not those of the others. */
START_TEST(limits_of_a_row)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.issuer = xcj_text("short");
    options.max_token = 400;
    options.max_depth = 2;
    xcj_verifier *narrow = row_of(a.key, options);
    options.issuer = xcj_text("long");
    options.max_token = 4000;
    options.max_depth = 200;
    xcj_verifier *wide = row_of(a.key, options);
    const xcj_verifier *rows[] = { narrow, wide };
    xcj_verifier *joined = join(rows, 2);
    char claims[2][1200];
    for (int i = 0; i < 2; i++) {
        (void)sprintf(claims[i], "{\"iss\":\"%s\",\"x\":\"%0900d\"}", i == 0 ? "short" : "long", 0);
        ck_assert_int_eq(verify(NULL, joined, claims[i], a.key, COMPACT), i == 0 ? XCJ_ERR_LIMIT : XCJ_OK);
        (void)sprintf(claims[i], "{\"iss\":\"%s\",\"x\":[[[[[[]]]]]]}", i == 0 ? "short" : "long");
        ck_assert_int_eq(verify(NULL, joined, claims[i], a.key, COMPACT), i == 0 ? XCJ_ERR_LIMIT : XCJ_OK);
        (void)sprintf(claims[i], "{\"iss\":\"%s\",\"x\":[]}", i == 0 ? "short" : "long");
        ck_assert_int_eq(verify(NULL, joined, claims[i], a.key, COMPACT), XCJ_OK);
    }
    xcj_verifier_free(joined);
    xcj_verifier_free(narrow);
    xcj_verifier_free(wide);
}
END_TEST

/* Within a row, a claim may select the key of the set. */
START_TEST(key_claim_of_a_row)
{
    xcj_key *one = named(XCJ_ES256, "one");
    xcj_key *two = named(XCJ_ES256, "two");
    const xcj_key *keys[] = { one, two };
    xcj_keyset *set;
    xcj_verifier *by_claim;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.issuer = xcj_text("urn:d");
    options.key_claim = xcj_text("client_id");
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&by_claim, set, &options, &err), XCJ_OK);
    const xcj_verifier *rows[] = { by_claim, a.row };
    xcj_verifier *joined = join(rows, 2);
    for (int form = COMPACT; form < FORMS; form++) {
        ck_assert_int_eq(verify(NULL, joined, "{\"iss\":\"urn:d\",\"client_id\":\"two\"}", two, form), XCJ_OK);
        ck_assert_int_eq(verify(NULL, joined, "{\"iss\":\"urn:d\",\"client_id\":\"two\"}", one, form), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(verify(NULL, joined, A "\"client_id\":\"two\"," IN_A, two, form), XCJ_ERR_NO_KEY);
        ck_assert_int_eq(verify(NULL, joined, A "\"client_id\":\"two\"," IN_A, a.key, form), XCJ_OK);
    }
    xcj_verifier_free(joined);
    xcj_verifier_free(by_claim);
    xcj_keyset_free(set);
    xcj_key_free(one);
    xcj_key_free(two);
}
END_TEST

START_TEST(explanations_look_at_the_row)
{
    xcj_explanation why;
    size_t len;
    for (int form = COMPACT; form < DETACHED; form++) {
        char *token = sign(A IN_A, b.key, form, &len);
        ck_assert_int_eq(xcj_verify_explain(&why, all, token, len, &err), XCJ_OK);
        ck_assert(why.key == a.key);
        xcj_free(token);
        token = sign("{\"iss\":\"nobody\"}", b.key, form, &len);
        ck_assert_int_eq(xcj_verify_explain(&why, all, token, len, &err), XCJ_OK);
        ck_assert_ptr_null(why.key);
        xcj_free(token);
    }
}
END_TEST

/* A call's own time comes before the verifier's, and that before the system's. */
START_TEST(clocks)
{
    static const char claims[] = "{\"iss\":\"i\",\"nbf\":1000,\"exp\":2000}";
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    options.issuer = xcj_text("i");
    xcj_verifier *system = row_of(a.key, options);
    options.has_now = 1;
    options.now = 1500;
    xcj_verifier *fixed = row_of(a.key, options);
    for (int form = COMPACT; form < DETACHED; form++) {
        size_t len;
        char *token = sign(claims, a.key, form, &len);
        ck_assert_int_eq(xcj_verify_with(NULL, system, token, len, NULL, NULL, &err), XCJ_ERR_EXPIRED);
        ck_assert_int_eq(xcj_verify_with(NULL, fixed, token, len, NULL, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify_with(NULL, fixed, token, len, &call, NULL, &err), XCJ_OK);
        call.has_now = 1;
        for (call.now = 999; call.now <= 2000; call.now += 1001) {
            const xcj_code code = call.now < 1000 ? XCJ_ERR_NOT_YET_VALID : XCJ_ERR_EXPIRED;
            ck_assert_int_eq(xcj_verify_with(NULL, fixed, token, len, &call, NULL, &err), code);
            ck_assert_int_eq(xcj_verify_with(NULL, system, token, len, &call, NULL, &err), code);
        }
        call.now = 1999;
        ck_assert_int_eq(xcj_verify_with(NULL, system, token, len, &call, NULL, &err), XCJ_OK);
        call.has_now = 0;
        xcj_free(token);
    }
    ck_assert_int_eq(verify(NULL, system, "{\"iss\":\"i\",\"nbf\":1000,\"exp\":99999999999}", a.key, COMPACT), XCJ_OK);
    ck_assert_int_eq(verify(NULL, system, "{\"iss\":\"i\",\"nbf\":99999999998,\"exp\":99999999999}", a.key, COMPACT),
                     XCJ_ERR_NOT_YET_VALID);
    call.size = 0;
    ck_assert_int_eq(xcj_verify_with(NULL, fixed, "a", 1, &call, NULL, &err), XCJ_ERR_ARGUMENT);
    xcj_verifier_free(system);
    xcj_verifier_free(fixed);
}
END_TEST

enum { MANY = 4096 };

/* The processor time of one verification, the least of some. */
static double time_of(const xcj_verifier *verifier, const char *token, size_t len)
{
    double least = 1;
    for (int i = 0; i < 50; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        const double took = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
        least = took < least ? took : least;
    }
    return least;
}

/* Each of many issuers is found, in no more than a few times what one alone takes. */
START_TEST(many_issuers)
{
    xcj_verifier **rows = malloc(MANY * sizeof *rows);
    char name[32];
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    for (size_t i = 0; i < MANY; i++) {
        options.issuer = (xcj_str){ name, (size_t)sprintf(name, "https://%zu.example", i * 2654435761u % MANY) };
        rows[i] = row_of(c.key, options);
    }
    xcj_verifier *joined = join((const xcj_verifier *const *)rows, MANY);
    xcj_verifier *single = join((const xcj_verifier *const *)rows, 1);
    double worst = 0;
    double alone = 1;
    for (size_t i = 0; i < MANY; i += i == 0 ? 1 : 511) {
        char claims[64];
        size_t len;
        (void)sprintf(claims, "{\"iss\":\"https://%zu.example\"}", i * 2654435761u % MANY);
        char *token = sign(claims, c.key, COMPACT, &len);
        const double took = time_of(joined, token, len);
        worst = took > worst ? took : worst;
        alone = i == 0 ? time_of(single, token, len) : alone;
        xcj_free(token);
    }
    ck_assert_msg(worst < 5 * alone, "%g s among %d issuers, %g s alone", worst, (int)MANY, alone);
    ck_assert_int_eq(verify(NULL, joined, "{\"iss\":\"https://4096.example\"}", c.key, COMPACT), XCJ_ERR_CLAIM);
    xcj_verifier_free(joined);
    xcj_verifier_free(single);
    for (size_t i = 0; i < MANY; i++) {
        xcj_verifier_free(rows[i]);
    }
    free(rows);
}
END_TEST

/* Whatever a minter's verifier accepts gets a token, so every row must ask for exp. */
START_TEST(minters_look_at_each_row)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_mint_options minting = XCJ_MINT_OPTIONS_INIT;
    xcj_minter *minter;
    xcj_verifier *strict;
    options.issuer = xcj_text("https://strict.example");
    ck_assert_int_eq(xcj_verifier_new_key(&strict, b.key, &options, &err), XCJ_OK);
    const xcj_verifier *rows[] = { strict, a.row };
    for (size_t count = 1; count <= 2; count++) {
        xcj_verifier *joined = join(rows, count);
        minting.iss = xcj_text("https://gateway.example");
        minting.bearer_verifier = joined;
        minting.bearer_lax_times = 0;
        ck_assert_int_eq(xcj_minter_new(&minter, c.key, &minting, &err), count == 1 ? XCJ_OK : XCJ_ERR_CONFIG);
        xcj_minter_free(minter);
        minting.bearer_lax_times = 1;
        ck_assert_int_eq(xcj_minter_new(&minter, c.key, &minting, &err), XCJ_OK);
        xcj_minter_free(minter);
        xcj_verifier_free(joined);
    }
    xcj_verifier_free(strict);
}
END_TEST

/* Makes the claims for a Bearer token of this signer, and returns their client_id. */
static char *client_id_of(const char *claims, const xcj_key *key, const xcj_verifier *verifier, xcj_auth auth,
                          xcj_code wanted)
{
    size_t len, made_len;
    char header[1024];
    char *made;
    char *token = sign(claims, key, COMPACT, &len);
    xcj_mint_options minting = XCJ_MINT_OPTIONS_INIT;
    minting.iss = xcj_text("https://gateway.example");
    minting.aud = xcj_text("backend");
    minting.bearer_verifier = verifier;
    minting.bearer_lax_times = minting.consumer_optional = 1;
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ header, (size_t)snprintf(header, sizeof header, "Bearer %s", token) };
    xcj_free(token);
    ck_assert_msg(xcj_auth_claims(&made, &made_len, &auth, &minting, NULL, &err) == wanted, "%s", err.message);
    char *id = made != NULL ? strstr(made, "\"client_id\":\"") + strlen("\"client_id\":\"") : NULL;
    id = id != NULL ? strndup(id, strcspn(id, "\"")) : NULL;
    xcj_free(made);
    return id;
}

/* The row says where the client_id of its issuer's tokens is; else the minter does. */
START_TEST(client_id_of_a_row)
{
    static const struct {
        const char *iss, *client_id, *found; /* NULL: XCJ_ERR_CLIENT_ID */
    } cases[] = { { "1", NULL, "usual" }, { "2", "azp", "other" }, { "3", "/ext/a~1b", "nested" }, { "4", "none", NULL } };
    const xcj_auth auth = XCJ_AUTH_INIT;
    xcj_verifier *rows[COUNT_OF(cases)];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
        options.issuer = xcj_text(cases[i].iss);
        options.client_id = xcj_text(cases[i].client_id);
        rows[i] = row_of(a.key, options);
    }
    xcj_verifier *joined = join((const xcj_verifier *const *)rows, COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const xcj_verifier *const verifiers[] = { joined, rows[i] };
        for (size_t j = 0; j < COUNT_OF(verifiers); j++) {
            char claims[128];
            (void)sprintf(claims, "{\"iss\":\"%s\",\"clientId\":\"usual\",\"azp\":\"other\",\"ext\":{\"a/b\":\"nested\"}}",
                          cases[i].iss);
            char *id = client_id_of(claims, a.key, verifiers[j], auth, cases[i].found != NULL ? XCJ_OK : XCJ_ERR_CLIENT_ID);
            ck_assert(cases[i].found == NULL || strcmp(id, cases[i].found) == 0);
            ck_assert(cases[i].found != NULL || strstr(err.message, "none") != NULL);
            free(id);
        }
    }
    xcj_verifier_free(joined);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_verifier_free(rows[i]);
    }
}
END_TEST

START_TEST(client_id_is_a_path)
{
    static const char *const wrong[] = { "", "/a~", "/~2", "\xff" };
    static const char *const right[] = { "a", "a~", "/", "/~0~1", "~" };
    for (size_t i = 0; i < COUNT_OF(wrong) + COUNT_OF(right); i++) {
        const bool is_wrong = i < COUNT_OF(wrong);
        xcj_verifier *made;
        xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
        options.client_id = xcj_text(is_wrong ? wrong[i] : right[i - COUNT_OF(wrong)]);
        ck_assert_int_eq(xcj_verifier_new_key(&made, a.key, &options, &err), is_wrong ? XCJ_ERR_CONFIG : XCJ_OK);
        ck_assert(!is_wrong || strcmp(err.member, "client_id") == 0);
        xcj_verifier_free(made);
    }
}
END_TEST

/* A request has one time, for the Bearer token and for the new one. */
START_TEST(minters_verify_at_the_time_of_the_request)
{
    static const char claims[] = "{\"iss\":\"i\",\"nbf\":1000,\"exp\":2000,\"clientId\":\"c\"}";
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_auth auth = XCJ_AUTH_INIT;
    options.issuer = xcj_text("i");
    xcj_verifier *verifier = row_of(a.key, options);
    free(client_id_of(claims, a.key, verifier, auth, XCJ_ERR_EXPIRED));
    auth.has_now = 1;
    auth.now = 1999;
    free(client_id_of(claims, a.key, verifier, auth, XCJ_OK));
    auth.now = 999;
    free(client_id_of(claims, a.key, verifier, auth, XCJ_ERR_NOT_YET_VALID));
    xcj_verifier_free(verifier);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        the_issuer_selects_the_keys,
        each_issuer_has_its_own_rules,
        issuers_that_are_none,
        an_issuer_that_is_given_twice,
        a_merged_set_is_ambiguous,
        row_that_a_token_selects,
        rows_are_checked,
        no_rows_accept_nothing,
        rows_are_kept,
        issuers_far_behind,
        limits_of_a_row,
        key_claim_of_a_row,
        explanations_look_at_the_row,
        clocks,
        many_issuers,
        minters_look_at_each_row,
        client_id_of_a_row,
        client_id_is_a_path,
        minters_verify_at_the_time_of_the_request,
    };
    TCase *tcase = tcase_create("issuers");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *made = suite_create("issuers");
    suite_add_tcase(made, tcase);
    return made;
}

CHECK_MAIN(suite)
