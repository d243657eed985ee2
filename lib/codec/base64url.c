#include "lib/codec/base64url.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/codec/base64url_wide.h"

/*
 * Both alphabets use the code below through their tables, which differ only in the characters for 62 and 63:
 *  - pairs: the two characters for each 12 bits;
 *  - values: for a character at place k in a group of four, its six bits, already shifted to their place in the 24, and
 *    the bit VALID(k). A character outside the alphabet is 0, so one AND over several characters reveals it.
 */
typedef struct alphabet {
    char pairs[4096 * 2];
    uint32_t values[4][256];
    xcj__b64_ends ends;
} alphabet;

#define VALID(k) ((uint32_t)1 << (24 + (k)))
#define VALID_QUAD ((uint32_t)0x0f000000)

#define PAIRS_8(c, a, b, d, e, f, g, h, i) c, a, c, b, c, d, c, e, c, f, c, g, c, h, c, i
#define PAIRS_OF(c, y, z)                                                                                                   \
    PAIRS_8(c, 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'), PAIRS_8(c, 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P'),                 \
        PAIRS_8(c, 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X'), PAIRS_8(c, 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f'),             \
        PAIRS_8(c, 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'), PAIRS_8(c, 'o', 'p', 'q', 'r', 's', 't', 'u', 'v'),             \
        PAIRS_8(c, 'w', 'x', 'y', 'z', '0', '1', '2', '3'), PAIRS_8(c, '4', '5', '6', '7', '8', '9', y, z)
#define PAIRS_OF_8(a, b, c, d, e, f, g, h, y, z)                                                                            \
    PAIRS_OF(a, y, z), PAIRS_OF(b, y, z), PAIRS_OF(c, y, z), PAIRS_OF(d, y, z), PAIRS_OF(e, y, z), PAIRS_OF(f, y, z),       \
        PAIRS_OF(g, y, z), PAIRS_OF(h, y, z)
#define ALL_PAIRS(y, z)                                                                                                     \
    {                                                                                                                       \
        PAIRS_OF_8('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', y, z), PAIRS_OF_8('I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', y, z), \
            PAIRS_OF_8('Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', y, z),                                                       \
            PAIRS_OF_8('Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', y, z),                                                       \
            PAIRS_OF_8('g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', y, z),                                                       \
            PAIRS_OF_8('o', 'p', 'q', 'r', 's', 't', 'u', 'v', y, z),                                                       \
            PAIRS_OF_8('w', 'x', 'y', 'z', '0', '1', '2', '3', y, z), PAIRS_OF_8('4', '5', '6', '7', '8', '9', y, z, y, z)  \
    }

#define VALUE(k, c, v) [c] = VALID(k) | (uint32_t)(v) << (18 - 6 * (k))
#define VALUES_4(k, v, a, b, c, d) VALUE(k, a, v), VALUE(k, b, (v) + 1), VALUE(k, c, (v) + 2), VALUE(k, d, (v) + 3)
#define VALUES_AT(k, y, z)                                                                                                  \
    {                                                                                                                       \
        VALUES_4(k, 0, 'A', 'B', 'C', 'D'), VALUES_4(k, 4, 'E', 'F', 'G', 'H'), VALUES_4(k, 8, 'I', 'J', 'K', 'L'),         \
            VALUES_4(k, 12, 'M', 'N', 'O', 'P'), VALUES_4(k, 16, 'Q', 'R', 'S', 'T'), VALUES_4(k, 20, 'U', 'V', 'W', 'X'),  \
            VALUES_4(k, 24, 'Y', 'Z', 'a', 'b'), VALUES_4(k, 28, 'c', 'd', 'e', 'f'), VALUES_4(k, 32, 'g', 'h', 'i', 'j'),  \
            VALUES_4(k, 36, 'k', 'l', 'm', 'n'), VALUES_4(k, 40, 'o', 'p', 'q', 'r'), VALUES_4(k, 44, 's', 't', 'u', 'v'),  \
            VALUES_4(k, 48, 'w', 'x', 'y', 'z'), VALUES_4(k, 52, '0', '1', '2', '3'), VALUES_4(k, 56, '4', '5', '6', '7'),  \
            VALUES_4(k, 60, '8', '9', y, z)                                                                                 \
    }
#define ALPHABET(y, z)                                                                                                      \
    {                                                                                                                       \
        ALL_PAIRS(y, z), { VALUES_AT(0, y, z), VALUES_AT(1, y, z), VALUES_AT(2, y, z), VALUES_AT(3, y, z) },                \
        {                                                                                                                   \
            y, z                                                                                                            \
        }                                                                                                                   \
    }

static const alphabet url_alphabet = ALPHABET('-', '_');
static const alphabet std_alphabet = ALPHABET('+', '/');

static uint64_t big_endian(uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static uint64_t load_be(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return big_endian(v);
}

/* Written by hand: gcc merges single stores with the shifts around them into code that is twice as slow. */
static void store_be(uint8_t *p, uint64_t v)
{
    v = big_endian(v);
    memcpy(p, &v, sizeof v);
}

static void put_pair(char *dst, const alphabet *abc, uint64_t bits)
{
    memcpy(dst, abc->pairs + 2 * (bits & 0xfff), 2);
}

/* Encodes everything, without padding: six bytes per step while eight can be read. */
static size_t encode(char *restrict dst, const uint8_t *restrict src, size_t len, const alphabet *abc)
{
    char *const begin = dst;
    if (len >= XCJ__B64_WIDE_MIN) {
        size_t done = xcj__b64_encode_wide(dst, src, len, abc->ends);
        dst += done / 3 * 4;
        src += done;
        len -= done;
    }
    for (; len >= 8; src += 6, len -= 6, dst += 8) {
        uint64_t bits = load_be(src);
        put_pair(dst, abc, bits >> 52);
        put_pair(dst + 2, abc, bits >> 40);
        put_pair(dst + 4, abc, bits >> 28);
        put_pair(dst + 6, abc, bits >> 16);
    }
    for (; len >= 3; src += 3, len -= 3, dst += 4) {
        uint32_t bits = (uint32_t)src[0] << 16 | (uint32_t)src[1] << 8 | src[2];
        put_pair(dst, abc, bits >> 12);
        put_pair(dst + 2, abc, bits);
    }
    if (len > 0) {
        uint32_t bits = (uint32_t)src[0] << 16 | (len == 2 ? (uint32_t)src[1] << 8 : 0);
        put_pair(dst, abc, bits >> 12);
        if (len == 2) {
            dst[2] = abc->pairs[2 * (bits & 0xfff)];
        }
        dst += len + 1;
    }
    return (size_t)(dst - begin);
}

static uint32_t quad(const uint8_t *src, const alphabet *abc)
{
    return abc->values[0][src[0]] | abc->values[1][src[1]] | abc->values[2][src[2]] | abc->values[3][src[3]];
}

/* Decodes groups of four from the front; returns how many characters it decoded, which is less than `len` at a wrong one.
 */
static size_t decode_quads(uint8_t *dst, const uint8_t *src, size_t len, const alphabet *abc)
{
    size_t at = len >= XCJ__B64_WIDE_MIN ? xcj__b64_decode_wide(dst, src, len, abc->ends) : 0;
    dst += at / 4 * 3;
    /* Eight characters become six bytes, stored as eight. The two extra bytes still lie within the decoded length of the
     * rest and (if dst is src) within what has been read. */
    for (; len - at >= 12; at += 8, dst += 6) {
        uint32_t high = quad(src + at, abc);
        uint32_t low = quad(src + at + 4, abc);
        if ((high & low & VALID_QUAD) != VALID_QUAD) {
            return at;
        }
        store_be(dst, (uint64_t)high << 40 | (uint64_t)(low & 0xffffff) << 16);
    }
    for (; len - at >= 4; at += 4, dst += 3) {
        uint32_t bits = quad(src + at, abc);
        if ((bits & VALID_QUAD) != VALID_QUAD) {
            return at;
        }
        dst[0] = (uint8_t)(bits >> 16);
        dst[1] = (uint8_t)(bits >> 8);
        dst[2] = (uint8_t)bits;
    }
    return at;
}

/* Decodes the last one, two or three characters; `place` becomes the index of the first wrong one. */
static bool decode_tail(uint8_t *dst, const uint8_t *src, size_t len, const alphabet *abc, size_t *place)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        uint32_t value = abc->values[i][src[i]];
        *place = i;
        if (value == 0) {
            return false;
        }
        bits |= value & 0xffffff;
    }
    /* RFC 4648 3.5: pad bits are zero. A single character encodes no byte. */
    uint32_t unused = len == 2 ? 0xffff : 0xff;
    if (len == 1 || (bits & unused) != 0) {
        return false;
    }
    dst[0] = (uint8_t)(bits >> 16);
    if (len == 3) {
        dst[1] = (uint8_t)(bits >> 8);
    }
    return true;
}

static size_t find_bad(const uint8_t *src, size_t at, const alphabet *abc)
{
    while (abc->values[0][src[at]] != 0) {
        at++;
    }
    return at;
}

/* Decodes without padding. On failure wipes the written bytes, which may be part of a secret. */
static bool decode(uint8_t *dst, size_t *dst_len, const uint8_t *src, size_t len, const alphabet *abc, size_t *bad)
{
    size_t tail = len % 4;
    size_t done = decode_quads(dst, src, len, abc);
    size_t written = done / 4 * 3;
    size_t place = 0;
    if (done != len - tail) {
        place = find_bad(src, done, abc);
    } else if (tail == 0 || decode_tail(dst + written, src + done, tail, abc, &place)) {
        *dst_len = xcj__b64u_decoded_max(len);
        return true;
    } else {
        place += done;
    }
    xcj__wipe(dst, written);
    *dst_len = 0;
    if (bad != NULL) {
        *bad = place;
    }
    return false;
}

size_t xcj__b64u_encoded_len(size_t len)
{
    static const uint8_t tail[3] = { 0, 2, 3 };
    return len / 3 * 4 + tail[len % 3];
}

size_t xcj__b64u_encode(char *dst, const uint8_t *src, size_t len)
{
    return encode(dst, src, len, &url_alphabet);
}

void xcj__put_base64url(xcj__buf *out, xcj_str bytes)
{
    char *dst = xcj__buf_reserve(out, xcj__b64u_encoded_len(bytes.len));
    if (dst != NULL) {
        out->len += xcj__b64u_encode(dst, (const uint8_t *)bytes.ptr, bytes.len);
    }
}

size_t xcj__b64u_decoded_max(size_t len)
{
    return len / 4 * 3 + len % 4 * 3 / 4;
}

bool xcj__b64u_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad)
{
    return decode(dst, dst_len, (const uint8_t *)src, len, &url_alphabet, bad);
}

size_t xcj__b64_encoded_len(size_t len)
{
    return len / 3 * 4 + (len % 3 != 0 ? 4 : 0);
}

size_t xcj__b64_encode(char *dst, const uint8_t *src, size_t len)
{
    size_t written = encode(dst, src, len, &std_alphabet);
    for (; written % 4 != 0; written++) {
        dst[written] = '=';
    }
    return written;
}

void xcj__put_base64(xcj__buf *out, xcj_str bytes)
{
    char *dst = xcj__buf_reserve(out, xcj__b64_encoded_len(bytes.len));
    if (dst != NULL) {
        out->len += xcj__b64_encode(dst, (const uint8_t *)bytes.ptr, bytes.len);
    }
}

bool xcj__b64_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad)
{
    size_t body = len;
    for (int i = 0; i < 2 && len % 4 == 0 && body > 0 && src[body - 1] == '='; i++) {
        body--;
    }
    if (!decode(dst, dst_len, (const uint8_t *)src, body, &std_alphabet, bad)) {
        return false;
    }
    if (len % 4 == 0) {
        return true;
    }
    xcj__wipe(dst, *dst_len);
    *dst_len = 0;
    if (bad != NULL) {
        *bad = len - 1;
    }
    return false;
}

size_t xcj__b64_decode_lax(uint8_t *dst, size_t cap, const char *src, size_t len)
{
    char four[4];
    uint8_t three[3];
    size_t count = 0;
    size_t made = 0;
    size_t got;
    for (size_t i = 0; i < len && src[i] != '=' && src[i] != '\0' && made + 3 <= cap; i++) {
        char c = src[i];
        if (xcj__is_space(c)) {
            continue;
        }
        four[count++] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
        if (count == 4) {
            if (!xcj__b64_decode(dst + made, &got, four, 4, NULL)) {
                return 0;
            }
            made += got;
            count = 0;
        }
    }
    if (count < 2 || made + 3 > cap) {
        return made;
    }
    memset(four + count, 'A', 4 - count);
    if (!xcj__b64_decode(three, &got, four, 4, NULL)) {
        return 0;
    }
    memcpy(dst + made, three, count - 1);
    return made + count - 1;
}
