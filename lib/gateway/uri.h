/*
 * uri.h: the one form of an http URI (RFC 3986 6.2.2 and 6.2.3), so that two can be compared.
 */
#ifndef XCJ_LIB_GATEWAY_URI_H
#define XCJ_LIB_GATEWAY_URI_H

#include <stdbool.h>

#include "lib/base/buf.h"

/** The URI without query and fragment. */
xcj_str xcj__uri_without_query(xcj_str uri);

/**
 * Appends scheme, authority and path of an absolute URI in normal form: letters of scheme and host in lower case, no default
 * port, unreserved characters not percent-encoded, other escapes in upper case, no dot segments, and "/" for an empty path.
 * False if it is none: no "://", no host, a character that no URI has, or a malformed escape.
 */
bool xcj__uri_put_normal(xcj__buf *out, xcj_str uri);

#endif
