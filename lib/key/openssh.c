#include "lib/key/openssh.h"

#include <openssl/bn.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"

/* A prime of the largest RSA key has half of this. */
#define PRIME_MAX 2048
#define SCALAR_MAX 66

const xcj__openssh_type xcj__openssh_types[XCJ__OPENSSH_TYPES] = {
    { "ssh-rsa", NULL, XCJ_KTY_RSA, XCJ_CURVE_NONE },
    { "ssh-ed25519", NULL, XCJ_KTY_OKP, XCJ_CURVE_ED25519 },
    { "ecdsa-sha2-nistp256", "nistp256", XCJ_KTY_EC, XCJ_CURVE_P256 },
    { "ecdsa-sha2-nistp384", "nistp384", XCJ_KTY_EC, XCJ_CURVE_P384 },
    { "ecdsa-sha2-nistp521", "nistp521", XCJ_KTY_EC, XCJ_CURVE_P521 },
};

/* What is being read (RFC 4251 5): it remembers its first failure. */
typedef struct wire {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
} wire;

static uint32_t take_number(wire *w)
{
    if (w->failed || w->end - w->at < 4) {
        w->failed = true;
        return 0;
    }
    const uint8_t *b = w->at;
    w->at += 4;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static xcj__bytes take_string(wire *w)
{
    size_t len = take_number(w);
    if (w->failed || (size_t)(w->end - w->at) < len) {
        w->failed = true;
        return (xcj__bytes){ w->end, 0 };
    }
    xcj__bytes string = { w->at, len };
    w->at += len;
    return string;
}

/* A positive mpint, without the zero byte that keeps it positive. */
static xcj__bytes take_mpint(wire *w)
{
    xcj__bytes number = take_string(w);
    w->failed = w->failed || (number.len > 0 && number.ptr[0] >= 0x80);
    while (number.len > 0 && number.ptr[0] == 0) {
        number.ptr++;
        number.len--;
    }
    return number;
}

static bool is_text(xcj__bytes bytes, const char *text)
{
    return xcj__str_is((xcj_str){ (const char *)bytes.ptr, bytes.len }, text);
}

static const xcj__openssh_type *type_of(xcj__bytes name)
{
    for (size_t i = 0; i < XCJ__OPENSSH_TYPES; i++) {
        if (is_text(name, xcj__openssh_types[i].name)) {
            return &xcj__openssh_types[i];
        }
    }
    return NULL;
}

static xcj_code malformed(xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_KEY, "the OpenSSH key is malformed");
}

/* An uncompressed point (RFC 5656 3.1). */
static void take_point(wire *w, xcj__jwk *jwk, const xcj__openssh_type *type)
{
    size_t half = xcj__curve_row(type->crv)->octets;
    bool named = is_text(take_string(w), type->curve);
    xcj__bytes point = take_string(w);
    if (w->failed || !named || point.len != 1 + 2 * half || point.ptr[0] != 4) {
        w->failed = true;
        return;
    }
    jwk->part[XCJ__X] = (xcj__bytes){ point.ptr + 1, half };
    jwk->part[XCJ__Y] = (xcj__bytes){ point.ptr + 1 + half, half };
}

/* The type's name, and what is public. All views are of the bytes read. */
static xcj_code take_public(wire *w, xcj__jwk *jwk, const xcj__openssh_type **type, bool e_first, xcj_error *err)
{
    memset(jwk, 0, sizeof *jwk);
    xcj__bytes name = take_string(w);
    *type = type_of(name);
    if (w->failed) {
        return malformed(err);
    }
    if (*type == NULL) {
        char shown[XCJ__SHOWN];
        return xcj__fail(err, XCJ_ERR_KEY_TYPE,
                         "the OpenSSH key type \"%s\" is not supported (ssh-rsa, ssh-ed25519 and ecdsa-sha2-nistp are)",
                         xcj__sanitise(shown, sizeof shown, (const char *)name.ptr, name.len));
    }
    jwk->facts = (xcj__key_facts){ .kty = (*type)->kty, .crv = (*type)->crv };
    if (jwk->facts.kty == XCJ_KTY_RSA) {
        jwk->part[e_first ? XCJ__E : XCJ__N] = take_mpint(w);
        jwk->part[e_first ? XCJ__N : XCJ__E] = take_mpint(w);
    } else if (jwk->facts.kty == XCJ_KTY_EC) {
        take_point(w, jwk, *type);
    } else {
        jwk->part[XCJ__X] = take_string(w);
    }
    return w->failed ? malformed(err) : XCJ_OK;
}

static xcj_code keep(xcj__jwk *out, xcj__jwk *jwk, xcj_error *err)
{
    xcj_code code = xcj__jwk_check(jwk, err);
    return code == XCJ_OK ? xcj__jwk_copy(out, jwk, NULL, err) : code;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static xcj_str take_word(xcj_str *line)
{
    size_t start = 0;
    while (start < line->len && is_blank(line->ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < line->len && !is_blank(line->ptr[end])) {
        end++;
    }
    /* An absent line has no pointer to add to. */
    xcj_str word = { end > start ? line->ptr + start : "", end - start };
    *line = (xcj_str){ end > 0 ? line->ptr + end : "", line->len - end };
    return word;
}

bool xcj__openssh_sniff(xcj_str line)
{
    static const char *const starts[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };
    xcj_str name = take_word(&line);
    xcj_str text = take_word(&line);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        size_t len = strlen(starts[i]);
        if (name.len > len && memcmp(name.ptr, starts[i], len) == 0) {
            return text.len > 4 && memcmp(text.ptr, "AAAA", 4) == 0;
        }
    }
    return false;
}

xcj_code xcj__openssh_public(xcj__jwk *out, xcj_str line, xcj_error *err)
{
    memset(out, 0, sizeof *out);
    xcj_str name = take_word(&line);
    xcj_str text = take_word(&line);
    uint8_t *bytes = xcj__alloc(text.len + 1);
    if (bytes == NULL) {
        return xcj__fail_memory(err);
    }
    size_t len;
    xcj_code code = xcj__b64_decode(bytes, &len, text.ptr, text.len, NULL)
                        ? XCJ_OK
                        : xcj__fail(err, XCJ_ERR_BASE64, "the OpenSSH public key is not base64");
    if (code == XCJ_OK) {
        xcj__jwk jwk;
        const xcj__openssh_type *type;
        wire w = { bytes, bytes + len, false };
        code = take_public(&w, &jwk, &type, true, err);
        if (code == XCJ_OK) {
            code = w.at == w.end && xcj__str_is(name, type->name) ? keep(out, &jwk, err) : malformed(err);
        }
    }
    xcj_free(bytes);
    return code;
}

/* What a private key needs beside what the file has, at its full length. */
typedef struct derived {
    uint8_t dp[PRIME_MAX];
    uint8_t dq[PRIME_MAX];
    uint8_t scalar[SCALAR_MAX];
} derived;

/* d mod (prime - 1), in as many bytes as the prime. False: no memory. */
static bool exponent(xcj__bytes *out, uint8_t *room, xcj__bytes d, xcj__bytes prime)
{
    BN_CTX *ctx = BN_CTX_secure_new();
    BIGNUM *number = BN_bin2bn(d.ptr, (int)d.len, NULL);
    BIGNUM *modulus = BN_bin2bn(prime.ptr, (int)prime.len, NULL);
    bool made = ctx != NULL && number != NULL && modulus != NULL && BN_sub_word(modulus, 1) == 1 &&
                BN_mod(number, number, modulus, ctx) == 1 && BN_bn2binpad(number, room, (int)prime.len) >= 0;
    BN_clear_free(number);
    BN_clear_free(modulus);
    BN_CTX_free(ctx);
    *out = (xcj__bytes){ room, prime.len };
    while (out->len > 0 && *out->ptr == 0) {
        *out = (xcj__bytes){ out->ptr + 1, out->len - 1 };
    }
    return made;
}

static bool is_prime_sized(xcj__bytes prime)
{
    return prime.len > 0 && prime.len <= PRIME_MAX && (prime.len > 1 || prime.ptr[0] > 1);
}

static xcj_code take_rsa(wire *w, xcj__jwk *jwk, derived *more, xcj_error *err)
{
    xcj__bytes *part = jwk->part;
    part[XCJ__D] = take_mpint(w);
    part[XCJ__QI] = take_mpint(w);
    part[XCJ__P] = take_mpint(w);
    part[XCJ__Q] = take_mpint(w);
    if (w->failed || !is_prime_sized(part[XCJ__P]) || !is_prime_sized(part[XCJ__Q]) || part[XCJ__D].len > PRIME_MAX) {
        return malformed(err);
    }
    return exponent(&part[XCJ__DP], more->dp, part[XCJ__D], part[XCJ__P]) &&
                   exponent(&part[XCJ__DQ], more->dq, part[XCJ__D], part[XCJ__Q])
               ? XCJ_OK
               : xcj__fail_memory(err);
}

static xcj_code take_private(wire *w, xcj__jwk *jwk, derived *more, xcj_error *err)
{
    if (jwk->facts.kty == XCJ_KTY_RSA) {
        return take_rsa(w, jwk, more, err);
    }
    size_t octets = xcj__curve_row(jwk->facts.crv)->octets;
    xcj__bytes d = jwk->facts.kty == XCJ_KTY_EC ? take_mpint(w) : take_string(w);
    if (jwk->facts.kty == XCJ_KTY_OKP && d.len == 2 * octets && jwk->part[XCJ__X].len == octets &&
        memcmp(d.ptr + octets, jwk->part[XCJ__X].ptr, octets) == 0) {
        d.len = octets; /* the public key again, behind the private one */
    }
    if (w->failed || d.len > octets || (jwk->facts.kty == XCJ_KTY_OKP && d.len != octets)) {
        return malformed(err);
    }
    memset(more->scalar, 0, octets);
    memcpy(more->scalar + octets - d.len, d.ptr, d.len);
    jwk->part[XCJ__D] = (xcj__bytes){ more->scalar, octets };
    return XCJ_OK;
}

/* The comment, and behind it bytes that count from 1. */
static bool ends_well(wire *w)
{
    (void)take_string(w);
    for (uint8_t want = 1; !w->failed && w->at < w->end; want++, w->at++) {
        w->failed = *w->at != want;
    }
    return !w->failed;
}

static xcj_code read_private(xcj__jwk *out, xcj__bytes public, xcj__bytes private, derived *more, xcj_error *err)
{
    xcj__jwk outside, inside;
    const xcj__openssh_type *type;
    wire w = { public.ptr, public.ptr + public.len, false };
    xcj_code code = take_public(&w, &outside, &type, true, err);
    if (code != XCJ_OK) {
        return code;
    }
    w = (wire){ private.ptr, private.ptr + private.len, false };
    uint32_t check = take_number(&w);
    if (take_number(&w) != check) {
        return malformed(err);
    }
    code = take_public(&w, &inside, &type, false, err);
    if (code == XCJ_OK) {
        code = take_private(&w, &inside, more, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    if (!ends_well(&w)) {
        return malformed(err);
    }
    return xcj__jwk_same(&outside, &inside)
               ? keep(out, &inside, err)
               : xcj__fail(err, XCJ_ERR_KEY, "the public key in the OpenSSH key is not that of its private key");
}

xcj_code xcj__openssh_private(xcj__jwk *out, const uint8_t *bytes, size_t len, xcj_error *err)
{
    static const char magic[] = "openssh-key-v1"; /* with its NUL */
    memset(out, 0, sizeof *out);
    if (len < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0) {
        return malformed(err);
    }
    wire w = { bytes + sizeof magic, bytes + len, false };
    xcj__bytes cipher = take_string(&w);
    (void)take_string(&w); /* how a key is made from the passphrase, and its options */
    (void)take_string(&w);
    uint32_t count = take_number(&w);
    xcj__bytes public = take_string(&w);
    if (!w.failed && !is_text(cipher, "none")) {
        return xcj__fail(
            err, XCJ_ERR_KEY,
            "the OpenSSH private key is encrypted: ssh-keygen -p -N '' -f COPY takes the passphrase off a copy");
    }
    xcj__bytes private = take_string(&w);
    if (w.failed || w.at != w.end || count != 1) {
        return malformed(err);
    }
    derived more;
    xcj_code code = read_private(out, public, private, &more, err);
    xcj__wipe(&more, sizeof more);
    return code;
}
