#include "lib/key/jwk.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/json_write.h"
#include "lib/key/secret.h"

/* Limits of what is taken at all; what may sign and verify is for alg.c to say. */
#define RSA_BITS_MIN 512
#define RSA_BITS_MAX 16384
#define RSA_E_OCTETS_MAX 8
#define SECRET_OCTETS_MAX 16384
#define DATE_MAX INT64_C(253402300799) /* the end of the year 9999 */

const char *const xcj__part_names[XCJ__PART_COUNT] = {
    [XCJ__N] = "n",   [XCJ__E] = "e",   [XCJ__D] = "d", [XCJ__P] = "p", [XCJ__Q] = "q", [XCJ__DP] = "dp",
    [XCJ__DQ] = "dq", [XCJ__QI] = "qi", [XCJ__X] = "x", [XCJ__Y] = "y", [XCJ__K] = "k",
};

/* Which numbers belong to a key type, in the order in which they are written; the rest of a JWK is not looked at. */
static const xcj__jwk_part rsa_parts[] = {
    XCJ__N, XCJ__E, XCJ__D, XCJ__P, XCJ__Q, XCJ__DP, XCJ__DQ, XCJ__QI, XCJ__PART_COUNT
};
static const xcj__jwk_part ec_parts[] = { XCJ__X, XCJ__Y, XCJ__D, XCJ__PART_COUNT };
static const xcj__jwk_part okp_parts[] = { XCJ__X, XCJ__D, XCJ__PART_COUNT };
static const xcj__jwk_part oct_parts[] = { XCJ__K, XCJ__PART_COUNT };
const xcj__jwk_part *const xcj__parts_of[] = {
    [XCJ_KTY_RSA] = rsa_parts, [XCJ_KTY_EC] = ec_parts, [XCJ_KTY_OKP] = okp_parts, [XCJ_KTY_OCT] = oct_parts
};

void xcj__jwk_set_alg(xcj__jwk *jwk, xcj_str name, xcj_alg alg)
{
    const char *canonical = xcj_alg_name(alg);
    jwk->alg = canonical != NULL ? xcj_text(canonical) : name;
    jwk->facts.has_alg = name.ptr != NULL;
    jwk->facts.alg = alg;
}

static xcj_code missing(const char *member, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, member, XCJ_NO_OFFSET, "the key has no \"%s\"", member);
}

static xcj_code check_length(const xcj__jwk *jwk, xcj__jwk_part part, size_t want, xcj_error *err)
{
    if (jwk->part[part].len == want) {
        return XCJ_OK;
    }
    const char *name = xcj__part_names[part];
    xcj__bytes number = jwk->part[part];
    const char *mistake = number.len == want + 1 && number.ptr[0] == 0 ? ": remove its leading zero byte"
                          : number.len == want - 1                     ? " (did the issuer drop a leading zero byte?)"
                                                                       : "";
    return xcj__fail_at(err, XCJ_ERR_KEY, name, XCJ_NO_OFFSET, "\"%s\" has %zu bytes; the curve needs exactly %zu%s", name,
                        number.len, want, mistake);
}

/* RFC 7518 6.2, RFC 8037 2: every number has the curve's full length. */
static xcj_code check_curve(xcj__jwk *jwk, xcj_error *err)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    jwk->facts.bits = curve->bits;
    for (const xcj__jwk_part *part = xcj__parts_of[curve->kty]; *part != XCJ__PART_COUNT; part++) {
        if (jwk->part[*part].ptr == NULL) {
            if (*part == XCJ__D) {
                continue;
            }
            return missing(xcj__part_names[*part], err);
        }
        xcj_code code = check_length(jwk, *part, curve->octets, err);
        if (code != XCJ_OK) {
            return code;
        }
    }
    jwk->facts.is_private = jwk->part[XCJ__D].ptr != NULL;
    return XCJ_OK;
}

static unsigned bits_of(xcj__bytes number)
{
    unsigned bits = (unsigned)number.len * 8;
    for (uint8_t top = number.ptr[0]; bits > 0 && (top & 0x80) == 0; top = (uint8_t)(top << 1)) {
        bits--;
    }
    return bits;
}

/* Whoever fills in the numbers of an RSA key leaves out leading zero bytes, so that zero has no byte. */
static xcj_code check_positive(const xcj__jwk *jwk, xcj__jwk_part part, xcj_error *err)
{
    if (jwk->part[part].len > 0) {
        return XCJ_OK;
    }
    return xcj__fail_at(err, XCJ_ERR_KEY, xcj__part_names[part], XCJ_NO_OFFSET, "\"%s\" is empty or zero",
                        xcj__part_names[part]);
}

static xcj_code check_rsa_public(xcj__jwk *jwk, xcj_error *err)
{
    xcj__bytes n = jwk->part[XCJ__N];
    xcj__bytes e = jwk->part[XCJ__E];
    if (n.len > RSA_BITS_MAX / 8 || e.len > RSA_E_OCTETS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, n.len > RSA_BITS_MAX / 8 ? "n" : "e", XCJ_NO_OFFSET,
                            "an RSA modulus has %u bits at most, an exponent %u", RSA_BITS_MAX, RSA_E_OCTETS_MAX * 8);
    }
    jwk->facts.bits = bits_of(n);
    if (jwk->facts.bits < RSA_BITS_MIN || (n.ptr[n.len - 1] & 1) == 0) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "n", XCJ_NO_OFFSET, "\"n\" is not an RSA modulus: it is %s",
                            jwk->facts.bits < RSA_BITS_MIN ? "under 512 bits" : "even");
    }
    if ((e.ptr[e.len - 1] & 1) == 0 || (e.len == 1 && e.ptr[0] == 1)) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "e", XCJ_NO_OFFSET, "\"e\" is not an RSA exponent: it is not odd and above 1");
    }
    return XCJ_OK;
}

/* RFC 7518 6.3.2: without d there is no other private number, and of the CRT numbers all are there or none. */
static xcj_code check_rsa_private(xcj__jwk *jwk, xcj_error *err)
{
    size_t crt = 0;
    xcj__jwk_part absent = XCJ__D;
    for (xcj__jwk_part part = XCJ__P; part <= XCJ__QI; part++) {
        crt += jwk->part[part].ptr != NULL;
        absent = jwk->part[part].ptr == NULL ? part : absent;
    }
    jwk->facts.is_private = jwk->part[XCJ__D].ptr != NULL;
    if (crt != 0 && !jwk->facts.is_private) {
        return missing("d", err);
    }
    return crt == 0 || crt == XCJ__QI - XCJ__P + 1 ? XCJ_OK : missing(xcj__part_names[absent], err);
}

static xcj_code check_rsa(xcj__jwk *jwk, xcj_error *err)
{
    for (xcj__jwk_part part = XCJ__N; part <= XCJ__QI; part++) {
        if (jwk->part[part].ptr == NULL) {
            if (part <= XCJ__E) {
                return missing(xcj__part_names[part], err);
            }
            continue;
        }
        xcj_code code = check_positive(jwk, part, err);
        if (code != XCJ_OK) {
            return code;
        }
    }
    xcj_code code = check_rsa_public(jwk, err);
    return code == XCJ_OK ? check_rsa_private(jwk, err) : code;
}

static xcj_code check_oct(xcj__jwk *jwk, xcj_error *err)
{
    xcj__bytes secret = jwk->part[XCJ__K];
    if (secret.len == 0) {
        return secret.ptr == NULL ? missing("k", err) : xcj__fail_at(err, XCJ_ERR_KEY, "k", XCJ_NO_OFFSET, "\"k\" is empty");
    }
    if (secret.len > SECRET_OCTETS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "k", XCJ_NO_OFFSET, "a secret has %u bytes at most", SECRET_OCTETS_MAX);
    }
    jwk->facts.bits = (unsigned)secret.len * 8;
    jwk->facts.is_private = true;
    return xcj__secret_check(secret.ptr, secret.len, err);
}

xcj_code xcj__jwk_check(xcj__jwk *jwk, xcj_error *err)
{
    switch (jwk->facts.kty) {
    case XCJ_KTY_RSA:
        return check_rsa(jwk, err);
    case XCJ_KTY_OCT:
        return check_oct(jwk, err);
    default:
        return check_curve(jwk, err);
    }
}

xcj_code xcj__jwk_bad_date(const char *member, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, member, XCJ_NO_OFFSET,
                        "\"%s\" is not a date in seconds since 1970, up to the year 9999", member);
}

xcj_code xcj__jwk_check_dates(const xcj__jwk *jwk, xcj_error *err)
{
    if (jwk->nbf < 0 || jwk->nbf > DATE_MAX) {
        return xcj__jwk_bad_date("nbf", err);
    }
    if (jwk->exp < 0 || jwk->exp > DATE_MAX) {
        return xcj__jwk_bad_date("exp", err);
    }
    return jwk->exp == 0 || jwk->exp > jwk->nbf
               ? XCJ_OK
               : xcj__fail_at(err, XCJ_ERR_KEY, "exp", XCJ_NO_OFFSET, "\"exp\" is not later than \"nbf\"");
}

static xcj_str put_text(char *block, size_t *used, xcj_str text)
{
    if (text.ptr == NULL) {
        return text;
    }
    char *dst = memcpy(block + *used, text.ptr, text.len);
    *used += text.len;
    return (xcj_str){ dst, text.len };
}

/* A label given replaces, an empty one removes, an absent one leaves what there is. */
static xcj_str label(xcj_str given, xcj_str own)
{
    if (given.ptr == NULL) {
        return own;
    }
    return given.len == 0 ? (xcj_str){ NULL, 0 } : given;
}

static size_t members_len(const xcj__jwk *jwk)
{
    size_t len = jwk->key_ops.len;
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        len += jwk->part[i].len;
    }
    return len;
}

uint8_t *xcj__jwk_extend(xcj__jwk *jwk, size_t more)
{
    xcj__jwk old = *jwk;
    size_t used = 0;
    char *block = xcj__alloc(members_len(&old) + old.kid.len + old.facts.use.len + old.alg.len + more);
    if (block == NULL) {
        return NULL;
    }
    jwk->block = block;
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        xcj_str copy = put_text(block, &used, (xcj_str){ (const char *)old.part[i].ptr, old.part[i].len });
        jwk->part[i] = (xcj__bytes){ (const uint8_t *)copy.ptr, copy.len };
    }
    jwk->key_ops = put_text(block, &used, old.key_ops);
    jwk->kid = put_text(block, &used, old.kid);
    jwk->facts.use = put_text(block, &used, old.facts.use);
    jwk->alg = put_text(block, &used, old.alg);
    xcj_free(old.block);
    return (uint8_t *)block + used;
}

static xcj_code labels_check(const xcj__jwk *jwk, const xcj_key_labels *labels, xcj_error *err)
{
    bool is_kid_text = xcj__utf8_valid(labels->kid.ptr, labels->kid.len);
    if (!is_kid_text || !xcj__utf8_valid(labels->use.ptr, labels->use.len)) {
        const char *name = is_kid_text ? "use" : "kid";
        return xcj__fail_at(err, XCJ_ERR_KEY, name, XCJ_NO_OFFSET, "the %s is not UTF-8", name);
    }
    if (labels->alg == XCJ_ALG_NONE) {
        return XCJ_OK;
    }
    const xcj__alg *row = xcj__alg_row(labels->alg);
    if (row == NULL) {
        return xcj__fail_at(err, XCJ_ERR_ALG_UNKNOWN, "alg", XCJ_NO_OFFSET, "no algorithm has this number");
    }
    /* Only whether the types fit: size, use and the rest are for the day it signs or verifies. */
    xcj__key_facts facts = {
        .kty = jwk->facts.kty, .crv = jwk->facts.crv, .is_pss = jwk->facts.is_pss, .bits = row->min_bits
    };
    return xcj__alg_admit(row, &facts, XCJ_VERIFY, err);
}

xcj_code xcj__jwk_copy(xcj__jwk *out, const xcj__jwk *jwk, const xcj_key_labels *labels, xcj_error *err)
{
    static const xcj_key_labels none = XCJ_KEY_LABELS_INIT;
    labels = labels != NULL ? labels : &none;
    memset(out, 0, sizeof *out);
    xcj_code code = labels_check(jwk, labels, err);
    if (code != XCJ_OK) {
        return code;
    }
    *out = *jwk;
    out->block = NULL;
    out->kid = label(labels->kid, jwk->kid);
    out->facts.use = label(labels->use, jwk->facts.use);
    if (labels->alg != XCJ_ALG_NONE) {
        xcj__jwk_set_alg(out, xcj_text(xcj_alg_name(labels->alg)), labels->alg);
    }
    out->nbf = labels->nbf != 0 ? labels->nbf : jwk->nbf;
    out->exp = labels->exp != 0 ? labels->exp : jwk->exp;
    code = xcj__jwk_check_dates(out, err);
    if (code != XCJ_OK) {
        memset(out, 0, sizeof *out);
        return code;
    }
    if (xcj__jwk_extend(out, 1) == NULL) {
        memset(out, 0, sizeof *out);
        return xcj__fail_memory(err);
    }
    return XCJ_OK;
}

xcj_code xcj__jwk_copy_public(xcj__jwk *out, const xcj__jwk *jwk, const xcj_key_labels *labels, xcj_error *err)
{
    xcj__jwk members = *jwk;
    for (xcj__jwk_part part = XCJ__D; part <= XCJ__QI; part++) {
        members.part[part] = (xcj__bytes){ NULL, 0 };
    }
    members.facts.is_private = false;
    members.nbf = members.exp = 0;
    return xcj__jwk_copy(out, &members, labels, err);
}

bool xcj__jwk_same(const xcj__jwk *a, const xcj__jwk *b)
{
    static const xcj__jwk_part public_parts[] = { XCJ__N, XCJ__E, XCJ__X, XCJ__Y };
    static const xcj__jwk_part secret[] = { XCJ__K };
    const bool is_secret = a->facts.kty == XCJ_KTY_OCT;
    const xcj__jwk_part *parts = is_secret ? secret : public_parts;
    const size_t count = is_secret ? 1 : sizeof public_parts / sizeof public_parts[0];
    bool same = a->facts.kty == b->facts.kty && a->facts.crv == b->facts.crv;
    for (size_t i = 0; same && i < count; i++) {
        xcj__bytes left = a->part[parts[i]];
        xcj__bytes right = b->part[parts[i]];
        same = left.len == right.len && (left.len == 0 || xcj__equal_secret(left.ptr, right.ptr, left.len));
    }
    return same;
}

void xcj__jwk_free(xcj__jwk *jwk)
{
    xcj_free(jwk->block);
    memset(jwk, 0, sizeof *jwk);
}
