#include "lib/token/jws.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/key.h"

/* A header that we write usually takes one to two hundred bytes. */
#define HEADER_STORAGE 1024

static size_t count_dots(const char *token, size_t len)
{
    size_t dots = 0;
    for (size_t i = 0; i < len; i++) {
        dots += token[i] == '.';
    }
    return dots;
}

/* Names the common mistakes of people who paste tokens. */
static xcj_code not_compact(const char *token, size_t len, size_t dots, xcj_error *err)
{
    if (len == 0) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token is empty");
    }
    if (token[0] == '{') {
        return xcj__fail(err, XCJ_ERR_TOKEN, "this is JSON, not a compact token");
    }
    if (len >= 7 && xcj__str_is_nocase((xcj_str){ token, 7 }, "Bearer ")) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token begins with \"Bearer \": remove that");
    }
    if (token[0] == '"' || token[0] == '\'') {
        return xcj__fail(err, XCJ_ERR_TOKEN, "the token stands in quotes: leave them out");
    }
    if (dots == 4) {
        return xcj__fail(err, XCJ_ERR_TOKEN, "a token of five parts is encrypted (a JWE), which is not supported");
    }
    return xcj__fail(err, XCJ_ERR_TOKEN, "a token has three parts, separated by dots; this has %zu", dots + 1);
}

xcj_code xcj__compact_split(xcj__compact *out, const char *token, size_t len, xcj_error *err)
{
    const char *first = len > 0 ? memchr(token, '.', len) : NULL;
    const char *end = token + len;
    const char *second = first != NULL ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    bool is_three = second != NULL && memchr(second + 1, '.', (size_t)(end - second - 1)) == NULL;
    if (!is_three || memchr("{\"'", token[0], 3) != NULL || memchr(token, ' ', (size_t)(first - token)) != NULL) {
        return not_compact(token, len, count_dots(token, len), err);
    }
    out->header = (xcj_str){ token, (size_t)(first - token) };
    out->payload = (xcj_str){ first + 1, (size_t)(second - first - 1) };
    out->signature = (xcj_str){ second + 1, (size_t)(end - second - 1) };
    out->input = (xcj_str){ token, (size_t)(second - token) };
    return XCJ_OK;
}

static void put_text_member(xcj__buf *out, const char *name, xcj_str text)
{
    if (text.ptr != NULL && text.len > 0) {
        xcj__buf_put_text(out, out->len == 0 || out->ptr[out->len - 1] == '{' ? "\"" : ",\"");
        xcj__buf_put_text(out, name);
        xcj__buf_put_text(out, "\":");
        xcj__json_put_string(out, text);
    }
}

/* The values that we write ourselves; further members must not repeat those that are present. */
typedef struct members {
    xcj_str typ;
    xcj_str kid;
    xcj_str jku;
} members;

static xcj_code check_extra(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    const members *ours = ctx;
    bool is_ours = (ours->typ.len > 0 && xcj__json_named(item, "typ")) ||
                   (ours->kid.len > 0 && xcj__json_named(item, "kid")) ||
                   (ours->jku.len > 0 && xcj__json_named(item, "jku"));
    bool is_fixed = xcj__json_named(item, "alg") || xcj__json_named(item, "crit") || xcj__json_named(item, "b64");
    if (!is_ours && !is_fixed) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    xcj__sanitise(shown, sizeof shown, item->name.ptr, item->name.len);
    return xcj__fail_at(err, XCJ_ERR_CONFIG, shown, XCJ_NO_OFFSET, "a further header member must not be \"%s\": %s", shown,
                        is_fixed ? "libxcj sets it" : "it is already present");
}

/* The members of a (checked) object, without its braces. */
static xcj_str inside(xcj_str object)
{
    const char *open = memchr(object.ptr, '{', object.len);
    const char *close = object.ptr + object.len;
    while (*--close != '}') {
    }
    return (xcj_str){ open + 1, (size_t)(close - open - 1) };
}

static bool is_blank(xcj_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" \t\r\n", text.ptr[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static xcj_code put_extra(xcj__buf *out, xcj_str header, members *ours, xcj_error *err)
{
    if (header.ptr == NULL) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_scan(header.ptr, header.len, XCJ__JSON_OBJECT, NULL, check_extra, ours, err);
    if (code == XCJ_OK && !is_blank(inside(header))) {
        xcj__buf_put_char(out, ',');
        xcj__buf_put_str(out, inside(header));
    }
    return code;
}

static bool is_text(xcj_str text)
{
    return text.ptr == NULL || xcj__utf8_valid(text.ptr, text.len);
}

xcj_code xcj__jws_put_header(xcj__buf *out, xcj_alg alg, const xcj_key *key, const xcj_jws_options *options, xcj_error *err)
{
    members ours = { options->typ, options->kid.ptr != NULL ? options->kid : xcj_key_id(key), options->jku };
    if (!is_text(ours.typ) || !is_text(ours.kid) || !is_text(ours.jku)) {
        return xcj__fail(err, XCJ_ERR_CONFIG, "typ, kid and jku must be UTF-8");
    }
    xcj__buf_put_char(out, '{');
    put_text_member(out, "typ", ours.typ);
    put_text_member(out, "alg", xcj_text(xcj_alg_name(alg)));
    put_text_member(out, "kid", ours.kid);
    put_text_member(out, "jku", ours.jku);
    xcj_code code = put_extra(out, options->header, &ours, err);
    if (options->unencoded) {
        /* RFC 7797 6: b64 must be critical, so that no verifier ignores it and treats the payload as base64url. */
        xcj__buf_put_text(out, ",\"b64\":false,\"crit\":[\"b64\"]");
    }
    xcj__buf_put_char(out, '}');
    return code;
}

typedef struct reading {
    xcj__header *out;
    xcj_str text;
    xcj__buf *names;
    const xcj__json_limits *limits;
} reading;

/* Takes a string parameter: a view of the text, or of `names` if it had to be unescaped. */
static xcj_code take_string(reading *r, const xcj__json_item *item, const char *name, xcj_str *out, xcj_error *err)
{
    const xcj__json_value *value = &item->value;
    if (value->type != XCJ__JSON_STRING) {
        return xcj__fail_at(err, XCJ_ERR_TOKEN, name, (size_t)(value->raw.ptr - r->text.ptr),
                            "the header's \"%s\" is not a string", name);
    }
    *out = value->text;
    if (!value->escaped) {
        return XCJ_OK;
    }
    /* Reserve space for the whole header now, so that earlier strings do not move. */
    char *dst = xcj__buf_reserve(r->names, r->names->len == 0 ? r->text.len : value->text.len);
    if (dst == NULL) {
        return xcj__fail_memory(err);
    }
    *out = (xcj_str){ dst, xcj__json_unescape(dst, value->text) };
    r->names->len += out->len;
    return XCJ_OK;
}

static xcj_code take_b64(reading *r, const xcj__json_item *item, xcj_error *err)
{
    if (item->value.type != XCJ__JSON_BOOL) {
        return xcj__fail_at(err, XCJ_ERR_TOKEN, "b64", XCJ_NO_OFFSET, "the header's \"b64\" is not true or false");
    }
    r->out->has_b64 = true;
    r->out->b64 = item->value.text.ptr[0] == 't';
    return XCJ_OK;
}

typedef struct critical {
    size_t count;
    bool names_b64;
} critical;

static xcj_code note_critical(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    critical *crit = ctx;
    const xcj__json_value *value = &item->value;
    crit->count++;
    if (value->type != XCJ__JSON_STRING || !xcj__json_equal(value->text, value->escaped, "b64", 3) || crit->names_b64) {
        char shown[XCJ__SHOWN];
        return xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET,
                            "the token's \"crit\" names \"%s\", which is not understood",
                            xcj__sanitise(shown, sizeof shown, value->text.ptr, value->text.len));
    }
    crit->names_b64 = true;
    return XCJ_OK;
}

/* RFC 7515 4.1.11: crit is a non-empty array of names without duplicates, each of which we must understand: only b64. */
static xcj_code take_crit(reading *r, const xcj__json_item *item, xcj_error *err)
{
    critical crit = { 0, false };
    if (item->value.type != XCJ__JSON_ARRAY) {
        return xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET, "the header's \"crit\" is not an array");
    }
    xcj_str raw = item->value.raw;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_ARRAY, r->limits, note_critical, &crit, err);
    if (code == XCJ_OK && crit.count == 0) {
        code = xcj__fail_at(err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET, "the header's \"crit\" is empty");
    }
    r->out->has_crit = true;
    r->out->crit_b64 = crit.names_b64;
    return code;
}

static xcj_code take_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    reading *r = ctx;
    xcj__header *h = r->out;
    xcj_str unused;
    if (xcj__json_named(item, "alg")) {
        h->has_alg = true;
        return take_string(r, item, "alg", &h->alg, err);
    }
    if (xcj__json_named(item, "kid")) {
        h->has_kid = true;
        return take_string(r, item, "kid", &h->kid, err);
    }
    if (xcj__json_named(item, "typ")) {
        h->has_typ = true;
        return take_string(r, item, "typ", &h->typ, err);
    }
    if (xcj__json_named(item, "crit")) {
        return take_crit(r, item, err);
    }
    if (xcj__json_named(item, "b64")) {
        return take_b64(r, item, err);
    }
    if (xcj__json_named(item, "cty")) {
        return take_string(r, item, "cty", &unused, err);
    }
    return XCJ_OK;
}

xcj_code xcj__header_read(xcj__header *out, xcj_str text, const xcj__json_limits *limits, xcj__buf *names, xcj_error *err)
{
    reading r = { out, text, names, limits };
    memset(out, 0, sizeof *out);
    return xcj__json_scan(text.ptr, text.len, XCJ__JSON_OBJECT, limits, take_member, &r, err);
}

xcj_code xcj__headers_disjoint(xcj_str header, xcj_str other, const xcj__json_limits *limits, xcj_error *err)
{
    if (is_blank(inside(header)) || is_blank(inside(other))) {
        return XCJ_OK;
    }
    xcj__buf both;
    xcj__buf_init(&both);
    xcj__buf_put_char(&both, '{');
    xcj__buf_put_str(&both, inside(header));
    xcj__buf_put_char(&both, ',');
    xcj__buf_put_str(&both, inside(other));
    xcj__buf_put_char(&both, '}');
    xcj_code code =
        both.failed ? xcj__fail_memory(err) : xcj__json_scan(both.ptr, both.len, XCJ__JSON_OBJECT, limits, NULL, NULL, NULL);
    xcj__buf_free(&both);
    return code != XCJ_ERR_JSON ? code : xcj__fail(err, XCJ_ERR_TOKEN, "a member is in both headers");
}

xcj_code xcj__sign_input(xcj__buf *input, const xcj__signing *signing, xcj_str payload, xcj_error *err)
{
    char storage[HEADER_STORAGE];
    xcj__buf header;
    xcj__buf_init_on(&header, storage, sizeof storage);
    xcj_code code = xcj__jws_put_header(&header, signing->alg, signing->key, signing->options, err);
    if (code == XCJ_OK && header.failed) {
        code = xcj__fail_memory(err);
    }
    if (code == XCJ_OK) {
        xcj__put_base64url(input, (xcj_str){ header.ptr, header.len });
        xcj__buf_put_char(input, '.');
        if (signing->options->unencoded) {
            xcj__buf_put_str(input, payload);
        } else {
            xcj__put_base64url(input, payload);
        }
        code = input->failed ? xcj__fail_memory(err) : XCJ_OK;
    }
    xcj__buf_free(&header);
    return code;
}

void xcj__put_base64url(xcj__buf *out, xcj_str bytes)
{
    char *dst = xcj__buf_reserve(out, xcj__b64u_encoded_len(bytes.len));
    if (dst != NULL) {
        out->len += xcj__b64u_encode(dst, (const uint8_t *)bytes.ptr, bytes.len);
    }
}

xcj_code xcj__put_signature(xcj__buf *out, const xcj__signing *signing, xcj_str input, xcj_scratch *scratch, xcj_error *err)
{
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t len;
    xcj_code code = xcj__key_sign(sig, &len, signing->key, signing->alg, input.ptr, input.len, scratch, err);
    if (code == XCJ_OK) {
        xcj__put_base64url(out, (xcj_str){ (const char *)sig, len });
    }
    return code;
}

/* RFC 7797 5.2: a dot in an unencoded payload would be a separator of the compact serialisation, unless the payload is
 * detached. */
static xcj_code check_form(const xcj_jws_options *options, xcj_error *err)
{
    if (options->unencoded && !options->detached) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "an unencoded payload (b64=false) of a compact token must be detached");
    }
    return options->unprotected.ptr == NULL ? XCJ_OK
                                            : xcj__fail(err, XCJ_ERR_ARGUMENT, "a compact token has no unprotected header");
}

static xcj_code sign_compact(xcj__buf *token, const xcj__signing *signing, xcj_str payload, xcj_scratch *scratch,
                             xcj_error *err)
{
    xcj_code code = xcj__sign_input(token, signing, payload, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[XCJ__SIGNATURE_MAX * 4 / 3 + 4];
    xcj__buf sig;
    xcj__buf_init_on(&sig, storage, sizeof storage);
    code = xcj__put_signature(&sig, signing, (xcj_str){ token->ptr, token->len }, scratch, err);
    if (signing->options->detached) {
        token->len = (size_t)((const char *)memchr(token->ptr, '.', token->len) - token->ptr) + 1;
    }
    xcj__buf_put_char(token, '.');
    xcj__buf_put(token, sig.ptr, sig.len);
    xcj__buf_free(&sig);
    return code;
}

xcj_code xcj__signing_open(xcj__signing *out, const xcj_key *key, const xcj_jws_options *options, xcj_jws_options *given,
                           xcj_error *err)
{
    xcj_code code = xcj__options_read(given, sizeof *given, options, err);
    xcj__view_settle(&given->typ);
    xcj__view_settle(&given->kid);
    xcj__view_settle(&given->jku);
    xcj__view_settle(&given->header);
    xcj__view_settle(&given->unprotected);
    *out = (xcj__signing){ key, XCJ_ALG_NONE, given };
    return code == XCJ_OK ? xcj_key_sign_alg(&out->alg, key, given->alg, err) : code;
}

xcj_code xcj_jws_sign(char **out, size_t *out_len, const void *payload, size_t payload_len, const xcj_key *key,
                      const xcj_jws_options *options, xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL || (payload == NULL && payload_len > 0)) {
        return xcj__fail_null(err);
    }
    xcj_jws_options given;
    xcj__signing signing;
    xcj_code code = xcj__signing_open(&signing, key, options, &given, err);
    if (code == XCJ_OK) {
        code = check_form(&given, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf token;
    xcj__buf_init(&token);
    code = sign_compact(&token, &signing, (xcj_str){ payload != NULL ? payload : "", payload_len }, scratch, err);
    if (code != XCJ_OK) {
        xcj__buf_free(&token);
        return code;
    }
    xcj__error_clear(err);
    return xcj__buf_take(&token, out, out_len, err);
}
