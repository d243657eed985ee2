/*
 * siphash.h: SipHash-1-3 (Aumasson and Bernstein), a fast hash with a secret key: who does not know the key cannot choose
 * inputs with equal hashes.
 */
#ifndef XCJ_LIB_BASE_SIPHASH_H
#define XCJ_LIB_BASE_SIPHASH_H

#include <stdint.h>

#include <xcj/base.h>

#define XCJ__SIPHASH_KEY 16

/** The hash of the text. */
uint64_t xcj__siphash(const uint8_t key[XCJ__SIPHASH_KEY], xcj_str text);

#endif
