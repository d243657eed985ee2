/*
 * rotate.h: keeps a private set in which keys take turns: the key that signs, the next one, and earlier ones whose tokens
 * have not expired.
 */
#ifndef XCJ_CLI_KEYS_ROTATE_H
#define XCJ_CLI_KEYS_ROTATE_H

#include <stdint.h>

#include "cli/keys/keys.h"

/** The options of a rotation. */
typedef struct rotate_args {
    const char *period; /* NULL: no rotation */
    const char *lead;
    const char *expires_in;
    const char *now;
} rotate_args;

/* Rows for a verb's table, the first of which many need; `field` is the member of its struct. */
#define ROTATE_ROW(args, field)                                                                                             \
    {                                                                                                                       \
        "rotate", 0, OPT_TEXT, "DURATION", offsetof(args, field.period), "write the private set, with a next key to sign"   \
    }

#define ROTATE_ROWS(args, field)                                                                                            \
    { "lead", 0, OPT_TEXT, "DURATION", offsetof(args, field.lead), "publish a key this long before it signs (1d)" },        \
        { "expires-in",                                                                                                     \
          0,                                                                                                                \
          OPT_TEXT,                                                                                                         \
          "DURATION",                                                                                                       \
          offsetof(args, field.expires_in),                                                                                 \
          "drop keys this long after they expired (30m)" },                                                                 \
    {                                                                                                                       \
        "now", 0, OPT_TEXT, "TIME", offsetof(args, field.now), "use TIME as the current time: Unix seconds or RFC 3339"     \
    }

/** The same as numbers. */
typedef struct rotate_plan {
    int64_t now;
    int64_t period;
    int64_t lead;
    int64_t expires_in;
    xcj_alg alg; /* of a new key; XCJ_ALG_NONE: that of the key before */
} rotate_plan;

/** Reads the options. Says what is wrong, also an option without a rotation. */
msg_status rotate_read(rotate_plan *out, const rotate_args *args, const char *alg);

/**
 * Makes the new set: adds the next key if it is missing, and drops keys whose tokens have expired. Sets *is_same if nothing
 * was due. Messages name the set `name`.
 */
msg_status rotate_set(xcj_keyset **out, bool *is_same, const xcj_keyset *set, const rotate_plan *plan, const char *name);

#endif
