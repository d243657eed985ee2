#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/digest.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"

static xcj_code encode(char **out, size_t *out_len, const uint8_t *digest, size_t len, xcj_error *err)
{
    xcj__buf text;
    xcj__buf_init(&text);
    char *dst = xcj__buf_reserve(&text, xcj__b64u_encoded_len(len));
    if (dst != NULL) {
        text.len += xcj__b64u_encode(dst, digest, len);
    }
    return xcj__buf_take(&text, out, out_len, err);
}

void xcj__key_put_canonical(xcj__buf *out, const xcj_key *key)
{
    xcj__jwk_write_canonical(out, &key->jwk);
}

xcj_code xcj_key_thumbprint(char **out, size_t *out_len, const xcj_key *key, xcj_hash hash, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    if (hash < XCJ_SHA256 || hash > XCJ_SHA512) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "not a hash for a thumbprint");
    }
    uint8_t digest[XCJ__DIGEST_MAX];
    size_t len = 0;
    char storage[1024];
    xcj__buf canonical;
    xcj__buf_init_on(&canonical, storage, sizeof storage);
    xcj__key_put_canonical(&canonical, key);
    xcj_code code = canonical.failed ? xcj__fail_memory(err) : XCJ_OK;
    if (code == XCJ_OK) {
        code = xcj__digest(digest, &len, hash, (xcj_str){ canonical.ptr, canonical.len }, NULL, err);
    }
    xcj__buf_free(&canonical);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__error_clear(err);
    return encode(out, out_len, digest, len, err);
}
