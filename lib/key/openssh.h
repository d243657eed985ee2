/*
 * openssh.h: reads OpenSSH keys: the line of an id_*.pub file, and the content of an OPENSSH PRIVATE KEY block.
 */
#ifndef XCJ_LIB_KEY_OPENSSH_H
#define XCJ_LIB_KEY_OPENSSH_H

#include "lib/key/jwk.h"

/** A key type of OpenSSH's. */
typedef struct xcj__openssh_type {
    const char *name;
    const char *curve; /* as the key repeats it; NULL: it does not */
    xcj_kty kty;
    xcj_curve crv;
} xcj__openssh_type;

#define XCJ__OPENSSH_TYPES 5
extern const xcj__openssh_type xcj__openssh_types[XCJ__OPENSSH_TYPES];

/** Does the line begin as a public key does: its type, and the base64 of its length and type (RFC 4253 6.6)? */
bool xcj__openssh_sniff(xcj_str line);

/**
 * Reads one line: type, base64, and a comment, which is ignored. XCJ_ERR_KEY, _KEY_TYPE (keys in hardware, DSA,
 * certificates), _BASE64, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__openssh_public(xcj__jwk *out, xcj_str line, xcj_error *err);

/**
 * Reads the block's bytes (PROTOCOL.key of OpenSSH): one RSA, ECDSA or Ed25519 key that is not encrypted. For an encrypted
 * one the message says how to convert it. XCJ_ERR_KEY, _KEY_TYPE, _MEMORY.
 */
XCJ_MUST_CHECK xcj_code xcj__openssh_private(xcj__jwk *out, const uint8_t *bytes, size_t len, xcj_error *err);

#endif
