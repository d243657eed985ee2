#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xcj.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"

static xcj_error err;
static xcj_key *key;

static void set_up(void)
{
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_ES256, 0, &err), XCJ_OK);
}

static void tear_down(void)
{
    xcj_key_free(key);
}

static char *sign(const char *payload, const xcj_jws_options *options, size_t *len)
{
    char *token;
    ck_assert_msg(xcj_jws_sign(&token, len, payload, strlen(payload), key, options, NULL, &err) == XCJ_OK, "%s",
                  err.message);
    return token;
}

static xcj_verifier *verifier_of(const xcj_verify_options *options)
{
    xcj_verifier *verifier;
    ck_assert_msg(xcj_verifier_new_key(&verifier, key, options, &err) == XCJ_OK, "%s", err.message);
    return verifier;
}

static xcj_verified *verified_of(const char *claims)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    xcj_verifier *verifier = verifier_of(&options);
    xcj_verified *verified;
    size_t len;
    char *token = sign(claims, NULL, &len);
    ck_assert_msg(xcj_verify(&verified, verifier, token, len, NULL, &err) == XCJ_OK, "%s", err.message);
    /* The result needs neither the token nor the verifier. */
    memset(token, 'x', len);
    xcj_free(token);
    xcj_verifier_free(verifier);
    return verified;
}

#define AT(path) XCJ_CLAIMS, path, sizeof path - 1

static void expect_text(const xcj_verified *v, xcj_where where, const char *path, const char *wanted)
{
    char *text;
    size_t len;
    xcj_code code = xcj_verified_text(&text, &len, v, where, path, strlen(path), &err);
    if (wanted == NULL) {
        ck_assert_int_eq(code, XCJ_ERR_CLAIM);
        ck_assert_ptr_null(text);
        ck_assert_uint_eq(len, 0);
        return;
    }
    ck_assert_int_eq(code, XCJ_OK);
    ck_assert_str_eq(text, wanted);
    ck_assert_uint_eq(len, strlen(wanted));
    xcj_free(text);
}

START_TEST(texts_by_name_and_by_pointer)
{
    xcj_verified *v = verified_of("{\"a\":\"x\\u00e9\\n\",\"b.c\":\"dots\",\"\":\"empty\",\"/s\":\"slash\",\"t~\":\"tilde\","
                                  "\"o\":{\"l\":[\"zero\",{\"a/b\":\"deep\"}],\"01\":\"name\"},\"n\":7}");
    expect_text(v, XCJ_CLAIMS, "a", "x\xc3\xa9\n");
    expect_text(v, XCJ_CLAIMS, "b.c", "dots");
    expect_text(v, XCJ_CLAIMS, "", "empty");
    expect_text(v, XCJ_CLAIMS, "/a", "x\xc3\xa9\n");
    expect_text(v, XCJ_CLAIMS, "/", "empty");
    expect_text(v, XCJ_CLAIMS, "/~1s", "slash");
    expect_text(v, XCJ_CLAIMS, "/t~0", "tilde");
    expect_text(v, XCJ_CLAIMS, "/o/l/0", "zero");
    expect_text(v, XCJ_CLAIMS, "/o/l/1/a~1b", "deep");
    expect_text(v, XCJ_CLAIMS, "/o/01", "name");
    expect_text(v, XCJ_CLAIMS, "/o/l/00", NULL);
    expect_text(v, XCJ_CLAIMS, "/o/l/2", NULL);
    expect_text(v, XCJ_CLAIMS, "/o/l/-", NULL);
    expect_text(v, XCJ_CLAIMS, "/t~", NULL);
    expect_text(v, XCJ_CLAIMS, "/t~2", NULL);
    expect_text(v, XCJ_CLAIMS, "/a/x", NULL);
    expect_text(v, XCJ_CLAIMS, "n", NULL);
    expect_text(v, XCJ_CLAIMS, "A", NULL);
    expect_text(v, XCJ_HEADER, "alg", "ES256");
    expect_text(v, XCJ_HEADER, "a", NULL);
    xcj_verified_free(v);
}
END_TEST

START_TEST(values_of_every_type)
{
    xcj_verified *v =
        verified_of("{\"i\":-5,\"f\":5.0,\"e\":0.5e1,\"h\":0.5,\"big\":9223372036854775808,\"huge\":1e999,\"t\":true,"
                    "\"z\":false,\"nil\":null,\"l\":[\"a\",\"\\u0062\"],\"m\":[1],\"s\":\"one\",\"o\":{ \"x\" : 1 }}");
    int64_t integer;
    double number;
    int boolean;
    xcj_str json, *texts;
    size_t count;
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("i"), &err), XCJ_OK);
    ck_assert_int_eq(integer, -5);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("f"), &err), XCJ_OK);
    ck_assert_int_eq(integer, 5);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("e"), &err), XCJ_OK);
    ck_assert_int_eq(integer, 5);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("h"), &err), XCJ_ERR_CLAIM);
    ck_assert_int_eq(integer, 0);
    ck_assert_int_eq(xcj_verified_integer(&integer, v, AT("big"), &err), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("big"), &err), XCJ_OK);
    ck_assert(number == 9223372036854775808.0);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("h"), &err), XCJ_OK);
    ck_assert(number == 0.5);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("huge"), &err), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_number(&number, v, AT("s"), &err), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_boolean(&boolean, v, AT("t"), &err), XCJ_OK);
    ck_assert_int_eq(boolean, 1);
    ck_assert_int_eq(xcj_verified_boolean(&boolean, v, AT("z"), &err), XCJ_OK);
    ck_assert_int_eq(boolean, 0);
    ck_assert_int_eq(xcj_verified_boolean(&boolean, v, AT("nil"), &err), XCJ_ERR_CLAIM);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("l"), &err), XCJ_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(texts[0].ptr, "a");
    ck_assert_str_eq(texts[1].ptr, "b");
    xcj_free(texts);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("s"), &err), XCJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(texts[0].ptr, "one");
    xcj_free(texts);
    ck_assert_int_eq(xcj_verified_texts(&texts, &count, v, AT("m"), &err), XCJ_ERR_CLAIM);
    ck_assert_ptr_null(texts);
    ck_assert_int_eq(xcj_verified_json(&json, v, AT("o"), &err), XCJ_OK);
    ck_assert_uint_eq(json.len, 11);
    ck_assert_mem_eq(json.ptr, "{ \"x\" : 1 }", 11);
    ck_assert_int_eq(xcj_verified_json(&json, v, AT("none"), &err), XCJ_ERR_CLAIM);
    ck_assert_ptr_null(json.ptr);
    static const struct {
        const char *name;
        xcj_type type;
    } types[] = { { "i", XCJ_TYPE_NUMBER }, { "t", XCJ_TYPE_BOOL },   { "nil", XCJ_TYPE_NULL }, { "l", XCJ_TYPE_ARRAY },
                  { "s", XCJ_TYPE_STRING }, { "o", XCJ_TYPE_OBJECT }, { "q", XCJ_TYPE_ABSENT } };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, types[i].name, strlen(types[i].name)), types[i].type);
    }
    xcj_verified_free(v);
}
END_TEST

START_TEST(what_a_result_carries)
{
    static const char claims[] = "{ \"a\" : 1.10 , \"b\":[ ] }";
    xcj_verified *v = verified_of(claims);
    ck_assert_str_eq(xcj_verified_payload(v).ptr, claims);
    ck_assert_uint_eq(xcj_verified_payload(v).len, sizeof claims - 1);
    ck_assert_str_eq(xcj_verified_header(v).ptr, "{\"alg\":\"ES256\"}");
    ck_assert_int_eq(xcj_verified_alg(v), XCJ_ES256);
    ck_assert_ptr_eq(xcj_verified_key(v), key);
    xcj_verified_free(v);
    xcj_verified_free(NULL);
}
END_TEST

/* All that failed, in the fixed order; the graver code goes first. */
START_TEST(every_failed_claim_is_reported)
{
    static const struct {
        const char *claims;
        xcj_code code;
        uint32_t failed;
        const char *member;
    } cases[] = {
        { "{\"nbf\":20,\"exp\":30}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS | XCJ_CLAIM_AUD | XCJ_CLAIM_NBF | XCJ_CLAIM_REQUIRED,
          "iss" },
        { "{\"iss\":\"i\",\"aud\":\"a\",\"r\":1,\"exp\":5,\"nbf\":20}", XCJ_ERR_EXPIRED, XCJ_CLAIM_EXP | XCJ_CLAIM_NBF,
          "exp" },
        { "{\"iss\":\"i\",\"aud\":\"a\",\"r\":1,\"exp\":50,\"nbf\":20}", XCJ_ERR_NOT_YET_VALID, XCJ_CLAIM_NBF, "nbf" },
        { "{\"iss\":\"j\",\"aud\":[\"b\"],\"r\":1,\"exp\":5}", XCJ_ERR_CLAIM, XCJ_CLAIM_ISS | XCJ_CLAIM_AUD | XCJ_CLAIM_EXP,
          "iss" },
        { "{\"iss\":\"i\",\"aud\":\"a\",\"r\":1}", XCJ_ERR_CLAIM, XCJ_CLAIM_EXP, "exp" },
        { "{\"iss\":\"i\",\"aud\":\"a\",\"r\":1,\"exp\":11,\"nbf\":10}", XCJ_OK, 0, "" },
    };
    const xcj_str audience = xcj_text("a");
    const xcj_str required = xcj_text("r");
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.issuer = xcj_text("i");
    options.audiences = &audience;
    options.audiences_count = 1;
    options.required = &required;
    options.required_count = 1;
    options.has_now = 1;
    options.now = 10;
    xcj_verifier *verifier = verifier_of(&options);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len;
        char *token = sign(cases[i].claims, NULL, &len);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), cases[i].code);
        ck_assert_int_eq(err.code, cases[i].code);
        ck_assert_uint_eq(err.claims, cases[i].failed);
        ck_assert_str_eq(err.member, cases[i].member);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, NULL), cases[i].code);
        xcj_free(token);
    }
    xcj_verifier_free(verifier);
}
END_TEST

START_TEST(options_are_checked)
{
    static const xcj_str names[40];
    const xcj_alg unknown = 99;
    xcj_verifier *verifier;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.leeway = -1;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.leeway = 86401;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.leeway = 86400;
    options.max_age = -1;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.max_age = 0;
    options.algs = &unknown;
    options.algs_count = 1;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.algs = NULL;
    options.algs_count = 0;
    options.required = names;
    options.required_count = 33;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.required_count = 0;
    options.opaque_payload = 1; /* and a leeway, for claims that are not looked at */
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    options.leeway = 0;
    options.key_claim = xcj_text("client_id");
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    ck_assert_ptr_null(verifier);
    options.opaque_payload = 0; /* one key leaves nothing to choose */
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_CONFIG);
    ck_assert_str_eq(err.member, "key_claim");
    ck_assert_ptr_null(verifier);
    options.key_claim = xcj_text(NULL);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_OK);
    xcj_verifier_free(verifier);
    options.size = 0;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, NULL, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_verifier_new(&verifier, NULL, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(verifier);
}
END_TEST

/* The key whose kid a claim names, as Kong's JWT plugin picks a credential. */
START_TEST(keys_by_claim)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *named, *seven;
    xcj_keyset *set;
    xcj_verifier *verifier;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    labels.kid = xcj_text("my-user");
    ck_assert_int_eq(xcj_key_relabel(&named, key, &labels, &err), XCJ_OK);
    labels.kid = xcj_text("7");
    ck_assert_int_eq(xcj_key_relabel(&seven, key, &labels, &err), XCJ_OK);
    const xcj_key *const keys[] = { named, seven };
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
    options.allow_no_exp = 1;
    options.key_claim = xcj_text("client_id");
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, &err), XCJ_OK);
    static const struct {
        const char *claims;
        xcj_code code;
    } cases[] = {
        { "{\"client_id\":\"my-user\"}", XCJ_OK },
        { "{\"client_id\":\"my\\u002duser\"}", XCJ_OK },
        { "{\"client_id\":\"other\"}", XCJ_ERR_NO_KEY },
        { "{\"client_id\":\"7\"}", XCJ_OK },
        { "{\"client_id\":7}", XCJ_ERR_NO_KEY },
        { "{}", XCJ_ERR_NO_KEY },
        { "no claims", XCJ_ERR_JSON },
        { "{\"client_id\":\"my-user\",\"client_id\":\"my-user\"}", XCJ_ERR_JSON },
        { "{\"client_id\":\"my-user\",\"client_id\":\"7\"}", XCJ_ERR_JSON },
        { "{\"client_id\":\"my-user\",\"a\":{\"b\":1,\"b\":2}}", XCJ_ERR_JSON },
        { "{\"a\":{\"b\":1,\"b\":2},\"client_id\":\"my-user\"}", XCJ_ERR_JSON },
        { "{\"client_id\":\"my-user\",}", XCJ_ERR_JSON },
        { "{\"a\":{\"client_id\":\"my-user\"}}", XCJ_ERR_NO_KEY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len;
        char *token = sign(cases[i].claims, NULL, &len);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), cases[i].code);
        if (cases[i].code == XCJ_ERR_NO_KEY) {
            ck_assert_str_eq(err.message, "no key has the kid that the claim \"client_id\" names");
        }
        xcj_free(token);
    }
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    xcj_key_free(named);
    xcj_key_free(seven);
}
END_TEST

static xcj_code verify_detached(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len,
                                const char *payload, size_t payload_len)
{
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    call.payload = (xcj_str){ payload, payload_len };
    return xcj_verify_with(out, verifier, token, len, &call, NULL, &err);
}

START_TEST(detached_payloads)
{
    static const char payload[] = "It's a dangerous business";
    xcj_jws_options how = XCJ_JWS_OPTIONS_INIT;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier = verifier_of(&options);
    how.detached = 1;
    for (int unencoded = 0; unencoded < 2; unencoded++) {
        size_t len;
        xcj_verified *v;
        how.unencoded = unencoded;
        char *token = sign(payload, &how, &len);
        ck_assert_ptr_nonnull(strstr(token, ".."));
        ck_assert_int_eq(verify_detached(&v, verifier, token, len, payload, sizeof payload - 1), XCJ_OK);
        ck_assert_str_eq(xcj_verified_payload(v).ptr, payload);
        ck_assert_int_eq(xcj_verified_type(v, XCJ_CLAIMS, "a", 1), XCJ_TYPE_ABSENT);
        xcj_verified_free(v);
        ck_assert_int_eq(verify_detached(&v, verifier, token, len, payload, sizeof payload - 2), XCJ_ERR_SIGNATURE);
        ck_assert_ptr_null(v);
        ck_assert_int_eq(verify_detached(&v, verifier, token, len, NULL, 0), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(xcj_verify(&v, verifier, token, len, NULL, &err), XCJ_ERR_SIGNATURE);
        xcj_free(token);
        /* The shortest payloads. */
        for (size_t short_len = 0; short_len < 2; short_len++) {
            token = sign(short_len == 0 ? "" : "x", &how, &len);
            ck_assert_int_eq(verify_detached(NULL, verifier, token, len, "x", short_len), XCJ_OK);
            ck_assert_int_ne(verify_detached(NULL, verifier, token, len, "x", 1 - short_len), XCJ_OK);
            xcj_free(token);
        }
    }
    /* What is no token at all, and what is the beginning of a JSON one. */
    ck_assert_int_eq(verify_detached(NULL, verifier, "", 0, "x", 1), XCJ_ERR_TOKEN);
    ck_assert_int_eq(verify_detached(NULL, verifier, "{", 1, "x", 1), XCJ_ERR_JSON);
    /* White space before the JSON. */
    const xcj_jws_signer signer = { key, &(xcj_jws_options){ .size = sizeof(xcj_jws_options), .detached = 1 } };
    char *json;
    char spaced[1024];
    size_t json_len;
    ck_assert_int_eq(xcj_jws_sign_json(&json, &json_len, "x", 1, &signer, 1, NULL, &err), XCJ_OK);
    json_len = (size_t)snprintf(spaced, sizeof spaced, " \t\r\n%s", json);
    ck_assert_int_eq(verify_detached(NULL, verifier, spaced, json_len, "x", 1), XCJ_OK);
    ck_assert_int_eq(verify_detached(NULL, verifier, spaced, json_len, "y", 1), XCJ_ERR_SIGNATURE);
    ck_assert_int_eq(verify_detached(NULL, verifier, spaced, 4, "x", 1), XCJ_ERR_TOKEN);
    xcj_free(json);
    /* A payload in both places is refused. */
    size_t len;
    char *token = sign(payload, NULL, &len);
    ck_assert_int_eq(verify_detached(NULL, verifier, token, len, payload, sizeof payload - 1), XCJ_ERR_TOKEN);
    xcj_free(token);
    xcj_verifier_free(verifier);
}
END_TEST

START_TEST(forms_that_people_paste)
{
    static const struct {
        const char *token;
        const char *hint;
    } cases[] = {
        { "", "empty" },
        { "Bearer a.b.c", "Bearer" },
        { "Bearer a", "Bearer" },
        { "bearer ", "Bearer" },
        { "Bearer", "this has 1" },
        { "\"a.b.c\"", "quotes" },
        { "'a.b.c'", "quotes" },
        { "\"a.b\"", "quotes" },
        { "'a.b'", "quotes" },
        { "a'b", "this has 1" },
        { "a.b.c.d.e", "JWE" },
        { "{\"a\":1}", "JSON" },
        { "{\"a\":1.2,\"b\":3.4}", "JSON" },
        { "a.b", "this has 2" },
        { "abc", "this has 1" },
        { ".", "this has 2" },
        { "....", "JWE" },
    };
    xcj_verifier *verifier = verifier_of(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(xcj_verify(NULL, verifier, cases[i].token, strlen(cases[i].token), NULL, &err), XCJ_ERR_TOKEN);
        ck_assert_ptr_nonnull(strstr(err.message, cases[i].hint));
    }
    ck_assert_int_eq(xcj_verify(NULL, verifier, "\0a.b.c", 6, NULL, &err), XCJ_ERR_BASE64);
    xcj_verifier_free(verifier);
}
END_TEST

/* A token with this very header: what xcj_jws_sign() does not make. */
static char *forged(const xcj_key *by, xcj_alg alg, const char *header, const char *payload)
{
    char *token = malloc(2 * (strlen(header) + strlen(payload)) + 1000);
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t sig_len;
    size_t len = xcj__b64u_encode(token, (const uint8_t *)header, strlen(header));
    token[len++] = '.';
    len += xcj__b64u_encode(token + len, (const uint8_t *)payload, strlen(payload));
    ck_assert_int_eq(xcj__key_sign(sig, &sig_len, by, alg, token, len, NULL, &err), XCJ_OK);
    token[len++] = '.';
    token[len + xcj__b64u_encode(token + len, sig, sig_len)] = '\0';
    return token;
}

static xcj_code verdict(const xcj_verifier *verifier, const char *token)
{
    xcj_verified *v = (xcj_verified *)&err;
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    leave_entry();
    xcj_code code = xcj_verify(&v, verifier, token, strlen(token), NULL, &err);
    ck_assert_int_eq(v != NULL, code == XCJ_OK);
    ck_assert_int_eq(err.code, code);
    xcj_verified_free(v);
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, strlen(token), scratch, NULL), code);
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, strlen(token), scratch, NULL), code);
    expect_entry();
    xcj_scratch_free(scratch);
    return code;
}

/* The signatures are all good: the header decides. */
START_TEST(headers)
{
    static const struct {
        const char *header;
        xcj_code jwt;
        xcj_code jws;
        const char *member;
    } rows[] = {
        { "{\"alg\":\"ES256\"}", XCJ_OK, XCJ_OK, "" },
        { " {\"\\u0061lg\":\"ES\\u003256\",\"x\":[{}]} ", XCJ_OK, XCJ_OK, "" },
        { "{\"alg\":\"ES256\",\"kid\":\"any\",\"jku\":7,\"jwk\":{\"kty\":1},\"x5c\":0,\"x5u\":null}", XCJ_OK, XCJ_OK, "" },
        { "{}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "alg" },
        { "{\"Alg\":\"ES256\"}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "alg" },
        { "{\"alg\":null}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "alg" },
        { "{\"alg\":[\"ES256\"]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "alg" },
        { "{\"alg\":\"none\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"es256\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"SH256\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"ES256K\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"HS256\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"ES256\\u0000\"}", XCJ_ERR_ALG, XCJ_ERR_ALG, "alg" },
        { "{\"alg\":\"ES256\",\"kid\":7}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "kid" },
        { "{\"alg\":\"ES256\",\"typ\":null}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "typ" },
        { "{\"alg\":\"ES256\",\"cty\":{}}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "cty" },
        { "{\"alg\":\"ES256\",\"crit\":[]}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":null}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":\"b64\",\"b64\":true}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[7]}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"b64\",\"b64\"],\"b64\":true}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"b64\",\"x\"],\"b64\":true}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"b64\"]}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":true}", XCJ_ERR_CRIT, XCJ_OK, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"\\u00624\"],\"b64\":true}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "crit" },
        { "{\"alg\":\"ES256\",\"crit\":[\"b\\u00364\"],\"b64\":true}", XCJ_ERR_CRIT, XCJ_OK, "crit" },
        { "{\"alg\":\"ES256\",\"b64\":false}", XCJ_ERR_CRIT, XCJ_ERR_CRIT, "b64" },
        { "{\"alg\":\"ES256\",\"b64\":true}", XCJ_OK, XCJ_OK, "" },
        { "{\"alg\":\"ES256\",\"b64\":\"false\"}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN, "b64" },
        { "{\"alg\":\"ES256\",\"enc\":\"A128GCM\",\"zip\":\"DEF\"}", XCJ_OK, XCJ_OK, "" },
        { "{\"alg\":\"none\",\"alg\":\"ES256\"}", XCJ_ERR_JSON, XCJ_ERR_JSON, "alg" },
        { "{\"alg\":\"ES256\",\"x\":{\"y\":1,\"y\":1}}", XCJ_ERR_JSON, XCJ_ERR_JSON, "y" },
        { "[\"ES256\"]", XCJ_ERR_JSON, XCJ_ERR_JSON, "" },
    };
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    xcj_verifier *jwt = verifier_of(&options);
    options.opaque_payload = 1;
    xcj_verifier *jws = verifier_of(&options);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *token = forged(key, XCJ_ES256, rows[i].header, "{}");
        ck_assert_msg(verdict(jws, token) == rows[i].jws, "%s: %s", rows[i].header, err.message);
        ck_assert_msg(verdict(jwt, token) == rows[i].jwt, "%s: %s", rows[i].header, err.message);
        if (rows[i].jwt != XCJ_OK) {
            expect_error(&err, rows[i].jwt, rows[i].member);
        }
        free(token);
    }
    xcj_verifier_free(jwt);
    xcj_verifier_free(jws);
}
END_TEST

/* No character of a token may be another one. */
START_TEST(every_character_counts)
{
    static const char others[] = "A_-z9.=+/ \n\x80";
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    xcj_verifier *verifier = verifier_of(&options);
    size_t len;
    char *token = sign("{\"a\":1}", NULL, &len);
    for (size_t i = 0; i < len; i++) {
        char was = token[i];
        for (size_t j = 0; j < sizeof others; j++) { /* the NUL too */
            token[i] = others[j];
            xcj_code code = xcj_verify(NULL, verifier, token, len, NULL, &err);
            ck_assert_msg((code == XCJ_OK) == (others[j] == was), "%zu: %02x", i, (unsigned)others[j]);
        }
        token[i] = was;
        ck_assert_int_ne(xcj_verify(NULL, verifier, token, i, NULL, &err), XCJ_OK);
    }
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, len + 1, NULL, &err), XCJ_ERR_BASE64);
    xcj_free(token);
    xcj_verifier_free(verifier);
}
END_TEST

/* Claims of a token that is not genuine are not looked at; nor is what is no JSON. */
/* As long as the signature of the largest RSA key, and a byte longer. */
START_TEST(the_longest_signature)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_of(&options);
    size_t len;
    char *token = sign("{}", NULL, &len);
    size_t input_len = len;
    while (token[input_len - 1] != '.') {
        input_len--;
    }
    for (size_t more = 0; more < 2; more++) {
        uint8_t *sig = calloc(1, XCJ__SIGNATURE_MAX + more);
        char *text = malloc(input_len + 2 * XCJ__SIGNATURE_MAX);
        memcpy(text, token, input_len);
        size_t sig_len = xcj__b64u_encode(text + input_len, sig, XCJ__SIGNATURE_MAX + more);
        ck_assert_int_eq(xcj_verify(NULL, verifier, text, input_len + sig_len, NULL, &err), XCJ_ERR_SIGNATURE);
        ck_assert_int_eq(strstr(err.message, "longer than any") != NULL, more != 0);
        free(text);
        free(sig);
    }
    xcj_free(token);
    xcj_verifier_free(verifier);
}
END_TEST

START_TEST(the_signature_goes_first)
{
    xcj_key *other = key_for(XCJ_ES256);
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *verifier = verifier_of(&options);
    static const char *const payloads[] = { "{\"exp\":1,\"x\":7}", "not JSON", "{\"a\":1,\"a\":1}", "" };
    static const xcj_code genuine[] = { XCJ_ERR_EXPIRED, XCJ_ERR_JSON, XCJ_ERR_JSON, XCJ_ERR_JSON };
    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        char *token = forged(other, XCJ_ES256, "{\"alg\":\"ES256\"}", payloads[i]);
        ck_assert_int_eq(verdict(verifier, token), XCJ_ERR_SIGNATURE);
        ck_assert_uint_eq(err.claims, 0);
        free(token);
        token = forged(key, XCJ_ES256, "{\"alg\":\"ES256\"}", payloads[i]);
        ck_assert_int_eq(verdict(verifier, token), genuine[i]);
        free(token);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(other);
}
END_TEST

START_TEST(allowed_algorithms)
{
    static const xcj_alg both[] = { XCJ_EDDSA, XCJ_ED25519 };
    static const struct {
        const xcj_alg *algs;
        size_t count;
        bool eddsa;
        bool ed25519;
    } rows[] = { { NULL, 0, true, true },
                 { both, 0, false, false },
                 { both, 1, true, false },
                 { both, 2, true, true },
                 { both + 1, 1, false, true } };
    xcj_key *edwards = key_of("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" ED25519_D "\",\"x\":\"" ED25519_X "\"}");
    char *eddsa = forged(edwards, XCJ_EDDSA, "{\"alg\":\"EdDSA\"}", "{}");
    char *ed25519 = forged(edwards, XCJ_ED25519, "{\"alg\":\"Ed25519\"}", "{}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
        xcj_verifier *verifier;
        options.allow_no_exp = 1;
        options.algs = rows[i].algs;
        options.algs_count = rows[i].count;
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, edwards, &options, &err), XCJ_OK);
        ck_assert_int_eq(verdict(verifier, eddsa), rows[i].eddsa ? XCJ_OK : XCJ_ERR_ALG);
        ck_assert_int_eq(verdict(verifier, ed25519), rows[i].ed25519 ? XCJ_OK : XCJ_ERR_ALG);
        xcj_verifier_free(verifier);
    }
    free(eddsa);
    free(ed25519);
    xcj_key_free(edwards);
}
END_TEST

/* The published key is no MAC secret, whatever the token says (RFC 8725 2.1), and weak keys verify nothing. */
START_TEST(keys_that_do_not_verify)
{
    static const struct {
        const char *jwk;
        const char *alg;
        xcj_code code;
        const char *member;
    } rows[] = {
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}", "HS512", XCJ_ERR_SIGNATURE, "" },
        { "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "HS256", XCJ_ERR_KEY_WEAK, "k" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"use\":\"enc\"}", "HS256", XCJ_ERR_KEY_USE, "use" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":[\"sign\"]}", "HS256", XCJ_ERR_KEY_USE, "key_ops" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"HS384\"}", "HS256", XCJ_ERR_ALG, "alg" },
        { "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"A256KW\"}", "HS256", XCJ_ERR_ALG, "alg" },
        { "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED25519_X "\"}", "EdDSA", XCJ_ERR_ALG, "alg" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}", "HS256", XCJ_ERR_ALG, "alg" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_key *other = key_of(rows[i].jwk);
        xcj_verifier *verifier;
        char header[50];
        sprintf(header, "{\"alg\":\"%s\"}", rows[i].alg);
        char *token = forged(key, XCJ_ES256, header, "{}");
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, other, NULL, &err), XCJ_OK);
        ck_assert_msg(verdict(verifier, token) == rows[i].code, "%s: %s", rows[i].jwk, err.message);
        expect_error(&err, rows[i].code, rows[i].member);
        xcj_verifier_free(verifier);
        xcj_key_free(other);
        free(token);
    }
}
END_TEST

/* In a set the kid selects; with one key it is a hint, which may be wrong. */
START_TEST(kids)
{
    xcj_key *first = named(XCJ_ES256, "first"), *second = named(XCJ_ES256, "second"), *mac = named(XCJ_HS256, "mac");
    const xcj_key *const keys[] = { first, second, mac };
    xcj_keyset *set;
    xcj_verifier *by_set, *by_key;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 3, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&by_set, set, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new_key(&by_key, first, &options, &err), XCJ_OK);
    xcj_keyset_free(set);
    static const struct {
        const char *header;
        xcj_code by_set;
    } rows[] = {
        { "{\"alg\":\"ES256\",\"kid\":\"first\"}", XCJ_OK },
        { "{\"alg\":\"ES256\",\"kid\":\"fir\\u0073t\"}", XCJ_OK },
        { "{\"alg\":\"ES256\",\"kid\":\"second\"}", XCJ_ERR_SIGNATURE },
        { "{\"alg\":\"ES256\",\"kid\":\"mac\"}", XCJ_ERR_ALG },
        { "{\"alg\":\"ES256\",\"kid\":\"First\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"ES256\",\"kid\":\"\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"ES256\",\"kid\":\"first\\u0000\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"ES256\"}", XCJ_ERR_AMBIGUOUS_KEY },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *token = forged(first, XCJ_ES256, rows[i].header, "{}");
        ck_assert_msg(verdict(by_set, token) == rows[i].by_set, "%s: %s", rows[i].header, err.message);
        ck_assert_int_eq(verdict(by_key, token), XCJ_OK);
        free(token);
    }
    char *token = forged(mac, XCJ_HS256, "{\"alg\":\"HS256\"}", "{}"); /* the only one of its type */
    ck_assert_int_eq(verdict(by_set, token), XCJ_OK);
    free(token);
    xcj_verifier *again = xcj_verifier_ref(by_set);
    ck_assert_ptr_eq(again, by_set);
    xcj_verifier_free(by_set);
    xcj_key_free(first);
    xcj_key_free(second);
    token = forged(mac, XCJ_HS256, "{\"alg\":\"HS256\",\"kid\":\"mac\"}", "{}");
    xcj_key_free(mac);
    ck_assert_int_eq(verdict(again, token), XCJ_OK);
    free(token);
    xcj_verifier_free(again);
    xcj_verifier_free(by_key);
    ck_assert_ptr_null(xcj_verifier_ref(NULL));
    xcj_verifier_free(NULL);
}
END_TEST

/* Strings that are written with escapes are kept elsewhere, and stay there when more of them come: the kid is still read
 * when the last of them has been. */
START_TEST(long_escaped_strings)
{
    enum { KID = 300, TYP = 3000 };
    char kid[KID + 1], header[2 * (KID + TYP)];
    memset(kid, 'k', KID);
    kid[KID] = '\0';
    int len = sprintf(header, "{\"alg\":\"ES\\u003256\",\"kid\":\"\\u006b%s\",\"typ\":\"\\u006a", kid + 1);
    memset(header + len, 't', TYP);
    strcpy(header + len + TYP, "\"}");
    xcj_key *known = named(XCJ_ES256, kid), *other = named(XCJ_ES256, "other");
    const xcj_key *const keys[] = { other, known };
    xcj_keyset *set;
    xcj_verifier *verifier;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, &err), XCJ_OK);
    char *token = forged(known, XCJ_ES256, header, "{}");
    ck_assert_msg(verdict(verifier, token) == XCJ_OK, "%s", err.message);
    free(token);
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    xcj_key_free(known);
    xcj_key_free(other);
}
END_TEST

/* A header of `members` members whose names are escaped, in base64url, with a payload and a signature that are none. */
static char *forged_token(size_t members)
{
    char *header = malloc(members * 40 + 64);
    size_t len = (size_t)sprintf(header, "{\"alg\":\"ES256\"");
    for (size_t i = 0; i < members; i++) {
        len += (size_t)sprintf(header + len, ",\"\\u0061%zx\":1", i);
    }
    header[len++] = '}';
    char *token = malloc(len * 4 / 3 + 16);
    size_t used = xcj__b64u_encode(token, (const uint8_t *)header, len);
    strcpy(token + used, ".e30.AAAA");
    free(header);
    return token;
}

/* musl's memchr and memcpy take twice as long. */
#ifdef __GLIBC__
#define FORGED_MILLISECONDS (1.0 * XCJ_SLOWDOWN)
#else
#define FORGED_MILLISECONDS (3.0 * XCJ_SLOWDOWN)
#endif

/* Code that is not optimised takes several times as long. */
#ifdef __OPTIMIZE__
#define FORGED_CLAIMS_MILLISECONDS FORGED_MILLISECONDS
#else
#define FORGED_CLAIMS_MILLISECONDS (10 * FORGED_MILLISECONDS)
#endif

static double best_milliseconds(const xcj_verifier *verifier, const char *token, xcj_code wanted)
{
    const size_t len = strlen(token);
    double best = 1e9;
    for (int i = 0; i < 20; i++) {
        struct timespec before, after;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
        xcj_code code = xcj_verify(NULL, verifier, token, len, NULL, &err);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        ck_assert_msg(code == wanted, "%s", err.message);
        double took = (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
        best = took < best ? took : best;
    }
    return best;
}

/* Whoever forges a header gets no more than a millisecond of work for it. */
START_TEST(a_forged_header_costs_little)
{
    xcj_verifier *verifier = verifier_of(NULL);
    char *most = forged_token(255);
    char *more = forged_token(256);
    char *huge = forged_token(46000);
    ck_assert_double_le(best_milliseconds(verifier, most, XCJ_ERR_SIGNATURE), FORGED_MILLISECONDS);
    ck_assert_double_le(best_milliseconds(verifier, more, XCJ_ERR_LIMIT), FORGED_MILLISECONDS);
    ck_assert_double_le(best_milliseconds(verifier, huge, XCJ_ERR_LIMIT), FORGED_MILLISECONDS);
    ck_assert_str_eq(err.member, "header");
    free(most);
    free(more);
    free(huge);
    xcj_verifier_free(verifier);
}
END_TEST

/* {"<unit><number>":1, ... as often as it takes to fill `len` bytes, and then the rest. */
static char *filled_claims(const char *unit, size_t len, const char *rest)
{
    char *text = malloc(len + strlen(unit) + strlen(rest) + 32);
    size_t at = (size_t)sprintf(text, "{");
    for (unsigned i = 0; at < len; i++) {
        at += (size_t)sprintf(text + at, "\"%s%x\":1,", unit, i);
    }
    strcpy(text + at, rest);
    return text;
}

typedef struct claim_case {
    const char *unit;
    size_t len;
    const char *rest;
    xcj_code code;
} claim_case;

/* The signed token has its verdict; the same with another signature costs little. */
static void check_claim_case(const xcj_verifier *verifier, const claim_case *c)
{
    char *claims = filled_claims(c->unit, c->len, c->rest);
    size_t len;
    char *token = sign(claims, NULL, &len);
    xcj_code code = xcj_verify(NULL, verifier, token, len, NULL, &err);
    ck_assert_msg(code == c->code, "%s %zu: %d %s", c->unit, c->len, code, err.message);
    char *last = token + len - 5;
    *last = *last == 'A' ? 'B' : 'A';
    const double took = best_milliseconds(verifier, token, code == XCJ_OK ? XCJ_ERR_SIGNATURE : code);
    ck_assert_msg(took <= FORGED_CLAIMS_MILLISECONDS, "%s %zu: %.2f ms", c->unit, c->len, took);
    xcj_free(token);
    free(claims);
}

/* Nor for claims, where one of them names the key: what follows it waits for the signature. */
START_TEST(forged_claims_cost_little)
{
    const size_t kib = 1024;
    const claim_case cases[] = {
        { "a", 30 * kib, "\"client_id\":\"my-user\"}", XCJ_OK },
        { "a", 45 * kib, "\"client_id\":\"my-user\"}", XCJ_ERR_LIMIT }, /* more than 4096 members */
        { "a long name of a claim", 45 * kib, "\"client_id\":\"my-user\"}", XCJ_OK },
        { "a long name of a claim", 50 * kib, "\"client_id\":\"my-user\"}", XCJ_ERR_LIMIT },
        { "\\u0061\\u0062\\u0063\\u0064\\u0065\\u0066\\u0067\\u0068", 45 * kib, "\"client_id\":\"my-user\"}", XCJ_OK },
        { "\\u0061\\u0062", 1400 * kib, "\"client_id\":\"my-user\"}", XCJ_ERR_LIMIT },
        { "a", 45 * kib, "\"b\":1}", XCJ_ERR_LIMIT },
        { "a", 30 * kib, "\"b\":1}", XCJ_ERR_NO_KEY },
    };
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_key *named;
    xcj_keyset *set;
    xcj_verifier *verifier;
    labels.kid = xcj_text("my-user");
    ck_assert_int_eq(xcj_key_relabel(&named, key, &labels, &err), XCJ_OK);
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const[]){ named }, 1, &err), XCJ_OK);
    options.allow_no_exp = 1;
    options.key_claim = xcj_text("client_id");
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, &err), XCJ_OK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_claim_case(verifier, &cases[i]);
    }
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    xcj_key_free(named);
}
END_TEST

/* So in a JSON serialisation, whose own members are no header. */
START_TEST(a_forged_serialisation_is_limited)
{
    xcj_verifier *verifier = verifier_of(NULL);
    for (size_t members = 1000; members < 1100; members += 99) {
        char *text = malloc(members * 16 + 128);
        size_t len =
            (size_t)sprintf(text, "{\"payload\":\"e30\",\"protected\":\"eyJhbGciOiJFUzI1NiJ9\",\"signature\":\"AAAA\"");
        for (size_t i = 0; i < members; i++) {
            len += (size_t)sprintf(text + len, ",\"\\u0061%zx\":1", i);
        }
        text[len++] = '}';
        ck_assert_int_eq(xcj_verify_json(NULL, verifier, text, len, NULL, &err),
                         members < 1024 ? XCJ_ERR_SIGNATURE : XCJ_ERR_LIMIT);
        free(text);
    }
    xcj_verifier_free(verifier);
}
END_TEST

START_TEST(limits)
{
    static const char header[] = "{\"alg\":\"ES256\",\"a\":[[]],\"b\":1}";
    static const char claims[] = "{\"a\":[[]],\"b\":1}";
    static const struct {
        unsigned depth;
        size_t members;
        xcj_code code;
    } rows[] = { { 3, 4, XCJ_OK }, { 2, 4, XCJ_ERR_LIMIT }, { 3, 3, XCJ_ERR_LIMIT }, { 1024, SIZE_MAX, XCJ_OK } };
    for (int in_header = 0; in_header < 2; in_header++) {
        char *token = forged(key, XCJ_ES256, in_header ? header : "{\"alg\":\"ES256\"}", in_header ? "{}" : claims);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
            options.allow_no_exp = 1;
            options.max_depth = rows[i].depth;
            options.max_members = rows[i].members == 3 && !in_header ? 2 : rows[i].members;
            options.max_token = strlen(token);
            xcj_verifier *verifier = verifier_of(&options);
            ck_assert_int_eq(verdict(verifier, token), rows[i].code);
            xcj_verifier_free(verifier);
            options.max_token--;
            verifier = verifier_of(&options);
            ck_assert_int_eq(verdict(verifier, token), XCJ_ERR_LIMIT);
            xcj_verifier_free(verifier);
        }
        free(token);
    }
    /* No signature is longer than 2048 bytes, however the token is made. */
    xcj_verifier *verifier = verifier_of(NULL);
    char *token = malloc(100000);
    strcpy(token, "eyJhbGciOiJFUzI1NiJ9.e30.");
    memset(token + 25, 'A', 90000);
    token[25 + 90000] = '\0';
    ck_assert_int_eq(verdict(verifier, token), XCJ_ERR_SIGNATURE);
    memset(token, '.', 90000);
    ck_assert_int_eq(verdict(verifier, token), XCJ_ERR_TOKEN);
    xcj_verifier_free(verifier);
    free(token);
}
END_TEST

/* The key under these labels; another one of its kind when `mine` is false. */
static xcj_key *labelled(bool mine, const char *kid, const char *use)
{
    xcj_key *other = mine ? xcj_key_ref(key) : NULL;
    xcj_key *made;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    if (!mine) {
        ck_assert_int_eq(xcj_key_generate(&other, XCJ_ES256, 0, &err), XCJ_OK);
    }
    labels.kid = xcj_text(kid);
    labels.use = xcj_text(use);
    ck_assert_int_eq(xcj_key_relabel(&made, other, &labels, &err), XCJ_OK);
    xcj_key_free(other);
    return made;
}

/* A token with this kid (NULL: none), signed by the key, against these keys. */
static xcj_code verdict_of_set(xcj_key **keys, size_t count, const char *kid, const xcj_verify_options *given)
{
    xcj_keyset *set;
    xcj_verifier *verifier;
    xcj_verified *verified;
    xcj_jws_options how = XCJ_JWS_OPTIONS_INIT;
    xcj_verify_options options = *given;
    size_t len;
    options.allow_no_exp = 1;
    how.kid = xcj_text(kid != NULL ? kid : "");
    char *token = sign("{}", &how, &len);
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, count, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, &err), XCJ_OK);
    xcj_code code = xcj_verify(&verified, verifier, token, len, NULL, &err);
    ck_assert_int_eq(verified != NULL, code == XCJ_OK);
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
    xcj_keyset_free(set);
    xcj_free(token);
    return code;
}

#define TRIED_MAX 16

START_TEST(keys_that_are_tried)
{
    xcj_verify_options strict = XCJ_VERIFY_OPTIONS_INIT, tries = XCJ_VERIFY_OPTIONS_INIT;
    xcj_key *keys[TRIED_MAX + 1];
    tries.try_keys = 1;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        keys[i] = labelled(i == TRIED_MAX - 1, "", "");
    }
    /* As many as may be tried, the right one among them; without it; and one more. */
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX, NULL, &strict), XCJ_ERR_AMBIGUOUS_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "--try-keys"));
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX, NULL, &tries), XCJ_OK);
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX - 1, NULL, &tries), XCJ_ERR_SIGNATURE);
    ck_assert_ptr_nonnull(strstr(err.message, "any of the 15 keys"));
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX + 1, NULL, &tries), XCJ_ERR_AMBIGUOUS_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "more than 16"));
    /* A kid that no key has: only keys without a kid can be meant. */
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX, "a", &strict), XCJ_ERR_NO_KEY);
    ck_assert_int_eq(verdict_of_set(keys, TRIED_MAX, "a", &tries), XCJ_OK);
    xcj_key *named_keys[2] = { labelled(true, "b", ""), labelled(false, "a", "") };
    ck_assert_int_eq(verdict_of_set(named_keys, 2, "c", &tries), XCJ_ERR_NO_KEY);
    ck_assert_int_eq(verdict_of_set(named_keys, 2, "a", &tries), XCJ_ERR_SIGNATURE);
    ck_assert_int_eq(verdict_of_set(named_keys, 2, NULL, &tries), XCJ_OK);
    /* A set's only key, without a kid, is the one. */
    ck_assert_int_eq(verdict_of_set(&keys[TRIED_MAX - 1], 1, "a", &strict), XCJ_OK);
    ck_assert_int_eq(verdict_of_set(&named_keys[0], 1, "a", &strict), XCJ_ERR_NO_KEY);
    xcj_key_free(named_keys[0]);
    xcj_key_free(named_keys[1]);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        xcj_key_free(keys[i]);
    }
}
END_TEST

START_TEST(keys_of_spiffe)
{
    static const struct {
        const char *use;
        xcj_code plain;
        xcj_code svid;
    } rows[] = { { "jwt-svid", XCJ_ERR_KEY_USE, XCJ_OK },
                 { "x509-svid", XCJ_ERR_KEY_USE, XCJ_ERR_NO_KEY },
                 { "sig", XCJ_OK, XCJ_ERR_NO_KEY },
                 { "", XCJ_OK, XCJ_ERR_NO_KEY } };
    xcj_verify_options strict = XCJ_VERIFY_OPTIONS_INIT, svid = XCJ_VERIFY_OPTIONS_INIT;
    svid.jwt_svid = 1;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_key *one = labelled(true, "a", rows[i].use);
        ck_assert_int_eq(verdict_of_set(&one, 1, "a", &strict), rows[i].plain);
        ck_assert_int_eq(verdict_of_set(&one, 1, "a", &svid), rows[i].svid);
        /* Of one key that is given, the use says the same, but none is fine. */
        xcj_verifier *verifier;
        size_t len;
        char *token = sign("{}", NULL, &len);
        svid.allow_no_exp = 1;
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, one, &svid, &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), i == 1 ? XCJ_ERR_KEY_USE : XCJ_OK);
        xcj_verifier_free(verifier);
        xcj_free(token);
        xcj_key_free(one);
    }
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        texts_by_name_and_by_pointer,
        values_of_every_type,
        what_a_result_carries,
        every_failed_claim_is_reported,
        a_forged_header_costs_little,
        forged_claims_cost_little,
        a_forged_serialisation_is_limited,
        options_are_checked,
        keys_by_claim,
        keys_that_are_tried,
        keys_of_spiffe,
        detached_payloads,
        forms_that_people_paste,
        headers,
        every_character_counts,
        the_longest_signature,
        the_signature_goes_first,
        allowed_algorithms,
        keys_that_do_not_verify,
        kids,
        long_escaped_strings,
        limits,
    };
    TCase *tcase = tcase_create("verify");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("verify");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
