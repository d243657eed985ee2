/*
 * verb.c: the verbs, in the order in which the help lists them, and the options without a verb.
 */
#include <stddef.h>

#include "cli/verbs/verb.h"

const verb *const verb_all[] = { &verb_mint,  &verb_verify,  &verb_convert,    &verb_keygen,
                                 &verb_jwks,  &verb_inspect, &verb_thumbprint, &verb_lint,
                                 &verb_forge, &verb_dpop,    &verb_completion, NULL };

const opt_row program_options[] = {
    OPT_HEADING("Options without a verb"),
    { "version", 'V', OPT_FLAG, NULL, offsetof(program_args, version), "print the version" },
    { "json", 'j', OPT_FLAG, NULL, offsetof(program_args, json),
      "with --version: show library versions and supported algorithms as JSON" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};
