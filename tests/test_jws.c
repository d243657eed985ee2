#include "check_main.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

static xcj_error err;
static xcj_key *key;

static void set_up(void)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *made;
    labels.kid = xcj_text("k\"1");
    ck_assert_int_eq(xcj_key_generate(&made, XCJ_HS256, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_relabel(&key, made, &labels, &err), XCJ_OK);
    xcj_key_free(made);
}

static void tear_down(void)
{
    xcj_key_free(key);
}

static void expect_header(const xcj_jws_options *options, const char *wanted)
{
    char *token;
    size_t len;
    xcj_unverified *parts;
    ck_assert_msg(xcj_jws_sign(&token, &len, "p", 1, key, options, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(xcj_unverified_decode(&parts, token, len, &err), XCJ_OK);
    ck_assert_str_eq(xcj_unverified_header(parts).ptr, wanted);
    ck_assert_str_eq(xcj_unverified_payload(parts).ptr, "p");
    ck_assert_uint_eq(xcj_unverified_signature(parts).len, 32);
    xcj_unverified_free(parts);
    xcj_free(token);
}

static void expect_refused(const xcj_jws_options *options, xcj_code wanted)
{
    char *token;
    size_t len;
    ck_assert_int_eq(xcj_jws_sign(&token, &len, "p", 1, key, options, NULL, &err), wanted);
    ck_assert_ptr_null(token);
    ck_assert_uint_eq(len, 0);
}

START_TEST(headers)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    expect_header(NULL, "{\"alg\":\"HS256\",\"kid\":\"k\\\"1\"}");
    options.typ = xcj_text("JWT");
    options.jku = xcj_text("https://x/\n");
    options.kid = xcj_text("");
    options.header = xcj_text(" { \"x\" : [1.10] , \"y\":{} } ");
    expect_header(&options, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"jku\":\"https://x/\\n\", \"x\" : [1.10] , \"y\":{} }");
    options.header = xcj_text("{ }");
    options.kid = xcj_text("other");
    expect_header(&options, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"other\",\"jku\":\"https://x/\\n\"}");
    /* What is not there by itself may come as a further member. */
    options = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
    options.kid = xcj_text("");
    options.header = xcj_text("{\"typ\":\"a\",\"kid\":\"b\",\"jku\":\"c\"}");
    expect_header(&options, "{\"alg\":\"HS256\",\"typ\":\"a\",\"kid\":\"b\",\"jku\":\"c\"}");
}
END_TEST

START_TEST(headers_that_are_refused)
{
    static const struct {
        const char *header;
        xcj_code code;
    } cases[] = {
        { "{\"alg\":\"none\"}", XCJ_ERR_CONFIG },
        { "{\"\\u0061lg\":\"none\"}", XCJ_ERR_CONFIG },
        { "{\"crit\":[\"x\"]}", XCJ_ERR_CONFIG },
        { "{\"b64\":false}", XCJ_ERR_CONFIG },
        { "{\"kid\":\"x\"}", XCJ_ERR_CONFIG },
        { "{\"x\":1,\"x\":2}", XCJ_ERR_JSON },
        { "[]", XCJ_ERR_JSON },
        { "{\"x\":1", XCJ_ERR_JSON },
    };
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        options.header = xcj_text(cases[i].header);
        expect_refused(&options, cases[i].code);
    }
    xcj_str *const ours[] = { &options.typ, &options.kid, &options.jku };
    static const char *const repeats[] = { "{\"typ\":1}", "{\"kid\":1}", "{\"jku\":1}" };
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        options = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
        *ours[i] = xcj_text("\xff");
        expect_refused(&options, XCJ_ERR_CONFIG);
        *ours[i] = xcj_text("x");
        options.header = xcj_text(repeats[i]);
        expect_refused(&options, XCJ_ERR_CONFIG);
    }
    options = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
    options.unencoded = 1; /* compact, and not detached */
    expect_refused(&options, XCJ_ERR_ARGUMENT);
    options = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
    options.unprotected = xcj_text("{}");
    expect_refused(&options, XCJ_ERR_ARGUMENT);
    options = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
    options.alg = XCJ_HS512;
    expect_refused(&options, XCJ_ERR_ALG);
    options.size = 0;
    expect_refused(&options, XCJ_ERR_ARGUMENT);
}
END_TEST

static void expect_json(const xcj_jws_signer *signers, size_t count, const char *payload, int all)
{
    char *text;
    size_t len;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier;
    xcj_verified *verified;
    options.opaque_payload = 1;
    options.all_signatures = all;
    ck_assert_msg(xcj_jws_sign_json(&text, &len, payload, strlen(payload), signers, count, NULL, &err) == XCJ_OK, "%s",
                  err.message);
    json_t *parsed = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(parsed);
    ck_assert_int_eq(json_object_get(parsed, "signatures") != NULL, count > 1);
    json_decref(parsed);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, signers[0].key, &options, &err), XCJ_OK);
    ck_assert_msg(xcj_verify_json(&verified, verifier, text, len, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_str_eq(xcj_verified_payload(verified).ptr, payload);
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
    xcj_free(text);
}

START_TEST(json_serialisations)
{
    xcj_key *other;
    ck_assert_int_eq(xcj_key_generate(&other, XCJ_ES256, 0, &err), XCJ_OK);
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    xcj_jws_options outside = XCJ_JWS_OPTIONS_INIT;
    outside.kid = xcj_text("");
    outside.unprotected = xcj_text("{\"kid\":\"other\",\"note\":[1]}");
    const xcj_jws_signer two[] = { { key, &options }, { other, NULL } };
    const xcj_jws_signer same[] = { { key, &options }, { key, &outside } };
    expect_json(two, 1, "{\"a\":1}", 1);
    expect_json(two, 2, "{\"a\":1}", 0);
    expect_json(same, 2, "", 1);
    options.unencoded = 1;
    expect_json(two, 1, "$.02 \"quoted\" \xc3\xa9\n", 1);
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_jws_sign_json(&text, &len, "\xff", 1, two, 1, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jws_sign_json(&text, &len, "x", 1, two, 2, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jws_sign_json(&text, &len, "x", 1, two, 0, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(text);
    options.unencoded = 0;
    static const char *const unprotected[] = { "{\"kid\":\"x\"}", "{\"alg\":\"HS256\"}", "{\"crit\":[\"b64\"]}", "[]", "{" };
    for (size_t i = 0; i < sizeof unprotected / sizeof unprotected[0]; i++) {
        options.unprotected = xcj_text(unprotected[i]);
        ck_assert_int_ne(xcj_jws_sign_json(&text, &len, "x", 1, two, 1, NULL, &err), XCJ_OK);
        ck_assert_ptr_null(text);
    }
    xcj_key_free(other);
}
END_TEST

START_TEST(a_public_key_does_not_sign)
{
    xcj_key *pair, *public;
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_generate(&pair, XCJ_ED25519, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, pair, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_from_jwk(&public, text, len, NULL, &err), XCJ_OK);
    xcj_free(text);
    ck_assert_int_eq(xcj_jws_sign(&text, &len, "x", 1, public, NULL, NULL, &err), XCJ_ERR_KEY_USE);
    ck_assert_ptr_null(text);
    ck_assert_int_eq(xcj_jws_sign(&text, &len, "x", 1, pair, NULL, NULL, &err), XCJ_OK);
    xcj_free(text);
    xcj_key_free(public);
    xcj_key_free(pair);
}
END_TEST

START_TEST(nothing_is_verified_by_decoding)
{
    static const struct {
        const char *token;
        xcj_code code;
    } cases[] = {
        { "e30.e30.", XCJ_OK },
        { "e30..", XCJ_OK },
        { "e30.AAA.AA=", XCJ_ERR_BASE64 },
        { "e31.e30.", XCJ_ERR_BASE64 },
        { "W10.e30.", XCJ_ERR_JSON },
        { "e30.e30", XCJ_ERR_TOKEN },
        { "e30.e30.e30.e30", XCJ_ERR_TOKEN },
        { ".e30.", XCJ_ERR_JSON },
        { "", XCJ_ERR_TOKEN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_unverified *parts;
        ck_assert_int_eq(xcj_unverified_decode(&parts, cases[i].token, strlen(cases[i].token), &err), cases[i].code);
        ck_assert_int_eq(parts != NULL, cases[i].code == XCJ_OK);
        xcj_unverified_free(parts);
    }
}
END_TEST

/* Any bytes, of any length, come back as they were; the inputs may go as soon as the call is over. */
START_TEST(payloads_of_any_kind)
{
    static const size_t lengths[] = { 0, 1, 2, 3, 47, 1000, 100000 };
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier;
    xcj_scratch *scratch;
    options.opaque_payload = 1;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t n = lengths[i];
        uint8_t *payload = malloc(n + 1);
        char *token, *again;
        size_t len, again_len;
        xcj_verified *verified;
        for (size_t j = 0; j < n; j++) {
            payload[j] = (uint8_t)(j * 31);
        }
        ck_assert_int_eq(xcj_jws_sign(&token, &len, payload, n, key, NULL, scratch, &err), XCJ_OK);
        ck_assert_int_eq(err.code, XCJ_OK);
        ck_assert_uint_eq(strlen(token), len);
        ck_assert_int_eq(xcj_jws_sign(&again, &again_len, payload, n, key, NULL, NULL, NULL), XCJ_OK);
        ck_assert_str_eq(token, again);
        ck_assert_int_eq(xcj_verify(&verified, verifier, token, len, scratch, &err), XCJ_OK);
        ck_assert_uint_eq(xcj_verified_payload(verified).len, n);
        ck_assert_mem_eq(xcj_verified_payload(verified).ptr, payload, n);
        xcj_verified_free(verified);
        xcj_free(token);
        xcj_free(again);
        free(payload);
    }
    char *token;
    size_t len;
    ck_assert_int_eq(xcj_jws_sign(&token, &len, NULL, 0, key, NULL, NULL, &err), XCJ_OK);
    xcj_free(token);
    xcj_scratch_free(scratch);
    xcj_verifier_free(verifier);
}
END_TEST

/* A header longer than any storage on the stack, and one deeper than is allowed. */
START_TEST(large_headers)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    char *header = malloc(20000);
    char *token;
    size_t len;
    xcj_unverified *parts;
    strcpy(header, "{\"x\":\"");
    memset(header + 6, 'y', 10000);
    strcpy(header + 10006, "\"}");
    options.header = xcj_text(header);
    ck_assert_int_eq(xcj_jws_sign(&token, &len, "p", 1, key, &options, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_unverified_decode(&parts, token, len, &err), XCJ_OK);
    ck_assert_uint_gt(xcj_unverified_header(parts).len, 10000);
    xcj_unverified_free(parts);
    xcj_free(token);
    strcpy(header, "{\"x\":");
    memset(header + 5, '[', 100);
    memset(header + 105, ']', 100);
    strcpy(header + 205, "}");
    options.header = xcj_text(header);
    expect_refused(&options, XCJ_ERR_LIMIT);
    free(header);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("jws");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, headers);
    tcase_add_test(tcase, headers_that_are_refused);
    tcase_add_test(tcase, payloads_of_any_kind);
    tcase_add_test(tcase, large_headers);
    tcase_add_test(tcase, json_serialisations);
    tcase_add_test(tcase, a_public_key_does_not_sign);
    tcase_add_test(tcase, nothing_is_verified_by_decoding);
    Suite *s = suite_create("jws");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
