#include <openssl/crypto.h>

#include <xcj/base.h>

const char *xcj_openssl_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
