/*
 * The recogniser: any bytes as keys. What is read is no shared secret unless JSON says so, what is read or named cannot be
 * taken for one, and what a reader of one form takes is read as the same set.
 */
#include "roundtrip.h"

#include "lib/key/recognise.h"
#include "lib/key/unwrap.h"

static void expect_no_secret(const uint8_t *data, size_t size)
{
    char *base64 = malloc(xcj__b64_encoded_len(size) + 1);
    MUST(base64 != NULL);
    refuse_secret("", data, size, "", 0);
    refuse_secret("", data, size, "\n", 1);
    refuse_secret("", base64, xcj__b64_encode(base64, data, size), "\n", 1);
    free(base64);
}

static void expect_same(const xcj_keyset *set, const xcj_keyset *other)
{
    MUST(xcj_keyset_count(set) == xcj_keyset_count(other));
    MUST(xcj_keyset_skipped_count(set) == xcj_keyset_skipped_count(other));
    for (size_t i = 0; i < xcj_keyset_count(set) && i < 4; i++) {
        char *jwk[2] = { NULL, NULL };
        const xcj_keyset *const sets[2] = { set, other };
        for (int j = 0; j < 2; j++) {
            const xcj_key *key = xcj_keyset_get(sets[j], i);
            bool is_secret = xcj_key_type(key) == XCJ_KTY_OCT;
            jwk[j] = jwk_text(key, is_secret ? XCJ_PRIVATE : XCJ_PUBLIC);
        }
        MUST(strcmp(jwk[0], jwk[1]) == 0);
        xcj_free(jwk[0]);
        xcj_free(jwk[1]);
    }
}

/* JSON by its first character, although a PEM block may stand in it at the beginning of a line. */
static bool looks_like_json(const uint8_t *data, size_t size)
{
    size_t blank = 0;
    while (blank < size && memchr(" \t\r\n", data[blank], 4) != NULL) {
        blank++;
    }
    return blank < size && (data[blank] == '{' || data[blank] == '[');
}

/* The readers of one form, as they were before anything was recognised. */
static void check_readers(const uint8_t *data, size_t size, const xcj_keyset *set)
{
    xcj_keyset *json;
    xcj_key *key;
    xcj_error err;
    if (check_call(xcj_keyset_from_json(&json, (const char *)data, size, NULL, &err), &json, &err)) {
        MUST(set != NULL);
        expect_same(set, json);
        xcj_keyset_free(json);
    }
    xcj__buf inner;
    bool is_wrapped = xcj__unwrap(&inner, (xcj_str){ (const char *)data, size });
    xcj__buf_free(&inner);
    xcj_code code = data[0] == 0x30 ? xcj_key_from_der(&key, data, size, NULL, &err)
                                    : xcj_key_from_pem(&key, (const char *)data, size, NULL, &err);
    if (check_call(code, &key, &err) && !is_wrapped && !looks_like_json(data, size)) {
        xcj_keyset *one;
        MUST(set != NULL);
        MUST(xcj_keyset_from_keys(&one, (const xcj_key *const *)&key, 1, NULL) == XCJ_OK);
        expect_same(set, one);
        xcj_keyset_free(one);
    }
    xcj_key_free(key);
}

static void check_set(const uint8_t *data, size_t size, const xcj_keyset *set)
{
    xcj_form form = xcj_keyset_form(set);
    bool is_json = form == XCJ_FORM_JWK || form == XCJ_FORM_JWKS;
    MUST(form != XCJ_FORM_NONE);
    for (size_t i = 0; i < xcj_keyset_count(set); i++) {
        MUST(is_json || xcj_key_type(xcj_keyset_get(set, i)) != XCJ_KTY_OCT);
    }
    if (xcj_keyset_count(set) > 0) {
        check_key(xcj_keyset_get(set, 0));
        expect_no_secret(data, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xcj_keyset *set;
    xcj_error err;
    const char *why;
    if (size == 0) {
        return 0;
    }
    if (check_call(xcj_keyset_from_data(&set, data, size, NULL, &err), &set, &err)) {
        check_set(data, size, set);
    } else if (xcj__recognise(data, size, &why) == XCJ__FORM_NAMED) {
        expect_no_secret(data, size);
    }
    check_readers(data, size, set);
    xcj_keyset_free(set);
    return 0;
}
