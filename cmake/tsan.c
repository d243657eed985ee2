/*
 * tsan.c: what ThreadSanitizer is not to report in a program that was built with it.
 */
#include <openssl/opensslv.h>

const char *__tsan_default_suppressions(void);

/*
 * From 3.5, OpenSSL publishes the entries of its tables with atomics. ThreadSanitizer does not see those in a library that
 * was built without it, but it sees how the library copies and compares memory.
 */
__attribute__((weak)) const char *__tsan_default_suppressions(void)
{
    return OPENSSL_VERSION_MAJOR > 3 || OPENSSL_VERSION_MINOR >= 5 ? "race:libcrypto.so\n" : "";
}
