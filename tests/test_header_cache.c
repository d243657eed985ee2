#include "check_main.h"

#include <stdlib.h>
#include <string.h>
#include <xcj.h>

#include "fixtures.h"

/* With a scratch that remembers the last header, every verdict is the one that it would be without. */

static xcj_error err;
static xcj_scratch *scratch;
static xcj_key *keys[4]; /* the last is not of the set */
static xcj_keyset *set;

static void set_up(void)
{
    keys[0] = named(XCJ_ES256, "a");
    keys[1] = named(XCJ_ES256, "b");
    keys[2] = named(XCJ_ES256, "a \"quoted\" kid");
    keys[3] = named(XCJ_ES256, "c");
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, 3, &err), XCJ_OK);
}

static void tear_down(void)
{
    xcj_keyset_free(set);
    xcj_scratch_free(scratch);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        xcj_key_free(keys[i]);
    }
}

static xcj_verifier *verifier_with(xcj_verify_options options)
{
    xcj_verifier *verifier;
    options.allow_no_exp = !options.opaque_payload;
    ck_assert_msg(xcj_verifier_new(&verifier, set, &options, &err) == XCJ_OK, "%s", err.message);
    return verifier;
}

static void expect(const xcj_verifier *verifier, const char *token, size_t len, xcj_code code)
{
    xcj_verified *verified;
    xcj_error alone;
    ck_assert_int_eq(xcj_verify(&verified, verifier, token, len, NULL, &alone), code);
    xcj_verified_free(verified);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(xcj_verify(&verified, verifier, token, len, scratch, &err) == code, "%s", err.message);
        ck_assert_str_eq(err.message, alone.message);
        ck_assert_str_eq(err.member, alone.member);
        ck_assert_uint_eq(err.offset, alone.offset);
        xcj_verified_free(verified);
    }
}

START_TEST(headers_take_turns)
{
    const xcj_verify_options none = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_with(none);
    char *tokens[COUNT_OF(keys)];
    size_t lens[COUNT_OF(keys)];
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        tokens[i] = signed_by(keys[i], "{\"n\":1}", NULL, &lens[i]);
    }
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT_OF(keys); i++) {
            expect(verifier, tokens[i], lens[i], i == 3 ? XCJ_ERR_NO_KEY : XCJ_OK);
        }
        /* The header of one, the rest of another: the same length, and no valid token. */
        char *mixed = strdup(tokens[0]);
        memcpy(mixed, tokens[1], (size_t)(strchr(tokens[1], '.') - tokens[1]));
        expect(verifier, mixed, lens[0], XCJ_ERR_SIGNATURE);
        expect(verifier, tokens[0], lens[0], XCJ_OK);
        free(mixed);
        /* A header that begins as the last one did, and ends before it. */
        char *cut = strdup(tokens[0] + 6);
        memcpy(cut, tokens[0], (size_t)(strchr(cut, '.') - cut));
        expect(verifier, cut, lens[0] - 6, XCJ_ERR_JSON);
        free(cut);
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        xcj_free(tokens[i]);
    }
    xcj_verifier_free(verifier);
}
END_TEST

/* Only a compact token's header is remembered: a general serialisation needs the first of its headers to the end. */
START_TEST(not_of_a_serialisation)
{
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.all_signatures = 1;
    policy.typ = xcj_text("one");
    xcj_verifier *verifier = verifier_with(policy);
    xcj_jws_options one = XCJ_JWS_OPTIONS_INIT;
    xcj_jws_options two = XCJ_JWS_OPTIONS_INIT;
    one.typ = xcj_text("one");
    two.typ = xcj_text("two");
    const xcj_jws_signer signers[] = { { keys[0], &one }, { keys[1], &two } };
    char *general, *flattened;
    size_t general_len, flattened_len, len;
    char *compact = signed_by(keys[0], "{}", &one, &len);
    ck_assert_int_eq(xcj_jws_sign_json(&general, &general_len, "{}", 2, signers, 2, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_jws_sign_json(&flattened, &flattened_len, "{}", 2, signers, 1, NULL, &err), XCJ_OK);
    for (int round = 0; round < 2; round++) {
        expect(verifier, compact, len, XCJ_OK);
        ck_assert_int_eq(xcj_verify_json(NULL, verifier, general, general_len, scratch, &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify_json(NULL, verifier, flattened, flattened_len, scratch, &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify_json(NULL, verifier, general, general_len, scratch, &err), XCJ_OK);
    }
    xcj_free(general);
    xcj_free(flattened);
    xcj_free(compact);
    xcj_verifier_free(verifier);
}
END_TEST

/* The result has a header of its own, which outlives the scratch and what it remembers next. */
START_TEST(the_result_keeps_its_header)
{
    const xcj_verify_options none = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_with(none);
    xcj_verified *results[4];
    for (size_t i = 0; i < 4; i++) {
        size_t len;
        char *token = signed_by(keys[i / 2], "{}", NULL, &len);
        ck_assert_int_eq(xcj_verify(&results[i], verifier, token, len, scratch, &err), XCJ_OK);
        xcj_free(token);
    }
    for (size_t i = 0; i < 4; i++) {
        char *kid;
        size_t len;
        ck_assert_int_eq(xcj_verified_text(&kid, &len, results[i], XCJ_HEADER, "kid", 3, &err), XCJ_OK);
        ck_assert_str_eq(kid, i / 2 == 0 ? "a" : "b");
        xcj_free(kid);
        xcj_str header = xcj_verified_header(results[i]);
        ck_assert_uint_eq(strlen(header.ptr), header.len);
        xcj_verified_free(results[i]);
    }
    xcj_verifier_free(verifier);
}
END_TEST

/* What another verifier with the same scratch decides of the same header. */
START_TEST(each_verifier_decides_for_itself)
{
    xcj_jws_options deep = XCJ_JWS_OPTIONS_INIT;
    deep.header = xcj_text("{\"x\":[[[[1,2,3]]]]}");
    deep.typ = xcj_text("at+jwt");
    size_t len;
    char *token = signed_by(keys[0], "{}", &deep, &len);
    const xcj_alg es384 = XCJ_ES384;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *any = verifier_with(options);
    options.max_depth = 4;
    xcj_verifier *shallow = verifier_with(options);
    options.max_depth = 0;
    options.max_members = 5;
    xcj_verifier *few = verifier_with(options);
    options.max_members = 0;
    options.typ = xcj_text("JWT");
    xcj_verifier *other_type = verifier_with(options);
    options.typ = xcj_text("at+jwt");
    xcj_verifier *same_type = verifier_with(options);
    options.algs = &es384;
    options.algs_count = 1;
    xcj_verifier *other_alg = verifier_with(options);
    for (int round = 0; round < 2; round++) {
        expect(any, token, len, XCJ_OK);
        expect(shallow, token, len, XCJ_ERR_LIMIT);
        expect(any, token, len, XCJ_OK);
        expect(few, token, len, XCJ_ERR_LIMIT);
        expect(same_type, token, len, XCJ_OK);
        expect(other_type, token, len, XCJ_ERR_CLAIM);
        expect(other_alg, token, len, XCJ_ERR_ALG);
    }
    xcj_verifier_free(any);
    xcj_verifier_free(shallow);
    xcj_verifier_free(few);
    xcj_verifier_free(other_type);
    xcj_verifier_free(same_type);
    xcj_verifier_free(other_alg);
    xcj_free(token);
}
END_TEST

/* A header that is understood for a JWS, and never for a JWT (RFC 7797 7). */
START_TEST(extensions_are_checked_each_time)
{
    static const char token[] = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEiLCJiNjQiOnRydWUsImNyaXQiOlsiYjY0Il19.e30."
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *jwt = verifier_with(options);
    options.opaque_payload = 1;
    xcj_verifier *jws = verifier_with(options);
    for (int round = 0; round < 2; round++) {
        expect(jws, token, sizeof token - 1, XCJ_ERR_SIGNATURE);
        expect(jwt, token, sizeof token - 1, XCJ_ERR_CRIT);
    }
    xcj_verifier_free(jws);
    xcj_verifier_free(jwt);
}
END_TEST

/* A kid with escapes is no view of the text, and a long header would take too much room: both are read anew. */
START_TEST(headers_that_are_not_remembered)
{
    const xcj_verify_options none = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_with(none);
    static char padding[1200];
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    memset(padding, 'x', sizeof padding - 1);
    options.jku = xcj_text(padding);
    size_t len, long_len;
    char *escaped = signed_by(keys[2], "{}", NULL, &len);
    char *longer = signed_by(keys[1], "{}", &options, &long_len);
    for (int round = 0; round < 3; round++) {
        expect(verifier, escaped, len, XCJ_OK);
        expect(verifier, longer, long_len, XCJ_OK);
    }
    xcj_free(escaped);
    xcj_free(longer);
    xcj_verifier_free(verifier);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("header_cache");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, headers_take_turns);
    tcase_add_test(tcase, not_of_a_serialisation);
    tcase_add_test(tcase, the_result_keeps_its_header);
    tcase_add_test(tcase, each_verifier_decides_for_itself);
    tcase_add_test(tcase, extensions_are_checked_each_time);
    tcase_add_test(tcase, headers_that_are_not_remembered);
    Suite *s = suite_create("header_cache");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
