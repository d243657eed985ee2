#include "lib/key/keyset.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/codec/json_scan.h"
#include "lib/key/container.h"
#include "lib/key/jwk.h"
#include "lib/key/key.h"
#include "lib/key/key_order.h"
#include "lib/key/pem.h"
#include "lib/key/unwrap.h"

#define SET_MEMBERS_MAX ((size_t)1024 * 1024)

/* Reasons are kept for so many keys of a set that cannot be used: a hostile one has a million. */
#define REASONS_MAX ((size_t)64)

typedef struct skipped {
    size_t position;
    char *kid; /* for xcj_free(); NULL: none */
    size_t kid_len;
    xcj_error why;
} skipped;

/* What a key that cannot be used says of itself. */
typedef struct broken {
    xcj__kty kty;
    xcj_str kid; /* for xcj_free() */
} broken;

struct xcj_keyset {
    atomic_uint refs;
    xcj_key **keys; /* in the order of the text */
    size_t count;
    size_t cap;
    xcj_form form;
    uint32_t *by_kid; /* the keys in the order of xcj__key_order() */
    size_t named;     /* so many of them have a kid */
    bool *doubtful;   /* by key: a broken key of the same kid and type may be the one that is meant; NULL: none is */
    size_t skipped_count;
    skipped *reasons; /* of the first of them */
    size_t reasons_count;
    size_t reasons_cap;
    broken *broken; /* those with a kid and a type, until the set is complete */
    size_t broken_count;
    size_t broken_cap;
};

static xcj_keyset *set_new(void)
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
static bool add_key(xcj_keyset *set, xcj_key *key)
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
    skipped *list = grow(set->reasons, set->reasons_count, &set->reasons_cap, sizeof *list);
    if (list == NULL) {
        return false;
    }
    set->reasons = list;
    char *copy = kid.ptr != NULL ? xcj__dup(kid.ptr, kid.len) : NULL;
    list[set->reasons_count++] = (skipped){ position, copy, kid.len, *why };
    return copy != NULL || kid.ptr == NULL;
}

static bool add_skipped(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str kid)
{
    set->skipped_count++;
    return add_reason(set, position, why, kid);
}

/* Takes the kid over. */
static bool add_broken(xcj_keyset *set, xcj__kty kty, xcj_str kid)
{
    broken *list = grow(set->broken, set->broken_count, &set->broken_cap, sizeof *list);
    if (list == NULL) {
        xcj_free((char *)(uintptr_t)kid.ptr);
        return false;
    }
    set->broken = list;
    list[set->broken_count++] = (broken){ kty, kid };
    return true;
}

static bool skip_jwk(xcj_keyset *set, size_t position, const xcj_error *why, xcj_str jwk)
{
    xcj__kty kty;
    xcj_str kid;
    bool kept = xcj__jwk_peek(&kty, &kid, jwk.ptr, jwk.len, NULL) == XCJ_OK && add_skipped(set, position, why, kid);
    if (kept && kid.ptr != NULL && kty != 0) {
        return add_broken(set, kty, kid);
    }
    xcj_free((char *)(uintptr_t)kid.ptr);
    return kept;
}

static int compare_at(const xcj_keyset *set, uint32_t a, uint32_t b)
{
    int order = xcj__key_order(set->keys[a], set->keys[b]);
    return order != 0 ? order : a < b ? -1 : 1;
}

/* Heapsort: no memory, no recursion, and no order of the text makes it slow. */
static void sift_down(const xcj_keyset *set, size_t root, size_t count)
{
    uint32_t *heap = set->by_kid;
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && compare_at(set, heap[child], heap[child + 1]) < 0) {
            child++;
        }
        if (compare_at(set, heap[root], heap[child]) >= 0) {
            return;
        }
        uint32_t swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

static void sort_keys(xcj_keyset *set)
{
    set->named = 0;
    for (size_t i = 0; i < set->count; i++) {
        set->by_kid[i] = (uint32_t)i;
        set->named += xcj_key_id(set->keys[i]).ptr != NULL;
    }
    for (size_t root = set->count / 2; root > 0; root--) {
        sift_down(set, root - 1, set->count);
    }
    for (size_t end = set->count; end > 1; end--) {
        uint32_t largest = set->by_kid[0];
        set->by_kid[0] = set->by_kid[end - 1];
        set->by_kid[end - 1] = largest;
        sift_down(set, 0, end - 1);
    }
}

/* Removes the later of twins. */
static bool drop_twins(xcj_keyset *set)
{
    size_t last = 0;
    for (size_t i = 1; i < set->count; i++) {
        xcj_key **key = &set->keys[set->by_kid[i]];
        if (xcj__key_is_twin(set->keys[set->by_kid[last]], *key)) {
            xcj_key_free(*key);
            *key = NULL;
        } else {
            last = i;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->keys[i] != NULL) {
            set->keys[kept++] = set->keys[i];
        }
    }
    bool dropped = kept != set->count;
    set->count = kept;
    return dropped;
}

static bool index_kids(xcj_keyset *set, bool counts_twins)
{
    set->by_kid = xcj__alloc((set->count + 1) * sizeof *set->by_kid);
    if (set->by_kid == NULL) {
        return false;
    }
    sort_keys(set);
    if (!counts_twins && drop_twins(set)) {
        sort_keys(set);
    }
    return true;
}

/* The first of by_kid whose kid is not below this one. */
static size_t lower_bound(const xcj_keyset *set, xcj_str kid)
{
    size_t low = 0;
    for (size_t high = set->named; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (xcj__str_order(xcj_key_id(set->keys[set->by_kid[middle]]), kid) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_kid_at(const xcj_keyset *set, size_t index, xcj_str kid)
{
    return index < set->named && xcj__str_order(xcj_key_id(set->keys[set->by_kid[index]]), kid) == 0;
}

/* By the place in by_kid where the keys of a kid begin: the types of the broken keys with that kid, a bit each. */
static void note_broken_types(const xcj_keyset *set, uint8_t *types)
{
    for (size_t i = 0; i < set->broken_count; i++) {
        const broken *one = &set->broken[i];
        size_t at = lower_bound(set, one->kid);
        if (has_kid_at(set, at, one->kid)) {
            types[at] |= (uint8_t)(1u << one->kty);
        }
    }
}

/* A broken key is passed over, but not forgotten: a whole one of its kid and type is no longer the only one that can be
 * meant. */
static bool mark_doubtful(xcj_keyset *set)
{
    if (set->broken_count == 0) {
        return true;
    }
    uint8_t *types = xcj__zalloc(set->named + 1);
    set->doubtful = xcj__zalloc((set->count + 1) * sizeof *set->doubtful);
    if (types == NULL || set->doubtful == NULL) {
        xcj_free(types);
        return false;
    }
    note_broken_types(set, types);
    size_t first = 0;
    for (size_t i = 0; i < set->named; i++) {
        const xcj_key *key = set->keys[set->by_kid[i]];
        first = has_kid_at(set, first, xcj_key_id(key)) ? first : i;
        set->doubtful[set->by_kid[i]] = (types[first] >> xcj__key_facts_of(key)->kty & 1) != 0;
    }
    xcj_free(types);
    return true;
}

typedef struct loading {
    xcj_keyset *set;
    const xcj_key_options *options;
    size_t position;
} loading;

static xcj_code load_key(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    loading *l = ctx;
    xcj_key *key = NULL;
    xcj_error why;
    xcj_str text = item->value.raw;
    xcj_code code = xcj__key_of_set(&key, text, l->options, &why);
    if (code == XCJ_ERR_MEMORY) {
        return xcj__fail_memory(err);
    }
    /* RFC 7517 5: a key that cannot be used does not make the others unusable. */
    bool kept = code == XCJ_OK ? add_key(l->set, key) : skip_jwk(l->set, l->position, &why, text);
    l->position++;
    return kept ? XCJ_OK : xcj__fail_memory(err);
}

static xcj_code read_text(xcj_key **out, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    xcj__buf unwrapped;
    bool is_wrapped = xcj__unwrap(&unwrapped, text);
    xcj_str inner = is_wrapped ? (xcj_str){ unwrapped.ptr, unwrapped.len } : text;
    xcj_code code = is_wrapped && unwrapped.failed ? xcj__fail_memory(err)
                    : xcj__pem_sniff(inner.ptr, inner.len)
                        ? xcj_key_from_pem(out, inner.ptr, inner.len, options, err)
                        : xcj_key_from_der(out, (const uint8_t *)inner.ptr, inner.len, options, err);
    xcj__buf_free(&unwrapped);
    return code;
}

/* A member of a certificate map, such as Google's: the name is the kid of the key in the text. */
static xcj_code named_key(xcj_key **out, xcj_str kid, const xcj__json_value *value, const loading *l, xcj_error *err)
{
    char *text = NULL;
    size_t len;
    xcj_key *key = NULL;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = kid;
    *out = NULL;
    xcj_code code = xcj__json_take_text(&text, &len, value->text, err);
    if (code == XCJ_OK) {
        code = read_text(&key, (xcj_str){ text, len }, l->options, err);
    }
    if (code == XCJ_OK) {
        code = xcj_key_relabel(out, key, &labels, err);
    }
    xcj_key_free(key);
    xcj_free(text);
    return code;
}

static xcj_code load_text(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    loading *l = ctx;
    char *name = NULL;
    xcj_str kid;
    xcj_key *key = NULL;
    xcj_error why;
    if (item->value.type == XCJ__JSON_NULL) {
        return XCJ_OK;
    }
    xcj_code code = xcj__json_take_text(&name, &kid.len, item->name, err);
    if (code != XCJ_OK) {
        return code;
    }
    kid.ptr = name;
    code = named_key(&key, kid, &item->value, l, &why);
    bool is_fault = code == XCJ_ERR_MEMORY || code == XCJ_ERR_PASSPHRASE;
    if (is_fault && err != NULL) {
        *err = why;
    }
    if (!is_fault) {
        bool kept = code == XCJ_OK ? add_key(l->set, key) : add_skipped(l->set, l->position, &why, kid);
        code = kept ? XCJ_OK : xcj__fail_memory(err);
    }
    l->position++;
    xcj_free(name);
    return code;
}

static const xcj__json_limits limits = { .max_depth = XCJ__JSON_DEPTH, .max_members = SET_MEMBERS_MAX };

static xcj_code load_array(loading *l, xcj_str array, xcj_error *err)
{
    l->set->form = XCJ_FORM_JWKS;
    return xcj__json_scan(array.ptr, array.len, XCJ__JSON_ARRAY, &limits, load_key, l, err);
}

static xcj_code load_single(loading *l, const char *text, size_t len, xcj_error *err)
{
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, text, len, l->options, err);
    l->set->form = XCJ_FORM_JWK;
    return code != XCJ_OK ? code : add_key(l->set, key) ? XCJ_OK : xcj__fail_memory(err);
}

/* An object: a set, a key, a map of PEM texts, or client metadata with a set in it. */
static xcj_code load_object(loading *l, const char *text, size_t len, bool is_inner, xcj_error *err)
{
    xcj__container found;
    xcj_code code = xcj__container_read(&found, text, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    size_t offset = found.keys.type != 0 ? (size_t)(found.keys.raw.ptr - text) : 0;
    if (found.keys.type != 0 && found.has_kty) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "keys", offset, XCJ__BOTH_KEY_AND_SET);
    }
    if (found.keys.type != 0) {
        return found.keys.type == XCJ__JSON_ARRAY
                   ? load_array(l, found.keys.raw, err)
                   : xcj__fail_at(err, XCJ_ERR_KEY, "keys", offset, "\"keys\" is not an array, at offset %zu", offset);
    }
    if (!found.has_kty && found.is_map) {
        l->set->form = XCJ_FORM_PEM;
        return xcj__json_scan(text, len, XCJ__JSON_OBJECT, &limits, load_text, l, err);
    }
    if (!found.has_kty && found.jwks.type == XCJ__JSON_OBJECT && !is_inner) {
        return load_object(l, found.jwks.raw.ptr, found.jwks.raw.len, true, err);
    }
    code = found.has_kty ? XCJ_OK : xcj__container_name(&found, err);
    return code == XCJ_OK ? load_single(l, text, len, err) : code;
}

static xcj_code load(loading *l, const char *text, size_t len, xcj_error *err)
{
    size_t at = 0;
    while (at < len && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n')) {
        at++;
    }
    bool is_array = at < len && text[at] == '[';
    return is_array ? load_array(l, (xcj_str){ text, len }, err) : load_object(l, text, len, false, err);
}

static xcj_code finish(xcj_keyset **out, xcj_keyset *set, bool counts_twins, xcj_code code, xcj_error *err)
{
    if (code == XCJ_OK && !(index_kids(set, counts_twins) && mark_doubtful(set))) {
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

xcj_code xcj_keyset_from_json(xcj_keyset **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    /* Here, for they are no fault of the keys, which would be skipped. */
    xcj_key_options given;
    xcj_code code = xcj__options_read(&given, sizeof given, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (len > XCJ__SET_TEXT_MAX) {
        return xcj__fail(err, XCJ_ERR_LIMIT, "a key set of %zu bytes: the limit is %zu", len, XCJ__SET_TEXT_MAX);
    }
    xcj_keyset *set = set_new();
    if (set == NULL) {
        return xcj__fail_memory(err);
    }
    loading l = { .set = set, .options = &given };
    return finish(out, set, false, load(&l, text, len, err), err);
}

xcj_code xcj_keyset_from_keys(xcj_keyset **out, const xcj_key *const *keys, size_t count, xcj_error *err)
{
    if (!xcj__clear_handle(out) || (keys == NULL && count > 0)) {
        return xcj__fail_null(err);
    }
    xcj_keyset *set = set_new();
    if (set == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_code code = XCJ_OK;
    for (size_t i = 0; code == XCJ_OK && i < count; i++) {
        code = keys[i] == NULL ? xcj__fail_null(err) : add_key(set, xcj_key_ref(keys[i])) ? XCJ_OK : xcj__fail_memory(err);
    }
    return finish(out, set, true, code, err);
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
        if (part == XCJ_PUBLIC && xcj__key_facts_of(set->keys[i])->kty == XCJ__OCT) {
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

bool xcj__keyset_has(const xcj_keyset *set, xcj_str kid)
{
    return has_kid_at(set, lower_bound(set, kid), kid);
}

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

/* Why the first key of the right type does not fit; empty when there is none. */
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
    size_t first = kid.ptr != NULL ? lower_bound(set, kid) : 0;
    size_t last = first;
    for (; kid.ptr != NULL ? has_kid_at(set, last, kid) : last < set->count; last++) {
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
    size_t at = kid.ptr != NULL ? lower_bound(set, kid) : 0;
    bool is_named = kid.ptr != NULL && has_kid_at(set, at, kid);
    if (kid.ptr != NULL && !is_named) {
        at = set->named; /* where those without a kid are */
    }
    size_t count = 0;
    for (; at < set->count && count < cap && (!is_named || has_kid_at(set, at, kid)); at++) {
        const xcj_key *key = set->keys[set->by_kid[at]];
        if (xcj__alg_admit(alg, xcj__key_facts_of(key), XCJ_VERIFY, NULL) == XCJ_OK && !has_same(out, count, key)) {
            out[count++] = key;
        }
    }
    return count;
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
    xcj_keyset *made = set_new();
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
        code = code != XCJ_OK || add_key(made, key) ? code : xcj__fail_memory(err);
    }
    made->skipped_count = set->skipped_count;
    code = code == XCJ_OK && !copy_doubts(made, set, use) ? xcj__fail_memory(err) : code;
    return finish(out, made, true, code, err);
}
