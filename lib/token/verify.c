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

/* The only allocation, and only for a token that is valid. `token` is its text if it is for the cache, and absent else.
 * NULL: out of memory. */
static xcj_verified *make_verified(const xcj__verification *w, xcj_str token)
{
    const xcj__json_index *claims = &w->claims;
    const bool has_names = claims->has_escaped_name;
    const size_t names = has_names ? claims->count * sizeof(xcj_str) : 0;
    const size_t members = claims->count * sizeof *claims->members;
    const size_t texts = w->header.len + w->payload.len + 2;
    const size_t size = sizeof(xcj_verified) + names + members + texts + (has_names ? w->payload.len : 0) + token.len;
    xcj_verified *v = xcj__alloc(size);
    if (v == NULL) {
        return NULL;
    }
    xcj__json_member *places = (xcj__json_member *)(void *)((char *)(v + 1) + names);
    *v = (xcj_verified){ .shared = { .refs = 1, .destroy = xcj__verified_destroy, .size = size },
                         .alg = w->alg,
                         .key = xcj_key_ref(w->key),
                         .names = has_names ? (xcj_str *)(void *)(v + 1) : NULL };
    char *at = put_text(&v->header, (char *)(places + claims->count), w->header);
    at = put_text(&v->payload, at, w->payload);
    xcj__json_index_copy(&v->claims, claims, places, v->payload.ptr);
    if (has_names) {
        unescape_names(v, at);
    }
    if (token.ptr != NULL) {
        v->shared.key = (xcj_str){ (char *)v + size - token.len, token.len };
        memcpy((char *)v + size - token.len, token.ptr, token.len);
    }
    return v;
}

/* Looks up a compact token before its signature is checked. */
static xcj_code check_form(xcj__verification *w, xcj_str text)
{
    if (w->is_json) {
        return xcj__verification_check_json(w, text);
    }
    xcj__signature signature;
    xcj_code code = split_compact(&signature, w, text);
    if (code == XCJ_OK && xcj__verified_cache_serves(w)) {
        w->shared = xcj__verified_cache_find(w, text);
    }
    return code == XCJ_OK && w->shared == NULL ? xcj__verification_check(w, &signature) : code;
}

/* A cached token has passed all checks; only those of its times can have another result now. */
static xcj_code check_claims(xcj__verification *w, xcj__verification_room *room)
{
    const xcj__policy *policy = &w->verifier->policy;
    const int64_t now = xcj__verification_clock(w);
    if (w->shared != NULL) {
        w->claims = w->shared->claims;
        return xcj__claims_check_times(policy, &w->claims, now, w->err);
    }
    xcj_code code = xcj__claims_read(&w->claims, policy, w->payload, room->members, XCJ__JSON_ROOM, w->err);
    return code == XCJ_OK ? xcj__claims_check(policy, &w->claims, &w->fields, now, w->err) : code;
}

/* The token is valid even if there is no memory to keep it. */
static void keep(xcj__verification *w, xcj_str text)
{
    w->shared = make_verified(w, text);
    if (w->shared != NULL) {
        xcj__verified_cache_keep(w, w->shared);
        xcj_free(w->claims.block);
        w->claims = w->shared->claims;
    }
}

static xcj_code check_token(xcj__verification *w, xcj__verification_room *room, xcj_str text)
{
    /* A decoded part and its NUL need no more room than the encoded part and its delimiter; a detached payload has no
     * delimiter. */
    const size_t len = text.len + (w->is_detached ? w->carried.len : 0) + 8;
    xcj_code code = xcj__policy_check_len(&w->verifier->policy, text.len, w->err);
    xcj__scratch_lend(w->scratch, XCJ__SCRATCH_VERIFY, &w->decoded, room->decoded, sizeof room->decoded);
    xcj__buf_init_on(&w->names, room->names, sizeof room->names);
    if (code == XCJ_OK) {
        w->at = (uint8_t *)xcj__buf_reserve(&w->decoded, len);
        code = w->at != NULL ? check_form(w, text) : xcj__fail_memory(w->err);
    }
    if (code == XCJ_OK) {
        code = check_claims(w, room);
    }
    if (code == XCJ_OK && w->shared == NULL && xcj__verified_cache_serves(w)) {
        keep(w, text);
    }
    return code;
}

xcj_code xcj__verify_open(xcj__verification *w, xcj__verification_room *room, xcj_str token)
{
    w->own = w->scratch;
    w->pool = &w->verifier->pool;
    w->scratch = xcj__context_pool_take(w->pool, w->own);
    return check_token(w, room, token);
}

void xcj__verify_close(xcj__verification *w)
{
    xcj_free(w->claims.block);
    xcj_verified_free(w->shared);
    xcj__buf_free(&w->names);
    xcj__scratch_return(w->scratch, XCJ__SCRATCH_VERIFY, &w->decoded);
    xcj__context_pool_give(w->pool, w->own, w->scratch);
}

static xcj_code hand_over(xcj_verified **out, xcj__verification *w)
{
    if (out == NULL) {
        return XCJ_OK;
    }
    *out = w->shared != NULL ? w->shared : make_verified(w, (xcj_str){ NULL, 0 });
    w->shared = NULL;
    return *out != NULL ? XCJ_OK : xcj__fail_memory(w->err);
}

static xcj_code verify(xcj_verified **out, xcj__verification *w, xcj_str text)
{
    xcj__verification_room room;
    (void)xcj__clear_handle(out);
    if (w->verifier == NULL || text.ptr == NULL) {
        return xcj__fail_null(w->err);
    }
    xcj_code code = xcj__verify_open(w, &room, text);
    if (code == XCJ_OK) {
        code = hand_over(out, w);
    }
    xcj__verify_close(w);
    if (code == XCJ_OK) {
        xcj__error_clear(w->err);
    }
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
