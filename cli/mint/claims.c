/*
 * claims.c: claims from options.
 */
#include <stdio.h>
#include <string.h>

#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/mint/mint.h"

/* Claims that --claim cannot write, since they are no strings or have an option of their own. */
static const char *right_form(const mint_job *job, xcj_str name)
{
    static const struct {
        const char *claim;
        const char *form;
        bool authenticated; /* only then */
    } forms[] = {
        { "exp", "--exp TIME", false },
        { "nbf", "--nbf TIME", false },
        { "iat", "--iat TIME", false },
        { "iss", "--iss ISSUER", false },
        { "aud", "--aud AUDIENCE, which may be repeated", false },
        { "jti", "--jti ID", true },
        { "act", "--consumer-id ID", true },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((job->authenticated || !forms[i].authenticated) && strlen(forms[i].claim) == name.len &&
            memcmp(forms[i].claim, name.ptr, name.len) == 0) {
            return forms[i].form;
        }
    }
    return NULL;
}

static msg_status add_claims(text *members, const mint_job *job)
{
    const opt_list *list = &job->args->claim;
    msg_status status = STATUS_OK;
    for (size_t i = 0; i < list->count && status == STATUS_OK; i++) {
        const char *pair = list->items[i];
        const xcj_str name = { pair, strcspn(pair, "=") };
        const char *form = strcmp(list->rows[i]->name, "claim") == 0 ? right_form(job, name) : NULL;
        status = form != NULL ? msg_fail(STATUS_USAGE, "mint", "--claim %.*s: use %s", (int)name.len, pair, form)
                              : mint_add_pair(members, list->rows[i], pair);
    }
    return status;
}

static msg_status add_text_claim(text *members, const char *name, const char *value)
{
    return value != NULL ? mint_add_member(members, name, xcj_text(name), xcj_text(value), false) : STATUS_OK;
}

/* With --bare nothing is added by the library, so what the options name becomes a member here. */
static msg_status add_bare_claims(text *members, const mint_args *args)
{
    msg_status status = add_text_claim(members, "iss", args->iss);
    for (size_t i = 0; i < args->aud.count && status == STATUS_OK; i++) {
        text_puts(members, i > 0 ? "," : members->len > 0 ? ",\"aud\":" : "\"aud\":");
        text_puts(members, i == 0 && args->aud.count > 1 ? "[" : "");
        if (!doc_string(members, args->aud.items[i], strlen(args->aud.items[i]))) {
            status = msg_fail(STATUS_INPUT, "--aud", "is not UTF-8");
        }
    }
    text_puts(members, args->aud.count > 1 ? "]" : "");
    if (status == STATUS_OK) {
        status = add_text_claim(members, "jti", args->jti);
    }
    return status;
}

/* Reports a claim that has two sources, in `given` (of --claims) or in options. The library, which adds some of them, would
 * prefer the given one. */
static msg_status check_twice(const mint_job *job, xcj_str given)
{
    const mint_args *args = job->args;
    const struct {
        const char *option;
        const char *claim;
        bool is_given;
        bool is_added; /* by the library, so that the claims of the job lack it */
    } rows[] = {
        { "iss", "iss", args->iss != NULL, !args->bare }, { "aud", "aud", args->aud.count > 0, !args->bare },
        { "jti", "jti", args->jti != NULL, !args->bare }, { "expires-in", "exp", args->expires_in != NULL, true },
        { "no-exp", "exp", args->no_exp, true },          { "exp", "exp", args->exp != NULL, false },
        { "iat", "iat", args->iat != NULL, false },       { "nbf", "nbf", args->nbf != NULL, false },
        { "sub", "sub", args->sub != NULL, false },
    };
    doc_flaw flaw;
    json_t *claims = doc_survey(job->claims.ptr, job->claims.len, &flaw);
    const char *option = "claim";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool is_double =
            rows[i].is_added ? json_object_get(claims, rows[i].claim) != NULL : strcmp(flaw.repeated, rows[i].claim) == 0;
        if (rows[i].is_given && is_double) {
            option = rows[i].option;
            (void)snprintf(flaw.repeated, sizeof flaw.repeated, "%s", rows[i].claim);
        }
    }
    json_decref(claims);
    if (flaw.repeated[0] == '\0') {
        return STATUS_OK;
    }
    claims = doc_load(given.ptr, given.len);
    const bool is_in_json = json_object_get(claims, flaw.repeated) != NULL;
    json_decref(claims);
    return msg_fail(STATUS_USAGE, "mint", "the claim %s is given twice, by %s and by --%s",
                    shown_word(flaw.repeated, strlen(flaw.repeated)).text, is_in_json ? "--claims" : "--claim-json", option);
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
        mint_add_raw(&members, text_view(&job->times));
        status = add_claims(&members, job);
    }
    bool any = args->claims != NULL || members.len > 0;
    if (status == STATUS_OK && (any || !job->authenticated)) {
        doc_splice(&job->claims, text_view(&given), text_view(&members));
    }
    if (status == STATUS_OK && (given.failed || members.failed || job->claims.failed)) {
        status = msg_fail_memory();
    }
    if (status == STATUS_OK && job->claims.len > 0) {
        status = check_twice(job, text_view(&given));
    }
    text_free(&given);
    text_free(&members);
    return status;
}
