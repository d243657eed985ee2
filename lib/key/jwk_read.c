#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"
#include "lib/key/jwk.h"
#include "lib/key/jwk_x5c.h"

/* The other members of a JWK, behind the numbers in the same array of seen values. */
enum { KTY = XCJ__PART_COUNT, CRV, USE, KEY_OPS, ALG, KID, OTH, KEYS, NBF, EXP, X5C, SEEN_COUNT };
static const char *const other_names[] = {
    "kty", "crv", "use", "key_ops", "alg", "kid", "oth", "keys", "nbf", "exp", "x5c"
};

typedef struct reading {
    const char *text;
    const xcj_key_options *options;
    xcj__json_value seen[SEEN_COUNT]; /* type 0: absent */
    xcj__jwk *jwk;
    size_t used; /* of the block */
} reading;

static const char *seen_name(size_t index)
{
    return index < XCJ__PART_COUNT ? xcj__part_names[index] : other_names[index - XCJ__PART_COUNT];
}

/* A null member says that there is none, as many issuers write it. */
static xcj_code note_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    reading *r = ctx;
    for (size_t i = 0; i < SEEN_COUNT && item->value.type != XCJ__JSON_NULL; i++) {
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

/* The issuer's likely mistake, by the character at fault. */
static const char *base64_mistake(char at_fault)
{
    switch (at_fault) {
    case '=':
        return ": remove the padding \"=\"";
    case '+':
    case '/':
        return ": this is standard base64; replace \"+\" by \"-\" and \"/\" by \"_\"";
    case ' ':
    case '\n':
    case '\r':
        return ": remove the white space";
    default:
        return "";
    }
}

static xcj_code bad_base64url(const reading *r, size_t index, xcj_str text, size_t bad, xcj_error *err)
{
    size_t offset = offset_of(r, &r->seen[index]) + 1 + (r->seen[index].escaped ? 0 : bad);
    const char *more = index == XCJ__K  ? " (if k is the secret itself, use hmac_k_raw, --hmac-k-raw)"
                       : bad < text.len ? base64_mistake(text.ptr[bad])
                                        : "";
    return xcj__fail_at(err, XCJ_ERR_BASE64, seen_name(index), offset, "\"%s\" is not base64url at offset %zu%s",
                        seen_name(index), offset, more);
}

/* RFC 7518 2 wants the fewest bytes, but many issuers write the sign byte of ASN.1; the number is the same. */
static xcj__bytes without_zeros(xcj__bytes number)
{
    while (number.len > 0 && number.ptr[0] == 0) {
        number.ptr++;
        number.len--;
    }
    return number;
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
        return bad_base64url(r, part, text, bad, err);
    }
    xcj__bytes number = { dst, len };
    r->jwk->part[part] = r->jwk->facts.kty == XCJ_KTY_RSA ? without_zeros(number) : number;
    return XCJ_OK;
}

/* The type of this name; XCJ_KTY_NONE when it is none of ours. */
static xcj_kty type_named(xcj_str name)
{
    for (xcj_kty type = XCJ_KTY_RSA; type <= XCJ_KTY_OCT; type++) {
        if (xcj__str_is(name, xcj_kty_name(type))) {
            return type;
        }
    }
    return XCJ_KTY_NONE;
}

static xcj_code take_type(reading *r, xcj_error *err)
{
    xcj_str kty;
    if (r->seen[KEYS].type != 0) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "keys", offset_of(r, &r->seen[KEYS]), "%s",
                            r->seen[KTY].type != 0 ? XCJ__BOTH_KEY_AND_SET : "this is a JWK Set, not a single key");
    }
    xcj_code code = take_text(r, KTY, &kty, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (kty.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "kty", XCJ_NO_OFFSET, "the JWK has no \"kty\"");
    }
    r->jwk->facts.kty = type_named(kty);
    if (r->jwk->facts.kty != 0) {
        return XCJ_OK;
    }
    char shown[XCJ__SHOWN];
    return xcj__fail_at(err, XCJ_ERR_KEY_TYPE, "kty", offset_of(r, &r->seen[KTY]),
                        "the key type \"%s\" is not supported (RSA, EC, OKP and oct are)",
                        xcj__sanitise(shown, sizeof shown, kty.ptr, kty.len));
}

/* Does an array, if it is one, have no elements? */
static bool is_empty_array(const xcj__json_value *value)
{
    for (size_t i = 1; value->type == XCJ__JSON_ARRAY && i + 1 < value->raw.len; i++) {
        if (!xcj__is_space(value->raw.ptr[i])) {
            return false;
        }
    }
    return value->type == XCJ__JSON_ARRAY;
}

/* RFC 7517 4.7 wants the numbers beside the certificate, but some issuers leave them out. */
static bool is_certificate_only(const reading *r)
{
    bool found = r->jwk->facts.kty != XCJ_KTY_OCT && r->seen[X5C].type != 0 && !is_empty_array(&r->seen[X5C]);
    for (const xcj__jwk_part *part = xcj__parts_of[r->jwk->facts.kty]; *part != XCJ__PART_COUNT; part++) {
        found = found && r->seen[*part].type == 0;
    }
    return found;
}

static xcj_code take_curve(reading *r, xcj_error *err)
{
    xcj_kty kty = r->jwk->facts.kty;
    if (kty != XCJ_KTY_EC && kty != XCJ_KTY_OKP) {
        return XCJ_OK;
    }
    if (r->seen[CRV].type == 0 && is_certificate_only(r)) {
        return XCJ_OK; /* the certificate says it */
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
        return xcj__fail_at(err, XCJ_ERR_KEY_TYPE, "crv", offset_of(r, &r->seen[CRV]),
                            "\"%s\" is not a curve of key type %s", xcj__sanitise(shown, sizeof shown, crv.ptr, crv.len),
                            xcj_kty_name(kty));
    }
    r->jwk->facts.crv = xcj__curve_from_name(crv);
    return XCJ_OK;
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
        r->jwk->facts.use = use;
        xcj_alg (*from_name)(const char *, size_t) = r->options->alg_from_name;
        xcj__jwk_set_alg(r->jwk, alg, (from_name != NULL ? from_name : xcj_alg_from_name)(alg.ptr, alg.len));
    }
    return code;
}

/* key_ops holds a handful of names; a longer array is not one. */
#define KEY_OPS_MAX 32

typedef struct operations {
    xcj__key_facts *facts;
    char *at; /* where names go, unescaped, until the array's own text takes their place */
    xcj_str seen[KEY_OPS_MAX];
    size_t count;
} operations;

static xcj_code note_operation(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    operations *ops = ctx;
    const xcj__json_value *value = &item->value;
    if (value->type != XCJ__JSON_STRING || ops->count == KEY_OPS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "key_ops", XCJ_NO_OFFSET, "\"key_ops\" is not an array of a few strings");
    }
    xcj_str name = { ops->at, xcj__json_unescape(ops->at, value->text) };
    for (size_t i = 0; i < ops->count; i++) {
        /* RFC 7517 4.3: duplicate values MUST NOT be present. */
        if (xcj__str_equal(ops->seen[i], name)) {
            return xcj__fail_at(err, XCJ_ERR_KEY, "key_ops", XCJ_NO_OFFSET, "\"key_ops\" has a value twice");
        }
    }
    ops->at += name.len;
    ops->seen[ops->count++] = name;
    ops->facts->op_sign = ops->facts->op_sign || xcj__str_is(name, "sign");
    ops->facts->op_verify = ops->facts->op_verify || xcj__str_is(name, "verify");
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
    char *dst = r->jwk->block + r->used;
    operations ops = { .facts = &r->jwk->facts, .at = dst };
    xcj_code code = xcj__json_scan(value->raw.ptr, value->raw.len, XCJ__JSON_ARRAY, NULL, note_operation, &ops, err);
    if (code != XCJ_OK) {
        return code;
    }
    memcpy(dst, value->raw.ptr, value->raw.len);
    r->used += value->raw.len;
    r->jwk->key_ops = (xcj_str){ dst, value->raw.len };
    r->jwk->facts.has_key_ops = true;
    return XCJ_OK;
}

/* More primes than two; an empty array says that there are none. */
static bool has_more_primes(const reading *r)
{
    return r->seen[OTH].type != 0 && !is_empty_array(&r->seen[OTH]);
}

/* A NumericDate (RFC 7519 2), rounded down. */
static xcj_code take_date(const reading *r, size_t index, int64_t *out, xcj_error *err)
{
    const xcj__json_value *value = &r->seen[index];
    if (value->type == 0) {
        return XCJ_OK;
    }
    const size_t offset = offset_of(r, value);
    if (value->type != XCJ__JSON_NUMBER) {
        return xcj__fail_at(err, XCJ_ERR_KEY, seen_name(index), offset, "\"%s\" is not a number, at offset %zu",
                            seen_name(index), offset);
    }
    *out = xcj__json_number_read(value->text).floor;
    return *out > 0 ? XCJ_OK : xcj__jwk_bad_date(seen_name(index), err);
}

/* Only a key that signs has a time to sign: what a stranger's public key says is not looked at. */
static xcj_code take_dates(reading *r, xcj_error *err)
{
    if (!r->jwk->facts.is_private) {
        return XCJ_OK;
    }
    xcj_code code = take_date(r, NBF, &r->jwk->nbf, err);
    if (code == XCJ_OK) {
        code = take_date(r, EXP, &r->jwk->exp, err);
    }
    return code == XCJ_OK ? xcj__jwk_check_dates(r->jwk, err) : code;
}

static xcj_code take_all(reading *r, xcj_error *err)
{
    xcj_code code = take_type(r, err);
    if (code == XCJ_OK && r->jwk->facts.kty == XCJ_KTY_RSA && has_more_primes(r)) {
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
    if (code == XCJ_OK && is_certificate_only(r)) {
        return xcj__jwk_take_x5c(r->jwk, &r->seen[X5C], r->options, err);
    }
    for (const xcj__jwk_part *part = xcj__parts_of[code == XCJ_OK ? r->jwk->facts.kty : XCJ_KTY_OCT];
         code == XCJ_OK && *part != XCJ__PART_COUNT; part++) {
        code = take_number(r, *part, err);
    }
    if (code == XCJ_OK) {
        code = xcj__jwk_check(r->jwk, err);
    }
    if (code == XCJ_OK && r->jwk->facts.kty != XCJ_KTY_OCT && r->seen[X5C].type == XCJ__JSON_ARRAY) {
        code = xcj__jwk_keep_x5c(r->jwk, &r->seen[X5C], err);
    }
    return code == XCJ_OK ? take_dates(r, err) : code;
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

xcj_code xcj__jwk_peek(xcj_kty *kty, xcj_str *kid, const char *text, size_t len, xcj_error *err)
{
    static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH_MAX, .max_members = SIZE_MAX };
    reading r = { .text = text };
    *kty = 0;
    *kid = (xcj_str){ NULL, 0 };
    xcj_code code = xcj__json_scan(text, len, XCJ__JSON_OBJECT, &limits, note_member, &r, err);
    if (code != XCJ_OK) {
        return code == XCJ_ERR_MEMORY ? code : XCJ_OK;
    }
    const xcj__json_value *type = &r.seen[KTY];
    for (xcj_kty t = XCJ_KTY_RSA; type->type == XCJ__JSON_STRING && t <= XCJ_KTY_OCT; t++) {
        const char *name = xcj_kty_name(t);
        *kty = xcj__json_equal(type->text, type->escaped, name, strlen(name)) ? t : *kty;
    }
    if (r.seen[KID].type != XCJ__JSON_STRING) {
        return XCJ_OK;
    }
    char *copy = NULL;
    code = xcj__json_take_text(&copy, &kid->len, r.seen[KID].text, err);
    kid->ptr = copy;
    return code;
}
