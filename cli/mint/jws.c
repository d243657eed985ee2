/*
 * jws.c: signing claims or any bytes as they are.
 */
#include <stdlib.h>
#include <string.h>

#include <xcj/jws.h>

#include "cli/mint/mint.h"

msg_status mint_check_jws(const mint_args *args)
{
    const bool has_claims = mint_is_authenticated(args) || args->claims != NULL || args->claim.count > 0 ||
                            args->iss != NULL || args->aud.count > 0 || args->from_header.count > 0 || args->sub != NULL ||
                            args->jti != NULL;
    const bool has_times = args->iat != NULL || args->nbf != NULL || args->exp != NULL || args->no_exp ||
                           args->expires_in != NULL || args->now != NULL;
    const bool is_json = args->format != NULL && strcmp(args->format, "json") == 0;
    if (args->key.count > 1 && !(args->jws && is_json)) {
        return msg_fail(STATUS_USAGE, "mint", "several --key make several signatures, which need --jws and --format json");
    }
    if (!args->jws) {
        return args->payload == NULL && !args->detached && !args->unencoded
                   ? STATUS_OK
                   : msg_fail(STATUS_USAGE, "mint", "--payload, --detached and --unencoded go with --jws");
    }
    if (args->payload == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--jws needs --payload FILE, the bytes to sign");
    }
    if (has_claims || has_times || args->bare || args->config != NULL || args->kong || args->repeat != NULL) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--jws signs the bytes of --payload: it excludes callers, claims, times, --bare, --config, --kong "
                        "and --repeat");
    }
    if (args->key.count > 1 && (args->kid != NULL || args->alg != NULL || args->x5c != NULL)) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--kid, --alg and --x5c are for one --key; several have their own kid and alg");
    }
    if (args->unencoded && !args->detached && !is_json) {
        return msg_fail(STATUS_USAGE, "mint", "--unencoded goes with --detached or --format json (RFC 7797 5.2)");
    }
    return STATUS_OK;
}

msg_status mint_read_payload(mint_job *job)
{
    for (size_t i = 0; i < job->args->key.count; i++) {
        if (strcmp(job->args->key.items[i], "-") == 0 && strcmp(job->args->payload, "-") == 0) {
            return msg_fail(STATUS_USAGE, "--payload", "standard input cannot be both the key and the payload");
        }
    }
    return io_read(&job->claims, "--payload", job->args->payload, IO_PAYLOAD_LIMIT, STATUS_POLICY);
}

static xcj_jws_options options_of(const mint_job *job)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.alg = job->options.alg;
    options.typ = job->options.typ.ptr != NULL || job->args->jws ? job->options.typ : xcj_text("JWT");
    options.kid = job->options.kid;
    options.jku = job->options.jku;
    options.header = job->options.header;
    options.detached = job->args->detached;
    options.unencoded = job->args->unencoded;
    return options;
}

/* The flattened serialisation (RFC 7515 7.2.2), or with several keys the general one, with a signature of each. */
static xcj_code sign_json(char **out, size_t *len, const mint_job *job, const xcj_jws_options *options, xcj_scratch *scratch,
                          xcj_error *err)
{
    const text *payload = &job->claims;
    const size_t count = job->args->key.count > 1 ? xcj_keyset_count(job->keys.set) : 1;
    xcj_jws_signer *signers = malloc(count * sizeof *signers);
    if (signers == NULL) {
        return XCJ_ERR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        signers[i] = (xcj_jws_signer){ count > 1 ? xcj_keyset_get(job->keys.set, i) : job->key, options };
    }
    xcj_code code = xcj_jws_sign_json(out, len, payload->ptr, payload->len, signers, count, scratch, err);
    free(signers);
    return code;
}

xcj_code mint_jws(text *token, const mint_job *job, xcj_scratch *scratch, xcj_error *err)
{
    const xcj_jws_options options = options_of(job);
    const text *payload = &job->claims;
    char *made = NULL;
    size_t len = 0;
    xcj_code code = job->args->jws && job->form == MINT_JSON
                        ? sign_json(&made, &len, job, &options, scratch, err)
                        : xcj_jws_sign(&made, &len, payload->ptr, payload->len, job->key, &options, scratch, err);
    if (code == XCJ_OK) {
        text_add(token, made, len);
    }
    xcj_free(made);
    return code;
}
