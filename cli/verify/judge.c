/*
 * judge.c: verifies one token, explains a refusal and prints the result.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/explain/explain.h"
#include "cli/explain/steps.h"
#include "cli/io/io.h"
#include "cli/io/shown.h"
#include "cli/tokens/token.h"
#include "cli/verify/verify.h"

static void say_refusal(const verify_job *job, verify_case *of)
{
    bool is_malformed = of->status == STATUS_INPUT && of->err.code != XCJ_OK;
    if (is_malformed) {
        token_name_fault(&of->err, of->source, (xcj_str){ of->token, of->len }, of->line > 0);
    }
    keys_name_weak(&of->err, &job->args->secret);
    (void)msg_fail(of->status, of->name, "%s", of->err.message);
}

static void call_verifier(const verify_job *job, const xcj_verifier *verifier, verify_case *of)
{
    const text *payload = &job->payload;
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    if (job->args->payload != NULL) {
        call.payload = (xcj_str){ payload->ptr != NULL ? payload->ptr : "", payload->len };
    }
    of->verifier = verifier;
    const xcj_code code = xcj_verify_with(&of->verified, verifier, of->token, of->len, &call, job->scratch, &of->err);
    of->code = xcj_code_name(code);
    of->status = msg_status_of(code, ABOUT_TOKEN);
    /* A line of a batch costs one verification, and no more. */
    if (of->line == 0 && job->args->payload == NULL) {
        explain_refusal(&of->err, verifier, of->token, of->len);
    }
}

/* With keys that are fetched, and fetched again for a kid that is new. */
static void call_remote(const verify_job *job, verify_case *of)
{
    remote_finding found;
    remote_find(&found, job->remote, of->token, of->len);
    if (found.source == NULL) {
        of->err = found.why.err;
        of->code = found.why.code;
        of->status = found.why.status;
        return;
    }
    call_verifier(job, found.source->verifier, of);
    if (of->err.code == XCJ_ERR_NO_KEY && remote_ask_again(job->remote, found.source)) {
        call_verifier(job, found.source->verifier, of);
    }
    of->keys_name = found.source->url;
    of->keys = found.source->set;
}

static void call_local(const verify_job *job, verify_case *of)
{
    call_verifier(job, job->verifier, of);
    of->keys_name = job->keys_name;
    of->keys = job->keys.set;
}

/* A line of a batch was not read to its end. */
static void refuse_length(verify_case *of)
{
    of->err.code = XCJ_ERR_LIMIT;
    of->code = xcj_code_name(XCJ_ERR_LIMIT);
    of->status = STATUS_POLICY;
    (void)snprintf(of->err.message, sizeof of->err.message, "the line is longer than the %zu bytes that a token may have",
                   IO_TOKEN_LIMIT);
}

/* Byte for byte; at a terminal, claims in which every character shows. */
static msg_status print_payload(const verify_args *args, xcj_str payload)
{
    if (args->jws || isatty(STDOUT_FILENO) != 1) {
        io_print_line(payload.ptr, payload.len);
        return STATUS_OK;
    }
    text escaped = TEXT_INIT;
    text_add_shown(&escaped, payload.ptr, payload.len);
    const bool failed = escaped.failed;
    if (!failed) {
        io_print_line(escaped.ptr, escaped.len);
    }
    text_free(&escaped);
    return failed ? msg_fail_memory() : STATUS_OK;
}

static void explain(const verify_job *job, const verify_case *of)
{
    const bool is_set = job->as_set || job->remote != NULL;
    explain_steps(&(explain_subject){
        of->name, { of->token, of->len }, of->verified, &of->err, of->verifier, of->keys, &job->wanted, is_set, job->now });
}

msg_status verify_judge(const verify_job *job, verify_case *of)
{
    const verify_args *args = job->args;
    if (of->line > 0 && of->len > IO_TOKEN_LIMIT) {
        refuse_length(of);
    } else if (job->remote != NULL) {
        call_remote(job, of);
    } else {
        call_local(job, of);
    }
    if (args->explain) {
        explain(job, of);
    }
    if (of->status != STATUS_OK) {
        say_refusal(job, of);
    }
    bool fits_none = of->err.code == XCJ_ERR_ALG || of->err.code == XCJ_ERR_KEY_USE || of->err.code == XCJ_ERR_KEY_WEAK;
    if (of->status == STATUS_KEY || (of->status != STATUS_OK && fits_none)) {
        keys_warn_skipped(shown_url(xcj_text(of->keys_name)).text, of->keys);
    }
    msg_status printed = STATUS_OK;
    if (args->json) {
        printed = verify_print_verdict(job, of);
    } else if (of->status == STATUS_OK && !args->quiet) {
        printed = print_payload(args, xcj_verified_payload(of->verified));
    }
    xcj_verified_free(of->verified);
    of->verified = NULL;
    return of->status != STATUS_OK ? of->status : printed;
}
