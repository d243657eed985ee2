#include "lib/codec/json_path.h"

#include <string.h>

#include "lib/base/buf.h"

/* Parts with an escape up to this length need no allocation. */
#define PART_ROOM 128

const xcj__json_limits xcj__json_scanned = { .max_depth = XCJ__JSON_DEPTH_MAX, .max_members = SIZE_MAX };

/* One step of a path: a member's name or an element's index. */
typedef struct step {
    xcj_str name; /* unescaped */
    size_t index; /* the element's index; SIZE_MAX if the name is not a number */
    size_t at;
    xcj__json_value found;
} step;

static xcj_code visit(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    step *s = ctx;
    bool is_it = item->name.ptr != NULL ? xcj__json_equal(item->name, item->name_escaped, s->name.ptr, s->name.len)
                                        : s->at == s->index;
    s->at++;
    if (is_it) {
        s->found = item->value;
    }
    return XCJ_OK;
}

/* RFC 6901 4: digits without a leading zero. */
static size_t read_index(const char *name, size_t len)
{
    size_t index = 0;
    if (len == 0 || len > 9 || (len > 1 && name[0] == '0')) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return SIZE_MAX;
        }
        index = index * 10 + (size_t)(name[i] - '0');
    }
    return index;
}

static xcj_code descend(xcj__json_value *value, const xcj__json_index *index, xcj_str name)
{
    if (index != NULL) {
        *value = xcj__json_index_value(index, name.ptr, name.len);
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_OBJECT && value->type != XCJ__JSON_ARRAY) {
        value->type = 0;
        return XCJ_OK;
    }
    step s = { .name = name, .index = read_index(name.ptr, name.len) };
    xcj_code code = xcj__json_scan(value->raw.ptr, value->raw.len, value->type, &xcj__json_scanned, visit, &s, NULL);
    *value = s.found;
    return code;
}

/* RFC 6901 4: ~1 stands for a slash and ~0 for a tilde. */
static bool unescape(char *dst, size_t *len, xcj_str part)
{
    *len = 0;
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        if (c == '~') {
            i++;
            if (i == part.len || (part.ptr[i] != '0' && part.ptr[i] != '1')) {
                return false;
            }
            c = part.ptr[i] == '0' ? '~' : '/';
        }
        dst[(*len)++] = c;
    }
    return true;
}

/* The first part, still escaped; *pointer is then what follows it, from the next slash. */
static xcj_str split(xcj_str *pointer)
{
    const char *begin = pointer->ptr + 1;
    const char *end = pointer->ptr + pointer->len;
    const char *slash = memchr(begin, '/', pointer->len - 1);
    slash = slash != NULL ? slash : end;
    *pointer = (xcj_str){ slash, (size_t)(end - slash) };
    return (xcj_str){ begin, (size_t)(slash - begin) };
}

bool xcj__json_take_part(char *dst, size_t *len, xcj_str *pointer)
{
    return unescape(dst, len, split(pointer));
}

static xcj_code descend_part(xcj__json_value *value, const xcj__json_index *index, xcj_str part)
{
    if (memchr(part.ptr, '~', part.len) == NULL) {
        return descend(value, index, part);
    }
    char storage[PART_ROOM];
    xcj__buf room;
    xcj__buf_init_on(&room, storage, sizeof storage);
    char *name = xcj__buf_reserve(&room, part.len);
    size_t len;
    xcj_code code = name != NULL ? XCJ_OK : XCJ_ERR_MEMORY;
    if (code == XCJ_OK && unescape(name, &len, part)) {
        code = descend(value, index, (xcj_str){ name, len });
    } else {
        value->type = 0;
    }
    xcj__buf_free(&room);
    return code;
}

xcj_code xcj__json_find(xcj__json_value *value, const xcj__json_index *index, xcj_str path)
{
    if (!xcj__json_is_pointer(path)) {
        return descend(value, index, path);
    }
    if (index != NULL) {
        value->type = XCJ__JSON_OBJECT;
    }
    xcj_code code = XCJ_OK;
    while (code == XCJ_OK && value->type != 0 && path.len > 0) {
        const xcj_str part = split(&path);
        code = descend_part(value, index, part);
        index = NULL;
    }
    return code;
}
