/*
 * discovery.h: finds the key set of an issuer through its metadata (OpenID Connect Discovery 1.0, RFC 8414).
 */
#ifndef XCJ_CLI_REMOTE_DISCOVERY_H
#define XCJ_CLI_REMOTE_DISCOVERY_H

#include "cli/remote/pages.h"

/** Appends the URL of the issuer's set to `out`. `issuer` is a URL without a query, which pages_read_url() accepted. */
msg_status discovery_find(text *out, const pages *from, const char *issuer, fetch_why *why);

#endif
