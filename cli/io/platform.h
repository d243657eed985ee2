/*
 * platform.h: calls that POSIX lacks, with replacements for systems that lack them too.
 */
#ifndef XCJ_CLI_IO_PLATFORM_H
#define XCJ_CLI_IO_PLATFORM_H

#include "cli/io/text.h"

/** Call first, with argv[0]: the last resort to find the program's own file. */
void platform_start(const char *argv0);

/** Appends the absolute path of the program's own file. False when it cannot be found. */
bool platform_program(text *path);

/**
 * Opens the directory `name` below the directory `from`, with further flags, to look up names in it; where the system can,
 * one that may not be read, too.
 */
int platform_open_folder(int from, const char *name, int flags);

/** Is the directory one of Linux's /proc, whose links are not followed by their text? */
bool platform_is_proc(int folder);

/** Marks every descriptor above standard error close-on-exec: those that the caller left open may lead to secrets. */
void platform_close_on_exec(void);

#endif
