/*
 * Explains why a signature is not valid.
 */
#include "lib/key/explain.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "lib/key/digest.h"
#include "lib/key/key.h"
#include "lib/token/compact.h"
#include "lib/token/issuers.h"

#define NAMES_STORAGE 256

static xcj_code find_nonce(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    (void)err;
    xcj__json_value *nonce = ctx;
    if (xcj__json_named(item, "nonce")) {
        *nonce = item->value;
    }
    return XCJ_OK;
}

/*
 * Writes the signing input from before Microsoft replaced the nonce: Microsoft signs the header with the nonce's hash in
 * it, then writes the nonce itself.
 */
static bool put_original(xcj__buf *to, xcj_str header, xcj_str payload)
{
    xcj__json_value nonce = { .type = XCJ__JSON_NULL };
    uint8_t hash[XCJ__DIGEST_MAX];
    size_t len = 0;
    if (xcj__json_scan(header.ptr, header.len, XCJ__JSON_OBJECT, NULL, find_nonce, &nonce, NULL) != XCJ_OK ||
        nonce.type != XCJ__JSON_STRING || nonce.escaped ||
        xcj__digest(hash, &len, XCJ_SHA256, nonce.text, NULL, NULL) != XCJ_OK) {
        return false;
    }
    const char *behind = nonce.text.ptr + nonce.text.len;
    xcj__buf json;
    xcj__buf_init(&json);
    xcj__buf_put(&json, header.ptr, (size_t)(nonce.text.ptr - header.ptr));
    xcj__put_base64url(&json, (xcj_str){ (const char *)hash, len });
    xcj__buf_put(&json, behind, (size_t)(header.ptr + header.len - behind));
    xcj__put_base64url(to, (xcj_str){ json.ptr, json.len });
    xcj__buf_put_char(to, '.');
    xcj__buf_put_str(to, payload);
    const bool is_whole = !json.failed && !to->failed;
    xcj__buf_free(&json);
    return is_whole;
}

static bool is_nonce(const xcj__verification *w, xcj_alg alg, const xcj__compact *parts, xcj_str sig)
{
    xcj__buf input;
    xcj__buf_init(&input);
    const bool is_it =
        put_original(&input, w->header, parts->payload) &&
        xcj__key_verify(w->key, alg, input.ptr, input.len, (const uint8_t *)sig.ptr, sig.len, NULL, NULL) == XCJ_OK;
    xcj__buf_free(&input);
    return is_it;
}

/* Called if only the signature was refused, or the algorithm by the only key. */
static void explain(xcj_explanation *out, const xcj__verification *w, const xcj__compact *parts)
{
    uint8_t storage[XCJ__SIGNATURE_MAX + 1];
    const xcj__alg *alg = xcj__alg_row(xcj_alg_from_name(w->fields.alg.ptr, w->fields.alg.len));
    xcj_str sig = { (const char *)storage, 0 };
    if (w->key == NULL || alg == NULL || xcj__b64u_decoded_max(parts->signature.len) > XCJ__SIGNATURE_MAX ||
        !xcj__b64u_decode(storage, &sig.len, parts->signature.ptr, parts->signature.len, NULL)) {
        return;
    }
    out->key = w->key;
    if (is_nonce(w, alg->id, parts, sig)) {
        out->cause = XCJ_CAUSE_NONCE;
        out->alg = alg->id;
    } else {
        xcj__key_explain(out, w->key, alg, parts->input, sig);
    }
}

static xcj_code explain_compact(xcj_explanation *out, const xcj_verifier *verifier, xcj_str token, xcj_error *err)
{
    xcj__compact parts;
    if (xcj__compact_split(&parts, token.ptr, token.len, NULL) != XCJ_OK) {
        return XCJ_OK;
    }
    xcj__verification w = { .verifier = verifier, .carried = parts.payload };
    const xcj__signature s = { parts.header, { NULL, 0 }, parts.signature, parts.input };
    char names[NAMES_STORAGE];
    xcj__buf room;
    xcj__buf_init(&room);
    xcj__buf_init_on(&w.names, names, sizeof names);
    w.at = (uint8_t *)xcj__buf_reserve(&room, token.len + 8);
    xcj_code code = w.at != NULL ? xcj__issuers_route(&w, token.len) : xcj__fail_memory(err);
    code = code == XCJ_OK ? xcj__verification_check(&w, &s) : code;
    if (code == XCJ_ERR_SIGNATURE || code == XCJ_ERR_ALG) {
        explain(out, &w, &parts);
    }
    xcj__buf_free(&w.names);
    xcj__buf_free(&room);
    return code == XCJ_ERR_MEMORY ? xcj__fail_memory(err) : XCJ_OK;
}

enum { PROTECTED, PAYLOAD, SIGNATURE, SIGNATURES, PARTS };

/* A JSON serialisation, or one of its signatures, whose compact form is explained. */
typedef struct serialisation {
    xcj_explanation *out;
    const xcj_verifier *verifier;
    xcj__json_value part[PARTS];
    unsigned left; /* of the signatures that the policy allows */
} serialisation;

static xcj_code note_part(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    static const char *const names[PARTS] = { "protected", "payload", "signature", "signatures" };
    serialisation *form = ctx;
    (void)err;
    for (size_t i = 0; i < PARTS; i++) {
        if (xcj__json_named(item, names[i])) {
            form->part[i] = item->value;
        }
    }
    return XCJ_OK;
}

static xcj_code explain_parts(const serialisation *form, xcj_error *err)
{
    xcj__buf token;
    bool is_plain = true;
    xcj__buf_init(&token);
    for (size_t i = PROTECTED; i <= SIGNATURE; i++) {
        is_plain = is_plain && form->part[i].type == XCJ__JSON_STRING && !form->part[i].escaped;
        xcj__buf_put_text(&token, i == PROTECTED ? "" : ".");
        xcj__buf_put_str(&token, form->part[i].text);
    }
    xcj_code code = token.failed ? xcj__fail_memory(err) : XCJ_OK;
    if (code == XCJ_OK && is_plain) {
        code = explain_compact(form->out, form->verifier, (xcj_str){ token.ptr, token.len }, err);
    }
    xcj__buf_free(&token);
    return code;
}

static xcj_code explain_element(void *ctx, const xcj__json_item *item, xcj_error *err)
{
    serialisation *form = ctx;
    serialisation one = { form->out, form->verifier, { [PAYLOAD] = form->part[PAYLOAD] }, 0 };
    xcj_str raw = item->value.raw;
    if (form->out->key != NULL || form->left == 0) {
        return XCJ_OK; /* explained, or the token has too many */
    }
    form->left--;
    xcj_code code = xcj__json_scan(raw.ptr, raw.len, XCJ__JSON_OBJECT, &form->verifier->policy.limits, note_part, &one, err);
    return code == XCJ_OK ? explain_parts(&one, err) : code;
}

static xcj_code explain_json(xcj_explanation *out, const xcj_verifier *verifier, xcj_str text, xcj_error *err)
{
    const xcj__json_limits *limits = &verifier->policy.limits;
    serialisation form = { .out = out, .verifier = verifier, .left = verifier->policy.options.max_signatures };
    xcj_code code = xcj__json_scan(text.ptr, text.len, XCJ__JSON_OBJECT, limits, note_part, &form, err);
    const xcj__json_value *all = &form.part[SIGNATURES];
    if (code == XCJ_OK && all->type == XCJ__JSON_ARRAY) {
        code = xcj__json_scan(all->raw.ptr, all->raw.len, XCJ__JSON_ARRAY, limits, explain_element, &form, err);
    } else if (code == XCJ_OK) {
        code = explain_parts(&form, err);
    }
    return code == XCJ_ERR_MEMORY ? code : XCJ_OK;
}

xcj_code xcj_verify_explain(xcj_explanation *out, const xcj_verifier *verifier, const char *token, size_t len,
                            xcj_error *err)
{
    if (out != NULL) {
        *out = (xcj_explanation){ .cause = XCJ_CAUSE_UNKNOWN };
    }
    if (out == NULL || verifier == NULL || token == NULL) {
        return xcj__fail_null(err);
    }
    xcj_code code = XCJ_OK;
    if (xcj__policy_check_len(&verifier->policy, len, NULL) == XCJ_OK) {
        const bool is_json =
            len > 0 && memchr("{ \t\r\n", token[0], 5) != NULL; /* a compact token begins with none of these */
        code = (is_json ? explain_json : explain_compact)(out, verifier, (xcj_str){ token, len }, err);
    }
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}
