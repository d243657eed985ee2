#include "lib/codec/der.h"

#include <string.h>

/* P-521 has the longest r and s; the INTEGER's length then still takes one byte. */
#define HALF_MAX 66

static void prepend_byte(xcj__der *der, uint8_t byte)
{
    xcj__der_prepend(der, &byte, 1);
}

static size_t skip_zeros(const uint8_t *number, size_t len)
{
    size_t zeros = 0;
    while (zeros < len && number[zeros] == 0) {
        zeros++;
    }
    return zeros;
}

/* Writes the INTEGER of a positive number without leading zeros; returns the address after it. */
static uint8_t *put_positive(uint8_t *dst, const uint8_t *number, size_t len)
{
    size_t sign = number[0] >> 7;
    *dst++ = XCJ__DER_INTEGER;
    *dst++ = (uint8_t)(len + sign);
    if (sign) {
        *dst++ = 0;
    }
    memcpy(dst, number, len);
    return dst + len;
}

/* Reads an INTEGER above zero in minimal form (X.690 8.3) into the right end of `half` zeroed bytes. NULL if it is
 * anything else. */
static const uint8_t *take_positive(uint8_t *dst, size_t half, const uint8_t *at, const uint8_t *end)
{
    if (end - at < 3 || at[0] != XCJ__DER_INTEGER || at[1] == 0 || at[1] > 0x7f) {
        return NULL;
    }
    size_t len = at[1];
    at += 2;
    if (len > (size_t)(end - at) || (at[0] & 0x80) != 0) {
        return NULL;
    }
    const uint8_t *next = at + len;
    if (at[0] == 0) {
        if (len == 1 || (at[1] & 0x80) == 0) {
            return NULL;
        }
        at++;
        len--;
    }
    if (len > half) {
        return NULL;
    }
    memcpy(dst + half - len, at, len);
    return next;
}

void xcj__der_init(xcj__der *der, uint8_t *storage, size_t cap)
{
    *der = (xcj__der){ .storage = storage, .cap = cap, .start = cap };
}

size_t xcj__der_len(const xcj__der *der)
{
    return der->cap - der->start;
}

void xcj__der_prepend(xcj__der *der, const void *data, size_t len)
{
    if (der->failed || len > der->start) {
        der->failed = true;
        return;
    }
    der->start -= len;
    if (len > 0) {
        memcpy(der->storage + der->start, data, len);
    }
}

void xcj__der_wrap(xcj__der *der, uint8_t tag, size_t mark)
{
    size_t len = xcj__der_len(der) - mark;
    if (len < 0x80) {
        prepend_byte(der, (uint8_t)len);
    } else {
        uint8_t count = 0;
        for (; len > 0; len >>= 8, count++) {
            prepend_byte(der, (uint8_t)(len & 0xff));
        }
        prepend_byte(der, (uint8_t)(0x80 | count));
    }
    prepend_byte(der, tag);
}

void xcj__der_integer(xcj__der *der, const uint8_t *number, size_t len)
{
    size_t mark = xcj__der_len(der);
    size_t zeros = skip_zeros(number, len);
    xcj__der_prepend(der, number + zeros, len - zeros);
    if (zeros == len || (number[zeros] & 0x80) != 0) {
        prepend_byte(der, 0);
    }
    xcj__der_wrap(der, XCJ__DER_INTEGER, mark);
}

size_t xcj__der_from_ecdsa(uint8_t *dst, size_t cap, const uint8_t *rs, size_t half)
{
    if (half == 0 || half > HALF_MAX || cap < 2 * half + 9) {
        return 0;
    }
    size_t r_zeros = skip_zeros(rs, half);
    size_t s_zeros = skip_zeros(rs + half, half);
    if (r_zeros == half || s_zeros == half) {
        return 0;
    }
    const uint8_t *r = rs + r_zeros;
    const uint8_t *s = rs + half + s_zeros;
    size_t r_len = half - r_zeros;
    size_t s_len = half - s_zeros;
    size_t content = 4 + r_len + s_len + (r[0] >> 7) + (s[0] >> 7);
    uint8_t *at = dst;
    *at++ = XCJ__DER_SEQUENCE;
    if (content >= 0x80) {
        *at++ = 0x81;
    }
    *at++ = (uint8_t)content;
    at = put_positive(at, r, r_len);
    at = put_positive(at, s, s_len);
    return (size_t)(at - dst);
}

bool xcj__der_to_ecdsa(uint8_t *rs, size_t half, const uint8_t *der, size_t len)
{
    memset(rs, 0, 2 * half);
    if (len < 2 || der[0] != XCJ__DER_SEQUENCE) {
        return false;
    }
    size_t header = 2;
    size_t content = der[1];
    if (content == 0x81) {
        if (len < 3 || der[2] < 0x80) {
            return false;
        }
        header = 3;
        content = der[2];
    } else if (content >= 0x80) {
        return false;
    }
    if (content != len - header) {
        return false;
    }
    const uint8_t *end = der + len;
    const uint8_t *s = take_positive(rs, half, der + header, end);
    const uint8_t *rest = s != NULL ? take_positive(rs + half, half, s, end) : NULL;
    if (rest == end) {
        return true;
    }
    memset(rs, 0, 2 * half);
    return false;
}

/* An element in `len` bytes, which may end before the element does. */
typedef struct element {
    uint8_t tag;
    const uint8_t *content;
    size_t len;  /* the length in its header */
    size_t here; /* how many bytes of the content are present */
} element;

/* Accepts BER lengths too: longer than minimal, and 0x80 for "to the end" (X.690 8.1.3). */
static bool read_element(element *out, const uint8_t *der, size_t len)
{
    if (len < 2) {
        return false;
    }
    size_t octets = der[1] < 0x80 ? 0 : der[1] & 0x7f;
    if (octets > 4 || octets > len - 2) {
        return false;
    }
    size_t here = len - 2 - octets;
    size_t content = octets == 0 ? der[1] : 0;
    for (size_t i = 0; i < octets; i++) {
        content = content << 8 | der[2 + i];
    }
    content = der[1] == 0x80 ? here : content;
    *out = (element){ der[0], der + 2 + octets, content, content < here ? content : here };
    return true;
}

/* The arcs of key algorithms and curves: ISO US (RSA, EC, PBES), Certicom, Edwards, OIW, TeleTrusT. */
static bool is_known_oid(const element *e)
{
    static const char *const arcs[] = { "\x2a\x86\x48", "\x2b\x81\x04", "\x2b\x65", "\x2b\x0e\x03", "\x2b\x24\x03" };
    bool known = false;
    for (size_t i = 0; !known && i < sizeof arcs / sizeof arcs[0]; i++) {
        size_t len = strlen(arcs[i]);
        known = e->here > len - 1 && memcmp(e->content, arcs[i], len) == 0;
    }
    return known && e->len >= 3 && e->len <= 16;
}

/* 512 bits, the shortest RSA modulus that is read. */
#define MODULUS_MIN 64

static bool is_integer(const element *e, size_t min, size_t max)
{
    return e->tag == XCJ__DER_INTEGER && e->len >= min && e->len <= max && e->here > 0 && e->content[0] < 0x80;
}

/* In an RSAPublicKey, 3 to 12 bytes follow the modulus. They may be missing if the header lengths say so. */
static bool is_long_modulus(const element *e, size_t behind)
{
    return is_integer(e, 0x80, SIZE_MAX) && e->content[0] == 0 && behind >= 3 && behind <= 12;
}

/* Checks one step of a structure, given by a letter; `behind` is the number of bytes after e in the enclosing element. */
static bool is_step(char step, const element *e, size_t behind)
{
    switch (step) {
    case '(':
        return e->tag == XCJ__DER_SEQUENCE;
    case '[':
        return e->tag == XCJ__DER_CONTEXT_0;
    case 'v':
        return is_integer(e, 1, 1) && e->content[0] <= 2;
    case 'p':
        return is_integer(e, 1, 1) && e->content[0] == 3;
    case 's':
        return is_integer(e, 1, 21);
    case 'e':
        return is_integer(e, 1, 9) && behind == 0;
    case 'o':
        return e->tag == XCJ__DER_OCTET_STRING && e->len >= 20 && e->len < 0x80;
    case 'N':
        return is_integer(e, MODULUS_MIN, SIZE_MAX);
    case 'M':
        return is_long_modulus(e, behind);
    case 'O':
        break;
    }
    return e->tag == XCJ__DER_OBJECT_IDENTIFIER && is_known_oid(e);
}

static bool begins(const uint8_t *der, size_t len, const char *steps)
{
    size_t outer = len; /* the length of the enclosing element, from its header */
    for (; *steps != '\0'; steps++) {
        element e;
        if (!read_element(&e, der, len)) {
            return false;
        }
        size_t used = (size_t)(e.content - der) + e.len;
        if (!is_step(*steps, &e, outer > used ? outer - used : 0)) {
            return false;
        }
        bool enters = *steps == '(' || *steps == '[';
        outer = enters ? e.len : outer - (used < outer ? used : outer);
        len = enters ? e.here : len - (size_t)(e.content - der) - e.here;
        der = enters ? e.content : e.content + e.here;
    }
    return true;
}

bool xcj__der_begins_key(const uint8_t *der, size_t len)
{
    static const char *const structures[] = {
        "((O",   /* SubjectPublicKeyInfo, EncryptedPrivateKeyInfo */
        "(v(O",  /* PrivateKeyInfo */
        "(p(O",  /* PKCS#12 */
        "(([v",  /* Certificate, from version 2 */
        "((s(O", /* Certificate, version 1 */
        "(vN",   /* RSAPrivateKey */
        "(vo",   /* ECPrivateKey */
        "O(vo",  /* ECPrivateKey after EC parameters */
        "(M",    /* RSAPublicKey */
        "(Ne",   /* RSAPublicKey with a short modulus */
    };
    for (size_t i = 0; i < sizeof structures / sizeof structures[0]; i++) {
        if (begins(der, len, structures[i])) {
            return true;
        }
    }
    return false;
}

/* Reads the lengths of the header and the content of an element; false if it does not fit or is not minimal. */
static bool read_header(const uint8_t *der, size_t len, size_t *header, size_t *content)
{
    if (len < 2) {
        return false;
    }
    size_t octets = der[1] < 0x80 ? 0 : der[1] & 0x7f;
    *header = 2 + octets;
    *content = octets == 0 ? der[1] : 0;
    if (octets > 4 || (der[1] >= 0x80 && octets == 0) || len < *header || (octets > 0 && der[2] == 0)) {
        return false;
    }
    for (size_t i = 0; i < octets; i++) {
        *content = *content << 8 | der[2 + i];
    }
    return *content <= len - *header && (octets == 0 || *content >= 0x80);
}

bool xcj__der_take(xcj__der_element *out, const uint8_t **at, const uint8_t *end)
{
    size_t header;
    size_t content;
    if (!read_header(*at, (size_t)(end - *at), &header, &content)) {
        return false;
    }
    *out = (xcj__der_element){ *at, header + content, **at, *at + header, content };
    *at += header + content;
    return true;
}
