/*
 * The examples of RFC 7515, 7517, 7638, 7797, 8037 and 8693.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool is(const json_t *row, const char *name, const char *value)
{
    const char *text = member(row, name);
    return text != NULL && strcmp(text, value) == 0;
}

/* The bytes that a base64url text stands for; absent for NULL. `*block` is to be freed. */
static xcj_str decode(const char *text, uint8_t **block)
{
    *block = malloc(text != NULL ? strlen(text) + 1 : 1);
    size_t len = 0;
    bool decoded = text != NULL && xcj__b64u_decode(*block, &len, text, strlen(text), NULL);
    return (xcj_str){ decoded ? (const char *)*block : NULL, len };
}

/* A deterministic signature made again over the same input is the same. */
static void sign_again(tally *t, const char *id, const json_t *row)
{
    xcj_str token = conform_text(row, "token");
    const char *dot = strrchr(token.ptr, '.');
    xcj_error err;
    xcj_key *key = keys_read(json_object_get(row, "key"), &err);
    uint8_t sig[XCJ__SIGNATURE_MAX];
    char text[XCJ__SIGNATURE_MAX * 2];
    size_t len = 0;
    xcj_alg alg = xcj_alg_from_name(member(row, "alg"), strlen(member(row, "alg")));
    xcj_code code = xcj__key_sign(sig, &len, key, alg, token.ptr, (size_t)(dot - token.ptr), NULL, &err);
    size_t text_len = xcj__b64u_encode(text, sig, len);
    bool same = code == XCJ_OK && text_len == strlen(dot + 1) && memcmp(text, dot + 1, text_len) == 0;
    conform_count(t, id, same, true, "the signature differs");
    xcj_key_free(key);
}

static void run_jws(tally *t, const char *id, const json_t *row)
{
    const json_t *expected = json_object_get(row, "expected");
    const char *result = member(expected, "if_b64_supported");
    result = result != NULL ? result : member(expected, "result");
    char *keys = conform_dump(json_object_get(row, "key"));
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.opaque_payload = is(row, "mode", "jws");
    options.ignore_times = 1;
    options.allow_no_exp = 1;
    uint8_t *block;
    xcj_str payload = decode(member(expected, "payload_b64u"), &block);
    xcj_str detached = conform_text(row, "detached_payload");
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = conform_verifier(&verifier, keys, strlen(keys), &options, &err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, conform_text(row, "token"), detached.ptr != NULL ? &detached : NULL,
                              payload.ptr != NULL ? &payload : NULL, is(row, "form", "json"), &err);
    }
    conform_count(t, id, code == XCJ_OK, strcmp(result, "accept") == 0, err.message);
    if (json_is_true(json_object_get(row, "reproducible"))) {
        sign_again(t, id, row);
    }
    xcj_verifier_free(verifier);
    free(block);
    free(keys);
}

static void run_jwk(tally *t, const char *id, const json_t *row)
{
    const json_t *expected = json_object_get(row, "expected");
    xcj_error err;
    xcj_key *key = keys_read(json_object_get(row, "key"), &err);
    conform_count(t, id, key != NULL, true, err.message);
    if (key == NULL) {
        return;
    }
    keys_expect_thumbprint(t, id, key, XCJ_SHA256, member(expected, "thumbprint_sha256"));
    keys_expect_thumbprint(t, id, key, XCJ_SHA256, member(expected, "thumbprint"));
    keys_expect_pem(t, id, key, XCJ_PUBLIC, member(expected, "spki_pem"));
    keys_expect_pem(t, id, key, XCJ_PRIVATE, member(expected, "pkcs8_pem"));
    /* A key for encryption, or for a key agreement, loads and converts, but neither signs nor verifies. */
    bool is_agreement = xcj_key_curve(key) == XCJ_CURVE_X25519 || xcj_key_curve(key) == XCJ_CURVE_X448;
    if (is_agreement || strcmp(id, "rfc7517-C.1") == 0) {
        conform_count(t, id, xcj_key_algs(key, XCJ_VERIFY, NULL, 0) + xcj_key_algs(key, XCJ_SIGN, NULL, 0) > 0, false,
                      "the key admits an algorithm");
    }
    xcj_key_free(key);
}

static void run_jwks(tally *t, const char *id, const json_t *row)
{
    const json_t *expected = json_object_get(row, "expected");
    const json_t *thumbprints = json_object_get(expected, "thumbprints_sha256");
    char *text = conform_dump(json_object_get(row, "key"));
    xcj_keyset *set;
    xcj_error err;
    xcj_code code = xcj_keyset_from_json(&set, text, strlen(text), NULL, &err);
    size_t wanted = (size_t)json_integer_value(json_object_get(expected, "n_keys"));
    bool whole = code == XCJ_OK && xcj_keyset_count(set) == wanted && xcj_keyset_skipped_count(set) == 0;
    conform_count(t, id, whole, true, "the set has not all its keys");
    for (size_t i = 0; whole && i < wanted; i++) {
        keys_expect_thumbprint(t, id, xcj_keyset_get(set, i), XCJ_SHA256, json_string_value(json_array_get(thumbprints, i)));
    }
    xcj_keyset_free(set);
    free(text);
}

/* Claims of RFC 8693, signed here, are verified and read by pointer. */
static void run_claims(tally *t, const char *id, const json_t *row)
{
    char *claims = conform_dump(json_object_get(row, "claims"));
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_key *key = NULL;
    xcj_verifier *verifier = NULL;
    xcj_verified *verified = NULL;
    char *token = NULL;
    char *actor = NULL;
    size_t len, actor_len;
    xcj_error err;
    options.has_now = 1;
    options.now = 1443904090;
    bool read = xcj_key_generate(&key, XCJ_ES256, 0, &err) == XCJ_OK &&
                xcj_jws_sign(&token, &len, claims, strlen(claims), key, NULL, NULL, &err) == XCJ_OK &&
                xcj_verifier_new_key(&verifier, key, &options, &err) == XCJ_OK &&
                xcj_verify(&verified, verifier, token, len, NULL, &err) == XCJ_OK &&
                xcj_verified_text(&actor, &actor_len, verified, XCJ_CLAIMS, "/act/sub", 8, &err) == XCJ_OK;
    conform_count(t, id, read && is(json_object_get(row, "expected"), "current_actor", actor), true, err.message);
    xcj_free(actor);
    xcj_free(token);
    xcj_verified_free(verified);
    xcj_verifier_free(verifier);
    xcj_key_free(key);
    free(claims);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *kind;
        void (*run)(tally *t, const char *id, const json_t *row);
    } kinds[] = {
        { "jws", run_jws }, { "jwk", run_jwk }, { "jwks", run_jwks }, { "thumbprint", run_jwk }, { "claims", run_claims }
    };
    tally t = { .set = "rfc.json" };
    json_t *set = conform_load(argc > 1 ? argv[1] : "rfc.json");
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(set, "vectors"), i, row)
    {
        bool known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            if (is(row, "kind", kinds[k].kind)) {
                kinds[k].run(&t, member(row, "id"), row);
                known = true;
            }
        }
        if (!known) {
            conform_count(&t, member(row, "id"), false, true, "of a kind that this program does not know");
        }
    }
    json_decref(set);
    return conform_end(&t);
}
