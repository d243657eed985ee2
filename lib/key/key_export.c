#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/der_out.h"
#include "lib/key/evp.h"
#include "lib/key/openssh_write.h"
#include "lib/key/pem.h"
#include "lib/key/pem_label.h"
#include "lib/key/pkcs8_seal.h"

/* A private part is written only when it is one. */
static xcj_code choose_part(const xcj_key **chosen, const xcj_key *key, xcj_part part, xcj_error *err)
{
    *chosen = key;
    if (part != XCJ_PUBLIC && part != XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
    }
    if (part == XCJ_PRIVATE && !key->jwk.facts.is_private) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "this is a public key: it has no private part");
    }
    if (part == XCJ_PRIVATE && xcj_key_is_external(key)) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "the private part of this key is held elsewhere and is not exported");
    }
    return part == XCJ_PRIVATE ? xcj__key_whole(chosen, key, err) : XCJ_OK;
}

static const char *kind_of(const xcj_key *key)
{
    const char *curve = xcj_curve_name(xcj_key_curve(key));
    return curve != NULL ? curve : xcj_kty_name(xcj_key_type(key));
}

/* Does the structure hold keys of this type, and this part of them? */
static xcj_code check_encoding(const xcj_key *key, xcj_part part, xcj_encoding encoding, xcj_error *err)
{
    xcj_kty kty = key->jwk.facts.kty;
    if (encoding < XCJ_PKCS8 || encoding > XCJ_OPENSSH) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "there is no such structure of keys");
    }
    if (kty == XCJ_KTY_OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no PEM or DER form");
    }
    if (encoding == XCJ_PKCS1 && kty != XCJ_KTY_RSA) {
        return xcj__fail(err, XCJ_ERR_KEY_TYPE, "PKCS#1 is for RSA keys; this is a key of type %s", kind_of(key));
    }
    if (encoding == XCJ_SEC1 && kty != XCJ_KTY_EC) {
        return xcj__fail(err, XCJ_ERR_KEY_TYPE, "SEC1 is for EC keys; this is a key of type %s", kind_of(key));
    }
    if (encoding == XCJ_SEC1 && part == XCJ_PUBLIC) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "SEC1 is for private keys; write a public EC key as SubjectPublicKeyInfo");
    }
    if (encoding == XCJ_OPENSSH && part == XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an OpenSSH line holds a public key; ask for the public part");
    }
    if (encoding == XCJ_OPENSSH && xcj__openssh_type_of(&key->jwk.facts) == NULL) {
        return xcj__fail(err, XCJ_ERR_KEY_TYPE, "OpenSSH has no keys of type %s", kind_of(key));
    }
    return XCJ_OK;
}

static xcj_code check_options(const xcj_export_options *options, xcj_part part, xcj_error *err)
{
    bool is_pem = options->encoding != XCJ_OPENSSH && !options->der;
    if (options->der && options->encoding == XCJ_OPENSSH) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "an OpenSSH line is not DER");
    }
    if (options->labels && !is_pem) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "only PEM has a line with kid, use and alg");
    }
    if (options->kdf != XCJ_PBKDF2 && options->kdf != XCJ_SCRYPT) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither PBKDF2 nor scrypt");
    }
    if (options->passphrase.ptr == NULL) {
        return XCJ_OK;
    }
    if (options->encoding != XCJ_PKCS8) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "only PKCS#8 is encrypted; PKCS#1, SEC1 and OpenSSH lines are not");
    }
    if (part == XCJ_PUBLIC) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "a public key is not encrypted; only a private key is");
    }
    if (options->passphrase.len == 0) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "the passphrase to encrypt with is empty");
    }
    return options->passphrase.len <= XCJ__PASSPHRASE_MAX
               ? XCJ_OK
               : xcj__fail(err, XCJ_ERR_LIMIT, "the passphrase has more than %zu bytes", XCJ__PASSPHRASE_MAX);
}

/* The DER in a block of its own, which ends where `der` ends. */
static xcj_code write_der(xcj__der *der, const xcj_key *key, xcj_part part, const xcj_export_options *options,
                          xcj_error *err)
{
    size_t cap = XCJ__DER_OUT_OVERHEAD;
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        cap += key->jwk.part[i].len;
    }
    uint8_t *storage = xcj__alloc(cap);
    if (storage == NULL) {
        return xcj__fail_memory(err);
    }
    xcj__der_init(der, storage, cap);
    xcj__der_out(der, &key->jwk, part, options->encoding);
    if (options->passphrase.ptr == NULL) {
        return XCJ_OK;
    }
    return xcj__pkcs8_seal(der, options->passphrase, options->kdf, err);
}

static const char *pem_name(xcj_part part, const xcj_export_options *options)
{
    if (options->passphrase.ptr != NULL) {
        return "ENCRYPTED PRIVATE KEY";
    }
    if (options->encoding == XCJ_SEC1) {
        return "EC PRIVATE KEY";
    }
    if (options->encoding == XCJ_PKCS1) {
        return part == XCJ_PRIVATE ? "RSA PRIVATE KEY" : "RSA PUBLIC KEY";
    }
    return part == XCJ_PRIVATE ? "PRIVATE KEY" : "PUBLIC KEY";
}

static xcj_code write_key(xcj__buf *out, const xcj_key *key, xcj_part part, const xcj_export_options *options,
                          xcj_error *err)
{
    xcj__der der;
    if (options->encoding == XCJ_OPENSSH) {
        xcj__openssh_write(out, &key->jwk, xcj__openssh_type_of(&key->jwk.facts));
        return XCJ_OK;
    }
    xcj_code code = write_der(&der, key, part, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    const uint8_t *bytes = der.storage + der.start;
    if (options->der) {
        xcj__buf_put(out, bytes, xcj__der_len(&der));
    } else {
        xcj__buf_reserve(out, xcj__der_len(&der) * 3 / 2 + XCJ__DER_OUT_OVERHEAD);
        if (options->labels) {
            xcj__pem_label_write(out, &key->jwk);
        }
        xcj__pem_write(out, pem_name(part, options), bytes, xcj__der_len(&der));
    }
    xcj_free(der.storage);
    return XCJ_OK;
}

xcj_code xcj_key_export(char **out, size_t *out_len, const xcj_key *key, xcj_part part, const xcj_export_options *options,
                        xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_export_options given;
    xcj_code code = xcj__options_read(&given, sizeof given, options, err);
    if (code == XCJ_OK) {
        code = choose_part(&key, key, part, err);
    }
    if (code == XCJ_OK) {
        code = check_encoding(key, part, given.encoding, err);
    }
    if (code == XCJ_OK) {
        code = check_options(&given, part, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf buf;
    xcj__buf_init(&buf);
    code = write_key(&buf, key, part, &given, err);
    if (code != XCJ_OK) {
        xcj__buf_free(&buf);
        return code;
    }
    xcj__error_clear(err);
    return xcj__buf_take(&buf, out, out_len, err);
}

xcj_code xcj_key_to_pem(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    return xcj_key_export(out, out_len, key, part, NULL, err);
}

xcj_code xcj_key_to_der(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len)) {
        return xcj__fail_null(err);
    }
    xcj_export_options options = XCJ_EXPORT_OPTIONS_INIT;
    options.der = 1;
    char *der;
    xcj_code code = xcj_key_export(&der, out_len, key, part, &options, err);
    *out = (uint8_t *)der;
    return code;
}

xcj_code xcj_key_to_secret(uint8_t **out, size_t *out_len, const xcj_key *key, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj__bytes secret = key->jwk.part[XCJ__K];
    if (key->jwk.facts.kty != XCJ_KTY_OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an %s key is no shared secret", xcj_kty_name(xcj_key_type(key)));
    }
    *out = (uint8_t *)xcj__dup((const char *)secret.ptr, secret.len);
    if (*out == NULL) {
        return xcj__fail_memory(err);
    }
    xcj__error_clear(err);
    *out_len = secret.len;
    return XCJ_OK;
}

xcj_code xcj_key_to_jwk(char **out, size_t *out_len, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = choose_part(&key, key, part, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (part == XCJ_PUBLIC && key->jwk.facts.kty == XCJ_KTY_OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no public part");
    }
    xcj__buf buf;
    xcj__buf_init(&buf);
    xcj__jwk_write(&buf, &key->jwk, part);
    xcj__error_clear(err);
    return xcj__buf_take(&buf, out, out_len, err);
}
