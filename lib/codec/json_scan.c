#include "lib/codec/json_scan.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_names.h"
#include "lib/codec/json_string.h"

#define INLINE_ENTRIES 64

/* A member of an open object, or the mark of an open object or array: then `value` is the position of the enclosing level's
 * mark, and is_object tells the two kinds apart. */
typedef xcj__json_member entry;

typedef struct scanner {
    const char *text;
    size_t len;
    size_t at;
    unsigned depth;
    unsigned max_depth;
    size_t members_left;
    bool any_names;
    bool is_index;         /* note the values of the top object's members, which stay in `entries` behind the first mark */
    bool has_escaped_name; /* of the top object */
    entry *entries; /* a stack: above an open object's mark are only its own names, since those of closed ones are removed */
    size_t count;
    size_t cap;
    size_t mark; /* the mark of the innermost open level */
    entry *heap;
    size_t top_count; /* the members of the top object, once it is closed */
    xcj__json_names names;
    xcj__json_visit visit;
    void *ctx;
    xcj_error *err;
    xcj__json_item item; /* the current member of the top value */
    entry inline_entries[INLINE_ENTRIES];
} scanner;

static xcj_code fault(scanner *s, size_t at, const char *what)
{
    return xcj__fail_at(s->err, XCJ_ERR_JSON, NULL, at, "%s at offset %zu", what, at);
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

/* Starts after the opening quote; leaves `at` after the closing one. */
static xcj_code scan_string(scanner *s, xcj_str *content, bool *escaped)
{
    size_t start = s->at;
    const char *what = xcj__json_string_end(s->text, s->len, &s->at, escaped);
    if (what != NULL) {
        return fault(s, s->at, what);
    }
    *content = (xcj_str){ s->text + start, s->at - start };
    s->at++;
    return XCJ_OK;
}

static size_t skip_digits(const scanner *s, size_t at)
{
    while (at < s->len && xcj__is_digit(s->text[at])) {
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

static entry *push(scanner *s)
{
    if (s->count == s->cap) {
        entry *larger =
            s->heap != NULL ? xcj__realloc(s->heap, 2 * s->cap * sizeof *larger) : xcj__alloc(2 * s->cap * sizeof *larger);
        if (larger == NULL) {
            return NULL;
        }
        if (s->heap == NULL) {
            memcpy(larger, s->entries, s->count * sizeof *larger);
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
    *mark = (entry){ .value = (uint32_t)s->mark, .is_object = is_object };
    s->mark = s->count - 1;
    s->depth++;
    s->at++;
    return XCJ_OK;
}

static xcj_code refuse_duplicate(const scanner *s, const entry *twice)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, s->text + twice->name, twice->name_len);
    return xcj__fail_at(s->err, XCJ_ERR_JSON, shown, twice->name, "duplicate member \"%s\" at offset %u", shown,
                        (unsigned)twice->name);
}

static xcj_code close_level(scanner *s)
{
    const size_t count = s->count - s->mark - 1;
    const entry *twice = NULL;
    if (!xcj__json_names_duplicate(&twice, &s->names, s->text, s->entries + s->mark + 1, count)) {
        return xcj__fail_memory(s->err);
    }
    if (twice != NULL) {
        return refuse_duplicate(s, twice);
    }
    s->top_count = count;
    s->count = s->mark;
    s->mark = s->entries[s->mark].value;
    s->depth--;
    s->at++;
    return XCJ_OK;
}

/* Starts another member or element of the innermost level; leaves `at` at its value. */
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
    xcj_str name = { NULL, 0 };
    bool escaped = false;
    xcj_code code = scan_string(s, &name, &escaped);
    if (code != XCJ_OK) {
        return code;
    }
    if (!s->any_names) {
        entry *noted = push(s);
        if (noted == NULL) {
            return xcj__fail_memory(s->err);
        }
        xcj__json_member_name(noted, s->text, quote + 1, name.len, escaped);
    }
    if (s->depth == 1) {
        s->item.name = name;
        s->item.name_escaped = escaped;
        s->has_escaped_name = s->has_escaped_name || escaped;
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

/* Scans any value except an object or an array. */
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
    } else if (c == '-' || xcj__is_digit(c)) {
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

/* The member's name was pushed before its value, and what the value pushed is removed. */
static void note_value(scanner *s)
{
    const xcj__json_value *value = &s->item.value;
    entry *member = &s->entries[s->count - 1];
    member->value = (uint32_t)(value->raw.ptr - s->text);
    member->value_len = (uint32_t)value->raw.len;
    member->type = (uint8_t)value->type;
    member->value_escaped = value->escaped;
}

static xcj_code visit_item(scanner *s)
{
    if (s->depth != 1) {
        return XCJ_OK;
    }
    if (s->is_index) {
        note_value(s);
        return XCJ_OK;
    }
    return s->visit != NULL ? s->visit(s->ctx, &s->item, s->err) : XCJ_OK;
}

/* Scans what follows a value: the next item, or the ends of levels. Sets `*more` if a value comes next. */
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

/* Opens an object or array, and closes it if it is empty. Sets `*open` if an item's value comes next. */
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

/* Scans from the top value's first character to its last. */
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

static void start(scanner *s, xcj_str text, const xcj__json_limits *limits, xcj_error *err)
{
    memset(s, 0, offsetof(scanner, inline_entries));
    s->text = text.len > 0 ? text.ptr : "";
    s->len = text.len;
    s->max_depth = limits != NULL ? limits->max_depth : XCJ__JSON_DEPTH;
    if (s->max_depth > XCJ__JSON_DEPTH_MAX) {
        s->max_depth = XCJ__JSON_DEPTH_MAX;
    }
    s->members_left = limits != NULL ? limits->max_members : XCJ__JSON_MEMBERS;
    s->any_names = limits != NULL && limits->any_names;
    s->entries = s->inline_entries;
    s->cap = INLINE_ENTRIES;
    s->err = err;
}

static xcj_code run(scanner *s, xcj__json_type top, xcj__json_value *value)
{
    if (s->len >= UINT32_MAX) {
        return xcj__fail(s->err, XCJ_ERR_LIMIT, "the JSON has %zu bytes, which is more than 4 GiB", s->len);
    }
    xcj_code code = scan_text(s, top, value);
    xcj_free(s->names.slots);
    return code;
}

xcj_code xcj__json_scan(const char *text, size_t len, xcj__json_type top, const xcj__json_limits *limits,
                        xcj__json_visit visit, void *ctx, xcj_error *err)
{
    scanner s;
    xcj__json_value value;
    start(&s, (xcj_str){ text, len }, limits, err);
    s.visit = visit;
    s.ctx = ctx;
    xcj_code code = run(&s, top, &value);
    xcj_free(s.heap);
    return code;
}

xcj_code xcj__json_check(const char *text, size_t len, const xcj__json_limits *limits, xcj__json_value *out, xcj_error *err)
{
    scanner s;
    start(&s, (xcj_str){ text, len }, limits, err);
    memset(out, 0, sizeof *out);
    xcj_code code = run(&s, 0, out);
    xcj_free(s.heap);
    if (code != XCJ_OK) {
        memset(out, 0, sizeof *out);
    }
    return code;
}

xcj_code xcj__json_index_read(xcj__json_index *out, xcj_str text, const xcj__json_limits *limits, xcj__json_member *room,
                              size_t room_len, xcj_error *err)
{
    scanner s;
    xcj__json_value value;
    start(&s, text, limits, err);
    s.is_index = true;
    s.any_names = false;
    s.entries = room;
    s.cap = room_len;
    *out = (xcj__json_index){ .text = s.text, .len = s.len };
    xcj_code code = run(&s, XCJ__JSON_OBJECT, &value);
    if (code != XCJ_OK) {
        xcj_free(s.heap);
        return code;
    }
    *out = (xcj__json_index){ s.text, s.len, s.entries + 1, s.top_count, s.has_escaped_name, s.heap };
    return XCJ_OK;
}

void xcj__json_index_copy(xcj__json_index *out, const xcj__json_index *index, xcj__json_member *room, const char *text)
{
    if (index->count > 0) {
        memcpy(room, index->members, index->count * sizeof *room);
    }
    *out = (xcj__json_index){ text, index->len, room, index->count, index->has_escaped_name, NULL };
}

const xcj__json_member *xcj__json_index_find(const xcj__json_index *index, const char *name, size_t len)
{
    const uint32_t hash = xcj__json_name_hash(name, len);
    for (const xcj__json_member *m = index->members, *end = m + index->count; m < end; m++) {
        if (m->hash == hash &&
            xcj__json_equal((xcj_str){ index->text + m->name, m->name_len }, m->name_escaped, name, len)) {
            return m;
        }
    }
    return NULL;
}

xcj__json_value xcj__json_member_value(const char *text, const xcj__json_member *member)
{
    const size_t quote = member->type == XCJ__JSON_STRING;
    const char *value = text + member->value;
    return (xcj__json_value){ .type = (xcj__json_type)member->type,
                              .escaped = member->value_escaped,
                              .text = { value + quote, member->value_len - 2 * quote },
                              .raw = { value, member->value_len } };
}

xcj__json_value xcj__json_index_value(const xcj__json_index *index, const char *name, size_t len)
{
    const xcj__json_member *member = xcj__json_index_find(index, name, len);
    return member != NULL ? xcj__json_member_value(index->text, member) : (xcj__json_value){ .type = 0 };
}

xcj__json_item xcj__json_member_item(const char *text, const xcj__json_member *member)
{
    const char *name = text + member->name;
    return (xcj__json_item){ .name = { name, member->name_len },
                             .name_escaped = member->name_escaped,
                             .raw_name = { name - 1, (size_t)member->name_len + 2 },
                             .value = xcj__json_member_value(text, member) };
}
