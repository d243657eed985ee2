/*
 * policy.h: the checks that the user asks for, and the verifiers that make them.
 */
#ifndef XCJ_CLI_KEYS_POLICY_H
#define XCJ_CLI_KEYS_POLICY_H

#include <stdbool.h>

#include <xcj/verify.h>

/** The profiles of mint and verify, in the order of xcj_profile. */
#define POLICY_PROFILES "jwt|at+jwt|txn"

/** The options, with the arrays that they point to. */
typedef struct verify_policy {
    xcj_verify_options options; /* the issuer is set if there is only one */
    xcj_alg *algs;
    xcj_str *issuers; /* each once */
    size_t issuers_count;
    xcj_str *audiences;
    xcj_str *required;
} verify_policy;

void policy_free(verify_policy *which);

/** Makes a verifier with the set, or with `only` if that is not NULL. Several issuers share the keys and the other rules. */
xcj_code policy_verifier(xcj_verifier **out, const verify_policy *of, const xcj_keyset *set, const xcj_key *only,
                         xcj_error *err);

/** Makes a verifier for this issuer alone: with this set, or with one key if `only` is not NULL. */
xcj_code policy_row(xcj_verifier **out, const verify_policy *of, xcj_str issuer, const xcj_keyset *set, const xcj_key *only,
                    xcj_error *err);

/** Is the token refused because its iss is none of several issuers? No key was then tried. */
bool policy_is_unrouted(const verify_policy *of, const xcj_error *err);

#endif
