#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_scan.h"
#include "lib/gateway/mint_settings.h"
#include "lib/kong/minter.h"

#define VAULT "is a reference to a vault of Kong, which only Kong resolves: write the value itself"

typedef enum field {
    APIKEY_HEADER,
    BEARER_CLIENTID_CLAIM,
    UPSTREAM_HEADER,
    DOWNSTREAM_HEADER,
    EXPIRES_IN,
    ISS,
    JKU,
    PRIVATE_JWK,
    VERBOSE,
    FIELD_COUNT
} field;

static const char *const field_names[FIELD_COUNT] = {
    [APIKEY_HEADER] = "apikey_header",
    [BEARER_CLIENTID_CLAIM] = "bearer_clientid_claim",
    [UPSTREAM_HEADER] = "upstream_custom_jwt_header",
    [DOWNSTREAM_HEADER] = "downstream_custom_jwt_header",
    [EXPIRES_IN] = "expires_in",
    [ISS] = "iss",
    [JKU] = "jku",
    [PRIVATE_JWK] = "private_jwk",
    [VERBOSE] = "verbose",
};

/* Members that may accompany `config` in a plugin's declaration; a minter needs none of them. */
static const char *const beside_config[] = {
    "config",  "name",  "enabled",  "protocols",      "tags",       "id",         "instance_name",
    "service", "route", "consumer", "consumer_group", "created_at", "updated_at", "ordering",
};

/* Members of documents that contain plugins, and how to extract one plugin. */
static const struct {
    const char *name;
    const char *what;
} containers[] = {
    { "data", "this is a list of Kong's Admin API: take one plugin out of it, as jq '.data[] | "
              "select(.name == \"x-custom-jwt\")' does" },
    { "plugins", "this is a declaration of decK: take one plugin out of it, as jq '.plugins[] | "
                 "select(.name == \"x-custom-jwt\")' does" },
    { "_format_version", "this is a declaration of decK: take one plugin out of it, as jq '.. | objects | "
                         "select(.name == \"x-custom-jwt\")' does" },
};

/* A value with type 0 is absent. */
typedef struct config {
    xcj__json_value fields[FIELD_COUNT];
} config;

static xcj_code wrong(const char *member, const char *what, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_CONFIG, member, XCJ_NO_OFFSET, "%s %s", member, what);
}

static xcj_code unknown(const xcj__json_item *item, xcj_error *err)
{
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
        if (xcj__json_named(item, containers[i].name)) {
            return xcj__fail_at(err, XCJ_ERR_CONFIG, containers[i].name, XCJ_NO_OFFSET, "%s", containers[i].what);
        }
    }
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "the configuration has no member \"%s\"", shown);
}

static xcj_code visit_field(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    config *fields = ctx;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (xcj__json_named(item, field_names[i])) {
            if (item->value.type != XCJ__JSON_NULL) {
                fields->fields[i] = item->value;
            }
            return XCJ_OK;
        }
    }
    return unknown(item, err);
}

static xcj_code find_config(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    if (xcj__json_named(item, "config")) {
        *(xcj__json_value *)ctx = item->value;
    }
    return XCJ_OK;
}

static xcj_code check_beside(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof beside_config / sizeof *beside_config; i++) {
        if (xcj__json_named(item, beside_config[i])) {
            return XCJ_OK;
        }
    }
    return unknown(item, err);
}

static xcj_code read_fields(config *fields, const char *text, size_t len, xcj_error *err)
{
    xcj__json_value inner = { .type = 0 };
    xcj_code code = xcj__json_scan(text, len, XCJ__JSON_OBJECT, NULL, find_config, &inner, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (inner.type == 0) {
        return xcj__json_scan(text, len, XCJ__JSON_OBJECT, NULL, visit_field, fields, err);
    }
    code = xcj__json_scan(text, len, XCJ__JSON_OBJECT, NULL, check_beside, NULL, err);
    if (code == XCJ_OK && inner.type != XCJ__JSON_OBJECT) {
        code = wrong("config", "is not an object", err);
    }
    if (code == XCJ_OK) {
        code = xcj__json_scan(inner.raw.ptr, inner.raw.len, XCJ__JSON_OBJECT, NULL, visit_field, fields, err);
    }
    return code;
}

/* The text is our own copy, wiped when it is freed, so strings are unescaped in place. */
static xcj_str unescaped(char *text, const xcj__json_value *value)
{
    if (!value->escaped) {
        return value->text;
    }
    char *dst = text + (value->text.ptr - text);
    return (xcj_str){ dst, xcj__json_unescape(dst, value->text) };
}

/* Kong itself resolves such a string, from a vault that only Kong can open. */
static bool is_vault_reference(xcj_str text)
{
    static const char prefix[] = "{vault://";
    return text.len >= sizeof prefix - 1 && memcmp(text.ptr, prefix, sizeof prefix - 1) == 0;
}

/* Leaves *out unchanged if the member is absent. */
static xcj_code read_string(xcj_str *out, char *text, const config *fields, field which, xcj_error *err)
{
    const xcj__json_value *value = &fields->fields[which];
    if (value->type == 0) {
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_STRING) {
        return wrong(field_names[which], "is not a string", err);
    }
    if (value->text.len == 0) {
        return wrong(field_names[which], "is empty", err);
    }
    *out = unescaped(text, value);
    return is_vault_reference(*out) ? wrong(field_names[which], VAULT, err) : XCJ_OK;
}

static xcj_code read_header_name(xcj_str *out, char *text, const config *fields, field which, xcj_error *err)
{
    xcj_code code = read_string(out, text, fields, which, err);
    if (code != XCJ_OK || out->ptr == NULL) {
        return code;
    }
    xcj_error why;
    code = which == APIKEY_HEADER ? xcj_header_check(out->ptr, out->len, &why)
                                  : xcj_header_check_token(out->ptr, out->len, &why);
    return code == XCJ_OK
               ? code
               : xcj__fail_at(err, code, field_names[which], XCJ_NO_OFFSET, "%s: %s", field_names[which], why.message);
}

static xcj_code read_expires_in(int64_t *out, const config *fields, xcj_error *err)
{
    const xcj__json_value *value = &fields->fields[EXPIRES_IN];
    if (value->type == 0) {
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_NUMBER) {
        return wrong("expires_in", "is not a number", err);
    }
    xcj__json_number number = xcj__json_number_read(value->text);
    if (!number.exact || number.fraction || number.floor < 1 || number.floor > XCJ__EXPIRES_MAX) {
        return wrong("expires_in", "is not an integer from 1 to 31536000", err);
    }
    *out = number.floor;
    return XCJ_OK;
}

static xcj_code read_verbose(bool *out, const config *fields, xcj_error *err)
{
    const xcj__json_value *value = &fields->fields[VERBOSE];
    if (value->type == 0) {
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_BOOL) {
        return wrong("verbose", "is not true or false", err);
    }
    *out = xcj__str_is(value->text, "true");
    return XCJ_OK;
}

static xcj_code read_headers(xcj__kong_headers *out, char *text, const config *fields, xcj_error *err)
{
    xcj_code code = read_header_name(&out->apikey, text, fields, APIKEY_HEADER, err);
    if (code == XCJ_OK) {
        code = read_header_name(&out->upstream, text, fields, UPSTREAM_HEADER, err);
    }
    if (code == XCJ_OK) {
        code = read_header_name(&out->downstream, text, fields, DOWNSTREAM_HEADER, err);
    }
    if (code == XCJ_OK) {
        code = read_verbose(&out->verbose, fields, err);
    }
    if (code == XCJ_OK && xcj_header_alike(out->apikey.ptr, out->apikey.len, out->upstream.ptr, out->upstream.len)) {
        return xcj__fail_at(err, XCJ_ERR_CONFIG, "apikey_header", XCJ_NO_OFFSET,
                            "apikey_header: the token replaces the header that carries the API key");
    }
    return code;
}

/* For the plugin, "/a" is a name. Here it would be a JSON Pointer, so the pointer to the member with this name replaces it.
 * Free *block with xcj_free(). */
static xcj_code read_clientid_claim(xcj_str *out, char **block, char *text, const config *fields, xcj_error *err)
{
    xcj_code code = read_string(out, text, fields, BEARER_CLIENTID_CLAIM, err);
    if (code != XCJ_OK || out->len == 0 || out->ptr[0] != '/') {
        return code;
    }
    char *pointer = xcj__alloc(2 * out->len + 1);
    if (pointer == NULL) {
        return xcj__fail_memory(err);
    }
    size_t len = 0;
    pointer[len++] = '/';
    for (size_t i = 0; i < out->len; i++) {
        const char c = out->ptr[i];
        pointer[len++] = c == '/' ? '~' : c;
        if (c == '/' || c == '~') {
            pointer[len++] = c == '/' ? '1' : '0';
        }
    }
    *block = pointer;
    *out = (xcj_str){ pointer, len };
    return XCJ_OK;
}

static xcj_code read_options(xcj_mint_options *out, char *text, const config *fields, xcj_error *err)
{
    xcj_code code = read_string(&out->iss, text, fields, ISS, err);
    if (code == XCJ_OK) {
        code = read_string(&out->jku, text, fields, JKU, err);
    }
    if (code == XCJ_OK) {
        code = read_expires_in(&out->expires_in, fields, err);
    }
    return code;
}

static xcj_code read_key(xcj_key **out, char *text, const config *fields, const xcj_key_options *options, xcj_error *err)
{
    const xcj__json_value *value = &fields->fields[PRIVATE_JWK];
    if (value->type == 0) {
        return wrong("private_jwk", "is not given", err);
    }
    if (value->type != XCJ__JSON_OBJECT && value->type != XCJ__JSON_STRING) {
        return wrong("private_jwk", "is neither an object nor the text of one", err);
    }
    xcj_key_options read;
    xcj_code code = xcj__options_read(&read, sizeof read, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    read.alg_from_name = xcj_kong_alg_from_name;
    xcj_str jwk = value->type == XCJ__JSON_STRING ? unescaped(text, value) : value->raw;
    if (is_vault_reference(jwk)) {
        return wrong("private_jwk", VAULT, err);
    }
    xcj_error why;
    code = xcj_key_from_jwk(out, jwk.ptr, jwk.len, &read, &why);
    if (code != XCJ_OK) {
        return xcj__fail_at(err, code, why.member, why.offset, "private_jwk: %s", why.message);
    }
    return XCJ_OK;
}

/* May change `text`. */
static xcj_code build(xcj_minter **out, char *text, size_t len, const xcj_mint_options *defaults,
                      const xcj_key_options *key_options, xcj_error *err)
{
    xcj_mint_options options = *defaults;
    config fields = { .fields = { { .type = 0 } } };
    xcj__kong_headers headers = xcj__kong_default_headers;
    xcj_key *key = NULL;
    xcj_str clientid_claim = { NULL, 0 };
    char *pointer = NULL;
    xcj_code code = read_fields(&fields, text, len, err);
    if (code == XCJ_OK) {
        code = read_options(&options, text, &fields, err);
    }
    if (code == XCJ_OK) {
        code = read_clientid_claim(&clientid_claim, &pointer, text, &fields, err);
    }
    if (code == XCJ_OK && clientid_claim.ptr != NULL) {
        options.bearer_clientid_claims = &clientid_claim;
        options.bearer_clientid_claims_count = 1;
    }
    if (code == XCJ_OK) {
        code = read_headers(&headers, text, &fields, err);
    }
    if (code == XCJ_OK) {
        code = read_key(&key, text, &fields, key_options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__kong_minter_build(out, key, &options, &headers, err);
    }
    xcj_free(pointer);
    xcj_key_free(key);
    return code;
}

xcj_code xcj_kong_minter_from_config(xcj_minter **out, const char *text, size_t len, const xcj_mint_options *defaults,
                                     const xcj_key_options *key_options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    xcj_mint_options options;
    xcj_code code = xcj__mint_options_read(&options, defaults, err);
    if (code != XCJ_OK) {
        return code;
    }
    char *copy = xcj__dup(text, len);
    if (copy == NULL) {
        return xcj__fail_memory(err);
    }
    code = build(out, copy, len, &options, key_options, err);
    xcj_free(copy);
    return code;
}
