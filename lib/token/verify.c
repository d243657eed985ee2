#include <stdatomic.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"
#include "lib/key/keyset.h"
#include "lib/key/scratch.h"
#include "lib/token/policy.h"
#include "lib/token/verified.h"

/* Header and payload of an ordinary token, decoded, when only the verdict is asked for and there is no scratch. */
#define DECODED_STORAGE 2048
#define NAMES_STORAGE 256

struct xcj_verifier {
    atomic_uint refs;
    xcj_key *key;     /* one key, or */
    xcj_keyset *keys; /* a set */
    xcj__policy policy;
};

static xcj_code verifier_new(xcj_verifier **out, xcj_key *key, xcj_keyset *keys, const xcj_verify_options *options,
                             xcj_error *err)
{
    *out = NULL;
    xcj_verifier *verifier = xcj__zalloc(sizeof *verifier);
    xcj_code code = verifier == NULL ? xcj__fail_memory(err) : xcj__policy_open(&verifier->policy, options, err);
    if (code != XCJ_OK) {
        xcj_free(verifier);
        xcj_key_free(key);
        xcj_keyset_free(keys);
        return code;
    }
    atomic_init(&verifier->refs, 1);
    verifier->key = key;
    verifier->keys = keys;
    xcj__error_clear(err);
    *out = verifier;
    return XCJ_OK;
}

xcj_code xcj_verifier_new(xcj_verifier **out, const xcj_keyset *keys, const xcj_verify_options *options, xcj_error *err)
{
    *out = NULL;
    return keys == NULL ? xcj__fail(err, XCJ_ERR_ARGUMENT, "no key set")
                        : verifier_new(out, NULL, xcj_keyset_ref(keys), options, err);
}

xcj_code xcj_verifier_new_key(xcj_verifier **out, const xcj_key *key, const xcj_verify_options *options, xcj_error *err)
{
    *out = NULL;
    if (key == NULL) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "no key");
    }
    xcj_code code = verifier_new(out, xcj_key_ref(key), NULL, options, err);
    if (code == XCJ_OK && (*out)->policy.options.key_claim.ptr != NULL) {
        xcj_verifier_free(*out);
        *out = NULL;
        code = xcj__fail_at(err, XCJ_ERR_CONFIG, "key_claim", XCJ_NO_OFFSET, "a claim chooses a key of a set, not of one key");
    }
    return code;
}

xcj_verifier *xcj_verifier_ref(const xcj_verifier *verifier)
{
    xcj_verifier *shared = (xcj_verifier *)(uintptr_t)verifier;
    if (shared != NULL) {
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    }
    return shared;
}

void xcj_verifier_free(xcj_verifier *verifier)
{
    if (verifier == NULL || atomic_fetch_sub_explicit(&verifier->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    xcj_key_free(verifier->key);
    xcj_keyset_free(verifier->keys);
    xcj__policy_close(&verifier->policy);
    xcj_free(verifier);
}

/* One signature as it was carried, and the payload it is over. */
typedef struct signature {
    xcj_str protected;   /* base64url */
    xcj_str unprotected; /* JSON text; absent: none */
    xcj_str value;       /* base64url */
    xcj_str input;       /* what was signed, where it stands in one piece; absent: it is put together */
} signature;

/* One call of verify. */
typedef struct work {
    const xcj_verifier *verifier;
    xcj_scratch *scratch;
    xcj_error *err;
    xcj_str carried;   /* the payload as carried: base64url, or as it is when b64 is false */
    bool is_detached;  /* `carried` is the payload's own bytes, given apart */
    const xcj_key *key; /* of the valid signature */
    xcj_alg alg;
    xcj_str header;  /* its protected header, decoded */
    xcj_str payload; /* decoded */
    bool was_encoded; /* how it came to be decoded */
    xcj__header fields;
    xcj__buf names; /* text values of `fields` that had escapes */
    uint8_t *at;    /* where decoded text goes next: room was made for all of it */
} work;

static xcj_code decode(work *w, const char *what, xcj_str text, xcj_str *out)
{
    size_t len, bad;
    if (!xcj__b64u_decode(w->at, &len, text.ptr, text.len, &bad)) {
        return xcj__fail_at(w->err, XCJ_ERR_BASE64, what, XCJ_NO_OFFSET, "the token's %s is not base64url at its offset %zu", what,
                            bad);
    }
    *out = (xcj_str){ (const char *)w->at, len };
    w->at[len] = '\0';
    w->at += len + 1;
    return XCJ_OK;
}

static xcj_code allowed_alg(const work *w, const xcj__alg **row)
{
    char shown[XCJ__SHOWN];
    xcj_str name = w->fields.alg;
    *row = NULL;
    if (!w->fields.has_alg) {
        return xcj__fail_at(w->err, XCJ_ERR_TOKEN, "alg", XCJ_NO_OFFSET, "the token's protected header has no \"alg\"");
    }
    *row = xcj__alg_row(xcj_alg_from_name(name.ptr, name.len));
    if (*row == NULL) {
        return xcj__fail_at(w->err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the token's algorithm \"%s\" is not one that is accepted",
                            xcj__sanitise(shown, sizeof shown, name.ptr, name.len));
    }
    if ((w->verifier->policy.algs & (uint32_t)1 << (*row)->id) == 0) {
        return xcj__fail_at(w->err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the token's algorithm %s is not allowed here",
                            (*row)->name);
    }
    return XCJ_OK;
}

/* RFC 7797: b64 only where it is understood, which is never for a JWT (section 7), and only when it is critical (section 6). */
static xcj_code check_extensions(const work *w)
{
    const xcj__header *h = &w->fields;
    bool is_opaque = w->verifier->policy.options.opaque_payload != 0;
    if (h->has_crit && (!is_opaque || !h->has_b64)) {
        return xcj__fail_at(w->err, XCJ_ERR_CRIT, "crit", XCJ_NO_OFFSET, "the token's \"crit\" names b64, which %s",
                            is_opaque ? "is not in the header" : "is not for a JWT");
    }
    if (h->has_b64 && !h->b64 && !h->crit_b64) {
        return xcj__fail_at(w->err, XCJ_ERR_CRIT, "b64", XCJ_NO_OFFSET,
                            "the token's payload is not base64url (b64) without \"crit\" saying so");
    }
    return XCJ_OK;
}

typedef struct finding {
    xcj_str name;
    xcj__json_value value;
} finding;

static xcj_code find_claim(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    finding *f = ctx;
    if (xcj__json_equal(item->name, item->name_escaped, f->name.ptr, f->name.len)) {
        f->value = item->value;
    }
    return XCJ_OK;
}

static xcj_code no_credentials(const work *w)
{
    char shown[XCJ__SHOWN];
    xcj_str name = w->verifier->policy.options.key_claim;
    return xcj__fail_at(w->err, XCJ_ERR_NO_KEY, "kid", XCJ_NO_OFFSET, "No credentials found for given '%s'",
                        xcj__sanitise(shown, sizeof shown, name.ptr, name.len));
}

/* The key that a (still unverified) claim names: it only chooses among keys that are trusted already. */
static xcj_code select_by_claim(work *w, const xcj__alg *alg)
{
    finding f = { .name = w->verifier->policy.options.key_claim };
    xcj_code code = xcj__json_scan(w->payload.ptr, w->payload.len, XCJ__JSON_OBJECT, &w->verifier->policy.limits, find_claim,
                                   &f, w->err);
    if (code != XCJ_OK) {
        return code;
    }
    char *kid = f.value.type == XCJ__JSON_STRING ? xcj__alloc(f.value.text.len + 1) : NULL;
    if (kid == NULL) {
        return f.value.type == XCJ__JSON_STRING ? xcj__fail_memory(w->err) : no_credentials(w);
    }
    xcj_str view = { kid, xcj__json_unescape(kid, f.value.text) };
    code = xcj__keyset_has(w->verifier->keys, view) ? xcj__keyset_select(&w->key, w->verifier->keys, view, alg, w->err)
                                                    : no_credentials(w);
    xcj_free(kid);
    return code;
}

static xcj_code select_key(work *w, const xcj__alg *alg)
{
    const xcj_verifier *v = w->verifier;
    w->key = v->key;
    if (v->key != NULL) {
        return xcj__alg_admit(alg, xcj__key_facts_of(v->key), XCJ_VERIFY, w->err);
    }
    if (v->policy.options.key_claim.ptr != NULL) {
        return select_by_claim(w, alg);
    }
    xcj_str none = { NULL, 0 };
    return xcj__keyset_select(&w->key, v->keys, w->fields.has_kid ? w->fields.kid : none, alg, w->err);
}

/* RFC 7515 7.2.1: the two headers are disjoint. What decides must be protected; a kid may stand outside. */
static xcj_code read_unprotected(work *w, xcj_str unprotected)
{
    xcj__header outside;
    char storage[NAMES_STORAGE];
    xcj__buf names;
    xcj__buf_init_on(&names, storage, sizeof storage);
    xcj_code code = xcj__header_read(&outside, unprotected, &w->verifier->policy.limits, &names, w->err);
    if (code == XCJ_OK && (outside.has_alg || outside.has_crit || outside.has_b64)) {
        code = xcj__fail_at(w->err, outside.has_alg ? XCJ_ERR_ALG : XCJ_ERR_CRIT, outside.has_alg ? "alg" : "crit",
                            XCJ_NO_OFFSET, "the token has \"alg\", \"crit\" or \"b64\" outside the protected header");
    }
    if (code == XCJ_OK && w->header.len > 0) {
        code = xcj__headers_disjoint(w->header, unprotected, &w->verifier->policy.limits, w->err);
    }
    if (code == XCJ_OK && outside.has_kid) {
        /* Into the header's own names: `names` is about to go. */
        char *kid = xcj__buf_reserve(&w->names, outside.kid.len);
        if (kid == NULL) {
            code = xcj__fail_memory(w->err);
        } else {
            memcpy(kid, outside.kid.ptr, outside.kid.len);
            w->names.len += outside.kid.len;
            w->fields.kid = (xcj_str){ kid, outside.kid.len };
            w->fields.has_kid = true;
        }
    }
    xcj__buf_free(&names);
    return code;
}

static xcj_code read_header(work *w, const signature *s)
{
    const xcj__json_limits *limits = &w->verifier->policy.limits;
    xcj_code code = decode(w, "header", s->protected, &w->header);
    if (code == XCJ_OK && (w->header.len > 0 || s->unprotected.ptr == NULL)) {
        code = xcj__header_read(&w->fields, w->header, limits, &w->names, w->err);
    } else {
        memset(&w->fields, 0, sizeof w->fields);
    }
    if (code == XCJ_OK && s->unprotected.ptr != NULL) {
        code = read_unprotected(w, s->unprotected);
    }
    return code == XCJ_OK ? check_extensions(w) : code;
}

static bool is_encoded(const work *w)
{
    return !w->fields.has_b64 || w->fields.b64;
}

/* The payload's own bytes, once: every signature is over the same. */
static xcj_code open_payload(work *w)
{
    if (w->payload.ptr != NULL) {
        /* RFC 7797 3: b64 is the same for all signatures, or one would decide how another's payload is read. */
        return w->was_encoded == is_encoded(w)
                   ? XCJ_OK
                   : xcj__fail_at(w->err, XCJ_ERR_TOKEN, "b64", XCJ_NO_OFFSET, "the token's signatures differ in \"b64\"");
    }
    w->was_encoded = is_encoded(w);
    if (!w->is_detached && is_encoded(w)) {
        return decode(w, "payload", w->carried, &w->payload);
    }
    memcpy(w->at, w->carried.ptr, w->carried.len);
    w->payload = (xcj_str){ (const char *)w->at, w->carried.len };
    w->at[w->carried.len] = '\0';
    w->at += w->carried.len + 1;
    return XCJ_OK;
}

/* RFC 7515 5.2: header '.' payload. */
static xcj_code check_input(work *w, const signature *s, xcj_str sig)
{
    if (s->input.ptr != NULL) {
        return xcj__key_verify(w->key, w->alg, s->input.ptr, s->input.len, (const uint8_t *)sig.ptr, sig.len, w->scratch,
                               w->err);
    }
    xcj__buf input;
    xcj__buf_init(&input);
    xcj__buf_put_str(&input, s->protected);
    xcj__buf_put_char(&input, '.');
    if (w->is_detached && is_encoded(w)) {
        xcj__put_base64url(&input, w->carried);
    } else {
        xcj__buf_put_str(&input, w->carried);
    }
    xcj_code code = input.failed ? xcj__fail_memory(w->err)
                                 : xcj__key_verify(w->key, w->alg, input.ptr, input.len, (const uint8_t *)sig.ptr, sig.len,
                                                   w->scratch, w->err);
    xcj__buf_free(&input);
    return code;
}

static xcj_code check_signature(work *w, const signature *s)
{
    uint8_t *start = w->at;
    const xcj__alg *alg = NULL;
    uint8_t storage[XCJ__SIGNATURE_MAX + 1];
    xcj_str sig;
    xcj_code code = read_header(w, s);
    if (code == XCJ_OK) {
        code = allowed_alg(w, &alg);
    }
    if (code == XCJ_OK) {
        code = open_payload(w);
    }
    if (code == XCJ_OK) {
        code = select_key(w, alg);
    }
    if (code == XCJ_OK && xcj__b64u_decoded_max(s->value.len) > XCJ__SIGNATURE_MAX) {
        code = xcj__fail(w->err, XCJ_ERR_SIGNATURE, "the signature is not valid: it is longer than any");
    }
    if (code == XCJ_OK) {
        uint8_t *text = w->at;
        w->at = storage;
        code = decode(w, "signature", s->value, &sig);
        w->at = text;
    }
    if (code == XCJ_OK) {
        w->alg = alg->id;
        code = check_input(w, s, sig);
    }
    if (code != XCJ_OK && w->payload.ptr == NULL) {
        w->at = start;
    }
    return code;
}

/* A JSON serialisation, taken apart. */
typedef struct json_form {
    work *work;
    xcj__json_value payload;
    xcj__json_value signatures;
    xcj__json_value flat[3]; /* protected, header, signature of the flattened form */
    xcj__buf unescaped;      /* string members that had escapes */
    size_t room;             /* what unescaping may take in all */
    unsigned count;
    unsigned valid;
    xcj_error first; /* why the first signature that is not valid is not */
} json_form;

enum { PROTECTED, HEADER, SIGNATURE };
static const char *const signature_members[] = { "protected", "header", "signature" };

static xcj_code malformed(work *w, const char *member, const char *what)
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

/* A string member's text. Room for all of them is made at the first, so that none moves. */
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

static xcj_code take_signature(json_form *form, const xcj__json_value *members, signature *out)
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

/* What is this machine's fault is not a verdict on a signature, and a malformed one spoils the whole. */
static bool is_verdict(xcj_code code)
{
    return code != XCJ_ERR_MEMORY && code != XCJ_ERR_CRYPTO && code != XCJ_ERR_RANDOM && code != XCJ_ERR_LIMIT;
}

static xcj_code try_signature(json_form *form, const signature *s)
{
    work *w = form->work;
    bool all = w->verifier->policy.options.all_signatures != 0;
    form->count++;
    if (form->count > w->verifier->policy.options.max_signatures) {
        return xcj__fail(w->err, XCJ_ERR_LIMIT, "the token has more than %u signatures",
                         w->verifier->policy.options.max_signatures);
    }
    if (form->valid > 0 && !all) {
        return XCJ_OK;
    }
    work before = *w;
    xcj_error why;
    w->err = &why;
    xcj_code code = check_signature(w, s);
    w->err = before.err;
    if (code == XCJ_OK) {
        form->valid++;
        if (form->valid > 1) {
            /* What the token says of itself is the first valid signature's. */
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

static xcj_code visit_signature(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    json_form *form = ctx;
    xcj__json_value members[3] = { 0 };
    signature s;
    xcj_str raw = item->value.raw;
    if (item->value.type != XCJ__JSON_OBJECT) {
        return malformed(form->work, "signatures", "has an element that is not an object");
    }
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &form->work->verifier->policy.limits,
                                   note_in_signature, members, err);
    if (code == XCJ_OK) {
        code = take_signature(form, members, &s);
    }
    return code == XCJ_OK ? try_signature(form, &s) : code;
}

static xcj_code check_flat(json_form *form)
{
    signature s;
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
        return malformed(form->work, "signatures", "stands beside the flattened form's members");
    }
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_ARRAY, &form->work->verifier->policy.limits, visit_signature,
                                   form, form->work->err);
    return code == XCJ_OK && form->count == 0 ? malformed(form->work, "signatures", "is empty") : code;
}

static xcj_code conclude(json_form *form)
{
    work *w = form->work;
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

static xcj_code check_json(work *w, xcj_str text)
{
    json_form form = { .work = w, .room = text.len };
    xcj__buf_init(&form.unescaped);
    /* Names taken from one header must not move when the next is read: room for all of them. */
    if (xcj__buf_reserve(&w->names, text.len) == NULL) {
        return xcj__fail_memory(w->err);
    }
    xcj_code code = xcj__json_scan(text.ptr, text.len, XCJ__JSON_OBJECT, &w->verifier->policy.limits, note_member, &form,
                                   w->err);
    if (code == XCJ_OK && w->is_detached && form.payload.type != 0) {
        code = malformed(w, "payload", "is there, and another was given apart");
    }
    if (code == XCJ_OK && !w->is_detached) {
        code = take_string(&form, "payload", &form.payload, &w->carried);
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

static xcj_code check_compact(work *w, xcj_str text)
{
    xcj__compact parts;
    xcj_code code = xcj__compact_split(&parts, text.ptr, text.len, w->err);
    if (code != XCJ_OK) {
        return code;
    }
    if (w->is_detached && parts.payload.len != 0) {
        return xcj__fail(w->err, XCJ_ERR_TOKEN, "the token has a payload, and another was given apart");
    }
    signature s = { parts.header, { NULL, 0 }, parts.signature, { NULL, 0 } };
    if (!w->is_detached) {
        w->carried = parts.payload;
        s.input = parts.input;
    }
    return check_signature(w, &s);
}

/* Where the decoded text goes: behind the result's struct, or into a buffer that is lent for the call. */
static xcj_code check_token(xcj_verified *result, work *w, xcj_str text, bool is_json)
{
    xcj_code code = is_json ? check_json(w, text) : check_compact(w, text);
    if (code == XCJ_OK) {
        code = xcj__policy_check(&w->verifier->policy, w->payload, &w->fields, w->err);
    }
    if (code == XCJ_OK && result != NULL) {
        result->alg = w->alg;
        result->key = xcj_key_ref(w->key);
        result->is_opaque = w->verifier->policy.options.opaque_payload != 0;
        result->header = w->header;
        result->payload = w->payload;
    }
    return code;
}

static xcj_code verify(xcj_verified **out, work *w, xcj_str text, bool is_json)
{
    char names[NAMES_STORAGE];
    char decoded[DECODED_STORAGE];
    size_t room = text.len + (w->is_detached ? w->carried.len : 0) + 8 * (size_t)w->verifier->policy.options.max_signatures;
    xcj_verified *result = NULL;
    xcj__buf buf;
    if (text.len > w->verifier->policy.options.max_token) {
        return xcj__fail(w->err, XCJ_ERR_LIMIT, "the token has %zu bytes; the limit is %zu", text.len,
                         w->verifier->policy.options.max_token);
    }
    xcj__scratch_lend(w->scratch, XCJ__SCRATCH_VERIFY, &buf, decoded, sizeof decoded);
    if (out != NULL) {
        result = xcj__alloc(sizeof *result + room);
        w->at = result != NULL ? (uint8_t *)(result + 1) : NULL;
    } else {
        w->at = (uint8_t *)xcj__buf_reserve(&buf, room);
    }
    xcj__buf_init_on(&w->names, names, sizeof names);
    xcj_code code = w->at != NULL ? check_token(result, w, text, is_json) : xcj__fail_memory(w->err);
    xcj__buf_free(&w->names);
    xcj__scratch_return(w->scratch, XCJ__SCRATCH_VERIFY, &buf);
    if (code != XCJ_OK) {
        xcj_free(result);
        return code;
    }
    xcj__error_clear(w->err);
    if (out != NULL) {
        *out = result;
    }
    return XCJ_OK;
}

xcj_code xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len, xcj_scratch *scratch,
                    xcj_error *err)
{
    work w = { .verifier = verifier, .scratch = scratch, .err = err };
    if (out != NULL) {
        *out = NULL;
    }
    return verify(out, &w, (xcj_str){ token, len }, false);
}

xcj_code xcj_verify_json(xcj_verified **out, const xcj_verifier *verifier, const char *text, size_t len, xcj_scratch *scratch,
                         xcj_error *err)
{
    work w = { .verifier = verifier, .scratch = scratch, .err = err };
    if (out != NULL) {
        *out = NULL;
    }
    return verify(out, &w, (xcj_str){ text, len }, true);
}

xcj_code xcj_verify_detached(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len,
                             const void *payload, size_t payload_len, xcj_scratch *scratch, xcj_error *err)
{
    xcj_str given = { payload_len > 0 ? payload : "", payload_len };
    work w = { .verifier = verifier, .scratch = scratch, .err = err, .carried = given, .is_detached = true };
    if (out != NULL) {
        *out = NULL;
    }
    return verify(out, &w, (xcj_str){ token, len }, len > 0 && token[0] == '{');
}
