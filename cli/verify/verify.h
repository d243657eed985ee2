/*
 * verify.h: the parts of the verb verify: its options, the keys and the policy, one token, the lines of a batch, and the
 * verdict.
 */
#ifndef XCJ_CLI_VERIFY_VERIFY_H
#define XCJ_CLI_VERIFY_VERIFY_H

#include <xcj/verify.h>

#include "cli/io/doc.h"
#include "cli/keys/keys.h"
#include "cli/keys/policy.h"
#include "cli/options/opt.h"
#include "cli/remote/remote.h"

/** The values of the options. */
typedef struct verify_args {
    opt_list key;
    const char *jwks;
    keys_secret secret;
    remote_args remote;
    const char *passphrase;
    bool hmac_k_raw;
    opt_list alg;
    opt_list iss;
    opt_list aud;
    const char *sub;
    const char *typ;
    const char *profile;
    opt_list require;
    const char *leeway;
    const char *max_age;
    const char *now;
    bool allow_no_exp;
    const char *key_claim;
    bool try_keys;
    const char *use;
    bool jws;
    bool all_signatures;
    const char *payload;
    bool unwrap;
    bool batch;
    bool line_buffered;
    bool json;
    bool quiet;
    bool explain;
} verify_args;

#define VERIFY_USES "sig|jwt-svid"

/** The results so far. */
typedef struct tally {
    bool is_many;     /* of a batch, or of several operands */
    bool is_followed; /* somebody waits for each result */
    size_t tokens;
    size_t refused;
    msg_status first; /* of the first that was refused, or could not be read */
} tally;

/** All that is the same for every token. The keys are in `keys` and its verifier, or in `remote`. */
typedef struct verify_job {
    const verify_args *args;
    verify_policy wanted;
    const char *keys_name;
    keys_loaded keys;
    bool as_set; /* the token's kid chooses one of them */
    xcj_verifier *verifier;
    remote *remote;
    xcj_scratch *scratch;
    text payload; /* the detached one */
    int64_t now;
    tally results;
} verify_job;

/** One token and how it came out. */
typedef struct verify_case {
    const char *name;   /* as messages name it */
    const char *source; /* as token_read() does */
    const char *token;
    size_t len;
    size_t operand;  /* of several, counted from 1; else 0 */
    size_t line;     /* of a batch, else 0 */
    unsigned around; /* what --unwrap took off */
    xcj_verified *verified;
    xcj_error err;
    const char *code; /* its name */
    msg_status status;
    const char *keys_name; /* where the keys are from */
    const xcj_keyset *keys;
    const xcj_verifier *verifier; /* that judged it */
} verify_case;

/** Options that contradict each other, or that would be dropped silently. */
msg_status verify_check(const verify_args *args);

/** The policy of the options, and the time of the verification. */
msg_status verify_policy_read(verify_policy *to, const verify_args *args, int64_t *now);

/** The URL to fetch the keys from, or NULL. */
const char *verify_url(const verify_args *args);

/** Are the keys fetched? */
bool verify_is_fetched(const verify_args *args);

/** The keys, the verifier and all else that the tokens share. */
msg_status verify_prepare(verify_job *job);

/** Verifies one token, says and prints what there is to say. */
msg_status verify_judge(const verify_job *job, verify_case *of);

/** Prints the line of --json. */
msg_status verify_print_verdict(const verify_job *job, const verify_case *of);

/** Verifies the tokens of the operands, or of standard input. Returns the status of the first refused token. */
msg_status verify_operands(verify_job *job, const opt_list *operands);

#endif
