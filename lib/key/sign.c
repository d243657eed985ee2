#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"

/* SEQUENCE { r, s } of the widest curve. */
#define ECDSA_DER_MAX 160

/* The key's prepared context. Two threads may make it at once; one is kept, and nobody waits. */
static const xcj__context *prepared_of(const xcj_key *key, const xcj__alg *alg, xcj_use use)
{
    size_t side = alg->scheme == XCJ__HMAC || use == XCJ_SIGN ? 0 : 1;
    _Atomic(xcj__context *) *slot = &((xcj_key *)(uintptr_t)key)->prepared[side * xcj__key_slots(alg->kty) + alg->slot];
    xcj__context *prepared = atomic_load_explicit(slot, memory_order_acquire);
    if (prepared != NULL) {
        return prepared;
    }
    xcj__context *made = xcj__context_new(key, alg, use);
    if (made == NULL) {
        return NULL;
    }
    if (atomic_compare_exchange_strong_explicit(slot, &prepared, made, memory_order_acq_rel, memory_order_acquire)) {
        return made;
    }
    xcj__context_free(made);
    return prepared;
}

/* A context to work on, from the scratch if there is one. `*own` is to be freed by the caller. */
static xcj__context *context_for(const xcj_key *key, const xcj__context *prepared, xcj_scratch *scratch, xcj__context **own)
{
    *own = NULL;
    if (scratch != NULL) {
        return xcj__scratch_context(scratch, key, prepared);
    }
    *own = xcj__context_dup(prepared);
    return *own;
}

static bool hash_input(xcj__context *work, const void *input, size_t len, uint8_t *hash, unsigned *hash_len)
{
    return EVP_DigestInit_ex(work->digest, work->hash, NULL) == 1 && EVP_DigestUpdate(work->digest, input, len) == 1 &&
           EVP_DigestFinal_ex(work->digest, hash, hash_len) == 1;
}

/* EVP_MAC_init() with neither key nor parameters starts the next message under the same key. */
static bool mac_input(xcj__context *work, const void *input, size_t len, uint8_t *mac, size_t *mac_len)
{
    bool started = work->is_fresh || EVP_MAC_init(work->mac, NULL, 0, NULL) == 1;
    work->is_fresh = false;
    return started && EVP_MAC_update(work->mac, input, len) == 1 &&
           EVP_MAC_final(work->mac, mac, mac_len, EVP_MAX_MD_SIZE) == 1;
}

static bool sign_ecdsa(xcj__context *work, const uint8_t *hash, size_t hash_len, uint8_t *sig, size_t sig_len)
{
    uint8_t der[ECDSA_DER_MAX];
    size_t der_len = sizeof der;
    return EVP_PKEY_sign(work->pkey, der, &der_len, hash, hash_len) == 1 &&
           xcj__der_to_ecdsa(sig, sig_len / 2, der, der_len);
}

static bool sign_with(xcj__context *work, const xcj__context *prepared, const void *input, size_t input_len, uint8_t *sig,
                      size_t sig_len)
{
    size_t made = sig_len;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;
    switch (work->alg->scheme) {
    case XCJ__HMAC:
        return mac_input(work, input, input_len, sig, &made) && made == sig_len;
    case XCJ__EDDSA:
        return xcj__context_start(work, prepared) && EVP_DigestSign(work->digest, sig, &made, input, input_len) == 1 &&
               made == sig_len;
    case XCJ__ECDSA:
        return hash_input(work, input, input_len, hash, &hash_len) && sign_ecdsa(work, hash, hash_len, sig, sig_len);
    case XCJ__PKCS1:
    case XCJ__PSS:
        break;
    }
    return hash_input(work, input, input_len, hash, &hash_len) &&
           EVP_PKEY_sign(work->pkey, sig, &made, hash, hash_len) == 1 && made == sig_len;
}

int xcj__context_verify(xcj__context *work, xcj_str input, const uint8_t *signature, size_t len)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;
    if (!hash_input(work, input.ptr, input.len, hash, &hash_len)) {
        return -1;
    }
    uint8_t der[ECDSA_DER_MAX];
    if (work->alg->scheme == XCJ__ECDSA) {
        len = xcj__der_from_ecdsa(der, sizeof der, signature, len / 2);
        signature = der;
    }
    int verdict = len > 0 ? EVP_PKEY_verify(work->pkey, signature, len, hash, hash_len) : 0;
    return verdict < 0 ? -1 : verdict == 1;
}

/* 1: right, 0: wrong, -1: it could not be found out. */
static int verify_with(xcj__context *work, const xcj__context *prepared, const void *input, size_t input_len,
                       const uint8_t *sig, size_t sig_len)
{
    if (work->alg->scheme == XCJ__HMAC) {
        uint8_t mac[EVP_MAX_MD_SIZE];
        size_t mac_len = 0;
        bool made = mac_input(work, input, input_len, mac, &mac_len);
        int verdict = !made ? -1 : mac_len == sig_len && xcj__equal_secret(mac, sig, sig_len);
        xcj__wipe(mac, sizeof mac);
        return verdict;
    }
    if (work->alg->scheme == XCJ__EDDSA) {
        int good = xcj__context_start(work, prepared) ? EVP_DigestVerify(work->digest, sig, sig_len, input, input_len) : -1;
        return good < 0 ? -1 : good == 1;
    }
    return xcj__context_verify(work, (xcj_str){ input, input_len }, sig, sig_len);
}

/* Before the error queue is restored. */
static xcj_code out_of_order(const xcj__alg *alg, xcj_use use, xcj_error *err)
{
    if (xcj__queue_says_memory()) {
        return xcj__fail_memory(err);
    }
    return xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not %s with %s here (its configuration may forbid it)",
                     use == XCJ_SIGN ? "sign" : "verify", alg->name);
}

/* By OpenSSL. */
static xcj_code sign_here(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input,
                          xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    xcj__context *own = NULL;
    const xcj__context *prepared = prepared_of(key, alg, XCJ_SIGN);
    xcj__context *work = prepared != NULL ? context_for(key, prepared, scratch, &own) : NULL;
    if (work == NULL || !sign_with(work, prepared, input.ptr, input.len, sig, len)) {
        code = prepared != NULL && work == NULL ? xcj__fail_memory(err) : out_of_order(alg, XCJ_SIGN, err);
    }
    xcj__context_free(own);
    return code;
}

static xcj_code verify_here(const xcj_key *key, const xcj__alg *alg, xcj_str input, const uint8_t *sig, size_t sig_len,
                            xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = XCJ_OK;
    xcj__context *own = NULL;
    const xcj__context *prepared = prepared_of(key, alg, XCJ_VERIFY);
    xcj__context *work = prepared != NULL ? context_for(key, prepared, scratch, &own) : NULL;
    int verdict = work != NULL ? verify_with(work, prepared, input.ptr, input.len, sig, sig_len) : -1;
    /* OpenSSL says "wrong" for "no memory" too. */
    if (prepared != NULL && work == NULL) {
        code = xcj__fail_memory(err);
    } else if (verdict < 0 || (verdict == 0 && xcj__queue_says_memory())) {
        code = out_of_order(alg, XCJ_VERIFY, err);
    } else if (verdict == 0) {
        code = xcj__fail(err, XCJ_ERR_SIGNATURE, "the signature is not valid");
    }
    xcj__context_free(own);
    return code;
}

/*
 * The first signature of an RSA key is verified: primes that are none pass all that is asked of the numbers when the key is
 * read, and sign for nobody.
 */
static xcj_code prove(const uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input,
                      xcj_scratch *scratch, xcj_error *err)
{
    atomic_bool *is_proven = &((xcj_key *)(uintptr_t)key)->is_proven;
    if (alg->kty != XCJ_KTY_RSA || atomic_load_explicit(is_proven, memory_order_relaxed)) {
        return XCJ_OK;
    }
    xcj_code code = verify_here(key, alg, input, sig, len, scratch, err);
    if (code == XCJ_ERR_SIGNATURE) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "p", XCJ_NO_OFFSET,
                            "the RSA key's signatures are not valid: \"p\" or \"q\" is no prime");
    }
    atomic_store_explicit(is_proven, code == XCJ_OK, memory_order_relaxed);
    return code;
}

/* Verifies a signer's signature with the public key, unless the caller trusts the signer. */
static xcj_code check_signer(const uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input,
                             xcj_scratch *scratch, xcj_error *err)
{
    if (xcj__key_trusts_signer(key)) {
        return XCJ_OK;
    }
    xcj_code code = verify_here(key, alg, input, sig, len, scratch, err);
    if (code == XCJ_ERR_SIGNATURE) {
        code = xcj__fail(err, XCJ_ERR_SIGNER, "the signer's signature is not that of the public key");
    }
    return code;
}

static xcj_code sign_elsewhere(uint8_t *sig, size_t len, const xcj_key *key, const xcj__alg *alg, xcj_str input,
                               xcj_scratch *scratch, xcj_error *err)
{
    xcj_code code = xcj__signer_sign(sig, len, key, alg, input, err);
    return code == XCJ_OK ? check_signer(sig, len, key, alg, input, scratch, err) : code;
}

xcj_code xcj__key_sign(uint8_t *sig, size_t *sig_len, const xcj_key *key, xcj_alg alg, const void *input, size_t input_len,
                       xcj_scratch *scratch, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    xcj_str text = { input, input_len };
    *sig_len = 0;
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, XCJ_SIGN, err);
    if (code == XCJ_OK) {
        code = xcj__key_whole(&key, key, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    size_t len = xcj__alg_signature_len(row, &key->jwk.facts);
    bool is_elsewhere = key->provider != NULL && key->provider->signer.sign != NULL;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = is_elsewhere ? sign_elsewhere(sig, len, key, row, text, scratch, err)
                        : sign_here(sig, len, key, row, text, scratch, err);
    if (code == XCJ_OK && !is_elsewhere) {
        code = prove(sig, len, key, row, text, scratch, err);
    }
    if (code != XCJ_OK) {
        xcj__wipe(sig, len);
    }
    xcj__queue_leave(&theirs);
    *sig_len = code == XCJ_OK ? len : 0;
    return code;
}

xcj_code xcj__key_accept(uint8_t *sig, size_t *sig_len, const xcj_key *key, xcj_alg alg, xcj_str input, const uint8_t *made,
                         size_t made_len, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    size_t len = xcj__alg_signature_len(row, &key->jwk.facts);
    *sig_len = 0;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, XCJ_SIGN, err);
    if (code == XCJ_OK) {
        code = xcj__signer_take(sig, len, key, row, made, made_len, err);
    }
    if (code == XCJ_OK) {
        code = check_signer(sig, len, key, row, input, NULL, err);
    }
    xcj__queue_leave(&theirs);
    *sig_len = code == XCJ_OK ? len : 0;
    return code;
}

xcj_code xcj__key_verify(const xcj_key *key, xcj_alg alg, const void *input, size_t input_len, const uint8_t *sig,
                         size_t sig_len, xcj_scratch *scratch, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, XCJ_VERIFY, err);
    if (code != XCJ_OK) {
        return code;
    }
    size_t len = xcj__alg_signature_len(row, &key->jwk.facts);
    if (sig_len != len) {
        return xcj__fail(err, XCJ_ERR_SIGNATURE, "the signature is not valid: it has %zu bytes, %s with this key makes %zu",
                         sig_len, row->name, len);
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = verify_here(key, row, (xcj_str){ input, input_len }, sig, sig_len, scratch, err);
    xcj__queue_leave(&theirs);
    return code;
}

xcj_code xcj__key_prepare(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, use, err);
    if (code == XCJ_OK && use == XCJ_SIGN) {
        code = xcj__key_whole(&key, key, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    if (key->provider != NULL && key->provider->signer.sign != NULL) {
        use = XCJ_VERIFY; /* the signer signs; OpenSSL verifies */
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    const xcj__context *prepared = prepared_of(key, row, use);
    code = prepared != NULL ? XCJ_OK : out_of_order(row, use, err);
    xcj__queue_leave(&theirs);
    return code;
}
