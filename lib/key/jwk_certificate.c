#include "lib/key/jwk_certificate.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/queue.h"

#define SHA1_LEN 20
#define SHA256_LEN 32

static bool hash(uint8_t *out, const xcj__der_element *cert, const EVP_MD *type)
{
    return EVP_Digest(cert->ptr, cert->len, out, NULL, type, NULL) == 1;
}

xcj_code xcj__jwk_keep_certificate(xcj__jwk *jwk, const uint8_t *der, size_t len, xcj_error *err)
{
    xcj__der_element cert;
    const uint8_t *next = der;
    if (!xcj__der_take(&cert, &next, der + len)) {
        return XCJ_OK; /* BER, which OpenSSL reads and x5c does not hold */
    }
    uint8_t *at = xcj__jwk_extend(jwk, cert.len + SHA1_LEN + SHA256_LEN);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    memcpy(at, cert.ptr, cert.len);
    jwk->part[XCJ__X5C] = (xcj__bytes){ at, cert.len };
    jwk->part[XCJ__X5T] = (xcj__bytes){ at + cert.len, SHA1_LEN };
    jwk->part[XCJ__X5T_S256] = (xcj__bytes){ at + cert.len + SHA1_LEN, SHA256_LEN };
    if (hash(at + cert.len, &cert, EVP_sha1()) && hash(at + cert.len + SHA1_LEN, &cert, EVP_sha256())) {
        return XCJ_OK;
    }
    if (xcj__queue_says_memory()) {
        return xcj__fail_memory(err);
    }
    /* Where SHA-1 is forbidden, the key is still a key. */
    jwk->part[XCJ__X5C] = jwk->part[XCJ__X5T] = jwk->part[XCJ__X5T_S256] = (xcj__bytes){ NULL, 0 };
    return XCJ_OK;
}
