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
 * Makes a minter that behaves as the plugin. Its errors about a request have the plugin's sentences. What the options
 * leave at its default is the plugin's: dn is XCJ_DN_UNESCAPED, exp is XCJ_EXP_UNCAPPED, inbound is XCJ_INBOUND_ALL, and
 * without a bearer_verifier the Bearer token counts as verified. Errors as for xcj_minter_new().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_kong_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options,
                                                    xcj_error *err);

/**
 * Makes such a minter from the plugin's configuration object, bare or under `config`: apikey_header,
 * bearer_clientid_claim, upstream_custom_jwt_header, downstream_custom_jwt_header, expires_in, iss, jku, private_jwk (an
 * object, or a string that contains one), verbose. Unknown members are errors. `defaults` (may be NULL) are the settings
 * that the object does not give; the object's own members take precedence. `key_options` (may be NULL) are for
 * private_jwk. Each request must still name its method: see xcj_kong_method(). XCJ_ERR_CONFIG, _JSON, and the errors of
 * reading the key.
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_kong_minter_from_config(xcj_minter **out, const char *text, size_t len,
                                                            const xcj_mint_options *defaults,
                                                            const xcj_key_options *key_options, xcj_error *err);

/** The name of the header that carries an API key: "apikey" unless configured. Borrowed. */
XCJ_API xcj_str xcj_kong_apikey_header(const xcj_minter *minter);

/** The name of the header for the upstream request: "X-Custom-Jwt" unless configured. Borrowed. */
XCJ_API xcj_str xcj_kong_upstream_header(const xcj_minter *minter);

/** The name of the header for the downstream response; absent unless configured. Borrowed. */
XCJ_API xcj_str xcj_kong_downstream_header(const xcj_minter *minter);

/** Returns 1 if the configuration object sets verbose. */
XCJ_API int xcj_kong_verbose(const xcj_minter *minter);

/**
 * Returns the prefix for the token: "Bearer " when the header's name is Authorization in any case, else "". Static
 * string.
 */
XCJ_API const char *xcj_kong_header_prefix(const char *name, size_t len);

/**
 * Returns the JSON body of the plugin's answer to a failed mint: {"ErrorMessage":"You are not authorized to access to
 * this service"}, and with `verbose` the failure's sentence as VerboseMessage. `failure` may be NULL. Free the body with
 * xcj_free().
 */
XCJ_API XCJ_MUST_CHECK xcj_code xcj_kong_failure(char **out, size_t *out_len, const xcj_error *failure, int verbose,
                                                 xcj_error *err);

/**
 * Returns the method that the plugin would choose, for `methods`: the first of Bearer, Basic, client certificate and API
 * key whose credential is present. XCJ_AUTH_ANY if none is present, so that the mint error lists all methods; 0 for NULL.
 *
 * Use it only where the gateway checks all four credentials, whichever are present. Otherwise a caller who authenticates
 * with one credential can add another that comes earlier in this order, and gets a token for the identity in the added
 * one.
 */
XCJ_API uint32_t xcj_kong_method(const xcj_auth *auth);

/**
 * Like xcj_alg_from_name(), but also accepts "SH256" and "SH512", the spellings in the plugin's documentation. For
 * configurations and the alg_from_name of xcj_key_options. Never use it for tokens.
 */
XCJ_API xcj_alg xcj_kong_alg_from_name(const char *name, size_t len);

#ifdef __cplusplus
}
#endif

#endif
