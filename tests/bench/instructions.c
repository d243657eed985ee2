/*
 * Runs one hot path COUNT times inside repeat(), for callgrind to count: see instructions.sh.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/codec/base64url.h"
#include "lib/codec/json_scan.h"
#include "tests/bench/bench.h"
#include "tests/bench/oracle.h"

typedef bool (*step)(void *ctx, bench_text input);

/* A function of its own in the object file whatever the optimiser thinks, as callgrind is told its name. (Clang clones none,
 * and does not know the word.) */
#ifdef __clang__
#define OF_ITS_OWN __attribute__((noinline))
#else
#define OF_ITS_OWN __attribute__((noinline, noclone))
#endif

OF_ITS_OWN static bool repeat(step once, void *ctx, bench_text input, long count)
{
    bool good = true;
    for (long i = 0; i < count; i++) {
        good &= once(ctx, input);
    }
    return good;
}

static bool run_xcj(void *ctx, bench_text input)
{
    bench_text out;
    return bench_xcj.run(ctx, input, &out);
}

static bool scan(void *ctx, bench_text input)
{
    (void)ctx;
    return xcj__json_scan(input.ptr, input.len, XCJ__JSON_OBJECT, NULL, NULL, NULL, NULL) == XCJ_OK;
}

static bool encode(void *ctx, bench_text input)
{
    return xcj__b64u_encode(ctx, (const uint8_t *)input.ptr, input.len) > 0;
}

static bool decode(void *ctx, bench_text input)
{
    size_t len;
    return xcj__b64u_decode(ctx, &len, input.ptr, input.len, NULL);
}

static bool run_job(bench_job job, bool large, long count)
{
    bench_case what = { .job = job, .key = bench_key_named("HS256"), .large = large };
    void *shared = oracle_case(&what) ? bench_xcj.open(&what) : NULL;
    void *own = shared == NULL ? NULL : bench_xcj.enter(&what, shared);
    bool good = own != NULL && run_xcj(own, what.input) && repeat(run_xcj, own, what.input, count);
    if (own != NULL) {
        bench_xcj.leave(own);
    }
    if (shared != NULL) {
        bench_xcj.close(shared);
    }
    oracle_case_clear(&what);
    return good;
}

/* The codecs on the large payload and its base64url text. */
static bool run_codec(const char *path, long count)
{
    bench_case what = { .job = BENCH_VERIFY, .key = bench_key_named("HS256"), .large = true };
    bool good = false;
    size_t len = 0;
    if (oracle_case(&what)) {
        const char *start = strchr(what.signing_input.ptr, '.') + 1;
        bench_text text = { start, strlen(start) };
        char *room = calloc(2, text.len);
        char *json = (char *)oracle_decode(text.ptr, text.len, &len);
        bench_text bytes = { json, len };
        if (strcmp(path, "scan") == 0) {
            good = repeat(scan, NULL, bytes, count);
        } else if (strcmp(path, "encode") == 0) {
            good = repeat(encode, room, bytes, count);
        } else if (strcmp(path, "decode") == 0) {
            good = repeat(decode, room, text, count);
        }
        free(room);
        free(json);
    }
    oracle_case_clear(&what);
    return good;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--with") == 0) {
        /* GCC's own and clang's version texts both name the compiler's release. */
        printf("compiler %s\n", __VERSION__);
        return 0;
    }
    if (argc != 3) {
        fputs("usage: xcj-instructions PATH COUNT\n", stderr);
        return 2;
    }
    long count = strtol(argv[2], NULL, 10);
    const char *path = argv[1];
    bool good;
    if (strncmp(path, "mint-", 5) == 0) {
        good = run_job(BENCH_MINT, strcmp(path, "mint-large") == 0, count);
    } else if (strncmp(path, "verify-", 7) == 0) {
        good = run_job(BENCH_VERIFY, strcmp(path, "verify-large") == 0, count);
    } else {
        good = run_codec(path, count);
    }
    return good ? 0 : 1;
}
