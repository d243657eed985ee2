#include "lib/key/pem_sealed.h"

#include <openssl/pem.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/queue.h"

static int give_passphrase(char *dst, int cap, int writing, void *context)
{
    const xcj_key_options *options = context;
    (void)writing;
    if (options->passphrase.len > (size_t)cap) {
        return -1;
    }
    if (options->passphrase.len > 0) {
        memcpy(dst, options->passphrase.ptr, options->passphrase.len);
    }
    return (int)options->passphrase.len;
}

/* OpenSSL reports a cause below these two, unless it is a failed allocation. */
static bool failed_without_cause(void)
{
    unsigned long first = ERR_peek_error();
    return first == 0 || first == ERR_PACK(ERR_LIB_PEM, 0, PEM_R_BAD_DECRYPT) ||
           first == ERR_PACK(ERR_LIB_EVP, 0, EVP_R_INITIALIZATION_ERROR);
}

static xcj_code decrypt(xcj__pem *pem, char *headers, const xcj_key_options *options, xcj_error *err)
{
    EVP_CIPHER_INFO cipher;
    xcj_key_options given = *options;
    long len = (long)pem->der_len;
    if (PEM_get_EVP_CIPHER_INFO(headers, &cipher) != 1) {
        return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET,
                            "the PEM block is encrypted in a way that OpenSSL does not know");
    }
    if (PEM_do_header(&cipher, pem->der, &len, give_passphrase, &given) == 1) {
        pem->der_len = (size_t)len;
        return XCJ_OK;
    }
    const bool is_bad =
        ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_BAD_DECRYPT && ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_PROV;
    if (is_bad || options->passphrase.len > PEM_BUFSIZE) {
        return xcj__fail(err, XCJ_ERR_PASSPHRASE, "the passphrase does not open the key");
    }
    return xcj__fail_at(err, XCJ_ERR_KEY, "PEM", XCJ_NO_OFFSET,
                        "OpenSSL cannot decrypt the PEM block; for DES and RC2 it needs its legacy provider");
}

xcj_code xcj__pem_open(xcj__pem *pem, const xcj_key_options *options, xcj_error *err)
{
    if (options->passphrase.ptr == NULL) {
        return xcj__fail_at(err, XCJ_ERR_PASSPHRASE, "PEM", XCJ_NO_OFFSET, "the key is encrypted: give its passphrase");
    }
    /* OpenSSL wants them to end in a newline and a NUL. */
    char *headers = xcj__alloc(pem->headers.len + 2);
    if (headers == NULL) {
        return xcj__fail_memory(err);
    }
    size_t used = 0;
    for (size_t i = 0; i < pem->headers.len; i++) {
        if (pem->headers.ptr[i] != '\r') {
            headers[used++] = pem->headers.ptr[i];
        }
    }
    memcpy(headers + used, "\n", 2);
    xcj_code code = decrypt(pem, headers, options, err);
    if (code != XCJ_OK && (failed_without_cause() || xcj__queue_says_memory())) {
        code = xcj__fail_memory(err);
    }
    xcj_free(headers);
    return code;
}
