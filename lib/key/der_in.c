#include "lib/key/der_in.h"

#include <openssl/asn1t.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/evp.h"

/* Beyond this a passphrase would be stretched for many seconds: a hostile file, not a careful owner. */
#define PBE_ITERATIONS_MAX 10000000

/* What a decoder needs and what it says of a failure that is not "some other structure". */
typedef struct decoding {
    const xcj_key_options *options;
    xcj_error *err;
    xcj_code code;
} decoding;

static EVP_PKEY *read_spki(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    return d2i_PUBKEY(NULL, at, len);
}

static EVP_PKEY *read_pkcs8(decoding *d, const uint8_t **at, long len)
{
    (void)d;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, at, len);
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return pkey;
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

static bool is_count_sane(const ASN1_INTEGER *count)
{
    int64_t iterations;
    return count != NULL && ASN1_INTEGER_get_int64(&iterations, count) == 1 && iterations >= 1 &&
           iterations <= PBE_ITERATIONS_MAX;
}

/* RFC 8018 A.2: the iterations of PBKDF2 inside PBES2. Other key derivations bound themselves (scrypt) or are not supported.
 */
static bool is_pbes2_sane(const ASN1_TYPE *parameters)
{
    PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameters);
    if (pbes2 == NULL) {
        return false;
    }
    bool sane = true;
    if (OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2) {
        PBKDF2PARAM *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter);
        sane = kdf != NULL && is_count_sane(kdf->iter);
        PBKDF2PARAM_free(kdf);
    }
    PBE2PARAM_free(pbes2);
    return sane;
}

static bool is_pbe_sane(const X509_ALGOR *algorithm)
{
    if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2) {
        return is_pbes2_sane(algorithm->parameter);
    }
    PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
    bool sane = pbe != NULL && is_count_sane(pbe->iter);
    PBEPARAM_free(pbe);
    return sane;
}

/* Did the decryption end in bytes that are no key? Anything else that fails has nothing to do with the passphrase. */
static bool is_wrong_passphrase(void)
{
    unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PKCS12 &&
           (ERR_GET_REASON(last) == PKCS12_R_PKCS12_CIPHERFINAL_ERROR || ERR_GET_REASON(last) == PKCS12_R_DECODE_ERROR);
}

static EVP_PKEY *decrypt(decoding *d, const X509_SIG *sealed)
{
    const X509_ALGOR *algorithm;
    X509_SIG_get0(sealed, &algorithm, NULL);
    if (d->options->passphrase == NULL) {
        d->code = xcj__fail(d->err, XCJ_ERR_PASSPHRASE, "the key is encrypted: give its passphrase");
        return NULL;
    }
    if (!is_pbe_sane(algorithm)) {
        d->code = xcj__fail(d->err, XCJ_ERR_LIMIT,
                            "the key's encryption is not understood, or takes more than %d iterations", PBE_ITERATIONS_MAX);
        return NULL;
    }
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, d->options->passphrase, (int)d->options->passphrase_len);
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    if (info == NULL && is_wrong_passphrase()) {
        d->code = xcj__fail(d->err, XCJ_ERR_PASSPHRASE, "the passphrase does not open the key");
    } else if (info == NULL) {
        d->code = xcj__fail(d->err, XCJ_ERR_KEY,
                            "OpenSSL cannot decrypt the key; for RC4, RC2 and DES it needs its legacy provider");
    }
    return pkey;
}

static EVP_PKEY *read_encrypted(decoding *d, const uint8_t **at, long len)
{
    const uint8_t *end = *at + len;
    X509_SIG *sealed = d2i_X509_SIG(NULL, at, len);
    EVP_PKEY *pkey = sealed != NULL && *at == end ? decrypt(d, sealed) : NULL;
    X509_SIG_free(sealed);
    return pkey;
}

/* In the order in which DER without a label is tried: a structure is never mistaken for one above it. */
static const struct structure {
    const char *label;
    EVP_PKEY *(*read)(decoding *d, const uint8_t **at, long len);
} structures[] = {
    { "PRIVATE KEY", read_pkcs8 },
    { "PUBLIC KEY", read_spki },
    { "CERTIFICATE", read_certificate },
    { "RSA PRIVATE KEY", read_pkcs1_private },
    { "EC PRIVATE KEY", read_sec1 },
    { "RSA PUBLIC KEY", read_pkcs1_public },
    { "ENCRYPTED PRIVATE KEY", read_encrypted },
};
#define STRUCTURES (sizeof structures / sizeof structures[0])

bool xcj__der_knows(xcj_str label)
{
    for (size_t i = 0; i < STRUCTURES; i++) {
        if (xcj__str_is(label, structures[i].label)) {
            return true;
        }
    }
    return false;
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

/* One member from a BIGNUM of the key, in exactly `octets` bytes (0: as few as it has). Absent members stay absent. */
static bool take_number(xcj__jwk *jwk, const EVP_PKEY *pkey, const char *name, xcj__jwk_part part, size_t octets)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1) {
        return is_absent(pkey, OSSL_PARAM_construct_BN(name, NULL, 0));
    }
    size_t len = octets != 0 ? octets : (size_t)BN_num_bytes(number);
    uint8_t *at = xcj__jwk_extend(jwk, len);
    bool taken = at != NULL && len <= INT32_MAX && BN_bn2binpad(number, at, (int)len) >= 0;
    jwk->part[part] = (xcj__bytes){ at, len };
    BN_clear_free(number);
    return taken;
}

static bool take_rsa(xcj__jwk *jwk, const EVP_PKEY *pkey)
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
    bool taken = true;
    for (size_t i = 0; taken && i < sizeof members / sizeof members[0]; i++) {
        taken = take_number(jwk, pkey, members[i].name, members[i].part, 0);
    }
    return taken;
}

static bool take_ec(xcj__jwk *jwk, const EVP_PKEY *pkey, const xcj__curve *curve)
{
    return take_number(jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_X, XCJ__X, curve->octets) &&
           take_number(jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_Y, XCJ__Y, curve->octets) &&
           take_number(jwk, pkey, OSSL_PKEY_PARAM_PRIV_KEY, XCJ__D, curve->octets);
}

static bool take_okp(xcj__jwk *jwk, const EVP_PKEY *pkey, const xcj__curve *curve)
{
    size_t len = curve->octets;
    uint8_t *at = xcj__jwk_extend(jwk, 2 * len);
    if (at == NULL || EVP_PKEY_get_raw_public_key(pkey, at, &len) != 1) {
        return false;
    }
    jwk->part[XCJ__X] = (xcj__bytes){ at, len };
    if (EVP_PKEY_get_raw_private_key(pkey, at + len, &len) == 1) {
        jwk->part[XCJ__D] = (xcj__bytes){ at + len, len };
        return true;
    }
    return is_absent(pkey, OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0));
}

/* The curve's row number by what OpenSSL calls it. A group spelt out in numbers has no JWK name, whichever it equals.
 * False when that cannot be found out. */
static bool curve_of(const EVP_PKEY *pkey, xcj__crv *out)
{
    char group[64];
    const char *name = EVP_PKEY_get0_type_name(pkey);
    int is_explicit = 0;
    *out = XCJ__CRV_NONE;
    if (EVP_PKEY_is_a(pkey, "EC")) {
        size_t len;
        if (EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) != 1) {
            return is_absent(pkey, OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0));
        }
        if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
            is_explicit) {
            return true;
        }
        name = group;
    }
    for (xcj__crv crv = XCJ__P256; crv < XCJ__CRV_COUNT; crv++) {
        if (xcj__str_is_nocase(xcj_text(name), xcj__curve_row(crv)->group)) {
            *out = crv;
        }
    }
    return true;
}

xcj_code xcj__members_of(xcj__jwk *out, const EVP_PKEY *pkey, xcj_error *err)
{
    memset(out, 0, sizeof *out);
    bool is_rsa = EVP_PKEY_is_a(pkey, "RSA");
    if (!is_rsa && !curve_of(pkey, &out->facts.crv)) {
        return xcj__fail_memory(err);
    }
    const xcj__curve *curve = xcj__curve_row(out->facts.crv);
    if (!is_rsa && curve == NULL) {
        return xcj__fail(err, XCJ_ERR_KEY_TYPE, "the key's type or curve has no JWK form that is supported here");
    }
    out->facts.kty = is_rsa ? XCJ__RSA : curve->kty;
    bool taken = is_rsa                  ? take_rsa(out, pkey)
                 : curve->kty == XCJ__EC ? take_ec(out, pkey, curve)
                                         : take_okp(out, pkey, curve);
    xcj_code code = taken ? xcj__jwk_check(out, err) : xcj__fail_memory(err);
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
    xcj__queue_mark();
    EVP_PKEY *pkey = read(d, &at, (long)len);
    if (pkey == NULL && xcj__queue_says_memory()) {
        d->code = xcj__fail_memory(d->err);
    }
    xcj__queue_restore();
    if (pkey != NULL && at != der + len) {
        EVP_PKEY_free(pkey);
        pkey = NULL;
    }
    return pkey;
}

xcj_code xcj__der_read(xcj__jwk *out, xcj_str label, const uint8_t *der, size_t len, const xcj_key_options *options,
                       xcj_error *err)
{
    decoding d = { options, err, XCJ_OK };
    EVP_PKEY *pkey = NULL;
    for (size_t i = 0; i < STRUCTURES && pkey == NULL && d.code == XCJ_OK && len <= INT32_MAX; i++) {
        if (label.ptr != NULL && !xcj__str_is(label, structures[i].label)) {
            continue;
        }
        pkey = read_whole(&d, structures[i].read, der, len);
    }
    if (d.code != XCJ_OK) {
        return d.code;
    }
    if (pkey == NULL) {
        char shown[XCJ__SHOWN];
        return xcj__fail(err, XCJ_ERR_KEY, "this is not the DER of %s%s",
                         label.ptr != NULL ? "a " : "a key or certificate that is supported here",
                         label.ptr != NULL ? xcj__sanitise(shown, sizeof shown, label.ptr, label.len) : "");
    }
    xcj_code code = xcj__members_of(out, pkey, err);
    EVP_PKEY_free(pkey);
    return code;
}
