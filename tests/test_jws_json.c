#include "check_main.h"

#include <jansson.h>
#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"

static xcj_error err;
static xcj_key *mac;
static xcj_key *pair;
static xcj_keyset *set; /* of both */

static void set_up(void)
{
    mac = named(XCJ_HS256, "mac");
    pair = named(XCJ_ES256, "pair");
    const xcj_key *const keys[] = { mac, pair };
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
}

static void tear_down(void)
{
    xcj_key_free(mac);
    xcj_key_free(pair);
    xcj_keyset_free(set);
}

static char *sign_json(const xcj_jws_signer *signers, size_t count, const char *payload)
{
    char *text;
    size_t len;
    ck_assert_msg(xcj_jws_sign_json(&text, &len, payload, strlen(payload), signers, count, NULL, &err) == XCJ_OK, "%s",
                  err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static xcj_verify_options opaque(void)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    return options;
}

/* The verdict on a text, with what was verified if wanted. */
static xcj_code verify_with(const xcj_keyset *keys, const xcj_verify_options *options, const char *text, xcj_verified **out)
{
    xcj_verifier *verifier;
    ck_assert_msg(xcj_verifier_new(&verifier, keys, options, &err) == XCJ_OK, "%s", err.message);
    leave_entry();
    xcj_code code = xcj_verify_json(out, verifier, text, strlen(text), NULL, &err);
    expect_entry();
    ck_assert_int_eq(err.code, code);
    xcj_verifier_free(verifier);
    return code;
}

static xcj_code verdict(const char *text)
{
    xcj_verify_options options = opaque();
    return verify_with(set, &options, text, NULL);
}

static char *decoded(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    ck_assert_ptr_nonnull(text);
    char *bytes = calloc(1, strlen(text) + 1);
    size_t len;
    ck_assert(xcj__b64u_decode((uint8_t *)bytes, &len, text, strlen(text), NULL));
    return bytes;
}

static void expect_decoded(const json_t *object, const char *member, const char *wanted)
{
    char *text = decoded(object, member);
    ck_assert_str_eq(text, wanted);
    free(text);
}

static json_t *parsed(const char *text)
{
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json != NULL, "%s", text);
    return json;
}

/* RFC 7515 7.2.2: one signer, and the members stand at the top. */
START_TEST(flattened)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.typ = xcj_text("JOSE+JSON");
    options.unprotected = xcj_text("{ \"note\" : [ 1.10 ] }");
    const xcj_jws_signer signer = { pair, &options };
    char *text = sign_json(&signer, 1, "payload");
    json_t *json = parsed(text);
    ck_assert_uint_eq(json_object_size(json), 4);
    expect_decoded(json, "payload", "payload");
    expect_decoded(json, "protected", "{\"typ\":\"JOSE+JSON\",\"alg\":\"ES256\",\"kid\":\"pair\"}");
    ck_assert_ptr_nonnull(strstr(text, "\"header\":{ \"note\" : [ 1.10 ] }"));
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(json, "signature"))), 86);
    ck_assert_int_eq(verdict(text), XCJ_OK);
    json_decref(json);
    xcj_free(text);
}
END_TEST

/* RFC 7515 7.2.1: several signers, each in an object of its own, in their order. */
START_TEST(general)
{
    const xcj_jws_signer signers[] = { { mac, NULL }, { pair, NULL } };
    char *text = sign_json(signers, 2, "");
    json_t *json = parsed(text);
    json_t *signatures = json_object_get(json, "signatures");
    ck_assert_uint_eq(json_object_size(json), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json, "payload")), "");
    ck_assert_uint_eq(json_array_size(signatures), 2);
    expect_decoded(json_array_get(signatures, 0), "protected", "{\"alg\":\"HS256\",\"kid\":\"mac\"}");
    expect_decoded(json_array_get(signatures, 1), "protected", "{\"alg\":\"ES256\",\"kid\":\"pair\"}");
    json_decref(json);
    xcj_verify_options options = opaque();
    xcj_verified *verified;
    options.all_signatures = 1;
    ck_assert_int_eq(verify_with(set, &options, text, &verified), XCJ_OK);
    ck_assert_int_eq(xcj_verified_alg(verified), XCJ_HS256); /* the first */
    ck_assert_ptr_eq(xcj_verified_key(verified), mac);
    ck_assert_str_eq(xcj_verified_header(verified).ptr, "{\"alg\":\"HS256\",\"kid\":\"mac\"}");
    xcj_verified_free(verified);
    xcj_free(text);
}
END_TEST

/* A signature of the text replaced by another of the same length: `which` counts from 0. */
static void spoil(char *text, int which)
{
    char *at = text;
    for (int i = 0; i <= which; i++) {
        at = strstr(at, "\"signature\":\"") + 13;
    }
    at[5] = at[5] == 'A' ? 'B' : 'A';
}

START_TEST(any_or_all)
{
    const xcj_jws_signer signers[] = { { mac, NULL }, { pair, NULL }, { mac, NULL } };
    for (int bad = 0; bad < 8; bad++) {
        char *text = sign_json(signers, 3, "payload");
        for (int i = 0; i < 3; i++) {
            if ((bad & 1 << i) != 0) {
                spoil(text, i);
            }
        }
        xcj_verify_options options = opaque();
        xcj_verified *verified;
        ck_assert_int_eq(verify_with(set, &options, text, &verified), bad != 7 ? XCJ_OK : XCJ_ERR_SIGNATURE);
        if (bad != 7) {
            /* The first that is valid speaks for the token. */
            ck_assert_ptr_eq(xcj_verified_key(verified), (bad & 3) == 1 ? pair : mac);
            ck_assert_int_eq(xcj_verified_alg(verified), (bad & 3) == 1 ? XCJ_ES256 : XCJ_HS256);
            ck_assert_ptr_nonnull(strstr(xcj_verified_header(verified).ptr, (bad & 3) == 1 ? "pair" : "mac"));
            ck_assert_str_eq(xcj_verified_payload(verified).ptr, "payload");
        } else {
            ck_assert_ptr_null(verified);
            ck_assert_str_eq(err.message, "0 of 3 signatures are valid; the signature is not valid");
        }
        xcj_verified_free(verified);
        options.all_signatures = 1;
        ck_assert_int_eq(verify_with(set, &options, text, NULL), bad == 0 ? XCJ_OK : XCJ_ERR_SIGNATURE);
        xcj_free(text);
    }
}
END_TEST

/* A signature under a key that is not ours, or an algorithm that is not allowed, is one that is not valid. */
START_TEST(signers_that_are_strangers)
{
    xcj_key *stranger = named(XCJ_ED25519, "stranger");
    static const xcj_alg only[] = { XCJ_ES256 };
    const xcj_jws_signer signers[] = { { stranger, NULL }, { pair, NULL } };
    char *text = sign_json(signers, 2, "x");
    xcj_verify_options options = opaque();
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
    options.all_signatures = 1;
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "1 of 2 signatures are valid; no key with kid \"stranger\""));
    options.algs = only;
    options.algs_count = 1;
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_ALG);
    options.all_signatures = 0;
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
    xcj_free(text);
    xcj_key_free(stranger);
}
END_TEST

/* A kid may stand outside: it only chooses among keys that are trusted. */
START_TEST(a_kid_that_is_not_protected)
{
    xcj_key *same_type = named(XCJ_ES256, "other");
    const xcj_key *const keys[] = { same_type, pair };
    xcj_keyset *two;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    const xcj_jws_signer signer = { pair, &options };
    ck_assert_int_eq(xcj_keyset_from_keys(&two, keys, 2, &err), XCJ_OK);
    static const struct {
        const char *unprotected;
        xcj_code code;
    } rows[] = {
        { "{\"kid\":\"pair\"}", XCJ_OK },
        { "{\"k\\u0069d\":\"p\\u0061ir\"}", XCJ_OK },
        { "{\"kid\":\"other\"}", XCJ_ERR_SIGNATURE },
        { "{\"kid\":\"third\"}", XCJ_ERR_NO_KEY },
        { "{\"jku\":\"https://x\"}", XCJ_ERR_AMBIGUOUS_KEY },
    };
    options.kid = xcj_text("");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_verify_options policy = opaque();
        options.unprotected = xcj_text(rows[i].unprotected);
        char *text = sign_json(&signer, 1, "x");
        ck_assert_msg(verify_with(two, &policy, text, NULL) == rows[i].code, "%s: %s", rows[i].unprotected, err.message);
        xcj_free(text);
    }
    xcj_keyset_free(two);
    xcj_key_free(same_type);
}
END_TEST

START_TEST(detached_and_unencoded)
{
    static const char payload[] = "{\"a\":\"\xc3\xa9\\n\"}.\x01";
    for (int form = 0; form < 8; form++) {
        xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
        options.detached = form & 1;
        options.unencoded = (form & 2) != 0;
        const xcj_jws_signer signers[] = { { pair, &options }, { mac, &options } };
        char *text = sign_json(signers, (form & 4) != 0 ? 2 : 1, payload);
        json_t *json = parsed(text);
        ck_assert_int_eq(json_object_get(json, "payload") == NULL, options.detached);
        if (form == 2) {
            ck_assert_str_eq(json_string_value(json_object_get(json, "payload")), payload);
            expect_decoded(json, "protected", "{\"alg\":\"ES256\",\"kid\":\"pair\",\"b64\":false,\"crit\":[\"b64\"]}");
        }
        json_decref(json);
        xcj_verify_options policy = opaque();
        xcj_verifier *verifier;
        xcj_verified *verified = NULL;
        policy.all_signatures = 1;
        ck_assert_int_eq(xcj_verifier_new(&verifier, set, &policy, &err), XCJ_OK);
        xcj_code carried = xcj_verify_json(options.detached ? NULL : &verified, verifier, text, strlen(text), NULL, &err);
        ck_assert_int_eq(carried, options.detached ? XCJ_ERR_TOKEN : XCJ_OK);
        xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
        call.payload = (xcj_str){ payload, sizeof payload - 1 };
        xcj_code apart =
            xcj_verify_with(options.detached ? &verified : NULL, verifier, text, strlen(text), &call, NULL, &err);
        ck_assert_int_eq(apart, options.detached ? XCJ_OK : XCJ_ERR_TOKEN);
        ck_assert_str_eq(xcj_verified_payload(verified).ptr, payload);
        xcj_verified_free(verified);
        if (options.detached) {
            call.payload = xcj_text("");
            ck_assert_int_eq(xcj_verify_with(NULL, verifier, text, strlen(text), &call, NULL, &err), XCJ_ERR_SIGNATURE);
        }
        xcj_verifier_free(verifier);
        /* RFC 7797 7: never for a JWT. */
        if (options.unencoded && !options.detached) {
            xcj_verify_options claims = XCJ_VERIFY_OPTIONS_INIT;
            ck_assert_int_eq(verify_with(set, &claims, text, NULL), XCJ_ERR_CRIT);
        }
        xcj_free(text);
    }
}
END_TEST

static void expect_no_signature(const xcj_jws_signer *signers, size_t count, const char *payload, xcj_code code)
{
    char *text = (char *)&err;
    size_t len = 1;
    leave_entry();
    ck_assert_msg(xcj_jws_sign_json(&text, &len, payload, strlen(payload), signers, count, NULL, &err) == code, "%s: %s",
                  xcj_code_name(err.code), err.message);
    expect_entry();
    ck_assert(text == NULL && len == 0 && err.code == code && err.message[0] != '\0');
    ck_assert_int_eq(xcj_jws_sign_json(&text, &len, payload, strlen(payload), signers, count, NULL, NULL), code);
}

START_TEST(what_is_not_signed)
{
    static const struct {
        const char *unprotected;
        xcj_code code;
    } headers[] = {
        { "{\"alg\":\"ES256\"}", XCJ_ERR_CONFIG },
        { "{\"\\u0061lg\":\"none\"}", XCJ_ERR_CONFIG },
        { "{\"crit\":[\"b64\"]}", XCJ_ERR_CONFIG },
        { "{\"crit\":[\"x\"]}", XCJ_ERR_CONFIG },
        { "{\"b64\":true}", XCJ_ERR_CONFIG },
        { "{\"kid\":\"pair\"}", XCJ_ERR_CONFIG },
        { "{\"ki\\u0064\":\"x\"}", XCJ_ERR_CONFIG },
        { "{\"typ\":1}", XCJ_ERR_CONFIG },
        { "{\"x\":1,\"x\":1}", XCJ_ERR_JSON },
        { "[]", XCJ_ERR_JSON },
        { "", XCJ_ERR_JSON },
    };
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    const xcj_jws_signer signers[] = { { pair, &options }, { mac, NULL } };
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        options.unprotected = xcj_text(headers[i].unprotected);
        expect_no_signature(signers, 1, "x", headers[i].code);
        expect_no_signature(signers, 2, "x", headers[i].code);
    }
    options.unprotected = xcj_text(NULL);
    expect_no_signature(signers, 0, "x", XCJ_ERR_ARGUMENT);
    expect_no_signature(signers, 65, "x", XCJ_ERR_ARGUMENT);
    options.detached = 1;
    expect_no_signature(signers, 2, "x", XCJ_ERR_ARGUMENT);
    options.detached = 0;
    options.unencoded = 1;
    expect_no_signature(signers, 2, "x", XCJ_ERR_ARGUMENT);
    expect_no_signature(signers, 1, "\xc3", XCJ_ERR_ARGUMENT);
    options.unencoded = 0;
    options.alg = XCJ_ES384;
    expect_no_signature(signers, 1, "x", XCJ_ERR_ALG);
    xcj_key *public = public_of(pair);
    const xcj_jws_signer reader = { public, NULL };
    expect_no_signature(&reader, 1, "x", XCJ_ERR_KEY_USE);
    xcj_key_free(public);
}
END_TEST

/* A well-formed text with one piece of it replaced. */
static xcj_code replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    ck_assert_msg(at != NULL, "%s in %s", from, text);
    size_t len = strlen(text) + strlen(to) + 1;
    char *changed = malloc(len);
    snprintf(changed, len, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    xcj_code code = verdict(changed);
    free(changed);
    return code;
}

START_TEST(forms_that_are_refused)
{
    const xcj_jws_signer signers[] = { { mac, NULL }, { pair, NULL } };
    char *flat = sign_json(signers, 1, "x");
    char *both = sign_json(signers, 2, "x");
    static const struct {
        const char *from;
        const char *to;
        xcj_code code;
    } of_flat[] = {
        { "{\"payload\"", "{\"x\":[{}],\"payload\"", XCJ_OK },
        { "{\"payload\"", " {\"p\\u0061yload\"", XCJ_OK },
        { "{\"payload\":\"eA\"", "{\"payload\":\"\\u0065A\"", XCJ_OK },
        { "\"signature\":\"", "\"header\":{},\"signature\":\"", XCJ_OK },
        { "{\"payload\"", "{\"signatures\":[],\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"header\":[],\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"header\":null,\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"header\":{\"alg\":\"HS256\"},\"payload\"", XCJ_ERR_ALG },
        { "{\"payload\"", "{\"header\":{\"kid\":\"mac\"},\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"header\":{\"crit\":[\"b64\"],\"b64\":true},\"payload\"", XCJ_ERR_CRIT },
        { "{\"payload\"", "{\"header\":{\"b64\":false},\"payload\"", XCJ_ERR_CRIT },
        { "{\"payload\"", "{\"header\":{\"x\":1,\"x\":1},\"payload\"", XCJ_ERR_JSON },
        { "{\"payload\"", "{\"payload\":\"eA\",\"payload\"", XCJ_ERR_JSON },
        { "{\"payload\"", "[{\"payload\"", XCJ_ERR_JSON },
        { "{\"payload\"", "{\"pay\"", XCJ_ERR_TOKEN },
        { "\"payload\":\"eA\"", "\"payload\":null", XCJ_ERR_TOKEN },
        { "\"payload\":\"eA\"", "\"payload\":\"eA=\"", XCJ_ERR_BASE64 },
        { "\"payload\":\"eA\"", "\"payload\":\"eQ\"", XCJ_ERR_SIGNATURE },
        { "\"signature\"", "\"sig\"", XCJ_ERR_TOKEN },
        { "\"signature\":\"", "\"signature\":\"=", XCJ_ERR_BASE64 },
        { "\"signature\":\"", "\"signature\":\"AAAA", XCJ_ERR_SIGNATURE },
        { "\"protected\"", "\"protekted\"", XCJ_ERR_TOKEN },
        { "\"protected\":\"", "\"protected\":\"e30\",\"x\":\"", XCJ_ERR_TOKEN },
        { "\"protected\":\"", "\"protected\":\"\",\"x\":\"", XCJ_ERR_JSON },
        { "\"protected\":\"", "\"protected\":{},\"x\":\"", XCJ_ERR_TOKEN },
        { "\"protected\":\"", "\"header\":{},\"protected\":\"ew\",\"x\":\"", XCJ_ERR_JSON },
        { "\"protected\":\"", "\"protected\":\"W10\",\"x\":\"", XCJ_ERR_JSON },
    };
    for (size_t i = 0; i < COUNT_OF(of_flat); i++) {
        ck_assert_msg(replaced(flat, of_flat[i].from, of_flat[i].to) == of_flat[i].code, "%zu %s: %s: %s", i, of_flat[i].to,
                      xcj_code_name(err.code), err.message);
    }
    ck_assert_ptr_eq(strstr(err.message, "the token's header: "), err.message);
    static const struct {
        const char *from;
        const char *to;
        xcj_code code;
    } of_both[] = {
        { "\"signatures\":[", "\"signatures\":[ ", XCJ_OK },
        { "{\"payload\"", "{\"signature\":\"\",\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"protected\":\"\",\"payload\"", XCJ_ERR_TOKEN },
        { "{\"payload\"", "{\"header\":{},\"payload\"", XCJ_ERR_TOKEN },
        { "\"signatures\":[", "\"signatures\":[7,", XCJ_ERR_TOKEN },
        { "\"signatures\":[", "\"signatures\":[{},", XCJ_ERR_TOKEN },
        { "\"signatures\":[", "\"signatures\":[{\"signature\":\"\"},", XCJ_ERR_TOKEN },
        { "\"signatures\":[", "\"signatures\":{\"x\":[", XCJ_ERR_JSON },
        { "\"signatures\":[", "\"signatures\":[],\"x\":[", XCJ_ERR_TOKEN },
        { "\"signatures\":[", "\"signatures\":\"\",\"x\":[", XCJ_ERR_TOKEN },
    };
    for (size_t i = 0; i < COUNT_OF(of_both); i++) {
        ck_assert_msg(replaced(both, of_both[i].from, of_both[i].to) == of_both[i].code, "%zu %s: %s: %s", i, of_both[i].to,
                      xcj_code_name(err.code), err.message);
    }
    ck_assert_int_eq(verdict(""), XCJ_ERR_JSON);
    ck_assert_int_eq(verdict("e30.e30.e30"), XCJ_ERR_JSON);
    xcj_free(flat);
    xcj_free(both);
}
END_TEST

/* RFC 7797 3: one payload cannot be read in two ways. */
START_TEST(signatures_that_differ_in_b64)
{
    xcj_jws_options unencoded = XCJ_JWS_OPTIONS_INIT;
    unencoded.unencoded = 1;
    const xcj_jws_signer plain = { mac, NULL }, raw = { mac, &unencoded };
    char *one = sign_json(&plain, 1, "eA");
    char *other = sign_json(&raw, 1, "eA");
    char text[2000];
    xcj_verify_options all = opaque();
    all.all_signatures = 1;
    snprintf(text, sizeof text, "{\"payload\":\"eA\",\"signatures\":[{%s,{%s]}", strstr(other, "\"protected\""),
             strstr(one, "\"protected\""));
    ck_assert_int_eq(verify_with(set, &all, text, NULL), XCJ_ERR_TOKEN);
    xcj_free(one);
    xcj_free(other);
}
END_TEST

START_TEST(limits)
{
    xcj_jws_signer signers[64];
    for (size_t i = 0; i < COUNT_OF(signers); i++) {
        signers[i] = (xcj_jws_signer){ mac, NULL };
    }
    xcj_verify_options options = opaque();
    options.all_signatures = 1;
    for (int any = 0; any < 2; any++) {
        options.all_signatures = !any;
        options.max_signatures = 0;
        char *text = sign_json(signers, 16, "x");
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
        xcj_free(text);
        text = sign_json(signers, 17, "x");
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_LIMIT);
        options.max_signatures = UINT32_MAX;
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
        xcj_free(text);
        text = sign_json(signers, 64, "x");
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
        options.max_token = strlen(text);
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
        options.max_token--;
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_LIMIT);
        options.max_token = 0;
        options.max_members = 100;
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_LIMIT);
        options.max_members = 0;
        options.max_depth = 2;
        ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_LIMIT);
        options.max_depth = 0;
        xcj_free(text);
    }
}
END_TEST

/* The payload is opened once, however many signatures there are: there is room for no more. */
START_TEST(a_large_payload)
{
    enum { SIZE = 100000 };
    const xcj_jws_signer signers[] = { { mac, NULL }, { pair, NULL }, { mac, NULL }, { pair, NULL } };
    xcj_verify_options options = opaque();
    options.all_signatures = 1;
    char *payload = malloc(SIZE + 1);
    memset(payload, 'x', SIZE);
    payload[SIZE] = '\0';
    char *text = sign_json(signers, COUNT_OF(signers), payload);
    xcj_verified *verified;
    ck_assert_int_eq(verify_with(set, &options, text, &verified), XCJ_OK);
    ck_assert_uint_eq(xcj_verified_payload(verified).len, SIZE);
    ck_assert_str_eq(xcj_verified_payload(verified).ptr, payload);
    xcj_verified_free(verified);
    xcj_free(text);
    free(payload);
}
END_TEST

/* What is beyond a limit is no verdict on one signature: it refuses the whole, also where another is valid. */
START_TEST(a_limit_within_one_signature)
{
    xcj_jws_options deep = XCJ_JWS_OPTIONS_INIT;
    deep.header = xcj_text("{\"x\":[[[[[[[[]]]]]]]]}");
    const xcj_jws_signer signers[] = { { mac, &deep }, { pair, NULL } };
    char *text = sign_json(signers, 2, "x");
    xcj_verify_options options = opaque();
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
    options.max_depth = 5;
    xcj_verified *verified;
    ck_assert_int_eq(verify_with(set, &options, text, &verified), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(verified);
    ck_assert(err.message[0] != '\0');
    xcj_free(text);
}
END_TEST

/* Claims are those of the first valid signature's token: policy on the header looks at its header. */
START_TEST(claims_in_json)
{
    xcj_jws_options typed = XCJ_JWS_OPTIONS_INIT;
    typed.typ = xcj_text("at+jwt");
    const xcj_jws_signer signers[] = { { mac, NULL }, { pair, &typed } };
    char *text = sign_json(signers, 2, "{\"exp\":100}");
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.has_now = 1;
    options.now = 50;
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
    options.typ = xcj_text("at+jwt");
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_CLAIM);
    ck_assert_uint_eq(err.claims, XCJ_CLAIM_TYP);
    spoil(text, 0);
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_OK);
    options.now = 100;
    ck_assert_int_eq(verify_with(set, &options, text, NULL), XCJ_ERR_EXPIRED);
    xcj_free(text);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        flattened,
        general,
        any_or_all,
        signers_that_are_strangers,
        a_kid_that_is_not_protected,
        detached_and_unencoded,
        what_is_not_signed,
        forms_that_are_refused,
        signatures_that_differ_in_b64,
        limits,
        a_large_payload,
        a_limit_within_one_signature,
        claims_in_json,
    };
    TCase *tcase = tcase_create("jws_json");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("jws_json");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
