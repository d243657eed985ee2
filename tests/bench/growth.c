/*
 * xcj-growth: what an HS256 mint and verify cost as the payload grows, and a verify as the key set grows.
 *
 * Lines, tab-separated: what, size, microseconds (the median of the rounds). "mint" and "verify": bytes of claims; "select":
 * keys in the set, of which the token's kid names the last; "read": keys in the set that is read from its text.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xcj/mint.h>

#include "tests/bench/bench.h"
#include "tests/bench/oracle.h"

#define ROUNDS 9
#define MIN_SECONDS 0.01 /* a round, or one call where that takes longer */

static const size_t PAYLOADS[] = { 100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1048576 };
static const size_t KEYS[] = { 1, 3, 10, 30, 100, 300, 1000, 3000, 10000 };

/* Everything that a measured call needs. */
typedef struct bed {
    xcj_minter *minter;
    xcj_verifier *verifier;
    xcj_scratch *scratch;
    xcj_auth auth;
    char *set; /* text of the key set */
    size_t set_len;
    char *token;
    size_t cap;
    size_t token_len;
} bed;

typedef bool (*step)(bed *b);

static double now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure(const char *what, size_t size, step once, bed *b)
{
    double rounds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        long count = 0;
        double begin = now();
        double spent;
        do {
            if (!once(b)) {
                fprintf(stderr, "xcj-growth: %s fails at %zu\n", what, size);
                return false;
            }
            count++;
            spent = now() - begin;
        } while (spent < MIN_SECONDS);
        rounds[round] = spent / (double)count * 1e6;
    }
    qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
    printf("%s\t%zu\t%.3f\n", what, size, rounds[ROUNDS / 2]);
    return true;
}

static bool mint(bed *b)
{
    return xcj_mint(b->token, b->cap, &b->token_len, b->minter, &b->auth, b->scratch, NULL) == XCJ_OK;
}

static bool verify(bed *b)
{
    xcj_verified *verified;
    xcj_code code = xcj_verify(&verified, b->verifier, b->token, b->token_len, b->scratch, NULL);
    xcj_verified_free(verified);
    return code == XCJ_OK;
}

static bool read_set(bed *b)
{
    xcj_keyset *set;
    xcj_code code = xcj_keyset_from_json(&set, b->set, b->set_len, NULL, NULL);
    xcj_keyset_free(set);
    return code == XCJ_OK;
}

/* The Authorization of a token with about so many bytes of claims: members of some fifty bytes each. Free it. */
static char *authorization(size_t size)
{
    static const char HEAD[] = "Bearer eyJhbGciOiJIUzI1NiJ9.";
    char *claims = malloc(size + 128);
    char *value = malloc(sizeof(HEAD) + 4 * ((size + 128) / 3 + 1) + 16);
    if (claims == NULL || value == NULL) {
        free(claims);
        free(value);
        return NULL;
    }
    size_t len = (size_t)sprintf(claims, "{\"clientId\":\"" BENCH_CLIENT_ID "\"");
    for (unsigned i = 0; len + 54 <= size; i++) {
        len += (size_t)sprintf(claims + len, ",\"claim_%06u\":\"a value of some thirty characters %02u\"", i, i % 100);
    }
    claims[len++] = '}';
    size_t at = sizeof(HEAD) - 1;
    memcpy(value, HEAD, at);
    at += oracle_encode(value + at, claims, len);
    memcpy(value + at, ".c2ln", 6); /* the gateway has verified it */
    free(claims);
    return value;
}

/* A set of so many oct keys, kid "key-0", "key-1" ... */
static bool make_set(bed *b, size_t count)
{
    b->set = malloc(32 + count * 128);
    if (b->set == NULL) {
        return false;
    }
    size_t len = (size_t)sprintf(b->set, "{\"keys\":[");
    for (size_t i = 0; i < count; i++) {
        unsigned char secret[32];
        char text[64];
        memset(secret, (int)(i & 0xff), sizeof(secret));
        secret[0] = (unsigned char)(i >> 8);
        (void)oracle_encode(text, secret, sizeof(secret));
        len += (size_t)sprintf(b->set + len, "%s{\"kty\":\"oct\",\"k\":\"%s\",\"kid\":\"key-%zu\"}", i == 0 ? "" : ",", text,
                               i);
    }
    b->set_len = len + (size_t)sprintf(b->set + len, "]}");
    return true;
}

static bool make_handles(bed *b)
{
    xcj_keyset *set = NULL;
    xcj_mint_options mint_options = XCJ_MINT_OPTIONS_INIT;
    xcj_verify_options verify_options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_str issuer = xcj_text(BENCH_ISSUER);
    mint_options.alg = XCJ_HS256;
    mint_options.iss = issuer;
    mint_options.bearer_verified = 1;
    verify_options.issuer = issuer;
    bool made = xcj_keyset_from_json(&set, b->set, b->set_len, NULL, NULL) == XCJ_OK &&
                xcj_minter_new(&b->minter, xcj_keyset_get(set, xcj_keyset_count(set) - 1), &mint_options, NULL) == XCJ_OK &&
                xcj_verifier_new(&b->verifier, set, &verify_options, NULL) == XCJ_OK &&
                xcj_scratch_new(&b->scratch, NULL) == XCJ_OK;
    xcj_keyset_free(set);
    return made;
}

static bool make_token(bed *b, const char *value)
{
    b->auth = (xcj_auth)XCJ_AUTH_INIT;
    b->auth.methods = XCJ_AUTH_BEARER;
    b->auth.authorization = xcj_text(value);
    b->auth.audience = xcj_text(BENCH_AUDIENCE);
    b->auth.consumer_id = xcj_text(BENCH_CONSUMER);
    b->cap = xcj_mint_bound(b->minter, &b->auth);
    b->token = malloc(b->cap);
    return b->token != NULL && mint(b) && verify(b);
}

static void clear(bed *b)
{
    xcj_minter_free(b->minter);
    xcj_verifier_free(b->verifier);
    xcj_scratch_free(b->scratch);
    free(b->set);
    free(b->token);
}

static bool at(size_t payload, size_t keys, bool payload_grows)
{
    bed b = { .minter = NULL };
    char *value = authorization(payload);
    bool good = value != NULL && make_set(&b, keys) && make_handles(&b) && make_token(&b, value);
    if (!good) {
        fprintf(stderr, "xcj-growth: no token of %zu bytes with %zu keys\n", payload, keys);
    } else if (payload_grows) {
        good = measure("mint", payload, mint, &b) && measure("verify", payload, verify, &b);
    } else {
        good = measure("select", keys, verify, &b) && measure("read", keys, read_set, &b);
    }
    clear(&b);
    free(value);
    return good;
}

int main(void)
{
    bool good = true;
    for (size_t i = 0; i < sizeof(PAYLOADS) / sizeof(PAYLOADS[0]); i++) {
        good &= at(PAYLOADS[i], 1, true);
    }
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        good &= at(PAYLOADS[0], KEYS[i], false);
    }
    return good ? 0 : 1;
}
