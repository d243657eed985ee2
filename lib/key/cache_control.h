/*
 * cache_control.h: reads headers of a response that say how long it may be kept (RFC 9111).
 */
#ifndef XCJ_LIB_KEY_CACHE_CONTROL_H
#define XCJ_LIB_KEY_CACHE_CONTROL_H

#include <xcj/base.h>

/** A decimal number of at most 15 digits; -1 if it is none. */
int64_t xcj__delta_seconds(xcj_str text);

#endif
