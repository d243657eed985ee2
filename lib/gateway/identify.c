#include "lib/gateway/identify.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/asked.h"
#include "lib/gateway/binding.h"
#include "lib/gateway/caller.h"
#include "lib/gateway/confirm.h"
#include "lib/gateway/identities.h"
#include "lib/key/scratch.h"
#include "lib/key/x509.h"
#include "lib/token/verification.h"

/* The rules of the token's issuer may say where its client_id is. */
static xcj_code verify_bearer(xcj__request *r, const xcj_verifier *verifier, xcj_str token, xcj_error *err)
{
    xcj__verification *w = &r->token;
    *w = (xcj__verification){ .verifier = verifier, .scratch = r->scratch, .err = err };
    w->now = r->auth->has_now ? &r->auth->now : NULL;
    xcj_code code = xcj__verify_open(w, &r->room->token, token);
    const xcj_str *client_id = &w->verifier->policy.options.client_id;
    if (client_id->ptr != NULL) {
        r->in.client_ids = (xcj__names){ .list = client_id, .count = 1 };
    }
    r->claims = w->claims;
    w->claims.block = NULL; /* which the request frees */
    return code;
}

static xcj_code read_unverified(xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str payload;
    xcj_code code = xcj__credential_payload(&payload, credential, &r->work, err);
    return code == XCJ_OK ? xcj__inbound_index(&r->claims, &r->in, payload, r->room->token.members, err) : code;
}

static xcj_code open_bearer(xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    const xcj_verifier *own = r->auth->bearer_verifier;
    const xcj_verifier *verifier = own != NULL ? own : r->settings->verifier;
    xcj_code code = xcj__bearer_verifier_check(own, r->settings->bearer_lax_times, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (verifier == NULL && !r->settings->bearer_verified) {
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
    code = verifier != NULL ? verify_bearer(r, verifier, credential->text, err) : read_unverified(r, credential, err);
    if (code == XCJ_OK) {
        code = xcj__inbound_read(&r->in, &r->claims, err);
    }
    return code == XCJ_OK ? xcj__binding_check(&r->in, credential, r->auth, r->scratch, err) : code;
}

/* A certificate that has no entry of its own may have one by its subject. */
static xcj_code look_up_certificate(bool *found, xcj_str *client_id, xcj__request *r, xcj_error *err)
{
    const xcj_identities *identities = r->settings->identities;
    const xcj_str shown = r->auth->client_cert;
    uint8_t hash[XCJ__X509_SHA256];
    *found = false;
    if (!xcj__identities_have_certificates(identities) || shown.len == 0) {
        return XCJ_OK;
    }
    xcj_code code = xcj__x509_sha256(hash, shown.ptr, shown.len, err);
    if (code == XCJ_OK) {
        xcj__identities_find_certificate(&r->known, identities, hash);
        *found = r->known.consumer.ptr != NULL;
        *client_id = r->known.client_id.ptr != NULL ? r->known.client_id : *client_id;
    }
    return code;
}

/* An API key's entry gives its client_id. Without identities, the key or its hash is the client_id. */
static xcj_code look_up(xcj_str *client_id, xcj__request *r, uint32_t method, xcj_error *err)
{
    const xcj__mint_settings *settings = r->settings;
    bool found = false;
    if (settings->identities == NULL) {
        bool is_hashed = settings->api_key_sha256 && method == XCJ_AUTH_API_KEY;
        return is_hashed ? xcj__credential_hash(client_id, &r->work, r->scratch, err) : XCJ_OK;
    }
    if (method != XCJ_AUTH_API_KEY) {
        xcj_code code = method == XCJ_AUTH_CLIENT_CERT ? look_up_certificate(&found, client_id, r, err) : XCJ_OK;
        return code == XCJ_OK && !found
                   ? xcj__identities_find_client(&r->known, settings->identities, *client_id, r->scratch, err)
                   : code;
    }
    xcj_code code = xcj__identities_find_key(&r->known, settings->identities, *client_id, r->scratch, err);
    if (code == XCJ_OK && r->known.consumer.ptr == NULL) {
        code = xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "api_key", XCJ_NO_OFFSET, "The API key is not known");
    }
    if (code == XCJ_OK) {
        *client_id = r->known.client_id;
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
    r->known = caller->known;
    r->in.known = &r->known.names;
    memcpy(r->bound, caller->bound, sizeof r->bound);
    return caller->claims.text != NULL ? xcj__inbound_read(&r->in, &caller->claims, err) : XCJ_OK;
}

void xcj__request_begin(xcj__request *r, xcj__buf *out)
{
    xcj__inbound_begin(&r->in, r->settings, r->auth, out);
    xcj__scratch_lend(r->scratch, XCJ__SCRATCH_INBOUND, &r->work, r->room->work, sizeof r->room->work);
}

void xcj__request_end(xcj__request *r)
{
    xcj_free(r->claims.block);
    if (r->token.verifier != NULL) {
        xcj__verify_close(&r->token);
    }
    xcj__scratch_return(r->scratch, XCJ__SCRATCH_INBOUND, &r->work);
    if (r->id.ptr != NULL) {
        xcj__scratch_return(r->scratch, XCJ__SCRATCH_CLIENT_ID, &r->id);
    }
}

static xcj_code read_identity(xcj_str *client_id, xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_code code;
    if (credential->method == XCJ_AUTH_BEARER) {
        code = open_bearer(r, credential, err);
        if (r->in.client_id.escaped) {
            xcj__scratch_lend(r->scratch, XCJ__SCRATCH_CLIENT_ID, &r->id, NULL, 0);
        }
        if (code == XCJ_OK) {
            code = xcj__inbound_client_id(client_id, &r->in, &r->id, err);
        }
    } else {
        code = xcj__credential_client_id(client_id, credential, r->settings->unescaped_dn, &r->work, err);
    }
    if (code == XCJ_OK) {
        code = xcj__confirm_find(r->bound, r, err);
    }
    return code == XCJ_OK ? look_up(client_id, r, credential->method, err) : code;
}

/* The claims of the caller's entry replace inbound ones, but only the inbound client_id leads to the entry. */
static xcj_code read_again(xcj__request *r, size_t start, xcj_error *err)
{
    xcj__buf *out = r->in.out;
    if (r->claims.text == NULL || r->known.names.count == 0 || out->failed) {
        return XCJ_OK;
    }
    out->len = start;
    r->in.known = &r->known.names;
    r->in.client_id.type = 0;
    return xcj__inbound_read(&r->in, &r->claims, err);
}

xcj_code xcj__identify(xcj_str *client_id, xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    const size_t start = r->in.out->len;
    if (r->auth->caller != NULL) {
        return use_caller(client_id, r, err);
    }
    xcj_code code = read_identity(client_id, r, credential, err);
    return code == XCJ_OK ? read_again(r, start, err) : code;
}

/* Copies the token's claims into the caller's block. */
static char *copy_claims(xcj_caller *caller, const xcj__json_index *claims)
{
    xcj__json_member *members = (xcj__json_member *)(caller + 1);
    char *payload = (char *)(members + claims->count);
    memcpy(payload, claims->text, claims->len);
    xcj__json_index_copy(&caller->claims, claims, members, payload);
    return payload + claims->len;
}

static xcj_code find_caller(xcj_caller **out, xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str client_id = { NULL, 0 };
    xcj_code code = read_identity(&client_id, r, credential, err);
    if (code != XCJ_OK) {
        return code;
    }
    const bool is_copied = r->claims.text != NULL && r->token.shared == NULL;
    const size_t copied = is_copied ? r->claims.len + r->claims.count * sizeof *r->claims.members : 0;
    xcj_caller *caller = xcj__zalloc(sizeof *caller + copied + client_id.len + 1);
    if (caller == NULL) {
        return xcj__fail_memory(err);
    }
    *caller = (xcj_caller){ .settings = r->settings, .method = credential->method, .known = r->known };
    caller->nonce = r->in.proof.nonce;
    memcpy(caller->bound, r->bound, sizeof caller->bound);
    char *at = (char *)(caller + 1);
    if (is_copied) {
        at = copy_claims(caller, &r->claims);
    } else {
        caller->claims = r->claims;
        caller->token = r->token.shared;
        r->token.shared = NULL;
    }
    memcpy(at, client_id.ptr, client_id.len);
    caller->client_id = (xcj_str){ at, client_id.len };
    *out = caller;
    return XCJ_OK;
}

xcj_code xcj__identify_caller(xcj_caller **out, const xcj__mint_settings *settings, const xcj_auth *auth,
                              xcj_scratch *scratch, xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = xcj__asked_check(settings, auth, err);
    if (code == XCJ_OK) {
        code = xcj__credential_select(&credential, auth, settings->sentences, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__request_room room;
    xcj__request r = { .settings = settings, .auth = auth, .scratch = scratch, .room = &room };
    xcj__request_begin(&r, NULL);
    code = find_caller(out, &r, &credential, err);
    xcj__request_end(&r);
    return code;
}
