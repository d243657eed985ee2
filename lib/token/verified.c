#include "lib/token/verified.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_path.h"

void xcj__verified_destroy(xcj__cached *shared)
{
    xcj_key_free(((xcj_verified *)shared)->key);
    xcj_free(shared);
}

void xcj_verified_free(xcj_verified *verified)
{
    if (verified != NULL) {
        xcj__cached_drop(&verified->shared);
    }
}

xcj_str xcj_verified_payload(const xcj_verified *verified)
{
    return verified != NULL ? verified->payload : (xcj_str){ NULL, 0 };
}

xcj_str xcj_verified_header(const xcj_verified *verified)
{
    return verified != NULL ? verified->header : (xcj_str){ NULL, 0 };
}

xcj_alg xcj_verified_alg(const xcj_verified *verified)
{
    return verified != NULL ? verified->alg : XCJ_ALG_NONE;
}

const xcj_key *xcj_verified_key(const xcj_verified *verified)
{
    return verified != NULL ? verified->key : NULL;
}

xcj_type xcj_verified_claim(xcj_str *name, xcj_str *json, const xcj_verified *verified, size_t index)
{
    const xcj__json_index *claims = verified != NULL ? &verified->claims : NULL;
    const xcj_str absent = { NULL, 0 };
    xcj_str found_name = absent;
    xcj_str found_json = absent;
    xcj_type type = XCJ_TYPE_ABSENT;
    if (claims != NULL && index < claims->count) {
        const xcj__json_member *member = &claims->members[index];
        found_name =
            verified->names != NULL ? verified->names[index] : (xcj_str){ claims->text + member->name, member->name_len };
        found_json = (xcj_str){ claims->text + member->value, member->value_len };
        type = (xcj_type)member->type;
    }
    if (name != NULL) {
        *name = found_name;
    }
    if (json != NULL) {
        *json = found_json;
    }
    return type;
}

/* Finds the value at a path; type 0 if there is none. The only possible error is XCJ_ERR_MEMORY. */
static xcj_code find(xcj__json_value *out, const xcj_verified *verified, xcj_where where, xcj_str path)
{
    *out = (xcj__json_value){ .type = 0 };
    if (where != XCJ_HEADER && where != XCJ_CLAIMS) {
        return XCJ_OK;
    }
    out->type = XCJ__JSON_OBJECT;
    out->raw = verified->header;
    return xcj__json_find(out, where == XCJ_CLAIMS ? &verified->claims : NULL, path);
}

static xcj_code find_typed(xcj__json_value *out, const xcj_verified *verified, xcj_where where, xcj_str path, unsigned types,
                           const char *wanted, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    if (verified == NULL || path.ptr == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = find(out, verified, where, path);
    if (code != XCJ_OK) {
        return xcj__fail_memory(err);
    }
    if ((types & 1u << out->type) == 0) {
        xcj__sanitise(shown, sizeof shown, path.ptr, path.len);
        return xcj__fail_at(err, XCJ_ERR_CLAIM, shown, XCJ_NO_OFFSET, "\"%s\" is %s%s", shown,
                            out->type == 0 ? "missing" : "not ", out->type == 0 ? "" : wanted);
    }
    xcj__error_clear(err);
    return XCJ_OK;
}

xcj_type xcj_verified_type(const xcj_verified *verified, xcj_where where, const char *path, size_t path_len)
{
    xcj__json_value value;
    if (verified == NULL || path == NULL) {
        return XCJ_TYPE_ABSENT;
    }
    xcj_code code = find(&value, verified, where, (xcj_str){ path, path_len });
    return code == XCJ_OK ? (xcj_type)value.type : XCJ_TYPE_ABSENT;
}

xcj_code xcj_verified_text(char **out, size_t *out_len, const xcj_verified *verified, xcj_where where, const char *path,
                           size_t path_len, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len)) {
        return xcj__fail_null(err);
    }
    xcj__json_value value;
    xcj_code code =
        find_typed(&value, verified, where, (xcj_str){ path, path_len }, 1u << XCJ__JSON_STRING, "a string", err);
    return code == XCJ_OK ? xcj__json_take_text(out, out_len, value.text, err) : code;
}

static xcj_code wrong_value(xcj_str path, const char *what, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, path.ptr, path.len);
    return xcj__fail_at(err, XCJ_ERR_CLAIM, shown, XCJ_NO_OFFSET, "\"%s\" is %s", shown, what);
}

xcj_code xcj_verified_integer(int64_t *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len,
                              xcj_error *err)
{
    if (out == NULL) {
        return xcj__fail_null(err);
    }
    *out = 0;
    xcj__json_value value;
    xcj_str name = { path, path_len };
    xcj_code code = find_typed(&value, verified, where, name, 1u << XCJ__JSON_NUMBER, "a number", err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__json_number number = xcj__json_number_read(value.text);
    if (!number.exact || number.fraction) {
        return wrong_value(name, "not an integer of 64 bits", err);
    }
    *out = number.floor;
    return XCJ_OK;
}

xcj_code xcj_verified_number(double *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len,
                             xcj_error *err)
{
    if (out == NULL) {
        return xcj__fail_null(err);
    }
    *out = 0;
    xcj__json_value value;
    xcj_str name = { path, path_len };
    xcj_code code = find_typed(&value, verified, where, name, 1u << XCJ__JSON_NUMBER, "a number", err);
    if (code != XCJ_OK) {
        return code;
    }
    return xcj__json_number_double(value.text, out) ? XCJ_OK : wrong_value(name, "too large for a double", err);
}

xcj_code xcj_verified_boolean(int *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len,
                              xcj_error *err)
{
    if (out == NULL) {
        return xcj__fail_null(err);
    }
    *out = 0;
    xcj__json_value value;
    xcj_str name = { path, path_len };
    xcj_code code = find_typed(&value, verified, where, name, 1u << XCJ__JSON_BOOL, "true or false", err);
    *out = code == XCJ_OK && value.text.ptr[0] == 't';
    return code;
}

xcj_code xcj_verified_json(xcj_str *out, const xcj_verified *verified, xcj_where where, const char *path, size_t path_len,
                           xcj_error *err)
{
    if (out == NULL) {
        return xcj__fail_null(err);
    }
    *out = (xcj_str){ NULL, 0 };
    xcj__json_value value;
    const unsigned any = ~1u;
    xcj_code code = find_typed(&value, verified, where, (xcj_str){ path, path_len }, any, "", err);
    if (code == XCJ_OK) {
        *out = value.raw;
    }
    return code;
}

/* The first pass over an array of strings measures the room, the second copies the strings. */
typedef struct gathering {
    xcj_str *views;
    char *texts;
    size_t count;
    size_t room;
    bool has_other;
} gathering;

static xcj_code measure(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    gathering *g = ctx;
    g->count++;
    g->room += item->value.text.len + 1;
    g->has_other = g->has_other || item->value.type != XCJ__JSON_STRING;
    return XCJ_OK;
}

static xcj_code gather(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    gathering *g = ctx;
    size_t len = xcj__json_unescape(g->texts, item->value.text);
    g->texts[len] = '\0';
    g->views[g->count++] = (xcj_str){ g->texts, len };
    g->texts += len + 1;
    return XCJ_OK;
}

static xcj_code each(const xcj__json_value *value, xcj__json_visit visitor, gathering *g)
{
    if (value->type == XCJ__JSON_STRING) {
        xcj__json_item only = { .value = *value };
        return visitor(g, &only, NULL);
    }
    return xcj__json_scan(value->raw.ptr, value->raw.len, XCJ__JSON_ARRAY, &xcj__json_scanned, visitor, g, NULL);
}

xcj_code xcj_verified_texts(xcj_str **out, size_t *out_count, const xcj_verified *verified, xcj_where where,
                            const char *path, size_t path_len, xcj_error *err)
{
    if (!xcj__clear_block(out, out_count)) {
        return xcj__fail_null(err);
    }
    static const char wanted[] = "a string or an array of strings";
    const unsigned types = 1u << XCJ__JSON_STRING | 1u << XCJ__JSON_ARRAY;
    xcj__json_value value;
    gathering g = { 0 };
    xcj_code code = find_typed(&value, verified, where, (xcj_str){ path, path_len }, types, wanted, err);
    if (code == XCJ_OK && each(&value, measure, &g) != XCJ_OK) {
        code = xcj__fail_memory(err);
    }
    if (code == XCJ_OK && g.has_other) {
        code = wrong_value((xcj_str){ path, path_len }, "not a string or an array of strings", err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj_str *views = xcj__alloc(g.count * sizeof *views + g.room + 1);
    if (views == NULL) {
        return xcj__fail_memory(err);
    }
    g = (gathering){ .views = views, .texts = (char *)(views + g.count) };
    if (each(&value, gather, &g) != XCJ_OK) {
        xcj_free(views);
        return xcj__fail_memory(err);
    }
    *out = views;
    *out_count = g.count;
    return XCJ_OK;
}
