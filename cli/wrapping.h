/*
 * wrapping.h: what people leave around a token when they copy it, and how to take it off. Nothing is verified.
 */
#ifndef XCJ_CLI_WRAPPING_H
#define XCJ_CLI_WRAPPING_H

#include <jansson.h>

#include "cli/text.h"

/* What stood around the token, by bit. */
#define WRAP_SPACE 1u
#define WRAP_QUOTES 2u
#define WRAP_BEARER 4u        /* "Bearer " before it */
#define WRAP_HEADER 8u        /* the name of a header before it, as "Authorization:" */
#define WRAP_LINES 16u        /* line breaks or blanks within it */
#define WRAP_ANSWER 32u       /* JSON that holds it, such as a token response */
#define WRAP_MARK 64u         /* a comma or semicolon behind it */
#define WRAP_OTHER 128u       /* any other text, such as "token=" or a cookie */
#define WRAP_DISCLOSURES 256u /* an SD-JWT: disclosures behind it, each after a '~' */

/* What verify --unwrap takes off: where it ends and the token begins is certain. */
#define WRAP_CERTAIN (WRAP_SPACE | WRAP_QUOTES | WRAP_BEARER | WRAP_HEADER | WRAP_LINES | WRAP_ANSWER)

typedef struct wrapping {
    unsigned around;
    text token;   /* alone; as it was given where there is none to be found, or more than one */
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

/** Finds the token in what was given. False: there is no memory. Free with wrapping_free() either way. */
bool wrapping_take(wrapping *out, xcj_str given);

/** Says on standard error what was taken off the token of this name. */
void wrapping_note(unsigned around, const char *name);

/** Their ids, as a JSON array. */
json_t *wrapping_list(unsigned around);

/** Has it three or five parts, the first of which is a JSON object? */
bool wrapping_is_token(xcj_str token);

/** Adds the command that gets the token alone out of FILE. */
void wrapping_put_command(text *to, const wrapping *of);

void wrapping_free(wrapping *of);

#endif
