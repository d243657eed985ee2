/*
 * identities.h: looking up a caller.
 */
#ifndef XCJ_LIB_GATEWAY_IDENTITIES_H
#define XCJ_LIB_GATEWAY_IDENTITIES_H

#include <stdbool.h>

#include <xcj/identities.h>

/** Views into the identities; `consumer.ptr` NULL: there is no such entry. */
typedef struct xcj__identity {
    xcj_str client_id; /* of an API key */
    xcj_str consumer;
} xcj__identity;

/** Of this API key. XCJ_ERR_CRYPTO, _MEMORY: not looked up. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_key(xcj__identity *out, const xcj_identities *identities, xcj_str key,
                                                 xcj_error *err);

/** Of a caller with this client_id. XCJ_ERR_CRYPTO, _MEMORY: not looked up. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_client(xcj__identity *out, const xcj_identities *identities, xcj_str client_id,
                                                    xcj_error *err);

/** No client_id and consumer of an entry have more bytes together. */
size_t xcj__identities_longest(const xcj_identities *identities);

#endif
