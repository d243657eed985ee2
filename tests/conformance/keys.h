/*
 * keys.h: comparing what a key is written as.
 */
#ifndef XCJ_TESTS_KEYS_H
#define XCJ_TESTS_KEYS_H

#include "conform.h"

/** A key from a JWK value; NULL, with the reason, when it is refused. */
xcj_key *keys_read(const json_t *jwk, xcj_error *err);

/** Do these hold? Each counts as accepted when it does; a missing expectation (NULL) counts as nothing. */
void keys_expect_pem(tally *t, const char *id, const xcj_key *key, xcj_part part, const char *pem);
void keys_expect_jwk(tally *t, const char *id, const xcj_key *key, xcj_part part, const json_t *jwk);
void keys_expect_thumbprint(tally *t, const char *id, const xcj_key *key, xcj_hash hash, const char *thumbprint);

#endif
