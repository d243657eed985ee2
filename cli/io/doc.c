/*
 * doc.c: JSON documents. Header and claims are spliced in as the text they are, so that no number is rewritten.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/doc.h"

#define EXACT_FLAGS ((size_t)(JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL))
#define LOAD_FLAGS (EXACT_FLAGS | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL)

/* The default limits of the library's scanner: a token beyond them is refused everywhere. */
#define DEPTH_LIMIT 64
#define VALUES_LIMIT 65536

/* A longer text, such as a key set, may have one value for every 16 bytes. */
#define BYTES_PER_VALUE 16

/* Deeper values are printed on one line: their indentation would be most of the output. */
#define INDENT_LIMIT 8

/* Stands before every block of jansson's, so that all of the block can be wiped. */
typedef union header {
    size_t size;
    max_align_t strictest;
} header;

static void wiping_free(void *block)
{
    if (block != NULL) {
        header *head = (header *)block - 1;
        text_wipe(block, head->size);
        free(head);
    }
}

/*
 * jansson does not say of every failure that it is for want of memory, and leaves out of an object what it could not make:
 * so there is no going on without. What was printed and not yet written out goes with the process.
 */
static void *malloc_or_exit(size_t size)
{
    header *head = size <= SIZE_MAX - sizeof *head ? malloc(sizeof *head + size) : NULL;
    if (head != NULL) {
        head->size = size;
        return head + 1;
    }
    _exit((int)msg_fail_memory());
}

void doc_start(void)
{
    json_set_alloc_funcs(malloc_or_exit, wiping_free);
}

/* The offset of the quote that ends the string which begins here, or of the end. */
static size_t end_of_string(xcj_str json, size_t at)
{
    for (at++; at < json.len && json.ptr[at] != '"'; at++) {
        at += json.ptr[at] == '\\';
    }
    return at;
}

static bool is_closed_at(xcj_str json, size_t at)
{
    at = text_skip_space(json, at);
    return at < json.len && (json.ptr[at] == ']' || json.ptr[at] == '}');
}

/*
 * A tree takes some hundred bytes for each value, and jansson recurses: so nesting and values are counted first. Returns
 * what there is too much of, and where; NULL: nothing.
 */
static const char *find_excess(xcj_str json, size_t *offset)
{
    const size_t most = json.len / BYTES_PER_VALUE > VALUES_LIMIT ? json.len / BYTES_PER_VALUE : VALUES_LIMIT;
    size_t depth = 0;
    size_t values = 0;
    for (size_t at = 0; at < json.len; at++) {
        const char c = json.ptr[at];
        const bool opens = c == '[' || c == '{';
        *offset = at;
        if (c == '"') {
            at = end_of_string(json, at);
        }
        depth += opens;
        depth -= depth > 0 && (c == ']' || c == '}');
        values += c == ',' || (opens && !is_closed_at(json, at + 1));
        if (depth > DEPTH_LIMIT) {
            return "is nested deeper than 64 levels";
        }
        if (values > most) {
            return "has too many members and elements";
        }
    }
    return NULL;
}

/* As jansson reports a failure, `*excess` being NULL unless it is ours. */
static json_t *load(xcj_str json, size_t flags, const char **excess, json_error_t *why)
{
    size_t offset = 0;
    *excess = find_excess(json, &offset);
    if (*excess != NULL) {
        *why = (json_error_t){ .position = (int)offset };
        return NULL;
    }
    return json_loadb(json.ptr, json.len, flags, why);
}

json_t *doc_load(const char *json, size_t len)
{
    const char *excess = NULL;
    json_error_t why;
    return load((xcj_str){ json, len }, LOAD_FLAGS, &excess, &why);
}

json_t *doc_load_exact(xcj_str json)
{
    const char *excess = NULL;
    json_error_t why;
    return load(json, EXACT_FLAGS, &excess, &why);
}

/* jansson says: duplicate object key near '"name"'. */
static void note_repeated(doc_flaw *flaw, const json_error_t *why)
{
    const char *open = strchr(why->text, '"');
    const char *close = strrchr(why->text, '"');
    (void)snprintf(flaw->repeated, sizeof flaw->repeated, "%.*s", close > open ? (int)(close - open - 1) : 1,
                   close > open ? open + 1 : "?");
}

json_t *doc_survey(const char *json, size_t len, doc_flaw *flaw)
{
    const xcj_str given = { json, len };
    *flaw = (doc_flaw){ "", false, NULL, 0 };
    json_error_t why;
    json_t *value = load(given, LOAD_FLAGS, &flaw->excess, &why);
    if (value == NULL && flaw->excess == NULL && json_error_code(&why) == json_error_duplicate_key) {
        note_repeated(flaw, &why);
        value = json_loadb(json, len, LOAD_FLAGS & ~(size_t)JSON_REJECT_DUPLICATES, &why);
    }
    if (value == NULL) {
        flaw->too_large = flaw->excess == NULL && json_error_code(&why) == json_error_numeric_overflow;
        flaw->offset = why.position;
    }
    return value;
}

static int add_dumped(const char *bytes, size_t len, void *to)
{
    text_add(to, bytes, len);
    return 0;
}

void doc_dump(text *to, const json_t *value)
{
    if (json_dump_callback(value, add_dumped, to, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        to->failed = true;
    }
}

msg_status doc_check(const char *name, xcj_str json, bool must_be_object)
{
    const char *excess = NULL;
    json_error_t why;
    json_t *value = load(json, LOAD_FLAGS, &excess, &why);
    if (excess != NULL) {
        return msg_fail(STATUS_INPUT, name, "%s (at offset %d)", excess, why.position);
    }
    if (value == NULL) {
        /* jansson's own words quote the text, which may be a secret. */
        const bool is_twice = json_error_code(&why) == json_error_duplicate_key;
        return msg_fail(STATUS_INPUT, name, "%s (at offset %d)", is_twice ? "has a member twice" : "is not valid JSON",
                        why.position);
    }
    bool is_object = json_is_object(value);
    json_decref(value);
    if (must_be_object && !is_object) {
        return msg_fail(STATUS_INPUT, name, "is not a JSON object");
    }
    return STATUS_OK;
}

bool doc_string(text *to, const char *bytes, size_t len)
{
    json_t *value = json_stringn(bytes, len);
    if (value == NULL) {
        return false;
    }
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    json_decref(value);
    if (dumped == NULL) {
        to->failed = true;
        return true;
    }
    text_puts(to, dumped);
    wiping_free(dumped);
    return true;
}

xcj_str doc_view(const json_t *string)
{
    return (xcj_str){ json_string_value(string), json_string_length(string) };
}

json_t *doc_text(xcj_str value)
{
    json_t *made = value.ptr != NULL ? json_stringn(value.ptr, value.len) : NULL;
    return made != NULL ? made : json_null();
}

void doc_splice(text *to, xcj_str object, xcj_str members)
{
    size_t end = object.len;
    while (end > 0 && object.ptr[end - 1] != '}') {
        end--;
    }
    size_t before = end > 0 ? end - 1 : 0;
    while (before > 0 && text_is_space(object.ptr[before - 1])) {
        before--;
    }
    bool is_empty = before > 0 && object.ptr[before - 1] == '{';
    text_add(to, object.ptr, before);
    if (members.len > 0 && !is_empty) {
        text_puts(to, ",");
    }
    text_add(to, members.ptr, members.len);
    text_add(to, object.ptr + before, object.len - before);
}

void doc_member(text *members, const char *name, xcj_str raw)
{
    text_printf(members, ",\"%s\":", name);
    text_add(members, raw.ptr, raw.len);
    if (members->failed) {
        return;
    }
    for (char *p = members->ptr + members->len - raw.len; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\r') {
            *p = ' ';
        }
    }
}

msg_status doc_line(text *to, json_t *object, const text *members)
{
    char *dumped = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (dumped == NULL) {
        return msg_fail_memory();
    }
    size_t len = strlen(dumped);
    text_add_shown(to, dumped, len - 1); /* all but the closing brace */
    text_add_shown(to, members->ptr, members->len);
    text_puts(to, "}\n");
    wiping_free(dumped);
    return to->failed || members->failed ? msg_fail_memory() : STATUS_OK;
}

static void new_line(text *to, size_t depth)
{
    static const char spaces[] = "                ";
    _Static_assert(sizeof spaces - 1 == (size_t)2 * INDENT_LIMIT, "two for each level that is indented");
    if (depth <= INDENT_LIMIT) {
        text_puts(to, "\n");
        text_add(to, spaces, depth * 2);
    }
}

/* Before the bracket that ends the values of this depth. */
static void close_line(text *to, size_t depth)
{
    if (depth <= INDENT_LIMIT) {
        new_line(to, depth - 1);
    }
}

/* A string with its quotes. Returns the offset after. */
static size_t pretty_string(text *to, xcj_str json, size_t at)
{
    const size_t end = end_of_string(json, at);
    text_add_shown(to, json.ptr + at, end - at);
    text_puts(to, "\"");
    return end + 1;
}

void doc_pretty(text *to, xcj_str json)
{
    size_t depth = 0;
    for (size_t at = text_skip_space(json, 0); at < json.len; at = text_skip_space(json, at)) {
        char c = json.ptr[at];
        if (c == '"') {
            at = pretty_string(to, json, at);
            continue;
        }
        at++;
        if (c == '}' || c == ']') {
            close_line(to, depth--);
        }
        text_add(to, &c, 1);
        if (c == ':') {
            text_puts(to, " ");
        }
        if (c == ',') {
            new_line(to, depth);
        }
        if (c != '{' && c != '[') {
            continue;
        }
        at = text_skip_space(json, at);
        if (at < json.len && (json.ptr[at] == '}' || json.ptr[at] == ']')) {
            text_add(to, &json.ptr[at++], 1);
        } else {
            new_line(to, ++depth);
        }
    }
}
