/*
 * json_path.h: finds a value in a JSON object by name or by JSON Pointer (RFC 6901).
 */
#ifndef XCJ_LIB_CODEC_JSON_PATH_H
#define XCJ_LIB_CODEC_JSON_PATH_H

#include "lib/codec/json_scan.h"

/** No limits: for text that was scanned before, within limits of its own. */
extern const xcj__json_limits xcj__json_scanned;

/** True if the path is a pointer: it begins with '/'. Otherwise it is a member's name. */
static inline bool xcj__json_is_pointer(xcj_str path)
{
    return path.len > 0 && path.ptr[0] == '/';
}

/**
 * Finds the value at a path; its type is 0 if the path leads nowhere. The path starts at the object of the index. If index
 * is NULL, it starts at *value, a checked object, which the result replaces. The only error is XCJ_ERR_MEMORY; err is not
 * filled in.
 */
XCJ_MUST_CHECK xcj_code xcj__json_find(xcj__json_value *value, const xcj__json_index *index, xcj_str path);

/**
 * Takes the first part off a pointer: unescaped into dst, which has room for pointer->len bytes. False if it contains a
 * tilde that is no escape.
 */
bool xcj__json_take_part(char *dst, size_t *len, xcj_str *pointer);

#endif
