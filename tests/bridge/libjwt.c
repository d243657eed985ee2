/* The bridge to libjwt: tokens cross in both directions, and what jwt_decode() lets in stays out. */
#include "tests/check_main.h"

#include <jansson.h>
#include <jwt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <xcj/libjwt.h>

#include "tests/fixtures.h"

static xcj_error err;

/* Every algorithm of ours, and what libjwt calls it; JWT_ALG_NONE where it has none or does not take our keys. */
static const struct {
    xcj_alg alg;
    jwt_alg_t theirs;
} ALGS[] = {
    { XCJ_HS256, JWT_ALG_HS256 }, { XCJ_HS384, JWT_ALG_HS384 }, { XCJ_HS512, JWT_ALG_HS512 },  { XCJ_RS256, JWT_ALG_RS256 },
    { XCJ_RS384, JWT_ALG_RS384 }, { XCJ_RS512, JWT_ALG_RS512 }, { XCJ_ES256, JWT_ALG_ES256 },  { XCJ_ES384, JWT_ALG_ES384 },
    { XCJ_ES512, JWT_ALG_ES512 }, { XCJ_PS256, JWT_ALG_NONE },  { XCJ_PS384, JWT_ALG_NONE },   { XCJ_PS512, JWT_ALG_NONE },
    { XCJ_ES256K, JWT_ALG_NONE }, { XCJ_EDDSA, JWT_ALG_NONE },  { XCJ_ED25519, JWT_ALG_NONE }, { XCJ_ED448, JWT_ALG_NONE },
};
#define SHARED_COUNT 9

/* The algorithm of a token that was verified: from libjwt 1.12 on PS256, PS384 and PS512 have a name there. */
static jwt_alg_t alg_in_libjwt(int i)
{
    const jwt_alg_t alg = jwt_str_alg(xcj_alg_name(ALGS[i].alg));
    return alg == JWT_ALG_INVAL ? JWT_ALG_NONE : alg;
}

static jwt_t *jwt_with(const char *grants)
{
    jwt_t *jwt;
    ck_assert_int_eq(jwt_new(&jwt), 0);
    ck_assert_int_eq(jwt_add_grants_json(jwt, grants), 0);
    return jwt;
}

static xcj_verifier *verifier_of(const xcj_key *key, const xcj_verify_options *options)
{
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, options, &err), XCJ_OK);
    return verifier;
}

static xcj_verifier *without_exp(const xcj_key *key)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.allow_no_exp = 1;
    return verifier_of(key, &options);
}

/* What libjwt verifies with: the secret, or the public part as PEM. */
static char *their_key(const xcj_key *key, int *len)
{
    char *text;
    size_t text_len;
    xcj_code code = xcj_key_type(key) == XCJ_KTY_OCT ? xcj_key_to_secret((uint8_t **)(void *)&text, &text_len, key, &err)
                                                     : xcj_key_to_pem(&text, &text_len, key, XCJ_PUBLIC, &err);
    ck_assert_int_eq(code, XCJ_OK);
    *len = (int)text_len;
    return text;
}

static void expect_json(char *text, const char *wanted)
{
    ck_assert_ptr_nonnull(text);
    json_t *a = json_loads(text, JSON_DECODE_ANY, NULL);
    json_t *b = json_loads(wanted, JSON_DECODE_ANY, NULL);
    ck_assert_msg(a != NULL && b != NULL && json_equal(a, b), "%s is not %s", text, wanted);
    json_decref(a);
    json_decref(b);
    free(text);
}

static char *sign(const jwt_t *jwt, const xcj_key *key, size_t *len)
{
    char *token;
    leave_entry();
    ck_assert_msg(xcj_jwt_sign(&token, len, jwt, key, XCJ_ALG_NONE, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    ck_assert_uint_eq(strlen(token), *len);
    expect_entry();
    return token;
}

static jwt_t *verified(const xcj_verifier *verifier, const char *token, size_t len)
{
    jwt_t *jwt;
    leave_entry();
    ck_assert_msg(xcj_jwt_verify(&jwt, verifier, token, len, NULL, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    expect_entry();
    return jwt;
}

static void expect_refused(const xcj_verifier *verifier, const char *token, size_t len, xcj_code code)
{
    jwt_t *jwt = (jwt_t *)&err;
    ck_assert_msg(xcj_jwt_verify(&jwt, verifier, token, len, NULL, &err) == code, "%s: %s", token, err.message);
    ck_assert_int_eq(err.code, code);
    ck_assert_ptr_null(jwt);
}

static const char GRANTS[] = "{\"aud\":[\"a\",\"b\"],\"iss\":\"me\",\"n\":-7,\"ok\":true,\"sub\":\"caf\\u00e9\"}";

/* A jwt_t, signed by ours; read by ours, and where it can by libjwt. */
START_TEST(from_ours_to_theirs)
{
    xcj_key *key = key_for(ALGS[_i].alg);
    jwt_t *jwt = jwt_with(GRANTS);
    size_t len;
    char *token = sign(jwt, key, &len);
    expect_json(jwt_get_grants_json(jwt, NULL), GRANTS); /* it is as it was */
    expect_json(jwt_get_headers_json(jwt, NULL), "{}");
    xcj_verifier *verifier = without_exp(key);
    jwt_t *back = verified(verifier, token, len);
    ck_assert_int_eq(jwt_get_alg(back), alg_in_libjwt(_i));
    ck_assert(_i >= SHARED_COUNT || alg_in_libjwt(_i) == ALGS[_i].theirs);
    ck_assert_str_eq(jwt_get_header(back, "alg"), xcj_alg_name(ALGS[_i].alg));
    ck_assert_str_eq(jwt_get_header(back, "typ"), "JWT");
    expect_json(jwt_get_grants_json(back, NULL), GRANTS);
    token[len - 6] = token[len - 6] == 'A' ? 'B' : 'A';
    expect_refused(verifier, token, len, XCJ_ERR_SIGNATURE);
    xcj_free(token);
    jwt_free(back);
    if (ALGS[_i].theirs != JWT_ALG_NONE) {
        int key_len;
        char *with = their_key(key, &key_len);
        token = sign(jwt, key, &len);
        ck_assert_int_eq(jwt_decode(&back, token, (unsigned char *)with, key_len), 0);
        ck_assert_int_eq(jwt_get_alg(back), ALGS[_i].theirs);
        expect_json(jwt_get_grants_json(back, NULL), GRANTS);
        jwt_free(back);
        xcj_free(token);
        xcj_free(with);
    }
    xcj_verifier_free(verifier);
    jwt_free(jwt);
    xcj_key_free(key);
}
END_TEST

/* A token that libjwt signs with a key handed to it; read by ours, and signed anew by ours as it is. */
START_TEST(from_theirs_to_ours)
{
    xcj_key *key = key_for(ALGS[_i].alg);
    jwt_t *jwt = jwt_with(GRANTS);
    ck_assert_msg(xcj_jwt_set_key(jwt, key, XCJ_ALG_NONE, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    ck_assert_int_eq(jwt_get_alg(jwt), ALGS[_i].theirs);
    char *token = jwt_encode_str(jwt);
    ck_assert_ptr_nonnull(token);
    xcj_verifier *verifier = without_exp(key);
    jwt_t *back = verified(verifier, token, strlen(token));
    ck_assert_int_eq(jwt_get_alg(back), ALGS[_i].theirs);
    expect_json(jwt_get_grants_json(back, NULL), GRANTS);
    size_t len;
    char *again = sign(back, key, &len); /* alg and typ are in its header now */
    jwt_t *third = verified(verifier, again, len);
    expect_json(jwt_get_grants_json(third, NULL), GRANTS);
    jwt_free(third);
    xcj_free(again);
    jwt_free(back);
    free(token);
    xcj_verifier_free(verifier);
    jwt_free(jwt);
    xcj_key_free(key);
}
END_TEST

/* An HS256 token whose secret is the public key that everyone has: libjwt 1.10.2 believes it, the bridge does not. */
START_TEST(a_public_key_is_no_secret)
{
    xcj_key *key = key_for(XCJ_RS256);
    xcj_key *public = public_of(key);
    int pem_len;
    char *pem = their_key(key, &pem_len);
    jwt_t *forged = jwt_with("{\"sub\":\"admin\"}");
    ck_assert_int_eq(jwt_set_alg(forged, JWT_ALG_HS256, (unsigned char *)pem, pem_len), 0);
    char *token = jwt_encode_str(forged);
    ck_assert_ptr_nonnull(token);

    jwt_t *believed;
    ck_assert_int_eq(jwt_decode(&believed, token, (unsigned char *)pem, pem_len), 0);
    ck_assert_str_eq(jwt_get_grant(believed, "sub"), "admin");
    jwt_free(believed);

    xcj_verifier *verifier = without_exp(public);
    expect_refused(verifier, token, strlen(token), XCJ_ERR_ALG);
    size_t len;
    char *genuine = sign(forged, key, &len);
    jwt_free(verified(verifier, genuine, len));
    xcj_free(genuine);

    /* An unsigned token, which jwt_decode() takes when it is given no key. */
    ck_assert_int_eq(jwt_set_alg(forged, JWT_ALG_NONE, NULL, 0), 0);
    char *unsigned_token = jwt_encode_str(forged);
    ck_assert_int_eq(jwt_decode(&believed, unsigned_token, NULL, 0), 0);
    jwt_free(believed);
    expect_refused(verifier, unsigned_token, strlen(unsigned_token), XCJ_ERR_ALG);
    free(unsigned_token);
    xcj_verifier_free(verifier);
    free(token);
    jwt_free(forged);
    xcj_free(pem);
    xcj_key_free(public);
    xcj_key_free(key);
}
END_TEST

/* The policy is ours: what has expired, is for somebody else or says nothing is not accepted. */
START_TEST(the_policy_counts)
{
    static const struct {
        const char *grants;
        xcj_code code;
    } cases[] = {
        { "{\"exp\":2000,\"aud\":\"me\"}", XCJ_OK },
        { "{\"exp\":1000,\"aud\":\"me\"}", XCJ_ERR_EXPIRED },
        { "{\"exp\":2000,\"nbf\":1999,\"aud\":\"me\"}", XCJ_ERR_NOT_YET_VALID },
        { "{\"exp\":2000,\"aud\":\"you\"}", XCJ_ERR_CLAIM },
        { "{\"exp\":2000}", XCJ_ERR_CLAIM },
        { "{\"aud\":\"me\"}", XCJ_ERR_CLAIM },
    };
    xcj_str audience = xcj_text("me");
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.audiences = &audience;
    options.audiences_count = 1;
    options.has_now = 1;
    options.now = 1500;
    xcj_key *key = key_for(XCJ_ES256);
    xcj_verifier *verifier = verifier_of(key, &options);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        jwt_t *jwt = jwt_with(cases[i].grants);
        size_t len;
        char *token = sign(jwt, key, &len);
        if (cases[i].code == XCJ_OK) {
            jwt_free(verified(verifier, token, len));
        } else {
            expect_refused(verifier, token, len, cases[i].code);
        }
        xcj_free(token);
        jwt_free(jwt);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}
END_TEST

static void expect_header(const jwt_t *jwt, const xcj_key *key, const char *wanted)
{
    size_t len;
    char *token = sign(jwt, key, &len);
    xcj_unverified *taken;
    ck_assert_int_eq(xcj_unverified_decode(&taken, token, len, &err), XCJ_OK);
    ck_assert_str_eq(xcj_unverified_header(taken).ptr, wanted);
    xcj_unverified_free(taken);
    xcj_free(token);
}

START_TEST(the_header_is_the_callers)
{
    xcj_key *key = key_for(XCJ_ES256);
    xcj_key *with_kid = named(XCJ_ES256, "k1");
    jwt_t *jwt = jwt_with("{}");
    expect_header(jwt, key, "{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
    expect_header(jwt, with_kid, "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"kid\":\"k1\"}");
    ck_assert_int_eq(jwt_add_headers_json(jwt, "{\"jku\":\"https://x/\",\"x\":{\"y\":[1,null]},\"cty\":\"z\"}"), 0);
    ck_assert_int_eq(jwt_add_header(jwt, "alg", "none"), 0); /* never the caller's */
    expect_header(jwt, key,
                  "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"cty\":\"z\",\"jku\":\"https://x/\",\"x\":{\"y\":[1,null]}}");
    ck_assert_int_eq(jwt_del_headers(jwt, NULL), 0);
    ck_assert_int_eq(jwt_add_header(jwt, "typ", "at+jwt"), 0);
    ck_assert_int_eq(jwt_add_header(jwt, "kid", "mine"), 0);
    expect_header(jwt, with_kid, "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"mine\"}");
    ck_assert_int_eq(jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)"secret", 6), 0); /* not looked at */
    expect_header(jwt, with_kid, "{\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"kid\":\"mine\"}");
    jwt_free(jwt);
    xcj_key_free(with_kid);
    xcj_key_free(key);
}
END_TEST

START_TEST(headers_that_cannot_be)
{
    static const char *const headers[] = {
        "{\"crit\":[\"exp\"]}", "{\"b64\":false}", "{\"kid\":7}", "{\"typ\":null}", "{\"typ\":\"a\",\"kid\":[]}",
    };
    xcj_key *key = key_for(XCJ_ES256);
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        jwt_t *jwt = jwt_with("{}");
        char *token = (char *)&err;
        size_t len = 1;
        ck_assert_int_eq(jwt_add_headers_json(jwt, headers[i]), 0);
        ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, key, XCJ_ALG_NONE, NULL, &err), XCJ_ERR_CONFIG);
        ck_assert_ptr_null(token);
        ck_assert_uint_eq(len, 0);
        jwt_free(jwt);
    }
    xcj_key_free(key);
}
END_TEST

START_TEST(which_key_signs)
{
    xcj_key *rsa = key_of("{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}");
    xcj_key *ec = key_for(XCJ_ES256);
    xcj_key *public = public_of(ec);
    jwt_t *jwt = jwt_with("{}");
    char *token;
    size_t len;
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, rsa, XCJ_ALG_NONE, NULL, &err), XCJ_ERR_ALG); /* must choose */
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, rsa, XCJ_RS256, NULL, &err), XCJ_ERR_ALG);
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, public, XCJ_ALG_NONE, NULL, &err), XCJ_ERR_KEY_USE);
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, NULL, ec, XCJ_ALG_NONE, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, NULL, XCJ_ALG_NONE, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_sign(NULL, &len, jwt, rsa, XCJ_HS384, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_sign(&token, NULL, jwt, rsa, XCJ_HS384, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_verify(NULL, NULL, "", 0, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_from_auth(NULL, NULL, NULL, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_sign(&token, &len, jwt, rsa, XCJ_HS384, NULL, &err), XCJ_OK);
    xcj_free(token);
    jwt_free(jwt);
    xcj_key_free(public);
    xcj_key_free(ec);
    xcj_key_free(rsa);
}
END_TEST

static int never_called(void *context, uint8_t *signature, size_t *len, const xcj_sign_request *request)
{
    (void)context;
    (void)signature;
    (void)len;
    (void)request;
    return 1;
}

/* A key that libjwt cannot have leaves the jwt_t with the one that it had. */
START_TEST(keys_that_libjwt_cannot_have)
{
    xcj_key *ec = key_for(XCJ_ES256);
    xcj_key *public = public_of(ec);
    xcj_key *plain = key_of("{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}");
    xcj_signer signer = XCJ_SIGNER_INIT;
    xcj_key *external;
    signer.sign = never_called;
    ck_assert_int_eq(xcj_key_from_signer(&external, public, &signer, &err), XCJ_OK);
    jwt_t *jwt = jwt_with("{}");
    ck_assert_int_eq(xcj_jwt_set_key(jwt, plain, XCJ_HS512, &err), XCJ_OK);
    for (size_t i = SHARED_COUNT; i < COUNT_OF(ALGS); i++) {
        if (alg_in_libjwt((int)i) != JWT_ALG_NONE) {
            continue;
        }
        xcj_key *key = key_for(ALGS[i].alg);
        ck_assert_int_eq(xcj_jwt_set_key(jwt, key, XCJ_ALG_NONE, &err), XCJ_ERR_ALG);
        xcj_key_free(key);
    }
    ck_assert_int_eq(xcj_jwt_set_key(jwt, public, XCJ_ALG_NONE, &err), XCJ_ERR_KEY_USE);
    ck_assert_int_eq(xcj_jwt_set_key(jwt, external, XCJ_ALG_NONE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_jwt_set_key(jwt, ec, XCJ_ES384, &err), XCJ_ERR_ALG);
    ck_assert_int_eq(xcj_jwt_set_key(jwt, plain, XCJ_ALG_NONE, &err), XCJ_ERR_ALG);
    ck_assert_int_eq(xcj_jwt_set_key(NULL, ec, XCJ_ALG_NONE, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_jwt_set_key(jwt, NULL, XCJ_ALG_NONE, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(jwt_get_alg(jwt), JWT_ALG_HS512);
    char *token = jwt_encode_str(jwt);
    xcj_verifier *verifier = without_exp(plain);
    jwt_free(verified(verifier, token, strlen(token)));
    xcj_verifier_free(verifier);
    free(token);
    jwt_free(jwt);
    xcj_key_free(external);
    xcj_key_free(plain);
    xcj_key_free(public);
    xcj_key_free(ec);
}
END_TEST

/* A verified jwt_t has a public key: libjwt signs nothing with it, and does not fall back to an unsigned token. */
START_TEST(no_private_part_in_a_verified_one)
{
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_ES256 };
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = key_for(algs[i]);
        xcj_verifier *verifier = without_exp(key); /* of a private one */
        size_t len;
        char *token = signed_by(key, "{}", NULL, &len);
        jwt_t *jwt = verified(verifier, token, len);
        ck_assert_ptr_null(jwt_encode_str(jwt));
        jwt_free(jwt);
        xcj_free(token);
        xcj_verifier_free(verifier);
        xcj_key_free(key);
    }
}
END_TEST

/* What a jwt_t cannot hold is an error, and what it changes is known. */
START_TEST(what_is_lost)
{
    const struct {
        const char *payload;
        xcj_code code;
        const char *becomes;
    } cases[] = {
        { "{\"n\":9223372036854775807}", XCJ_OK, "{\"n\":9223372036854775807}" },
        { "{\"n\":9223372036854775808}", XCJ_ERR_LIMIT, NULL },
        { "{\"n\":1e999}", XCJ_ERR_LIMIT, NULL },
        { "{\"s\":\"a\\u0000b\"}", XCJ_ERR_LIMIT, NULL },
        { "{\"a\\u0000b\":1}", XCJ_ERR_LIMIT, NULL },
        { "{\"b\":1.10,\"a\":1E2}", XCJ_OK,
          jansson_version_cmp(2, 15, 0) < 0 ? "{\"a\":100.0,\"b\":1.1000000000000001}" : "{\"a\":100.0,\"b\":1.1}" },
        { "{\"z\":1,\"a\":2}", XCJ_OK, "{\"a\":2,\"z\":1}" },
        { "{\"s\":\"\\u00e9\\/\"}", XCJ_OK, "{\"s\":\"\xc3\xa9/\"}" },
    };
    xcj_key *key = key_for(XCJ_HS256);
    xcj_verifier *verifier = without_exp(key);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t len;
        char *token = signed_by(key, cases[i].payload, NULL, &len);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
        if (cases[i].code != XCJ_OK) {
            expect_refused(verifier, token, len, cases[i].code);
        } else {
            jwt_t *jwt = verified(verifier, token, len);
            char *grants = jwt_get_grants_json(jwt, NULL);
            ck_assert_str_eq(grants, cases[i].becomes);
            free(grants);
            jwt_free(jwt);
        }
        xcj_free(token);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}
END_TEST

/* A verifier of anything that is signed: only what is an object becomes a jwt_t. */
START_TEST(opaque_payloads)
{
    static const struct {
        const char *payload;
        size_t len;
        xcj_code code;
    } cases[] = {
        { "{}", 2, XCJ_OK },         { "[]", 2, XCJ_ERR_JSON },     { "", 0, XCJ_ERR_JSON },
        { "text", 4, XCJ_ERR_JSON }, { "{}\0{}", 5, XCJ_ERR_JSON }, { "{\"a\":1,\"a\":2}", 13, XCJ_ERR_JSON },
    };
    xcj_key *key = key_for(XCJ_HS256);
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier = verifier_of(key, &options);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *token;
        size_t len;
        ck_assert_int_eq(xcj_jws_sign(&token, &len, cases[i].payload, cases[i].len, key, NULL, NULL, &err), XCJ_OK);
        if (cases[i].code == XCJ_OK) {
            jwt_free(verified(verifier, token, len));
        } else {
            expect_refused(verifier, token, len, cases[i].code);
        }
        xcj_free(token);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}
END_TEST

START_TEST(of_an_authentication)
{
    xcj_key *key = key_for(XCJ_RS256);
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    jwt_t *jwt;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("mobile");
    auth.consumer_custom_id = xcj_text("acme");
    auth.audience = xcj_text("https://api.example/");
    auth.jti = xcj_text("J");
    auth.has_now = 1;
    auth.now = 1000;
    options.iss = xcj_text("https://gw.example");
    ck_assert_int_eq(xcj_jwt_from_auth(&jwt, &auth, &options, NULL, &err), XCJ_OK);
    expect_json(jwt_get_grants_json(jwt, NULL),
                "{\"client_id\":\"mobile\",\"iss\":\"https://gw.example\",\"iat\":1000,\"exp\":2800,"
                "\"aud\":\"https://api.example/\",\"jti\":\"J\",\"act\":{\"client_id\":\"acme\"}}");
    ck_assert_int_eq(jwt_get_alg(jwt), JWT_ALG_NONE);
    ck_assert_int_eq(xcj_jwt_set_key(jwt, key, XCJ_ALG_NONE, &err), XCJ_OK);
    char *theirs = jwt_encode_str(jwt);
    size_t len;
    char *ours = sign(jwt, key, &len);
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.has_now = 1;
    policy.now = 1000;
    xcj_verifier *verifier = verifier_of(key, &policy);
    ck_assert_int_eq(xcj_verify(NULL, verifier, theirs, strlen(theirs), NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verify(NULL, verifier, ours, len, NULL, &err), XCJ_OK);
    xcj_verifier_free(verifier);
    xcj_free(ours);
    free(theirs);
    jwt_free(jwt);
    auth.api_key = xcj_text("");
    ck_assert_int_eq(xcj_jwt_from_auth(&jwt, &auth, &options, NULL, &err), XCJ_ERR_NO_CREDENTIAL);
    ck_assert_ptr_null(jwt);
    xcj_key_free(key);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("libjwt");
    TCase *t = tcase_create("libjwt");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, from_ours_to_theirs, 0, COUNT_OF(ALGS));
    tcase_add_loop_test(t, from_theirs_to_ours, 0, SHARED_COUNT);
    tcase_add_test(t, a_public_key_is_no_secret);
    tcase_add_test(t, the_policy_counts);
    tcase_add_test(t, the_header_is_the_callers);
    tcase_add_test(t, headers_that_cannot_be);
    tcase_add_test(t, which_key_signs);
    tcase_add_test(t, keys_that_libjwt_cannot_have);
    tcase_add_test(t, no_private_part_in_a_verified_one);
    tcase_add_test(t, what_is_lost);
    tcase_add_test(t, opaque_payloads);
    tcase_add_test(t, of_an_authentication);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
