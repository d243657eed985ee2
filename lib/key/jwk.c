#include "lib/key/jwk.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"
#include "lib/codec/json_write.h"

/* Limits of what is taken at all; what may sign and verify is for alg.c to say. */
#define RSA_BITS_MIN 512
#define RSA_BITS_MAX 16384
#define RSA_E_OCTETS_MAX 8

static const char *const part_names[XCJ__PART_COUNT] = {
    [XCJ__N] = "n",   [XCJ__E] = "e",   [XCJ__D] = "d",   [XCJ__P] = "p", [XCJ__Q] = "q", [XCJ__DP] = "dp",
    [XCJ__DQ] = "dq", [XCJ__QI] = "qi", [XCJ__X] = "x", [XCJ__Y] = "y", [XCJ__K] = "k",
};

/* Which numbers belong to a key type, in the order in which they are written; the rest of a JWK is not looked at. */
static const xcj__jwk_part rsa_parts[] = { XCJ__N, XCJ__E, XCJ__D, XCJ__P, XCJ__Q, XCJ__DP, XCJ__DQ, XCJ__QI, XCJ__PART_COUNT };
static const xcj__jwk_part ec_parts[] = { XCJ__X, XCJ__Y, XCJ__D, XCJ__PART_COUNT };
static const xcj__jwk_part okp_parts[] = { XCJ__X, XCJ__D, XCJ__PART_COUNT };
static const xcj__jwk_part oct_parts[] = { XCJ__K, XCJ__PART_COUNT };
static const xcj__jwk_part *const parts_of[] = {
    [XCJ__RSA] = rsa_parts, [XCJ__EC] = ec_parts, [XCJ__OKP] = okp_parts, [XCJ__OCT] = oct_parts
};

/* The text members of a JWK, behind the numbers in the same array of seen values. */
enum { KTY = XCJ__PART_COUNT, CRV, USE, KEY_OPS, ALG, KID, OTH, SEEN_COUNT };
static const char *const text_names[] = { "kty", "crv", "use", "key_ops", "alg", "kid", "oth" };

typedef struct reading {
    const char *text;
    const xcj_key_options *options;
    xcj__json_value seen[SEEN_COUNT]; /* type 0: absent */
    xcj__jwk *jwk;
    size_t used; /* of the block */
} reading;

static const char *seen_name(size_t index)
{
    return index < XCJ__PART_COUNT ? part_names[index] : text_names[index - XCJ__PART_COUNT];
}

static xcj_code note_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    reading *r = ctx;
    for (size_t i = 0; i < SEEN_COUNT; i++) {
        if (xcj__json_named(item, seen_name(i))) {
            r->seen[i] = item->value;
            break;
        }
    }
    return XCJ_OK;
}

static size_t offset_of(const reading *r, const xcj__json_value *value)
{
    return (size_t)(value->raw.ptr - r->text);
}

static bool is_seen(const reading *r, size_t index)
{
    return r->seen[index].type != 0;
}

/* A text member, unescaped into the block; absent stays absent. */
static xcj_code take_text(reading *r, size_t index, xcj_str *out, xcj_error *err)
{
    const xcj__json_value *value = &r->seen[index];
    *out = (xcj_str){ NULL, 0 };
    if (value->type == 0) {
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_STRING) {
        return xcj__fail_at(err, XCJ_ERR_KEY, seen_name(index), offset_of(r, value), "\"%s\" is not a string, at offset %zu",
                            seen_name(index), offset_of(r, value));
    }
    char *dst = r->jwk->block + r->used;
    *out = (xcj_str){ dst, xcj__json_unescape(dst, value->text) };
    r->used += out->len;
    return XCJ_OK;
}

static xcj_code bad_base64url(const reading *r, size_t index, size_t bad, xcj_error *err)
{
    size_t offset = offset_of(r, &r->seen[index]) + 1 + (r->seen[index].escaped ? 0 : bad);
    bool is_secret = index == XCJ__K;
    return xcj__fail_at(err, XCJ_ERR_BASE64, seen_name(index), offset, "\"%s\" is not base64url at offset %zu%s",
                        seen_name(index), offset,
                        is_secret ? " (the raw text of a secret, as Kong takes it, needs hmac_k_raw, --hmac-k-raw)" : "");
}

/* One number, decoded in place in the block. */
static xcj_code take_number(reading *r, xcj__jwk_part part, xcj_error *err)
{
    xcj_str text;
    xcj_code code = take_text(r, part, &text, err);
    if (code != XCJ_OK || text.ptr == NULL) {
        return code;
    }
    uint8_t *dst = (uint8_t *)r->jwk->block + (text.ptr - r->jwk->block);
    size_t len = text.len;
    size_t bad = 0;
    bool is_raw = part == XCJ__K && r->options->hmac_k_raw;
    if (!is_raw && !xcj__b64u_decode(dst, &len, text.ptr, text.len, &bad)) {
        return bad_base64url(r, part, bad, err);
    }
    r->jwk->part[part] = (xcj__bytes){ dst, len };
    return XCJ_OK;
}

static xcj_code take_type(reading *r, xcj_error *err)
{
    xcj_str kty;
    xcj_code code = take_text(r, KTY, &kty, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (kty.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "kty", XCJ_NO_OFFSET, "the JWK has no \"kty\"");
    }
    for (xcj__kty type = XCJ__RSA; type <= XCJ__OCT; type++) {
        if (xcj__str_is(kty, xcj__kty_name(type))) {
            r->jwk->facts.kty = type;
            return XCJ_OK;
        }
    }
    char shown[XCJ__SHOWN];
    return xcj__fail_at(err, XCJ_ERR_KEY_TYPE, "kty", offset_of(r, &r->seen[KTY]),
                        "the key type \"%s\" is not supported (RSA, EC, OKP and oct are)",
                        xcj__sanitise(shown, sizeof shown, kty.ptr, kty.len));
}

static xcj_code take_curve(reading *r, xcj_error *err)
{
    xcj__kty kty = r->jwk->facts.kty;
    if (kty != XCJ__EC && kty != XCJ__OKP) {
        return XCJ_OK;
    }
    xcj_str crv;
    xcj_code code = take_text(r, CRV, &crv, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (crv.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "crv", XCJ_NO_OFFSET, "the JWK has no \"crv\"");
    }
    const xcj__curve *row = xcj__curve_row(xcj__curve_from_name(crv));
    if (row == NULL || row->kty != kty) {
        char shown[XCJ__SHOWN];
        return xcj__fail_at(err, XCJ_ERR_KEY_TYPE, "crv", offset_of(r, &r->seen[CRV]), "\"%s\" is not a curve of key type %s",
                            xcj__sanitise(shown, sizeof shown, crv.ptr, crv.len), xcj__kty_name(kty));
    }
    r->jwk->facts.crv = xcj__curve_from_name(crv);
    return XCJ_OK;
}

static void set_use(xcj__jwk *jwk, xcj_str use)
{
    jwk->use = use;
    jwk->facts.use = use.ptr == NULL ? XCJ__USE_ABSENT : xcj__str_is(use, "sig") ? XCJ__USE_SIG : XCJ__USE_OTHER;
}

static void set_alg(xcj__jwk *jwk, xcj_str name, xcj_alg alg)
{
    const char *canonical = xcj_alg_name(alg);
    jwk->alg = canonical != NULL ? xcj_text(canonical) : name;
    jwk->facts.has_alg = name.ptr != NULL;
    jwk->facts.alg = alg;
}

static xcj_code take_labels(reading *r, xcj_error *err)
{
    xcj_str use, alg;
    xcj_code code = take_text(r, USE, &use, err);
    if (code == XCJ_OK) {
        code = take_text(r, ALG, &alg, err);
    }
    if (code == XCJ_OK) {
        code = take_text(r, KID, &r->jwk->kid, err);
    }
    if (code == XCJ_OK) {
        set_use(r->jwk, use);
        set_alg(r->jwk, alg,
                r->options->kong_alg_names ? xcj_alg_from_config(alg.ptr, alg.len) : xcj_alg_from_name(alg.ptr, alg.len));
    }
    return code;
}

/* key_ops holds a handful of names; a longer array is not one. */
#define KEY_OPS_MAX 32

typedef struct operations {
    xcj__jwk *jwk;
    xcj__json_value seen[KEY_OPS_MAX];
    size_t count;
} operations;

static bool same_text(const xcj__json_value *a, const xcj__json_value *b)
{
    return !b->escaped && xcj__json_equal(a->text, a->escaped, b->text.ptr, b->text.len);
}

static xcj_code note_operation(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    operations *ops = ctx;
    const xcj__json_value *value = &item->value;
    if (value->type != XCJ__JSON_STRING || ops->count == KEY_OPS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "key_ops", XCJ_NO_OFFSET, "\"key_ops\" is not an array of a few strings");
    }
    for (size_t i = 0; i < ops->count; i++) {
        /* RFC 7517 4.3: duplicate values MUST NOT be present. */
        if (same_text(&ops->seen[i], value) || same_text(value, &ops->seen[i])) {
            return xcj__fail_at(err, XCJ_ERR_KEY, "key_ops", XCJ_NO_OFFSET, "\"key_ops\" has a value twice");
        }
    }
    ops->seen[ops->count++] = *value;
    ops->jwk->facts.op_sign = ops->jwk->facts.op_sign || xcj__json_equal(value->text, value->escaped, "sign", 4);
    ops->jwk->facts.op_verify = ops->jwk->facts.op_verify || xcj__json_equal(value->text, value->escaped, "verify", 6);
    return XCJ_OK;
}

static xcj_code take_key_ops(reading *r, xcj_error *err)
{
    const xcj__json_value *value = &r->seen[KEY_OPS];
    if (value->type == 0) {
        return XCJ_OK;
    }
    if (value->type != XCJ__JSON_ARRAY) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "key_ops", offset_of(r, value), "\"key_ops\" is not an array, at offset %zu",
                            offset_of(r, value));
    }
    operations ops = { .jwk = r->jwk };
    xcj_code code = xcj__json_scan(value->raw.ptr, value->raw.len, XCJ__JSON_ARRAY, NULL, note_operation, &ops, err);
    if (code != XCJ_OK) {
        return code;
    }
    char *dst = r->jwk->block + r->used;
    memcpy(dst, value->raw.ptr, value->raw.len);
    r->used += value->raw.len;
    r->jwk->key_ops = (xcj_str){ dst, value->raw.len };
    r->jwk->facts.has_key_ops = true;
    return XCJ_OK;
}

static xcj_code take_all(reading *r, xcj_error *err)
{
    xcj_code code = take_type(r, err);
    if (code == XCJ_OK && r->jwk->facts.kty == XCJ__RSA && is_seen(r, OTH)) {
        code = xcj__fail_at(err, XCJ_ERR_KEY_TYPE, "oth", offset_of(r, &r->seen[OTH]),
                            "RSA keys of more than two primes (\"oth\") are not supported");
    }
    if (code == XCJ_OK) {
        code = take_curve(r, err);
    }
    if (code == XCJ_OK) {
        code = take_labels(r, err);
    }
    if (code == XCJ_OK) {
        code = take_key_ops(r, err);
    }
    for (const xcj__jwk_part *part = parts_of[code == XCJ_OK ? r->jwk->facts.kty : XCJ__OCT];
         code == XCJ_OK && *part != XCJ__PART_COUNT; part++) {
        code = take_number(r, *part, err);
    }
    return code == XCJ_OK ? xcj__jwk_check(r->jwk, err) : code;
}

xcj_code xcj__jwk_parse(xcj__jwk *out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    reading r = { .text = text, .options = options, .jwk = out };
    memset(out, 0, sizeof *out);
    xcj_code code = xcj__json_scan(text, len, XCJ__JSON_OBJECT, NULL, note_member, &r, err);
    if (code != XCJ_OK) {
        return code;
    }
    /* All that is taken is no longer than the text it comes from. */
    out->block = xcj__alloc(len);
    code = out->block == NULL ? xcj__fail_memory(err) : take_all(&r, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(out);
    }
    return code;
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
    const char *name = part_names[part];
    return xcj__fail_at(err, XCJ_ERR_KEY, name, XCJ_NO_OFFSET, "\"%s\" has %zu bytes; the curve needs exactly %zu", name,
                        jwk->part[part].len, want);
}

/* RFC 7518 6.2, RFC 8037 2: every number has the curve's full length. */
static xcj_code check_curve(xcj__jwk *jwk, xcj_error *err)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    jwk->facts.bits = curve->bits;
    for (const xcj__jwk_part *part = parts_of[curve->kty]; *part != XCJ__PART_COUNT; part++) {
        if (jwk->part[*part].ptr == NULL) {
            if (*part == XCJ__D) {
                continue;
            }
            return missing(part_names[*part], err);
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

/* RFC 7518 2: a Base64urlUInt has no leading zero byte, and at least one byte. */
static xcj_code check_minimal(const xcj__jwk *jwk, xcj__jwk_part part, xcj_error *err)
{
    xcj__bytes number = jwk->part[part];
    if (number.len > 0 && number.ptr[0] != 0) {
        return XCJ_OK;
    }
    return xcj__fail_at(err, XCJ_ERR_KEY, part_names[part], XCJ_NO_OFFSET, "\"%s\" %s", part_names[part],
                        number.len == 0 ? "is empty" : "has a leading zero byte");
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
    return crt == 0 || crt == XCJ__QI - XCJ__P + 1 ? XCJ_OK : missing(part_names[absent], err);
}

static xcj_code check_rsa(xcj__jwk *jwk, xcj_error *err)
{
    for (xcj__jwk_part part = XCJ__N; part <= XCJ__QI; part++) {
        if (jwk->part[part].ptr == NULL) {
            if (part <= XCJ__E) {
                return missing(part_names[part], err);
            }
            continue;
        }
        xcj_code code = check_minimal(jwk, part, err);
        if (code != XCJ_OK) {
            return code;
        }
    }
    xcj_code code = check_rsa_public(jwk, err);
    return code == XCJ_OK ? check_rsa_private(jwk, err) : code;
}

static xcj_code check_oct(xcj__jwk *jwk, xcj_error *err)
{
    if (jwk->part[XCJ__K].len == 0) {
        return jwk->part[XCJ__K].ptr == NULL ? missing("k", err)
                                             : xcj__fail_at(err, XCJ_ERR_KEY, "k", XCJ_NO_OFFSET, "\"k\" is empty");
    }
    if (jwk->part[XCJ__K].len > RSA_BITS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "k", XCJ_NO_OFFSET, "a secret has %u bytes at most", RSA_BITS_MAX);
    }
    jwk->facts.bits = (unsigned)jwk->part[XCJ__K].len * 8;
    jwk->facts.is_private = true;
    return XCJ_OK;
}

xcj_code xcj__jwk_check(xcj__jwk *jwk, xcj_error *err)
{
    switch (jwk->facts.kty) {
    case XCJ__RSA:
        return check_rsa(jwk, err);
    case XCJ__OCT:
        return check_oct(jwk, err);
    case XCJ__EC:
    case XCJ__OKP:
        break;
    }
    return check_curve(jwk, err);
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
    char *block = xcj__alloc(members_len(&old) + old.kid.len + old.use.len + old.alg.len + more);
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
    jwk->use = put_text(block, &used, old.use);
    jwk->alg = put_text(block, &used, old.alg);
    xcj_free(old.block);
    return (uint8_t *)block + used;
}

static xcj_code labels_check(const xcj__jwk *jwk, const xcj_key_labels *labels, xcj_error *err)
{
    if (!xcj__utf8_valid(labels->kid.ptr, labels->kid.len) || !xcj__utf8_valid(labels->use.ptr, labels->use.len)) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "kid", XCJ_NO_OFFSET, "a label is not UTF-8");
    }
    if (labels->alg == XCJ_ALG_NONE) {
        return XCJ_OK;
    }
    const xcj__alg *row = xcj__alg_row(labels->alg);
    if (row == NULL) {
        return xcj__fail_at(err, XCJ_ERR_ALG_UNKNOWN, "alg", XCJ_NO_OFFSET, "there is no algorithm of that number");
    }
    /* Only whether the types fit: size, use and the rest are for the day it signs or verifies. */
    xcj__key_facts facts = { .kty = jwk->facts.kty, .crv = jwk->facts.crv, .bits = row->min_bits, .is_private = true };
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
    set_use(out, label(labels->use, jwk->use));
    if (labels->alg != XCJ_ALG_NONE) {
        set_alg(out, xcj_text(xcj_alg_name(labels->alg)), labels->alg);
    }
    if (xcj__jwk_extend(out, 1) == NULL) {
        memset(out, 0, sizeof *out);
        return xcj__fail_memory(err);
    }
    return XCJ_OK;
}

void xcj__jwk_free(xcj__jwk *jwk)
{
    xcj_free(jwk->block);
    memset(jwk, 0, sizeof *jwk);
}

static void put_member_name(xcj__buf *out, const char *name)
{
    bool is_first = !out->failed && out->ptr[out->len - 1] == '{';
    xcj__buf_put_text(out, is_first ? "\"" : ",\"");
    xcj__buf_put_text(out, name);
    xcj__buf_put_text(out, "\":");
}

static void put_string_member(xcj__buf *out, const char *name, xcj_str text)
{
    if (text.ptr != NULL) {
        put_member_name(out, name);
        xcj__json_put_string(out, text);
    }
}

static void put_number(xcj__buf *out, const char *name, xcj__bytes number)
{
    put_member_name(out, name);
    xcj__buf_put_char(out, '"');
    char *dst = xcj__buf_reserve(out, xcj__b64u_encoded_len(number.len));
    if (dst != NULL) {
        out->len += xcj__b64u_encode(dst, number.ptr, number.len);
    }
    xcj__buf_put_char(out, '"');
}

static bool is_private_part(xcj__jwk_part part)
{
    return part >= XCJ__D && part != XCJ__X && part != XCJ__Y;
}

/* The public half of a signing key verifies: key_ops of a private key do not fit it as they stand. */
static void put_key_ops(xcj__buf *out, const xcj__jwk *jwk, xcj_part part)
{
    if (jwk->key_ops.ptr == NULL) {
        return;
    }
    if (part == XCJ_PRIVATE || !jwk->facts.is_private) {
        put_member_name(out, "key_ops");
        xcj__buf_put_str(out, jwk->key_ops);
    } else if (jwk->facts.op_sign || jwk->facts.op_verify) {
        put_member_name(out, "key_ops");
        xcj__buf_put_text(out, "[\"verify\"]");
    }
}

void xcj__jwk_write(xcj__buf *out, const xcj__jwk *jwk, xcj_part part)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    xcj__buf_put_char(out, '{');
    put_string_member(out, "kty", xcj_text(xcj__kty_name(jwk->facts.kty)));
    put_string_member(out, "crv", xcj_text(curve != NULL ? curve->name : NULL));
    for (const xcj__jwk_part *p = parts_of[jwk->facts.kty]; *p != XCJ__PART_COUNT; p++) {
        if (jwk->part[*p].ptr != NULL && (part == XCJ_PRIVATE || !is_private_part(*p))) {
            put_number(out, part_names[*p], jwk->part[*p]);
        }
    }
    put_string_member(out, "use", jwk->use);
    put_key_ops(out, jwk, part);
    put_string_member(out, "alg", jwk->alg);
    put_string_member(out, "kid", jwk->kid);
    xcj__buf_put_char(out, '}');
}

void xcj__jwk_write_canonical(xcj__buf *out, const xcj__jwk *jwk)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    bool is_rsa = jwk->facts.kty == XCJ__RSA;
    /* RFC 7638 3.2 and 3.3, RFC 8037 2: the required members only, in lexicographic order. */
    xcj__buf_put_char(out, '{');
    put_string_member(out, "crv", xcj_text(curve != NULL ? curve->name : NULL));
    if (is_rsa) {
        put_number(out, "e", jwk->part[XCJ__E]);
    } else if (jwk->facts.kty == XCJ__OCT) {
        put_number(out, "k", jwk->part[XCJ__K]);
    }
    put_string_member(out, "kty", xcj_text(xcj__kty_name(jwk->facts.kty)));
    if (is_rsa) {
        put_number(out, "n", jwk->part[XCJ__N]);
    }
    if (curve != NULL) {
        put_number(out, "x", jwk->part[XCJ__X]);
    }
    if (jwk->facts.kty == XCJ__EC) {
        put_number(out, "y", jwk->part[XCJ__Y]);
    }
    xcj__buf_put_char(out, '}');
}
