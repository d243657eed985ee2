#include "lib/key/pem.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"
#define LINE_BYTES 48 /* 64 columns */

/* Where the needle begins at or after `from`; len if nowhere. */
static size_t find(const char *text, size_t len, size_t from, const char *needle)
{
    size_t need = strlen(needle);
    while (from < len && len - from >= need) {
        const char *dash = memchr(text + from, '-', len - from - need + 1);
        if (dash == NULL) {
            return len;
        }
        from = (size_t)(dash - text);
        if (memcmp(dash, needle, need) == 0) {
            return from;
        }
        from++;
    }
    return len;
}

bool xcj__pem_sniff(const char *text, size_t len)
{
    return find(text, len, 0, BEGIN) != len;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "Proc-Type: 4,ENCRYPTED" and the like: the armour of RFC 1421, encrypted with a key that MD5 stretches. */
static bool has_headers(xcj_str body)
{
    return body.len > 0 && memchr(body.ptr, ':', body.len) != NULL;
}

static xcj_code decode_body(xcj__pem *out, const char *text, xcj_str body, xcj_error *err)
{
    if (has_headers(body)) {
        return xcj__fail_at(err, XCJ_ERR_PASSPHRASE, "PEM", (size_t)(body.ptr - text),
                            "the PEM block has headers (an old encryption?): convert it with openssl pkcs8 -topk8");
    }
    char *packed = xcj__alloc(body.len + 1);
    if (packed == NULL) {
        return xcj__fail_memory(err);
    }
    size_t used = 0;
    for (size_t i = 0; i < body.len; i++) {
        if (!is_space(body.ptr[i])) {
            packed[used++] = body.ptr[i];
        }
    }
    out->der = (uint8_t *)packed;
    size_t bad;
    if (used == 0 || !xcj__b64_decode(out->der, &out->der_len, packed, used, &bad)) {
        xcj__pem_free(out);
        return xcj__fail_at(err, XCJ_ERR_BASE64, "PEM", (size_t)(body.ptr - text), "the PEM block at offset %zu %s",
                            (size_t)(body.ptr - text), used == 0 ? "is empty" : "is not base64");
    }
    return XCJ_OK;
}

static xcj_code malformed(xcj_error *err, size_t offset, const char *what)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", offset, "%s, at offset %zu", what, offset);
}

xcj_code xcj__pem_read(xcj__pem *out, const char *text, size_t len, size_t *at, xcj_error *err)
{
    *out = (xcj__pem){ { NULL, 0 }, NULL, 0 };
    size_t begin = find(text, len, *at, BEGIN);
    if (begin == len) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET, "there is no PEM block");
    }
    size_t label = begin + strlen(BEGIN);
    size_t label_end = find(text, len, label, DASHES);
    size_t body = label_end + strlen(DASHES);
    if (label_end == len || memchr(text + label, '\n', label_end - label) != NULL) {
        return malformed(err, begin, "the PEM block's BEGIN line does not end in five dashes");
    }
    size_t end = find(text, len, body, END);
    if (end == len) {
        return malformed(err, begin, "the PEM block has no END line");
    }
    out->label = (xcj_str){ text + label, label_end - label };
    size_t end_label = end + strlen(END);
    size_t tail = end_label + out->label.len;
    if (tail + strlen(DASHES) > len || memcmp(text + end_label, out->label.ptr, out->label.len) != 0 ||
        memcmp(text + tail, DASHES, strlen(DASHES)) != 0) {
        return malformed(err, end, "the PEM block's END line does not match its BEGIN line");
    }
    *at = tail + strlen(DASHES);
    return decode_body(out, text, (xcj_str){ text + body, end - body }, err);
}

void xcj__pem_free(xcj__pem *pem)
{
    xcj_free(pem->der);
    pem->der = NULL;
    pem->der_len = 0;
}

void xcj__pem_write(xcj__buf *out, const char *label, const uint8_t *der, size_t len)
{
    xcj__buf_put_text(out, BEGIN);
    xcj__buf_put_text(out, label);
    xcj__buf_put_text(out, DASHES "\n");
    for (size_t i = 0; i < len; i += LINE_BYTES) {
        size_t line = len - i < LINE_BYTES ? len - i : LINE_BYTES;
        char *dst = xcj__buf_reserve(out, xcj__b64_encoded_len(line));
        if (dst != NULL) {
            out->len += xcj__b64_encode(dst, der + i, line);
        }
        xcj__buf_put_char(out, '\n');
    }
    xcj__buf_put_text(out, END);
    xcj__buf_put_text(out, label);
    xcj__buf_put_text(out, DASHES "\n");
}
