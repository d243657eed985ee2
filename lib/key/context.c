#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "lib/base/mem.h"
#include "lib/key/evp.h"
#include "lib/key/provider_key.h"

void xcj__context_free(xcj__context *context)
{
    if (context == NULL) {
        return;
    }
    EVP_PKEY_CTX_free(context->pkey);
    EVP_MD_CTX_free(context->digest);
    EVP_MAC_CTX_free(context->mac);
    EVP_MD_free(context->hash);
    xcj_free(context);
}

static bool prepare_mac(xcj__context *context, const xcj_key *key, const xcj__alg *alg)
{
    char *name = (char *)(uintptr_t)xcj__hash_name(alg->hash);
    char *propq = (char *)(uintptr_t)xcj__provider_propq(key->provider);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end(),
                            OSSL_PARAM_construct_end() };
    if (propq != NULL) {
        params[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_PROPERTIES, propq, 0);
    }
    xcj__bytes secret = key->jwk.part[XCJ__K];
    EVP_MAC *mac = EVP_MAC_fetch(xcj__provider_lib(key->provider), "HMAC", propq);
    context->mac = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL; /* it does not look */
    EVP_MAC_free(mac);
    return context->mac != NULL && EVP_MAC_init(context->mac, secret.ptr, secret.len, params) == 1;
}

/* What does it: the private part may be elsewhere. */
static EVP_PKEY *pkey_for(const xcj_key *key, xcj_use use)
{
    bool is_elsewhere = use == XCJ_SIGN && key->provider != NULL && key->provider->pkey != NULL;
    return is_elsewhere ? key->provider->pkey : xcj__provider_key(key);
}

static bool prepare_digest(xcj__context *context, const xcj_key *key, xcj_use use)
{
    OSSL_LIB_CTX *lib = xcj__provider_lib(key->provider);
    const char *propq = xcj__provider_propq(key->provider);
    EVP_PKEY *pkey = pkey_for(key, use);
    return use == XCJ_SIGN ? EVP_DigestSignInit_ex(context->digest, NULL, NULL, lib, propq, pkey, NULL) == 1
                           : EVP_DigestVerifyInit_ex(context->digest, NULL, NULL, lib, propq, pkey, NULL) == 1;
}

/* RFC 7518 3.5: MGF1 with the same hash, and a salt as long as the hash. */
static bool set_pss(EVP_PKEY_CTX *ctx, const EVP_MD *hash)
{
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, hash) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool prepare_pkey(xcj__context *context, const xcj_key *key, const xcj__alg *alg, xcj_use use)
{
    OSSL_LIB_CTX *lib = xcj__provider_lib(key->provider);
    const char *propq = xcj__provider_propq(key->provider);
    context->hash = EVP_MD_fetch(lib, xcj__hash_name(alg->hash), propq);
    EVP_PKEY *pkey = pkey_for(key, use);
    context->pkey = pkey != NULL ? EVP_PKEY_CTX_new_from_pkey(lib, pkey, propq) : NULL;
    if (context->hash == NULL || context->pkey == NULL) {
        return false;
    }
    int ready = use == XCJ_SIGN ? EVP_PKEY_sign_init(context->pkey) : EVP_PKEY_verify_init(context->pkey);
    return ready == 1 && EVP_PKEY_CTX_set_signature_md(context->pkey, context->hash) == 1 &&
           (alg->scheme != XCJ__PKCS1 || EVP_PKEY_CTX_set_rsa_padding(context->pkey, RSA_PKCS1_PADDING) == 1) &&
           (alg->scheme != XCJ__PSS || set_pss(context->pkey, context->hash));
}

xcj__context *xcj__context_new(const xcj_key *key, const xcj__alg *alg, xcj_use use)
{
    bool ready;
    xcj__context *context = xcj__zalloc(sizeof *context);
    if (context == NULL) {
        /* Said where the caller looks for what OpenSSL has to say; it takes the entry away again. */
        ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
        return NULL;
    }
    *context = (xcj__context){ .key = key, .alg = alg, .use = use };
    if (alg->scheme == XCJ__HMAC) {
        ready = prepare_mac(context, key, alg);
    } else {
        context->digest = EVP_MD_CTX_new();
        ready = context->digest != NULL &&
                (alg->scheme == XCJ__EDDSA ? prepare_digest(context, key, use) : prepare_pkey(context, key, alg, use));
    }
    if (!ready) {
        xcj__context_free(context);
        return NULL;
    }
    return context;
}

xcj__context *xcj__context_dup(const xcj__context *from)
{
    xcj__context *context = xcj__zalloc(sizeof *context);
    if (context == NULL) {
        return NULL;
    }
    *context = (xcj__context){ from->key, from->alg, from->use, .is_fresh = true };
    if (from->alg->scheme == XCJ__HMAC) {
        context->mac = EVP_MAC_CTX_dup(from->mac);
    } else {
        context->digest = EVP_MD_CTX_new();
    }
    if (from->pkey != NULL) {
        context->pkey = EVP_PKEY_CTX_dup(from->pkey);
        context->hash = from->hash;
        EVP_MD_up_ref(from->hash);
    }
    if ((context->mac == NULL && context->digest == NULL) || (from->pkey != NULL && context->pkey == NULL)) {
        xcj__context_free(context);
        return xcj_key_is_external(from->key) ? xcj__context_new(from->key, from->alg, from->use) : NULL;
    }
    return context;
}

bool xcj__context_start(xcj__context *work, const xcj__context *prepared)
{
    return EVP_MD_CTX_copy_ex(work->digest, prepared->digest) == 1 ||
           (xcj_key_is_external(work->key) && prepare_digest(work, work->key, work->use));
}
