/*
 * signals.h: cleans up before a signal ends the command.
 */
#ifndef XCJ_CLI_IO_SIGNALS_H
#define XCJ_CLI_IO_SIGNALS_H

#include <signal.h>
#include <stddef.h>

/** The signals that end the command and can be caught. */
extern const int signals_ending[];
#define SIGNALS_ENDING_COUNT ((size_t)4)

/** Holds these signals back until signals_release(), so that what lies between happens whole. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

/** Until signals_unguard(), calls `undo` before such a signal ends the command. `undo` must be async-signal-safe. */
void signals_guard(void (*undo)(void));
void signals_unguard(void (*undo)(void));

#endif
