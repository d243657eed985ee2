#include "lib/gateway/mint_settings.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_write.h"
#include "lib/gateway/filter_build.h"
#include "lib/gateway/identities.h"
#include "lib/token/verification.h"

void xcj__inner_extend(xcj__inner *inner, const xcj__json_item *item)
{
    if (inner->begin == NULL) {
        inner->begin = item->raw_name.ptr;
    }
    inner->end = item->value.raw.ptr + item->value.raw.len;
}

void xcj__disown(xcj_str *text)
{
    xcj_free((char *)text->ptr);
    *text = (xcj_str){ NULL, 0 };
}

bool xcj__own(xcj_str *dst, xcj_str text)
{
    char *copy = NULL;
    if (text.ptr != NULL) {
        copy = xcj__dup(text.ptr, text.len);
        if (copy == NULL) {
            return false;
        }
    }
    xcj__disown(dst);
    *dst = (xcj_str){ copy, copy != NULL ? text.len : 0 };
    return true;
}

xcj_code xcj__option_text(xcj_str text, const char *option, xcj_error *err)
{
    if (text.ptr == NULL) {
        return XCJ_OK;
    }
    if (text.len == 0) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s is empty", option);
    }
    if (!xcj__utf8_valid(text.ptr, text.len)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s is not valid UTF-8", option);
    }
    return XCJ_OK;
}

/* The names of the claims, unescaped, and the span of the members. */
static xcj_code copy_custom(xcj__mint_settings *settings, const xcj__json_index *claims, size_t len, xcj_error *err)
{
    xcj__inner inner = { NULL, NULL };
    xcj_str *names = xcj__names_alloc(claims->count, len);
    if (names == NULL) {
        return xcj__fail_memory(err);
    }
    settings->custom.list = names;
    char *text = (char *)(names + claims->count);
    for (size_t i = 0; i < claims->count; i++) {
        const xcj__json_item item = xcj__json_member_item(claims->text, &claims->members[i]);
        const xcj__claim claim = xcj__claim_of(&item);
        if (claim != XCJ__CLAIM_COUNT && (claim != XCJ__CNF || settings->bind > XCJ_BIND_NOTHING)) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, xcj__claim_name(claim).ptr, XCJ_NO_OFFSET, "claims must not name %s",
                                xcj__claim_name(claim).ptr);
        }
        names[i] = (xcj_str){ text, xcj__json_unescape(text, item.name) };
        text += names[i].len;
        xcj__inner_extend(&inner, &item);
    }
    settings->custom = xcj__names_of(names, claims->count);
    return xcj__own(&settings->members, (xcj_str){ inner.begin, (size_t)(inner.end - inner.begin) }) ? XCJ_OK
                                                                                                     : xcj__fail_memory(err);
}

static xcj_code prepare_custom(xcj__mint_settings *settings, xcj_str claims, xcj_error *err)
{
    if (claims.ptr == NULL) {
        return XCJ_OK;
    }
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj__json_index index;
    xcj_code code = xcj__json_index_read(&index, claims, NULL, room, XCJ__JSON_ROOM, err);
    if (code == XCJ_OK && index.count > 0) {
        code = copy_custom(settings, &index, claims.len, err);
    }
    xcj_free(index.block);
    return code;
}

/* Converts an option to a JSON string with its quotes. */
static xcj_code prepare_string(xcj_str *out, xcj_str text, const char *option, xcj_error *err)
{
    xcj_code code = xcj__option_text(text, option, err);
    if (code != XCJ_OK || text.ptr == NULL) {
        return code;
    }
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__json_put_string(&buf, text);
    char *block;
    size_t len;
    code = xcj__buf_take(&buf, &block, &len, err);
    if (code == XCJ_OK) {
        *out = (xcj_str){ block, len };
    }
    return code;
}

static xcj_code prepare_clientid(xcj__mint_settings *settings, const xcj_mint_options *options, xcj_error *err)
{
    static const char option[] = "bearer_clientid_claims";
    const xcj_str usual = xcj_text("clientId");
    const xcj_str *list = options->bearer_clientid_claims;
    if (list == NULL) {
        return xcj__paths_copy(&settings->clientid_claims, &usual, 1, option, err);
    }
    if (options->bearer_clientid_claims_count == 0) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s is empty", option);
    }
    for (size_t i = 0; i < options->bearer_clientid_claims_count; i++) {
        xcj_code code = xcj__option_text(list[i], option, err);
        if (code != XCJ_OK) {
            return code;
        }
    }
    return xcj__paths_copy(&settings->clientid_claims, list, options->bearer_clientid_claims_count, option, err);
}

static xcj_code prepare_texts(xcj__mint_settings *settings, const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = prepare_clientid(settings, options, err);
    if (code == XCJ_OK) {
        code = prepare_string(&settings->iss, options->iss, "iss", err);
    }
    return code == XCJ_OK ? prepare_string(&settings->aud, options->aud, "aud", err) : code;
}

/* The numbers of an enumeration go from 0 to `last`. */
static xcj_code check_choice(long choice, long last, const char *option, xcj_error *err)
{
    return choice >= 0 && choice <= last
               ? XCJ_OK
               : xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s is none of its enumerators", option);
}

static xcj_code check_choices(const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = check_choice((long)options->dn, XCJ_DN_UNESCAPED, "dn", err);
    if (code == XCJ_OK) {
        code = check_choice((long)options->exp, XCJ_EXP_UNCAPPED, "exp", err);
    }
    if (code == XCJ_OK) {
        code = check_choice((long)options->inbound, XCJ_INBOUND_ALL, "inbound", err);
    }
    if (code == XCJ_OK) {
        code = check_choice((long)options->cnf, XCJ_CNF_IGNORED, "cnf", err);
    }
    if (code == XCJ_OK) {
        code = check_choice((long)options->bind, XCJ_BIND_KEY, "bind", err);
    }
    if (code == XCJ_OK) {
        code = check_choice((long)options->profile, XCJ_PROFILE_TXN, "profile", err);
    }
    return code == XCJ_OK && options->bind == XCJ_BIND_KEY && options->cnf == XCJ_CNF_IGNORED
               ? xcj__fail_at(err, XCJ_ERR_CONFIG, "bind", XCJ_NO_OFFSET, "no proof is read where cnf is ignored")
               : code;
}

static xcj_code prepare_numbers(xcj__mint_settings *settings, const xcj_mint_options *options, xcj_error *err)
{
    if (options->expires_in < 0 || options->expires_in > XCJ__EXPIRES_MAX) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "expires_in", XCJ_NO_OFFSET, "expires_in is not from 1 to %d seconds",
                            XCJ__EXPIRES_MAX);
    }
    settings->expires_in = options->expires_in != 0 ? options->expires_in : XCJ__EXPIRES_DEFAULT;
    settings->consumer_optional = options->consumer_optional != 0;
    settings->unescaped_dn = options->dn == XCJ_DN_UNESCAPED;
    settings->bearer_verified = options->bearer_verified != 0;
    settings->bearer_lax_times = options->bearer_lax_times != 0;
    settings->cnf_ignored = options->cnf == XCJ_CNF_IGNORED;
    settings->bind = options->bind;
    settings->profile = options->profile;
    settings->api_key_sha256 = options->api_key_sha256 != 0;
    settings->no_exp = options->no_exp != 0;
    settings->cap_exp = options->exp != XCJ_EXP_UNCAPPED;
    settings->max_token = options->max_token != 0 ? options->max_token : XCJ__TOKEN_DEFAULT;
    return XCJ_OK;
}

xcj_code xcj__bearer_verifier_check(const xcj_verifier *verifier, bool lax_times, xcj_error *err)
{
    if (verifier == NULL) {
        return XCJ_OK;
    }
    const xcj_verify_options *policy = &verifier->policy.options;
    if (policy->opaque_payload) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "bearer_verifier", XCJ_NO_OFFSET,
                            "bearer_verifier looks at no claims (opaque_payload)");
    }
    if (!lax_times && (policy->allow_no_exp || policy->ignore_times)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "bearer_verifier", XCJ_NO_OFFSET,
                            "bearer_verifier accepts tokens without exp or out of time: set bearer_lax_times to allow it");
    }
    return XCJ_OK;
}

void xcj__mint_settings_free(xcj__mint_settings *settings)
{
    xcj__disown(&settings->iss);
    xcj__disown(&settings->aud);
    xcj__disown(&settings->members);
    xcj_free((xcj_str *)settings->custom.list);
    xcj_free((xcj_str *)settings->clientid_claims.list);
    xcj__filter_free(&settings->filter);
    xcj_verifier_free(settings->verifier);
    xcj_identities_free(settings->identities);
    memset(settings, 0, sizeof *settings);
}

xcj_code xcj__mint_options_read(xcj_mint_options *out, const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = xcj__options_read(out, sizeof *out, options, err);
    xcj__view_settle(&out->iss);
    xcj__view_settle(&out->aud);
    xcj__view_settle(&out->jku);
    xcj__view_settle(&out->kid);
    xcj__view_settle(&out->typ);
    xcj__view_settle(&out->claims);
    xcj__view_settle(&out->header);
    const struct {
        const void *array;
        size_t count;
        const char *name;
    } arrays[] = {
        { out->drop_claims, out->drop_claims_count, "drop_claims" },
        { out->keep_claims, out->keep_claims_count, "keep_claims" },
        { out->rename_claims, out->rename_claims_count, "rename_claims" },
        { out->require_claims, out->require_claims_count, "require_claims" },
        { out->bearer_clientid_claims, out->bearer_clientid_claims_count, "bearer_clientid_claims" },
    };
    for (size_t i = 0; code == XCJ_OK && i < sizeof arrays / sizeof *arrays; i++) {
        code = xcj__array_check(arrays[i].array, arrays[i].count, arrays[i].name, err);
    }
    return code;
}

xcj_code xcj__mint_settings_build(xcj__mint_settings *out, const xcj_mint_options *options, xcj_error *err)
{
    *out = (xcj__mint_settings){ .sentences = &xcj__plain_sentences };
    xcj_code code = check_choices(options, err);
    if (code == XCJ_OK) {
        code = prepare_numbers(out, options, err);
    }
    if (code == XCJ_OK) {
        code = prepare_texts(out, options, err);
    }
    if (code == XCJ_OK) {
        code = prepare_custom(out, options->claims, err);
    }
    if (code == XCJ_OK) {
        code = xcj__filter_build(&out->filter, options, &out->custom, err);
    }
    out->ours = xcj__shape_of_ours();
    xcj__shape_join(&out->ours, out->custom.shape);
    xcj__shape_join(&out->ours, out->filter.targets.shape);
    if (code == XCJ_OK) {
        code = xcj__bearer_verifier_check(options->bearer_verifier, out->bearer_lax_times, err);
    }
    if (code == XCJ_OK) {
        code = xcj__identities_check(options->identities, &out->custom, "claims", err);
    }
    if (code == XCJ_OK) {
        code = xcj__identities_check(options->identities, &out->filter.targets, "rename_claims", err);
    }
    if (code == XCJ_OK) {
        code = xcj__dpop_settings_read(&out->dpop, options->dpop, err);
    }
    if (code != XCJ_OK) {
        xcj__mint_settings_free(out);
        return code;
    }
    out->verifier = options->bearer_verifier != NULL ? xcj_verifier_ref(options->bearer_verifier) : NULL;
    out->identities = xcj_identities_ref(options->identities);
    return XCJ_OK;
}
