/*
 * xcj/kong.h: what only a gateway needs that replaces the Kong plugin x-custom-jwt and must answer as it did.
 */
#ifndef XCJ_KONG_H
#define XCJ_KONG_H

#include <xcj/mint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The method that the plugin would choose, for `methods`: the first of Bearer, Basic, client certificate and API key whose
 * credential is present; XCJ_AUTH_ANY if there is none, so that minting says what was looked for; 0 for NULL.
 *
 * A caller whom the gateway has authenticated by one credential can add another that comes first here, and is then signed
 * as whoever that one names. Use it only where all four are checked, whichever are present.
 *
 * XCJ_DN_KONG, the plugin's text for a client certificate's subject: "C=US, O=Acme, Inc., CN=client", in the order of the
 * certificate, nothing escaped. A subject that another one could have the same text as is XCJ_ERR_CERTIFICATE: a value that
 * holds ", " and then "=", a control character, several values in one relative name.
 */
XCJ_API uint32_t xcj_kong_method(const xcj_auth *auth);

#ifdef __cplusplus
}
#endif

#endif
