/*
 * der_in.h: reads a key's members from the DER of a key or certificate, with OpenSSL's decoders.
 */
#ifndef XCJ_LIB_KEY_DER_IN_H
#define XCJ_LIB_KEY_DER_IN_H

#include "lib/key/jwk.h"

/**
 * Reads one structure, all of it. `label` is the PEM label: what it says, or else what is related to it (PKCS#8 under RSA
 * PRIVATE KEY), is read; absent: each is tried. The members come out unlabelled (no kid, use, alg, but for the alg of an
 * RSA-PSS key that is restricted to one) and are checked by jwk.h. XCJ_ERR_KEY, _KEY_TYPE, _PASSPHRASE, _LIMIT, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__der_read(xcj__jwk *out, xcj_str label, const uint8_t *der, size_t len,
                                      const xcj_key_options *options, xcj_error *err);

/** What a PEM label says is inside. */
typedef enum xcj__class { XCJ__CLASS_NONE = 0, XCJ__CLASS_PRIVATE, XCJ__CLASS_PUBLIC, XCJ__CLASS_CERTIFICATE } xcj__class;

/** The class of this PEM label; XCJ__CLASS_NONE when there is no structure of it. */
xcj__class xcj__der_class(xcj_str label);

/** The members of an OpenSSL key: public and, if there, private. */
struct evp_pkey_st;
XCJ_MUST_CHECK xcj_code xcj__members_of(xcj__jwk *out, struct evp_pkey_st *pkey, xcj_error *err);

#endif
