#include "lib/key/der_in.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/jwk_certificate.h"
#include "lib/key/pkcs12.h"
#include "lib/key/pkcs8.h"

/* What a decoder needs and what it says of a failure that is not "some other structure". */
typedef struct decoding {
    const xcj_key_options *options;
    xcj_error *err;
    xcj_code code;
    xcj__class class; /* of what was read */
} decoding;

static EVP_PKEY *read_spki(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    return d2i_PUBKEY(NULL, at, len);
}

static EVP_PKEY *read_pkcs8(decoding *d, const uint8_t **at, long len)
{
    return xcj__pkcs8_read(at, len, &d->code, d->err);
}

static EVP_PKEY *read_pkcs1_private(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    return d2i_PrivateKey(EVP_PKEY_RSA, NULL, at, len);
}

static EVP_PKEY *read_pkcs1_public(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    return d2i_PublicKey(EVP_PKEY_RSA, NULL, at, len);
}

static EVP_PKEY *read_sec1(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    return d2i_PrivateKey(EVP_PKEY_EC, NULL, at, len);
}

static EVP_PKEY *read_certificate(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    X509 *cert = d2i_X509(NULL, at, len);
    EVP_PKEY *pkey = cert != NULL ? X509_get_pubkey(cert) : NULL;
    X509_free(cert);
    return pkey;
}

static EVP_PKEY *read_encrypted(decoding *d, const uint8_t **at, long len)
{
    const uint8_t *end = *at + len;
    X509_SIG *sealed = d2i_X509_SIG(NULL, at, len);
    EVP_PKEY *pkey = sealed != NULL && *at == end ? xcj__pkcs8_open(sealed, d->options, &d->code, d->err) : NULL;
    X509_SIG_free(sealed);
    return pkey;
}

static EVP_PKEY *read_pkcs12(decoding *d, const uint8_t **at, long len)
{
    const uint8_t *end = *at + len;
    PKCS12 *file = d2i_PKCS12(NULL, at, len);
    EVP_PKEY *pkey = file != NULL && *at == end ? xcj__pkcs12_open(file, d->options, &d->code, d->err) : NULL;
    PKCS12_free(file);
    return pkey;
}

/* Behind the certificate OpenSSL keeps what it is trusted for. */
static EVP_PKEY *read_trusted(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    X509 *cert = d2i_X509_AUX(NULL, at, len);
    EVP_PKEY *pkey = cert != NULL ? X509_get_pubkey(cert) : NULL;
    X509_free(cert);
    return pkey;
}

/* In the order in which DER without a label is tried: a structure is never mistaken for one above it. */
static const struct structure {
    const char *label;
    xcj__class class;
    EVP_PKEY *(*read)(decoding *d, const uint8_t **at, long len);
} structures[] = {
    { "PRIVATE KEY", XCJ__CLASS_PRIVATE, read_pkcs8 },
    { "PUBLIC KEY", XCJ__CLASS_PUBLIC, read_spki },
    { "CERTIFICATE", XCJ__CLASS_CERTIFICATE, read_certificate },
    { "RSA PRIVATE KEY", XCJ__CLASS_PRIVATE, read_pkcs1_private },
    { "EC PRIVATE KEY", XCJ__CLASS_PRIVATE, read_sec1 },
    { "RSA PUBLIC KEY", XCJ__CLASS_PUBLIC, read_pkcs1_public },
    { "ENCRYPTED PRIVATE KEY", XCJ__CLASS_PRIVATE, read_encrypted },
    { "X509 CERTIFICATE", XCJ__CLASS_CERTIFICATE, read_certificate },
    { "TRUSTED CERTIFICATE", XCJ__CLASS_CERTIFICATE, read_trusted },
    { "EC PUBLIC KEY", XCJ__CLASS_PUBLIC, read_spki },
    { "PKCS12", XCJ__CLASS_PRIVATE, read_pkcs12 },
};
#define STRUCTURES (sizeof structures / sizeof structures[0])

static const struct structure *structure_of(xcj_str label)
{
    for (size_t i = 0; i < STRUCTURES; i++) {
        if (xcj__str_is(label, structures[i].label)) {
            return &structures[i];
        }
    }
    return NULL;
}

xcj__class xcj__der_class(xcj_str label)
{
    const struct structure *row = structure_of(label);
    return row != NULL ? row->class : XCJ__CLASS_NONE;
}

/* Asked without a place for the value: so that one which could not be fetched is not taken for one that is not there. */
static bool is_absent(const EVP_PKEY *pkey, OSSL_PARAM param)
{
    OSSL_PARAM params[] = { param, OSSL_PARAM_construct_end() };
    if (EVP_PKEY_get0_provider(pkey) == NULL) {
        return true; /* d2i_PublicKey() makes a key of the old kind, which answers in no other way */
    }
    return EVP_PKEY_get_params(pkey, params) == 1 && !OSSL_PARAM_modified(&params[0]);
}

/* What OpenSSL read but cannot tell, such as the coordinates of the point at infinity, is no key. */
static xcj_code cannot_tell(const char *member, xcj_error *err)
{
    bool is_memory = ERR_peek_error() == 0 || xcj__queue_says_memory();
    return is_memory ? xcj__fail_memory(err)
                     : xcj__fail_at(err, XCJ_ERR_KEY, member, XCJ_NO_OFFSET, "the key has no usable \"%s\"", member);
}

static xcj_code too_long(const char *member, xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, member, XCJ_NO_OFFSET, "\"%s\" is too long for the key", member);
}

/* One member from a BIGNUM of the key, in exactly `octets` bytes (0: as few as it has). Absent members stay absent. */
static xcj_code take_number(xcj__jwk *jwk, const EVP_PKEY *pkey, const char *name, xcj__jwk_part part, size_t octets,
                            xcj_error *err)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1) {
        return is_absent(pkey, OSSL_PARAM_construct_BN(name, NULL, 0)) ? XCJ_OK : cannot_tell(xcj__part_names[part], err);
    }
    size_t own = (size_t)BN_num_bytes(number);
    size_t len = octets != 0 ? octets : own;
    xcj_code code = XCJ_OK;
    if (own > len || len > INT32_MAX) {
        code = too_long(xcj__part_names[part], err);
    } else {
        uint8_t *at = xcj__jwk_extend(jwk, len);
        bool taken = at != NULL && BN_bn2binpad(number, at, (int)len) >= 0;
        code = taken ? XCJ_OK : xcj__fail_memory(err);
        jwk->part[part] = (xcj__bytes){ at, taken ? len : 0 };
    }
    BN_clear_free(number);
    return code;
}

static xcj_code take_rsa(xcj__jwk *jwk, const EVP_PKEY *pkey, xcj_error *err)
{
    static const struct {
        const char *name;
        xcj__jwk_part part;
    } members[] = {
        { OSSL_PKEY_PARAM_RSA_N, XCJ__N },          { OSSL_PKEY_PARAM_RSA_E, XCJ__E },
        { OSSL_PKEY_PARAM_RSA_D, XCJ__D },          { OSSL_PKEY_PARAM_RSA_FACTOR1, XCJ__P },
        { OSSL_PKEY_PARAM_RSA_FACTOR2, XCJ__Q },    { OSSL_PKEY_PARAM_RSA_EXPONENT1, XCJ__DP },
        { OSSL_PKEY_PARAM_RSA_EXPONENT2, XCJ__DQ }, { OSSL_PKEY_PARAM_RSA_COEFFICIENT1, XCJ__QI },
    };
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < sizeof members / sizeof members[0]; i++) {
        code = take_number(jwk, pkey, members[i].name, members[i].part, 0, err);
    }
    return code;
}

/* OpenSSL reads a number that is longer than the curve's order, but then says nothing of why it does not give it. */
static xcj_code check_range(EVP_PKEY *pkey, xcj_error *err)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool is_out =
        ctx != NULL && EVP_PKEY_private_check(ctx) != 1 && ERR_GET_REASON(ERR_peek_error()) == EC_R_INVALID_PRIVATE_KEY;
    EVP_PKEY_CTX_free(ctx);
    return is_out ? cannot_tell("d", err) : xcj__fail_memory(err);
}

static xcj_code take_ec(xcj__jwk *jwk, EVP_PKEY *pkey, const xcj__curve *curve, xcj_error *err)
{
    xcj_code code = take_number(jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_X, XCJ__X, curve->octets, err);
    if (code == XCJ_OK) {
        code = take_number(jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, XCJ__Y, curve->octets, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    code = take_number(jwk, pkey, OSSL_PKEY_PARAM_PRIV_KEY, XCJ__D, curve->octets, err);
    return code == XCJ_ERR_MEMORY ? check_range(pkey, err) : code;
}

static xcj_code take_okp(xcj__jwk *jwk, const EVP_PKEY *pkey, const xcj__curve *curve, xcj_error *err)
{
    size_t len = curve->octets;
    uint8_t *at = xcj__jwk_extend(jwk, 2 * len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    if (EVP_PKEY_get_raw_public_key(pkey, at, &len) != 1) {
        return cannot_tell("x", err);
    }
    jwk->part[XCJ__X] = (xcj__bytes){ at, len };
    if (EVP_PKEY_get_raw_private_key(pkey, at + len, &len) == 1) {
        jwk->part[XCJ__D] = (xcj__bytes){ at + len, len };
        return XCJ_OK;
    }
    bool is_public = is_absent(pkey, OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0));
    return is_public ? XCJ_OK : cannot_tell("d", err);
}

/* EVP_PKEY_is_a() would also return 0 when it cannot allocate. */
static bool is_type(const EVP_PKEY *pkey, const char *name)
{
    return xcj__str_is_nocase(xcj_text(EVP_PKEY_get0_type_name(pkey)), name);
}

/* The curve's row number by what OpenSSL calls it, which it does for a group spelt out in numbers only when all of them are
 * those of a named one. False when that cannot be found out. */
static bool curve_of(const EVP_PKEY *pkey, xcj_curve *out)
{
    char group[64];
    const char *name = EVP_PKEY_get0_type_name(pkey);
    *out = XCJ_CURVE_NONE;
    if (is_type(pkey, "EC")) {
        size_t len;
        if (EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) != 1) {
            return is_absent(pkey, OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0));
        }
        name = group;
    }
    for (xcj_curve crv = XCJ_CURVE_P256; crv < XCJ__CURVE_COUNT; crv++) {
        if (xcj__str_is_nocase(xcj_text(name), xcj__curve_row(crv)->group)) {
            *out = crv;
        }
    }
    return true;
}

/* A text parameter, or the default where the key has none. */
static bool text_param(const EVP_PKEY *pkey, const char *name, char *value, size_t cap)
{
    size_t len;
    return EVP_PKEY_get_utf8_string_param(pkey, name, value, cap, &len) == 1 ||
           is_absent(pkey, OSSL_PARAM_construct_utf8_string(name, NULL, 0));
}

/* RFC 4055 1.2: a key that says id-RSASSA-PSS is for PSS alone; with parameters, for one hash with a salt not below this. */
static xcj_code take_pss(xcj__jwk *jwk, const EVP_PKEY *pkey, xcj_error *err)
{
    static const struct {
        const char *hash;
        int salt_max;
        xcj_alg alg;
    } rows[] = { { "SHA2-256", 32, XCJ_PS256 }, { "SHA2-384", 48, XCJ_PS384 }, { "SHA2-512", 64, XCJ_PS512 } };
    char hash[64] = "SHA-1";
    char mask[64] = "SHA-1";
    int salt;
    jwk->facts.is_pss = true;
    if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &salt) != 1) {
        return is_absent(pkey, OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, NULL)) ? XCJ_OK
                                                                                                : xcj__fail_memory(err);
    }
    if (!text_param(pkey, OSSL_PKEY_PARAM_RSA_DIGEST, hash, sizeof hash) ||
        !text_param(pkey, OSSL_PKEY_PARAM_RSA_MGF1_DIGEST, mask, sizeof mask)) {
        return xcj__fail_memory(err);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(hash, rows[i].hash) == 0 && strcmp(mask, hash) == 0 && salt <= rows[i].salt_max) {
            xcj__jwk_set_alg(jwk, xcj_text(xcj_alg_name(rows[i].alg)), rows[i].alg);
            return XCJ_OK;
        }
    }
    return xcj__fail(err, XCJ_ERR_KEY_TYPE,
                     "the RSA-PSS key is restricted to %s, MGF1 with %s and a salt of %d bytes or more: no JWS algorithm "
                     "signs so (RFC 7518 3.5)",
                     hash, mask, salt);
}

static xcj_code take_members(xcj__jwk *out, EVP_PKEY *pkey, xcj_error *err)
{
    bool is_pss = is_type(pkey, "RSA-PSS");
    bool is_rsa = is_pss || is_type(pkey, "RSA");
    if (!is_rsa && !curve_of(pkey, &out->facts.crv)) {
        return xcj__fail_memory(err);
    }
    const xcj__curve *curve = xcj__curve_row(out->facts.crv);
    if (!is_rsa && curve == NULL) {
        return xcj__fail(err, XCJ_ERR_KEY_TYPE, "the key's type or curve has no JWK form that is supported here");
    }
    out->facts.kty = is_rsa ? XCJ_KTY_RSA : curve->kty;
    xcj_code code = is_rsa                     ? take_rsa(out, pkey, err)
                    : curve->kty == XCJ_KTY_EC ? take_ec(out, pkey, curve, err)
                                               : take_okp(out, pkey, curve, err);
    if (code == XCJ_OK) {
        code = xcj__jwk_check(out, err);
    }
    return code == XCJ_OK && is_pss ? take_pss(out, pkey, err) : code;
}

xcj_code xcj__members_of(xcj__jwk *out, EVP_PKEY *pkey, xcj_error *err)
{
    memset(out, 0, sizeof *out);
    xcj_code code = take_members(out, pkey, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(out);
    }
    return code;
}

/* One structure and nothing behind it. Each try takes its own entries off the error queue, which holds only sixteen. */
static EVP_PKEY *read_whole(decoding *d, EVP_PKEY *(*read)(decoding *d, const uint8_t **at, long len), const uint8_t *der,
                            size_t len)
{
    const uint8_t *at = der;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    EVP_PKEY *pkey = read(d, &at, (long)len);
    if (pkey == NULL && xcj__queue_says_memory()) {
        d->code = xcj__fail_memory(d->err);
    }
    xcj__queue_leave(&theirs);
    if (pkey != NULL && at != der + len) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    return pkey;
}

/* The structures of the label, or with `related` the others of its class: many tools confuse the labels of PKCS#1, PKCS#8,
 * SEC1 and SubjectPublicKeyInfo. Without a label all of them. */
static EVP_PKEY *read_labelled(decoding *d, xcj_str label, bool related, xcj_str der)
{
    const struct structure *own = structure_of(label);
    EVP_PKEY *pkey = NULL;
    for (size_t i = 0; i < STRUCTURES && pkey == NULL && d->code == XCJ_OK; i++) {
        const struct structure *row = &structures[i];
        if (label.ptr == NULL || (related ? own != NULL && row != own && row->class == own->class : row == own)) {
            pkey = read_whole(d, row->read, (const uint8_t *)der.ptr, der.len);
            d->class = row->class;
        }
    }
    return pkey;
}

/* RFC 5480 2.1.1.1: a named curve, or X9.62's numbers of one; openssl ecparam -genkey writes it ahead of the key. */
static bool is_ec_parameters(const xcj__der_element *element)
{
    static const uint8_t prime_field[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01 };
    if (element->tag == XCJ__DER_OBJECT_IDENTIFIER) {
        return true;
    }
    xcj__der_element version, field;
    const uint8_t *at = element->content;
    const uint8_t *end = at + element->content_len;
    return element->tag == XCJ__DER_SEQUENCE && xcj__der_take(&version, &at, end) && version.tag == XCJ__DER_INTEGER &&
           xcj__der_take(&field, &at, end) && field.tag == XCJ__DER_SEQUENCE && field.content_len > sizeof prime_field &&
           memcmp(field.content, prime_field, sizeof prime_field) == 0;
}

/* What follows EC parameters and is a key with the label EC PRIVATE KEY; absent when there are none. */
static xcj_str behind_ec_parameters(const uint8_t *der, size_t len)
{
    xcj__der_element first;
    const uint8_t *at = der;
    bool found = xcj__der_take(&first, &at, der + len) && is_ec_parameters(&first) && at != der + len;
    return found ? (xcj_str){ (const char *)at, (size_t)(der + len - at) } : (xcj_str){ NULL, 0 };
}

static EVP_PKEY *read_any(decoding *d, xcj_str label, const uint8_t *der, size_t len)
{
    xcj_str whole = { (const char *)der, len };
    EVP_PKEY *pkey = read_labelled(d, label, false, whole);
    if (pkey == NULL && d->code == XCJ_OK && label.ptr != NULL) {
        pkey = read_labelled(d, label, true, whole);
    }
    xcj_str rest =
        pkey == NULL && d->code == XCJ_OK && label.ptr == NULL ? behind_ec_parameters(der, len) : (xcj_str){ NULL, 0 };
    return rest.ptr != NULL ? read_labelled(d, xcj_text("EC PRIVATE KEY"), false, rest) : pkey;
}

/* The label of what the block holds in truth, of the first rows; NULL when it is nothing that is known. */
static const char *held_label(decoding *d, const uint8_t *der, size_t len)
{
    const char *found = NULL;
    for (size_t i = 0; structures[i].read != read_pkcs1_private && found == NULL && d->code == XCJ_OK; i++) {
        EVP_PKEY *pkey = read_whole(d, structures[i].read, der, len);
        found = pkey != NULL ? structures[i].label : NULL;
        EVP_PKEY_free(pkey);
    }
    return found;
}

/* What DER without a label is that is no key: RFC 2986 4.2, RFC 5652 3. */
static const char *other_structure(const uint8_t *der, size_t len)
{
    xcj__der_element whole, first, version, name;
    const uint8_t *at = der;
    if (!xcj__der_take(&whole, &at, der + len) || whole.tag != XCJ__DER_SEQUENCE) {
        return "";
    }
    if (at != der + len) {
        return ": there are more bytes behind it, perhaps a newline, which must go";
    }
    at = whole.content;
    if (!xcj__der_take(&first, &at, whole.content + whole.content_len)) {
        return "";
    }
    if (first.tag == XCJ__DER_OBJECT_IDENTIFIER) {
        return ": this seems to be PKCS#7: openssl pkcs7 -inform DER -in FILE -print_certs prints its certificates";
    }
    const uint8_t *end = first.content + first.content_len;
    at = first.content;
    bool is_request = first.tag == XCJ__DER_SEQUENCE && xcj__der_take(&version, &at, end) &&
                      version.tag == XCJ__DER_INTEGER && version.content_len == 1 && version.content[0] == 0 &&
                      xcj__der_take(&name, &at, end) && name.tag == XCJ__DER_SEQUENCE;
    return is_request ? ": this is a certificate request: openssl req -inform DER -in FILE -noout -pubkey prints its key"
                      : "";
}

static xcj_code not_a_key(decoding *d, xcj_str label, const uint8_t *der, size_t len)
{
    if (label.ptr == NULL) {
        return xcj__fail(d->err, XCJ_ERR_KEY, "this is not the DER of a key or certificate that is supported here%s",
                         other_structure(der, len));
    }
    char shown[XCJ__SHOWN];
    const char *held = len <= INT32_MAX ? held_label(d, der, len) : NULL;
    if (d->code != XCJ_OK) {
        return d->code;
    }
    return xcj__fail(d->err, XCJ_ERR_KEY, "this is not the DER of a %s%s%s",
                     xcj__sanitise(shown, sizeof shown, label.ptr, label.len),
                     held != NULL ? ": write what it is into its BEGIN and END lines, " : "", held != NULL ? held : "");
}

static xcj_code read_once(xcj__jwk *out, xcj_str label, const uint8_t *der, size_t len, const xcj_key_options *options,
                          xcj_error *err)
{
    decoding d = { options, err, XCJ_OK, XCJ__CLASS_NONE };
    /* What is refused as a secret is what is read as a key: by the same look at it. */
    bool is_key = len <= INT32_MAX && xcj__der_begins_key(der, len);
    EVP_PKEY *pkey = is_key ? read_any(&d, label, der, len) : NULL;
    if (d.code != XCJ_OK) {
        return d.code;
    }
    if (pkey == NULL) {
        return not_a_key(&d, label, der, len);
    }
    xcj_code code = xcj__members_of(out, pkey, err);
    EVP_PKEY_free(pkey);
    if (code == XCJ_OK && d.class == XCJ__CLASS_CERTIFICATE) {
        code = xcj__jwk_keep_certificate(out, der, len, err);
        if (code != XCJ_OK) {
            xcj__jwk_free(out);
        }
    }
    return code;
}

static bool blames_the_input(xcj_code code)
{
    return code == XCJ_ERR_KEY || code == XCJ_ERR_KEY_TYPE || code == XCJ_ERR_CERTIFICATE || code == XCJ_ERR_LIMIT;
}

xcj_code xcj__der_read(xcj__jwk *out, xcj_str label, const uint8_t *der, size_t len, const xcj_key_options *options,
                       xcj_error *err)
{
    xcj_code code = read_once(out, label, der, len, options, err);
    if (blames_the_input(code)) {
        xcj__queue_drop();
        code = read_once(out, label, der, len, options, err);
    }
    return code;
}
