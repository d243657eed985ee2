#include "lib/key/keyset.h"

#include <stdatomic.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/key.h"

/* Reasons are kept for so many keys of a set that cannot be used: a hostile one has a million. */
#define REASONS_MAX ((size_t)64)

xcj_keyset *xcj__keyset_new(void)
{
    xcj_keyset *set = xcj__zalloc(sizeof *set);
    if (set != NULL) {
        atomic_init(&set->refs, 1);
    }
    return set;
}

xcj_keyset *xcj_keyset_ref(const xcj_keyset *set)
{
    xcj_keyset *shared = (xcj_keyset *)(uintptr_t)set;
    if (shared != NULL) {
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    }
    return shared;
}

static void free_broken(xcj_keyset *set)
{
    for (size_t i = 0; i < set->broken_count; i++) {
        xcj_free((char *)(uintptr_t)set->broken[i].kid.ptr);
    }
    xcj_free(set->broken);
    set->broken = NULL;
    set->broken_count = 0;
}

void xcj_keyset_free(xcj_keyset *set)
{
    if (set == NULL || atomic_fetch_sub_explicit(&set->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        xcj_key_free(set->keys[i]);
    }
    xcj_free(set->keys);
    free_broken(set);
    xcj_free(set->by_kid);
    xcj_free(set->doubtful);
    for (size_t i = 0; i < set->reasons_count; i++) {
        xcj_free(set->reasons[i].kid);
    }
    xcj_free(set->reasons);
    xcj_free(set);
}

/* Room for one more element: the array again, or NULL (and the old one stays). */
static void *grow(void *array, size_t count, size_t *cap, size_t element)
{
    if (count < *cap) {
        return array;
    }
    size_t more = *cap == 0 ? 4 : *cap * 2;
    void *larger = xcj__realloc(array, more * element);
    *cap = larger != NULL ? more : *cap;
    return larger;
}

/* Takes the reference over. */
bool xcj__keyset_add(xcj_keyset *set, xcj_key *key)
{
    xcj_key **keys = grow(set->keys, set->count, &set->cap, sizeof *keys);
    if (keys == NULL) {
        xcj_key_free(key);
        return false;
    }
    set->keys = keys;
    keys[set->count++] = key;
    return true;
}

static bool add_reason(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str kid)
{
    if (set->reasons_count == REASONS_MAX) {
        return true;
    }
    xcj__skipped *list = grow(set->reasons, set->reasons_count, &set->reasons_cap, sizeof *list);
    if (list == NULL) {
        return false;
    }
    set->reasons = list;
    char *copy = kid.ptr != NULL ? xcj__dup(kid.ptr, kid.len) : NULL;
    list[set->reasons_count++] = (xcj__skipped){ position, copy, kid.len, *why };
    return copy != NULL || kid.ptr == NULL;
}

bool xcj__keyset_add_skipped(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str kid)
{
    set->skipped_count++;
    return add_reason(set, position, why, kid);
}

/* Takes the kid over. */
bool xcj__keyset_add_broken(xcj_keyset *set, xcj_kty kty, xcj_str kid)
{
    xcj__broken *list = grow(set->broken, set->broken_count, &set->broken_cap, sizeof *list);
    if (list == NULL) {
        xcj_free((char *)(uintptr_t)kid.ptr);
        return false;
    }
    set->broken = list;
    list[set->broken_count++] = (xcj__broken){ kty, kid };
    return true;
}

xcj_code xcj__keyset_complete(xcj_keyset **out, xcj_keyset *set, bool counts_twins, xcj_code code, xcj_error *err)
{
    if (code == XCJ_OK && !(xcj__keyset_index(set, counts_twins) && xcj__keyset_mark_doubtful(set))) {
        code = xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        xcj_keyset_free(set);
        return code;
    }
    free_broken(set);
    xcj__error_clear(err);
    *out = set;
    return XCJ_OK;
}

xcj_code xcj_keyset_from_keys(xcj_keyset **out, const xcj_key *const *keys, size_t count, xcj_error *err)
{
    if (!xcj__clear_handle(out) || (keys == NULL && count > 0)) {
        return xcj__fail_null(err);
    }
    xcj_keyset *set = xcj__keyset_new();
    if (set == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        code = keys[i] == NULL                              ? xcj__fail_null(err)
               : xcj__keyset_add(set, xcj_key_ref(keys[i])) ? XCJ_OK
                                                            : xcj__fail_memory(err);
    }
    return xcj__keyset_complete(out, set, true, code, err);
}

void xcj__keyset_set_form(xcj_keyset *set, xcj_form form)
{
    set->form = form;
}

xcj_form xcj_keyset_form(const xcj_keyset *set)
{
    return set != NULL ? set->form : XCJ_FORM_NONE;
}

size_t xcj_keyset_count(const xcj_keyset *set)
{
    return set != NULL ? set->count : 0;
}

const xcj_key *xcj_keyset_get(const xcj_keyset *set, size_t index)
{
    return set != NULL && index < set->count ? set->keys[index] : NULL;
}

size_t xcj_keyset_skipped_count(const xcj_keyset *set)
{
    return set != NULL ? set->skipped_count : 0;
}

const xcj_error *xcj_keyset_skipped(const xcj_keyset *set, size_t index, size_t *position)
{
    if (set == NULL || index >= set->reasons_count) {
        return NULL;
    }
    if (position != NULL) {
        *position = set->reasons[index].position;
    }
    return &set->reasons[index].why;
}

xcj_str xcj_keyset_skipped_kid(const xcj_keyset *set, size_t index)
{
    bool has = set != NULL && index < set->reasons_count;
    return has ? (xcj_str){ set->reasons[index].kid, set->reasons[index].kid_len } : (xcj_str){ NULL, 0 };
}

xcj_code xcj_keyset_to_json(char **out, size_t *out_len, const xcj_keyset *set, xcj_part part, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || set == NULL) {
        return xcj__fail_null(err);
    }
    if (part != XCJ_PUBLIC && part != XCJ_PRIVATE) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
    }
    xcj_code code = XCJ_OK;
    size_t written = 0;
    xcj__buf text;
    xcj__buf_init(&text);
    xcj__buf_put_text(&text, "{\"keys\":[");
    for (size_t i = 0; code == XCJ_OK && i < set->count; i++) {
        char *jwk = NULL;
        size_t len;
        if (part == XCJ_PUBLIC && xcj__key_facts_of(set->keys[i])->kty == XCJ_KTY_OCT) {
            continue;
        }
        code = xcj_key_to_jwk(&jwk, &len, set->keys[i], part, err);
        xcj__buf_put_text(&text, written++ == 0 ? "" : ",");
        xcj__buf_put(&text, jwk, len);
        xcj_free(jwk);
    }
    xcj__buf_put_text(&text, "]}");
    if (code != XCJ_OK) {
        xcj__buf_free(&text);
        return code;
    }
    xcj__error_clear(err);
    return xcj__buf_take(&text, out, out_len, err);
}

static bool copy_doubts(xcj_keyset *made, const xcj_keyset *set, const char *use)
{
    if (set->doubtful == NULL) {
        return true;
    }
    made->doubtful = xcj__zalloc((made->count + 1) * sizeof *made->doubtful);
    size_t at = 0;
    for (size_t i = 0; made->doubtful != NULL && i < set->count; i++) {
        if (xcj__str_is(xcj_key_use(set->keys[i]), use)) {
            made->doubtful[at++] = set->doubtful[i];
        }
    }
    return made->doubtful != NULL;
}

xcj_code xcj__keyset_of_use(xcj_keyset **out, const xcj_keyset *set, const char *use, xcj_error *err)
{
    *out = NULL;
    xcj_keyset *made = xcj__keyset_new();
    if (made == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.use = xcj_text("sig");
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < set->count; i++) {
        xcj_key *key;
        if (!xcj__str_is(xcj_key_use(set->keys[i]), use)) {
            continue;
        }
        code = xcj_key_relabel(&key, set->keys[i], &labels, err);
        code = code != XCJ_OK || xcj__keyset_add(made, key) ? code : xcj__fail_memory(err);
    }
    made->skipped_count = set->skipped_count;
    code = code == XCJ_OK && !copy_doubts(made, set, use) ? xcj__fail_memory(err) : code;
    return xcj__keyset_complete(out, made, true, code, err);
}
