/*
 * secret_text.h: decodes shared secrets that are written as text: base64, base64url, hexadecimal.
 */
#ifndef XCJ_LIB_KEY_SECRET_TEXT_H
#define XCJ_LIB_KEY_SECRET_TEXT_H

#include <xcj/key.h>

#include "lib/base/buf.h"

/**
 * The bytes that the text stands for, into a buffer that the caller frees. White space does not count, padding may be left
 * out, and hexadecimal may begin with 0x. XCJ_ERR_ARGUMENT (no such encoding), _KEY (not that encoding), _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__secret_decode(xcj__buf *out, xcj_str text, xcj_secret_encoding encoding, xcj_error *err);

#endif
