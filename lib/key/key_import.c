#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/base/options.h"
#include "lib/key/der_in.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"
#include "lib/key/key_check.h"
#include "lib/key/secret_text.h"

#define SECRET_MIN 32

static xcj_code too_large(size_t len, xcj_error *err)
{
    return xcj__fail(err, XCJ_ERR_LIMIT, "a key of %zu bytes: the limit is %zu", len, XCJ__KEY_TEXT_MAX);
}

static xcj_code make_key(xcj_key **out, xcj__jwk *jwk, xcj__provider *provider, bool is_unchecked, xcj_scratch *scratch,
                         xcj_error *err)
{
    *out = NULL;
    xcj_key *key = xcj__key_new(jwk->facts.kty);
    if (key == NULL) {
        xcj__jwk_free(jwk);
        return xcj__fail_memory(err);
    }
    key->provider = xcj__provider_ref(provider);
    key->is_unchecked = is_unchecked;
    key->jwk = *jwk;
    memset(jwk, 0, sizeof *jwk);
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = xcj__key_check(key, scratch, err);
    if (code != XCJ_OK && xcj__queue_says_memory()) {
        code = xcj__fail_memory(err);
    }
    xcj__queue_leave(&theirs);
    if (code != XCJ_OK) {
        xcj_key_free(key);
        return code;
    }
    xcj__error_clear(err);
    *out = key;
    return XCJ_OK;
}

xcj_code xcj__key_at_provider(xcj_key **out, xcj__jwk *jwk, xcj__provider *provider, xcj_error *err)
{
    return make_key(out, jwk, provider, false, NULL, err);
}

/* To find the primes takes long, and is of no use to a key that only verifies. */
static bool lacks_primes(const xcj__jwk *jwk)
{
    return jwk->facts.kty == XCJ_KTY_RSA && jwk->part[XCJ__D].ptr != NULL && jwk->part[XCJ__P].ptr == NULL;
}

/* With a provider of its own if the options name one. */
static xcj_code make_for(xcj_key **out, xcj__jwk *jwk, bool is_unchecked, const xcj_key_options *options, xcj_error *err)
{
    if (options == NULL || (options->lib_ctx == NULL && options->properties == NULL)) {
        return make_key(out, jwk, NULL, is_unchecked, options != NULL ? options->scratch : NULL, err);
    }
    xcj__provider *provider = xcj__provider_new(options->lib_ctx, options->properties);
    if (provider == NULL) {
        *out = NULL;
        xcj__jwk_free(jwk);
        return xcj__fail_memory(err);
    }
    xcj_code code = make_key(out, jwk, provider, is_unchecked, options->scratch, err);
    xcj__provider_free(provider);
    return code;
}

xcj_code xcj__key_from_members(xcj_key **out, xcj__jwk *jwk, const xcj_key_options *options, xcj_error *err)
{
    return make_for(out, jwk, lacks_primes(jwk), options, err);
}

xcj_code xcj__key_of_set(xcj_key **out, xcj_str text, const xcj_key_options *options, xcj_error *err)
{
    *out = NULL;
    xcj__jwk jwk;
    xcj_code code =
        text.len > XCJ__KEY_TEXT_MAX ? too_large(text.len, err) : xcj__jwk_parse(&jwk, text.ptr, text.len, options, err);
    return code == XCJ_OK ? make_for(out, &jwk, jwk.part[XCJ__D].ptr != NULL, options, err) : code;
}

xcj_code xcj__key_options_read(xcj_key_options *given, const xcj_key_options *options, xcj_error *err)
{
    xcj_code code = xcj__options_read(given, sizeof *given, options, err);
    given->passphrase.len = given->passphrase.ptr != NULL ? given->passphrase.len : 0;
    return code;
}

static xcj_code open_options(xcj_key_options *given, const xcj_key_options *options, size_t len, xcj_error *err)
{
    xcj_code code = xcj__key_options_read(given, options, err);
    return code == XCJ_OK && len > XCJ__KEY_TEXT_MAX ? too_large(len, err) : code;
}

xcj_code xcj_key_from_jwk(xcj_key **out, const char *text, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || text == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj__jwk jwk;
    xcj_code code = open_options(&given, options, len, err);
    if (code == XCJ_OK) {
        code = xcj__jwk_parse(&jwk, text, len, &given, err);
    }
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, &given, err) : code;
}

xcj_code xcj_key_from_der(xcj_key **out, const uint8_t *der, size_t len, const xcj_key_options *options, xcj_error *err)
{
    if (!xcj__clear_handle(out) || der == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj__jwk jwk;
    xcj_code code = open_options(&given, options, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    code = xcj__der_read(&jwk, (xcj_str){ NULL, 0 }, der, len, &given, err);
    xcj__queue_leave(&theirs);
    return code == XCJ_OK ? xcj__key_from_members(out, &jwk, &given, err) : code;
}

static xcj_code from_secret(xcj_key **out, xcj_str secret, const xcj_key_options *given, xcj_error *err)
{
    if (secret.len < SECRET_MIN && !given->allow_weak_secret) {
        return xcj__fail(err, XCJ_ERR_KEY_WEAK, "the secret has %zu bytes; HS256 needs %d or more", secret.len, SECRET_MIN);
    }
    xcj__jwk jwk = { .facts = { .kty = XCJ_KTY_OCT, .weak_ok = given->allow_weak_secret != 0 } };
    uint8_t *at = xcj__jwk_extend(&jwk, secret.len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    if (secret.len > 0) {
        memcpy(at, secret.ptr, secret.len);
    }
    jwk.part[XCJ__K] = (xcj__bytes){ at, secret.len };
    xcj_code code = xcj__jwk_check(&jwk, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(&jwk);
        return code;
    }
    return xcj__key_from_members(out, &jwk, given, err);
}

xcj_code xcj_key_from_secret(xcj_key **out, const uint8_t *secret, size_t len, const xcj_key_options *options,
                             xcj_error *err)
{
    if (!xcj__clear_handle(out) || secret == NULL) {
        return xcj__fail_null(err);
    }
    xcj_key_options given;
    xcj_code code = open_options(&given, options, len, err);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf bytes;
    code = xcj__secret_decode(&bytes, (xcj_str){ (const char *)secret, len }, given.secret_encoding, err);
    if (code == XCJ_OK) {
        code = from_secret(out, (xcj_str){ bytes.ptr, bytes.len }, &given, err);
    }
    xcj__buf_free(&bytes);
    return code;
}
