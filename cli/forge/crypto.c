/*
 * crypto.c: signatures that nobody should accept, made with OpenSSL itself.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <xcj/openssl.h>

#include "cli/forge/crypto.h"

/* The longest signature in DER of any key that can be loaded, and more. */
#define SIGNATURE_MAX 4096

static const struct {
    xcj_alg alg;
    forge_scheme scheme;
} SCHEMES[] = {
    { XCJ_HS256, { "SHA256", false, 0, NULL } },  { XCJ_HS384, { "SHA384", false, 0, NULL } },
    { XCJ_HS512, { "SHA512", false, 0, NULL } },  { XCJ_RS256, { "SHA256", false, 0, NULL } },
    { XCJ_RS384, { "SHA384", false, 0, NULL } },  { XCJ_RS512, { "SHA512", false, 0, NULL } },
    { XCJ_PS256, { "SHA256", true, 32, NULL } },  { XCJ_PS384, { "SHA384", true, 48, NULL } },
    { XCJ_PS512, { "SHA512", true, 64, NULL } },  { XCJ_ES256, { "SHA256", false, 0, NULL } },
    { XCJ_ES384, { "SHA384", false, 0, NULL } },  { XCJ_ES512, { "SHA512", false, 0, NULL } },
    { XCJ_ES256K, { "SHA256", false, 0, NULL } },
};

forge_scheme forge_scheme_of(xcj_alg alg)
{
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
        if (SCHEMES[i].alg == alg) {
            return SCHEMES[i].scheme;
        }
    }
    return (forge_scheme){ NULL, false, 0, NULL };
}

static bool set_padding(EVP_PKEY_CTX *ctx, const forge_scheme *scheme)
{
    if (!scheme->is_pss) {
        return true;
    }
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, scheme->salt) == 1 &&
           (scheme->mgf1 == NULL || EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, scheme->mgf1, NULL) == 1);
}

static bool sign(uint8_t *out, size_t *len, EVP_PKEY *pkey, const forge_scheme *scheme, xcj_str input)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    const bool made = ctx != NULL && EVP_DigestSignInit_ex(ctx, &inner, scheme->hash, NULL, NULL, pkey, NULL) == 1 &&
                      set_padding(inner, scheme) &&
                      EVP_DigestSign(ctx, out, len, (const unsigned char *)input.ptr, input.len) == 1;
    EVP_MD_CTX_free(ctx);
    return made;
}

/* DER to r and s of the curve's width (RFC 7518 3.4). */
static bool put_halves(text *out, const uint8_t *der, size_t len, size_t width)
{
    const uint8_t *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
    char *room = sig != NULL ? text_room(out, 2 * width) : NULL;
    const bool put = room != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), (uint8_t *)room, (int)width) >= 0 &&
                     BN_bn2binpad(ECDSA_SIG_get0_s(sig), (uint8_t *)room + width, (int)width) >= 0;
    if (put) {
        out->len += 2 * width;
    }
    ECDSA_SIG_free(sig);
    return put;
}

bool forge_sign(text *out, const xcj_key *key, const forge_scheme *scheme, xcj_str input)
{
    EVP_PKEY *pkey = NULL;
    uint8_t signature[SIGNATURE_MAX];
    size_t len = sizeof signature;
    bool made = xcj_key_to_pkey(&pkey, key, XCJ_PRIVATE, NULL) == XCJ_OK && sign(signature, &len, pkey, scheme, input);
    if (made && EVP_PKEY_is_a(pkey, "EC")) {
        made = put_halves(out, signature, len, (xcj_key_bits(key) + 7) / 8);
    } else if (made) {
        text_add(out, signature, len);
    }
    EVP_PKEY_free(pkey);
    return made;
}

bool forge_hmac(text *out, const char *hash, xcj_str secret, xcj_str input)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const EVP_MD *md = EVP_get_digestbyname(hash);
    const char *bytes = secret.ptr != NULL ? secret.ptr : "";
    if (md == NULL || HMAC(md, bytes, (int)secret.len, (const uint8_t *)input.ptr, input.len, mac, &len) == NULL) {
        return false;
    }
    text_add(out, mac, len);
    return true;
}

bool forge_der(text *out, xcj_str signature)
{
    const int half = (int)(signature.len / 2);
    const uint8_t *bytes = (const uint8_t *)signature.ptr;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    uint8_t *der = NULL;
    BIGNUM *r = BN_bin2bn(bytes, half, NULL);
    BIGNUM *s = BN_bin2bn(bytes + half, half, NULL);
    int len = -1;
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
        len = i2d_ECDSA_SIG(sig, &der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    if (len > 0) {
        text_add(out, der, (size_t)len);
    }
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return len > 0;
}

static bool put_number(text *out, const BIGNUM *number)
{
    const size_t len = number != NULL ? (size_t)BN_num_bytes(number) : 0;
    char *room = len > 0 ? text_room(out, len) : NULL;
    if (room == NULL) {
        return false;
    }
    (void)BN_bn2bin(number, (uint8_t *)room);
    out->len += len;
    return true;
}

bool forge_bound(text *out, const xcj_key *key)
{
    EVP_PKEY *pkey = NULL;
    BIGNUM *number = NULL;
    const char *name = xcj_key_type(key) == XCJ_KTY_RSA ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_ORDER;
    const bool put = xcj_key_to_pkey(&pkey, key, XCJ_PUBLIC, NULL) == XCJ_OK &&
                     EVP_PKEY_get_bn_param(pkey, name, &number) == 1 && put_number(out, number);
    BN_free(number);
    EVP_PKEY_free(pkey);
    return put;
}

static bool put_octets(text *out, EVP_PKEY *pkey)
{
    size_t len = 0;
    const char *name = EVP_PKEY_is_a(pkey, "EC") ? OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY : OSSL_PKEY_PARAM_PUB_KEY;
    if (EVP_PKEY_get_octet_string_param(pkey, name, NULL, 0, &len) != 1) {
        return false;
    }
    char *room = text_room(out, len);
    if (room == NULL || EVP_PKEY_get_octet_string_param(pkey, name, (uint8_t *)room, len, &len) != 1) {
        return false;
    }
    out->len += len;
    return true;
}

bool forge_raw_public(text *out, const xcj_key *key)
{
    EVP_PKEY *pkey = NULL;
    uint8_t *der = NULL;
    bool put = xcj_key_to_pkey(&pkey, key, XCJ_PUBLIC, NULL) == XCJ_OK;
    if (put && EVP_PKEY_is_a(pkey, "RSA")) {
        const int len = i2d_PublicKey(pkey, &der);
        put = len > 0;
        text_add(out, der, put ? (size_t)len : 0);
    } else if (put) {
        put = put_octets(out, pkey);
    }
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    return put;
}

static bool fill_certificate(X509 *cert, EVP_PKEY *pkey)
{
    X509_NAME *name = X509_get_subject_name(cert);
    const EVP_MD *md = EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "EC") ? EVP_sha256() : NULL;
    return ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1 && X509_set_version(cert, X509_VERSION_3) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"attacker.example", -1, -1, 0) == 1 &&
           X509_set_issuer_name(cert, name) == 1 && X509_gmtime_adj(X509_getm_notBefore(cert), -3600) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(cert), 365 * 86400L) != NULL && X509_set_pubkey(cert, pkey) == 1 &&
           X509_sign(cert, pkey, md) > 0;
}

bool forge_certificate(text *out, const xcj_key *key)
{
    EVP_PKEY *pkey = NULL;
    uint8_t *der = NULL;
    X509 *cert = X509_new();
    int len = -1;
    if (cert != NULL && xcj_key_to_pkey(&pkey, key, XCJ_PRIVATE, NULL) == XCJ_OK && fill_certificate(cert, pkey)) {
        len = i2d_X509(cert, &der);
    }
    if (len > 0) {
        text_add(out, der, (size_t)len);
    }
    OPENSSL_free(der);
    X509_free(cert);
    EVP_PKEY_free(pkey);
    return len > 0;
}
