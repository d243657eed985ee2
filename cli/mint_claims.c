/*
 * mint_claims.c: claims and header members from options.
 */
#include <stdio.h>
#include <string.h>

#include "cli/doc.h"
#include "cli/mint.h"
#include "cli/shown.h"

/* One member, `"NAME":VALUE`, behind a comma where others stand before it. */
static msg_status add_member(text *members, const char *option, xcj_str name, xcj_str value, bool is_json)
{
    char where[300];
    (void)snprintf(where, sizeof where, "--%s %s", option, shown_name(name.ptr, name.len).text);
    if (is_json) {
        msg_status status = doc_check(where, value, false);
        if (status != STATUS_OK) {
            return status;
        }
    }
    text_puts(members, members->len > 0 ? "," : "");
    bool fine = doc_string(members, name.ptr, name.len);
    text_puts(members, ":");
    if (is_json) {
        text_add(members, value.ptr, value.len);
    } else {
        fine = fine && doc_string(members, value.ptr, value.len);
    }
    return fine ? STATUS_OK : msg_fail(STATUS_INPUT, where, "is not UTF-8");
}

/* NAME=VALUE, parted at the first equals sign. */
static msg_status add_pair(text *members, const opt_row *row, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--%s wants %s, with an equals sign", row->name, row->metavar);
    }
    const xcj_str name = { pair, (size_t)(equals - pair) };
    return add_member(members, row->name, name, xcj_text(equals + 1), strstr(row->name, "-json") != NULL);
}

static msg_status add_pairs(text *members, const opt_list *list)
{
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        status = add_pair(members, list->rows[i], list->items[i]);
    }
    return status;
}

static msg_status add_text_claim(text *members, const char *name, const char *value)
{
    return value != NULL ? add_member(members, name, xcj_text(name), xcj_text(value), false) : STATUS_OK;
}

/* With --bare nothing is added by the library, so what the options name becomes a member here. */
static msg_status add_bare_claims(text *members, const mint_args *args)
{
    msg_status status = add_text_claim(members, "iss", args->iss);
    if (status == STATUS_OK) {
        status = add_text_claim(members, "aud", args->aud);
    }
    if (status == STATUS_OK) {
        status = add_text_claim(members, "jti", args->jti);
    }
    return status;
}

msg_status mint_read_claims(mint_job *job)
{
    const mint_args *args = job->args;
    text given = TEXT_INIT;
    text members = TEXT_INIT;
    msg_status status = STATUS_OK;
    if (args->claims != NULL) {
        status = io_value(&given, "--claims", args->claims, IO_TOKEN_LIMIT, STATUS_POLICY);
    } else {
        text_puts(&given, "{}");
        status = given.failed ? msg_fail_memory() : STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = doc_check("--claims", text_view(&given), true);
    }
    if (status == STATUS_OK) {
        status = add_text_claim(&members, "sub", args->sub);
    }
    if (status == STATUS_OK && args->bare) {
        status = add_bare_claims(&members, args);
    }
    if (status == STATUS_OK) {
        status = add_pairs(&members, &args->claim);
    }
    bool any = args->claims != NULL || members.len > 0;
    if (status == STATUS_OK && (any || !job->authenticated)) {
        doc_splice(&job->claims, text_view(&given), text_view(&members));
    }
    if (status == STATUS_OK && (given.failed || members.failed || job->claims.failed)) {
        status = msg_fail_memory();
    }
    /* A name that an option repeats: with --bare nobody else would notice. */
    if (status == STATUS_OK && job->claims.len > 0) {
        status = doc_check("the claims", text_view(&job->claims), true);
    }
    text_free(&given);
    text_free(&members);
    return status;
}

/* The one member that the library has an option for; any other goes into the object of further members. */
static msg_status add_header(mint_job *job, text *members, const opt_row *row, const char *pair)
{
    if (strcmp(row->name, "header") != 0 || strncmp(pair, "typ=", 4) != 0) {
        return add_pair(members, row, pair);
    }
    if (job->options.typ.ptr != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--header typ was given twice");
    }
    job->options.typ = xcj_text(pair + 4);
    return STATUS_OK;
}

msg_status mint_read_header(mint_job *job)
{
    text members = TEXT_INIT;
    const opt_list *list = &job->args->header;
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        status = add_header(job, &members, list->rows[i], list->items[i]);
    }
    if (status == STATUS_OK && members.len > 0) {
        text_puts(&job->header, "{");
        text_add(&job->header, members.ptr, members.len);
        text_puts(&job->header, "}");
    }
    if (status == STATUS_OK && (members.failed || job->header.failed)) {
        status = msg_fail_memory();
    }
    text_free(&members);
    return status;
}
