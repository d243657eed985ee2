/*
 * key_check.h: checks that the numbers of a key are valid, and that its private part fits the public one.
 */
#ifndef XCJ_LIB_KEY_KEY_CHECK_H
#define XCJ_LIB_KEY_KEY_CHECK_H

#include <xcj/key.h>

/**
 * Checks what the key's type asks for, but no private part that is marked as unchecked; finds an RSA key's primes. `scratch`
 * may be NULL. XCJ_ERR_KEY, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_MUST_CHECK xcj_code xcj__key_check(xcj_key *key, xcj_scratch *scratch, xcj_error *err);

#endif
