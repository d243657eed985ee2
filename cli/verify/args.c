/*
 * args.c: refuses options of verify that contradict each other.
 */
#include "cli/io/io.h"
#include "cli/io/msg.h"
#include "cli/verify/verify.h"

/* With --jws no claim is looked at: an option that asks for it must not be dropped silently. */
static msg_status check_jws(const verify_args *args)
{
    bool claims = args->iss.count > 0 || args->remote.issuer.count > 0 || args->aud.count > 0 || args->require.count > 0 ||
                  args->sub != NULL || args->max_age != NULL || args->allow_no_exp || args->key_claim != NULL ||
                  args->leeway != NULL;
    if (args->jws && claims) {
        return msg_fail(STATUS_USAGE, "verify", "--jws looks at no claims: leave out the options about them");
    }
    return STATUS_OK;
}

const char *verify_url(const verify_args *args)
{
    const char *source = args->key.count == 1 ? args->key.items[0] : args->jwks;
    return source != NULL && io_is_url(source) ? source : NULL;
}

bool verify_is_fetched(const verify_args *args)
{
    return verify_url(args) != NULL || args->remote.issuer.count > 0 || args->remote.jku_prefix != NULL;
}

/* The keys of several --key are a set; so is what a URL has, and the two do not mix. */
static msg_status check_keys(const opt_list *keys)
{
    for (size_t i = 0; i < keys->count && keys->count > 1; i++) {
        if (io_is_url(keys->items[i])) {
            return msg_fail(STATUS_USAGE, "--key", "a URL cannot be combined with another --key");
        }
    }
    return STATUS_OK;
}

msg_status verify_check(const verify_args *args)
{
    const remote_args *fetched = &args->remote;
    int sources = (args->key.count > 0) + (args->jwks != NULL) + (args->secret.source != NULL) +
                  (fetched->issuer.count > 0) + (fetched->jku_prefix != NULL);
    if (sources != 1) {
        return msg_fail(STATUS_USAGE, "verify", "one of --key, --jwks, --issuer, --jku-prefix and --secret is needed%s",
                        sources > 1 ? ", and no other" : "");
    }
    if (!verify_is_fetched(args) && remote_has_options(fetched)) {
        return msg_fail(STATUS_USAGE, "verify",
                        "an option about fetching goes only with a URL: --jwks URL, --issuer or --jku-prefix");
    }
    if (args->explain && (args->quiet || args->batch)) {
        return msg_fail(STATUS_USAGE, "verify", "--explain excludes --batch and --quiet");
    }
    if (fetched->issuer.count > 0 && args->iss.count > 0) {
        return msg_fail(STATUS_USAGE, "verify", "--issuer is also the iss that is allowed: leave out --iss");
    }
    if (fetched->issuer.count > 1 && args->payload != NULL) {
        return msg_fail(STATUS_USAGE, "verify", "--payload: the iss within a token selects one of several --issuer");
    }
    if (args->json && args->quiet) {
        return msg_fail(STATUS_USAGE, "verify", "--json and --quiet exclude each other");
    }
    if (args->line_buffered && !args->batch) {
        return msg_fail(STATUS_USAGE, "verify", "--line-buffered goes with --batch");
    }
    if (args->batch && args->payload != NULL) {
        return msg_fail(STATUS_USAGE, "verify", "--batch and --payload exclude each other");
    }
    if (args->batch && args->unwrap) {
        return msg_fail(STATUS_USAGE, "verify",
                        "--unwrap excludes --batch, which has a token in each line, and nothing else");
    }
    msg_status status = keys_check_secret(&args->secret, "verify");
    status = status == STATUS_OK ? check_keys(&args->key) : status;
    return status == STATUS_OK ? check_jws(args) : status;
}
