/*
 * json_names.h: a member's place in a JSON object, and the set of hashes that finds a duplicate member name.
 */
#ifndef XCJ_LIB_CODEC_JSON_NAMES_H
#define XCJ_LIB_CODEC_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A member of a (checked) object. All places are offsets into the text. */
typedef struct xcj__json_member {
    uint32_t name; /* the part between the quotes */
    uint32_t name_len;
    uint32_t hash;  /* of the unescaped name */
    uint32_t value; /* the whole value, including quotes; only the members of an index have one */
    uint32_t value_len;
    uint8_t type; /* xcj__json_type */
    bool name_escaped;
    bool value_escaped;
    bool is_object; /* used only by the scanner: see json_scan.c */
} xcj__json_member;

/** Sets what depends on the member's name. */
void xcj__json_member_name(xcj__json_member *member, const char *text, size_t name, size_t len, bool is_escaped);

/** The hash of a name without escapes. */
uint32_t xcj__json_name_hash(const char *name, size_t len);

/** The room for the sets of one scan, which grows with the largest object. All zero is empty; `slots` is for xcj_free(). */
typedef struct xcj__json_names {
    uint32_t *slots;
    size_t cap;
} xcj__json_names;

/**
 * Sets *out to the first member whose name repeats an earlier name, compared after unescaping, or to NULL if all names
 * differ. Returns false when out of memory.
 */
bool xcj__json_names_duplicate(const xcj__json_member **out, xcj__json_names *names, const char *text,
                               const xcj__json_member *members, size_t count);

#endif
