/*
 * xcj/audit.h: one line for each token that is minted and each request that is refused: who, how, for whom, and why not.
 */
#ifndef XCJ_AUDIT_H
#define XCJ_AUDIT_H

#include <xcj/auth.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest line. */
#define XCJ_AUDIT_MAX 16384

/** What happened to one request. */
typedef struct xcj_audit {
    size_t size;              /**< sizeof the struct; the _INIT macro sets it */
    const xcj_auth *auth;     /**< the request, with its caller if that is known; NULL: none */
    xcj_str token;            /**< the token that was minted; absent: the request was refused */
    const xcj_error *refusal; /**< why it was refused; NULL with a token */
} xcj_audit;

/** All absent. */
#define XCJ_AUDIT_INIT                                                                                                      \
    {                                                                                                                       \
        sizeof(xcj_audit), NULL, { NULL, 0 }, NULL                                                                          \
    }

/**
 * Writes the line into the buffer: a JSON object in printable ASCII, without a NUL or newline. `time` and `event` ("mint" or
 * "refuse") come first, then what is known of: methods (those present in the request), scheme ("DPoP"), client_id, consumer
 * and aud; for a token also iss, sub, jti, exp, alg, kid, and jkt or x5t#S256; for a refusal code, status, member and
 * reason. There is never a credential, token or key in it: the client_id that is an API key becomes client_id_sha256. A
 * value of more than 512 bytes is null. XCJ_ERR_BUFFER, _ARGUMENT (neither token nor refusal), _TOKEN, _JSON, _MEMORY,
 * _CRYPTO.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_audit_line(char *buf, size_t cap, size_t *len, const xcj_audit *audit, xcj_error *err);

#ifdef __cplusplus
}
#endif

#endif
