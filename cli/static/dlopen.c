/*
 * dlopen.c: for a static xcj. A provider or engine that OpenSSL loads would bring a second C library and a second libcrypto
 * into the process, and crash it. It finds none instead, and reports that.
 */
#include <dlfcn.h>
#include <stddef.h>

void *dlopen(const char *file, int mode)
{
    (void)file;
    (void)mode;
    return NULL;
}

char *dlerror(void)
{
    static char why[] = "a static xcj loads no shared objects";
    return why;
}
