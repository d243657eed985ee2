#include "lib/key/key_check.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/key/edwards.h"
#include "lib/key/evp.h"
#include "lib/key/provider_key.h"
#include "lib/key/rsa.h"
#include "lib/key/weierstrass.h"

static xcj_code private_does_not_fit(xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, "d", XCJ_NO_OFFSET, "\"d\" is not the private part of the public key beside it");
}

static xcj_code check_rsa(xcj_key *key, xcj_error *err)
{
    return xcj__key_has_checked_private(key) ? xcj__rsa_complete(&key->jwk, err) : XCJ_OK;
}

static xcj_code check_pair(const xcj_key *key, const EC_GROUP *group, xcj_error *err)
{
    switch (xcj__weierstrass_pair(group, key->jwk.part)) {
    case XCJ__PAIR_FITS:
        return XCJ_OK;
    case XCJ__PAIR_DIFFERS:
        return private_does_not_fit(err);
    case XCJ__PAIR_RANGE:
        return xcj__fail_at(err, XCJ_ERR_KEY, "d", XCJ_NO_OFFSET, "\"d\" is 0, or not below the order of the curve");
    case XCJ__PAIR_FAILED:
        break;
    }
    return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not check the EC key");
}

/* The curve's group is the scratch's, or is made for this key alone. */
static xcj_code check_ec_private(const xcj_key *key, xcj_scratch *scratch, xcj_error *err)
{
    xcj_curve crv = key->jwk.facts.crv;
    EC_GROUP *own = scratch == NULL ? xcj__weierstrass_group(crv) : NULL;
    const EC_GROUP *group = scratch == NULL ? own : xcj__scratch_group(scratch, crv);
    xcj_code code = group != NULL ? check_pair(key, group, err) : xcj__fail_memory(err);
    EC_GROUP_free(own);
    return code;
}

static xcj_code check_ec_point(const xcj_key *key, xcj_error *err)
{
    int found = xcj__weierstrass_is_point(key->jwk.facts.crv, key->jwk.part[XCJ__X], key->jwk.part[XCJ__Y]);
    if (found < 0) {
        return xcj__fail_memory(err);
    }
    return found == 1 ? XCJ_OK
                      : xcj__fail_at(err, XCJ_ERR_KEY, "x", XCJ_NO_OFFSET, "\"x\" and \"y\" are not a point of the curve");
}

/* A private part that fits has the point checked by OpenSSL, so only another one asks again whether the point is at fault.
 */
static xcj_code check_ec(const xcj_key *key, xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__key_has_checked_private(key)) {
        return check_ec_point(key, err);
    }
    xcj_code code = check_ec_private(key, scratch, err);
    xcj_code point = code == XCJ_OK || code == XCJ_ERR_MEMORY ? XCJ_OK : check_ec_point(key, err);
    return point != XCJ_OK ? point : code;
}

static xcj_code check_point(const xcj_key *key, xcj_error *err)
{
    int found = xcj__edwards_is_point(key->jwk.facts.crv, key->jwk.part[XCJ__X]);
    if (found < 0) {
        return xcj__fail_memory(err);
    }
    return found == 1 ? XCJ_OK : xcj__fail_at(err, XCJ_ERR_KEY, "x", XCJ_NO_OFFSET, "\"x\" is not a point of the curve");
}

/* OpenSSL makes the public key of the private one where it makes an EVP_PKEY: that is kept. */
static xcj_code check_okp(xcj_key *key, xcj_error *err)
{
    const xcj__curve *curve = xcj__curve_row(key->jwk.facts.crv);
    xcj__bytes x = key->jwk.part[XCJ__X];
    const EVP_PKEY *pkey = xcj__provider_key(key);
    uint8_t own[64];
    size_t len = sizeof own;
    if (pkey == NULL || EVP_PKEY_get_raw_public_key(pkey, own, &len) != 1) {
        return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the %s key", curve->name);
    }
    /* RFC 8037 2: x is required, and is the public key of d. */
    if (len != x.len || memcmp(own, x.ptr, len) != 0) {
        return private_does_not_fit(err);
    }
    return xcj__key_has_checked_private(key) || curve->signature_len == 0 ? XCJ_OK : check_point(key, err);
}

static xcj_code check_numbers(xcj_key *key, xcj_scratch *scratch, xcj_error *err)
{
    switch (key->jwk.facts.kty) {
    case XCJ_KTY_RSA:
        return check_rsa(key, err);
    case XCJ_KTY_EC:
        return check_ec(key, scratch, err);
    case XCJ_KTY_OKP:
        return check_okp(key, err);
    default:
        return XCJ_OK;
    }
}

/* If the caller names a library context or properties, report immediately that they do not support the key. */
xcj_code xcj__key_check(xcj_key *key, xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = check_numbers(key, scratch, err);
    bool is_asked = key->provider != NULL && key->jwk.facts.kty != XCJ_KTY_OCT;
    if (code == XCJ_OK && is_asked && xcj__provider_key(key) == NULL) {
        code = xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the %s key", xcj_kty_name(xcj_key_type(key)));
    }
    return code;
}
