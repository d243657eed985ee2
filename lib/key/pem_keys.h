/*
 * pem_keys.h: reads the keys of a PEM text with any number of blocks.
 */
#ifndef XCJ_LIB_KEY_PEM_KEYS_H
#define XCJ_LIB_KEY_PEM_KEYS_H

#include <stdbool.h>

#include <xcj/key.h>

/** Keys, a reference each. */
typedef struct xcj__keys {
    xcj_key **items;
    size_t count;
    size_t cap;
} xcj__keys;

/** Adds a key, which it takes over, unless an equal one is there. False (and the key is released): no memory. */
bool xcj__keys_add(xcj__keys *keys, xcj_key *key);

void xcj__keys_free(xcj__keys *keys);

/**
 * All keys of the text, each once: the private ones; public ones that are not theirs; and, of a text without a private key,
 * that of each certificate, or of a chain in either order the certificate that issued no other. Certificates beside a
 * private key must have that of it among them. Other blocks are skipped. On failure nothing is left to free.
 * XCJ_ERR_KEY, _KEY_TYPE, _BASE64, _PASSPHRASE, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_MUST_CHECK xcj_code xcj__pem_keys(xcj__keys *out, const char *text, size_t len, const xcj_key_options *options,
                                      xcj_error *err);

#endif
