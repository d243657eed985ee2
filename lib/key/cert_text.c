#include "lib/key/cert_text.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/unwrap.h"

static bool starts_nocase(xcj_str text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && xcj__str_is_nocase((xcj_str){ text.ptr, len }, with);
}

static xcj_code refuse(xcj_error *err, const char *what)
{
    return xcj__fail(err, XCJ_ERR_CERTIFICATE, "the client certificate %s", what);
}

/* A plus stays a plus: it is a character of base64, which AWS does not encode. */
static xcj_code decode_url(xcj__buf *out, xcj_str text, xcj_error *err)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '%') {
            xcj__buf_put_char(out, text.ptr[i]);
            continue;
        }
        int high = i + 2 < text.len ? xcj__hex_value(text.ptr[i + 1]) : -1;
        int low = i + 2 < text.len ? xcj__hex_value(text.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return refuse(err, "is URL-encoded, with a % that two hexadecimal digits do not follow");
        }
        xcj__buf_put_char(out, (char)(high << 4 | low));
        i += 2;
    }
    return XCJ_OK;
}

/* RFC 9440 2.2: one Byte Sequence (RFC 8941 3.3.5). */
static xcj_code decode_sequence(xcj__buf *out, xcj_str text, xcj_error *err)
{
    size_t len = 0;
    uint8_t *dst = (uint8_t *)xcj__buf_reserve(out, text.len);
    if (dst == NULL) {
        return XCJ_OK;
    }
    if (text.len < 3 || text.ptr[text.len - 1] != ':' || !xcj__b64_decode(dst, &len, text.ptr + 1, text.len - 2, NULL)) {
        return refuse(err, "begins with a colon, and is not the :base64: of RFC 9440");
    }
    out->len += len;
    return XCJ_OK;
}

/* PEM whose first line has a %, which no PEM has. */
static bool is_url_encoded(xcj_str text)
{
    const char *newline = memchr(text.ptr, '\n', text.len);
    size_t line = newline != NULL ? (size_t)(newline - text.ptr) : text.len;
    return (starts_nocase(text, "-----BEGIN") && memchr(text.ptr, '%', line) != NULL) ||
           starts_nocase(text, "%2D%2D%2D%2D%2DBEGIN");
}

static bool is_xfcc(xcj_str text)
{
    /* Of several lines it is what openssl prints ahead of PEM. */
    bool one_line = memchr(text.ptr, '\n', text.len) == NULL;
    static const char *const keys[] = { "By=", "Hash=", "Cert=", "Chain=", "Subject=", "URI=", "DNS=" };
    for (size_t i = 0; one_line && i < sizeof keys / sizeof keys[0]; i++) {
        if (starts_nocase(text, keys[i])) {
            return true;
        }
    }
    return false;
}

/* The length of a pair, up to its ; or , outside of quotes. */
static size_t pair_len(xcj_str text)
{
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && quoted) {
            i++;
        } else if (text.ptr[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && (text.ptr[i] == ';' || text.ptr[i] == ',')) {
            return i;
        }
    }
    return text.len;
}

/* The Cert of an element on its own: of several, each proxy says another thing, and the text does not tell whom to trust. */
static xcj_code decode_xfcc(xcj__buf *out, xcj_str text, xcj_error *err)
{
    xcj_str cert = { NULL, 0 };
    for (xcj_str rest = text; rest.len > 0;) {
        size_t len = pair_len(rest);
        xcj_str pair = xcj__str_trim((xcj_str){ rest.ptr, len });
        if (len < rest.len && rest.ptr[len] == ',') {
            return refuse(err, "stands in an XFCC header of several elements: give the one that your proxy wrote");
        }
        if (starts_nocase(pair, "Cert=")) {
            if (cert.ptr != NULL) {
                return refuse(err, "is there twice in the XFCC header");
            }
            cert = (xcj_str){ pair.ptr + 5, pair.len - 5 };
        }
        size_t used = len + (len < rest.len);
        rest = (xcj_str){ rest.ptr + used, rest.len - used };
    }
    if (cert.len >= 2 && cert.ptr[0] == '"' && cert.ptr[cert.len - 1] == '"') {
        cert = (xcj_str){ cert.ptr + 1, cert.len - 2 };
    }
    return cert.len > 0 ? decode_url(out, cert, err) : refuse(err, "is missing: the XFCC header has no Cert");
}

static xcj_code decode(xcj__buf *out, xcj_str text, xcj_error *err)
{
    if (text.len == 0 || (uint8_t)text.ptr[0] == 0x30) {
        return XCJ_OK; /* nothing, or DER */
    }
    if (text.ptr[0] == ':') {
        return decode_sequence(out, text, err);
    }
    if (is_url_encoded(text)) {
        return decode_url(out, text, err);
    }
    if (is_xfcc(text)) {
        return decode_xfcc(out, text, err);
    }
    xcj__buf inner;
    if (xcj__unwrap(&inner, text)) {
        *out = inner;
    }
    return XCJ_OK;
}

xcj_code xcj__cert_text(xcj__buf *out, xcj_str text, xcj_error *err)
{
    xcj__buf_init(out);
    xcj_code code = decode(out, xcj__str_trim(text), err);
    if (code == XCJ_OK && out->failed) {
        code = xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        xcj__buf_free(out);
    }
    return code;
}
