#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"
#include "lib/token/header.h"
#include "lib/token/header_cache.h"
#include "lib/token/header_members.h"
#include "lib/token/key_choice.h"

#define NAMES_STORAGE 256

static xcj_code allowed_alg(const xcj__verification *w, const xcj__alg **row)
{
    char shown[XCJ__SHOWN];
    xcj_str name = w->fields.alg;
    *row = NULL;
    if (!w->fields.has_alg) {
        return xcj__fail_at(w->err, XCJ_ERR_TOKEN, "alg", XCJ_NO_OFFSET, "the token's protected header has no \"alg\"");
    }
    *row = xcj__alg_row(xcj_alg_from_name(name.ptr, name.len));
    if (*row == NULL) {
        return xcj__fail_at(w->err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET,
                            "the token's algorithm \"%s\" is not one that is accepted",
                            xcj__sanitise(shown, sizeof shown, name.ptr, name.len));
    }
    if ((w->verifier->policy.algs & (uint32_t)1 << (*row)->id) == 0) {
        return xcj__fail_at(w->err, XCJ_ERR_ALG, "alg", XCJ_NO_OFFSET, "the token's algorithm %s is not allowed here",
                            (*row)->name);
    }
    return XCJ_OK;
}

/* RFC 7797: accept b64 only if the verifier understands it, which is never for a JWT (section 7), and only if it is
 * critical (section 6). */
static xcj_code check_extensions(const xcj__verification *w)
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

/* RFC 7515 7.2.1: the two headers have no name in common. alg, crit and b64 must be protected; a kid may be unprotected. */
static xcj_code read_unprotected(xcj__verification *w, xcj_str unprotected)
{
    xcj__header outside;
    char storage[NAMES_STORAGE];
    xcj__buf names;
    xcj__buf_init_on(&names, storage, sizeof storage);
    xcj_code code = xcj__header_read(&outside, unprotected, &w->verifier->policy.header_limits, &names, w->err);
    if (code == XCJ_OK && (outside.has_alg || outside.has_crit || outside.has_b64)) {
        code = xcj__fail_at(w->err, outside.has_alg ? XCJ_ERR_ALG : XCJ_ERR_CRIT, outside.has_alg ? "alg" : "crit",
                            XCJ_NO_OFFSET, "the token has \"alg\", \"crit\" or \"b64\" outside the protected header");
    }
    if (code == XCJ_OK && w->header.len > 0) {
        code = xcj__headers_disjoint(w->header, unprotected, &w->verifier->policy.limits, w->err);
    }
    if (code == XCJ_OK && outside.has_kid) {
        /* Copy the kid into the work's own names: `names` is freed below. */
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

static xcj_code check_header_len(const xcj__verification *w, size_t len)
{
    return len <= XCJ__HEADER_MAX ? XCJ_OK
                                  : xcj__fail_at(w->err, XCJ_ERR_LIMIT, "header", XCJ_NO_OFFSET,
                                                 "the token's header has %zu bytes; the limit is %zu", len, XCJ__HEADER_MAX);
}

static xcj_code read_header(xcj__verification *w, const xcj__signature *s)
{
    /* The cache holds one header, and only a compact token has just one. */
    bool is_only = s->input.ptr != NULL && s->unprotected.ptr == NULL;
    if (is_only && xcj__header_cache_find(w, s->protected)) {
        return check_extensions(w);
    }
    const xcj__json_limits *limits = &w->verifier->policy.header_limits;
    xcj_code code = check_header_len(w, s->protected.len > s->unprotected.len ? s->protected.len : s->unprotected.len);
    if (code == XCJ_OK) {
        code = xcj__verification_decode(w, "header", s->protected, &w->header);
    }
    if (code == XCJ_OK && (w->header.len > 0 || s->unprotected.ptr == NULL)) {
        code = xcj__header_read(&w->fields, w->header, limits, &w->names, w->err);
        code = code == XCJ_ERR_JSON ? xcj__fail_within(w->err, code, "the token's header") : code;
    } else {
        memset(&w->fields, 0, sizeof w->fields);
    }
    if (code == XCJ_OK && s->unprotected.ptr != NULL) {
        code = read_unprotected(w, s->unprotected);
    }
    if (code == XCJ_OK && is_only) {
        xcj__header_cache_keep(w, s->protected);
    }
    return code == XCJ_OK ? check_extensions(w) : code;
}

/* Decodes the payload once: all signatures are over the same payload and agree on its encoding (RFC 7797 3). */
static xcj_code open_payload(xcj__verification *w)
{
    if (w->payload.ptr != NULL) {
        return XCJ_OK;
    }
    if (!w->is_detached && xcj__is_encoded(&w->fields)) {
        return xcj__verification_decode(w, "payload", w->carried, &w->payload);
    }
    memcpy(w->at, w->carried.ptr, w->carried.len);
    w->payload = (xcj_str){ (const char *)w->at, w->carried.len };
    w->at[w->carried.len] = '\0';
    w->at += w->carried.len + 1;
    return XCJ_OK;
}

/* RFC 7515 5.2: header '.' payload. */
static xcj_code check_input(xcj__verification *w, const xcj__signature *s, xcj_str sig)
{
    if (s->input.ptr != NULL) {
        return xcj__key_verify(w->key, w->alg, s->input.ptr, s->input.len, (const uint8_t *)sig.ptr, sig.len, w->scratch,
                               w->err);
    }
    xcj__buf input;
    xcj__buf_init(&input);
    xcj__buf_put_str(&input, s->protected);
    xcj__buf_put_char(&input, '.');
    if (w->is_detached && xcj__is_encoded(&w->fields)) {
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

static xcj_code check_keys(xcj__verification *w, const xcj__signature *s, xcj_str sig, const xcj_key *const *keys,
                           size_t count)
{
    xcj_code code = XCJ_ERR_SIGNATURE;
    for (size_t i = 0; code == XCJ_ERR_SIGNATURE && i < count; i++) {
        w->key = keys[i];
        code = check_input(w, s, sig);
    }
    if (code != XCJ_ERR_SIGNATURE || count == 1) {
        return code;
    }
    w->key = NULL;
    return xcj__fail(w->err, code, "the signature is not valid with any of the %zu keys that fit", count);
}

xcj_code xcj__verification_is_encoded(const xcj__verification *w, const xcj__signature *s, bool *out)
{
    char storage[NAMES_STORAGE];
    xcj__verification look = *w;
    xcj__buf_init_on(&look.names, storage, sizeof storage);
    xcj_code code = read_header(&look, s);
    *out = xcj__is_encoded(&look.fields);
    xcj__buf_free(&look.names);
    return code;
}

xcj_code xcj__verification_check(xcj__verification *w, const xcj__signature *s)
{
    uint8_t *start = w->at;
    const xcj__alg *alg = NULL;
    const xcj_key *keys[XCJ__TRIED_MAX + 1];
    size_t count = 0;
    uint8_t storage[XCJ__SIGNATURE_MAX + 1];
    xcj_str sig = { NULL, 0 };
    xcj_code code = read_header(w, s);
    if (code == XCJ_OK) {
        code = allowed_alg(w, &alg);
    }
    if (code == XCJ_OK) {
        code = xcj__choose_keys(w, alg, keys, &count);
    }
    if (code == XCJ_OK) {
        code = open_payload(w);
    }
    if (code == XCJ_OK && xcj__b64u_decoded_max(s->value.len) > XCJ__SIGNATURE_MAX) {
        code = xcj__fail(w->err, XCJ_ERR_SIGNATURE, "the signature is not valid: it is longer than any signature");
    }
    if (code == XCJ_OK) {
        uint8_t *text = w->at;
        w->at = storage;
        code = xcj__verification_decode(w, "signature", s->value, &sig);
        w->at = text;
    }
    if (code == XCJ_OK) {
        w->alg = alg->id;
        code = check_keys(w, s, sig, keys, count);
    }
    if (code != XCJ_OK && w->payload.ptr == NULL) {
        w->at = start;
    }
    return code;
}
