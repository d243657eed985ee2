#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_scan.h"
#include "lib/key/container.h"
#include "lib/key/jwk.h"
#include "lib/key/key.h"
#include "lib/key/keyset.h"
#include "lib/key/pem.h"
#include "lib/key/unwrap.h"

#define SET_MEMBERS_MAX ((size_t)1024 * 1024)

static bool skip_jwk(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str jwk)
{
    xcj_kty kty;
    xcj_str kid;
    bool kept =
        xcj__jwk_peek(&kty, &kid, jwk.ptr, jwk.len, NULL) == XCJ_OK && xcj__keyset_add_skipped(set, position, why, kid);
    if (kept && kid.ptr != NULL && kty != 0) {
        return xcj__keyset_add_broken(set, kty, kid);
    }
    xcj_free((char *)(uintptr_t)kid.ptr);
    return kept;
}

typedef struct loading {
    xcj_keyset *set;
    const xcj_key_options *options;
    size_t position;
} loading;

static xcj_code load_key(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    loading *l = ctx;
    xcj_key *key = NULL;
    xcj_error why;
    xcj_str text = item->value.raw;
    xcj_code code = xcj__key_of_set(&key, text, l->options, &why);
    if (code == XCJ_ERR_MEMORY) {
        return xcj__fail_memory(err);
    }
    /* RFC 7517 5: a key that cannot be used does not make the others unusable. */
    bool kept = code == XCJ_OK ? xcj__keyset_add(l->set, key) : skip_jwk(l->set, l->position, &why, text);
    l->position++;
    return kept ? XCJ_OK : xcj__fail_memory(err);
}

static xcj_code read_text(xcj_key **out, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    xcj__buf unwrapped;
    bool is_wrapped = xcj__unwrap(&unwrapped, text);
    xcj_str inner = is_wrapped ? (xcj_str){ unwrapped.ptr, unwrapped.len } : text;
    xcj_code code = is_wrapped && unwrapped.failed ? xcj__fail_memory(err)
                    : xcj__pem_sniff(inner.ptr, inner.len)
                        ? xcj_key_from_pem(out, inner.ptr, inner.len, options, err)
                        : xcj_key_from_der(out, (const uint8_t *)inner.ptr, inner.len, options, err);
    xcj__buf_free(&unwrapped);
    return code;
}

/* A member of a certificate map, such as Google's: the name is the kid of the key in the text. */
static xcj_code named_key(xcj_key **out, xcj_str kid, const xcj__json_value *value, const loading *l, xcj_error *err)
{
    char *text = NULL;
    size_t len;
    xcj_key *key = NULL;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = kid;
    *out = NULL;
    xcj_code code = xcj__json_take_text(&text, &len, value->text, err);
    if (code == XCJ_OK) {
        code = read_text(&key, (xcj_str){ text, len }, l->options, err);
    }
    if (code == XCJ_OK) {
        code = xcj_key_relabel(out, key, &labels, err);
    }
    xcj_key_free(key);
    xcj_free(text);
    return code;
}

static xcj_code load_text(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    loading *l = ctx;
    char *name = NULL;
    xcj_str kid;
    xcj_key *key = NULL;
    xcj_error why;
    if (item->value.type == XCJ__JSON_NULL) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_take_text(&name, &kid.len, item->name, err);
    if (code != XCJ_OK) {
        return code;
    }
    kid.ptr = name;
    code = named_key(&key, kid, &item->value, l, &why);
    bool is_fault = code == XCJ_ERR_MEMORY || code == XCJ_ERR_PASSPHRASE;
    if (is_fault && err != NULL) {
        *err = why;
    }
    if (!is_fault) {
        bool kept = code == XCJ_OK ? xcj__keyset_add(l->set, key) : xcj__keyset_add_skipped(l->set, l->position, &why, kid);
        code = kept ? XCJ_OK : xcj__fail_memory(err);
    }
    l->position++;
    xcj_free(name);
    return code;
}

static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH, .max_members = SET_MEMBERS_MAX };

static xcj_code load_array(loading *l, xcj_str array, xcj_error *err)
{
    l->set->form = XCJ_FORM_JWKS;
    return xcj__json_scan(array.ptr, array.len, XCJ__JSON_ARRAY, &limits, load_key, l, err);
}

static xcj_code load_single(loading *l, const char *text, size_t len, xcj_error *err)
{
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, text, len, l->options, err);
    l->set->form = XCJ_FORM_JWK;
    return code != XCJ_OK ? code : xcj__keyset_add(l->set, key) ? XCJ_OK : xcj__fail_memory(err);
}

/* An object: a set, a key, a map of PEM texts, or client metadata with a set in it. */
static xcj_code load_object(loading *l, const char *text, size_t len, bool is_inner, xcj_error *err)
{
    xcj__container found;
    xcj_code code = xcj__container_read(&found, text, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    size_t offset = found.keys.type != 0 ? (size_t)(found.keys.raw.ptr - text) : 0;
    if (found.keys.type != 0 && found.has_kty) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "keys", offset, XCJ__BOTH_KEY_AND_SET);
    }
    if (found.keys.type != 0) {
        return found.keys.type == XCJ__JSON_ARRAY
                   ? load_array(l, found.keys.raw, err)
                   : xcj__fail_at(err, XCJ_ERR_KEY, "keys", offset, "\"keys\" is not an array, at offset %zu", offset);
    }
    if (!found.has_kty && found.is_map) {
        l->set->form = XCJ_FORM_PEM;
        return xcj__json_scan(text, len, XCJ__JSON_OBJECT, &limits, load_text, l, err);
    }
    if (!found.has_kty && found.jwks.type == XCJ__JSON_OBJECT && !is_inner) {
        return load_object(l, found.jwks.raw.ptr, found.jwks.raw.len, true, err);
    }
    code = found.has_kty ? XCJ_OK : xcj__container_name(&found, err);
    return code == XCJ_OK ? load_single(l, text, len, err) : code;
}

static xcj_code load(loading *l, const char *text, size_t len, xcj_error *err)
{
    size_t at = xcj__str_space((xcj_str){ text, len });
    bool is_array = at < len && text[at] == '[';
    return is_array ? load_array(l, (xcj_str){ text, len }, err) : load_object(l, text, len, false, err);
}

xcj_code xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    /* Here, for they are no fault of the keys, which would be skipped. */
    xcj_key_options given;
    xcj_code code = xcj__options_read(&given, sizeof given, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (len > XCJ__SET_TEXT_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "a key set of %zu bytes: the limit is %zu", len, XCJ__SET_TEXT_MAX);
    }
    xcj_keyset *set = xcj__keyset_new();
    if (set == NULL) {
        return xcj__fail_memory(err);
    }
    loading l = { .set = set, .options = &given };
    return xcj__keyset_complete(out, set, false, load(&l, text, len, err), err);
}
