/*
 * token.c: finds what is suspicious in a token.
 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cli/io/time.h"
#include "cli/lint/lint.h"
#include "cli/tokens/token.h"

/* The limit of most servers, by default, for all headers of a request. */
#define LARGE_TOKEN ((size_t)8192)

/* Seconds until the year 5138; milliseconds since 1973. */
#define MILLISECONDS 1e11

/* A minute of difference between two clocks is common. */
#define CLOCK_SKEW 60

typedef struct look {
    findings *to;
    const parts *of;
    const lint_how *how;
} look;

/* How long a signature is (RFC 7518 3, RFC 8032); RSA's is as long as the modulus. */
static const struct {
    xcj_alg alg;
    size_t len;
} LENGTHS[] = {
    { XCJ_HS256, 32 },  { XCJ_HS384, 48 },  { XCJ_HS512, 64 },   { XCJ_ES256, 64 },  { XCJ_ES384, 96 },
    { XCJ_ES512, 132 }, { XCJ_ES256K, 64 }, { XCJ_ED25519, 64 }, { XCJ_ED448, 114 },
};

void lint_base64url(findings *to, finding_place place, unsigned flaws)
{
    static const struct {
        unsigned flaw;
        const char *words;
    } rows[] = {
        { PARTS_PADDED, "has padding, which base64url in JOSE has not (RFC 7515 2)" },
        { PARTS_STANDARD, "is written with + or /: base64, not base64url" },
        { PARTS_BLANK, "has white space within its base64url" },
        { PARTS_STRAY, "has stray bits behind its last byte: a second way to write the same" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((flaws & rows[i].flaw) != 0) {
            finding_add(to, FINDING_ERROR, "base64url", place, "%s", rows[i].words);
        }
    }
}

/* Where a header of signature `i` is. */
static finding_place at_header(const look *l, size_t i, const char *member)
{
    return (finding_place){ "header", l->of->count > 1 ? (int)i : -1, NULL, member };
}

static finding_place at_claim(const char *name)
{
    return (finding_place){ "claims", -1, NULL, name };
}

static void check_flaw(const look *l, finding_place place, const doc_flaw *flaw)
{
    if (flaw->repeated[0] != '\0') {
        place.member = flaw->repeated;
        finding_add(l->to, FINDING_ERROR, "duplicate-member", place, "stands twice: readers differ in which one they take");
    }
}

static void check_signature(const look *l, size_t i, xcj_alg alg)
{
    const finding_place place = { "signature", l->of->count > 1 ? (int)i : -1, NULL, NULL };
    const text *value = &l->of->signatures[i].value.bytes;
    lint_base64url(l->to, place, l->of->signatures[i].value.flaws);
    if (value->len == 0) {
        finding_add(l->to, FINDING_ERROR, "signature-empty", place, "is empty");
        return;
    }
    for (size_t k = 0; k < sizeof LENGTHS / sizeof LENGTHS[0]; k++) {
        if (LENGTHS[k].alg != alg || LENGTHS[k].len == value->len) {
            continue;
        }
        if (value->ptr[0] == 0x30 && strncmp(xcj_alg_name(alg), "ES", 2) == 0) {
            finding_add(l->to, FINDING_ERROR, "signature-der", place,
                        "is DER, as OpenSSL writes it; JOSE wants r and s alone");
        } else {
            finding_add(l->to, FINDING_ERROR, "signature-length", place, "has %zu bytes; %s has %zu", value->len,
                        xcj_alg_name(alg), LENGTHS[k].len);
        }
    }
}

static xcj_alg check_alg(const look *l, size_t i)
{
    const parts_signature *s = &l->of->signatures[i];
    const finding_place place = at_header(l, i, "alg");
    const json_t *value = json_object_get(s->parsed, "alg");
    const char *name = json_string_value(value);
    if (value == NULL && json_object_get(s->unprotected, "alg") != NULL) {
        finding_add(l->to, FINDING_ERROR, "alg-unprotected", place,
                    "is not protected by the signature: anyone can change it");
    } else if (value == NULL) {
        finding_add(l->to, FINDING_ERROR, "alg-missing", place, "no algorithm is named: the token is not signed");
    } else if (name == NULL) {
        finding_add(l->to, FINDING_ERROR, "member-type", place, "is not a text");
    } else if (strcasecmp(name, "none") == 0) {
        finding_add(l->to, FINDING_ERROR, "alg-none", place, "the token is not signed");
    } else if (xcj_alg_from_name(name, strlen(name)) == XCJ_ALG_NONE) {
        finding_add(l->to, FINDING_ERROR, "alg-unknown", place, "\"%.30s\" is no algorithm of a signature known here", name);
    } else {
        return xcj_alg_from_name(name, strlen(name));
    }
    return XCJ_ALG_NONE;
}

/* Text that no honest issuer puts into a kid: it attacks a reader who builds a query or path from the kid. */
static bool is_injection(const char *kid)
{
    return strstr(kid, "..") != NULL || strpbrk(kid, "'\"`;|$\\<>\r\n\t") != NULL || strstr(kid, "--") != NULL;
}

static void check_kid(const look *l, size_t i, const json_t *header)
{
    const finding_place place = at_header(l, i, "kid");
    const json_t *value = json_object_get(header, "kid");
    const char *kid = json_string_value(value);
    if (value == NULL) {
        finding_add(l->to, FINDING_NOTE, "kid-missing", place, "there is none: a set with several keys will not do");
    } else if (kid == NULL) {
        finding_add(l->to, FINDING_ERROR, "member-type", place, "is not a text");
    } else if (kid[0] == '\0') {
        finding_add(l->to, FINDING_WARNING, "kid-empty", place, "is empty");
    } else if (strlen(kid) != json_string_length(value) || is_injection(kid)) {
        finding_add(l->to, FINDING_WARNING, "kid-suspicious", place, "\"%.60s\" looks like an injection", kid);
    }
}

static void check_typ(const look *l, size_t i, const json_t *header)
{
    const json_t *typ = json_object_get(header, "typ");
    if (typ == NULL) {
        finding_add(l->to, FINDING_NOTE, "typ-missing", at_header(l, i, "typ"),
                    "there is none: tokens of another kind could be taken for this one (RFC 8725 3.11)");
    } else if (!json_is_string(typ)) {
        finding_add(l->to, FINDING_ERROR, "member-type", at_header(l, i, "typ"), "is not a text");
    }
}

/* Keys, and where to find them, that came with the token: whoever made it chose them (RFC 8725 3.10). */
static void check_key_members(const look *l, size_t i, const json_t *header)
{
    static const char *const urls[] = { "jku", "x5u" };
    const json_t *jwk = json_object_get(header, "jwk");
    if (jwk != NULL) {
        finding_add(l->to, FINDING_WARNING, "key-embedded", at_header(l, i, "jwk"), "a key in the token proves nothing");
    }
    if (json_object_get(jwk, "d") != NULL || json_object_get(jwk, "k") != NULL) {
        finding_add(l->to, FINDING_ERROR, "key-exposed", at_header(l, i, "jwk"), "has a private member");
    }
    if (json_object_get(header, "x5c") != NULL) {
        finding_add(l->to, FINDING_WARNING, "key-embedded", at_header(l, i, "x5c"),
                    "a certificate in the token proves nothing by itself");
    }
    for (size_t k = 0; k < 2; k++) {
        const json_t *url = json_object_get(header, urls[k]);
        if (url == NULL) {
            continue;
        }
        const char *value = json_string_value(url);
        if (value == NULL || strncasecmp(value, "https://", 8) != 0) {
            finding_add(l->to, FINDING_WARNING, "key-url-plain", at_header(l, i, urls[k]), "is not an https URL");
        } else {
            finding_add(l->to, FINDING_NOTE, "key-url", at_header(l, i, urls[k]),
                        "a key from there is only as good as the list of URLs that are trusted");
        }
    }
}

static void check_critical(const look *l, size_t i, const json_t *header)
{
    const json_t *crit = json_object_get(header, "crit");
    const finding_place place = at_header(l, i, "crit");
    if (crit == NULL) {
        return;
    }
    if (!json_is_array(crit) || json_array_size(crit) == 0) {
        finding_add(l->to, FINDING_ERROR, "crit-malformed", place, "is not an array with names in it (RFC 7515 4.1.11)");
        return;
    }
    for (size_t k = 0; k < json_array_size(crit); k++) {
        const char *name = json_string_value(json_array_get(crit, k));
        if (name == NULL || json_object_get(header, name) == NULL) {
            finding_add(l->to, FINDING_ERROR, "crit-malformed", place, "names \"%.40s\", which is not in the header",
                        name != NULL ? name : "?");
        } else if (strcmp(name, "b64") != 0) {
            finding_add(l->to, FINDING_WARNING, "crit-unknown", place, "a verifier that does not know \"%.40s\" refuses it",
                        name);
        }
    }
}

static void check_forms(const look *l, size_t i, const json_t *header)
{
    if (json_object_get(header, "b64") != NULL) {
        finding_add(l->to, l->of->claims != NULL ? FINDING_ERROR : FINDING_NOTE, "b64", at_header(l, i, "b64"),
                    "is for a JWS that is no JWT (RFC 7797 7)");
    }
    if (json_object_get(header, "zip") != NULL && l->of->form != PARTS_ENCRYPTED) {
        finding_add(l->to, FINDING_WARNING, "zip", at_header(l, i, "zip"), "means nothing in a JWS");
    }
}

static void check_one(const look *l, size_t i)
{
    const parts_signature *s = &l->of->signatures[i];
    lint_base64url(l->to, at_header(l, i, NULL), s->header.flaws);
    check_flaw(l, at_header(l, i, NULL), &s->flaw);
    const xcj_alg alg = check_alg(l, i);
    check_signature(l, i, alg);
    const json_t *header = s->parsed != NULL ? s->parsed : s->unprotected;
    check_kid(l, i, header);
    check_typ(l, i, header);
    check_key_members(l, i, header);
    check_critical(l, i, header);
    check_forms(l, i, header);
}

static void check_texts(const look *l)
{
    static const char *const names[] = { "iss", "sub", "jti" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *value = json_object_get(l->of->claims, names[i]);
        if (value != NULL && !json_is_string(value)) {
            finding_add(l->to, FINDING_ERROR, "member-type", at_claim(names[i]), "is not a text (RFC 7519 4.1)");
        }
    }
    const json_t *aud = json_object_get(l->of->claims, "aud");
    if (aud == NULL) {
        finding_add(l->to, FINDING_NOTE, "aud-missing", at_claim("aud"), "there is none: it is good at any service");
    } else if (!json_is_string(aud) && !json_is_array(aud)) {
        finding_add(l->to, FINDING_ERROR, "member-type", at_claim("aud"), "is neither a text nor a list of them");
    }
}

/* A NumericDate; NAN if the claim is not there, or not one. */
static double date(const look *l, const char *name)
{
    const json_t *value = json_object_get(l->of->claims, name);
    if (value == NULL) {
        return NAN;
    }
    if (!json_is_number(value)) {
        finding_add(l->to, FINDING_ERROR, "date-type", at_claim(name), "is not a number (RFC 7519 2)");
        return NAN;
    }
    const double seconds = json_number_value(value);
    if (seconds < 0) {
        finding_add(l->to, FINDING_WARNING, "date-negative", at_claim(name), "lies before 1970");
    } else if (seconds > MILLISECONDS && seconds < MILLISECONDS * 1000) {
        finding_add(l->to, FINDING_ERROR, "date-milliseconds", at_claim(name),
                    "is in milliseconds; a NumericDate is in seconds");
    } else if (seconds > MILLISECONDS) {
        finding_add(l->to, FINDING_WARNING, "date-far", at_claim(name), "is beyond any calendar");
    } else {
        return seconds;
    }
    return NAN;
}

/* Comparisons with NAN are false: what is not there is not compared. */
static void check_times(const look *l)
{
    const double now = (double)l->how->now;
    const double exp = date(l, "exp");
    const double nbf = date(l, "nbf");
    const double iat = date(l, "iat");
    const double from = !isnan(iat) ? iat : !isnan(nbf) ? nbf : now;
    if (json_object_get(l->of->claims, "exp") == NULL) {
        finding_add(l->to, FINDING_WARNING, "exp-missing", at_claim("exp"), "there is no exp: the token never expires");
    }
    if (exp <= iat || exp <= nbf) {
        finding_add(l->to, FINDING_ERROR, "never-valid", at_claim("exp"), "is not after iat and nbf: it was never valid");
    } else if (exp - from > (double)l->how->max_lifetime) {
        finding_add(l->to, FINDING_WARNING, "lifetime-long", at_claim("exp"),
                    "lives for %.0f hours; stolen, it is good as long", (exp - from) / 3600);
    }
    if (exp <= now) {
        finding_add(l->to, FINDING_NOTE, "expired", at_claim("exp"), "has passed");
    }
    if (nbf > now) {
        finding_add(l->to, FINDING_NOTE, "not-yet-valid", at_claim("nbf"), "has not come");
    }
    if (iat > now + CLOCK_SKEW) {
        finding_add(l->to, FINDING_WARNING, "iat-future", at_claim("iat"), "lies in the future");
    }
}

static void check_payload(const look *l)
{
    const finding_place place = { l->of->claims != NULL ? "claims" : "payload", -1, NULL, NULL };
    const text *bytes = &l->of->payload.bytes;
    lint_base64url(l->to, place, l->of->payload.flaws);
    check_flaw(l, place, &l->of->flaw);
    if (l->of->claims != NULL) {
        check_texts(l);
        check_times(l);
    } else if (l->of->flaw.excess != NULL) {
        finding_add(l->to, FINDING_ERROR, "json-limit", place, "%s: a verifier refuses it", l->of->flaw.excess);
    } else if (l->of->flaw.too_large) {
        finding_add(l->to, FINDING_ERROR, "number-large", place, "a number at its offset %d is too large for any reader",
                    l->of->flaw.offset);
    } else if (bytes->len > 0 && bytes->ptr[0] == '{') {
        finding_add(l->to, FINDING_ERROR, "claims-not-json", place, "is not JSON (UTF-8) at its offset %d",
                    l->of->flaw.offset);
    } else {
        finding_add(l->to, FINDING_WARNING, "not-a-jwt", place, "is not a JSON object: this is a JWS, but not a JWT");
    }
}

static size_t length(const parts *of)
{
    size_t bytes = of->payload.bytes.len;
    for (size_t i = 0; i < of->count; i++) {
        bytes += of->signatures[i].header.bytes.len + of->signatures[i].value.bytes.len;
    }
    return bytes / 3 * 4;
}

static void add_wrapping(findings *to, unsigned around)
{
    const finding_place place = { "token", -1, NULL, NULL };
    for (size_t i = 0; i < WRAPPING_ROWS; i++) {
        if ((around & wrapping_rows[i].around) != 0) {
            finding_add(to, FINDING_WARNING, wrapping_rows[i].id, place, "taken off: %s", wrapping_rows[i].words);
        }
    }
}

msg_status lint_take(parts *out, findings *to, const char *name, const text *token, bool is_noted)
{
    wrapping of;
    *out = (parts){ 0 };
    msg_status status = wrapping_take(&of, text_view(token)) ? STATUS_OK : msg_fail_memory();
    if (status == STATUS_OK && of.count > 1) {
        xcj_error err = { .code = XCJ_ERR_TOKEN };
        token_name_fault(&err, name, text_view(token), false);
        status = msg_fail_error(ABOUT_TOKEN, name, &err);
    }
    if (status == STATUS_OK) {
        status = parts_take(out, name, &of.token);
    }
    if (status == STATUS_OK) {
        add_wrapping(to, of.around);
        wrapping_note(is_noted ? of.around : 0, name);
    }
    wrapping_free(&of);
    return status;
}

void lint_token(findings *to, const parts *of, const lint_how *how)
{
    const look l = { to, of, how };
    check_flaw(&l, (finding_place){ "token", -1, NULL, NULL }, &of->document_flaw);
    if (of->form == PARTS_ENCRYPTED) {
        finding_add(to, FINDING_WARNING, "encrypted", (finding_place){ "token", -1, NULL, NULL },
                    "is encrypted (a JWE): its header is all there is to see");
        check_flaw(&l, at_header(&l, 0, NULL), &of->signatures[0].flaw);
        return;
    }
    for (size_t i = 0; i < of->count; i++) {
        check_one(&l, i);
    }
    check_payload(&l);
    if (length(of) > LARGE_TOKEN) {
        finding_add(to, FINDING_WARNING, "large", (finding_place){ "token", -1, NULL, NULL },
                    "has %zu bytes: more than many servers take in a request's header", length(of));
    }
}
