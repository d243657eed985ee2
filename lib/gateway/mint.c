#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/gateway/auth.h"
#include "lib/gateway/bounds.h"
#include "lib/gateway/complete.h"
#include "lib/gateway/credential.h"
#include "lib/gateway/reuse.h"
#include "lib/key/key.h"
#include "lib/key/scratch.h"

#define STORAGE 4096

static size_t token_len(const xcj_minter *minter, size_t claims_len)
{
    return minter->head.len + xcj__b64u_encoded_len(claims_len) + 1 + xcj__b64u_encoded_len(minter->signature_len);
}

/* An unfinished token: the caller's buffer, with the signing input at its start. */
typedef struct draft {
    char *buf;
    size_t cap;
    size_t len;
} draft;

/* Writes header and claims, after checking that the whole token fits. */
static xcj_code write_input(draft *token, const xcj_minter *minter, const xcj__buf *claims, xcj_error *err)
{
    size_t needed = token_len(minter, claims->len);
    size_t most = minter->settings.max_token;
    if (needed > most) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "max_token", XCJ_NO_OFFSET, "the token is %zu bytes long and may have %zu",
                            needed, most);
    }
    if (needed > token->cap) {
        return xcj__fail_buffer(err, "token", needed, token->cap);
    }
    memcpy(token->buf, minter->head.ptr, minter->head.len);
    token->len = minter->head.len;
    token->len += xcj__b64u_encode(token->buf + minter->head.len, (const uint8_t *)claims->ptr, claims->len);
    return XCJ_OK;
}

static void append_signature(draft *token, const uint8_t *signature, size_t len)
{
    token->buf[token->len++] = '.';
    token->len += xcj__b64u_encode(token->buf + token->len, signature, len);
}

/* The input for the claims. */
typedef struct source {
    const xcj_auth *auth; /* NULL: all defaults */
    const xcj_str *given; /* given claims; NULL: claims for the credential */
} source;

static bool may_reuse(const xcj_minter *minter, source from)
{
    return minter->reused != NULL && from.given == NULL;
}

static xcj_code read_auth(xcj_auth *out, const xcj_minter *minter, source from, xcj_error *err)
{
    xcj_code code = xcj__auth_read(out, from.auth, err);
    return code == XCJ_OK && out->jti.len > 0 && may_reuse(minter, from)
               ? xcj__fail_at(err, XCJ_ERR_ARGUMENT, "jti", XCJ_NO_OFFSET,
                              "the request has a jti of its own, but the minter uses tokens again (reuse)")
               : code;
}

/* Writes a whole token if there is one to use again. */
static xcj_code write_token_input(draft *token, const xcj_minter *minter, source from, xcj_scratch *scratch, xcj_error *err)
{
    xcj_auth auth;
    xcj_code code = read_auth(&auth, minter, from, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[STORAGE];
    xcj__buf claims;
    xcj__stamps stamps;
    xcj__scratch_lend(scratch, XCJ__SCRATCH_CLAIMS, &claims, storage, sizeof storage);
    if (from.given != NULL) {
        code = xcj__complete_claims(&claims, &minter->settings, *from.given, &auth, scratch, err);
    } else {
        code = xcj__auth_put_claims(&claims, &stamps, &minter->settings, &auth, scratch, err);
    }
    if (code == XCJ_OK && may_reuse(minter, from)) {
        token->len = xcj__reuse_find(token->buf, token->cap, minter, (xcj_str){ claims.ptr, claims.len }, &stamps);
    }
    if (code == XCJ_OK && token->len == 0) {
        code = write_input(token, minter, &claims, err);
    }
    xcj__scratch_return(scratch, XCJ__SCRATCH_CLAIMS, &claims);
    return code;
}

int xcj_mint_is_reused(const xcj_minter *minter, xcj_str input)
{
    return minter != NULL && minter->reused != NULL && input.ptr != NULL && input.len > minter->head.len &&
           memchr(input.ptr + minter->head.len, '.', input.len - minter->head.len) != NULL;
}

static bool is_reused(const xcj_minter *minter, const draft *token)
{
    return xcj_mint_is_reused(minter, (xcj_str){ token->buf, token->len }) != 0;
}

/*
 * Keeps a token for later requests. The caller has just made or verified its signature. Only a trusted signer's signature is
 * still unverified: it is verified here, because a wrong one would go out with each reuse.
 */
static void keep(const xcj_minter *minter, xcj_str input, const uint8_t *signature, size_t len, xcj_scratch *scratch)
{
    if (!xcj__key_trusts_signer(minter->key) ||
        xcj__key_verify(minter->key, minter->alg, input.ptr, input.len, signature, len, scratch, NULL) == XCJ_OK) {
        xcj__reuse_keep(minter, input, signature, len);
    }
}

/* Signs and finishes. On failure, wipes the unsigned part from the caller's buffer. */
static xcj_code sign_token(draft *token, const xcj_minter *minter, bool is_kept, xcj_scratch *scratch, xcj_error *err)
{
    uint8_t signature[XCJ__SIGNATURE_MAX];
    size_t len;
    xcj_code code = xcj__key_sign(signature, &len, minter->key, minter->alg, token->buf, token->len, scratch, err);
    if (code != XCJ_OK) {
        memset(token->buf, 0, token->len);
        return code;
    }
    if (is_kept) {
        keep(minter, (xcj_str){ token->buf, token->len }, signature, len, scratch);
    }
    append_signature(token, signature, len);
    return XCJ_OK;
}

/* Runs all three steps. */
static xcj_code mint(draft *token, size_t *len, const xcj_minter *minter, source from, xcj_scratch *own, xcj_error *err)
{
    xcj_scratch *scratch = xcj__context_pool_take(&minter->pool, own);
    xcj_code code = write_token_input(token, minter, from, scratch, err);
    if (code == XCJ_OK && !is_reused(minter, token)) {
        code = sign_token(token, minter, may_reuse(minter, from), scratch, err);
    }
    xcj__context_pool_give(&minter->pool, own, scratch);
    if (code == XCJ_OK) {
        *len = token->len;
        xcj__error_clear(err);
    }
    return code;
}

size_t xcj_mint_bound(const xcj_minter *minter, const xcj_auth *auth)
{
    xcj_auth request;
    if (minter == NULL || auth == NULL || xcj__auth_read(&request, auth, NULL) != XCJ_OK) {
        return 0;
    }
    return token_len(minter, xcj__claims_max(&minter->settings, &request));
}

size_t xcj_mint_claims_bound(const xcj_minter *minter, size_t claims_len, const xcj_auth *auth)
{
    xcj_auth request;
    if (minter == NULL || xcj__auth_read(&request, auth, NULL) != XCJ_OK) {
        return 0;
    }
    return token_len(minter, xcj__complete_max(&minter->settings, claims_len, &request));
}

static bool clear_len(size_t *len)
{
    if (len != NULL) {
        *len = 0;
    }
    return len != NULL;
}

xcj_code xcj_mint(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch,
                  xcj_error *err)
{
    if (!clear_len(len) || minter == NULL || auth == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    draft token = { buf, cap, 0 };
    return mint(&token, len, minter, (source){ auth, NULL }, scratch, err);
}

xcj_code xcj_mint_claims(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const char *claims, size_t claims_len,
                         const xcj_auth *auth, xcj_scratch *scratch, xcj_error *err)
{
    if (!clear_len(len) || minter == NULL || claims == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    draft token = { buf, cap, 0 };
    const xcj_str given = { claims, claims_len };
    return mint(&token, len, minter, (source){ auth, &given }, scratch, err);
}

xcj_code xcj_mint_prepare(char *buf, size_t cap, size_t *input_len, const xcj_minter *minter, const xcj_auth *auth,
                          xcj_scratch *scratch, xcj_error *err)
{
    if (!clear_len(input_len) || minter == NULL || auth == NULL || (buf == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    draft token = { buf, cap, 0 };
    xcj_scratch *lent = xcj__context_pool_take(&minter->pool, scratch);
    xcj_code code = write_token_input(&token, minter, (source){ auth, NULL }, lent, err);
    xcj__context_pool_give(&minter->pool, scratch, lent);
    if (code == XCJ_OK) {
        *input_len = token.len;
        xcj__error_clear(err);
    }
    return code;
}

/* Does the input begin with this minter's header? */
static xcj_code check_input(const xcj_minter *minter, xcj_str input, xcj_error *err)
{
    bool is_ours = input.len > minter->head.len && memcmp(input.ptr, minter->head.ptr, minter->head.len) == 0;
    return is_ours ? XCJ_OK : xcj__fail(err, XCJ_ERR_ARGUMENT, "this minter did not prepare the input");
}

xcj_code xcj_mint_sign(uint8_t *signature, size_t cap, size_t *signature_len, const xcj_minter *minter, xcj_str input,
                       xcj_scratch *scratch, xcj_error *err)
{
    if (!clear_len(signature_len) || minter == NULL || input.ptr == NULL || (signature == NULL && cap > 0)) {
        return xcj__fail_null(err);
    }
    xcj_code code = check_input(minter, input, err);
    if (code != XCJ_OK) {
        return code;
    }
    if (xcj_mint_is_reused(minter, input)) {
        xcj__error_clear(err);
        return XCJ_OK;
    }
    if (cap < minter->signature_len) {
        return xcj__fail_buffer(err, "signature", minter->signature_len, cap);
    }
    xcj_scratch *lent = xcj__context_pool_take(&minter->pool, scratch);
    code = xcj__key_sign(signature, signature_len, minter->key, minter->alg, input.ptr, input.len, lent, err);
    if (code == XCJ_OK && minter->reused != NULL) {
        keep(minter, input, signature, *signature_len, lent);
    }
    xcj__context_pool_give(&minter->pool, scratch, lent);
    if (code == XCJ_OK) {
        xcj__error_clear(err);
    }
    return code;
}

/* Writes the signature as the token has it into `own` if it was obtained elsewhere, and points *signature to it. */
static xcj_code accept(const uint8_t **signature, size_t *len, uint8_t *own, const xcj_minter *minter, const draft *token,
                       xcj_error *err)
{
    if (xcj__key_signs_later(minter->key)) {
        const uint8_t *made = *signature;
        *signature = own;
        return xcj__key_accept(own, len, minter->key, minter->alg, (xcj_str){ token->buf, token->len }, made, *len, err);
    }
    return *len == minter->signature_len
               ? XCJ_OK
               : xcj__fail(err, XCJ_ERR_ARGUMENT, "the signature has %zu bytes, this minter's has %zu", *len,
                           minter->signature_len);
}

static xcj_code finish(draft *token, const xcj_minter *minter, const uint8_t *signature, size_t len, xcj_error *err)
{
    uint8_t own[XCJ__SIGNATURE_MAX];
    xcj_code code = check_input(minter, (xcj_str){ token->buf, token->len }, err);
    if (code == XCJ_OK) {
        code = accept(&signature, &len, own, minter, token, err);
    }
    if (code != XCJ_OK) {
        memset(token->buf, 0, token->len);
        return code;
    }
    /* If the key signs here, xcj_mint_sign() has kept the token; a signature from elsewhere is not verified then, nor kept.
     */
    if (minter->reused != NULL && xcj__key_signs_later(minter->key)) {
        keep(minter, (xcj_str){ token->buf, token->len }, signature, len, NULL);
    }
    append_signature(token, signature, len);
    return XCJ_OK;
}

xcj_code xcj_mint_finish(char *buf, size_t cap, size_t *len, const xcj_minter *minter, const uint8_t *signature,
                         size_t signature_len, xcj_error *err)
{
    draft token = { buf, cap, len != NULL ? *len : 0 };
    if (!clear_len(len) || buf == NULL || minter == NULL || (signature == NULL && signature_len > 0)) {
        return xcj__fail_null(err);
    }
    if (token.len > cap) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "the input is longer than the buffer");
    }
    const bool is_whole = is_reused(minter, &token) && signature_len == 0;
    size_t needed = token.len + 1 + xcj__b64u_encoded_len(minter->signature_len);
    if (needed > cap && !is_whole) {
        return xcj__fail_buffer(err, "token", needed, cap);
    }
    xcj_code code = is_whole ? XCJ_OK : finish(&token, minter, signature, signature_len, err);
    if (code == XCJ_OK) {
        *len = token.len;
        xcj__error_clear(err);
    }
    return code;
}
