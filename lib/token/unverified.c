#include <string.h>

#include <xcj/jws.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"
#include "lib/token/compact.h"

#define UNVERIFIED_MAX ((size_t)16 * 1024 * 1024)

struct xcj_unverified {
    xcj_str header;
    xcj_str payload;
    xcj_str signature;
};

static xcj_code decode(char **at, xcj_str *out, const char *what, xcj_str text, xcj_error *err)
{
    size_t len, bad;
    if (!xcj__b64u_decode((uint8_t *)*at, &len, text.ptr, text.len, &bad)) {
        return xcj__fail_at(err, XCJ_ERR_BASE64, what, bad, "the token's %s is not base64url at its offset %zu", what, bad);
    }
    *out = (xcj_str){ *at, len };
    (*at)[len] = '\0';
    *at += len + 1;
    return XCJ_OK;
}

xcj_code xcj_unverified_decode(xcj_unverified **out, const char *token, size_t len, xcj_error *err)
{
    if (!xcj__clear_handle(out) || token == NULL) {
        return xcj__fail_null(err);
    }
    if (len > UNVERIFIED_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "the token has %zu bytes; the limit is %zu", len, UNVERIFIED_MAX);
    }
    xcj__compact parts;
    xcj_code code = xcj__compact_split(&parts, token, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_unverified *result = xcj__alloc(sizeof *result + len + 3);
    if (result == NULL) {
        return xcj__fail_memory(err);
    }
    char *at = (char *)(result + 1);
    code = decode(&at, &result->header, "header", parts.header, err);
    if (code == XCJ_OK) {
        code = decode(&at, &result->payload, "payload", parts.payload, err);
    }
    if (code == XCJ_OK) {
        code = decode(&at, &result->signature, "signature", parts.signature, err);
    }
    if (code == XCJ_OK) {
        code = xcj__json_scan(result->header.ptr, result->header.len, XCJ__JSON_OBJECT, NULL, NULL, NULL, err);
    }
    if (code != XCJ_OK) {
        xcj_free(result);
        return code;
    }
    xcj__error_clear(err);
    *out = result;
    return XCJ_OK;
}

void xcj_unverified_free(xcj_unverified *token)
{
    xcj_free(token);
}

xcj_str xcj_unverified_header(const xcj_unverified *token)
{
    return token != NULL ? token->header : (xcj_str){ NULL, 0 };
}

xcj_str xcj_unverified_payload(const xcj_unverified *token)
{
    return token != NULL ? token->payload : (xcj_str){ NULL, 0 };
}

xcj_str xcj_unverified_signature(const xcj_unverified *token)
{
    return token != NULL ? token->signature : (xcj_str){ NULL, 0 };
}
