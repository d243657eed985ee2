/*
 * fields.c: reading lines of names and values.
 */
#include <string.h>

#include "cli/remote/fields.h"

bool fields_split(fields *out, xcj_str whole)
{
    *out = (fields){ { NULL, 0 }, { NULL, 0 } };
    for (size_t at = 1; at < whole.len; at++) {
        if (whole.ptr[at - 1] == '\n' && whole.ptr[at] == '\n') {
            out->head = (xcj_str){ whole.ptr, at };
            out->body = (xcj_str){ whole.ptr + at + 1, whole.len - at - 1 };
            return true;
        }
    }
    return false;
}

xcj_str fields_text(const fields *from, const char *name)
{
    const size_t name_len = strlen(name);
    xcj_str rest = from->head;
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len - 1;
        if (len > name_len && memcmp(rest.ptr, name, name_len) == 0 && rest.ptr[name_len] == ' ') {
            return (xcj_str){ rest.ptr + name_len + 1, len - name_len - 1 };
        }
        rest.ptr += len + 1;
        rest.len -= len + 1;
    }
    return (xcj_str){ NULL, 0 };
}

int64_t fields_digits(xcj_str text)
{
    int64_t value = 0;
    if (text.len == 0 || text.len > 15) {
        return -1;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

int64_t fields_number(const fields *from, const char *name, int64_t otherwise)
{
    int64_t value = fields_digits(fields_text(from, name));
    return value >= 0 ? value : otherwise;
}
