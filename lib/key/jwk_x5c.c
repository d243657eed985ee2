#include "lib/key/jwk_x5c.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/der_in.h"
#include "lib/key/der_out.h"
#include "lib/key/jwk_certificate.h"
#include "lib/key/queue.h"

static xcj_code refuse(xcj_code code, const char *what, xcj_error *err)
{
    return xcj__fail_at(err, code, "x5c", XCJ_NO_OFFSET, "the key is in its \"x5c\" alone, which %s", what);
}

static xcj_code note_first(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    xcj__json_value *first = ctx;
    if (first->type == 0) {
        *first = item->value;
    }
    return XCJ_OK;
}

/* RFC 7517 4.7: base64, not base64url, of DER. `storage` holds all of the text. */
static xcj_code decode_first(char *storage, size_t *len, const xcj__json_value *x5c, xcj_error *err)
{
    xcj__json_value first = { 0 };
    xcj_code code = XCJ_ERR_KEY;
    if (x5c->type == XCJ__JSON_ARRAY) {
        code = xcj__json_scan(x5c->raw.ptr, x5c->raw.len, XCJ__JSON_ARRAY, NULL, note_first, &first, err);
    }
    if (code == XCJ_ERR_MEMORY || code == XCJ_ERR_LIMIT) {
        return code;
    }
    if (first.type != XCJ__JSON_STRING) {
        return refuse(XCJ_ERR_KEY, "is not an array that begins with a certificate", err);
    }
    size_t text_len = xcj__json_unescape(storage, first.text);
    if (!xcj__b64_decode((uint8_t *)storage, len, storage, text_len, NULL)) {
        return refuse(XCJ_ERR_BASE64, "is not base64 of DER (RFC 7517 4.7)", err);
    }
    return XCJ_OK;
}

static xcj_code read_certificate(xcj__jwk *out, const char *der, size_t len, const xcj_key_options *options, xcj_error *err)
{
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = xcj__der_read(out, xcj_text("CERTIFICATE"), (const uint8_t *)der, len, options, err);
    xcj__queue_leave(&theirs);
    return code == XCJ_ERR_KEY ? refuse(code, "does not begin with a certificate", err) : code;
}

static xcj_code adopt(xcj__jwk *jwk, const xcj__jwk *certified, xcj_error *err)
{
    xcj__key_facts *facts = &jwk->facts;
    const xcj__key_facts *theirs = &certified->facts;
    if (facts->kty != theirs->kty || (facts->crv != XCJ_CURVE_NONE && facts->crv != theirs->crv)) {
        return refuse(XCJ_ERR_KEY, "has a certificate of another key type or curve", err);
    }
    size_t len = 0;
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        len += certified->part[i].len;
    }
    uint8_t *at = xcj__jwk_extend(jwk, len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    for (size_t i = 0; i < XCJ__PART_COUNT; i++) {
        if (certified->part[i].ptr != NULL) {
            memcpy(at, certified->part[i].ptr, certified->part[i].len);
            jwk->part[i] = (xcj__bytes){ at, certified->part[i].len };
            at += certified->part[i].len;
        }
    }
    facts->crv = theirs->crv;
    facts->is_pss = theirs->is_pss;
    if (!facts->has_alg && theirs->has_alg) {
        xcj__jwk_set_alg(jwk, certified->alg, theirs->alg);
    }
    return xcj__jwk_check(jwk, err);
}

xcj_code xcj__jwk_take_x5c(xcj__jwk *jwk, const xcj__json_value *x5c, const xcj_key_options *options, xcj_error *err)
{
    xcj__jwk certified;
    size_t len = 0;
    char *storage = xcj__alloc(x5c->raw.len);
    if (storage == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_code code = decode_first(storage, &len, x5c, err);
    if (code == XCJ_OK) {
        code = read_certificate(&certified, storage, len, options, err);
    }
    if (code == XCJ_OK) {
        code = adopt(jwk, &certified, err);
        xcj__jwk_free(&certified);
    }
    xcj_free(storage);
    return code;
}

/* The longest SubjectPublicKeyInfo: an RSA key of 16384 bits. */
#define SPKI_MAX (2048 + 8 + XCJ__DER_OUT_OVERHEAD)

/* Finds SubjectPublicKeyInfo in a certificate (RFC 5280 4.1). */
static bool find_key(xcj__der_element *key, const uint8_t *der, size_t len)
{
    const uint8_t *at = der;
    const uint8_t *end = der + len;
    for (int depth = 0; depth < 2; depth++) { /* into Certificate, then into TBSCertificate */
        if (!xcj__der_take(key, &at, end) || key->tag != XCJ__DER_SEQUENCE || (depth == 0 && at != end)) {
            return false;
        }
        at = key->content;
        end = at + key->content_len;
    }
    bool found = xcj__der_take(key, &at, end);
    /* The version may be absent; serial number, signature, issuer, validity and subject stand before the key. */
    for (int left = found && key->tag == XCJ__DER_CONTEXT_0 ? 6 : 5; found && left > 0; left--) {
        found = xcj__der_take(key, &at, end);
    }
    return found;
}

static bool is_of_key(const char *der, size_t len, const xcj__jwk *jwk)
{
    uint8_t storage[SPKI_MAX];
    xcj__der ours;
    xcj__der_element theirs;
    xcj__der_init(&ours, storage, sizeof storage);
    xcj__der_out(&ours, jwk, XCJ_PUBLIC, XCJ_PKCS8);
    return !ours.failed && find_key(&theirs, (const uint8_t *)der, len) && theirs.len == xcj__der_len(&ours) &&
           memcmp(theirs.ptr, storage + ours.start, theirs.len) == 0;
}

xcj_code xcj__jwk_keep_x5c(xcj__jwk *jwk, const xcj__json_value *x5c, xcj_error *err)
{
    size_t len = 0;
    char *storage = xcj__alloc(x5c->raw.len);
    if (storage == NULL) {
        return xcj__fail_memory(err);
    }
    xcj_code code = decode_first(storage, &len, x5c, NULL);
    if (code == XCJ_OK && is_of_key(storage, len, jwk)) {
        xcj__queue theirs;
        xcj__queue_enter(&theirs);
        code = xcj__jwk_keep_certificate(jwk, (const uint8_t *)storage, len, NULL);
        xcj__queue_leave(&theirs);
    }
    xcj_free(storage);
    return code == XCJ_ERR_MEMORY ? xcj__fail_memory(err) : XCJ_OK;
}
