/*
 * signature.c: genuine header and claims under another signature.
 */
#include <string.h>

#include "cli/forge/crypto.h"
#include "cli/forge/forge.h"

static void put_token(const forge *from, xcj_str signature, text *out)
{
    text_add(out, from->part[0].ptr, from->part[0].len);
    text_puts(out, ".");
    text_add(out, from->part[1].ptr, from->part[1].len);
    text_puts(out, ".");
    text_base64url(out, signature);
}

/* One number in `width` bytes: of the genuine signature its r or s; 0, 1, all ones (f), or the order or modulus (n). */
static bool put_number(const forge *from, char which, size_t width, text *out)
{
    text number = TEXT_INIT;
    if (which == 'r' || which == 's') {
        text_add(&number, from->signature.ptr + (which == 's' ? width : 0), width);
    } else if (which == 'n' && !forge_bound(&number, from->key)) {
        text_free(&number);
        return false;
    } else if (which == '1') {
        text_add(&number, "\1", 1);
    }
    const bool fits = number.len <= width;
    for (size_t i = number.len; i < width; i++) {
        text_add(out, which == 'f' ? "\377" : "\0", 1);
    }
    text_add(out, number.ptr, fits ? number.len : 0);
    text_free(&number);
    return fits;
}

bool forge_numbers(forge *from, const forge_case *row, text *out)
{
    text signature = TEXT_INIT;
    const size_t count = strlen(row->what);
    const size_t width = from->signature.len / count;
    bool made = true;
    for (size_t i = 0; i < count && made; i++) {
        made = put_number(from, row->what[i], width, &signature);
    }
    if (made) {
        put_token(from, text_view(&signature), out);
    }
    out->failed = out->failed || signature.failed;
    text_free(&signature);
    return made;
}

/* RFC 8032 5.1.7: S is below the order of the group. S plus the order verifies where that is not checked. */
static bool add_order(text *signature)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                       0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)(uint8_t)signature->ptr[32 + i] + order[i];
        signature->ptr[32 + i] = (char)(carry & 0xff);
        carry >>= 8;
    }
    return carry == 0;
}

bool forge_changed(forge *from, const forge_case *row, text *out)
{
    text signature = TEXT_INIT;
    const xcj_str own = from->signature;
    const char *what = row->what;
    bool made = true;
    text_add(&signature, strcmp(what, "zero-before") == 0 ? "\0" : "", strcmp(what, "zero-before") == 0);
    if (strcmp(what, "der") == 0) {
        made = forge_der(&signature, own);
    } else {
        text_add(&signature, own.ptr, own.len);
    }
    if (signature.failed) {
        out->failed = true;
    } else if (strcmp(what, "cut") == 0) {
        signature.len -= 1;
    } else if (strcmp(what, "half") == 0) {
        signature.len /= 2;
    } else if (strcmp(what, "zero-behind") == 0) {
        text_add(&signature, "\0", 1);
    } else if (strcmp(what, "twice") == 0) {
        text_add(&signature, own.ptr, own.len);
    } else if (strcmp(what, "first-bit") == 0) {
        signature.ptr[0] ^= 1;
    } else if (strcmp(what, "last-bit") == 0) {
        signature.ptr[signature.len - 1] ^= 1;
    } else if (strcmp(what, "order") == 0) {
        made = add_order(&signature);
    }
    if (made && !out->failed) {
        put_token(from, text_view(&signature), out);
    }
    out->failed = out->failed || signature.failed;
    text_free(&signature);
    return made;
}

bool forge_respelt(forge *from, const forge_case *row, text *out)
{
    const size_t before = from->part[0].len + from->part[1].len + 2;
    bool changed = false;
    text_add(out, from->token.ptr, from->token.len);
    if (out->failed) {
        return true;
    }
    if (strcmp(row->what, "stray") == 0) {
        /* The last character has spare bits, and what follows it in the alphabet differs by the lowest of them. */
        changed = from->part[2].len % 4 != 0;
        out->ptr[out->len - 1] = (char)(out->ptr[out->len - 1] + changed);
        return changed;
    }
    for (char *p = out->ptr + before; *p != '\0'; p++) {
        changed = changed || *p == '-' || *p == '_';
        *p = (char)(*p == '-' ? '+' : *p == '_' ? '/' : *p);
    }
    return changed;
}
