#include "lib/gateway/auth.h"

#include <string.h>
#include <time.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/actor.h"
#include "lib/gateway/binding.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/identities.h"
#include "lib/gateway/inbound.h"
#include "lib/key/random.h"
#include "lib/key/scratch.h"
#include "lib/key/x509.h"

/* Room for two int64_t, a port, a UUID, and the names and punctuation of every claim. */
#define FIXED_MAX 256

#define STORAGE 4096

/* The state of one request. */
typedef struct request {
    xcj__buf *out;
    const xcj__mint_settings *settings;
    const xcj_auth *auth;
    xcj_scratch *scratch;
    xcj__buf work; /* decoded parts of the credential */
    xcj__inbound in;
    xcj_str known_consumer; /* the consumer that the identities give */
    int64_t now;
} request;

static xcj_code open_bearer(xcj_str *payload, request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    if (r->settings->verifier == NULL && !r->settings->bearer_verified) {
        return xcj__fail_at(
            err, XCJ_ERR_CONFIG, "bearer_verifier", XCJ_NO_OFFSET,
            "nothing verifies the Bearer token: give a bearer_verifier, or set bearer_verified if the gateway "
            "has verified it");
    }
    if (credential->text.len > r->settings->max_token) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "authorization", XCJ_NO_OFFSET,
                            "%sThe Bearer token has %zu bytes; the limit is %zu", credential->sentences->issue,
                            credential->text.len, r->settings->max_token);
    }
    if (r->settings->verifier != NULL) {
        code = xcj_verify(NULL, r->settings->verifier, credential->text.ptr, credential->text.len, r->scratch, err);
    }
    if (code == XCJ_OK) {
        code = xcj__credential_payload(payload, credential, &r->work, err);
    }
    if (code == XCJ_OK) {
        code = xcj__inbound_read(&r->in, *payload, err);
    }
    return code == XCJ_OK ? xcj__binding_check(&r->in, credential, r->auth, err) : code;
}

/* An API key's entry gives its client_id. Without identities, the key or its hash is the client_id. */
static xcj_code look_up(xcj_str *client_id, xcj_str *consumer, request *r, uint32_t method, xcj_error *err)
{
    const xcj__mint_settings *settings = r->settings;
    xcj__identity found;
    if (settings->identities == NULL) {
        bool is_hashed = settings->api_key_sha256 && method == XCJ_AUTH_API_KEY;
        return is_hashed ? xcj__credential_hash(client_id, &r->work, err) : XCJ_OK;
    }
    if (method != XCJ_AUTH_API_KEY) {
        xcj_code code = xcj__identities_find_client(&found, settings->identities, *client_id, err);
        *consumer = code == XCJ_OK ? found.consumer : *consumer;
        return code;
    }
    xcj_code code = xcj__identities_find_key(&found, settings->identities, *client_id, err);
    if (code == XCJ_OK && found.consumer.ptr == NULL) {
        code = xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "api_key", XCJ_NO_OFFSET, "The API key is not known");
    }
    if (code == XCJ_OK) {
        *client_id = found.client_id;
        *consumer = found.consumer;
    }
    return code;
}

/* Takes over what xcj_caller_new() found. */
static xcj_code use_caller(xcj_str *client_id, request *r, xcj_error *err)
{
    const xcj_caller *caller = r->auth->caller;
    if (caller->settings != r->settings) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "caller", XCJ_NO_OFFSET, "the caller belongs to another minter");
    }
    *client_id = caller->client_id;
    r->known_consumer = caller->consumer;
    return caller->payload.ptr != NULL ? xcj__inbound_read(&r->in, caller->payload, err) : XCJ_OK;
}

/* For a Bearer token, writes the kept inbound claims first. */
static xcj_code find_identity(xcj_str *client_id, request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_code code;
    if (r->auth->caller != NULL) {
        return use_caller(client_id, r, err);
    }
    if (credential->method == XCJ_AUTH_BEARER) {
        xcj_str payload = { NULL, 0 };
        code = open_bearer(&payload, r, credential, err);
        if (code == XCJ_OK) {
            code = xcj__inbound_client_id(client_id, &r->in, r->work.ptr, err);
        }
    } else {
        code = xcj__credential_client_id(client_id, credential, r->settings->unescaped_dn, &r->work, err);
    }
    return code == XCJ_OK ? look_up(client_id, &r->known_consumer, r, credential->method, err) : code;
}

static xcj_code put_identity(request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str client_id = { NULL, 0 };
    xcj_code code = find_identity(&client_id, r, credential, err);
    if (code == XCJ_OK) {
        xcj__buf_put_text(r->out, "\"client_id\":");
        xcj__json_put_string(r->out, client_id);
    }
    return code;
}

static xcj_code read_clock(int64_t *now, const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err)
{
    *now = auth->has_now ? auth->now : (int64_t)time(NULL);
    if (*now < 0 || *now > INT64_MAX - settings->expires_in) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "now", XCJ_NO_OFFSET, "the clock is not a time that a token can carry");
    }
    return XCJ_OK;
}

static xcj_code bad_audience(const char *why, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CONFIG, "aud", XCJ_NO_OFFSET, "aud: %s", why);
}

static bool is_default_port(xcj_str scheme, unsigned port)
{
    return port == 0 || (port == 80 && xcj__str_is_nocase(scheme, "http")) ||
           (port == 443 && xcj__str_is_nocase(scheme, "https"));
}

/* RFC 3986 3.2.2: an IPv6 address needs brackets, or its last group would look like a port. */
static const char *service_fault(const xcj_auth *auth)
{
    xcj_str host = auth->service_host;
    if (auth->service_scheme.len == 0 || host.len == 0) {
        return "a service URL needs a scheme and a host";
    }
    if (auth->service_port > 65535) {
        return "the service's port is above 65535";
    }
    if (host.ptr[0] != '[' && memchr(host.ptr, ':', host.len) != NULL) {
        return "the service's host has a colon: an IPv6 address stands in brackets, a port is a member of its own";
    }
    if (auth->service_path.len > 0 && auth->service_path.ptr[0] != '/') {
        return "the service's path does not begin with a slash";
    }
    const xcj_str parts[] = { auth->service_scheme, host, auth->service_path };
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len > 0 && !xcj__utf8_valid(parts[i].ptr, parts[i].len)) {
            return "the service URL is not valid UTF-8";
        }
    }
    return NULL;
}

static void put_service(xcj__buf *out, const xcj_auth *auth)
{
    xcj__buf_put_char(out, '"');
    xcj__json_put_content(out, auth->service_scheme);
    xcj__buf_put_text(out, "://");
    xcj__json_put_content(out, auth->service_host);
    if (!is_default_port(auth->service_scheme, auth->service_port)) {
        xcj__buf_put_char(out, ':');
        xcj__buf_put_int(out, (int64_t)auth->service_port);
    }
    if (auth->service_path.len > 0) {
        xcj__json_put_content(out, auth->service_path);
    }
    xcj__buf_put_char(out, '"');
}

static bool has_service(const xcj_auth *auth)
{
    return auth->service_scheme.len > 0 || auth->service_host.len > 0;
}

static bool has_audience(const request *r)
{
    return r->auth->audience.len > 0 || r->auth->audiences_count > 0 || has_service(r->auth) || r->settings->aud.ptr != NULL;
}

static xcj_code put_audiences(xcj__buf *out, const xcj_str *list, size_t count, xcj_error *err)
{
    xcj__buf_put_text(out, count > 1 ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        if (list[i].ptr == NULL || list[i].len == 0) {
            return bad_audience("it is empty", err);
        }
        if (!xcj__utf8_valid(list[i].ptr, list[i].len)) {
            return bad_audience("it is not valid UTF-8", err);
        }
        xcj__buf_put_text(out, i > 0 ? "," : "");
        xcj__json_put_string(out, list[i]);
    }
    xcj__buf_put_text(out, count > 1 ? "]" : "");
    return XCJ_OK;
}

static xcj_code put_audience(const request *r, xcj_error *err)
{
    const xcj_auth *auth = r->auth;
    xcj__buf_put_text(r->out, "\"aud\":");
    if (auth->audiences_count > 0 && (auth->audience.len > 0 || has_service(auth))) {
        return bad_audience("audiences excludes audience and the service URL", err);
    }
    if (auth->audiences_count > 0) {
        return put_audiences(r->out, auth->audiences, auth->audiences_count, err);
    }
    if (auth->audience.len > 0) {
        return put_audiences(r->out, &auth->audience, 1, err);
    }
    if (has_service(auth)) {
        const char *fault = service_fault(auth);
        if (fault != NULL) {
            return bad_audience(fault, err);
        }
        put_service(r->out, auth);
    } else {
        xcj__buf_put_str(r->out, r->settings->aud);
    }
    return XCJ_OK;
}

static xcj_code put_jti(const request *r, xcj_error *err)
{
    const xcj_str jti = r->auth->jti;
    xcj__buf_put_text(r->out, "\"jti\":");
    if (jti.len == 0) {
        char quoted[XCJ__UUID_LEN + 2] = "\"";
        xcj_code code = xcj__random_uuid(quoted + 1, r->scratch, err);
        quoted[sizeof quoted - 1] = '"';
        xcj__buf_put(r->out, quoted, sizeof quoted);
        return code;
    }
    if (!xcj__utf8_valid(jti.ptr, jti.len)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "jti", XCJ_NO_OFFSET, "jti is not valid UTF-8");
    }
    xcj__json_put_string(r->out, jti);
    return XCJ_OK;
}

static xcj_code read_consumer(xcj_str *out, const request *r, xcj_error *err)
{
    const xcj_auth *auth = r->auth;
    const xcj__sentences *sentences = r->settings->sentences;
    *out = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id : auth->consumer_id;
    if (out->len == 0) {
        *out = r->known_consumer;
    }
    if (out->len == 0) {
        *out = (xcj_str){ NULL, 0 };
        if (r->settings->consumer_optional) {
            return XCJ_OK;
        }
        return xcj__fail_at(err, XCJ_ERR_CONSUMER, "act", XCJ_NO_OFFSET, "%s%s", sentences->issue, sentences->no_consumer);
    }
    const char *fault = xcj__client_id_fault(*out);
    if (fault != NULL) {
        return xcj__fail_at(err, XCJ_ERR_CONSUMER, "act", XCJ_NO_OFFSET, "%s%s%s", sentences->issue, sentences->bad_consumer,
                            fault);
    }
    return XCJ_OK;
}

static xcj_code put_act(const request *r, xcj_error *err)
{
    xcj_str consumer;
    xcj_code code = read_consumer(&consumer, r, err);
    return code == XCJ_OK ? xcj__actor_put(r->out, &r->in, consumer, err) : code;
}

static xcj_code put_times(request *r, xcj_error *err)
{
    xcj_code code = r->settings->no_exp
                        ? xcj__fail_at(err, XCJ_ERR_CONFIG, "no_exp", XCJ_NO_OFFSET, "a token for a credential must expire")
                        : read_clock(&r->now, r->settings, r->auth, err);
    int64_t exp = r->now + (code == XCJ_OK ? r->settings->expires_in : 0);
    if (code == XCJ_OK) {
        code = xcj__inbound_cap_exp(&exp, &r->in, r->now, err);
    }
    if (code == XCJ_OK) {
        xcj__buf_put_text(r->out, "\"iat\":");
        xcj__buf_put_int(r->out, r->now);
        xcj__buf_put_text(r->out, ",\"exp\":");
        xcj__buf_put_int(r->out, exp);
    }
    return code;
}

static void put_custom(const request *r)
{
    if (r->settings->members.ptr != NULL) {
        xcj__buf_put_char(r->out, ',');
        xcj__buf_put_str(r->out, r->settings->members);
    }
}

/* iss and aud have no defaults. */
static xcj_code check_parties(const request *r, xcj_error *err)
{
    if (r->settings->iss.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "iss", XCJ_NO_OFFSET, "iss is not given");
    }
    if (!has_audience(r)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "aud", XCJ_NO_OFFSET,
                            "aud is not given, neither as it is nor as a service URL");
    }
    return XCJ_OK;
}

static xcj_code put_ours(request *r, xcj_error *err)
{
    xcj__buf_put_text(r->out, ",\"iss\":");
    xcj__buf_put_str(r->out, r->settings->iss);
    xcj__buf_put_char(r->out, ',');
    xcj_code code = put_times(r, err);
    if (code == XCJ_OK) {
        xcj__buf_put_char(r->out, ',');
        code = put_audience(r, err);
    }
    if (code == XCJ_OK) {
        xcj__buf_put_char(r->out, ',');
        code = put_jti(r, err);
    }
    if (code == XCJ_OK) {
        code = put_act(r, err);
    }
    put_custom(r);
    return code;
}

xcj_code xcj__auth_put_claims(xcj__buf *out, const xcj__mint_settings *settings, const xcj_auth *auth, xcj_scratch *scratch,
                              xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = auth->caller == NULL ? xcj__credential_select(&credential, auth, settings->sentences, err) : XCJ_OK;
    request r = {
        .out = out, .settings = settings, .auth = auth, .scratch = scratch, .in = { .settings = settings, .out = out }
    };
    if (code == XCJ_OK) {
        code = check_parties(&r, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &r.work, storage, sizeof storage);
    xcj__buf_put_char(out, '{');
    code = put_identity(&r, &credential, err);
    if (code == XCJ_OK) {
        code = put_ours(&r, err);
    }
    xcj__buf_put_char(out, '}');
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &r.work);
    return code == XCJ_OK && out->failed ? xcj__fail_memory(err) : code;
}

/* Copies the payload before a client_id in it is unescaped in place. */
static xcj_code fill_caller(xcj_caller *caller, request *r, xcj_str payload, xcj_str client_id, xcj_error *err)
{
    char *at = (char *)(caller + 1);
    xcj_code code = XCJ_OK;
    if (payload.ptr != NULL) {
        memcpy(at, payload.ptr, payload.len);
        caller->payload = (xcj_str){ at, payload.len };
        at += payload.len;
        code = xcj__inbound_client_id(&client_id, &r->in, r->work.ptr, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    memcpy(at, client_id.ptr, client_id.len);
    caller->client_id = (xcj_str){ at, client_id.len };
    return XCJ_OK;
}

static xcj_code find_caller(xcj_caller **out, request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str payload = { NULL, 0 };
    xcj_str client_id = { NULL, 0 };
    xcj_str consumer = { NULL, 0 };
    bool bears = credential->method == XCJ_AUTH_BEARER;
    xcj_code code = bears ? open_bearer(&payload, r, credential, err)
                          : xcj__credential_client_id(&client_id, credential, r->settings->unescaped_dn, &r->work, err);
    if (code == XCJ_OK && !bears) {
        code = look_up(&client_id, &consumer, r, credential->method, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj_caller *caller = xcj__zalloc(sizeof *caller + payload.len + r->in.client_id.text.len + client_id.len);
    if (caller == NULL) {
        return xcj__fail_memory(err);
    }
    *caller = (xcj_caller){ .settings = r->settings, .method = credential->method, .consumer = consumer };
    code = fill_caller(caller, r, payload, client_id, err);
    if (code == XCJ_OK && bears) {
        code = look_up(&caller->client_id, &caller->consumer, r, credential->method, err);
    }
    if (code != XCJ_OK) {
        xcj_caller_free(caller);
        return code;
    }
    *out = caller;
    return XCJ_OK;
}

xcj_code xcj__auth_find_caller(xcj_caller **out, const xcj__mint_settings *settings, const xcj_auth *auth,
                               xcj_scratch *scratch, xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = xcj__credential_select(&credential, auth, settings->sentences, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    request r = { .settings = settings, .auth = auth, .scratch = scratch, .in = { .settings = settings } };
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &r.work, storage, sizeof storage);
    code = find_caller(out, &r, &credential, err);
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &r.work);
    return code;
}

/* Which of our claims the caller's JSON has, and the span of its members. */
typedef struct given {
    const xcj__mint_settings *settings;
    bool has[XCJ__CLAIM_COUNT + 1];
    xcj__inner inner;
} given;

static xcj_code note_given(given *claims, const xcj__json_item *item, xcj_error *err)
{
    if (xcj__names_have(&claims->settings->custom, item)) {
        char shown[XCJ__SHOWN];
        xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
        return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "the claims repeat \"%s\" of the options", shown);
    }
    claims->has[xcj__claim_of(item)] = true;
    xcj__inner_extend(&claims->inner, item);
    return XCJ_OK;
}

static xcj_code read_given(given *claims, xcj_str json, xcj_error *err)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index index;
    xcj_code code = xcj__json_index_read(&index, json, NULL, room, XCJ__JSON_ROOM, err);
    for (size_t i = 0; code == XCJ_OK && i < index.count; i++) {
        const xcj__json_item item = xcj__json_member_item(index.text, &index.members[i]);
        code = note_given(claims, &item, err);
    }
    xcj_free(index.block);
    return code;
}

static void put_separator(xcj__buf *out, size_t start)
{
    if (out->len > start) {
        xcj__buf_put_char(out, ',');
    }
}

static xcj_code put_missing(request *r, const given *claims, size_t start, xcj_error *err)
{
    xcj_code code = read_clock(&r->now, r->settings, r->auth, err);
    if (!claims->has[XCJ__ISS] && r->settings->iss.ptr != NULL) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"iss\":");
        xcj__buf_put_str(r->out, r->settings->iss);
    }
    if (!claims->has[XCJ__IAT]) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"iat\":");
        xcj__buf_put_int(r->out, r->now);
    }
    if (!claims->has[XCJ__EXP] && !r->settings->no_exp && code == XCJ_OK) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"exp\":");
        xcj__buf_put_int(r->out, r->now + r->settings->expires_in);
    }
    if (!claims->has[XCJ__AUD] && code == XCJ_OK && has_audience(r)) {
        put_separator(r->out, start);
        code = put_audience(r, err);
    }
    if (!claims->has[XCJ__JTI] && code == XCJ_OK) {
        put_separator(r->out, start);
        code = put_jti(r, err);
    }
    return code;
}

xcj_code xcj__auth_complete_claims(xcj__buf *out, const xcj__mint_settings *settings, xcj_str claims, const xcj_auth *auth,
                                   xcj_scratch *scratch, xcj_error *err)
{
    given theirs = { .settings = settings };
    xcj_code code = read_given(&theirs, claims, err);
    if (code != XCJ_OK) {
        return code;
    }
    request r = { .out = out, .settings = settings, .auth = auth, .scratch = scratch };
    xcj__buf_put_char(out, '{');
    size_t start = out->len;
    if (theirs.inner.begin != NULL) {
        xcj__buf_put(out, theirs.inner.begin, (size_t)(theirs.inner.end - theirs.inner.begin));
    }
    code = put_missing(&r, &theirs, start, err);
    if (settings->members.ptr != NULL) {
        put_separator(out, start);
        xcj__buf_put_str(out, settings->members);
    }
    xcj__buf_put_char(out, '}');
    return code == XCJ_OK && out->failed ? xcj__fail_memory(err) : code;
}

/* The length of everything but the credential and the consumer. */
static size_t common_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    size_t audience = settings->aud.len;
    for (size_t i = 0; i < auth->audiences_count; i++) {
        audience += xcj__json_string_max(auth->audiences[i].len) + 1;
    }
    if (auth->audience.len > 0) {
        audience = xcj__json_string_max(auth->audience.len);
    } else if (has_service(auth)) {
        audience = xcj__json_string_max(auth->service_scheme.len + auth->service_host.len + auth->service_path.len);
    }
    return FIXED_MAX + settings->iss.len + audience + xcj__json_string_max(auth->jti.len) + settings->members.len;
}

/* The length of a subject depends only on the certificate's contents, so the certificate must be read. */
static size_t subject_len(const xcj__credential *credential, bool unescaped_dn)
{
    char storage[1024];
    xcj__buf subject;
    xcj__buf_init_on(&subject, storage, sizeof storage);
    xcj_code code = xcj__x509_subject(&subject, credential->text.ptr, credential->text.len, unescaped_dn, NULL);
    size_t len = code == XCJ_OK ? subject.len : 0;
    xcj__buf_free(&subject);
    return len;
}

/* A client_id has no control characters, so escaping at most doubles it. A Bearer payload may both give and keep it. */
static size_t identity_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    xcj__credential credential;
    if (auth->caller != NULL) {
        return 2 * (auth->caller->payload.len + auth->caller->client_id.len);
    }
    if (xcj__credential_select(&credential, auth, settings->sentences, NULL) != XCJ_OK) {
        return 0;
    }
    if (credential.method == XCJ_AUTH_CLIENT_CERT && credential.text.ptr != NULL) {
        return 2 * subject_len(&credential, settings->unescaped_dn);
    }
    if (credential.method == XCJ_AUTH_API_KEY && settings->api_key_sha256) {
        return XCJ__CREDENTIAL_HASH;
    }
    return 2 * xcj__credential_reach(&credential);
}

size_t xcj__auth_claims_max(const xcj__mint_settings *settings, const xcj_auth *auth)
{
    size_t consumer = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id.len : auth->consumer_id.len;
    size_t known = xcj__identities_longest(settings->identities);
    return common_max(settings, auth) + identity_max(settings, auth) + 2 * (consumer + known);
}

size_t xcj__auth_complete_max(const xcj__mint_settings *settings, size_t claims_len, const xcj_auth *auth)
{
    return common_max(settings, auth) + claims_len;
}

xcj_code xcj_auth_claims(char **out, size_t *out_len, const xcj_auth *auth, const xcj_mint_options *options,
                         xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || auth == NULL) {
        return xcj__fail_null(err);
    }
    xcj_auth request_auth;
    xcj_mint_options read;
    xcj_code code = xcj__auth_read(&request_auth, auth, err);
    if (code == XCJ_OK) {
        code = xcj__mint_options_read(&read, options, err);
    }
    xcj__mint_settings settings;
    if (code == XCJ_OK) {
        code = xcj__mint_settings_build(&settings, &read, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf claims;
    xcj__buf_init(&claims);
    code = xcj__auth_put_claims(&claims, &settings, &request_auth, scratch, err);
    if (code == XCJ_OK) {
        code = xcj__buf_take(&claims, out, out_len, err);
    } else {
        xcj__buf_free(&claims);
    }
    xcj__mint_settings_free(&settings);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
