/*
 * prepare.c: loads the keys and makes the verifier.
 */
#include "cli/io/io.h"
#include "cli/verify/verify.h"

static msg_status load_keys(verify_job *job)
{
    const verify_args *args = job->args;
    const keys_how how = { args->passphrase, args->hmac_k_raw, false };
    if (args->secret.source != NULL) {
        job->keys_name = "the secret";
        return keys_load_secret(&job->keys, &args->secret);
    }
    if (args->key.count > 1) {
        job->keys_name = "the keys";
        return keys_load_several(&job->keys, "--key", &args->key, &how);
    }
    const char *path = args->key.count > 0 ? args->key.items[0] : args->jwks;
    job->keys_name = io_name(path);
    return keys_load(&job->keys, args->key.count > 0 ? "--key" : "--jwks", path, &how);
}

/* One key given by --key: the token's kid is a hint. A set, several --key, or --jwks: the kid selects. */
static msg_status make_verifier(verify_job *job)
{
    xcj_error err;
    msg_status status = load_keys(job);
    if (status != STATUS_OK) {
        return status;
    }
    job->as_set = job->keys.is_set || job->args->jwks != NULL || job->args->key_claim != NULL;
    const xcj_key *only = job->as_set ? NULL : xcj_keyset_get(job->keys.set, 0);
    xcj_code code = policy_verifier(&job->verifier, &job->wanted, job->keys.set, only, &err);
    return code == XCJ_OK ? STATUS_OK : msg_fail_error(ABOUT_OPTION, "verify", &err);
}

msg_status verify_prepare(verify_job *job)
{
    xcj_error err;
    msg_status status = verify_policy_read(&job->wanted, job->args, &job->now);
    if (status == STATUS_OK && verify_is_fetched(job->args)) {
        status = remote_open(&job->remote, verify_url(job->args), &job->args->remote, &job->wanted);
    } else if (status == STATUS_OK) {
        status = make_verifier(job);
    }
    if (status == STATUS_OK && xcj_scratch_new(&job->scratch, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_OPTION, NULL, &err);
    }
    return status;
}
