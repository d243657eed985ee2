#include "lib/key/der_out.h"

/* AlgorithmIdentifier { rsaEncryption, NULL } (RFC 8017 A.1), and the OID id-ecPublicKey (RFC 5480 2.1.1). */
static const char rsa_algorithm[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
static const char ec_oid[] = "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

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
    if (curve->kty == XCJ_KTY_EC) {
        xcj__der_prepend(der, ec_oid, sizeof ec_oid - 1);
    }
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* RFC 8017 A.1.1. */
static void put_rsa_public(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    put_integer(der, jwk->part[XCJ__E]);
    put_integer(der, jwk->part[XCJ__N]);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, mark);
}

/* BIT STRING of the public key: RSAPublicKey, the uncompressed point, or the curve's bytes. */
static void put_public_bits(xcj__der *der, const xcj__jwk *jwk)
{
    size_t mark = xcj__der_len(der);
    const xcj__bytes *part = jwk->part;
    if (jwk->facts.kty == XCJ_KTY_RSA) {
        put_rsa_public(der, jwk);
    } else {
        xcj__der_prepend(der, part[XCJ__Y].ptr, part[XCJ__Y].len);
        xcj__der_prepend(der, part[XCJ__X].ptr, part[XCJ__X].len);
    }
    if (jwk->facts.kty == XCJ_KTY_EC) {
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

/* RFC 5915 3, with the public key; PKCS#8 has the curve outside. */
static void put_ec_private(xcj__der *der, const xcj__jwk *jwk, const xcj__curve *named)
{
    size_t mark = xcj__der_len(der);
    put_public_bits(der, jwk);
    xcj__der_wrap(der, XCJ__DER_CONTEXT_1, mark);
    if (named != NULL) {
        size_t parameters = xcj__der_len(der);
        xcj__der_prepend(der, named->oid, named->oid_len);
        xcj__der_wrap(der, XCJ__DER_CONTEXT_0, parameters);
    }
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
    if (jwk->facts.kty == XCJ_KTY_RSA) {
        put_rsa_private(der, jwk);
    } else if (jwk->facts.kty == XCJ_KTY_EC) {
        put_ec_private(der, jwk, NULL);
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

void xcj__der_out(xcj__der *der, const xcj__jwk *jwk, xcj_part part, xcj_encoding encoding)
{
    if (encoding == XCJ_SEC1) {
        put_ec_private(der, jwk, xcj__curve_row(jwk->facts.crv));
    } else if (encoding == XCJ_PKCS1) {
        (part == XCJ_PRIVATE ? put_rsa_private : put_rsa_public)(der, jwk);
    } else {
        (part == XCJ_PRIVATE ? put_pkcs8 : put_spki)(der, jwk);
    }
}
