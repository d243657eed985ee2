#include "lib/token/key_choice.h"

#include "lib/base/error.h"
#include "lib/key/key.h"
#include "lib/token/early_claim.h"

static xcj_code fits_no_key(const xcj__verification *w)
{
    char shown[XCJ__SHOWN];
    xcj_str name = w->verifier->policy.options.key_claim;
    return xcj__fail_at(w->err, XCJ_ERR_NO_KEY, "kid", XCJ_NO_OFFSET, "no key has the kid that the claim \"%s\" names",
                        xcj__sanitise(shown, sizeof shown, name.ptr, name.len));
}

/* Selects the key that a (still unverified) claim names. The claim only selects among keys that are already trusted. */
static xcj_code select_by_claim(xcj__verification *w, const xcj__alg *alg)
{
    xcj__json_value claim;
    xcj_code code = xcj__early_claim(&claim, w, w->verifier->policy.options.key_claim);
    if (code != XCJ_OK) {
        return code;
    }
    if (claim.type != XCJ__JSON_STRING) {
        return fits_no_key(w);
    }
    char *kid = NULL;
    size_t len = 0;
    code = xcj__json_take_text(&kid, &len, claim.text, w->err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_str view = { kid, len };
    code = xcj__keyset_has(w->verifier->keys, view) ? xcj__keyset_select(&w->key, w->verifier->keys, view, alg, w->err)
                                                    : fits_no_key(w);
    xcj_free(kid);
    return code;
}

static xcj_code select_key(xcj__verification *w, const xcj__alg *alg)
{
    const xcj_verifier *v = w->verifier;
    w->key = v->key;
    if (v->key != NULL) {
        return xcj__alg_admit(alg, xcj__key_facts_of(v->key), XCJ_VERIFY, w->err);
    }
    if (v->policy.options.key_claim.ptr != NULL) {
        return select_by_claim(w, alg);
    }
    xcj_str none = { NULL, 0 };
    return xcj__keyset_select(&w->key, v->keys, w->fields.has_kid ? w->fields.kid : none, alg, w->err);
}

xcj_code xcj__choose_keys(xcj__verification *w, const xcj__alg *alg, const xcj_key **keys, size_t *count)
{
    xcj_code code = select_key(w, alg);
    const xcj_verify_options *options = &w->verifier->policy.options;
    keys[0] = w->key;
    *count = 1;
    bool is_unsure = code == XCJ_ERR_AMBIGUOUS_KEY || code == XCJ_ERR_NO_KEY;
    if (!is_unsure || !options->try_keys || options->key_claim.ptr != NULL) {
        return code;
    }
    xcj_str kid = w->fields.has_kid ? w->fields.kid : (xcj_str){ NULL, 0 };
    *count = xcj__keyset_fitting(keys, XCJ__TRIED_MAX + 1, w->verifier->keys, kid, alg);
    if (*count > XCJ__TRIED_MAX) {
        return xcj__fail_at(w->err, XCJ_ERR_AMBIGUOUS_KEY, "kid", XCJ_NO_OFFSET,
                            "more than %d keys of the set fit %s, too many to try: give the set of one issuer alone",
                            XCJ__TRIED_MAX, alg->name);
    }
    return *count > 0 ? XCJ_OK : code;
}
