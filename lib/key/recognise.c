#include "lib/key/recognise.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/key/openssh.h"
#include "lib/key/pem.h"

/* Of base64, enough to see the beginning of any key's DER. */
#define BASE64_BEGINNING 256

/* The first character after a byte order mark and white space; NUL if there is none. */
static char first_of(xcj_str data)
{
    size_t at = xcj__str_starts(data, "\xef\xbb\xbf") ? 3 : 0;
    at += xcj__str_space((xcj_str){ data.ptr + at, data.len - at });
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

/* The first line that is neither empty nor a comment is a public key. */
static bool is_ssh(xcj_str data)
{
    while (data.len > 0 && (data.ptr[0] == '#' || data.ptr[0] == '\n' || data.ptr[0] == '\r')) {
        const char *newline = memchr(data.ptr, '\n', data.len);
        size_t used = newline != NULL ? (size_t)(newline - data.ptr) + 1 : data.len;
        data = (xcj_str){ data.ptr + used, data.len - used };
    }
    return xcj__openssh_sniff(data);
}

static bool is_java(xcj_str data)
{
    return xcj__str_starts(data, "\xfe\xed\xfe\xed") || xcj__str_starts(data, "\xce\xce\xce\xce");
}

static bool is_ssh2(xcj_str data)
{
    return xcj__str_starts(data, "---- BEGIN SSH2 PUBLIC KEY ----");
}

static bool is_putty(xcj_str data)
{
    return xcj__str_starts(data, "PuTTY-User-Key-File-");
}

static bool is_markup(xcj_str data)
{
    return first_of(data) == '<';
}

/* Three parts or five, of base64url, the first of which is a JSON object. */
static bool is_token(xcj_str data)
{
    size_t dots = 0;
    for (size_t i = 0; i < data.len; i++) {
        dots += data.ptr[i] == '.';
    }
    return xcj__str_starts(data, "eyJ") && (dots == 2 || dots == 4);
}

static bool has_bad_dashes(xcj_str data)
{
    return xcj__pem_check_dashes(data.ptr, data.len, true, NULL) != XCJ_OK;
}

/* As in a file of NAME=VALUE lines. */
static bool has_inner_begin(xcj_str data)
{
    return xcj__pem_inner_begin(data.ptr, data.len) < data.len;
}

/* sshd(8): options, such as command="...", before the key's type. */
static bool is_ssh_with_options(xcj_str data)
{
    const char *newline = memchr(data.ptr, '\n', data.len);
    size_t len = newline != NULL ? (size_t)(newline - data.ptr) : data.len;
    for (size_t i = 0; i < len; i++) {
        if (data.ptr[i] == ' ' && xcj__openssh_sniff((xcj_str){ data.ptr + i + 1, len - i - 1 })) {
            return true;
        }
    }
    return false;
}

static bool is_url(xcj_str data)
{
    return xcj__str_starts(data, "https://") || xcj__str_starts(data, "http://");
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
    { is_array, XCJ__FORM_JSON, NULL },
    { is_pem, XCJ__FORM_PEM, NULL },
    { is_ssh, XCJ__FORM_SSH, NULL },
    { is_ssh2, XCJ__FORM_NAMED, "this is a public key of SSH2: ssh-keygen -i -f FILE makes a line of it that is read" },
    { is_putty, XCJ__FORM_NAMED, "this is a PuTTY key: puttygen FILE -O private-openssh -o KEY converts it" },
    { is_java, XCJ__FORM_NAMED,
      "this is a Java keystore: keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12 makes "
      "PKCS#12 of it, which is read" },
    { has_bad_dashes, XCJ__FORM_NAMED, NULL },
    { has_inner_begin, XCJ__FORM_NAMED, NULL },
    { is_ssh_with_options, XCJ__FORM_NAMED,
      "this is a line of authorized_keys with options: remove what stands before the key's type" },
    { is_base64, XCJ__FORM_NAMED, "this is base64 without BEGIN and END lines: base64 -d FILE makes DER of it" },
    { is_token, XCJ__FORM_NONE, "this is a token, not a key" },
    { is_url, XCJ__FORM_NONE, "this is a URL, not a key: curl -fsS URL prints what it leads to" },
    { is_markup, XCJ__FORM_NONE, "this is an HTML or XML document, perhaps the error page of a server" },
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

xcj_code xcj__recognise_fail(const uint8_t *data, size_t len, const char *why, xcj_error *err)
{
    if (why != NULL) {
        return xcj__fail(err, XCJ_ERR_KEY, "%s", why);
    }
    xcj_code code = xcj__pem_check_dashes((const char *)data, len, true, err);
    if (code != XCJ_OK) {
        return code;
    }
    size_t offset = xcj__pem_inner_begin((const char *)data, len);
    return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", offset,
                        "PEM begins in the middle of a line, at offset %zu: begin a new line before -----BEGIN, or take the "
                        "value alone from a NAME=VALUE file",
                        offset);
}
