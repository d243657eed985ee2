/*
 * completion.h: the template of each shell's completion, without the option tables.
 */
#ifndef XCJ_CLI_COMPLETIONS_COMPLETION_H
#define XCJ_CLI_COMPLETIONS_COMPLETION_H

/** In the order of COMPLETION_SHELLS. The build makes them from cli/completions. */
extern const char *const completion_templates[];

#define COMPLETION_SHELLS "bash|zsh|fish"

#endif
