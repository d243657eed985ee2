/*
 * rsa.h: checks that an RSA private key fits its public part, by identities between its numbers (microseconds), not by the
 * pairwise check (tens of milliseconds) that would find no more in a key whose primes are prime.
 */
#ifndef XCJ_LIB_KEY_RSA_H
#define XCJ_LIB_KEY_RSA_H

#include "lib/key/jwk.h"

/**
 * With the CRT numbers: p*q = n, and d, dp, dq and qi fit (RFC 8017 3.2). Without them: finds p and q from n, e and d, which
 * only works when they fit, and replaces the key's members by a full set. XCJ_ERR_KEY names the number that does not fit.
 */
XCJ_MUST_CHECK xcj_code xcj__rsa_complete(xcj__jwk *jwk, xcj_error *err);

#endif
