/*
 * make.c: other headers and claims, signed or not.
 */
#include <string.h>

#include "cli/forge/crypto.h"
#include "cli/forge/forge.h"

/* Deeper than a recursive parser's stack. */
#define NESTING 50000

/* The object's text with a member's value replaced (or put last), or left out for NULL. The raw text may be no JSON at all.
 */
static void edit(text *out, json_t *object, const char *name, const char *raw)
{
    const char *each = NULL;
    json_t *value = NULL;
    bool found = false;
    const char *comma = "{";
    json_object_foreach(object, each, value)
    {
        const bool is_it = strcmp(each, name) == 0;
        found = found || is_it;
        if (is_it && raw == NULL) {
            continue;
        }
        text_puts(out, comma);
        (void)doc_string(out, each, strlen(each));
        text_puts(out, ":");
        if (is_it) {
            text_puts(out, raw);
        } else {
            doc_dump(out, value);
        }
        comma = ",";
    }
    if (!found && raw != NULL) {
        text_puts(out, comma);
        (void)doc_string(out, name, strlen(name));
        text_puts(out, ":");
        text_puts(out, raw);
        comma = ",";
    }
    text_puts(out, strcmp(comma, "{") == 0 ? "{}" : "}");
}

/* The signature of the whole text so far, appended behind a dot, as the genuine token's algorithm wants it. */
static void sign(const forge *from, const xcj_key *key, text *out)
{
    text signature = TEXT_INIT;
    const forge_scheme scheme = forge_scheme_of(from->alg);
    bool made = false;
    if (xcj_key_type(key) == XCJ_KTY_OCT) {
        uint8_t *secret = NULL;
        size_t len = 0;
        made = xcj_key_to_secret(&secret, &len, key, NULL) == XCJ_OK &&
               forge_hmac(&signature, scheme.hash, (xcj_str){ (const char *)secret, len }, text_view(out));
        xcj_free(secret);
    } else {
        made = forge_sign(&signature, key, &scheme, text_view(out));
    }
    text_puts(out, ".");
    text_base64url(out, text_view(&signature));
    out->failed = out->failed || !made || signature.failed;
    text_free(&signature);
}

static void put_input(text *out, xcj_str header, xcj_str claims)
{
    text_base64url(out, header);
    text_puts(out, ".");
    text_base64url(out, claims);
}

/* Header and claims, signed with the private key that was given. */
static void put_signed(const forge *from, xcj_str header, xcj_str claims, text *out)
{
    put_input(out, header, claims);
    sign(from, from->signer, out);
}

static void put_tail(const forge *from, text *out)
{
    text_puts(out, ".");
    if (from->tail == NULL || strcmp(from->tail, "kept") == 0) {
        text_add(out, from->part[2].ptr, from->part[2].len);
    }
}

static const char *raw_of(const forge *from, const forge_case *row, char *room, size_t cap)
{
    if (row->each != FORGE_EACH_ALG) {
        return row->raw;
    }
    (void)snprintf(room, cap, "\"%s\"", xcj_alg_name(from->each));
    return room;
}

bool forge_header(forge *from, const forge_case *row, text *out)
{
    text header = TEXT_INIT;
    char room[40];
    if (row->each == FORGE_EACH_ALG && from->each == from->alg) {
        return false;
    }
    edit(&header, from->parsed_header, row->what, raw_of(from, row, room, sizeof room));
    put_input(out, text_view(&header), from->claims);
    put_tail(from, out);
    out->failed = out->failed || header.failed;
    text_free(&header);
    return true;
}

bool forge_header_signed(forge *from, const forge_case *row, text *out)
{
    text header = TEXT_INIT;
    edit(&header, from->parsed_header, row->what, row->raw);
    put_signed(from, text_view(&header), from->claims, out);
    out->failed = out->failed || header.failed;
    text_free(&header);
    return true;
}

bool forge_claims(forge *from, const forge_case *row, text *out)
{
    text claims = TEXT_INIT;
    edit(&claims, from->parsed_claims, row->what, row->raw);
    put_input(out, from->header, text_view(&claims));
    put_tail(from, out);
    out->failed = out->failed || claims.failed;
    text_free(&claims);
    return true;
}

bool forge_claims_signed(forge *from, const forge_case *row, text *out)
{
    text claims = TEXT_INIT;
    edit(&claims, from->parsed_claims, row->what, row->raw);
    put_signed(from, from->header, text_view(&claims), out);
    out->failed = out->failed || claims.failed;
    text_free(&claims);
    return true;
}

static bool around(forge *from, const forge_case *row, bool is_header, text *out)
{
    text whole = TEXT_INIT;
    const xcj_str inner = is_header ? from->header : from->claims;
    text_puts(&whole, row->what);
    text_add(&whole, inner.ptr, inner.len);
    text_puts(&whole, row->raw);
    put_signed(from, is_header ? text_view(&whole) : from->header, is_header ? from->claims : text_view(&whole), out);
    out->failed = out->failed || whole.failed;
    text_free(&whole);
    return true;
}

bool forge_header_around(forge *from, const forge_case *row, text *out)
{
    return around(from, row, true, out);
}

bool forge_claims_around(forge *from, const forge_case *row, text *out)
{
    return around(from, row, false, out);
}

bool forge_claims_text(forge *from, const forge_case *row, text *out)
{
    put_signed(from, from->header, xcj_text(row->raw), out);
    return true;
}

bool forge_nested(forge *from, const forge_case *row, text *out)
{
    text deep = TEXT_INIT;
    const bool is_header = strcmp(row->what, "header") == 0;
    for (size_t i = 0; i < NESTING; i++) {
        text_puts(&deep, "[");
    }
    text json = TEXT_INIT;
    edit(&json, is_header ? from->parsed_header : from->parsed_claims, "deep", deep.ptr != NULL ? deep.ptr : "");
    put_signed(from, is_header ? text_view(&json) : from->header, is_header ? from->claims : text_view(&json), out);
    out->failed = out->failed || deep.failed || json.failed;
    text_free(&json);
    text_free(&deep);
    return true;
}

static void put_edited(text *out, json_t *object, const char *name, const char *raw)
{
    text edited = TEXT_INIT;
    edit(&edited, object, name, raw);
    text_base64url(out, text_view(&edited));
    out->failed = out->failed || edited.failed;
    text_free(&edited);
}

static void put_element(const forge *from, char which, text *out)
{
    static const char parts[] = "hps";
    const char *part = strchr(parts, which);
    if (part != NULL) {
        text_add(out, from->part[part - parts].ptr, from->part[part - parts].len);
    } else if (which == 't') {
        text_add(out, from->token.ptr, from->token.len);
    } else if (which == 'c') {
        text_add(out, from->claims.ptr, from->claims.len);
    } else if (which == 'P') {
        put_edited(out, from->parsed_claims, "sub", "\"somebody else\"");
    } else if (which == 'N') {
        put_edited(out, from->parsed_header, "alg", "\"none\"");
    } else if (which == 'a') {
        text_puts(out, xcj_alg_name(from->alg));
    }
}

bool forge_pattern(forge *from, const forge_case *row, text *out)
{
    for (const char *p = row->raw; *p != '\0'; p++) {
        if (p[0] == '%' && p[1] != '%') {
            put_element(from, *++p, out);
        } else {
            text_add(out, p, 1);
            p += *p == '%';
        }
    }
    return true;
}

bool forge_pattern_signed(forge *from, const forge_case *row, text *out)
{
    (void)forge_pattern(from, row, out);
    sign(from, from->signer, out);
    return true;
}

bool forge_present(forge *from, const forge_case *row, text *out)
{
    return json_object_get(from->parsed_claims, row->what) != NULL && forge_claims_signed(from, row, out);
}

/* Splits a URI into scheme, authority and path; false if it has no "://". */
static bool split_uri(xcj_str part[3], const char *uri)
{
    const char *colon = uri != NULL ? strstr(uri, "://") : NULL;
    if (colon == NULL) {
        return false;
    }
    const char *authority = colon + 3;
    const size_t len = strcspn(authority, "/?#");
    part[0] = (xcj_str){ uri, (size_t)(colon - uri) };
    part[1] = (xcj_str){ authority, len };
    part[2] = (xcj_str){ authority + len, strcspn(authority + len, "?#") };
    return true;
}

bool forge_uri(forge *from, const forge_case *row, text *out)
{
    static const char names[] = "SAP";
    xcj_str part[3];
    text value = TEXT_INIT;
    if (!split_uri(part, json_string_value(json_object_get(from->parsed_claims, row->what)))) {
        return false;
    }
    text_puts(&value, "\"");
    for (const char *p = row->raw; *p != '\0'; p++) {
        const char *name = p[0] == '%' && p[1] != '%' ? strchr(names, p[1]) : NULL;
        text_add(&value, name != NULL ? part[name - names].ptr : p, name != NULL ? part[name - names].len : 1);
        p += *p == '%';
    }
    text_puts(&value, "\"");
    if (value.failed) {
        out->failed = true;
        return true;
    }
    const forge_case edited = { .what = row->what, .raw = value.ptr };
    const bool made = forge_claims_signed(from, &edited, out);
    text_free(&value);
    return made;
}

bool forge_private_jwk(forge *from, const forge_case *row, text *out)
{
    text jwk = TEXT_INIT;
    json_t *own = json_object_get(from->parsed_header, "jwk");
    if (!json_is_object(own)) {
        return false;
    }
    edit(&jwk, own, row->what, row->raw);
    if (jwk.failed) {
        out->failed = true;
        return true;
    }
    const forge_case edited = { .what = "jwk", .raw = jwk.ptr };
    const bool made = forge_header_signed(from, &edited, out);
    text_free(&jwk);
    return made;
}

/* White space behind the object until the last byte stands alone; then the lowest of its four spare bits is set. */
bool forge_stray_payload(forge *from, const forge_case *row, text *out)
{
    text claims = TEXT_INIT;
    (void)row;
    text_add(&claims, from->claims.ptr, from->claims.len);
    while (claims.len % 3 != 1 && !claims.failed) {
        text_puts(&claims, " ");
    }
    put_input(out, from->header, text_view(&claims));
    out->failed = out->failed || claims.failed;
    if (!out->failed) {
        /* The last character's value is a multiple of 16: A, Q, g or w, and its neighbour's is one more. */
        out->ptr[out->len - 1]++;
    }
    text_free(&claims);
    sign(from, from->signer, out);
    return true;
}

bool forge_zipped(forge *from, const forge_case *row, text *out)
{
    text header = TEXT_INIT;
    text deflated = TEXT_INIT;
    const size_t len = from->claims.len;
    if (len > 0xffff) {
        return false;
    }
    /* RFC 1951 3.2.4: the last block, stored; its length and the complement of that. */
    const char start[5] = { 1, (char)(len & 0xff), (char)(len >> 8), (char)(~len & 0xff), (char)(~len >> 8 & 0xff) };
    edit(&header, from->parsed_header, row->what, row->raw);
    text_add(&deflated, start, sizeof start);
    text_add(&deflated, from->claims.ptr, len);
    put_signed(from, text_view(&header), text_view(&deflated), out);
    out->failed = out->failed || header.failed || deflated.failed;
    text_free(&header);
    text_free(&deflated);
    return true;
}

static void put_pem(text *out, const char *label, const text *der, const char *line_end)
{
    text base64 = TEXT_INIT;
    text_base64(&base64, der->ptr, der->len);
    text_printf(out, "-----BEGIN %s-----%s", label, line_end);
    for (size_t at = 0; at < base64.len; at += 64) {
        text_add(out, base64.ptr + at, base64.len - at < 64 ? base64.len - at : 64);
        text_puts(out, line_end);
    }
    text_printf(out, "-----END %s-----%s", label, line_end);
    out->failed = out->failed || base64.failed;
    text_free(&base64);
}

/* The forms of a public key whose bytes somebody could hand to HMAC. */
static bool put_form(const forge *from, const char *form, text *out)
{
    const bool is_rsa = xcj_key_type(from->key) == XCJ_KTY_RSA;
    text der = TEXT_INIT;
    uint8_t *spki = NULL;
    char *jwk = NULL;
    size_t len = 0;
    bool made = true;
    if (strncmp(form, "spki", 4) == 0) {
        made = xcj_key_to_der(&spki, &len, from->key, XCJ_PUBLIC, NULL) == XCJ_OK;
        text_add(&der, spki, len);
    } else if (strcmp(form, "modulus") == 0) {
        made = is_rsa && forge_bound(out, from->key);
    } else if (strncmp(form, "pkcs1", 5) == 0 || strcmp(form, "point") == 0) {
        made = is_rsa == (form[1] == 'k') && forge_raw_public(&der, from->key);
    } else if (strcmp(form, "jwk") == 0) {
        made = xcj_key_to_jwk(&jwk, &len, from->key, XCJ_PUBLIC, NULL) == XCJ_OK;
        text_add(out, jwk, len);
    } else if (strcmp(form, "file") == 0) {
        text_add(out, from->key_file.ptr, from->key_file.len);
    }
    if (strstr(form, "pem") != NULL && made) {
        put_pem(out, is_rsa && form[0] == 'p' ? "RSA PUBLIC KEY" : "PUBLIC KEY", &der,
                strstr(form, "crlf") != NULL ? "\r\n" : "\n");
        out->len -= strstr(form, "stripped") != NULL && out->len > 0;
    } else {
        text_add(out, der.ptr, der.len);
    }
    out->failed = out->failed || der.failed;
    text_free(&der);
    xcj_free(spki);
    xcj_free(jwk);
    return made;
}

/* A header for HMAC, with the kid as it is or another. */
static void put_hmac_header(const forge *from, xcj_alg alg, const char *kid, text *out)
{
    text header = TEXT_INIT;
    char name[16];
    if (forge_is_proof(from)) {
        (void)snprintf(name, sizeof name, "\"%s\"", xcj_alg_name(alg));
        edit(&header, from->parsed_header, "alg", name);
        put_input(out, text_view(&header), from->claims);
        out->failed = out->failed || header.failed;
        text_free(&header);
        return;
    }
    text_printf(&header, "{\"alg\":\"%s\",\"typ\":\"JWT\"", xcj_alg_name(alg));
    const json_t *own = json_object_get(from->parsed_header, "kid");
    if (kid != NULL) {
        text_printf(&header, ",\"kid\":%s", kid);
    } else if (own != NULL) {
        text_puts(&header, ",\"kid\":");
        doc_dump(&header, own);
    }
    text_puts(&header, "}");
    put_input(out, text_view(&header), from->claims);
    out->failed = out->failed || header.failed;
    text_free(&header);
}

static void put_hmac(xcj_alg alg, xcj_str secret, text *out)
{
    text mac = TEXT_INIT;
    if (!forge_hmac(&mac, forge_scheme_of(alg).hash, secret, text_view(out))) {
        out->failed = true;
    }
    text_puts(out, ".");
    text_base64url(out, text_view(&mac));
    out->failed = out->failed || mac.failed;
    text_free(&mac);
}

bool forge_confused(forge *from, const forge_case *row, text *out)
{
    text secret = TEXT_INIT;
    const bool made = put_form(from, row->raw, &secret);
    if (made) {
        put_hmac_header(from, from->each, NULL, out);
        put_hmac(from->each, text_view(&secret), out);
    }
    out->failed = out->failed || secret.failed;
    text_free(&secret);
    return made;
}

bool forge_kid(forge *from, const forge_case *row, text *out)
{
    put_hmac_header(from, XCJ_HS256, row->what, out);
    put_hmac(XCJ_HS256, xcj_text(row->raw), out);
    return true;
}

/* A key of the genuine token's kind; of a shared secret's an EC key. */
static bool make_attacker(forge *from)
{
    const bool is_oct = xcj_key_type(from->key) == XCJ_KTY_OCT;
    if (from->attacker != NULL) {
        return true;
    }
    return xcj_key_generate(&from->attacker, is_oct ? XCJ_ES256 : from->alg, 0, NULL) == XCJ_OK;
}

static void put_embedded(const forge *from, const forge_case *row, text *header)
{
    if (strcmp(row->what, "jwk") == 0) {
        char *jwk = NULL;
        size_t len = 0;
        header->failed = header->failed || xcj_key_to_jwk(&jwk, &len, from->attacker, XCJ_PUBLIC, NULL) != XCJ_OK;
        text_add(header, jwk, len);
        xcj_free(jwk);
    } else if (strcmp(row->what, "x5c") == 0) {
        text der = TEXT_INIT;
        header->failed = header->failed || !forge_certificate(&der, from->attacker);
        text_puts(header, "[\"");
        text_base64(header, der.ptr, der.len);
        text_puts(header, "\"]");
        text_free(&der);
    } else {
        text_puts(header, row->raw);
    }
}

bool forge_embedded(forge *from, const forge_case *row, text *out)
{
    text member = TEXT_INIT;
    text header = TEXT_INIT;
    if (!make_attacker(from)) {
        out->failed = true;
        return true;
    }
    const forge as = { .alg = xcj_key_alg(from->attacker) };
    text_printf(&member, "\"%s\",\"%s\":", xcj_alg_name(as.alg), row->what);
    put_embedded(from, row, &member);
    if (!member.failed) {
        edit(&header, from->parsed_header, "alg", member.ptr);
        put_input(out, text_view(&header), from->claims);
        sign(&as, from->attacker, out);
    }
    out->failed = out->failed || member.failed || header.failed;
    text_free(&member);
    text_free(&header);
    return true;
}

/* Do both algorithms sign with the same type of key? */
static bool same_family(xcj_alg one, xcj_alg other)
{
    const char *a = xcj_alg_name(one);
    const char *b = xcj_alg_name(other);
    const bool rsa = (a[0] == 'R' || a[0] == 'P') && (b[0] == 'R' || b[0] == 'P');
    return rsa || (strncmp(a, b, 2) == 0 && a[0] != 'E') || (strncmp(a, "ES", 2) == 0 && strncmp(b, "ES", 2) == 0);
}

/* An EC key is bound to its curve's algorithm (RFC 7518 3.4); others are when the key says so. */
bool forge_other_alg(forge *from, const forge_case *row, text *out)
{
    const bool is_bound = from->is_pinned || strncmp(xcj_alg_name(from->alg), "ES", 2) == 0;
    const xcj_alg own = from->alg;
    char room[40];
    text header = TEXT_INIT;
    if (from->each == own || !is_bound || !same_family(own, from->each)) {
        return false;
    }
    edit(&header, from->parsed_header, "alg", raw_of(from, row, room, sizeof room));
    from->alg = from->each;
    put_signed(from, text_view(&header), from->claims, out);
    from->alg = own;
    out->failed = out->failed || header.failed;
    text_free(&header);
    return true;
}

bool forge_other_scheme(forge *from, const forge_case *row, text *out)
{
    text signature = TEXT_INIT;
    forge_scheme scheme = forge_scheme_of(from->alg);
    if (strcmp(row->what, "salt") == 0) {
        scheme.salt = 0;
    } else if (strcmp(row->what, "mgf1") == 0) {
        scheme.mgf1 = "SHA1";
    } else {
        scheme.hash = "SHA1";
    }
    put_input(out, from->header, from->claims);
    if (!forge_sign(&signature, from->signer, &scheme, text_view(out))) {
        out->failed = true;
    }
    text_puts(out, ".");
    text_base64url(out, text_view(&signature));
    out->failed = out->failed || signature.failed;
    text_free(&signature);
    return true;
}
