/*
 * filter_build.h: makes a filter from options.
 */
#ifndef XCJ_LIB_GATEWAY_FILTER_BUILD_H
#define XCJ_LIB_GATEWAY_FILTER_BUILD_H

#include "lib/gateway/filter.h"

/**
 * Checks the options (already read); `custom` are the names of the claims in the options. Free the filter with
 * xcj__filter_free(), also on failure. XCJ_ERR_CONFIG, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__filter_build(xcj__filter *out, const xcj_mint_options *options, const xcj__names *custom,
                                          xcj_error *err);

/** Frees the contents of the filter, which may be all zero. */
void xcj__filter_free(xcj__filter *filter);

/** Copies the names and JSON Pointers of an option, as xcj__names_copy() does. XCJ_ERR_CONFIG: one is malformed. */
XCJ_MUST_CHECK xcj_code xcj__paths_copy(xcj__names *out, const xcj_str *list, size_t count, const char *option,
                                        xcj_error *err);

#endif
