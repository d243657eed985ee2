/*
 * header_members.h: the members of a header, without its braces.
 */
#ifndef XCJ_LIB_TOKEN_HEADER_MEMBERS_H
#define XCJ_LIB_TOKEN_HEADER_MEMBERS_H

#include "lib/codec/json_scan.h"

/** The members of a (checked) object: all between its braces, or nothing if that is blank. */
xcj_str xcj__header_members(xcj_str object);

/**
 * Checks that two (checked) header objects have no member name in common, by scanning both as one object. XCJ_ERR_TOKEN.
 */
XCJ_MUST_CHECK xcj_code xcj__headers_disjoint(xcj_str header, xcj_str other, const xcj__json_limits *limits, xcj_error *err);

#endif
