/*
 * recognise.h: recognises the form of a key, certificate or secret by its first bytes. It is decided here for all, so that
 * two readers never take the same bytes for different things. One more container is one more row in recognise.c.
 */
#ifndef XCJ_LIB_KEY_RECOGNISE_H
#define XCJ_LIB_KEY_RECOGNISE_H

#include <stdbool.h>
#include <stdint.h>

#include <xcj/base.h>

typedef enum xcj__form {
    XCJ__FORM_DER = 1, /* the first byte is 0x30 */
    XCJ__FORM_JSON,    /* the first character is { or [ */
    XCJ__FORM_PEM,     /* text with a BEGIN line */
    XCJ__FORM_SSH,     /* lines of OpenSSH public keys */
    XCJ__FORM_NAMED,   /* a key in a form that is not read */
    XCJ__FORM_NONE     /* nothing that is known */
} xcj__form;

/** Which reader the bytes are for. For the last two forms, *why says what they are, and the way out if there is one. */
xcj__form xcj__recognise(const uint8_t *data, size_t len, const char **why);

/** XCJ_ERR_KEY with *why, or with what is wrong with the BEGIN and END lines of PEM, and where. */
xcj_code xcj__recognise_fail(const uint8_t *data, size_t len, const char *why, xcj_error *err);

#endif
