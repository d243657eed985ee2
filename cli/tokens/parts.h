/*
 * parts.h: takes apart a token of any serialisation, even a malformed one, to show it. The library takes apart
 * only what it would verify; here a flaw is noted, not refused. Nothing is verified.
 */
#ifndef XCJ_CLI_TOKENS_PARTS_H
#define XCJ_CLI_TOKENS_PARTS_H

#include "cli/io/doc.h"
#include "cli/tokens/part.h"

typedef enum parts_form {
    PARTS_COMPACT = 1,
    PARTS_JSON = 2,     /* a JSON serialisation, flattened or general (RFC 7515 7.2) */
    PARTS_ENCRYPTED = 3 /* a JWE, of either serialisation: its first header is all there is to see */
} parts_form;

/** One signature, with the header that it protects. */
typedef struct parts_signature {
    part header;
    part value;
    json_t *parsed;      /* the header; NULL: there is none */
    json_t *unprotected; /* the other header, of a JSON serialisation; borrowed from `document`; may be NULL */
    doc_flaw flaw;       /* of the header */
} parts_signature;

typedef struct parts {
    parts_form form;
    part payload;
    json_t *claims; /* the payload, if it is a JSON object */
    doc_flaw flaw;  /* of the payload */
    parts_signature *signatures;
    size_t count;
    json_t *document; /* the JSON serialisation itself */
    doc_flaw document_flaw;
} parts;

/** Could these bytes be a token: a JSON serialisation, or three or five parts of base64url? */
bool parts_like(const char *bytes, size_t len);

/** Takes a token apart. What is no token at all, or has a header that is no JSON object, is refused with a message. */
msg_status parts_take(parts *out, const char *name, const text *token);

void parts_free(parts *of);

#endif
