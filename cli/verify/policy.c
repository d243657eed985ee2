/*
 * policy.c: makes the verification policy from the options.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/io/time.h"
#include "cli/verify/verify.h"

/* "A,B" of each --alg. */
static msg_status read_algs(verify_policy *to, const opt_list *list)
{
    size_t most = 0;
    for (size_t i = 0; i < list->count; i++) {
        most += strlen(list->items[i]) + 1;
    }
    if (most == 0) {
        return STATUS_OK;
    }
    to->algs = calloc(most, sizeof *to->algs);
    if (to->algs == NULL) {
        return msg_fail_memory();
    }
    to->options.algs = to->algs;
    for (size_t i = 0; i < list->count; i++) {
        for (const char *name = list->items[i];; name++) {
            size_t len = strcspn(name, ",");
            msg_status status = keys_alg(&to->algs[to->options.algs_count++], "--alg", name, len);
            if (status != STATUS_OK) {
                return status;
            }
            name += len;
            if (*name == '\0') {
                break;
            }
        }
    }
    return STATUS_OK;
}

static bool is_hmac(xcj_alg alg)
{
    return strncmp(xcj_alg_name(alg), "HS", 2) == 0;
}

/* A set that is fetched is published: what it has of shared secrets is none, and verifies nothing. */
static msg_status bar_hmac(verify_policy *to)
{
    for (size_t i = 0; i < to->options.algs_count; i++) {
        if (is_hmac(to->algs[i])) {
            return msg_fail(STATUS_USAGE, "--alg", "%s is for a shared secret, and a set that is fetched has none",
                            xcj_alg_name(to->algs[i]));
        }
    }
    if (to->algs != NULL) {
        return STATUS_OK;
    }
    size_t count = 0;
    while (xcj_alg_name((xcj_alg)(count + 1)) != NULL) {
        count++;
    }
    to->algs = calloc(count + 1, sizeof *to->algs);
    if (to->algs == NULL) {
        return msg_fail_memory();
    }
    to->options.algs = to->algs;
    for (size_t i = 1; i <= count; i++) {
        if (!is_hmac((xcj_alg)i)) {
            to->algs[to->options.algs_count++] = (xcj_alg)i;
        }
    }
    return STATUS_OK;
}

static msg_status read_times(verify_policy *to, const verify_args *args, int64_t *now)
{
    xcj_verify_options *options = &to->options;
    msg_status status = time_read_now(now, args->now);
    if (status == STATUS_OK && args->leeway != NULL) {
        status = time_duration(&options->leeway, "--leeway", args->leeway);
    }
    if (status == STATUS_OK && args->max_age != NULL) {
        status = time_duration(&options->max_age, "--max-age", args->max_age);
    }
    if (status == STATUS_OK && args->max_age != NULL && options->max_age == 0) {
        status = msg_fail(STATUS_USAGE, "--max-age", "must be one second or more");
    }
    options->now = *now;
    options->has_now = args->now != NULL;
    return status;
}

/* An issuer that is given twice counts once. */
static msg_status read_issuers(verify_policy *to, const verify_args *args)
{
    const opt_list *given = args->iss.count > 0 ? &args->iss : &args->remote.issuer;
    msg_status status = opt_views(&to->issuers, given);
    for (size_t i = 0; status == STATUS_OK && i < given->count; i++) {
        size_t known = 0;
        while (known < to->issuers_count && strcmp(to->issuers[known].ptr, given->items[i]) != 0) {
            known++;
        }
        to->issuers[known] = to->issuers[i];
        to->issuers_count += known == to->issuers_count;
    }
    if (status == STATUS_OK && to->issuers_count == 1) {
        to->options.issuer = to->issuers[0];
    }
    return status;
}

msg_status verify_policy_read(verify_policy *to, const verify_args *args, int64_t *now)
{
    *to = (verify_policy){ .options = XCJ_VERIFY_OPTIONS_INIT };
    xcj_verify_options *options = &to->options;
    msg_status status = read_algs(to, &args->alg);
    if (status == STATUS_OK && verify_is_fetched(args)) {
        status = bar_hmac(to);
    }
    if (status == STATUS_OK) {
        status = read_times(to, args, now);
    }
    if (status == STATUS_OK) {
        status = read_issuers(to, args);
    }
    if (status == STATUS_OK) {
        status = opt_views(&to->audiences, &args->aud);
    }
    if (status == STATUS_OK) {
        status = opt_views(&to->required, &args->require);
    }
    options->audiences = to->audiences;
    options->audiences_count = args->aud.count;
    options->required = to->required;
    options->required_count = args->require.count;
    options->subject = xcj_text(args->sub);
    options->typ = xcj_text(args->typ);
    options->key_claim = xcj_text(args->key_claim);
    options->allow_no_exp = args->allow_no_exp;
    options->try_keys = args->try_keys;
    if (status == STATUS_OK && args->use != NULL) {
        status = opt_choice(&options->jwt_svid, "--use", VERIFY_USES, args->use);
    }
    if (status == STATUS_OK && args->profile != NULL) {
        int profile = XCJ_PROFILE_JWT;
        status = opt_choice(&profile, "--profile", POLICY_PROFILES, args->profile);
        options->profile = (xcj_profile)profile;
    }
    options->opaque_payload = args->jws;
    options->all_signatures = args->all_signatures;
    return status;
}
