/*
 * url.h: the URLs that key sets are fetched from. A narrow part of RFC 3986, so that no two programs read one differently.
 */
#ifndef XCJ_CLI_REMOTE_URL_H
#define XCJ_CLI_REMOTE_URL_H

#include <stdbool.h>

#include <xcj/base.h>

/** Longest URL that is read. */
#define URL_LIMIT 2048

/** The parts, which borrow from the text. */
typedef struct url_parts {
    xcj_str scheme; /* "https" or "http" */
    xcj_str host;   /* with its brackets, if it has some */
    xcj_str port;   /* absent when there is none */
    xcj_str path;   /* at least "/" */
    xcj_str query;  /* absent when there is none */
} url_parts;

/**
 * Takes a URL apart. Returns NULL, or what is wrong with it, in words: another scheme, a user, no host, a fragment, a
 * backslash, a control character, a dot segment, also one that is written in percent-encoding or has parameters.
 */
const char *url_read(url_parts *out, const char *text, size_t len);

/**
 * Is the path, decoded once, what every server makes of it? NULL, or what is wrong: an encoded % (%252e), or a byte beyond
 * ASCII, which may be an overlong form of a dot or slash, or become one.
 */
const char *url_check_path(const url_parts *which);

/** Is it plain http? */
bool url_is_plain(const url_parts *which);

/** Is its host this machine: 127.0.0.0/8, ::1 or localhost? */
bool url_is_loopback(const url_parts *which);

/** Are scheme, host and port the prefix's byte for byte, and does the path begin with the prefix's, up to a slash or its
 * end? */
bool url_is_below(const url_parts *which, const url_parts *prefix);

#endif
