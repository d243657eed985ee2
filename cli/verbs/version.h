/*
 * version.h: prints the versions of xcj and its libraries, and the algorithms that work.
 */
#ifndef XCJ_CLI_VERBS_VERSION_H
#define XCJ_CLI_VERBS_VERSION_H

#include "cli/io/msg.h"

/** Prints the version; with `json` an object with those of the libraries, and the algorithms that work. */
msg_status version_print(bool json);

#endif
