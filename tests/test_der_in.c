#include "check_main.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <xcj/openssl.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/codec/der.h"
#include "lib/key/der_in.h"

static xcj_error err;

/* What OpenSSL makes keys from: a type, and a group or none. */
static const struct sort {
    const char *type;
    const char *group;
    const char *crv;
    bool signs;
} SORTS[] = {
    { "RSA", NULL, NULL, true },      { "EC", "P-256", "P-256", true },         { "EC", "P-384", "P-384", true },
    { "EC", "P-521", "P-521", true }, { "EC", "secp256k1", "secp256k1", true }, { "ED25519", NULL, "Ed25519", true },
    { "ED448", NULL, "Ed448", true }, { "X25519", NULL, "X25519", false },      { "X448", NULL, "X448", false },
};

static EVP_PKEY *make(const char *type, const char *group)
{
    EVP_PKEY *pkey = group != NULL              ? EVP_PKEY_Q_keygen(NULL, NULL, type, group)
                     : strcmp(type, "RSA") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048)
                                                : EVP_PKEY_Q_keygen(NULL, NULL, type);
    ck_assert_ptr_nonnull(pkey);
    return pkey;
}

static size_t pkcs8(const EVP_PKEY *pkey, uint8_t **der)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    *der = NULL;
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, der);
    ck_assert_int_gt(len, 0);
    PKCS8_PRIV_KEY_INFO_free(info);
    return (size_t)len;
}

static size_t spki(const EVP_PKEY *pkey, uint8_t **der)
{
    *der = NULL;
    int len = i2d_PUBKEY(pkey, der);
    ck_assert_int_gt(len, 0);
    return (size_t)len;
}

/* A certificate with this public key, signed by another: not every key signs. */
static size_t certificate_of_version(EVP_PKEY *pkey, long version, uint8_t **der)
{
    EVP_PKEY *issuer = make("EC", "P-256");
    X509 *cert = X509_new();
    ck_assert_int_eq(X509_set_version(cert, version), 1);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8, (const uint8_t *)"x", 1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, pkey);
    ck_assert_int_gt(X509_sign(cert, issuer, EVP_sha256()), 0);
    *der = NULL;
    int len = i2d_X509(cert, der);
    X509_free(cert);
    EVP_PKEY_free(issuer);
    return (size_t)len;
}

static size_t certificate(EVP_PKEY *pkey, uint8_t **der)
{
    return certificate_of_version(pkey, X509_VERSION_1, der);
}

static xcj_code read_der(xcj_key **key, const uint8_t *der, size_t len)
{
    return xcj_key_from_der(key, der, len, NULL, &err);
}

static void expect_refused(const uint8_t *der, size_t len, xcj_code code)
{
    xcj_key *key = (xcj_key *)&err;
    leave_entry();
    ck_assert_msg(read_der(&key, der, len) == code, "%s: %s", xcj_code_name(err.code), err.message);
    ck_assert_ptr_null(key);
    expect_error(&err, code, "");
    expect_entry();
}

/* Read from a copy that is gone afterwards; a byte more or fewer at the end is another thing. */
static xcj_key *expect_read(const uint8_t *der, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    xcj_key *key;
    memcpy(copy, der, len);
    copy[len] = 0;
    leave_entry();
    ck_assert_msg(read_der(&key, copy, len) == XCJ_OK, "%s", err.message);
    expect_entry();
    expect_refused(copy, len + 1, XCJ_ERR_KEY);
    expect_refused(copy, len - 1, XCJ_ERR_KEY);
    memset(copy, 0xff, len);
    free(copy);
    return key;
}

static void expect_bytes(const xcj_key *key, xcj_part part, const uint8_t *wanted, size_t wanted_len)
{
    uint8_t *der;
    size_t len;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, part, &err), XCJ_OK);
    ck_assert_uint_eq(len, wanted_len);
    ck_assert_mem_eq(der, wanted, len);
    xcj_free(der);
}

/* The JWK is that of the public key, with the certificate and its thumbprints at the end (RFC 7517 4.7 to 4.9). */
static void expect_certified(const xcj_key *key, const xcj_key *public, const uint8_t *cert, size_t len)
{
    char want[8192], encoded[4096];
    uint8_t sha1[20], sha256[32];
    char x5t[28], x5t_s256[44];
    ck_assert_int_eq(EVP_Digest(cert, len, sha1, NULL, EVP_sha1(), NULL), 1);
    ck_assert_int_eq(EVP_Digest(cert, len, sha256, NULL, EVP_sha256(), NULL), 1);
    ck_assert_uint_lt(4 * (len + 2) / 3, sizeof encoded);
    EVP_EncodeBlock((uint8_t *)encoded, cert, (int)len);
    x5t[xcj__b64u_encode(x5t, sha1, sizeof sha1)] = '\0';
    x5t_s256[xcj__b64u_encode(x5t_s256, sha256, sizeof sha256)] = '\0';
    char *plain = jwk_text(public, XCJ_PUBLIC);
    char *jwk = jwk_text(key, XCJ_PUBLIC);
    snprintf(want, sizeof want, "%.*s,\"x5c\":[\"%s\"],\"x5t\":\"%s\",\"x5t#S256\":\"%s\"}", (int)strlen(plain) - 1, plain,
             encoded, x5t, x5t_s256);
    ck_assert_str_eq(jwk, want);
    xcj_free(plain);
    xcj_free(jwk);
}

/* Expects this JWK to give the public key, or to be refused if `public` is NULL: its certificate has another type. */
static void expect_alone(const char *kty, const char *crv, const char *x5c, const xcj_key *public)
{
    char jwk[8192];
    xcj_key *key;
    snprintf(jwk, sizeof jwk, "{\"kty\":\"%s\"%s%s%s%s", kty, crv != NULL ? ",\"crv\":\"" : "", crv != NULL ? crv : "",
             crv != NULL ? "\"" : "", x5c);
    const xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err);
    ck_assert_msg(code == (public != NULL ? XCJ_OK : XCJ_ERR_KEY), "%s: %s %s", jwk, xcj_code_name(code), err.message);
    if (public != NULL) {
        char *read = jwk_text(key, XCJ_PUBLIC);
        char *wanted = jwk_text(public, XCJ_PUBLIC);
        ck_assert_int_eq(strncmp(read, wanted, strlen(wanted) - 1), 0);
        xcj_free(read);
        xcj_free(wanted);
    }
    xcj_key_free(key);
}

/* x5c is kept if its certificate has the JWK's own numbers, and dropped otherwise. Without numbers, the key is in x5c. */
START_TEST(certificates_in_jwks)
{
    const struct sort *sort = &SORTS[_i];
    EVP_PKEY *pkey = make(sort->type, sort->group), *other = make(sort->type, sort->group);
    uint8_t *cert, *public_der, *other_der;
    const size_t cert_len = certificate_of_version(pkey, _i % 2 == 0 ? X509_VERSION_1 : X509_VERSION_3, &cert);
    xcj_key *certified = expect_read(cert, cert_len);
    const size_t public_len = spki(pkey, &public_der);
    xcj_key *public = expect_read(public_der, public_len);
    char text[8192];
    char *jwk = jwk_text(certified, XCJ_PUBLIC);
    xcj_key *again = key_of(jwk);
    expect_certified(again, public, cert, cert_len);
    const size_t other_len = spki(other, &other_der);
    xcj_key *alien = expect_read(other_der, other_len);
    char *plain = jwk_text(alien, XCJ_PUBLIC);
    const char *x5c = strstr(jwk, ",\"x5c\"");
    snprintf(text, sizeof text, "%.*s%s", (int)strlen(plain) - 1, plain, x5c);
    xcj_key *mixed = key_of(text);
    char *written = jwk_text(mixed, XCJ_PUBLIC);
    ck_assert_str_eq(written, plain);
    const bool is_rsa = xcj_key_type(public) == XCJ_KTY_RSA;
    expect_alone(xcj_kty_name(xcj_key_type(public)), sort->crv, x5c, public);
    expect_alone(is_rsa ? "EC" : "RSA", is_rsa ? "P-256" : NULL, x5c, NULL);
    expect_alone(xcj_kty_name(xcj_key_type(public)), sort->crv, ",\"x5c\":[7]}", NULL);
    if (xcj_key_type(public) == XCJ_KTY_EC) {
        expect_alone("EC", strcmp(sort->crv, "P-384") == 0 ? "P-256" : "P-384", x5c, NULL);
    }
    xcj_free(written);
    xcj_free(plain);
    xcj_free(jwk);
    xcj_key_free(mixed);
    xcj_key_free(alien);
    xcj_key_free(again);
    xcj_key_free(public);
    xcj_key_free(certified);
    OPENSSL_free(other_der);
    OPENSSL_free(public_der);
    OPENSSL_free(cert);
    EVP_PKEY_free(other);
    EVP_PKEY_free(pkey);
}
END_TEST

/* Each type from PKCS#8, SubjectPublicKeyInfo and a certificate, and written again as OpenSSL writes it. */
START_TEST(every_type_both_ways)
{
    const struct sort *sort = &SORTS[_i];
    EVP_PKEY *pkey = make(sort->type, sort->group);
    uint8_t *private_der, *public_der, *cert;
    size_t private_len = pkcs8(pkey, &private_der);
    size_t public_len = spki(pkey, &public_der);
    size_t cert_len = certificate(pkey, &cert);
    xcj_key *private = expect_read(private_der, private_len);
    xcj_key *public = expect_read(public_der, public_len);
    xcj_key *certified = expect_read(cert, cert_len);
    ck_assert(xcj_key_is_private(private) && !xcj_key_is_private(public) && !xcj_key_is_private(certified));
    ck_assert_pstr_eq(xcj_curve_name(xcj_key_curve(private)), sort->crv);
    expect_bytes(private, XCJ_PRIVATE, private_der, private_len);
    expect_bytes(private, XCJ_PUBLIC, public_der, public_len);
    expect_bytes(public, XCJ_PUBLIC, public_der, public_len);
    expect_bytes(certified, XCJ_PUBLIC, public_der, public_len);
    expect_certified(certified, public, cert, cert_len);
    ck_assert_int_eq(xcj_key_algs(private, XCJ_SIGN, NULL, 0) > 0, sort->signs);
    ck_assert_int_eq(xcj_key_algs(public, XCJ_VERIFY, NULL, 0) > 0, sort->signs);
    ck_assert_uint_eq(xcj_key_algs(public, XCJ_SIGN, NULL, 0), 0);
    /* Through the JWK and back. */
    char *jwk = jwk_text(private, XCJ_PRIVATE);
    xcj_key *again = key_of(jwk);
    expect_bytes(again, XCJ_PRIVATE, private_der, private_len);
    xcj_free(jwk);
    xcj_key_free(again);
    xcj_key_free(private);
    xcj_key_free(public);
    xcj_key_free(certified);
    OPENSSL_free(private_der);
    OPENSSL_free(public_der);
    OPENSSL_free(cert);
    EVP_PKEY_free(pkey);
}
END_TEST

/* RFC 8017 A.1.1, RFC 5915: the structures of one type only. */
START_TEST(structures_of_one_type)
{
    EVP_PKEY *rsa = make("RSA", NULL), *ec = make("EC", "P-384");
    uint8_t *der = NULL, *whole;
    int len = i2d_PublicKey(rsa, &der);
    xcj_key *key = expect_read(der, (size_t)len);
    size_t whole_len = spki(rsa, &whole);
    ck_assert_int_eq(xcj_key_is_private(key), 0);
    expect_bytes(key, XCJ_PUBLIC, whole, whole_len);
    xcj_key_free(key);
    OPENSSL_free(whole);
    OPENSSL_free(der);
    EVP_PKEY *const pairs[] = { rsa, ec };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        der = NULL;
        len = i2d_PrivateKey(pairs[i], &der);
        whole_len = pkcs8(pairs[i], &whole);
        key = expect_read(der, (size_t)len);
        expect_bytes(key, XCJ_PRIVATE, whole, whole_len);
        xcj_key_free(key);
        OPENSSL_free(whole);
        OPENSSL_free(der);
        EVP_PKEY_free(pairs[i]);
    }
}
END_TEST

/* RFC 5480 2.2: a compressed point is the same key, and is written in full. */
START_TEST(compressed_points)
{
    for (size_t i = 0; i < COUNT_OF(SORTS); i++) {
        if (SORTS[i].group == NULL) {
            continue;
        }
        EVP_PKEY *pkey = make("EC", SORTS[i].group);
        uint8_t *full, *compressed;
        size_t full_len = spki(pkey, &full);
        ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"), 1);
        size_t compressed_len = spki(pkey, &compressed);
        ck_assert_uint_lt(compressed_len, full_len);
        xcj_key *key = expect_read(compressed, compressed_len);
        expect_bytes(key, XCJ_PUBLIC, full, full_len);
        xcj_key_free(key);
        OPENSSL_free(full);
        OPENSSL_free(compressed);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

static uint8_t *find(uint8_t *data, size_t len, const char *what, size_t what_len)
{
    for (size_t i = 0; i + what_len <= len; i++) {
        if (memcmp(data + i, what, what_len) == 0) {
            return data + i;
        }
    }
    return NULL;
}

/* An RSA-PSS key; hash NULL: without parameters. */
static EVP_PKEY *restricted_to_pss(const EVP_MD *hash, const EVP_MD *mask, int salt)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    EVP_PKEY *pkey = NULL;
    ck_assert_int_eq(EVP_PKEY_keygen_init(ctx), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
    if (hash != NULL) {
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, hash), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, mask), 1);
        ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, salt), 1);
    }
    ck_assert_int_eq(EVP_PKEY_generate(ctx, &pkey), 1);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* The structures of a key, one after the other. */
static size_t structure(EVP_PKEY *pkey, size_t which, uint8_t **der)
{
    return which == 0 ? pkcs8(pkey, der) : which == 1 ? spki(pkey, der) : certificate(pkey, der);
}

/* Well formed, and of a type or curve that no JWK here has: said so, in each structure. */
START_TEST(other_types)
{
    EVP_PKEY *keys[] = { make("EC", "P-224"),
                         make("EC", "brainpoolP256r1"),
                         restricted_to_pss(EVP_sha1(), EVP_sha1(), 20),
                         restricted_to_pss(EVP_sha224(), EVP_sha224(), 28),
                         restricted_to_pss(EVP_sha256(), EVP_sha1(), 32),
                         restricted_to_pss(EVP_sha256(), EVP_sha256(), 33) };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        for (size_t which = 0; which < 3; which++) {
            uint8_t *der;
            size_t len = structure(keys[i], which, &der);
            expect_refused(der, len, XCJ_ERR_KEY_TYPE);
            OPENSSL_free(der);
        }
        EVP_PKEY_free(keys[i]);
    }
}
END_TEST

/* An RSA-PSS key is an RSA key that signs with PSS alone, and with its own hash alone where it names one. */
START_TEST(keys_for_pss)
{
    static const xcj_alg pss[] = { XCJ_PS256, XCJ_PS384, XCJ_PS512 };
    static const xcj_alg pkcs1[] = { XCJ_RS256, XCJ_RS384, XCJ_RS512 };
    const struct {
        const EVP_MD *hash;
        int salt;
        xcj_alg alg;
    } rows[] = { { NULL, 0, XCJ_ALG_NONE },
                 { EVP_sha256(), 32, XCJ_PS256 },
                 { EVP_sha256(), 20, XCJ_PS256 },
                 { EVP_sha384(), 48, XCJ_PS384 },
                 { EVP_sha512(), 64, XCJ_PS512 } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        EVP_PKEY *pkey = restricted_to_pss(rows[i].hash, rows[i].hash, rows[i].salt);
        for (size_t which = 0; which < 3; which++) {
            uint8_t *der;
            size_t len = structure(pkey, which, &der);
            xcj_key *key = expect_read(der, len);
            ck_assert_int_eq(xcj_key_type(key), XCJ_KTY_RSA);
            ck_assert_int_eq(xcj_key_alg(key), rows[i].alg);
            for (size_t j = 0; j < COUNT_OF(pss); j++) {
                bool fits = rows[i].alg == XCJ_ALG_NONE || rows[i].alg == pss[j];
                ck_assert_int_eq(xcj_key_admits(key, pss[j], XCJ_VERIFY, &err), fits ? XCJ_OK : XCJ_ERR_ALG);
                ck_assert_int_eq(xcj_key_admits(key, pkcs1[j], XCJ_VERIFY, &err), XCJ_ERR_ALG);
                ck_assert_ptr_nonnull(strstr(err.message, "RSA-PSS"));
            }
            xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
            xcj_key *relabelled;
            labels.alg = XCJ_RS256;
            ck_assert_int_eq(xcj_key_relabel(&relabelled, key, &labels, &err), XCJ_ERR_ALG);
            xcj_key_free(key);
            OPENSSL_free(der);
        }
        EVP_PKEY_free(pkey);
    }
}
END_TEST

/* A JWK with x5c alone takes the algorithm of an RSA-PSS certificate. With another alg, the key can do nothing. */
START_TEST(pss_in_x5c_alone)
{
    static const char *const algs[] = { "", ",\"alg\":\"PS256\"", ",\"alg\":\"RS256\"" };
    EVP_PKEY *pkey = restricted_to_pss(EVP_sha256(), EVP_sha256(), 32);
    uint8_t *der;
    const size_t len = structure(pkey, 2, &der);
    char encoded[4096], jwk[5000];
    EVP_EncodeBlock((uint8_t *)encoded, der, (int)len);
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key;
        snprintf(jwk, sizeof jwk, "{\"kty\":\"RSA\",\"x5c\":[\"%s\"]%s}", encoded, algs[i]);
        ck_assert_msg(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == XCJ_OK, "%s: %s", algs[i], err.message);
        ck_assert_int_eq(xcj_key_alg(key), i < 2 ? XCJ_PS256 : XCJ_RS256);
        ck_assert_int_eq(xcj_key_admits(key, XCJ_PS256, XCJ_VERIFY, &err), i < 2 ? XCJ_OK : XCJ_ERR_ALG);
        ck_assert_int_eq(xcj_key_admits(key, XCJ_RS256, XCJ_VERIFY, &err), XCJ_ERR_ALG);
        xcj_key_free(key);
    }
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
}
END_TEST

/* A curve spelt out in numbers is the named one that it equals, in every number. */
START_TEST(curves_in_numbers)
{
    static const char *const groups[] = { "P-256", "P-384", "P-521", "secp256k1" };
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        EVP_PKEY *pkey = make("EC", groups[i]);
        ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), 1);
        for (size_t which = 0; which < 3; which++) {
            uint8_t *der;
            size_t len = structure(pkey, which, &der);
            xcj_key *key = expect_read(der, len);
            ck_assert_str_eq(xcj_curve_name(xcj_key_curve(key)), groups[i]);
            xcj_key_free(key);
            if (which == 1) {
                /* Another base point, with the same name for nothing. */
                uint8_t *base = find(der, len / 2, "\x04\x41\x04", 3);
                base = base != NULL ? base : find(der, len / 2, "\x04\x61\x04", 3);
                base = base != NULL ? base : find(der, len, "\x04\x81\x85\x04", 4);
                base[20] ^= 1;
                ck_assert_int_eq(read_der(&key, der, len), XCJ_ERR_KEY);
            }
            OPENSSL_free(der);
        }
        EVP_PKEY_free(pkey);
    }
}
END_TEST

/* OneAsymmetricKey of the key's PKCS#8: version 2, what is between, and the public key under a tag. */
static size_t version_2(EVP_PKEY *pkey, const char *between, uint8_t tag, EVP_PKEY *beside, uint8_t **out)
{
    uint8_t *v1;
    size_t len = pkcs8(pkey, &v1);
    X509_PUBKEY *info = X509_PUBKEY_new();
    X509_PUBKEY_set(&info, beside);
    const uint8_t *bits;
    int bits_len;
    X509_PUBKEY_get0_param(NULL, &bits, &bits_len, NULL, info);
    xcj__der der;
    *out = malloc(4096);
    xcj__der_init(&der, *out, 4096);
    xcj__der_prepend(&der, bits, (size_t)bits_len);
    xcj__der_prepend(&der, "", 1);
    if (tag == 0xa1) {
        xcj__der_wrap(&der, XCJ__DER_BIT_STRING, 0);
    }
    xcj__der_wrap(&der, tag, 0);
    xcj__der_prepend(&der, between, strlen(between));
    xcj__der_element whole;
    const uint8_t *at = v1;
    ck_assert(xcj__der_take(&whole, &at, v1 + len));
    xcj__der_prepend(&der, whole.content + 3, whole.content_len - 3);
    xcj__der_prepend(&der, "\x02\x01\x01", 3);
    xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    len = xcj__der_len(&der);
    memmove(*out, *out + der.start, len);
    X509_PUBKEY_free(info);
    OPENSSL_free(v1);
    return len;
}

/* RFC 5958, as ring and Bouncy Castle write it: the public key beside, with either tag, and attributes before it. */
START_TEST(pkcs8_version_2)
{
    const struct sort *sort = &SORTS[_i];
    EVP_PKEY *pkey = make(sort->type, sort->group), *other = make(sort->type, sort->group);
    uint8_t *v1;
    size_t v1_len = pkcs8(pkey, &v1);
    static const uint8_t tags[] = { 0x81, 0xa1 };
    static const char *const between[] = { "", "\xa0\x01\x31" };
    static const char *const refused[] = { "\x04\x01\x01", "\x81\x01\x01", "\xa0\x7f" };
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        uint8_t *der;
        size_t len;
        for (size_t j = 0; j < COUNT_OF(between); j++) {
            len = version_2(pkey, between[j], tags[i], pkey, &der);
            xcj_key *key = expect_read(der, len);
            expect_bytes(key, XCJ_PRIVATE, v1, v1_len);
            xcj_key_free(key);
            free(der);
            len = version_2(pkey, between[j], tags[i], other, &der);
            expect_refused(der, len, XCJ_ERR_KEY);
            ck_assert_ptr_nonnull(strstr(err.message, "is not that of its private key"));
            free(der);
        }
        /* An octet string in place of the bit string; nothing after the version. */
        if (tags[i] == 0xa1) {
            len = version_2(pkey, "", tags[i], pkey, &der);
            xcj__der_element element;
            const uint8_t *at = der;
            ck_assert(xcj__der_take(&element, &at, der + len));
            const uint8_t *end = element.content + element.content_len;
            at = element.content;
            for (int part = 0; part < 4; part++) { /* version, algorithm, private key, public key */
                ck_assert(xcj__der_take(&element, &at, end));
            }
            ck_assert_uint_eq(element.content[0], XCJ__DER_BIT_STRING);
            der[element.content - der] = 4;
            expect_refused(der, len, XCJ_ERR_KEY);
            free(der);
            expect_refused((const uint8_t *)"\x30\x03\x02\x01\x01", 5, XCJ_ERR_KEY);
        }
        /* Something else between, the public key twice, an element that is longer than the key; a version 3. */
        for (size_t j = 0; j < COUNT_OF(refused); j++) {
            len = version_2(pkey, refused[j], tags[i], pkey, &der);
            expect_refused(der, len, XCJ_ERR_KEY);
            free(der);
        }
        len = version_2(pkey, "", tags[i], pkey, &der);
        uint8_t *version = find(der, len, "\x02\x01\x01", 3);
        version[2] = 2;
        expect_refused(der, len, XCJ_ERR_KEY);
        free(der);
    }
    OPENSSL_free(v1);
    EVP_PKEY_free(pkey);
    EVP_PKEY_free(other);
}
END_TEST

static size_t sec1(EVP_PKEY *pkey, uint8_t **der)
{
    *der = NULL;
    int len = i2d_PrivateKey(pkey, der);
    ck_assert_int_gt(len, 0);
    return (size_t)len;
}

/* openssl ecparam -genkey -outform DER: the curve, by name or in numbers, and then the key. */
START_TEST(parameters_before_the_key)
{
    static const char *const encodings[] = { "named_curve", "explicit" };
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        EVP_PKEY *pkey = make("EC", "P-256");
        ck_assert_int_eq(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, encodings[i]), 1);
        uint8_t *der, *parameters = NULL;
        size_t len = sec1(pkey, &der);
        int parameters_len = i2d_KeyParams(pkey, &parameters);
        ck_assert_int_gt(parameters_len, 0);
        uint8_t *both = malloc((size_t)parameters_len + len);
        memcpy(both, parameters, (size_t)parameters_len);
        memcpy(both + parameters_len, der, len);
        xcj_key *key = expect_read(both, (size_t)parameters_len + len);
        ck_assert(xcj_key_is_private(key));
        xcj_key_free(key);
        expect_refused(both, (size_t)parameters_len, XCJ_ERR_KEY);
        free(both);
        /* A public key behind them is nothing that a tool writes. */
        OPENSSL_free(der);
        len = spki(pkey, &der);
        both = malloc((size_t)parameters_len + len);
        memcpy(both, parameters, (size_t)parameters_len);
        memcpy(both + parameters_len, der, len);
        expect_refused(both, (size_t)parameters_len + len, XCJ_ERR_KEY);
        free(both);
        OPENSSL_free(der);
        OPENSSL_free(parameters);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

static xcj_code read_as(const char *label, const uint8_t *der, size_t len)
{
    static const xcj_key_options none = XCJ_KEY_OPTIONS_INIT;
    xcj__jwk jwk;
    xcj_code code = xcj__der_read(&jwk, xcj_text(label), der, len, &none, &err);
    if (code == XCJ_OK) {
        xcj__jwk_free(&jwk);
    }
    return code;
}

/* A label that another structure of its class belongs under is forgiven; a private key is never read as a public one. */
START_TEST(labels_of_the_same_class)
{
    static const char *const private_labels[] = { "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" };
    static const char *const public_labels[] = { "PUBLIC KEY", "RSA PUBLIC KEY" };
    static const char *const cert_labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" };
    const char *types[] = { "RSA", "EC" };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        EVP_PKEY *pkey = make(types[i], i == 0 ? NULL : "P-384");
        uint8_t *forms[4];
        size_t lens[] = { pkcs8(pkey, &forms[0]), sec1(pkey, &forms[1]), spki(pkey, &forms[2]),
                          certificate(pkey, &forms[3]) };
        for (size_t form = 0; form < 4; form++) {
            for (size_t j = 0; j < 3; j++) {
                ck_assert_int_eq(read_as(private_labels[j], forms[form], lens[form]), form < 2 ? XCJ_OK : XCJ_ERR_KEY);
                ck_assert_int_eq(read_as(cert_labels[j], forms[form], lens[form]), form == 3 ? XCJ_OK : XCJ_ERR_KEY);
            }
            for (size_t j = 0; j < 2; j++) {
                ck_assert_int_eq(read_as(public_labels[j], forms[form], lens[form]), form == 2 ? XCJ_OK : XCJ_ERR_KEY);
            }
            ck_assert_int_eq(read_as("DSA PRIVATE KEY", forms[form], lens[form]), XCJ_ERR_KEY);
            OPENSSL_free(forms[form]);
        }
        EVP_PKEY_free(pkey);
    }
}
END_TEST

START_TEST(labels_that_are_known)
{
    static const char *const yes[] = { "PUBLIC KEY",     "PRIVATE KEY",      "ENCRYPTED PRIVATE KEY",
                                       "RSA PUBLIC KEY", "RSA PRIVATE KEY",  "EC PRIVATE KEY",
                                       "CERTIFICATE",    "X509 CERTIFICATE", "TRUSTED CERTIFICATE" };
    static const char *const no[] = { "",         "EC PARAMETERS", "public key", "PUBLIC KEY ", "DSA PRIVATE KEY",
                                      "X509 CRL", "PKCS7" };
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        ck_assert(xcj__der_class(xcj_text(yes[i])) != XCJ__CLASS_NONE);
    }
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        ck_assert(xcj__der_class(xcj_text(no[i])) == XCJ__CLASS_NONE);
    }
}
END_TEST

/* Cut short anywhere, or with any byte changed: never a crash, the queue as it was; what is still read is whole. */
START_TEST(damaged_texts)
{
    static const size_t sorts[] = { 0, 1, 5 };
    for (size_t i = 0; i < COUNT_OF(sorts); i++) {
        EVP_PKEY *pkey = make(SORTS[sorts[i]].type, SORTS[sorts[i]].group);
        uint8_t *der;
        size_t len = pkcs8(pkey, &der);
        size_t step = len < 200 ? 1 : 7;
        for (size_t cut = 0; cut < len; cut += step) {
            uint8_t *part = malloc(cut + 1);
            xcj_key *key;
            memcpy(part, der, cut);
            ck_assert_int_eq(read_der(&key, part, cut), XCJ_ERR_KEY);
            free(part);
        }
        for (size_t at = 0; at < len; at += step) {
            xcj_key *key;
            der[at] ^= (uint8_t)(1u << at % 8);
            leave_entry();
            xcj_code code = read_der(&key, der, len);
            expect_entry();
            ck_assert_int_eq(code == XCJ_OK, key != NULL);
            if (key != NULL) {
                uint8_t *again;
                size_t again_len;
                ck_assert_int_eq(xcj_key_to_der(&again, &again_len, key, XCJ_PRIVATE, &err), XCJ_OK);
                xcj_free(again);
            }
            xcj_key_free(key);
            der[at] ^= (uint8_t)(1u << at % 8);
        }
        OPENSSL_free(der);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

/* A private part of another key, inside a structure that is well formed. */
START_TEST(halves_of_two_keys)
{
    EVP_PKEY *a = make("EC", "P-256"), *b = make("EC", "P-256");
    uint8_t *one, *other;
    size_t len = pkcs8(a, &one);
    ck_assert_uint_eq(pkcs8(b, &other), len);
    memcpy(one + len - 65, other + len - 65, 65);
    xcj_key *key;
    leave_entry();
    ck_assert_int_eq(read_der(&key, one, len), XCJ_ERR_KEY);
    expect_error(&err, XCJ_ERR_KEY, "d");
    expect_entry();
    ck_assert_int_eq(read_der(&key, other, len), XCJ_OK);
    xcj_key_free(key);
    OPENSSL_free(one);
    OPENSSL_free(other);
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
}
END_TEST

/* An encrypted PKCS#8 key: PBES2 with a cipher, or (cipher NULL) the old PBES1. */
static size_t sealed(const EVP_PKEY *pkey, const EVP_CIPHER *cipher, uint8_t **der)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    X509_SIG *box = PKCS8_encrypt(cipher != NULL ? -1 : NID_pbe_WithSHA1And3_Key_TripleDES_CBC, cipher, "CANARY!", 6, NULL,
                                  0, 2048, info);
    ck_assert_ptr_nonnull(box);
    *der = NULL;
    int len = i2d_X509_SIG(box, der);
    X509_SIG_free(box);
    PKCS8_PRIV_KEY_INFO_free(info);
    return (size_t)len;
}

static void expect_sealed(const uint8_t *der, size_t len, const char *passphrase, size_t passphrase_len, xcj_code code)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key = (xcj_key *)&err;
    options.passphrase = (xcj_str){ passphrase, passphrase_len };
    leave_entry();
    ck_assert_msg(xcj_key_from_der(&key, der, len, &options, &err) == code, "%s", err.message);
    expect_entry();
    ck_assert_int_eq(key != NULL, code == XCJ_OK);
    ck_assert_ptr_null(strstr(err.message, "CANARY"));
    xcj_key_free(key);
}

START_TEST(encrypted_keys)
{
    const EVP_CIPHER *const ciphers[] = { EVP_aes_128_cbc(), EVP_aes_192_cbc(), EVP_aes_256_cbc(), NULL };
    EVP_PKEY *pkey = make("ED25519", NULL);
    for (size_t i = 0; i < COUNT_OF(ciphers); i++) {
        uint8_t *der;
        size_t len = sealed(pkey, ciphers[i], &der);
        /* The length counts, not a NUL. */
        expect_sealed(der, len, "CANARY?", 6, XCJ_OK);
        expect_sealed(der, len, "CANARY!", 7, XCJ_ERR_PASSPHRASE);
        expect_sealed(der, len, "CANARy", 6, XCJ_ERR_PASSPHRASE);
        expect_sealed(der, len, "", 0, XCJ_ERR_PASSPHRASE);
        expect_sealed(der, len, NULL, 0, XCJ_ERR_PASSPHRASE);
        expect_sealed(der, len - 1, "CANARY", 6, XCJ_ERR_KEY);
        uint8_t *longer = calloc(1, len + 1);
        memcpy(longer, der, len);
        expect_sealed(longer, len + 1, "CANARY", 6, XCJ_ERR_KEY);
        free(longer);
        OPENSSL_free(der);
    }
    EVP_PKEY_free(pkey);
}
END_TEST

/* A passphrase for a key that is not encrypted is not needed, and does no harm. */
START_TEST(a_needless_passphrase)
{
    EVP_PKEY *pkey = make("ED25519", NULL);
    uint8_t *der;
    size_t len = pkcs8(pkey, &der);
    expect_sealed(der, len, "CANARY", 6, XCJ_OK);
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
}
END_TEST

static size_t stretched(int64_t iterations, int prf, uint8_t **der)
{
    X509_SIG *box = X509_SIG_new();
    X509_ALGOR *algorithm, *made = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), 1, NULL, 0, NULL, prf);
    PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), made->parameter);
    PBKDF2PARAM *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter);
    ASN1_OCTET_STRING *content;
    ASN1_INTEGER_set_int64(kdf->iter, iterations);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf, &pbes2->keyfunc->parameter);
    ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), pbes2, &made->parameter);
    X509_SIG_getm(box, &algorithm, &content);
    X509_ALGOR_copy(algorithm, made);
    ASN1_OCTET_STRING_set(content, (const uint8_t *)"0123456789abcdef0123456789abcdef", 32);
    *der = NULL;
    int len = i2d_X509_SIG(box, der);
    PBKDF2PARAM_free(kdf);
    PBE2PARAM_free(pbes2);
    X509_ALGOR_free(made);
    X509_SIG_free(box);
    return (size_t)len;
}

/* The count is looked at before anything is computed, whatever its size. */
START_TEST(iterations_are_bounded)
{
    static const struct {
        int64_t iterations;
        xcj_code code;
    } rows[] = {
        { 1, XCJ_ERR_PASSPHRASE },    { 1000, XCJ_ERR_PASSPHRASE }, { 0, XCJ_ERR_LIMIT },
        { -1, XCJ_ERR_LIMIT },        { 10000001, XCJ_ERR_LIMIT },  { INT64_C(4294967297), XCJ_ERR_LIMIT },
        { INT64_MAX, XCJ_ERR_LIMIT },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t *der;
        size_t len = stretched(rows[i].iterations, NID_hmacWithSHA256, &der);
        expect_sealed(der, len, "CANARY", 6, rows[i].code);
        expect_sealed(der, len, NULL, 0, XCJ_ERR_PASSPHRASE);
        OPENSSL_free(der);
    }
}
END_TEST

/* What OpenSSL has not, or refuses, is not called a wrong passphrase: the owner would try others for ever. */
START_TEST(ciphers_that_are_not_there)
{
    EVP_PKEY *pkey = make("ED25519", NULL);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    X509_SIG *box = PKCS8_encrypt(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, NULL, "CANARY", 6, NULL, 0, 2048, info);
    const X509_ALGOR *triple;
    X509_ALGOR *rc4;
    uint8_t *der = NULL;
    X509_SIG_getm(box, &rc4, NULL);
    X509_SIG_get0(box, &triple, NULL);
    X509_ALGOR_set0(rc4, OBJ_nid2obj(NID_pbe_WithSHA1And128BitRC4), V_ASN1_SEQUENCE,
                    ASN1_STRING_dup(triple->parameter->value.sequence));
    int len = i2d_X509_SIG(box, &der);
    expect_sealed(der, (size_t)len, "CANARY", 6, XCJ_ERR_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "legacy provider"));
    expect_sealed(der, (size_t)len, NULL, 0, XCJ_ERR_PASSPHRASE);
    OPENSSL_free(der);
    X509_SIG_free(box);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(pkey);
}
END_TEST

/* Scrypt bounds itself: OpenSSL refuses numbers that want more memory than it allows. */
START_TEST(scrypt)
{
    static const uint8_t own[] = { 0x02, 0x02, 0x04, 0x00, 0x02, 0x01, 0x08 }; /* N = 1024, r = 8 */
    EVP_PKEY *pkey = make("ED25519", NULL);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
    X509_ALGOR *pbe = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, 1024, 8, 1);
    X509_SIG *box = PKCS8_set0_pbe("CANARY", 6, info, pbe);
    uint8_t *der = NULL;
    ck_assert_ptr_nonnull(box);
    int len = i2d_X509_SIG(box, &der);
    expect_sealed(der, (size_t)len, "CANARY", 6, XCJ_OK);
    expect_sealed(der, (size_t)len, "CANARY!", 7, XCJ_ERR_PASSPHRASE);
    size_t at = 0;
    while (memcmp(der + at, own, sizeof own) != 0) {
        at++;
        ck_assert_uint_lt(at, (size_t)len - sizeof own);
    }
    der[at + 2] = 0x40; /* N = 16384, and r = 127: 260 MB */
    der[at + 6] = 0x7f;
    expect_sealed(der, (size_t)len, "CANARY", 6, XCJ_ERR_KEY);
    OPENSSL_free(der);
    X509_SIG_free(box);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(pkey);
}
END_TEST

START_TEST(nothing_at_all)
{
    expect_refused((const uint8_t *)"", 0, XCJ_ERR_KEY);
    expect_refused((const uint8_t *)"\x30\x00", 2, XCJ_ERR_KEY);
    expect_refused((const uint8_t *)"\x30\x80\x00\x00", 4, XCJ_ERR_KEY);
    expect_refused((const uint8_t *)"\x30\x84\xff\xff\xff\xff", 6, XCJ_ERR_KEY);
    expect_refused((const uint8_t *)"\x05\x00", 2, XCJ_ERR_KEY);
    uint8_t *large = calloc(1, 1024 * 1024 + 1);
    expect_refused(large, 1024 * 1024 + 1, XCJ_ERR_LIMIT);
    expect_refused(large, 1024 * 1024, XCJ_ERR_KEY);
    free(large);
}
END_TEST

/* ECPrivateKey of a curve with d of `len` bytes and this public point (NULL: none), within PKCS #8 or (SEC 1) by itself. */
static size_t private_ec(uint8_t dst[static 600], const xcj__curve *curve, const uint8_t *d, size_t len, const char *point,
                         size_t point_len, bool is_sec1)
{
    xcj__der der;
    xcj__der_init(&der, dst, 600);
    if (point != NULL) {
        xcj__der_prepend(&der, point, point_len);
        xcj__der_prepend(&der, "\0", 1);
        xcj__der_wrap(&der, XCJ__DER_BIT_STRING, 0);
        xcj__der_wrap(&der, XCJ__DER_CONTEXT_1, 0);
    }
    size_t mark = xcj__der_len(&der);
    if (is_sec1) {
        xcj__der_prepend(&der, curve->oid, curve->oid_len);
        xcj__der_wrap(&der, XCJ__DER_CONTEXT_0, mark);
        mark = xcj__der_len(&der);
    }
    xcj__der_prepend(&der, d, len);
    xcj__der_wrap(&der, XCJ__DER_OCTET_STRING, mark);
    xcj__der_integer(&der, (const uint8_t *)"\1", 1);
    xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    if (!is_sec1) {
        xcj__der_wrap(&der, XCJ__DER_OCTET_STRING, 0);
        mark = xcj__der_len(&der);
        xcj__der_prepend(&der, curve->oid, curve->oid_len);
        xcj__der_prepend(&der, "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 9);
        xcj__der_wrap(&der, XCJ__DER_SEQUENCE, mark);
        xcj__der_integer(&der, (const uint8_t *)"", 1);
        xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    }
    ck_assert(!der.failed);
    memmove(dst, dst + der.start, xcj__der_len(&der));
    return xcj__der_len(&der);
}

static xcj_code code_of_der(const uint8_t *der, size_t len)
{
    xcj_key *key;
    xcj_code code = xcj_key_from_data(&key, der, len, NULL, &err);
    /* What is wrong with a key is never taken for a fault of the machine. */
    ck_assert_msg(code == XCJ_OK || code >= XCJ_ERR_JSON, "%s", err.message);
    ck_assert_int_eq(code, err.code);
    xcj_key_free(key);
    return code;
}

static const struct range {
    size_t lead; /* bytes before the curve's length; all are `fill` but the last */
    uint8_t fill;
    uint8_t last;
    bool is_good;
} RANGES[] = { { 0, 0, 1, true }, { 0, 0, 0, false }, { 0, 0xff, 0xff, false }, { 9, 1, 1, false }, { 9, 0, 1, true } };

START_TEST(private_numbers_out_of_range)
{
    static const struct {
        const char *bytes;
        size_t len;
    } points[] = { { NULL, 0 }, { "", 1 }, { "\x04\x01", 2 }, { "\x02", 1 }, { "", 0 } };
    for (xcj_curve crv = XCJ_CURVE_P256; crv <= XCJ_CURVE_SECP256K1; crv++) {
        const xcj__curve *curve = xcj__curve_row(crv);
        for (size_t i = 0; i < COUNT_OF(RANGES) * COUNT_OF(points); i++) {
            const struct range *r = &RANGES[i / COUNT_OF(points)];
            size_t point = i % COUNT_OF(points);
            uint8_t d[80];
            size_t len = curve->octets + r->lead;
            memset(d, r->fill, len);
            d[len - 1] = r->last;
            for (int sec1 = 0; sec1 <= 1; sec1++) {
                uint8_t der[600];
                len = private_ec(der, curve, d, curve->octets + r->lead, points[point].bytes, points[point].len, sec1);
                xcj_code code = code_of_der(der, len);
                ck_assert_msg((code == XCJ_OK) == (r->is_good && point == 0), "%s %zu %d: %s", curve->name, i, sec1,
                              err.message);
            }
        }
    }
}
END_TEST

static size_t certificate_of_infinity(EVP_PKEY *pkey, const char *group, uint8_t **der)
{
    X509 *cert = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, pkey);
    unsigned char *point = OPENSSL_zalloc(1);
    int nid = EC_curve_nist2nid(group);
    ck_assert_int_eq(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(cert), OBJ_nid2obj(NID_X9_62_id_ecPublicKey), V_ASN1_OBJECT,
                                            OBJ_nid2obj(nid != NID_undef ? nid : OBJ_sn2nid(group)), point, 1),
                     1);
    ck_assert_int_gt(X509_sign(cert, pkey, EVP_sha256()), 0);
    *der = NULL;
    int len = i2d_X509(cert, der);
    ck_assert_int_gt(len, 0);
    X509_free(cert);
    return (size_t)len;
}

/* The point at infinity is one byte (SEC 1 2.3.3); it is no public key (SEC 1 3.2.2.1). */
START_TEST(points_at_infinity)
{
    for (xcj_curve crv = XCJ_CURVE_P256; crv <= XCJ_CURVE_SECP256K1; crv++) {
        const xcj__curve *curve = xcj__curve_row(crv);
        EVP_PKEY *pkey = make("EC", curve->group);
        uint8_t *whole;
        uint8_t der[600];
        size_t len = spki(pkey, &whole);
        ck_assert_int_eq(code_of_der(whole, len), XCJ_OK);
        OPENSSL_free(whole);
        xcj__der w;
        xcj__der_init(&w, der, sizeof der);
        xcj__der_prepend(&w, "\x03\x02\x00\x00", 4);
        xcj__der_prepend(&w, curve->oid, curve->oid_len);
        xcj__der_prepend(&w, "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 9);
        xcj__der_wrap(&w, XCJ__DER_SEQUENCE, 4);
        xcj__der_wrap(&w, XCJ__DER_SEQUENCE, 0);
        ck_assert_int_eq(code_of_der(der + w.start, xcj__der_len(&w)), XCJ_ERR_KEY);
        const uint8_t *at = der + w.start;
        EVP_PKEY *infinity = d2i_PUBKEY(NULL, &at, (long)xcj__der_len(&w));
        ck_assert_ptr_nonnull(infinity);
        len = certificate_of_infinity(pkey, curve->group, &whole);
        ck_assert_int_eq(code_of_der(whole, len), XCJ_ERR_KEY);
        OPENSSL_free(whole);
        xcj_key *key;
        ck_assert_int_eq(xcj_key_from_pkey(&key, infinity, XCJ_PUBLIC, NULL, &err), XCJ_ERR_KEY);
        EVP_PKEY_free(infinity);
        len = certificate(pkey, &whole);
        ck_assert_int_eq(code_of_der(whole, len), XCJ_OK);
        OPENSSL_free(whole);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        structures_of_one_type,
        compressed_points,
        other_types,
        labels_that_are_known,
        damaged_texts,
        halves_of_two_keys,
        encrypted_keys,
        a_needless_passphrase,
        iterations_are_bounded,
        ciphers_that_are_not_there,
        scrypt,
        nothing_at_all,
        keys_for_pss,
        pss_in_x5c_alone,
        curves_in_numbers,
        parameters_before_the_key,
        labels_of_the_same_class,
        private_numbers_out_of_range,
        points_at_infinity,
    };
    TCase *tcase = tcase_create("der_in");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_type_both_ways, 0, COUNT_OF(SORTS));
    tcase_add_loop_test(tcase, certificates_in_jwks, 0, COUNT_OF(SORTS));
    tcase_add_loop_test(tcase, pkcs8_version_2, 0, COUNT_OF(SORTS));
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("der_in");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
