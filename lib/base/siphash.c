#include "lib/base/siphash.h"

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

/* Little-endian, written so that compilers make one load of it. */
static uint64_t read_word(const uint8_t *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

static uint64_t read_rest(const uint8_t *bytes, size_t len)
{
    uint8_t word[8] = { 0 };
    for (size_t i = 0; i < len; i++) {
        word[i] = bytes[i];
    }
    return read_word(word);
}

uint64_t xcj__siphash(const uint8_t key[XCJ__SIPHASH_KEY], xcj_str text)
{
    const uint64_t k0 = read_word(key);
    const uint64_t k1 = read_word(key + 8);
    state s = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d), k0 ^ UINT64_C(0x6c7967656e657261),
                k1 ^ UINT64_C(0x7465646279746573) };
    const uint8_t *bytes = (const uint8_t *)text.ptr;
    const size_t whole = text.len / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        absorb(&s, read_word(bytes + i));
    }
    const uint64_t rest = text.len > whole ? read_rest(bytes + whole, text.len - whole) : 0;
    absorb(&s, rest | (uint64_t)text.len << 56);
    s.v2 ^= 0xff;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
