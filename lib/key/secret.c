#include "lib/key/secret.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/codec/json_scan.h"
#include "lib/key/recognise.h"
#include "lib/key/unwrap.h"

static bool holds(xcj_str text, const char *needle)
{
    size_t len = strlen(needle);
    const char *at = text.ptr;
    const char *end = text.ptr + text.len;
    while ((size_t)(end - at) >= len) {
        at = memchr(at, needle[0], (size_t)(end - at) - len + 1);
        if (at == NULL) {
            return false;
        }
        if (memcmp(at, needle, len) == 0) {
            return true;
        }
        at++;
    }
    return false;
}

/* PEM that is not at the start of a line, and what every SSH key begins with: its length and "ssh-" or "ecdsa-", in base64.
 */
static bool holds_armour(xcj_str text)
{
    static const char *const needles[] = { "-----BEGIN ", "AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh" };
    bool found = false;
    for (size_t i = 0; !found && i < sizeof needles / sizeof needles[0]; i++) {
        found = holds(text, needles[i]);
    }
    return found;
}

/* How many characters of a JSON string stand for this one: 0 if they stand for another. */
static size_t stands_for(const char *at, size_t len, char c)
{
    static const char digits[] = "0123456789abcdef";
    const char escaped[] = { '\\', 'u', '0', '0', digits[c >> 4 & 7], digits[c & 15] };
    if (len > 0 && at[0] == c) {
        return 1;
    }
    for (size_t i = 0; i < sizeof escaped; i++) {
        if (i == len || (at[i] | (i > 1 ? 0x20 : 0)) != escaped[i]) {
            return 0;
        }
    }
    return sizeof escaped;
}

static bool is_kty(const char *at, const char *end)
{
    static const char name[] = "kty";
    for (size_t i = 0; name[i] != '\0'; i++) {
        size_t used = stands_for(at, (size_t)(end - at), name[i]);
        if (used == 0) {
            return false;
        }
        at += used;
    }
    while (at < end && *at == '\\') {
        at++;
    }
    return at < end && (*at == '"' || *at == '\'');
}

/* The member that every JWK has, whatever stands around it, even if what stands there is no JSON. */
static bool holds_kty(xcj_str text)
{
    const char *end = text.ptr + text.len;
    for (const char *at = text.ptr; at < end; at++) {
        if ((*at == '"' || *at == '\'') && is_kty(at + 1, end)) {
            return true;
        }
    }
    return false;
}

static bool is_object(xcj_str text, bool *failed)
{
    xcj__json_value value;
    xcj_code code = xcj__json_check(text.ptr, text.len, NULL, &value, NULL);
    *failed = code == XCJ_ERR_MEMORY;
    return (code == XCJ_OK && value.type == XCJ__JSON_OBJECT) || code == XCJ_ERR_LIMIT;
}

static bool is_key(xcj_str text, bool *failed)
{
    const char *why;
    xcj__form form = xcj__recognise((const uint8_t *)text.ptr, text.len, &why);
    *failed = false;
    return form == XCJ__FORM_PEM || form == XCJ__FORM_SSH || form == XCJ__FORM_NAMED || holds_armour(text) ||
           holds_kty(text) ||
           xcj__der_begins_key((const uint8_t *)text.ptr + xcj__str_space(text), text.len - xcj__str_space(text)) ||
           (form == XCJ__FORM_JSON && is_object(text, failed));
}

/* The same, of what is within quotes, UTF-16 and the like. */
static bool is_wrapped_key(xcj_str text, bool *failed)
{
    xcj__buf inner;
    if (!xcj__unwrap(&inner, text)) {
        return false;
    }
    *failed = inner.failed;
    bool found = !inner.failed && inner.len > 0 && is_key((xcj_str){ inner.ptr, inner.len }, failed);
    xcj__buf_free(&inner);
    return found;
}

/* The same, of what the text stands for as base64. */
static bool is_key_in_base64(xcj_str text, bool *failed)
{
    uint8_t *bytes = xcj__alloc(text.len + 3);
    *failed = bytes == NULL;
    if (*failed) {
        return false;
    }
    size_t len = xcj__b64_decode_lax(bytes, text.len + 3, text.ptr, text.len);
    xcj_str inner = { (const char *)bytes, len };
    bool found = len > 0 && (is_key(inner, failed) || (!*failed && is_wrapped_key(inner, failed)));
    xcj_free(bytes);
    return found;
}

xcj_code xcj__secret_check(const uint8_t *secret, size_t len, xcj_error *err)
{
    bool failed = false;
    xcj_str text = { (const char *)secret, len };
    bool found = len > 0 && (is_key(text, &failed) || (!failed && is_key_in_base64(text, &failed)) ||
                             (!failed && is_wrapped_key(text, &failed)));
    if (failed) {
        return xcj__fail_memory(err);
    }
    return found ? xcj__fail_at(err, XCJ_ERR_KEY, "k", XCJ_NO_OFFSET,
                                "the secret is itself a key or certificate, or a part of one, which others may know")
                 : XCJ_OK;
}
