/*
 * json_string.h: finds the end of a JSON string and unescapes its content.
 */
#ifndef XCJ_LIB_CODEC_JSON_STRING_H
#define XCJ_LIB_CODEC_JSON_STRING_H

#include <stdbool.h>

#include <xcj/base.h>

/**
 * Moves *at from behind the opening quote to the closing one. Returns NULL, or a description of the fault, which is then
 * at *at. A surrogate escape is valid only as part of a pair.
 */
const char *xcj__json_string_end(const char *text, size_t len, size_t *at, bool *escaped);

/** Reads (checked) content byte by byte, unescaped; or, with is_plain, text without escapes. */
typedef struct xcj__json_reader {
    bool is_plain;
    const char *at;
    const char *end;
    char pending[4];
    size_t have;
    size_t used;
} xcj__json_reader;

xcj__json_reader xcj__json_reader_of(const char *content, size_t len);

/** The next byte; -1 at the end. */
int xcj__json_read_byte(xcj__json_reader *reader);

#endif
