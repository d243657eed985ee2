#include <openssl/crypto.h>

#include <xcj/base.h>

void xcj_thread_release(void)
{
    OPENSSL_thread_stop();
}
