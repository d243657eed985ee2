/*
 * shown.h: what a message shows of a value that the user gave. A secret may stand in the wrong place, so a value is shown
 * only where it is plainly none; any other is described: "a value of 227 characters that looks like a JWK".
 */
#ifndef XCJ_CLI_IO_SHOWN_H
#define XCJ_CLI_IO_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#include <xcj/base.h>

/** To be used in the expression that makes it: `shown_path(path).text`. */
typedef struct shown {
    char text[256];
} shown;

/** Describes it, whatever it is. */
shown shown_value(const char *value);

/** In quotes, if it has at most five characters and is no longer number (a PIN). */
shown shown_word(const char *value, size_t len);

/** As it is, if it is the name of a file or plainly a path: of common characters, with a directory or a usual extension. */
shown shown_path(const char *path);

/** As it is, if it is plainly the name of an environment variable, in capitals. */
shown shown_variable(const char *name);

/** In quotes, if it is plainly the name of a claim, header or key: letters, with - _ . between them. */
shown shown_name(const char *name, size_t len);

/** In quotes, unless it is long or looks like a key or token: a kid is any text, and is public. */
shown shown_kid(const char *kid);

/** A URL without user, password, query and fragment. */
shown shown_url(xcj_str url);

#endif
