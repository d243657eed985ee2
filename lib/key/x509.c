#include "lib/key/x509.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/cert_subject.h"
#include "lib/key/cert_text.h"
#include "lib/key/evp.h"
#include "lib/key/pem.h"
#include "lib/key/recognise.h"

/* A certificate with its chain; a TLS stack accepts no more in a handshake. */
#define CERT_TEXT_MAX ((size_t)1024 * 1024)

static X509 *decode_once(const uint8_t *der, size_t len)
{
    const uint8_t *at = der;
    X509 *cert = d2i_X509(NULL, &at, (long)len);
    if (cert != NULL && at != der + len) {
        X509_free(cert);
        cert = NULL;
    }
    return cert;
}

/* Twice: OpenSSL 3.5 does not report each failure to allocate, and a valid certificate must not be blamed for one. */
static X509 *decode_whole(const uint8_t *der, size_t len)
{
    X509 *cert = decode_once(der, len);
    if (cert == NULL && !xcj__queue_says_memory()) {
        xcj__queue_drop();
        cert = decode_once(der, len);
    }
    return cert;
}

/* A certificate, or the part of it that suffices. */
typedef struct certificate {
    bool needs_subject; /* and nothing else */
    uint8_t *sha256;    /* room for this hash, if nothing else is needed; else NULL */
    X509 *whole;        /* NULL: it was not needed */
    X509_NAME *subject; /* NULL: it is in `whole` */
} certificate;

static void certificate_free(certificate *cert)
{
    X509_free(cert->whole);
    X509_NAME_free(cert->subject);
}

/* NULL: decode the whole certificate, which also reports what is wrong with it. */
static X509_NAME *decode_subject(const uint8_t *der, size_t len)
{
    xcj__bytes found;
    if (!xcj__cert_subject(&found, der, len)) {
        return NULL;
    }
    const uint8_t *at = found.ptr;
    X509_NAME *subject = d2i_X509_NAME(NULL, &at, (long)found.len);
    if (subject == NULL) {
        xcj__queue_drop();
    }
    return subject;
}

static bool hash(uint8_t *out, const uint8_t *der, size_t len)
{
    xcj__bytes subject;
    return xcj__cert_subject(&subject, der, len) && EVP_Digest(der, len, out, NULL, EVP_sha256(), NULL) == 1;
}

static bool decode(certificate *cert, const uint8_t *der, size_t len)
{
    if (cert->sha256 != NULL && hash(cert->sha256, der, len)) {
        return true;
    }
    cert->subject = cert->needs_subject ? decode_subject(der, len) : NULL;
    cert->whole = cert->subject == NULL ? decode_whole(der, len) : NULL;
    return cert->subject != NULL || cert->whole != NULL;
}

static xcj_code cannot_read(xcj_error *err)
{
    return xcj__queue_says_memory() ? xcj__fail_memory(err)
                                    : xcj__fail(err, XCJ_ERR_CERTIFICATE, "the certificate cannot be read");
}

static bool is_no_certificate(xcj_str label)
{
    return !xcj__str_is(label, "CERTIFICATE");
}

static xcj_code read_pem(bool *done, certificate *cert, const char *text, size_t len, xcj_error *err)
{
    xcj__pem pem;
    xcj_code code = xcj__pem_read(&pem, text, len, is_no_certificate, err);
    if (code == XCJ_OK) {
        *done = decode(cert, pem.der, pem.der_len);
        xcj__pem_free(&pem);
    }
    return code;
}

/* X509_NAME_print_ex() has room for no more of an OID in numbers, and cuts it short without a word. */
#define OID_TEXT 80

/* The attribute's short name as openssl prints it, or its OID in numbers; NULL where that is too long. */
static const char *attribute_name(const X509_NAME_ENTRY *entry, char numbers[OID_TEXT])
{
    const ASN1_OBJECT *type = X509_NAME_ENTRY_get_object(entry);
    int nid = OBJ_obj2nid(type);
    if (nid != NID_undef) {
        return OBJ_nid2sn(nid);
    }
    int len = OBJ_obj2txt(numbers, OID_TEXT, type, 1);
    return len > 0 && len < OID_TEXT ? numbers : NULL; /* cut short it would be that of another */
}

/* Could the value be read as a shorter one and a further attribute? */
static bool holds_attribute(const char *value, size_t len)
{
    bool separated = false;
    for (size_t i = 1; i < len; i++) {
        separated = separated || (value[i - 1] == ',' && value[i] == ' ');
        if (separated && value[i] == '=') {
            return true;
        }
    }
    return false;
}

#define UNREADABLE "the client certificate has no readable subject"
#define AMBIGUOUS "the client certificate's subject is ambiguous unless it is written as RFC 4514 says"

/* NULL, or why it is refused. */
static const char *put_attribute(xcj__buf *out, const X509_NAME_ENTRY *entry, bool is_first)
{
    char numbers[OID_TEXT];
    const char *name = attribute_name(entry, numbers);
    unsigned char *value = NULL;
    int len = ASN1_STRING_to_UTF8(&value, X509_NAME_ENTRY_get_data(entry));
    const char *fault = name == NULL || len < 0 ? UNREADABLE : NULL;
    if (fault == NULL && holds_attribute((const char *)value, (size_t)len)) {
        fault = AMBIGUOUS;
    }
    if (fault == NULL) {
        xcj__buf_put_text(out, is_first ? "" : ", ");
        xcj__buf_put_text(out, name);
        xcj__buf_put_char(out, '=');
        xcj__buf_put(out, value, (size_t)len);
    }
    OPENSSL_free(value);
    return fault;
}

/* Without escapes a second value of a relative name looks like the next name. */
static const char *put_unescaped(xcj__buf *out, const X509_NAME *subject)
{
    const char *fault = NULL;
    for (int i = 0; i < X509_NAME_entry_count(subject) && fault == NULL; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);
        const bool shares_name =
            i > 0 && X509_NAME_ENTRY_set(entry) == X509_NAME_ENTRY_set(X509_NAME_get_entry(subject, i - 1));
        fault = shares_name ? AMBIGUOUS : put_attribute(out, entry, i == 0);
    }
    return fault;
}

static bool has_names(const X509_NAME *subject)
{
    char numbers[OID_TEXT];
    for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
        if (attribute_name(X509_NAME_get_entry(subject, i), numbers) == NULL) {
            return false;
        }
    }
    return true;
}

/* RFC 4514: the reverse order, values escaped; UTF-8 stays as it is. */
static const char *put_rfc4514(xcj__buf *out, const X509_NAME *subject)
{
    if (!has_names(subject)) {
        return UNREADABLE;
    }
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        out->failed = true; /* OpenSSL does not always report this in its error queue */
        return NULL;
    }
    char *text = NULL;
    bool printed = X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0;
    long len = printed ? BIO_get_mem_data(bio, &text) : 0;
    if (len > 0) {
        xcj__buf_put(out, text, (size_t)len);
    }
    BIO_free(bio);
    return printed ? NULL : UNREADABLE;
}

static xcj_code put_subject(xcj__buf *out, const certificate *cert, bool unescaped, xcj_error *err)
{
    size_t start = out->len;
    const X509_NAME *subject = cert->subject != NULL ? cert->subject : X509_get_subject_name(cert->whole);
    const char *fault = unescaped ? put_unescaped(out, subject) : put_rfc4514(out, subject);
    if (out->failed) {
        return xcj__fail_memory(err);
    }
    if (fault != NULL || out->len == start) {
        return xcj__fail(err, XCJ_ERR_CERTIFICATE, "%s", fault != NULL ? fault : UNREADABLE);
    }
    const char *text = out->ptr + start;
    if (!xcj__utf8_valid(text, out->len - start) || xcj__utf8_has_control(text, out->len - start)) {
        return xcj__fail(err, XCJ_ERR_CERTIFICATE, "the client certificate's subject has a control character");
    }
    return XCJ_OK;
}

/* PEM or DER. */
static xcj_code open_plain(certificate *out, const char *cert, size_t len, xcj_error *err)
{
    const char *why;
    xcj__form form = xcj__recognise((const uint8_t *)cert, len, &why);
    xcj_error reason;
    bool done = false;
    xcj_code code = form == XCJ__FORM_PEM ? read_pem(&done, out, cert, len, &reason) : XCJ_OK;
    if (form == XCJ__FORM_DER) {
        done = decode(out, (const uint8_t *)cert, len);
    }
    if (done) {
        return XCJ_OK;
    }
    if (code == XCJ_ERR_MEMORY || xcj__queue_says_memory()) {
        return xcj__fail_memory(err);
    }
    return code != XCJ_OK ? xcj__fail(err, XCJ_ERR_CERTIFICATE, "the certificate cannot be read: %s", reason.message)
                          : cannot_read(err);
}

/* A certificate of any form; the error is set when there is none. The queue is the caller's. */
static xcj_code open_certificate(certificate *out, const char *cert, size_t len, xcj_error *err)
{
    if (len > CERT_TEXT_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "a certificate of %zu bytes: the limit is %zu", len, CERT_TEXT_MAX);
    }
    xcj__buf inner;
    xcj_code code = xcj__cert_text(&inner, (xcj_str){ cert, len }, err);
    if (code == XCJ_OK) {
        code = inner.len > 0 ? open_plain(out, inner.ptr, inner.len, err) : open_plain(out, cert, len, err);
        xcj__buf_free(&inner);
    }
    return code;
}

int xcj__x509_issued(xcj__bytes issuer, xcj__bytes subject)
{
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    X509 *above = decode_whole(issuer.ptr, issuer.len);
    X509 *below = decode_whole(subject.ptr, subject.len);
    int issued = above != NULL && below != NULL &&
                 X509_NAME_cmp(X509_get_subject_name(above), X509_get_issuer_name(below)) == 0 &&
                 X509_NAME_cmp(X509_get_subject_name(below), X509_get_subject_name(above)) != 0;
    issued = (above == NULL || below == NULL) && xcj__queue_says_memory() ? -1 : issued;
    X509_free(above);
    X509_free(below);
    xcj__queue_leave(&theirs);
    return issued;
}

/* RFC 5280 4.1.2.5: a time in UTC, as Unix seconds. */
static bool unix_seconds(int64_t *out, const ASN1_TIME *epoch, const ASN1_TIME *time)
{
    int days = 0;
    int seconds = 0;
    const bool read = ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    *out = (int64_t)days * 86400 + seconds;
    return read;
}

static xcj_code hash_whole(uint8_t *out, const X509 *cert, const EVP_MD *type, xcj_error *err)
{
    return X509_digest(cert, type, out, NULL) == 1 ? XCJ_OK
                                                   : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not hash the certificate");
}

static xcj_code read_facts(xcj_certificate *out, const X509 *cert, xcj_error *err)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    if (epoch == NULL) {
        return xcj__fail_memory(err);
    }
    const bool dated = unix_seconds(&out->not_before, epoch, X509_get0_notBefore(cert)) &&
                       unix_seconds(&out->not_after, epoch, X509_get0_notAfter(cert));
    ASN1_TIME_free(epoch);
    if (!dated) {
        return xcj__fail(err, XCJ_ERR_CERTIFICATE, "the certificate's dates cannot be read");
    }
    xcj_code code = hash_whole(out->sha1, cert, EVP_sha1(), err);
    return code == XCJ_OK ? hash_whole(out->sha256, cert, EVP_sha256(), err) : code;
}

/* Frees the certificate. Reports that memory ran out if OpenSSL's queue says so. */
static xcj_code finish(certificate *cert, xcj__queue *theirs, xcj_code code, xcj_error *err)
{
    if (code != XCJ_OK && xcj__queue_says_memory()) {
        code = xcj__fail_memory(err);
    }
    certificate_free(cert);
    xcj__queue_leave(theirs);
    return code;
}

xcj_code xcj__x509_subject(xcj__buf *out, const char *cert, size_t len, bool unescaped, xcj_error *err)
{
    certificate opened = { .needs_subject = true };
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = open_certificate(&opened, cert, len, err);
    if (code == XCJ_OK) {
        code = put_subject(out, &opened, unescaped, err);
    }
    return finish(&opened, &theirs, code, err);
}

xcj_code xcj__x509_sha256(uint8_t out[XCJ__X509_SHA256], const char *cert, size_t len, xcj_error *err)
{
    certificate opened = { .sha256 = out };
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = open_certificate(&opened, cert, len, err);
    if (opened.whole != NULL) {
        code = hash_whole(out, opened.whole, EVP_sha256(), err);
    }
    return finish(&opened, &theirs, code, err);
}

xcj_code xcj_certificate_read(xcj_certificate *out, const char *cert, size_t len, xcj_error *err)
{
    certificate opened = { .needs_subject = false };
    if (out != NULL) {
        *out = (xcj_certificate){ 0 };
    }
    if (out == NULL || cert == NULL) {
        return xcj__fail_null(err);
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = open_certificate(&opened, cert, len, err);
    if (code == XCJ_OK) {
        code = read_facts(out, opened.whole, err);
    }
    code = finish(&opened, &theirs, code, err);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    } else {
        *out = (xcj_certificate){ 0 };
    }
    return code;
}

static xcj_code put_x5c_entry(xcj__buf *out, const uint8_t *der, size_t len, xcj_error *err)
{
    X509 *cert = decode_whole(der, len);
    if (cert == NULL) {
        return cannot_read(err);
    }
    X509_free(cert);
    xcj__buf_put_text(out, out->len > 1 ? ",\"" : "\"");
    xcj__put_base64(out, (xcj_str){ (const char *)der, len });
    xcj__buf_put_char(out, '"');
    return out->failed ? xcj__fail_memory(err) : XCJ_OK;
}

static xcj_code put_x5c_chain(xcj__buf *out, const char *text, size_t len, xcj_error *err)
{
    xcj__pem pem;
    xcj_error reason;
    size_t at = 0;
    xcj_code code = XCJ_OK;
    do {
        code = xcj__pem_next(&pem, text, len, &at, &reason);
        if (code == XCJ_OK && pem.label.ptr == NULL) {
            return code;
        }
        if (code != XCJ_OK) {
            return code == XCJ_ERR_MEMORY
                       ? xcj__fail_memory(err)
                       : xcj__fail(err, XCJ_ERR_CERTIFICATE, "the certificate cannot be read: %s", reason.message);
        }
        if (!is_no_certificate(pem.label)) {
            code = put_x5c_entry(out, pem.der, pem.der_len, err);
        }
        xcj__pem_free(&pem);
    } while (code == XCJ_OK);
    return code;
}

static xcj_code put_x5c(xcj__buf *out, xcj_str cert, xcj_error *err)
{
    const char *why;
    xcj__buf inner;
    xcj_code code = xcj__cert_text(&inner, cert, err);
    if (code != XCJ_OK) {
        return code;
    }
    const xcj_str plain = inner.len > 0 ? (xcj_str){ inner.ptr, inner.len } : cert;
    xcj__buf_put_char(out, '[');
    code = xcj__recognise((const uint8_t *)plain.ptr, plain.len, &why) == XCJ__FORM_PEM
               ? put_x5c_chain(out, plain.ptr, plain.len, err)
               : put_x5c_entry(out, (const uint8_t *)plain.ptr, plain.len, err);
    if (code == XCJ_OK && out->len == 1) {
        code = xcj__fail(err, XCJ_ERR_CERTIFICATE, "the PEM has no certificate");
    }
    xcj__buf_put_char(out, ']');
    xcj__buf_free(&inner);
    return code;
}

xcj_code xcj_certificate_to_x5c(char **out, size_t *out_len, const char *cert, size_t len, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || cert == NULL) {
        return xcj__fail_null(err);
    }
    if (len > CERT_TEXT_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "a certificate of %zu bytes: the limit is %zu", len, CERT_TEXT_MAX);
    }
    xcj__buf x5c;
    xcj__queue theirs;
    xcj__buf_init(&x5c);
    xcj__queue_enter(&theirs);
    xcj_code code = put_x5c(&x5c, (xcj_str){ cert, len }, err);
    xcj__queue_leave(&theirs);
    if (code == XCJ_OK) {
        code = xcj__buf_take(&x5c, out, out_len, err);
    }
    xcj__buf_free(&x5c);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
