/*
 * overwrite.h: refuses to write an output over an input or a private key.
 */
#ifndef XCJ_CLI_OPTIONS_OVERWRITE_H
#define XCJ_CLI_OPTIONS_OVERWRITE_H

#include <stddef.h>

#include "cli/io/output.h"
#include "cli/options/opt.h"

/** --force, a row for a verb's table. */
#define OVERWRITE_ROW(args, field)                                                                                          \
    {                                                                                                                       \
        "force", 0, OPT_FLAG, NULL, offsetof(args, field), "overwrite a private key or an input file"                       \
    }

/** No two outputs are one file. Outputs that were not opened are none. */
msg_status overwrite_check_apart(const output *files, size_t count);

/** Without --force no output is a file that holds a private key. */
msg_status overwrite_check_keys(const output *files, size_t count, bool force);

/** Is the output the file that this source is, or the one of standard input ("-")? A variable is no file, and NULL is none.
 */
bool overwrite_is_input(const output *out, const char *source);

/**
 * Without --force the output is no file that is read: by an option of the table, as its metavar says, or as an operand.
 * Without an operand standard input is read; NULL: the verb has no operands.
 */
msg_status overwrite_check_inputs(const output *out, const opt_row *rows, const void *args, const opt_list *operands,
                                  bool force);

#endif
