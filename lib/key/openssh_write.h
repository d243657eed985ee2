/*
 * openssh_write.h: writes a public key as a line of an id_*.pub or authorized_keys file.
 */
#ifndef XCJ_LIB_KEY_OPENSSH_WRITE_H
#define XCJ_LIB_KEY_OPENSSH_WRITE_H

#include "lib/key/openssh.h"

/** OpenSSH's type for such a key; NULL: it has none. */
const xcj__openssh_type *xcj__openssh_type_of(const xcj__key_facts *facts);

/**
 * Appends type, base64, the kid as a comment, and a newline. A kid with a control character, which could begin another line,
 * is left out.
 */
void xcj__openssh_write(xcj__buf *out, const xcj__jwk *jwk, const xcj__openssh_type *type);

#endif
