/*
 * container.h: finds the keys in a JSON object. For an object that only looks like a container, names the command
 * that extracts the key.
 */
#ifndef XCJ_LIB_KEY_CONTAINER_H
#define XCJ_LIB_KEY_CONTAINER_H

#include "lib/codec/json_scan.h"

/** What an object's members say. The values have type 0 when they are absent. */
typedef struct xcj__container {
    xcj__json_value keys;     /* of a JWK Set */
    xcj__json_value jwks;     /* a JWK Set within client metadata (RFC 7591 2) */
    xcj__json_value jwks_uri; /* where the set of an issuer is (RFC 8414 2) */
    xcj__json_value data;     /* of an answer of Vault */
    bool has_kty;
    bool is_map;    /* there are members, and each is PEM or base64 of DER by its kid, or null */
    unsigned known; /* members of the table in container.c, a bit each */
} xcj__container;

/** Reads the members of the object. XCJ_ERR_JSON, _LIMIT, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__container_read(xcj__container *out, const char *text, size_t len, xcj_error *err);

/** XCJ_ERR_KEY with what the object is and the command that gets the key out; XCJ_OK when it is nothing that is known. */
XCJ_MUST_CHECK xcj_code xcj__container_name(const xcj__container *container, xcj_error *err);

#endif
