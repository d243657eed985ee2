#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/codec/base64url.h"
#include "lib/key/evp.h"

static const EVP_MD *hash_of(xcj_hash hash)
{
    return hash == XCJ_SHA256 ? EVP_sha256() : hash == XCJ_SHA384 ? EVP_sha384() : EVP_sha512();
}

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

xcj_code xcj_key_thumbprint(char **out, size_t *out_len, const xcj_key *key, xcj_hash hash, xcj_error *err)
{
    if (!xcj__clear_block(out, out_len) || key == NULL) {
        return xcj__fail_null(err);
    }
    if (hash < XCJ_SHA256 || hash > XCJ_SHA512) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "not a hash for a thumbprint");
    }
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char storage[1024];
    xcj__buf canonical;
    xcj__buf_init_on(&canonical, storage, sizeof storage);
    xcj__jwk_write_canonical(&canonical, &key->jwk);
    xcj_code code = canonical.failed ? xcj__fail_memory(err) : XCJ_OK;
    if (code == XCJ_OK) {
        xcj__queue theirs;
        xcj__queue_enter(&theirs);
        if (EVP_Digest(canonical.ptr, canonical.len, digest, &len, hash_of(hash), NULL) != 1) {
            code = xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not hash here");
        }
        xcj__queue_leave(&theirs);
    }
    xcj__buf_free(&canonical);
    if (code != XCJ_OK) {
        return code;
    }
    xcj__error_clear(err);
    return encode(out, out_len, digest, len, err);
}
