#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/der_in.h"
#include "lib/key/edwards.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/pem.h"
#include "lib/key/recognise.h"
#include "lib/key/rsa.h"

#define SECRET_MIN 32

/* An RSA or EC key through one parameter list; numbers are collected here so that one label frees them all. */
typedef struct building {
    OSSL_PARAM_BLD *list;
    BIGNUM *numbers[XCJ__PART_COUNT];
    size_t count;
} building;

static xcj_code too_large(size_t len, xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", len, XCJ__KEY_TEXT_MAX);
}

static bool push_number(building *b, const char *name, xcj__bytes number)
{
    if (number.ptr == NULL) {
        return true;
    }
    BIGNUM *value = BN_bin2bn(number.ptr, (int)number.len, NULL);
    b->numbers[b->count++] = value;
    return value != NULL && OSSL_PARAM_BLD_push_BN(b->list, name, value) == 1;
}

static bool push_rsa(building *b, const xcj__bytes *part, bool is_private)
{
    if (!push_number(b, OSSL_PKEY_PARAM_RSA_N, part[XCJ__N]) || !push_number(b, OSSL_PKEY_PARAM_RSA_E, part[XCJ__E])) {
        return false;
    }
    return !is_private || (push_number(b, OSSL_PKEY_PARAM_RSA_D, part[XCJ__D]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_FACTOR1, part[XCJ__P]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_FACTOR2, part[XCJ__Q]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_EXPONENT1, part[XCJ__DP]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_EXPONENT2, part[XCJ__DQ]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, part[XCJ__QI]));
}

/* SEC 1 2.3.3: 04 || x || y; OpenSSL refuses a point that is not on the curve. */
static bool push_ec(building *b, const xcj__bytes *part, const xcj__curve *curve, uint8_t *point, bool is_private)
{
    point[0] = 4;
    memcpy(point + 1, part[XCJ__X].ptr, curve->octets);
    memcpy(point + 1 + curve->octets, part[XCJ__Y].ptr, curve->octets);
    return OSSL_PARAM_BLD_push_utf8_string(b->list, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(b->list, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * (size_t)curve->octets) == 1 &&
           (!is_private || push_number(b, OSSL_PKEY_PARAM_PRIV_KEY, part[XCJ__D]));
}

/* Is the private part to be made, and checked, with the public one? */
static bool makes_private(const xcj_key *key)
{
    return key->jwk.facts.is_private && !key->is_unchecked;
}

/* 1: made, 0: OpenSSL refuses the numbers, -1: it could not be asked. */
static int build(xcj_key *key)
{
    const xcj__jwk *jwk = &key->jwk;
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    bool is_private = makes_private(key);
    int selection = is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    uint8_t point[1 + 2 * 66];
    building b = { .list = OSSL_PARAM_BLD_new() };
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    int made = -1;
    if (b.list == NULL ||
        !(curve != NULL ? push_ec(&b, jwk->part, curve, point, is_private) : push_rsa(&b, jwk->part, is_private))) {
        goto out;
    }
    params = OSSL_PARAM_BLD_to_param(b.list);
    ctx = EVP_PKEY_CTX_new_from_name(xcj__home_lib(key->home), curve != NULL ? "EC" : "RSA", xcj__home_propq(key->home));
    if (params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
        /* Not every want of memory is put into the queue; a point that is wrong is. */
        int code = EVP_PKEY_fromdata(ctx, &key->pkey, selection, params);
        made = code == 1 ? 1 : ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_EC ? 0 : -1;
    }
out:
    EVP_PKEY_CTX_free(ctx);
    if (params != NULL && jwk->part[XCJ__D].ptr != NULL) {
        for (OSSL_PARAM *p = params; p->key != NULL; p++) {
            xcj__wipe(p->data, p->data_size);
        }
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b.list);
    for (size_t i = 0; i < b.count; i++) {
        BN_clear_free(b.numbers[i]);
    }
    return made;
}

static xcj_code private_does_not_fit(xcj_error *err)
{
    return xcj__fail_at(err, XCJ_ERR_KEY, "d", XCJ_NO_OFFSET, "\"d\" is not the private part of the public key beside it");
}

static xcj_code make_rsa(xcj_key *key, xcj_error *err)
{
    if (makes_private(key)) {
        xcj_code code = xcj__rsa_complete(&key->jwk, err);
        if (code != XCJ_OK) {
            return code;
        }
    }
    return build(key) == 1 ? XCJ_OK : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the RSA key");
}

static xcj_code make_ec(xcj_key *key, xcj_error *err)
{
    int made = build(key);
    if (made < 0) {
        return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take an EC key");
    }
    if (made == 0) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "x", XCJ_NO_OFFSET, "\"x\" and \"y\" are not a point of the curve%s",
                            makes_private(key) ? ", or \"d\" is out of range" : "");
    }
    if (!makes_private(key)) {
        return XCJ_OK;
    }
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    if (ctx == NULL) {
        return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take an EC key");
    }
    bool fits = EVP_PKEY_private_check(ctx) == 1 && EVP_PKEY_pairwise_check(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return fits ? XCJ_OK : private_does_not_fit(err);
}

static xcj_code check_point(const xcj_key *key, xcj_error *err)
{
    int found = xcj__edwards_is_point(key->jwk.facts.crv, key->jwk.part[XCJ__X]);
    if (found < 0) {
        return xcj__fail_memory(err);
    }
    return found == 1 ? XCJ_OK : xcj__fail_at(err, XCJ_ERR_KEY, "x", XCJ_NO_OFFSET, "\"x\" is not a point of the curve");
}

static xcj_code make_okp(xcj_key *key, xcj_error *err)
{
    const xcj__curve *curve = xcj__curve_row(key->jwk.facts.crv);
    const xcj__bytes *part = key->jwk.part;
    bool is_private = makes_private(key);
    OSSL_LIB_CTX *lib = xcj__home_lib(key->home);
    const char *propq = xcj__home_propq(key->home);
    key->pkey = is_private ? EVP_PKEY_new_raw_private_key_ex(lib, curve->group, propq, part[XCJ__D].ptr, part[XCJ__D].len)
                           : EVP_PKEY_new_raw_public_key_ex(lib, curve->group, propq, part[XCJ__X].ptr, part[XCJ__X].len);
    uint8_t own[64];
    size_t len = sizeof own;
    if (key->pkey == NULL || EVP_PKEY_get_raw_public_key(key->pkey, own, &len) != 1) {
        return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the %s key", curve->name);
    }
    /* RFC 8037 2: x is required, and is the public key of d. */
    if (len != part[XCJ__X].len || memcmp(own, part[XCJ__X].ptr, len) != 0) {
        return private_does_not_fit(err);
    }
    return is_private || curve->signature_len == 0 ? XCJ_OK : check_point(key, err);
}

static xcj_code make(xcj_key *key, xcj_error *err)
{
    switch (key->jwk.facts.kty) {
    case XCJ__RSA:
        return make_rsa(key, err);
    case XCJ__EC:
        return make_ec(key, err);
    case XCJ__OKP:
        return make_okp(key, err);
    case XCJ__OCT:
        break;
    }
    return XCJ_OK;
}

static xcj_code make_key(xcj_key **out, xcj__jwk *jwk, xcj__home *home, bool is_unchecked, xcj_error *err)
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
    xcj_code code = make(key, err);
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
    return make_key(out, jwk, home, false, err);
}

/* To find the primes takes long, and is of no use to a key that only verifies. */
static bool lacks_primes(const xcj__jwk *jwk)
{
    return jwk->facts.kty == XCJ__RSA && jwk->part[XCJ__D].ptr != NULL && jwk->part[XCJ__P].ptr == NULL;
}

xcj_code xcj__key_from_members(xcj_key **out, xcj__jwk *jwk, xcj_error *err)
{
    return make_key(out, jwk, NULL, lacks_primes(jwk), err);
}

xcj_code xcj__key_of_set(xcj_key **out, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    *out = NULL;
    xcj__jwk jwk;
    xcj_code code =
        text.len > XCJ__KEY_TEXT_MAX ? too_large(text.len, err) : xcj__jwk_parse(&jwk, text.ptr, text.len, options, err);
    return code == XCJ_OK ? make_key(out, &jwk, NULL, jwk.part[XCJ__D].ptr != NULL, err) : code;
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
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, err) : code;
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
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, err) : code;
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
    if (len < SECRET_MIN && !given.allow_weak_secret) {
        return xcj__fail(err, XCJ_ERR_KEY_WEAK, "the secret has %zu bytes; HS256 needs %d or more", len, SECRET_MIN);
    }
    xcj__jwk jwk = { .facts = { .kty = XCJ__OCT, .weak_ok = given.allow_weak_secret != 0 } };
    uint8_t *at = xcj__jwk_extend(&jwk, len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    if (len > 0) {
        memcpy(at, secret, len);
    }
    jwk.part[XCJ__K] = (xcj__bytes){ at, len };
    code = xcj__jwk_check(&jwk, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(&jwk);
        return code;
    }
    return xcj__key_from_members(out, &jwk, err);
}
