/*
 * xcj/identities.h: which callers a gateway knows, and on whose account each of them calls.
 */
#ifndef XCJ_IDENTITIES_H
#define XCJ_IDENTITIES_H

#include <xcj/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** API keys and client_ids with their consumers: immutable, reference-counted, shareable by threads. */
typedef struct xcj_identities xcj_identities;

/**
 * Identities from a JSON object:
 *
 *     {"apikeys": {SHA-256 of the key, 64 lowercase hex digits: {"client_id": TEXT, "consumer": TEXT}},
 *      "clients": {client_id: {"consumer": TEXT}}}
 *
 * Either member may be left out; an unknown one is an error. Nothing of the text is kept but the values. A look-up is exact,
 * byte for byte, and its time does not depend on which entries there are. XCJ_ERR_CONFIG, _JSON, _LIMIT, _MEMORY, _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_identities_from_json(xcj_identities **out, const char *text, size_t len, xcj_error *err);

/** One more reference; returns the identities. */
XCJ_API xcj_identities *xcj_identities_ref(const xcj_identities *identities);

/** Returns a reference; the last one wipes and frees. NULL is fine. */
XCJ_API void xcj_identities_free(xcj_identities *identities);

#ifdef __cplusplus
}
#endif

#endif
