/*
 * verb.h: what a verb is. One file per verb holds its struct of arguments, its table of options and its work.
 */
#ifndef XCJ_CLI_VERBS_VERB_H
#define XCJ_CLI_VERBS_VERB_H

#include "cli/options/opt.h"

/** An exit code as a bit. */
#define VERB_EXIT(status) (1u << (status))

typedef struct verb {
    const char *name;
    const char *operands; /* as the usage line shows them; "" for none */
    size_t operands_max;  /* how many there may be */
    const char *summary;  /* one line, for the list of verbs */
    const char *about;    /* at most three lines, for its own help */
    const char *examples; /* lines */
    const opt_row *options;
    size_t args_size; /* of its struct of arguments, which begins as all zero */
    msg_status (*run)(const void *args, const opt_list *operands);
    unsigned exits; /* VERB_EXIT() of each exit code that is its own: not 0 to 3 */
} verb;

extern const verb verb_mint;
extern const verb verb_verify;
extern const verb verb_convert;
extern const verb verb_keygen;
extern const verb verb_jwks;
extern const verb verb_inspect;
extern const verb verb_thumbprint;
extern const verb verb_lint;
extern const verb verb_forge;
extern const verb verb_dpop;
extern const verb verb_completion;

/** All of them, then NULL. */
extern const verb *const verb_all[];

/** Options of the program itself, without a verb. */
typedef struct program_args {
    bool version;
    bool json;
} program_args;

extern const opt_row program_options[];

#endif
