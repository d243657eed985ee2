#include "lib/gateway/asked.h"

#include "lib/base/error.h"
#include "lib/codec/json_write.h"

/* So that comparing every pair of names costs little. */
#define CLAIMS_MAX 64

/* The object around the values is a level of its own. */
static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH - 1, .max_members = XCJ__JSON_MEMBERS };

static const xcj_str sub = { "sub", 3 };

static xcj_code refuse(xcj_code code, xcj_str name, const char *what, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, name.ptr, name.ptr != NULL ? name.len : 0);
    return xcj__fail_at(err, code, shown, XCJ_NO_OFFSET, "the request's claim \"%s\" %s", shown, what);
}

/* The claims before this one. */
static xcj_auth first_claims(const xcj_auth *auth, size_t count)
{
    return (xcj_auth){ .claims = auth->claims, .claims_count = count };
}

static const char *name_fault(const xcj__mint_settings *settings, const xcj_auth *before, xcj_str name)
{
    const xcj__json_item item = xcj__name_item(name);
    if (name.ptr == NULL || name.len == 0 || !xcj__utf8_valid(name.ptr, name.len)) {
        return "has no name, or one that is not valid UTF-8";
    }
    if (xcj__shape_may_have(&settings->ours, &item) &&
        (xcj__claims_alike(&item) || xcj__names_alike(&settings->custom, &item))) {
        return "is a claim of the gateway's own, in any case";
    }
    if (xcj__names_alike(&settings->filter.targets, &item)) {
        return "is the new name of a renamed claim, in any case";
    }
    if (xcj__name_alike(&item, sub)) {
        return "has a member of its own in the request";
    }
    return xcj__asked_alike(before, &item) ? "is given twice, in any case" : NULL;
}

static xcj_code check_sub(const xcj__mint_settings *settings, xcj_str value, xcj_error *err)
{
    const xcj__json_item item = xcj__name_item(sub);
    if (value.ptr != NULL &&
        (xcj__names_alike(&settings->custom, &item) || xcj__names_alike(&settings->filter.targets, &item))) {
        return refuse(XCJ_ERR_CONFIG, sub, "is a claim of the options, too", err);
    }
    return XCJ_OK;
}

xcj_code xcj__asked_check(const xcj__mint_settings *settings, const xcj_auth *auth, xcj_error *err)
{
    if (auth->claims_count > CLAIMS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "claims", XCJ_NO_OFFSET, "the request has more than %d claims", CLAIMS_MAX);
    }
    for (size_t i = 0; i < auth->claims_count; i++) {
        const xcj_claim *claim = &auth->claims[i];
        const xcj_auth before = first_claims(auth, i);
        const char *fault = name_fault(settings, &before, claim->name);
        if (fault == NULL && claim->kind != XCJ_KIND_STRING && claim->kind != XCJ_KIND_JSON) {
            fault = "has a kind that is none of the enumerators";
        }
        if (fault != NULL) {
            return refuse(XCJ_ERR_CONFIG, claim->name, fault, err);
        }
    }
    return check_sub(settings, auth->sub, err);
}

void xcj__asked_shape(xcj__shape *shape, const xcj_auth *auth)
{
    for (size_t i = 0; i < auth->claims_count; i++) {
        xcj__shape_add(shape, auth->claims[i].name);
    }
    if (auth->sub.ptr != NULL) {
        xcj__shape_add(shape, sub);
    }
}

bool xcj__asked_have(const xcj_auth *auth, const xcj__json_item *item)
{
    for (size_t i = 0; i < auth->claims_count; i++) {
        if (xcj__name_is(item, auth->claims[i].name)) {
            return true;
        }
    }
    return auth->sub.ptr != NULL && xcj__name_is(item, sub);
}

bool xcj__asked_alike(const xcj_auth *auth, const xcj__json_item *item)
{
    for (size_t i = 0; i < auth->claims_count; i++) {
        if (xcj__name_alike(item, auth->claims[i].name)) {
            return true;
        }
    }
    return auth->sub.ptr != NULL && xcj__name_alike(item, sub);
}

/* One whole value, so that it cannot end the claim and begin another. */
static xcj_code put_json(xcj__buf *out, const xcj_claim *claim, xcj_error *err)
{
    xcj__json_value value;
    xcj_error why;
    xcj_code code = xcj__json_check(claim->value.ptr, claim->value.len, &limits, &value, &why);
    if (code == XCJ_ERR_MEMORY) {
        return xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        return refuse(XCJ_ERR_CLAIM, claim->name, "is not one valid JSON value", err);
    }
    xcj__buf_put_str(out, value.raw);
    return XCJ_OK;
}

static xcj_code put_claim(xcj__buf *out, const xcj_claim *claim, xcj_error *err)
{
    xcj__buf_put_char(out, ',');
    xcj__json_put_string(out, claim->name);
    xcj__buf_put_char(out, ':');
    if (claim->kind == XCJ_KIND_JSON) {
        return put_json(out, claim, err);
    }
    if (!xcj__utf8_valid(claim->value.ptr, claim->value.len)) {
        return refuse(XCJ_ERR_CLAIM, claim->name, "is not valid UTF-8", err);
    }
    xcj__json_put_string(out, claim->value);
    return XCJ_OK;
}

xcj_code xcj__asked_put(xcj__buf *out, const xcj_auth *auth, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    if (auth->sub.ptr != NULL) {
        const xcj_claim claim = { sub, auth->sub, XCJ_KIND_STRING };
        code = auth->sub.len > 0 ? put_claim(out, &claim, err) : refuse(XCJ_ERR_CLAIM, sub, "is empty", err);
    }
    for (size_t i = 0; code == XCJ_OK && i < auth->claims_count; i++) {
        code = auth->claims[i].value.ptr != NULL ? put_claim(out, &auth->claims[i], err) : XCJ_OK;
    }
    return code;
}

size_t xcj__asked_max(const xcj_auth *auth)
{
    size_t most = auth->sub.ptr != NULL ? sizeof ",\"sub\":" + xcj__json_string_max(auth->sub.len) : 0;
    for (size_t i = 0; i < auth->claims_count; i++) {
        const xcj_claim *claim = &auth->claims[i];
        if (claim->name.ptr != NULL && claim->value.ptr != NULL) {
            most += 2 + xcj__json_string_max(claim->name.len) + xcj__json_string_max(claim->value.len);
        }
    }
    return most;
}
