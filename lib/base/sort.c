#include "lib/base/sort.h"

#include <stdbool.h>

typedef struct sorting {
    uint32_t *places;
    xcj__compare compare;
    const void *ctx;
} sorting;

static bool is_before(const sorting *s, size_t a, size_t b)
{
    int order = s->compare(s->ctx, s->places[a], s->places[b]);
    return order != 0 ? order < 0 : s->places[a] < s->places[b];
}

static void swap(const sorting *s, size_t a, size_t b)
{
    uint32_t kept = s->places[a];
    s->places[a] = s->places[b];
    s->places[b] = kept;
}

static void sift_down(const sorting *s, size_t root, size_t count)
{
    for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && is_before(s, child, child + 1)) {
            child++;
        }
        if (!is_before(s, root, child)) {
            return;
        }
        swap(s, root, child);
        root = child;
    }
}

/* Heapsort. */
void xcj__sort(uint32_t *places, size_t count, xcj__compare compare, const void *ctx)
{
    const sorting s = { places, compare, ctx };
    for (size_t i = 0; i < count; i++) {
        places[i] = (uint32_t)i;
    }
    for (size_t root = count / 2; root > 0; root--) {
        sift_down(&s, root - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        swap(&s, 0, end - 1);
        sift_down(&s, 0, end - 1);
    }
}
