/*
 * verdict.c: writes the result for one token as a line of JSON.
 */
#include <xcj/jws.h>

#include "cli/explain/explain.h"
#include "cli/explain/steps.h"
#include "cli/explain/tried.h"
#include "cli/io/io.h"
#include "cli/io/time.h"
#include "cli/tokens/token.h"
#include "cli/tokens/wrapping.h"
#include "cli/verify/verify.h"

static json_t *failed_claims(uint32_t claims)
{
    json_t *names = json_array();
    for (size_t i = 0; i < STEPS_CLAIMS; i++) {
        if (claims & (uint32_t)1 << i) {
            (void)json_array_append_new(names, json_string(steps_claims[i]));
        }
    }
    return names;
}

/* Seconds until exp, rounded down; null if exp is missing or out of range. */
static json_t *seconds_left(const xcj_verified *verified, int64_t now)
{
    double exp = 0;
    int64_t left = 0;
    if (verified == NULL || xcj_verified_number(&exp, verified, XCJ_CLAIMS, "exp", 3, NULL) != XCJ_OK) {
        return json_null();
    }
    if (!time_floor(&left, exp) || __builtin_sub_overflow(left, now, &left)) {
        return json_null();
    }
    return json_integer(left);
}

/* How a key of a set came to be chosen when no kid chose it; the kid of a JSON serialisation may stand outside the header.
 */
static json_t *note_of(const verify_job *job, const verify_case *of, const json_t *header)
{
    bool is_certain = false;
    if (of->verified == NULL || token_is_json(of->token, of->len)) {
        return json_null();
    }
    const char *why = explain_choice(&is_certain, &job->wanted, job->as_set || job->remote != NULL,
                                     json_object_get(header, "kid"), xcj_verified_key(of->verified));
    return is_certain ? json_null() : json_string(why);
}

static json_t *header_text(const json_t *header, const char *name)
{
    json_t *value = json_object_get(header, name);
    return json_is_string(value) ? json_incref(value) : json_null();
}

static json_t *make_verdict(const verify_job *job, const verify_case *of, const json_t *header, const xcj_unverified *peeked)
{
    const bool is_set = job->as_set || job->remote != NULL;
    const tried_subject subject = { header, of->verified, peeked, &of->err, of->keys, &job->wanted, is_set };
    json_t *verdict = json_object();
    if (of->operand > 0) {
        (void)json_object_set_new(verdict, "operand", json_integer((json_int_t)of->operand));
    }
    if (of->line > 0) {
        (void)json_object_set_new(verdict, "line", json_integer((json_int_t)of->line));
    }
    (void)json_object_set_new(verdict, "ok", json_boolean(of->status == STATUS_OK));
    (void)json_object_set_new(verdict, "code", json_string(of->code));
    (void)json_object_set_new(verdict, "exit", json_integer(of->status));
    (void)json_object_set_new(verdict, "message", doc_text(xcj_text(of->status == STATUS_OK ? NULL : of->err.message)));
    (void)json_object_set_new(verdict, "failed", failed_claims(of->err.claims));
    (void)json_object_set_new(verdict, "not_checked", tried_not_checked(&subject));
    json_t *alg =
        of->verified != NULL ? json_string(xcj_alg_name(xcj_verified_alg(of->verified))) : header_text(header, "alg");
    (void)json_object_set_new(verdict, "alg", alg);
    (void)json_object_set_new(verdict, "kid", header_text(header, "kid"));
    const xcj_key *key = of->verified != NULL ? xcj_verified_key(of->verified) : NULL;
    (void)json_object_set_new(verdict, "thumbprint", tried_thumbprint(key));
    (void)json_object_set_new(verdict, "tried", tried_keys(&subject));
    (void)json_object_set_new(verdict, "expires_in", seconds_left(of->verified, job->now));
    (void)json_object_set_new(verdict, "note", note_of(job, of, header));
    if (job->args->unwrap) {
        (void)json_object_set_new(verdict, "unwrapped", wrapping_list(of->around));
    }
    if (of->verified != NULL && job->args->jws) {
        (void)json_object_set_new(verdict, "payload", doc_text(xcj_verified_payload(of->verified)));
    }
    return verdict;
}

/* The header of a refused token, as far as it has one; what it says was not verified. */
static xcj_unverified *peek(const verify_case *of)
{
    xcj_unverified *peeked = NULL;
    if (of->verified != NULL || xcj_unverified_decode(&peeked, of->token, of->len, NULL) != XCJ_OK) {
        return NULL;
    }
    return peeked;
}

msg_status verify_print_verdict(const verify_job *job, const verify_case *of)
{
    text line = TEXT_INIT;
    text members = TEXT_INIT;
    xcj_unverified *peeked = peek(of);
    xcj_str header = { NULL, 0 };
    if (of->verified != NULL) {
        header = xcj_verified_header(of->verified);
    } else if (peeked != NULL) {
        header = xcj_unverified_header(peeked);
    }
    json_t *parsed = header.ptr != NULL ? doc_load(header.ptr, header.len) : NULL;
    json_t *verdict = make_verdict(job, of, parsed, peeked);
    if (header.ptr != NULL) {
        doc_member(&members, "header", header);
    }
    if (of->verified != NULL && !job->args->jws) {
        doc_member(&members, "claims", xcj_verified_payload(of->verified));
    }
    msg_status status = doc_line(&line, verdict, &members);
    if (status == STATUS_OK) {
        io_print(line.ptr, line.len);
    }
    json_decref(parsed);
    json_decref(verdict);
    xcj_unverified_free(peeked);
    text_free(&members);
    text_free(&line);
    return status;
}
