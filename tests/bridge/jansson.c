/* The bridge to jansson: claims of a verified token as a value, and a value minted. */
#include "tests/check_main.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <xcj/jansson.h>

#include "tests/fixtures.h"

static xcj_error err;

typedef struct pair {
    xcj_key *key;
    xcj_minter *minter;
    xcj_verifier *verifier;
} pair;

static pair pair_of(xcj_alg alg, int opaque)
{
    pair made;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.allow_no_exp = 1;
    policy.opaque_payload = opaque;
    made.key = key_for(alg);
    ck_assert_int_eq(xcj_minter_new(&made.minter, made.key, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new_key(&made.verifier, made.key, &policy, &err), XCJ_OK);
    return made;
}

static void pair_free(pair *made)
{
    xcj_verifier_free(made->verifier);
    xcj_minter_free(made->minter);
    xcj_key_free(made->key);
}

static xcj_verified *verified(const pair *with, const char *token, size_t len)
{
    xcj_verified *out;
    ck_assert_msg(xcj_verify(&out, with->verifier, token, len, NULL, &err) == XCJ_OK, "%s", err.message);
    return out;
}

START_TEST(there_and_back)
{
    pair with = pair_of(XCJ_ES256, 0);
    json_t *claims = json_pack("{s:s, s:i, s:b, s:n, s:f, s:[s,s], s:{s:I}, s:s%}", "sub", "alice", "n", -7, "t", 1, "nil",
                               "f", 1.5, "roles", "a", "b", "o", "big", (json_int_t)INT64_MAX, "nul", "a\0b", (size_t)3);
    json_t *before = json_deep_copy(claims);
    char token[4096];
    size_t len;
    ck_assert_msg(xcj_mint_jansson(token, sizeof token, &len, with.minter, claims, NULL, NULL, &err) == XCJ_OK, "%s",
                  err.message);
    ck_assert_int_eq(json_equal(claims, before), 1);
    xcj_verified *read = verified(&with, token, len);
    json_t *back, *header;
    ck_assert_int_eq(xcj_verified_to_jansson(&back, read, XCJ_CLAIMS, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verified_to_jansson(&header, read, XCJ_HEADER, &err), XCJ_OK);
    xcj_verified_free(read); /* not needed any more */
    ck_assert_str_eq(json_string_value(json_object_get(header, "alg")), "ES256");
    ck_assert(json_is_integer(json_object_get(back, "exp")) && json_is_integer(json_object_get(back, "iat")));
    ck_assert(json_is_string(json_object_get(back, "jti")));
    ck_assert_str_eq(json_object_iter_key(json_object_iter(back)), "sub"); /* in its order */
    for (size_t i = 0; i < 3; i++) {
        json_object_del(back, i == 0 ? "exp" : i == 1 ? "iat" : "jti");
    }
    ck_assert_int_eq(json_equal(back, before), 1);
    json_decref(header);
    json_decref(back);
    json_decref(before);
    json_decref(claims);
    pair_free(&with);
}
END_TEST

START_TEST(a_short_buffer)
{
    pair with = pair_of(XCJ_HS256, 0);
    json_t *claims = json_pack("{s:s}", "sub", "alice");
    char token[4096];
    size_t len = 1;
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.jti = xcj_text("J");
    ck_assert_int_eq(xcj_mint_jansson(NULL, 0, &len, with.minter, claims, &auth, NULL, &err), XCJ_ERR_BUFFER);
    ck_assert_uint_eq(len, 0);
    size_t needed = err.needed;
    ck_assert_int_eq(xcj_mint_jansson(token, needed - 1, &len, with.minter, claims, &auth, NULL, &err), XCJ_ERR_BUFFER);
    ck_assert_int_eq(xcj_mint_jansson(token, needed, &len, with.minter, claims, &auth, NULL, &err), XCJ_OK);
    ck_assert_uint_eq(len, needed);
    json_decref(claims);
    pair_free(&with);
}
END_TEST

START_TEST(what_is_no_object)
{
    pair with = pair_of(XCJ_HS256, 0);
    json_t *const values[] = { NULL, json_array(), json_string("{}"), json_null() };
    char token[1024];
    size_t len;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        len = 1;
        ck_assert_int_eq(xcj_mint_jansson(token, sizeof token, &len, with.minter, values[i], NULL, NULL, &err),
                         XCJ_ERR_ARGUMENT);
        ck_assert_uint_eq(len, 0);
        json_decref(values[i]);
    }
    json_t *circle = json_object();
    json_t *inner = json_object();
    ck_assert_int_eq(json_object_set(circle, "inner", inner), 0);
    ck_assert_int_eq(json_object_set(inner, "circle", circle), 0);
    ck_assert_int_eq(xcj_mint_jansson(token, sizeof token, &len, with.minter, circle, NULL, NULL, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "contain themselves"));
    json_object_clear(inner);
    ck_assert_int_eq(xcj_mint_jansson(token, sizeof token, &len, with.minter, circle, NULL, NULL, &err), XCJ_OK);
    json_decref(inner);
    json_decref(circle);
    pair_free(&with);
}
END_TEST

/* What the text says wrongly, our own rules say: they are those of xcj_mint_claims(). */
START_TEST(claims_of_a_wrong_type)
{
    pair with = pair_of(XCJ_HS256, 0);
    json_t *claims = json_pack("{s:s}", "exp", "tomorrow");
    char token[1024];
    char text[] = "{\"exp\":\"tomorrow\"}";
    size_t len;
    xcj_code theirs = xcj_mint_claims(token, sizeof token, &len, with.minter, text, strlen(text), NULL, NULL, NULL);
    ck_assert_int_eq(xcj_mint_jansson(token, sizeof token, &len, with.minter, claims, NULL, NULL, &err), theirs);
    json_decref(claims);
    pair_free(&with);
}
END_TEST

START_TEST(what_jansson_does_not_hold)
{
    static const struct {
        const char *payload;
        xcj_code code;
    } cases[] = {
        { "{\"n\":9223372036854775807,\"s\":\"a\\u0000b\"}", XCJ_OK },
        { "{\"n\":9223372036854775808}", XCJ_ERR_LIMIT },
        { "{\"n\":-1e400}", XCJ_ERR_LIMIT },
        { "{\"a\\u0000b\":1}", XCJ_ERR_LIMIT },
    };
    static const char *const opaque[] = { "", "[]", "text", "{\"a\":1,\"a\":1}", "{} {}", "{\"s\":\"\xff\"}", "{" };
    pair with = pair_of(XCJ_HS256, 0);
    pair any = pair_of(XCJ_HS256, 1);
    for (size_t i = 0; i < COUNT_OF(cases) + COUNT_OF(opaque); i++) {
        bool is_opaque = i >= COUNT_OF(cases);
        const pair *p = is_opaque ? &any : &with;
        const char *payload = is_opaque ? opaque[i - COUNT_OF(cases)] : cases[i].payload;
        size_t len;
        char *token = signed_by(p->key, payload, NULL, &len);
        xcj_verified *read = verified(p, token, len);
        json_t *claims = (json_t *)(void *)&err;
        xcj_code wanted = is_opaque ? XCJ_ERR_JSON : cases[i].code;
        ck_assert_msg(xcj_verified_to_jansson(&claims, read, XCJ_CLAIMS, &err) == wanted, "%s: %s", payload, err.message);
        ck_assert_int_eq(err.code, wanted);
        ck_assert((claims != NULL) == (wanted == XCJ_OK));
        json_decref(claims);
        xcj_verified_free(read);
        xcj_free(token);
    }
    json_t *out;
    ck_assert_int_eq(xcj_verified_to_jansson(&out, NULL, XCJ_CLAIMS, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_verified_to_jansson(NULL, NULL, XCJ_CLAIMS, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(out);
    pair_free(&any);
    pair_free(&with);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("jansson");
    TCase *t = tcase_create("jansson");
    tcase_add_test(t, there_and_back);
    tcase_add_test(t, a_short_buffer);
    tcase_add_test(t, what_is_no_object);
    tcase_add_test(t, claims_of_a_wrong_type);
    tcase_add_test(t, what_jansson_does_not_hold);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
