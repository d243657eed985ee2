/*
 * key.c: finds what is weak or suspicious in keys and sets.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <xcj/kong.h>

#include "cli/io/time.h"
#include "cli/lint/lint.h"

/* RSA keys beyond verify slowly, and say nothing more. */
#define LARGE_RSA 8192

#define COMMON_EXPONENT 65537

/* Parameters of a JWK that are base64url, and those of an RSA key that must have no leading zero (RFC 7518 2, 6.3). */
static const char *const ENCODED[] = { "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k" };
static const char *const PRIVATE[] = { "d", "p", "q", "dp", "dq", "qi", "oth" };
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A key under the glass. */
typedef struct look {
    findings *to;
    const lint_how *how;
    const json_t *jwk;
    const xcj_key *key; /* NULL: the library does not take it */
    int index;          /* in its set; -1: alone */
    const char *kid;
} look;

static finding_place at(const look *l, const char *member)
{
    return (finding_place){ "key", l->index, l->kid, member };
}

static const char *string_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool is(const char *value, const char *wanted)
{
    return value != NULL && strcmp(value, wanted) == 0;
}

/* What the library reads as if it were not there. */
static void check_absent(const look *l)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)l->jwk, name, value)
    {
        if (json_is_null(value)) {
            finding_add(l->to, FINDING_WARNING, "null-member", at(l, name), "is null, which counts as absent: leave it out");
        }
        if ((is(name, "x5c") || is(name, "oth")) && json_is_array(value) && json_array_size(value) == 0) {
            finding_add(l->to, FINDING_WARNING, "empty-member", at(l, name),
                        "is empty, which counts as absent: leave it out");
        }
        if (is(name, "key_ops") && json_is_array(value) && json_array_size(value) == 0) {
            finding_add(l->to, FINDING_WARNING, "key-ops-empty", at(l, name), "is empty: the key may be used for nothing");
        }
    }
}

/* Is there a value that counts? */
static json_t *present(const look *l, const char *member)
{
    json_t *value = json_object_get(l->jwk, member);
    const bool is_absent = json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
    return is_absent ? NULL : value;
}

static void check_encoding(const look *l, const char *member, bool minimal)
{
    const json_t *value = json_object_get(l->jwk, member);
    part decoded = { TEXT_INIT, 0 };
    if (json_is_string(value) && parts_decode(&decoded, json_string_value(value), json_string_length(value))) {
        lint_base64url(l->to, at(l, member), decoded.flaws);
        if (minimal && decoded.bytes.len > 1 && decoded.bytes.ptr[0] == '\0') {
            finding_add(
                l->to, FINDING_ERROR, "leading-zeros", at(l, member),
                "has leading zero bytes, perhaps the sign byte of ASN.1; an integer has the fewest it can (RFC 7518 2)");
        }
    }
    l->to->failed = l->to->failed || decoded.bytes.failed;
    text_free(&decoded.bytes);
}

static void check_encodings(const look *l)
{
    const bool is_rsa = is(string_of(l->jwk, "kty"), "RSA");
    for (size_t i = 0; i < COUNT(ENCODED); i++) {
        check_encoding(l, ENCODED[i], is_rsa);
    }
}

/* The library's own verdict, unless what is wrong has been said already. */
static void check_readable(look *l, xcj_key **key)
{
    const size_t errors = l->to->counts[FINDING_ERROR];
    text dumped = TEXT_INIT;
    xcj_error err;
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    check_encodings(l);
    doc_dump(&dumped, l->jwk);
    const xcj_code code = xcj_key_from_jwk(key, dumped.ptr, dumped.len, &options, &err);
    l->key = *key;
    l->to->failed = l->to->failed || dumped.failed || code == XCJ_ERR_MEMORY;
    text_free(&dumped);
    if (code == XCJ_ERR_KEY_TYPE) {
        finding_add(l->to, FINDING_WARNING, "key-unsupported", at(l, err.member), "%s", err.message);
    } else if (code != XCJ_OK && errors == l->to->counts[FINDING_ERROR]) {
        finding_add(l->to, FINDING_ERROR, "key-malformed", at(l, err.member), "%s", err.message);
    }
}

static void check_exponent(const look *l)
{
    const json_t *e = json_object_get(l->jwk, "e");
    part decoded;
    if (e == NULL) {
        return; /* the key is in its certificate alone */
    }
    unsigned long long value = 0;
    (void)parts_decode(&decoded, json_string_value(e), json_string_length(e));
    for (size_t i = 0; i < decoded.bytes.len; i++) {
        value = value << 8 | (unsigned char)decoded.bytes.ptr[i];
    }
    text_free(&decoded.bytes);
    if (value < COMMON_EXPONENT) {
        finding_add(l->to, FINDING_WARNING, "exponent-small", at(l, "e"), "is %llu; 65537 forgives mistakes of a verifier",
                    value);
    } else if (value > COMMON_EXPONENT) {
        finding_add(l->to, FINDING_NOTE, "exponent-odd", at(l, "e"), "is %llu; nearly all keys have 65537", value);
    }
}

static void check_rsa(const look *l)
{
    const unsigned bits = xcj_key_bits(l->key);
    if (bits < 2048) {
        finding_add(l->to, FINDING_ERROR, "rsa-weak", at(l, "n"), "has %u bits; 2048 are the least (RFC 7518 3.3)", bits);
    } else if (bits > LARGE_RSA || bits % 8 != 0) {
        finding_add(l->to, FINDING_NOTE, "rsa-odd", at(l, "n"), "has %u bits", bits);
    }
    check_exponent(l);
}

/* A secret that a person typed has far fewer bits than characters. */
static bool is_typed(const look *l)
{
    const json_t *k = json_object_get(l->jwk, "k");
    part decoded;
    bool typed = parts_decode(&decoded, json_string_value(k), json_string_length(k));
    for (size_t i = 0; i < decoded.bytes.len && typed; i++) {
        typed = decoded.bytes.ptr[i] >= 0x20 && decoded.bytes.ptr[i] < 0x7f;
    }
    text_free(&decoded.bytes);
    return typed;
}

static void check_secret(const look *l)
{
    const unsigned bits = xcj_key_bits(l->key);
    xcj_error err;
    const xcj_alg alg = xcj_key_alg(l->key) != XCJ_ALG_NONE ? xcj_key_alg(l->key) : XCJ_HS256;
    if (xcj_key_admits(l->key, alg, XCJ_VERIFY, &err) == XCJ_ERR_KEY_WEAK) {
        finding_add(l->to, FINDING_ERROR, "secret-short", at(l, "k"),
                    "has %u bits: shorter than the hash of %s (RFC 7518 3.2)", bits, xcj_alg_name(alg));
    }
    if (is_typed(l)) {
        finding_add(l->to, FINDING_WARNING, "secret-typed", at(l, "k"),
                    "is printable text, as people make it up; random bytes are not");
    }
}

static void check_alg(const look *l)
{
    const xcj_str name = xcj_key_alg_name(l->key);
    const xcj_alg alg = xcj_key_alg(l->key);
    xcj_error err;
    if (name.ptr == NULL) {
        finding_add(l->to, FINDING_NOTE, "alg-missing", at(l, "alg"), "there is none: a verifier must know what to allow");
    } else if (alg == XCJ_ALG_NONE && xcj_kong_alg_from_name(name.ptr, name.len) != XCJ_ALG_NONE) {
        finding_add(l->to, FINDING_ERROR, "alg-misspelt", at(l, "alg"), "is no name of RFC 7518; %s is",
                    xcj_alg_name(xcj_kong_alg_from_name(name.ptr, name.len)));
    } else if (alg == XCJ_ALG_NONE) {
        finding_add(l->to, FINDING_NOTE, "alg-other", at(l, "alg"), "is not an algorithm of signatures known here");
    } else if (xcj_key_admits(l->key, alg, XCJ_VERIFY, &err) == XCJ_ERR_ALG) {
        finding_add(l->to, FINDING_ERROR, "alg-mismatch", at(l, "alg"), "%s", err.message);
    }
}

/* Has key_ops one of the two? */
static bool has_op(const json_t *ops, const char *one, const char *other)
{
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const char *op = json_string_value(json_array_get(ops, i));
        if (is(op, one) || is(op, other)) {
            return true;
        }
    }
    return false;
}

static void check_use(const look *l)
{
    const char *use = string_of(l->jwk, "use");
    const json_t *ops = json_object_get(l->jwk, "key_ops");
    const bool signs = has_op(ops, "sign", "verify");
    if (use == NULL && ops == NULL) {
        finding_add(l->to, FINDING_NOTE, "use-missing", at(l, "use"), "there is neither use nor key_ops");
    }
    const bool is_svid = is(use, "jwt-svid") || is(use, "x509-svid");
    if (is_svid) {
        finding_add(l->to, FINDING_NOTE, "use-spiffe", at(l, "use"),
                    "is one of SPIFFE; xcj verify --use jwt-svid takes keys of jwt-svid");
    } else if (use != NULL && !is(use, "sig") && !is(use, "enc")) {
        finding_add(l->to, FINDING_WARNING, "use-unknown", at(l, "use"), "\"%.30s\" is neither sig nor enc", use);
    }
    if (ops != NULL && use != NULL && signs != (is_svid || is(use, "sig"))) {
        finding_add(l->to, FINDING_ERROR, "use-conflict", at(l, "key_ops"), "contradicts use (RFC 7517 4.3)");
    }
    if (is(use, "enc") && l->key != NULL && xcj_key_alg(l->key) != XCJ_ALG_NONE) {
        finding_add(l->to, FINDING_ERROR, "use-conflict", at(l, "use"), "is enc, and alg is one of signatures");
    }
    if (l->key != NULL && !xcj_key_is_private(l->key) && has_op(ops, "sign", "decrypt")) {
        finding_add(l->to, FINDING_WARNING, "key-ops-private", at(l, "key_ops"), "names what only a private key does");
    }
}

static void check_kid(const look *l)
{
    const json_t *kid = json_object_get(l->jwk, "kid");
    if (kid == NULL) {
        finding_add(l->to, l->index >= 0 ? FINDING_WARNING : FINDING_NOTE, "kid-missing", at(l, "kid"),
                    "there is none: a token cannot say that it needs this key");
    } else if (json_is_string(kid) && json_string_length(kid) == 0) {
        finding_add(l->to, FINDING_WARNING, "kid-empty", at(l, "kid"), "is empty");
    }
}

/* A set is published, unless it is said not to be. */
static void check_private(const look *l)
{
    if (l->index < 0 || l->how->is_private) {
        return;
    }
    if (is(string_of(l->jwk, "kty"), "oct")) {
        finding_add(l->to, FINDING_ERROR, "secret-in-set", at(l, "kty"),
                    "is a shared secret: whoever reads the set can sign (--private: it is not published)");
        return;
    }
    for (size_t i = 0; i < COUNT(PRIVATE); i++) {
        if (json_object_get(l->jwk, PRIVATE[i]) != NULL) {
            finding_add(l->to, FINDING_ERROR, "private-in-set", at(l, PRIVATE[i]),
                        "is private: whoever reads the set can sign (--private: it is not published)");
            return;
        }
    }
}

static bool same_key(const xcj_key *a, const xcj_key *b)
{
    uint8_t *der[2] = { NULL, NULL };
    size_t len[2] = { 0, 0 };
    const bool same = xcj_key_to_der(&der[0], &len[0], a, XCJ_PUBLIC, NULL) == XCJ_OK &&
                      xcj_key_to_der(&der[1], &len[1], b, XCJ_PUBLIC, NULL) == XCJ_OK && len[0] == len[1] &&
                      memcmp(der[0], der[1], len[0]) == 0;
    xcj_free(der[0]);
    xcj_free(der[1]);
    return same;
}

static void check_dates(findings *to, finding_place place, const xcj_certificate *facts, int64_t now)
{
    char words[160];
    if (now > facts->not_after) {
        time_words(words, sizeof words, facts->not_after, now);
        finding_add(to, FINDING_WARNING, "certificate-expired", place, "the certificate expired %s", words);
    }
    if (now < facts->not_before) {
        time_words(words, sizeof words, facts->not_before, now);
        finding_add(to, FINDING_WARNING, "certificate-early", place, "the certificate is valid from %s", words);
    }
}

void lint_certificate(findings *to, finding_place place, const text *cert, const xcj_key *key, const lint_how *how)
{
    xcj_certificate facts;
    xcj_error err;
    xcj_key *own = NULL;
    if (xcj_certificate_read(&facts, cert->ptr, cert->len, &err) != XCJ_OK) {
        to->failed = to->failed || err.code == XCJ_ERR_MEMORY;
        finding_add(to, FINDING_ERROR, "certificate-malformed", place, "%s", err.message);
        return;
    }
    check_dates(to, place, &facts, how->now);
    if (key == NULL) {
        return;
    }
    if (xcj_key_from_data(&own, (const uint8_t *)cert->ptr, cert->len, NULL, &err) != XCJ_OK || !same_key(own, key)) {
        finding_add(to, FINDING_ERROR, "certificate-mismatch", place, "the certificate is one of another key");
    }
    xcj_key_free(own);
}

/* x5t and x5t#S256 against the certificate that is there. */
static void check_thumbprint(const look *l, const char *member, const uint8_t *hash, size_t len)
{
    const json_t *value = present(l, member);
    part decoded = { TEXT_INIT, 0 };
    if (value == NULL) {
        return;
    }
    const bool readable =
        json_is_string(value) && parts_decode(&decoded, json_string_value(value), json_string_length(value));
    lint_base64url(l->to, at(l, member), decoded.flaws);
    if (!readable || decoded.bytes.len != len) {
        finding_add(l->to, FINDING_ERROR, "thumbprint-malformed", at(l, member), "is not the base64url of %zu bytes", len);
    } else if (hash != NULL && memcmp(decoded.bytes.ptr, hash, len) != 0) {
        finding_add(l->to, FINDING_ERROR, "thumbprint-mismatch", at(l, member), "is not the thumbprint of x5c");
    }
    text_free(&decoded.bytes);
}

/* RFC 7517 4.7: x5c is an array of base64 (not base64url) of DER, the key's own certificate first. */
static void check_certificate(const look *l)
{
    const json_t *chain = present(l, "x5c");
    const char *first = json_string_value(json_array_get(chain, 0));
    xcj_certificate facts;
    bool read = false;
    text pem = TEXT_INIT;
    if (l->key != NULL && chain != NULL && present(l, "n") == NULL && present(l, "x") == NULL) {
        finding_add(l->to, FINDING_WARNING, "x5c-only", at(l, "x5c"),
                    "has the key alone: many readers want its numbers beside it (RFC 7517 4.7)");
    }
    if (first != NULL) {
        text_puts(&pem, "-----BEGIN CERTIFICATE-----\n");
        text_puts(&pem, first);
        text_puts(&pem, "\n-----END CERTIFICATE-----\n");
        l->to->failed = l->to->failed || pem.failed;
        lint_certificate(l->to, at(l, "x5c"), &pem, l->key, l->how);
        read = xcj_certificate_read(&facts, pem.ptr, pem.len, NULL) == XCJ_OK;
    } else if (chain != NULL) {
        finding_add(l->to, FINDING_ERROR, "certificate-malformed", at(l, "x5c"), "is not an array with a certificate in it");
    }
    check_thumbprint(l, "x5t", read ? facts.sha1 : NULL, sizeof facts.sha1);
    check_thumbprint(l, "x5t#S256", read ? facts.sha256 : NULL, sizeof facts.sha256);
    text_free(&pem);
}

static void check_key(findings *to, const json_t *jwk, int index, const lint_how *how)
{
    look l = { to, how, jwk, NULL, index, string_of(jwk, "kid") };
    xcj_key *key = NULL;
    if (!json_is_object(jwk)) {
        finding_add(to, FINDING_ERROR, "key-malformed", at(&l, NULL), "is not an object");
        return;
    }
    check_absent(&l);
    check_readable(&l, &key);
    check_kid(&l);
    check_use(&l);
    check_private(&l);
    if (key != NULL) {
        check_alg(&l);
        if (xcj_key_type(key) == XCJ_KTY_RSA) {
            check_rsa(&l);
        } else if (xcj_key_type(key) == XCJ_KTY_OCT) {
            check_secret(&l);
        }
    }
    check_certificate(&l);
    if (key != NULL && index >= 0) {
        lint_ended(to, at(&l, "exp"), key, how);
    }
    xcj_key_free(key);
}

void lint_jwk(findings *to, const json_t *jwk, const lint_how *how)
{
    check_key(to, jwk, -1, how);
    lint_turns(to, (finding_place){ "key", -1, string_of(jwk, "kid"), NULL }, jwk, how);
}

static bool same_numbers(const json_t *a, const json_t *b)
{
    static const char *const names[] = { "kty", "crv", "n", "e", "x", "y", "k" };
    bool same = json_object_get(a, "n") != NULL || json_object_get(a, "x") != NULL || json_object_get(a, "k") != NULL;
    for (size_t i = 0; i < COUNT(names) && same; i++) {
        const json_t *left = json_object_get(a, names[i]);
        const json_t *right = json_object_get(b, names[i]);
        same = left == right || json_equal(left, right) == 1;
    }
    return same;
}

/* Two keys of one kid: a verifier refuses to choose, unless their types differ (RFC 7517 4.5). */
static void check_kids(findings *to, const json_t *keys)
{
    json_t *seen = json_object();
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *jwk = json_array_get(keys, i);
        const char *kid = string_of(jwk, "kid");
        const json_t *other = kid != NULL ? json_object_get(seen, kid) : NULL;
        if (kid == NULL) {
            continue;
        }
        if (other == NULL) {
            to->failed = to->failed || json_object_set_new(seen, kid, json_integer((json_int_t)i)) != 0;
            continue;
        }
        const size_t first = (size_t)json_integer_value(other);
        const char *kty = string_of(json_array_get(keys, first), "kty");
        const bool same = same_numbers(json_array_get(keys, first), jwk);
        const bool alike = kty != NULL && is(string_of(jwk, "kty"), kty);
        finding_add(to, alike && !same ? FINDING_ERROR : FINDING_WARNING, "kid-duplicate",
                    (finding_place){ "key", (int)i, kid, "kid" }, "is also that of key %zu%s", first,
                    same    ? ", which is the same key"
                    : alike ? ": a verifier cannot choose"
                            : ", which is of another type");
    }
    json_decref(seen);
}

void lint_set(findings *to, const json_t *set, const lint_how *how)
{
    const json_t *keys = json_object_get(set, "keys");
    if (!json_is_array(keys)) {
        finding_add(to, FINDING_ERROR, "set-malformed", (finding_place){ "set", -1, NULL, "keys" }, "is not an array");
        return;
    }
    if (json_array_size(keys) == 0) {
        finding_add(to, FINDING_WARNING, "set-empty", (finding_place){ "set", -1, NULL, "keys" }, "has no key");
    }
    for (size_t i = 0; i < json_array_size(keys) && !to->failed; i++) {
        check_key(to, json_array_get(keys, i), (int)i, how);
    }
    check_kids(to, keys);
    lint_turns(to, (finding_place){ "set", -1, NULL, NULL }, set, how);
}

static void check_rsa_key(findings *to, const xcj_key *key, int index, const lint_how *how)
{
    char *jwk = NULL;
    size_t len = 0;
    if (xcj_key_to_jwk(&jwk, &len, key, XCJ_PUBLIC, NULL) != XCJ_OK) {
        to->failed = true;
        return;
    }
    json_t *parsed = doc_load(jwk, len);
    const look l = { to, how, parsed, key, index, string_of(parsed, "kid") };
    check_rsa(&l);
    json_decref(parsed);
    xcj_free(jwk);
}

void lint_data(findings *to, const xcj_keyset *set, const text *data, const lint_how *how)
{
    const size_t count = xcj_keyset_count(set);
    xcj_certificate facts;
    if (xcj_certificate_read(&facts, data->ptr, data->len, NULL) == XCJ_OK) {
        check_dates(to, (finding_place){ "certificate", -1, NULL, NULL }, &facts, how->now);
    }
    for (size_t i = 0; i < count && !to->failed; i++) {
        const xcj_key *key = xcj_keyset_get(set, i);
        if (xcj_key_type(key) == XCJ_KTY_RSA) {
            check_rsa_key(to, key, count > 1 ? (int)i : -1, how);
        }
    }
}
