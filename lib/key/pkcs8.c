#include "lib/key/pkcs8.h"

#include <openssl/asn1t.h>
#include <openssl/pkcs12.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"

/* What tags and lengths around the parts take at most. */
#define DER_OVERHEAD 64

#define TAG_ATTRIBUTES 0xa0      /* [0] */
#define TAG_PUBLIC 0x81          /* [1] IMPLICIT BIT STRING */
#define TAG_PUBLIC_EXPLICIT 0xa1 /* as ring wrote it before 0.17 */

static EVP_PKEY *read_v1(const uint8_t **at, long len)
{
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, at, len);
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return pkey;
}

/* OneAsymmetricKey (RFC 5958 2), each part with its tag and length but for the public key's bits. */
typedef struct one_key {
    xcj__der_element algorithm;
    xcj__der_element secret;
    xcj__der_element bits; /* ptr NULL: none */
} one_key;

static bool take_public(one_key *out, xcj__der_element element)
{
    if (element.tag == TAG_PUBLIC_EXPLICIT) {
        const uint8_t *at = element.content;
        const uint8_t *end = at + element.content_len;
        if (!xcj__der_take(&element, &at, end) || at != end || element.tag != XCJ__DER_BIT_STRING) {
            return false;
        }
    }
    out->bits = element;
    return true;
}

/* Enters the SEQUENCE at *from, which moves behind it, and takes the version. */
static bool take_version(uint8_t *version, const uint8_t **at, const uint8_t **end, const uint8_t **from, long len)
{
    xcj__der_element whole, number;
    if (!xcj__der_take(&whole, from, *from + len) || whole.tag != XCJ__DER_SEQUENCE) {
        return false;
    }
    *at = whole.content;
    *end = *at + whole.content_len;
    if (!xcj__der_take(&number, at, *end) || number.tag != XCJ__DER_INTEGER || number.content_len != 1) {
        return false;
    }
    *version = number.content[0];
    return true;
}

/* From `at`, behind the version. */
static bool split(one_key *out, const uint8_t *at, const uint8_t *end)
{
    xcj__der_element more;
    *out = (one_key){ 0 };
    if (!xcj__der_take(&out->algorithm, &at, end) || !xcj__der_take(&out->secret, &at, end)) {
        return false;
    }
    while (at != end) {
        if (!xcj__der_take(&more, &at, end)) {
            return false;
        }
        bool is_public = more.tag == TAG_PUBLIC || more.tag == TAG_PUBLIC_EXPLICIT;
        if (out->bits.ptr != NULL || !(is_public ? take_public(out, more) : more.tag == TAG_ATTRIBUTES)) {
            return false;
        }
    }
    return true;
}

static EVP_PKEY *private_of(const one_key *key, uint8_t *storage, size_t cap)
{
    xcj__der der;
    xcj__der_init(&der, storage, cap);
    xcj__der_prepend(&der, key->secret.ptr, key->secret.len);
    xcj__der_prepend(&der, key->algorithm.ptr, key->algorithm.len);
    xcj__der_integer(&der, (const uint8_t *)"", 1);
    xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    const uint8_t *at = der.storage + der.start;
    return read_v1(&at, (long)xcj__der_len(&der));
}

static EVP_PKEY *public_of(const one_key *key, uint8_t *storage, size_t cap)
{
    xcj__der der;
    xcj__der_init(&der, storage, cap);
    xcj__der_prepend(&der, key->bits.content, key->bits.content_len);
    xcj__der_wrap(&der, XCJ__DER_BIT_STRING, 0);
    xcj__der_prepend(&der, key->algorithm.ptr, key->algorithm.len);
    xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    const uint8_t *at = der.storage + der.start;
    return d2i_PUBKEY(NULL, &at, (long)xcj__der_len(&der));
}

static EVP_PKEY *join(const one_key *key, size_t len, xcj_code *code, xcj_error *err)
{
    size_t cap = len + DER_OVERHEAD;
    uint8_t *storage = xcj__alloc(cap);
    if (storage == NULL) {
        *code = xcj__fail_memory(err);
        return NULL;
    }
    EVP_PKEY *pkey = private_of(key, storage, cap);
    if (pkey != NULL && key->bits.ptr != NULL) {
        EVP_PKEY *beside = public_of(key, storage, cap);
        if (beside == NULL || EVP_PKEY_eq(pkey, beside) != 1) {
            *code = xcj__fail(err, XCJ_ERR_KEY, "the public key in the PKCS#8 key is not that of its private key");
            EVP_PKEY_free(pkey);
            pkey = NULL;
        }
        EVP_PKEY_free(beside);
    }
    xcj_free(storage);
    return pkey;
}

/* OpenSSL 3.0 reads no version 2, and 3.5 ignores the public key in it, so it comes to neither. */
EVP_PKEY *xcj__pkcs8_read(const uint8_t **at, long len, xcj_code *code, xcj_error *err)
{
    const uint8_t *start = *at;
    const uint8_t *inner, *end;
    uint8_t version;
    one_key key;
    if (take_version(&version, &inner, &end, at, len) && version == 1) {
        if (split(&key, inner, end)) {
            return join(&key, (size_t)len, code, err);
        }
        /* Not an EC key of SEC1, which also begins with a 1. */
        if (key.algorithm.tag == XCJ__DER_SEQUENCE && key.secret.tag == XCJ__DER_OCTET_STRING) {
            *code = xcj__fail(err, XCJ_ERR_KEY, "the PKCS#8 key has a malformed part after its private key");
        }
        return NULL;
    }
    *at = start;
    return read_v1(at, len);
}

/* What scrypt's own limit on memory comes to. */
#define SCRYPT_ROUNDS 1000000

int64_t xcj__rounds_of(const ASN1_INTEGER *count)
{
    int64_t rounds;
    bool known = count != NULL && ASN1_INTEGER_get_int64(&rounds, count) == 1 && rounds >= 1;
    return known ? rounds : INT64_MAX;
}

/* RFC 8018 A.2: the iterations of PBKDF2 inside PBES2. Scrypt bounds itself; others are not supported. */
static int64_t pbes2_rounds(const ASN1_TYPE *parameters)
{
    PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameters);
    if (pbes2 == NULL) {
        return INT64_MAX;
    }
    int64_t rounds = SCRYPT_ROUNDS;
    if (OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_pbkdf2) {
        PBKDF2PARAM *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter);
        rounds = kdf != NULL ? xcj__rounds_of(kdf->iter) : INT64_MAX;
        PBKDF2PARAM_free(kdf);
    }
    PBE2PARAM_free(pbes2);
    return rounds;
}

int64_t xcj__pbe_rounds(const X509_ALGOR *algorithm)
{
    if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2) {
        return pbes2_rounds(algorithm->parameter);
    }
    PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
    int64_t rounds = pbe != NULL ? xcj__rounds_of(pbe->iter) : INT64_MAX;
    PBEPARAM_free(pbe);
    return rounds;
}

/* Did the decryption end in bytes that are no key? Anything else that fails has nothing to do with the passphrase. */
bool xcj__pkcs8_wrong_passphrase(void)
{
    unsigned long last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PKCS12 &&
           (ERR_GET_REASON(last) == PKCS12_R_PKCS12_CIPHERFINAL_ERROR || ERR_GET_REASON(last) == PKCS12_R_DECODE_ERROR);
}

EVP_PKEY *xcj__pkcs8_open(const X509_SIG *sealed, const xcj_key_options *options, xcj_code *code, xcj_error *err)
{
    const X509_ALGOR *algorithm;
    X509_SIG_get0(sealed, &algorithm, NULL);
    if (options->passphrase.ptr == NULL) {
        *code = xcj__fail(err, XCJ_ERR_PASSPHRASE, "the key is encrypted: give its passphrase");
        return NULL;
    }
    if (xcj__pbe_rounds(algorithm) > XCJ__PBE_ROUNDS_MAX) {
        *code = xcj__fail(err, XCJ_ERR_LIMIT, "the key's encryption is not understood, or takes more than %d iterations",
                          XCJ__PBE_ROUNDS_MAX);
        return NULL;
    }
    PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, options->passphrase.ptr, (int)options->passphrase.len);
    EVP_PKEY *pkey = info != NULL ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    if (info == NULL && xcj__pkcs8_wrong_passphrase()) {
        *code = xcj__fail(err, XCJ_ERR_PASSPHRASE, "the passphrase does not open the key");
    } else if (info == NULL) {
        *code =
            xcj__fail(err, XCJ_ERR_KEY, "OpenSSL cannot decrypt the key; for RC4, RC2 and DES it needs its legacy provider");
    }
    return pkey;
}
