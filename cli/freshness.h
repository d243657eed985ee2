/*
 * freshness.h: what Cache-Control (RFC 9111 5.2.2) lets a private cache do.
 */
#ifndef XCJ_CLI_FRESHNESS_H
#define XCJ_CLI_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include <xcj/base.h>

/** However long a server allows, a key that it withdrew is not trusted for longer. */
#define FRESHNESS_LIMIT ((int64_t)86400)

typedef struct freshness {
    bool no_store;
    int64_t seconds; /* usable without asking; 0: ask each time */
} freshness;

/** Reads the field's value. What is absent, malformed or contradictory allows nothing. */
freshness freshness_read(xcj_str control);

#endif
