#include "lib/key/unwrap.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/codec/json_scan.h"
#include "lib/key/openssh.h"
#include "lib/key/pem.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

/* More wrappings than anyone puts around a key. */
#define LAYERS_MAX 6

/* A text of base64 that is shorter stands for no key. */
#define BASE64_MIN 16

/* A layer takes its wrapping off: true, and `out` has what was in it, or is failed. */
typedef bool (*layer)(xcj__buf *out, xcj_str in);

static void put_utf8(xcj__buf *out, uint32_t c)
{
    if (c < 0x80) {
        xcj__buf_put_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        xcj__buf_put_char(out, (char)(0xc0 | c >> 6));
    } else {
        xcj__buf_put_char(out, (char)(c < 0x10000 ? 0xe0 | c >> 12 : 0xf0 | c >> 18));
        if (c >= 0x10000) {
            xcj__buf_put_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        xcj__buf_put_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    xcj__buf_put_char(out, (char)(0x80 | (c & 0x3f)));
}

static uint32_t unit_at(xcj_str in, size_t at, bool big)
{
    const uint8_t *b = (const uint8_t *)in.ptr + at;
    return big ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

/* A character of ASCII text, and the other byte of its unit. */
static bool is_ascii_unit(char c, char other)
{
    return other == '\0' && ((c >= ' ' && c <= '~') || xcj__is_space(c));
}

/* With a byte order mark, or without one when it begins with two characters of ASCII. 0: neither, 1: little, 2: big. */
static int utf16_order(xcj_str in, size_t *skip)
{
    const char *b = in.ptr;
    if (in.len < 4 || (in.len % 2 != 0 && in.ptr[in.len - 1] != '\n')) {
        return 0;
    }
    *skip = 2;
    if (xcj__str_starts(in, "\xff\xfe") || xcj__str_starts(in, "\xfe\xff")) {
        return b[0] == '\xff' ? 1 : 2;
    }
    *skip = 0;
    bool little = is_ascii_unit(b[0], b[1]) && is_ascii_unit(b[2], b[3]);
    bool big = is_ascii_unit(b[1], b[0]) && is_ascii_unit(b[3], b[2]);
    return little ? 1 : big ? 2 : 0;
}

static bool from_utf16(xcj__buf *out, xcj_str in)
{
    size_t at = 0;
    int order = utf16_order(in, &at);
    if (order == 0) {
        return false;
    }
    in.len -= in.len % 2; /* a newline that an editor or a shell added as one byte */
    for (; at < in.len; at += 2) {
        uint32_t c = unit_at(in, at, order == 2);
        if (c >= 0xd800 && c < 0xdc00 && at + 4 <= in.len) {
            uint32_t low = unit_at(in, at + 2, order == 2);
            if (low < 0xdc00 || low > 0xdfff) {
                return false;
            }
            c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
            at += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            return false; /* half of a pair */
        }
        put_utf8(out, c);
    }
    return true;
}

static bool without_mark(xcj__buf *out, xcj_str in)
{
    if (!xcj__str_starts(in, "\xef\xbb\xbf")) {
        return false;
    }
    xcj__buf_put(out, in.ptr + 3, in.len - 3);
    return true;
}

/* A JSON string (as jq prints it without -r), or PEM or a JWK between quotes of a shell or an .env file. */
static bool without_quotes(xcj__buf *out, xcj_str in)
{
    in = xcj__str_trim(in);
    bool quoted = in.len > 2 && (in.ptr[0] == '"' || in.ptr[0] == '\'') && in.ptr[in.len - 1] == in.ptr[0];
    if (!quoted) {
        return false;
    }
    xcj_str inner = { in.ptr + 1, in.len - 2 };
    xcj__json_value value;
    xcj_code code = in.ptr[0] == '"' ? xcj__json_check(in.ptr, in.len, NULL, &value, NULL) : XCJ_ERR_JSON;
    if (code == XCJ_ERR_MEMORY) {
        out->failed = true;
        return true;
    }
    if (code == XCJ_OK) {
        char *dst = xcj__buf_reserve(out, inner.len);
        if (dst != NULL) {
            out->len += xcj__json_unescape(dst, inner);
        }
        return true;
    }
    xcj__buf_put_str(out, inner);
    return true;
}

/* No backslash is in PEM, so that those before n or r, at the end of a line or before a slash lost their meaning on the
 * way, perhaps more than once. */
static bool with_newlines(xcj__buf *out, xcj_str in)
{
    in = xcj__str_trim(in);
    if (!xcj__str_starts(in, BEGIN) || memchr(in.ptr, '\\', in.len) == NULL) {
        return false;
    }
    for (size_t i = 0; i < in.len;) {
        size_t run = 0;
        while (i + run < in.len && in.ptr[i + run] == '\\') {
            run++;
        }
        i += run;
        char c = i < in.len ? in.ptr[i] : '\n';
        bool newline = run > 0 && (c == 'n' || c == 'r');
        if (run > 0 && !newline && c != '/' && c != '\n' && c != '\r') {
            xcj__buf_put(out, in.ptr + i - run, run);
        }
        xcj__buf_put_char(out, newline ? '\n' : c);
        i++;
    }
    return true;
}

/* The length of the BEGIN or END line that starts at `at`, dashes included; 0 if none does. */
static size_t armour_len(xcj_str in, size_t at)
{
    xcj_str rest = { in.ptr + at, in.len - at };
    size_t len = xcj__str_starts(rest, BEGIN) ? strlen(BEGIN) : xcj__str_starts(rest, END) ? strlen(END) : 0;
    if (len == 0) {
        return 0;
    }
    while (len < rest.len && rest.ptr[len] != '-' && rest.ptr[len] != '\n' && rest.ptr[len] != '\r') {
        len++;
    }
    rest = (xcj_str){ rest.ptr + len, rest.len - len };
    return xcj__str_starts(rest, DASHES) ? len + strlen(DASHES) : 0;
}

/* A BEGIN line that goes on behind its dashes: each BEGIN and END gets a line of its own. */
static bool with_lines(xcj__buf *out, xcj_str in)
{
    in = xcj__str_trim(in);
    size_t first = in.len > 0 ? armour_len(in, 0) : 0;
    if (first == 0 || !xcj__str_starts(in, BEGIN) || first == in.len || in.ptr[first] == '\n' || in.ptr[first] == '\r') {
        return false;
    }
    xcj_str behind = xcj__str_trim((xcj_str){ in.ptr + first, in.len - first });
    const char *newline = memchr(in.ptr + first, '\n', in.len - first);
    if (newline != NULL && behind.ptr > newline) {
        return false; /* only blanks at the end of the line */
    }
    for (size_t i = 0; i < in.len;) {
        size_t len = in.ptr[i] == '-' ? armour_len(in, i) : 0;
        xcj__buf_put_text(out, len > 0 ? "\n" : "");
        xcj__buf_put(out, in.ptr + i, len > 0 ? len : 1);
        xcj__buf_put_text(out, len > 0 ? "\n" : "");
        i += len > 0 ? len : 1;
    }
    return true;
}

/* One alphabet, padding at the end or none, white space anywhere. The length of what remains without white space; 0: no. */
static size_t pack_base64(char *dst, xcj_str in)
{
    size_t used = 0;
    size_t end = 0; /* behind the last that is not padding */
    for (size_t i = 0; i < in.len; i++) {
        char c = in.ptr[i];
        if (xcj__is_space(c)) {
            continue;
        }
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if ((!plain && strchr("+/-_=", c) == NULL) || c == '\0' || (c != '=' && end != used)) {
            return 0;
        }
        dst[used++] = c == '+' ? '-' : c == '/' ? '_' : c;
        end = c != '=' ? used : end;
    }
    return used - end <= 2 ? end : 0;
}

static bool is_array_of_objects(xcj_str text)
{
    size_t at = 1;
    if (!xcj__str_starts(text, "[")) {
        return false;
    }
    at += xcj__str_space((xcj_str){ text.ptr + at, text.len - at });
    return at < text.len && text.ptr[at] == '{';
}

static bool stands_for_key(const uint8_t *bytes, size_t len)
{
    size_t skip;
    xcj_str text = { (const char *)bytes, len };
    xcj_str inner = xcj__str_trim(text);
    if (inner.len > 2 && (inner.ptr[0] == '"' || inner.ptr[0] == '\'')) {
        inner = (xcj_str){ inner.ptr + 1, inner.len - 1 };
    }
    return xcj__str_starts(inner, BEGIN) || xcj__str_starts(inner, "{") || is_array_of_objects(inner) ||
           xcj__str_starts(text, "\xef\xbb\xbf") || utf16_order(text, &skip) != 0 || xcj__openssh_sniff(inner) ||
           xcj__pem_sniff(text.ptr, text.len) || xcj__der_begins_key(bytes, len);
}

static bool from_base64(xcj__buf *out, xcj_str in)
{
    in = xcj__str_trim(in);
    if (in.len < BASE64_MIN) {
        return false;
    }
    char *text = xcj__alloc(in.len);
    if (text == NULL) {
        out->failed = true;
        return true;
    }
    size_t used = pack_base64(text, in);
    size_t len = 0;
    bool stands =
        used > 0 && xcj__b64u_decode((uint8_t *)text, &len, text, used, NULL) && stands_for_key((const uint8_t *)text, len);
    if (stands) {
        xcj__buf_put(out, text, len);
    }
    xcj_free(text);
    return stands;
}

/* Only base64 of a key is one; the others must show what is within. */
static const layer layers[] = { from_utf16, without_mark, without_quotes, with_newlines, with_lines, from_base64 };

static bool unwrap_one(xcj__buf *out, xcj_str in)
{
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        xcj__buf_init(out);
        if (layers[i](out, in)) {
            return true;
        }
        xcj__buf_free(out);
    }
    return false;
}

bool xcj__unwrap(xcj__buf *out, xcj_str data)
{
    bool unwrapped = false;
    xcj__buf inner;
    xcj__buf_init(out);
    for (int i = 0; i < LAYERS_MAX && !out->failed; i++) {
        if (!unwrap_one(&inner, unwrapped ? (xcj_str){ out->ptr, out->len } : data)) {
            break;
        }
        xcj__buf_free(out);
        *out = inner;
        unwrapped = true;
    }
    return unwrapped;
}
