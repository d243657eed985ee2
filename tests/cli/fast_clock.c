/*
 * fast_clock.c: to be preloaded: the monotonic clock runs forty times as fast, so that a test need not wait for a minute to
 * pass. Clocks that tell the time of day, and how long a call may wait, stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

#define FACTOR 40

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int (*next)(clockid_t, struct timespec *) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    const int result = next != NULL ? next(clock, out) : -1;
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        out->tv_sec *= FACTOR; /* whole seconds are all that is looked at */
    }
    return result;
}
