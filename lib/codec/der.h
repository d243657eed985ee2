/*
 * der.h: DER (X.690) for SubjectPublicKeyInfo, PKCS#8, PKCS#1, SEC1 and ECDSA signatures.
 *
 * A writer fills its storage from the end towards the beginning, so that each length is known when its header is written:
 * put the last element first, then wrap all that was written since a mark.
 */
#ifndef XCJ_LIB_CODEC_DER_H
#define XCJ_LIB_CODEC_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct xcj__der {
    uint8_t *storage;
    size_t cap;
    size_t start; /* the output so far is storage[start .. cap) */
    bool failed;  /* the storage is full */
} xcj__der;

void xcj__der_init(xcj__der *der, uint8_t *storage, size_t cap);

/** The number of bytes written so far, which is also the mark for xcj__der_wrap(). */
size_t xcj__der_len(const xcj__der *der);

/** Puts bytes unchanged in front of the output. */
void xcj__der_prepend(xcj__der *der, const void *data, size_t len);

/** Puts a tag and length in front of all that was written since the mark. */
void xcj__der_wrap(xcj__der *der, uint8_t tag, size_t mark);

/** Puts an INTEGER from an unsigned big-endian number: drops leading zero bytes and adds one if the top bit is set. */
void xcj__der_integer(xcj__der *der, const uint8_t *number, size_t len);

/**
 * Converts an ECDSA r||s of exactly 2 * half bytes to SEQUENCE { r, s }. `dst` has room for at least 2 * half + 9 bytes.
 * Returns the length, or 0 if r or s is zero, or half is not 1 to 66 (P-521).
 */
size_t xcj__der_from_ecdsa(uint8_t *dst, size_t cap, const uint8_t *rs, size_t half);

/**
 * Converts SEQUENCE { r, s } to exactly 2 * half bytes. False (and all zero) if the input is anything else, a number is
 * zero or longer than half, or a length or number is not minimal.
 */
bool xcj__der_to_ecdsa(uint8_t *rs, size_t half, const uint8_t *der, size_t len);

/**
 * True if the bytes begin like the DER of a key or certificate, with enough structure to exclude anything else. The end
 * may be missing, and anything may follow. One in 2^30 random blocks that begin with 0x30 passes.
 */
bool xcj__der_begins_key(const uint8_t *der, size_t len);

/** One element: all of it, its tag and its content. */
typedef struct xcj__der_element {
    const uint8_t *ptr;
    size_t len;
    uint8_t tag;
    const uint8_t *content;
    size_t content_len;
} xcj__der_element;

/** Reads the element at *at and moves *at behind it. False unless an element with a minimal length lies within `end`. */
bool xcj__der_take(xcj__der_element *out, const uint8_t **at, const uint8_t *end);

#define XCJ__DER_INTEGER 0x02
#define XCJ__DER_BIT_STRING 0x03
#define XCJ__DER_OCTET_STRING 0x04
#define XCJ__DER_OBJECT_IDENTIFIER 0x06
#define XCJ__DER_SEQUENCE 0x30
#define XCJ__DER_CONTEXT_0 0xa0
#define XCJ__DER_CONTEXT_1 0xa1

#endif
