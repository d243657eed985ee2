/*
 * times.c: the claims iat, nbf and exp.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/io/time.h"
#include "cli/mint/mint.h"

static void add_time(text *members, const char *name, int64_t value)
{
    char member[64];
    (void)snprintf(member, sizeof member, "\"%s\":%" PRId64, name, value);
    mint_add_raw(members, xcj_text(member));
}

static msg_status read_time(int64_t *out, const char *option, const char *value, int64_t now)
{
    return value != NULL ? time_instant(out, option, value, now) : STATUS_OK;
}

static msg_status check(const mint_args *args, bool authenticated)
{
    if ((args->exp != NULL) + args->no_exp + (args->expires_in != NULL) > 1) {
        return msg_fail(STATUS_USAGE, "mint", "--exp, --no-exp and --expires-in exclude one another");
    }
    if (args->no_exp && authenticated) {
        return msg_fail(STATUS_USAGE, "mint", "--no-exp: a token for a caller must expire; use --expires-in or --exp");
    }
    return STATUS_OK;
}

/* The library writes iat and exp for a caller, and exp as a time from iat. */
static msg_status set_exp(mint_job *job, int64_t exp, int64_t iat)
{
    if (!job->authenticated) {
        add_time(&job->times, "exp", exp);
        return STATUS_OK;
    }
    if (exp <= iat) {
        return msg_fail(STATUS_USAGE, "--exp", "must be later than iat for a caller; a test token goes without one");
    }
    job->options.expires_in = exp - iat;
    return STATUS_OK;
}

static msg_status set_expires_in(mint_job *job)
{
    int64_t *seconds = &job->options.expires_in;
    msg_status status = time_duration(seconds, "--expires-in", job->args->expires_in);
    return status == STATUS_OK && *seconds == 0 ? msg_fail(STATUS_USAGE, "--expires-in", "must be one second or more")
                                                : status;
}

msg_status mint_read_times(mint_job *job)
{
    const mint_args *args = job->args;
    const int64_t now = job->now;
    msg_status status = check(args, job->authenticated);
    int64_t iat = now;
    int64_t nbf = now;
    int64_t exp = now;
    if (status == STATUS_OK) {
        status = read_time(&iat, "--iat", args->iat, now);
    }
    if (status == STATUS_OK) {
        status = read_time(&nbf, "--nbf", args->nbf, now);
    }
    if (status == STATUS_OK) {
        status = read_time(&exp, "--exp", args->exp, now);
    }
    if (status != STATUS_OK) {
        return status;
    }
    /* With --repeat, each token gets the time at which it is minted. */
    job->auth.has_now = args->now != NULL || args->iat != NULL || job->repeat == 1;
    job->auth.now = iat;
    job->options.no_exp = args->no_exp;
    if (args->iat != NULL && !job->authenticated) {
        add_time(&job->times, "iat", iat);
    }
    if (args->nbf != NULL) {
        add_time(&job->times, "nbf", nbf);
    }
    status = args->exp != NULL ? set_exp(job, exp, iat) : STATUS_OK;
    status = status == STATUS_OK && args->expires_in != NULL ? set_expires_in(job) : status;
    return status == STATUS_OK && job->times.failed ? msg_fail_memory() : status;
}
