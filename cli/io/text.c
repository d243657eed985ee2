/*
 * text.c: the growing text.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/io/text.h"

#define FIRST_CAP 512

void text_wipe(void *ptr, size_t len)
{
    if (ptr != NULL && len > 0) {
        memset(ptr, 0, len);
        __asm__ volatile("" : : "r"(ptr) : "memory"); /* or the compiler drops the memset */
    }
}

char *text_room(text *to, size_t more)
{
    if (to->failed) {
        return NULL;
    }
    if (to->cap - to->len > more) {
        return to->ptr + to->len;
    }
    to->failed = true;
    if (more > SIZE_MAX / 2 - to->len - FIRST_CAP) {
        return NULL;
    }
    size_t cap = (to->len + more) * 2 + FIRST_CAP;
    char *block = malloc(cap);
    if (block == NULL) {
        return NULL;
    }
    if (to->len > 0) {
        memcpy(block, to->ptr, to->len);
    }
    block[to->len] = '\0';
    text_wipe(to->ptr, to->len);
    free(to->ptr);
    to->ptr = block;
    to->cap = cap;
    to->failed = false;
    return block + to->len;
}

void text_add(text *to, const void *bytes, size_t len)
{
    char *room = text_room(to, len);
    if (room == NULL) {
        return;
    }
    if (len > 0) {
        memcpy(room, bytes, len);
    }
    room[len] = '\0';
    to->len += len;
}

void text_puts(text *to, const char *literal)
{
    text_add(to, literal, strlen(literal));
}

void text_printf(text *to, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof line) {
        to->failed = true;
    } else {
        text_add(to, line, (size_t)len);
    }
    text_wipe(line, sizeof line);
}

void text_base64(text *to, const void *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = bytes;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t three = (uint32_t)in[i] << 16;
        if (left > 1) {
            three |= (uint32_t)in[i + 1] << 8;
        }
        if (left > 2) {
            three |= in[i + 2];
        }
        char four[4] = { digits[three >> 18], digits[three >> 12 & 63], left > 1 ? digits[three >> 6 & 63] : '=',
                         left > 2 ? digits[three & 63] : '=' };
        text_add(to, four, sizeof four);
    }
}

void text_base64url(text *to, xcj_str bytes)
{
    const size_t start = to->len;
    text_base64(to, bytes.ptr, bytes.len);
    if (to->failed) {
        return;
    }
    for (char *p = to->ptr + start; *p != '\0'; p++) {
        *p = (char)(*p == '+' ? '-' : *p == '/' ? '_' : *p);
    }
    while (to->len > start && to->ptr[to->len - 1] == '=') {
        to->ptr[--to->len] = '\0';
    }
}

bool text_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t text_skip_space(xcj_str from, size_t at)
{
    while (at < from.len && text_is_space(from.ptr[at])) {
        at++;
    }
    return at;
}

xcj_str text_trim(xcj_str from)
{
    if (from.len == 0) {
        return from;
    }
    const size_t begin = text_skip_space(from, 0);
    while (from.len > begin && text_is_space(from.ptr[from.len - 1])) {
        from.len--;
    }
    return (xcj_str){ from.ptr + begin, from.len - begin };
}

/* The code point that UTF-8 begins with, and its length; a byte that begins none stands for itself. */
static uint32_t next_code(const char *bytes, size_t len, size_t *step)
{
    const unsigned char *p = (const unsigned char *)bytes;
    *step = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1;
    if (*step == 1 || *step > len) {
        *step = 1;
        return p[0];
    }
    uint32_t code = p[0] & (0x7fu >> *step);
    for (size_t i = 1; i < *step; i++) {
        code = code << 6 | (p[i] & 0x3f);
    }
    return code;
}

void text_add_shown(text *to, const char *json, size_t len)
{
    if (len == 0) {
        return;
    }
    size_t done = 0;
    size_t step;
    for (size_t i = 0; i < len; i += step) {
        const uint32_t code = next_code(json + i, len - i, &step);
        if (code < 0x7f || xcj_shows(code)) {
            continue;
        }
        text_add(to, json + done, i - done);
        done = i + step;
        if (code > 0xffff) {
            text_printf(to, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)), (unsigned)(0xdc00 + (code & 0x3ff)));
        } else {
            text_printf(to, "\\u%04x", (unsigned)code);
        }
    }
    text_add(to, json + done, len - done);
}

xcj_str text_view(const text *from)
{
    xcj_str view = { from->ptr, from->len };
    return view;
}

void text_free(text *from)
{
    text_wipe(from->ptr, from->len);
    free(from->ptr);
    *from = (text)TEXT_INIT;
}
