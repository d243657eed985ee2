/*
 * pages.h: reads the content of a URL, from the cache while that is fresh, otherwise from the server.
 */
#ifndef XCJ_CLI_REMOTE_PAGES_H
#define XCJ_CLI_REMOTE_PAGES_H

#include "cli/options/opt.h"
#include "cli/remote/cache.h"
#include "cli/remote/fetch.h"

/** The options. */
typedef struct pages_args {
    const char *cacert;
    const char *cache_dir;
    const char *timeout;
    const char *connect_timeout;
    bool allow_http;
} pages_args;

/* Rows for a verb's table; `field` is the member of its struct. */
#define PAGES_ROWS(args, field)                                                                                             \
    { "cacert", 0, OPT_TEXT, "FILE", offsetof(args, field.cacert), "trust only these CA certificates when fetching" },      \
        { "cache-dir", 0, OPT_TEXT, "DIR", offsetof(args, field.cache_dir), "keep what is fetched while it is fresh" },     \
    {                                                                                                                       \
        "timeout", 0, OPT_TEXT, "DURATION", offsetof(args, field.timeout), "timeout of a fetch (default 10s)"               \
    }

/** How URLs are read. */
typedef struct pages {
    bool allow_http;
    fetch_how how;
    cache kept;
    text cacert; /* its bytes */
} pages;

#define PAGES_INIT                                                                                                          \
    {                                                                                                                       \
        false, { NULL, 0, 0 }, { NULL, -1, { NULL, 0 } }, TEXT_INIT                                                         \
    }

/** Is one of the options given? */
bool pages_has_options(const pages_args *args);

/** Reads the options, which must stay as they are until pages_close(). Nothing is fetched yet. Closed also when it fails. */
msg_status pages_open(pages *out, const pages_args *args);

void pages_close(pages *which);

/** May this URL be fetched? Plain http only if the user says so, or if nothing leaves this machine. */
bool pages_may_fetch(const url_parts *url, bool allow_http);

/** Parses a URL from the user, and refuses one that may not be fetched. */
msg_status pages_read_url(url_parts *out, const char *option, const char *value, bool allow_http);

/** A URL and the state of its content. */
typedef struct page {
    const char *url;
    fetch_why why;   /* of the last failure */
    int64_t asked;   /* in this run */
    int64_t fetched; /* as the cache has it */
    int64_t asked_before;
} page;

/** Checks the content and copies it to `to`. A refusal fills in *why; refused content is not cached. */
typedef msg_status (*page_accept)(void *to, xcj_str content, fetch_why *why);

/** Loads the content. Stale content is never used: if the server fails, so does this call, and of->why has the reason. */
msg_status page_load(page *of, const pages *from, page_accept accept, void *to);

/** Asks the server again, unless that happened just now. Returns true if the content may be newer. */
bool page_ask_again(page *of, const pages *from, page_accept accept, void *to);

/** Has the server been asked just now? */
bool page_is_recent(int64_t asked, int64_t now);

#endif
