/*
 * turns.h: which key of a private set signs now, where dates of the keys say so (xcj/rotation.h).
 */
#ifndef XCJ_CLI_KEYS_TURNS_H
#define XCJ_CLI_KEYS_TURNS_H

#include <stdint.h>

#include <xcj/rotation.h>

#include "cli/keys/keys.h"

/** Has a private key of the set nbf or exp? */
bool turns_are_dated(const xcj_keyset *set);

/** The first period, from now on, in which no key of a set signs. Both NULL: no gap. */
typedef struct turns_gap {
    const xcj_key *last; /* signed before it; NULL: none did */
    const xcj_key *next; /* signs after it; NULL: none does */
    bool is_now;
} turns_gap;

bool turns_has_gap(const turns_gap *gap);

/** Calls xcj_rotation_new() for this time. If it refuses the set because of a gap, sets *gap. */
xcj_code turns_plan(xcj_rotation **out, turns_gap *gap, const xcj_keyset *set, int64_t now, xcj_error *err);

/** Says which key signs before the gap, and which after it, and when. */
void turns_put_gap(text *out, const turns_gap *gap, int64_t now);

/**
 * The key to sign with: the one with this kid. Without a kid it is the only key, or if the keys have dates, the one that
 * signs now. Borrowed.
 */
msg_status turns_pick(const xcj_key **out, const keys_loaded *loaded, const char *kid, int64_t now, const char *name);

#endif
