#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj.h>

#include "fixtures.h"
#include "lib/key/keyset.h"

#define K OCT_K

static xcj_error err;

static xcj_keyset *load(const char *text)
{
    xcj_keyset *set;
    ck_assert_msg(xcj_keyset_from_json(&set, text, strlen(text), NULL, &err) == XCJ_OK, "%s", err.message);
    return set;
}

static xcj_code select_kid(const xcj_keyset *set, const char *kid, xcj_alg alg, const xcj_key **key)
{
    return xcj__keyset_select(key, set, xcj_text(kid), xcj__alg_row(alg), &err);
}

START_TEST(texts_that_are_no_set)
{
    static const struct {
        const char *text;
        xcj_code code;
    } cases[] = {
        { "", XCJ_ERR_JSON },
        { "[", XCJ_ERR_JSON },
        { "[{\"kty\":\"oct\",\"kty\":\"oct\"}]", XCJ_ERR_JSON },
        { "{\"jwks\":{\"jwks\":{\"keys\":[]}}}", XCJ_ERR_KEY },
        { "{\"jwks\":[]}", XCJ_ERR_KEY },
        { "{}", XCJ_ERR_KEY },
        { "{\"keys\":{}}", XCJ_ERR_KEY },
        { "{\"keys\":[],\"keys\":[]}", XCJ_ERR_JSON },
        { "{\"keys\":[{\"kty\":\"oct\",\"kty\":\"oct\"}]}", XCJ_ERR_JSON },
        { "{\"keys\":[]}x", XCJ_ERR_JSON },
        { "{\"kty\":\"oct\",\"k\":\"" K "\",\"keys\":[]}", XCJ_ERR_KEY },
        { "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K "\"}],\"k\\u0074y\":1}", XCJ_ERR_KEY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_keyset *set;
        ck_assert_int_eq(xcj_keyset_from_json(&set, cases[i].text, strlen(cases[i].text), NULL, &err), cases[i].code);
        ck_assert_ptr_null(set);
    }
}
END_TEST

START_TEST(bad_keys_are_skipped_and_listed)
{
    xcj_keyset *set = load("{\"x\":1,\"keys\":[{\"kty\":\"NEW\"},{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" K "\"},7,"
                           "{\"kty\":\"oct\",\"kid\":\"b\"}]}");
    size_t position;
    ck_assert_uint_eq(xcj_keyset_count(set), 1);
    ck_assert_mem_eq(xcj_key_id(xcj_keyset_get(set, 0)).ptr, "a", 1);
    ck_assert_ptr_null(xcj_keyset_get(set, 1));
    ck_assert_uint_eq(xcj_keyset_skipped_count(set), 3);
    ck_assert_int_eq(xcj_keyset_skipped(set, 0, &position)->code, XCJ_ERR_KEY_TYPE);
    ck_assert_uint_eq(position, 0);
    ck_assert_int_eq(xcj_keyset_skipped(set, 1, &position)->code, XCJ_ERR_JSON);
    ck_assert_uint_eq(position, 2);
    ck_assert_int_eq(xcj_keyset_skipped(set, 2, &position)->code, XCJ_ERR_KEY);
    ck_assert_uint_eq(position, 3);
    ck_assert_ptr_null(xcj_keyset_skipped(set, 3, &position));
    xcj_keyset_free(set);
    set = load("{\"kty\":\"oct\",\"k\":\"" K "\"}");
    ck_assert_uint_eq(xcj_keyset_count(set), 1);
    xcj_keyset_free(set);
}
END_TEST

START_TEST(selection)
{
    xcj_keyset *set = load("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" K "\"},"
                           "{\"kty\":\"oct\",\"kid\":\"b\",\"alg\":\"HS512\",\"k\":\"" K "AAAA\"},"
                           "{\"kty\":\"oct\",\"kid\":\"c\",\"use\":\"enc\",\"k\":\"" K "\"},"
                           "{\"kty\":\"oct\",\"kid\":\"d\",\"alg\":\"HS256\",\"k\":\"" K "\"},"
                           "{\"kty\":\"oct\",\"kid\":\"d\",\"alg\":\"HS384\",\"k\":\"" K "\"}]}");
    const xcj_key *key;
    ck_assert_int_eq(select_kid(set, "a", XCJ_HS256, &key), XCJ_OK);
    ck_assert_ptr_eq(key, xcj_keyset_get(set, 0));
    ck_assert_int_eq(select_kid(set, "b", XCJ_HS512, &key), XCJ_OK);
    /* The one key of that kid: why it does not serve. */
    ck_assert_int_eq(select_kid(set, "b", XCJ_HS256, &key), XCJ_ERR_ALG);
    ck_assert_ptr_null(key);
    ck_assert_int_eq(select_kid(set, "c", XCJ_HS256, &key), XCJ_ERR_KEY_USE);
    ck_assert_int_eq(select_kid(set, "d", XCJ_HS384, &key), XCJ_OK);
    ck_assert_ptr_eq(key, xcj_keyset_get(set, 4));
    ck_assert_int_eq(select_kid(set, "d", XCJ_HS512, &key), XCJ_ERR_NO_KEY);
    ck_assert_int_eq(select_kid(set, "e", XCJ_HS256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "a, b, c, d, d"));
    ck_assert_int_eq(select_kid(set, NULL, XCJ_HS512, &key), XCJ_ERR_AMBIGUOUS_KEY);
    ck_assert_ptr_null(key);
    ck_assert(xcj__keyset_has(set, xcj_text("d")) && !xcj__keyset_has(set, xcj_text("dd")));
    xcj_keyset_free(set);
    /* With several keys: why the first key of the right type does not fit. */
    set = load("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"use\":\"enc\",\"k\":\"" K "\"},"
               "{\"kty\":\"oct\",\"kid\":\"b\",\"use\":\"enc\",\"k\":\"" K "AAAA\"}]}");
    ck_assert_int_eq(select_kid(set, NULL, XCJ_HS256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "none of the set's 2 fits HS256: "));
    ck_assert_int_eq(select_kid(set, NULL, XCJ_ES256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "none of the set's 2 fits ES256"));
    ck_assert_ptr_null(strstr(err.message, "ES256:"));
    xcj_keyset_free(set);
}
END_TEST

/* Ten thousand keys under kids of their own, and as many under one: each is found, and told from the others. */
START_TEST(large_sets)
{
    enum { COUNT = 10000 };
    char *text = malloc((size_t)COUNT * 200);
    int len = sprintf(text, "{\"keys\":[");
    for (int i = 0; i < COUNT; i++) {
        len += sprintf(text + len, "%s{\"kty\":\"oct\",\"kid\":\"key-%d\",\"k\":\"" K "\"}", i == 0 ? "" : ",",
                       (i * 7919) % COUNT);
    }
    sprintf(text + len, "]}");
    xcj_keyset *set = load(text);
    ck_assert_uint_eq(xcj_keyset_count(set), COUNT);
    for (int i = 0; i < COUNT; i += 97) {
        char kid[32];
        const xcj_key *key;
        sprintf(kid, "key-%d", (i * 7919) % COUNT);
        ck_assert_int_eq(select_kid(set, kid, XCJ_HS256, &key), XCJ_OK);
        ck_assert_ptr_eq(key, xcj_keyset_get(set, (size_t)i));
    }
    const xcj_key *key;
    ck_assert_int_eq(select_kid(set, "key-10000", XCJ_HS256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, " ..."));
    xcj_keyset_free(set);
    free(text);
}
END_TEST

START_TEST(written_sets)
{
    xcj_key *pair, *secret;
    xcj_keyset *set, *back;
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_key_generate(&pair, XCJ_ES256, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_generate(&secret, XCJ_HS256, 0, &err), XCJ_OK);
    const xcj_key *const keys[] = { secret, pair };
    ck_assert_int_eq(xcj_keyset_from_keys(&set, keys, 2, &err), XCJ_OK);
    xcj_key_free(pair);
    xcj_key_free(secret);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_ptr_null(strstr(text, "\"oct\""));
    ck_assert_ptr_null(strstr(text, "\"d\""));
    back = load(text);
    ck_assert_uint_eq(xcj_keyset_count(back), 1);
    xcj_free(text);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, back, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(text);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, set, XCJ_PRIVATE, &err), XCJ_OK);
    xcj_keyset_free(back);
    back = load(text);
    ck_assert_uint_eq(xcj_keyset_count(back), 2);
    xcj_free(text);
    xcj_keyset_free(back);
    xcj_keyset_free(set);
    ck_assert_int_eq(xcj_keyset_from_keys(&set, NULL, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_str_eq(text, "{\"keys\":[]}");
    xcj_free(text);
    xcj_keyset_free(set);
    xcj_keyset_free(NULL);
}
END_TEST

/* An entry that is there twice is one key; another key of that kid still makes it ambiguous, and so does a broken one. */
START_TEST(the_same_key_twice)
{
    static const char key_text[] = "{\"kty\":\"OKP\",\"kid\":\"a\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}";
    static const struct {
        const char *more;
        xcj_code code;
    } rows[] = {
        { key_text, XCJ_OK },
        { "{\"kty\":\"OKP\",\"kid\":\"a\",\"alg\":\"EdDSA\",\"use\":\"sig\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}",
          XCJ_OK },
        { "{\"kty\":\"OKP\",\"kid\":\"a\",\"crv\":\"Ed25519\",\"x\":\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08\"}",
          XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"kty\":\"OKP\",\"kid\":\"a\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", XCJ_ERR_AMBIGUOUS_KEY },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1000];
        const xcj_key *key;
        sprintf(text, "{\"keys\":[%s,%s]}", key_text, rows[i].more);
        xcj_keyset *set = load(text);
        ck_assert_int_eq(select_kid(set, "a", XCJ_EDDSA, &key), rows[i].code);
        ck_assert_int_eq(key != NULL, rows[i].code == XCJ_OK);
        xcj_keyset_free(set);
    }
}
END_TEST

/* Sets as they arrive: an array, within client metadata, and Google's map of certificates. */
START_TEST(other_containers)
{
    static const char jwk[] = "{\"kty\":\"OKP\",\"kid\":\"a\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}";
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\\n"
                              "-----END PUBLIC KEY-----\\n";
    static const struct {
        const char *format;
        xcj_form form;
    } rows[] = { { "[%s]", XCJ_FORM_JWKS },
                 { " [ %s ] ", XCJ_FORM_JWKS },
                 { "{\"client_name\":\"x\",\"jwks_uri\":null,\"jwks\":{\"keys\":[%s]}}", XCJ_FORM_JWKS },
                 { "{\"jwks_uri\":\"https://i/jwks\",\"jwks\":{\"keys\":[%s]}}", XCJ_FORM_JWKS },
                 { "{\"keys\":[%s],\"jwks_uri\":\"https://i/jwks\"}", XCJ_FORM_JWKS },
                 { "%s", XCJ_FORM_JWK } };
    char text[1000];
    xcj_keyset *set;
    const xcj_key *key;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sprintf(text, rows[i].format, jwk);
        set = load(text);
        ck_assert_uint_eq(xcj_keyset_count(set), 1);
        ck_assert_int_eq(xcj_keyset_form(set), rows[i].form);
        ck_assert_int_eq(select_kid(set, "a", XCJ_EDDSA, &key), XCJ_OK);
        xcj_keyset_free(set);
    }
    sprintf(text, "{\"a\":\"%s\",\"\\u0062\":\"%s\"}", pem, pem);
    set = load(text);
    ck_assert_uint_eq(xcj_keyset_count(set), 2);
    ck_assert_int_eq(xcj_keyset_form(set), XCJ_FORM_PEM);
    ck_assert_int_eq(select_kid(set, "a", XCJ_EDDSA, &key), XCJ_OK);
    ck_assert_int_eq(select_kid(set, "b", XCJ_EDDSA, &key), XCJ_OK);
    xcj_keyset_free(set);
    sprintf(text, "{\"a\":\"%s\",\"b\":1}", pem);
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, strlen(text), NULL, &err), XCJ_ERR_KEY);
}
END_TEST

/* Maps of kid to a key's text: what is wrapped or null, and one that is no key. */
START_TEST(maps_of_texts)
{
    static const char der[] = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    char text[2000];
    const xcj_key *key;
    sprintf(text,
            "{\"null\":null,\"base64\":\"%s\",\"escaped\":\"-----BEGIN PUBLIC KEY-----\\\\n%s\\\\n-----END PUBLIC "
            "KEY-----\",\"bad\":\"-----BEGIN PUBLIC KEY-----x\"}",
            der, der);
    xcj_keyset *set = load(text);
    ck_assert_uint_eq(xcj_keyset_count(set), 2);
    ck_assert_int_eq(select_kid(set, "base64", XCJ_EDDSA, &key), XCJ_OK);
    ck_assert_int_eq(select_kid(set, "escaped", XCJ_EDDSA, &key), XCJ_OK);
    ck_assert_uint_eq(xcj_keyset_skipped_count(set), 1);
    ck_assert_int_eq(xcj_keyset_skipped(set, 0, NULL)->code, XCJ_ERR_KEY);
    ck_assert_uint_eq(xcj_keyset_skipped_kid(set, 0).len, 3);
    ck_assert_mem_eq(xcj_keyset_skipped_kid(set, 0).ptr, "bad", 3);
    ck_assert_ptr_null(xcj_keyset_skipped_kid(set, 1).ptr);
    ck_assert_ptr_null(xcj_keyset_skipped_kid(NULL, 0).ptr);
    xcj_keyset_free(set);
    sprintf(text, "{\"a\":\"%s\",\"b\":\"a\"}", der);
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, strlen(text), NULL, &err), XCJ_ERR_KEY);
}
END_TEST

/* A key counts once under one set of labels, wherever its twin stands. */
START_TEST(twins_count_once)
{
#define BODY "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\""
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        { "[{" BODY "},{" BODY "}]", 1 },
        { "[{" BODY ",\"kid\":\"a\"},{" BODY ",\"kid\":\"b\"},{" BODY ",\"kid\":\"a\"}]", 2 },
        { "[{" BODY ",\"kid\":\"\"},{" BODY "}]", 2 },
        { "[{" BODY ",\"alg\":\"EdDSA\"},{" BODY ",\"alg\":\"Ed25519\"},{" BODY ",\"alg\":\"EdDSA\"}]", 2 },
        { "[{" BODY ",\"use\":\"sig\"},{" BODY "}]", 2 },
        { "[{" BODY ",\"key_ops\":[\"verify\"]},{" BODY "}]", 2 },
        { "[{" BODY "},{" BODY ",\"d\":\"" ED25519_D "\"}]", 2 },
        { "[{\"kty\":\"oct\",\"k\":\"AQ\"},{\"kty\":\"oct\",\"k\":\"Ag\"},{\"kty\":\"oct\",\"k\":\"Ag\"}]", 2 },
    };
#undef BODY
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_keyset *set = load(rows[i].text);
        ck_assert_msg(xcj_keyset_count(set) == rows[i].count, "%s: %zu", rows[i].text, xcj_keyset_count(set));
        xcj_keyset_free(set);
    }
}
END_TEST

/* What is known and no key says so, with the command that gets the key out. */
START_TEST(documents_that_are_named)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        { "{\"issuer\":\"https://i\",\"jwks_uri\":\"https://i/jwks\"}", "https://i/jwks" },
        { "{\"type\":\"service_account\",\"private_key\":\"CANARY\",\"client_email\":\"a\"}", "jq -r .private_key FILE" },
        { "{\"KeyId\":\"a\",\"PublicKey\":\"MIIB\"}", "jq -r .PublicKey FILE" },
        { "{\"realm\":\"a\",\"public_key\":\"MIIB\"}", "Keycloak" },
        { "{\"kind\":\"Secret\",\"data\":{\"tls.key\":\"LS0t\"}}", "jq -r '.data[\"tls.key\"]' FILE" },
        { "{\"SecretString\":\"x\"}", "jq -r .SecretString FILE" },
        { "{\"publicKeys\":{}}", "jq .publicKeys FILE" },
        { "{\"request_id\":\"a\",\"data\":{\"data\":{}}}", "jq .data FILE" },
        { "{\"request_id\":\"a\",\"data\":{\"keys\":{}}}", "jq -r '.data.keys[].public_key' FILE" },
        { "{\"request_id\":\"a\",\"data\":{}}", "Vault" },
        { "{\"pem\":\"a\",\"name\":\"b\"}", "jq -r .pem FILE" },
        { "{\"key\":{\"kty\":\"oct\",\"k\":\"CANARY\"},\"attributes\":{}}", "jq .key FILE" },
        { "{\"access_token\":\"CANARY\"}", "tokens" },
        { "{\"ciphertext\":\"a\",\"protected\":\"b\"}", "encrypted JWK" },
        { "{\"publicKeyJwk\":{}}", "jq .publicKeyJwk FILE" },
        { "{\"kid\":\"a\"}", "no \"kty\"" },
        { "{}", "no \"kty\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj_keyset *set;
        ck_assert_int_eq(xcj_keyset_from_json(&set, rows[i].text, strlen(rows[i].text), NULL, &err), XCJ_ERR_KEY);
        ck_assert_ptr_null(set);
        ck_assert_msg(strstr(err.message, rows[i].words) != NULL, "%s", err.message);
        ck_assert_ptr_null(strstr(err.message, "CANARY"));
    }
}
END_TEST

/* The same kid ten thousand times, in one type and in many: found at once, and told to be too many. */
START_TEST(one_kid_for_all)
{
    enum { COUNT = 10000 };
    char *text = malloc((size_t)COUNT * 200);
    int len = sprintf(text, "{\"keys\":[");
    for (int i = 0; i < COUNT; i++) {
        len += sprintf(text + len, "{\"kty\":\"oct\",\"kid\":\"same\",\"alg\":\"HS384\",\"k\":\"%04d" K "\"},", i);
    }
    sprintf(text + len, "{\"kty\":\"oct\",\"kid\":\"same\",\"alg\":\"HS256\",\"k\":\"" K "\"},"
                        "{\"kty\":\"OKP\",\"kid\":\"same\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}]}");
    xcj_keyset *set = load(text);
    const xcj_key *key;
    ck_assert_int_eq(select_kid(set, "same", XCJ_HS384, &key), XCJ_ERR_AMBIGUOUS_KEY);
    expect_error(&err, XCJ_ERR_AMBIGUOUS_KEY, "kid");
    ck_assert_int_eq(select_kid(set, "same", XCJ_HS256, &key), XCJ_OK);
    ck_assert_ptr_eq(key, xcj_keyset_get(set, COUNT));
    ck_assert_int_eq(select_kid(set, "same", XCJ_EDDSA, &key), XCJ_OK);
    ck_assert_ptr_eq(key, xcj_keyset_get(set, COUNT + 1));
    ck_assert_int_eq(select_kid(set, "same", XCJ_RS256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_null(key);
    ck_assert_int_eq(select_kid(set, NULL, XCJ_EDDSA, &key), XCJ_OK);
    xcj_keyset_free(set);
    free(text);
}
END_TEST

/* By exact text: neither a prefix, nor another case, nor up to a NUL; "" is a kid, and none is none. */
START_TEST(kids_are_exact)
{
    xcj_keyset *set = load("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"\",\"k\":\"" K "\"},"
                           "{\"kty\":\"oct\",\"kid\":\"a\\u0000b\",\"k\":\"" K "\"},"
                           "{\"kty\":\"oct\",\"kid\":\"\\u00e9\",\"k\":\"" K "\"},{\"kty\":\"oct\",\"k\":\"" K "\"}]}");
    static const struct {
        const char *kid;
        size_t len;
        size_t index; /* 9: no such key */
    } rows[] = { { "", 0, 0 },  { "a\0b", 3, 1 }, { "\xc3\xa9", 2, 2 }, { "a", 1, 9 },
                 { "A", 1, 9 }, { "a\0c", 3, 9 }, { "\xe9", 1, 9 },     { "a\0b\0", 4, 9 } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const xcj_key *key;
        xcj_str kid = { rows[i].kid, rows[i].len };
        xcj_code code = xcj__keyset_select(&key, set, kid, xcj__alg_row(XCJ_HS256), &err);
        ck_assert_int_eq(code, rows[i].index == 9 ? XCJ_ERR_NO_KEY : XCJ_OK);
        ck_assert_ptr_eq(key, rows[i].index == 9 ? NULL : xcj_keyset_get(set, rows[i].index));
        ck_assert_int_eq(xcj__keyset_has(set, kid), rows[i].index != 9);
    }
    xcj_keyset_free(set);
}
END_TEST

/* A broken key of the same kid and type may be the one that is meant; of another type, or another kid, it is not. */
START_TEST(broken_twins)
{
    static const struct {
        const char *broken;
        xcj_code code;
    } rows[] = {
        { "{\"kty\":\"oct\",\"kid\":\"a\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"kty\":\"o\\u0063t\",\"kid\":\"\\u0061\",\"k\":7}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"kty\":\"RSA\",\"kid\":\"a\"}", XCJ_OK },
        { "{\"kty\":\"NEW\",\"kid\":\"a\"}", XCJ_OK },
        { "{\"kty\":\"oct\",\"kid\":\"b\"}", XCJ_OK },
        { "{\"kty\":\"oct\"}", XCJ_OK },
        { "{}", XCJ_OK },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[500];
        const xcj_key *key;
        sprintf(text, "{\"keys\":[%s,{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"" K "\"}]}", rows[i].broken);
        xcj_keyset *set = load(text);
        ck_assert_uint_eq(xcj_keyset_count(set), 1);
        ck_assert_uint_eq(xcj_keyset_skipped_count(set), 1);
        ck_assert_msg(select_kid(set, "a", XCJ_HS256, &key) == rows[i].code, "%s", rows[i].broken);
        ck_assert_int_eq(key != NULL, rows[i].code == XCJ_OK);
        xcj_keyset_free(set);
    }
}
END_TEST

/* Leaving out keys with another use does not resolve an ambiguous kid. */
START_TEST(broken_twins_of_a_use)
{
    static const char *const kids[] = { "a", "b" };
    for (size_t i = 0; i < COUNT_OF(kids); i++) {
        char text[500];
        const xcj_key *key;
        xcj_keyset *kept;
        sprintf(text,
                "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"%s\"},{\"kty\":\"oct\",\"kid\":\"x\",\"k\":\"" K "\"},"
                "{\"kty\":\"oct\",\"kid\":\"a\",\"use\":\"jwt-svid\",\"k\":\"" K "\"}]}",
                kids[i]);
        xcj_keyset *set = load(text);
        ck_assert_int_eq(xcj__keyset_of_use(&kept, set, "jwt-svid", &err), XCJ_OK);
        ck_assert_uint_eq(xcj_keyset_count(kept), 1);
        ck_assert_int_eq(select_kid(kept, "a", XCJ_HS256, &key), i == 0 ? XCJ_ERR_AMBIGUOUS_KEY : XCJ_OK);
        xcj_keyset_free(kept);
        xcj_keyset_free(set);
    }
}
END_TEST

/* Why a key was skipped, without a word of what is secret in it; the queue of OpenSSL is as it was. */
START_TEST(reasons)
{
    static const char text[] = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"CANARY+CANARY\"},"
                               "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_X "\"}]}";
    static const struct {
        xcj_code code;
        const char *member;
    } rows[] = { { XCJ_ERR_BASE64, "k" }, { XCJ_ERR_KEY, "x" } };
    leave_entry();
    xcj_keyset *set = load(text);
    expect_entry();
    ck_assert_uint_eq(xcj_keyset_count(set), 0);
    ck_assert_uint_eq(xcj_keyset_skipped_count(set), COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const xcj_error *why = xcj_keyset_skipped(set, i, NULL);
        expect_error(why, rows[i].code, rows[i].member);
        ck_assert_ptr_null(strstr(why->message, "CANARY"));
    }
    const xcj_key *key;
    ck_assert_int_eq(select_kid(set, NULL, XCJ_ES256, &key), XCJ_ERR_NO_KEY);
    ck_assert_int_eq(select_kid(set, "x", XCJ_ES256, &key), XCJ_ERR_NO_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "the set has no usable key"));
    xcj_keyset_free(set);
}
END_TEST

/* Options are the caller's fault, not the keys'; and they reach each key. */
START_TEST(options_of_a_set)
{
    static const char text[] = "{\"keys\":[{\"kty\":\"oct\",\"alg\":\"SH256\",\"k\":\"?raw?raw?raw?raw?raw?raw?raw?raw\"}]}";
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_keyset *set;
    options.hmac_k_raw = 1;
    options.alg_from_name = xcj_kong_alg_from_name;
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, sizeof text - 1, &options, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_keyset_count(set), 1);
    ck_assert_int_eq(xcj_key_alg(xcj_keyset_get(set, 0)), XCJ_HS256);
    xcj_keyset_free(set);
    set = load(text);
    ck_assert_uint_eq(xcj_keyset_count(set), 0);
    xcj_keyset_free(set);
    options.size = 0;
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, sizeof text - 1, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(set);
}
END_TEST

START_TEST(sizes_and_references)
{
    size_t limit = (size_t)16 * 1024 * 1024;
    char *text = malloc(limit + 1);
    xcj_keyset *set, *again;
    memset(text, ' ', limit + 1);
    memcpy(text, "{\"keys\":[]}", 11);
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, limit + 1, NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(set);
    ck_assert_int_eq(xcj_keyset_from_json(&set, text, limit, NULL, &err), XCJ_OK);
    free(text);
    again = xcj_keyset_ref(set);
    ck_assert_ptr_eq(again, set);
    xcj_keyset_free(set);
    ck_assert_uint_eq(xcj_keyset_count(again), 0);
    ck_assert_uint_eq(xcj_keyset_skipped_count(again), 0);
    xcj_keyset_free(again);
    ck_assert_ptr_null(xcj_keyset_ref(NULL));
}
END_TEST

/* Of a million keys that are none, the first reasons are kept and the rest counted. */
START_TEST(many_bad_keys)
{
    static const size_t counts[] = { 63, 64, 65, 1000000 };
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        char *text = malloc(2 * counts[i] + 300);
        size_t len = (size_t)sprintf(text, "{\"keys\":[");
        for (size_t j = 0; j < counts[i]; j++) {
            memcpy(text + len, "1,", 2);
            len += 2;
        }
        strcpy(text + len, "{\"kty\":\"oct\",\"k\":\"" K "\"}]}");
        xcj_keyset *set = load(text);
        ck_assert_uint_eq(xcj_keyset_count(set), 1);
        ck_assert_uint_eq(xcj_keyset_skipped_count(set), counts[i]);
        for (size_t j = 0; j < 65; j++) {
            size_t position = 0;
            const xcj_error *why = xcj_keyset_skipped(set, j, &position);
            ck_assert_int_eq(why != NULL, j < 64 && j < counts[i]);
            ck_assert(why == NULL || (why->code == XCJ_ERR_JSON && position == j));
        }
        xcj_keyset_free(set);
        free(text);
    }
}
END_TEST

/* The private parts of a set are checked when they are used; until then each key is what its public part is. */
START_TEST(private_parts_of_a_set)
{
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_ES256, XCJ_ES512, XCJ_ED25519, XCJ_HS256 };
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = key_for(algs[i]);
        char *jwk = jwk_text(key, XCJ_PRIVATE);
        char *text = malloc(strlen(jwk) + 20);
        xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
        size_t len;
        options.alg = algs[i];
        sprintf(text, "{\"keys\":[%s]}", jwk);
        xcj_keyset *set = load(text);
        const xcj_key *member = xcj_keyset_get(set, 0);
        ck_assert_int_eq(xcj_key_is_private(member), 1);
        xcj_free(signed_by(member, "{}", &options, &len));
        expect_same_key(member, key, XCJ_PRIVATE);
        xcj_keyset_free(set);
        free(text);
        xcj_free(jwk);
        xcj_key_free(key);
    }
    xcj_keyset *set =
        load("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" ED25519_X "\",\"x\":\"" ED25519_X "\"}]}");
    const xcj_key *wrong = xcj_keyset_get(set, 0);
    char *jwk;
    size_t len;
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    ck_assert_int_eq(xcj_key_to_jwk(&jwk, &len, wrong, XCJ_PRIVATE, &err), XCJ_ERR_KEY);
    expect_error(&err, XCJ_ERR_KEY, "d");
    ck_assert_int_eq(xcj_jws_sign(&jwk, &len, "{}", 2, wrong, &options, NULL, &err), XCJ_ERR_KEY);
    ck_assert_int_eq(xcj_key_to_jwk(&jwk, &len, wrong, XCJ_PUBLIC, &err), XCJ_OK);
    xcj_free(jwk);
    xcj_keyset_free(set);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("keyset");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, texts_that_are_no_set);
    tcase_add_test(tcase, bad_keys_are_skipped_and_listed);
    tcase_add_test(tcase, selection);
    tcase_add_test(tcase, large_sets);
    tcase_add_test(tcase, written_sets);
    tcase_add_test(tcase, the_same_key_twice);
    tcase_add_test(tcase, other_containers);
    tcase_add_test(tcase, maps_of_texts);
    tcase_add_test(tcase, twins_count_once);
    tcase_add_test(tcase, documents_that_are_named);
    tcase_add_test(tcase, one_kid_for_all);
    tcase_add_test(tcase, kids_are_exact);
    tcase_add_test(tcase, broken_twins);
    tcase_add_test(tcase, broken_twins_of_a_use);
    tcase_add_test(tcase, reasons);
    tcase_add_test(tcase, many_bad_keys);
    tcase_add_test(tcase, private_parts_of_a_set);
    tcase_add_test(tcase, options_of_a_set);
    tcase_add_test(tcase, sizes_and_references);
    Suite *s = suite_create("keyset");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
