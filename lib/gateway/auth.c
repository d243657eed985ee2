#include "lib/gateway/auth.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/actor.h"
#include "lib/gateway/asked.h"
#include "lib/gateway/audience.h"
#include "lib/gateway/confirm.h"
#include "lib/gateway/identify.h"
#include "lib/gateway/profiled.h"
#include "lib/gateway/stamp.h"
#include "lib/key/scratch.h"

/* For a Bearer token, the kept inbound claims come first. */
static xcj_code put_identity(xcj__buf *out, xcj__request *r, const xcj__credential *credential, xcj_error *err)
{
    xcj_str client_id = { NULL, 0 };
    xcj_code code = xcj__identify(&client_id, r, credential, err);
    if (code == XCJ_OK) {
        xcj__buf_put_text(out, "\"client_id\":");
        xcj__json_put_string(out, client_id);
    }
    return code;
}

static xcj_code read_consumer(xcj_str *out, const xcj__request *r, xcj_error *err)
{
    const xcj_auth *auth = r->auth;
    const xcj__sentences *sentences = r->settings->sentences;
    *out = auth->consumer_custom_id.len > 0 ? auth->consumer_custom_id : auth->consumer_id;
    if (out->len == 0) {
        *out = r->known.consumer;
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

static xcj_code put_act(xcj__buf *out, const xcj__request *r, xcj_error *err)
{
    xcj_str consumer;
    xcj_code code = read_consumer(&consumer, r, err);
    return code == XCJ_OK ? xcj__actor_put(out, &r->in, consumer, err) : code;
}

static void put_stamp(xcj__buf *out, size_t places[2], int64_t value)
{
    places[0] = out->len;
    xcj__buf_put_int(out, value);
    places[1] = out->len;
}

static xcj_code put_times(xcj__buf *out, const xcj__request *r, xcj_error *err)
{
    int64_t now = 0;
    xcj_code code = r->settings->no_exp
                        ? xcj__fail_at(err, XCJ_ERR_CONFIG, "no_exp", XCJ_NO_OFFSET, "a token for a credential must expire")
                        : xcj__stamp_clock(&now, r->settings, r->auth, err);
    int64_t exp = now + (code == XCJ_OK ? r->settings->expires_in : 0);
    if (code == XCJ_OK) {
        code = xcj__inbound_cap_exp(&exp, &r->in, now, err);
    }
    if (code == XCJ_OK) {
        xcj__stamps *stamps = r->stamps;
        stamps->iat = now;
        stamps->exp = exp;
        xcj__buf_put_text(out, ",\"iat\":");
        put_stamp(out, stamps->places, now);
        xcj__buf_put_text(out, ",\"exp\":");
        put_stamp(out, stamps->places + 2, exp);
    }
    return code;
}

/* iss and aud have no defaults. */
static xcj_code check_parties(const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err)
{
    if (settings->iss.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "iss", XCJ_NO_OFFSET, "iss is not given");
    }
    if (!xcj__audience_given(settings, auth) && settings->identities == NULL) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "aud", XCJ_NO_OFFSET,
                            "aud is not given, neither as it is nor as a service URL");
    }
    return XCJ_OK;
}

/* The request's audience comes first, then that of the caller's entry, then that of the options. */
static xcj_code put_audience(xcj__buf *out, const xcj__request *r, xcj_error *err)
{
    const xcj_str known = r->known.audience;
    if (known.ptr != NULL && !xcj__audience_asked(r->auth)) {
        xcj__buf_put_text(out, "\"aud\":");
        xcj__buf_put_str(out, known);
        return XCJ_OK;
    }
    return xcj__audience_given(r->settings, r->auth)
               ? xcj__audience_put(out, r->settings, r->auth, err)
               : xcj__fail_at(err, XCJ_ERR_CONSUMER, "aud", XCJ_NO_OFFSET, "The identities give the caller no audience");
}

/* The claims of the caller's entry, which the request's must not repeat. */
static xcj_code put_known(xcj__buf *out, const xcj__request *r, xcj_error *err)
{
    for (size_t i = 0; i < r->known.names.count; i++) {
        const xcj__json_item item = xcj__name_item(r->known.names.list[i]);
        if (xcj__asked_alike(r->auth, &item)) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, "claims", XCJ_NO_OFFSET,
                                "the request and the identities give the same claim");
        }
    }
    if (r->known.claims.ptr != NULL) {
        xcj__buf_put_char(out, ',');
        xcj__buf_put_str(out, r->known.claims);
    }
    return XCJ_OK;
}

static xcj_code put_ours(xcj__buf *out, const xcj__request *r, xcj_error *err)
{
    xcj__buf_put_text(out, ",\"iss\":");
    xcj__buf_put_str(out, r->settings->iss);
    xcj_code code = put_times(out, r, err);
    if (code == XCJ_OK) {
        xcj__buf_put_char(out, ',');
        code = put_audience(out, r, err);
    }
    if (code == XCJ_OK) {
        xcj__buf_put_text(out, ",\"jti\":");
        r->stamps->places[4] = out->len;
        code = xcj__stamp_jti(out, r->auth, r->scratch, err);
        r->stamps->places[5] = out->len;
    }
    if (code == XCJ_OK) {
        code = put_act(out, r, err);
    }
    xcj__confirm_put(out, r);
    if (r->settings->members.ptr != NULL) {
        xcj__buf_put_char(out, ',');
        xcj__buf_put_str(out, r->settings->members);
    }
    if (code == XCJ_OK) {
        code = put_known(out, r, err);
    }
    return code == XCJ_OK ? xcj__asked_put(out, r->auth, err) : code;
}

xcj_code xcj__auth_put_claims(xcj__buf *out, xcj__stamps *stamps, const xcj__mint_settings *settings, const xcj_auth *auth,
                              xcj_scratch *scratch, xcj_error *err)
{
    xcj__credential credential;
    xcj_code code = auth->caller == NULL ? xcj__credential_select(&credential, auth, settings->sentences, err) : XCJ_OK;
    if (code == XCJ_OK) {
        code = check_parties(settings, auth, err);
    }
    if (code == XCJ_OK) {
        code = xcj__asked_check(settings, auth, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__request_room room;
    xcj__request r = { .settings = settings, .auth = auth, .scratch = scratch, .room = &room, .stamps = stamps };
    xcj__request_begin(&r, out);
    xcj__buf_put_char(out, '{');
    code = put_identity(out, &r, &credential, err);
    if (code == XCJ_OK) {
        code = put_ours(out, &r, err);
    }
    xcj__buf_put_char(out, '}');
    if (code == XCJ_OK) {
        code = xcj__profiled(out, settings, &r.in, scratch, err);
    }
    xcj__request_end(&r);
    return code == XCJ_OK && out->failed ? xcj__fail_memory(err) : code;
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
    xcj__stamps stamps;
    xcj__buf_init(&claims);
    code = xcj__auth_put_claims(&claims, &stamps, &settings, &request_auth, scratch, err);
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
