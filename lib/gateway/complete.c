#include "lib/gateway/complete.h"

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/gateway/asked.h"
#include "lib/gateway/audience.h"
#include "lib/gateway/profiled.h"
#include "lib/gateway/stamp.h"

/* Which of our claims the caller's JSON has, and the span of its members. */
typedef struct given {
    const xcj__mint_settings *settings;
    const xcj_auth *auth;
    bool has[XCJ__CLAIM_COUNT + 1];
    xcj__inner inner;
} given;

static xcj_code note_given(given *claims, const xcj__json_item *item, xcj_error *err)
{
    if (xcj__names_have(&claims->settings->custom, item) || xcj__asked_alike(claims->auth, item)) {
        char shown[XCJ__SHOWN];
        xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
        return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET,
                            "the claims repeat \"%s\" of the options or the request", shown);
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

/* The request and the place where the members begin. */
typedef struct completion {
    xcj__buf *out;
    size_t start;
    const xcj__mint_settings *settings;
    const xcj_auth *auth;
    xcj_scratch *scratch;
} completion;

static void put_separator(const completion *c)
{
    if (c->out->len > c->start) {
        xcj__buf_put_char(c->out, ',');
    }
}

static void put_int(const completion *c, const char *name, int64_t value)
{
    put_separator(c);
    xcj__buf_put_text(c->out, name);
    xcj__buf_put_int(c->out, value);
}

static xcj_code put_missing(const completion *c, const given *claims, xcj_error *err)
{
    int64_t now;
    xcj_code code = xcj__stamp_clock(&now, c->settings, c->auth, err);
    if (!claims->has[XCJ__ISS] && c->settings->iss.ptr != NULL) {
        put_separator(c);
        xcj__buf_put_text(c->out, "\"iss\":");
        xcj__buf_put_str(c->out, c->settings->iss);
    }
    if (!claims->has[XCJ__IAT]) {
        put_int(c, "\"iat\":", now);
    }
    if (!claims->has[XCJ__EXP] && !c->settings->no_exp && code == XCJ_OK) {
        put_int(c, "\"exp\":", now + c->settings->expires_in);
    }
    if (!claims->has[XCJ__AUD] && code == XCJ_OK && xcj__audience_given(c->settings, c->auth)) {
        put_separator(c);
        code = xcj__audience_put(c->out, c->settings, c->auth, err);
    }
    if (!claims->has[XCJ__JTI] && code == XCJ_OK) {
        put_separator(c);
        xcj__buf_put_text(c->out, "\"jti\":");
        code = xcj__stamp_jti(c->out, c->auth, c->scratch, err);
    }
    return code;
}

xcj_code xcj__complete_claims(xcj__buf *out, const xcj__mint_settings *settings, xcj_str claims, const xcj_auth *auth,
                              xcj_scratch *scratch, xcj_error *err)
{
    given theirs = { .settings = settings, .auth = auth };
    xcj_code code = xcj__asked_check(settings, auth, err);
    if (code == XCJ_OK) {
        code = read_given(&theirs, claims, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf_put_char(out, '{');
    const completion c = { out, out->len, settings, auth, scratch };
    if (theirs.inner.begin != NULL) {
        xcj__buf_put(out, theirs.inner.begin, (size_t)(theirs.inner.end - theirs.inner.begin));
    }
    code = put_missing(&c, &theirs, err);
    if (settings->members.ptr != NULL) {
        put_separator(&c);
        xcj__buf_put_str(out, settings->members);
    }
    if (code == XCJ_OK) {
        code = xcj__asked_put(out, auth, err);
    }
    xcj__buf_put_char(out, '}');
    if (code == XCJ_OK) {
        code = xcj__profiled(out, settings, NULL, scratch, err);
    }
    return code == XCJ_OK && out->failed ? xcj__fail_memory(err) : code;
}
