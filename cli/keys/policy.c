#include "cli/keys/policy.h"

#include <stdlib.h>

void policy_free(verify_policy *which)
{
    free(which->algs);
    free(which->issuers);
    free(which->audiences);
    free(which->required);
}

static xcj_code make_one(xcj_verifier **out, const xcj_verify_options *options, const xcj_keyset *set, const xcj_key *only,
                         xcj_error *err)
{
    return only != NULL ? xcj_verifier_new_key(out, only, options, err) : xcj_verifier_new(out, set, options, err);
}

xcj_code policy_row(xcj_verifier **out, const verify_policy *of, xcj_str issuer, const xcj_keyset *set, const xcj_key *only,
                    xcj_error *err)
{
    xcj_verify_options options = of->options;
    options.issuer = issuer;
    return make_one(out, &options, set, only, err);
}

static xcj_code make_rows(xcj_verifier **rows, const verify_policy *of, const xcj_keyset *set, const xcj_key *only,
                          xcj_error *err)
{
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < of->issuers_count; i++) {
        code = policy_row(&rows[i], of, of->issuers[i], set, only, err);
    }
    return code;
}

xcj_code policy_verifier(xcj_verifier **out, const verify_policy *of, const xcj_keyset *set, const xcj_key *only,
                         xcj_error *err)
{
    if (of->issuers_count < 2) {
        return make_one(out, &of->options, set, only, err);
    }
    xcj_verifier **rows = calloc(of->issuers_count, sizeof(xcj_verifier *));
    if (rows == NULL) {
        err->code = XCJ_ERR_MEMORY;
        return XCJ_ERR_MEMORY;
    }
    xcj_code code = make_rows(rows, of, set, only, err);
    if (code == XCJ_OK) {
        code = xcj_verifier_new_issuers(out, (const xcj_verifier *const *)rows, of->issuers_count, err);
    }
    for (size_t i = 0; i < of->issuers_count; i++) {
        xcj_verifier_free(rows[i]);
    }
    free(rows);
    return code;
}

bool policy_is_unrouted(const verify_policy *of, const xcj_error *err)
{
    return of != NULL && of->issuers_count > 1 && err->code == XCJ_ERR_CLAIM && err->claims == XCJ_CLAIM_ISS;
}
