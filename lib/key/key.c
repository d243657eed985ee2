#include "lib/key/key.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/evp.h"

xcj_key *xcj__key_new(xcj_kty kty)
{
    xcj_key *key = xcj__zalloc(sizeof *key + XCJ__USES * xcj__key_slots(kty) * sizeof key->prepared[0]);
    if (key != NULL) {
        atomic_init(&key->refs, 1);
    }
    return key;
}

xcj_key *xcj_key_ref(const xcj_key *key)
{
    xcj_key *shared = (xcj_key *)(uintptr_t)key;
    if (shared != NULL) {
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    }
    return shared;
}

void xcj_key_free(xcj_key *key)
{
    if (key == NULL || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < XCJ__USES * xcj__key_slots(key->jwk.facts.kty); i++) {
        xcj__context_free(atomic_load_explicit(&key->prepared[i], memory_order_relaxed));
    }
    xcj_key_free(atomic_load_explicit(&key->whole, memory_order_relaxed));
    EVP_PKEY_free(atomic_load_explicit(&key->pkey, memory_order_relaxed));
    xcj__provider_free(key->provider);
    xcj__jwk_free(&key->jwk);
    xcj_free(key);
}

xcj_code xcj__key_whole(const xcj_key **out, const xcj_key *key, xcj_error *err)
{
    *out = key;
    if (!key->is_unchecked) {
        return XCJ_OK;
    }
    _Atomic(xcj_key *) *slot = &((xcj_key *)(uintptr_t)key)->whole;
    xcj_key *whole = atomic_load_explicit(slot, memory_order_acquire);
    if (whole == NULL) {
        xcj__jwk jwk;
        xcj_key *made = NULL;
        xcj_code code = xcj__jwk_copy(&jwk, &key->jwk, NULL, err);
        if (code == XCJ_OK) {
            code = xcj__key_at_provider(&made, &jwk, key->provider, err);
        }
        if (code != XCJ_OK) {
            return code;
        }
        /* Two threads may make it at once; one is kept, and nobody waits. */
        if (atomic_compare_exchange_strong_explicit(slot, &whole, made, memory_order_acq_rel, memory_order_acquire)) {
            whole = made;
        } else {
            xcj_key_free(made);
        }
    }
    *out = whole;
    return XCJ_OK;
}

xcj_kty xcj_key_type(const xcj_key *key)
{
    return key != NULL ? key->jwk.facts.kty : XCJ_KTY_NONE;
}

xcj_curve xcj_key_curve(const xcj_key *key)
{
    return key != NULL ? key->jwk.facts.crv : XCJ_CURVE_NONE;
}

unsigned xcj_key_bits(const xcj_key *key)
{
    return key != NULL ? key->jwk.facts.bits : 0;
}

int xcj_key_is_private(const xcj_key *key)
{
    return key != NULL && key->jwk.facts.is_private;
}

int xcj_key_is_external(const xcj_key *key)
{
    return key != NULL && key->provider != NULL && (key->provider->pkey != NULL || key->provider->signer.sign != NULL);
}

xcj_str xcj_key_id(const xcj_key *key)
{
    return key != NULL ? key->jwk.kid : (xcj_str){ NULL, 0 };
}

xcj_str xcj_key_use(const xcj_key *key)
{
    return key != NULL ? key->jwk.facts.use : (xcj_str){ NULL, 0 };
}

xcj_alg xcj_key_alg(const xcj_key *key)
{
    return key != NULL ? key->jwk.facts.alg : XCJ_ALG_NONE;
}

xcj_str xcj_key_alg_name(const xcj_key *key)
{
    return key != NULL ? key->jwk.alg : (xcj_str){ NULL, 0 };
}

int64_t xcj_key_nbf(const xcj_key *key)
{
    return key != NULL ? key->jwk.nbf : 0;
}

int64_t xcj_key_exp(const xcj_key *key)
{
    return key != NULL ? key->jwk.exp : 0;
}

bool xcj__key_same(const xcj_key *a, const xcj_key *b)
{
    return xcj__jwk_same(&a->jwk, &b->jwk);
}

const xcj__key_facts *xcj__key_facts_of(const xcj_key *key)
{
    return &key->jwk.facts;
}

size_t xcj__key_signature_len(const xcj_key *key, xcj_alg alg)
{
    return xcj__alg_signature_len(xcj__alg_row(alg), &key->jwk.facts);
}

xcj_code xcj_key_admits(const xcj_key *key, xcj_alg alg, xcj_use use, xcj_error *err)
{
    if (key == NULL) {
        return xcj__fail_null(err);
    }
    const xcj__alg *row = xcj__alg_row(alg);
    if (row == NULL || (use != XCJ_SIGN && use != XCJ_VERIFY)) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "not an algorithm, or neither to sign nor to verify");
    }
    xcj__error_clear(err);
    return xcj__alg_admit(row, &key->jwk.facts, use, err);
}

size_t xcj_key_algs(const xcj_key *key, xcj_use use, xcj_alg *out, size_t cap)
{
    size_t count = 0;
    if (key == NULL || (use != XCJ_SIGN && use != XCJ_VERIFY)) {
        return 0;
    }
    for (xcj_alg alg = XCJ_ALG_NONE + 1; alg <= XCJ__ALG_COUNT; alg++) {
        if (xcj__alg_admit(xcj__alg_row(alg), &key->jwk.facts, use, NULL) == XCJ_OK) {
            if (out != NULL && count < cap) {
                out[count] = alg;
            }
            count++;
        }
    }
    return count;
}

/* What a curve alone decides: EC its one algorithm, an Edwards curve EdDSA. */
static xcj_alg alg_of_curve(const xcj__key_facts *facts)
{
    if (facts->kty == XCJ_KTY_OKP) {
        return XCJ_EDDSA;
    }
    for (xcj_alg alg = XCJ_ALG_NONE + 1; alg <= XCJ__ALG_COUNT; alg++) {
        const xcj__alg *row = xcj__alg_row(alg);
        if (row->kty == XCJ_KTY_EC && facts->kty == XCJ_KTY_EC && (row->curves & 1u << facts->crv) != 0) {
            return alg;
        }
    }
    return XCJ_ALG_NONE;
}

static xcj_code must_choose(const xcj_key *key, xcj_error *err)
{
    xcj_alg choices[XCJ__ALG_COUNT];
    size_t count = xcj_key_algs(key, XCJ_SIGN, choices, XCJ__ALG_COUNT);
    char list[XCJ__ALG_COUNT * 8] = "";
    xcj__buf names;
    xcj__buf_init_fixed(&names, list, sizeof list - 1);
    for (size_t i = 0; i < count; i++) {
        xcj__buf_put_text(&names, i == 0 ? "" : ", ");
        xcj__buf_put_text(&names, xcj_alg_name(choices[i]));
    }
    if (count == 0) {
        const xcj__alg *row = xcj__alg_row(key->jwk.facts.kty == XCJ_KTY_OCT ? XCJ_HS256 : XCJ_RS256);
        return xcj__alg_admit(row, &key->jwk.facts, XCJ_SIGN, err);
    }
    return xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the key does not say its algorithm: choose one of %s",
                        list);
}

xcj_code xcj_key_sign_alg(xcj_alg *out, const xcj_key *key, xcj_alg asked, xcj_error *err)
{
    if (out != NULL) {
        *out = XCJ_ALG_NONE;
    }
    if (out == NULL || key == NULL) {
        return xcj__fail_null(err);
    }
    const xcj__key_facts *facts = &key->jwk.facts;
    xcj_alg alg = asked != XCJ_ALG_NONE ? asked : facts->alg != XCJ_ALG_NONE ? facts->alg : alg_of_curve(facts);
    xcj__error_clear(err);
    if (alg == XCJ_ALG_NONE && facts->has_alg) {
        return xcj__fail_at(err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the key is for an algorithm that does not sign here");
    }
    if (alg == XCJ_ALG_NONE) {
        return must_choose(key, err);
    }
    xcj_code code = xcj_key_admits(key, alg, XCJ_SIGN, err);
    *out = code == XCJ_OK ? alg : XCJ_ALG_NONE;
    return code;
}

xcj_code xcj_key_relabel(xcj_key **out, const xcj_key *key, const xcj_key_labels *labels, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_labels given;
    xcj_code code = xcj__options_read(&given, sizeof given, labels, err);
    xcj__view_settle(&given.kid);
    xcj__view_settle(&given.use);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_key *copy = xcj__key_new(key->jwk.facts.kty);
    if (copy == NULL) {
        return xcj__fail_memory(err);
    }
    code = xcj__jwk_copy(&copy->jwk, &key->jwk, &given, err);
    if (code != XCJ_OK) {
        xcj_free(copy);
        return code;
    }
    EVP_PKEY *pkey = atomic_load_explicit(&((xcj_key *)(uintptr_t)key)->pkey, memory_order_acquire);
    if (pkey != NULL) {
        EVP_PKEY_up_ref(pkey);
    }
    atomic_init(&copy->pkey, pkey);
    copy->is_unchecked = key->is_unchecked;
    copy->provider = xcj__provider_ref(key->provider);
    xcj__error_clear(err);
    *out = copy;
    return XCJ_OK;
}
