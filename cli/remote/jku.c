/*
 * jku.c: checks whether xcj may fetch a token's jku.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <xcj/jws.h>

#include "cli/io/doc.h"
#include "cli/remote/jku.h"
#include "cli/tokens/token.h"

void refusal_set(refusal *out, msg_status status, const char *code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(out->err.message, sizeof out->err.message, fmt, args);
    va_end(args);
    out->status = status;
    out->code = code;
}

void refusal_memory(refusal *out)
{
    refusal_set(out, STATUS_INTERNAL, xcj_code_name(XCJ_ERR_MEMORY), "out of memory");
}

/* The protected header, still base64url; of JSON serialisations only a flattened one has just one (RFC 7515 7.2.2). */
static void add_header(text *to, xcj_str token)
{
    if (!token_is_json(token.ptr, token.len)) {
        const char *dot = token.len > 0 ? memchr(token.ptr, '.', token.len) : NULL;
        text_add(to, token.ptr, dot != NULL ? (size_t)(dot - token.ptr) : token.len);
        return;
    }
    json_t *parsed = doc_load(token.ptr, token.len);
    const json_t *header = json_object_get(parsed, "protected");
    if (json_is_string(header)) {
        text_add(to, json_string_value(header), json_string_length(header));
    }
    json_decref(parsed);
}

/* Decodes only the header: xcj reads no payload before its signature is verified. */
static xcj_unverified *peek(refusal *why, xcj_str token)
{
    xcj_unverified *peeked = NULL;
    text header = TEXT_INIT;
    add_header(&header, token);
    if (header.len == 0 && !header.failed && token.len > 0) {
        why->err.code = XCJ_ERR_TOKEN;
        refusal_set(why, STATUS_INPUT, xcj_code_name(XCJ_ERR_TOKEN), "there is no single protected header to find a jku in");
        text_free(&header);
        return NULL;
    }
    text_puts(&header, "..");
    if (header.failed) {
        refusal_memory(why);
    } else if (xcj_unverified_decode(&peeked, header.ptr, header.len, &why->err) != XCJ_OK) {
        why->status = msg_status_of(why->err.code, ABOUT_TOKEN);
        why->code = xcj_code_name(why->err.code);
    }
    text_free(&header);
    return peeked;
}

/* NULL, or why this jku is not followed. */
static const char *check(const json_t *member, const url_parts *prefix, bool allow_query)
{
    url_parts parts;
    if (!json_is_string(member)) {
        return member == NULL ? "is missing" : "is not a text";
    }
    const char *wrong = url_read(&parts, json_string_value(member), json_string_length(member));
    wrong = wrong == NULL ? url_check_path(&parts) : wrong;
    if (wrong != NULL) {
        return wrong;
    }
    if (parts.query.ptr != NULL && !allow_query) {
        return "has a query, which --allow-jku-query would allow";
    }
    return url_is_below(&parts, prefix) ? NULL : "is not below --jku-prefix";
}

char *jku_read(refusal *why, const url_parts *prefix, bool allow_query, xcj_str token)
{
    xcj_unverified *peeked = peek(why, token);
    if (peeked == NULL) {
        return NULL;
    }
    char *jku = NULL;
    const xcj_str header = xcj_unverified_header(peeked);
    json_t *parsed = doc_load(header.ptr, header.len);
    const json_t *member = json_object_get(parsed, "jku");
    const char *wrong = check(member, prefix, allow_query);
    if (wrong != NULL) {
        refusal_set(why, STATUS_POLICY, "XCJ_ERR_JKU", "the token's jku %s", wrong);
    } else {
        jku = strdup(json_string_value(member));
        if (jku == NULL) {
            refusal_memory(why);
        }
    }
    json_decref(parsed);
    xcj_unverified_free(peeked);
    return jku;
}
