/*
 * freshness.h: decides from the headers of an answer how long a private cache may keep it (RFC 9111).
 */
#ifndef XCJ_CLI_REMOTE_FRESHNESS_H
#define XCJ_CLI_REMOTE_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/remote/fields.h"

/** However long a server allows, a key that it withdrew is not trusted for longer. */
#define FRESHNESS_LIMIT ((int64_t)86400)

typedef struct freshness {
    bool no_store;
    int64_t seconds; /* usable without asking; 0: ask each time */
} freshness;

/** Reads Cache-Control: see xcj_refresh_max_age(). */
freshness freshness_read(xcj_str control);

/**
 * May the answer of xcj-fetch be kept at all? Not when Age is no number or there twice, Vary has an asterisk, a header is
 * folded or too long, or Content-Type is not one of JSON; an answer 304 may be without it.
 */
bool freshness_may_keep(const fields *answer, bool unchanged);

#endif
