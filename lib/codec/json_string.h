/*
 * json_string.h: the content of a JSON string: where it ends, and what it is once its escapes are read.
 */
#ifndef XCJ_LIB_CODEC_JSON_STRING_H
#define XCJ_LIB_CODEC_JSON_STRING_H

#include <stdbool.h>

#include <xcj/base.h>

/**
 * From behind the opening quote (*at) to the closing one, where *at is left. NULL when all is well; else what is wrong, and
 * *at is where. A surrogate escape counts only with its other half.
 */
const char *xcj__json_string_end(const char *text, size_t len, size_t *at, bool *escaped);

/** (Checked) content read byte by byte as it is after unescaping; or, with is_plain, text that has no escapes. */
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
