/*
 * credential.h: selects the credential of a request and reads the client_id from it.
 */
#ifndef XCJ_LIB_GATEWAY_CREDENTIAL_H
#define XCJ_LIB_GATEWAY_CREDENTIAL_H

#include <stdbool.h>

#include <xcj/auth.h>

#include "lib/base/buf.h"
#include "lib/gateway/sentences.h"

/** The selected credential. Views into the xcj_auth. */
typedef struct xcj__credential {
    uint32_t method; /* one bit of XCJ_AUTH_ANY */
    xcj_str text;    /* the token, the base64 of user and password, the certificate, or the API key */
    xcj_str dn;      /* the subject DN as a string, if there is no certificate */
    bool is_dpop;    /* the scheme of a Bearer token is DPoP (RFC 9449 7.1) */
    const xcj__sentences *sentences;
} xcj__credential;

/** Reads the caller's xcj_auth (NULL: all defaults) into one in which absent views are empty. XCJ_ERR_ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__auth_read(xcj_auth *out, const xcj_auth *auth, xcj_error *err);

/** Selects the credential that auth->methods allows. XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL, _ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__credential_select(xcj__credential *out, const xcj_auth *auth, const xcj__sentences *sentences,
                                               xcj_error *err);

/** The methods whose credentials are present, well-formed or not. Ignores auth->methods. */
uint32_t xcj__credential_methods(const xcj_auth *auth);

/** Is the scheme of the Authorization header DPoP (RFC 9449 7.1)? */
bool xcj__credential_is_dpop(const xcj_auth *auth);

/**
 * Reads the client_id of a credential other than a Bearer token: a view into `work` or the xcj_auth. Wipes the password.
 * XCJ_ERR_CREDENTIAL, _CLIENT_ID, _CERTIFICATE, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__credential_client_id(xcj_str *out, const xcj__credential *credential, bool unescaped_dn,
                                                  xcj__buf *work, xcj_error *err);

/** The length of an xcj__credential_hash() in hexadecimal. */
#define XCJ__CREDENTIAL_HASH 64

/** Replaces a client_id by its SHA-256 in lowercase hex, a view into `work`. XCJ_ERR_CRYPTO, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__credential_hash(xcj_str *client_id, xcj__buf *work, xcj_scratch *scratch, xcj_error *err);

/** Decodes a Bearer token's payload into `work`; the caller may change it in place. XCJ_ERR_CREDENTIAL, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__credential_payload(xcj_str *out, const xcj__credential *credential, xcj__buf *work,
                                                xcj_error *err);

/** The length of the RFC 9110 5.6.2 token (a scheme or a header name) at the start of the text. */
size_t xcj__http_token_len(xcj_str text);

/**
 * Checks a client_id: not empty, valid UTF-8, no control or hidden character. Returns NULL, or the fault after a colon,
 * as a static string.
 */
const char *xcj__client_id_fault(xcj_str client_id);

/** The most bytes of the credential that can get into the claims, as a client_id or as kept members. */
size_t xcj__credential_reach(const xcj__credential *credential);

#endif
