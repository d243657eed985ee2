/*
 * Allocations of our own per operation, with a scratch that has been used before: none for a mint into the caller's buffer,
 * one at most for a verified token. The linker sends the calls of this program and of the static library through the
 * functions below (--wrap); those inside OpenSSL do not pass here.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/oracle.h"

#define WARMING 3
#define COUNTED 100

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    allocations++;
    return __real_realloc(block, size);
}

/* Allocations of `times` operations; negative when one fails. */
static long count_of(void *own, const bench_case *what, int times)
{
    bench_text out;
    unsigned long before = allocations;
    for (int i = 0; i < times; i++) {
        if (!bench_xcj.run(own, what->input, &out)) {
            return -1;
        }
    }
    return (long)(allocations - before);
}

/* Prints job, algorithm, payload and allocations per operation. */
static bool within(bench_case *what, long most)
{
    long count = -1;
    void *shared = oracle_case(what) ? bench_xcj.open(what) : NULL;
    void *own = shared == NULL ? NULL : bench_xcj.enter(what, shared);
    if (own != NULL) {
        count = count_of(own, what, WARMING) < 0 ? -1 : count_of(own, what, COUNTED);
        bench_xcj.leave(own);
    }
    if (shared != NULL) {
        bench_xcj.close(shared);
    }
    oracle_case_clear(what);
    printf("%s\t%s\t%s\t%.2f\n", what->job == BENCH_MINT ? "mint" : "verify", what->key->alg,
           what->large ? "large" : "small", (double)count / COUNTED);
    return count >= 0 && count <= most * COUNTED;
}

int main(void)
{
    bool good = true;
    for (size_t i = 0; bench_key_at(i) != NULL; i++) {
        for (int large = 0; large < 2; large++) {
            bench_case mint = { .job = BENCH_MINT, .key = bench_key_at(i), .large = large != 0 };
            bench_case verify = { .job = BENCH_VERIFY, .key = bench_key_at(i), .large = large != 0 };
            good &= within(&mint, 0);
            good &= within(&verify, 1);
        }
    }
    return good ? 0 : 1;
}
