#include "lib/codec/base64url_wide.h"

/* glibc reports the processor's features at run time, which needs no constructor from the compiler. Elsewhere there are
 * no wide steps. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(XCJ_POSIX_ONLY)
#if __GLIBC_PREREQ(2, 33)
#define HAVE_CPU_FEATURES
#endif
#endif

#ifdef HAVE_CPU_FEATURES

#include <immintrin.h>
#include <sys/platform/x86.h>

#include "lib/base/mem.h"

#define AVX2 __attribute__((target("avx2")))

AVX2 static __m256i above(__m256i v, int least)
{
    return _mm256_cmpgt_epi8(v, _mm256_set1_epi8((char)least));
}

AVX2 static __m256i chosen(__m256i mask, int value)
{
    return _mm256_and_si256(mask, _mm256_set1_epi8((char)value));
}

/* Each range of six-bit values adds its difference to the offset of the range below. */
AVX2 static __m256i characters(__m256i six, xcj__b64_ends ends)
{
    const int digits = '0' - 52;
    const int at62 = ends.c62 - 62;
    const int at63 = ends.c63 - 63;
    __m256i shift = _mm256_set1_epi8('A');
    shift = _mm256_add_epi8(shift, chosen(above(six, 25), 'a' - 26 - 'A'));
    shift = _mm256_add_epi8(shift, chosen(above(six, 51), digits - ('a' - 26)));
    shift = _mm256_add_epi8(shift, chosen(above(six, 61), at62 - digits));
    shift = _mm256_add_epi8(shift, chosen(above(six, 62), at63 - at62));
    return _mm256_add_epi8(six, shift);
}

/* Splits the first twelve bytes of each lane into sixteen six-bit values. */
AVX2 static __m256i split(__m256i bytes)
{
    /* Three bytes a, b, c become the 16-bit numbers ba and bc; each six-bit value lies within one of them, and a
     * multiplication moves it into place. */
    const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6,
                                            8, 7, 10, 9, 11, 10);
    __m256i words = _mm256_shuffle_epi8(bytes, spread);
    __m256i even = _mm256_mulhi_epu16(_mm256_and_si256(words, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
    __m256i odd = _mm256_mullo_epi16(_mm256_and_si256(words, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
    return _mm256_or_si256(even, odd);
}

AVX2 static size_t encode(char *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    size_t at = 0;
    for (; len - at >= 28; at += 24, dst += 32) { /* the second half reads four bytes too many */
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(src + at));
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(src + at + 12));
        __m256i six = split(_mm256_set_m128i(high, low));
        _mm256_storeu_si256((__m256i *)(void *)dst, characters(six, ends));
    }
    return at;
}

/* Joins the sixteen six-bit values of each lane into twelve bytes, at the front of 32. */
AVX2 static __m256i join(__m256i six)
{
    const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9,
                                           8, 14, 13, 12, -1, -1, -1, -1);
    __m256i twelve = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
    __m256i twentyfour = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));
    return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(twentyfour, order), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
}

/* `value` for the characters from `first` to `last`. Signed: a byte of 0x80 or more is below all of them. */
AVX2 static __m256i for_range(__m256i text, char first, char last, int value)
{
    return chosen(_mm256_andnot_si256(above(text, last), above(text, first - 1)), value);
}

/* The difference between each character and its six-bit value. It is 0 for a wrong character, and only for that. */
AVX2 static __m256i steps(__m256i text, xcj__b64_ends ends)
{
    __m256i letters = _mm256_or_si256(for_range(text, 'A', 'Z', -'A'), for_range(text, 'a', 'z', 26 - 'a'));
    __m256i others = _mm256_or_si256(for_range(text, ends.c62, ends.c62, 62 - ends.c62),
                                     for_range(text, ends.c63, ends.c63, 63 - ends.c63));
    return _mm256_or_si256(_mm256_or_si256(letters, others), for_range(text, '0', '9', 52 - '0'));
}

AVX2 static size_t decode(uint8_t *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    size_t at = 0;
    for (; len - at >= XCJ__B64_WIDE_MIN; at += 32, dst += 24) {
        __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)(src + at));
        __m256i step = steps(text, ends);
        if (_mm256_movemask_epi8(_mm256_cmpeq_epi8(step, _mm256_setzero_si256())) != 0) {
            break;
        }
        _mm256_storeu_si256((__m256i *)(void *)dst, join(_mm256_add_epi8(text, step)));
    }
    return at;
}

/* Without optimisation every vector passes through the stack; this wipes the stack as deep as the functions above use it.
 */
#ifdef __OPTIMIZE__
static void wipe_stack(void)
{
}
#else
__attribute__((noinline)) static void wipe_stack(void)
{
    uint8_t frames[4096];
    xcj__wipe(frames, sizeof frames);
}
#endif

size_t xcj__b64_encode_wide(char *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    size_t done = CPU_FEATURE_ACTIVE(AVX2) ? encode(dst, src, len, ends) : 0;
    wipe_stack();
    return done;
}

size_t xcj__b64_decode_wide(uint8_t *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    size_t done = CPU_FEATURE_ACTIVE(AVX2) ? decode(dst, src, len, ends) : 0;
    wipe_stack();
    return done;
}

#else

size_t xcj__b64_encode_wide(char *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    (void)dst, (void)src, (void)len, (void)ends;
    return 0;
}

size_t xcj__b64_decode_wide(uint8_t *dst, const uint8_t *src, size_t len, xcj__b64_ends ends)
{
    (void)dst, (void)src, (void)len, (void)ends;
    return 0;
}

#endif
