#include "lib/token/header_cache.h"

#include <string.h>

#include "lib/key/scratch.h"

/* Longer headers are rare, and reading them is a small part of their cost. */
#define CARRIED_MAX 1024

typedef struct memory {
    xcj__json_limits limits;
    xcj__header fields; /* views into `text` */
    size_t carried_len;
    size_t header_len;
    char text[]; /* the decoded header, a NUL, and the header as carried */
} memory;

static bool same_limits(const xcj__json_limits *a, const xcj__json_limits *b)
{
    return a->max_depth == b->max_depth && a->max_members == b->max_members;
}

bool xcj__header_cache_find(xcj__verification *w, xcj_str carried)
{
    const xcj__buf *buf = xcj__scratch_memory(w->scratch);
    if (buf == NULL || buf->len == 0) {
        return false;
    }
    const memory *m = (const memory *)(const void *)buf->ptr;
    if (m->carried_len != carried.len || !same_limits(&m->limits, &w->verifier->policy.header_limits) ||
        memcmp(m->text + m->header_len + 1, carried.ptr, carried.len) != 0) {
        return false;
    }
    memcpy(w->at, m->text, m->header_len + 1);
    w->header = (xcj_str){ (const char *)w->at, m->header_len };
    w->at += m->header_len + 1;
    w->fields = m->fields;
    return true;
}

/* Moves a view to another copy of the text. */
static void move_view(xcj_str *view, const char *from, const char *to)
{
    if (view->ptr != NULL) {
        view->ptr = to + (view->ptr - from);
    }
}

void xcj__header_cache_keep(const xcj__verification *w, xcj_str carried)
{
    xcj__buf *buf = xcj__scratch_memory(w->scratch);
    /* An unescaped string is not a view of the header, so it cannot be moved. */
    if (buf == NULL || carried.len > CARRIED_MAX || w->names.len > 0) {
        return;
    }
    buf->len = 0;
    size_t room = sizeof(memory) + w->header.len + 1 + carried.len;
    memory *m = (memory *)(void *)xcj__buf_reserve(buf, room);
    if (m == NULL) {
        buf->failed = false; /* not cached: the next call tries again */
        return;
    }
    buf->len = room;
    m->limits = w->verifier->policy.header_limits;
    m->fields = w->fields;
    m->carried_len = carried.len;
    m->header_len = w->header.len;
    memcpy(m->text, w->header.ptr, w->header.len + 1);
    memcpy(m->text + w->header.len + 1, carried.ptr, carried.len);
    move_view(&m->fields.alg, w->header.ptr, m->text);
    move_view(&m->fields.kid, w->header.ptr, m->text);
    move_view(&m->fields.typ, w->header.ptr, m->text);
    move_view(&m->fields.jku, w->header.ptr, m->text);
}
