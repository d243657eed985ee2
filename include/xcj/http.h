/*
 * xcj/http.h: what a gateway must know of header names and of the Authorization header.
 */
#ifndef XCJ_HTTP_H
#define XCJ_HTTP_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Is this a header name that every server passes on: letters, digits, hyphens and underscores? RFC 9110 5.1 allows a few
 * more characters; servers drop such headers. XCJ_ERR_CONFIG.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_header_check(const char *name, size_t len, xcj_error *err);

/**
 * May the header of this name carry a token? As xcj_header_check(), and not one that frames a message, names its target or
 * means something to the server itself, such as Host, Content-Length, Transfer-Encoding or Set-Cookie. XCJ_ERR_CONFIG.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_header_check_token(const char *name, size_t len, xcj_error *err);

/**
 * 1 if a server could take one header for the other: CGI and its heirs write HTTP_X_CUSTOM_JWT for a hyphen, an underscore
 * and any other character alike, in any case. Of such headers a gateway passes on its own alone.
 */
XCJ_API int xcj_header_alike(const char *a, size_t a_len, const char *b, size_t b_len);

/** "Bearer " when the header's name is Authorization in any case, else "": what goes before the token. Static text. */
XCJ_API const char *xcj_header_prefix(const char *name, size_t len);

/**
 * The token in the value of an Authorization header: the scheme Bearer in any case, spaces, one token (RFC 9110 11.4,
 * RFC 6750 2.1). A view into the value. XCJ_ERR_NO_CREDENTIAL: no value, or another scheme. XCJ_ERR_CREDENTIAL: malformed.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_bearer_token(xcj_str *out, const char *value, size_t len, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
