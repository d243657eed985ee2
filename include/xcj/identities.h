/*
 * xcj/identities.h: the callers that a gateway knows, and the consumer, audience and claims of each.
 */
#ifndef XCJ_IDENTITIES_H
#define XCJ_IDENTITIES_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** API keys and client_ids with their consumers: immutable, reference-counted, safe to share between threads. */
typedef struct xcj_identities xcj_identities;

/**
 * Reads identities from a JSON object:
 *
 *     {"apikeys": {SHA-256 of the key, 64 lowercase hex digits: {"client_id": STRING, "consumer": STRING}},
 *      "certificates": {SHA-256 of the DER, in the same form: {"client_id": STRING, "consumer": STRING}},
 *      "clients": {client_id: {"consumer": STRING}}}
 *
 * An entry may also have "audience", a string or an array of strings: the aud of the token if the request gives none; and
 * "claims", an object: further claims of the token. They replace those of a Bearer token, and none is one of ours, in any
 * case; nor may the options or the request give the same. The client_id of a certificate may be missing: it is then the
 * subject. A certificate without an entry is looked up in "clients".
 *
 * Each member may be missing; an unknown one is an error. A look-up compares byte for byte, and its time does not depend on
 * the entries. XCJ_ERR_CONFIG, _JSON, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_identities_from_json(xcj_identities **out, const char *text, size_t len, xcj_error *err);

/** Adds a reference and returns the identities. */
XCJ_API xcj_identities *xcj_identities_ref(const xcj_identities *identities);

/** Releases a reference; the last one wipes and frees the identities. NULL is allowed. */
XCJ_API void xcj_identities_free(xcj_identities *identities);

#ifdef __cplusplus
}
#endif

#endif
