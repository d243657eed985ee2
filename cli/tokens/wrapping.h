/*
 * wrapping.h: recognises and removes what people copy along with a token. It verifies nothing.
 */
#ifndef XCJ_CLI_TOKENS_WRAPPING_H
#define XCJ_CLI_TOKENS_WRAPPING_H

#include <jansson.h>

#include "cli/io/text.h"

/* Kinds of wrapping, one bit each. */
#define WRAP_SPACE 1u
#define WRAP_QUOTES 2u
#define WRAP_BEARER 4u        /* "Bearer " before it */
#define WRAP_HEADER 8u        /* the name of a header before it, as "Authorization:" */
#define WRAP_LINES 16u        /* line breaks or blanks within it */
#define WRAP_ANSWER 32u       /* JSON that holds it, such as a token response */
#define WRAP_MARK 64u         /* a comma or semicolon behind it */
#define WRAP_OTHER 128u       /* any other text, such as "token=" or a cookie */
#define WRAP_DISCLOSURES 256u /* an SD-JWT: disclosures behind it, each after a '~' */

/* The kinds that verify --unwrap removes, because the token's beginning and end are certain. */
#define WRAP_CERTAIN (WRAP_SPACE | WRAP_QUOTES | WRAP_BEARER | WRAP_HEADER | WRAP_LINES | WRAP_ANSWER)

typedef struct wrapping {
    unsigned around;
    text token;   /* without its wrapping; all of the input if it contains no token or several */
    text place;   /* in an answer, as jq writes it: ".access_token" */
    size_t count; /* how many tokens were found within something else */
} wrapping;

/** One kind of wrapping, in words. */
typedef struct wrapping_row {
    unsigned around;
    const char *id;    /* of the finding */
    const char *words; /* "the quotes around the token" */
    const char *hint;  /* "stands in quotes" */
} wrapping_row;

extern const wrapping_row wrapping_rows[];
#define WRAPPING_ROWS 9

/** Finds the token in the input. False if out of memory. Call wrapping_free() in both cases. */
bool wrapping_take(wrapping *out, xcj_str given);

/** Reports on standard error what was removed from the token with this name. */
void wrapping_note(unsigned around, const char *name);

/** Their ids, as a JSON array. */
json_t *wrapping_list(unsigned around);

/** Decodes the first part of a token as JSON. NULL: it is none. Free it with json_decref(). */
json_t *wrapping_header(xcj_str token);

/** Returns true if the text has three or five parts and the first one is a JSON object. */
bool wrapping_is_token(xcj_str token);

/** Adds the command that extracts the token from FILE. */
void wrapping_put_command(text *to, const wrapping *of);

void wrapping_free(wrapping *of);

#endif
