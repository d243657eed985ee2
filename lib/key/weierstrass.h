/*
 * weierstrass.h: checks that an EC public key is a point on its curve, and that a private key belongs to that point.
 */
#ifndef XCJ_LIB_KEY_WEIERSTRASS_H
#define XCJ_LIB_KEY_WEIERSTRASS_H

#include <openssl/ec.h>

#include "lib/key/jwk.h"

/**
 * SEC 1 3.2.2.1; each of these curves has a prime number of points, so that every point generates all others. 1: it is,
 * 0: it is none, -1: no memory. Both coordinates have the curve's length.
 */
int xcj__weierstrass_is_point(xcj_curve crv, xcj__bytes x, xcj__bytes y);

/** The curve's group, which costs more to make than a point to check. NULL when there is no memory. */
EC_GROUP *xcj__weierstrass_group(xcj_curve crv);

typedef enum xcj__pair {
    XCJ__PAIR_FAILED = -1, /* OpenSSL could not be asked */
    XCJ__PAIR_DIFFERS = 0, /* the private key belongs to another point */
    XCJ__PAIR_FITS = 1,
    XCJ__PAIR_RANGE = 2 /* the private key is 0, or not below the number of points */
} xcj__pair;

/** SEC 1 3.2.1: is the point x, y the product of d and the generator? The point is on the curve. */
xcj__pair xcj__weierstrass_pair(const EC_GROUP *group, const xcj__bytes *part);

#endif
