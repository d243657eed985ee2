#include "lib/gateway/credential.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/digest.h"
#include "lib/key/x509.h"
#include "lib/token/compact.h"

#define METHODS XCJ__METHODS
#define LIST_MAX 100

static uint32_t method_bit(size_t which)
{
    return (uint32_t)1 << which;
}

xcj_code xcj__auth_read(xcj_auth *out, const xcj_auth *auth, xcj_error *err)
{
    xcj_code code = xcj__options_read(out, sizeof *out, auth, err);
    xcj__view_settle(&out->authorization);
    xcj__view_settle(&out->client_cert);
    xcj__view_settle(&out->client_dn);
    xcj__view_settle(&out->api_key);
    xcj__view_settle(&out->consumer_custom_id);
    xcj__view_settle(&out->consumer_id);
    xcj__view_settle(&out->audience);
    xcj__view_settle(&out->service_scheme);
    xcj__view_settle(&out->service_host);
    xcj__view_settle(&out->service_path);
    xcj__view_settle(&out->jti);
    xcj__view_settle(&out->dpop);
    xcj__view_settle(&out->htm);
    xcj__view_settle(&out->htu);
    xcj__view_settle(&out->sub);
    if (code == XCJ_OK) {
        code = xcj__array_check(out->claims, out->claims_count, "claims", err);
    }
    if (code == XCJ_OK) {
        code = xcj__array_check(out->dpop_nonces, out->dpop_nonces_count, "dpop_nonces", err);
    }
    return code == XCJ_OK ? xcj__array_check(out->audiences, out->audiences_count, "audiences", err) : code;
}

/* RFC 9110 5.6.2 */
static bool is_tchar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

size_t xcj__http_token_len(xcj_str text)
{
    size_t len = 0;
    while (len < text.len && is_tchar(text.ptr[len])) {
        len++;
    }
    return len;
}

/* RFC 9110 11.4: splits the scheme from the rest of the value. */
static xcj_str split_scheme(xcj_str *rest, xcj_str value)
{
    value = xcj__str_trim_ows(value);
    size_t len = xcj__http_token_len(value);
    *rest = (xcj_str){ len < value.len ? value.ptr + len : NULL, value.len - len };
    return (xcj_str){ value.ptr, len };
}

bool xcj__credential_is_dpop(const xcj_auth *auth)
{
    xcj_str rest;
    return xcj__str_is_nocase(split_scheme(&rest, auth->authorization), "DPoP");
}

/* Finds each method's credential, by the number of its bit; ptr NULL: none. Credentials still begin with the space. */
static void find_all(xcj_str found[METHODS], const xcj_auth *auth)
{
    memset(found, 0, METHODS * sizeof *found);
    xcj_str rest;
    xcj_str scheme = split_scheme(&rest, auth->authorization);
    xcj_str credentials = { rest.ptr != NULL ? rest.ptr : "", rest.len };
    if (xcj__str_is_nocase(scheme, "Bearer") || xcj__str_is_nocase(scheme, "DPoP")) {
        found[0] = credentials;
    } else if (xcj__str_is_nocase(scheme, "Basic")) {
        found[1] = credentials;
    }
    if (auth->client_cert.len > 0) {
        found[2] = auth->client_cert;
    } else if (auth->client_dn.len > 0) {
        found[2] = auth->client_dn;
    }
    if (auth->api_key.len > 0) {
        found[3] = auth->api_key;
    }
}

/* Writes the names of these methods, each after `before`. */
static const char *name_methods(char list[LIST_MAX], uint32_t bits, const xcj__sentences *sentences, const char *before)
{
    xcj__buf buf;
    xcj__buf_init_fixed(&buf, list, LIST_MAX - 1);
    for (size_t i = 0; i < METHODS; i++) {
        if ((bits & method_bit(i)) != 0) {
            xcj__buf_put_text(&buf, buf.len > 0 ? ", " : "");
            xcj__buf_put_text(&buf, before);
            xcj__buf_put_text(&buf, sentences->method[i]);
        }
    }
    list[buf.failed ? 0 : buf.len] = '\0';
    return list;
}

/* The sentence about Basic stands alone, or has a colon and the fault behind it. */
static xcj_code bad_header(const xcj__credential *credential, const char *fault, xcj_error *err)
{
    const xcj__sentences *sentences = credential->sentences;
    const bool is_basic = credential->method == XCJ_AUTH_BASIC;
    return xcj__fail_at(err, XCJ_ERR_CREDENTIAL, "authorization", XCJ_NO_OFFSET, "%s%s%s%s", sentences->issue,
                        is_basic ? sentences->bad_basic : sentences->bad_bearer, is_basic && fault[0] != '\0' ? ": " : "",
                        fault);
}

/* RFC 9110 11.4: one or more spaces, then the credentials, which contain no white space in these schemes. */
static xcj_code read_credentials(xcj__credential *credential, xcj_str rest, xcj_error *err)
{
    if (rest.len == 0) {
        return bad_header(credential, "no credentials after the scheme", err);
    }
    size_t at = 0;
    while (at < rest.len && rest.ptr[at] == ' ') {
        at++;
    }
    xcj_str credentials = { rest.ptr + at, rest.len - at };
    bool one = at > 0 && memchr(credentials.ptr, ' ', credentials.len) == NULL &&
               memchr(credentials.ptr, '\t', credentials.len) == NULL;
    if (!one) {
        return bad_header(credential, "the header is not a scheme, spaces and one credential", err);
    }
    credential->text = credentials;
    return XCJ_OK;
}

static xcj_code read_credential(xcj__credential *out, xcj_str found, const xcj_auth *auth, xcj_error *err)
{
    if (out->method == XCJ_AUTH_BEARER || out->method == XCJ_AUTH_BASIC) {
        return read_credentials(out, found, err);
    }
    const bool is_dn = out->method == XCJ_AUTH_CLIENT_CERT && auth->client_cert.len == 0;
    *(is_dn ? &out->dn : &out->text) = found;
    return XCJ_OK;
}

static uint32_t present(const xcj_str found[METHODS])
{
    uint32_t bits = 0;
    for (size_t i = 0; i < METHODS; i++) {
        bits |= found[i].ptr != NULL ? method_bit(i) : 0;
    }
    return bits;
}

uint32_t xcj__credential_methods(const xcj_auth *auth)
{
    xcj_str found[METHODS];
    find_all(found, auth);
    return present(found);
}

/* With two subjects it is unknown which one the gateway has checked. */
static bool has_two_subjects(const xcj_auth *auth)
{
    return (auth->methods & XCJ_AUTH_CLIENT_CERT) != 0 && auth->client_cert.len > 0 && auth->client_dn.len > 0;
}

static xcj_code check_methods(const xcj_auth *auth, xcj_error *err)
{
    if (auth->methods == 0 || (auth->methods & ~XCJ_AUTH_ANY) != 0) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "methods", XCJ_NO_OFFSET,
                            "methods names no authentication method, or an unknown one");
    }
    if (has_two_subjects(auth)) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "client_dn", XCJ_NO_OFFSET,
                            "client_cert and client_dn must not both be given");
    }
    return XCJ_OK;
}

xcj_code xcj__credential_select(xcj__credential *out, const xcj_auth *auth, const xcj__sentences *sentences, xcj_error *err)
{
    *out = (xcj__credential){ .sentences = sentences };
    xcj_code code = check_methods(auth, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_str found[METHODS];
    char list[LIST_MAX];
    find_all(found, auth);
    uint32_t bits = present(found) & auth->methods;
    if (bits == 0) {
        return xcj__fail(err, XCJ_ERR_NO_CREDENTIAL, "%s%s", sentences->none,
                         name_methods(list, auth->methods, sentences, "no "));
    }
    if ((bits & (bits - 1)) != 0) {
        return xcj__fail(err, XCJ_ERR_NO_CREDENTIAL, "%s%s", sentences->several, name_methods(list, bits, sentences, ""));
    }
    size_t which = 0;
    while (method_bit(which) != bits) {
        which++;
    }
    out->method = bits;
    out->is_dpop = bits == XCJ_AUTH_BEARER && xcj__credential_is_dpop(auth);
    return read_credential(out, found[which], auth, err);
}

const char *xcj__client_id_fault(xcj_str client_id)
{
    if (client_id.len == 0) {
        return ": it is empty";
    }
    if (!xcj__utf8_valid(client_id.ptr, client_id.len)) {
        return ": it is not valid UTF-8";
    }
    if (!xcj__utf8_has_hidden(client_id.ptr, client_id.len)) {
        return NULL;
    }
    return xcj__utf8_has_control(client_id.ptr, client_id.len) ? ": it has a control character"
                                                               : ": it has a character that does not show";
}

/* RFC 7617 2: token68, so padding is optional; RFC 4648 3.5: no bits after the last byte. */
static bool decode_basic(uint8_t *dst, size_t *dst_len, xcj_str text)
{
    size_t tail = text.len % 4;
    if (tail == 0) {
        return xcj__b64_decode(dst, dst_len, text.ptr, text.len, NULL);
    }
    size_t whole = text.len - tail;
    char last[4] = { '=', '=', '=', '=' };
    memcpy(last, text.ptr + whole, tail);
    size_t head_len;
    size_t tail_len = 0;
    bool good = memchr(text.ptr, '=', text.len) == NULL && xcj__b64_decode(dst, &head_len, text.ptr, whole, NULL) &&
                xcj__b64_decode(dst + head_len, &tail_len, last, sizeof last, NULL);
    xcj__wipe(last, sizeof last);
    *dst_len = good ? head_len + tail_len : 0;
    return good;
}

/* RFC 7617 2: the user ends at the first colon; the password may contain more. */
static xcj_code basic_user(xcj_str *out, const xcj__credential *credential, const char *pair, size_t len, xcj_error *err)
{
    const char *colon = len > 0 ? memchr(pair, ':', len) : NULL;
    if (colon == NULL) {
        return bad_header(credential, "there is no colon", err);
    }
    if (!xcj__utf8_valid(pair, len)) {
        return bad_header(credential, "it is not valid UTF-8", err);
    }
    *out = (xcj_str){ pair, (size_t)(colon - pair) };
    return XCJ_OK;
}

static xcj_code basic_client_id(xcj_str *out, const xcj__credential *credential, xcj__buf *work, xcj_error *err)
{
    const xcj_str text = credential->text;
    size_t room = text.len / 4 * 3 + 3;
    char *pair = xcj__buf_reserve(work, room);
    if (pair == NULL) {
        return xcj__fail_memory(err);
    }
    size_t len;
    xcj_code code;
    if (decode_basic((uint8_t *)pair, &len, text)) {
        code = basic_user(out, credential, pair, len, err);
    } else {
        len = 0;
        code = bad_header(credential, "", err);
    }
    xcj__wipe(pair + out->len, room - out->len);
    work->len += out->len;
    return code;
}

static xcj_code subject_client_id(xcj_str *out, xcj_str cert, bool unescaped_dn, xcj__buf *work, xcj_error *err)
{
    size_t start = work->len;
    xcj_code code = xcj__x509_subject(work, cert.ptr, cert.len, unescaped_dn, err);
    if (code == XCJ_OK && work->failed) {
        code = xcj__fail_memory(err);
    }
    if (code == XCJ_OK) {
        *out = (xcj_str){ work->ptr + start, work->len - start };
    }
    return code;
}

xcj_code xcj__credential_client_id(xcj_str *out, const xcj__credential *credential, bool unescaped_dn, xcj__buf *work,
                                   xcj_error *err)
{
    *out = (xcj_str){ NULL, 0 };
    xcj_code code = XCJ_OK;
    if (credential->method == XCJ_AUTH_BASIC) {
        code = basic_client_id(out, credential, work, err);
    } else if (credential->method == XCJ_AUTH_CLIENT_CERT && credential->text.ptr != NULL) {
        code = subject_client_id(out, credential->text, unescaped_dn, work, err);
    } else {
        *out = credential->dn.ptr != NULL ? credential->dn : credential->text;
    }
    const char *fault = code == XCJ_OK ? xcj__client_id_fault(*out) : NULL;
    if (fault != NULL) {
        code = xcj__fail_at(err, XCJ_ERR_CLIENT_ID, "client_id", XCJ_NO_OFFSET, "%sUnable to use the client_id%s",
                            credential->sentences->issue, fault);
    }
    if (code != XCJ_OK) {
        *out = (xcj_str){ NULL, 0 };
    }
    return code;
}

xcj_code xcj__credential_hash(xcj_str *client_id, xcj__buf *work, xcj_scratch *scratch, xcj_error *err)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[XCJ__DIGEST_MAX];
    size_t len = 0;
    xcj_code code = xcj__digest(hash, &len, XCJ_SHA256, *client_id, scratch, err);
    *client_id = (xcj_str){ NULL, 0 };
    char *text = code == XCJ_OK ? xcj__buf_reserve(work, 2 * len) : NULL;
    if (code != XCJ_OK || text == NULL) {
        return code != XCJ_OK ? code : xcj__fail_memory(err);
    }
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    work->len += 2 * len;
    *client_id = (xcj_str){ text, 2 * len };
    return XCJ_OK;
}

xcj_code xcj__credential_payload(xcj_str *out, const xcj__credential *credential, xcj__buf *work, xcj_error *err)
{
    *out = (xcj_str){ NULL, 0 };
    xcj_str token = credential->text;
    xcj__compact parts;
    if (xcj__compact_split(&parts, token.ptr, token.len, NULL) != XCJ_OK) {
        return bad_header(credential, "Inconsistent JWT", err);
    }
    if (parts.header.len == 0 || parts.signature.len == 0) {
        return bad_header(credential, "Inconsistent JWT: the header or the signature is empty", err);
    }
    uint8_t *dst = (uint8_t *)xcj__buf_reserve(work, xcj__b64u_decoded_max(token.len));
    if (dst == NULL) {
        return xcj__fail_memory(err);
    }
    size_t len;
    if (!xcj__b64u_decode(dst, &len, parts.header.ptr, parts.header.len, NULL) ||
        !xcj__b64u_decode(dst, &len, parts.signature.ptr, parts.signature.len, NULL) ||
        !xcj__b64u_decode(dst, &len, parts.payload.ptr, parts.payload.len, NULL)) {
        return bad_header(credential, "a part is not base64url", err);
    }
    work->len += len;
    *out = (xcj_str){ (const char *)dst, len };
    return XCJ_OK;
}

size_t xcj__credential_reach(const xcj__credential *credential)
{
    if (credential->method == XCJ_AUTH_BEARER) {
        xcj__compact parts;
        bool split = xcj__compact_split(&parts, credential->text.ptr, credential->text.len, NULL) == XCJ_OK;
        return split ? xcj__b64u_decoded_max(parts.payload.len) : 0;
    }
    if (credential->method == XCJ_AUTH_BASIC) {
        return credential->text.len / 4 * 3 + 3;
    }
    return credential->dn.ptr != NULL ? credential->dn.len : credential->text.len;
}
