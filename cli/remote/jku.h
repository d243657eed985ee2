/*
 * jku.h: reads the jku, the URL of a key set, from the header of an unverified token (RFC 7515 4.1.2).
 */
#ifndef XCJ_CLI_REMOTE_JKU_H
#define XCJ_CLI_REMOTE_JKU_H

#include "cli/io/msg.h"
#include "cli/remote/url.h"

/** The reason why a token has no key set. */
typedef struct refusal {
    msg_status status;
    const char *code; /* the name of what went wrong, for a verdict */
    xcj_error err;
} refusal;

/** Fills it in. */
__attribute__((format(printf, 4, 5))) void refusal_set(refusal *out, msg_status status, const char *code, const char *fmt,
                                                       ...);

void refusal_memory(refusal *out);

/** The jku, to be freed, if it may be followed: below the prefix, and without a query unless that is allowed. Else NULL, and
 * why. */
char *jku_read(refusal *why, const url_parts *prefix, bool allow_query, xcj_str token);

#endif
