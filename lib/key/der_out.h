/*
 * der_out.h: writes a key as DER: SubjectPublicKeyInfo, PKCS#8, PKCS#1, SEC1.
 */
#ifndef XCJ_LIB_KEY_DER_OUT_H
#define XCJ_LIB_KEY_DER_OUT_H

#include "lib/codec/der.h"
#include "lib/key/jwk.h"

/** What surrounds the numbers of a key takes less than this. */
#define XCJ__DER_OUT_OVERHEAD 256

/** Writes the part, which the key has, in an encoding that fits its type. */
void xcj__der_out(xcj__der *der, const xcj__jwk *jwk, xcj_part part, xcj_encoding encoding);

#endif
