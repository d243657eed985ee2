#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <xcj/openssl.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/der_in.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/provider_key.h"

xcj__provider *xcj__provider_new(OSSL_LIB_CTX *lib, const char *propq)
{
    xcj__provider *provider = xcj__zalloc(sizeof *provider);
    if (provider == NULL) {
        return NULL;
    }
    atomic_init(&provider->refs, 1);
    provider->lib = lib;
    provider->propq = propq != NULL ? xcj__dup(propq, strlen(propq)) : NULL;
    if (propq != NULL && provider->propq == NULL) {
        xcj_free(provider);
        return NULL;
    }
    return provider;
}

xcj__provider *xcj__provider_ref(xcj__provider *provider)
{
    if (provider != NULL) {
        atomic_fetch_add_explicit(&provider->refs, 1, memory_order_relaxed);
    }
    return provider;
}

void xcj__provider_free(xcj__provider *provider)
{
    if (provider == NULL || atomic_fetch_sub_explicit(&provider->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (provider->signer.release != NULL) {
        provider->signer.release(provider->signer.context);
    }
    EVP_PKEY_free(provider->pkey);
    xcj_free(provider->propq);
    xcj_free(provider);
}

/* By way of SubjectPublicKeyInfo, which every provider and engine has a way to write. */
static xcj_code read_public(xcj__jwk *out, const EVP_PKEY *pkey, xcj_error *err)
{
    static const xcj_key_options none = XCJ_KEY_OPTIONS_INIT;
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    if (len <= 0 && !xcj__queue_says_memory()) {
        xcj__queue_drop();
        len = i2d_PUBKEY(pkey, &der);
    }
    if (len <= 0) {
        return xcj__queue_says_memory() ? xcj__fail_memory(err)
                                        : xcj__fail(err, XCJ_ERR_KEY, "OpenSSL gives no public part of the EVP_PKEY");
    }
    xcj_code code = xcj__der_read(out, xcj_text("PUBLIC KEY"), der, (size_t)len, &none, err);
    OPENSSL_free(der);
    return code;
}

/* One signature and its check. A device need not know each algorithm that the key admits: one that works is enough. */
static xcj_code try_out(const xcj_key *key, xcj_error *err)
{
    xcj_alg algs[XCJ__ALG_COUNT];
    size_t count = xcj_key_algs(key, XCJ_SIGN, algs, XCJ__ALG_COUNT);
    xcj_code code = XCJ_OK;
    for (size_t i = 0; i < count; i++) {
        uint8_t sig[XCJ__SIGNATURE_MAX];
        size_t len;
        code = xcj__key_sign(sig, &len, key, algs[i], "", 0, NULL, err);
        if (code == XCJ_OK) {
            code = xcj__key_verify(key, algs[i], "", 0, sig, len, NULL, err);
            return code != XCJ_ERR_SIGNATURE
                       ? code
                       : xcj__fail(err, XCJ_ERR_KEY, "the EVP_PKEY signs for another public key than it shows");
        }
        if (code == XCJ_ERR_MEMORY) {
            return code;
        }
    }
    return code == XCJ_OK ? XCJ_OK
                          : xcj__fail(err, XCJ_ERR_CRYPTO,
                                      "the EVP_PKEY makes no signature: it has no private part, or its provider refuses");
}

static xcj_code from_pkey(xcj_key **out, EVP_PKEY *pkey, xcj_part part, const xcj_pkey_options *options, xcj_error *err)
{
    xcj__jwk jwk;
    xcj_code code = read_public(&jwk, pkey, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__provider *provider = xcj__provider_new(options->lib_ctx, options->properties);
    if (provider == NULL) {
        xcj__jwk_free(&jwk);
        return xcj__fail_memory(err);
    }
    if (part == XCJ_PRIVATE) {
        EVP_PKEY_up_ref(pkey);
        provider->pkey = pkey;
    }
    code = xcj__key_at_provider(out, &jwk, provider, err);
    xcj__provider_free(provider);
    if (code != XCJ_OK || part == XCJ_PUBLIC) {
        return code;
    }
    (*out)->jwk.facts.is_private = true;
    code = options->untried ? XCJ_OK : try_out(*out, err);
    if (code != XCJ_OK) {
        xcj_key_free(*out);
        *out = NULL;
    }
    return code;
}

xcj_code xcj_key_from_pkey(xcj_key **out, EVP_PKEY *pkey, xcj_part part, const xcj_pkey_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || pkey == NULL) {
        return xcj__fail_null(err);
    }
    xcj_pkey_options given;
    xcj_code code = xcj__options_read(&given, sizeof given, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (part != XCJ_PUBLIC && part != XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = from_pkey(out, pkey, part, &given, err);
    xcj__queue_leave(&theirs);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}

static xcj_code check_part(const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (part != XCJ_PUBLIC && part != XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
    }
    if (key->jwk.facts.kty == XCJ_KTY_OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no EVP_PKEY");
    }
    if (part == XCJ_PRIVATE && !key->jwk.facts.is_private) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "this is a public key: it has no private part");
    }
    if (part == XCJ_PRIVATE && key->provider != NULL && key->provider->signer.sign != NULL) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "the private part of this key is a signer's, not an EVP_PKEY");
    }
    return XCJ_OK;
}

/* One more reference to what does the key's operations, or to a public key made from its numbers. */
static xcj_code take_pkey(EVP_PKEY **out, const xcj_key *key, xcj_part part, xcj_error *err)
{
    bool is_elsewhere = part == XCJ_PRIVATE && key->provider != NULL && key->provider->pkey != NULL;
    EVP_PKEY *pkey = is_elsewhere ? key->provider->pkey : xcj__provider_key(key);
    if (pkey == NULL) {
        return xcj__queue_says_memory()
                   ? xcj__fail_memory(err)
                   : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not take the %s key", xcj_kty_name(xcj_key_type(key)));
    }
    EVP_PKEY_up_ref(pkey);
    *out = pkey;
    return XCJ_OK;
}

static xcj_code public_of(xcj_key **out, const xcj_key *key, xcj_error *err)
{
    xcj__jwk jwk;
    xcj_code code = xcj__jwk_copy_public(&jwk, &key->jwk, NULL, err);
    return code == XCJ_OK ? xcj__key_at_provider(out, &jwk, key->provider, err) : code;
}

xcj_code xcj_key_to_pkey(EVP_PKEY **out, const xcj_key *key, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key *public_key = NULL;
    xcj_code code = check_part(key, part, err);
    if (code == XCJ_OK && part == XCJ_PRIVATE) {
        code = xcj__key_whole(&key, key, err);
    } else if (code == XCJ_OK && key->jwk.part[XCJ__D].ptr != NULL) {
        code = public_of(&public_key, key, err);
        key = public_key;
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = take_pkey(out, key, part, err);
    xcj__queue_leave(&theirs);
    xcj_key_free(public_key);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
