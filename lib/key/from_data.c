#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/keyset.h"
#include "lib/key/openssh.h"
#include "lib/key/pem_keys.h"
#include "lib/key/recognise.h"
#include "lib/key/unwrap.h"

/* Each line of an authorized_keys file that is neither empty nor a comment. */
static xcj_code ssh_keys(xcj__keys *keys, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    while (text.len > 0 && code == XCJ_OK) {
        size_t len = 0;
        while (len < text.len && text.ptr[len] != '\n' && text.ptr[len] != '\r') {
            len++;
        }
        xcj_str line = { text.ptr, len };
        size_t used = len + (len < text.len);
        text = (xcj_str){ text.ptr + used, text.len - used };
        xcj__jwk jwk;
        xcj_key *key = NULL;
        if (len == 0 || line.ptr[0] == '#') {
            continue;
        }
        code = xcj__openssh_public(&jwk, line, err);
        if (code == XCJ_OK) {
            code = xcj__key_from_members(&key, &jwk, options, err);
        }
        if (code == XCJ_OK && !xcj__keys_add(keys, key)) {
            code = xcj__fail_memory(err);
        }
    }
    return code;
}

static xcj_code der_key(xcj__keys *keys, xcj_str der, const xcj_key_options *options, xcj_error *err)
{
    xcj_key *key;
    xcj_code code = xcj_key_from_der(&key, (const uint8_t *)der.ptr, der.len, options, err);
    return code != XCJ_OK ? code : xcj__keys_add(keys, key) ? XCJ_OK : xcj__fail_memory(err);
}

static xcj_code set_of(xcj_keyset **out, xcj_str data, xcj__form form, const xcj_key_options *options, xcj_error *err)
{
    xcj__keys keys = { NULL, 0, 0 };
    xcj_code code = form == XCJ__FORM_PEM   ? xcj__pem_keys(&keys, data.ptr, data.len, options, err)
                    : form == XCJ__FORM_SSH ? ssh_keys(&keys, data, options, err)
                                            : der_key(&keys, data, options, err);
    if (code == XCJ_OK) {
        code = xcj_keyset_from_keys(out, (const xcj_key *const *)keys.items, keys.count, err);
    }
    if (code == XCJ_OK) {
        xcj__keyset_set_form(*out, form == XCJ__FORM_PEM   ? XCJ_FORM_PEM
                                   : form == XCJ__FORM_SSH ? XCJ_FORM_OPENSSH
                                                           : XCJ_FORM_DER);
    }
    xcj__keys_free(&keys);
    return code;
}

static xcj_code read_set(xcj_keyset **out, xcj_str data, const xcj_key_options *options, xcj_error *err)
{
    const char *why;
    xcj__form form = xcj__recognise((const uint8_t *)data.ptr, data.len, &why);
    switch (form) {
    case XCJ__FORM_JSON:
        return xcj_keyset_from_json(out, data.ptr, data.len, options, err);
    case XCJ__FORM_PEM:
    case XCJ__FORM_SSH:
    case XCJ__FORM_DER:
        return data.len <= XCJ__KEY_TEXT_MAX
                   ? set_of(out, data, form, options, err)
                   : xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", data.len, XCJ__KEY_TEXT_MAX);
    case XCJ__FORM_NAMED:
    case XCJ__FORM_NONE:
        break;
    }
    return xcj__recognise_fail((const uint8_t *)data.ptr, data.len, why, err);
}

xcj_code xcj_keyset_from_data(xcj_keyset **out, const uint8_t *data, size_t len, const xcj_key_options *options,
                              xcj_error *err)
{
    if (!xcj__clear_handle(out) || data == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj_code code = xcj__key_options_read(&given, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (len > XCJ__SET_TEXT_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "a key set of %zu bytes: the limit is %zu", len, XCJ__SET_TEXT_MAX);
    }
    xcj__buf unwrapped;
    xcj_str text = { (const char *)data, len };
    if (!xcj__unwrap(&unwrapped, text)) {
        return read_set(out, text, &given, err);
    }
    code = unwrapped.failed ? xcj__fail_memory(err) : read_set(out, (xcj_str){ unwrapped.ptr, unwrapped.len }, &given, err);
    xcj__buf_free(&unwrapped);
    return code;
}

static xcj_code only_key(xcj_key **out, const xcj_keyset *set, xcj_error *err)
{
    size_t count = xcj_keyset_count(set);
    size_t skipped = xcj_keyset_skipped_count(set);
    if (count + skipped != 1) {
        return xcj__fail(err, XCJ_ERR_KEY, "there are %zu keys in it, and one is needed: keep one", count + skipped);
    }
    if (skipped == 1) {
        const xcj_error *why = xcj_keyset_skipped(set, 0, NULL);
        if (err != NULL) {
            *err = *why;
        }
        return why->code;
    }
    *out = xcj_key_ref(xcj_keyset_get(set, 0));
    xcj__error_clear(err);
    return XCJ_OK;
}

xcj_code xcj_key_from_data(xcj_key **out, const uint8_t *data, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || data == NULL) {
        return xcj__fail_null(err);
    }
    xcj_keyset *set;
    xcj_code code = len > XCJ__KEY_TEXT_MAX
                        ? xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", len, XCJ__KEY_TEXT_MAX)
                        : xcj_keyset_from_data(&set, data, len, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    code = only_key(out, set, err);
    xcj_keyset_free(set);
    return code;
}
