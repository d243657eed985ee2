#include "lib/key/secret_text.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

static bool decode_hex(xcj__buf *text)
{
    const size_t from = text->len >= 2 && text->ptr[0] == '0' && (text->ptr[1] | 0x20) == 'x' ? 2 : 0;
    const size_t len = (text->len - from) / 2;
    if (text->len % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        const int high = xcj__hex_value(text->ptr[from + 2 * i]);
        const int low = xcj__hex_value(text->ptr[from + 2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        text->ptr[i] = (char)(high << 4 | low);
    }
    text->len = len;
    return true;
}

/* Either alphabet, but not a mixture; what is padded is padded fully (RFC 4648 3.2). */
static bool decode_base64(xcj__buf *text, bool is_url)
{
    size_t len = text->len;
    while (len > 0 && text->len - len < 2 && text->ptr[len - 1] == '=') {
        len--;
    }
    if (len != text->len && text->len % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i < len && !is_url; i++) {
        char *c = &text->ptr[i];
        if (*c == '-' || *c == '_') {
            return false;
        }
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    }
    return xcj__b64u_decode((uint8_t *)text->ptr, &text->len, text->ptr, len, NULL);
}

static bool decode(xcj__buf *text, xcj_secret_encoding encoding)
{
    return text->len > 0 &&
           (encoding == XCJ_SECRET_HEX ? decode_hex(text) : decode_base64(text, encoding == XCJ_SECRET_BASE64URL));
}

static void put_squeezed(xcj__buf *to, xcj_str text)
{
    char *dst = xcj__buf_reserve(to, text.len);
    for (size_t i = 0; dst != NULL && i < text.len; i++) {
        if (!xcj__is_space(text.ptr[i])) {
            to->ptr[to->len++] = text.ptr[i];
        }
    }
}

/* The two alphabets of base64 are easily confused. */
static xcj_code not_encoded(xcj_str text, xcj_secret_encoding encoding, xcj_error *err)
{
    static const char *const names[] = { "base64", "base64url", "hexadecimal" };
    const bool has_url = memchr(text.ptr, '-', text.len) != NULL || memchr(text.ptr, '_', text.len) != NULL;
    const bool has_plain = memchr(text.ptr, '+', text.len) != NULL || memchr(text.ptr, '/', text.len) != NULL;
    const char *why = encoding == XCJ_SECRET_BASE64 && has_url        ? ": - and _ belong to base64url"
                      : encoding == XCJ_SECRET_BASE64URL && has_plain ? ": + and / belong to base64"
                                                                      : "";
    return xcj__fail_at(err, XCJ_ERR_KEY, "k", XCJ_NO_OFFSET, "the secret is not %s%s", names[encoding - XCJ_SECRET_BASE64],
                        why);
}

xcj_code xcj__secret_decode(xcj__buf *out, xcj_str text, xcj_secret_encoding encoding, xcj_error *err)
{
    xcj__buf_init(out);
    if (encoding < XCJ_SECRET_RAW || encoding > XCJ_SECRET_HEX) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "secret_encoding", XCJ_NO_OFFSET, "there is no such secret_encoding");
    }
    if (encoding == XCJ_SECRET_RAW) {
        xcj__buf_put_str(out, text);
        return out->failed ? xcj__fail_memory(err) : XCJ_OK;
    }
    put_squeezed(out, text);
    if (out->failed) {
        return xcj__fail_memory(err);
    }
    return decode(out, encoding) ? XCJ_OK : not_encoded(text, encoding, err);
}
