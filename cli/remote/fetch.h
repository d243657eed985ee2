/*
 * fetch.h: starts xcj-fetch, which makes one HTTP request. Only these requests need libcurl, and linked
 * into the command it would slow down the start of every verb.
 */
#ifndef XCJ_CLI_REMOTE_FETCH_H
#define XCJ_CLI_REMOTE_FETCH_H

#include "cli/io/msg.h"
#include "cli/io/text.h"
#include "cli/remote/fields.h"
#include "cli/remote/url.h"

/** Largest set that is fetched, in bytes. */
#define FETCH_LIMIT ((size_t)1 << 20)

/** How to ask. */
typedef struct fetch_how {
    const char *cacert; /* a PEM file; NULL: the system's certificates */
    int64_t timeout;    /* seconds, for all of it */
    int64_t connect_timeout;
} fetch_how;

/** The answer of the server. */
typedef struct fetch_answer {
    text whole;     /* what `parts` borrows from */
    fields parts;   /* etag, cache-control and age; the body */
    bool unchanged; /* 304: the body is the one that the etag belongs to */
} fetch_answer;

/** The reason of a failure, in a sentence. */
typedef struct fetch_why {
    char text[400];
} fetch_why;

/** Gets a URL that url_read() has found good. `etag` of what is there already, or absent. Any answer but 200 and 304 is a
 * failure. */
msg_status fetch_get(fetch_answer *out, const char *url, xcj_str etag, const fetch_how *how, fetch_why *why);

/** Fills in what went wrong, and returns the status. */
__attribute__((format(printf, 3, 4))) msg_status fetch_fail(fetch_why *why, msg_status status, const char *fmt, ...);

void fetch_free(fetch_answer *answer);

#endif
