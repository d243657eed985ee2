/*
 * bridge.h: what the two bridges share. They are a library of their own, over the public headers of libxcj.
 */
#ifndef XCJ_LIB_BRIDGE_BRIDGE_H
#define XCJ_LIB_BRIDGE_BRIDGE_H

#include <jansson.h>
#include <xcj/base.h>

/** Sets the whole error (if there is one) and returns the code. */
xcj_code xcj__bridge_fail(xcj_error *err, xcj_code code, const char *sentence);

/** XCJ_ERR_MEMORY with its sentence. */
xcj_code xcj__bridge_fail_memory(xcj_error *err);

/** Makes `*err` say success, and returns XCJ_OK. */
xcj_code xcj__bridge_done(xcj_error *err);

/** Reads an object. `flags` are jansson's. XCJ_ERR_LIMIT: jansson cannot hold it, XCJ_ERR_JSON, XCJ_ERR_MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__bridge_load(json_t **out, xcj_str text, size_t flags, xcj_error *err);

/** Wipes and frees a text that jansson has allocated, with whatever it allocates by. NULL is fine. */
void xcj__bridge_drop(char *text);

#endif
