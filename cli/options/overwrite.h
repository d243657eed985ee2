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

/** Is the output the file of this path, or of standard input ("-")? */
bool overwrite_is_input(const output *out, const char *input);

/** Without --force the output is not the file of this path, or of standard input ("-"). NULL is none. */
msg_status overwrite_check_input(const output *out, const char *input, bool force);

#endif
