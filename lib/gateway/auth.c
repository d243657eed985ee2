#include "lib/gateway/auth.h"

#include <string.h>
#include <time.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/identities.h"
#include "lib/key/random.h"
#include "lib/key/scratch.h"
#include "lib/key/x509.h"

/* Room for two int64_t, a port, a UUID, and the names and punctuation of every claim. */
#define FIXED_MAX 256

#define STORAGE 4096

/* The parts of an inbound payload that the claims need; a value with type 0 is absent. */
typedef struct inbound {
    const xcj__plan *plan;
    xcj__buf *out; /* NULL: keep nothing */
    xcj__json_value client_id;
    xcj__json_value exp;
    xcj__json_value act;
} inbound;

/* The state of one request. */
typedef struct request {
    xcj__buf *out;
    const xcj__plan *plan;
    const xcj_auth *auth;
    xcj_scratch *scratch;
    xcj__buf work; /* decoded parts of the credential */
    inbound in;
    xcj_str known_consumer; /* the consumer that the identities give */
    int64_t now;
} request;

/* Byte for byte, from the name to the end of the value. */
static void put_item(xcj__buf *out, const xcj__json_item *item)
{
    const char *end = item->value.raw.ptr + item->value.raw.len;
    xcj__buf_put(out, item->raw_name.ptr, (size_t)(end - item->raw_name.ptr));
}

/* A parser that ignores case would treat it as our claim. */
static xcj_code shadows(const xcj__json_item *item, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, shown, XCJ_NO_OFFSET,
                        "the claim '%s' differs from one of ours by case alone", shown);
}

static xcj_code splice_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    inbound *in = ctx;
    const xcj__plan *plan = in->plan;
    bool listed = plan->listed.count > 0 && xcj__names_have(&plan->listed, item);
    bool kept = listed == plan->keep_only;
    if (in->client_id.type == 0 &&
        xcj__json_equal(item->name, item->name_escaped, plan->clientid_claim.ptr, plan->clientid_claim.len)) {
        in->client_id = item->value;
    }
    if (xcj__plan_may_own(plan, item)) {
        xcj__claim claim = xcj__claim_of(item);
        if (claim == XCJ__EXP) {
            in->exp = item->value;
        } else if (claim == XCJ__ACT && kept) {
            in->act = item->value;
        }
        if (claim != XCJ__CLAIM_COUNT || xcj__names_have(&plan->custom, item)) {
            return XCJ_OK;
        }
        if (kept && xcj__plan_shadows(plan, item)) {
            return shadows(item, err);
        }
    }
    if (!kept) {
        return XCJ_OK;
    }
    if (in->out != NULL) {
        put_item(in->out, item);
        xcj__buf_put_char(in->out, ',');
    }
    return XCJ_OK;
}

/* If the claim is kept, it is already copied, so its string may be unescaped in place. */
static xcj_code bearer_client_id(xcj_str *out, const request *r, xcj_error *err)
{
    const xcj__json_value *claim = &r->in.client_id;
    const char *fault = claim->type == 0 ? "" : ": it is not a string";
    if (claim->type == XCJ__JSON_STRING) {
        *out = claim->text;
        if (claim->escaped) {
            out->len = xcj__json_unescape(r->work.ptr + (claim->text.ptr - r->work.ptr), claim->text);
        }
        fault = xcj__client_id_fault(*out);
    }
    if (fault == NULL) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, r->plan->clientid_claim.ptr, r->plan->clientid_claim.len);
    return xcj__fail_at(err, XCJ_ERR_CLIENT_ID, shown, XCJ_NO_OFFSET,
                        XCJ__ISSUE "Unable to get '%s' claim from the Bearer token%s", shown, fault);
}

/* Writes the kept members, and remembers the others that the claims need. */
static xcj_code splice_payload(request *r, xcj_str payload, xcj_error *err)
{
    xcj_error why;
    xcj_code code = xcj__json_scan(payload.ptr, payload.len, XCJ__JSON_OBJECT, NULL, splice_member, &r->in, &why);
    if (code == XCJ_ERR_MEMORY) {
        return xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "authorization", why.offset,
                            XCJ__ISSUE "Unable to get the 'Auth token' payload: %s", why.message);
    }
    return XCJ_OK;
}

static xcj_code open_bearer(xcj_str *payload, request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    if (credential->text.len > r->plan->max_token) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "authorization", XCJ_NO_OFFSET,
                            XCJ__ISSUE "The Bearer token has %zu bytes; the limit is %zu", credential->text.len,
                            r->plan->max_token);
    }
    if (r->plan->verifier != NULL) {
        code = xcj_verify(NULL, r->plan->verifier, credential->text.ptr, credential->text.len, r->scratch, err);
    }
    if (code == XCJ_OK) {
        code = xcj__credential_payload(payload, credential, &r->work, err);
    }
    return code == XCJ_OK ? splice_payload(r, *payload, err) : code;
}

/* An API key's entry gives its client_id. Without identities, the key or its hash is the client_id. */
static xcj_code look_up(xcj_str *client_id, xcj_str *consumer, request *r, uint32_t method, xcj_error *err)
{
    const xcj__plan *plan = r->plan;
    xcj__identity found;
    if (plan->identities == NULL) {
        bool is_hashed = plan->api_key_sha256 && method == XCJ_AUTH_API_KEY;
        return is_hashed ? xcj__credential_hash(client_id, &r->work, err) : XCJ_OK;
    }
    if (method != XCJ_AUTH_API_KEY) {
        xcj_code code = xcj__identities_find_client(&found, plan->identities, *client_id, err);
        *consumer = code == XCJ_OK ? found.consumer : *consumer;
        return code;
    }
    xcj_code code = xcj__identities_find_key(&found, plan->identities, *client_id, err);
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
    if (caller->plan != r->plan) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "caller", XCJ_NO_OFFSET, "the caller belongs to another minter");
    }
    *client_id = caller->client_id;
    r->known_consumer = caller->consumer;
    return caller->payload.ptr != NULL ? splice_payload(r, caller->payload, err) : XCJ_OK;
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
            code = bearer_client_id(client_id, r, err);
        }
    } else {
        code = xcj__credential_client_id(client_id, credential, r->plan->dn_kong, &r->work, err);
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

static xcj_code read_clock(int64_t *now, const xcj__plan *plan, const xcj_auth *auth, xcj_error *err)
{
    *now = auth->has_now ? auth->now : (int64_t)time(NULL);
    if (*now < 0 || *now > INT64_MAX - plan->expires_in) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "now", XCJ_NO_OFFSET, "the clock is not a time that a token can carry");
    }
    return XCJ_OK;
}

/* RFC 7519 4.1.4: a token is not accepted at its exp, so round a fraction down to whole seconds. */
static xcj_code cap_exp(int64_t *exp, const request *r, xcj_error *err)
{
    const xcj__json_value *theirs = &r->in.exp;
    if (!r->plan->cap_exp || theirs->type == 0) {
        return XCJ_OK;
    }
    xcj__json_number number = { 0, false, false, false };
    if (theirs->type == XCJ__JSON_NUMBER) {
        number = xcj__json_number_read(theirs->text);
    }
    if (!number.finite) {
        return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "exp", XCJ_NO_OFFSET,
                            XCJ__ISSUE "Unable to get the 'Auth token' payload: exp is not a number of seconds");
    }
    if (number.floor < *exp) {
        *exp = number.floor;
    }
    if (*exp > r->now) {
        return XCJ_OK;
    }
    xcj_code code = xcj__fail_at(err, XCJ_ERR_EXPIRED, "exp", XCJ_NO_OFFSET, XCJ__ISSUE "The Bearer token has expired");
    if (err != NULL) {
        err->claims = XCJ_CLAIM_EXP;
    }
    return code;
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
    return r->auth->audience.len > 0 || r->auth->audiences_count > 0 || has_service(r->auth) || r->plan->aud.ptr != NULL;
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
        xcj__buf_put_str(r->out, r->plan->aud);
    }
    return XCJ_OK;
}

static xcj_code put_jti(const request *r, xcj_error *err)
{
    xcj__buf_put_text(r->out, "\"jti\":");
    xcj_str jti = r->auth->jti;
    char uuid[XCJ__UUID_LEN];
    if (jti.len == 0) {
        xcj_code code = xcj__random_uuid(uuid, r->scratch, err);
        if (code != XCJ_OK) {
            return code;
        }
        jti = (xcj_str){ uuid, sizeof uuid };
    } else if (!xcj__utf8_valid(jti.ptr, jti.len)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "jti", XCJ_NO_OFFSET, "jti is not valid UTF-8");
    }
    xcj__json_put_string(r->out, jti);
    return XCJ_OK;
}

static xcj_code keep_actor(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    xcj__buf *out = ctx;
    if (xcj__claim_of(item) == XCJ__CLIENT_ID) {
        return XCJ_OK;
    }
    if (xcj__claim_alike(item, XCJ__CLIENT_ID)) {
        return shadows(item, err);
    }
    put_item(out, item);
    xcj__buf_put_char(out, ',');
    return XCJ_OK;
}

static xcj_code read_consumer(xcj_str *out, const request *r, xcj_error *err)
{
    const xcj_auth *auth = r->auth;
    *out = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id : auth->consumer_id;
    if (out->len == 0) {
        *out = r->known_consumer;
    }
    if (out->len == 0) {
        *out = (xcj_str){ NULL, 0 };
        if (r->plan->consumer_optional) {
            return XCJ_OK;
        }
        return xcj__fail_at(err, XCJ_ERR_CONSUMER, "act", XCJ_NO_OFFSET, XCJ__ISSUE "There is no Kong consumer credential");
    }
    const char *fault = xcj__client_id_fault(*out);
    if (fault != NULL) {
        return xcj__fail_at(err, XCJ_ERR_CONSUMER, "act", XCJ_NO_OFFSET, XCJ__ISSUE "Unable to use the Kong consumer%s",
                            fault);
    }
    return XCJ_OK;
}

/* Remove an inbound act.client_id even if there is no consumer to replace it: nobody here vouches for it. */
static xcj_code put_act(const request *r, xcj_error *err)
{
    xcj_str consumer;
    xcj_code code = read_consumer(&consumer, r, err);
    const xcj__json_value *theirs = &r->in.act;
    if (code != XCJ_OK || (consumer.ptr == NULL && theirs->type == 0)) {
        return code;
    }
    if (theirs->type != 0 && theirs->type != XCJ__JSON_OBJECT) {
        return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "act", XCJ_NO_OFFSET,
                            XCJ__ISSUE "The Bearer token's 'act' claim is not an object");
    }
    xcj__buf *out = r->out;
    xcj__buf_put_text(out, ",\"act\":{");
    size_t start = out->len;
    if (theirs->type != 0) {
        code = xcj__json_scan(theirs->raw.ptr, theirs->raw.len, XCJ__JSON_OBJECT, NULL, keep_actor, out, err);
    }
    if (consumer.ptr != NULL) {
        xcj__buf_put_text(out, "\"client_id\":");
        xcj__json_put_string(out, consumer);
    } else if (out->len > start) {
        out->len--; /* the comma after the last kept member */
    }
    xcj__buf_put_char(out, '}');
    return code;
}

static xcj_code put_times(request *r, xcj_error *err)
{
    xcj_code code = r->plan->no_exp
                        ? xcj__fail_at(err, XCJ_ERR_CONFIG, "no_exp", XCJ_NO_OFFSET, "a token for a credential must expire")
                        : read_clock(&r->now, r->plan, r->auth, err);
    int64_t exp = r->now + (code == XCJ_OK ? r->plan->expires_in : 0);
    if (code == XCJ_OK) {
        code = cap_exp(&exp, r, err);
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
    if (r->plan->members.ptr != NULL) {
        xcj__buf_put_char(r->out, ',');
        xcj__buf_put_str(r->out, r->plan->members);
    }
}

/* iss and aud have no defaults. */
static xcj_code check_parties(const request *r, xcj_error *err)
{
    if (r->plan->iss.ptr == NULL) {
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
    xcj__buf_put_str(r->out, r->plan->iss);
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

xcj_code xcj__auth_put_claims(xcj__buf *out, const xcj__plan *plan, const xcj_auth *auth, xcj_scratch *scratch,
                              xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = auth->caller == NULL ? xcj__credential_select(&credential, auth, err) : XCJ_OK;
    request r = { .out = out, .plan = plan, .auth = auth, .scratch = scratch, .in = { .plan = plan, .out = out } };
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
        code = bearer_client_id(&client_id, r, err);
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
                          : xcj__credential_client_id(&client_id, credential, r->plan->dn_kong, &r->work, err);
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
    *caller = (xcj_caller){ .plan = r->plan, .method = credential->method, .consumer = consumer };
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

xcj_code xcj__auth_find_caller(xcj_caller **out, const xcj__plan *plan, const xcj_auth *auth, xcj_scratch *scratch,
                               xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = xcj__credential_select(&credential, auth, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    request r = { .plan = plan, .auth = auth, .scratch = scratch, .in = { .plan = plan } };
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &r.work, storage, sizeof storage);
    code = find_caller(out, &r, &credential, err);
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &r.work);
    return code;
}

/* Which of our claims the caller's JSON has, and the span of its members. */
typedef struct given {
    const xcj__plan *plan;
    bool has[XCJ__CLAIM_COUNT + 1];
    xcj__inner inner;
} given;

static xcj_code note_given(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    given *claims = ctx;
    if (xcj__names_have(&claims->plan->custom, item)) {
        char shown[XCJ__SHOWN];
        xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
        return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "the claims repeat \"%s\" of the options", shown);
    }
    claims->has[xcj__claim_of(item)] = true;
    xcj__inner_extend(&claims->inner, item);
    return XCJ_OK;
}

static void put_separator(xcj__buf *out, size_t start)
{
    if (out->len > start) {
        xcj__buf_put_char(out, ',');
    }
}

static xcj_code put_missing(request *r, const given *claims, size_t start, xcj_error *err)
{
    xcj_code code = read_clock(&r->now, r->plan, r->auth, err);
    if (!claims->has[XCJ__ISS] && r->plan->iss.ptr != NULL) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"iss\":");
        xcj__buf_put_str(r->out, r->plan->iss);
    }
    if (!claims->has[XCJ__IAT]) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"iat\":");
        xcj__buf_put_int(r->out, r->now);
    }
    if (!claims->has[XCJ__EXP] && !r->plan->no_exp && code == XCJ_OK) {
        put_separator(r->out, start);
        xcj__buf_put_text(r->out, "\"exp\":");
        xcj__buf_put_int(r->out, r->now + r->plan->expires_in);
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

xcj_code xcj__auth_complete_claims(xcj__buf *out, const xcj__plan *plan, xcj_str claims, const xcj_auth *auth,
                                   xcj_scratch *scratch, xcj_error *err)
{
    given theirs = { .plan = plan };
    xcj_code code = xcj__json_scan(claims.ptr, claims.len, XCJ__JSON_OBJECT, NULL, note_given, &theirs, err);
    if (code != XCJ_OK) {
        return code;
    }
    request r = { .out = out, .plan = plan, .auth = auth, .scratch = scratch };
    xcj__buf_put_char(out, '{');
    size_t start = out->len;
    if (theirs.inner.begin != NULL) {
        xcj__buf_put(out, theirs.inner.begin, (size_t)(theirs.inner.end - theirs.inner.begin));
    }
    code = put_missing(&r, &theirs, start, err);
    if (plan->members.ptr != NULL) {
        put_separator(out, start);
        xcj__buf_put_str(out, plan->members);
    }
    xcj__buf_put_char(out, '}');
    return code == XCJ_OK && out->failed ? xcj__fail_memory(err) : code;
}

/* The length of everything but the credential and the consumer. */
static size_t common_max(const xcj__plan *plan, const xcj_auth *auth)
{
    size_t audience = plan->aud.len;
    for (size_t i = 0; i < auth->audiences_count; i++) {
        audience += xcj__json_string_max(auth->audiences[i].len) + 1;
    }
    if (auth->audience.len > 0) {
        audience = xcj__json_string_max(auth->audience.len);
    } else if (has_service(auth)) {
        audience = xcj__json_string_max(auth->service_scheme.len + auth->service_host.len + auth->service_path.len);
    }
    return FIXED_MAX + plan->iss.len + audience + xcj__json_string_max(auth->jti.len) + plan->members.len;
}

/* The length of a subject depends only on the certificate's contents, so the certificate must be read. */
static size_t subject_len(const xcj__credential *credential, bool dn_kong)
{
    char storage[1024];
    xcj__buf subject;
    xcj__buf_init_on(&subject, storage, sizeof storage);
    xcj_code code = xcj__x509_subject(&subject, credential->text.ptr, credential->text.len, dn_kong, NULL);
    size_t len = code == XCJ_OK ? subject.len : 0;
    xcj__buf_free(&subject);
    return len;
}

/* A client_id has no control characters, so escaping at most doubles it. A Bearer payload may both give and keep it. */
static size_t identity_max(const xcj__plan *plan, const xcj_auth *auth)
{
    xcj__credential credential;
    if (auth->caller != NULL) {
        return 2 * (auth->caller->payload.len + auth->caller->client_id.len);
    }
    if (xcj__credential_select(&credential, auth, NULL) != XCJ_OK) {
        return 0;
    }
    if (credential.method == XCJ_AUTH_CLIENT_CERT && credential.text.ptr != NULL) {
        return 2 * subject_len(&credential, plan->dn_kong);
    }
    if (credential.method == XCJ_AUTH_API_KEY && plan->api_key_sha256) {
        return XCJ__CREDENTIAL_HASH;
    }
    return 2 * xcj__credential_reach(&credential);
}

size_t xcj__auth_claims_max(const xcj__plan *plan, const xcj_auth *auth)
{
    size_t consumer = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id.len : auth->consumer_id.len;
    size_t known = xcj__identities_longest(plan->identities);
    return common_max(plan, auth) + identity_max(plan, auth) + 2 * (consumer + known);
}

size_t xcj__auth_complete_max(const xcj__plan *plan, size_t claims_len, const xcj_auth *auth)
{
    return common_max(plan, auth) + claims_len;
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
    xcj__plan plan;
    if (code == XCJ_OK) {
        code = xcj__plan_build(&plan, &read, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf claims;
    xcj__buf_init(&claims);
    code = xcj__auth_put_claims(&claims, &plan, &request_auth, scratch, err);
    if (code == XCJ_OK) {
        code = xcj__buf_take(&claims, out, out_len, err);
    } else {
        xcj__buf_free(&claims);
    }
    xcj__plan_free(&plan);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
