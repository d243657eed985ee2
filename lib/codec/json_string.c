#include "lib/codec/json_string.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_scan.h"
#include "lib/codec/json_write.h"
#include "lib/codec/swar.h"

static bool is_plain(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/* One bit for each of sixteen bytes that needs a closer look. As signed bytes, all of non-ASCII UTF-8 is below the space
 * too. */
static unsigned look_16(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i look = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(look, _mm_cmplt_epi8(v, _mm_set1_epi8(' '))));
}
#endif

/* Skips to the first byte that needs a closer look: a quote, backslash, control character or part of non-ASCII UTF-8. */
static size_t skip_plain(const char *text, size_t at, size_t len)
{
#ifdef __SSE2__
    for (; len - at >= 16; at += 16) {
        unsigned look = look_16(text + at);
        if (look != 0) {
            return at + (size_t)__builtin_ctz(look);
        }
    }
#endif
    for (; len - at >= 8; at += 8) {
        uint64_t v = xcj__load_le(text + at);
        uint64_t look = xcj__bytes_not_ascii_text(v) | xcj__bytes_equal(v, '"') | xcj__bytes_equal(v, '\\');
        if (look != 0) {
            /* A borrow can only mark bytes above the first byte that really matches. */
            return at + (size_t)__builtin_ctzll(look) / 8;
        }
    }
    while (at < len && is_plain(text[at])) {
        at++;
    }
    return at;
}

/* The value of the four digits of a \u escape; -1 if they are not hexadecimal. */
static int32_t hex4(const char *p, size_t left)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < left ? xcj__hex_value(p[i]) : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* The length of the escape at a backslash; 0 if it is invalid. A surrogate is valid only as part of a pair. */
static size_t escape_length(const char *p, size_t left)
{
    if (left < 2) {
        return 0;
    }
    if (p[1] != 'u') {
        return memchr("\"\\/bfnrt", p[1], 8) != NULL ? 2 : 0;
    }
    int32_t high = hex4(p + 2, left - 2);
    if (high < 0xd800 || high > 0xdfff) {
        return high < 0 ? 0 : 6;
    }
    bool paired = high <= 0xdbff && left >= 12 && p[6] == '\\' && p[7] == 'u';
    int32_t low = paired ? hex4(p + 8, left - 8) : -1;
    return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

const char *xcj__json_string_end(const char *text, size_t len, size_t *at, bool *escaped)
{
    *escaped = false;
    for (size_t place = *at;;) {
        place = skip_plain(text, place, len);
        if (place == len) {
            (*at)--;
            return "an unterminated string";
        }
        uint8_t c = (uint8_t)text[place];
        if (c == '"') {
            *at = place;
            return NULL;
        }
        size_t step = c < 0x20    ? 0
                      : c == '\\' ? escape_length(text + place, len - place)
                      : c < 0x80  ? 1
                                  : xcj__utf8_sequence(text + place, len - place);
        if (step == 0) {
            *at = place;
            return c < 0x20 ? "a control character in a string" : c == '\\' ? "an invalid escape" : "invalid UTF-8";
        }
        *escaped = *escaped || c == '\\';
        place += step;
    }
}

static size_t put_utf8(char *dst, uint32_t code)
{
    if (code < 0x80) {
        dst[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len - 1; i > 0; i--) {
        dst[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    dst[0] = (char)(lead[len] | code);
    return len;
}

/* Unescapes one (checked) escape at *from and moves *from behind it; dst has room for four bytes. */
static size_t unescape_one(char *dst, const char **from)
{
    static const char letters[] = "bfnrt";
    static const char controls[] = "\b\f\n\r\t";
    const char *p = *from;
    if (p[1] != 'u') {
        const char *letter = memchr(letters, p[1], sizeof letters - 1);
        dst[0] = letter != NULL ? controls[letter - letters] : p[1];
        *from = p + 2;
        return 1;
    }
    uint32_t code = (uint32_t)hex4(p + 2, 4);
    *from = p + 6;
    if (code >= 0xd800 && code <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)hex4(p + 8, 4) - 0xdc00);
        *from = p + 12;
    }
    return put_utf8(dst, code);
}

xcj__json_reader xcj__json_reader_of(const char *content, size_t len)
{
    return (xcj__json_reader){ .at = content, .end = content + len };
}

int xcj__json_read_byte(xcj__json_reader *r)
{
    if (r->used == r->have) {
        if (r->at == r->end) {
            return -1;
        }
        if (*r->at != '\\' || r->is_plain) {
            return (uint8_t)*r->at++;
        }
        r->have = unescape_one(r->pending, &r->at);
        r->used = 0;
    }
    return (uint8_t)r->pending[r->used++];
}

bool xcj__json_equal(xcj_str content, bool escaped, const char *text, size_t len)
{
    if (!escaped) {
        return content.len == len && (len == 0 || memcmp(content.ptr, text, len) == 0);
    }
    xcj__json_reader r = xcj__json_reader_of(content.ptr, content.len);
    for (size_t i = 0; i < len; i++) {
        if (xcj__json_read_byte(&r) != (uint8_t)text[i]) {
            return false;
        }
    }
    return xcj__json_read_byte(&r) < 0;
}

size_t xcj__json_unescape(char *dst, xcj_str content)
{
    const char *from = content.ptr;
    const char *end = content.ptr + content.len;
    char *to = dst;
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        char bytes[4];
        size_t len = unescape_one(bytes, &from);
        memcpy(to, bytes, len);
        to += len;
    }
    return (size_t)(to - dst);
}

xcj_code xcj__json_take_text(char **out, size_t *out_len, xcj_str content, xcj_error *err)
{
    char *text = xcj__alloc(content.len + 1);
    if (text == NULL) {
        return xcj__fail_memory(err);
    }
    *out_len = xcj__json_unescape(text, content);
    text[*out_len] = '\0';
    *out = text;
    return XCJ_OK;
}
