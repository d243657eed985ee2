/*
 * mint.c: from an authentication, or from given claims, to a signed token.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/io/doc.h"
#include "cli/io/shown.h"
#include "cli/io/time.h"
#include "cli/keys/key_uri.h"
#include "cli/keys/policy.h"
#include "cli/keys/turns.h"
#include "cli/mint/mint.h"
#include "cli/options/overwrite.h"
#include "cli/verbs/verb.h"

#define REPEAT_MAX 1000000000UL
#define JOBS_MAX 256

/* In the order of xcj_dn. */
#define DN_FORMS "rfc4514|kong"

/* In the order of xcj_bind, from XCJ_BIND_CERTIFICATE on. */
#define BINDINGS "certificate|key"

#define AT(field) offsetof(mint_args, field)
#define AUTHENTICATION AT(authentication)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Key"),
    { "key", 'k', OPT_LIST, "KEY", AT(key), "private key to sign with: JWK, PEM, DER, or a set" },
    OPT_HEADING("Caller"),
    { "bearer", 0, OPT_ONE, "V", AUTHENTICATION, "mint for this Bearer token" },
    { "basic", 0, OPT_ONE, "V", AUTHENTICATION, "authenticated by Basic" },
    { "apikey", 0, OPT_ONE, "V", AUTHENTICATION, "mint for this API key" },
    { "consumer-id", 0, OPT_TEXT, "ID", AT(consumer_id), "the consumer's id, if it has no custom id" },
    OPT_HEADING("Claims"),
    { "iss", 0, OPT_TEXT, "URL", AT(iss), "the issuer" },
    { "aud", 0, OPT_LIST, "URL", AT(aud), "the audience" },
    { "sub", 0, OPT_TEXT, "SUB", AT(sub), "the claim sub" },
    { "claim", 'c', OPT_LIST, "NAME=TEXT", AT(claim), "one claim, a text" },
    { "expires-in", 0, OPT_TEXT, "DURATION", AT(expires_in), "time from iat to exp: 1800, 30m, 12h (default 30m)" },
    OPT_HEADING("More on keys"),
    { "alg", 'a', OPT_TEXT, "ALG", AT(alg), "algorithm, if the key does not name one" },
    { "config", 0, OPT_TEXT, "FILE", AT(config), "the Kong plugin's configuration object, with its private_jwk" },
    { "kong", 0, OPT_FLAG, NULL, AT(kong), "mint as the Kong plugin does (implied by --config)" },
    { "key-uri", 0, OPT_TEXT, "V", AT(key_uri), "private key that stays in its store: file:, pkcs11:" },
    KEYS_SECRET_ROWS(mint_args, secret),
    KEYS_PASSPHRASE_ROW(mint_args, passphrase),
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    OPT_HEADING("More on the caller"),
    { "authorization", 0, OPT_ONE, "V", AUTHENTICATION, "mint for this Authorization header" },
    { "client-cert", 0, OPT_TEXT, "KEY", AT(client_cert), "mint for this client certificate; prove a bound --bearer" },
    { "client-dn", 0, OPT_ONE, "DN", AUTHENTICATION, "mint for a client certificate with this subject" },
    { "apikey-sha256", 0, OPT_FLAG, NULL, AT(apikey_sha256), "client_id is the SHA-256 of the API key" },
    { "consumer-custom-id", 0, OPT_TEXT, "ID", AT(consumer_custom_id), "the consumer's custom id, for act.client_id" },
    { "no-consumer", 0, OPT_FLAG, NULL, AT(no_consumer), "no consumer, and no act.client_id" },
    { "bearer-clientid-claim", 0, OPT_LIST, "NAME|/POINTER", AT(bearer_clientid_claim),
      "the inbound claim for client_id; repeat it for fall-backs" },
    { "keep", 0, OPT_LIST, "NAME|/POINTER", AT(keep), "the only inbound claims to keep" },
    { "drop", 0, OPT_LIST, "NAME|/POINTER", AT(drop), "an inbound claim to leave out" },
    { "rename", 0, OPT_LIST, "OLD=NEW", AT(rename), "keep an inbound claim under another name" },
    { "require", 0, OPT_LIST, "NAME|/POINTER", AT(require), "refuse a Bearer token without this claim" },
    { "dn", 0, OPT_TEXT, DN_FORMS, AT(dn), "format of a certificate's subject in client_id (default rfc4514)" },
    { "dpop", 0, OPT_TEXT, "V", AT(dpop), "DPoP proof (RFC 9449) of the holder of --bearer" },
    { "htm", 0, OPT_TEXT, "METHOD", AT(htm), "with --dpop: the method of the request" },
    { "htu", 0, OPT_TEXT, "URL", AT(htu), "with --dpop: the URL of the request" },
    { "nonce", 0, OPT_TEXT, "NONCE", AT(nonce), "with --dpop: the nonce that the proof must have" },
    { "ignore-cnf", 0, OPT_FLAG, NULL, AT(ignore_cnf), "mint for a bound Bearer token (cnf) without its proof" },
    { "bind", 0, OPT_TEXT, BINDINGS, AT(bind), "bind the token (cnf) to --client-cert, or to the key of --dpop" },
    OPT_HEADING("More on claims and header"),
    { "claims", 0, OPT_TEXT, "V", AT(claims), "claims, copied byte for byte" },
    { "claim-json", 0, OPT_LIST, "NAME=JSON", AT(claim), "one claim, any JSON value" },
    { "from-header", 0, OPT_LIST, "NAME=HEADER", AT(from_header), "one claim, from a CGI request's header, if present" },
    { "jti", 0, OPT_TEXT, "ID", AT(jti), "the token's id (default: a random UUID)" },
    { "exp", 0, OPT_TEXT, "TIME", AT(exp), "the claim exp: Unix seconds, RFC 3339, +30m or -5m" },
    { "no-exp", 0, OPT_FLAG, NULL, AT(no_exp), "no exp: a test token that never expires" },
    { "iat", 0, OPT_TEXT, "TIME", AT(iat), "the claim iat (default: the current time)" },
    { "nbf", 0, OPT_TEXT, "TIME", AT(nbf), "the claim nbf: not valid before TIME" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds, RFC 3339, -5m" },
    { "bare", 0, OPT_FLAG, NULL, AT(bare), "sign the given claims and add none" },
    { "kid", 0, OPT_TEXT, "KID|thumbprint", AT(kid), "kid of the header; selects the key of a set" },
    { "jku", 0, OPT_TEXT, "URL", AT(jku), "URL of the published key set" },
    { "profile", 0, OPT_TEXT, POLICY_PROFILES, AT(profile), "typ and claims: RFC 9068, or a draft's Txn-Token" },
    { "typ", 0, OPT_TEXT, "TYPE", AT(typ), "typ of the header (default JWT; none with --jws)" },
    { "x5c", 0, OPT_TEXT, "FILE", AT(x5c), "x5c and x5t#S256 of the key's certificate, PEM or DER" },
    { "header", 0, OPT_LIST, "NAME=TEXT", AT(header), "a further header member" },
    { "header-json", 0, OPT_LIST, "NAME=JSON", AT(header), "a further header member, any JSON value" },
    OPT_HEADING("More: sign any bytes"),
    { "jws", 0, OPT_FLAG, NULL, AT(jws), "sign the bytes of --payload instead of claims" },
    { "payload", 0, OPT_TEXT, "FILE|-", AT(payload), "what --jws signs" },
    { "detached", 0, OPT_FLAG, NULL, AT(detached), "leave the payload out of the result" },
    { "unencoded", 0, OPT_FLAG, NULL, AT(unencoded), "sign the payload without base64url (b64=false, RFC 7797)" },
    OPT_HEADING("More on output"),
    { "format", 0, OPT_TEXT, MINT_FORMS, AT(format),
      "a token (the default), header or header=NAME (for curl -H @-), or JSON" },
    { "output", 'o', OPT_TEXT, "FILE", AT(out), "write to FILE, readable by its owner only" },
    OVERWRITE_ROW(mint_args, force),
    { "audit", 0, OPT_TEXT, "FILE", AT(audit), "append a line of JSON for each token and each refusal" },
    { "repeat", 0, OPT_TEXT, "N", AT(repeat), "mint N tokens, one per line, each with its own jti" },
    { "jobs", 0, OPT_TEXT, "N", AT(jobs), "use N threads (default: one per processor)" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

/* Names everything that a token for a caller lacks, so that one more try is enough. */
static msg_status check_missing(const mint_args *args)
{
    const bool lacks_iss = args->iss == NULL && args->config == NULL;
    const bool lacks_aud = args->aud.count == 0;
    const bool lacks_consumer = args->consumer_custom_id == NULL && args->consumer_id == NULL && !args->no_consumer;
    if (!mint_is_authenticated(args) || (!lacks_iss && !lacks_aud && !lacks_consumer)) {
        return STATUS_OK;
    }
    return msg_fail(lacks_iss || lacks_aud ? STATUS_USAGE : STATUS_AUTH, "mint", "%s%s%s%s%s",
                    lacks_iss ? "--iss is required (the issuer: the gateway's URL)" : "", lacks_iss && lacks_aud ? "; " : "",
                    lacks_aud ? "--aud is required (the URL of the service the token is for)" : "",
                    (lacks_iss || lacks_aud) && lacks_consumer ? "; " : "",
                    lacks_consumer ? "no consumer: give --consumer-id or --consumer-custom-id, or --no-consumer" : "");
}

static msg_status check(const mint_args *args)
{
    int keys = (args->key.count > 0) + (args->key_uri != NULL) + (args->config != NULL) + (args->secret.source != NULL);
    if (keys != 1) {
        return msg_fail(STATUS_USAGE, "mint", "one of --key, --key-uri, --config and --secret is needed%s",
                        keys > 1 ? ", and no other" : "");
    }
    msg_status status = keys_check_secret(&args->secret, "mint");
    status = status == STATUS_OK ? mint_check_authentication(args) : status;
    if (status != STATUS_OK) {
        return status;
    }
    if (args->bare && mint_is_authenticated(args)) {
        return msg_fail(STATUS_USAGE, "mint", "--bare goes with given claims, not with an authentication");
    }
    if (args->bare && (args->config != NULL || args->kong || args->expires_in != NULL || args->no_exp)) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--bare adds no claim: it excludes --config, --kong, --expires-in and --no-exp");
    }
    if (args->config != NULL && (args->x5c != NULL || keys_is_thumbprint(args->kid))) {
        return msg_fail(STATUS_USAGE, "mint", "--config brings its own key: it excludes --x5c and --kid thumbprint");
    }
    if (args->out != NULL && args->repeat != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--output holds one token: redirect what --repeat prints (> FILE)");
    }
    if (args->jti != NULL && args->repeat != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--repeat makes tokens with different jti: it excludes --jti");
    }
    if (args->jobs != NULL && args->repeat == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--jobs goes with --repeat");
    }
    if (args->audit != NULL && args->jws) {
        return msg_fail(STATUS_USAGE, "mint", "--audit is for tokens with claims: it excludes --jws");
    }
    status = mint_check_jws(args);
    return status == STATUS_OK ? check_missing(args) : status;
}

/* RFC 9110 5.6.2 */
static bool is_header_name(const char *name)
{
    static const char tchars[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return name[0] != '\0' && name[strspn(name, tchars)] == '\0';
}

static msg_status read_format(mint_job *job)
{
    static const char named[] = "header=";
    int form = MINT_TOKEN;
    const char *wanted = job->args->format;
    if (wanted != NULL && strncmp(wanted, named, sizeof named - 1) == 0) {
        job->form = MINT_HEADER;
        job->header_name = wanted + sizeof named - 1;
        return is_header_name(job->header_name) ? STATUS_OK
                                                : msg_fail(STATUS_USAGE, "--format", "%s is not the name of a header",
                                                           shown_value(job->header_name).text);
    }
    msg_status status = wanted != NULL ? opt_choice(&form, "--format", MINT_FORMS, wanted) : STATUS_OK;
    job->form = (mint_form)form;
    return status;
}

static msg_status read_choices(mint_job *job)
{
    int choice = 0;
    msg_status status = STATUS_OK;
    if (job->args->dn != NULL) {
        status = opt_choice(&choice, "--dn", DN_FORMS, job->args->dn);
        job->options.dn = (xcj_dn)(XCJ_DN_RFC4514 + choice);
    }
    if (status == STATUS_OK && job->args->bind != NULL) {
        status = opt_choice(&choice, "--bind", BINDINGS, job->args->bind);
        job->options.bind = (xcj_bind)(XCJ_BIND_CERTIFICATE + choice);
    }
    return status;
}

static msg_status read_profile(mint_job *job)
{
    int profile = XCJ_PROFILE_JWT;
    const mint_args *args = job->args;
    if (args->profile == NULL) {
        return STATUS_OK;
    }
    if (args->bare || args->jws) {
        return msg_fail(STATUS_USAGE, "mint", "--profile checks the claims: it excludes --bare and --jws");
    }
    msg_status status = opt_choice(&profile, "--profile", POLICY_PROFILES, args->profile);
    job->options.profile = (xcj_profile)profile;
    return status;
}

/* A number from 1 to `most`; the option may be left out. */
static msg_status read_count(unsigned long *out, const char *option, const char *count, unsigned long most)
{
    if (count == NULL) {
        return STATUS_OK;
    }
    char *end = NULL;
    *out = strtoul(count, &end, 10);
    if (count[0] < '0' || count[0] > '9' || *end != '\0' || *out == 0 || *out > most) {
        return msg_fail(STATUS_USAGE, option, "%s is not a number from 1 to %lu", shown_word(count, strlen(count)).text,
                        most);
    }
    return STATUS_OK;
}

static msg_status read_counts(mint_job *job)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    job->repeat = 1;
    job->jobs = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : (unsigned long)processors;
    msg_status status = read_count(&job->repeat, "--repeat", job->args->repeat, REPEAT_MAX);
    return status == STATUS_OK ? read_count(&job->jobs, "--jobs", job->args->jobs, JOBS_MAX) : status;
}

static msg_status read_numbers(mint_job *job)
{
    const mint_args *args = job->args;
    msg_status status = read_counts(job);
    if (status == STATUS_OK && args->alg != NULL) {
        status = keys_alg(&job->options.alg, "--alg", args->alg, strlen(args->alg));
    }
    return status;
}

static void fill_options(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_mint_options *options = &job->options;
    options->iss = xcj_text(args->iss);
    options->jku = xcj_text(args->jku);
    options->consumer_optional = args->no_consumer;
    options->api_key_sha256 = args->apikey_sha256;
    options->cnf = args->ignore_cnf ? XCJ_CNF_IGNORED : XCJ_CNF_DEFAULT;
    options->header = text_view(&job->header);
    options->max_token = SIZE_MAX;
    options->bearer_verified = 1; /* by whoever runs the command */
    if (job->authenticated) {
        options->claims = text_view(&job->claims);
    }
}

/* The key that --kid names, or the one that signs now. */
static msg_status pick_key(mint_job *job, const char *name)
{
    const char *kid = job->args->kid;
    return turns_pick(&job->key, &job->keys, keys_is_thumbprint(kid) ? NULL : kid, job->now, name);
}

static msg_status load_key(mint_job *job)
{
    const mint_args *args = job->args;
    const keys_how how = { args->passphrase, args->hmac_k_raw, false };
    const char *name = "the secret";
    msg_status status = STATUS_OK;
    if (args->key.count > 1) {
        return keys_load_several(&job->keys, "--key", &args->key, &how);
    }
    if (args->key.count > 0) {
        name = io_name(args->key.items[0]);
        status = keys_load(&job->keys, "--key", args->key.items[0], &how);
    } else if (args->key_uri != NULL) {
        name = "--key-uri";
        status = key_uri_load(&job->keys, args->key_uri, args->passphrase);
    } else {
        status = keys_load_secret(&job->keys, &args->secret);
    }
    return status == STATUS_OK ? pick_key(job, name) : status;
}

/* An option that the configuration answers too must not lose silently. */
static msg_status check_config(const mint_args *args, const text *config)
{
    const struct {
        const char *member;
        const char *option;
        bool is_given;
    } both[] = {
        { "iss", "iss", args->iss != NULL },
        { "jku", "jku", args->jku != NULL },
        { "expires_in", "expires-in", args->expires_in != NULL },
        { "bearer_clientid_claim", "bearer-clientid-claim", args->bearer_clientid_claim.count > 0 },
    };
    msg_status status = STATUS_OK;
    json_t *root = doc_load(config->ptr, config->len);
    json_t *inner = json_object_get(root, "config");
    const json_t *object = json_is_object(inner) ? inner : root;
    for (size_t i = 0; i < sizeof both / sizeof both[0] && status == STATUS_OK; i++) {
        if (both[i].is_given && json_object_get(object, both[i].member) != NULL) {
            status =
                msg_fail(STATUS_USAGE, "mint", "--%s: the configuration has its own %s", both[i].option, both[i].member);
        }
    }
    json_decref(root);
    return status;
}

static msg_status minter_from_config(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_error err;
    text config = TEXT_INIT;
    xcj_key_options how = XCJ_KEY_OPTIONS_INIT;
    how.hmac_k_raw = args->hmac_k_raw;
    how.alg_from_name = xcj_kong_alg_from_name;
    msg_status status = io_read(&config, "--config", args->config, IO_KEY_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = check_config(args, &config);
    }
    if (status == STATUS_OK &&
        xcj_kong_minter_from_config(&job->minter, config.ptr, config.len, &job->options, &how, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, io_name(args->config), &err);
    }
    text_free(&config);
    if (status == STATUS_OK) {
        status = keys_set_of_one(&job->keys, xcj_key_ref(xcj_minter_key(job->minter)));
    }
    /* A minter does not look at the dates of its key. */
    return status == STATUS_OK ? pick_key(job, io_name(args->config)) : status;
}

static msg_status make_minter(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_error err;
    if (args->config != NULL) {
        return minter_from_config(job);
    }
    if (args->bare || args->jws) {
        return STATUS_OK;
    }
    if ((args->kong ? xcj_kong_minter_new : xcj_minter_new)(&job->minter, job->key, &job->options, &err) != XCJ_OK) {
        keys_name_weak(&err, &args->secret);
        return msg_fail_error(ABOUT_OPTION, "mint", &err);
    }
    return STATUS_OK;
}

static msg_status read_options(mint_job *job)
{
    msg_status status = check(job->args);
    if (status == STATUS_OK) {
        status = time_read_now(&job->now, job->args->now);
    }
    if (status == STATUS_OK) {
        status = read_format(job);
    }
    if (status == STATUS_OK) {
        status = read_choices(job);
    }
    if (status == STATUS_OK) {
        status = read_profile(job);
    }
    return status == STATUS_OK ? read_numbers(job) : status;
}

static msg_status read_content(mint_job *job)
{
    if (job->args->jws) {
        return mint_read_payload(job);
    }
    msg_status status = mint_read_authentication(job);
    if (status == STATUS_OK) {
        status = mint_read_inbound(job);
    }
    if (status == STATUS_OK) {
        status = mint_read_times(job);
    }
    return status == STATUS_OK ? mint_read_claims(job) : status;
}

static msg_status prepare(mint_job *job)
{
    msg_status status = read_options(job);
    if (status == STATUS_OK) {
        status = read_content(job);
    }
    if (status == STATUS_OK && job->args->config == NULL) {
        status = load_key(job);
    }
    if (status == STATUS_OK) {
        status = mint_read_header(job);
    }
    if (status != STATUS_OK) {
        return status;
    }
    fill_options(job);
    return make_minter(job);
}

static void free_job(mint_job *job)
{
    xcj_minter_free(job->minter);
    keys_free(&job->keys);
    text_free(&job->credential);
    text_free(&job->client_cert);
    text_free(&job->dpop);
    text_free(&job->claims);
    text_free(&job->header);
    text_free(&job->times);
    free(job->audiences);
    mint_free_inbound(job);
    xcj_free(job->thumbprint);
}

static msg_status open_file(output *file, const mint_args *args)
{
    msg_status status = output_open(file, args->out != NULL ? "--output" : "standard output", args->out);
    if (status == STATUS_OK) {
        status = overwrite_check_inputs(file, OPTIONS, args, NULL, args->force);
    }
    return status == STATUS_OK ? overwrite_check_keys(file, 1, args->force) : status;
}

static msg_status run_once(const mint_job *job, output *file)
{
    mint_hand hand = { NULL, TEXT_INIT };
    text line = TEXT_INIT;
    xcj_error err = { .code = XCJ_OK };
    xcj_code code = mint_hand_make(&hand, &err);
    if (code == XCJ_OK) {
        code = mint_line(&line, job, &hand, &err);
    }
    msg_status status = STATUS_OK;
    if (code == XCJ_OK) {
        status = output_write(file, text_view(&line), true);
    } else {
        err.code = code;
        keys_name_weak(&err, &job->args->secret);
        status = mint_fail(&err);
    }
    mint_hand_free(&hand);
    text_free(&line);
    return status;
}

static msg_status run(const void *given, const opt_list *operands)
{
    (void)operands;
    const mint_args *args = given;
    mint_job job = { .args = args, .audit = -1, .auth = XCJ_AUTH_INIT, .options = XCJ_MINT_OPTIONS_INIT };
    output file = OUTPUT_INIT;
    msg_status status = open_file(&file, args);
    if (status == STATUS_OK) {
        status = prepare(&job);
    }
    if (status == STATUS_OK) {
        status = mint_open_audit(&job);
    }
    if (status == STATUS_OK) {
        status = job.repeat > 1 ? mint_repeat(&job) : run_once(&job, &file);
    }
    output_close(&file, 1);
    mint_close_audit(&job);
    free_job(&job);
    return status;
}

const verb verb_mint = {
    "mint",
    "",
    0,
    "make a signed token",
    "Signs a JWT for the caller of a gateway (--iss, --aud, a consumer), or with\n"
    "claims of your own; adds iat, exp and jti.\n",
    "  xcj mint --key key.json --sub alice --expires-in 5m\n"
    "  xcj mint --key key.json --basic @basic.txt --consumer-id c1 \\\n"
    "        --iss https://gw.example --aud https://api.example/orders\n",
    OPTIONS,
    sizeof(mint_args),
    run,
    VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_POLICY) | VERB_EXIT(STATUS_AUTH),
};
