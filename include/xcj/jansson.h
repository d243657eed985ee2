/*
 * xcj/jansson.h: claims as jansson's values. In the library libxcj-jwt; not included by xcj.h.
 *
 * `struct json_t` is jansson's json_t under its struct name, so that this header needs none of jansson's. jansson holds
 * less than JSON says: integers beyond 64 bits and numbers too large for a double are refused, and other numbers with a
 * fraction or exponent are rounded to a double.
 */
#ifndef XCJ_JANSSON_H
#define XCJ_JANSSON_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_t;

/**
 * The claims (XCJ_CLAIMS) or the protected header (XCJ_HEADER) of a verified token, an object in its order: a new reference,
 * which json_decref() gives back. It does not need the token any more.
 * XCJ_ERR_LIMIT: a number that jansson does not hold. XCJ_ERR_JSON: an opaque payload that is no JSON object.
 * XCJ_ERR_ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_to_jansson(struct json_t **out, const xcj_verified *verified, xcj_where where,
                                                        xcj_error *err);

/**
 * Mints a token of these claims, an object, as xcj_mint_claims() does with their text: no NUL is added, *len is its length,
 * iat, exp, jti, iss and aud are added where they lack; `auth` and `scratch` may be NULL. A short buffer is XCJ_ERR_BUFFER
 * and err->needed says how much is enough. The claims stay as they are and are the caller's; no other thread may change
 * them meanwhile.
 * Errors as for xcj_mint_claims(); XCJ_ERR_ARGUMENT: not an object, or one that contains itself.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_jansson(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                 const struct json_t *claims, const xcj_auth *auth, xcj_scratch *scratch,
                                                 xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
