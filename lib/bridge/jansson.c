#include <errno.h>
#include <string.h>
#include <xcj/jansson.h>

#include "lib/bridge/bridge.h"

xcj_code xcj__bridge_fail(xcj_error *err, xcj_code code, const char *sentence)
{
    if (err != NULL) {
        memset(err, 0, sizeof *err);
        err->code = code;
        err->offset = XCJ_NO_OFFSET;
        strncpy(err->message, sentence, sizeof err->message - 1);
    }
    return code;
}

xcj_code xcj__bridge_fail_memory(xcj_error *err)
{
    return xcj__bridge_fail(err, XCJ_ERR_MEMORY, "out of memory");
}

xcj_code xcj__bridge_done(xcj_error *err)
{
    return xcj__bridge_fail(err, XCJ_OK, "");
}

void xcj__bridge_drop(char *text)
{
    json_malloc_t allocate;
    json_free_t release;
    if (text != NULL) {
        json_get_alloc_funcs(&allocate, &release);
        memset(text, 0, strlen(text));
        __asm__ volatile("" : : "r"(text) : "memory"); /* keeps the compiler from dropping the memset */
        release(text);
    }
}

/* When jansson is out of memory it may report invalid JSON instead; errno tells the two apart. */
static xcj_code why_not(const json_error_t *why, xcj_error *err)
{
    switch (json_error_code(why)) {
    case json_error_numeric_overflow:
    case json_error_null_character:
    case json_error_null_byte_in_key:
    case json_error_stack_overflow:
        return xcj__bridge_fail(err, XCJ_ERR_LIMIT,
                                "jansson cannot hold this JSON: a number is too large for it, or it has a "
                                "NUL or nests too deep");
    case json_error_invalid_syntax:
    case json_error_premature_end_of_input:
    case json_error_end_of_input_expected:
    case json_error_invalid_utf8:
    case json_error_duplicate_key:
        return xcj__bridge_fail(err, XCJ_ERR_JSON, "this is not a JSON object");
    default:
        return xcj__bridge_fail_memory(err);
    }
}

xcj_code xcj__bridge_load(json_t **out, xcj_str text, size_t flags, xcj_error *err)
{
    json_error_t why;
    memset(&why, 0, sizeof why); /* jansson sets a code only for some errors */
    errno = 0;
    json_t *value = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | flags, &why);
    *out = NULL;
    if (value == NULL) {
        return errno == ENOMEM ? xcj__bridge_fail_memory(err) : why_not(&why, err);
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return xcj__bridge_fail(err, XCJ_ERR_JSON, "this is not a JSON object");
    }
    *out = value;
    return xcj__bridge_done(err);
}

xcj_code xcj_verified_to_jansson(json_t **out, const xcj_verified *verified, xcj_where where, xcj_error *err)
{
    if (out == NULL) {
        return xcj__bridge_fail(err, XCJ_ERR_ARGUMENT, "a required pointer is NULL");
    }
    *out = NULL;
    if (verified == NULL || (where != XCJ_CLAIMS && where != XCJ_HEADER)) {
        return xcj__bridge_fail(err, XCJ_ERR_ARGUMENT, "no verified token, or neither its claims nor its header");
    }
    xcj_str text = where == XCJ_CLAIMS ? xcj_verified_payload(verified) : xcj_verified_header(verified);
    return xcj__bridge_load(out, text, JSON_ALLOW_NUL, err);
}

xcj_code xcj_mint_jansson(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const json_t *claims,
                          const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err)
{
    if (len != NULL) {
        *len = 0;
    }
    if (!json_is_object(claims)) {
        return xcj__bridge_fail(err, XCJ_ERR_ARGUMENT, "the claims are not a JSON object");
    }
    errno = 0; /* only errno says why jansson returned no string */
    char *text = json_dumps(claims, JSON_COMPACT);
    if (text == NULL) {
        return errno == ENOMEM ? xcj__bridge_fail_memory(err)
                               : xcj__bridge_fail(err, XCJ_ERR_ARGUMENT, "the claims contain themselves");
    }
    xcj_code code = xcj_mint_claims(buf, cap, len, minter, text, strlen(text), auth, scratch, err);
    xcj__bridge_drop(text);
    return code;
}
