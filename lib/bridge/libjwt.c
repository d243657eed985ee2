#include <jwt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <xcj/jws.h>
#include <xcj/libjwt.h>

#include "lib/bridge/bridge.h"

/* libjwt's getters do not change their argument but do not declare it const. */
static jwt_t *unchanged(const jwt_t *jwt)
{
    return (jwt_t *)(uintptr_t)jwt;
}

static xcj_code bad_call(xcj_error *err)
{
    return xcj__bridge_fail(err, XCJ_ERR_ARGUMENT, "a required pointer is NULL");
}

/* Adds an object's members to a jwt_t. libjwt does not report why it refuses, so find the reason again. */
static xcj_code add(jwt_t *jwt, int (*put)(jwt_t *jwt, const char *json), xcj_str text, xcj_error *err)
{
    bool has_nul = memchr(text.ptr, '\0', text.len) != NULL;
    if (!has_nul && put(jwt, text.ptr) == 0) {
        return XCJ_OK;
    }
    json_t *value;
    xcj_code code = xcj__bridge_load(&value, text, 0, err);
    json_decref(value);
    return code != XCJ_OK ? code : xcj__bridge_fail_memory(err);
}

/* Sets the key in the form that libjwt accepts: an oct secret unchanged, every other key as PEM. */
static xcj_code set_key(jwt_t *jwt, const xcj_key *key, jwt_alg_t alg, xcj_part part, xcj_error *err)
{
    uint8_t *secret = NULL;
    char *pem = NULL;
    size_t len;
    bool is_oct = xcj_key_type(key) == XCJ_KTY_OCT;
    xcj_code code = is_oct ? xcj_key_to_secret(&secret, &len, key, err) : xcj_key_to_pem(&pem, &len, key, part, err);
    if (code == XCJ_OK && (len > INT_MAX || jwt_set_alg(jwt, alg, is_oct ? secret : (uint8_t *)pem, (int)len) != 0)) {
        code = xcj__bridge_fail_memory(err);
    }
    xcj_free(secret);
    xcj_free(pem);
    return code;
}

/* Fills a jwt_t as jwt_decode() does. */
static xcj_code fill(jwt_t *jwt, const xcj_verified *verified, xcj_error *err)
{
    xcj_code code = add(jwt, jwt_add_headers_json, xcj_verified_header(verified), err);
    if (code == XCJ_OK) {
        code = add(jwt, jwt_add_grants_json, xcj_verified_payload(verified), err);
    }
    jwt_alg_t alg = jwt_str_alg(xcj_alg_name(xcj_verified_alg(verified)));
    if (code == XCJ_OK && alg != JWT_ALG_INVAL) {
        code = set_key(jwt, xcj_verified_key(verified), alg, XCJ_PUBLIC, err);
    }
    return code;
}

xcj_code xcj_jwt_verify(jwt_t **out, const xcj_verifier *verifier, const char *token, size_t len, xcj_scratch *scratch,
                        xcj_error *err)
{
    if (out == NULL) {
        return bad_call(err);
    }
    *out = NULL;
    xcj_verified *verified = NULL;
    xcj_code code = xcj_verify(&verified, verifier, token, len, scratch, err);
    if (code != XCJ_OK) {
        return code;
    }
    jwt_t *jwt = NULL;
    code = jwt_new(&jwt) == 0 ? fill(jwt, verified, err) : xcj__bridge_fail_memory(err);
    xcj_verified_free(verified);
    if (code != XCJ_OK) {
        jwt_free(jwt);
        return code;
    }
    *out = jwt;
    return xcj__bridge_done(err);
}

xcj_code xcj_jwt_from_auth(jwt_t **out, const xcj_auth *auth, const xcj_mint_options *options, xcj_scratch *scratch,
                           xcj_error *err)
{
    if (out == NULL) {
        return bad_call(err);
    }
    *out = NULL;
    char *claims = NULL;
    size_t len = 0;
    xcj_code code = xcj_auth_claims(&claims, &len, auth, options, scratch, err);
    if (code != XCJ_OK) {
        return code;
    }
    jwt_t *jwt = NULL;
    code = jwt_new(&jwt) == 0 ? add(jwt, jwt_add_grants_json, (xcj_str){ claims, len }, err) : xcj__bridge_fail_memory(err);
    xcj_free(claims);
    if (code != XCJ_OK) {
        jwt_free(jwt);
        return code;
    }
    *out = jwt;
    return xcj__bridge_done(err);
}

/* The PS algorithms of libjwt 1.12 and later accept only keys with the type RSASSA-PSS; ours have the type RSA. */
static bool takes_our_keys(xcj_alg alg)
{
    const bool is_pss = alg == XCJ_PS256 || alg == XCJ_PS384 || alg == XCJ_PS512;
    return !is_pss && jwt_str_alg(xcj_alg_name(alg)) != JWT_ALG_INVAL;
}

xcj_code xcj_jwt_set_key(jwt_t *jwt, const xcj_key *key, xcj_alg alg, xcj_error *err)
{
    if (jwt == NULL || key == NULL) {
        return bad_call(err);
    }
    xcj_code code = xcj_key_sign_alg(&alg, key, alg, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (!takes_our_keys(alg)) {
        return xcj__bridge_fail(err, XCJ_ERR_ALG, "libjwt does not have the key's algorithm: use xcj_jwt_sign()");
    }
    code = set_key(jwt, key, jwt_str_alg(xcj_alg_name(alg)), XCJ_PRIVATE, err);
    return code == XCJ_OK ? xcj__bridge_done(err) : code;
}

/* Reads a header parameter that has its own option; an absent one stays absent. */
static xcj_code take_text(xcj_str *out, const json_t *headers, const char *name, xcj_error *err)
{
    const json_t *value = json_object_get(headers, name);
    if (value != NULL && !json_is_string(value)) {
        return xcj__bridge_fail(err, XCJ_ERR_CONFIG, "the header's typ and kid must be strings");
    }
    if (value != NULL) {
        *out = (xcj_str){ json_string_value(value), json_string_length(value) };
    }
    return XCJ_OK;
}

/* The header parameters without an option, as JSON. NULL if out of memory. */
static char *rest_of(const json_t *headers)
{
    static const char *const taken[] = { "alg", "typ", "kid" };
    json_t *rest = json_copy((json_t *)(uintptr_t)headers);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        (void)json_object_del(rest, taken[i]);
    }
    char *text = rest != NULL ? json_dumps(rest, JSON_COMPACT) : NULL;
    json_decref(rest);
    return text;
}

static xcj_code read_headers(json_t **out, const jwt_t *jwt, xcj_error *err)
{
    char *text = jwt_get_headers_json(unchanged(jwt), NULL);
    *out = NULL;
    if (text == NULL) {
        return xcj__bridge_fail_memory(err);
    }
    xcj_code code = xcj__bridge_load(out, xcj_text(text), JSON_ALLOW_NUL, err);
    xcj__bridge_drop(text);
    return code;
}

xcj_code xcj_jwt_sign(char **out, size_t *out_len, const jwt_t *jwt, const xcj_key *key, xcj_alg alg, xcj_scratch *scratch,
                      xcj_error *err)
{
    if (out != NULL) {
        *out = NULL;
    }
    if (out_len != NULL) {
        *out_len = 0;
    }
    if (out == NULL || out_len == NULL || jwt == NULL || key == NULL) {
        return bad_call(err);
    }
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    json_t *headers;
    char *rest = NULL;
    char *claims = NULL;
    xcj_code code = read_headers(&headers, jwt, err);
    if (code != XCJ_OK) {
        return code;
    }
    options.alg = alg;
    options.typ = xcj_text("JWT");
    code = take_text(&options.typ, headers, "typ", err);
    if (code == XCJ_OK) {
        code = take_text(&options.kid, headers, "kid", err);
    }
    if (code != XCJ_OK) {
        goto out;
    }
    rest = rest_of(headers);
    claims = jwt_get_grants_json(unchanged(jwt), NULL);
    options.header = xcj_text(rest);
    code = rest != NULL && claims != NULL ? xcj_jws_sign(out, out_len, claims, strlen(claims), key, &options, scratch, err)
                                          : xcj__bridge_fail_memory(err);
out:
    xcj__bridge_drop(claims);
    xcj__bridge_drop(rest);
    json_decref(headers);
    return code;
}
