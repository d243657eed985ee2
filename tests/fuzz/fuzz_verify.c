/*
 * Verification, compact and JSON. The first character says what follows, the second one which policy:
 *
 *     c: a compact token        d: a compact token without payload, a line feed, the payload
 *     j: a JSON serialisation   s: a header, a line feed, a payload: signed here, so that what comes after the signature is
 *                                  reached
 *     0: an opaque payload      1: a JWT with times     2: without, with a leeway     3: with wishes for every claim
 *
 * What is accepted has a signature that OpenSSL, asked here, accepts too, with the algorithm that the header names.
 */
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>

#include "fuzz.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"

#define POLICIES 4
#define NOW 1800000000

static xcj_verifier *verifiers[POLICIES];
static xcj_scratch *scratch;
static EVP_PKEY *ec;
static EVP_PKEY *ed;
static uint8_t secret[32];

static EVP_PKEY *openssl_of(const xcj_key *key)
{
    uint8_t *der;
    size_t len;
    MUST(xcj_key_to_der(&der, &len, key, XCJ_PUBLIC, NULL) == XCJ_OK);
    const uint8_t *at = der;
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &at, (long)len);
    MUST(pkey != NULL);
    xcj_free(der);
    return pkey;
}

static void make_verifiers(const xcj_keyset *set)
{
    static const xcj_str wanted[] = { { "a", 1 }, { "b", 1 } };
    xcj_verify_options options[POLICIES];
    for (int i = 0; i < POLICIES; i++) {
        options[i] = (xcj_verify_options)XCJ_VERIFY_OPTIONS_INIT;
        options[i].has_now = 1;
        options[i].now = NOW;
    }
    options[0].opaque_payload = 1;
    options[2].allow_no_exp = 1;
    options[2].leeway = 60;
    options[2].all_signatures = 1;
    options[3].audiences = options[3].required = wanted;
    options[3].audiences_count = options[3].required_count = 2;
    options[3].issuer = wanted[0];
    options[3].subject = xcj_text("s");
    options[3].typ = xcj_text("at+jwt");
    options[3].max_age = 3600;
    for (int i = 0; i < POLICIES; i++) {
        MUST(xcj_verifier_new(&verifiers[i], set, &options[i], NULL) == XCJ_OK);
    }
}

static void prepare(void)
{
    xcj_key *keys[] = { key_of(HS256_JWK), key_of(ES256_JWK), key_of(EDDSA_JWK) };
    xcj_keyset *set;
    size_t len;
    MUST(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, 3, NULL) == XCJ_OK);
    MUST(xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    make_verifiers(set);
    ec = openssl_of(keys[1]);
    ed = openssl_of(keys[2]);
    MUST(xcj__b64u_decode(secret, &len, HS256_K, strlen(HS256_K), NULL) && len == sizeof secret);
    xcj_keyset_free(set);
    for (int i = 0; i < 3; i++) {
        xcj_key_free(keys[i]);
    }
}

static void sign(uint8_t mac[32], const char *input, size_t len)
{
    MUST(HMAC(EVP_sha256(), secret, sizeof secret, (const uint8_t *)input, len, mac, NULL) != NULL);
}

static bool openssl_verifies(EVP_PKEY *key, const EVP_MD *hash, const char *input, size_t len, const uint8_t *sig,
                             size_t sig_len)
{
    uint8_t der[160];
    if (key == ec) {
        sig_len = sig_len == 64 ? xcj__der_from_ecdsa(der, sizeof der, sig, 32) : 0;
        sig = der;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    MUST(ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, hash, NULL, key) == 1);
    bool good = sig_len > 0 && EVP_DigestVerify(ctx, sig, sig_len, (const uint8_t *)input, len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

static bool has_valid(const char *alg, xcj_str input, const uint8_t *sig, size_t sig_len)
{
    uint8_t mac[32];
    if (strcmp(alg, "HS256") == 0) {
        sign(mac, input.ptr, input.len);
        return sig_len == sizeof mac && memcmp(mac, sig, sizeof mac) == 0;
    }
    EVP_PKEY *key = strcmp(alg, "ES256") == 0 ? ec : strcmp(alg, "EdDSA") == 0 ? ed : NULL;
    return key != NULL && openssl_verifies(key, key == ec ? EVP_sha256() : NULL, input.ptr, input.len, sig, sig_len);
}

/*
 * `header` and `signature` are base64url, `input` is what was signed. A header with a number beyond jansson's limits has an
 * algorithm, too, which is then not compared.
 */
static bool is_genuine(xcj_str header, xcj_str input, xcj_str signature)
{
    char *text = malloc(header.len + 1);
    uint8_t *sig = malloc(signature.len + 1);
    size_t text_len;
    size_t sig_len;
    MUST(text != NULL && sig != NULL);
    bool good = xcj__b64u_decode((uint8_t *)text, &text_len, header.ptr, header.len, NULL) &&
                xcj__b64u_decode(sig, &sig_len, signature.ptr, signature.len, NULL);
    json_t *json = good ? json_loadb(text, text_len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL) : NULL;
    const char *alg = json_string_value(json_object_get(json, "alg"));
    if (alg != NULL) {
        good = has_valid(alg, input, sig, sig_len);
    } else {
        good = good && json == NULL &&
               (has_valid("HS256", input, sig, sig_len) || has_valid("ES256", input, sig, sig_len) ||
                has_valid("EdDSA", input, sig, sig_len));
    }
    json_decref(json);
    free(sig);
    free(text);
    return good;
}

static bool is_genuine_compact(const char *token, size_t len)
{
    const char *dot = memchr(token, '.', len);
    const char *last = memrchr(token, '.', len);
    MUST(dot != NULL && last != dot);
    xcj_str header = { token, (size_t)(dot - token) };
    xcj_str input = { token, (size_t)(last - token) };
    xcj_str signature = { last + 1, len - input.len - 1 };
    return is_genuine(header, input, signature);
}

static xcj_str member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (xcj_str){ json_string_value(value), json_string_length(value) };
}

static bool is_genuine_part(const json_t *part, xcj_str payload)
{
    xcj_str header = member(part, "protected");
    xcj_str signature = member(part, "signature");
    if (header.ptr == NULL || signature.ptr == NULL || payload.ptr == NULL) {
        return false;
    }
    char *input = malloc(header.len + payload.len + 1);
    MUST(input != NULL);
    memcpy(input, header.ptr, header.len);
    input[header.len] = '.';
    memcpy(input + header.len + 1, payload.ptr, payload.len);
    bool good = is_genuine(header, (xcj_str){ input, header.len + payload.len + 1 }, signature);
    free(input);
    return good;
}

/* jansson refuses some texts for limits of its own: then nothing is said. */
static bool is_genuine_json(const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    if (json == NULL) {
        return true;
    }
    xcj_str payload = member(json, "payload");
    bool good = is_genuine_part(json, payload);
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(json, "signatures"), i, part)
    {
        good = good || is_genuine_part(part, payload);
    }
    json_decref(json);
    return good;
}

static void read_value(const xcj_verified *v, xcj_where where, const char *path)
{
    size_t len = strlen(path);
    xcj_type type = xcj_verified_type(v, where, path, len);
    xcj_str json;
    xcj_str *texts;
    char *text;
    size_t count;
    int64_t integer;
    double number;
    int boolean;
    MUST((xcj_verified_json(&json, v, where, path, len, NULL) == XCJ_OK) == (type != XCJ_TYPE_ABSENT));
    MUST((xcj_verified_text(&text, &count, v, where, path, len, NULL) == XCJ_OK) == (type == XCJ_TYPE_STRING));
    MUST((text != NULL) == (type == XCJ_TYPE_STRING) && (text == NULL || text[count] == '\0'));
    xcj_free(text);
    bool read = xcj_verified_texts(&texts, &count, v, where, path, len, NULL) == XCJ_OK;
    MUST(!read || type == XCJ_TYPE_STRING || type == XCJ_TYPE_ARRAY);
    for (size_t i = 0; read && i < count; i++) {
        MUST(texts[i].ptr[texts[i].len] == '\0');
    }
    xcj_free(texts);
    read = xcj_verified_integer(&integer, v, where, path, len, NULL) == XCJ_OK;
    MUST(!read || type == XCJ_TYPE_NUMBER);
    MUST(!read || xcj_verified_number(&number, v, where, path, len, NULL) == XCJ_OK);
    read = xcj_verified_boolean(&boolean, v, where, path, len, NULL) == XCJ_OK;
    MUST(read == (type == XCJ_TYPE_BOOL));
}

/* Each claim is the one that its name finds, unless the name is a JSON Pointer. */
static void read_claims(const xcj_verified *v)
{
    xcj_str name, json, found;
    xcj_type type;
    for (size_t i = 0; (type = xcj_verified_claim(&name, &json, v, i)) != XCJ_TYPE_ABSENT; i++) {
        if (name.len == 0 || name.ptr[0] != '/') {
            MUST(xcj_verified_type(v, XCJ_CLAIMS, name.ptr, name.len) == type);
            MUST(xcj_verified_json(&found, v, XCJ_CLAIMS, name.ptr, name.len, NULL) == XCJ_OK);
            MUST(found.ptr == json.ptr && found.len == json.len);
        }
    }
}

static void read_all(const xcj_verified *v)
{
    read_claims(v);
    static const char *const paths[] = { "exp", "aud", "/aud/0", "/a/b", "/", "", "/~0/~1", "/a/00" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        read_value(v, XCJ_CLAIMS, paths[i]);
        read_value(v, XCJ_HEADER, paths[i]);
    }
    MUST(xcj_verified_key(v) != NULL && xcj_alg_name(xcj_verified_alg(v)) != NULL);
    MUST(xcj_verified_payload(v).ptr[xcj_verified_payload(v).len] == '\0');
}

/* An expired token is not accepted: as far as jansson reads exp for an integer. */
static void check_times(const xcj_verified *v, char policy)
{
    xcj_str payload = xcj_verified_payload(v);
    json_t *json = json_loadb(payload.ptr, payload.len, JSON_ALLOW_NUL, NULL);
    const json_t *exp = json_object_get(json, "exp");
    if (json != NULL && policy != '0') {
        MUST(exp != NULL || policy == '2');
        MUST(!json_is_integer(exp) || json_integer_value(exp) > NOW - (policy == '2' ? 60 : 0));
    }
    json_decref(json);
}

static bool verify(const char *token, size_t len, char policy, bool is_json)
{
    xcj_verified *verified;
    xcj_error err;
    const xcj_verifier *verifier = verifiers[policy - '0'];
    xcj_code code = is_json ? xcj_verify_json(&verified, verifier, token, len, scratch, &err)
                            : xcj_verify(&verified, verifier, token, len, scratch, &err);
    bool accepted = check_call(code, &verified, &err);
    MUST((is_json ? xcj_verify_json(NULL, verifier, token, len, NULL, NULL)
                  : xcj_verify(NULL, verifier, token, len, NULL, NULL)) == code);
    if (accepted) {
        check_times(verified, policy);
        read_all(verified);
    }
    xcj_verified_free(verified);
    return accepted;
}

static void verify_signed_here(const char *text, size_t len, char policy)
{
    const char *end = len > 0 ? memchr(text, '\n', len) : NULL;
    if (end == NULL) {
        return;
    }
    size_t header_len = (size_t)(end - text);
    size_t payload_len = len - header_len - 1;
    char *token = malloc(len * 2 + 100);
    MUST(token != NULL);
    size_t at = xcj__b64u_encode(token, (const uint8_t *)text, header_len);
    token[at++] = '.';
    at += xcj__b64u_encode(token + at, (const uint8_t *)end + 1, payload_len);
    uint8_t mac[32];
    sign(mac, token, at);
    token[at++] = '.';
    at += xcj__b64u_encode(token + at, mac, sizeof mac);
    if (verify(token, at, policy, false)) {
        MUST(is_genuine_compact(token, at));
    }
    free(token);
}

static void verify_detached(const char *text, size_t len, char policy)
{
    const char *end = len > 0 ? memchr(text, '\n', len) : NULL;
    xcj_verified *verified;
    xcj_error err;
    if (end == NULL) {
        return;
    }
    size_t token_len = (size_t)(end - text);
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    call.payload = (xcj_str){ end + 1, len - token_len - 1 };
    xcj_code code = xcj_verify_with(&verified, verifiers[policy - '0'], text, token_len, &call, scratch, &err);
    if (check_call(code, &verified, &err)) {
        xcj_str payload = xcj_verified_payload(verified);
        MUST(payload.len == len - token_len - 1 && memcmp(payload.ptr, end + 1, payload.len) == 0);
        read_all(verified);
    }
    xcj_verified_free(verified);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || data[1] < '0' || data[1] >= '0' + POLICIES) {
        return -1;
    }
    if (scratch == NULL) {
        prepare();
    }
    const char *text = (const char *)data + 2;
    char policy = (char)data[1];
    xcj_unverified *parts;
    xcj_error err;
    switch (data[0]) {
    case 'c':
        if (verify(text, size - 2, policy, false)) {
            MUST(is_genuine_compact(text, size - 2));
        }
        (void)check_call(xcj_unverified_decode(&parts, text, size - 2, &err), &parts, &err);
        xcj_unverified_free(parts);
        return 0;
    case 'd':
        verify_detached(text, size - 2, policy);
        return 0;
    case 'j':
        if (verify(text, size - 2, policy, true)) {
            MUST(is_genuine_json(text, size - 2));
        }
        return 0;
    case 's':
        verify_signed_here(text, size - 2, policy);
        return 0;
    default:
        return -1;
    }
}
