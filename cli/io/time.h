/*
 * time.h: durations and instants as people write them.
 */
#ifndef XCJ_CLI_IO_TIME_H
#define XCJ_CLI_IO_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/io/msg.h"

/** The last second of the year 9999. */
#define TIME_LAST INT64_C(253402300799)

/** Seconds: `1800`, `90s`, `30m`, `12h`, `7d`, `2w`. `option` names it in the message. */
msg_status time_duration(int64_t *out, const char *option, const char *value);

/** Unix seconds: `1712685416`, RFC 3339: `2024-04-09T17:56:56Z`, or a duration from `now` with its sign: `+30m`, `-5m`. */
msg_status time_instant(int64_t *out, const char *option, const char *value, int64_t now);

/** The value of --now; the current time of the system for NULL. */
msg_status time_read_now(int64_t *out, const char *value);

/** A NumericDate (RFC 7519 2) in whole seconds, rounded down; false when no calendar reaches so far. */
bool time_floor(int64_t *out, double date);

/** The current time of the system. */
int64_t time_now(void);

/** `2 years ago (2024-04-09 17:56:56 UTC)` for an instant, seen from now. */
void time_words(char *out, size_t cap, int64_t instant, int64_t now);

#endif
