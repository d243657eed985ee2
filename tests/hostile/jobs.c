#include "jobs.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <xcj/openssl.h>

#include "failing.h"
#include "lib/key/key.h"
#include "tests/fixtures.h"

#define ALGS 6

xcj_error job_error;

static const xcj_alg algs[ALGS] = { XCJ_HS256, XCJ_RS256, XCJ_PS512, XCJ_ES256, XCJ_ED25519, XCJ_ES512 };
static const char claims[] =
    "{\"sub\":\"s\",\"exp\":99999999999,\"aud\":[\"\\u0078\",\"y\"],\"a\":{\"b\":\"c\"},\"t\":true}";
static const xcj_str detached_payload = { claims, sizeof claims - 1 };

/* Made before anything fails. */
static char *jwks[ALGS];   /* private */
static char *public_ec;    /* the public part of jwks[3] */
static char *rsa_short;    /* n, e and d only */
static char *foreign_d;    /* an EC key with the d of another */
static char *off_curve;    /* an EC key with a point that is none */
static char *pem[ALGS];    /* PKCS#8 */
static char *sealed;       /* PKCS#8, encrypted */
static char *set_text;     /* all of them, and two that are passed over */
static char *tokens[ALGS]; /* compact */
static char *general;      /* signed by all */
static char *detached;     /* compact, by jwks[3] */
static char *bearer;       /* "Bearer " and tokens[3] */
static char *old_sealed;   /* PEM with a DEK-Info line */
static char *certificate;
static char *chain; /* it, and that of its issuer */
static uint8_t *pkcs12;
static int pkcs12_len;
static xcj_key *keys[ALGS];
static xcj_keyset *set;
static xcj_verifier *verifier; /* of all keys, by kid */

static char *without(const char *text, const char *from)
{
    char *copy = strdup(text);
    strcpy(strstr(copy, from), "}");
    return copy;
}

/* `text` with `len` characters of `other` in place of its own, behind `name`. */
static char *exchanged(const char *text, const char *other, const char *name, size_t len)
{
    char *copy = strdup(text);
    memcpy(strstr(copy, name) + strlen(name), strstr(other, name) + strlen(name), len);
    return copy;
}

static char *bio_text(BIO *bio)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t)len);
    BIO_free(bio);
    return text;
}

static X509 *certificate_of(EVP_PKEY *pkey, const char *name, const char *issuer)
{
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0), 1);
    X509_NAME *above = X509_get_issuer_name(cert);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(above, "CN", MBSTRING_UTF8, (const uint8_t *)issuer, -1, -1, 0), 1);
    X509_set_pubkey(cert, pkey);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    ck_assert_int_gt(X509_sign(cert, pkey, EVP_sha256()), 0);
    return cert;
}

static void make_certificates(EVP_PKEY *pkey)
{
    EVP_PKEY *above = openssl_of(keys[1]);
    X509 *cert = certificate_of(pkey, "caller", "issuer");
    X509 *issuer = certificate_of(above, "issuer", "root");
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_X509(bio, cert), 1);
    certificate = bio_text(bio);
    bio = BIO_new(BIO_s_mem());
    ck_assert(PEM_write_bio_X509(bio, cert) == 1 && PEM_write_bio_X509(bio, issuer) == 1);
    chain = bio_text(bio);
    PKCS12 *file = PKCS12_create("x", "name", pkey, cert, NULL, 0, 0, 2, 2, 0);
    ck_assert_ptr_nonnull(file);
    pkcs12_len = i2d_PKCS12(file, &pkcs12);
    ck_assert_int_gt(pkcs12_len, 0);
    PKCS12_free(file);
    X509_free(issuer);
    X509_free(cert);
    EVP_PKEY_free(above);
}

static void make_openssl_texts(void)
{
    EVP_PKEY *pkey = openssl_of(keys[3]);
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), "x", 1, NULL, NULL), 1);
    sealed = bio_text(bio);
    bio = BIO_new(BIO_s_mem());
    const uint8_t *passphrase = (const uint8_t *)"xxxx";
    ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(bio, pkey, EVP_aes_128_cbc(), passphrase, 4, NULL, NULL), 1);
    old_sealed = bio_text(bio);
    make_certificates(pkey);
    EVP_PKEY_free(pkey);
}

static void make_tokens(void)
{
    xcj_jws_signer signers[ALGS];
    size_t len;
    for (size_t i = 0; i < ALGS; i++) {
        tokens[i] = signed_by(keys[i], claims, NULL, &len);
        signers[i] = (xcj_jws_signer){ keys[i], NULL };
    }
    ck_assert_int_eq(xcj_jws_sign_json(&general, &len, claims, sizeof claims - 1, signers, ALGS, NULL, NULL), XCJ_OK);
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.detached = 1;
    detached = signed_by(keys[3], claims, &options, &len);
    bearer = malloc(strlen(tokens[3]) + 8);
    sprintf(bearer, "Bearer %s", tokens[3]);
}

static xcj_verify_options policy(void)
{
    static const xcj_str audience = { "x", 1 };
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.audiences = &audience;
    options.audiences_count = 1;
    options.all_signatures = 1;
    return options;
}

void jobs_prepare(void)
{
    set_text = malloc(30000);
    int used = sprintf(set_text, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k0\"},{\"kty\":\"new\"}");
    for (size_t i = 0; i < ALGS; i++) {
        char kid[] = { 'k', (char)('a' + i), '\0' };
        size_t len;
        keys[i] = named(algs[i], kid);
        jwks[i] = jwk_text(keys[i], XCJ_PRIVATE);
        used += sprintf(set_text + used, ",%s", jwks[i]);
        if (i > 0) {
            ck_assert_int_eq(xcj_key_to_pem(&pem[i], &len, keys[i], XCJ_PRIVATE, NULL), XCJ_OK);
        }
    }
    sprintf(set_text + used, "]}");
    public_ec = jwk_text(keys[3], XCJ_PUBLIC);
    rsa_short = without(jwks[1], ",\"p\":");
    xcj_key *other = named(XCJ_ES256, "kd");
    char *other_jwk = jwk_text(other, XCJ_PRIVATE);
    foreign_d = exchanged(jwks[3], other_jwk, "\"d\":\"", 43);
    off_curve = exchanged(public_ec, other_jwk, "\"y\":\"", 43);
    xcj_free(other_jwk);
    xcj_key_free(other);
    make_openssl_texts();
    make_tokens();
    const xcj_verify_options options = policy();
    ck_assert_int_eq(xcj_keyset_from_keys(&set, (const xcj_key *const *)keys, ALGS, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&verifier, set, &options, NULL), XCJ_OK);
}

void jobs_release(void)
{
    for (size_t i = 0; i < ALGS; i++) {
        xcj_free(jwks[i]);
        xcj_free(pem[i]);
        xcj_free(tokens[i]);
        xcj_key_free(keys[i]);
    }
    xcj_free(public_ec);
    xcj_free(general);
    xcj_free(detached);
    xcj_keyset_free(set);
    xcj_verifier_free(verifier);
    char *const texts[] = { rsa_short, foreign_d, off_curve, sealed, old_sealed, set_text, bearer, certificate, chain };
    OPENSSL_free(pkcs12);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        free(texts[i]);
    }
}

/* Everything between these fails as planned. */
#define FAILING(call) (failing_arm(), code = (call), failing_disarm())

static void expect_output(const void *out, xcj_code code)
{
    ck_assert_int_eq(out != NULL, code == XCJ_OK);
}

/* A text came out whole, or nothing did. */
static xcj_code done_text(xcj_code code, char *text, size_t len, const char *whole)
{
    expect_output(text, code);
    ck_assert(code == XCJ_OK || len == 0);
    ck_assert(code != XCJ_OK || whole == NULL || strcmp(text, whole) == 0);
    xcj_free(text);
    return code;
}

/* The key that came out is the one of this JWK, private part and all. */
static xcj_code done_key(xcj_code code, xcj_key *key, const char *jwk)
{
    expect_output(key, code);
    if (key != NULL && jwk != NULL) {
        xcj_key *wanted = key_of(jwk);
        xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
        labels.kid = xcj_text("same");
        labels.alg = xcj_key_alg(wanted);
        xcj_key *one;
        xcj_key *two;
        ck_assert_int_eq(xcj_key_relabel(&one, key, &labels, NULL), XCJ_OK);
        ck_assert_int_eq(xcj_key_relabel(&two, wanted, &labels, NULL), XCJ_OK);
        expect_same_key(one, two, xcj_key_is_private(wanted) ? XCJ_PRIVATE : XCJ_PUBLIC);
        xcj_key_free(one);
        xcj_key_free(two);
        xcj_key_free(wanted);
    }
    xcj_key_free(key);
    return code;
}

enum { SHORT_RSA = ALGS, PUBLIC_EC, FOREIGN_D, OFF_CURVE };

static xcj_code from_jwk(size_t which)
{
    const char *const more[] = { rsa_short, public_ec, foreign_d, off_curve };
    const char *text = which < ALGS ? jwks[which] : more[which - ALGS];
    xcj_key *key;
    xcj_code code;
    FAILING(xcj_key_from_jwk(&key, text, strlen(text), NULL, &job_error));
    return done_key(code, key, which == SHORT_RSA ? jwks[1] : text);
}

/* A private key, then the same again: 0 of a fresh scratch, 1 of one that has the curve's group. */
static xcj_code from_jwk_with_scratch(size_t which)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_code code;
    ck_assert_int_eq(xcj_scratch_new(&options.scratch, NULL), XCJ_OK);
    for (size_t i = 0; i < which; i++) {
        ck_assert_int_eq(xcj_key_from_jwk(&key, jwks[3], strlen(jwks[3]), &options, NULL), XCJ_OK);
        xcj_key_free(key);
    }
    FAILING(xcj_key_from_jwk(&key, jwks[3], strlen(jwks[3]), &options, &job_error));
    xcj_scratch_free(options.scratch);
    return done_key(code, key, jwks[3]);
}

/* More members than the scanner remembers without asking for memory. */
static xcj_code from_wide_jwk(size_t which)
{
    char text[4096] = "{";
    size_t used = 1;
    for (size_t i = 0; i < 100; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "\"m%zu\":[],", i);
    }
    snprintf(text + used, sizeof text - used, "%s", jwks[which] + 1);
    xcj_key *key;
    xcj_code code;
    FAILING(xcj_key_from_jwk(&key, text, strlen(text), NULL, &job_error));
    return done_key(code, key, jwks[which]);
}

static xcj_code from_pem(size_t which)
{
    xcj_key *key;
    xcj_code code;
    FAILING(xcj_key_from_pem(&key, pem[which], strlen(pem[which]), NULL, &job_error));
    return done_key(code, key, jwks[which]);
}

/* Of a certificate (0), or of a chain (1): the key of its end, and no other. */
static xcj_code from_certificate(size_t which)
{
    xcj_key *key;
    xcj_code code;
    const char *text = which == 0 ? certificate : chain;
    FAILING(xcj_key_from_pem(&key, text, strlen(text), NULL, &job_error));
    return done_key(code, key, public_ec);
}

static xcj_code read_certificate(size_t which)
{
    xcj_certificate made;
    xcj_certificate whole;
    xcj_code code;
    (void)which;
    ck_assert_int_eq(xcj_certificate_read(&whole, certificate, strlen(certificate), NULL), XCJ_OK);
    FAILING(xcj_certificate_read(&made, certificate, strlen(certificate), &job_error));
    if (code != XCJ_OK) {
        memset(&whole, 0, sizeof whole);
    }
    ck_assert_mem_eq(&made, &whole, sizeof whole);
    return code;
}

static xcj_code write_x5c(size_t which)
{
    static const char start[] = "[\"MII";
    char *made;
    size_t len;
    xcj_code code;
    (void)which;
    FAILING(xcj_certificate_to_x5c(&made, &len, certificate, strlen(certificate), &job_error));
    if (code == XCJ_OK) {
        ck_assert_int_eq(strncmp(made, start, sizeof start - 1), 0);
        ck_assert_str_eq(made + len - 2, "\"]");
    } else {
        ck_assert_ptr_null(made);
    }
    xcj_free(made);
    return code;
}

/* 0: the right passphrase, 1: a wrong one, 2: none. */
static xcj_code from_sealed(size_t which)
{
    static const char *const passphrases[] = { "x", "y", NULL };
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_code code;
    options.passphrase = (xcj_str){ passphrases[which], 1 };
    FAILING(xcj_key_from_data(&key, (const uint8_t *)sealed, strlen(sealed), &options, &job_error));
    return done_key(code, key, jwks[3]);
}

/* 0: the right passphrase, 1: a wrong one. */
static xcj_code from_pkcs12(size_t which)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_code code;
    options.passphrase = (xcj_str){ which == 0 ? "x" : "y", 1 };
    FAILING(xcj_key_from_der(&key, pkcs12, (size_t)pkcs12_len, &options, &job_error));
    return done_key(code, key, jwks[3]);
}

static xcj_code from_old_sealed(size_t which)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_code code;
    (void)which;
    options.passphrase = (xcj_str){ "xxxx", 4 };
    FAILING(xcj_key_from_pem(&key, old_sealed, strlen(old_sealed), &options, &job_error));
    return done_key(code, key, jwks[3]);
}

/* Of a certificate (0) or a private RSA key (1) in DER without a label. */
static xcj_code from_unlabelled(size_t which)
{
    BIO *bio = BIO_new_mem_buf(which == 0 ? certificate : pem[1], -1);
    char *name, *header;
    uint8_t *der;
    long len;
    xcj_key *key;
    xcj_code code;
    ck_assert_int_eq(PEM_read_bio(bio, &name, &header, &der, &len), 1);
    FAILING(xcj_key_from_data(&key, der, (size_t)len, NULL, &job_error));
    BIO_free(bio);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return done_key(code, key, which == 0 ? public_ec : jwks[1]);
}

static xcj_code from_der(size_t which)
{
    uint8_t *der;
    size_t len;
    xcj_key *key;
    xcj_code code;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, keys[which], XCJ_PRIVATE, NULL), XCJ_OK);
    FAILING(xcj_key_from_der(&key, der, len, NULL, &job_error));
    xcj_free(der);
    return done_key(code, key, jwks[which]);
}

/* Text that is a key of another kind must not pass for a secret, whatever fails. 0: a secret, 1: JWK, 2: PEM, 3: DER. */
static xcj_code from_secret(size_t which)
{
    uint8_t *der;
    size_t der_len;
    xcj_key *key;
    xcj_code code;
    ck_assert_int_eq(xcj_key_to_der(&der, &der_len, keys[3], XCJ_PUBLIC, NULL), XCJ_OK);
    const char *const texts[] = { "0123456789abcdef0123456789abcdef", public_ec, pem[3], (const char *)der };
    size_t len = which == 3 ? der_len : strlen(texts[which]);
    FAILING(xcj_key_from_secret(&key, (const uint8_t *)texts[which], len, NULL, &job_error));
    xcj_free(der);
    return done_key(code, key, NULL);
}

static xcj_code generate(size_t which)
{
    xcj_key *key;
    xcj_code code;
    FAILING(xcj_key_generate(&key, (xcj_alg)which, 0, &job_error));
    ck_assert(key == NULL || xcj_key_is_private(key));
    return done_key(code, key, NULL);
}

static xcj_code relabel(size_t which)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *key;
    xcj_code code;
    labels.use = xcj_text("");
    FAILING(xcj_key_relabel(&key, keys[which], &labels, &job_error));
    return done_key(code, key, jwks[which]);
}

static xcj_code to_jwk(size_t which)
{
    char *text;
    size_t len;
    xcj_code code;
    FAILING(xcj_key_to_jwk(&text, &len, keys[which], XCJ_PRIVATE, &job_error));
    return done_text(code, text, len, jwks[which]);
}

static xcj_code to_pem(size_t which)
{
    char *text;
    size_t len;
    xcj_code code;
    FAILING(xcj_key_to_pem(&text, &len, keys[which], XCJ_PRIVATE, &job_error));
    return done_text(code, text, len, pem[which]);
}

static xcj_code to_der(size_t which)
{
    uint8_t *der;
    size_t len;
    xcj_code code;
    FAILING(xcj_key_to_der(&der, &len, keys[which], XCJ_PUBLIC, &job_error));
    return done_text(code, (char *)der, len, NULL);
}

/* 0: a line of OpenSSH; 1: PKCS#1 with its labels; 2: encrypted with scrypt; 3: with PBKDF2. */
static xcj_code export(size_t which)
{
    static const xcj_export_options plans[] = {
        { sizeof plans[0], XCJ_OPENSSH, 0, 0, XCJ_PBKDF2, { NULL, 0 } },
        { sizeof plans[0], XCJ_PKCS1, 0, 1, XCJ_PBKDF2, { NULL, 0 } },
        { sizeof plans[0], XCJ_PKCS8, 0, 0, XCJ_SCRYPT, { "x", 1 } },
        { sizeof plans[0], XCJ_PKCS8, 1, 0, XCJ_PBKDF2, { "x", 1 } },
    };
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *again = NULL;
    char *text;
    size_t len;
    xcj_code code;
    options.passphrase = (xcj_str){ "x", 1 };
    options.pem_labels = 1;
    const xcj_part part = which == 0 ? XCJ_PUBLIC : XCJ_PRIVATE;
    FAILING(xcj_key_export(&text, &len, keys[1], part, &plans[which], &job_error));
    ck_assert(code != XCJ_OK || xcj_key_from_data(&again, (const uint8_t *)text, len, &options, NULL) == XCJ_OK);
    ck_assert_int_eq(done_text(code, text, len, NULL), code);
    return done_key(code, again, NULL);
}

/* PEM with its labels is read; 0: with none, 1: with a broken line of them. */
static xcj_code from_labelled_pem(size_t which)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    char *text = malloc(strlen(pem[3]) + 100);
    xcj_key *key;
    xcj_code code;
    options.pem_labels = 1;
    sprintf(text, "# {\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":%s}\n%s", which == 0 ? "\"k\"" : "1", pem[3]);
    FAILING(xcj_key_from_pem(&key, text, strlen(text), &options, &job_error));
    ck_assert(key == NULL || (xcj_key_id(key).len == 1 && xcj_key_alg(key) == XCJ_ES256));
    free(text);
    return done_key(code, key, NULL);
}

static xcj_code thumbprint(size_t which)
{
    char *text;
    char *whole;
    size_t len;
    xcj_code code;
    ck_assert_int_eq(xcj_key_thumbprint(&whole, &len, keys[which], XCJ_SHA256, NULL), XCJ_OK);
    FAILING(xcj_key_thumbprint(&text, &len, keys[which], XCJ_SHA256, &job_error));
    code = done_text(code, text, len, whole);
    xcj_free(whole);
    return code;
}

/* No key of the set goes missing, but one that OpenSSL did not take: that is said. */
static void expect_set(const xcj_keyset *made)
{
    size_t skipped = xcj_keyset_skipped_count(made);
    ck_assert_uint_eq(xcj_keyset_count(made) + skipped, ALGS + 2);
    for (size_t i = 2; i < skipped; i++) {
        ck_assert_int_eq(xcj_keyset_skipped(made, i, NULL)->code, XCJ_ERR_CRYPTO);
    }
}

static xcj_code set_from_json(size_t which)
{
    xcj_keyset *made;
    xcj_code code;
    (void)which;
    FAILING(xcj_keyset_from_json(&made, set_text, strlen(set_text), NULL, &job_error));
    expect_output(made, code);
    if (made != NULL) {
        expect_set(made);
    }
    xcj_keyset_free(made);
    return code;
}

/* The body of the certificate's PEM on one line. */
static void put_body(char *dst)
{
    for (const char *at = strchr(certificate, '\n') + 1; *at != '-'; at++) {
        *dst = *at;
        dst += *at != '\n';
    }
    *dst = '\0';
}

/* 0: JSON, 1: PEM in base64 between quotes, 2: a map of kid to certificate, 3: a key in x5c alone, twice, 4: a key that must
 * be skipped, beside a wrong block. */
static xcj_code set_from_data(size_t which)
{
    char quoted[4096] = "\"";
    char body[2048];
    char made_text[8192];
    put_body(body);
    EVP_EncodeBlock((unsigned char *)quoted + 1, (const unsigned char *)pem[3], (int)strlen(pem[3]));
    strcat(quoted, "\"");
    const char *text = which == 0 ? set_text : which == 1 ? quoted : made_text;
    sprintf(made_text,
            which == 2 ? "{\"a\":\"%s\",\"b\":\"-----BEGIN CERTIFICATE-----\",\"c\":null}"
            : which == 3
                ? "[{\"kty\":\"EC\",\"kid\":\"a\",\"x5c\":[\"%s\"]},{\"kty\":\"EC\",\"kid\":\"a\",\"x5c\":[\"%s\"]}]"
                : "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n---BEGIN PUBLIC KEY---\n",
            body, body);
    xcj_keyset *made;
    xcj_code code;
    FAILING(xcj_keyset_from_data(&made, (const uint8_t *)text, strlen(text), NULL, &job_error));
    expect_output(made, code);
    if (made != NULL && which == 0) {
        expect_set(made);
    }
    ck_assert(made == NULL || which == 0 || xcj_keyset_count(made) == 1);
    xcj_keyset_free(made);
    return code;
}

/* A JWK with numbers and the certificate of its key. */
static xcj_code certified_key(size_t which)
{
    static char *text;
    static size_t len;
    xcj_key *made;
    xcj_code code;
    (void)which;
    if (text == NULL) {
        ck_assert_int_eq(xcj_key_from_data(&made, (const uint8_t *)certificate, strlen(certificate), NULL, NULL), XCJ_OK);
        ck_assert_int_eq(xcj_key_to_jwk(&text, &len, made, XCJ_PUBLIC, NULL), XCJ_OK);
        xcj_key_free(made);
    }
    FAILING(xcj_key_from_jwk(&made, text, len, NULL, &job_error));
    expect_output(made, code);
    xcj_key_free(made);
    return code;
}

static xcj_code set_from_keys(size_t which)
{
    xcj_keyset *made;
    xcj_code code;
    (void)which;
    FAILING(xcj_keyset_from_keys(&made, (const xcj_key *const *)keys, ALGS, &job_error));
    expect_output(made, code);
    ck_assert(made == NULL || xcj_keyset_count(made) == ALGS);
    xcj_keyset_free(made);
    return code;
}

static xcj_code set_to_json(size_t which)
{
    char *text;
    char *whole;
    size_t len;
    xcj_code code;
    (void)which;
    ck_assert_int_eq(xcj_keyset_to_json(&whole, &len, set, XCJ_PUBLIC, NULL), XCJ_OK);
    FAILING(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &job_error));
    code = done_text(code, text, len, whole);
    xcj_free(whole);
    return code;
}

static xcj_code new_scratch(size_t which)
{
    xcj_scratch *scratch;
    xcj_code code;
    (void)which;
    FAILING(xcj_scratch_new(&scratch, &job_error));
    expect_output(scratch, code);
    xcj_scratch_free(scratch);
    return code;
}

/* A token that came out is signed. */
static void expect_token(const char *token, size_t len, bool is_json)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_verifier *any;
    xcj_error err;
    options.opaque_payload = 1;
    options.all_signatures = 1;
    ck_assert_int_eq(xcj_verifier_new(&any, set, &options, NULL), XCJ_OK);
    xcj_code code =
        is_json ? xcj_verify_json(NULL, any, token, len, NULL, &err) : xcj_verify(NULL, any, token, len, NULL, &err);
    ck_assert_msg(code == XCJ_OK, "a token came out that does not verify: %s", err.message);
    xcj_verifier_free(any);
}

/* A key of its own each time, so that what it prepares at first use fails too; the second half with a scratch, and the last
 * with a header that no stack holds. */
static xcj_code sign(size_t which)
{
    xcj_key *key = key_of(jwks[which % ALGS]);
    xcj_scratch *scratch = NULL;
    char *token;
    size_t len;
    xcj_code code;
    static char long_url[3000];
    memset(long_url, 'u', sizeof long_url - 1);
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    options.jku = xcj_text(which == 2 * ALGS ? long_url : NULL);
    ck_assert(which < ALGS || xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    FAILING(xcj_jws_sign(&token, &len, claims, sizeof claims - 1, key, &options, scratch, &job_error));
    if (code == XCJ_OK) {
        expect_token(token, len, false);
    }
    xcj_scratch_free(scratch);
    xcj_key_free(key);
    return done_text(code, token, len, NULL);
}

/* A DPoP proof by the key of this algorithm, made; or by turns verified, for a URI that no stack holds too. */
static xcj_dpop_request dpop_request(size_t which)
{
    static char long_uri[3000];
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    memset(long_uri, 'u', sizeof long_uri - 1);
    memcpy(long_uri, "https://host/", 13);
    request.method = xcj_text("GET");
    request.uri = xcj_text(which >= ALGS ? long_uri : "https://host/path");
    request.token = xcj_text("token");
    return request;
}

static xcj_code make_dpop(size_t which)
{
    xcj_key *key = key_of(jwks[which % ALGS]);
    const xcj_dpop_request request = dpop_request(which);
    char *proof;
    size_t len;
    xcj_code code;
    FAILING(xcj_dpop_make(&proof, &len, key, &request, XCJ_ALG_NONE, NULL, &job_error));
    xcj_key_free(key);
    return done_text(code, proof, len, NULL);
}

static xcj_code make_nonce(size_t which)
{
    (void)which;
    char nonce[XCJ_DPOP_NONCE_LEN];
    xcj_code code;
    FAILING(xcj_dpop_nonce(nonce, sizeof nonce, NULL, &job_error));
    return code;
}

/* {"alg":"HS256","kid":"k"}.{"client_id":"key","iss":"i","act":{"client_id":"d"},"cnf":{"jkt":"t"}} */
#define AUDITED                                                                                                             \
    "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ."                                                                                   \
    "eyJjbGllbnRfaWQiOiJrZXkiLCJpc3MiOiJpIiwiYWN0Ijp7ImNsaWVudF9pZCI6ImQifSwiY25mIjp7ImprdCI6InQifX0.c2ln"

static xcj_code audit_line(size_t which)
{
    char line[XCJ_AUDIT_MAX];
    xcj_auth auth = XCJ_AUTH_INIT;
    const xcj_error why = { .code = XCJ_ERR_CREDENTIAL, .message = "reason" };
    xcj_audit audit = XCJ_AUDIT_INIT;
    size_t len;
    xcj_code code;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("key");
    audit.auth = &auth;
    audit.token = xcj_text(which == 0 ? AUDITED : NULL);
    audit.refusal = which == 0 ? NULL : &why;
    FAILING(xcj_audit_line(line, sizeof line, &len, &audit, &job_error));
    ck_assert_int_eq(code == XCJ_OK, len > 0);
    return code;
}

static xcj_code verify_dpop(size_t which)
{
    xcj_dpop_request request = dpop_request(which);
    char *proof;
    char *jkt;
    char *whole;
    size_t len;
    xcj_code code;
    ck_assert_int_eq(xcj_dpop_make(&proof, &len, keys[which % ALGS], &request, XCJ_ALG_NONE, NULL, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_key_thumbprint(&whole, &len, keys[which % ALGS], XCJ_SHA256, NULL), XCJ_OK);
    request.proof = xcj_text(proof);
    xcj_scratch *scratch = NULL;
    ck_assert(which < 2 * ALGS || xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    FAILING(xcj_dpop_verify(&jkt, &len, &request, NULL, scratch, &job_error));
    xcj_scratch_free(scratch);
    code = done_text(code, jkt, len, whole);
    xcj_free(whole);
    xcj_free(proof);
    return code;
}

static xcj_code sign_json(size_t which)
{
    xcj_key *one = key_of(jwks[0]);
    xcj_key *two = key_of(jwks[3]);
    xcj_jws_options options = XCJ_JWS_OPTIONS_INIT;
    const xcj_jws_signer signers[] = { { one, &options }, { two, NULL } };
    char *text;
    size_t len;
    xcj_code code;
    options.kid = xcj_text("");
    options.unprotected = xcj_text("{\"kid\":\"k\\u0061\"}");
    FAILING(xcj_jws_sign_json(&text, &len, claims, sizeof claims - 1, signers, which, NULL, &job_error));
    if (code == XCJ_OK) {
        expect_token(text, len, true);
    }
    xcj_key_free(one);
    xcj_key_free(two);
    return done_text(code, text, len, NULL);
}

/* One that came out has the policy to itself. */
static xcj_code new_verifier(size_t which)
{
    xcj_verify_options options = policy();
    xcj_str audience = options.audiences[0];
    xcj_verifier *made;
    xcj_code code;
    options.audiences = &audience;
    FAILING(which == 0 ? xcj_verifier_new(&made, set, &options, &job_error)
                       : xcj_verifier_new_key(&made, keys[3], &options, &job_error));
    expect_output(made, code);
    audience = xcj_text("gone");
    ck_assert(made == NULL || xcj_verify(NULL, made, tokens[3], strlen(tokens[3]), NULL, NULL) == XCJ_OK);
    xcj_verifier_free(made);
    return code;
}

static xcj_code done_verified(xcj_code code, xcj_verified *verified)
{
    expect_output(verified, code);
    if (verified != NULL) {
        xcj_str payload = xcj_verified_payload(verified);
        ck_assert(payload.len == sizeof claims - 1 && memcmp(payload.ptr, claims, payload.len) == 0);
    }
    xcj_verified_free(verified);
    return code;
}

/* Fresh keys, as for sign(). */
static xcj_verifier *fresh_verifier(const char *jwk)
{
    const xcj_verify_options options = policy();
    xcj_verifier *made;
    xcj_key *key = key_of(jwk);
    ck_assert_int_eq(xcj_verifier_new_key(&made, key, &options, NULL), XCJ_OK);
    xcj_key_free(key);
    return made;
}

/* 0: makes the verifier; 1: keeps a token; 2: finds it again. */
static xcj_code verify_cached(size_t which)
{
    xcj_verify_options options = policy();
    xcj_verifier *caches;
    xcj_verified *verified = NULL;
    xcj_code code;
    options.cache_bytes = 65536;
    if (which == 0) {
        FAILING(xcj_verifier_new(&caches, set, &options, &job_error));
        expect_output(caches, code);
        xcj_verifier_free(caches);
        return code;
    }
    ck_assert_int_eq(xcj_verifier_new(&caches, set, &options, NULL), XCJ_OK);
    if (which == 2) {
        ck_assert_int_eq(xcj_verify(NULL, caches, tokens[3], strlen(tokens[3]), NULL, NULL), XCJ_OK);
    }
    FAILING(xcj_verify(&verified, caches, tokens[3], strlen(tokens[3]), NULL, &job_error));
    xcj_verifier_free(caches);
    return done_verified(code, verified);
}

/* 0: of two keys without a kid the one that fits is found; 1: of a SPIFFE bundle. */
static xcj_code verify_tried(size_t which)
{
    xcj_verify_options options = policy();
    xcj_key *other, *mine;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text("");
    labels.use = xcj_text(which == 1 ? "jwt-svid" : "");
    options.try_keys = 1;
    options.jwt_svid = which == 1;
    ck_assert_int_eq(xcj_key_generate(&other, algs[3], 0, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_key_relabel(&mine, keys[3], &labels, NULL), XCJ_OK);
    const xcj_key *both[2] = { other, mine };
    xcj_keyset *two;
    xcj_verifier *tries;
    xcj_code code;
    ck_assert_int_eq(xcj_keyset_from_keys(&two, both, 2, NULL), XCJ_OK);
    if (which == 1) {
        FAILING(xcj_verifier_new(&tries, two, &options, &job_error));
        expect_output(tries, code);
    } else {
        code = xcj_verifier_new(&tries, two, &options, NULL);
    }
    xcj_verified *verified = NULL;
    if (which == 0) {
        FAILING(xcj_verify(&verified, tries, tokens[3], strlen(tokens[3]), NULL, &job_error));
    } else if (code == XCJ_OK) {
        ck_assert_int_eq(xcj_verify(&verified, tries, tokens[3], strlen(tokens[3]), NULL, NULL), XCJ_OK);
    }
    xcj_verifier_free(tries);
    xcj_keyset_free(two);
    xcj_key_free(other);
    xcj_key_free(mine);
    return done_verified(code, verified);
}

/* The key's kid is what a claim says. */
static xcj_code verify_by_claim(size_t which)
{
    xcj_verify_options options = policy();
    xcj_key *key = named(algs[which], "s");
    xcj_keyset *one;
    xcj_verifier *by_claim;
    xcj_verified *verified;
    size_t len;
    char *token = signed_by(key, claims, NULL, &len);
    xcj_code code;
    options.key_claim = xcj_text("sub");
    ck_assert_int_eq(xcj_keyset_from_keys(&one, (const xcj_key *const *)&key, 1, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new(&by_claim, one, &options, NULL), XCJ_OK);
    FAILING(xcj_verify(&verified, by_claim, token, len, NULL, &job_error));
    xcj_verifier_free(by_claim);
    xcj_keyset_free(one);
    xcj_key_free(key);
    xcj_free(token);
    return done_verified(code, verified);
}

/* The first ALGS as they are, then with a scratch, then with another first character of the signature. */
static xcj_code verify(size_t which)
{
    xcj_verifier *fresh = fresh_verifier(jwks[which % ALGS]);
    xcj_scratch *scratch = NULL;
    xcj_verified *verified;
    char *token = strdup(tokens[which % ALGS]);
    xcj_code code;
    ck_assert(which / ALGS != 1 || xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    if (which >= 2 * ALGS) {
        char *first = strrchr(token, '.') + 5;
        *first = *first == 'A' ? 'B' : 'A';
    }
    FAILING(xcj_verify(&verified, fresh, token, strlen(token), scratch, &job_error));
    code = done_verified(code, verified);
    free(token);
    xcj_scratch_free(scratch);
    xcj_verifier_free(fresh);
    return code;
}

/* Why a signature with another character is not valid: for no cause that is known. */
static xcj_code explain(size_t which)
{
    xcj_verifier *fresh = fresh_verifier(jwks[which]);
    xcj_explanation explanation;
    char *token = strdup(tokens[which]);
    char *first = strrchr(token, '.') + 5;
    xcj_code code;
    *first = *first == 'A' ? 'B' : 'A';
    FAILING(xcj_verify_explain(&explanation, fresh, token, strlen(token), &job_error));
    ck_assert_int_eq(explanation.cause, XCJ_CAUSE_UNKNOWN);
    free(token);
    xcj_verifier_free(fresh);
    return code;
}

/* A JSON serialisation whose only valid signature is the last, by the verifier's key. */
static xcj_code explain_json(size_t which)
{
    xcj_verifier *fresh = fresh_verifier(jwks[which]);
    xcj_explanation explanation;
    xcj_code code;
    FAILING(xcj_verify_explain(&explanation, fresh, general, strlen(general), &job_error));
    ck_assert_int_eq(explanation.cause, XCJ_CAUSE_UNKNOWN);
    xcj_verifier_free(fresh);
    return code;
}

/* Of all signatures one is wrong when `which` is 1. */
static xcj_code verify_json(size_t which)
{
    xcj_verified *verified;
    char *text = strdup(general);
    xcj_code code;
    if (which == 1) {
        char *first = strstr(text, "\"signature\":\"") + 20;
        *first = *first == 'A' ? 'B' : 'A';
    }
    FAILING(xcj_verify_json(&verified, verifier, text, strlen(text), NULL, &job_error));
    free(text);
    return done_verified(code, verified);
}

static xcj_code verify_detached(size_t which)
{
    xcj_verified *verified;
    xcj_code code;
    xcj_verify_call call = XCJ_VERIFY_CALL_INIT;
    call.payload = (xcj_str){ detached_payload.ptr, detached_payload.len - which };
    FAILING(xcj_verify_with(&verified, verifier, detached, strlen(detached), &call, NULL, &job_error));
    return done_verified(code, verified);
}

/* A verifier for two issuers, one of which is given twice if `which` is 1, and a token whose iss has an escape. */
static xcj_code verify_issuers(size_t which)
{
    static const char *const names[] = { "i", "j" };
    static const char payload[] = "{\"iss\":\"\\u0069\"}";
    xcj_verifier *rows[2], *joined;
    xcj_key *key = key_of(jwks[0]);
    char *token;
    size_t len;
    xcj_code code;
    for (size_t i = 0; i < 2; i++) {
        xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
        options.issuer = xcj_text(names[which == 1 ? 0 : i]);
        options.allow_no_exp = 1;
        ck_assert_int_eq(xcj_verifier_new_key(&rows[i], key, &options, NULL), XCJ_OK);
    }
    ck_assert_int_eq(xcj_jws_sign(&token, &len, payload, strlen(payload), key, NULL, NULL, NULL), XCJ_OK);
    FAILING(xcj_verifier_new_issuers(&joined, (const xcj_verifier *const *)rows, 2, &job_error));
    expect_output(joined, code);
    if (code == XCJ_OK) {
        FAILING(xcj_verify(NULL, joined, token, len, NULL, &job_error));
    }
    xcj_verifier_free(joined);
    for (size_t i = 0; i < 2; i++) {
        xcj_verifier_free(rows[i]);
    }
    xcj_free(token);
    xcj_key_free(key);
    return code;
}

static xcj_code check_refresh(size_t which)
{
    xcj_code code;
    xcj_refresh_options options = XCJ_REFRESH_OPTIONS_INIT;
    options.timeout = which == 1 ? -1 : 0;
    FAILING(xcj_refresh_check(&options, &job_error));
    return code;
}

/* A token with more claims than a verification has room for at first, one of whose names contains an escape. */
static xcj_code verify_many(size_t which)
{
    enum { MANY = 200 };
    xcj_verified *verified;
    xcj_key *key = key_of(jwks[0]);
    xcj_verifier *fresh = fresh_verifier(jwks[0]);
    char *payload = malloc(20 * MANY),
         *at = payload + sprintf(payload, "{\"\\u0065xp\":4102444800,\"aud\":\"x\",\"iss\":\"i\""), *token;
    size_t len;
    xcj_code code;
    (void)which;
    for (int i = 0; i < MANY; i++) {
        at += sprintf(at, ",\"n%d\":%d", i, i);
    }
    strcpy(at, "}");
    ck_assert_int_eq(xcj_jws_sign(&token, &len, payload, strlen(payload), key, NULL, NULL, NULL), XCJ_OK);
    FAILING(xcj_verify(&verified, fresh, token, len, NULL, &job_error));
    expect_output(verified, code);
    ck_assert(code != XCJ_OK || xcj_verified_type(verified, XCJ_CLAIMS, "n199", 4) == XCJ_TYPE_NUMBER);
    xcj_verified_free(verified);
    xcj_verifier_free(fresh);
    xcj_key_free(key);
    xcj_free(token);
    free(payload);
    return code;
}

/* Of a token that was verified: 0 a text, 1 a list of texts, 2 a number, 3 a double, 4 a boolean, 5 JSON. */
static xcj_code read_claim(size_t which)
{
    xcj_verified *v;
    char *text = NULL;
    xcj_str *texts = NULL;
    xcj_str json = { NULL, 0 };
    size_t len = 0;
    int64_t integer;
    double number;
    int boolean;
    xcj_code code = XCJ_OK;
    ck_assert_int_eq(xcj_verify(&v, verifier, tokens[3], strlen(tokens[3]), NULL, NULL), XCJ_OK);
    switch (which) {
    case 0:
        FAILING(xcj_verified_text(&text, &len, v, XCJ_CLAIMS, "/a/b", 4, &job_error));
        code = done_text(code, text, len, "c");
        break;
    case 1:
        FAILING(xcj_verified_texts(&texts, &len, v, XCJ_CLAIMS, "aud", 3, &job_error));
        expect_output(texts, code);
        xcj_free(texts);
        break;
    case 2:
        FAILING(xcj_verified_integer(&integer, v, XCJ_CLAIMS, "exp", 3, &job_error));
        break;
    case 3:
        FAILING(xcj_verified_number(&number, v, XCJ_CLAIMS, "exp", 3, &job_error));
        break;
    case 4:
        FAILING(xcj_verified_boolean(&boolean, v, XCJ_CLAIMS, "t", 1, &job_error));
        break;
    default:
        FAILING(xcj_verified_json(&json, v, XCJ_CLAIMS, "/a", 2, &job_error));
        expect_output(json.ptr, code);
    }
    xcj_verified_free(v);
    return code;
}

static xcj_code take_apart(size_t which)
{
    xcj_unverified *parts;
    xcj_code code;
    FAILING(xcj_unverified_decode(&parts, tokens[which], strlen(tokens[which]), &job_error));
    expect_output(parts, code);
    xcj_unverified_free(parts);
    return code;
}

static xcj_mint_options minting(void)
{
    static const xcj_str dropped[] = { { "a", 1 }, { "/b/c", 4 } };
    static const xcj_str client_ids[] = { { "/~0a~1b", 7 }, { "sub", 3 } };
    static const xcj_rename renamed[] = { { { "/d/e", 4 }, { "f", 1 } }, { { "g", 1 }, { "h", 1 } } };
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.iss = xcj_text("i");
    options.bearer_verified = 1;
    options.aud = xcj_text("x");
    options.jku = xcj_text("https://i/jwks");
    options.claims = xcj_text("{\"mine\":1}");
    options.header = xcj_text("{\"cty\":\"x\"}");
    options.bearer_clientid_claims = client_ids;
    options.bearer_clientid_claims_count = 2;
    options.drop_claims = dropped;
    options.drop_claims_count = 2;
    options.rename_claims = renamed;
    options.rename_claims_count = 2;
    options.require_claims = &client_ids[1];
    options.require_claims_count = 1;
    options.consumer_optional = 1;
    return options;
}

/* A request by the method of this bit. */
static xcj_auth request(uint32_t method)
{
    static const xcj_claim brought[] = { { { "t", 1 }, { "u", 1 }, XCJ_KIND_STRING },
                                         { { "v", 1 }, { "{\"w\":[1]}", 9 }, XCJ_KIND_JSON } };
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = method;
    auth.authorization = xcj_text(method == XCJ_AUTH_BASIC ? "Basic dTpw" : bearer);
    auth.client_cert = xcj_text(certificate);
    auth.api_key = xcj_text("k");
    auth.sub = xcj_text("s");
    auth.claims = brought;
    auth.claims_count = 2;
    return auth;
}

static xcj_code new_minter(size_t which)
{
    xcj_mint_options options = minting();
    xcj_key *key = key_of(jwks[which]);
    xcj_minter *minter;
    xcj_code code;
    FAILING(xcj_minter_new(&minter, key, &options, &job_error));
    expect_output(minter, code);
    xcj_minter_free(minter);
    xcj_key_free(key);
    return code;
}

static xcj_code kong_minter_new(size_t which)
{
    xcj_mint_options options = minting();
    xcj_key *key = key_of(jwks[which]);
    xcj_minter *minter;
    xcj_code code;
    FAILING(xcj_kong_minter_new(&minter, key, &options, &job_error));
    expect_output(minter, code);
    xcj_minter_free(minter);
    xcj_key_free(key);
    return code;
}

static xcj_code minter_from_config(size_t which)
{
    xcj_minter *minter;
    xcj_code code;
    char *text = malloc(strlen(jwks[which]) + 100);
    sprintf(text, "{\"iss\":\"i\",\"private_jwk\":%s,\"verbose\":true}", jwks[which]);
    FAILING(xcj_kong_minter_from_config(&minter, text, strlen(text), NULL, NULL, &job_error));
    expect_output(minter, code);
    xcj_minter_free(minter);
    free(text);
    return code;
}

/* A minter whose key has not signed yet. */
static xcj_minter *fresh_minter(const xcj_verifier *of_bearer)
{
    xcj_mint_options options = minting();
    xcj_key *key = key_of(jwks[3]);
    xcj_minter *minter;
    options.bearer_verifier = of_bearer;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, NULL), XCJ_OK);
    xcj_key_free(key);
    return minter;
}

/* The buffer holds a token that verifies, or nothing that could be taken for one. */
static xcj_code done_minting(xcj_code code, const char *buf, size_t len)
{
    ck_assert_int_eq(len > 0, code == XCJ_OK);
    if (code == XCJ_OK) {
        expect_token(buf, len, false);
    } else {
        ck_assert_ptr_null(strchr(buf, '.'));
    }
    return code;
}

/* The method by its bit, with a scratch when the bit above them is set. A Bearer token is verified on the way. */
#define WITH_SCRATCH 16
static xcj_code mint(size_t which)
{
    xcj_minter *minter = fresh_minter(verifier);
    xcj_auth auth = request((uint32_t)which & XCJ_AUTH_ANY);
    xcj_scratch *scratch = NULL;
    char buf[8192] = "";
    size_t len;
    xcj_code code;
    ck_assert((which & WITH_SCRATCH) == 0 || xcj_scratch_new(&scratch, NULL) == XCJ_OK);
    FAILING(xcj_mint(buf, sizeof buf, &len, minter, &auth, scratch, &job_error));
    xcj_scratch_free(scratch);
    xcj_minter_free(minter);
    return done_minting(code, buf, len);
}

/* 0: makes the minter; 1: keeps a token; 2: uses it again. */
static xcj_code mint_reusing(size_t which)
{
    xcj_mint_options options = minting();
    xcj_key *key = key_of(jwks[3]);
    xcj_auth auth = request(XCJ_AUTH_BASIC);
    xcj_minter *minter;
    char buf[8192] = "";
    size_t len;
    xcj_code code;
    options.reuse = 60;
    if (which == 0) {
        FAILING(xcj_minter_new(&minter, key, &options, &job_error));
        expect_output(minter, code);
        xcj_key_free(key);
        xcj_minter_free(minter);
        return code;
    }
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, NULL), XCJ_OK);
    xcj_key_free(key);
    if (which == 2) {
        ck_assert_int_eq(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, NULL), XCJ_OK);
        memset(buf, 0, sizeof buf);
    }
    FAILING(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &job_error));
    xcj_minter_free(minter);
    return done_minting(code, buf, len);
}

static xcj_code mint_claims(size_t which)
{
    xcj_minter *minter = fresh_minter(NULL);
    char buf[8192] = "";
    size_t len;
    xcj_code code;
    (void)which;
    FAILING(xcj_mint_claims(buf, sizeof buf, &len, minter, "{\"sub\":\"s\"}", 11, NULL, NULL, &job_error));
    xcj_minter_free(minter);
    return done_minting(code, buf, len);
}

static xcj_code mint_in_steps(size_t which)
{
    xcj_minter *minter = fresh_minter(NULL);
    xcj_auth auth = request(XCJ_AUTH_BASIC);
    char buf[8192] = "";
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len = 0;
    size_t len;
    xcj_code code;
    (void)which;
    FAILING(xcj_mint_prepare(buf, sizeof buf, &len, minter, &auth, NULL, &job_error));
    if (code == XCJ_OK) {
        FAILING(xcj_mint_sign(signature, sizeof signature, &signature_len, minter, (xcj_str){ buf, len }, NULL, &job_error));
    }
    xcj_code signing = code;
    FAILING(xcj_mint_finish(buf, sizeof buf, &len, minter, signature, signature_len, code == XCJ_OK ? &job_error : NULL));
    ck_assert_int_eq(code, signing == XCJ_OK ? XCJ_OK : XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(len > 0, code == XCJ_OK);
    if (code == XCJ_OK) {
        expect_token(buf, len, false);
    }
    xcj_minter_free(minter);
    return signing;
}

/* Finds out who calls, then mints for the caller. */
static xcj_code caller(size_t which)
{
    xcj_minter *minter = fresh_minter(verifier);
    xcj_auth auth = request((uint32_t)which);
    xcj_caller *who;
    char buf[4096];
    size_t len;
    xcj_code code;
    FAILING(xcj_caller_new(&who, minter, &auth, NULL, &job_error));
    ck_assert_int_eq(code == XCJ_OK, who != NULL);
    const xcj_code finding = code;
    auth.caller = who;
    if (finding == XCJ_OK) {
        xcj_str client_id = xcj_caller_client_id(who);
        ck_assert_uint_eq(client_id.len, which == XCJ_AUTH_BEARER ? 1u : 9u);
        FAILING(xcj_mint(buf, sizeof buf, &len, minter, &auth, NULL, &job_error));
    }
    xcj_caller_free(who);
    xcj_minter_free(minter);
    return code;
}

static xcj_code identities(size_t which)
{
    static const char text[] = "{\"apikeys\":{\"2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683\":"
                               "{\"client_id\":\"\\u0061\",\"consumer\":\"b\"}},\"clients\":{\"a\":{\"consumer\":\"b\"}}}";
    xcj_identities *made;
    xcj_code code;
    (void)which;
    FAILING(xcj_identities_from_json(&made, text, sizeof text - 1, &job_error));
    ck_assert_int_eq(code == XCJ_OK, made != NULL);
    xcj_identities_free(made);
    return code;
}

/* The second one waits for a key that the first one knows. */
static xcj_code rotation(size_t which)
{
    xcj_rotation *made;
    xcj_rotation *next;
    xcj_keyset *published = NULL;
    xcj_code code;
    (void)which;
    FAILING(xcj_rotation_new(&made, set, NULL, &job_error));
    if (code == XCJ_OK) {
        const xcj_rotation_options options = { .size = sizeof options, .lead = 60, .before = made };
        FAILING(xcj_rotation_new(&next, set, &options, &job_error));
        xcj_rotation_free(next);
    }
    if (code == XCJ_OK) {
        FAILING(xcj_rotation_published(&published, made, 0, &job_error));
    }
    ck_assert(code != XCJ_OK || xcj_keyset_count(published) == ALGS);
    xcj_keyset_free(published);
    xcj_rotation_free(made);
    return code;
}

static xcj_code failure_body(size_t which)
{
    static const xcj_error failure = { .message = "m" };
    char *text;
    size_t len;
    xcj_code code;
    (void)which;
    FAILING(xcj_kong_failure(&text, &len, &failure, 1, &job_error));
    return done_text(code, text, len, NULL);
}

static xcj_code auth_claims(size_t which)
{
    xcj_mint_options options = minting();
    xcj_auth auth = request((uint32_t)which);
    char *text;
    size_t len;
    xcj_code code;
    options.dn = which == XCJ_AUTH_CLIENT_CERT ? XCJ_DN_RFC4514 : XCJ_DN_UNESCAPED;
    FAILING(xcj_auth_claims(&text, &len, &auth, &options, NULL, &job_error));
    return done_text(code, text, len, NULL);
}

static xcj_code from_pkey(size_t which)
{
    EVP_PKEY *pkey = openssl_of(keys[which]);
    xcj_key *key;
    xcj_code code;
    FAILING(xcj_key_from_pkey(&key, pkey, XCJ_PRIVATE, NULL, &job_error));
    expect_output(key, code);
    EVP_PKEY_free(pkey);
    if (key != NULL) {
        ck_assert_int_eq(xcj_key_is_private(key), 1);
        size_t len;
        char *token = signed_by(key, claims, &(xcj_jws_options){ sizeof(xcj_jws_options), .alg = algs[which] }, &len);
        xcj_free(token);
    }
    xcj_key_free(key);
    return code;
}

/* The public part of a fresh key, and the private one. */
static xcj_code to_pkey(size_t which)
{
    xcj_key *key = key_of(jwks[3]);
    EVP_PKEY *pkey;
    xcj_code code;
    FAILING(xcj_key_to_pkey(&pkey, key, which == 0 ? XCJ_PUBLIC : XCJ_PRIVATE, &job_error));
    expect_output(pkey, code);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
    return code;
}

/* What signs elsewhere has memory of its own. */
static int sign_elsewhere(void *context, uint8_t *signature, size_t *len, const xcj_sign_request *request)
{
    failing_disarm();
    EVP_PKEY *pkey = context;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    *len = XCJ_SIGNATURE_MAX;
    bool made = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
                EVP_PKEY_sign(ctx, signature, len, request->hash, request->hash_len) == 1;
    EVP_PKEY_CTX_free(ctx);
    failing_arm();
    return made ? 0 : 1;
}

static xcj_code from_signer(size_t which)
{
    xcj_signer signer = XCJ_SIGNER_INIT;
    xcj_key *key;
    xcj_code code;
    (void)which;
    signer.sign = sign_elsewhere;
    FAILING(xcj_key_from_signer(&key, keys[3], &signer, &job_error));
    expect_output(key, code);
    xcj_key_free(key);
    return code;
}

/* The KMS signs between two steps. */
static xcj_code finish_with_signer(size_t which)
{
    xcj_signer signer = XCJ_SIGNER_INIT;
    xcj_mint_options options = minting();
    xcj_auth auth = request(XCJ_AUTH_BASIC);
    xcj_key *key;
    xcj_minter *minter;
    char buf[8192];
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len;
    size_t len;
    xcj_code code;
    signer.trusted = (int)which;
    ck_assert_int_eq(xcj_key_from_signer(&key, keys[3], &signer, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_mint_prepare(buf, sizeof buf, &len, minter, &auth, NULL, NULL), XCJ_OK);
    ck_assert_int_eq(xcj__key_sign(signature, &signature_len, keys[3], xcj_minter_alg(minter), buf, len, NULL, NULL),
                     XCJ_OK);
    FAILING(xcj_mint_finish(buf, sizeof buf, &len, minter, signature, signature_len, &job_error));
    if (code == XCJ_OK) {
        expect_token(buf, len, false);
    }
    xcj_minter_free(minter);
    xcj_key_free(key);
    return code;
}

static xcj_code sign_with_signer(size_t which)
{
    xcj_signer signer = XCJ_SIGNER_INIT;
    EVP_PKEY *pkey = openssl_of(keys[3]);
    xcj_key *key;
    char *token;
    size_t len;
    xcj_code code;
    signer.sign = sign_elsewhere;
    signer.context = pkey;
    signer.ecdsa_der = 1;
    signer.trusted = (int)which;
    ck_assert_int_eq(xcj_key_from_signer(&key, keys[3], &signer, NULL), XCJ_OK);
    FAILING(xcj_jws_sign(&token, &len, claims, sizeof claims - 1, key, NULL, NULL, &job_error));
    if (code == XCJ_OK) {
        expect_token(token, len, false);
    }
    xcj_key_free(key);
    EVP_PKEY_free(pkey);
    return done_text(code, token, len, NULL);
}

static xcj_code to_secret(size_t which)
{
    uint8_t *secret;
    size_t len;
    xcj_code code;
    FAILING(xcj_key_to_secret(&secret, &len, keys[which], &job_error));
    return done_text(code, (char *)secret, len, NULL);
}

#define EACH_ALG(name, run, first, code)                                                                                    \
    { name " HS256", run, first + 0, code, false }, { name " RS256", run, first + 1, code, false },                         \
        { name " PS512", run, first + 2, code, false }, { name " ES256", run, first + 3, code, false },                     \
        { name " Ed25519", run, first + 4, code, false },                                                                   \
    {                                                                                                                       \
        name " ES512", run, first + 5, code, 1                                                                              \
    }

const job JOBS[] = {
    EACH_ALG("key_from_jwk", from_jwk, 0, XCJ_OK),
    { "key_from_jwk n e d", from_jwk, SHORT_RSA, XCJ_OK, false },
    { "key_from_jwk public", from_jwk, PUBLIC_EC, XCJ_OK, false },
    { "key_from_jwk d of another", from_jwk, FOREIGN_D, XCJ_ERR_KEY, false },
    { "key_from_jwk off the curve", from_jwk, OFF_CURVE, XCJ_ERR_KEY, false },
    { "key_from_jwk with a fresh scratch", from_jwk_with_scratch, 0, XCJ_OK, false },
    { "key_from_jwk with a scratch", from_jwk_with_scratch, 1, XCJ_OK, false },
    { "key_from_pem RSA", from_pem, 1, XCJ_OK, false },
    { "key_from_pem EC", from_pem, 3, XCJ_OK, false },
    { "key_from_pem OKP", from_pem, 4, XCJ_OK, false },
    { "key_from_pem certificate", from_certificate, 0, XCJ_OK, false },
    { "certificate_read", read_certificate, 0, XCJ_OK, false },
    { "certificate_to_x5c", write_x5c, 0, XCJ_OK, false },
    { "key_from_data encrypted", from_sealed, 0, XCJ_OK, false },
    { "key_from_data wrong passphrase", from_sealed, 1, XCJ_ERR_PASSPHRASE, false },
    { "key_from_data no passphrase", from_sealed, 2, XCJ_ERR_PASSPHRASE, false },
    { "key_from_der PKCS#12", from_pkcs12, 0, XCJ_OK, false },
    { "key_from_der PKCS#12, wrong passphrase", from_pkcs12, 1, XCJ_ERR_PASSPHRASE, false },
    { "key_from_pem DEK-Info", from_old_sealed, 0, XCJ_OK, false },
    { "key_from_pem chain", from_certificate, 1, XCJ_OK, false },
    { "key_from_data DER of a certificate", from_unlabelled, 0, XCJ_OK, false },
    { "key_from_data DER of RSA", from_unlabelled, 1, XCJ_OK, false },
    { "key_from_der RSA", from_der, 1, XCJ_OK, false },
    { "key_from_der EC", from_der, 3, XCJ_OK, false },
    { "key_from_secret", from_secret, 0, XCJ_OK, false },
    { "key_from_secret JWK", from_secret, 1, XCJ_ERR_KEY, false },
    { "key_from_secret PEM", from_secret, 2, XCJ_ERR_KEY, false },
    { "key_from_secret DER", from_secret, 3, XCJ_ERR_KEY, false },
    { "key_generate HS256", generate, XCJ_HS256, XCJ_OK, false },
    { "key_from_jwk of many members", from_wide_jwk, 0, XCJ_OK, false },
    { "key_generate ES256", generate, XCJ_ES256, XCJ_OK, false },
    { "key_generate EdDSA", generate, XCJ_EDDSA, XCJ_OK, false },
    { "key_generate RS256", generate, XCJ_RS256, XCJ_OK, true },
    { "key_from_pkey RSA", from_pkey, 1, XCJ_OK, false },
    { "key_from_pkey EC", from_pkey, 3, XCJ_OK, false },
    { "key_from_pkey OKP", from_pkey, 4, XCJ_OK, false },
    { "key_to_pkey public", to_pkey, 0, XCJ_OK, false },
    { "key_to_pkey private", to_pkey, 1, XCJ_OK, false },
    { "key_from_signer", from_signer, 0, XCJ_OK, false },
    { "jws_sign elsewhere", sign_with_signer, 0, XCJ_OK, false },
    { "mint_finish with a signature from elsewhere", finish_with_signer, 0, XCJ_OK, false },
    { "mint_finish with a trusted signature", finish_with_signer, 1, XCJ_OK, false },
    { "jws_sign elsewhere, trusted", sign_with_signer, 1, XCJ_OK, false },
    { "key_to_secret", to_secret, 0, XCJ_OK, false },
    { "key_relabel RSA", relabel, 1, XCJ_OK, false },
    { "key_relabel oct", relabel, 0, XCJ_OK, false },
    { "key_to_jwk", to_jwk, 1, XCJ_OK, false },
    { "key_to_pem RSA", to_pem, 1, XCJ_OK, false },
    { "key_to_pem EC", to_pem, 3, XCJ_OK, false },
    { "key_to_der", to_der, 1, XCJ_OK, false },
    { "key_export OpenSSH", export, 0, XCJ_OK, false },
    { "key_export PKCS#1", export, 1, XCJ_OK, false },
    { "key_export scrypt", export, 2, XCJ_OK, true },
    { "key_export PBKDF2", export, 3, XCJ_OK, true },
    { "key_from_pem labelled", from_labelled_pem, 0, XCJ_OK, false },
    { "key_from_pem of a broken label", from_labelled_pem, 1, XCJ_ERR_KEY, false },
    { "key_thumbprint", thumbprint, 1, XCJ_OK, false },
    { "keyset_from_json", set_from_json, 0, XCJ_OK, false },
    { "keyset_from_data JSON", set_from_data, 0, XCJ_OK, false },
    { "keyset_from_data wrapped", set_from_data, 1, XCJ_OK, false },
    { "keyset_from_data map", set_from_data, 2, XCJ_OK, false },
    { "keyset_from_data x5c", set_from_data, 3, XCJ_OK, false },
    { "key_from_jwk with x5c", certified_key, 0, XCJ_OK, false },
    { "keyset_from_data wrong dashes", set_from_data, 4, XCJ_ERR_KEY, false },
    { "keyset_from_keys", set_from_keys, 0, XCJ_OK, false },
    { "keyset_to_json", set_to_json, 0, XCJ_OK, false },
    { "scratch_new", new_scratch, 0, XCJ_OK, false },
    EACH_ALG("jws_sign", sign, 0, XCJ_OK),
    EACH_ALG("jws_sign with a scratch", sign, ALGS, XCJ_OK),
    { "jws_sign, long header", sign, 2 * ALGS, XCJ_OK, false },
    { "dpop_make by a secret", make_dpop, 0, XCJ_ERR_ALG, false },
    { "dpop_make RS256", make_dpop, 1, XCJ_OK, false },
    { "dpop_make ES256", make_dpop, 3, XCJ_OK, false },
    { "dpop_make ES256, long URI", make_dpop, 3 + ALGS, XCJ_OK, false },
    { "audit of a token", audit_line, 0, XCJ_OK, false },
    { "audit of a refusal", audit_line, 1, XCJ_OK, false },
    { "dpop_nonce", make_nonce, 0, XCJ_OK, false },
    { "dpop_verify RS256", verify_dpop, 1, XCJ_OK, false },
    { "dpop_verify ES256", verify_dpop, 3, XCJ_OK, false },
    { "dpop_verify ES256, with a scratch", verify_dpop, 3 + 2 * ALGS, XCJ_OK, false },
    { "dpop_verify Ed25519", verify_dpop, 4, XCJ_OK, false },
    { "dpop_verify ES512, long URI", verify_dpop, 5 + ALGS, XCJ_OK, false },
    { "jws_sign_json flattened", sign_json, 1, XCJ_OK, false },
    { "jws_sign_json general", sign_json, 2, XCJ_OK, false },
    { "verifier_new", new_verifier, 0, XCJ_OK, false },
    { "verifier_new_key", new_verifier, 1, XCJ_OK, false },
    EACH_ALG("verify", verify, 0, XCJ_OK),
    EACH_ALG("verify with a scratch", verify, ALGS, XCJ_OK),
    { "verify, many claims", verify_many, 0, XCJ_OK, false },
    { "verifier_new with a cache", verify_cached, 0, XCJ_OK, false },
    { "verify, for a cache", verify_cached, 1, XCJ_OK, false },
    { "verify, from a cache", verify_cached, 2, XCJ_OK, false },
    { "verify, key by claim", verify_by_claim, 3, XCJ_OK, false },
    { "verify, keys tried", verify_tried, 0, XCJ_OK, false },
    { "verify, a bundle of SPIFFE", verify_tried, 1, XCJ_OK, false },
    EACH_ALG("verify what was changed", verify, 2 * ALGS, XCJ_ERR_SIGNATURE),
    { "verify_explain HS256", explain, 0, XCJ_OK, false },
    { "verify_explain ES256", explain, 3, XCJ_OK, false },
    { "verify_explain JSON", explain_json, ALGS - 1, XCJ_OK, false },
    { "verify_json", verify_json, 0, XCJ_OK, false },
    { "verify_json what was changed", verify_json, 1, XCJ_ERR_SIGNATURE, false },
    { "check_refresh", check_refresh, 0, XCJ_OK, false },
    { "check_refresh, refused", check_refresh, 1, XCJ_ERR_CONFIG, false },
    { "verify_issuers", verify_issuers, 0, XCJ_OK, false },
    { "verify_issuers, one twice", verify_issuers, 1, XCJ_ERR_CONFIG, false },
    { "verify_detached", verify_detached, 0, XCJ_OK, false },
    { "verify_detached what was changed", verify_detached, 1, XCJ_ERR_SIGNATURE, false },
    { "verified_text", read_claim, 0, XCJ_OK, false },
    { "verified_texts", read_claim, 1, XCJ_OK, false },
    { "verified_integer", read_claim, 2, XCJ_OK, false },
    { "verified_number", read_claim, 3, XCJ_OK, false },
    { "verified_boolean", read_claim, 4, XCJ_OK, false },
    { "verified_json", read_claim, 5, XCJ_OK, false },
    { "unverified_decode", take_apart, 3, XCJ_OK, false },
    { "minter_new HS256", new_minter, 0, XCJ_OK, false },
    { "minter_new RS256", new_minter, 1, XCJ_OK, false },
    { "minter_new ES256", new_minter, 3, XCJ_OK, false },
    { "kong_minter_new", kong_minter_new, 0, XCJ_OK, false },
    { "minter_from_config", minter_from_config, 3, XCJ_OK, false },
    { "mint Bearer", mint, XCJ_AUTH_BEARER, XCJ_OK, false },
    { "mint Basic", mint, XCJ_AUTH_BASIC, XCJ_OK, false },
    { "mint certificate", mint, XCJ_AUTH_CLIENT_CERT, XCJ_OK, false },
    { "mint API key", mint, XCJ_AUTH_API_KEY, XCJ_OK, false },
    { "mint Basic with a scratch", mint, XCJ_AUTH_BASIC | WITH_SCRATCH, XCJ_OK, false },
    { "minter_new with reuse", mint_reusing, 0, XCJ_OK, false },
    { "mint, to be used again", mint_reusing, 1, XCJ_OK, false },
    { "mint again", mint_reusing, 2, XCJ_OK, false },
    { "mint_claims", mint_claims, 0, XCJ_OK, false },
    { "mint_prepare, mint_sign, mint_finish", mint_in_steps, 0, XCJ_OK, false },
    { "caller Bearer", caller, XCJ_AUTH_BEARER, XCJ_OK, false },
    { "caller certificate", caller, XCJ_AUTH_CLIENT_CERT, XCJ_OK, false },
    { "identities", identities, 0, XCJ_OK, false },
    { "rotation", rotation, 0, XCJ_OK, false },
    { "minter_failure", failure_body, 0, XCJ_OK, false },
    { "auth_claims Basic", auth_claims, XCJ_AUTH_BASIC, XCJ_OK, false },
    { "auth_claims certificate", auth_claims, XCJ_AUTH_CLIENT_CERT, XCJ_OK, false },
};
const size_t JOB_COUNT = COUNT_OF(JOBS);
