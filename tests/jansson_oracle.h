/*
 * jansson_oracle.h: what jansson says of a JSON text, for comparison with the scanner.
 */
#ifndef XCJ_TESTS_JANSSON_ORACLE_H
#define XCJ_TESTS_JANSSON_ORACLE_H

#include <jansson.h>
#include <string.h>

typedef enum opinion { REFUSED, ACCEPTED, NO_OPINION } opinion;

/*
 * It has no opinion on texts that it refuses for limits of its own: integers beyond 64 bits and reals beyond double, an
 * escaped NUL in a name, more than 2048 levels. A NUL behind a value it takes for the end of the text; no JSON text has one.
 */
static inline opinion ask_jansson(const char *text, size_t len)
{
    if (len > 0 && memchr(text, '\0', len) != NULL) {
        return REFUSED;
    }
    json_error_t error;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (value != NULL) {
        json_decref(value);
        return ACCEPTED;
    }
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_null_character:
    case json_error_stack_overflow:
        return NO_OPINION;
    default:
        return REFUSED;
    }
}

#endif
