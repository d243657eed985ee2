#include "lib/base/cache.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/fork_mark.h"
#include "lib/base/mem.h"

#define WAYS 8

/* A set's share of the memory, its own struct included: with entries of two kilobytes, eight fit. */
#define SHARE ((size_t)16 * 1024)

/* What malloc() and the block's own header add to an entry. */
#define OVERHEAD 32

/* With XCJ__HASHED_END: 24 bytes of a signature in base64url. */
#define HASHED_END 32

/* In a set's `state`, beside the number of readers. */
#define WRITER ((unsigned)1 << 31)

typedef struct set {
    atomic_uint state;
    unsigned hand;       /* where to look for the next entry to evict */
    atomic_size_t bytes; /* that the entries use; this and the next are changed by a writer alone */
    atomic_size_t entries;
    atomic_uint_fast64_t hits;
    atomic_uint_fast64_t misses;
    atomic_uint_fast64_t evictions;
    atomic_bool recent[WAYS]; /* found since the hand passed */
    uint64_t hashes[WAYS];
    xcj__cached *slots[WAYS];
} set;

struct xcj__cache {
    xcj__fork_mark mark;
    uint8_t secret[XCJ__SIPHASH_KEY];
    xcj__hashed hashed;
    size_t count;
    set sets[];
};

static size_t cost_of(const xcj__cached *entry)
{
    return entry->size + OVERHEAD;
}

/* The clock may go back: an entry of the future is not served. */
static bool is_alive(const xcj__cached *entry, int64_t now)
{
    return now >= entry->born && (uint64_t)now - (uint64_t)entry->born < (uint64_t)entry->life;
}

void xcj__cached_drop(xcj__cached *entry)
{
    if (entry != NULL && atomic_fetch_sub_explicit(&entry->refs, 1, memory_order_acq_rel) == 1) {
        entry->destroy(entry);
    }
}

static void empty_set(set *s)
{
    for (size_t i = 0; i < WAYS; i++) {
        xcj__cached_drop(s->slots[i]);
    }
    memset(s, 0, sizeof *s);
}

/* Threads of the parent are lost in a child, perhaps inside a set, so the child makes all sets anew. */
static bool is_ready(xcj__cache *cache)
{
    if (xcj__fork_mark_is_ours(&cache->mark)) {
        return true;
    }
    if (!xcj__fork_mark_claim(&cache->mark)) {
        return false;
    }
    for (size_t i = 0; i < cache->count; i++) {
        empty_set(&cache->sets[i]);
    }
    xcj__fork_mark_settle(&cache->mark);
    return true;
}

static uint64_t hash_of(const xcj__cache *cache, xcj_str key)
{
    if (cache->hashed == XCJ__HASHED_END && key.len > HASHED_END) {
        key = (xcj_str){ key.ptr + key.len - HASHED_END, HASHED_END };
    }
    return xcj__siphash(cache->secret, key);
}

static set *set_of(xcj__cache *cache, uint64_t hash)
{
    return &cache->sets[(hash >> 32) * cache->count >> 32];
}

static xcj__cached *look(set *s, uint64_t hash)
{
    xcj__cached *found = NULL;
    const unsigned before = atomic_fetch_add_explicit(&s->state, 1, memory_order_acquire);
    for (size_t i = 0; (before & WRITER) == 0 && found == NULL && i < WAYS; i++) {
        if (s->hashes[i] == hash && s->slots[i] != NULL) {
            found = s->slots[i];
            atomic_fetch_add_explicit(&found->refs, 1, memory_order_relaxed);
            atomic_store_explicit(&s->recent[i], true, memory_order_relaxed);
        }
    }
    atomic_fetch_sub_explicit(&s->state, 1, memory_order_release);
    return found;
}

xcj__cached *xcj__cache_find(xcj__cache *cache, xcj_str key, int64_t now, const xcj__cache_demand *demand)
{
    if (!is_ready(cache)) {
        return NULL;
    }
    const uint64_t hash = hash_of(cache, key);
    set *s = set_of(cache, hash);
    xcj__cached *found = look(s, hash);
    if (found != NULL && (!xcj__str_equal(found->key, key) || !is_alive(found, now) ||
                          (demand != NULL && !demand->is_met(found, demand->context)))) {
        xcj__cached_drop(found);
        found = NULL;
    }
    atomic_fetch_add_explicit(found != NULL ? &s->hits : &s->misses, 1, memory_order_relaxed);
    return found;
}

static xcj__cached *take(set *s, size_t i)
{
    xcj__cached *entry = s->slots[i];
    s->slots[i] = NULL;
    atomic_fetch_sub_explicit(&s->bytes, cost_of(entry), memory_order_relaxed);
    atomic_fetch_sub_explicit(&s->entries, 1, memory_order_relaxed);
    return entry;
}

/* One that is not served any more, or the first one that was not found since the hand passed it last. */
static xcj__cached *evict(set *s, int64_t now)
{
    size_t victim = WAYS;
    for (size_t i = 0; i < WAYS; i++) {
        victim = s->slots[i] != NULL && !is_alive(s->slots[i], now) ? i : victim;
    }
    while (victim == WAYS) {
        const size_t i = s->hand;
        s->hand = (s->hand + 1) % WAYS;
        victim = s->slots[i] != NULL && !atomic_exchange_explicit(&s->recent[i], false, memory_order_relaxed) ? i : WAYS;
    }
    atomic_fetch_add_explicit(&s->evictions, 1, memory_order_relaxed);
    return take(s, victim);
}

/* The slot of an equal hash, else a free one; WAYS: none. */
static size_t slot_for(const set *s, uint64_t hash)
{
    size_t slot = WAYS;
    for (size_t i = 0; i < WAYS; i++) {
        if (s->slots[i] != NULL && s->hashes[i] == hash) {
            return i;
        }
        slot = s->slots[i] == NULL ? i : slot;
    }
    return slot;
}

static size_t replace(set *s, xcj__cached *entry, uint64_t hash, int64_t now, xcj__cached *gone[WAYS])
{
    size_t count = 0;
    size_t slot = slot_for(s, hash);
    if (slot < WAYS && s->slots[slot] != NULL) {
        gone[count++] = take(s, slot);
    }
    while (slot == WAYS || atomic_load_explicit(&s->bytes, memory_order_relaxed) + cost_of(entry) > SHARE - sizeof *s) {
        gone[count++] = evict(s, now);
        slot = slot < WAYS ? slot : slot_for(s, hash);
    }
    s->slots[slot] = entry;
    s->hashes[slot] = hash;
    atomic_store_explicit(&s->recent[slot], false, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->bytes, cost_of(entry), memory_order_relaxed);
    atomic_fetch_add_explicit(&s->entries, 1, memory_order_relaxed);
    return count;
}

void xcj__cache_put(xcj__cache *cache, xcj__cached *entry, int64_t now)
{
    if (cost_of(entry) > SHARE - sizeof(set) || !is_ready(cache)) {
        return;
    }
    const uint64_t hash = hash_of(cache, entry->key);
    set *s = set_of(cache, hash);
    xcj__cached *gone[WAYS];
    unsigned nobody = 0;
    if (!atomic_compare_exchange_strong_explicit(&s->state, &nobody, WRITER, memory_order_acquire, memory_order_relaxed)) {
        return;
    }
    atomic_fetch_add_explicit(&entry->refs, 1, memory_order_relaxed);
    const size_t count = replace(s, entry, hash, now, gone);
    atomic_fetch_sub_explicit(&s->state, WRITER, memory_order_release);
    for (size_t i = 0; i < count; i++) {
        xcj__cached_drop(gone[i]);
    }
}

xcj_code xcj__cache_new(xcj__cache **out, size_t bytes, xcj__hashed hashed, const uint8_t secret[XCJ__SIPHASH_KEY],
                        xcj_error *err)
{
    const size_t count = (bytes - sizeof(xcj__cache)) / SHARE;
    xcj__cache *cache = xcj__zalloc(sizeof *cache + count * sizeof *cache->sets);
    if (cache == NULL) {
        return xcj__fail_memory(err);
    }
    memcpy(cache->secret, secret, sizeof cache->secret);
    cache->hashed = hashed;
    cache->count = count;
    xcj__fork_mark_open(&cache->mark);
    *out = cache;
    return XCJ_OK;
}

void xcj__cache_free(xcj__cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < cache->count; i++) {
        empty_set(&cache->sets[i]);
    }
    xcj__fork_mark_close(&cache->mark);
    xcj_free(cache);
}

void xcj__cache_count(xcj_cache_counts *sum, const xcj__cache *cache)
{
    if (cache == NULL || !xcj__fork_mark_is_ours(&cache->mark)) {
        return;
    }
    for (size_t i = 0; i < cache->count; i++) {
        const set *s = &cache->sets[i];
        sum->hits += atomic_load_explicit(&s->hits, memory_order_relaxed);
        sum->misses += atomic_load_explicit(&s->misses, memory_order_relaxed);
        sum->evictions += atomic_load_explicit(&s->evictions, memory_order_relaxed);
        sum->entries += atomic_load_explicit(&s->entries, memory_order_relaxed);
        sum->bytes += atomic_load_explicit(&s->bytes, memory_order_relaxed);
    }
}
