/*
 * help.h: prints --help.
 */
#ifndef XCJ_CLI_VERBS_HELP_H
#define XCJ_CLI_VERBS_HELP_H

#include "cli/verbs/verb.h"

/** The help of the program: verbs, examples, options, exit codes. */
msg_status help_program(void);

/** The help of a verb: usage, examples, options by group, exit codes. */
msg_status help_verb(const verb *which);

/** The verbs and three examples on standard error, for a command line without any word. Returns STATUS_USAGE. */
msg_status help_brief(void);

#endif
