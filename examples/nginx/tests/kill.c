/*
 * Loaded before nginx: kills the process in the middle of a copy into shared memory, once, if there is a file kill-now in
 * the folder of nginx.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Shorter copies are not of a key set. */
#define SHORTEST 100

#define REGIONS 16

static struct {
    uintptr_t from;
    uintptr_t to;
} shared[REGIONS];
static size_t count;

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    void *made = (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, offset); /* NOLINT(performance-no-int-to-ptr) */
    if (made != MAP_FAILED && (flags & MAP_SHARED) != 0 && count < REGIONS) {
        shared[count].from = (uintptr_t)made;
        shared[count++].to = (uintptr_t)made + len;
    }
    return made;
}

static int is_shared(const void *at)
{
    for (size_t i = 0; i < count; i++) {
        if ((uintptr_t)at >= shared[i].from && (uintptr_t)at < shared[i].to) {
            return 1;
        }
    }
    return 0;
}

/* The volatile pointers keep the compiler from making a call of memcpy() of the loop. */
void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    volatile unsigned char *out = to;
    const volatile unsigned char *in = from;
    const int dies = len >= SHORTEST && is_shared(to) && unlink("kill-now") == 0;
    for (size_t i = 0; i < len; i++) {
        out[i] = in[i];
        if (dies && i == SHORTEST / 2) {
            (void)raise(SIGKILL);
        }
    }
    return to;
}
