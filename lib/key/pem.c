#include "lib/key/pem.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"
#define LINE_BYTES 48 /* 64 columns */

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
        while (from < len && xcj__is_space(text[from])) {
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
        if ((uint8_t)text[i] < ' ' && !xcj__is_space(text[i]) && text[i] != '\f' && text[i] != '\v') {
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

/* RFC 1421 4.6: "Proc-Type: 4,ENCRYPTED" and "DEK-Info: ...", up to an empty line. What follows is the body. */
static bool take_headers(xcj__pem *out, xcj_str *body)
{
    static const char encrypted[] = "Proc-Type: 4,ENCRYPTED";
    size_t at = xcj__str_space(*body);
    if (memchr(body->ptr, ':', body->len) == NULL) {
        return true;
    }
    if (body->len - at < sizeof encrypted || memcmp(body->ptr + at, encrypted, sizeof encrypted - 1) != 0) {
        return false;
    }
    size_t end = at;
    size_t headers_end = at;
    for (size_t line = at; line < body->len; line = end) {
        end = line_end(body->ptr, body->len, line);
        bool is_header = memchr(body->ptr + line, ':', end - line) != NULL;
        if (!is_header) {
            end = line;
            break;
        }
        headers_end = end;
        end += end < body->len && body->ptr[end] == '\r';
        end += end < body->len && body->ptr[end] == '\n';
    }
    out->headers = (xcj_str){ body->ptr + at, headers_end - at };
    *body = (xcj_str){ body->ptr + end, body->len - end };
    return true;
}

static xcj_code decode_body(xcj__pem *out, const char *text, xcj_str body, xcj_error *err)
{
    if (body.len > 0 && !take_headers(out, &body)) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", (size_t)(body.ptr - text),
                            "the PEM block at offset %zu has headers that are not those of an encrypted key",
                            (size_t)(body.ptr - text));
    }
    char *packed = xcj__alloc(body.len + 1);
    if (packed == NULL) {
        return xcj__fail_memory(err);
    }
    size_t used = 0;
    for (size_t i = 0; i < body.len; i++) {
        if (!xcj__is_space(body.ptr[i])) {
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
    while (label_end > label && xcj__is_space(text[label_end - 1])) {
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
        if (xcj__is_space(text[at])) {
            at++;
            continue;
        }
        xcj__pem block = { 0 };
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
static xcj_code check_dump(xcj_str before, const char *text, size_t len, size_t at, xcj_error *err)
{
    if (!has_dump(before.ptr, before.len)) {
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

xcj_code xcj__pem_next(xcj__pem *out, const char *text, size_t len, size_t *at, xcj_error *err)
{
    size_t from = *at;
    *out = (xcj__pem){ 0 };
    size_t begin = find_begin(text, len, from);
    if (begin == len) {
        return XCJ_OK;
    }
    xcj_code code = read_block(out, text, len, begin, at, err);
    out->before = (xcj_str){ text + from, begin - from };
    if (code == XCJ_OK) {
        code = check_dump(out->before, text, len, *at, err);
    }
    if (code != XCJ_OK) {
        xcj__pem_free(out);
    }
    return code;
}

xcj_code xcj__pem_read(xcj__pem *out, const char *text, size_t len, bool (*skips)(xcj_str label), xcj_error *err)
{
    size_t at = 0;
    xcj_code code = xcj__pem_next(out, text, len, &at, err);
    while (code == XCJ_OK && out->label.ptr != NULL && skips(out->label)) {
        xcj__pem_free(out);
        code = xcj__pem_next(out, text, len, &at, err);
    }
    return code != XCJ_OK || out->label.ptr != NULL
               ? code
               : xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET, "there is no PEM block");
}

/* The bytes of a dash other than the hyphen that a word processor makes: U+2010 to U+2015, U+2212. */
static bool is_typographic(const char *at, size_t len)
{
    return len >= 3 && (uint8_t)at[0] == 0xe2 &&
           (((uint8_t)at[1] == 0x80 && (uint8_t)at[2] >= 0x90 && (uint8_t)at[2] <= 0x95) ||
            ((uint8_t)at[1] == 0x88 && (uint8_t)at[2] == 0x92));
}

static bool says_key(xcj_str line)
{
    static const char *const words[] = { "KEY", "CERTIFICATE" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (size_t at = 0; at + strlen(words[i]) <= line.len; at++) {
            if (memcmp(line.ptr + at, words[i], strlen(words[i])) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Dashes, with blanks between them, as a text begins. */
typedef struct dashes {
    size_t len; /* all of it */
    size_t count;
    bool typographic;
} dashes;

static dashes dashes_of(xcj_str text)
{
    dashes found = { 0, 0, false };
    while (found.len < text.len) {
        const char *at = text.ptr + found.len;
        bool typographic = is_typographic(at, text.len - found.len);
        if (!typographic && *at != '-' && !xcj__is_space(*at)) {
            break;
        }
        found.count += typographic || *at == '-';
        found.typographic = found.typographic || typographic;
        found.len += typographic ? 3 : 1;
    }
    return found;
}

/* BEGIN or END and a label, with the dashes at both ends of them. */
typedef struct armour_line {
    dashes before;
    xcj_str words;
    dashes behind;
    bool is_right;
} armour_line;

static bool take_armour_line(armour_line *out, xcj_str line)
{
    out->before = dashes_of(line);
    xcj_str rest = { line.ptr + out->before.len, line.len - out->before.len };
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] != '-' && !is_typographic(rest.ptr + len, rest.len - len)) {
        len++;
    }
    out->words = (xcj_str){ rest.ptr, len };
    rest = (xcj_str){ rest.ptr + len, rest.len - len };
    out->behind = dashes_of(rest);
    out->is_right = out->before.count == strlen(DASHES) && out->behind.count == strlen(DASHES) &&
                    xcj__str_starts(xcj__str_trim(line), DASHES) && xcj__str_starts(rest, DASHES) &&
                    out->words.ptr[-1] == '-';
    return (xcj__str_starts(out->words, "BEGIN ") || xcj__str_starts(out->words, "END ")) && says_key(out->words);
}

xcj_code xcj__pem_check_dashes(const char *text, size_t len, bool bare, xcj_error *err)
{
    for (size_t at = 0; at < len;) {
        xcj_str line = { text + at, line_end(text, len, at) - at };
        armour_line found;
        bool is_armour = take_armour_line(&found, line) && (bare || found.before.count + found.behind.count > 0);
        if (is_armour && !found.is_right) {
            bool typographic = found.before.typographic || found.behind.typographic;
            return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", at,
                                "the %s line at offset %zu has %s: PEM lines begin and end with five hyphens, as in "
                                "-----BEGIN PUBLIC KEY-----",
                                found.words.ptr[0] == 'B' ? "BEGIN" : "END", at,
                                typographic ? "a typographic dash in place of hyphens" : "not exactly five hyphens (-----)");
        }
        at += line.len + 1;
    }
    return XCJ_OK;
}

size_t xcj__pem_inner_begin(const char *text, size_t len)
{
    for (size_t at = 0; at + strlen(BEGIN) <= len; at++) {
        const char *dash = memchr(text + at, '-', len - at);
        if (dash == NULL) {
            break;
        }
        at = (size_t)(dash - text);
        if (xcj__str_starts((xcj_str){ dash, len - at }, BEGIN)) {
            return is_text(text, at) ? at : len;
        }
    }
    return len;
}

void xcj__pem_free(xcj__pem *pem)
{
    xcj_free(pem->der);
    *pem = (xcj__pem){ 0 };
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
