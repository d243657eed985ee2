/*
 * Keys from any form to any form, byte for byte; malformed keys and PEM texts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* A PEM form of the key gives the same JWK. */
static void from_pem(tally *t, const json_t *row, const char *form)
{
    const char *pem = member(row, form);
    const char *id = member(row, "id");
    if (pem == NULL) {
        return;
    }
    xcj_key *key;
    xcj_error err;
    if (xcj_key_from_pem(&key, pem, strlen(pem), NULL, &err) != XCJ_OK) {
        conform_count(t, id, false, true, err.message);
        return;
    }
    bool is_private = xcj_key_is_private(key);
    bool is_private_form = strcmp(form, "pkcs8_pem") == 0 || strstr(form, "private") != NULL;
    conform_count(t, id, is_private == is_private_form, true, form);
    keys_expect_jwk(t, id, key, is_private ? XCJ_PRIVATE : XCJ_PUBLIC,
                    json_object_get(row, is_private ? "private_jwk" : "public_jwk"));
    xcj_key_free(key);
}

static void one_key(tally *t, const json_t *row)
{
    static const char *const forms[] = { "spki_pem",         "pkcs8_pem",        "pkcs1_private_pem",
                                         "pkcs1_public_pem", "sec1_private_pem", "spki_compressed_pem" };
    static const char *const jwks[] = { "private_jwk", "public_jwk", "decorated_public_jwk" };
    const char *id = member(row, "id");
    for (size_t i = 0; i < sizeof jwks / sizeof jwks[0]; i++) {
        xcj_error err;
        xcj_key *key = keys_read(json_object_get(row, jwks[i]), &err);
        conform_count(t, id, key != NULL, true, err.message);
        if (key == NULL) {
            continue;
        }
        keys_expect_pem(t, id, key, XCJ_PUBLIC, member(row, "spki_pem"));
        keys_expect_thumbprint(t, id, key, XCJ_SHA256, member(row, "thumbprint_sha256"));
        keys_expect_thumbprint(t, id, key, XCJ_SHA512, member(row, "thumbprint_sha512"));
        if (i == 0) {
            keys_expect_pem(t, id, key, XCJ_PRIVATE, member(row, "pkcs8_pem"));
            keys_expect_jwk(t, id, key, XCJ_PRIVATE, json_object_get(row, "private_jwk"));
            keys_expect_jwk(t, id, key, XCJ_PUBLIC, json_object_get(row, "public_jwk"));
        }
        xcj_key_free(key);
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        from_pem(t, row, forms[i]);
    }
}

static void private_pem(tally *t, const char *id, const xcj_key *key, const json_t *row, const json_t *expect)
{
    char *pem;
    size_t len;
    xcj_error err;
    xcj_code code = xcj_key_to_pem(&pem, &len, key, XCJ_PRIVATE, &err);
    bool refused = member(expect, "to_private_pem") != NULL || member(expect, "to_pem") != NULL;
    conform_count(t, id, code == XCJ_OK, !refused, err.message);
    const char *recovered = member(expect, "pkcs8_pem_if_crt_recovered");
    const char *other = member(row, "alt_pkcs8_pem");
    if (recovered != NULL && code == XCJ_OK) {
        bool same = strcmp(pem, recovered) == 0 || (other != NULL && strcmp(pem, other) == 0);
        conform_count(t, id, same, true, "the recovered primes give another PEM");
    }
    xcj_free(pem);
}

static void special(tally *t, const json_t *row)
{
    const char *id = member(row, "id");
    const json_t *expect = json_object_get(row, "expect");
    /* Decided otherwise than the set: an empty oth says that there are no more primes. */
    bool wanted = strncmp(member(expect, "load"), "accept", 6) == 0 || strcmp(id, "s-rsa-oth-empty") == 0;
    xcj_error err;
    xcj_key *key = keys_read(json_object_get(row, "jwk"), &err);
    conform_count(t, id, key != NULL, wanted, err.message);
    if (key == NULL) {
        return;
    }
    const json_t *is_private = json_object_get(expect, "is_private");
    if (is_private != NULL) {
        conform_count(t, id, json_is_true(is_private) == (xcj_key_is_private(key) == 1), true, "private or not");
    }
    keys_expect_pem(t, id, key, XCJ_PUBLIC, member(expect, "spki_pem"));
    keys_expect_thumbprint(t, id, key, XCJ_SHA256, member(expect, "thumbprint_sha256"));
    private_pem(t, id, key, row, expect);
    xcj_key_free(key);
}

static void pem_text(tally *t, const json_t *row)
{
    const char *id = member(row, "id");
    xcj_str pem = conform_text(row, "pem");
    xcj_key *key;
    xcj_error err;
    xcj_code code = xcj_key_from_pem(&key, pem.ptr, pem.len, NULL, &err);
    conform_count(t, id, code == XCJ_OK, strcmp(member(row, "expect"), "accept") == 0, err.message);
    if (code == XCJ_OK) {
        keys_expect_jwk(t, id, key, XCJ_PUBLIC, json_object_get(row, "jwk"));
        xcj_key_free(key);
    }
}

static void each(tally *t, const json_t *list, void (*check)(tally *t, const json_t *row))
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        check(t, row);
    }
}

int main(int argc, char **argv)
{
    tally t = { .set = "convert.json" };
    json_t *set = conform_load(argc > 1 ? argv[1] : "convert.json");
    each(&t, json_object_get(set, "keys"), one_key);
    each(&t, json_object_get(set, "special"), special);
    each(&t, json_object_get(set, "pem"), pem_text);
    json_decref(set);
    return conform_end(&t);
}
