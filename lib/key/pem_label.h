/*
 * pem_label.h: keeps the labels of a JWK in PEM, in a line before the block that every reader of PEM skips:
 *
 *     # {"use":"sig","alg":"ES256","kid":"gateway-1"}
 */
#ifndef XCJ_LIB_KEY_PEM_LABEL_H
#define XCJ_LIB_KEY_PEM_LABEL_H

#include "lib/key/jwk.h"

/** Appends the line, unless the key has neither use nor alg nor kid. JSON escapes newlines, so that no kid adds another
 * line. */
void xcj__pem_label_write(xcj__buf *out, const xcj__jwk *jwk);

/**
 * Labels the key with the last line of the text before its block, if that is such a line. XCJ_ERR_JSON, _KEY, _LIMIT,
 * _MEMORY; *jwk is then freed.
 */
XCJ_MUST_CHECK xcj_code xcj__pem_label_read(xcj__jwk *jwk, xcj_str before, xcj_error *err);

#endif
