/*
 * xcj/libjwt.h: for programs that hold a jwt_t of libjwt 1: sign it with a key of ours, verify into one, fill one. In a
 * library of its own, libxcj-jwt; not included by xcj.h.
 *
 * `struct jwt` is libjwt's jwt_t under its struct name, so that this header needs none of libjwt's. What is handed out is
 * libjwt's own: free it with jwt_free(). A jwt_t is for one thread at a time.
 *
 * A jwt_t holds claims as jansson reads them, and so loses what jansson does not hold: an integer beyond 64 bits, a number
 * too large for a double or an escaped NUL is XCJ_ERR_LIMIT here; 1.10 becomes 1.1000000000000001 (1.1 from jansson 2.15 on)
 * and 1E2 becomes 100.0; members are written in the order of their names. A token that is only verified (xcj_verify()) or
 * minted (xcj_mint()) loses nothing.
 */
#ifndef XCJ_LIBJWT_H
#define XCJ_LIBJWT_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jwt;

/**
 * Signs the claims of a jwt_t: the compact token (RFC 7515 3.1) that jwt_encode_str() would make, with any of our keys and
 * algorithms and without libjwt's key, which is not looked at. The header is the one that was set, with these differences:
 * `alg` is ours; `typ` is JWT and `kid` is the key's where they were not set. crit and b64 must not be set. `alg` is decided
 * as by xcj_key_sign_alg(). `jwt` stays as it is; `scratch` may be NULL; free the token with xcj_free().
 * Errors as for xcj_jws_sign(); XCJ_ERR_CONFIG for a header that cannot be.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_sign(char **out, size_t *out_len, const struct jwt *jwt, const xcj_key *key,
                                             xcj_alg alg, xcj_scratch *scratch, xcj_error *err);

/**
 * Verifies a token by keys and policy and makes a jwt_t of it: the replacement of jwt_decode(), which lets the token choose
 * the algorithm, and so takes one that is MACed with a public key (RFC 8725 2.1), and looks at no claim.
 *
 * As after jwt_decode(), jwt_get_alg() tells the algorithm and the jwt_t holds a copy of the key that verified it: the
 * public part as PEM, or the secret. Of an algorithm that libjwt does not have it holds none, and jwt_get_alg() says
 * JWT_ALG_NONE; the header's `alg` is the truth then. `scratch` may be NULL.
 * Errors as for xcj_verify(); XCJ_ERR_LIMIT for what a jwt_t cannot hold, XCJ_ERR_JSON for a payload that is no object (of a
 * verifier with opaque_payload).
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_verify(struct jwt **out, const xcj_verifier *verifier, const char *token, size_t len,
                                               xcj_scratch *scratch, xcj_error *err);

/**
 * A jwt_t with the claims of an authentication (see xcj_auth_claims()), unsigned, without a header: to be signed by
 * xcj_jwt_sign(), or by libjwt after xcj_jwt_set_key(). `scratch` may be NULL.
 * Errors as for xcj_auth_claims(); XCJ_ERR_LIMIT for what a jwt_t cannot hold.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_from_auth(struct jwt **out, const xcj_auth *auth, const xcj_mint_options *options,
                                                  xcj_scratch *scratch, xcj_error *err);

/**
 * Hands a key to jwt_set_alg(): its private part as PEM, or the secret of an oct key. libjwt keeps a copy and wipes it. The
 * algorithm is decided as by xcj_key_sign_alg() and must be one that libjwt has: HS, RS or ES with 256, 384 or 512. libjwt
 * drops the key that was set before even when it has no memory for the new one, and a jwt_t without one is encoded unsigned:
 * after XCJ_ERR_MEMORY do not encode it. After any other error it is as it was.
 * XCJ_ERR_ALG, _KEY_WEAK, _KEY_USE, _KEY_PART (a key that is held elsewhere), _MEMORY.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_jwt_set_key(struct jwt *jwt, const xcj_key *key, xcj_alg alg, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
