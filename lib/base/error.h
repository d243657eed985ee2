/*
 * error.h: filling in an xcj_error.
 */
#ifndef XCJ_LIB_BASE_ERROR_H
#define XCJ_LIB_BASE_ERROR_H

#include <xcj/base.h>

/** Sets the whole error (if there is one) and returns the code: `return xcj__fail(err, XCJ_ERR_KEY, "...", ...)`. */
__attribute__((format(printf, 3, 4))) xcj_code xcj__fail(xcj_error *err, xcj_code code, const char *fmt, ...);

/** As xcj__fail(), with the member at fault (NULL for none) and the offset into the text (XCJ_NO_OFFSET for none). */
__attribute__((format(printf, 5, 6))) xcj_code xcj__fail_at(xcj_error *err, xcj_code code, const char *member, size_t offset,
                                                            const char *fmt, ...);

/** XCJ_ERR_MEMORY with its sentence. */
xcj_code xcj__fail_memory(xcj_error *err);

/** XCJ_ERR_ARGUMENT: a pointer that must be given is NULL. */
xcj_code xcj__fail_null(xcj_error *err);

/** Puts "what: " before the error's sentence, for a part of something that was at fault, and returns its code. */
xcj_code xcj__fail_within(xcj_error *err, xcj_code code, const char *what);

/** Makes `*err` say success. */
void xcj__error_clear(xcj_error *err);

/**
 * Hostile text made fit for a message: printable ASCII kept, everything else (and the double quote) as '?', cut short with
 * "..." when it does not fit. Always ends in a NUL. Returns dst.
 */
const char *xcj__sanitise(char *dst, size_t cap, const char *text, size_t len);

/** Room for a sanitised name within a message. */
#define XCJ__SHOWN 48

#endif
