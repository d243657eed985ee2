#include "lib/key/pem.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"
#define LINE_BYTES 48 /* 64 columns */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t line_end(const char *text, size_t len, size_t from)
{
    while (from < len && text[from] != '\n' && text[from] != '\r') {
        from++;
    }
    return from;
}

/* Where a line begins with the needle (blanks before it are fine), at or after `from`, where a line begins; len if none
 * does.
 */
static size_t find_line(const char *text, size_t len, size_t from, const char *needle)
{
    size_t need = strlen(needle);
    while (from < len) {
        while (from < len && is_space(text[from])) {
            from++;
        }
        if (len - from >= need && memcmp(text + from, needle, need) == 0) {
            return from;
        }
        from = line_end(text, len, from);
    }
    return len;
}

/* Binary data, such as DER that has a block of PEM inside, is no text that may stand before a block. */
static bool is_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((uint8_t)text[i] < ' ' && !is_space(text[i]) && text[i] != '\f' && text[i] != '\v') {
            return false;
        }
    }
    return true;
}

static size_t find_begin(const char *text, size_t len, size_t from)
{
    static const char bom[] = "\xef\xbb\xbf";
    bool has_bom = from == 0 && len >= 3 && memcmp(text, bom, 3) == 0;
    size_t begin = find_line(text, len, has_bom ? 3 : from, BEGIN);
    return begin < len && is_text(text + from, begin - from) ? begin : len;
}

bool xcj__pem_sniff(const char *text, size_t len)
{
    return find_begin(text, len, 0) != len;
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

/* The block whose BEGIN line starts at `begin`; *at moves behind the END line. */
static xcj_code read_block(xcj__pem *out, const char *text, size_t len, size_t begin, size_t *at, xcj_error *err)
{
    size_t label = begin + strlen(BEGIN);
    size_t body = line_end(text, len, label);
    size_t label_end = body;
    while (label_end > label && is_space(text[label_end - 1])) {
        label_end--;
    }
    if (label_end - label < strlen(DASHES) || memcmp(text + label_end - strlen(DASHES), DASHES, strlen(DASHES)) != 0) {
        return malformed(err, begin, "the PEM block's BEGIN line does not end in five dashes");
    }
    label_end -= strlen(DASHES);
    size_t end = find_line(text, len, body, END);
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
    *at = line_end(text, len, tail + strlen(DASHES));
    return decode_body(out, text, (xcj_str){ text + body, end - body }, err);
}

/* The next block at or after *at. */
static xcj_code read_next(xcj__pem *out, const char *text, size_t len, size_t *at, xcj_error *err)
{
    *out = (xcj__pem){ { NULL, 0 }, NULL, 0 };
    size_t begin = find_begin(text, len, *at);
    if (begin == len) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET, "there is no PEM block");
    }
    return read_block(out, text, len, begin, at, err);
}

/* Is there what `openssl x509 -text` or `openssl req -text` prints, which shows the values of others as they are? */
static bool has_dump(const char *text, size_t len)
{
    static const char *const titles[] = { "Certificate:", "Certificate Request:" };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (find_line(text, len, 0, titles[i]) != len) {
            return true;
        }
    }
    return false;
}

/* Are there blocks from here on, and nothing between them and behind? */
static xcj_code only_blocks(const char *text, size_t len, size_t at, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    while (code == XCJ_OK && at < len) {
        if (is_space(text[at])) {
            at++;
            continue;
        }
        xcj__pem block;
        size_t begin = find_begin(text, len, at);
        code = begin == at ? read_block(&block, text, len, begin, &at, err) : XCJ_ERR_KEY;
        if (code == XCJ_OK) {
            xcj__pem_free(&block);
        }
    }
    return code;
}

/* A value in the printed certificate may be a block itself. Then the rest of the print stands between it and the real one.
 */
static xcj_code check_dump(const char *text, size_t len, size_t first, size_t at, xcj_error *err)
{
    if (!has_dump(text, first)) {
        return XCJ_OK;
    }
    xcj_code code = only_blocks(text, len, at, NULL);
    if (code == XCJ_OK || code == XCJ_ERR_MEMORY) {
        return code == XCJ_OK ? XCJ_OK : xcj__fail_memory(err);
    }
    return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", at,
                        "more text follows a PEM block in a printed certificate, which may hide another: keep only the "
                        "lines from BEGIN to END");
}

xcj_code xcj__pem_read(xcj__pem *out, const char *text, size_t len, bool (*skips)(xcj_str label), xcj_error *err)
{
    size_t at = 0;
    xcj_code code = read_next(out, text, len, &at, err);
    while (code == XCJ_OK && skips(out->label)) {
        xcj__pem_free(out);
        code = read_next(out, text, len, &at, err);
    }
    if (code == XCJ_OK) {
        code = check_dump(text, len, (size_t)(out->label.ptr - text), at, err);
    }
    if (code != XCJ_OK) {
        xcj__pem_free(out);
    }
    return code;
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
