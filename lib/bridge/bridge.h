/*
 * bridge.h: functions that both bridges use. The bridges are a separate library over the public headers of libxcj.
 */
#ifndef XCJ_LIB_BRIDGE_BRIDGE_H
#define XCJ_LIB_BRIDGE_BRIDGE_H

#include <jansson.h>
#include <xcj/base.h>

/** Sets the whole error, unless err is NULL, and returns the code. */
xcj_code xcj__bridge_fail(xcj_error *err, xcj_code code, const char *sentence);

/** Fails with XCJ_ERR_MEMORY. */
xcj_code xcj__bridge_fail_memory(xcj_error *err);

/** Sets *err to success and returns XCJ_OK. */
xcj_code xcj__bridge_done(xcj_error *err);

/** Reads an object. `flags` are jansson's. XCJ_ERR_LIMIT (jansson cannot represent it), XCJ_ERR_JSON, XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__bridge_load(json_t **out, xcj_str text, size_t flags, xcj_error *err);

/** Wipes and frees a string that jansson allocated, with jansson's own allocator. NULL is allowed. */
void xcj__bridge_drop(char *text);

#endif
