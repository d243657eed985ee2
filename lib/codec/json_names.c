#include "lib/codec/json_names.h"

#include <string.h>

#include "lib/codec/json_string.h"
#include "lib/codec/swar.h"

/* Up to this many names are compared pairwise; more are sorted first. */
#define PAIRWISE_MAX 32

static int compare_unescaped(const char *text, const xcj__json_name *a, const xcj__json_name *b)
{
    xcj__json_reader x = xcj__json_reader_of(text + a->offset, a->len);
    xcj__json_reader y = xcj__json_reader_of(text + b->offset, b->len);
    int c, d;
    do {
        c = xcj__json_read_byte(&x);
        d = xcj__json_read_byte(&y);
    } while (c == d && c >= 0);
    return c - d;
}

/* Orders by hash, then by the unescaped bytes. The order must be total, whichever names contain escapes: with a cycle
 * among names with equal hashes, sorting could keep two equal names apart. */
static int compare_names(const char *text, const xcj__json_name *a, const xcj__json_name *b)
{
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    if (a->is_escaped || b->is_escaped) {
        return compare_unescaped(text, a, b);
    }
    int order = memcmp(text + a->offset, text + b->offset, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Orders equal names by position, so that the later one is reported as the duplicate. */
static int compare_entries(const char *text, const xcj__json_name *a, const xcj__json_name *b)
{
    int order = compare_names(text, a, b);
    return order != 0 ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

static uint32_t mix(uint64_t head, uint64_t tail, size_t len)
{
    return (uint32_t)(((head ^ (tail << 1 | tail >> 63) ^ len) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

/* Hashes the first and last eight bytes and the length. It is fast, and colliding names cost little (see
 * xcj__json_names_duplicate()). */
static uint32_t hash_bytes(const char *name, size_t len)
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
static uint32_t hash_name(const char *text, const xcj__json_name *name)
{
    if (!name->is_escaped) {
        return hash_bytes(text + name->offset, name->len);
    }
    char head[8] = { 0 };
    char tail[8] = { 0 };
    size_t len = 0;
    xcj__json_reader r = xcj__json_reader_of(text + name->offset, name->len);
    for (int c = xcj__json_read_byte(&r); c >= 0; c = xcj__json_read_byte(&r)) {
        if (len < 8) {
            head[len] = (char)c;
        }
        memmove(tail, tail + 1, 7);
        tail[7] = (char)c;
        len++;
    }
    return len < 8 ? hash_bytes(head, len) : mix(xcj__load_le(head), xcj__load_le(tail), len);
}

static void sift_down(const char *text, xcj__json_name *heap, size_t root, size_t count)
{
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && compare_entries(text, &heap[child], &heap[child + 1]) < 0) {
            child++;
        }
        if (compare_entries(text, &heap[root], &heap[child]) >= 0) {
            return;
        }
        xcj__json_name swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

/* Heapsort: in place, and fast for any names that an attacker chooses. */
static void sort_names(const char *text, xcj__json_name *names, size_t count)
{
    for (size_t root = count / 2; root > 0; root--) {
        sift_down(text, names, root - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        xcj__json_name last = names[end - 1];
        names[end - 1] = names[0];
        names[0] = last;
        sift_down(text, names, 0, end - 1);
    }
}

const xcj__json_name *xcj__json_names_duplicate(const char *text, xcj__json_name *names, size_t count)
{
    const xcj__json_name *first = NULL;
    if (count > PAIRWISE_MAX) {
        sort_names(text, names, count);
        for (size_t i = 1; i < count; i++) {
            bool is_earlier = first == NULL || names[i].offset < first->offset;
            if (is_earlier && compare_names(text, &names[i - 1], &names[i]) == 0) {
                first = &names[i];
            }
        }
        return first;
    }
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = UINT64_C(1) << (names[i].hash >> 26);
        bool may_repeat = (seen & bit) != 0;
        seen |= bit;
        for (size_t j = 0; may_repeat && j < i; j++) {
            if (names[i].hash == names[j].hash && compare_names(text, &names[i], &names[j]) == 0) {
                return &names[i];
            }
        }
    }
    return NULL;
}

xcj__json_name xcj__json_name_of(const char *text, size_t offset, size_t len, bool is_escaped)
{
    xcj__json_name name = { .offset = (uint32_t)offset, .len = (uint32_t)len, .is_escaped = is_escaped };
    name.hash = hash_name(text, &name);
    return name;
}
