/*
 * doc.c: JSON documents. Header and claims are spliced in as the text they are, so that no number is rewritten.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doc.h"

#define LOAD_FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

static void wiping_free(void *block)
{
    if (block != NULL) {
        text_wipe(block, malloc_usable_size(block));
    }
    free(block);
}

/*
 * jansson does not say of every failure that it is for want of memory, and leaves out of an object what it could not make:
 * so there is no going on without. What was printed and not yet written out goes with the process.
 */
static void *malloc_or_exit(size_t size)
{
    void *block = malloc(size);
    if (block == NULL) {
        _exit((int)msg_fail_memory());
    }
    return block;
}

void doc_start(void)
{
    json_set_alloc_funcs(malloc_or_exit, wiping_free);
}

json_t *doc_load(const char *json, size_t len)
{
    json_error_t why;
    return json_loadb(json, len, LOAD_FLAGS, &why);
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
    *flaw = (doc_flaw){ "", false, 0 };
    json_error_t why;
    json_t *value = json_loadb(json, len, LOAD_FLAGS, &why);
    if (value == NULL && json_error_code(&why) == json_error_duplicate_key) {
        note_repeated(flaw, &why);
        value = json_loadb(json, len, LOAD_FLAGS & ~(size_t)JSON_REJECT_DUPLICATES, &why);
    }
    if (value == NULL) {
        flaw->too_large = json_error_code(&why) == json_error_numeric_overflow;
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
    json_error_t why;
    json_t *value = json_loadb(json.ptr, json.len, LOAD_FLAGS, &why);
    if (value == NULL) {
        return msg_fail(STATUS_INPUT, name, "is not JSON: %s at offset %d", why.text, why.position);
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
    text_add(to, dumped, len - 1); /* all but the closing brace */
    text_add(to, members->ptr, members->len);
    text_puts(to, "}\n");
    wiping_free(dumped);
    return to->failed || members->failed ? msg_fail_memory() : STATUS_OK;
}

static void new_line(text *to, size_t depth)
{
    static const char spaces[] = "                                ";
    text_puts(to, "\n");
    for (size_t left = depth * 2; left > 0;) {
        size_t some = left < sizeof spaces - 1 ? left : sizeof spaces - 1;
        text_add(to, spaces, some);
        left -= some;
    }
}

/* A string with its quotes; DEL and the C1 controls (U+0080 to U+009F) are written as \u escapes. Returns the offset after.
 */
static size_t pretty_string(text *to, xcj_str json, size_t at)
{
    bool escaped = false;
    size_t i = at + 1;
    text_puts(to, "\"");
    for (; i < json.len && (escaped || json.ptr[i] != '"'); i++) {
        unsigned char c = (unsigned char)json.ptr[i];
        unsigned char next = i + 1 < json.len ? (unsigned char)json.ptr[i + 1] : 0;
        escaped = !escaped && c == '\\';
        if (c == 0x7f) {
            text_puts(to, "\\u007f");
        } else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
            text_printf(to, "\\u%04x", (unsigned)json.ptr[++i] & 0xff);
        } else {
            text_add(to, &json.ptr[i], 1);
        }
    }
    text_puts(to, "\"");
    return i + 1;
}

static size_t skip_space(xcj_str json, size_t at)
{
    while (at < json.len && text_is_space(json.ptr[at])) {
        at++;
    }
    return at;
}

void doc_pretty(text *to, xcj_str json)
{
    size_t depth = 0;
    for (size_t at = skip_space(json, 0); at < json.len; at = skip_space(json, at)) {
        char c = json.ptr[at];
        if (c == '"') {
            at = pretty_string(to, json, at);
            continue;
        }
        at++;
        if (c == '}' || c == ']') {
            new_line(to, --depth);
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
        at = skip_space(json, at);
        if (at < json.len && (json.ptr[at] == '}' || json.ptr[at] == ']')) {
            text_add(to, &json.ptr[at++], 1);
        } else {
            new_line(to, ++depth);
        }
    }
}
