#include "lib/key/alg.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"

#define OID(text) text, sizeof(text) - 1
#define ON(crv) (1u << (crv))

static const xcj__curve curves[XCJ__CURVE_COUNT] = {
    [XCJ_CURVE_P256] = { "P-256", "prime256v1", XCJ_KTY_EC, 256, 32, 64, OID("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07") },
    [XCJ_CURVE_P384] = { "P-384", "secp384r1", XCJ_KTY_EC, 384, 48, 96, OID("\x06\x05\x2b\x81\x04\x00\x22") },
    [XCJ_CURVE_P521] = { "P-521", "secp521r1", XCJ_KTY_EC, 521, 66, 132, OID("\x06\x05\x2b\x81\x04\x00\x23") },
    [XCJ_CURVE_SECP256K1] = { "secp256k1", "secp256k1", XCJ_KTY_EC, 256, 32, 64, OID("\x06\x05\x2b\x81\x04\x00\x0a") },
    [XCJ_CURVE_ED25519] = { "Ed25519", "ED25519", XCJ_KTY_OKP, 256, 32, 64, OID("\x06\x03\x2b\x65\x70") },
    [XCJ_CURVE_ED448] = { "Ed448", "ED448", XCJ_KTY_OKP, 456, 57, 114, OID("\x06\x03\x2b\x65\x71") },
    [XCJ_CURVE_X25519] = { "X25519", "X25519", XCJ_KTY_OKP, 256, 32, 0, OID("\x06\x03\x2b\x65\x6e") },
    [XCJ_CURVE_X448] = { "X448", "X448", XCJ_KTY_OKP, 448, 56, 0, OID("\x06\x03\x2b\x65\x6f") },
};

#define NO_CURVE ON(XCJ_CURVE_NONE)
#define EDWARDS (ON(XCJ_CURVE_ED25519) | ON(XCJ_CURVE_ED448))

/* In the order of the numbers of xcj_alg, which begin at 1. */
static const xcj__alg algs[XCJ__ALG_COUNT] = {
    { XCJ_HS256, "HS256", XCJ_KTY_OCT, NO_CURVE, XCJ_SHA256, XCJ__HMAC, 256, 0 },
    { XCJ_HS384, "HS384", XCJ_KTY_OCT, NO_CURVE, XCJ_SHA384, XCJ__HMAC, 384, 1 },
    { XCJ_HS512, "HS512", XCJ_KTY_OCT, NO_CURVE, XCJ_SHA512, XCJ__HMAC, 512, 2 },
    { XCJ_RS256, "RS256", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA256, XCJ__PKCS1, 2048, 0 },
    { XCJ_RS384, "RS384", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA384, XCJ__PKCS1, 2048, 1 },
    { XCJ_RS512, "RS512", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA512, XCJ__PKCS1, 2048, 2 },
    { XCJ_PS256, "PS256", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA256, XCJ__PSS, 2048, 3 },
    { XCJ_PS384, "PS384", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA384, XCJ__PSS, 2048, 4 },
    { XCJ_PS512, "PS512", XCJ_KTY_RSA, NO_CURVE, XCJ_SHA512, XCJ__PSS, 2048, 5 },
    { XCJ_ES256, "ES256", XCJ_KTY_EC, ON(XCJ_CURVE_P256), XCJ_SHA256, XCJ__ECDSA, 256, 0 },
    { XCJ_ES384, "ES384", XCJ_KTY_EC, ON(XCJ_CURVE_P384), XCJ_SHA384, XCJ__ECDSA, 384, 0 },
    { XCJ_ES512, "ES512", XCJ_KTY_EC, ON(XCJ_CURVE_P521), XCJ_SHA512, XCJ__ECDSA, 521, 0 },
    { XCJ_ES256K, "ES256K", XCJ_KTY_EC, ON(XCJ_CURVE_SECP256K1), XCJ_SHA256, XCJ__ECDSA, 256, 0 },
    { XCJ_EDDSA, "EdDSA", XCJ_KTY_OKP, EDWARDS, 0, XCJ__EDDSA, 0, 0 },
    { XCJ_ED25519, "Ed25519", XCJ_KTY_OKP, ON(XCJ_CURVE_ED25519), 0, XCJ__EDDSA, 0, 0 },
    { XCJ_ED448, "Ed448", XCJ_KTY_OKP, ON(XCJ_CURVE_ED448), 0, XCJ__EDDSA, 0, 0 },
};

static const char *const kty_names[] = {
    [XCJ_KTY_RSA] = "RSA", [XCJ_KTY_EC] = "EC", [XCJ_KTY_OKP] = "OKP", [XCJ_KTY_OCT] = "oct"
};

const xcj__alg *xcj__alg_row(xcj_alg id)
{
    return id > XCJ_ALG_NONE && id <= XCJ__ALG_COUNT ? &algs[id - 1] : NULL;
}

const xcj__curve *xcj__curve_row(xcj_curve crv)
{
    return crv > XCJ_CURVE_NONE && crv < XCJ__CURVE_COUNT ? &curves[crv] : NULL;
}

xcj_curve xcj__curve_from_name(xcj_str name)
{
    for (xcj_curve crv = XCJ_CURVE_P256; crv < XCJ__CURVE_COUNT; crv++) {
        if (xcj__str_is(name, curves[crv].name)) {
            return crv;
        }
    }
    return XCJ_CURVE_NONE;
}

const char *xcj_kty_name(xcj_kty kty)
{
    return kty >= XCJ_KTY_RSA && kty <= XCJ_KTY_OCT ? kty_names[kty] : NULL;
}

const char *xcj_curve_name(xcj_curve curve)
{
    const xcj__curve *row = xcj__curve_row(curve);
    return row != NULL ? row->name : NULL;
}

unsigned xcj__hash_len(xcj_hash hash)
{
    return hash == XCJ_SHA256 ? 32 : hash == XCJ_SHA384 ? 48 : 64;
}

const char *xcj__hash_name(xcj_hash hash)
{
    return hash == XCJ_SHA256 ? "SHA256" : hash == XCJ_SHA384 ? "SHA384" : "SHA512";
}

static xcj_code fits_type(const xcj__alg *alg, const xcj__key_facts *key, xcj_error *err)
{
    if (alg->kty == key->kty && (alg->curves & ON(key->crv)) != 0) {
        return XCJ_OK;
    }
    const xcj__curve *curve = xcj__curve_row(key->crv);
    return xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "%s does not fit the key, which is %s%s%s", alg->name,
                        xcj_kty_name(key->kty), curve != NULL ? " " : "", curve != NULL ? curve->name : "");
}

/* RFC 7517 4.4, RFC 8725 3.1: a key that names an algorithm is for that one alone. */
static xcj_code fits_declared(const xcj__alg *alg, const xcj__key_facts *key, xcj_error *err)
{
    if (key->is_pss && alg->scheme != XCJ__PSS) {
        return xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET,
                            "the key is an RSA-PSS key, for PS256, PS384 and PS512 only, not for %s", alg->name);
    }
    if (!key->has_alg || key->alg == alg->id) {
        return XCJ_OK;
    }
    const char *own = xcj_alg_name(key->alg);
    return xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the key is for %s only, not for %s",
                        own != NULL ? own : "another algorithm", alg->name);
}

/* RFC 7517 4.2 and 4.3. */
static xcj_code fits_use(const xcj__key_facts *key, xcj_use use, xcj_error *err)
{
    const char *operation = use == XCJ_SIGN ? "sign" : "verify";
    if (key->use.ptr != NULL && !xcj__str_is(key->use, "sig")) {
        char shown[XCJ__SHOWN];
        return xcj__fail_at(err, XCJ_ERR_KEY_USE, "use", XCJ_NO_OFFSET, "the key's use is \"%s\", not \"sig\"%s",
                            xcj__sanitise(shown, sizeof shown, key->use.ptr, key->use.len),
                            xcj__str_is(key->use, "jwt-svid") ? " (--use jwt-svid, jwt_svid, allows it)" : "");
    }
    if (key->has_key_ops && !(use == XCJ_SIGN ? key->op_sign : key->op_verify)) {
        return xcj__fail_at(err, XCJ_ERR_KEY_USE, "key_ops", XCJ_NO_OFFSET, "the key's key_ops do not include %s",
                            operation);
    }
    if (use == XCJ_SIGN && !key->is_private) {
        return xcj__fail_at(err, XCJ_ERR_KEY_USE, "d", XCJ_NO_OFFSET, "a public key cannot sign: give the private key");
    }
    return XCJ_OK;
}

xcj_code xcj__alg_admit(const xcj__alg *alg, const xcj__key_facts *key, xcj_use use, xcj_error *err)
{
    xcj_code code = fits_type(alg, key, err);
    if (code == XCJ_OK) {
        code = fits_declared(alg, key, err);
    }
    if (code == XCJ_OK) {
        code = fits_use(key, use, err);
    }
    if (code == XCJ_OK && key->bits < alg->min_bits && !(alg->scheme == XCJ__HMAC && key->weak_ok)) {
        code = xcj__fail_at(err, XCJ_ERR_KEY_WEAK, alg->kty == XCJ_KTY_OCT ? "k" : "n", XCJ_NO_OFFSET,
                            "the key has %u bits and %s needs %u or more", key->bits, alg->name, alg->min_bits);
    }
    return code;
}

size_t xcj__alg_signature_len(const xcj__alg *alg, const xcj__key_facts *key)
{
    if (alg->scheme == XCJ__HMAC) {
        return xcj__hash_len(alg->hash);
    }
    return key->kty == XCJ_KTY_RSA ? (key->bits + 7) / 8 : curves[key->crv].signature_len;
}

const char *xcj_alg_name(xcj_alg alg)
{
    const xcj__alg *row = xcj__alg_row(alg);
    return row != NULL ? row->name : NULL;
}

xcj_alg xcj_alg_from_name(const char *name, size_t len)
{
    for (size_t i = 0; i < XCJ__ALG_COUNT; i++) {
        if (xcj__str_is((xcj_str){ name, len }, algs[i].name)) {
            return algs[i].id;
        }
    }
    return XCJ_ALG_NONE;
}
