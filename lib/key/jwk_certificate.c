#include "lib/key/jwk_certificate.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/codec/der.h"
#include "lib/key/evp.h"
#include "lib/key/queue.h"

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
    uint8_t *at = xcj__jwk_extend(jwk, cert.len + XCJ__THUMBPRINTS_LEN);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    memcpy(at, cert.ptr, cert.len);
    if (hash(at + cert.len, &cert, EVP_sha1()) && hash(at + cert.len + XCJ__SHA1_LEN, &cert, EVP_sha256())) {
        jwk->part[XCJ__CERTIFICATE] = (xcj__bytes){ at, cert.len + XCJ__THUMBPRINTS_LEN };
        return XCJ_OK;
    }
    /* Where SHA-1 is forbidden, the key is still a key. */
    return xcj__queue_says_memory() ? xcj__fail_memory(err) : XCJ_OK;
}
