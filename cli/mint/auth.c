/*
 * auth.c: the authentication that a token is minted for.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/mint/mint.h"

/* One option of those that name an authentication: where its value comes from, and where it goes. */
typedef struct method {
    const char *option;
    msg_status (*read)(text *out, const char *option, const char *value);
    void (*place)(mint_job *job, const text *value);
    uint32_t methods;
} method;

static msg_status read_value(text *out, const char *option, const char *value)
{
    if (io_is_literal(value) && msg_is_terminal()) {
        msg_warn(option, "every user of this machine can see an argument; %s env:NAME and %s @FILE keep a secret", option,
                 option);
    }
    return io_value(out, option, value, IO_TOKEN_LIMIT, STATUS_POLICY);
}

static msg_status read_text(text *out, const char *option, const char *value)
{
    (void)option;
    text_puts(out, value);
    return STATUS_OK;
}

static void place_field(mint_job *job, const text *value)
{
    text_add(&job->credential, value->ptr, value->len);
    job->auth.authorization = text_view(&job->credential);
}

static void place_bearer(mint_job *job, const text *value)
{
    text_puts(&job->credential, job->args->dpop != NULL ? "DPoP " : "Bearer ");
    place_field(job, value);
}

/* RFC 7617 2 */
static void place_basic(mint_job *job, const text *value)
{
    text_puts(&job->credential, "Basic ");
    text_base64(&job->credential, value->ptr, value->len);
    job->auth.authorization = text_view(&job->credential);
}

static void place_dn(mint_job *job, const text *value)
{
    text_add(&job->credential, value->ptr, value->len);
    job->auth.client_dn = text_view(&job->credential);
}

static void place_apikey(mint_job *job, const text *value)
{
    text_add(&job->credential, value->ptr, value->len);
    job->auth.api_key = text_view(&job->credential);
}

static const method METHODS[] = {
    { "authorization", read_value, place_field, XCJ_AUTH_BEARER | XCJ_AUTH_BASIC },
    { "bearer", read_value, place_bearer, XCJ_AUTH_BEARER },
    { "basic", read_value, place_basic, XCJ_AUTH_BASIC },
    { "client-dn", read_text, place_dn, XCJ_AUTH_CLIENT_CERT },
    { "apikey", read_value, place_apikey, XCJ_AUTH_API_KEY },
};

static const method *find_method(const opt_given *given)
{
    for (size_t i = 0; given->row != NULL && i < sizeof METHODS / sizeof METHODS[0]; i++) {
        if (strcmp(METHODS[i].option, given->row->name) == 0) {
            return &METHODS[i];
        }
    }
    return NULL;
}

static msg_status read_credential(mint_job *job, const method *from, const opt_given *given)
{
    text value = TEXT_INIT;
    char option[40];
    (void)snprintf(option, sizeof option, "--%s", given->row->name);
    msg_status status = from->read(&value, option, given->value);
    if (status == STATUS_OK) {
        from->place(job, &value);
        job->auth.methods = from->methods;
    }
    if (status == STATUS_OK && (value.failed || job->credential.failed)) {
        status = msg_fail_memory();
    }
    text_free(&value);
    return status;
}

static msg_status read_cert(mint_job *job)
{
    msg_status status = io_read(&job->client_cert, "--client-cert", job->args->client_cert, IO_KEY_LIMIT, STATUS_INPUT);
    job->auth.client_cert = text_view(&job->client_cert);
    if (job->auth.methods == 0) {
        job->auth.methods = XCJ_AUTH_CLIENT_CERT;
    }
    return status;
}

static msg_status read_dpop(mint_job *job)
{
    xcj_auth *auth = &job->auth;
    msg_status status = read_value(&job->dpop, "--dpop", job->args->dpop);
    auth->dpop = text_view(&job->dpop);
    auth->htm = xcj_text(job->args->htm);
    auth->htu = xcj_text(job->args->htu);
    if (job->args->nonce != NULL) {
        job->nonce = xcj_text(job->args->nonce);
        auth->dpop_nonces = &job->nonce;
        auth->dpop_nonces_count = 1;
    }
    return status;
}

static msg_status read_audiences(mint_job *job)
{
    msg_status status = opt_views(&job->audiences, &job->args->aud);
    job->auth.audiences = job->audiences;
    job->auth.audiences_count = job->args->aud.count;
    return status;
}

static bool is_given(const mint_args *args, const char *name)
{
    return args->authentication.row != NULL && strcmp(args->authentication.row->name, name) == 0;
}

msg_status mint_check_authentication(const mint_args *args)
{
    const bool any = mint_is_authenticated(args);
    const bool bears = is_given(args, "bearer") || is_given(args, "authorization");
    const bool consumer = args->consumer_custom_id != NULL || args->consumer_id != NULL;
    if (args->client_cert != NULL && args->authentication.row != NULL && !bears && args->bind == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--client-cert excludes --%s", args->authentication.row->name);
    }
    if (args->no_consumer && consumer) {
        return msg_fail(STATUS_USAGE, "mint", "--no-consumer excludes --consumer-id and --consumer-custom-id");
    }
    if (args->apikey_sha256 && !is_given(args, "apikey")) {
        return msg_fail(STATUS_USAGE, "mint", "--apikey-sha256 goes with --apikey");
    }
    if (args->dn != NULL && args->client_cert == NULL) {
        return msg_fail(STATUS_USAGE, "mint", "--dn goes with --client-cert");
    }
    const int dpop = (args->dpop != NULL) + (args->htm != NULL) + (args->htu != NULL);
    if ((dpop > 0 || args->nonce != NULL) && (dpop < 3 || !bears)) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--dpop, --htm and --htu (and --nonce) go together, with --bearer or --authorization");
    }
    if (args->bind != NULL && (args->bind[0] == 'k' ? args->dpop == NULL || args->ignore_cnf : args->client_cert == NULL)) {
        return msg_fail(STATUS_USAGE, "mint",
                        "--bind certificate goes with --client-cert, --bind key with --dpop and without "
                        "--ignore-cnf");
    }
    if (args->ignore_cnf && !bears) {
        return msg_fail(STATUS_USAGE, "mint", "--ignore-cnf goes with --bearer or --authorization");
    }
    if (!any && (consumer || args->no_consumer)) {
        return msg_fail(STATUS_USAGE, "mint", "a consumer goes with an authentication only");
    }
    return mint_check_inbound(args, bears);
}

msg_status mint_read_authentication(mint_job *job)
{
    const mint_args *args = job->args;
    const method *from = find_method(&args->authentication);
    xcj_auth *auth = &job->auth;
    auth->consumer_custom_id = xcj_text(args->consumer_custom_id);
    auth->consumer_id = xcj_text(args->consumer_id);
    auth->jti = xcj_text(args->jti);
    job->authenticated = mint_is_authenticated(args);
    msg_status status = read_audiences(job);
    if (status == STATUS_OK && from != NULL) {
        status = read_credential(job, from, &args->authentication);
    }
    if (status == STATUS_OK && args->dpop != NULL) {
        status = read_dpop(job);
    }
    return status == STATUS_OK && args->client_cert != NULL ? read_cert(job) : status;
}
