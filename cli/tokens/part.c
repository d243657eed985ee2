/*
 * part.c: base64url that is read however it is written.
 */
#include <stdint.h>

#include "cli/tokens/part.h"

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '-' || c == '+') {
        return 62;
    }
    return c == '_' || c == '/' ? 63 : -1;
}

bool parts_decode(part *out, const char *from, size_t len)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t digits = 0;
    *out = (part){ TEXT_INIT, 0 };
    for (size_t i = 0; i < len; i++) {
        const char c = from[i];
        const int value = digit(c);
        out->flaws |= (c == '=' ? PARTS_PADDED : 0) | (c == '+' || c == '/' ? PARTS_STANDARD : 0) |
                      (text_is_space(c) ? PARTS_BLANK : 0);
        if (value < 0 && c != '=' && !text_is_space(c)) {
            return false;
        }
        if (value < 0) {
            continue;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        digits++;
        have += 6;
        if (have >= 8) {
            have -= 8;
            const char byte = (char)(bits >> have & 0xff);
            text_add(&out->bytes, &byte, 1);
        }
    }
    text_add(&out->bytes, "", 0);
    out->flaws |= (bits & ((1u << have) - 1)) != 0 ? PARTS_STRAY : 0;
    return digits % 4 != 1;
}
