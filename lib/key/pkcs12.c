#include "lib/key/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "lib/base/error.h"
#include "lib/key/pkcs8.h"

static const char WAY_OUT[] = "openssl pkcs12 -legacy -in FILE -nodes -nocerts -out key.pem";

/* A file under way. */
typedef struct opening {
    xcj_key_options options; /* with a passphrase */
    xcj_error *err;
    xcj_code code;
    int64_t rounds_left; /* of all passphrases of the file together */
    EVP_PKEY *key;
    STACK_OF(X509) * certs;
    bool is_partly_sealed; /* by what OpenSSL cannot open */
} opening;

static bool spend(opening *o, int64_t rounds)
{
    if (rounds > o->rounds_left) {
        o->code = xcj__fail(o->err, XCJ_ERR_LIMIT,
                            "the PKCS#12 file's encryption is not understood, or takes more than %d "
                            "iterations",
                            XCJ__PBE_ROUNDS_MAX);
        return false;
    }
    o->rounds_left -= rounds;
    return true;
}

static void no_memory(opening *o)
{
    o->code = xcj__fail_memory(o->err);
}

static bool check_mac(opening *o, PKCS12 *file, bool was_given)
{
    const ASN1_INTEGER *count = NULL;
    if (!PKCS12_mac_present(file)) {
        return true;
    }
    PKCS12_get0_mac(NULL, NULL, NULL, &count, file);
    if (!spend(o, count != NULL ? xcj__rounds_of(count) : 1)) {
        return false;
    }
    if (PKCS12_verify_mac(file, o->options.passphrase.ptr, (int)o->options.passphrase.len) == 1) {
        return true;
    }
    if (ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PKCS12) {
        o->code = xcj__fail(o->err, XCJ_ERR_KEY, "OpenSSL cannot check the integrity of the PKCS#12 file");
    } else {
        o->code = xcj__fail(o->err, XCJ_ERR_PASSPHRASE,
                            was_given ? "the passphrase does not open the PKCS#12 file"
                                      : "this is a PKCS#12 file: give its passphrase");
    }
    return false;
}

static void add_key(opening *o, EVP_PKEY *key)
{
    if (key == NULL) {
        o->code = o->code != XCJ_OK ? o->code
                                    : xcj__fail(o->err, XCJ_ERR_KEY, "the PKCS#12 file has a key that OpenSSL cannot read");
    } else if (o->key == NULL || EVP_PKEY_eq(o->key, key) == 1) {
        EVP_PKEY_free(o->key);
        o->key = key;
    } else {
        EVP_PKEY_free(key);
        o->code = xcj__fail(o->err, XCJ_ERR_KEY,
                            "the PKCS#12 file has more than one private key: openssl pkcs12 -in FILE -nodes -nocerts "
                            "prints them");
    }
}

static void open_shrouded(opening *o, const PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *algorithm;
    X509_SIG_get0(sealed, &algorithm, NULL);
    if (spend(o, xcj__pbe_rounds(algorithm))) {
        add_key(o, xcj__pkcs8_open(sealed, &o->options, &o->code, o->err));
    }
}

static void add_certificate(opening *o, const PKCS12_SAFEBAG *bag)
{
    X509 *cert = PKCS12_SAFEBAG_get1_cert(bag);
    if (cert != NULL && sk_X509_push(o->certs, cert) == 0) {
        X509_free(cert);
        no_memory(o);
    }
}

static void open_bag(opening *o, const PKCS12_SAFEBAG *bag)
{
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag:
        add_key(o, EVP_PKCS82PKEY(PKCS12_SAFEBAG_get0_p8inf(bag)));
        break;
    case NID_pkcs8ShroudedKeyBag:
        open_shrouded(o, bag);
        break;
    case NID_certBag:
        add_certificate(o, bag);
        break;
    default:
        break;
    }
}

/* The bags of one part of the file; NULL if it has none that can be read. */
static STACK_OF(PKCS12_SAFEBAG) * open_part(opening *o, PKCS7 *part)
{
    if (PKCS7_type_is_data(part)) {
        return PKCS12_unpack_p7data(part);
    }
    if (!PKCS7_type_is_encrypted(part) || !spend(o, xcj__pbe_rounds(part->d.encrypted->enc_data->algorithm))) {
        return NULL;
    }
    STACK_OF(PKCS12_SAFEBAG) *bags =
        PKCS12_unpack_p7encdata(part, o->options.passphrase.ptr, (int)o->options.passphrase.len);
    o->is_partly_sealed = o->is_partly_sealed || bags == NULL;
    return bags;
}

static void open_parts(opening *o, STACK_OF(PKCS7) * parts)
{
    for (int i = 0; i < sk_PKCS7_num(parts) && o->code == XCJ_OK; i++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = open_part(o, sk_PKCS7_value(parts, i));
        for (int j = 0; j < sk_PKCS12_SAFEBAG_num(bags) && o->code == XCJ_OK; j++) {
            open_bag(o, sk_PKCS12_SAFEBAG_value(bags, j));
        }
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
}

/* The key must be that of a certificate, if there are any. */
static void check_certificates(opening *o)
{
    bool fits = sk_X509_num(o->certs) == 0;
    for (int i = 0; !fits && i < sk_X509_num(o->certs); i++) {
        fits = EVP_PKEY_eq(X509_get0_pubkey(sk_X509_value(o->certs, i)), o->key) == 1;
    }
    if (!fits) {
        o->code = xcj__fail(o->err, XCJ_ERR_KEY, "no certificate in the PKCS#12 file is that of its private key");
    }
}

static void open_file(opening *o, PKCS12 *file)
{
    STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(file);
    o->certs = sk_X509_new_null();
    if (o->certs == NULL) {
        no_memory(o);
    }
    open_parts(o, parts);
    sk_PKCS7_pop_free(parts, PKCS7_free);
    if (o->code != XCJ_OK) {
        return;
    }
    if (o->key != NULL) {
        check_certificates(o);
    } else if (o->is_partly_sealed) {
        o->code = xcj__fail(o->err, XCJ_ERR_KEY, "the PKCS#12 file is encrypted in a way that OpenSSL cannot open here: %s",
                            WAY_OUT);
    } else {
        o->code = xcj__fail(o->err, XCJ_ERR_KEY,
                            "the PKCS#12 file has no private key: openssl pkcs12 -in FILE -nokeys prints its certificates");
    }
}

EVP_PKEY *xcj__pkcs12_open(PKCS12 *file, const xcj_key_options *options, xcj_code *code, xcj_error *err)
{
    opening o = { .options = *options, .err = err, .code = XCJ_OK, .rounds_left = XCJ__PBE_ROUNDS_MAX };
    bool was_given = options->passphrase.ptr != NULL;
    if (!was_given) {
        o.options.passphrase = xcj_text("");
    }
    if (check_mac(&o, file, was_given)) {
        open_file(&o, file);
    }
    sk_X509_pop_free(o.certs, X509_free);
    *code = o.code;
    if (o.code != XCJ_OK) {
        EVP_PKEY_free(o.key);
        return NULL;
    }
    return o.key;
}
