/*
 * xcj/kong.h: only for a gateway that replaces the Kong plugin x-custom-jwt and must behave as the plugin did.
 */
#ifndef XCJ_KONG_H
#define XCJ_KONG_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Returns the method that the plugin would choose, for `methods`: the first of Bearer, Basic, client certificate and API
 * key whose credential is present. XCJ_AUTH_ANY if none is present, so that the mint error lists all methods; 0 for NULL.
 *
 * Use it only where the gateway checks all four credentials, whichever are present. Otherwise a caller who authenticates
 * with one credential can add another that comes earlier in this order, and gets a token for the identity in the added
 * one.
 *
 * XCJ_DN_KONG is the plugin's string for the subject of a client certificate: "C=US, O=Acme, Inc., CN=client", in the
 * order of the certificate, without escaping. A subject is XCJ_ERR_CERTIFICATE if another subject could give the same
 * string: a value that contains ", " and then "=", a control character, or several values in one relative name.
 */
XCJ_API uint32_t xcj_kong_method(const xcj_auth *auth);

#ifdef __cplusplus
}
#endif

#endif
