#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/der_in.h"
#include "lib/key/edwards.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/provider_key.h"
#include "lib/key/rsa.h"
#include "lib/key/secret_text.h"
#include "lib/key/weierstrass.h"

#define SECRET_MIN 32

static xcj_code too_large(size_t len, xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", len, XCJ__KEY_TEXT_MAX);
}

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
    xcj__crv crv = key->jwk.facts.crv;
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
    case XCJ__RSA:
        return check_rsa(key, err);
    case XCJ__EC:
        return check_ec(key, scratch, err);
    case XCJ__OKP:
        return check_okp(key, err);
    case XCJ__OCT:
        break;
    }
    return XCJ_OK;
}

/* Whoever names a library context is told at once that it does not take the key. */
static xcj_code check(xcj_key *key, xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = check_numbers(key, scratch, err);
    if (code == XCJ_OK && key->home != NULL && xcj__provider_key(key) == NULL) {
        code = xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the %s key", xcj_key_type(key));
    }
    return code;
}

static xcj_code make_key(xcj_key **out, xcj__jwk *jwk, xcj__home *home, bool is_unchecked, xcj_scratch *scratch,
                         xcj_error *err)
{
    *out = NULL;
    xcj_key *key = xcj__key_new(jwk->facts.kty);
    if (key == NULL) {
        xcj__jwk_free(jwk);
        return xcj__fail_memory(err);
    }
    key->home = xcj__home_ref(home);
    key->is_unchecked = is_unchecked;
    key->jwk = *jwk;
    memset(jwk, 0, sizeof *jwk);
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = check(key, scratch, err);
    if (code != XCJ_OK && xcj__queue_says_memory()) {
        code = xcj__fail_memory(err);
    }
    xcj__queue_leave(&theirs);
    if (code != XCJ_OK) {
        xcj_key_free(key);
        return code;
    }
    xcj__error_clear(err);
    *out = key;
    return XCJ_OK;
}

xcj_code xcj__key_at_home(xcj_key **out, xcj__jwk *jwk, xcj__home *home, xcj_error *err)
{
    return make_key(out, jwk, home, false, NULL, err);
}

/* To find the primes takes long, and is of no use to a key that only verifies. */
static bool lacks_primes(const xcj__jwk *jwk)
{
    return jwk->facts.kty == XCJ__RSA && jwk->part[XCJ__D].ptr != NULL && jwk->part[XCJ__P].ptr == NULL;
}

xcj_code xcj__key_from_members(xcj_key **out, xcj__jwk *jwk, xcj_scratch *scratch, xcj_error *err)
{
    return make_key(out, jwk, NULL, lacks_primes(jwk), scratch, err);
}

xcj_code xcj__key_of_set(xcj_key **out, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    *out = NULL;
    xcj__jwk jwk;
    xcj_code code =
        text.len > XCJ__KEY_TEXT_MAX ? too_large(text.len, err) : xcj__jwk_parse(&jwk, text.ptr, text.len, options, err);
    return code == XCJ_OK ? make_key(out, &jwk, NULL, jwk.part[XCJ__D].ptr != NULL, NULL, err) : code;
}

xcj_code xcj__key_options_read(xcj_key_options *given, const xcj_key_options *options, xcj_error *err)
{
    xcj_code code = xcj__options_read(given, sizeof *given, options, err);
    given->passphrase_len = given->passphrase != NULL ? given->passphrase_len : 0;
    return code;
}

static xcj_code open_options(xcj_key_options *given, const xcj_key_options *options, size_t len, xcj_error *err)
{
    xcj_code code = xcj__key_options_read(given, options, err);
    return code == XCJ_OK && len > XCJ__KEY_TEXT_MAX ? too_large(len, err) : code;
}

xcj_code xcj_key_from_jwk(xcj_key **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj__jwk jwk;
    xcj_code code = open_options(&given, options, len, err);
    if (code == XCJ_OK) {
        code = xcj__jwk_parse(&jwk, text, len, &given, err);
    }
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, given.scratch, err) : code;
}

xcj_code xcj_key_from_der(xcj_key **out, const uint8_t *der, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || der == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj__jwk jwk;
    xcj_code code = open_options(&given, options, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = xcj__der_read(&jwk, (xcj_str){ NULL, 0 }, der, len, &given, err);
    xcj__queue_leave(&theirs);
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, given.scratch, err) : code;
}

static xcj_code from_secret(xcj_key **out, xcj_str secret, const xcj_key_options *given, xcj_error *err)
{
    if (secret.len < SECRET_MIN && !given->allow_weak_secret) {
        return xcj__fail(err, XCJ_ERR_KEY_WEAK, "the secret has %zu bytes; HS256 needs %d or more", secret.len, SECRET_MIN);
    }
    xcj__jwk jwk = { .facts = { .kty = XCJ__OCT, .weak_ok = given->allow_weak_secret != 0 } };
    uint8_t *at = xcj__jwk_extend(&jwk, secret.len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    if (secret.len > 0) {
        memcpy(at, secret.ptr, secret.len);
    }
    jwk.part[XCJ__K] = (xcj__bytes){ at, secret.len };
    xcj_code code = xcj__jwk_check(&jwk, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(&jwk);
        return code;
    }
    return xcj__key_from_members(out, &jwk, NULL, err);
}

xcj_code xcj_key_from_secret(xcj_key **out, const uint8_t *secret, size_t len, const xcj_key_options *options,
                             xcj_error *err)
{
    if (!xcj__clear_handle(out) || secret == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj_code code = open_options(&given, options, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf bytes;
    code = xcj__secret_decode(&bytes, (xcj_str){ (const char *)secret, len }, given.secret_encoding, err);
    if (code == XCJ_OK) {
        code = from_secret(out, (xcj_str){ bytes.ptr, bytes.len }, &given, err);
    }
    xcj__buf_free(&bytes);
    return code;
}
