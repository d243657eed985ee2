/*
 * mint_auth.c: the authentication that a token is minted for.
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

static msg_status read_file(text *out, const char *option, const char *value)
{
    return io_read(out, option, value, IO_KEY_LIMIT, STATUS_INPUT);
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
    text_puts(&job->credential, "Bearer ");
    place_field(job, value);
}

/* RFC 7617 2 */
static void place_basic(mint_job *job, const text *value)
{
    text_puts(&job->credential, "Basic ");
    text_base64(&job->credential, value->ptr, value->len);
    job->auth.authorization = text_view(&job->credential);
}

static void place_cert(mint_job *job, const text *value)
{
    text_add(&job->credential, value->ptr, value->len);
    job->auth.client_cert = text_view(&job->credential);
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
    { "client-cert", read_file, place_cert, XCJ_AUTH_CLIENT_CERT },
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

static bool read_audiences(mint_job *job)
{
    const opt_list *aud = &job->args->aud;
    job->audiences = aud->count > 0 ? calloc(aud->count, sizeof *job->audiences) : NULL;
    for (size_t i = 0; job->audiences != NULL && i < aud->count; i++) {
        job->audiences[i] = xcj_text(aud->items[i]);
    }
    job->auth.audiences = job->audiences;
    job->auth.audiences_count = aud->count;
    return aud->count == 0 || job->audiences != NULL;
}

msg_status mint_read_authentication(mint_job *job)
{
    const mint_args *args = job->args;
    const method *from = find_method(&args->authentication);
    xcj_auth *auth = &job->auth;
    auth->consumer_custom_id = xcj_text(args->consumer_custom_id);
    auth->consumer_id = xcj_text(args->consumer_id);
    auth->jti = xcj_text(args->jti);
    job->authenticated = from != NULL;
    if (!read_audiences(job)) {
        return msg_fail_memory();
    }
    return from != NULL ? read_credential(job, from, &args->authentication) : STATUS_OK;
}
