/*
 * pem.h: the PEM armour (RFC 7468), read and written. What is inside is not looked at here.
 */
#ifndef XCJ_LIB_KEY_PEM_H
#define XCJ_LIB_KEY_PEM_H

#include "lib/base/buf.h"

/** One block: its label (a view into the text) and its decoded bytes. */
typedef struct xcj__pem {
    xcj_str label;
    uint8_t *der;
    size_t der_len;
} xcj__pem;

/** Is this text with a BEGIN line? BEGIN and END count at the start of a line only, blanks before them aside. */
bool xcj__pem_sniff(const char *text, size_t len);

/**
 * Reads the first block whose label `skips` does not pass over. What stands before it is skipped if it is text; when it is a
 * printed certificate (openssl x509 -text), whose values are somebody else's, only blocks may follow. XCJ_ERR_KEY when there
 * is none, its lines are malformed or its END line is of another label; XCJ_ERR_BASE64 for the body; XCJ_ERR_PASSPHRASE for
 * the old encryption ("Proc-Type:"), which is not supported; XCJ_ERR_MEMORY. Free with xcj__pem_free().
 */
XCJ_MUST_CHECK xcj_code xcj__pem_read(xcj__pem *out, const char *text, size_t len, bool (*skips)(xcj_str label),
                                      xcj_error *err);

/** Wipes and frees the block's bytes. */
void xcj__pem_free(xcj__pem *pem);

/** Appends a block: 64 columns, line feeds. */
void xcj__pem_write(xcj__buf *out, const char *label, const uint8_t *der, size_t len);

#endif
