#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/key.h"
#include "lib/key/keyset.h"

/* The kids of the set for a message, as many as fit. */
static void list_kids(const xcj_keyset *set, char *dst, size_t cap)
{
    static const char more[] = " ...";
    xcj__buf list;
    xcj__buf_init_fixed(&list, dst, cap - sizeof more);
    for (size_t i = 0; i < set->named; i++) {
        char shown[XCJ__SHOWN];
        xcj_str kid = xcj_key_id(set->keys[set->by_kid[i]]);
        size_t end = list.len;
        xcj__buf_put_text(&list, i == 0 ? "" : ", ");
        xcj__buf_put_text(&list, xcj__sanitise(shown, sizeof shown, kid.ptr, kid.len));
        if (list.failed) {
            memcpy(dst + end, more, sizeof more);
            return;
        }
    }
    dst[list.len] = '\0';
}

/* Says why the first key of the right type does not fit; empty if no key has the right type. */
static const char *nearest_reason(const xcj_keyset *set, const xcj__alg *alg, xcj_error *why)
{
    for (size_t i = 0; i < set->count; i++) {
        if (xcj__alg_admit(alg, xcj__key_facts_of(set->keys[i]), XCJ_VERIFY, why) != XCJ_ERR_ALG) {
            return why->message;
        }
    }
    return "";
}

static xcj_code no_key(const xcj_keyset *set, xcj_str kid, const xcj__alg *alg, xcj_error *err)
{
    char list[200];
    char shown[XCJ__SHOWN];
    const char *unusable = set->skipped_count == 0 ? "" : " (and keys that cannot be used)";
    if (set->count == 0) {
        return xcj__fail(err, XCJ_ERR_NO_KEY, "the set has no usable key");
    }
    if (kid.ptr == NULL) {
        xcj_error why;
        const char *reason = nearest_reason(set, alg, &why);
        return xcj__fail(err, XCJ_ERR_NO_KEY, "the token names no key (kid), and none of the set's %zu fits %s%s%s%s",
                         set->count, alg->name, unusable, reason[0] != '\0' ? ": " : "", reason);
    }
    list_kids(set, list, sizeof list);
    return xcj__fail_at(err, XCJ_ERR_NO_KEY, "kid", XCJ_NO_OFFSET, "no key with kid \"%s\" fits %s; the set has: %s%s",
                        xcj__sanitise(shown, sizeof shown, kid.ptr, kid.len), alg->name,
                        set->named == 0 ? "no kids (--try-keys, try_keys, tries up to 16 keys)" : list, unusable);
}

static xcj_code ambiguous(xcj_str kid, const xcj__alg *alg, xcj_error *err)
{
    char shown[XCJ__SHOWN];
    return kid.ptr == NULL
               ? xcj__fail_at(err, XCJ_ERR_AMBIGUOUS_KEY, "kid", XCJ_NO_OFFSET,
                              "the token names no key (kid), and more than one of the set fits %s: --try-keys (try_keys) "
                              "tries up to %d of them",
                              alg->name, XCJ__TRIED_MAX)
               : xcj__fail_at(err, XCJ_ERR_AMBIGUOUS_KEY, "kid", XCJ_NO_OFFSET, "more than one key with kid \"%s\" fits %s",
                              xcj__sanitise(shown, sizeof shown, kid.ptr, kid.len), alg->name);
}

xcj_code xcj__keyset_select(const xcj_key **out, const xcj_keyset *set, xcj_str kid, const xcj__alg *alg, xcj_error *err)
{
    *out = NULL;
    size_t first = kid.ptr != NULL ? xcj__keyset_first(set, kid) : 0;
    size_t last = first;
    for (; kid.ptr != NULL ? xcj__keyset_is_at(set, last, kid) : last < set->count; last++) {
        size_t index = kid.ptr != NULL ? set->by_kid[last] : last;
        const xcj_key *key = set->keys[index];
        if (xcj__alg_admit(alg, xcj__key_facts_of(key), XCJ_VERIFY, NULL) != XCJ_OK) {
            continue;
        }
        bool is_doubtful = kid.ptr != NULL && set->doubtful != NULL && set->doubtful[index];
        if (*out != NULL && !is_doubtful && xcj__key_same(*out, key)) {
            continue; /* the same key twice is one */
        }
        if (*out != NULL || is_doubtful) {
            *out = NULL;
            return ambiguous(kid, alg, err);
        }
        *out = key;
    }
    if (*out != NULL) {
        return XCJ_OK;
    }
    bool is_only_key = set->count == 1 && set->skipped_count == 0;
    if (last == first && is_only_key && xcj_key_id(set->keys[0]).ptr == NULL) {
        xcj_code code = xcj__alg_admit(alg, xcj__key_facts_of(set->keys[0]), XCJ_VERIFY, err);
        *out = code == XCJ_OK ? set->keys[0] : NULL;
        return code;
    }
    if (last - first == 1) {
        /* The one key it can be: say what is the matter with it. */
        const xcj_key *key = set->keys[kid.ptr != NULL ? set->by_kid[first] : first];
        return xcj__alg_admit(alg, xcj__key_facts_of(key), XCJ_VERIFY, err);
    }
    return no_key(set, kid, alg, err);
}

static bool has_same(const xcj_key *const *keys, size_t count, const xcj_key *key)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || xcj__key_same(keys[i], key);
    }
    return found;
}

size_t xcj__keyset_fitting(const xcj_key **out, size_t cap, const xcj_keyset *set, xcj_str kid, const xcj__alg *alg)
{
    size_t at = kid.ptr != NULL ? xcj__keyset_first(set, kid) : 0;
    bool is_named = kid.ptr != NULL && xcj__keyset_is_at(set, at, kid);
    if (kid.ptr != NULL && !is_named) {
        at = set->named; /* where those without a kid are */
    }
    size_t count = 0;
    for (; at < set->count && count < cap && (!is_named || xcj__keyset_is_at(set, at, kid)); at++) {
        const xcj_key *key = set->keys[set->by_kid[at]];
        if (xcj__alg_admit(alg, xcj__key_facts_of(key), XCJ_VERIFY, NULL) == XCJ_OK && !has_same(out, count, key)) {
            out[count++] = key;
        }
    }
    return count;
}
