/*
 * json_write.h: writes JSON strings, and checks UTF-8.
 */
#ifndef XCJ_LIB_CODEC_JSON_WRITE_H
#define XCJ_LIB_CODEC_JSON_WRITE_H

#include "lib/base/buf.h"

/**
 * Writes a string with its quotes. Escapes the double quote, the backslash and control characters (\b \f \n \r \t, else
 * \u00xx), and keeps everything else. The text must be UTF-8 (see xcj__utf8_valid()).
 */
void xcj__json_put_string(xcj__buf *buf, xcj_str text);

/** Writes the content of such a string, without the quotes. */
void xcj__json_put_content(xcj__buf *buf, xcj_str text);

/** The most bytes that xcj__json_put_string() writes for a text of this length. */
size_t xcj__json_string_max(size_t len);

/** The length (2 to 4) of the well-formed multi-byte UTF-8 sequence at the start of the text; 0 if there is none. */
size_t xcj__utf8_sequence(const char *text, size_t len);

/** True for valid UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool xcj__utf8_valid(const char *text, size_t len);

/**
 * True if the text contains a control character: U+0000 to U+001F, U+007F, U+0080 to U+009F. The text must be valid
 * UTF-8.
 */
bool xcj__utf8_has_control(const char *text, size_t len);

/**
 * True if the text contains a character that is invisible or changes how others are displayed: controls, bidirectional
 * and zero-width characters, line separators, tags, variation selectors, noncharacters. The text must be valid UTF-8.
 */
bool xcj__utf8_has_hidden(const char *text, size_t len);

#endif
