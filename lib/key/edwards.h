/*
 * edwards.h: checks that an Ed25519 or Ed448 public key is a point. OpenSSL finds out only when it verifies, and then calls
 * each signature wrong.
 */
#ifndef XCJ_LIB_KEY_EDWARDS_H
#define XCJ_LIB_KEY_EDWARDS_H

#include "lib/key/jwk.h"

/** RFC 8032 5.1.3, 5.2.3. 1: it is, 0: it is none, -1: no memory. `x` has the curve's length. */
int xcj__edwards_is_point(xcj_curve crv, xcj__bytes x);

#endif
