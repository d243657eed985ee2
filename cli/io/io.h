/*
 * io.h: reads input and writes output. Input may be secret, so its memory is wiped.
 */
#ifndef XCJ_CLI_IO_IO_H
#define XCJ_CLI_IO_IO_H

#include <stdio.h>

#include "cli/io/msg.h"
#include "cli/io/text.h"

/** Limits of input, in bytes. */
#define IO_KEY_LIMIT ((size_t)16 << 20)
#define IO_TOKEN_LIMIT ((size_t)2 << 20) /* what the library takes by default */
#define IO_PAYLOAD_LIMIT ((size_t)1 << 30)
#define IO_SECRET_LIMIT ((size_t)1 << 20)

/** Makes sure that descriptors 0 to 2 are open, so that no file is taken for one of them; sets up standard output. */
void io_start(void);

/** Standard output is closed; a failure to write it becomes the status, unless there is another one already. */
msg_status io_finish(msg_status status);

/**
 * Reads a source that `option` names: FILE, "-" for standard input, or env:NAME for an environment variable. Beyond the
 * limit it is `too_large`.
 */
msg_status io_read(text *out, const char *option, const char *source, size_t limit, msg_status too_large);

/** As io_read(), of what is open already; `name` is what messages name. */
msg_status io_read_open(text *out, int fd, const char *name, size_t limit, msg_status too_large);

/** A file, or standard input for "-", to be read line by line. */
msg_status io_open_lines(FILE **out, const char *option, const char *path);

/** As io_read(), and leaves out one line end (LF or CRLF) of a file or standard input: a person's editor put it there. */
msg_status io_read_line(text *out, const char *option, const char *source, size_t limit, msg_status too_large);

/** The file that a source is; NULL if it is env:NAME, or no source was given. */
const char *io_source_file(const char *source);

/** Is it an https:// or http:// URL? */
bool io_is_url(const char *source);

/** A source as messages name it. */
const char *io_name(const char *source);

/** The value of an option: "@FILE", "-", env:NAME, each read by io_read_line(), or the text itself. */
msg_status io_value(text *out, const char *option, const char *value, size_t limit, msg_status too_large);

/** Is the value the text itself? Then every user of the machine sees it in the list of processes. */
bool io_is_literal(const char *value);

/** The source that an operand names which can be no literal: FILE, @FILE, "-" or env:NAME. */
const char *io_operand(const char *operand);

/** Leaves out one line end (LF or CRLF). */
void io_trim_line_end(text *value);

/** To standard output. io_finish() tells whether it got there. */
void io_print(const void *bytes, size_t len);

/** To standard output, and one newline if it does not end in one. */
void io_print_line(const void *bytes, size_t len);

/** Writes out what was printed so far. Did all of it get there? If not, io_finish() says so. */
bool io_written(void);

/** As io_written(), and reports it, unless the reader has gone away. */
msg_status io_flush(void);

/** Could something of what was printed not be written? */
bool io_failed(void);

#endif
