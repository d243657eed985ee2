/*
 * parts.c: taking tokens apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tokens/parts.h"
#include "cli/tokens/token.h"

/* Of a general JSON serialisation; a verifier takes 16. */
#define SIGNATURES_MAX 1000

/* The parts between the dots: how many there are; the first five of them. */
static size_t split(xcj_str token, xcj_str *each)
{
    size_t count = 0;
    const char *const end = token.ptr + token.len;
    for (const char *at = token.ptr;; at++) {
        const char *dot = at < end ? memchr(at, '.', (size_t)(end - at)) : NULL;
        const char *stop = dot != NULL ? dot : end;
        if (count < 5) {
            each[count] = (xcj_str){ at, (size_t)(stop - at) };
        }
        count++;
        if (dot == NULL) {
            return count;
        }
        at = dot;
    }
}

bool parts_like(const char *bytes, size_t len)
{
    const xcj_str token = text_trim((xcj_str){ bytes, len });
    if (token_is_json(token.ptr, token.len)) {
        return true;
    }
    xcj_str each[5];
    size_t count = split(token, each);
    bool fine = (count == 3 || count == 5) && each[0].len > 0;
    for (size_t i = 0; fine && i < count; i++) {
        part decoded;
        fine = parts_decode(&decoded, each[i].ptr, each[i].len);
        text_free(&decoded.bytes);
    }
    return fine;
}

static msg_status not_base64url(const char *name, const char *what)
{
    return msg_fail(STATUS_INPUT, name, "the token's %s is not base64url", what);
}

static msg_status take_header(parts_signature *out, const char *name, xcj_str encoded)
{
    if (!parts_decode(&out->header, encoded.ptr, encoded.len)) {
        return not_base64url(name, "header");
    }
    if (out->header.bytes.failed) {
        return msg_fail_memory();
    }
    out->parsed = doc_survey(out->header.bytes.ptr, out->header.bytes.len, &out->flaw);
    if (out->flaw.excess != NULL) {
        return msg_fail(STATUS_INPUT, name, "the token's header %s", out->flaw.excess);
    }
    return json_is_object(out->parsed) ? STATUS_OK : msg_fail(STATUS_INPUT, name, "the token's header is not a JSON object");
}

static msg_status take_signature(parts_signature *out, const char *name, xcj_str encoded)
{
    return parts_decode(&out->value, encoded.ptr, encoded.len) ? STATUS_OK : not_base64url(name, "signature");
}

static msg_status take_payload(parts *out, const char *name, xcj_str encoded)
{
    if (!parts_decode(&out->payload, encoded.ptr, encoded.len)) {
        return not_base64url(name, "payload");
    }
    if (out->payload.bytes.failed) {
        return msg_fail_memory();
    }
    out->claims = doc_survey(out->payload.bytes.ptr, out->payload.bytes.len, &out->flaw);
    if (!json_is_object(out->claims)) {
        json_decref(out->claims);
        out->claims = NULL;
    }
    return STATUS_OK;
}

static msg_status make_room(parts *out, size_t count)
{
    out->signatures = calloc(count, sizeof *out->signatures);
    out->count = out->signatures != NULL ? count : 0;
    return out->signatures != NULL ? STATUS_OK : msg_fail_memory();
}

static msg_status take_compact(parts *out, const char *name, xcj_str token)
{
    xcj_str each[5];
    const size_t count = split(token, each);
    if (count != 3 && count != 5) {
        xcj_error err = { .code = XCJ_ERR_TOKEN };
        (void)snprintf(err.message, sizeof err.message, "a token has three parts between dots; this has %zu", count);
        token_name_fault(&err, name, token, false);
        return msg_fail(STATUS_INPUT, name, "%s", err.message);
    }
    out->form = count == 3 ? PARTS_COMPACT : PARTS_ENCRYPTED;
    msg_status status = make_room(out, 1);
    if (status == STATUS_OK) {
        status = take_header(out->signatures, name, each[0]);
    }
    if (status == STATUS_OK && count == 3) {
        status = take_payload(out, name, each[1]);
    }
    if (status == STATUS_OK && count == 3) {
        status = take_signature(out->signatures, name, each[2]);
    }
    return status;
}

/* One signature of a JSON serialisation, from the object that holds it. */
static msg_status take_entry(parts_signature *out, const char *name, const json_t *object)
{
    const xcj_str header = doc_view(json_object_get(object, "protected"));
    const xcj_str value = doc_view(json_object_get(object, "signature"));
    out->unprotected = json_object_get(object, "header");
    msg_status status = header.ptr != NULL ? take_header(out, name, header) : STATUS_OK;
    return status == STATUS_OK && value.ptr != NULL ? take_signature(out, name, value) : status;
}

static msg_status take_document(parts *out, const char *name, xcj_str token)
{
    out->document = doc_survey(token.ptr, token.len, &out->document_flaw);
    if (out->document_flaw.excess != NULL) {
        return msg_fail(STATUS_INPUT, name, "%s", out->document_flaw.excess);
    }
    if (!json_is_object(out->document)) {
        return msg_fail(STATUS_INPUT, name, "is not JSON at its offset %d", out->document_flaw.offset);
    }
    const json_t *list = json_object_get(out->document, "signatures");
    const xcj_str payload = doc_view(json_object_get(out->document, "payload"));
    out->form = json_object_get(out->document, "ciphertext") != NULL ? PARTS_ENCRYPTED : PARTS_JSON;
    if (out->form == PARTS_JSON && payload.ptr == NULL && list == NULL &&
        doc_view(json_object_get(out->document, "signature")).ptr == NULL) {
        return msg_fail(STATUS_INPUT, name, "is a JSON text, but not a token");
    }
    const bool is_general = json_is_array(list) && out->form == PARTS_JSON;
    const size_t count = is_general ? json_array_size(list) : 1;
    if (count == 0 || count > SIGNATURES_MAX) {
        return msg_fail(STATUS_INPUT, name, "has %zu signatures; 1 to %d can be looked at", count, SIGNATURES_MAX);
    }
    msg_status status = make_room(out, count);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = take_entry(&out->signatures[i], name, is_general ? json_array_get(list, i) : out->document);
    }
    return status == STATUS_OK && out->form == PARTS_JSON ? take_payload(out, name, payload) : status;
}

msg_status parts_take(parts *out, const char *name, const text *token)
{
    *out = (parts){ 0 };
    const xcj_str given = text_trim(text_view(token));
    if (given.len == 0) {
        return msg_fail(STATUS_INPUT, name, "the token is empty");
    }
    return token_is_json(given.ptr, given.len) ? take_document(out, name, given) : take_compact(out, name, given);
}

void parts_free(parts *of)
{
    for (size_t i = 0; i < of->count; i++) {
        text_free(&of->signatures[i].header.bytes);
        text_free(&of->signatures[i].value.bytes);
        json_decref(of->signatures[i].parsed);
    }
    free(of->signatures);
    text_free(&of->payload.bytes);
    json_decref(of->claims);
    json_decref(of->document);
}
