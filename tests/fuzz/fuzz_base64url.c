/*
 * base64url and base64 against a decoder that is written from the alphabet alone: same verdict, same bytes, also in place;
 * what was accepted encodes to the same text.
 */
#include "fuzz.h"
#include "lib/codec/base64url.h"

#define COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

typedef bool (*decoder)(uint8_t *dst, size_t *dst_len, const char *src, size_t len, size_t *bad);
typedef size_t (*encoder)(char *dst, const uint8_t *src, size_t len);

static bool slow_decode(uint8_t *dst, size_t *dst_len, const char *src, size_t len, const char *alphabet)
{
    unsigned bits = 0;
    unsigned held = 0;
    *dst_len = 0;
    for (size_t i = 0; i < len; i++) {
        const char *at = src[i] != '\0' ? strchr(alphabet, src[i]) : NULL;
        if (at == NULL) {
            return false;
        }
        bits = bits << 6 | (unsigned)(at - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            dst[(*dst_len)++] = (uint8_t)(bits >> held);
            bits &= (1U << held) - 1;
        }
    }
    return held < 6 && bits == 0;
}

/* With padding: at most two '=', and a length that is a multiple of four. */
static bool slow_padded(uint8_t *dst, size_t *dst_len, const char *src, size_t len)
{
    size_t text = len;
    while (text > 0 && len - text < 2 && src[text - 1] == '=') {
        text--;
    }
    return len % 4 == 0 && slow_decode(dst, dst_len, src, text, COMMON "+/");
}

static void compare(const char *text, size_t size, bool expected, const uint8_t *bytes, size_t len, decoder decode,
                    encoder encode)
{
    uint8_t *out = malloc(xcj__b64u_decoded_max(size) + 1);
    char *again = malloc(size + 4);
    MUST(out != NULL && again != NULL);
    size_t out_len = 1;
    size_t bad = SIZE_MAX;
    MUST(decode(out, &out_len, text, size, &bad) == expected);
    if (expected) {
        MUST(out_len == len && memcmp(out, bytes, len) == 0);
        MUST(encode(again, out, out_len) == size && memcmp(again, text, size) == 0);
    } else {
        MUST(out_len == 0 && bad <= size);
    }
    memcpy(again, text, size);
    MUST(decode((uint8_t *)again, &out_len, again, size, NULL) == expected);
    MUST(!expected || (out_len == len && memcmp(again, bytes, len) == 0));
    free(again);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    uint8_t *bytes = calloc(size + 1, 1);
    MUST(bytes != NULL);
    size_t len;
    bool accepted = slow_decode(bytes, &len, text, size, COMMON "-_");
    compare(text, size, accepted, bytes, len, xcj__b64u_decode, xcj__b64u_encode);
    accepted = slow_padded(bytes, &len, text, size);
    compare(text, size, accepted, bytes, len, xcj__b64_decode, xcj__b64_encode);
    free(bytes);
    return 0;
}
