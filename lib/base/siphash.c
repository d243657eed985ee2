#include "lib/base/siphash.h"

#include "lib/base/load.h"

typedef struct state {
    uint64_t v0, v1, v2, v3;
} state;

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void absorb(state *s, uint64_t word)
{
    s->v3 ^= word;
    mix(s);
    s->v0 ^= word;
}

/* Fewer than eight bytes, with zeros after them. */
static uint64_t load_rest(const char *text, size_t len)
{
    char word[8] = { 0 };
    memcpy(word, text, len);
    return xcj__load_le(word);
}

uint64_t xcj__siphash(const uint8_t key[XCJ__SIPHASH_KEY], xcj_str text)
{
    const uint64_t k0 = xcj__load_le(key);
    const uint64_t k1 = xcj__load_le(key + 8);
    state s = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d), k0 ^ UINT64_C(0x6c7967656e657261),
                k1 ^ UINT64_C(0x7465646279746573) };
    const size_t whole = text.len / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        absorb(&s, xcj__load_le(text.ptr + i));
    }
    const uint64_t rest = text.len > whole ? load_rest(text.ptr + whole, text.len - whole) : 0;
    absorb(&s, rest | (uint64_t)text.len << 56);
    s.v2 ^= 0xff;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
