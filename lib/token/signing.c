#include "lib/token/signing.h"

#include "lib/base/error.h"
#include "lib/base/options.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"
#include "lib/token/header_write.h"

/* A header that we write usually takes one to two hundred bytes. */
#define HEADER_STORAGE 1024

xcj_code xcj__sign_input(xcj__buf *input, const xcj__signing *signing, xcj_str payload, xcj_error *err)
{
    char storage[HEADER_STORAGE];
    xcj__buf header;
    xcj__buf_init_on(&header, storage, sizeof storage);
    xcj_code code = xcj__jws_put_header(&header, signing->alg, signing->key, signing->options, err);
    if (code == XCJ_OK && header.failed) {
        code = xcj__fail_memory(err);
    }
    if (code == XCJ_OK) {
        xcj__put_base64url(input, (xcj_str){ header.ptr, header.len });
        xcj__buf_put_char(input, '.');
        if (signing->options->unencoded) {
            xcj__buf_put_str(input, payload);
        } else {
            xcj__put_base64url(input, payload);
        }
        code = input->failed ? xcj__fail_memory(err) : XCJ_OK;
    }
    xcj__buf_free(&header);
    return code;
}

xcj_code xcj__put_signature(xcj__buf *out, const xcj__signing *signing, xcj_str input, xcj_scratch *scratch, xcj_error *err)
{
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t len;
    xcj_code code = xcj__key_sign(sig, &len, signing->key, signing->alg, input.ptr, input.len, scratch, err);
    if (code == XCJ_OK) {
        xcj__put_base64url(out, (xcj_str){ (const char *)sig, len });
    }
    return code;
}

xcj_code xcj__signing_open(xcj__signing *out, const xcj_key *key, const xcj_jws_options *options, xcj_jws_options *given,
                           xcj_error *err)
{
    xcj_code code = xcj__options_read(given, sizeof *given, options, err);
    xcj__view_settle(&given->typ);
    xcj__view_settle(&given->kid);
    xcj__view_settle(&given->jku);
    xcj__view_settle(&given->header);
    xcj__view_settle(&given->unprotected);
    *out = (xcj__signing){ key, XCJ_ALG_NONE, given };
    return code == XCJ_OK ? xcj_key_sign_alg(&out->alg, key, given->alg, err) : code;
}
