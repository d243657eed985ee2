#include "lib/key/recognise.h"

#include <string.h>

#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/key/pem.h"

/* Of base64, enough to see the beginning of any key's DER. */
#define BASE64_BEGINNING 256

/* The first character after a byte order mark and white space; NUL if there is none. */
static char first_of(xcj_str data)
{
    size_t at = data.len >= 3 && memcmp(data.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < data.len && (data.ptr[at] == ' ' || data.ptr[at] == '\t' || data.ptr[at] == '\r' || data.ptr[at] == '\n')) {
        at++;
    }
    return at < data.len ? data.ptr[at] : '\0';
}

static bool is_empty(xcj_str data)
{
    return data.len == 0;
}

/* Without a look behind it: a certificate may hold the text of anything. */
static bool is_der(xcj_str data)
{
    bool is_curve_name = (uint8_t)data.ptr[0] == XCJ__DER_OBJECT_IDENTIFIER;
    return (uint8_t)data.ptr[0] == XCJ__DER_SEQUENCE ||
           (is_curve_name && xcj__der_begins_key((const uint8_t *)data.ptr, data.len));
}

static bool is_object(xcj_str data)
{
    return first_of(data) == '{';
}

static bool is_array(xcj_str data)
{
    return first_of(data) == '[';
}

static bool is_pem(xcj_str data)
{
    return xcj__pem_sniff(data.ptr, data.len);
}

/* A line of authorized_keys or of an id_*.pub file (RFC 4253 6.6). */
static bool is_ssh(xcj_str data)
{
    static const char *const types[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t len = strlen(types[i]);
        if (data.len > len && memcmp(data.ptr, types[i], len) == 0) {
            const char *blank = memchr(data.ptr, ' ', data.len);
            size_t rest = blank != NULL ? data.len - (size_t)(blank - data.ptr) : 0;
            return rest > 4 && memcmp(blank + 1, "AAAA", 4) == 0;
        }
    }
    return false;
}

static bool is_base64(xcj_str data)
{
    uint8_t beginning[BASE64_BEGINNING];
    size_t len = xcj__b64_decode_lax(beginning, sizeof beginning, data.ptr, data.len);
    return xcj__der_begins_key(beginning, len);
}

static bool is_anything(xcj_str data)
{
    (void)data;
    return true;
}

/* The first that says yes. */
static const struct row {
    bool (*is)(xcj_str data);
    xcj__form form;
    const char *why;
} rows[] = {
    { is_empty, XCJ__FORM_NONE, "there is nothing in it" },
    { is_der, XCJ__FORM_DER, NULL },
    { is_object, XCJ__FORM_JSON, NULL },
    { is_array, XCJ__FORM_NONE, "this is an array: a JWK is an object, and a JWK Set an object with the member \"keys\"" },
    { is_pem, XCJ__FORM_PEM, NULL },
    { is_ssh, XCJ__FORM_NAMED, "this is an OpenSSH public key: ssh-keygen -e -m PKCS8 -f FILE makes PEM of it" },
    { is_base64, XCJ__FORM_NAMED, "this is base64 without BEGIN and END lines: base64 -d FILE makes DER of it" },
    { is_anything, XCJ__FORM_NONE, "this is neither a JWK nor PEM nor DER" },
};

xcj__form xcj__recognise(const uint8_t *data, size_t len, const char **why)
{
    const struct row *row = rows;
    while (!row->is((xcj_str){ (const char *)data, len })) {
        row++;
    }
    *why = row->why;
    return row->form;
}
