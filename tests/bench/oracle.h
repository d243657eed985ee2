/*
 * oracle.h: makes the inputs of the benchmark and checks every output, with OpenSSL and jansson alone.
 */
#ifndef XCJ_TESTS_BENCH_ORACLE_H
#define XCJ_TESTS_BENCH_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>

#include "tests/bench/bench.h"

/* The longest signature of the algorithms here: RSA with 2048 bits. */
#define ORACLE_SIGNATURE_MAX 256

/* base64url without padding; writes a NUL and returns the length. `dst` holds 4 * (len / 3 + 1) + 1 characters. */
size_t oracle_encode(char *dst, const void *src, size_t len);

/* The bytes that base64url text stands for; *len is their number. NULL if it is none. Free it. */
unsigned char *oracle_decode(const char *src, size_t src_len, size_t *len);

/* The private key of a PEM text, and the secret of the oct key. */
EVP_PKEY *oracle_key(const bench_key *key);

/* Signs with contexts made for this one call; the signature is as JOSE has it (RFC 7518 3.4: r||s). */
bool oracle_sign(const bench_key *key, const char *input, size_t len, unsigned char *sig, size_t *sig_len);
bool oracle_verify(const bench_key *key, const char *input, size_t len, const unsigned char *sig, size_t sig_len);

/* ECDSA: DER to r||s of P-256 and back. */
bool oracle_es256_from_der(const unsigned char *der, size_t der_len, unsigned char raw[64]);
bool oracle_es256_to_der(const unsigned char raw[64], unsigned char *der, size_t *der_len);

/* Fills in the inputs of a case whose job, key and `large` are set. */
bool oracle_case(bench_case *what);
void oracle_case_clear(bench_case *what);

/* Frees a text that was made here. */
void oracle_release(bench_text *text);

/* How a token is spoilt for a verifier to refuse. */
typedef enum oracle_flaw {
    ORACLE_SIGNATURE,  /* one bit of the signature */
    ORACLE_PAYLOAD,    /* one character of the payload */
    ORACLE_SIGNATURES, /* how many of the above there are: what follows is signed well and says something wrong */
    ORACLE_EXPIRED = ORACLE_SIGNATURES,
    ORACLE_ISSUER,
    ORACLE_AUDIENCE,
    ORACLE_FLAWS
} oracle_flaw;

/* The input of a case with one flaw, for oracle_release(). */
bench_text oracle_spoilt(const bench_case *what, oracle_flaw flaw);

/* Is this output right? `signature_only`: it is the signature of the case's signing input, as OpenSSL gives it. */
bool oracle_approves(const bench_case *what, bool signature_only, bench_text output);

#endif
