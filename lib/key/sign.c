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
    _Atomic(xcj__context *) *slot = &((xcj_key *)(uintptr_t)key)->prepared[side][alg->slot];
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
    switch (work->scheme) {
    case XCJ__HMAC:
        return mac_input(work, input, input_len, sig, &made) && made == sig_len;
    case XCJ__EDDSA:
        return EVP_MD_CTX_copy_ex(work->digest, prepared->digest) == 1 &&
               EVP_DigestSign(work->digest, sig, &made, input, input_len) == 1 && made == sig_len;
    case XCJ__ECDSA:
        return hash_input(work, input, input_len, hash, &hash_len) && sign_ecdsa(work, hash, hash_len, sig, sig_len);
    case XCJ__PKCS1:
    case XCJ__PSS:
        break;
    }
    return hash_input(work, input, input_len, hash, &hash_len) &&
           EVP_PKEY_sign(work->pkey, sig, &made, hash, hash_len) == 1 && made == sig_len;
}

/* 1: right, 0: wrong, -1: it could not be found out. */
static int verify_with(xcj__context *work, const xcj__context *prepared, const void *input, size_t input_len,
                       const uint8_t *sig, size_t sig_len)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;
    if (work->scheme == XCJ__HMAC) {
        size_t mac_len = 0;
        bool made = mac_input(work, input, input_len, hash, &mac_len);
        int verdict = !made ? -1 : mac_len == sig_len && xcj__equal_secret(hash, sig, sig_len);
        xcj__wipe(hash, sizeof hash);
        return verdict;
    }
    if (work->scheme == XCJ__EDDSA) {
        return EVP_MD_CTX_copy_ex(work->digest, prepared->digest) != 1
                   ? -1
                   : EVP_DigestVerify(work->digest, sig, sig_len, input, input_len) == 1;
    }
    if (!hash_input(work, input, input_len, hash, &hash_len)) {
        return -1;
    }
    uint8_t der[ECDSA_DER_MAX];
    if (work->scheme == XCJ__ECDSA) {
        sig_len = xcj__der_from_ecdsa(der, sizeof der, sig, sig_len / 2);
        sig = der;
    }
    int verdict = sig_len > 0 ? EVP_PKEY_verify(work->pkey, sig, sig_len, hash, hash_len) : 0;
    return verdict < 0 ? -1 : verdict == 1;
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

xcj_code xcj__key_sign(uint8_t *sig, size_t *sig_len, const xcj_key *key, xcj_alg alg, const void *input, size_t input_len,
                       xcj_scratch *scratch, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    *sig_len = 0;
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, XCJ_SIGN, err);
    if (code != XCJ_OK) {
        return code;
    }
    size_t len = xcj__alg_signature_len(row, &key->jwk.facts);
    xcj__context *own = NULL;
    xcj__queue_mark();
    const xcj__context *prepared = prepared_of(key, row, XCJ_SIGN);
    xcj__context *work = prepared != NULL ? context_for(key, prepared, scratch, &own) : NULL;
    if (work != NULL && sign_with(work, prepared, input, input_len, sig, len)) {
        *sig_len = len;
    } else {
        xcj__wipe(sig, len);
        code = prepared != NULL && work == NULL ? xcj__fail_memory(err) : out_of_order(row, XCJ_SIGN, err);
    }
    xcj__context_free(own);
    xcj__queue_restore();
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
    xcj__context *own = NULL;
    xcj__queue_mark();
    const xcj__context *prepared = prepared_of(key, row, XCJ_VERIFY);
    xcj__context *work = prepared != NULL ? context_for(key, prepared, scratch, &own) : NULL;
    int verdict = work != NULL ? verify_with(work, prepared, input, input_len, sig, sig_len) : -1;
    /* OpenSSL says "wrong" for "no memory" too. */
    if (prepared != NULL && work == NULL) {
        code = xcj__fail_memory(err);
    } else if (verdict < 0 || (verdict == 0 && xcj__queue_says_memory())) {
        code = out_of_order(row, XCJ_VERIFY, err);
    } else if (verdict == 0) {
        code = xcj__fail(err, XCJ_ERR_SIGNATURE, "the signature is not valid");
    }
    xcj__context_free(own);
    xcj__queue_restore();
    return code;
}

xcj_code xcj__key_warm(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err)
{
    const xcj__alg *row = xcj__alg_row(alg);
    xcj_code code = xcj__alg_admit(row, &key->jwk.facts, use, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (use == XCJ_SIGN && row->kty == XCJ__RSA) {
        /* The first signature of an RSA key sets up blinding and Montgomery forms. */
        uint8_t sig[XCJ__SIGNATURE_MAX];
        size_t sig_len;
        return xcj__key_sign(sig, &sig_len, key, alg, "", 0, NULL, err);
    }
    xcj__queue_mark();
    const xcj__context *prepared = prepared_of(key, row, use);
    code = prepared != NULL ? XCJ_OK : out_of_order(row, use, err);
    xcj__queue_restore();
    return code;
}
