/*
 * verb.c: the verbs, in the order in which the help lists them.
 */
#include "cli/verb.h"

const verb *const verb_all[] = { &verb_mint, &verb_verify,  &verb_convert,    &verb_keygen,
                                 &verb_jwks, &verb_inspect, &verb_thumbprint, NULL };
