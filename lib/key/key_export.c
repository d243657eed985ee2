#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/pem.h"

/* AlgorithmIdentifier { rsaEncryption, NULL } (RFC 8017 A.1), and the OID id-ecPublicKey (RFC 5480 2.1.1). */
static const char rsa_algorithm[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
static const char ec_oid[] = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

/* All that surrounds the numbers of a key takes less than this. */
#define DER_OVERHEAD 256

static void put_integer(xcj__der *der, xcj__bytes number)
{
    xcj__der_integer(der, number.ptr, number.len);
}

static void put_small(xcj__der *der, uint8_t value)
{
    xcj__der_integer(der, &value, 1);
}

static void put_algorithm(xcj__der *der, const xcj__jwk *jwk)
{
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    if (curve == NULL) {
        xcj__der_prepend(der, rsa_algorithm, sizeof rsa_algorithm - 1);
        return;
    }
    size_t mark = xcj__der_len(der);
    xcj__der_prepend(der, curve->oid, curve->oid_len);
    if (curve->kty == XCJ__EC) {
        xcj__der_prepend(der, ec_oid, sizeof ec_oid - 1);
    }
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* BIT STRING of the public key: RSAPublicKey, the uncompressed point, or the curve's bytes. */
static void put_public_bits(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    const xcj__bytes *part = jwk->part;
    if (jwk->facts.kty == XCJ__RSA) {
        put_integer(der, part[XCJ__E]);
        put_integer(der, part[XCJ__N]);
        xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
    } else {
        xcj__der_prepend(der, part[XCJ__Y].ptr, part[XCJ__Y].len);
        xcj__der_prepend(der, part[XCJ__X].ptr, part[XCJ__X].len);
    }
    if (jwk->facts.kty == XCJ__EC) {
        xcj__der_prepend(der, "\x04", 1);
    }
    xcj__der_prepend(der, "\x00", 1);
    xcj__der_wrap(der, XCJ__DER_BIT_STRING, mark);
}

/* RFC 8017 A.1.2. */
static void put_rsa_private(xcj__der *der, const xcj__jwk *jwk)
{
    static const xcj__jwk_part order[] = { XCJ__QI, XCJ__DQ, XCJ__DP, XCJ__Q, XCJ__P, XCJ__D, XCJ__E, XCJ__N };
    size_t mark = xcj__der_len(der);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        put_integer(der, jwk->part[order[i]]);
    }
    put_small(der, 0);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* RFC 5915 3, with the public key and without the parameters that PKCS#8 has outside. */
static void put_ec_private(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    put_public_bits(der, jwk);
    xcj__der_wrap(der, XCJ__DER_CONTEXT_1, mark);
    size_t number = xcj__der_len(der);
    xcj__der_prepend(der, jwk->part[XCJ__D].ptr, jwk->part[XCJ__D].len);
    xcj__der_wrap(der, XCJ__DER_OCTET_STRING, number);
    put_small(der, 1);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* PrivateKeyInfo (RFC 5208 5, RFC 8410 7). */
static void put_pkcs8(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    if (jwk->facts.kty == XCJ__RSA) {
        put_rsa_private(der, jwk);
    } else if (jwk->facts.kty == XCJ__EC) {
        put_ec_private(der, jwk);
    } else {
        xcj__der_prepend(der, jwk->part[XCJ__D].ptr, jwk->part[XCJ__D].len);
        xcj__der_wrap(der, XCJ__DER_OCTET_STRING, mark);
    }
    xcj__der_wrap(der, XCJ__DER_OCTET_STRING, mark);
    put_algorithm(der, jwk);
    put_small(der, 0);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* SubjectPublicKeyInfo (RFC 5280 4.1). */
static void put_spki(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    put_public_bits(der, jwk);
    put_algorithm(der, jwk);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* A private part is written only when it is one. */
static xcj_code choose_part(const xcj_key **chosen, const xcj_key *key, xcj_part part, xcj_error *err)
{
    *chosen = key;
    if (part != XCJ_PUBLIC && part != XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
    }
    if (part == XCJ_PRIVATE && !key->jwk.facts.is_private) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "this is a public key: it has no private part");
    }
    if (part == XCJ_PRIVATE && xcj_key_is_external(key)) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "the private part of this key is held elsewhere and is not exported");
    }
    return part == XCJ_PRIVATE ? xcj__key_whole(chosen, key, err) : XCJ_OK;
}

/* The DER in a block of its own, which ends where `der` ends. */
static xcj_code write_der(xcj__der *der, const xcj_key *key, xcj_part part, xcj_error *err)
{
    memset(der, 0, sizeof *der);
    xcj_code code = choose_part(&key, key, part, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (key->jwk.facts.kty == XCJ__OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no PEM or DER form");
    }
    size_t cap = DER_OVERHEAD;
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        cap += key->jwk.part[i].len;
    }
    uint8_t *storage = xcj__alloc(cap);
    if (storage == NULL) {
        return xcj__fail_memory(err);
    }
    xcj__der_init(der, storage, cap);
    if (part == XCJ_PRIVATE) {
        put_pkcs8(der, &key->jwk);
    } else {
        put_spki(der, &key->jwk);
    }
    return XCJ_OK;
}

xcj_code xcj_key_to_der(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj__der der;
    xcj_code code = write_der(&der, key, part, err);
    if (code != XCJ_OK) {
        return code;
    }
    memmove(der.storage, der.storage + der.start, xcj__der_len(&der));
    xcj__error_clear(err);
    *out_len = xcj__der_len(&der);
    *out = der.storage;
    return XCJ_OK;
}

xcj_code xcj_key_to_secret(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj__bytes secret = key->jwk.part[XCJ__K];
    if (key->jwk.facts.kty != XCJ__OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an %s key is no shared secret", xcj_key_type(key));
    }
    *out = (uint8_t *)xcj__dup((const char *)secret.ptr, secret.len);
    if (*out == NULL) {
        return xcj__fail_memory(err);
    }
    xcj__error_clear(err);
    *out_len = secret.len;
    return XCJ_OK;
}

xcj_code xcj_key_to_pem(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj__der der;
    xcj_code code = write_der(&der, key, part, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__buf_reserve(&buf, xcj__der_len(&der) * 3 / 2 + DER_OVERHEAD);
    xcj__pem_write(&buf, part == XCJ_PRIVATE ? "PRIVATE KEY" : "PUBLIC KEY", der.storage + der.start, xcj__der_len(&der));
    xcj_free(der.storage);
    xcj__error_clear(err);
    return xcj__buf_take(&buf, out, out_len, err);
}

xcj_code xcj_key_to_jwk(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = choose_part(&key, key, part, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (part == XCJ_PUBLIC && key->jwk.facts.kty == XCJ__OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no public part");
    }
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__jwk_write(&buf, &key->jwk, part);
    xcj__error_clear(err);
    return xcj__buf_take(&buf, out, out_len, err);
}
