/*
 * fast_clock.c: to be preloaded: the monotonic clock runs as many times as fast as XCJ_CLOCK_FACTOR says, so that a test
 * need not wait for a minute to pass; with 0 it stands still, so that a busy machine changes nothing. The time of day is
 * XCJ_CLOCK_TIME at its first reading, and a second later at each that follows. Without these variables, and for how long a
 * call may wait, the clocks stay as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int (*next)(clockid_t, struct timespec *) = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    const int result = next != NULL ? next(clock, out) : -1;
    if (result == 0 && clock == CLOCK_MONOTONIC) {
        const char *factor = getenv("XCJ_CLOCK_FACTOR");
        const long long times = factor != NULL ? atoi(factor) : 1;
        const long long passed = (out->tv_sec * 1000000000LL + out->tv_nsec) * times;
        out->tv_sec = (time_t)(passed / 1000000000LL);
        out->tv_nsec = (long)(passed % 1000000000LL);
    }
    return result;
}

time_t time(time_t *out)
{
    static time_t passed;
    const char *start = getenv("XCJ_CLOCK_TIME");
    struct timespec now;
    if (start == NULL) {
        (void)clock_gettime(CLOCK_REALTIME, &now);
    }
    const time_t result = start != NULL ? atoll(start) + passed++ : now.tv_sec;
    if (out != NULL) {
        *out = result;
    }
    return result;
}
