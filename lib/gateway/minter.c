#include "lib/gateway/minter.h"

#include <xcj/jws.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/gateway/reuse.h"
#include "lib/key/key.h"
#include "lib/token/header_write.h"
#include "lib/token/profile.h"

static xcj_code build_head(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err)
{
    xcj_jws_options jws = XCJ_JWS_OPTIONS_INIT;
    const char *usual = options->profile != XCJ_PROFILE_JWT ? xcj__profile_of(options->profile)->typ : "JWT";
    jws.typ = options->typ.ptr != NULL ? options->typ : xcj_text(usual);
    jws.kid = options->kid;
    jws.jku = options->jku;
    jws.header = options->header;
    xcj__buf json;
    xcj__buf head;
    xcj__buf_init(&json);
    xcj__buf_init(&head);
    char *text;
    size_t len;
    xcj_code code = xcj__jws_put_header(&json, minter->alg, minter->key, &jws, err);
    if (code == XCJ_OK && json.failed) {
        code = xcj__fail_memory(err);
    }
    if (code != XCJ_OK) {
        goto out;
    }
    char *dst = xcj__buf_reserve(&head, xcj__b64u_encoded_len(json.len));
    if (dst != NULL) {
        head.len += xcj__b64u_encode(dst, (const uint8_t *)json.ptr, json.len);
    }
    xcj__buf_put_char(&head, '.');
    code = xcj__buf_take(&head, &text, &len, err);
    if (code == XCJ_OK) {
        minter->head = (xcj_str){ text, len };
    }
out:
    xcj__buf_free(&head);
    xcj__buf_free(&json);
    return code;
}

static xcj_code check_header_texts(const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = xcj__option_text(options->jku, "jku", err);
    if (code == XCJ_OK) {
        code = xcj__option_text(options->typ, "typ", err);
    }
    if (code == XCJ_OK && options->typ.ptr != NULL && options->profile != XCJ_PROFILE_JWT) {
        code = xcj__fail_at(err, XCJ_ERR_CONFIG, "typ", XCJ_NO_OFFSET, "typ: the profile sets it");
    }
    if (code == XCJ_OK && options->kid.len > 0) { /* "": no kid */
        code = xcj__option_text(options->kid, "kid", err);
    }
    return code;
}

static xcj_code prepare(xcj_minter *minter, const xcj_mint_options *options, xcj_error *err)
{
    xcj_code code = xcj_key_sign_alg(&minter->alg, minter->key, options->alg, err);
    if (code == XCJ_OK) {
        code = check_header_texts(options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__mint_settings_build(&minter->settings, options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__reuse_check(options, err);
    }
    if (code == XCJ_OK) {
        code = build_head(minter, options, err);
    }
    if (code == XCJ_OK) {
        code = xcj__key_prepare(minter->key, minter->alg, XCJ_SIGN, err);
    }
    if (code == XCJ_OK) {
        code = xcj__reuse_open(minter, options, err);
    }
    if (code == XCJ_OK) {
        minter->signature_len = xcj__key_signature_len(minter->key, minter->alg);
    }
    return code;
}

xcj_code xcj_minter_new(xcj_minter **out, const xcj_key *key, const xcj_mint_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || key == NULL) {
        return xcj__fail_null(err);
    }
    xcj_mint_options read;
    xcj_code code = xcj__mint_options_read(&read, options, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_minter *minter = xcj__zalloc(sizeof *minter);
    if (minter == NULL) {
        return xcj__fail_memory(err);
    }
    atomic_init(&minter->refs, 1);
    minter->key = xcj_key_ref(key);
    code = prepare(minter, &read, err);
    if (code != XCJ_OK) {
        xcj_minter_free(minter);
        return code;
    }
    xcj__error_clear(err);
    *out = minter;
    return XCJ_OK;
}

void xcj__minter_extend(xcj_minter *minter, const xcj__sentences *sentences, void *extra)
{
    minter->settings.sentences = sentences;
    minter->settings.flat_act = true;
    minter->extra = extra;
}

xcj_minter *xcj_minter_ref(const xcj_minter *minter)
{
    xcj_minter *same = (xcj_minter *)minter;
    if (same != NULL) {
        atomic_fetch_add_explicit(&same->refs, 1, memory_order_relaxed);
    }
    return same;
}

void xcj_minter_free(xcj_minter *minter)
{
    if (minter == NULL || atomic_fetch_sub_explicit(&minter->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    xcj__cache_free(minter->reused);
    xcj__context_pool_free(&minter->pool);
    xcj_key_free(minter->key);
    xcj__mint_settings_free(&minter->settings);
    xcj__disown(&minter->head);
    xcj_free(minter->extra);
    xcj_free(minter);
}

xcj_alg xcj_minter_alg(const xcj_minter *minter)
{
    return minter != NULL ? minter->alg : XCJ_ALG_NONE;
}

const xcj_key *xcj_minter_key(const xcj_minter *minter)
{
    return minter != NULL ? minter->key : NULL;
}
