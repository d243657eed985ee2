#include "lib/codec/json_write.h"

#include <string.h>

#include "lib/codec/swar.h"

/* RFC 8259 7: the characters that a string must escape. */
static bool must_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void put_escape(xcj__buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
    char text[6] = { '\\', (char)c };
    size_t len = 2;
    if (c < 0x20 && letters[c] != 0) {
        text[1] = letters[c];
    } else if (c < 0x20) {
        memcpy(text + 1, "u00", 3);
        text[4] = hex[c >> 4];
        text[5] = hex[c & 15];
        len = 6;
    }
    xcj__buf_put(buf, text, len);
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

void xcj__json_put_string(xcj__buf *buf, xcj_str text)
{
    xcj__buf_put_char(buf, '"');
    xcj__json_put_content(buf, text);
    xcj__buf_put_char(buf, '"');
}

/* True if eight bytes are ASCII and none of them must be escaped. */
static bool is_clean(const char *word)
{
    uint64_t v = xcj__load_le(word);
    return (xcj__bytes_not_ascii_text(v) | xcj__bytes_equal(v, '"') | xcj__bytes_equal(v, '\\')) == 0;
}

/* Skips to the next byte that must be escaped, or to the end. */
static size_t skip_clean(xcj_str text, size_t at)
{
    while (text.len - at >= 8 && is_clean(text.ptr + at)) {
        at += 8;
    }
    if (at < text.len && text.len - at < 8 && text.len >= 8 && is_clean(text.ptr + text.len - 8)) {
        return text.len; /* the last eight bytes, read again, cover the rest */
    }
    while (at < text.len && !must_escape((unsigned char)text.ptr[at])) {
        at++;
    }
    return at;
}

void xcj__json_put_content(xcj__buf *buf, xcj_str text)
{
    size_t done = 0;
    for (size_t i = skip_clean(text, 0); i < text.len; i = skip_clean(text, done)) {
        xcj__buf_put(buf, text.ptr + done, i - done);
        put_escape(buf, (unsigned char)text.ptr[i]);
        done = i + 1;
    }
    if (done < text.len) {
        xcj__buf_put(buf, text.ptr + done, text.len - done);
    }
}

size_t xcj__json_string_max(size_t len)
{
    return len <= (SIZE_MAX - 2) / 6 ? 6 * len + 2 : SIZE_MAX;
}

/* RFC 3629 4, the table of well-formed sequences: only the second byte has special ranges. */
size_t xcj__utf8_sequence(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    if (len < 2 || p[0] < 0xc2 || p[0] > 0xf4 || !is_tail(p[1])) {
        return 0;
    }
    if (p[0] < 0xe0) {
        return 2;
    }
    if (len < 3 || !is_tail(p[2])) {
        return 0;
    }
    if (p[0] < 0xf0) {
        bool overlong = p[0] == 0xe0 && p[1] < 0xa0;
        bool surrogate = p[0] == 0xed && p[1] > 0x9f;
        return overlong || surrogate ? 0 : 3;
    }
    bool overlong = p[0] == 0xf0 && p[1] < 0x90;
    bool too_large = p[0] == 0xf4 && p[1] > 0x8f;
    return len < 4 || !is_tail(p[3]) || overlong || too_large ? 0 : 4;
}

/* True if the text has at least eight bytes and its last eight are ASCII. */
static bool ends_in_ascii(const char *text, size_t len)
{
    return len >= 8 && (xcj__load_le(text + len - 8) & XCJ__TOP_BITS) == 0;
}

bool xcj__utf8_valid(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len) {
        if (len - i < 8 && ends_in_ascii(text, len)) {
            return true;
        }
        if (len - i >= 8 && (xcj__load_le(text + i) & XCJ__TOP_BITS) == 0) {
            i += 8;
            continue;
        }
        size_t step = (unsigned char)text[i] < 0x80 ? 1 : xcj__utf8_sequence(text + i, len - i);
        if (step == 0) {
            return false;
        }
        i += step;
    }
    return true;
}

/* Skips to the first byte that is not printable ASCII, or to the end. */
static size_t skip_shown(const char *text, size_t at, size_t len)
{
    for (; len - at >= 8; at += 8) {
        uint64_t v = xcj__load_le(text + at);
        if ((xcj__bytes_not_ascii_text(v) | xcj__bytes_equal(v, 0x7f)) != 0) {
            break;
        }
    }
    while (at < len && text[at] >= ' ' && text[at] <= '~') {
        at++;
    }
    return at;
}

bool xcj__utf8_has_control(const char *text, size_t len)
{
    for (size_t i = skip_shown(text, 0, len); i < len; i = skip_shown(text, i + 1, len)) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
        if (c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0) {
            return true;
        }
    }
    return false;
}

/* Ranges of code points, ascending. */
static const uint32_t hidden[][2] = {
    { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },       { 0x34f, 0x34f },     { 0x61c, 0x61c },
    { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },   { 0x200b, 0x200f },   { 0x2028, 0x202e },
    { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

int xcj_shows(uint32_t code_point)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden && code_point >= hidden[i][0]; i++) {
        if (code_point <= hidden[i][1]) {
            return 0;
        }
    }
    return (code_point & 0xfffe) != 0xfffe; /* the noncharacters at the end of each plane */
}

static uint32_t decode_sequence(const unsigned char *p, size_t len)
{
    uint32_t code = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        code = code << 6 | (p[i] & 0x3f);
    }
    return code;
}

bool xcj__utf8_has_hidden(const char *text, size_t len)
{
    for (size_t i = skip_shown(text, 0, len); i < len; i = skip_shown(text, i, len)) {
        const size_t sequence = xcj__utf8_sequence(text + i, len - i);
        const size_t step = sequence > 0 ? sequence : 1;
        if (!xcj_shows(decode_sequence((const unsigned char *)text + i, step))) {
            return true;
        }
        i += step;
    }
    return false;
}
