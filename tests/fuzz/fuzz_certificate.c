/*
 * Certificates, and texts around and inside them. The first character says what the rest is:
 *
 *     f: a file of any kind, read as a certificate
 *     c: the comment inside a certificate, which is read as DER, as PEM and as openssl x509 -text prints it
 *     b: what stands before the PEM block of a certificate
 *     a: what stands behind it
 *
 * However it is read, it is this one certificate, or none; only a block that stands before its own may come first.
 */
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "fuzz.h"

static EVP_PKEY *pkey;
static X509 *plain;
static char *pem; /* of `plain` */
static size_t pem_len;

static X509 *make(const uint8_t *comment, size_t len)
{
    X509 *cert = X509_new();
    MUST(cert != NULL && X509_set_version(cert, 2) == 1);
    if (comment != NULL) {
        ASN1_IA5STRING *value = ASN1_IA5STRING_new();
        MUST(value != NULL && ASN1_STRING_set(value, comment, (int)len) == 1);
        MUST(X509_add1_ext_i2d(cert, NID_netscape_comment, value, 0, 0) == 1);
        ASN1_IA5STRING_free(value);
    }
    MUST(X509_gmtime_adj(X509_getm_notBefore(cert), 0) != NULL);
    MUST(X509_gmtime_adj(X509_getm_notAfter(cert), 3600) != NULL);
    MUST(X509_set_pubkey(cert, pkey) == 1 && X509_sign(cert, pkey, NULL) > 0);
    return cert;
}

/* For free(). */
static char *print(X509 *cert, bool with_text, size_t *len)
{
    char *data;
    BIO *bio = BIO_new(BIO_s_mem());
    MUST(bio != NULL && (!with_text || X509_print(bio, cert) == 1) && PEM_write_bio_X509(bio, cert) == 1);
    *len = (size_t)BIO_get_mem_data(bio, &data);
    char *text = malloc(*len);
    MUST(text != NULL);
    memcpy(text, data, *len);
    BIO_free(bio);
    return text;
}

static void prepare(void)
{
    pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    MUST(pkey != NULL);
    plain = make(NULL, 0);
    pem = print(plain, false, &pem_len);
}

static bool read_file(xcj_certificate *out, const void *data, size_t len)
{
    xcj_error err;
    xcj_key *key;
    xcj_code code = xcj_certificate_read(out, data, len, &err);
    (void)check_call(code, NULL, &err);
    (void)check_call(xcj_key_from_data(&key, data, len, NULL, &err), &key, &err);
    xcj_key_free(key);
    return code == XCJ_OK;
}

static bool is_read_as(const void *data, size_t len, const X509 *cert)
{
    xcj_certificate read;
    uint8_t hash[EVP_MAX_MD_SIZE];
    if (!read_file(&read, data, len)) {
        return false;
    }
    MUST(X509_digest(cert, EVP_sha256(), hash, NULL) == 1);
    MUST(memcmp(hash, read.sha256, sizeof read.sha256) == 0);
    return true;
}

static void check_comment(const uint8_t *comment, size_t len)
{
    X509 *cert = make(comment, len);
    uint8_t *der = NULL;
    int der_len = i2d_X509(cert, &der);
    MUST(der_len > 0 && is_read_as(der, (size_t)der_len, cert));
    OPENSSL_free(der);
    size_t text_len;
    char *text = print(cert, false, &text_len);
    MUST(is_read_as(text, text_len, cert));
    free(text);
    text = print(cert, true, &text_len);
    (void)is_read_as(text, text_len, cert);
    free(text);
    X509_free(cert);
}

static void check_around(const uint8_t *before, size_t before_len, const uint8_t *behind, size_t behind_len)
{
    size_t len = before_len + pem_len + behind_len;
    char *text = malloc(len);
    xcj_certificate read;
    MUST(text != NULL);
    memcpy(text, before, before_len);
    memcpy(text + before_len, pem, pem_len);
    memcpy(text + before_len + pem_len, behind, behind_len);
    if (memmem(before, before_len, "-----BEGIN ", 11) != NULL) {
        (void)read_file(&read, text, len);
    } else {
        bool is_read = is_read_as(text, len, plain);
        MUST(is_read || before_len > 0);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t none[1];
    xcj_certificate read;
    if (size < 2 || size > 65536) {
        return -1;
    }
    if (plain == NULL) {
        prepare();
    }
    switch (data[0]) {
    case 'f':
        (void)read_file(&read, data + 1, size - 1);
        return 0;
    case 'c':
        check_comment(data + 1, size - 1);
        return 0;
    case 'b':
        check_around(data + 1, size - 1, none, 0);
        return 0;
    case 'a':
        check_around(none, 0, data + 1, size - 1);
        return 0;
    default:
        return -1;
    }
}
