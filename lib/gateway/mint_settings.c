#include "lib/gateway/mint_settings.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_string.h"
#include "lib/codec/json_write.h"
#include "lib/token/verification.h"

#define NAME(literal)                                                                                                       \
    {                                                                                                                       \
        literal, sizeof(literal) - 1                                                                                        \
    }

static const xcj_str claim_names[XCJ__CLAIM_COUNT] = {
    [XCJ__CLIENT_ID] = NAME("client_id"),
    [XCJ__ISS] = NAME("iss"),
    [XCJ__IAT] = NAME("iat"),
    [XCJ__EXP] = NAME("exp"),
    [XCJ__AUD] = NAME("aud"),
    [XCJ__JTI] = NAME("jti"),
    [XCJ__ACT] = NAME("act"),
    [XCJ__CNF] = NAME("cnf"),
};

static bool is_named(const xcj__json_item *item, xcj_str name)
{
    if (item->name_escaped) {
        return xcj__json_equal(item->name, true, name.ptr, name.len);
    }
    return item->name.len == name.len && memcmp(item->name.ptr, name.ptr, name.len) == 0;
}

xcj__claim xcj__claim_of(const xcj__json_item *item)
{
    xcj__claim claim = XCJ__CLIENT_ID;
    while (claim < XCJ__CLAIM_COUNT && !is_named(item, claim_names[claim])) {
        claim++;
    }
    return claim;
}

/* The next character in lower case; -1 at the end. Some parsers also treat U+017F as an s and U+212A as a k. */
static int32_t next_folded(xcj__json_reader *text)
{
    int32_t code = xcj__json_read_byte(text);
    if (code < 0x80) {
        return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
    }
    const int tails = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
    code &= 0x3f >> tails;
    for (int i = 0; i < tails; i++) {
        code = code << 6 | (xcj__json_read_byte(text) & 0x3f);
    }
    return code == 0x17f ? 's' : code == 0x212a ? 'k' : code;
}

static xcj__json_reader plain_reader(xcj_str text)
{
    xcj__json_reader reader = xcj__json_reader_of(text.ptr, text.len);
    reader.is_plain = true;
    return reader;
}

/* A letter takes at most six bytes as an escape, and at most three without. */
static bool may_be_alike(const xcj__json_item *item, xcj_str ours)
{
    if (3 * item->name.len < ours.len || item->name.len > 6 * ours.len || ours.len == 0) {
        return false;
    }
    const char first = *item->name.ptr;
    return item->name_escaped || ((first | *ours.ptr) & 0x80) != 0 || (first | 0x20) == (*ours.ptr | 0x20);
}

static bool differs_by_case(const xcj__json_item *item, xcj_str ours)
{
    if (!may_be_alike(item, ours)) {
        return false;
    }
    int32_t a, b;
    xcj__json_reader theirs = xcj__json_reader_of(item->name.ptr, item->name.len);
    xcj__json_reader own = plain_reader(ours);
    do {
        a = next_folded(&theirs);
        b = next_folded(&own);
    } while (a == b && a >= 0);
    return a == b;
}

static bool is_ascii(xcj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

/* One bit for a letter in either case, or for a length. */
static uint64_t initial_bit(xcj_str name)
{
    return UINT64_C(1) << ((*name.ptr | 0x20) & 63);
}

static uint64_t length_bit(xcj_str name)
{
    return UINT64_C(1) << (name.len & 63);
}

/* If a name is not ASCII, names with another first byte may look alike. */
static xcj__shape shape_of(const xcj_str *names, size_t count)
{
    xcj__shape shape = { 0, 0 };
    for (size_t i = 0; i < count; i++) {
        shape.initials |= names[i].len > 0 && is_ascii(names[i]) ? initial_bit(names[i]) : UINT64_MAX;
        shape.lengths |= is_ascii(names[i]) ? length_bit(names[i]) : UINT64_MAX;
    }
    return shape;
}

static bool may_fit(const xcj__shape *shape, const xcj__json_item *item)
{
    xcj_str name = item->name;
    if (item->name_escaped || name.len == 0 || (*name.ptr & 0x80) != 0) {
        return true;
    }
    return (shape->initials & initial_bit(name)) != 0 && ((shape->lengths & length_bit(name)) != 0 || !is_ascii(name));
}

bool xcj__settings_may_own(const xcj__mint_settings *settings, const xcj__json_item *item)
{
    return may_fit(&settings->ours, item);
}

bool xcj__claim_alike(const xcj__json_item *item, xcj__claim claim)
{
    return differs_by_case(item, claim_names[claim]);
}

bool xcj__settings_shadow(const xcj__mint_settings *settings, const xcj__json_item *item)
{
    for (size_t i = 0; i < XCJ__CLAIM_COUNT; i++) {
        if (differs_by_case(item, claim_names[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < settings->custom.count; i++) {
        if (differs_by_case(item, settings->custom.list[i])) {
            return true;
        }
    }
    return false;
}

bool xcj__names_search(const xcj__names *names, const xcj__json_item *item)
{
    for (size_t i = 0; i < names->count; i++) {
        if (is_named(item, names->list[i])) {
            return true;
        }
    }
    return false;
}

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

/* Allocates `count` names with `bytes` characters in total; NULL: out of memory. */
static xcj_str *names_alloc(size_t count, size_t bytes)
{
    const bool fits = count <= (SIZE_MAX - bytes) / sizeof(xcj_str) - 1;
    return fits ? xcj__zalloc((count + 1) * sizeof(xcj_str) + bytes) : NULL;
}

static xcj_code names_copy(xcj__names *out, const xcj_str *list, size_t count, const char *option, xcj_error *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].ptr == NULL || !xcj__utf8_valid(list[i].ptr, list[i].len) || list[i].len > SIZE_MAX / 2 - bytes) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, option, XCJ_NO_OFFSET, "%s has an entry that is not a name", option);
        }
        bytes += list[i].len;
    }
    xcj_str *names = names_alloc(count, bytes);
    if (names == NULL) {
        return xcj__fail_memory(err);
    }
    char *text = (char *)(names + count);
    for (size_t i = 0; i < count; i++) {
        memcpy(text, list[i].ptr, list[i].len);
        names[i] = (xcj_str){ text, list[i].len };
        text += list[i].len;
    }
    *out = (xcj__names){ names, count, shape_of(names, count) };
    return XCJ_OK;
}

static const xcj_str screened[] = { NAME("nbf"), NAME("may_act"), NAME("nonce"), NAME("at_hash"), NAME("c_hash") };

static xcj_code check_keep(const xcj_mint_options *options, xcj_error *err)
{
    for (size_t i = 0; i < options->keep_claims_count; i++) {
        if (xcj__str_is(options->keep_claims[i], "cnf")) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, "keep_claims", XCJ_NO_OFFSET,
                                "keep_claims names cnf, which is never copied: it binds the Bearer token to a key");
        }
    }
    return XCJ_OK;
}

static xcj_code prepare_lists(xcj__mint_settings *settings, const xcj_mint_options *options, xcj_error *err)
{
    if (options->keep_claims == NULL) {
        size_t count = options->inbound == XCJ_INBOUND_ALL ? 0 : sizeof screened / sizeof *screened;
        settings->screened = (xcj__names){ screened, count, shape_of(screened, count) };
        return names_copy(&settings->listed, options->drop_claims, options->drop_claims_count, "drop_claims", err);
    }
    if (options->drop_claims_count > 0) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "keep_claims", XCJ_NO_OFFSET,
                            "drop_claims and keep_claims are not given together");
    }
    settings->keep_only = true;
    xcj_code code = check_keep(options, err);
    return code != XCJ_OK
               ? code
               : names_copy(&settings->listed, options->keep_claims, options->keep_claims_count, "keep_claims", err);
}

/* The names of the claims, unescaped, and the span of the members. */
static xcj_code copy_custom(xcj__mint_settings *settings, const xcj__json_index *claims, size_t len, xcj_error *err)
{
    xcj__inner inner = { NULL, NULL };
    xcj_str *names = names_alloc(claims->count, len);
    if (names == NULL) {
        return xcj__fail_memory(err);
    }
    settings->custom.list = names;
    char *text = (char *)(names + claims->count);
    for (size_t i = 0; i < claims->count; i++) {
        const xcj__json_item item = xcj__json_member_item(claims->text, &claims->members[i]);
        const xcj__claim claim = xcj__claim_of(&item);
        if (claim != XCJ__CLAIM_COUNT && (claim != XCJ__CNF || settings->bind > XCJ_BIND_NOTHING)) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, claim_names[claim].ptr, XCJ_NO_OFFSET, "claims must not name %s",
                                claim_names[claim].ptr);
        }
        names[i] = (xcj_str){ text, xcj__json_unescape(text, item.name) };
        text += names[i].len;
        xcj__inner_extend(&inner, &item);
    }
    settings->custom.count = claims->count;
    settings->custom.shape = shape_of(names, claims->count);
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

static xcj_code prepare_texts(xcj__mint_settings *settings, const xcj_mint_options *options, xcj_error *err)
{
    xcj_str claim = options->bearer_clientid_claim;
    xcj_code code = xcj__option_text(claim, "bearer_clientid_claim", err);
    if (code == XCJ_OK) {
        code = prepare_string(&settings->iss, options->iss, "iss", err);
    }
    if (code == XCJ_OK) {
        code = prepare_string(&settings->aud, options->aud, "aud", err);
    }
    if (code == XCJ_OK && !xcj__own(&settings->clientid_claim, claim.ptr != NULL ? claim : xcj_text("clientId"))) {
        code = xcj__fail_memory(err);
    }
    return code;
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
    settings->cnf_ignored = options->cnf == XCJ_CNF_IGNORED;
    settings->bind = options->bind;
    settings->api_key_sha256 = options->api_key_sha256 != 0;
    settings->no_exp = options->no_exp != 0;
    settings->cap_exp = options->exp != XCJ_EXP_UNCAPPED;
    settings->max_token = options->max_token != 0 ? options->max_token : XCJ__TOKEN_DEFAULT;
    return XCJ_OK;
}

/* Whatever this verifier accepts gets a token, so it must check the claims; it must also check their times, unless
 * bearer_lax_times is set. */
static xcj_code check_verifier(const xcj_mint_options *options, xcj_error *err)
{
    if (options->bearer_verifier == NULL) {
        return XCJ_OK;
    }
    const xcj_verify_options *policy = &options->bearer_verifier->policy.options;
    if (policy->opaque_payload) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "bearer_verifier", XCJ_NO_OFFSET,
                            "bearer_verifier looks at no claims (opaque_payload)");
    }
    if (!options->bearer_lax_times && (policy->allow_no_exp || policy->ignore_times)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "bearer_verifier", XCJ_NO_OFFSET,
                            "bearer_verifier accepts tokens without exp or out of time: set bearer_lax_times to allow it");
    }
    return XCJ_OK;
}

void xcj__mint_settings_free(xcj__mint_settings *settings)
{
    xcj__disown(&settings->iss);
    xcj__disown(&settings->aud);
    xcj__disown(&settings->clientid_claim);
    xcj__disown(&settings->members);
    xcj_free((xcj_str *)settings->custom.list);
    xcj_free((xcj_str *)settings->listed.list);
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
    xcj__view_settle(&out->bearer_clientid_claim);
    xcj__view_settle(&out->claims);
    xcj__view_settle(&out->header);
    if (code == XCJ_OK) {
        code = xcj__array_check(out->drop_claims, out->drop_claims_count, "drop_claims", err);
    }
    return code == XCJ_OK ? xcj__array_check(out->keep_claims, out->keep_claims_count, "keep_claims", err) : code;
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
        code = prepare_lists(out, options, err);
    }
    if (code == XCJ_OK) {
        code = prepare_custom(out, options->claims, err);
    }
    out->ours = shape_of(claim_names, XCJ__CLAIM_COUNT);
    out->ours.initials |= out->custom.shape.initials;
    out->ours.lengths |= out->custom.shape.lengths;
    if (code == XCJ_OK) {
        code = check_verifier(options, err);
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
