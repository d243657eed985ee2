/*
 * cache.h: keeps fetched key sets in a directory of the user, one file per URL.
 *
 * The directory is opened once and checked as it was opened; all files are reached from there, so that a path that changes
 * meanwhile changes nothing. A file is written beside its place and renamed: any number of processes may share a directory.
 * The time is always the system's: a verifier's --now has no say in what is fresh.
 */
#ifndef XCJ_CLI_REMOTE_CACHE_H
#define XCJ_CLI_REMOTE_CACHE_H

#include "cli/io/msg.h"
#include "cli/io/text.h"
#include "cli/remote/fields.h"

typedef struct cache {
    const char *folder; /* as it was given */
    int fd;             /* the open directory; -1: nothing is kept */
    xcj_str trust;      /* the certificates trusted: a set that was fetched under others is another entry */
} cache;

/** A kept answer for a URL. All zero: none. */
typedef struct cache_entry {
    text whole;      /* what `parts` borrows from */
    fields parts;    /* the body is the set */
    int64_t fetched; /* when the server last said that it is current */
    int64_t asked;   /* when an unknown kid last made us ask again; 0: never */
} cache_entry;

/**
 * Opens the directory, and makes it and its missing parents, mode 0700. Refuses a symbolic link and a directory of somebody
 * else or in which others may write. NULL: nothing is kept. `trust` is borrowed.
 */
msg_status cache_open(cache *out, const char *folder, xcj_str trust);

void cache_close(cache *which);

/** The entry of this URL, fresh or not; false when there is none. */
bool cache_load(cache_entry *out, const cache *which, const char *url);

/** May it be used without asking the server? */
bool cache_is_fresh(const cache_entry *entry, int64_t now);

/** The content of a new entry. */
typedef struct cache_news {
    xcj_str etag;
    xcj_str control; /* Cache-Control; no-store removes the entry */
    int64_t fetched;
    int64_t asked;
    xcj_str body;
} cache_news;

/** Keeps it; the oldest of 256 entries makes room. That it cannot be kept is a warning. */
void cache_store(const cache *which, const char *url, const cache_news *news);

void cache_entry_free(cache_entry *entry);

#endif
