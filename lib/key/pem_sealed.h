/*
 * pem_sealed.h: reads the old encryption of PEM (RFC 1421, "Proc-Type: 4,ENCRYPTED"), as openssl genrsa -traditional writes
 * it.
 */
#ifndef XCJ_LIB_KEY_PEM_SEALED_H
#define XCJ_LIB_KEY_PEM_SEALED_H

#include <xcj/key.h>

#include "lib/key/pem.h"

/**
 * Opens the block in place with the options' passphrase. A wrong one may go unnoticed and leave bytes that are no key.
 * XCJ_ERR_PASSPHRASE, _KEY (a cipher that OpenSSL has not), _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__pem_open(xcj__pem *pem, const xcj_key_options *options, xcj_error *err);

#endif
