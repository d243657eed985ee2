/*
 * provider_key.h: makes the EVP_PKEY of a key. Only signing, verifying and xcj_key_to_pkey() need it.
 */
#ifndef XCJ_LIB_KEY_PROVIDER_KEY_H
#define XCJ_LIB_KEY_PROVIDER_KEY_H

#include "lib/key/evp.h"

/**
 * Returns the EVP_PKEY, which is made at first use and then kept. Borrowed. It has only the public part if the private part
 * has not been checked. Not for an oct key. NULL if OpenSSL rejects the key or is out of memory: its error queue says which.
 */
EVP_PKEY *xcj__provider_key(const xcj_key *key);

/** A key of this curve without a point. NULL: as above. */
EVP_PKEY *xcj__provider_curve(xcj_curve crv);

#endif
