/*
 * xcj.h: all of libxcj. xcj/base.h describes the conventions.
 */
#ifndef XCJ_H
#define XCJ_H

#include <xcj/audit.h>
#include <xcj/auth.h>
#include <xcj/base.h>
#include <xcj/dpop.h>
#include <xcj/http.h>
#include <xcj/identities.h>
#include <xcj/jws.h>
#include <xcj/key.h>
#include <xcj/keyset.h>
#include <xcj/kong.h>
#include <xcj/mint.h>
#include <xcj/refresh.h>
#include <xcj/rotation.h>
#include <xcj/verify.h>

#endif
