/*
 * bench.h: what an implementation under measurement looks like to the benchmark.
 *
 * Every implementation gets the same input text and gives the same kind of output text, so that one oracle (OpenSSL and
 * jansson, nothing of ours) can check all of them.
 */
#ifndef XCJ_TESTS_BENCH_BENCH_H
#define XCJ_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/keys.h"

/** What every token says. */
#define BENCH_KID "bench-key-1"
#define BENCH_ISSUER "https://gateway.example.com/x-custom-jwt"
#define BENCH_JKU "https://gateway.example.com/x-custom-jwt/jwks"
#define BENCH_AUDIENCE "https://backend.example.com:8443/accounts/v1"
#define BENCH_CONSUMER "contact@example.com"
#define BENCH_CLIENT_ID "my-api-key-of-the-accounts-client"
#define BENCH_LIFETIME 86400

typedef struct bench_text {
    const char *ptr; /* a NUL follows every input, as some implementations need one */
    size_t len;
} bench_text;

/** The jobs: API key or Bearer token to custom JWT; token to checked exp, iss and aud; JWK text to PEM text. */
typedef enum bench_job { BENCH_MINT, BENCH_VERIFY, BENCH_CONVERT, BENCH_JOBS } bench_job;

/**
 * One job with one key. `large`: a Bearer token of about 1 KB comes in (mint), its claims are in the token (verify), the
 * private key is converted (convert). Otherwise an API key, its claims, and the public key.
 */
typedef struct bench_case {
    bench_job job;
    const bench_key *key;
    bool large;
    bench_text input;         /* API key or the value of Authorization; the token; the JWK */
    bench_text signing_input; /* header and claims as the token has them (mint, verify) */
} bench_case;

/** One implementation. */
typedef struct bench_impl {
    const char *name;
    bool signature_only; /* does the cryptographic operation alone: has no token to show and looks at no claim */
    /** Can it do this? */
    bool (*can)(const bench_case *what);
    /** Keys and whatever all threads share, NULL when it failed; no function where threads share nothing. */
    void *(*open)(const bench_case *what);
    void (*close)(void *shared);
    /** One thread's own state; NULL: it failed. */
    void *(*enter)(const bench_case *what, void *shared);
    void (*leave)(void *own);
    /**
     * The operation that is measured. `out` (token, PEM or, for signature_only, the bare signature) is valid until the next
     * call. A verifier has no output; its verdict is what it returns.
     */
    bool (*run)(void *own, bench_text input, bench_text *out);
} bench_impl;

extern const bench_impl bench_xcj;
extern const bench_impl bench_xcj_shared;
extern const bench_impl bench_xcj_jwt;
extern const bench_impl bench_floor;
extern const bench_impl bench_libjwt;
extern const bench_impl bench_libjose;
extern const bench_impl bench_cjose;
extern const bench_impl bench_rhonabwy;

#endif
