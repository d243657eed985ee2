/*
 * Loaded into nginx before its own libraries, to force what otherwise happens once in many exits of a worker.
 *
 * XCJ_ORDER=end: the pool's threads end at the XCJ_PLACE-th call of pthread_key_delete(), within OpenSSL's clean-up.
 * XCJ_ORDER=queue: the pool's threads sign slowly, and the clean-up waits until they have signed.
 */
#include <dlfcn.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIGNING_US 400000
#define LONGER_US 700000
#define ENDING_US 50000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go = PTHREAD_COND_INITIALIZER;
static int may_end;
static int passed;

static int order_is(const char *name)
{
    const char *order = getenv("XCJ_ORDER");
    return order != NULL && strcmp(order, name) == 0;
}

static int is_pool_thread(void)
{
    return gettid() != getpid();
}

static void next(const char *name, void *function)
{
    *(void **)function = dlsym(RTLD_NEXT, name);
}

void pthread_exit(void *result)
{
    void (*real)(void *) __attribute__((noreturn)) = NULL;
    next("pthread_exit", &real);
    if (order_is("end") && is_pool_thread()) {
        pthread_mutex_lock(&lock);
        while (!may_end) {
            pthread_cond_wait(&go, &lock);
        }
        pthread_mutex_unlock(&lock);
    }
    real(result);
}

int pthread_key_delete(pthread_key_t key)
{
    int (*real)(pthread_key_t) = NULL;
    next("pthread_key_delete", &real);
    const char *place = getenv("XCJ_PLACE");
    passed++;
    if (order_is("end") && place != NULL && passed == atoi(place)) {
        pthread_mutex_lock(&lock);
        may_end = 1;
        pthread_cond_broadcast(&go);
        pthread_mutex_unlock(&lock);
        usleep(ENDING_US);
    } else if (order_is("queue") && passed == 1) {
        usleep(LONGER_US);
    }
    return real(key);
}

int EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *sig_len, const unsigned char *tbs, size_t tbs_len)
{
    int (*real)(EVP_PKEY_CTX *, unsigned char *, size_t *, const unsigned char *, size_t) = NULL;
    next("EVP_PKEY_sign", &real);
    if (order_is("queue") && is_pool_thread()) {
        usleep(SIGNING_US);
    }
    return real(ctx, sig, sig_len, tbs, tbs_len);
}
