#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/cache_open.h"
#include "lib/key/keyset.h"
#include "lib/token/verification.h"

/* SPIFFE: the use tells the keys for X.509-SVIDs and JWT-SVIDs in a bundle apart. */
#define JWT_SVID "jwt-svid"

static xcj_code take_svid_keys(xcj_verifier *verifier, xcj_error *err)
{
    if (verifier->keys != NULL) {
        xcj_keyset *all = verifier->keys;
        xcj_code code = xcj__keyset_of_use(&verifier->keys, all, JWT_SVID, err);
        xcj_keyset_free(all);
        return code;
    }
    if (!xcj__str_is(xcj_key_use(verifier->key), JWT_SVID)) {
        return XCJ_OK;
    }
    xcj_key *given = verifier->key;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.use = xcj_text("sig");
    xcj_code code = xcj_key_relabel(&verifier->key, given, &labels, err);
    xcj_key_free(given);
    return code;
}

static xcj_code verifier_new(xcj_verifier **out, xcj_key *key, xcj_keyset *keys, const xcj_verify_options *options,
                             xcj_error *err)
{
    *out = NULL;
    xcj_verifier *verifier = xcj__zalloc(sizeof *verifier);
    xcj_code code = verifier == NULL ? xcj__fail_memory(err) : xcj__policy_open(&verifier->policy, options, err);
    if (code != XCJ_OK) {
        xcj_free(verifier);
        xcj_key_free(key);
        xcj_keyset_free(keys);
        return code;
    }
    atomic_init(&verifier->refs, 1);
    verifier->key = key;
    verifier->keys = keys;
    code = verifier->policy.options.jwt_svid ? take_svid_keys(verifier, err) : XCJ_OK;
    if (code == XCJ_OK && verifier->policy.options.cache_bytes != 0) {
        code = xcj__cache_open(&verifier->cache, verifier->policy.options.cache_bytes, XCJ__HASHED_END, err);
    }
    if (code != XCJ_OK) {
        xcj_verifier_free(verifier);
        return code;
    }
    xcj__error_clear(err);
    *out = verifier;
    return XCJ_OK;
}

xcj_code xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys, const xcj_verify_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || keys == NULL) {
        return xcj__fail_null(err);
    }
    return verifier_new(out, NULL, xcj_keyset_ref(keys), options, err);
}

xcj_code xcj_verifier_new_key(xcj_verifier **out, const xcj_key *key, const xcj_verify_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = verifier_new(out, xcj_key_ref(key), NULL, options, err);
    if (code == XCJ_OK && (*out)->policy.options.key_claim.ptr != NULL) {
        xcj_verifier_free(*out);
        *out = NULL;
        code =
            xcj__fail_at(err, XCJ_ERR_CONFIG, "key_claim", XCJ_NO_OFFSET, "a claim chooses a key of a set, not of one key");
    }
    return code;
}

xcj_verifier *xcj_verifier_ref(const xcj_verifier *verifier)
{
    xcj_verifier *shared = (xcj_verifier *)(uintptr_t)verifier;
    if (shared != NULL) {
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    }
    return shared;
}

void xcj_verifier_free(xcj_verifier *verifier)
{
    if (verifier == NULL || atomic_fetch_sub_explicit(&verifier->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    xcj_key_free(verifier->key);
    xcj_keyset_free(verifier->keys);
    for (size_t i = 0; i < verifier->rows_count; i++) {
        xcj_verifier_free(verifier->rows[i]);
    }
    xcj_free(verifier->rows);
    xcj__cache_free(verifier->cache);
    xcj__policy_close(&verifier->policy);
    xcj__context_pool_free(&verifier->pool);
    xcj_free(verifier);
}
