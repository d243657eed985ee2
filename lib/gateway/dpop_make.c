#include <string.h>

#include <xcj/jws.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/dpop.h"
#include "lib/gateway/uri.h"
#include "lib/key/key.h"
#include "lib/key/random.h"

static void put_claim(xcj__buf *out, const char *name, xcj_str value)
{
    xcj__buf_put_text(out, out->len > 1 ? ",\"" : "\"");
    xcj__buf_put_text(out, name);
    xcj__buf_put_text(out, "\":");
    xcj__json_put_string(out, value);
}

static xcj_code put_claims(xcj__buf *out, const xcj_dpop_request *request, xcj_scratch *scratch, xcj_error *err)
{
    char uuid[XCJ__UUID_LEN];
    char hash[XCJ__JKT_SIZE];
    xcj_code code = xcj__random_uuid(uuid, scratch, err);
    if (code == XCJ_OK && request->token.ptr != NULL) {
        code = xcj__dpop_token_hash(hash, request->token, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf_put_char(out, '{');
    put_claim(out, "jti", (xcj_str){ uuid, sizeof uuid });
    put_claim(out, "htm", request->method);
    put_claim(out, "htu", xcj__uri_without_query(request->uri));
    xcj__buf_put_text(out, ",\"iat\":");
    xcj__buf_put_int(out, xcj__dpop_now(request));
    if (request->token.ptr != NULL) {
        put_claim(out, "ath", xcj_text(hash));
    }
    if (request->nonces_count > 0) {
        put_claim(out, "nonce", request->nonces[0]);
    }
    xcj__buf_put_char(out, '}');
    return XCJ_OK;
}

static xcj_code check_request(const xcj_dpop_request *request, xcj_error *err)
{
    xcj__buf normal;
    char storage[XCJ_DPOP_MAX];
    xcj__buf_init_on(&normal, storage, sizeof storage);
    const bool is_uri = xcj__uri_put_normal(&normal, request->uri);
    const bool failed = normal.failed;
    xcj__buf_free(&normal);
    if (failed) {
        return xcj__fail_memory(err);
    }
    const xcj_str nonce = request->nonces_count > 0 ? request->nonces[0] : xcj_text("");
    if (!is_uri || !xcj__utf8_valid(request->method.ptr, request->method.len) || nonce.ptr == NULL ||
        !xcj__utf8_valid(nonce.ptr, nonce.len)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, is_uri ? "method" : "uri", XCJ_NO_OFFSET, "%s",
                            is_uri ? "method or nonce is not UTF-8"
                                   : "the URI is not absolute, or has characters that no URI has");
    }
    return XCJ_OK;
}

static xcj_code make(char **out, size_t *out_len, const xcj_key *key, const xcj_dpop_request *request, xcj_jws_options *jws,
                     xcj_scratch *scratch, xcj_error *err)
{
    xcj__buf claims;
    xcj__buf header;
    xcj__buf_init(&claims);
    xcj__buf_init(&header);
    xcj__buf_put_text(&header, "{\"jwk\":");
    xcj__key_put_canonical(&header, key); /* no labels: the proof's alg says what the key is for */
    xcj__buf_put_char(&header, '}');
    xcj_code code = put_claims(&claims, request, scratch, err);
    if (code == XCJ_OK && (claims.failed || header.failed)) {
        code = xcj__fail_memory(err);
    }
    if (code == XCJ_OK) {
        jws->header = (xcj_str){ header.ptr, header.len };
        code = xcj_jws_sign(out, out_len, claims.ptr, claims.len, key, jws, scratch, err);
    }
    xcj__buf_free(&claims);
    xcj__buf_free(&header);
    return code;
}

xcj_code xcj_dpop_make(char **out, size_t *out_len, const xcj_key *key, const xcj_dpop_request *request, xcj_alg alg,
                       xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL || request == NULL) {
        return xcj__fail_null(err);
    }
    xcj_dpop_request given;
    xcj_jws_options jws = XCJ_JWS_OPTIONS_INIT;
    jws.typ = xcj_text("dpop+jwt");
    jws.kid = xcj_text("");
    xcj_code code = xcj__dpop_request_read(&given, request, err);
    if (code == XCJ_OK) {
        code = check_request(&given, err);
    }
    if (code == XCJ_OK) {
        code = xcj_key_sign_alg(&jws.alg, key, alg, err);
    }
    if (code == XCJ_OK && xcj__alg_row(jws.alg)->scheme == XCJ__HMAC) {
        code = xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "a DPoP proof needs a key pair, not a shared secret");
    }
    return code == XCJ_OK ? make(out, out_len, key, &given, &jws, scratch, err) : code;
}

xcj_code xcj_dpop_nonce(char *buf, size_t cap, xcj_scratch *scratch, xcj_error *err)
{
    if (buf == NULL) {
        return xcj__fail_null(err);
    }
    if (cap < XCJ_DPOP_NONCE_LEN) {
        return xcj__fail_buffer(err, "nonce", XCJ_DPOP_NONCE_LEN, cap);
    }
    xcj_code code = xcj__random_uuid(buf, scratch, err);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
