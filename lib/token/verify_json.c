#include <string.h>

#include "lib/base/error.h"
#include "lib/token/issuers.h"

/* The most members and elements of a serialisation, including its headers; the payload counts as one. */
#define MEMBERS_MAX 1024

/* The parts of a JSON serialisation. */
typedef struct json_form {
    xcj__verification *work;
    xcj__json_limits limits;
    xcj__json_value payload;
    xcj__json_value signatures;
    xcj__json_value flat[3]; /* protected, header, signature of the flattened form */
    xcj__buf unescaped;      /* strings that had escapes */
    size_t room;             /* the most room that unescaping can need */
    unsigned count;
    unsigned valid;
    bool has_b64; /* a header was read; is_encoded is then its b64 */
    bool is_encoded;
    xcj_error first; /* the error of the first signature that is not valid */
} json_form;

enum { PROTECTED, HEADER, SIGNATURE };
static const char *const signature_members[] = { "protected", "header", "signature" };

static xcj_code malformed(xcj__verification *w, const char *member, const char *what)
{
    return xcj__fail_at(w->err, XCJ_ERR_TOKEN, member, XCJ_NO_OFFSET, "the JSON serialisation's \"%s\" %s", member, what);
}

static void note_signature_member(xcj__json_value *members, const xcj__json_item *item)
{
    for (size_t i = 0; i < 3; i++) {
        if (xcj__json_named(item, signature_members[i])) {
            members[i] = item->value;
        }
    }
}

static xcj_code note_member(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    json_form *form = ctx;
    note_signature_member(form->flat, item);
    if (xcj__json_named(item, "payload")) {
        form->payload = item->value;
    } else if (xcj__json_named(item, "signatures")) {
        form->signatures = item->value;
    }
    return XCJ_OK;
}

static xcj_code note_in_signature(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    note_signature_member(ctx, item);
    return XCJ_OK;
}

/* Takes a string member. The first call reserves room for all of them, so that none moves. */
static xcj_code take_string(json_form *form, const char *name, const xcj__json_value *value, xcj_str *out)
{
    if (value->type != XCJ__JSON_STRING) {
        return malformed(form->work, name, value->type == 0 ? "is missing" : "is not a string");
    }
    *out = value->text;
    if (!value->escaped) {
        return XCJ_OK;
    }
    char *dst = xcj__buf_reserve(&form->unescaped, form->unescaped.cap == 0 ? form->room : value->text.len);
    if (dst == NULL) {
        return xcj__fail_memory(form->work->err);
    }
    *out = (xcj_str){ dst, xcj__json_unescape(dst, value->text) };
    form->unescaped.len += out->len;
    return XCJ_OK;
}

static xcj_code take_signature(json_form *form, const xcj__json_value *members, xcj__signature *out)
{
    memset(out, 0, sizeof *out);
    xcj_code code = take_string(form, "signature", &members[SIGNATURE], &out->value);
    if (code == XCJ_OK && members[PROTECTED].type != 0) {
        code = take_string(form, "protected", &members[PROTECTED], &out->protected);
    }
    if (code == XCJ_OK && members[HEADER].type != 0) {
        out->unprotected = members[HEADER].raw;
        code = members[HEADER].type == XCJ__JSON_OBJECT ? XCJ_OK : malformed(form->work, "header", "is not an object");
    }
    if (code == XCJ_OK && out->protected.ptr == NULL) {
        out->protected = xcj_text("");
        code = out->unprotected.ptr != NULL ? XCJ_OK : malformed(form->work, "protected", "is missing");
    }
    return code;
}

/* Out of memory and other faults of this machine are not verdicts on a signature; XCJ_ERR_LIMIT makes the whole token
 * invalid. */
static bool is_verdict(xcj_code code)
{
    return code != XCJ_ERR_MEMORY && code != XCJ_ERR_CRYPTO && code != XCJ_ERR_RANDOM && code != XCJ_ERR_LIMIT;
}

static xcj_code try_signature(json_form *form, const xcj__signature *s)
{
    xcj__verification *w = form->work;
    bool all = w->verifier->policy.options.all_signatures != 0;
    form->count++;
    if (form->count > w->verifier->policy.options.max_signatures) {
        return xcj__fail(w->err, XCJ_ERR_LIMIT, "the token has more than %u signatures",
                         w->verifier->policy.options.max_signatures);
    }
    if (form->valid > 0 && !all) {
        return XCJ_OK;
    }
    xcj__verification before = *w;
    xcj_error why;
    w->err = &why;
    xcj_code code = xcj__verification_check(w, s);
    w->err = before.err;
    if (code == XCJ_OK) {
        form->valid++;
        if (form->valid > 1) {
            /* The result describes the first valid signature. */
            w->key = before.key;
            w->alg = before.alg;
            w->header = before.header;
            w->fields = before.fields;
        }
        return XCJ_OK;
    }
    if (form->first.code == XCJ_OK) {
        form->first = why;
    }
    if (is_verdict(code)) {
        return XCJ_OK;
    }
    if (w->err != NULL) {
        *w->err = why;
    }
    return code;
}

/* RFC 7797 3: b64 must be the same for all signatures, even those that need not be valid, so that their order does not
 * matter. */
static xcj_code same_encoding(json_form *form, const xcj__signature *s)
{
    bool is_encoded;
    xcj_code code = xcj__verification_is_encoded(form->work, s, &is_encoded);
    if (code != XCJ_OK) {
        /* The check of the signature reports a bad header. */
        return is_verdict(code) ? XCJ_OK : code;
    }
    if (form->has_b64 && form->is_encoded != is_encoded) {
        return xcj__fail_at(form->work->err, XCJ_ERR_TOKEN, "b64", XCJ_NO_OFFSET,
                            "the token's signatures differ in \"b64\"");
    }
    form->has_b64 = true;
    form->is_encoded = is_encoded;
    return XCJ_OK;
}

static xcj_code visit_signature(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    json_form *form = ctx;
    xcj__json_value members[3] = { 0 };
    xcj__signature s;
    xcj_str raw = item->value.raw;
    if (item->value.type != XCJ__JSON_OBJECT) {
        return malformed(form->work, "signatures", "has an element that is not an object");
    }
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &form->limits, note_in_signature, members, err);
    if (code == XCJ_OK) {
        code = take_signature(form, members, &s);
    }
    if (code == XCJ_OK) {
        code = same_encoding(form, &s);
    }
    return code == XCJ_OK ? try_signature(form, &s) : code;
}

static xcj_code check_flat(json_form *form)
{
    xcj__signature s;
    xcj_code code = take_signature(form, form->flat, &s);
    return code == XCJ_OK ? try_signature(form, &s) : code;
}

static xcj_code check_general(json_form *form)
{
    xcj_str raw = form->signatures.raw;
    if (form->signatures.type != XCJ__JSON_ARRAY) {
        return malformed(form->work, "signatures", "is not an array");
    }
    if (form->flat[PROTECTED].type != 0 || form->flat[HEADER].type != 0 || form->flat[SIGNATURE].type != 0) {
        return malformed(form->work, "signatures", "is present beside members of the flattened form");
    }
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_ARRAY, &form->limits, visit_signature, form, form->work->err);
    return code == XCJ_OK && form->count == 0 ? malformed(form->work, "signatures", "is empty") : code;
}

static xcj_code conclude(json_form *form)
{
    xcj__verification *w = form->work;
    bool all = w->verifier->policy.options.all_signatures != 0;
    if (form->valid == form->count || (form->valid > 0 && !all)) {
        return XCJ_OK;
    }
    if (form->count == 1) {
        if (w->err != NULL) {
            *w->err = form->first;
        }
        return form->first.code;
    }
    return xcj__fail_at(w->err, form->first.code, form->first.member, XCJ_NO_OFFSET, "%u of %u signatures are valid; %.300s",
                        form->valid, form->count, form->first.message);
}

xcj_code xcj__verification_check_json(xcj__verification *w, xcj_str text)
{
    json_form form = { .work = w, .limits = w->verifier->policy.limits, .room = text.len };
    if (form.limits.max_members > MEMBERS_MAX) {
        form.limits.max_members = MEMBERS_MAX;
    }
    xcj__buf_init(&form.unescaped);
    /* Reserve room for all strings: those from one header must not move when the next is read. */
    if (xcj__buf_reserve(&w->names, text.len) == NULL) {
        return xcj__fail_memory(w->err);
    }
    xcj_code code = xcj__json_scan(text.ptr, text.len, XCJ__JSON_OBJECT, &form.limits, note_member, &form, w->err);
    if (code == XCJ_OK && w->is_detached && form.payload.type != 0) {
        code = malformed(w, "payload", "is present, and a detached payload was given too");
    }
    if (code == XCJ_OK && !w->is_detached) {
        code = take_string(&form, "payload", &form.payload, &w->carried);
    }
    if (code == XCJ_OK) {
        code = xcj__issuers_route(w, text.len);
    }
    if (code == XCJ_OK) {
        code = form.signatures.type != 0 ? check_general(&form) : check_flat(&form);
    }
    if (code == XCJ_OK) {
        code = conclude(&form);
    }
    xcj__buf_free(&form.unescaped);
    return code;
}
