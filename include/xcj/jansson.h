/*
 * xcj/jansson.h: claims as jansson values. Part of the library libxcj-jwt; xcj.h does not include this header.
 *
 * `struct json_t` is the struct name of jansson's json_t, so this header does not need jansson's. jansson cannot
 * represent every JSON number: integers beyond 64 bits and numbers too large for a double are refused, and other numbers
 * with a fraction or exponent are rounded to a double.
 */
#ifndef XCJ_JANSSON_H
#define XCJ_JANSSON_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_t;

/**
 * Returns the claims (XCJ_CLAIMS) or the protected header (XCJ_HEADER) of a verified token. The object has the token's
 * order. It is a new reference: release it with json_decref(). It may outlive the verified token. XCJ_ERR_LIMIT: a number
 * that jansson cannot represent. XCJ_ERR_JSON: an opaque payload that is not a JSON object. XCJ_ERR_ARGUMENT, _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_verified_to_jansson(struct json_t **out, const xcj_verified *verified, xcj_where where,
                                                        xcj_error *err);

/**
 * Mints a token with these claims, an object. It works as xcj_mint_claims() does with JSON: no NUL is added, *len is the
 * token's length, and iat, exp, jti, iss and aud are added where they are missing. `auth` and `scratch` may be NULL. If
 * the buffer is too short, the result is XCJ_ERR_BUFFER and err->needed is the sufficient length. The claims are not
 * changed and remain the caller's; no other thread may change them during the call. Errors as for xcj_mint_claims();
 * XCJ_ERR_ARGUMENT: not an object, or one that contains itself.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_mint_jansson(char *buf, size_t cap, size_t *len, const xcj_minter *minter,
                                                 const struct json_t *claims, const xcj_auth *auth, xcj_scratch *scratch,
                                                 xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
