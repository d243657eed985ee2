/*
 * inbound.c: which claims of a Bearer token are kept, and which a request brings.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/mint/mint.h"

#define VARIABLE_MAX 256

/* Splits NAME=VALUE at the first equals sign. */
static msg_status split(xcj_str *name, xcj_str *value, const opt_row *row, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair || equals[1] == '\0') {
        return msg_fail(STATUS_USAGE, "mint", "--%s wants %s, with an equals sign", row->name, row->metavar);
    }
    *name = (xcj_str){ pair, (size_t)(equals - pair) };
    *value = xcj_text(equals + 1);
    return STATUS_OK;
}

static msg_status read_renames(mint_job *job)
{
    const opt_list *list = &job->args->rename;
    msg_status status = STATUS_OK;
    job->renames = list->count > 0 ? calloc(list->count, sizeof *job->renames) : NULL;
    if (list->count > 0 && job->renames == NULL) {
        return msg_fail_memory();
    }
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        status = split(&job->renames[i].from, &job->renames[i].to, list->rows[i], list->items[i]);
    }
    job->options.rename_claims = job->renames;
    job->options.rename_claims_count = list->count;
    return status;
}

/* RFC 3875 4.1.18: X-Tenant is in HTTP_X_TENANT. */
static msg_status read_variable(xcj_str *value, xcj_str header)
{
    char variable[VARIABLE_MAX] = "HTTP_";
    size_t len = strlen(variable);
    bool is_header = header.len < VARIABLE_MAX - len;
    for (size_t i = 0; i < header.len && is_header; i++) {
        const char c = header.ptr[i];
        const bool is_lower = c >= 'a' && c <= 'z';
        is_header = is_lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        variable[len++] = c == '-' ? '_' : is_lower ? (char)(c - 'a' + 'A') : c;
    }
    if (!is_header) {
        return msg_fail(STATUS_USAGE, "--from-header", "a header's name has letters, digits and hyphens");
    }
    *value = xcj_text(getenv(variable));
    return STATUS_OK;
}

static msg_status read_headers(mint_job *job)
{
    const opt_list *list = &job->args->from_header;
    msg_status status = STATUS_OK;
    job->from_headers = list->count > 0 ? calloc(list->count, sizeof *job->from_headers) : NULL;
    if (list->count > 0 && job->from_headers == NULL) {
        return msg_fail_memory();
    }
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        xcj_str header = { NULL, 0 };
        status = split(&job->from_headers[i].name, &header, list->rows[i], list->items[i]);
        if (status == STATUS_OK) {
            status = read_variable(&job->from_headers[i].value, header);
        }
    }
    job->auth.claims = job->from_headers;
    job->auth.claims_count = list->count;
    return status;
}

msg_status mint_check_inbound(const mint_args *args, bool bears)
{
    const bool inbound =
        args->keep.count + args->drop.count + args->rename.count + args->require.count + args->bearer_clientid_claim.count >
        0;
    if (inbound && !bears) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--keep, --drop, --rename, --require and --bearer-clientid-claim go with --bearer or "
                        "--authorization");
    }
    if (args->keep.count > 0 && args->drop.count > 0) {
        return msg_fail(STATUS_USAGE, "mint", "--keep names the only claims to keep: it excludes --drop");
    }
    if (args->bare && args->from_header.count > 0) {
        return msg_fail(STATUS_USAGE, "mint", "--bare signs the given claims: it excludes --from-header");
    }
    return STATUS_OK;
}

msg_status mint_read_inbound(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_mint_options *options = &job->options;
    const struct {
        const opt_list *list;
        xcj_str **views;
        const xcj_str **to;
        size_t *count;
    } lists[] = {
        { &args->keep, &job->keep, &options->keep_claims, &options->keep_claims_count },
        { &args->drop, &job->drop, &options->drop_claims, &options->drop_claims_count },
        { &args->require, &job->require, &options->require_claims, &options->require_claims_count },
        { &args->bearer_clientid_claim, &job->clientid_claims, &options->bearer_clientid_claims,
          &options->bearer_clientid_claims_count },
    };
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == STATUS_OK; i++) {
        status = opt_views(lists[i].views, lists[i].list);
        *lists[i].to = *lists[i].views;
        *lists[i].count = lists[i].list->count;
    }
    if (status == STATUS_OK) {
        status = read_renames(job);
    }
    return status == STATUS_OK ? read_headers(job) : status;
}

void mint_free_inbound(mint_job *job)
{
    free(job->keep);
    free(job->drop);
    free(job->require);
    free(job->clientid_claims);
    free(job->renames);
    free(job->from_headers);
}
