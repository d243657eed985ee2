#include "lib/key/digest.h"

#include "lib/base/error.h"
#include "lib/key/evp.h"

xcj_code xcj__digest(uint8_t *out, size_t *len, xcj_hash hash, xcj_str text, xcj_error *err)
{
    const EVP_MD *type = hash == XCJ_SHA256 ? EVP_sha256() : hash == XCJ_SHA384 ? EVP_sha384() : EVP_sha512();
    unsigned made = 0;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    const bool done = EVP_Digest(text.ptr, text.len, out, &made, type, NULL) == 1;
    xcj__queue_leave(&theirs);
    *len = made;
    return done ? XCJ_OK : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not hash here");
}
