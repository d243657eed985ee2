/*
 * credential.h: which authentication of a request counts, and what it says of the caller.
 */
#ifndef XCJ_LIB_GATEWAY_CREDENTIAL_H
#define XCJ_LIB_GATEWAY_CREDENTIAL_H

#include <stdbool.h>

#include <xcj/auth.h>

#include "lib/base/buf.h"

/** How the original begins the sentence of every failed authentication but a missing one. */
#define XCJ__ISSUE "Issue with 'client_id' claim retrieval or Kong Consumer. "

/** The one credential that counts. Views into the xcj_auth. */
typedef struct xcj__credential {
    uint32_t method; /* one bit of XCJ_AUTH_ANY */
    xcj_str text;    /* the token, the base64 of user and password, the certificate, or the API key */
    xcj_str dn;      /* the subject as text, when there is no certificate */
} xcj__credential;

/** Reads a request of a caller, NULL for all defaults, into one in which absent views are empty. XCJ_ERR_ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__auth_read(xcj_auth *out, const xcj_auth *auth, xcj_error *err);

/** Applies auth->methods. XCJ_ERR_NO_CREDENTIAL, _CREDENTIAL, _ARGUMENT. */
XCJ_MUST_CHECK xcj_code xcj__credential_select(xcj__credential *out, const xcj_auth *auth, xcj_error *err);

/** The methods whose credentials are present, well-formed or not, whatever auth->methods says. */
uint32_t xcj__credential_methods(const xcj_auth *auth);

/**
 * The client_id of a credential that is not a Bearer token: a view into `work` or the xcj_auth. A password does not stay
 * behind. XCJ_ERR_CREDENTIAL, _CLIENT_ID, _CERTIFICATE, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__credential_client_id(xcj_str *out, const xcj__credential *credential, bool dn_kong,
                                                  xcj__buf *work, xcj_error *err);

/** How long the text of xcj__credential_hash() is. */
#define XCJ__CREDENTIAL_HASH 64

/** Replaces a client_id by its SHA-256 in lowercase hexadecimal, a view into `work`. XCJ_ERR_CRYPTO, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__credential_hash(xcj_str *client_id, xcj__buf *work, xcj_error *err);

/** Decodes a Bearer token's payload into `work`, whose text may be changed in place. XCJ_ERR_CREDENTIAL, _MEMORY. */
XCJ_MUST_CHECK xcj_code xcj__credential_payload(xcj_str *out, const xcj__credential *credential, xcj__buf *work,
                                                xcj_error *err);

/** How much of the text's beginning is a token of RFC 9110 5.6.2: a scheme, or the name of a header field. */
size_t xcj__http_token_len(xcj_str text);

/** A client_id is not empty, is UTF-8 and has no control or hidden character. NULL, or what is wrong with it, after a colon.
 * Static text. */
const char *xcj__client_id_fault(xcj_str client_id);

/** No more than this many bytes of the credential reach the claims as a client_id or as kept members. */
size_t xcj__credential_reach(const xcj__credential *credential);

#endif
