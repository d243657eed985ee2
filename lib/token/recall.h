/*
 * recall.h: the last protected header that a scratch has read. Tokens of one issuer have the same header, byte for byte, so
 * that a thread which verifies many of them need not read it again. Only what the text alone says is remembered: whether its
 * algorithm, extensions and key are acceptable is decided anew for each token.
 */
#ifndef XCJ_LIB_TOKEN_RECALL_H
#define XCJ_LIB_TOKEN_RECALL_H

#include "lib/token/work.h"

/**
 * Is this header (base64url) the remembered one, read within the same limits? Then `work` has its text and its fields, which
 * are views into the scratch for as long as the call lasts.
 */
bool xcj__recall_header(xcj__work *work, xcj_str carried);

/** Remembers the header that `work` has just read from `carried`. */
void xcj__remember_header(const xcj__work *work, xcj_str carried);

#endif
