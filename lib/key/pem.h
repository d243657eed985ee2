/*
 * pem.h: reads and writes the PEM armour (RFC 7468), whatever its content.
 */
#ifndef XCJ_LIB_KEY_PEM_H
#define XCJ_LIB_KEY_PEM_H

#include "lib/base/buf.h"

/** One block: its label and headers and what stands before it (views into the text) and its decoded bytes. */
typedef struct xcj__pem {
    xcj_str before; /* the text between the last block and this one */
    xcj_str label;
    xcj_str headers; /* RFC 1421: how the bytes are encrypted; ptr NULL: they are not */
    uint8_t *der;
    size_t der_len;
} xcj__pem;

/** Is this text with a BEGIN line? BEGIN and END count at the start of a line only, blanks before them aside. */
bool xcj__pem_sniff(const char *text, size_t len);

/**
 * Reads the next block at or after *at, which moves behind it; out->label is absent when there is none. What stands before
 * the block is skipped if it is text; when it is a printed certificate (openssl x509 -text), whose values are somebody
 * else's, only blocks may follow. XCJ_ERR_KEY when a block's lines are malformed or its END line is of another label, or it
 * has headers other than those of an encryption; XCJ_ERR_BASE64 for the body; XCJ_ERR_MEMORY. Free with xcj__pem_free().
 */
XCJ_MUST_CHECK xcj_code xcj__pem_next(xcj__pem *out, const char *text, size_t len, size_t *at, xcj_error *err);

/** The first block whose label `skips` does not pass over. As xcj__pem_next(), and XCJ_ERR_KEY when there is none. */
XCJ_MUST_CHECK xcj_code xcj__pem_read(xcj__pem *out, const char *text, size_t len, bool (*skips)(xcj_str label),
                                      xcj_error *err);

/**
 * XCJ_ERR_KEY, with the position and the mistake, when a BEGIN or END line of a key does not have five hyphens at both ends.
 * With `bare` a line that has no dashes at all counts, too.
 */
XCJ_MUST_CHECK xcj_code xcj__pem_check_dashes(const char *text, size_t len, bool bare, xcj_error *err);

/** Where the first BEGIN is, at the start of a line or not; `len` if there is none, or what stands before is not text. */
size_t xcj__pem_inner_begin(const char *text, size_t len);

/** Wipes and frees the block's bytes. */
void xcj__pem_free(xcj__pem *pem);

/** Appends a block: 64 columns, line feeds. */
void xcj__pem_write(xcj__buf *out, const char *label, const uint8_t *der, size_t len);

#endif
