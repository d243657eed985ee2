/*
 * xcj-dpop: what the check of a DPoP proof with ES256 costs, beside the two operations of OpenSSL that it cannot do without:
 * one import of a P-256 public key, and one check of a signature with a context that is kept.
 *
 * Lines, tab-separated: what, microseconds (the median of the rounds, in which they take turns). "import", "check", "proof".
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <xcj/dpop.h>

#include "tests/bench/oracle.h"

#define ROUNDS_MAX 51
#define CALLS 100
#define POINT 65

/* Everything that the measured calls need. */
typedef struct bed {
    xcj_dpop_request request;
    char *proof;
    xcj_scratch *scratch;
    unsigned char point[POINT];
    EVP_PKEY *key;
    EVP_PKEY_CTX *check;
    EVP_MD *sha256;
    EVP_MD_CTX *md;
    size_t input_len;
    unsigned char sig[80]; /* DER */
    size_t sig_len;
} bed;

/* The key that the proof brings, imported and used once. */
static bool run_floor(bed *b)
{
    char group[] = "P-256";
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, b->point, sizeof b->point),
                            OSSL_PARAM_construct_end() };
    unsigned char hash[32];
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *import = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool done = EVP_PKEY_fromdata_init(import) == 1 && EVP_PKEY_fromdata(import, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new(key, NULL);
    done = done && EVP_DigestInit_ex2(b->md, b->sha256, NULL) == 1 && EVP_DigestUpdate(b->md, b->proof, b->input_len) == 1 &&
           EVP_DigestFinal_ex(b->md, hash, NULL) == 1 && EVP_PKEY_verify_init(check) == 1 &&
           EVP_PKEY_CTX_set_signature_md(check, b->sha256) == 1 &&
           EVP_PKEY_verify(check, b->sig, b->sig_len, hash, sizeof hash) == 1;
    EVP_PKEY_CTX_free(check);
    EVP_PKEY_CTX_free(import);
    EVP_PKEY_free(key);
    return done;
}

static bool run_import(bed *b)
{
    char group[] = "P-256";
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, b->point, sizeof b->point),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    const bool done = EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return done;
}

static bool run_check(bed *b)
{
    unsigned char hash[32];
    return EVP_DigestInit_ex2(b->md, b->sha256, NULL) == 1 && EVP_DigestUpdate(b->md, b->proof, b->input_len) == 1 &&
           EVP_DigestFinal_ex(b->md, hash, NULL) == 1 &&
           EVP_PKEY_verify(b->check, b->sig, b->sig_len, hash, sizeof hash) == 1;
}

static bool run_proof(bed *b)
{
    char *jkt;
    size_t len;
    const bool done = xcj_dpop_verify(&jkt, &len, &b->request, NULL, b->scratch, NULL) == XCJ_OK;
    xcj_free(jkt);
    return done;
}

static bool make_key(bed *b, const xcj_key *key)
{
    uint8_t *der;
    size_t len;
    if (xcj_key_to_der(&der, &len, key, XCJ_PUBLIC, NULL) != XCJ_OK) {
        return false;
    }
    const unsigned char *at = der;
    b->key = d2i_PUBKEY(NULL, &at, (long)len);
    memcpy(b->point, der + len - POINT, POINT); /* a P-256 SPKI ends with its point */
    xcj_free(der);
    b->check = EVP_PKEY_CTX_new(b->key, NULL);
    b->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    b->md = EVP_MD_CTX_new();
    return b->check != NULL && b->sha256 != NULL && b->md != NULL && EVP_PKEY_verify_init(b->check) == 1 &&
           EVP_PKEY_CTX_set_signature_md(b->check, b->sha256) == 1;
}

static bool make_proof(bed *b, const xcj_key *key)
{
    size_t len;
    size_t raw_len = 0;
    b->request = (xcj_dpop_request)XCJ_DPOP_REQUEST_INIT;
    b->request.method = xcj_text("POST");
    b->request.uri = xcj_text("https://api.example.com/orders");
    b->request.token = xcj_text("a-token-of-some-length-that-is-hashed-for-the-claim-ath");
    if (xcj_dpop_make(&b->proof, &len, key, &b->request, XCJ_ALG_NONE, NULL, NULL) != XCJ_OK) {
        return false;
    }
    b->request.proof = (xcj_str){ b->proof, len };
    b->input_len = (size_t)(strrchr(b->proof, '.') - b->proof);
    unsigned char *raw = oracle_decode(b->proof + b->input_len + 1, len - b->input_len - 1, &raw_len);
    const bool done = raw != NULL && raw_len == 64 && oracle_es256_to_der(raw, b->sig, &b->sig_len);
    free(raw);
    return done;
}

static void clear(bed *b)
{
    xcj_free(b->proof);
    xcj_scratch_free(b->scratch);
    EVP_PKEY_CTX_free(b->check);
    EVP_PKEY_free(b->key);
    EVP_MD_CTX_free(b->md);
    EVP_MD_free(b->sha256);
}

/* Microseconds for a call; negative: one failed. */
static double turn(bool (*run)(bed *), bed *b)
{
    struct timespec begin;
    struct timespec end;
    bool done = true;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (int i = 0; i < CALLS; i++) {
        done = run(b) && done;
    }
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    const double spent = (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    return done ? spent / CALLS : -1;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool measure(bed *b, int count)
{
    static const struct {
        const char *name;
        bool (*run)(bed *);
    } what[] = { { "import", run_import }, { "check", run_check }, { "floor", run_floor }, { "proof", run_proof } };
    static double rounds[4][ROUNDS_MAX];
    for (int round = 0; round < count; round++) {
        for (size_t i = 0; i < 4; i++) {
            rounds[i][round] = turn(what[i].run, b);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        qsort(rounds[i], (size_t)count, sizeof rounds[i][0], by_value);
        if (rounds[i][0] < 0) {
            fprintf(stderr, "xcj-dpop: %s fails\n", what[i].name);
            return false;
        }
        printf("%s\t%.2f\n", what[i].name, rounds[i][count / 2]);
    }
    return true;
}

int main(int argc, char **argv)
{
    bed b = { .proof = NULL };
    const int asked = argc > 1 ? atoi(argv[1]) : ROUNDS_MAX;
    const int count = asked < 1 ? 1 : asked > ROUNDS_MAX ? ROUNDS_MAX : asked;
    xcj_key *key = NULL;
    const bool done = xcj_key_generate(&key, XCJ_ES256, 0, NULL) == XCJ_OK && xcj_scratch_new(&b.scratch, NULL) == XCJ_OK &&
                      make_key(&b, key) && make_proof(&b, key) && measure(&b, count);
    xcj_key_free(key);
    clear(&b);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
