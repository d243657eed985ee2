/*
 * xcj.h: libxcj as a whole. See xcj/base.h for the conventions.
 */
#ifndef XCJ_H
#define XCJ_H

#include <xcj/auth.h>
#include <xcj/base.h>
#include <xcj/http.h>
#include <xcj/identities.h>
#include <xcj/jws.h>
#include <xcj/key.h>
#include <xcj/keyset.h>
#include <xcj/kong.h>
#include <xcj/mint.h>
#include <xcj/verify.h>

#endif
