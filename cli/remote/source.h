/*
 * source.h: reads the sources of keys that a verb takes: what keys_load() reads, and URLs.
 */
#ifndef XCJ_CLI_REMOTE_SOURCE_H
#define XCJ_CLI_REMOTE_SOURCE_H

#include "cli/io/shown.h"
#include "cli/keys/keys.h"
#include "cli/remote/pages.h"

/** Reads the bytes of a source (FILE, "-", env:NAME or a URL) without checking them. Reports errors. */
msg_status source_read(text *out, const char *option, const char *source, const pages_args *args);

/** As keys_load(), but the source may also be a URL. */
msg_status source_load(keys_loaded *out, const char *option, const char *source, const keys_how *how,
                       const pages_args *args);

/** The name for messages: io_name(), or the URL without its query, written to `room`. */
const char *source_name(shown *room, const char *source);

/** Refuses options about fetching if no source is a URL. The message names `verb`. */
msg_status source_check(const pages_args *args, const char *verb, const opt_list *operands, const opt_list *more);

#endif
