#include "lib/key/pkcs8_seal.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/queue.h"
#include "lib/key/random.h"

/* OWASP recommends this number since 2023; it takes about a quarter of a second. */
#define PBKDF2_ROUNDS 600000

/* RFC 7914 2: needs 16 MiB, which readers with a memory limit still accept. */
#define SCRYPT_N (1 << 14)
#define SCRYPT_R 8
#define SCRYPT_P 1

/* Tags and lengths around the two parts. */
#define DER_OVERHEAD 32

static X509_ALGOR *algorithm(xcj_kdf kdf, uint8_t salt[16], uint8_t iv[16])
{
    return kdf == XCJ_SCRYPT ? PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, 16, iv, SCRYPT_N, SCRYPT_R, SCRYPT_P)
                             : PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PBKDF2_ROUNDS, salt, 16, iv, NID_hmacWithSHA256);
}

/* The parts in a block of their own, which ends where `der` ends. */
static bool join(xcj__der *der, const uint8_t *head, int head_len, const uint8_t *sealed, int sealed_len)
{
    size_t cap = (size_t)head_len + (size_t)sealed_len + DER_OVERHEAD;
    uint8_t *storage = xcj__alloc(cap);
    if (storage == NULL) {
        return false;
    }
    xcj__der_init(der, storage, cap);
    xcj__der_prepend(der, sealed, (size_t)sealed_len);
    xcj__der_wrap(der, XCJ__DER_OCTET_STRING, 0);
    xcj__der_prepend(der, head, (size_t)head_len);
    xcj__der_wrap(der, XCJ__DER_SEQUENCE, 0);
    return true;
}

static xcj_code seal(xcj__der *out, const xcj__der *plain, xcj_str passphrase, X509_ALGOR *how, xcj_error *err)
{
    uint8_t *head = NULL;
    uint8_t *sealed = NULL;
    int sealed_len = 0;
    int head_len = how != NULL ? i2d_X509_ALGOR(how, &head) : -1;
    bool done = head_len > 0 && PKCS12_pbe_crypt(how, passphrase.ptr, (int)passphrase.len, plain->storage + plain->start,
                                                 (int)xcj__der_len(plain), &sealed, &sealed_len, 1) != NULL;
    xcj_code code = done                       ? XCJ_OK
                    : xcj__queue_says_memory() ? xcj__fail_memory(err)
                                               : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not encrypt the key");
    if (done && !join(out, head, head_len, sealed, sealed_len)) {
        code = xcj__fail_memory(err);
    }
    OPENSSL_free(head);
    OPENSSL_free(sealed);
    return code;
}

xcj_code xcj__pkcs8_seal(xcj__der *der, xcj_str passphrase, xcj_kdf kdf, xcj_error *err)
{
    uint8_t random[32]; /* salt and initialisation vector */
    const xcj__der plain = *der;
    xcj__der_init(der, NULL, 0);
    xcj_code code = xcj__random(random, sizeof random, NULL, err);
    if (code == XCJ_OK) {
        xcj__queue theirs;
        xcj__queue_enter(&theirs);
        X509_ALGOR *how = algorithm(kdf, random, random + 16);
        code = seal(der, &plain, passphrase, how, err);
        X509_ALGOR_free(how);
        xcj__queue_leave(&theirs);
    }
    xcj_free(plain.storage);
    return code;
}
