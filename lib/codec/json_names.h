/*
 * json_names.h: the member names of one JSON object: does one come twice?
 */
#ifndef XCJ_LIB_CODEC_JSON_NAMES_H
#define XCJ_LIB_CODEC_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A name by where its (checked) content stands in the text. */
typedef struct xcj__json_name {
    uint32_t offset;
    uint32_t len;
    uint32_t hash; /* of the name as it is after unescaping */
    bool is_escaped;
    bool is_object; /* the scanner's own: see json_scan.c */
} xcj__json_name;

xcj__json_name xcj__json_name_of(const char *text, size_t offset, size_t len, bool is_escaped);

/** The first name in the text that repeats an earlier one, compared after unescaping; NULL when there is none. May reorder.
 */
const xcj__json_name *xcj__json_names_duplicate(const char *text, xcj__json_name *names, size_t count);

#endif
