#include "lib/base/mem.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/load.h"

/* Precedes every block. It is as large as the strictest alignment, so the block itself is aligned for any type. */
typedef struct header {
    alignas(max_align_t) size_t size;
} header;

static header *header_of(void *block)
{
    return (header *)block - 1;
}

void *xcj__alloc(size_t size)
{
    if (size > (size_t)PTRDIFF_MAX - sizeof(header)) {
        return NULL;
    }
    header *head = malloc(sizeof(header) + size);
    if (head == NULL) {
        return NULL;
    }
    head->size = size;
    return head + 1;
}

void *xcj__zalloc(size_t size)
{
    void *block = xcj__alloc(size);
    if (block != NULL) {
        memset(block, 0, size);
    }
    return block;
}

/* Not realloc(3), which may leave the old content in freed memory. */
void *xcj__realloc(void *block, size_t size)
{
    void *fresh = xcj__alloc(size);
    if (fresh == NULL || block == NULL) {
        return fresh;
    }
    size_t old = header_of(block)->size;
    memcpy(fresh, block, old < size ? old : size);
    xcj_free(block);
    return fresh;
}

char *xcj__dup(const char *text, size_t len)
{
    if (len == SIZE_MAX) {
        return NULL;
    }
    char *copy = xcj__alloc(len + 1);
    if (copy == NULL) {
        return NULL;
    }
    if (len > 0) {
        memcpy(copy, text, len);
    }
    copy[len] = '\0';
    return copy;
}

bool xcj__clear_handle(void *out)
{
    static const void *const none = NULL;
    if (out != NULL) {
        memcpy(out, &none, sizeof none);
    }
    return out != NULL;
}

bool xcj__clear_block(void *out, size_t *len)
{
    if (len != NULL) {
        *len = 0;
    }
    return xcj__clear_handle(out) && len != NULL;
}

void xcj__wipe(void *ptr, size_t len)
{
    if (len > 0) {
        memset(ptr, 0, len);
        __asm__ volatile("" : : "r"(ptr) : "memory"); /* keeps the compiler from dropping the memset */
    }
}

bool xcj__equal_secret(const void *a, const void *b, size_t len)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    uint64_t differ = 0;
    for (; len >= 8; len -= 8, left += 8, right += 8) {
        differ |= xcj__load_le(left) ^ xcj__load_le(right);
        __asm__ volatile("" : "+r"(differ)); /* keeps the compiler from stopping at the first difference */
    }
    for (; len > 0; len--) {
        differ |= (uint64_t)(*left++ ^ *right++);
        __asm__ volatile("" : "+r"(differ));
    }
    return differ == 0;
}

bool xcj__str_equal(xcj_str a, xcj_str b)
{
    if (a.ptr == NULL || b.ptr == NULL) {
        return a.ptr == b.ptr;
    }
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool xcj__str_is(xcj_str a, const char *literal)
{
    return xcj__str_equal(a, xcj_text(literal));
}

bool xcj__str_is_nocase(xcj_str a, const char *literal)
{
    if (a.ptr == NULL || a.len != strlen(literal)) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (xcj__lower(a.ptr[i]) != xcj__lower(literal[i])) {
            return false;
        }
    }
    return true;
}

bool xcj__str_starts(xcj_str a, const char *literal)
{
    size_t len = strlen(literal);
    return a.len >= len && memcmp(a.ptr, literal, len) == 0;
}

size_t xcj__str_space(xcj_str a)
{
    size_t at = 0;
    while (at < a.len && xcj__is_space(a.ptr[at])) {
        at++;
    }
    return at;
}

xcj_str xcj__str_trim(xcj_str a)
{
    size_t space = xcj__str_space(a);
    if (space > 0) {
        a = (xcj_str){ a.ptr + space, a.len - space };
    }
    while (a.len > 0 && xcj__is_space(a.ptr[a.len - 1])) {
        a.len--;
    }
    return a;
}

static bool is_ows(char c)
{
    return c == ' ' || c == '\t';
}

xcj_str xcj__str_trim_ows(xcj_str a)
{
    while (a.len > 0 && is_ows(a.ptr[0])) {
        a.ptr++;
        a.len--;
    }
    while (a.len > 0 && is_ows(a.ptr[a.len - 1])) {
        a.len--;
    }
    return a;
}

xcj_str xcj_text(const char *text)
{
    return (xcj_str){ text, text != NULL ? strlen(text) : 0 };
}

void xcj_free(void *block)
{
    if (block == NULL) {
        return;
    }
    header *head = header_of(block);
    xcj__wipe(block, head->size);
    free(head);
}
