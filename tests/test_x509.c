#include "check_main.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/mem.h"
#include "lib/key/x509.h"

typedef struct attribute {
    const char *name; /* "+CN": in one relative name with the attribute before it */
    int type;
    const char *value;
    int len; /* -1: to the NUL */
} attribute;

/* A self-made certificate with this subject and, if there is one, this comment. */
static X509 *make(const attribute *attributes, size_t count, const char *comment)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);
    X509_set_version(cert, 2);
    for (size_t i = 0; i < count; i++) {
        const attribute *one = &attributes[i];
        const bool joins = one->name[0] == '+';
        ck_assert_int_eq(X509_NAME_add_entry_by_txt(subject, one->name + joins, one->type, (const unsigned char *)one->value,
                                                    one->len, -1, joins ? -1 : 0),
                         1);
    }
    if (comment != NULL) {
        ASN1_IA5STRING *value = ASN1_IA5STRING_new();
        ASN1_STRING_set(value, comment, -1);
        ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_netscape_comment, value, 0, 0), 1);
        ASN1_IA5STRING_free(value);
    }
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, pkey);
    ck_assert_int_gt(X509_sign(cert, pkey, EVP_sha256()), 0);
    EVP_PKEY_free(pkey);
    return cert;
}

static uint8_t *certificate(const attribute *attributes, size_t count, int *len)
{
    X509 *cert = make(attributes, count, NULL);
    uint8_t *der = NULL;
    *len = i2d_X509(cert, &der);
    X509_free(cert);
    return der;
}

/* What openssl x509 prints, with -text or without. */
static char *pem_of(X509 *cert, bool with_text)
{
    char *data;
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert(!with_text || X509_print(bio, cert) == 1);
    ck_assert_int_eq(PEM_write_bio_X509(bio, cert), 1);
    long len = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t)len);
    BIO_free(bio);
    return text;
}

static void expect(const attribute *attributes, size_t count, bool kong, const char *wanted)
{
    int len;
    uint8_t *der = certificate(attributes, count, &len);
    xcj__buf out;
    xcj_error err;
    xcj__buf_init(&out);
    xcj_code code = xcj__x509_subject(&out, (const char *)der, (size_t)len, kong, &err);
    if (wanted != NULL) {
        ck_assert_int_eq(code, XCJ_OK);
        ck_assert_uint_eq(out.len, strlen(wanted));
        ck_assert_mem_eq(out.ptr, wanted, out.len);
    } else {
        ck_assert_int_eq(code, XCJ_ERR_CERTIFICATE);
    }
    xcj__buf_free(&out);
    OPENSSL_free(der);
}

#define UTF8(text) MBSTRING_UTF8, text, -1

START_TEST(subjects)
{
    static const attribute kong[] = { { "C", UTF8("US") },
                                      { "ST", UTF8("California") },
                                      { "O", UTF8("Kong Inc.") },
                                      { "CN", UTF8("kong") },
                                      { "emailAddress", UTF8("a@b.c") } };
    static const attribute odd[] = { { "CN", UTF8("a, b\"c\"+\\") },
                                     { "O", UTF8("\xc3\xa9\xe2\x82\xac") },
                                     { "1.2.3.4", UTF8("x") } };
    static const attribute control[] = { { "CN", UTF8("a\nb") } };
    static const attribute nul[] = { { "CN", MBSTRING_UTF8, "a\0b", 3 } };
    static const attribute wide[] = { { "CN", V_ASN1_BMPSTRING, "\0k\0\xe9", 4 } };
    expect(kong, 5, true, "C=US, ST=California, O=Kong Inc., CN=kong, emailAddress=a@b.c");
    expect(kong, 5, false, "emailAddress=a@b.c,CN=kong,O=Kong Inc.,ST=California,C=US");
    expect(odd, 3, true, "CN=a, b\"c\"+\\, O=\xc3\xa9\xe2\x82\xac, 1.2.3.4=x");
    expect(odd, 2, false, "O=\xc3\xa9\xe2\x82\xac,CN=a\\, b\\\"c\\\"\\+\\\\");
    expect(wide, 1, true, "CN=k\xc3\xa9");
    expect(wide, 1, false, "CN=k\xc3\xa9");
    expect(control, 1, true, NULL);
    expect(control, 1, false, "CN=a\\0Ab");
    expect(nul, 1, true, NULL);
    expect(nul, 1, false, "CN=a\\00b");
    expect(kong, 0, true, NULL);
    expect(kong, 0, false, NULL);
}
END_TEST

#define SEVENTY_DIGITS ".123456.123456.123456.123456.123456.123456.123456.123456.123456.123456"

/* An OID that OpenSSL does not know: cut short, it would be that of another attribute. */
START_TEST(long_oids)
{
    static const attribute longest[] = { { "1.2.3.4" SEVENTY_DIGITS ".1", UTF8("x") }, { "CN", UTF8("a") } };
    static const attribute one[] = { { "1.2.3.4" SEVENTY_DIGITS ".12", UTF8("x") }, { "CN", UTF8("a") } };
    static const attribute other[] = { { "1.2.3.4" SEVENTY_DIGITS ".13", UTF8("x") }, { "CN", UTF8("a") } };
    static const attribute beyond[] = { { "CN", UTF8("a") }, { "1.2" SEVENTY_DIGITS SEVENTY_DIGITS, UTF8("x") } };
    const attribute *const refused[] = { one, other, beyond };
    expect(longest, 2, true, "1.2.3.4" SEVENTY_DIGITS ".1=x, CN=a");
    expect(longest, 2, false, "CN=a,1.2.3.4" SEVENTY_DIGITS ".1=#0C0178");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        expect(refused[i], 2, true, NULL);
        expect(refused[i], 2, false, NULL);
    }
}
END_TEST

/* RFC 4514 keeps apart what reads alike in the plugin's text, which then names nobody. */
START_TEST(subjects_that_read_alike)
{
    static const attribute two[] = { { "O", UTF8("x") }, { "CN", UTF8("admin") } };
    static const attribute one[] = { { "O", UTF8("x, CN=admin") } };
    static const attribute oid[] = { { "O", UTF8("x, 2.5.4.3=admin") } };
    static const attribute later[] = { { "O", UTF8("x, y, CN=admin") } };
    static const attribute harmless[] = { { "O", UTF8("Acme, Inc.") }, { "CN", UTF8("a=b,c=d, ") } };
    static const attribute shared[] = { { "O", UTF8("x") }, { "+CN", UTF8("admin") } };
    expect(two, 2, true, "O=x, CN=admin");
    expect(two, 2, false, "CN=admin,O=x");
    expect(one, 1, true, NULL);
    expect(one, 1, false, "O=x\\, CN=admin");
    expect(oid, 1, true, NULL);
    expect(oid, 1, false, "O=x\\, 2.5.4.3=admin");
    expect(later, 1, true, NULL);
    expect(harmless, 2, true, "O=Acme, Inc., CN=a=b,c=d, ");
    expect(shared, 2, true, NULL);
    expect(shared, 2, false, "CN=admin+O=x");
}
END_TEST

START_TEST(forms)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    int len;
    uint8_t *der = certificate(name, 1, &len);
    char pem[4096] = "Certificate:\n    Data\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    const uint8_t *at = der;
    X509 *cert = d2i_X509(NULL, &at, len);
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    PEM_write_bio_X509(bio, cert);
    long pem_len = BIO_get_mem_data(bio, &data);
    strncat(pem, data, (size_t)pem_len);
    strncat(pem, data, (size_t)pem_len);
    xcj__buf out;
    xcj_error err;
    xcj__buf_init(&out);
    ERR_clear_error();
    ck_assert_int_eq(xcj__x509_subject(&out, pem, strlen(pem), false, &err), XCJ_OK);
    ck_assert_uint_eq(out.len, 4);
    der[len - 1] ^= 1; /* the signature is not looked at */
    ck_assert_int_eq(xcj__x509_subject(&out, (const char *)der, (size_t)len, false, &err), XCJ_OK);
    ck_assert_int_eq(xcj__x509_subject(&out, (const char *)der, (size_t)len - 1, false, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(xcj__x509_subject(&out, "", 0, false, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(xcj__x509_subject(&out, pem, 30, false, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_uint_eq(ERR_get_error(), 0);
    xcj__buf_free(&out);
    BIO_free(bio);
    X509_free(cert);
    OPENSSL_free(der);
}
END_TEST

static void expect_subject(const char *cert, size_t len, const char *wanted)
{
    xcj__buf out;
    xcj_error err;
    xcj_certificate facts;
    xcj_key *key;
    xcj__buf_init(&out);
    xcj_code code = wanted != NULL ? XCJ_OK : XCJ_ERR_CERTIFICATE;
    ck_assert_msg(xcj__x509_subject(&out, cert, len, false, &err) == code, "%s: %s", wanted != NULL ? wanted : "refused",
                  err.message);
    ck_assert_uint_eq(out.len, wanted != NULL ? strlen(wanted) : 0);
    ck_assert(wanted == NULL || memcmp(out.ptr, wanted, out.len) == 0);
    ck_assert_int_eq(xcj_certificate_read(&facts, cert, len, &err), code);
    ck_assert_int_eq(xcj_key_from_data(&key, (const uint8_t *)cert, len, NULL, &err), wanted != NULL ? XCJ_OK : XCJ_ERR_KEY);
    xcj_key_free(key);
    xcj__buf_free(&out);
}

/* A certificate that holds the text of another is read as itself or not at all: as DER, as PEM and as it is printed. */
START_TEST(one_inside_another)
{
    static const attribute admin[] = { { "CN", UTF8("admin") } };
    static const attribute mallory[] = { { "CN", UTF8("mallory") } };
    static const char *const before[] = { "", "x\n", "\n\n", "x\n-----BEGIN X-----\nYQ==\n-----END X-----\n",
                                          "Certificate:\n" };
    static const char *const behind[] = { "", "\n-----BEGIN X-----\n", "\n-----BEGIN CERTIFICATE-----\n", "x" };
    X509 *inner = make(admin, 1, NULL);
    char *pem = pem_of(inner, false);
    for (size_t i = 0; i < sizeof before / sizeof *before * (sizeof behind / sizeof *behind); i++) {
        char comment[4096];
        snprintf(comment, sizeof comment, "%s%s%s", before[i / 4], pem, behind[i % 4]);
        X509 *cert = make(mallory, 1, comment);
        uint8_t *der = NULL;
        int len = i2d_X509(cert, &der);
        expect_subject((const char *)der, (size_t)len, "CN=mallory");
        char *text = pem_of(cert, false);
        expect_subject(text, strlen(text), "CN=mallory");
        free(text);
        text = pem_of(cert, true);
        ck_assert_ptr_nonnull(strstr(text, pem));
        expect_subject(text, strlen(text), NULL);
        /* DER with something before it is nothing. */
        uint8_t *shifted = malloc((size_t)len + 1);
        shifted[0] = '\n';
        memcpy(shifted + 1, der, (size_t)len);
        expect_subject((const char *)shifted, (size_t)len + 1, NULL);
        free(shifted);
        free(text);
        OPENSSL_free(der);
        X509_free(cert);
    }
    free(pem);
    pem = pem_of(inner, true);
    expect_subject(pem, strlen(pem), "CN=admin");
    free(pem);
    X509_free(inner);
}
END_TEST

static char *url_encoded(const char *text, const char *kept)
{
    char *out = calloc(3, strlen(text) + 1);
    for (char *dst = out; *text != '\0'; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') ||
                     strchr(kept, *text) != NULL;
        dst += plain ? sprintf(dst, "%c", *text) : sprintf(dst, "%%%02X", (unsigned)*text);
    }
    return out;
}

/* The certificate in a text of this format, which is read, or (wanted NULL) refused with these words. */
static void expect_header(const char *format, const char *cert, const char *wanted, const char *words)
{
    char *text = calloc(1, strlen(format) + 2 * strlen(cert) + 1);
    xcj__buf out;
    xcj_error err;
    sprintf(text, format, cert, cert);
    xcj__buf_init(&out);
    xcj_code code = xcj__x509_subject(&out, text, strlen(text), false, &err);
    ck_assert_msg(code == (wanted != NULL ? XCJ_OK : XCJ_ERR_CERTIFICATE), "%s: %s", format, err.message);
    ck_assert(wanted == NULL || (out.len == strlen(wanted) && memcmp(out.ptr, wanted, out.len) == 0));
    ck_assert_msg(wanted != NULL || strstr(err.message, words) != NULL, "%s", err.message);
    xcj__buf_free(&out);
    free(text);
}

/* nginx encodes all but letters and digits, AWS leaves + = and /; HAProxy and RFC 9440 send DER in base64, Envoy XFCC. */
START_TEST(as_proxies_write_it)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    int len;
    uint8_t *der = certificate(name, 1, &len);
    const uint8_t *at = der;
    X509 *cert = d2i_X509(NULL, &at, len);
    char *pem = pem_of(cert, false);
    char *base64 = calloc(2, (size_t)len);
    EVP_EncodeBlock((unsigned char *)base64, der, len);
    static const char *const kept[] = { "", "-", "-+=/", "+=/ -._~" };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        char *text = url_encoded(pem, kept[i]);
        expect_header("%s", text, "CN=x", "");
        expect_header(" %s\r\n", text, "CN=x", "");
        expect_header("By=spiffe://a;Hash=ab;Cert=\"%s\";Subject=\"CN=x,O=a;Cert=b\";URI=", text, "CN=x", "");
        expect_header("Hash=ab;cert=%s", text, "CN=x", "");
        expect_header("Subject=\"CN=\\\"a;Cert=\\\\\";Cert=\"%s\"", text, "CN=x", "");
        expect_header("Subject=\"CN=\\\"a;Cert=%s\"", text, NULL, "no Cert");
        expect_header("Cert=\"%s\",Cert=\"%s\"", text, NULL, "several elements");
        expect_header("Cert=\"%s\";Cert=\"%s\"", text, NULL, "twice");
        expect_header("Subject=\"Cert=%s\";Hash=ab", text, NULL, "no Cert");
        expect_header("%s%%4", text, NULL, "hexadecimal");
        free(text);
    }
    expect_header("%s", base64, "CN=x", "");
    expect_header(":%s:", base64, "CN=x", "");
    expect_header(" :%s: ", base64, "CN=x", "");
    expect_header(":%s", base64, NULL, "RFC 9440");
    expect_header(":%s:, :%s:", base64, NULL, "RFC 9440");
    expect_header("%s!", base64, NULL, "cannot be read");
    expect_header("subject=CN = y\nissuer=CN = y\n%s", pem, "CN=x", "");
    expect_header("%%2D%%2D%%2D%%2D%%2DBEGIN%%20CERTIFICATE%%2D%%2D%%2D%%2D%%2D", "", NULL, "cannot be read");
    free(base64);
    free(pem);
    X509_free(cert);
    OPENSSL_free(der);
}
END_TEST

/* Whatever is refused leaves the buffer's earlier content, and the caller's entries in the queue. */
START_TEST(refusals)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    int len;
    uint8_t *der = certificate(name, 1, &len);
    uint8_t *longer = calloc(1, (size_t)len + 1);
    size_t limit = (size_t)1024 * 1024;
    char *large = calloc(1, limit + 1);
    xcj__buf out;
    xcj_error err;
    memcpy(longer, der, (size_t)len);
    xcj__buf_init(&out);
    xcj__buf_put_text(&out, "kept");
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    ck_assert_int_eq(xcj__x509_subject(&out, (const char *)longer, (size_t)len + 1, false, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(xcj__x509_subject(&out, large, limit + 1, false, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(xcj__x509_subject(&out, large, limit, false, &err), XCJ_ERR_CERTIFICATE);
    for (int cut = 0; cut < len; cut += 5) {
        ck_assert_int_eq(xcj__x509_subject(&out, (const char *)der, (size_t)cut, true, NULL), XCJ_ERR_CERTIFICATE);
    }
    ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), 42);
    ck_assert_uint_eq(ERR_get_error(), 0);
    ck_assert_int_eq(xcj__x509_subject(&out, (const char *)der, (size_t)len, false, &err), XCJ_OK);
    ck_assert_uint_eq(out.len, 8);
    ck_assert_mem_eq(out.ptr, "keptCN=x", 8);
    xcj__buf_free(&out);
    free(large);
    free(longer);
    OPENSSL_free(der);
}
END_TEST

/* The hash of a certificate, in any form, is that of its DER. */
static void expect_hash(const void *cert, size_t len, const uint8_t *der, size_t der_len)
{
    uint8_t found[XCJ__X509_SHA256];
    uint8_t real[XCJ__X509_SHA256];
    ck_assert_int_eq(EVP_Digest(der, der_len, real, NULL, EVP_sha256(), NULL), 1);
    ck_assert_int_eq(xcj__x509_sha256(found, cert, len, NULL), XCJ_OK);
    ck_assert_mem_eq(found, real, sizeof real);
}

START_TEST(hashes)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    X509 *cert = make(name, 1, NULL);
    char *pem = pem_of(cert, false);
    uint8_t *der = NULL;
    uint8_t hash[XCJ__X509_SHA256];
    const size_t len = (size_t)i2d_X509(cert, &der);
    expect_hash(der, len, der, len);
    expect_hash(pem, strlen(pem), der, len);
    ck_assert_int_eq(xcj__x509_sha256(hash, (const char *)der, len - 1, NULL), XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(xcj__x509_sha256(hash, pem, strlen(pem) / 2, NULL), XCJ_ERR_CERTIFICATE);
    /* OpenSSL also reads a length with a leading zero, which is BER. */
    uint8_t *ber = malloc(len + 1);
    ck_assert_uint_eq(der[1], 0x81);
    memcpy(ber, (const uint8_t[]){ 0x30, 0x82, 0x00 }, 3);
    memcpy(ber + 3, der + 2, len - 2);
    expect_hash(ber, len + 1, der, len);
    free(ber);
    free(pem);
    OPENSSL_free(der);
    X509_free(cert);
}
END_TEST

/* Changes the byte at `offset` from this content in the certificate. `wanted` "": the certificate is then refused. */
static void expect_changed(const attribute *name, const void *content, size_t content_len, size_t offset, const char *wanted)
{
    int len;
    uint8_t *der = certificate(name, 1, &len);
    size_t at = 0;
    while (memcmp(der + at, content, content_len) != 0) {
        at++;
        ck_assert_uint_le(at + content_len, (size_t)len);
    }
    der[at + offset] ^= 1;
    xcj__buf out;
    xcj__buf_init(&out);
    ck_assert_int_eq(xcj__x509_subject(&out, (const char *)der, (size_t)len, false, NULL),
                     wanted[0] != '\0' ? XCJ_OK : XCJ_ERR_CERTIFICATE);
    ck_assert_uint_eq(out.len, strlen(wanted));
    ck_assert(out.len == 0 || memcmp(out.ptr, wanted, out.len) == 0);
    xcj__buf_free(&out);
    OPENSSL_free(der);
}

/* The subject is found where RFC 5280 puts it, and a certificate without that structure is refused. */
START_TEST(the_subject_alone)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    static const uint8_t subject[] = { 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x' };
    static const uint8_t version[] = { 0xa0, 0x03, 0x02, 0x01 };
    expect_changed(name, subject, sizeof subject, sizeof subject - 1, "CN=y");
    expect_changed(name, subject, sizeof subject, 0, "");
    expect_changed(name, subject, sizeof subject, 1, "");
    expect_changed(name, subject, sizeof subject, 2, "");
    expect_changed(name, version, sizeof version, 0, "");
    expect_changed(name, version, sizeof version, 1, "");
}
END_TEST

START_TEST(facts)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    int len;
    uint8_t *der = certificate(name, 1, &len);
    uint8_t digest[EVP_MAX_MD_SIZE];
    xcj_certificate made;
    xcj_error err;
    ERR_clear_error();
    ck_assert_int_eq(xcj_certificate_read(&made, (const char *)der, (size_t)len, &err), XCJ_OK);
    ck_assert_int_eq(made.not_after - made.not_before, 3600);
    ck_assert_int_le(llabs((long long)(made.not_before - (int64_t)time(NULL))), 60);
    ck_assert_int_eq(EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha1(), NULL), 1);
    ck_assert_mem_eq(made.sha1, digest, 20);
    ck_assert_int_eq(EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL), 1);
    ck_assert_mem_eq(made.sha256, digest, 32);
    ck_assert_int_eq(xcj_certificate_read(&made, (const char *)der, (size_t)len - 1, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(made.not_after, 0);
    ck_assert_int_eq(err.code, XCJ_ERR_CERTIFICATE);
    ck_assert_uint_eq(ERR_get_error(), 0);
    OPENSSL_free(der);
}
END_TEST

/* PEM of two blocks gives both certificates in their order, DER its one. */
START_TEST(x5c)
{
    static const attribute name[] = { { "CN", UTF8("x") } };
    int len;
    uint8_t *der = certificate(name, 1, &len);
    char base64[4096];
    char pem[16384];
    char wanted[16384];
    char *made = NULL;
    size_t made_len = 0;
    xcj_error err;
    ck_assert_int_gt(EVP_EncodeBlock((uint8_t *)base64, der, len), 0);
    ERR_clear_error();
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, (const char *)der, (size_t)len, &err), XCJ_OK);
    (void)snprintf(wanted, sizeof wanted, "[\"%s\"]", base64);
    ck_assert_str_eq(made, wanted);
    ck_assert_uint_eq(made_len, strlen(wanted));
    xcj_free(made);
    static const char block[] = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n";
    int at = snprintf(pem, sizeof pem, block, base64);
    (void)snprintf(pem + at, sizeof pem - (size_t)at, block, base64);
    (void)snprintf(wanted, sizeof wanted, "[\"%s\",\"%s\"]", base64, base64);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, pem, strlen(pem), &err), XCJ_OK);
    ck_assert_str_eq(made, wanted);
    xcj_free(made);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, pem, strlen(pem) - 30, &err), XCJ_ERR_CERTIFICATE);
    ck_assert_ptr_null(made);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, (const char *)der, (size_t)len - 1, &err),
                     XCJ_ERR_CERTIFICATE);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, NULL, 0, &err), XCJ_ERR_ARGUMENT);
    /* The longest text, and one that is longer. */
    const size_t most = 1024 * 1024;
    char *long_text = malloc(most + 1);
    const size_t pem_len = strlen(pem);
    memcpy(long_text, pem, pem_len);
    memset(long_text + pem_len, '\n', most + 1 - pem_len);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, long_text, most, &err), XCJ_OK);
    xcj_free(made);
    ck_assert_int_eq(xcj_certificate_to_x5c(&made, &made_len, long_text, most + 1, &err), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(made);
    free(long_text);
    ck_assert_uint_eq(ERR_get_error(), 0);
    OPENSSL_free(der);
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("x509");
    tcase_add_test(tcase, subjects);
    tcase_add_test(tcase, long_oids);
    tcase_add_test(tcase, subjects_that_read_alike);
    tcase_add_test(tcase, forms);
    tcase_add_test(tcase, one_inside_another);
    tcase_add_test(tcase, as_proxies_write_it);
    tcase_add_test(tcase, refusals);
    tcase_add_test(tcase, the_subject_alone);
    tcase_add_test(tcase, hashes);
    tcase_add_test(tcase, facts);
    tcase_add_test(tcase, x5c);
    Suite *s = suite_create("x509");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
