/*
 * The scanner against jansson: the same verdict, and of an object the same members, but where jansson has limits of its own
 * (jansson_oracle.h) or the text is deeper than the scanner goes.
 */
#include "fuzz.h"
#include "lib/codec/json_scan.h"
#include "tests/jansson_oracle.h"

static const xcj__json_limits deep = { .max_depth = XCJ__JSON_DEPTH_MAX, .max_members = SIZE_MAX };

typedef struct seen {
    const char *end; /* of the item before */
    const json_t *object;
    size_t count;
} seen;

static const int TYPES[] = {
    [JSON_OBJECT] = XCJ__JSON_OBJECT,  [JSON_ARRAY] = XCJ__JSON_ARRAY, [JSON_STRING] = XCJ__JSON_STRING,
    [JSON_INTEGER] = XCJ__JSON_NUMBER, [JSON_REAL] = XCJ__JSON_NUMBER, [JSON_TRUE] = XCJ__JSON_BOOL,
    [JSON_FALSE] = XCJ__JSON_BOOL,     [JSON_NULL] = XCJ__JSON_NULL,
};

/* A string's content, unescaped, is what jansson has. */
static void check_content(xcj_str content, bool escaped, const char *theirs, size_t len)
{
    char *text = malloc(content.len + 1);
    MUST(text != NULL);
    size_t ours = xcj__json_unescape(text, content);
    MUST(escaped || ours == content.len);
    MUST(ours == len && memcmp(text, theirs, len) == 0);
    MUST(xcj__json_equal(content, escaped, theirs, len));
    free(text);
}

static void check_member(const seen *s, const xcj__json_item *item)
{
    char *name = malloc(item->name.len + 1);
    MUST(name != NULL);
    name[xcj__json_unescape(name, item->name)] = '\0';
    const json_t *theirs = json_object_get(s->object, name);
    MUST(theirs != NULL && TYPES[json_typeof(theirs)] == (int)item->value.type);
    if (json_is_string(theirs)) {
        check_content(item->value.text, item->value.escaped, json_string_value(theirs), json_string_length(theirs));
    }
    if (json_is_integer(theirs)) {
        xcj__json_number number = xcj__json_number_read(item->value.text);
        MUST(number.exact && !number.fraction && number.floor == json_integer_value(theirs));
    }
    if (json_is_number(theirs)) {
        double value;
        MUST(xcj__json_number_double(item->value.text, &value));
        MUST(json_is_integer(theirs) || (value <= json_real_value(theirs) && value >= json_real_value(theirs)));
    }
    free(name);
}

static xcj_code visit(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    seen *s = ctx;
    const char *begin = item->raw_name.ptr != NULL ? item->raw_name.ptr : item->value.raw.ptr;
    MUST(begin >= s->end);
    s->end = item->value.raw.ptr + item->value.raw.len;
    s->count++;
    if (s->object != NULL) {
        check_member(s, item);
    }
    return XCJ_OK;
}

/* An index has the same members, and finds each. */
static void check_index(const char *text, size_t size, const json_t *object)
{
    xcj__json_member room[8];
    xcj__json_index index;
    seen s = { text, object, 0 };
    MUST(xcj__json_index_read(&index, (xcj_str){ text, size }, &deep, room, 8, NULL) == XCJ_OK);
    for (size_t i = 0; i < index.count; i++) {
        const xcj__json_item item = xcj__json_member_item(index.text, &index.members[i]);
        char *name = malloc(item.name.len + 1);
        MUST(name != NULL && visit(&s, &item, NULL) == XCJ_OK);
        MUST(xcj__json_index_find(&index, name, xcj__json_unescape(name, item.name)) == &index.members[i]);
        free(name);
    }
    MUST(s.count == json_object_size(object));
    xcj_free(index.block);
}

static void check_members(const char *text, size_t size)
{
    json_t *theirs = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    seen s = { text, json_is_object(theirs) ? theirs : NULL, 0 };
    MUST(xcj__json_scan(text, size, 0, &deep, visit, &s, NULL) == XCJ_OK);
    MUST(s.end <= text + size);
    if (s.object != NULL) {
        check_index(text, size, s.object);
    }
    MUST(s.count == (json_is_array(theirs) ? json_array_size(theirs) : json_object_size(theirs)));
    json_decref(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    xcj_error err;
    xcj__json_value value;
    xcj_code code = xcj__json_scan(text, size, 0, &deep, NULL, NULL, &err);
    MUST(code == XCJ_OK || code == XCJ_ERR_JSON || code == XCJ_ERR_LIMIT);
    MUST(code != XCJ_ERR_JSON || err.offset <= size);
    MUST(xcj__json_check(text, size, &deep, &value, NULL) == code);
    /* The default limits refuse more, never less. */
    xcj_code limited = xcj__json_scan(text, size, 0, NULL, NULL, NULL, NULL);
    MUST(limited == code || limited == XCJ_ERR_LIMIT);
    opinion theirs = code == XCJ_ERR_LIMIT ? NO_OPINION : ask_jansson(text, size);
    MUST(theirs == NO_OPINION || (code == XCJ_OK) == (theirs == ACCEPTED));
    if (theirs == ACCEPTED) {
        check_members(text, size);
    }
    return 0;
}
