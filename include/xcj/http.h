/*
 * xcj/http.h: checks for header names, and the token in an Authorization header.
 */
#ifndef XCJ_HTTP_H
#define XCJ_HTTP_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Checks that every server passes on a header with this name: letters, digits, hyphens and underscores only. RFC 9110 5.1
 * allows a few more characters, but servers drop such headers. XCJ_ERR_CONFIG.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_header_check(const char *name, size_t len, xcj_error *err);

/**
 * Checks that a header with this name may carry a token. The name must pass xcj_header_check(). It must not frame a
 * message, name its target or mean something to the server itself, such as Host, Content-Length, Transfer-Encoding or
 * Set-Cookie. XCJ_ERR_CONFIG.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_header_check_token(const char *name, size_t len, xcj_error *err);

/**
 * Returns 1 if a server could mistake one header for the other: CGI and similar interfaces write HTTP_X_CUSTOM_JWT for a
 * hyphen, an underscore and any other character alike, in any case. A gateway that sets one such header must remove the
 * others.
 */
XCJ_API int xcj_header_alike(const char *a, size_t a_len, const char *b, size_t b_len);

/**
 * Finds the token in the value of an Authorization header: the scheme Bearer in any case, spaces, one token (RFC 9110
 * 11.4, RFC 6750 2.1). *out is a view into the value. XCJ_ERR_NO_CREDENTIAL: no value, or another scheme.
 * XCJ_ERR_CREDENTIAL: malformed.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_bearer_token(xcj_str *out, const char *value, size_t len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
