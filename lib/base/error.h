/*
 * error.h: how to fill in an xcj_error. The functions are marked cold, so that the compiler keeps the code that leads to a
 * failure apart from the code that every call runs. A server with cold caches then loads less code.
 */
#ifndef XCJ_LIB_BASE_ERROR_H
#define XCJ_LIB_BASE_ERROR_H

#include <xcj/base.h>

/** Sets the whole error, unless err is NULL, and returns the code: `return xcj__fail(err, XCJ_ERR_KEY, "...", ...)`. */
__attribute__((cold, format(printf, 3, 4))) xcj_code xcj__fail(xcj_error *err, xcj_code code, const char *fmt, ...);

/** Like xcj__fail(), with the member at fault (NULL for none) and the offset into the input (XCJ_NO_OFFSET for none). */
__attribute__((cold, format(printf, 5, 6))) xcj_code xcj__fail_at(xcj_error *err, xcj_code code, const char *member,
                                                                  size_t offset, const char *fmt, ...);

/** Fails with XCJ_ERR_MEMORY. */
__attribute__((cold)) xcj_code xcj__fail_memory(xcj_error *err);

/** Fails with XCJ_ERR_BUFFER: the token or signature needs more bytes than the caller's buffer has. */
__attribute__((cold)) xcj_code xcj__fail_buffer(xcj_error *err, const char *what, size_t needed, size_t cap);

/** Fails with XCJ_ERR_ARGUMENT: a required pointer is NULL. */
__attribute__((cold)) xcj_code xcj__fail_null(xcj_error *err);

/** Puts "what: " before the error's message, to name the part at fault, and returns the code. */
__attribute__((cold)) xcj_code xcj__fail_within(xcj_error *err, xcj_code code, const char *what);

/** Sets *err to success. */
void xcj__error_clear(xcj_error *err);

/**
 * Makes hostile text safe for a message: keeps printable ASCII, replaces everything else and the double quote by '?', and
 * cuts it short with "..." if it does not fit. dst always ends in a NUL. Returns dst.
 */
const char *xcj__sanitise(char *dst, size_t cap, const char *text, size_t len);

/** The buffer size for a sanitised name in a message. */
#define XCJ__SHOWN 48

#endif
