#include "lib/codec/json_scan.h"

#include <float.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"

/* Names of one object that are compared each with each; above it they are sorted first. */
#define PAIRWISE_MAX 32
#define INLINE_ENTRIES 64

/* A name of an object that is still open, or the mark of an open object or array. */
typedef struct entry {
    uint32_t offset; /* of a name: its content; of a mark: where the mark of the level outside stands */
    uint32_t len;
    uint32_t hash;
    uint8_t is_escaped;
    uint8_t is_object; /* of a mark */
} entry;

typedef struct scanner {
    const char *text;
    size_t len;
    size_t at;
    unsigned depth;
    unsigned max_depth;
    size_t members_left;
    entry *entries; /* a stack: the names of an open object are all above its mark, since those of inner ones are gone */
    size_t count;
    size_t cap;
    size_t mark; /* of the innermost open level */
    entry *heap;
    xcj__json_visit visit;
    void *ctx;
    xcj_error *err;
    xcj__json_item item; /* the member of the top value under way */
    entry inline_entries[INLINE_ENTRIES];
} scanner;

static xcj_code fault(scanner *s, size_t at, const char *what)
{
    return xcj__fail_at(s->err, XCJ_ERR_JSON, NULL, at, "%s at offset %zu", what, at);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(scanner *s)
{
    while (s->at < s->len) {
        char c = s->text[s->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return;
        }
        s->at++;
    }
}

static bool next_is(const scanner *s, char c)
{
    return s->at < s->len && s->text[s->at] == c;
}

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static uint64_t has_zero(uint64_t v)
{
    return (v - ONES) & ~v & HIGHS;
}

static uint64_t load_le(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static bool is_plain(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
/* Which of sixteen bytes need a look, a bit each. As signed bytes all of UTF-8 is below the space too. */
static unsigned look_16(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i look = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(look, _mm_cmplt_epi8(v, _mm_set1_epi8(' '))));
}
#endif

/* To the first byte of a string that needs a look: a quote, backslash, control or part of UTF-8. */
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
        uint64_t v = load_le(text + at);
        uint64_t look = (v & HIGHS) | has_zero(v ^ (ONES * '"')) | has_zero(v ^ (ONES * '\\')) | ((v - ONES * 0x20) & HIGHS);
        if (look != 0) {
            /* Borrows only spoil what is above the first byte that is really marked. */
            return at + (size_t)__builtin_ctzll(look) / 8;
        }
    }
    while (at < len && is_plain(text[at])) {
        at++;
    }
    return at;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of a \u escape; -1 when they are not. */
static int32_t hex4(const char *p, size_t left)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < left ? hex_value(p[i]) : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/* The length of the escape at a backslash, 0 when it is none. A surrogate counts only with its other half. */
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

/* Behind the opening quote; leaves `at` behind the closing one. */
static xcj_code scan_string(scanner *s, xcj_str *content, bool *escaped)
{
    const char *text = s->text;
    size_t start = s->at;
    size_t at = start;
    *escaped = false;
    for (;;) {
        at = skip_plain(text, at, s->len);
        if (at == s->len) {
            return fault(s, start - 1, "a string without an end");
        }
        uint8_t c = (uint8_t)text[at];
        if (c == '"') {
            break;
        }
        size_t step = c < 0x20    ? 0
                      : c == '\\' ? escape_length(text + at, s->len - at)
                      : c < 0x80  ? 1
                                  : xcj__utf8_sequence(text + at, s->len - at);
        if (step == 0) {
            return fault(s, at,
                         c < 0x20    ? "a control character in a string"
                         : c == '\\' ? "a wrong escape"
                                     : "invalid UTF-8");
        }
        *escaped = *escaped || c == '\\';
        at += step;
    }
    *content = (xcj_str){ text + start, at - start };
    s->at = at + 1;
    return XCJ_OK;
}

static size_t skip_digits(const scanner *s, size_t at)
{
    while (at < s->len && is_digit(s->text[at])) {
        at++;
    }
    return at;
}

/* RFC 8259 6. */
static xcj_code scan_number(scanner *s)
{
    size_t at = s->at + next_is(s, '-');
    size_t whole = at;
    at = skip_digits(s, at);
    bool good = at > whole && (s->text[whole] != '0' || at == whole + 1);
    if (good && at < s->len && s->text[at] == '.') {
        size_t digits = at + 1;
        at = skip_digits(s, digits);
        good = at > digits;
    }
    if (good && at < s->len && (s->text[at] == 'e' || s->text[at] == 'E')) {
        at++;
        at += at < s->len && (s->text[at] == '+' || s->text[at] == '-');
        size_t digits = at;
        at = skip_digits(s, digits);
        good = at > digits;
    }
    if (!good) {
        return fault(s, s->at, "a malformed number");
    }
    s->at = at;
    return XCJ_OK;
}

static xcj_code scan_literal(scanner *s, const char *word)
{
    size_t len = strlen(word);
    if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0) {
        return fault(s, s->at, "not a JSON value");
    }
    s->at += len;
    return XCJ_OK;
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

/* One (checked) escape at *from, moved behind it; its bytes go to dst, which holds four. */
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

/* (Checked) content read byte by byte as it is after unescaping. */
typedef struct reader {
    const char *at;
    const char *end;
    char pending[4];
    size_t have;
    size_t used;
} reader;

static reader reader_of(const char *text, const entry *name)
{
    return (reader){ .at = text + name->offset, .end = text + name->offset + name->len };
}

/* -1 at the end. */
static int read_byte(reader *r)
{
    if (r->used == r->have) {
        if (r->at == r->end) {
            return -1;
        }
        if (*r->at != '\\') {
            return (uint8_t)*r->at++;
        }
        r->have = unescape_one(r->pending, &r->at);
        r->used = 0;
    }
    return (uint8_t)r->pending[r->used++];
}

static int compare_unescaped(const char *text, const entry *a, const entry *b)
{
    reader x = reader_of(text, a);
    reader y = reader_of(text, b);
    int c, d;
    do {
        c = read_byte(&x);
        d = read_byte(&y);
    } while (c == d && c >= 0);
    return c - d;
}

/* By hash, then by the bytes after unescaping. It must be one order, whichever of the names are written with escapes: in a
 * circle of names with equal hashes, sorting could leave two equal ones apart. */
static int compare_names(const char *text, const entry *a, const entry *b)
{
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    if (a->is_escaped || b->is_escaped) {
        return compare_unescaped(text, a, b);
    }
    int order = memcmp(text + a->offset, text + b->offset, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Equal names in the order of the text, so that the later one is named as the duplicate. */
static int compare_entries(const char *text, const entry *a, const entry *b)
{
    int order = compare_names(text, a, b);
    return order != 0 ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

static uint32_t mix(uint64_t head, uint64_t tail, size_t len)
{
    return (uint32_t)(((head ^ (tail << 1 | tail >> 63) ^ len) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Of the first and the last eight bytes and the length: quick, and colliding names cost little (see find_duplicate()). */
static uint32_t hash_bytes(const char *name, size_t len)
{
    if (len >= 8) {
        return mix(load_le(name), load_le(name + len - 8), len);
    }
    /* All of its bytes, some twice. */
    uint32_t head = 0;
    uint32_t tail = 0;
    if (len >= 4) {
        memcpy(&head, name, 4);
        memcpy(&tail, name + len - 4, 4);
    } else if (len > 0) {
        head = (uint32_t)(uint8_t)name[0] << 16 | (uint32_t)(uint8_t)name[len / 2] << 8 | (uint8_t)name[len - 1];
    }
    return mix(head, tail, len);
}

/* The same of the name as it is after unescaping. */
static uint32_t hash_name(const char *text, const entry *name)
{
    if (!name->is_escaped) {
        return hash_bytes(text + name->offset, name->len);
    }
    char head[8] = { 0 };
    char tail[8] = { 0 };
    size_t len = 0;
    reader r = reader_of(text, name);
    for (int c = read_byte(&r); c >= 0; c = read_byte(&r)) {
        if (len < 8) {
            head[len] = (char)c;
        }
        memmove(tail, tail + 1, 7);
        tail[7] = (char)c;
        len++;
    }
    return len < 8 ? hash_bytes(head, len) : mix(load_le(head), load_le(tail), len);
}

static void sift_down(const char *text, entry *heap, size_t root, size_t count)
{
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && compare_entries(text, &heap[child], &heap[child + 1]) < 0) {
            child++;
        }
        if (compare_entries(text, &heap[root], &heap[child]) >= 0) {
            return;
        }
        entry swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

/* Heapsort: in place, and no choice of names makes it slow. */
static void sort_names(const char *text, entry *names, size_t count)
{
    for (size_t root = count / 2; root > 0; root--) {
        sift_down(text, names, root - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        entry last = names[end - 1];
        names[end - 1] = names[0];
        names[0] = last;
        sift_down(text, names, 0, end - 1);
    }
}

/* The first name in the text that repeats an earlier one; NULL when there is none. May reorder the names. */
static const entry *find_duplicate(const char *text, entry *names, size_t count)
{
    const entry *first = NULL;
    if (count > PAIRWISE_MAX) {
        sort_names(text, names, count);
        for (size_t i = 1; i < count; i++) {
            bool is_earlier = first == NULL || names[i].offset < first->offset;
            if (is_earlier && compare_names(text, &names[i - 1], &names[i]) == 0) {
                first = &names[i];
            }
        }
        return first;
    }
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (names[i].hash == names[j].hash && compare_names(text, &names[i], &names[j]) == 0) {
                return &names[i];
            }
        }
    }
    return NULL;
}

static entry *push(scanner *s)
{
    if (s->count == s->cap) {
        entry *larger =
            s->heap != NULL ? xcj__realloc(s->heap, 2 * s->cap * sizeof *larger) : xcj__alloc(2 * s->cap * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        if (s->heap == NULL) {
            memcpy(larger, s->inline_entries, s->count * sizeof *larger);
        }
        s->heap = larger;
        s->entries = larger;
        s->cap *= 2;
    }
    return &s->entries[s->count++];
}

static xcj_code open_level(scanner *s, bool is_object)
{
    if (s->depth == s->max_depth) {
        return xcj__fail_at(s->err, XCJ_ERR_LIMIT, NULL, s->at, "the JSON is nested deeper than %u levels", s->max_depth);
    }
    entry *mark = push(s);
    if (mark == NULL) {
        return xcj__fail_memory(s->err);
    }
    *mark = (entry){ .offset = (uint32_t)s->mark, .is_object = is_object };
    s->mark = s->count - 1;
    s->depth++;
    s->at++;
    return XCJ_OK;
}

static xcj_code close_level(scanner *s)
{
    entry *names = s->entries + s->mark + 1;
    const entry *twice = find_duplicate(s->text, names, s->count - s->mark - 1);
    if (twice != NULL) {
        char shown[XCJ__SHOWN];
        xcj__sanitise(shown, sizeof shown, s->text + twice->offset, twice->len);
        return xcj__fail_at(s->err, XCJ_ERR_JSON, shown, twice->offset, "duplicate member \"%s\" at offset %u", shown,
                            (unsigned)twice->offset);
    }
    s->count = s->mark;
    s->mark = s->entries[s->mark].offset;
    s->depth--;
    s->at++;
    return XCJ_OK;
}

/* One more member or element of the innermost level; leaves `at` at its value. */
static xcj_code begin_item(scanner *s)
{
    if (s->members_left == 0) {
        return xcj__fail_at(s->err, XCJ_ERR_LIMIT, NULL, s->at, "the JSON has too many members");
    }
    s->members_left--;
    if (!s->entries[s->mark].is_object) {
        s->item.name = s->depth == 1 ? (xcj_str){ NULL, 0 } : s->item.name;
        return XCJ_OK;
    }
    if (!next_is(s, '"')) {
        return fault(s, s->at, "not a member name");
    }
    size_t quote = s->at++;
    xcj_str name;
    bool escaped;
    xcj_code code = scan_string(s, &name, &escaped);
    entry *noted = code == XCJ_OK ? push(s) : NULL;
    if (noted == NULL) {
        return code == XCJ_OK ? xcj__fail_memory(s->err) : code;
    }
    *noted = (entry){ .offset = (uint32_t)(quote + 1), .len = (uint32_t)name.len, .is_escaped = escaped };
    noted->hash = hash_name(s->text, noted);
    if (s->depth == 1) {
        s->item.name = name;
        s->item.name_escaped = escaped;
        s->item.raw_name = (xcj_str){ s->text + quote, name.len + 2 };
    }
    skip_space(s);
    if (!next_is(s, ':')) {
        return fault(s, s->at, "no colon after a member name");
    }
    s->at++;
    skip_space(s);
    return XCJ_OK;
}

/* A value that is whole at once: everything but an object or an array. */
static xcj_code scan_scalar(scanner *s, xcj__json_value *value)
{
    size_t start = s->at;
    xcj_code code;
    char c = s->text[start];
    value->escaped = false;
    if (c == '"') {
        s->at++;
        value->type = XCJ__JSON_STRING;
        code = scan_string(s, &value->text, &value->escaped);
    } else if (c == '-' || is_digit(c)) {
        value->type = XCJ__JSON_NUMBER;
        code = scan_number(s);
    } else {
        value->type = c == 'n' ? XCJ__JSON_NULL : XCJ__JSON_BOOL;
        code = scan_literal(s, c == 'n' ? "null" : c == 't' ? "true" : "false");
    }
    value->raw = (xcj_str){ s->text + start, s->at - start };
    value->text = value->type == XCJ__JSON_STRING ? value->text : value->raw;
    return code;
}

static xcj_code visit_item(scanner *s)
{
    return s->depth == 1 && s->visit != NULL ? s->visit(s->ctx, &s->item, s->err) : XCJ_OK;
}

/* What follows a whole value: the next item, or the ends of levels. `*more` when a value is to come. */
static xcj_code after_value(scanner *s, bool *more)
{
    *more = false;
    while (s->depth > 0) {
        xcj_code code = visit_item(s);
        if (code != XCJ_OK) {
            return code;
        }
        skip_space(s);
        bool is_object = s->entries[s->mark].is_object;
        if (next_is(s, ',')) {
            s->at++;
            skip_space(s);
            *more = true;
            return begin_item(s);
        }
        if (!next_is(s, is_object ? '}' : ']')) {
            return fault(s, s->at, s->at == s->len ? "the JSON ends too soon" : "no comma or end after a value");
        }
        code = close_level(s);
        if (code != XCJ_OK) {
            return code;
        }
        if (s->depth == 1) {
            xcj__json_value *value = &s->item.value;
            value->raw.len = (size_t)(s->text + s->at - value->raw.ptr);
            value->text = value->raw;
        }
    }
    return XCJ_OK;
}

/* Opens an object or array; an empty one is closed at once. `*open` when an item's value is to come. */
static xcj_code begin_level(scanner *s, bool *open)
{
    bool is_object = next_is(s, '{');
    xcj_code code = open_level(s, is_object);
    if (code != XCJ_OK) {
        return code;
    }
    skip_space(s);
    *open = !next_is(s, is_object ? '}' : ']');
    return *open ? begin_item(s) : close_level(s);
}

static const char *type_name(xcj__json_type type)
{
    static const char *const names[] = { "value", "null", "boolean", "number", "string", "array", "object" };
    return names[type];
}

static xcj__json_type type_of(char c)
{
    switch (c) {
    case '{':
        return XCJ__JSON_OBJECT;
    case '[':
        return XCJ__JSON_ARRAY;
    case '"':
        return XCJ__JSON_STRING;
    case 'n':
        return XCJ__JSON_NULL;
    case 't':
    case 'f':
        return XCJ__JSON_BOOL;
    default:
        return XCJ__JSON_NUMBER;
    }
}

/* From the top value's first character to its last. */
static xcj_code scan_values(scanner *s, xcj__json_value *top)
{
    xcj_code code = XCJ_OK;
    for (bool more = true; more && code == XCJ_OK;) {
        xcj__json_value inner;
        xcj__json_value *value = s->depth == 0 ? top : s->depth == 1 ? &s->item.value : &inner;
        if (s->at == s->len) {
            return fault(s, s->at, "the JSON ends too soon");
        }
        if (next_is(s, '{') || next_is(s, '[')) {
            *value = (xcj__json_value){ .type = type_of(s->text[s->at]), .raw.ptr = s->text + s->at };
            bool is_open;
            code = begin_level(s, &is_open);
            if (code != XCJ_OK || is_open) {
                continue;
            }
            value->raw.len = (size_t)(s->text + s->at - value->raw.ptr);
            value->text = value->raw;
        } else {
            code = scan_scalar(s, value);
        }
        if (code == XCJ_OK) {
            code = after_value(s, &more);
        }
    }
    return code;
}

static xcj_code scan_text(scanner *s, xcj__json_type top, xcj__json_value *value)
{
    skip_space(s);
    if (s->at == s->len) {
        return fault(s, s->at, "there is no JSON value");
    }
    if (top != 0 && type_of(s->text[s->at]) != top) {
        return xcj__fail_at(s->err, XCJ_ERR_JSON, NULL, s->at, "not a JSON %s", type_name(top));
    }
    size_t start = s->at;
    xcj_code code = scan_values(s, value);
    if (code != XCJ_OK) {
        return code;
    }
    value->raw = (xcj_str){ s->text + start, s->at - start };
    if (value->type != XCJ__JSON_STRING) {
        value->text = value->raw;
    }
    skip_space(s);
    return s->at == s->len ? XCJ_OK : fault(s, s->at, "more text after the JSON value");
}

static xcj_code run(const char *text, size_t len, xcj__json_type top, const xcj__json_limits *limits, xcj__json_visit visit,
                    void *ctx, xcj__json_value *value, xcj_error *err)
{
    if (len >= UINT32_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "the JSON has %zu bytes, which is more than 4 GiB", len);
    }
    scanner s;
    memset(&s, 0, offsetof(scanner, inline_entries));
    s.text = len > 0 ? text : "";
    s.len = len;
    s.max_depth = limits != NULL ? limits->max_depth : XCJ__JSON_DEPTH;
    if (s.max_depth > XCJ__JSON_DEPTH_MAX) {
        s.max_depth = XCJ__JSON_DEPTH_MAX;
    }
    s.members_left = limits != NULL ? limits->max_members : XCJ__JSON_MEMBERS;
    s.entries = s.inline_entries;
    s.cap = INLINE_ENTRIES;
    s.visit = visit;
    s.ctx = ctx;
    s.err = err;
    xcj_code code = scan_text(&s, top, value);
    xcj_free(s.heap);
    return code;
}

xcj_code xcj__json_scan(const char *text, size_t len, xcj__json_type top, const xcj__json_limits *limits,
                        xcj__json_visit visit, void *ctx, xcj_error *err)
{
    xcj__json_value value;
    return run(text, len, top, limits, visit, ctx, &value, err);
}

xcj_code xcj__json_check(const char *text, size_t len, const xcj__json_limits *limits, xcj__json_value *out, xcj_error *err)
{
    memset(out, 0, sizeof *out);
    xcj_code code = run(text, len, 0, limits, NULL, NULL, out, err);
    if (code != XCJ_OK) {
        memset(out, 0, sizeof *out);
    }
    return code;
}

bool xcj__json_equal(xcj_str content, bool escaped, const char *text, size_t len)
{
    if (!escaped) {
        return content.len == len && (len == 0 || memcmp(content.ptr, text, len) == 0);
    }
    reader r = { .at = content.ptr, .end = content.ptr + content.len };
    for (size_t i = 0; i < len; i++) {
        if (read_byte(&r) != (uint8_t)text[i]) {
            return false;
        }
    }
    return read_byte(&r) < 0;
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

/* A number as 0.D * 10^point, D being `digits` without leading zeros (and with the dot still in it). */
typedef struct decimal {
    bool is_negative;
    const char *digits;
    const char *end; /* of the mantissa; digits == end: zero */
    int64_t point;
} decimal;

/* Exponents are cut here: far beyond what any mantissa could bring back. */
#define EXPONENT_MAX ((int64_t)1 << 40)

static int64_t read_exponent(const char *p, const char *end)
{
    bool is_negative = p < end && *p == '-';
    int64_t exponent = 0;
    p += p < end && (*p == '-' || *p == '+');
    for (; p < end; p++) {
        exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*p - '0') : exponent;
    }
    return is_negative ? -exponent : exponent;
}

static decimal read_decimal(xcj_str text)
{
    const char *p = text.ptr;
    const char *end = text.ptr + text.len;
    decimal d = { .is_negative = *p == '-' };
    p += d.is_negative;
    const char *mantissa = p;
    while (p < end && (is_digit(*p) || *p == '.')) {
        p++;
    }
    d.end = p;
    const char *dot = memchr(mantissa, '.', (size_t)(p - mantissa));
    d.point = (dot != NULL ? dot : p) - mantissa;
    for (d.digits = mantissa; d.digits < d.end && (*d.digits == '0' || *d.digits == '.'); d.digits++) {
        d.point -= *d.digits == '0';
    }
    d.point += p < end ? read_exponent(p + 1, end) : 0;
    return d;
}

/* The greatest number of decimal digits of a finite double. */
#define FINITE_POINT_MAX 309

xcj__json_number xcj__json_number_read(xcj_str text)
{
    decimal d = read_decimal(text);
    xcj__json_number number = { .exact = true, .finite = true };
    if (d.digits == d.end) {
        return number;
    }
    uint64_t whole = 0;
    int64_t place = 0;
    bool is_over = false;
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.') {
            continue;
        }
        unsigned digit = (unsigned)(*p - '0');
        if (place >= d.point) {
            number.fraction = number.fraction || digit != 0;
        } else {
            is_over = is_over || __builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, digit, &whole);
        }
        place++;
    }
    for (; place < d.point && !is_over; place++) {
        is_over = __builtin_mul_overflow(whole, 10, &whole);
    }
    number.finite = d.point <= FINITE_POINT_MAX;
    uint64_t below = d.is_negative && number.fraction && !is_over ? 1 : 0;
    is_over = is_over || __builtin_add_overflow(whole, below, &whole);
    uint64_t limit = (uint64_t)INT64_MAX + d.is_negative;
    number.exact = !is_over && whole <= limit;
    number.floor =
        !number.exact ? (d.is_negative ? INT64_MIN : INT64_MAX) : (d.is_negative ? (int64_t)(0 - whole) : (int64_t)whole);
    return number;
}

/* What decides the nearest double: its exact decimal forms are no longer, and a sticky digit stands for the rest. */
#define DOUBLE_DIGITS 800

bool xcj__json_number_double(xcj_str text, double *out)
{
    decimal d = read_decimal(text);
    char copy[DOUBLE_DIGITS + 32];
    size_t used = 0;
    int64_t digits = 0;
    bool is_sticky = false;
    *out = 0;
    if (d.is_negative) {
        copy[used++] = '-';
    }
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.') {
            continue;
        }
        if (digits < DOUBLE_DIGITS) {
            copy[used++] = *p;
            digits++;
        } else {
            is_sticky = is_sticky || *p != '0';
        }
    }
    if (digits == 0) {
        copy[used++] = '0';
    }
    if (is_sticky) {
        copy[used++] = '1';
        digits++;
    }
    /* Whole digits and an exponent: no character that a locale could change. */
    snprintf(copy + used, sizeof copy - used, "e%lld", (long long)(digits == 0 ? 0 : d.point - digits));
    double value = strtod(copy, NULL);
    if (value > DBL_MAX || value < -DBL_MAX) {
        return false;
    }
    *out = value;
    return true;
}
