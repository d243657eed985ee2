#include "lib/key/keyset.h"

#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/key/key.h"
#include "lib/key/key_order.h"

static int compare_at(const void *ctx, uint32_t a, uint32_t b)
{
    const xcj_keyset *set = ctx;
    return xcj__key_order(set->keys[a], set->keys[b]);
}

static void sort_keys(xcj_keyset *set)
{
    set->named = 0;
    for (size_t i = 0; i < set->count; i++) {
        set->named += xcj_key_id(set->keys[i]).ptr != NULL;
    }
    xcj__sort(set->by_kid, set->count, compare_at, set);
}

/* Of equal keys, keeps the first. */
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

bool xcj__keyset_index(xcj_keyset *set, bool counts_twins)
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
size_t xcj__keyset_first(const xcj_keyset *set, xcj_str kid)
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

bool xcj__keyset_is_at(const xcj_keyset *set, size_t index, xcj_str kid)
{
    return index < set->named && xcj__str_order(xcj_key_id(set->keys[set->by_kid[index]]), kid) == 0;
}

/* By the place in by_kid where the keys of a kid begin: the types of the broken keys with that kid, a bit each. */
static void note_broken_types(const xcj_keyset *set, uint8_t *types)
{
    for (size_t i = 0; i < set->broken_count; i++) {
        const xcj__broken *one = &set->broken[i];
        size_t at = xcj__keyset_first(set, one->kid);
        if (xcj__keyset_is_at(set, at, one->kid)) {
            types[at] |= (uint8_t)(1u << one->kty);
        }
    }
}

/* A broken key is passed over, but not forgotten: a whole one of its kid and type is no longer the only one that can be
 * meant. */
bool xcj__keyset_mark_doubtful(xcj_keyset *set)
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
        first = xcj__keyset_is_at(set, first, xcj_key_id(key)) ? first : i;
        set->doubtful[set->by_kid[i]] = (types[first] >> xcj__key_facts_of(key)->kty & 1) != 0;
    }
    xcj_free(types);
    return true;
}

bool xcj__keyset_has(const xcj_keyset *set, xcj_str kid)
{
    return xcj__keyset_is_at(set, xcj__keyset_first(set, kid), kid);
}
