#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/scratch.h"
#include "lib/token/claim_checks.h"
#include "lib/token/compact.h"
#include "lib/token/issuers.h"
#include "lib/token/verified.h"
#include "lib/token/verified_cache.h"

/* Room for the decoded header and payload of an ordinary token, when the caller wants only the result code and gives no
 * scratch. */
#define DECODED_STORAGE 2048
#define NAMES_STORAGE 256

static xcj_code split_compact(xcj__signature *out, xcj__verification *w, xcj_str text)
{
    xcj__compact parts;
    xcj_code code = xcj__compact_split(&parts, text.ptr, text.len, w->err);
    if (code != XCJ_OK) {
        return code;
    }
    if (w->is_detached && parts.payload.len != 0) {
        return xcj__fail(w->err, XCJ_ERR_TOKEN, "the token has a payload, and a detached payload was given too");
    }
    *out = (xcj__signature){ parts.header, { NULL, 0 }, parts.signature, { NULL, 0 } };
    if (!w->is_detached) {
        w->carried = parts.payload;
        out->input = parts.input;
    }
    return xcj__issuers_route(w, text.len);
}

static char *put_text(xcj_str *view, char *at, xcj_str text)
{
    memcpy(at, text.ptr, text.len);
    at[text.len] = '\0';
    *view = (xcj_str){ at, text.len };
    return at + text.len + 1;
}

static void unescape_names(xcj_verified *verified, char *at)
{
    const xcj__json_index *claims = &verified->claims;
    for (size_t i = 0; i < claims->count; i++) {
        const xcj__json_member *member = &claims->members[i];
        size_t len = xcj__json_unescape(at, (xcj_str){ claims->text + member->name, member->name_len });
        verified->names[i] = (xcj_str){ at, len };
        at += len;
    }
}

/* The only allocation, and only for a token that is valid. `token` is its text if it is for the cache, and absent else. */
static xcj_code make_verified(xcj_verified **out, const xcj__verification *w, xcj_str token)
{
    const xcj__json_index *claims = &w->claims;
    const bool has_names = claims->has_escaped_name;
    const size_t names = has_names ? claims->count * sizeof(xcj_str) : 0;
    const size_t members = claims->count * sizeof *claims->members;
    const size_t texts = w->header.len + w->payload.len + 2;
    const size_t size = sizeof(xcj_verified) + names + members + texts + (has_names ? w->payload.len : 0) + token.len;
    xcj_verified *v = xcj__alloc(size);
    if (v == NULL) {
        return xcj__fail_memory(w->err);
    }
    xcj__json_member *places = (xcj__json_member *)(void *)((char *)(v + 1) + names);
    for (size_t i = 0; i < claims->count; i++) {
        places[i] = claims->members[i];
    }
    *v = (xcj_verified){ .shared = { .refs = 1, .destroy = xcj__verified_destroy, .size = size },
                         .alg = w->alg,
                         .key = xcj_key_ref(w->key),
                         .names = has_names ? (xcj_str *)(void *)(v + 1) : NULL };
    char *at = put_text(&v->header, (char *)(places + claims->count), w->header);
    at = put_text(&v->payload, at, w->payload);
    v->claims = (xcj__json_index){ v->payload.ptr, places, claims->count, has_names, NULL };
    if (has_names) {
        unescape_names(v, at);
    }
    if (token.ptr != NULL) {
        v->shared.key = (xcj_str){ (char *)v + size - token.len, token.len };
        memcpy((char *)v + size - token.len, token.ptr, token.len);
    }
    *out = v;
    return XCJ_OK;
}

/* A cached token has passed all checks; only those of its times can have another result now. */
static xcj_code check_cached(xcj_verified **out, xcj__verification *w, xcj_verified *found)
{
    const int64_t now = xcj__verification_clock(w);
    xcj_code code = xcj__claims_check_times(&w->verifier->policy, &found->claims, now, w->err);
    if (code == XCJ_OK && out != NULL) {
        *out = found;
    } else {
        xcj_verified_free(found);
    }
    return code;
}

static xcj_code check_form(xcj_verified **cached, xcj__verification *w, xcj_str text)
{
    if (w->is_json) {
        return xcj__verification_check_json(w, text);
    }
    xcj__signature signature;
    xcj_code code = split_compact(&signature, w, text);
    if (code == XCJ_OK && xcj__verified_cache_serves(w)) {
        *cached = xcj__verified_cache_find(w, text);
    }
    return code == XCJ_OK && *cached == NULL ? xcj__verification_check(w, &signature) : code;
}

/* For the caller, for the cache, or for both. */
static xcj_code conclude(xcj_verified **out, const xcj__verification *w, xcj_str text)
{
    const bool is_kept = xcj__verified_cache_serves(w);
    if (out == NULL && !is_kept) {
        return XCJ_OK;
    }
    xcj_verified *made = NULL;
    xcj_code code = make_verified(&made, w, is_kept ? text : (xcj_str){ NULL, 0 });
    if (code != XCJ_OK) {
        return out != NULL ? code : XCJ_OK;
    }
    if (is_kept) {
        xcj__verified_cache_keep(w, made);
    }
    if (out != NULL) {
        *out = made;
    } else {
        xcj_verified_free(made);
    }
    return XCJ_OK;
}

static xcj_code check_token(xcj_verified **out, xcj__verification *w, xcj_str text)
{
    xcj__json_member room[XCJ__JSON_ROOM];
    xcj_verified *cached = NULL;
    xcj_code code = check_form(&cached, w, text);
    if (cached != NULL) {
        return check_cached(out, w, cached);
    }
    const xcj__policy *policy = &w->verifier->policy;
    if (code == XCJ_OK) {
        code = xcj__claims_read(&w->claims, policy, w->payload, room, XCJ__JSON_ROOM, w->err);
    }
    if (code == XCJ_OK) {
        code = xcj__claims_check(policy, &w->claims, &w->fields, xcj__verification_clock(w), w->err);
    }
    if (code == XCJ_OK) {
        code = conclude(out, w, text);
    }
    xcj_free(w->claims.block);
    return code;
}

static xcj_code verify_with(xcj_verified **out, xcj__verification *w, xcj_str text)
{
    char names[NAMES_STORAGE];
    char decoded[DECODED_STORAGE];
    /* A decoded part and its NUL need no more room than the encoded part and its delimiter; a detached payload has no
     * delimiter. */
    size_t room = text.len + (w->is_detached ? w->carried.len : 0) + 8;
    xcj__buf buf;
    xcj_code code = xcj__policy_check_len(&w->verifier->policy, text.len, w->err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__scratch_lend(w->scratch, XCJ__SCRATCH_VERIFY, &buf, decoded, sizeof decoded);
    w->at = (uint8_t *)xcj__buf_reserve(&buf, room);
    xcj__buf_init_on(&w->names, names, sizeof names);
    code = w->at != NULL ? check_token(out, w, text) : xcj__fail_memory(w->err);
    xcj__buf_free(&w->names);
    xcj__scratch_return(w->scratch, XCJ__SCRATCH_VERIFY, &buf);
    if (code == XCJ_OK) {
        xcj__error_clear(w->err);
    }
    return code;
}

static xcj_code verify(xcj_verified **out, xcj__verification *w, xcj_str text)
{
    const xcj_verifier *verifier = w->verifier;
    (void)xcj__clear_handle(out);
    if (verifier == NULL || text.ptr == NULL) {
        return xcj__fail_null(w->err);
    }
    xcj_scratch *own = w->scratch;
    w->scratch = xcj__context_pool_take(&verifier->pool, own);
    xcj_code code = verify_with(out, w, text);
    xcj__context_pool_give(&verifier->pool, own, w->scratch);
    return code;
}

xcj_code xcj__verify_compact(const xcj_verifier **row, const xcj_verifier *verifier, xcj_str token, const int64_t *now,
                             xcj_scratch *scratch, xcj_error *err)
{
    xcj__verification w = { .verifier = verifier, .now = now, .scratch = scratch, .err = err };
    xcj_code code = verify(NULL, &w, token);
    *row = w.verifier;
    return code;
}

xcj_code xcj_verify(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len, xcj_scratch *scratch,
                    xcj_error *err)
{
    xcj__verification w = { .verifier = verifier, .scratch = scratch, .err = err };
    return verify(out, &w, (xcj_str){ token, len });
}

xcj_code xcj_verify_json(xcj_verified **out, const xcj_verifier *verifier, const char *text, size_t len,
                         xcj_scratch *scratch, xcj_error *err)
{
    xcj__verification w = { .verifier = verifier, .is_json = true, .scratch = scratch, .err = err };
    return verify(out, &w, (xcj_str){ text, len });
}

/* RFC 8259 2: white space may precede the object. */
static bool looks_like_json(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
        at++;
    }
    return at < len && text[at] == '{';
}

xcj_code xcj_verify_with(xcj_verified **out, const xcj_verifier *verifier, const char *token, size_t len,
                         const xcj_verify_call *call, xcj_scratch *scratch, xcj_error *err)
{
    xcj_verify_call given;
    (void)xcj__clear_handle(out);
    xcj_code code = xcj__options_read(&given, sizeof given, call, err);
    if (code != XCJ_OK || token == NULL) {
        return code != XCJ_OK ? code : xcj__fail_null(err);
    }
    xcj__view_settle(&given.payload);
    xcj__verification w = { .verifier = verifier,
                            .now = given.has_now ? &given.now : NULL,
                            .is_json = looks_like_json(token, len),
                            .scratch = scratch,
                            .err = err,
                            .carried = given.payload,
                            .is_detached = given.payload.ptr != NULL };
    return verify(out, &w, (xcj_str){ token, len });
}
