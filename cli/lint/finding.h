/*
 * finding.h: findings about a key or a token, each with a severity, a stable id and a location.
 */
#ifndef XCJ_CLI_LINT_FINDING_H
#define XCJ_CLI_LINT_FINDING_H

#include "cli/io/doc.h"

typedef enum finding_severity { FINDING_ERROR = 0, FINDING_WARNING = 1, FINDING_NOTE = 2 } finding_severity;

/** Where. Text of the input is copied, and made harmless. */
typedef struct finding_place {
    const char *part;   /* "key", "header", "claims" ... */
    int index;          /* which one of several, counted from 0; -1: the only one */
    const char *kid;    /* of the key; NULL: none */
    const char *member; /* NULL: the whole */
} finding_place;

typedef struct finding {
    finding_severity severity;
    const char *id;
    const char *part;
    int index;
    char kid[64];
    char member[64];
    char words[256];
} finding;

/** The first 64 of each severity. All zero is none. */
typedef struct findings {
    finding *items;
    size_t count;
    size_t counts[3]; /* by severity, those included that were too many to keep */
    bool failed;      /* there was no memory */
} findings;

__attribute__((format(printf, 5, 6))) void finding_add(findings *to, finding_severity severity, const char *id,
                                                       finding_place place, const char *fmt, ...);

/** "error", "warning", "note". */
const char *finding_severity_name(finding_severity severity);

/** "key 1 (kid "a") n": where it is, for people. */
void finding_where(text *to, const finding *of);

/** How many were not kept. */
size_t finding_left_out(const findings *of);

/** As JSON: an array of objects. */
json_t *finding_list(const findings *of);

void finding_free(findings *of);

#endif
