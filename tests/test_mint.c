#include <pthread.h>
#include <time.h>

#include "check_main.h"
#include "gateway.h"

#define ISSUE "Issue with 'client_id' claim retrieval or Kong Consumer. "
#define CLAIMS                                                                                                              \
    "{\"client_id\":\"key\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\","                   \
    "\"act\":{\"client_id\":\"cons\"}}"
#define ROOM 8192

static xcj_error last;

static void expect_parts(const char *token, size_t len, const char *header, const char *claims)
{
    char *text = part_of(token, len, 0, NULL);
    ck_assert_str_eq(text, header);
    free(text);
    text = part_of(token, len, 1, NULL);
    ck_assert_str_eq(text, claims);
    free(text);
}

static size_t mint(char *buf, const xcj_minter *minter, const xcj_auth *auth)
{
    size_t len;
    xcj_code code = xcj_mint(buf, ROOM, &len, minter, auth, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s", xcj_code_name(code), last.message);
    ck_assert_int_eq(last.code, XCJ_OK);
    return len;
}

static void expect_verifies(const char *token, size_t len, const xcj_key *key)
{
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.ignore_times = 1;
    policy.allow_no_exp = 1;
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &policy, &last), XCJ_OK);
    xcj_code code = xcj_verify(NULL, verifier, token, len, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s", xcj_code_name(code), last.message);
    char *other = malloc(len);
    ck_assert_ptr_nonnull(other);
    memcpy(other, token, len);
    other[len - 5] = other[len - 5] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(xcj_verify(NULL, verifier, other, len, NULL, &last), XCJ_ERR_SIGNATURE);
    free(other);
    xcj_verifier_free(verifier);
}

START_TEST(header_claims_and_signature)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    char buf[ROOM];
    size_t len = mint(buf, minter, &auth);
    expect_parts(buf, len, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}", CLAIMS);
    expect_verifies(buf, len, xcj_minter_key(minter));
    ck_assert_int_eq(xcj_minter_alg(minter), XCJ_HS256);
    xcj_minter_free(minter);

    options.jku = xcj_text("https://j");
    options.kid = xcj_text("other");
    options.typ = xcj_text("at+jwt");
    options.header = xcj_text("{\"x\":[1]}");
    minter = minter_of(OCT_JWK, &options);
    len = mint(buf, minter, &auth);
    expect_parts(buf, len, "{\"typ\":\"at+jwt\",\"alg\":\"HS256\",\"kid\":\"other\",\"jku\":\"https://j\",\"x\":[1]}",
                 CLAIMS);
    xcj_minter_free(minter);

    options = base_options();
    options.kid = xcj_text("");
    minter = minter_of(OCT_JWK, &options);
    len = mint(buf, minter, &auth);
    expect_parts(buf, len, "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", CLAIMS);
    xcj_minter_free(minter);
}
END_TEST

/* Row 17: every algorithm, and a misfit is found at build. */
START_TEST(every_algorithm)
{
    for (xcj_alg alg = XCJ_HS256; alg <= XCJ_ED448; alg++) {
        xcj_key *key;
        ck_assert_int_eq(xcj_key_generate(&key, alg, 0, &last), XCJ_OK);
        xcj_mint_options options = base_options();
        options.alg = alg;
        xcj_minter *minter;
        ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_OK);
        ck_assert_int_eq(xcj_minter_alg(minter), alg);
        xcj_auth auth = api_key_auth();
        char buf[ROOM];
        size_t len = mint(buf, minter, &auth);
        expect_verifies(buf, len, key);
        ck_assert_uint_ge(xcj_mint_bound(minter, &auth), len);
        xcj_minter_free(minter);
        options.alg = alg == XCJ_HS256 ? XCJ_RS256 : XCJ_HS256;
        minter = (xcj_minter *)1;
        ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_ALG);
        ck_assert_ptr_null(minter);
        xcj_key_free(key);
    }
}
END_TEST

START_TEST(options_are_checked_at_build)
{
    static const struct {
        size_t offset; /* of an xcj_str */
        const char *bad;
        const char *good;
        xcj_code code;
    } cases[] = {
        { offsetof(xcj_mint_options, iss), "\xff", "\xc3\xa9", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, iss), "", "x", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, aud), "\xff", "\xc3\xa9", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, aud), "", "x", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, jku), "\xff", "\xc3\xa9", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, jku), "", "x", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, kid), "\xff", "\xc3\xa9", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, typ), "\xff", "\xc3\xa9", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, typ), "", "x", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"alg\":\"none\"}", "{\"alG\":\"none\"}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"crit\":[]}", "{\"krit\":[]}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"b64\":true}", "{\"b65\":true}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"typ\":\"x\"}", "{\"tip\":\"x\"}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"kid\":\"x\"}", "{\"kit\":\"x\"}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, header), "{\"x\":1,\"x\":1}", "{\"x\":1,\"y\":1}", XCJ_ERR_JSON },
        { offsetof(xcj_mint_options, header), "[]", "{}", XCJ_ERR_JSON },
        { offsetof(xcj_mint_options, claims), "{\"jti\":1}", "{\"jtj\":1}", XCJ_ERR_CONFIG },
        { offsetof(xcj_mint_options, claims), "7", "{}", XCJ_ERR_JSON },
    };
    xcj_key *key = key_of(OCT_JWK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int good = 0; good < 2; good++) {
            xcj_mint_options options = base_options();
            xcj_str text = xcj_text(good ? cases[i].good : cases[i].bad);
            memcpy((char *)&options + cases[i].offset, &text, sizeof text);
            xcj_minter *minter = (xcj_minter *)1;
            xcj_code code = xcj_minter_new(&minter, key, &options, &last);
            ck_assert_msg(code == (good ? XCJ_OK : cases[i].code), "case %zu, %d: %s: %s", i, good, xcj_code_name(code),
                          last.message);
            ck_assert(good == (minter != NULL));
            xcj_minter_free(minter);
        }
    }
    xcj_minter *minter;
    xcj_mint_options options = base_options();
    ck_assert_int_eq(xcj_minter_new(NULL, key, &options, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_minter_new(&minter, NULL, &options, &last), XCJ_ERR_ARGUMENT);
    options.size = 0;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_ARGUMENT);
    options = base_options();
    options.expires_in = -1;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "expires_in");
    xcj_key_free(key);
}
END_TEST

/* What a bearer_verifier accepts is minted for. */
START_TEST(verifiers_that_do_not_look)
{
    xcj_key *key = key_of(OCT_JWK);
    for (int which = 0; which < 4; which++) {
        xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
        policy.opaque_payload = which == 1;
        policy.ignore_times = which == 2;
        policy.allow_no_exp = which == 3;
        xcj_verifier *verifier;
        ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &policy, &last), XCJ_OK);
        for (int lax = 0; lax < 2; lax++) {
            xcj_mint_options options = base_options();
            options.bearer_verifier = verifier;
            options.bearer_lax_times = lax;
            const bool accepted = which == 0 || (which > 1 && lax);
            xcj_minter *minter;
            ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), accepted ? XCJ_OK : XCJ_ERR_CONFIG);
            ck_assert_str_eq(last.member, accepted ? "" : "bearer_verifier");
            xcj_minter_free(minter);
            char *text;
            size_t len;
            xcj_auth auth = api_key_auth();
            ck_assert_int_eq(xcj_auth_claims(&text, &len, &auth, &options, NULL, &last), accepted ? XCJ_OK : XCJ_ERR_CONFIG);
            xcj_free(text);
        }
        xcj_verifier_free(verifier);
    }
    xcj_key_free(key);
}
END_TEST

START_TEST(public_key_does_not_mint)
{
    xcj_key *key;
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_ES256, 0, &last), XCJ_OK);
    char *jwk;
    size_t len;
    ck_assert_int_eq(xcj_key_to_jwk(&jwk, &len, key, XCJ_PUBLIC, &last), XCJ_OK);
    xcj_key *public_key;
    ck_assert_int_eq(xcj_key_from_jwk(&public_key, jwk, len, NULL, &last), XCJ_OK);
    xcj_mint_options options = base_options();
    xcj_minter *minter;
    ck_assert_int_eq(xcj_minter_new(&minter, public_key, &options, &last), XCJ_ERR_KEY_USE);
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_OK);
    xcj_minter_free(minter);
    xcj_key_free(public_key);
    xcj_key_free(key);
    xcj_free(jwk);
}
END_TEST

START_TEST(inputs_may_be_freed)
{
    char *iss = strdup("I");
    char *claims = strdup("{\"a\":1}");
    char *header = strdup("{\"h\":1}");
    xcj_str *drop = malloc(sizeof *drop);
    char *name = strdup("gone");
    ck_assert(iss != NULL && claims != NULL && header != NULL && drop != NULL && name != NULL);
    *drop = xcj_text(name);
    xcj_key *key = key_of(OCT_JWK);
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.allow_no_exp = 1;
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, &policy, &last), XCJ_OK);
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text(iss);
    options.claims = xcj_text(claims);
    options.header = xcj_text(header);
    options.drop_claims = drop;
    options.drop_claims_count = 1;
    options.bearer_verifier = verifier;
    options.bearer_lax_times = 1;
    xcj_minter *minter;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &last), XCJ_OK);
    char *token;
    size_t len;
    static const char payload[] = "{\"clientId\":\"b\",\"gone\":1}";
    xcj_jws_options jws = XCJ_JWS_OPTIONS_INIT;
    ck_assert_int_eq(xcj_jws_sign(&token, &len, payload, sizeof payload - 1, key, &jws, NULL, &last), XCJ_OK);
    xcj_verifier_free(verifier);
    xcj_key_free(key);
    memset(iss, 'x', strlen(iss));
    free(iss);
    free(claims);
    free(header);
    free(name);
    free(drop);
    memset(&options, 0xa5, sizeof options);
    xcj_minter *second = xcj_minter_ref(minter);
    ck_assert_ptr_eq(second, minter);
    xcj_minter_free(minter);
    char value[512];
    snprintf(value, sizeof value, "Bearer %s", token);
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = xcj_text(value);
    char buf[ROOM];
    len = mint(buf, second, &auth);
    expect_parts(buf, len, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\",\"h\":1}",
                 "{\"clientId\":\"b\",\"client_id\":\"b\",\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\","
                 "\"jti\":\"J\",\"act\":{\"client_id\":\"cons\"},\"a\":1}");
    xcj_minter_free(second);
    xcj_minter_free(NULL);
    xcj_free(token);
}
END_TEST

START_TEST(short_buffer_says_how_much)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    char buf[ROOM];
    size_t len = mint(buf, minter, &auth);
    for (size_t cap = 0; cap < len; cap++) {
        char *exact = malloc(cap + (cap == 0));
        ck_assert_ptr_nonnull(exact);
        size_t got = 1;
        ck_assert_int_eq(xcj_mint(cap > 0 ? exact : NULL, cap, &got, minter, &auth, NULL, &last), XCJ_ERR_BUFFER);
        ck_assert_uint_eq(got, 0);
        ck_assert_uint_eq(last.needed, len);
        free(exact);
    }
    char *exact = malloc(len);
    ck_assert_ptr_nonnull(exact);
    size_t got;
    ck_assert_int_eq(xcj_mint(exact, len, &got, minter, &auth, NULL, &last), XCJ_OK);
    ck_assert_uint_eq(got, len);
    ck_assert_int_eq(memcmp(exact, buf, len), 0); /* HS256 with a fixed jti is the same at every run */
    free(exact);
    ck_assert_int_eq(xcj_mint(NULL, 1, &got, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint(buf, ROOM, NULL, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint(buf, ROOM, &got, NULL, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint(buf, ROOM, &got, minter, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    auth.size = 0;
    ck_assert_int_eq(xcj_mint(buf, ROOM, &got, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &got, minter, "{}", 2, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_uint_eq(xcj_mint_bound(minter, &auth), 0);
    ck_assert_uint_eq(xcj_mint_claims_bound(minter, 2, &auth), 0);
    xcj_minter_free(minter);
}
END_TEST

START_TEST(longest_token)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    char buf[ROOM];
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    size_t len = mint(buf, minter, &auth);
    xcj_minter_free(minter);
    options.max_token = len;
    minter = minter_of(OCT_JWK, &options);
    ck_assert_uint_eq(mint(buf, minter, &auth), len);
    auth.api_key = xcj_text("longer than it was");
    ck_assert_int_eq(xcj_mint(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_ERR_LIMIT);
    ck_assert_uint_eq(len, 0);
    xcj_minter_free(minter);
}
END_TEST

/* 64 KiB unless another limit is set, for the token that comes in and for the one that goes out. */
START_TEST(longest_token_by_default)
{
    static const size_t limit = (size_t)64 * 1024;
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    options.max_token = SIZE_MAX;
    xcj_minter *unlimited = minter_of(OCT_JWK, &options);
    char *text = malloc(limit);
    char *buf = malloc(2 * limit);
    ck_assert(text != NULL && buf != NULL);
    memset(text, 'k', limit);
    xcj_auth auth = api_key_auth();
    size_t len;
    auth.api_key = (xcj_str){ text, limit / 2 };
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, minter, &auth, NULL, &last), XCJ_OK);
    auth.api_key.len = limit - limit / 4;
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, minter, &auth, NULL, &last), XCJ_ERR_LIMIT);
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, unlimited, &auth, NULL, &last), XCJ_OK);
    memcpy(text, "Bearer ", 7);
    auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.authorization = (xcj_str){ text, limit };
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, minter, &auth, NULL, &last), XCJ_ERR_CREDENTIAL);
    char *longer = calloc(1, limit + 8);
    memset(longer, 'k', limit + 8);
    memcpy(longer, "Bearer ", 7);
    auth.authorization = (xcj_str){ longer, limit + 8 };
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, minter, &auth, NULL, &last), XCJ_ERR_LIMIT);
    ck_assert_int_eq(xcj_mint(buf, 2 * limit, &len, unlimited, &auth, NULL, &last), XCJ_ERR_CREDENTIAL);
    free(longer);
    free(text);
    free(buf);
    xcj_minter_free(minter);
    xcj_minter_free(unlimited);
}
END_TEST

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static size_t draw_text(char *dst, size_t most)
{
    static const char alphabet[] = "ab\"\\/ <\xc3\xa9";
    size_t len = 1 + draw((uint32_t)most);
    size_t at = 0;
    while (at + 2 < len) {
        uint32_t which = draw(8);
        dst[at++] = alphabet[which];
        if (which == 7) { /* the two bytes of U+00E9 */
            dst[at++] = alphabet[8];
        }
    }
    dst[at++] = 'z';
    return at;
}

static size_t draw_payload(char *dst)
{
    static const char *const members[] = {
        "\"exp\":5",          "\"\\u0069ss\":\"x\"",         "\"act\":{\"a\":[1,2,{}],\"client_id\":\"x\"}", "\"n\" : 1.50",
        "\"s\":\"\\\"\\\\\"", "\"aud\":[\"1\",\"2\",\"3\"]", "\"jti\":\"11111111111111111111111111\"",       "\"o\":{}",
    };
    size_t at =
        (size_t)sprintf(dst, "{\"clientId\":\"%s\"", draw(2) != 0 ? "\\\"\\\\\\/\\u00e9\\ud83d\\ude00" : "\xc3\xa9/");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (draw(2) != 0) {
            at += (size_t)sprintf(dst + at, "%s,%s%s", draw(2) != 0 ? "  " : "", draw(2) != 0 ? "\n" : "", members[i]);
        }
    }
    return at + (size_t)sprintf(dst + at, "}");
}

static void check_bound(const xcj_minter *minter, const xcj_auth *auth)
{
    size_t bound = xcj_mint_bound(minter, auth);
    char *buf = malloc(bound);
    ck_assert_ptr_nonnull(buf);
    size_t len;
    xcj_code code = xcj_mint(buf, bound, &len, minter, auth, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s", xcj_code_name(code), last.message);
    ck_assert_uint_le(len, bound);
    size_t got;
    ck_assert_int_eq(xcj_mint(buf, len - 1, &got, minter, auth, NULL, &last), XCJ_ERR_BUFFER);
    ck_assert_uint_ge(last.needed, len);
    ck_assert_uint_le(last.needed, bound);
    char *claims = part_of(buf, len, 1, &got);
    json_decref(json_of(claims, got));
    free(claims);
    free(buf);
}

/* Random requests: the bound is enough, one byte too few is told, and what comes out is JSON. */
START_TEST(bound_is_enough)
{
    xcj_mint_options plain = base_options();
    xcj_mint_options rich = base_options();
    plain.exp = rich.exp = XCJ_EXP_UNCAPPED;
    rich.inbound = XCJ_INBOUND_ALL;
    rich.aud = xcj_text("\"a\x01\"");
    rich.consumer_optional = 1;
    rich.dn = XCJ_DN_UNESCAPED;
    rich.api_key_sha256 = 1;
    rich.claims = xcj_text("{ \"x\" : 1 }");
    xcj_minter *minters[2] = { minter_of(OCT_JWK, &plain), minter_of(OCT_JWK, &rich) };
    for (int i = 0; i < 2000; i++) {
        char texts[6][400];
        xcj_auth auth = api_key_auth();
        auth.jti = draw(2) != 0 ? (xcj_str){ texts[0], draw_text(texts[0], 60) } : xcj_text(NULL);
        auth.audience = draw(2) != 0 ? (xcj_str){ texts[1], draw_text(texts[1], 300) } : xcj_text(NULL);
        auth.service_scheme = xcj_text("https");
        auth.service_host = (xcj_str){ texts[2], draw_text(texts[2], 100) };
        auth.service_port = draw(65536);
        auth.consumer_custom_id = (xcj_str){ texts[3], draw_text(texts[3], 100) };
        auth.now = INT64_MAX - 100000;
        char payload[1024];
        char *owned = NULL;
        auth.methods = (uint32_t)1 << draw(4);
        auth.client_cert = xcj_text(draw(2) != 0 ? cert_pem : NULL);
        if (auth.methods == XCJ_AUTH_BEARER) {
            owned = bearer_of(payload, draw_payload(payload));
        } else if (auth.methods == XCJ_AUTH_BASIC) {
            size_t len = draw_text(payload, 300);
            payload[len] = ':';
            owned = basic_of(payload, len + 1);
        }
        auth.authorization = xcj_text(owned);
        if (auth.client_cert.ptr == NULL) {
            auth.client_dn = (xcj_str){ texts[4], draw_text(texts[4], 300) };
        }
        auth.api_key = (xcj_str){ texts[5], draw_text(texts[5], 300) };
        check_bound(minters[draw(2)], &auth);
        free(owned);
    }
    xcj_minter_free(minters[0]);
    xcj_minter_free(minters[1]);
}
END_TEST

/* Row 20 */
START_TEST(every_jti_is_another)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    auth.jti = xcj_text(NULL);
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, &last), XCJ_OK);
    json_t *seen = json_object();
    for (int i = 0; i < 1000; i++) {
        char buf[ROOM];
        size_t len;
        ck_assert_int_eq(xcj_mint(buf, ROOM, &len, minter, &auth, i % 2 != 0 ? scratch : NULL, &last), XCJ_OK);
        char *text = part_of(buf, len, 1, &len);
        json_t *claims = json_of(text, len);
        json_object_set(seen, json_string_value(json_object_get(claims, "jti")), json_object_get(claims, "jti"));
        json_decref(claims);
        free(text);
    }
    ck_assert_uint_eq(json_object_size(seen), 1000);
    json_decref(seen);
    xcj_scratch_free(scratch);
    xcj_minter_free(minter);
}
END_TEST

START_TEST(given_claims)
{
    static const struct {
        const char *claims;
        const char *expected; /* NULL: refused */
        xcj_code code;
    } cases[] = {
        { "{}", "{\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\",\"x\":1}", XCJ_OK },
        { " { \"sub\" : \"s\" ,\n \"n\":1.10 } ",
          "{\"sub\" : \"s\" ,\n "
          "\"n\":1.10,\"iss\":\"I\",\"iat\":1000,\"exp\":2800,\"aud\":\"https://a\",\"jti\":\"J\",\"x\":1}",
          XCJ_OK },
        { "{\"iat\":5,\"\\u0065xp\":6,\"jti\":\"mine\"}",
          "{\"iat\":5,\"\\u0065xp\":6,\"jti\":\"mine\",\"iss\":\"I\",\"aud\":\"https://a\",\"x\":1}", XCJ_OK },
        { "{\"iss\":\"them\",\"aud\":[],\"client_id\":2,\"act\":3}",
          "{\"iss\":\"them\",\"aud\":[],\"client_id\":2,\"act\":3,\"iat\":1000,\"exp\":2800,\"jti\":\"J\",\"x\":1}",
          XCJ_OK },
        { "{\"x\":2}", NULL, XCJ_ERR_CONFIG },
        { "{\"\\u0078\":2}", NULL, XCJ_ERR_CONFIG },
        { "{\"a\":1,\"a\":2}", NULL, XCJ_ERR_JSON },
        { "[]", NULL, XCJ_ERR_JSON },
        { "", NULL, XCJ_ERR_JSON },
    };
    xcj_mint_options options = base_options();
    options.claims = xcj_text("{\"x\":1}");
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t claims_len = strlen(cases[i].claims);
        size_t bound = xcj_mint_claims_bound(minter, claims_len, &auth);
        char *buf = malloc(bound);
        ck_assert_ptr_nonnull(buf);
        size_t len = 1;
        xcj_code code = xcj_mint_claims(buf, bound, &len, minter, cases[i].claims, claims_len, &auth, NULL, &last);
        ck_assert_msg(code == cases[i].code, "case %zu: %s: %s", i, xcj_code_name(code), last.message);
        if (code == XCJ_OK) {
            expect_parts(buf, len, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}", cases[i].expected);
            expect_verifies(buf, len, xcj_minter_key(minter));
            size_t got;
            ck_assert_int_eq(xcj_mint_claims(buf, len - 1, &got, minter, cases[i].claims, claims_len, &auth, NULL, &last),
                             XCJ_ERR_BUFFER);
            ck_assert_uint_eq(last.needed, len);
        } else {
            ck_assert_uint_eq(len, 0);
        }
        free(buf);
    }
    xcj_minter_free(minter);
}
END_TEST

/* Without exp a test token never expires; a caller's token must. */
START_TEST(claims_without_exp)
{
    xcj_mint_options options = base_options();
    options.no_exp = 1;
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    char buf[1024];
    size_t len = 0;
    ck_assert_int_eq(xcj_mint_claims(buf, sizeof buf, &len, minter, "{}", 2, &auth, NULL, &last), XCJ_OK);
    expect_parts(buf, len, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"hs\"}",
                 "{\"iss\":\"I\",\"iat\":1000,\"aud\":\"https://a\",\"jti\":\"J\"}");
    ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &last), XCJ_ERR_CONFIG);
    ck_assert_str_eq(last.member, "no_exp");
    xcj_minter_free(minter);
}
END_TEST

START_TEST(given_claims_without_a_request)
{
    xcj_minter *minter = minter_of(OCT_JWK, NULL);
    char buf[ROOM];
    size_t len;
    long long before = (long long)time(NULL);
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &len, minter, "{\"a\":1}", 7, NULL, NULL, &last), XCJ_OK);
    char *text = part_of(buf, len, 1, &len);
    json_t *claims = json_of(text, len);
    ck_assert_uint_eq(json_object_size(claims), 4); /* a, iat, exp, jti */
    ck_assert_int_ge(json_integer_value(json_object_get(claims, "iat")), before);
    ck_assert_uint_eq(json_string_length(json_object_get(claims, "jti")), 36);
    json_decref(claims);
    free(text);
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &len, minter, NULL, 0, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.has_now = 1;
    auth.now = -1;
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &len, minter, "{}", 2, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    auth.now = 0;
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &len, minter, "{}", 2, &auth, NULL, &last), XCJ_OK);
    auth.jti = xcj_text("\xff");
    ck_assert_int_eq(xcj_mint_claims(buf, ROOM, &len, minter, "{}", 2, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    xcj_minter_free(minter);
}
END_TEST

START_TEST(three_steps)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    char expected[ROOM];
    size_t expected_len = mint(expected, minter, &auth);
    char buf[ROOM];
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len = 1;
    size_t len = 1;
    ck_assert_int_eq(xcj_mint_prepare(buf, expected_len - 1, &len, minter, &auth, NULL, &last), XCJ_ERR_BUFFER);
    ck_assert_uint_eq(last.needed, expected_len);
    ck_assert_uint_eq(len, 0);
    ck_assert_int_eq(xcj_mint_prepare(buf, expected_len, &len, minter, &auth, NULL, &last), XCJ_OK);
    xcj_str input = { buf, len };
    ck_assert_int_eq(xcj_mint_sign(signature, 31, &signature_len, minter, input, NULL, &last), XCJ_ERR_BUFFER);
    ck_assert_uint_eq(last.needed, 32);
    ck_assert_uint_eq(signature_len, 0);
    ck_assert_int_eq(xcj_mint_sign(signature, 32, &signature_len, minter, input, NULL, &last), XCJ_OK);
    ck_assert_uint_eq(signature_len, 32);
    ck_assert_int_eq(xcj_mint_finish(buf, expected_len - 1, &len, minter, signature, 32, &last), XCJ_ERR_BUFFER);
    ck_assert_uint_eq(last.needed, expected_len);
    ck_assert_uint_eq(len, 0);
    len = input.len;
    ck_assert_int_eq(xcj_mint_finish(buf, expected_len, &len, minter, signature, 32, &last), XCJ_OK);
    ck_assert_uint_eq(len, expected_len);
    ck_assert_int_eq(memcmp(buf, expected, len), 0);
    auth.api_key = xcj_text("");
    ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_ERR_NO_CREDENTIAL);
    ck_assert_uint_eq(len, 0);
    xcj_minter_free(minter);
}
END_TEST

/* What is no input of step 1, or no signature of step 2, becomes no token. */
START_TEST(steps_out_of_order)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    xcj_auth auth = api_key_auth();
    char buf[ROOM];
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len;
    size_t len = 0;
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, minter, signature, 32, &last), XCJ_ERR_ARGUMENT);
    len = ROOM + 1;
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, minter, signature, 32, &last), XCJ_ERR_ARGUMENT);
    for (size_t wrong = 0; wrong < 65; wrong++) {
        ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, &len, minter, &auth, NULL, &last), XCJ_OK);
        const size_t input_len = len;
        ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, minter, signature, wrong, &last),
                         wrong == 32 ? XCJ_OK : XCJ_ERR_ARGUMENT);
        ck_assert_int_eq(len > input_len, wrong == 32);
        ck_assert_int_eq(buf[0] == 0, wrong != 32); /* no unsigned input stays behind */
    }
    ck_assert_int_eq(xcj_mint_sign(signature, sizeof signature, &signature_len, minter, xcj_text("e30.e30"), NULL, &last),
                     XCJ_ERR_ARGUMENT);
    ck_assert_str_eq(last.message, "this minter did not prepare the input");
    ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, NULL, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, &len, NULL, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, &len, minter, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_prepare(NULL, ROOM, &len, minter, &auth, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_sign(NULL, 32, &signature_len, minter, xcj_text("e30.e30"), NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_sign(signature, 32, NULL, minter, xcj_text("e30.e30"), NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_sign(signature, 32, &signature_len, NULL, xcj_text("e30.e30"), NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_finish(NULL, ROOM, &len, minter, signature, 32, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, NULL, minter, signature, 32, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, NULL, signature, 32, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, minter, NULL, 32, &last), XCJ_ERR_ARGUMENT);
    xcj_minter_free(minter);
}
END_TEST

/* A minter signs and finishes what has its own header: another's header says what the signature is not. */
START_TEST(steps_of_two_minters)
{
    xcj_mint_options options = base_options();
    xcj_minter *small = minter_of(OCT_JWK, &options);
    xcj_key *key;
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_HS512, 0, &last), XCJ_OK);
    xcj_minter *large;
    ck_assert_int_eq(xcj_minter_new(&large, key, &options, &last), XCJ_OK);
    xcj_auth auth = api_key_auth();
    char buf[ROOM];
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len;
    size_t len;
    ck_assert_int_eq(xcj_mint_prepare(buf, ROOM, &len, small, &auth, NULL, &last), XCJ_OK);
    xcj_str input = { buf, len };
    ck_assert_int_eq(xcj_mint_sign(signature, sizeof signature, &signature_len, large, input, NULL, &last),
                     XCJ_ERR_ARGUMENT);
    ck_assert_uint_eq(signature_len, 0);
    ck_assert_int_eq(xcj_mint_sign(signature, sizeof signature, &signature_len, small, input, NULL, &last), XCJ_OK);
    char copy[ROOM];
    memcpy(copy, buf, len);
    ck_assert_int_eq(xcj_mint_finish(copy, ROOM, &len, large, signature, signature_len, &last), XCJ_ERR_ARGUMENT);
    len = input.len;
    ck_assert_int_eq(xcj_mint_finish(buf, ROOM, &len, small, signature, signature_len, &last), XCJ_OK);
    xcj_minter_free(small);
    xcj_minter_free(large);
    xcj_key_free(key);
}
END_TEST

/* Row 13 */
static char *golden_jwk;
static json_t *golden_tokens;

static xcj_auth golden_auth(const char *id)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.consumer_custom_id = xcj_text("contact@konghq.com-ID1");
    auth.service_scheme = xcj_text("http");
    auth.service_host = xcj_text("httpbin.apim.eu");
    auth.service_port = 80;
    auth.service_path = xcj_text("/anything");
    auth.has_now = 1;
    auth.methods = XCJ_AUTH_ANY;
    if (strcmp(id, "apikey-x-custom-jwt") == 0) {
        auth.api_key = xcj_text("012345AZERTY!");
    } else if (strcmp(id, "mtls-x-custom-jwt") != 0 && strcmp(id, "bearer-x-custom-jwt") != 0) {
        auth.authorization = xcj_text("Basic bXktdXNlcjpNeSBwQHNzd29yZCE=");
    }
    return auth;
}

/* Bearer: the members of the inbound token are the first ones, byte for byte. */
static void expect_kept(const char *token, size_t len, const char *inbound, size_t inbound_len)
{
    size_t theirs_len;
    size_t ours_len;
    char *theirs = part_of(inbound, inbound_len, 1, &theirs_len);
    char *ours = part_of(token, len, 1, &ours_len);
    const char *kept = strstr(theirs, "\"sub\":"); /* exp, iat, jti, iss and aud stand before it */
    ck_assert_ptr_nonnull(kept);
    size_t kept_len = theirs_len - (size_t)(kept - theirs) - 1;
    ck_assert_uint_gt(ours_len, kept_len + 2);
    ck_assert_int_eq(memcmp(ours + 1, kept, kept_len), 0);
    static const char next[] = ",\"client_id\":\"contact@konghq.com\",\"iss\":";
    ck_assert_int_eq(memcmp(ours + 1 + kept_len, next, sizeof next - 1), 0);
    free(theirs);
    free(ours);
}

static void expect_golden(const json_t *expected)
{
    const char *id = json_string_value(json_object_get(expected, "id"));
    json_t *claims = json_object_get(expected, "claims");
    xcj_auth auth = golden_auth(id);
    auth.now = json_integer_value(json_object_get(claims, "iat"));
    auth.jti = xcj_text(json_string_value(json_object_get(claims, "jti")));
    size_t len = 0;
    char *file = NULL;
    char value[4096];
    if (strcmp(id, "mtls-x-custom-jwt") == 0) {
        file = vector_file("kong/mTLS/01.pem", &len);
        auth.client_cert = (xcj_str){ file, len };
    } else if (strcmp(id, "bearer-x-custom-jwt") == 0) {
        file = vector_file("kong/tokens/bearer-keycloak-at.jwt", &len);
        len = file != NULL ? strcspn(file, "\r\n") : 0;
        snprintf(value, sizeof value, "Bearer %.*s", (int)len, file);
        auth.authorization = xcj_text(value);
    }
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("https://kong-gateway:8443/x-custom-jwt");
    options.jku = xcj_text("https://kong-gateway:8443/x-custom-jwt/jwks");
    xcj_key *key = key_of(golden_jwk);
    xcj_minter *minter;
    ck_assert_msg(xcj_kong_minter_new(&minter, key, &options, &last) == XCJ_OK, "%s", last.message);
    xcj_key_free(key);
    char buf[ROOM];
    size_t token_len = mint(buf, minter, &auth);
    if (strcmp(id, "bearer-x-custom-jwt") == 0) {
        expect_kept(buf, token_len, file, len);
    }
    for (int which = 0; which < 2; which++) {
        char *text = part_of(buf, token_len, which, &len);
        json_t *json = json_of(text, len);
        ck_assert_msg(json_equal(json, json_object_get(expected, which == 0 ? "header" : "claims")), "%s: %s", id, text);
        json_decref(json);
        free(text);
    }
    expect_verifies(buf, token_len, xcj_minter_key(minter));
    xcj_minter_free(minter);
    free(file);
}

START_TEST(the_originals_tokens)
{
    size_t len;
    golden_jwk = vector_file("kong/test-keys/RS256-jwk-private.json", &len);
    char *text = vector_file("kong/tokens/expected.json", &len);
    if (golden_jwk == NULL || text == NULL) {
        free(golden_jwk);
        free(text);
        return;
    }
    golden_tokens = json_of(text, len);
    size_t index;
    json_t *expected;
    int compared = 0;
    json_array_foreach(json_object_get(golden_tokens, "tokens"), index, expected)
    {
        if (strcmp(json_string_value(json_object_get(expected, "id")), "bearer-keycloak-at") != 0) {
            expect_golden(expected);
            compared++;
        }
    }
    ck_assert_int_eq(compared, 5);
    json_decref(golden_tokens);
    free(text);
    free(golden_jwk);
}
END_TEST

typedef struct worker {
    pthread_t thread;
    const xcj_minter *minter;
    const char *authorization;
    bool with_scratch;
    int good;
} worker;

static void *work(void *arg)
{
    worker *self = arg;
    xcj_scratch *scratch = NULL;
    if (self->with_scratch && xcj_scratch_new(&scratch, NULL) != XCJ_OK) {
        return NULL;
    }
    char first[ROOM];
    size_t first_len = 0;
    for (int i = 0; i < 200; i++) {
        xcj_auth auth = api_key_auth();
        if (i % 2 == 0) {
            auth.methods = XCJ_AUTH_BEARER;
            auth.authorization = xcj_text(self->authorization);
        }
        char buf[ROOM];
        size_t len;
        xcj_error err;
        xcj_minter *held = xcj_minter_ref(self->minter);
        xcj_code code = xcj_mint(buf, sizeof buf, &len, held, &auth, scratch, &err);
        xcj_minter_free(held);
        if (i == 0) {
            memcpy(first, buf, len);
            first_len = len;
        }
        bool same = len == first_len && memcmp(buf, first, len) == 0;
        self->good += code == XCJ_OK && same == (i % 2 == 0);
    }
    xcj_scratch_free(scratch);
    return NULL;
}

START_TEST(threads_share_a_minter)
{
    xcj_mint_options options = base_options();
    xcj_minter *minter = minter_of(OCT_JWK, &options);
    static const char payload[] = "{\"clientId\":\"b\",\"act\":{\"sub\":1}}";
    char *bearer = bearer_of(payload, sizeof payload - 1);
    for (int with_scratch = 0; with_scratch < 2; with_scratch++) {
        worker workers[4];
        for (int i = 0; i < 4; i++) {
            workers[i] = (worker){ .minter = minter, .authorization = bearer, .with_scratch = with_scratch != 0 };
            ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
        }
        for (int i = 0; i < 4; i++) {
            pthread_join(workers[i].thread, NULL);
            ck_assert_int_eq(workers[i].good, 200);
        }
    }
    free(bearer);
    xcj_minter_free(minter);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        header_claims_and_signature,
        every_algorithm,
        options_are_checked_at_build,
        public_key_does_not_mint,
        inputs_may_be_freed,
        short_buffer_says_how_much,
        longest_token,
        bound_is_enough,
        longest_token_by_default,
        verifiers_that_do_not_look,
        every_jti_is_another,
        given_claims,
        claims_without_exp,
        given_claims_without_a_request,
        three_steps,
        steps_out_of_order,
        steps_of_two_minters,
        the_originals_tokens,
        threads_share_a_minter,
    };
    TCase *tcase = tcase_create("mint");
    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("mint");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
