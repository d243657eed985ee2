/*
 * claims.h: the claims of the custom JWT as a program makes and checks them with jansson, for the implementations that leave
 * them to their caller.
 */
#ifndef XCJ_TESTS_BENCH_CLAIMS_H
#define XCJ_TESTS_BENCH_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* Length of a UUID's text, without the NUL. */
#define CLAIMS_UUID 36

/* A random UUID, version 4 (RFC 9562 5.4), with a NUL. */
bool claims_uuid(char out[CLAIMS_UUID + 1]);

/*
 * Sets the seven claims of a request in `claims`, which holds the inbound payload or nothing. `client_id` NULL: the inbound
 * claim clientId.
 */
bool claims_set(json_t *claims, const char *client_id);

/* exp is ahead, iss and aud are ours. */
bool claims_hold(const json_t *claims);

/* The same of a payload's text. */
bool claims_text_hold(const char *text, size_t len);

#endif
