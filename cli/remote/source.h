/*
 * source.h: reads the sources of keys that a verb takes: what keys_load() reads, and URLs.
 */
#ifndef XCJ_CLI_REMOTE_SOURCE_H
#define XCJ_CLI_REMOTE_SOURCE_H

#include "cli/io/shown.h"
#include "cli/keys/keys.h"
#include "cli/remote/pages.h"

/** The bytes of a source: FILE, "-", env:NAME or a URL, whatever they are. Says what is wrong. */
msg_status source_read(text *out, const char *option, const char *source, const pages_args *args);

/** As keys_load(), of any source. */
msg_status source_load(keys_loaded *out, const char *option, const char *source, const keys_how *how,
                       const pages_args *args);

/** What messages name: io_name(), or the URL without its query, in `room`. */
const char *source_name(shown *room, const char *source);

/** Is an option about fetching given, and none of the sources a URL? `verb` is what the message names. */
msg_status source_check(const pages_args *args, const char *verb, const opt_list *operands, const opt_list *more);

#endif
