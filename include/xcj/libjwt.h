/*
 * xcj/libjwt.h: sign the claims in a libjwt 1 jwt_t with a libxcj key, verify a token into a jwt_t, or fill one. Part of
 * the library libxcj-jwt; xcj.h does not include this header.
 *
 * `struct jwt` is the struct name of libjwt's jwt_t, so this header does not need libjwt's. A jwt_t that these functions
 * return is libjwt's own: free it with jwt_free(). Only one thread at a time may use a jwt_t.
 *
 * A jwt_t holds claims as jansson values, and jansson cannot represent everything. An integer beyond 64 bits, a number
 * too large for a double or an escaped NUL is XCJ_ERR_LIMIT here; 1.10 becomes 1.1000000000000001 (1.1 from jansson 2.15
 * on) and 1E2 becomes 100.0; members are written in the order of their names. xcj_verify() and xcj_mint() lose nothing.
 */
#ifndef XCJ_LIBJWT_H
#define XCJ_LIBJWT_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jwt;

/**
 * Signs the claims in a jwt_t into the compact serialisation (RFC 7515 3.1). The token is the one that jwt_encode_str()
 * would make, but with any libxcj key and algorithm; the key in the jwt_t is ignored. The header is the jwt_t's, with
 * these differences: `alg` is the one that xcj_key_sign_alg() selects; if they are not set, `typ` is JWT and `kid` is the
 * key's. crit and b64 must not be set. `jwt` is not changed; `scratch` may be NULL; free the token with xcj_free().
 * Errors as for xcj_jws_sign(); XCJ_ERR_CONFIG for an invalid header.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_sign(char **out, size_t *out_len, const struct jwt *jwt, const xcj_key *key,
                                             xcj_alg alg, xcj_scratch *scratch, xcj_error *err);

/**
 * Verifies a token by keys and policy and makes a jwt_t from it. It replaces jwt_decode(), which lets the token choose
 * the algorithm, therefore accepts a token MACed with a public key (RFC 8725 2.1), and checks no claim.
 *
 * As after jwt_decode(), jwt_get_alg() returns the algorithm, and the jwt_t holds a copy of the key that verified the
 * token: the public part as PEM, or the secret. For an algorithm that libjwt lacks it holds no key and jwt_get_alg()
 * returns JWT_ALG_NONE; then read the header's `alg` instead. `scratch` may be NULL. Errors as for xcj_verify();
 * XCJ_ERR_LIMIT for a value that a jwt_t cannot hold; XCJ_ERR_JSON if the payload is not an object (possible with
 * opaque_payload).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_verify(struct jwt **out, const xcj_verifier *verifier, const char *token, size_t len,
                                               xcj_scratch *scratch, xcj_error *err);

/**
 * Makes an unsigned jwt_t without a header from the claims for a credential (see xcj_auth_claims()). Sign it with
 * xcj_jwt_sign(), or with libjwt after xcj_jwt_set_key(). `scratch` may be NULL. Errors as for xcj_auth_claims();
 * XCJ_ERR_LIMIT for a value that a jwt_t cannot hold.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_from_auth(struct jwt **out, const xcj_auth *auth, const xcj_mint_options *options,
                                                  xcj_scratch *scratch, xcj_error *err);

/**
 * Passes a key to jwt_set_alg(): its private part as PEM, or the secret of an oct key. libjwt keeps a copy and wipes it.
 * xcj_key_sign_alg() selects the algorithm; libjwt must have it: HS, RS or ES with 256, 384 or 512. Do not encode the
 * jwt_t after XCJ_ERR_MEMORY: libjwt drops the old key even when it has no memory for the new one, and encodes a jwt_t
 * without a key unsigned. Any other error leaves the jwt_t unchanged. XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _KEY_PART (an
 * external key), _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_set_key(struct jwt *jwt, const xcj_key *key, xcj_alg alg, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
