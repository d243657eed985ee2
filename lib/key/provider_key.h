/*
 * provider_key.h: the EVP_PKEY of a key, which only signing, verifying and whoever asks for it need.
 */
#ifndef XCJ_LIB_KEY_PROVIDER_KEY_H
#define XCJ_LIB_KEY_PROVIDER_KEY_H

#include "lib/key/evp.h"

/**
 * Made at first use, then kept; borrowed. The public part alone where the private one is not checked. NULL of an oct key
 * never: it has none. NULL when OpenSSL refuses or there is no memory: its error queue says which.
 */
EVP_PKEY *xcj__provider_key(const xcj_key *key);

#endif
