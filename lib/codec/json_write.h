/*
 * json_write.h: JSON text out.
 */
#ifndef XCJ_LIB_CODEC_JSON_WRITE_H
#define XCJ_LIB_CODEC_JSON_WRITE_H

#include "lib/base/buf.h"

/**
 * A string with its quotes: the double quote, the backslash and control characters escaped (\b \f \n \r \t, else \u00xx),
 * everything else as it is. The text must be UTF-8 (see xcj__utf8_valid()).
 */
void xcj__json_put_string(xcj__buf *buf, xcj_str text);

/** The content of such a string, without the quotes. */
void xcj__json_put_content(xcj__buf *buf, xcj_str text);

/** Most bytes that xcj__json_put_string() writes for a text of this length. */
size_t xcj__json_string_max(size_t len);

/** Length (2 to 4) of the well-formed multi-byte UTF-8 sequence that the text begins with; 0 if it does not. */
size_t xcj__utf8_sequence(const char *text, size_t len);

/** Valid UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool xcj__utf8_valid(const char *text, size_t len);

/** Has the text a control character: U+0000 to U+001F, U+007F, U+0080 to U+009F? The text must be valid UTF-8. */
bool xcj__utf8_has_control(const char *text, size_t len);

/**
 * Has the text a character that shows as nothing, or changes how others show: controls, bidirectional and zero-width ones,
 * line separators, tags, variation selectors, noncharacters? The text must be valid UTF-8.
 */
bool xcj__utf8_has_hidden(const char *text, size_t len);

#endif
