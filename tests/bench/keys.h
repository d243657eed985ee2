/*
 * keys.h: one published test key per algorithm.
 */
#ifndef XCJ_TESTS_BENCH_KEYS_H
#define XCJ_TESTS_BENCH_KEYS_H

#include <stddef.h>

typedef enum bench_kty { BENCH_OCT, BENCH_RSA, BENCH_EC, BENCH_OKP } bench_kty;

typedef struct bench_key {
    const char *alg;
    bench_kty kty;
    const char *jwk;        /* private, or the secret */
    const char *public_jwk; /* NULL for oct, as the two below */
    const char *pem;
    const char *public_pem;
} bench_key;

/* The keys in the order in which algorithms are listed; NULL beyond the end. */
const bench_key *bench_key_at(size_t index);

/* The key of an algorithm; NULL if the benchmark has none. */
const bench_key *bench_key_named(const char *alg);

#endif
