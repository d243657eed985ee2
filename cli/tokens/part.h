/*
 * part.h: decodes one part of a token and notes what is wrong with its base64url.
 */
#ifndef XCJ_CLI_TOKENS_PART_H
#define XCJ_CLI_TOKENS_PART_H

#include "cli/io/text.h"

/* How base64url was written, by bit. */
#define PARTS_PADDED 1u   /* '=' */
#define PARTS_STANDARD 2u /* '+' or '/' */
#define PARTS_BLANK 4u    /* white space */
#define PARTS_STRAY 8u    /* bits that are not 0 behind the last byte */

/** Bytes that stood in base64url. */
typedef struct part {
    text bytes;
    unsigned flaws;
} part;

/** Bytes of base64url, padding and the standard alphabet included; false if something else stands there. */
bool parts_decode(part *out, const char *from, size_t len);

#endif
