/*
 * run.h: runs a verifier of the user on each token of a corpus, and reports what it accepted.
 */
#ifndef XCJ_CLI_FORGE_RUN_H
#define XCJ_CLI_FORGE_RUN_H

#include "cli/forge/forge.h"
#include "cli/io/msg.h"

/** All zero, but for the command. Free with forge_run_free(). */
typedef struct forge_run {
    const char *command;
    json_t *accepted; /* forged tokens that the command accepted */
    json_t *refused;  /* valid counterparts that it refused */
    size_t forged;
    size_t valid;
    size_t must; /* of the accepted ones, those that an RFC says to refuse */
} forge_run;

/** Gives the command a token. A command that refuses the genuine token, which is the first, is no verifier: says so. */
msg_status forge_run_case(forge_run *run, const forge_case *row, const char *name, const text *token);

/** Prints the report; STATUS_POLICY if the command accepted what an RFC says to refuse. */
msg_status forge_run_report(const forge_run *run, bool as_json);

void forge_run_free(forge_run *run);

#endif
