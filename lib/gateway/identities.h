/*
 * identities.h: looks up a caller.
 */
#ifndef XCJ_LIB_GATEWAY_IDENTITIES_H
#define XCJ_LIB_GATEWAY_IDENTITIES_H

#include <stdbool.h>

#include <xcj/identities.h>

#include "lib/gateway/names.h"

/** Views into the identities; absent what an entry lacks. `consumer.ptr` NULL: no such entry. */
typedef struct xcj__identity {
    xcj_str client_id; /* for an API key, and perhaps for a certificate */
    xcj_str consumer;
    xcj_str audience; /* JSON: a string, or an array of strings */
    xcj_str claims;   /* the members of an object, without the braces */
    xcj__names names; /* of these claims */
} xcj__identity;

/** Looks up an API key. After XCJ_ERR_CRYPTO or _MEMORY the result is unknown. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_key(xcj__identity *out, const xcj_identities *identities, xcj_str key,
                                                 xcj_scratch *scratch, xcj_error *err);

/** Looks up a client_id. After XCJ_ERR_CRYPTO or _MEMORY the result is unknown. */
XCJ_MUST_CHECK xcj_code xcj__identities_find_client(xcj__identity *out, const xcj_identities *identities, xcj_str client_id,
                                                    xcj_scratch *scratch, xcj_error *err);

/** Looks up a certificate by the SHA-256 of its DER, which has 32 bytes. */
void xcj__identities_find_certificate(xcj__identity *out, const xcj_identities *identities, const uint8_t *sha256);

/** Do they have any certificates? False for NULL. */
bool xcj__identities_have_certificates(const xcj_identities *identities);

/**
 * Checks that no entry's claims repeat these names of `option`, compared without regard to case. `identities` may be NULL.
 * XCJ_ERR_CONFIG.
 */
XCJ_MUST_CHECK xcj_code xcj__identities_check(const xcj_identities *identities, const xcj__names *names, const char *option,
                                              xcj_error *err);

/** The largest total length of what one entry adds to a token. */
size_t xcj__identities_longest(const xcj_identities *identities);

#endif
