/*
 * terminal.h: asks, shows progress and colours at a terminal. A signal that ends the command restores the terminal first.
 */
#ifndef XCJ_CLI_IO_TERMINAL_H
#define XCJ_CLI_IO_TERMINAL_H

#include <stdbool.h>
#include <time.h>

#include "cli/io/msg.h"
#include "cli/io/text.h"

/**
 * Asks at the controlling terminal for a line, unseen: "WHAT for NAME: ". While the command is stopped the terminal echoes;
 * once it is continued the question is asked anew. `no_terminal` is what to report, about `name`, when there is no terminal.
 */
msg_status terminal_ask(text *out, const char *what, const char *name, const char *no_terminal);

/** A line on standard error that says how far a long run is. */
typedef struct terminal_progress {
    struct timespec start;
    bool shown;
} terminal_progress;

/** Begins it; false where nobody would see it: no terminal, or the results go to one. */
bool terminal_progress_start(terminal_progress *line);

/** Shows it anew, once the run has lasted a second. */
void terminal_progress_show(terminal_progress *line, unsigned long done, unsigned long total);

/** Clears it. */
void terminal_progress_end(terminal_progress *line);

#endif
