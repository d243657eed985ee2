#include "lib/gateway/identify.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/binding.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/confirm.h"
#include "lib/gateway/identities.h"
#include "lib/key/scratch.h"

#define STORAGE 4096

static xcj_code open_bearer(xcj_str *payload, xcj__request *r, const xcj__credential *credential, xcj_error *err)
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
    return code == XCJ_OK ? xcj__binding_check(&r->in, credential, r->auth, r->scratch, err) : code;
}

/* An API key's entry gives its client_id. Without identities, the key or its hash is the client_id. */
static xcj_code look_up(xcj_str *client_id, xcj_str *consumer, xcj__request *r, uint32_t method, xcj_error *err)
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
static xcj_code use_caller(xcj_str *client_id, xcj__request *r, xcj_error *err)
{
    const xcj_caller *caller = r->auth->caller;
    if (caller->settings != r->settings) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "caller", XCJ_NO_OFFSET, "the caller belongs to another minter");
    }
    *client_id = caller->client_id;
    r->consumer = caller->consumer;
    memcpy(r->bound, caller->bound, sizeof r->bound);
    return caller->payload.ptr != NULL ? xcj__inbound_read(&r->in, caller->payload, err) : XCJ_OK;
}

xcj_code xcj__identify(xcj_str *client_id, xcj__request *r, const xcj__credential *credential, xcj_error *err)
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
    if (code == XCJ_OK) {
        code = xcj__confirm_find(r->bound, r, err);
    }
    return code == XCJ_OK ? look_up(client_id, &r->consumer, r, credential->method, err) : code;
}

/* Copies the payload before a client_id in it is unescaped in place. */
static xcj_code fill_caller(xcj_caller *caller, xcj__request *r, xcj_str payload, xcj_str client_id, xcj_error *err)
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

static xcj_code find_caller(xcj_caller **out, xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str payload = { NULL, 0 };
    xcj_str client_id = { NULL, 0 };
    xcj_str consumer = { NULL, 0 };
    bool bears = credential->method == XCJ_AUTH_BEARER;
    xcj_code code = bears ? open_bearer(&payload, r, credential, err)
                          : xcj__credential_client_id(&client_id, credential, r->settings->unescaped_dn, &r->work, err);
    if (code == XCJ_OK) {
        code = xcj__confirm_find(r->bound, r, err);
    }
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
    caller->nonce = r->in.proof.nonce;
    memcpy(caller->bound, r->bound, sizeof caller->bound);
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

xcj_code xcj__identify_caller(xcj_caller **out, const xcj__mint_settings *settings, const xcj_auth *auth,
                              xcj_scratch *scratch, xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = xcj__credential_select(&credential, auth, settings->sentences, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    xcj__request r = { .settings = settings, .auth = auth, .scratch = scratch, .in = { .settings = settings } };
    xcj__scratch_lend(scratch, XCJ__SCRATCH_INBOUND, &r.work, storage, sizeof storage);
    code = find_caller(out, &r, &credential, err);
    xcj__scratch_return(scratch, XCJ__SCRATCH_INBOUND, &r.work);
    return code;
}
