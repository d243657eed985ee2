/*
 * key_uri.h: a private key that stays where its URI points (a token, an HSM).
 */
#ifndef XCJ_CLI_KEYS_KEY_URI_H
#define XCJ_CLI_KEYS_KEY_URI_H

#include "cli/keys/keys.h"

/**
 * A set of one: the private key behind a URI (@FILE and - read it), through the stores that OpenSSL has: file:, and what the
 * host's providers bring. A pkcs11: URI (RFC 7512) that no store knows is for the PKCS#11 engine. A PIN is in the URI or is
 * the passphrase; at a terminal it is asked for. Nothing of the URI is ever shown.
 */
msg_status key_uri_load(keys_loaded *out, const char *uri, const char *passphrase);

#endif
