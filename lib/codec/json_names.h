/*
 * json_names.h: finds a duplicate member name in one JSON object.
 */
#ifndef XCJ_LIB_CODEC_JSON_NAMES_H
#define XCJ_LIB_CODEC_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The position of a (checked) name in the JSON. */
typedef struct xcj__json_name {
    uint32_t offset;
    uint32_t len;
    uint32_t hash; /* of the unescaped name */
    bool is_escaped;
    bool is_object; /* used only by the scanner: see json_scan.c */
} xcj__json_name;

xcj__json_name xcj__json_name_of(const char *text, size_t offset, size_t len, bool is_escaped);

/** The first name that repeats an earlier one, compared after unescaping; NULL if there is none. May reorder the names. */
const xcj__json_name *xcj__json_names_duplicate(const char *text, xcj__json_name *names, size_t count);

#endif
