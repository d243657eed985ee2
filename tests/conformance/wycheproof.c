/*
 * The JOSE part of Wycheproof, with the expectations of a strict verifier where they differ from its labels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

static json_t *load(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return conform_load(path);
}

/* "accept", "reject", or NULL when either will do. */
static const char *wanted_of(const json_t *test, const json_t *overrides)
{
    char id[32];
    snprintf(id, sizeof id, "%d", (int)json_integer_value(json_object_get(test, "tcId")));
    const char *expect = json_string_value(json_object_get(json_object_get(overrides, id), "expect"));
    if (expect != NULL) {
        return strcmp(expect, "either") == 0 ? NULL : expect;
    }
    bool valid = strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
    return valid ? "accept" : "reject";
}

static void run_test(tally *t, const char *keys, const json_t *test, const json_t *overrides)
{
    char id[160];
    snprintf(id, sizeof id, "%d (%s)", (int)json_integer_value(json_object_get(test, "tcId")),
             json_string_value(json_object_get(test, "comment")));
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, keys, strlen(keys), &options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, conform_text(test, "jws"), NULL, NULL, false, &err);
    }
    const char *wanted = wanted_of(test, overrides);
    conform_count(t, id, code == XCJ_OK, wanted == NULL ? code == XCJ_OK : strcmp(wanted, "accept") == 0, err.message);
    xcj_verifier_free(verifier);
}

static void run_set(tally *t, const json_t *set, const json_t *overrides)
{
    size_t i, j;
    json_t *group, *test;
    json_array_foreach(json_object_get(set, "testGroups"), i, group)
    {
        const json_t *jwk = json_object_get(group, "public");
        char *keys = conform_dump(jwk != NULL ? jwk : json_object_get(group, "private"));
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            run_test(t, keys, test, overrides);
        }
        free(keys);
    }
}

/* The one JSON serialisation: refused where compact is expected, accepted where JSON is. */
static void run_json(tally *t, const json_t *set)
{
    const json_t *group = json_array_get(json_object_get(set, "testGroups"), 0);
    const json_t *test = json_array_get(json_object_get(group, "tests"), 0);
    char *keys = conform_dump(json_object_get(group, "private"));
    char *text = conform_dump(json_object_get(test, "jws"));
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = 1;
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, keys, strlen(keys), &options, &err);
    xcj_str token = { text, strlen(text) };
    bool ready = code == XCJ_OK;
    conform_count(t, "17, as JSON", ready && conform_verify(verifier, token, NULL, NULL, true, &err) == XCJ_OK, true,
                  err.message);
    conform_count(t, "17, as compact", ready && conform_verify(verifier, token, NULL, NULL, false, &err) == XCJ_OK, false,
                  err.message);
    xcj_verifier_free(verifier);
    free(keys);
    free(text);
}

/* Some of these PEM texts are PKCS#1: then it is the key that must be the same. */
static void run_pair(tally *t, const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    const char *pem = json_string_value(json_object_get(row, "pem"));
    bool is_private = strcmp(json_string_value(json_object_get(row, "kind")), "private") == 0;
    xcj_part part = is_private ? XCJ_PRIVATE : XCJ_PUBLIC;
    xcj_error err;
    xcj_key *from_jwk = keys_read(json_object_get(row, "jwk"), &err);
    conform_count(t, id, from_jwk != NULL, true, err.message);
    xcj_key *from_pem = NULL;
    conform_count(t, id, xcj_key_from_pem(&from_pem, pem, strlen(pem), NULL, &err) == XCJ_OK, true, err.message);
    if (from_jwk != NULL && from_pem != NULL) {
        char *own;
        size_t len;
        if (xcj_key_to_pem(&own, &len, from_pem, part, &err) == XCJ_OK) {
            keys_expect_pem(t, id, from_jwk, part, strncmp(pem, "-----BEGIN RSA ", 15) == 0 ? own : pem);
        }
        xcj_free(own);
    }
    xcj_key_free(from_jwk);
    xcj_key_free(from_pem);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    json_t *expectations = load(folder, "expectations.json");
    const json_t *overrides = json_object_get(expectations, "overrides");
    static const struct {
        const char *file;
        const char *name;
    } sets[] = { { "json_web_signature_test.json", "json_web_signature" }, { "json_web_key_test.json", "json_web_key" } };
    int status = EXIT_SUCCESS;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        tally t = { .set = sets[i].name };
        json_t *set = load(folder, sets[i].file);
        run_set(&t, set, json_object_get(overrides, sets[i].name));
        json_decref(set);
        status |= conform_end(&t);
    }
    tally crypto = { .set = "json_web_crypto" };
    json_t *set = load(folder, "json_web_crypto_test.json");
    run_json(&crypto, set);
    json_decref(set);
    status |= conform_end(&crypto);
    tally pairs = { .set = "jwk_pem_pairs" };
    set = load(folder, "jwk_pem_pairs.json");
    const json_t *list = json_is_array(set) ? set : json_object_get(set, "pairs");
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        run_pair(&pairs, row);
    }
    json_decref(set);
    json_decref(expectations);
    return status | conform_end(&pairs);
}
