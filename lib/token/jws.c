#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/key.h"
#include "lib/token/signing.h"

/* RFC 7797 5.2: a dot in an unencoded payload would be a separator of the compact serialisation, unless the payload is
 * detached. */
static xcj_code check_form(const xcj_jws_options *options, xcj_error *err)
{
    if (options->unencoded && !options->detached) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "an unencoded payload (b64=false) of a compact token must be detached");
    }
    return options->unprotected.ptr == NULL ? XCJ_OK
                                            : xcj__fail(err, XCJ_ERR_ARGUMENT, "a compact token has no unprotected header");
}

static xcj_code sign_compact(xcj__buf *token, const xcj__signing *signing, xcj_str payload, xcj_scratch *scratch,
                             xcj_error *err)
{
    xcj_code code = xcj__sign_input(token, signing, payload, err);
    if (code != XCJ_OK) {
        return code;
    }
    char storage[XCJ__SIGNATURE_MAX * 4 / 3 + 4];
    xcj__buf sig;
    xcj__buf_init_on(&sig, storage, sizeof storage);
    code = xcj__put_signature(&sig, signing, (xcj_str){ token->ptr, token->len }, scratch, err);
    if (signing->options->detached) {
        token->len = (size_t)((const char *)memchr(token->ptr, '.', token->len) - token->ptr) + 1;
    }
    xcj__buf_put_char(token, '.');
    xcj__buf_put(token, sig.ptr, sig.len);
    xcj__buf_free(&sig);
    return code;
}

xcj_code xcj_jws_sign(char **out, size_t *out_len, const void *payload, size_t payload_len, const xcj_key *key,
                      const xcj_jws_options *options, xcj_scratch *scratch, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL || (payload == NULL && payload_len > 0)) {
        return xcj__fail_null(err);
    }
    xcj_jws_options given;
    xcj__signing signing;
    xcj_code code = xcj__signing_open(&signing, key, options, &given, err);
    if (code == XCJ_OK) {
        code = check_form(&given, err);
    }
    if (code != XCJ_OK) {
        return code;
    }
    xcj__buf token;
    xcj__buf_init(&token);
    code = sign_compact(&token, &signing, (xcj_str){ payload != NULL ? payload : "", payload_len }, scratch, err);
    if (code != XCJ_OK) {
        xcj__buf_free(&token);
        return code;
    }
    xcj__error_clear(err);
    return xcj__buf_take(&token, out, out_len, err);
}
