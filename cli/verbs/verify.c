/*
 * verify.c: tokens against keys and a policy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xcj/jws.h>
#include <xcj/verify.h>

#include "cli/explain/explain.h"
#include "cli/explain/steps.h"
#include "cli/explain/tried.h"
#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/keys/keys.h"
#include "cli/remote/remote.h"
#include "cli/tokens/token.h"
#include "cli/tokens/wrapping.h"
#include "cli/verbs/verb.h"

typedef struct verify_args {
    opt_list key;
    const char *jwks;
    keys_secret secret;
    remote_args remote;
    const char *passphrase;
    bool hmac_k_raw;
    opt_list alg;
    opt_list iss;
    opt_list aud;
    const char *sub;
    const char *typ;
    const char *profile;
    opt_list require;
    const char *leeway;
    const char *max_age;
    const char *now;
    bool allow_no_exp;
    const char *key_claim;
    bool try_keys;
    const char *use;
    bool jws;
    bool all_signatures;
    const char *payload;
    bool unwrap;
    bool batch;
    bool line_buffered;
    bool json;
    bool quiet;
    bool explain;
} verify_args;

#define AT(field) offsetof(verify_args, field)

#define USES "sig|jwt-svid"

static const opt_row OPTIONS[] = {
    OPT_HEADING("Keys"),
    { "key", 'k', OPT_LIST, "KEY|URL", AT(key), "JWK, PEM, DER, certificate or set" },
    { "jwks", 0, OPT_TEXT, "KEY|URL", AT(jwks), "a set of keys; the token's kid chooses" },
    REMOTE_ISSUER_ROW(verify_args, remote),
    OPT_HEADING("Checks"),
    { "alg", 'a', OPT_LIST, "ALG,ALG", AT(alg), "allowed algorithms (default: what the key admits)" },
    { "iss", 0, OPT_LIST, "ISS", AT(iss), "expected issuer" },
    { "aud", 0, OPT_LIST, "AUD", AT(aud), "expected audience" },
    OPT_HEADING("Output"),
    { "explain", 0, OPT_FLAG, NULL, AT(explain), "show each check on standard error" },
    { "json", 'j', OPT_FLAG, NULL, AT(json), "print a verdict, one line of JSON for each token" },
    { "quiet", 'q', OPT_FLAG, NULL, AT(quiet), "print nothing when the token is valid" },
    { "batch", 0, OPT_FLAG, NULL, AT(batch), "each argument is a file with a token per line" },
    OPT_HEADING("More on keys"),
    KEYS_SECRET_ROWS(verify_args, secret),
    KEYS_PASSPHRASE_ROW(verify_args, passphrase),
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    { "key-claim", 0, OPT_TEXT, "CLAIM", AT(key_claim), "choose the key whose kid is the value of this claim" },
    { "try-keys", 0, OPT_FLAG, NULL, AT(try_keys), "when several keys fit and kid names none, try up to 16" },
    { "use", 0, OPT_TEXT, USES, AT(use), "the use of the keys; jwt-svid: those of a SPIFFE bundle" },
    OPT_HEADING("More on fetching"),
    REMOTE_ROWS(verify_args, remote),
    PAGES_ROWS(verify_args, remote.pages),
    { "connect-timeout", 0, OPT_TEXT, "DURATION", AT(remote.pages.connect_timeout), "to connect (default 5s)" },
    { "allow-http", 0, OPT_FLAG, NULL, AT(remote.pages.allow_http), "allow http:// URLs of other machines" },
    OPT_HEADING("More checks"),
    { "allow-no-exp", 0, OPT_FLAG, NULL, AT(allow_no_exp), "accept a token without exp" },
    { "typ", 0, OPT_TEXT, "TYPE", AT(typ), "typ of the header must be TYPE" },
    { "profile", 0, OPT_TEXT, VERB_PROFILES, AT(profile), "typ and claims: RFC 9068, or a draft's Txn-Token" },
    { "leeway", 0, OPT_TEXT, "DURATION", AT(leeway), "clock skew allowed, such as 30 or 2m" },
    { "sub", 0, OPT_TEXT, "SUB", AT(sub), "sub must be SUB" },
    { "require", 0, OPT_LIST, "CLAIM", AT(require), "this claim must be there" },
    { "max-age", 0, OPT_TEXT, "DURATION", AT(max_age), "reject tokens whose iat is longer ago" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds or RFC 3339" },
    OPT_HEADING("More on tokens"),
    { "jws", 0, OPT_FLAG, NULL, AT(jws), "any payload: check the signature only" },
    { "payload", 0, OPT_TEXT, "FILE", AT(payload), "file with the detached payload" },
    { "all-signatures", 0, OPT_FLAG, NULL, AT(all_signatures), "every signature of a JSON serialisation must be valid" },
    { "unwrap", 0, OPT_FLAG, NULL, AT(unwrap), "take off \"Bearer \", quotes, line breaks, a token response" },
    { "line-buffered", 0, OPT_FLAG, NULL, AT(line_buffered),
      "with --batch: print each result before the next line is read" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* The results so far. */
typedef struct tally {
    bool is_many;     /* of a batch, or of several operands */
    bool is_followed; /* somebody waits for each result */
    size_t tokens;
    size_t refused;
    msg_status first; /* of the first that was refused, or could not be read */
} tally;

/* All that is the same for every token. The keys are in `keys` and its verifier, or in `remote`. */
typedef struct verify_job {
    const verify_args *args;
    verify_policy wanted;
    const char *keys_name;
    keys_loaded keys;
    bool as_set; /* the token's kid chooses one of them */
    xcj_verifier *verifier;
    remote *remote;
    xcj_scratch *scratch;
    text payload; /* the detached one */
    int64_t now;
    tally results;
} verify_job;

/* One token and how it came out. */
typedef struct verify_case {
    const char *name;   /* as messages name it */
    const char *source; /* as token_read() does */
    const char *token;
    size_t len;
    size_t operand;  /* of several, counted from 1; else 0 */
    size_t line;     /* of a batch, else 0 */
    unsigned around; /* what --unwrap took off */
    xcj_verified *verified;
    xcj_error err;
    const char *code; /* its name */
    msg_status status;
    const char *keys_name; /* where the keys are from */
    const xcj_keyset *keys;
    const xcj_verifier *verifier; /* that judged it */
} verify_case;

/* With --jws no claim is looked at: an option that asks for it must not be dropped silently. */
static msg_status check_jws(const verify_args *args)
{
    bool claims = args->iss.count > 0 || args->remote.issuer != NULL || args->aud.count > 0 || args->require.count > 0 ||
                  args->sub != NULL || args->max_age != NULL || args->allow_no_exp || args->key_claim != NULL ||
                  args->leeway != NULL;
    if (args->jws && claims) {
        return msg_fail(STATUS_USAGE, "verify", "--jws looks at no claims: leave out the options about them");
    }
    return STATUS_OK;
}

/* The URL to fetch the keys from, or NULL. */
static const char *url_of(const verify_args *args)
{
    const char *source = args->key.count == 1 ? args->key.items[0] : args->jwks;
    return source != NULL && io_is_url(source) ? source : NULL;
}

static bool is_fetched(const verify_args *args)
{
    return url_of(args) != NULL || args->remote.issuer != NULL || args->remote.jku_prefix != NULL;
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

static msg_status check(const verify_args *args)
{
    const remote_args *fetched = &args->remote;
    int sources = (args->key.count > 0) + (args->jwks != NULL) + (args->secret.source != NULL) + (fetched->issuer != NULL) +
                  (fetched->jku_prefix != NULL);
    if (sources != 1) {
        return msg_fail(STATUS_USAGE, "verify", "one of --key, --jwks, --issuer, --jku-prefix and --secret is needed%s",
                        sources > 1 ? ", and no other" : "");
    }
    if (!is_fetched(args) && remote_has_options(fetched)) {
        return msg_fail(STATUS_USAGE, "verify",
                        "an option about fetching goes only with a URL: --jwks URL, --issuer or --jku-prefix");
    }
    if (args->explain && (args->quiet || args->batch)) {
        return msg_fail(STATUS_USAGE, "verify", "--explain excludes --batch and --quiet");
    }
    if (fetched->issuer != NULL && args->iss.count > 0) {
        return msg_fail(STATUS_USAGE, "verify", "--issuer is the only iss allowed: leave out --iss");
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
    msg_status status = opt_views(&to->issuers, &args->iss);
    for (size_t i = 0; status == STATUS_OK && i < args->iss.count; i++) {
        size_t known = 0;
        while (known < to->issuers_count && strcmp(to->issuers[known].ptr, args->iss.items[i]) != 0) {
            known++;
        }
        to->issuers[known] = to->issuers[i];
        to->issuers_count += known == to->issuers_count;
    }
    if (status == STATUS_OK && to->issuers_count < 2) {
        to->options.issuer = to->issuers_count == 1 ? to->issuers[0] : xcj_text(args->remote.issuer);
    }
    return status;
}

static msg_status read_policy(verify_policy *to, const verify_args *args, int64_t *now)
{
    *to = (verify_policy){ .options = XCJ_VERIFY_OPTIONS_INIT };
    xcj_verify_options *options = &to->options;
    msg_status status = read_algs(to, &args->alg);
    if (status == STATUS_OK && is_fetched(args)) {
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
        status = opt_choice(&options->jwt_svid, "--use", USES, args->use);
    }
    if (status == STATUS_OK && args->profile != NULL) {
        int profile = XCJ_PROFILE_JWT;
        status = opt_choice(&profile, "--profile", VERB_PROFILES, args->profile);
        options->profile = (xcj_profile)profile;
    }
    options->opaque_payload = args->jws;
    options->all_signatures = args->all_signatures;
    return status;
}

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

static msg_status prepare(verify_job *job)
{
    xcj_error err;
    msg_status status = read_policy(&job->wanted, job->args, &job->now);
    if (status == STATUS_OK && is_fetched(job->args)) {
        status = remote_open(&job->remote, url_of(job->args), &job->args->remote, &job->wanted);
    } else if (status == STATUS_OK) {
        status = make_verifier(job);
    }
    if (status == STATUS_OK && xcj_scratch_new(&job->scratch, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_OPTION, NULL, &err);
    }
    return status;
}

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

/* Seconds from now to exp, rounded down; null when there is none, or none within reach. */
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

static msg_status print_verdict(const verify_job *job, const verify_case *of)
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

/* Verifies one token, says and prints what there is to say. */
static msg_status judge(const verify_job *job, verify_case *of)
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
        printed = print_verdict(job, of);
    } else if (of->status == STATUS_OK && !args->quiet) {
        printed = print_payload(args, xcj_verified_payload(of->verified));
    }
    xcj_verified_free(of->verified);
    of->verified = NULL;
    return of->status != STATUS_OK ? of->status : printed;
}

/* Takes off what is certain not to be the token's own, and says so. */
static msg_status unwrap(text *token, verify_case *of, const verify_args *args)
{
    wrapping found;
    msg_status status = wrapping_take(&found, text_view(token)) ? STATUS_OK : msg_fail_memory();
    const bool is_certain = (found.around & ~WRAP_CERTAIN) == 0;
    if (status == STATUS_OK && is_certain && found.around != 0) {
        of->around = found.around;
        text_free(token);
        *token = found.token;
        found.token = (text)TEXT_INIT;
    }
    wrapping_note(args->quiet || args->json ? 0 : of->around, of->name);
    wrapping_free(&found);
    return status;
}

/* Counts a token that was judged, or with `tokens` of 0 an operand that could not be read. */
static void count(tally *to, size_t tokens, msg_status status)
{
    to->tokens += tokens;
    to->refused += status != STATUS_OK ? tokens : 0;
    to->first = to->first == STATUS_OK ? status : to->first;
}

static void verify_one(verify_job *job, const char *operand, size_t number)
{
    text token = TEXT_INIT;
    char name[40];
    verify_case of = { .operand = number, .status = STATUS_OK };
    msg_status status = token_read(&token, &of.source, operand);
    of.name = of.source;
    if (status != STATUS_OK) {
        count(&job->results, 0, status);
        return;
    }
    if (number > 0 && token_source(operand) == NULL) {
        (void)snprintf(name, sizeof name, "token %zu", number);
        of.name = name;
    }
    if (job->args->unwrap) {
        status = unwrap(&token, &of, job->args);
    }
    if (status == STATUS_OK) {
        of.token = token.ptr;
        of.len = token.len;
        status = judge(job, &of);
    }
    count(&job->results, 1, status);
    text_free(&token);
}

/* A line without its LF or CRLF. Of one that is too long, one byte more than a token may have. False at the end. */
static bool read_line(text *line, FILE *from)
{
    line->len = 0;
    int c = getc_unlocked(from);
    if (c == EOF) {
        return false;
    }
    for (; c != EOF && c != '\n'; c = getc_unlocked(from)) {
        char *room = line->len <= IO_TOKEN_LIMIT ? text_room(line, 1) : NULL;
        if (room == NULL) {
            continue;
        }
        *room = (char)c;
        line->len++;
    }
    if (line->len > 0 && line->ptr[line->len - 1] == '\r') {
        line->len--;
    }
    if (text_room(line, 0) != NULL) {
        line->ptr[line->len] = '\0';
    }
    return true;
}

static bool is_blank(const text *line)
{
    return text_skip_space(text_view(line), 0) == line->len;
}

/* False when nobody reads the results any more. */
static bool hand_out(const tally *results)
{
    const bool is_out = results->is_followed ? io_written() : !io_failed();
    return is_out && !msg_is_unheard();
}

/* Names a line "line 3", or with several files "FILE line 3". */
static void verify_line(verify_job *job, const char *file, const text *token, const verify_case *at)
{
    text name = TEXT_INIT;
    verify_case of = *at;
    text_printf(&name, "%s%sline %zu", of.operand > 0 ? shown_path(file).text : "", of.operand > 0 ? " " : "", of.line);
    of.name = name.failed ? "line" : name.ptr;
    of.source = of.name;
    of.token = token->ptr;
    of.len = token->len;
    count(&job->results, 1, judge(job, &of));
    text_free(&name);
}

/* False when nobody reads the results any more. */
static bool verify_lines(verify_job *job, FILE *from, const char *name, size_t number)
{
    text line = TEXT_INIT;
    verify_case at = { .operand = number, .status = STATUS_OK };
    const size_t before = job->results.tokens;
    bool is_read = true;
    while (is_read && read_line(&line, from) && !line.failed) {
        at.line++;
        if (!is_blank(&line)) {
            verify_line(job, name, &line, &at);
            is_read = hand_out(&job->results);
        }
    }
    if (is_read && ferror(from)) {
        count(&job->results, 0, msg_fail(STATUS_INPUT, name, "%s", strerror(errno)));
    } else if (line.failed) {
        count(&job->results, 0, msg_fail_memory());
    } else if (job->results.tokens == before) {
        count(&job->results, 0, msg_fail(STATUS_INPUT, name, "is empty: there is no token to verify"));
    }
    text_free(&line);
    return is_read;
}

static void verify_batch(verify_job *job, const char *operand, size_t number)
{
    const char *path = io_operand(operand);
    FILE *from = NULL;
    msg_status status = STATUS_OK;
    if (io_source_file(path) == NULL) {
        status = msg_fail(STATUS_USAGE, "verify", "--batch reads a file or standard input, line by line, not a variable");
    } else {
        status = io_open_lines(&from, "tokens", path);
    }
    if (status != STATUS_OK) {
        count(&job->results, 0, status);
        return;
    }
    (void)verify_lines(job, from, io_name(path), number);
    if (from != stdin) {
        (void)fclose(from);
    }
}

static void say_totals(const verify_job *job)
{
    const tally *results = &job->results;
    const bool is_quiet = job->args->quiet && results->refused == 0;
    if (results->is_many && results->tokens > 0 && !is_quiet) {
        msg_note("xcj: %zu token%s: %zu valid, %zu refused", results->tokens, results->tokens == 1 ? "" : "s",
                 results->tokens - results->refused, results->refused);
    } else if (!results->is_many && results->first == STATUS_OK && !job->args->json && !job->args->quiet &&
               msg_is_terminal()) {
        msg_note("signature verified");
    }
}

static msg_status verify_all(verify_job *job, const opt_list *operands)
{
    tally *results = &job->results;
    const bool are_several = operands->count > 1;
    *results = (tally){ .is_many = job->args->batch || are_several,
                        .is_followed = job->args->line_buffered || isatty(STDOUT_FILENO) == 1 };
    for (size_t i = 0; (i == 0 || i < operands->count) && hand_out(results); i++) {
        const char *operand = operands->count > 0 ? operands->items[i] : "-";
        (job->args->batch ? verify_batch : verify_one)(job, operand, are_several ? i + 1 : 0);
    }
    if (hand_out(results)) {
        say_totals(job);
    }
    return results->first;
}

static msg_status run(const void *given, const opt_list *operands)
{
    verify_job job = { .args = given };
    msg_status status = check(job.args);
    if (status == STATUS_OK) {
        status = prepare(&job);
    }
    if (status == STATUS_OK && job.args->payload != NULL) {
        status = io_read(&job.payload, "--payload", job.args->payload, IO_PAYLOAD_LIMIT, STATUS_INPUT);
    }
    if (status == STATUS_OK) {
        status = verify_all(&job, operands);
    }
    text_free(&job.payload);
    xcj_scratch_free(job.scratch);
    remote_close(job.remote);
    xcj_verifier_free(job.verifier);
    keys_free(&job.keys);
    policy_free(&job.wanted);
    return status;
}

const verb verb_verify = {
    "verify",
    "[FILE|@FILE|-|env:NAME|TOKEN]...",
    SIZE_MAX,
    "verify tokens and print their payloads",
    "Prints the payload of each token if every check passes. exp is required.\n"
    "Without an argument, reads standard input.\n",
    "  xcj verify --jwks jwks.json --aud api://orders @token.jwt\n"
    "  xcj verify --key public.pem --alg RS256 --json - < token.jwt\n"
    "  xcj verify --jwks jwks.json --batch --quiet @tokens.txt\n",
    OPTIONS,
    sizeof(verify_args),
    run,
    VERB_EXIT(STATUS_SIGNATURE) | VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_EXPIRED) | VERB_EXIT(STATUS_EARLY) |
        VERB_EXIT(STATUS_CLAIM) | VERB_EXIT(STATUS_POLICY) | VERB_EXIT(STATUS_FETCH),
};
