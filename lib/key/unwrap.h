/*
 * unwrap.h: restores a key's text that environment variables, spreadsheets or editors have changed to what the readers of
 * PEM and JSON take. Only wrappings whose meaning is certain are taken off; nothing else of the text changes.
 */
#ifndef XCJ_LIB_KEY_UNWRAP_H
#define XCJ_LIB_KEY_UNWRAP_H

#include "lib/base/buf.h"

/**
 * Takes off one wrapping after the other: UTF-16, a byte order mark, quotes around the whole, `\n` written as two characters
 * or more in PEM, PEM on one line, and base64 or base64url of PEM, DER, JSON or an OpenSSH line, also of a wrapped one.
 * Returns true and fills `out` (to be freed by xcj__buf_free()) when there was one; false, and `out` is empty, when there
 * was none. When memory fails, out->failed is set and the result is true.
 */
bool xcj__unwrap(xcj__buf *out, xcj_str data);

#endif
