#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"

static bool hash_input(uint8_t *hash, size_t *hash_len, xcj_hash which, xcj_str input, const xcj__provider *provider)
{
    return EVP_Q_digest(provider->lib, xcj__hash_name(which), provider->propq, input.ptr, input.len, hash, hash_len) == 1;
}

/* Marks a key without a function: its signatures are obtained elsewhere. */
static int sign_later(void *context, uint8_t *signature, size_t *signature_len, const xcj_sign_request *request)
{
    (void)context;
    (void)signature;
    (void)signature_len;
    (void)request;
    return -1;
}

bool xcj__key_signs_later(const xcj_key *key)
{
    return key->provider != NULL && key->provider->signer.sign == sign_later;
}

bool xcj__key_trusts_signer(const xcj_key *key)
{
    return key->provider != NULL && key->provider->signer.trusted;
}

xcj_code xcj__signer_take(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, const uint8_t *made,
                          size_t made_len, xcj_error *err)
{
    bool is_der = key->provider->signer.ecdsa_der && alg->scheme == XCJ__ECDSA;
    if (is_der && made_len <= XCJ_SIGNATURE_MAX && xcj__der_to_ecdsa(sig, len / 2, made, made_len)) {
        return XCJ_OK;
    }
    if (is_der) {
        return xcj__fail(err, XCJ_ERR_SIGNER, "the signer's signature is not the DER of an %s signature", alg->name);
    }
    if (made_len != len) {
        return xcj__fail(err, XCJ_ERR_SIGNER, "the signer's signature has %zu bytes, %s with this key makes %zu%s", made_len,
                         alg->name, len, alg->scheme == XCJ__ECDSA ? " (r and s one after the other, not DER)" : "");
    }
    memcpy(sig, made, len);
    return XCJ_OK;
}

xcj_code xcj__signer_sign(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input, xcj_error *err)
{
    const xcj_signer *signer = &key->provider->signer;
    if (xcj__key_signs_later(key)) {
        return xcj__fail(err, XCJ_ERR_SIGNER, "the key has no function that signs: mint in steps");
    }
    uint8_t hash[EVP_MAX_MD_SIZE];
    xcj_sign_request request = { sizeof request, alg->id, (const uint8_t *)input.ptr, input.len, NULL, 0, len };
    if (alg->hash != 0) {
        if (!hash_input(hash, &request.hash_len, alg->hash, input, key->provider)) {
            return xcj__queue_says_memory() ? xcj__fail_memory(err)
                                            : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not hash here");
        }
        request.hash = hash;
    }
    uint8_t made[XCJ_SIGNATURE_MAX] = { 0 };
    size_t made_len = 0;
    int failure = signer->sign(signer->context, made, &made_len, &request);
    if (failure != 0) {
        return xcj__fail(err, XCJ_ERR_SIGNER, "the signer failed with %d", failure);
    }
    return xcj__signer_take(sig, len, key, alg, made, made_len, err);
}

static xcj_code from_signer(xcj_key **out, const xcj_key *public_key, const xcj_signer *signer, xcj__provider *provider,
                            xcj_error *err)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj__jwk jwk;
    labels.alg = signer->alg;
    xcj_code code = xcj__jwk_copy_public(&jwk, &public_key->jwk, &labels, err);
    if (code == XCJ_OK) {
        code = xcj__key_at_provider(out, &jwk, provider, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__key_facts *facts = &(*out)->jwk.facts;
    facts->is_private = true;
    facts->op_sign = facts->op_sign || facts->op_verify; /* the JWK was that of the public half */
    provider->signer = *signer;
    return XCJ_OK;
}

xcj_code xcj_key_from_signer(xcj_key **out, const xcj_key *public_key, const xcj_signer *signer, xcj_error *err)
{
    if (!xcj__clear_handle(out) || public_key == NULL || signer == NULL) {
        return xcj__fail_null(err);
    }
    xcj_signer given;
    xcj_code code = xcj__options_read(&given, sizeof given, signer, err);
    if (code != XCJ_OK) {
        return code;
    }
    given.sign = given.sign != NULL ? given.sign : sign_later;
    if (public_key->jwk.facts.kty == XCJ_KTY_OCT) {
        return xcj__fail(err, XCJ_ERR_KEY_PART, "an oct key is a secret: it has no public part for a signer");
    }
    xcj__provider *provider =
        xcj__provider_new(xcj__provider_lib(public_key->provider), xcj__provider_propq(public_key->provider));
    if (provider == NULL) {
        return xcj__fail_memory(err);
    }
    code = from_signer(out, public_key, &given, provider, err);
    xcj__provider_free(provider);
    return code;
}
