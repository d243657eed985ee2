/*
 * identities.h: looks up a caller.
 */
#ifndef XCJ_LIB_GATEWAY_IDENTITIES_H
#define XCJ_LIB_GATEWAY_IDENTITIES_H

#include <stdbool.h>

#include <xcj/identities.h>

/** Views into the identities; `consumer.ptr` NULL: no such entry. */
typedef struct xcj__identity {
    xcj_str client_id; /* for an API key only */
    xcj_str consumer;
} xcj__identity;

/** Looks up an API key. After XCJ_ERR_CRYPTO or _MEMORY the result is unknown. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_key(xcj__identity *out, const xcj_identities *identities, xcj_str key,
                                                 xcj_error *err);

/** Looks up a client_id. After XCJ_ERR_CRYPTO or _MEMORY the result is unknown. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_client(xcj__identity *out, const xcj_identities *identities, xcj_str client_id,
                                                    xcj_error *err);

/** The largest total length of one entry's client_id and consumer. */
size_t xcj__identities_longest(const xcj_identities *identities);

#endif
