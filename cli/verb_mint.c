/*
 * verb_mint.c: from an authentication, or from given claims, to a signed token.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcj/jws.h>
#include <xcj/mint.h>

#include "cli/doc.h"
#include "cli/keys.h"
#include "cli/time.h"
#include "cli/verb.h"

typedef struct mint_args {
    const char *key;
    const char *config;
    keys_secret secret;
    keys_passphrase passphrase;
    bool hmac_k_raw;
    const char *authorization;
    const char *bearer;
    const char *basic;
    const char *client_cert;
    const char *client_dn;
    const char *apikey;
    const char *consumer_custom_id;
    const char *consumer_id;
    bool no_consumer;
    const char *bearer_clientid_claim;
    const char *aud;
    const char *iss;
    const char *jku;
    const char *expires_in;
    const char *claims;
    opt_list claim; /* --claim and --claim-json, in their order */
    const char *sub;
    const char *jti;
    const char *now;
    const char *alg;
    const char *kid;
    opt_list header;
    bool bare;
    const char *output;
    const char *repeat;
} mint_args;

#define AT(field) offsetof(mint_args, field)

static const opt_row OPTIONS[] = {
    { "key", 0, OPT_TEXT, "FILE", AT(key), "the private key to sign with: JWK, PEM, DER, or a set" },
    { "config", 0, OPT_TEXT, "FILE", AT(config), "the Kong plugin's configuration object, with its private_jwk" },
    KEYS_SECRET_ROWS(mint_args, secret),
    KEYS_PASSPHRASE_ROWS(mint_args, passphrase),
    { "hmac-k-raw", 0, OPT_FLAG, NULL, AT(hmac_k_raw), "read the k of an oct JWK as raw text, as the Kong plugin does" },
    { "authorization", 0, OPT_TEXT, "VALUE", AT(authorization),
      "authenticated by this Authorization field: Bearer or Basic" },
    { "bearer", 0, OPT_TEXT, "TOKEN", AT(bearer), "authenticated by this Bearer token (@FILE, -)" },
    { "basic", 0, OPT_TEXT, "USER:PASSWORD", AT(basic), "authenticated by Basic (@FILE, -)" },
    { "client-cert", 0, OPT_TEXT, "FILE", AT(client_cert), "authenticated by this client certificate" },
    { "client-dn", 0, OPT_TEXT, "DN", AT(client_dn), "authenticated by a certificate of this subject" },
    { "apikey", 0, OPT_TEXT, "KEY", AT(apikey), "authenticated by this API key (@FILE, -)" },
    { "consumer-custom-id", 0, OPT_TEXT, "ID", AT(consumer_custom_id), "the consumer's custom id, for act.client_id" },
    { "consumer-id", 0, OPT_TEXT, "ID", AT(consumer_id), "the consumer's id, where there is no custom one" },
    { "no-consumer", 0, OPT_FLAG, NULL, AT(no_consumer), "no consumer, and no act.client_id" },
    { "bearer-clientid-claim", 0, OPT_TEXT, "NAME", AT(bearer_clientid_claim), "the claim that client_id is taken from" },
    { "aud", 0, OPT_TEXT, "URL", AT(aud), "the audience" },
    { "iss", 0, OPT_TEXT, "URL", AT(iss), "the issuer" },
    { "jku", 0, OPT_TEXT, "URL", AT(jku), "where the set of keys is published" },
    { "expires-in", 0, OPT_TEXT, "DURATION", AT(expires_in), "time from iat to exp: 1800, 30m, 12h; 30m by default" },
    { "claims", 0, OPT_TEXT, "JSON", AT(claims), "claims, kept as they are written (@FILE, -)" },
    { "claim", 0, OPT_LIST, "NAME=TEXT", AT(claim), "one claim, a text" },
    { "claim-json", 0, OPT_LIST, "NAME=JSON", AT(claim), "one claim, any JSON value" },
    { "sub", 0, OPT_TEXT, "SUB", AT(sub), "the claim sub" },
    { "jti", 0, OPT_TEXT, "ID", AT(jti), "the token's id; by default a random UUID" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "the clock: Unix seconds or RFC 3339" },
    { "alg", 0, OPT_TEXT, "ALG", AT(alg), "the algorithm, where the key does not say" },
    { "kid", 0, OPT_TEXT, "KID", AT(kid), "the kid of the header, and which key of a set" },
    { "header", 0, OPT_LIST, "NAME=TEXT", AT(header), "a further member of the token's header" },
    { "bare", 0, OPT_FLAG, NULL, AT(bare), "sign the given claims and add none" },
    { "output", 0, OPT_TEXT, "FORM", AT(output), "token (the default), header (a field for curl -H @-) or json" },
    { "repeat", 0, OPT_TEXT, "N", AT(repeat), "so many tokens, one a line" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

typedef enum form { FORM_TOKEN = 1, FORM_HEADER = 2, FORM_JSON = 3 } form;

/* All that a token is made of. */
typedef struct mint_job {
    const mint_args *args;
    form output;
    unsigned long repeat;
    keys_loaded keys;
    const xcj_key *key; /* borrowed from keys */
    xcj_auth auth;
    bool authenticated;
    text credential; /* what auth points to */
    text claims;     /* a JSON object, or empty */
    text header;     /* a JSON object, or empty */
    xcj_mint_options options;
    xcj_minter *minter;
    xcj_scratch *scratch;
    text token;
} mint_job;

static int count_authentications(const mint_args *args)
{
    return (args->authorization != NULL) + (args->bearer != NULL) + (args->basic != NULL) + (args->client_cert != NULL) +
           (args->client_dn != NULL) + (args->apikey != NULL);
}

static msg_status check_authentication(const mint_args *args)
{
    int count = count_authentications(args);
    bool consumer = args->consumer_custom_id != NULL || args->consumer_id != NULL;
    if (count > 1) {
        return msg_fail(STATUS_USAGE, "mint",
                        "one authentication only (--authorization, --bearer, --basic, --client-cert, ...)");
    }
    if (args->no_consumer && consumer) {
        return msg_fail(STATUS_USAGE, "mint", "--no-consumer excludes --consumer-id and --consumer-custom-id");
    }
    if (count == 0 && (consumer || args->no_consumer || args->bearer_clientid_claim != NULL)) {
        return msg_fail(STATUS_USAGE, "mint", "a consumer or --bearer-clientid-claim goes with an authentication only");
    }
    return STATUS_OK;
}

static msg_status check(const mint_args *args)
{
    int keys = (args->key != NULL) + (args->config != NULL) + (args->secret.file != NULL) + (args->secret.env != NULL);
    if (keys != 1) {
        return msg_fail(STATUS_USAGE, "mint", "one of --key, --config, --secret-file and --secret-env is needed%s",
                        keys > 1 ? ", and no other" : "");
    }
    msg_status status = check_authentication(args);
    if (status != STATUS_OK) {
        return status;
    }
    if (args->bare && count_authentications(args) > 0) {
        return msg_fail(STATUS_USAGE, "mint", "--bare goes with given claims, not with an authentication");
    }
    if (args->bare && (args->config != NULL || args->expires_in != NULL)) {
        return msg_fail(STATUS_USAGE, "mint", "--bare adds no claim: it excludes --config and --expires-in");
    }
    if (args->jti != NULL && args->repeat != NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--repeat makes tokens with different jti: it excludes --jti");
    }
    return STATUS_OK;
}

static msg_status read_output(mint_job *job)
{
    static const char *const names[] = { "token", "header", "json" };
    const char *wanted = job->args->output != NULL ? job->args->output : names[0];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(wanted, names[i]) == 0) {
            job->output = (form)(i + 1);
            return STATUS_OK;
        }
    }
    return msg_fail(STATUS_USAGE, "--output", "\"%.40s\" is not token, header or json", wanted);
}

static msg_status read_repeat(mint_job *job)
{
    job->repeat = 1;
    const char *count = job->args->repeat;
    if (count == NULL) {
        return STATUS_OK;
    }
    char *end = NULL;
    job->repeat = strtoul(count, &end, 10);
    if (count[0] < '0' || count[0] > '9' || *end != '\0' || job->repeat == 0 || job->repeat > 1000000000) {
        return msg_fail(STATUS_USAGE, "--repeat", "\"%.40s\" is not a number from 1 to 1000000000", count);
    }
    return STATUS_OK;
}

static msg_status read_numbers(mint_job *job)
{
    const mint_args *args = job->args;
    msg_status status = read_repeat(job);
    job->options.single = job->repeat == 1;
    if (status == STATUS_OK && args->expires_in != NULL) {
        status = time_duration(&job->options.expires_in, "--expires-in", args->expires_in);
    }
    if (status == STATUS_OK && args->expires_in != NULL && job->options.expires_in == 0) {
        status = msg_fail(STATUS_USAGE, "--expires-in", "must be one second or more");
    }
    if (status == STATUS_OK && args->now != NULL) {
        job->auth.has_now = 1;
        status = time_instant(&job->auth.now, "--now", args->now);
    }
    if (status == STATUS_OK && args->alg != NULL) {
        status = keys_alg(&job->options.alg, "--alg", args->alg, strlen(args->alg));
    }
    return status;
}

/* "Bearer T", "Basic base64(U:P)" (RFC 7617 2), or the field as it is given. */
static msg_status read_authorization(mint_job *job)
{
    const mint_args *args = job->args;
    text value = TEXT_INIT;
    const char *option = args->bearer != NULL ? "--bearer" : args->basic != NULL ? "--basic" : "--authorization";
    const char *given = args->bearer != NULL ? args->bearer : args->basic != NULL ? args->basic : args->authorization;
    msg_status status = io_value(&value, option, given, IO_TOKEN_LIMIT, STATUS_POLICY);
    if (status != STATUS_OK) {
        return status;
    }
    text_puts(&job->credential, args->bearer != NULL ? "Bearer " : args->basic != NULL ? "Basic " : "");
    if (args->basic != NULL) {
        text_base64(&job->credential, value.ptr, value.len);
    } else {
        text_add(&job->credential, value.ptr, value.len);
    }
    text_free(&value);
    job->auth.authorization = text_view(&job->credential);
    job->auth.methods = args->bearer != NULL  ? XCJ_AUTH_BEARER
                        : args->basic != NULL ? XCJ_AUTH_BASIC
                                              : XCJ_AUTH_BEARER | XCJ_AUTH_BASIC;
    return STATUS_OK;
}

static msg_status read_authentication(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_auth *auth = &job->auth;
    msg_status status = STATUS_OK;
    job->authenticated = count_authentications(args) > 0;
    if (args->authorization != NULL || args->bearer != NULL || args->basic != NULL) {
        status = read_authorization(job);
    } else if (args->client_cert != NULL) {
        auth->methods = XCJ_AUTH_CLIENT_CERT;
        status = io_read(&job->credential, args->client_cert, IO_KEY_LIMIT, STATUS_INPUT);
        auth->client_cert = text_view(&job->credential);
    } else if (args->client_dn != NULL) {
        auth->methods = XCJ_AUTH_CLIENT_CERT;
        auth->client_dn = xcj_text(args->client_dn);
    } else if (args->apikey != NULL) {
        auth->methods = XCJ_AUTH_API_KEY;
        status = io_value(&job->credential, "--apikey", args->apikey, IO_SECRET_LIMIT, STATUS_INPUT);
        auth->api_key = text_view(&job->credential);
    }
    auth->consumer_custom_id = xcj_text(args->consumer_custom_id);
    auth->consumer_id = xcj_text(args->consumer_id);
    auth->audience = xcj_text(args->aud);
    auth->jti = xcj_text(args->jti);
    if (status == STATUS_OK && job->credential.failed) {
        status = msg_fail_memory();
    }
    return status;
}

/* One member, `"NAME":VALUE`, behind a comma where others stand before it. */
static msg_status add_member(text *members, const char *option, xcj_str name, xcj_str value, bool is_json)
{
    char shown[80];
    (void)snprintf(shown, sizeof shown, "--%s %.*s", option, name.len > 40 ? 40 : (int)name.len, name.ptr);
    if (is_json) {
        msg_status status = doc_check(shown, value, false);
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
    return fine ? STATUS_OK : msg_fail(STATUS_INPUT, shown, "is not UTF-8");
}

/* NAME=VALUE, parted at the first equals sign. */
static msg_status add_pair(text *members, const opt_row *row, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--%s wants %s, with an equals sign", row->name, row->metavar);
    }
    const xcj_str name = { pair, (size_t)(equals - pair) };
    return add_member(members, row->name, name, xcj_text(equals + 1), strcmp(row->name, "claim-json") == 0);
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

/* The text of --claims, byte for byte, and before its closing brace what the other options add. */
static msg_status read_claims(mint_job *job)
{
    const mint_args *args = job->args;
    text given = TEXT_INIT;
    text members = TEXT_INIT;
    msg_status status = STATUS_OK;
    if (args->claims != NULL) {
        status = io_value(&given, "--claims", args->claims, IO_TOKEN_LIMIT, STATUS_POLICY);
    } else {
        text_puts(&given, "{}");
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

static msg_status read_header(mint_job *job)
{
    text members = TEXT_INIT;
    msg_status status = add_pairs(&members, &job->args->header);
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

static void fill_options(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_mint_options *options = &job->options;
    options->iss = xcj_text(args->iss);
    options->jku = xcj_text(args->jku);
    options->kid = xcj_text(args->kid);
    options->bearer_clientid_claim = xcj_text(args->bearer_clientid_claim);
    options->consumer_optional = args->no_consumer;
    options->header = text_view(&job->header);
    if (job->authenticated) {
        options->claims = text_view(&job->claims);
    }
}

static msg_status load_key(mint_job *job)
{
    const mint_args *args = job->args;
    const keys_how how = { args->passphrase, args->hmac_k_raw };
    msg_status status =
        args->key != NULL ? keys_load(&job->keys, args->key, &how) : keys_load_secret(&job->keys, &args->secret);
    const char *name = args->key != NULL ? io_name(args->key) : "the secret";
    return status == STATUS_OK ? keys_pick(&job->key, &job->keys, args->kid, name) : status;
}

/* An option that the configuration answers too must not lose silently. */
static msg_status check_config(const mint_args *args, const text *config)
{
    const struct {
        const char *member;
        const char *option;
        const char *value;
    } both[] = {
        { "iss", "iss", args->iss },
        { "jku", "jku", args->jku },
        { "expires_in", "expires-in", args->expires_in },
        { "bearer_clientid_claim", "bearer-clientid-claim", args->bearer_clientid_claim },
    };
    msg_status status = STATUS_OK;
    json_t *root = doc_load(config->ptr, config->len);
    json_t *inner = json_object_get(root, "config");
    const json_t *object = json_is_object(inner) ? inner : root;
    for (size_t i = 0; i < sizeof both / sizeof both[0] && status == STATUS_OK; i++) {
        if (both[i].value != NULL && json_object_get(object, both[i].member) != NULL) {
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
    how.kong_alg_names = 1;
    msg_status status = io_read(&config, args->config, IO_KEY_LIMIT, STATUS_INPUT);
    if (status == STATUS_OK) {
        status = check_config(args, &config);
    }
    if (status == STATUS_OK &&
        xcj_minter_from_config(&job->minter, config.ptr, config.len, &job->options, &how, &err) != XCJ_OK) {
        status = msg_fail_error(ABOUT_INPUT, io_name(args->config), &err);
    }
    text_free(&config);
    return status;
}

static msg_status make_minter(mint_job *job)
{
    const mint_args *args = job->args;
    xcj_error err;
    if (args->config != NULL) {
        return minter_from_config(job);
    }
    msg_status status = load_key(job);
    if (status != STATUS_OK || args->bare) {
        return status;
    }
    if (xcj_minter_new(&job->minter, job->key, &job->options, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, "mint", &err);
    }
    return STATUS_OK;
}

static xcj_code mint_bare(mint_job *job, xcj_error *err)
{
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.alg = job->options.alg;
    options.typ = xcj_text("JWT");
    options.kid = job->options.kid;
    options.jku = job->options.jku;
    options.header = job->options.header;
    char *signed_text = NULL;
    size_t len = 0;
    xcj_code code =
        xcj_jws_sign(&signed_text, &len, job->claims.ptr, job->claims.len, job->key, &options, job->scratch, err);
    if (code == XCJ_OK) {
        text_add(&job->token, signed_text, len);
    }
    xcj_free(signed_text);
    return code;
}

static msg_status mint_one(mint_job *job)
{
    xcj_error err = { .code = XCJ_OK };
    text *token = &job->token;
    const text *claims = &job->claims;
    token->len = 0;
    size_t bound = 0;
    if (job->authenticated) {
        bound = xcj_mint_bound(job->minter, &job->auth);
    } else if (!job->args->bare) {
        bound = xcj_mint_claims_bound(job->minter, claims->len, &job->auth);
    }
    char *room = text_room(token, bound);
    if (room == NULL) {
        return msg_fail_memory();
    }
    size_t len = 0;
    xcj_code code = XCJ_OK;
    if (job->args->bare) {
        code = mint_bare(job, &err);
    } else if (job->authenticated) {
        code = xcj_mint(room, bound, &len, job->minter, &job->auth, job->scratch, &err);
    } else {
        code = xcj_mint_claims(room, bound, &len, job->minter, claims->ptr, claims->len, &job->auth, job->scratch, &err);
    }
    token->len += len;
    if (code != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, "mint", &err);
    }
    return token->failed ? msg_fail_memory() : STATUS_OK;
}

static xcj_str field_name(const mint_job *job)
{
    return job->minter != NULL ? xcj_minter_upstream_header(job->minter) : xcj_text("X-Custom-Jwt");
}

static void print_field(const mint_job *job)
{
    xcj_str name = field_name(job);
    const char *prefix = xcj_header_prefix(name.ptr, name.len);
    io_print(name.ptr, name.len);
    io_print(": ", 2);
    io_print(prefix, strlen(prefix));
    io_print_line(job->token.ptr, job->token.len);
}

static void set_part(json_t *object, const char *name, const char *start, const char *end)
{
    (void)json_object_set_new(object, name, doc_text((xcj_str){ start, (size_t)(end - start) }));
}

/* The token with its field, its parts as the flattened serialisation names them (RFC 7515 7.2.2), and its claims. */
static msg_status print_json(const mint_job *job)
{
    xcj_error err;
    xcj_unverified *taken = NULL;
    xcj_str token = text_view(&job->token);
    if (xcj_unverified_decode(&taken, token.ptr, token.len, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, "mint", &err);
    }
    const char *end = token.ptr + token.len;
    const char *payload = (const char *)memchr(token.ptr, '.', token.len) + 1;
    const char *signature = (const char *)memchr(payload, '.', (size_t)(end - payload)) + 1;
    text members = TEXT_INIT;
    text line = TEXT_INIT;
    json_t *object = json_object();
    (void)json_object_set_new(object, "token", doc_text(token));
    (void)json_object_set_new(object, "field", doc_text(field_name(job)));
    set_part(object, "protected", token.ptr, payload - 1);
    set_part(object, "payload", payload, signature - 1);
    set_part(object, "signature", signature, end);
    doc_member(&members, "claims", xcj_unverified_payload(taken));
    msg_status status = doc_line(&line, object, &members);
    if (status == STATUS_OK) {
        io_print(line.ptr, line.len);
    }
    json_decref(object);
    xcj_unverified_free(taken);
    text_free(&members);
    text_free(&line);
    return status;
}

static msg_status print_token(const mint_job *job)
{
    if (job->output == FORM_JSON) {
        return print_json(job);
    }
    if (job->output == FORM_HEADER) {
        print_field(job);
    } else {
        io_print_line(job->token.ptr, job->token.len);
    }
    return STATUS_OK;
}

static msg_status prepare(mint_job *job)
{
    xcj_error err;
    msg_status status = check(job->args);
    if (status == STATUS_OK) {
        status = read_output(job);
    }
    if (status == STATUS_OK) {
        status = read_numbers(job);
    }
    if (status == STATUS_OK) {
        status = read_authentication(job);
    }
    if (status == STATUS_OK) {
        status = read_claims(job);
    }
    if (status == STATUS_OK) {
        status = read_header(job);
    }
    if (status != STATUS_OK) {
        return status;
    }
    fill_options(job);
    if (xcj_scratch_new(&job->scratch, &err) != XCJ_OK) {
        return msg_fail_error(ABOUT_OPTION, NULL, &err);
    }
    return make_minter(job);
}

static void free_job(mint_job *job)
{
    xcj_minter_free(job->minter);
    xcj_scratch_free(job->scratch);
    keys_free(&job->keys);
    text_free(&job->credential);
    text_free(&job->claims);
    text_free(&job->header);
    text_free(&job->token);
}

static msg_status run(const void *given, const opt_list *operands)
{
    (void)operands;
    mint_job job = { .args = given, .auth = XCJ_AUTH_INIT, .options = XCJ_MINT_OPTIONS_INIT };
    msg_status status = prepare(&job);
    for (unsigned long i = 0; i < job.repeat && status == STATUS_OK; i++) {
        status = mint_one(&job);
        if (status == STATUS_OK) {
            status = print_token(&job);
        }
    }
    free_job(&job);
    return status;
}

const verb verb_mint = {
    "mint",
    "",
    0,
    "make a signed token",
    "Makes the custom JWT of an authentication, which needs --iss, --aud and a consumer. Without an\n"
    "authentication the given claims are signed, with iat, exp and jti where they lack them.\n"
    "--authorization, --bearer, --basic, --apikey and --claims read a file with @FILE and standard input with -.\n",
    "  xcj mint --key key.json --basic my-user:secret --consumer-id c1 --iss https://gw.example --aud "
    "http://api.example/orders\n"
    "  xcj mint --config plugin.json --authorization \"Bearer $TOKEN\" --aud http://api.example/ --no-consumer --output "
    "header\n"
    "  xcj mint --key key.json --sub alice --claim-json 'roles=[\"admin\"]' --expires-in 5m\n",
    OPTIONS,
    sizeof(mint_args),
    run,
};
