#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/token/header.h"
#include "lib/token/header_members.h"
#include "lib/token/header_write.h"
#include "lib/token/signing.h"

/* A verifier accepts 16 by default; no real token has more than 64. */
#define SIGNERS_MAX 64

/* RFC 7515 7.2.1: a parameter is in the protected or the unprotected header, not in both. We require alg, crit and b64 to
 * be protected. */
static xcj_code check_unprotected(xcj_str header, xcj_str unprotected, xcj_error *err)
{
    xcj__header seen;
    xcj__buf names;
    xcj__buf_init(&names);
    xcj_code code = xcj__header_read(&seen, unprotected, NULL, &names, err);
    xcj__buf_free(&names);
    if (code == XCJ_OK && (seen.has_alg || seen.has_crit || seen.has_b64)) {
        code = xcj__fail(err, XCJ_ERR_CONFIG, "alg, crit and b64 must be in the protected header");
    }
    if (code == XCJ_OK) {
        code = xcj__headers_disjoint(header, unprotected, NULL, err);
    }
    if (code != XCJ_ERR_TOKEN && code != XCJ_ERR_CRIT) {
        return code;
    }
    /* A verifier blames the token; here the option is at fault. */
    if (err != NULL) {
        err->code = XCJ_ERR_CONFIG;
    }
    return xcj__fail_within(err, XCJ_ERR_CONFIG, "the unprotected header");
}

/* Makes one signature: writes its protected header into `input` to sign it and into `out` as a member. */
static xcj_code put_one(xcj__buf *out, const xcj__signing *signing, xcj_str payload, xcj_scratch *scratch, xcj_error *err)
{
    xcj__buf input, header;
    xcj__buf_init(&input);
    xcj__buf_init(&header);
    xcj_code code = xcj__sign_input(&input, signing, payload, err);
    if (code == XCJ_OK && signing->options->unprotected.ptr != NULL) {
        code = xcj__jws_put_header(&header, signing->alg, signing->key, signing->options, err);
        if (code == XCJ_OK && header.failed) {
            code = xcj__fail_memory(err);
        }
        if (code == XCJ_OK) {
            code = check_unprotected((xcj_str){ header.ptr, header.len }, signing->options->unprotected, err);
        }
    }
    if (code == XCJ_OK) {
        xcj__buf_put_text(out, "\"protected\":\"");
        xcj__buf_put(out, input.ptr, (size_t)((const char *)memchr(input.ptr, '.', input.len) - input.ptr));
        xcj__buf_put_char(out, '"');
        if (signing->options->unprotected.ptr != NULL) {
            xcj__buf_put_text(out, ",\"header\":");
            xcj__buf_put_str(out, signing->options->unprotected);
        }
        xcj__buf_put_text(out, ",\"signature\":\"");
        code = xcj__put_signature(out, signing, (xcj_str){ input.ptr, input.len }, scratch, err);
        xcj__buf_put_char(out, '"');
    }
    xcj__buf_free(&input);
    xcj__buf_free(&header);
    return code;
}

static xcj_code put_payload(xcj__buf *out, const xcj_jws_options *options, xcj_str payload, xcj_error *err)
{
    if (options->detached) {
        return XCJ_OK;
    }
    xcj__buf_put_text(out, "\"payload\":");
    if (!options->unencoded) {
        xcj__buf_put_char(out, '"');
        xcj__put_base64url(out, payload);
        xcj__buf_put_text(out, "\",");
        return XCJ_OK;
    }
    if (!xcj__utf8_valid(payload.ptr, payload.len)) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "an unencoded payload (b64=false) in a JSON serialisation must be UTF-8");
    }
    xcj__json_put_string(out, payload);
    xcj__buf_put_char(out, ',');
    return XCJ_OK;
}

static xcj_code put_all(xcj__buf *out, const xcj_jws_signer *signers, size_t count, xcj_str payload, xcj_scratch *scratch,
                        xcj_error *err)
{
    xcj_jws_options first = { 0 };
    xcj_code code = XCJ_OK;
    xcj__buf_put_char(out, '{');
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        xcj_jws_options given;
        xcj__signing signing;
        code = signers[i].key == NULL ? xcj__fail_null(err)
                                      : xcj__signing_open(&signing, signers[i].key, signers[i].options, &given, err);
        if (code == XCJ_OK && i == 0) {
            first = given;
            code = put_payload(out, &given, payload, err);
            xcj__buf_put_text(out, count > 1 ? "\"signatures\":[" : "");
        }
        if (code == XCJ_OK && (given.detached != first.detached || given.unencoded != first.unencoded)) {
            code = xcj__fail(err, XCJ_ERR_ARGUMENT, "detached and unencoded are the same for all signers (RFC 7797 3)");
        }
        if (code == XCJ_OK) {
            xcj__buf_put_text(out, count == 1 ? "" : i == 0 ? "{" : ",{");
            code = put_one(out, &signing, payload, scratch, err);
            xcj__buf_put_text(out, count == 1 ? "" : "}");
        }
    }
    xcj__buf_put_text(out, count == 1 ? "}" : "]}");
    return code;
}

xcj_code xcj_jws_sign_json(char **out, size_t *out_len, const void *payload, size_t payload_len,
                           const xcj_jws_signer *signers, size_t count, xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || signers == NULL || (payload == NULL && payload_len > 0)) {
        return xcj__fail_null(err);
    }
    if (count == 0 || count > SIGNERS_MAX) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "a JSON serialisation has 1 to %d signers", SIGNERS_MAX);
    }
    xcj__buf text;
    xcj__buf_init(&text);
    xcj_code code = put_all(&text, signers, count, (xcj_str){ payload != NULL ? payload : "", payload_len }, scratch, err);
    if (code != XCJ_OK) {
        xcj__buf_free(&text);
        return code;
    }
    xcj__error_clear(err);
    return xcj__buf_take(&text, out, out_len, err);
}
