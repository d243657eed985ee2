/*
 * tried.c: the keys that a token led to, found without another verification.
 */
#include <string.h>

#include "cli/explain/tried.h"
#include "cli/keys/keys.h"

#define TRIED_MAX 16

json_t *tried_thumbprint(const xcj_key *key)
{
    char *thumbprint = NULL;
    size_t len = 0;
    if (key == NULL || keys_is_oct(key) || xcj_key_thumbprint(&thumbprint, &len, key, XCJ_SHA256, NULL) != XCJ_OK) {
        return json_null();
    }
    json_t *value = doc_text((xcj_str){ thumbprint, len });
    xcj_free(thumbprint);
    return value;
}

static bool has_thumbprint(const json_t *list, const json_t *thumbprint)
{
    bool found = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        found = found || json_equal(json_object_get(json_array_get(list, i), "thumbprint"), thumbprint);
    }
    return found;
}

/* The library tries a key once, however often the set lists it. */
static void add_key(json_t *list, const xcj_key *key)
{
    json_t *thumbprint = tried_thumbprint(key);
    if (json_is_string(thumbprint) && has_thumbprint(list, thumbprint)) {
        json_decref(thumbprint);
        return;
    }
    json_t *entry = json_object();
    (void)json_object_set_new(entry, "kid", doc_text(xcj_key_id(key)));
    (void)json_object_set_new(entry, "thumbprint", thumbprint);
    (void)json_array_append_new(list, entry);
}

/* Of a set, the keys with the token's kid, or if there are none those without a kid; without a kid in the token all. */
static void add_fitting(json_t *list, const tried_subject *of, const json_t *kid, xcj_alg alg)
{
    const size_t count = xcj_keyset_count(of->keys);
    bool is_named = false;
    for (size_t i = 0; i < count && kid != NULL; i++) {
        is_named = is_named || keys_has_kid(xcj_keyset_get(of->keys, i), doc_view(kid));
    }
    for (size_t i = 0; i < count && json_array_size(list) < TRIED_MAX; i++) {
        const xcj_key *key = xcj_keyset_get(of->keys, i);
        const bool is_candidate = kid == NULL || (is_named ? keys_has_kid(key, doc_view(kid)) : xcj_key_id(key).ptr == NULL);
        if (is_candidate && xcj_key_admits(key, alg, XCJ_VERIFY, NULL) == XCJ_OK) {
            add_key(list, key);
        }
    }
}

/* The keys of a token whose signature was checked. */
static json_t *checked_keys(const tried_subject *of)
{
    json_t *list = json_array();
    const json_t *alg = json_object_get(of->header, "alg");
    const xcj_key *only = of->verified != NULL ? xcj_verified_key(of->verified)
                          : of->is_set         ? NULL
                                               : xcj_keyset_get(of->keys, 0);
    if (only != NULL) {
        add_key(list, only);
    } else if (json_is_string(alg) && of->policy->options.key_claim.ptr == NULL && !of->policy->options.jwt_svid) {
        const json_t *kid = json_object_get(of->header, "kid");
        add_fitting(list, of, kid, xcj_alg_from_name(json_string_value(alg), json_string_length(alg)));
    } else {
        json_decref(list);
        return json_null();
    }
    return list;
}

json_t *tried_keys(const tried_subject *of)
{
    if (policy_is_unrouted(of->policy, of->err)) {
        return json_array();
    }
    switch (of->err->code) {
    case XCJ_OK:
    case XCJ_ERR_SIGNATURE:
    case XCJ_ERR_CLAIM:
    case XCJ_ERR_EXPIRED:
    case XCJ_ERR_NOT_YET_VALID:
        return of->keys != NULL ? checked_keys(of) : json_null();
    case XCJ_ERR_NO_KEY:
    case XCJ_ERR_AMBIGUOUS_KEY:
    case XCJ_ERR_ALG:
    case XCJ_ERR_ALG_UNKNOWN:
    case XCJ_ERR_KEY_USE:
    case XCJ_ERR_KEY_WEAK:
    case XCJ_ERR_CRIT:
        return json_array();
    default:
        return json_null();
    }
}

static bool has_exp(const tried_subject *of)
{
    if (of->verified != NULL) {
        double exp = 0;
        return xcj_verified_number(&exp, of->verified, XCJ_CLAIMS, "exp", 3, NULL) == XCJ_OK;
    }
    const xcj_str payload = of->peeked != NULL ? xcj_unverified_payload(of->peeked) : (xcj_str){ NULL, 0 };
    json_t *claims = payload.ptr != NULL ? doc_load(payload.ptr, payload.len) : NULL;
    const bool found = json_object_get(claims, "exp") != NULL;
    json_decref(claims);
    return found;
}

json_t *tried_not_checked(const tried_subject *of)
{
    const xcj_verify_options *policy = &of->policy->options;
    json_t *names = json_array();
    if (of->policy->issuers_count == 0 && policy->issuer.ptr == NULL) {
        (void)json_array_append_new(names, json_string("iss"));
    }
    if (policy->audiences_count == 0) {
        (void)json_array_append_new(names, json_string("aud"));
    }
    if (policy->opaque_payload || (policy->allow_no_exp && !has_exp(of))) {
        (void)json_array_append_new(names, json_string("exp"));
    }
    return names;
}
