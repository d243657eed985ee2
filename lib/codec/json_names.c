#include "lib/codec/json_names.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/sort.h"
#include "lib/codec/json_string.h"
#include "lib/codec/swar.h"

/* Up to this many names, the set lies on the stack. */
#define SMALL_MAX 64

/* A set may look at this many taken slots per name. Only colliding names need more; then the names are sorted. */
#define LOOKS_PER_NAME 8

static int compare_unescaped(const char *text, const xcj__json_member *a, const xcj__json_member *b)
{
    xcj__json_reader x = xcj__json_reader_of(text + a->name, a->name_len);
    xcj__json_reader y = xcj__json_reader_of(text + b->name, b->name_len);
    int c, d;
    do {
        c = xcj__json_read_byte(&x);
        d = xcj__json_read_byte(&y);
    } while (c == d && c >= 0);
    return c - d;
}

/* Orders by hash, then by the unescaped bytes. The order must be total, whichever names contain escapes: with a cycle
 * among names with equal hashes, sorting could keep two equal names apart. */
static int compare_names(const char *text, const xcj__json_member *a, const xcj__json_member *b)
{
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    if (a->name_escaped || b->name_escaped) {
        return compare_unescaped(text, a, b);
    }
    int order = memcmp(text + a->name, text + b->name, a->name_len < b->name_len ? a->name_len : b->name_len);
    return order != 0 ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static uint32_t mix(uint64_t head, uint64_t tail, size_t len)
{
    return (uint32_t)(((head ^ (tail << 1 | tail >> 63) ^ len) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Hashes the first and last eight bytes and the length. It is fast, and colliding names cost little (see
 * xcj__json_names_duplicate()). */
uint32_t xcj__json_name_hash(const char *name, size_t len)
{
    if (len >= 8) {
        return mix(xcj__load_le(name), xcj__load_le(name + len - 8), len);
    }
    /* Covers all bytes, some twice. */
    uint32_t head = 0;
    uint32_t tail = 0;
    if (len >= 4) {
        memcpy(&head, name, 4);
        memcpy(&tail, name + len - 4, 4);
    } else if (len > 0) {
        head = (uint32_t)(uint8_t)name[0] << 16 | (uint32_t)(uint8_t)name[len / 2] << 8 | (uint8_t)name[len - 1];
    }
    return mix(head, tail, len);
}

/* Hashes the unescaped name, with the same result. */
static uint32_t hash_escaped(const char *name, size_t name_len)
{
    char head[8] = { 0 };
    char tail[8] = { 0 };
    size_t len = 0;
    xcj__json_reader r = xcj__json_reader_of(name, name_len);
    for (int c = xcj__json_read_byte(&r); c >= 0; c = xcj__json_read_byte(&r)) {
        if (len < 8) {
            head[len] = (char)c;
        }
        memmove(tail, tail + 1, 7);
        tail[7] = (char)c;
        len++;
    }
    return len < 8 ? xcj__json_name_hash(head, len) : mix(xcj__load_le(head), xcj__load_le(tail), len);
}

void xcj__json_member_name(xcj__json_member *member, const char *text, size_t name, size_t len, bool is_escaped)
{
    member->name = (uint32_t)name;
    member->name_len = (uint32_t)len;
    member->hash = is_escaped ? hash_escaped(text + name, len) : xcj__json_name_hash(text + name, len);
    member->name_escaped = is_escaped;
}

typedef struct sorting {
    const char *text;
    const xcj__json_member *members;
} sorting;

static int compare_at(const void *ctx, uint32_t a, uint32_t b)
{
    const sorting *s = ctx;
    return compare_names(s->text, &s->members[a], &s->members[b]);
}

static const xcj__json_member *first_in_order(uint32_t *order, const sorting *s, size_t count)
{
    size_t first = count;
    xcj__sort(order, count, compare_at, s);
    for (size_t i = 1; i < count; i++) {
        if (order[i] < first && compare_at(s, order[i - 1], order[i]) == 0) {
            first = order[i];
        }
    }
    return first < count ? &s->members[first] : NULL;
}

/* The set has 1 << bits slots, each 0 or an index plus 1: at least twice the count, so that no chain is long. The text has
 * less than 4 GiB, so bits are at most 31. */
static unsigned bits_for(size_t count)
{
    return 65 - (unsigned)__builtin_clzll(count | 1);
}

/* The upper bits of a product depend on all bits of its factors, the lower ones do not. */
static size_t slot_of(const xcj__json_member *member, unsigned bits)
{
    return member->hash >> (32 - bits);
}

static const xcj__json_member *first_of(uint32_t *slots, const char *text, const xcj__json_member *members, size_t count)
{
    const unsigned bits = bits_for(count);
    const size_t mask = ((size_t)1 << bits) - 1;
    size_t looks = LOOKS_PER_NAME * count;
    memset(slots, 0, (mask + 1) * sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        size_t at = slot_of(&members[i], bits);
        for (; slots[at] != 0; at = (at + 1) & mask) {
            const xcj__json_member *other = &members[slots[at] - 1];
            if (other->hash == members[i].hash && compare_names(text, other, &members[i]) == 0) {
                return &members[i];
            }
            if (--looks == 0) {
                const sorting s = { text, members };
                return first_in_order(slots, &s, count);
            }
        }
        slots[at] = (uint32_t)(i + 1);
    }
    return NULL;
}

bool xcj__json_names_duplicate(const xcj__json_member **out, xcj__json_names *names, const char *text,
                               const xcj__json_member *members, size_t count)
{
    uint32_t small[4 * SMALL_MAX];
    if (count <= SMALL_MAX) {
        *out = count > 1 ? first_of(small, text, members, count) : NULL;
        return true;
    }
    const size_t size = (size_t)1 << bits_for(count);
    if (names->cap < size) {
        xcj_free(names->slots);
        names->cap = 0;
        names->slots = xcj__alloc(size * sizeof *names->slots);
        if (names->slots == NULL) {
            return false;
        }
        names->cap = size;
    }
    *out = first_of(names->slots, text, members, count);
    return true;
}
