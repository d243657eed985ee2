#include "lib/key/digest.h"

#include "lib/base/error.h"
#include "lib/key/evp.h"

/* EVP_Digest() looks up the algorithm each time, which takes longer than hashing an API key. */
static bool hash_with(EVP_MD_CTX *ready, uint8_t *out, unsigned *made, xcj_str text)
{
    return EVP_DigestInit_ex(ready, NULL, NULL) == 1 && EVP_DigestUpdate(ready, text.ptr, text.len) == 1 &&
           EVP_DigestFinal_ex(ready, out, made) == 1;
}

xcj_code xcj__digest(uint8_t *out, size_t *len, xcj_hash hash, xcj_str text, xcj_scratch *scratch, xcj_error *err)
{
    const EVP_MD *type = hash == XCJ_SHA256 ? EVP_sha256() : hash == XCJ_SHA384 ? EVP_sha384() : EVP_sha512();
    unsigned made = 0;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    EVP_MD_CTX *ready = hash == XCJ_SHA256 && scratch != NULL ? xcj__scratch_sha256(scratch) : NULL;
    const bool done =
        ready != NULL ? hash_with(ready, out, &made, text) : EVP_Digest(text.ptr, text.len, out, &made, type, NULL) == 1;
    xcj__queue_leave(&theirs);
    *len = made;
    return done ? XCJ_OK : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not hash here");
}
