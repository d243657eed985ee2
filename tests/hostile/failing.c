#include "failing.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    failing_kind kind;
    long left;
    bool lasting;
    bool armed;
    bool happened;
    const char *what;
    void (*notify)(void);
} plan;

void failing_plan(failing_kind kind, long nth, bool lasting)
{
    plan.kind = kind;
    plan.left = nth;
    plan.lasting = lasting;
    plan.armed = plan.happened = false;
    plan.what = "";
}

void failing_notify(void (*notify)(void))
{
    plan.notify = notify;
}

void failing_arm(void)
{
    plan.armed = true;
}

void failing_disarm(void)
{
    plan.armed = false;
}

bool failing_happened(void)
{
    return plan.happened;
}

const char *failing_what(void)
{
    return plan.what;
}

bool failing_now(failing_kind kind, const char *what)
{
    if (!plan.armed || plan.kind != kind || plan.left-- > 0) {
        return false;
    }
    if (plan.happened && !plan.lasting) {
        return false;
    }
    if (!plan.happened) {
        plan.what = what;
    }
    plan.happened = true;
    if (plan.notify != NULL) {
        plan.notify();
    }
    return true;
}

/* What the library and the command call in place of the allocator's functions: the linker names them so. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return failing_now(FAILING_OWN, "") ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return failing_now(FAILING_OWN, "") ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return failing_now(FAILING_OWN, "") ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
    return failing_now(FAILING_OWN, "") ? NULL : __real_strdup(text);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return failing_now(FAILING_OPENSSL, "") ? NULL : __real_malloc(size);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return failing_now(FAILING_OPENSSL, "") ? NULL : __real_realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

/* OpenSSL's own random generator is asked through a method of ours, which can say no. */
static RAND_METHOD random_method;
static const RAND_METHOD *real_method;

static int random_bytes(unsigned char *dst, int len)
{
    return failing_now(FAILING_RANDOM, "") ? 0 : real_method->bytes(dst, len);
}

static int random_status(void)
{
    return real_method->status();
}

static void install_random(void)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    real_method = RAND_get_rand_method();
    random_method.bytes = random_method.pseudorand = random_bytes;
    random_method.status = random_status;
    RAND_set_rand_method(&random_method);
#pragma GCC diagnostic pop
}

void failing_install(void)
{
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) {
        fputs("OpenSSL has allocated already\n", stderr);
        abort();
    }
    json_set_alloc_funcs(__wrap_malloc, free);
    install_random();
}
