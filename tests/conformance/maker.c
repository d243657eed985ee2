#include "maker.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/codec/base64url.h"
#include "lib/key/key.h"

#define TOKEN_ROOM ((size_t)4 * 1024 * 1024)

struct made made;

void maker_must(bool holds, const char *what)
{
    if (!holds) {
        printf("the test itself fails: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

void maker_open(void)
{
    made.text = malloc(TOKEN_ROOM);
    made.len = 0;
    maker_must(made.text != NULL, "no memory");
}

void maker_close(void)
{
    free(made.text);
    made.text = NULL;
}

xcj_key *maker_key(xcj_alg alg)
{
    xcj_key *key;
    xcj_error err;
    maker_must(xcj_key_generate(&key, alg, 0, &err) == XCJ_OK, err.message);
    return key;
}

xcj_key *maker_key_with(const xcj_key *key, xcj_part part, const char *member, const char *json)
{
    char *text;
    size_t len;
    xcj_error err;
    maker_must(xcj_key_to_jwk(&text, &len, key, part, &err) == XCJ_OK, err.message);
    json_t *jwk = json_loadb(text, len, 0, NULL);
    xcj_free(text);
    if (json != NULL) {
        json_object_set_new(jwk, member, json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
    } else {
        json_object_del(jwk, member);
    }
    char *changed = conform_dump(jwk);
    xcj_key *copy;
    xcj_code code = xcj_key_from_jwk(&copy, changed, strlen(changed), NULL, &err);
    free(changed);
    json_decref(jwk);
    return code == XCJ_OK ? copy : NULL;
}

xcj_key *maker_secret(const void *bytes, size_t len)
{
    static const char head[] = "{\"kty\":\"oct\",\"k\":\"";
    char *jwk = malloc(sizeof head + xcj__b64u_encoded_len(len) + 2);
    maker_must(jwk != NULL, "no memory");
    memcpy(jwk, head, sizeof head - 1);
    size_t used = sizeof head - 1 + xcj__b64u_encode(jwk + sizeof head - 1, bytes, len);
    memcpy(jwk + used, "\"}", 2);
    xcj_key *key;
    xcj_error err;
    maker_must(xcj_key_from_jwk(&key, jwk, used + 2, NULL, &err) == XCJ_OK, err.message);
    free(jwk);
    return key;
}

void maker_begin(void)
{
    made.len = 0;
}

void maker_put(const void *bytes, size_t len)
{
    maker_must(len <= TOKEN_ROOM - made.len, "a token too long");
    memcpy(made.text + made.len, bytes, len);
    made.len += len;
}

void maker_put_base64url(const void *bytes, size_t len)
{
    maker_must(xcj__b64u_encoded_len(len) <= TOKEN_ROOM - made.len, "a token too long");
    made.len += xcj__b64u_encode(made.text + made.len, bytes, len);
}

void maker_sign(const xcj_key *key, xcj_alg alg)
{
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t len;
    xcj_error err;
    maker_must(xcj__key_sign(sig, &len, key, alg, made.text, made.len, NULL, &err) == XCJ_OK, err.message);
    maker_put(".", 1);
    maker_put_base64url(sig, len);
}

void maker_token(const char *header, const void *payload, size_t payload_len, const xcj_key *key, xcj_alg alg)
{
    maker_begin();
    maker_put_base64url(header, strlen(header));
    maker_put(".", 1);
    maker_put_base64url(payload, payload_len);
    maker_sign(key, alg);
}

void maker_plain(xcj_alg said, const xcj_key *key, xcj_alg alg)
{
    char header[64];
    snprintf(header, sizeof header, "{\"alg\":\"%s\"}", xcj_alg_name(said));
    maker_token(header, "{}", 2, key, alg);
}

void maker_mac(xcj_alg alg, const void *secret, size_t len)
{
    static const char *const hashes[] = { "SHA256", "SHA384", "SHA512" };
    char header[32];
    uint8_t mac[64];
    size_t mac_len = 0;
    snprintf(header, sizeof header, "{\"alg\":\"%s\"}", xcj_alg_name(alg));
    maker_begin();
    maker_put_base64url(header, strlen(header));
    maker_put(".", 1);
    maker_put_base64url("{}", 2);
    maker_must(EVP_Q_mac(NULL, "HMAC", NULL, hashes[alg - XCJ_HS256], NULL, secret, len, (const uint8_t *)made.text,
                         made.len, mac, sizeof mac, &mac_len) != NULL,
               "OpenSSL makes no MAC");
    maker_put(".", 1);
    maker_put_base64url(mac, mac_len);
}

size_t maker_take_signature(uint8_t *sig)
{
    size_t end = made.len;
    size_t len;
    while (made.text[made.len - 1] != '.') {
        made.len--;
    }
    maker_must(xcj__b64u_decode(sig, &len, made.text + made.len, end - made.len, NULL), "the signature does not decode");
    return len;
}

void maker_json(const char *form)
{
    char *copy = malloc(made.len + 1);
    maker_must(copy != NULL, "no memory");
    memcpy(copy, made.text, made.len);
    copy[made.len] = '\0';
    char *parts[3] = { copy, NULL, NULL };
    for (int i = 1; i < 3; i++) {
        parts[i] = strchr(parts[i - 1], '.') + 1;
        parts[i][-1] = '\0';
    }
    maker_begin();
    for (const char *p = form; *p != '\0'; p++) {
        const char *part = *p == '<' ? parts[0] : *p == '|' ? parts[1] : *p == '>' ? parts[2] : NULL;
        if (part != NULL) {
            maker_put(part, strlen(part));
        } else {
            maker_put(*p == '\'' ? "\"" : p, 1);
        }
    }
    free(copy);
}

xcj_verify_options maker_policy(void)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.has_now = 1;
    options.now = NOW;
    options.allow_no_exp = 1;
    return options;
}

static void count(tally *t, const char *id, xcj_code code, xcj_code wanted, const xcj_error *err)
{
    char why[600];
    snprintf(why, sizeof why, "%s, not %s: %s", xcj_code_name(code), xcj_code_name(wanted),
             code == XCJ_OK ? "" : err->message);
    conform_count(t, id, code == XCJ_OK, wanted == XCJ_OK, why);
    if (code != wanted && (code == XCJ_OK) == (wanted == XCJ_OK)) {
        printf("%s: %s: %s\n", t->set, id, why);
        t->wrong++;
    }
}

static xcj_code verify(const xcj_verifier *verifier, xcj_error *err)
{
    size_t blanks = 0;
    while (blanks < made.len && strchr(" \t\r\n", made.text[blanks]) != NULL && made.text[blanks] != '\0') {
        blanks++;
    }
    bool is_json = blanks < made.len && made.text[blanks] == '{';
    return conform_verify(verifier, (xcj_str){ made.text, made.len }, NULL, NULL, is_json, err);
}

void maker_expect_by(tally *t, const char *id, const xcj_verifier *verifier, xcj_code wanted)
{
    xcj_error err;
    xcj_code code = verify(verifier, &err);
    count(t, id, code, wanted, &err);
}

void maker_expect(tally *t, const char *id, const xcj_key *key, const xcj_verify_options *options, xcj_code wanted)
{
    xcj_verifier *verifier;
    xcj_error err;
    xcj_code code = xcj_verifier_new_key(&verifier, key, options, &err);
    if (code == XCJ_OK) {
        code = verify(verifier, &err);
    }
    count(t, id, code, wanted, &err);
    xcj_verifier_free(verifier);
}

void maker_expect_headers(tally *t, const xcj_key *key, const xcj_verify_options *options, const maker_header *cases,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        maker_token(cases[i].header, "{}", 2, key, XCJ_HS256);
        maker_expect(t, cases[i].header, key, options, cases[i].wanted);
    }
}
