/*
 * What hostile input costs: at most 20 times its size in memory at once, whatever reads it, and for a set of keys of a
 * megabyte at most two seconds of the processor; for a private RSA key without its primes at most one second, whether it has
 * any or not.
 *
 *     cost memory | time
 */
#include <malloc.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <time.h>

#include "lib/codec/base64url.h"
#include "lib/codec/json_write.h"
#include "tests/fixtures.h"

#define MEGABYTE ((size_t)1024 * 1024)
#define FACTOR 20
#define CONSTANT ((size_t)128 * 1024) /* what is there before the first byte is read, and what OpenSSL keeps */
#define SECONDS 2
#define KEY_SECONDS 1

static size_t now_used, peak;

static void *count(void *block)
{
    now_used += block != NULL ? malloc_usable_size(block) : 0;
    peak = now_used > peak ? now_used : peak;
    return block;
}

static void uncount(void *block)
{
    now_used -= block != NULL ? malloc_usable_size(block) : 0;
}

/* The linker leads the library's calls here; OpenSSL's come by CRYPTO_set_mem_functions(). */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return count(__real_malloc(size));
}

void *__real_calloc(size_t number, size_t size);
void *__wrap_calloc(size_t number, size_t size);
void *__wrap_calloc(size_t number, size_t size)
{
    return count(__real_calloc(number, size));
}

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size)
{
    uncount(block);
    return count(__real_realloc(block, size));
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
    uncount(block);
    __real_free(block);
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size > 0 ? __wrap_malloc(size) : NULL;
}

static void *crypto_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        __wrap_free(block);
        return NULL;
    }
    return __wrap_realloc(block, size);
}

static void crypto_free(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    __wrap_free(block);
}

typedef struct text {
    char *ptr;
    size_t len;
} text;

/* `before`, then `unit` with each # replaced by a number of its own, as often as there is room, then `behind`. */
static text fill(const char *before, const char *unit, const char *behind, size_t size)
{
    text made = { malloc(size + strlen(unit) + strlen(behind) + 1000), 0 };
    made.len = (size_t)sprintf(made.ptr, "%s", before);
    for (unsigned number = 0; made.len + strlen(unit) + strlen(behind) < size; number++) {
        for (const char *c = unit; *c != '\0'; c++) {
            if (*c == '#') {
                made.len += (size_t)sprintf(made.ptr + made.len, "%x", number);
            } else {
                made.ptr[made.len++] = *c;
            }
        }
    }
    made.len -= unit[strlen(unit) - 1] == ',';
    made.len += (size_t)sprintf(made.ptr + made.len, "%s", behind);
    return made;
}

static char *base64url_of(const BIGNUM *number)
{
    uint8_t bytes[2048];
    size_t len = (size_t)BN_bn2bin(number, bytes);
    char *made = malloc(len * 2 + 4);
    made[xcj__b64u_encode(made, bytes, len)] = '\0';
    return made;
}

/* The private key with these factors of n, without them. d fits n, so nothing but the search can tell what n is. */
static char *product_jwk(BIGNUM *(*const primes[3])(BIGNUM *))
{
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *n = BN_new(), *e = BN_new(), *order = BN_new();
    BN_one(n);
    BN_one(order);
    BN_set_word(e, 65537);
    for (size_t i = 0; i < 3 && primes[i] != NULL; i++) {
        BIGNUM *prime = primes[i](NULL);
        bool is_repeated = i > 0 && primes[i] == primes[i - 1];
        BN_mul(n, n, prime, ctx);
        BN_sub_word(prime, !is_repeated);
        BN_mul(order, order, prime, ctx);
        BN_free(prime);
    }
    BIGNUM *d = BN_mod_inverse(NULL, e, order, ctx);
    char *n_text = base64url_of(n);
    char *d_text = base64url_of(d);
    char *jwk = malloc(strlen(n_text) + strlen(d_text) + 100);
    sprintf(jwk, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\",\"d\":\"%s\"}", n_text, d_text);
    free(n_text);
    free(d_text);
    BN_free(n);
    BN_free(e);
    BN_free(d);
    BN_free(order);
    BN_CTX_free(ctx);
    return jwk;
}

static char *prime_jwk(BIGNUM *(*prime)(BIGNUM *))
{
    BIGNUM *(*const primes[3])(BIGNUM *) = { prime, NULL, NULL };
    return product_jwk(primes);
}

#define KINDS_MAX 40
static struct kind {
    const char *name;
    char *unit;
} kinds[KINDS_MAX];
static size_t kinds_count;

static void add_kind(const char *name, const char *format, const char *value)
{
    ck_assert(kinds_count < KINDS_MAX);
    char *unit = malloc(strlen(format) + strlen(value) + 1);
    sprintf(unit, format, value);
    kinds[kinds_count++] = (struct kind){ name, unit };
}

static void add_key(xcj_alg alg, xcj_part part)
{
    xcj_key *key = key_for(alg);
    char *jwk = jwk_text(key, part);
    add_kind(xcj_alg_name(alg), "%s,", jwk);
    jwk[strlen(jwk) - 1] = '\0';
    add_kind(xcj_alg_name(alg), "%s,\"kid\":\"#\"},", jwk);
    xcj_free(jwk);
    xcj_key_free(key);
}

static void make_kinds(void)
{
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        add_key(algs[i], XCJ_PUBLIC);
        add_key(algs[i], XCJ_PRIVATE);
    }
    char *jwk = prime_jwk(BN_get_rfc3526_prime_2048);
    add_kind("prime n of 2048 bits", "%s,", jwk);
    free(jwk);
    jwk = prime_jwk(BN_get_rfc3526_prime_8192);
    add_kind("prime n of 8192 bits", "%s,", jwk);
    free(jwk);
    add_kind("off the curve", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"#\",\"x\":\"%s\",\"y\":\"" P256_X "\"},", P256_X);
    add_kind("the shortest", "{\"kty\":\"oct\",\"k\":\"%s\"},", "AA");
    add_kind("broken, with a kid", "{\"kty\":\"oct\",\"kid\":\"#\"%s},", "");
    add_kind("numbers", "1%s,", "");
    add_kind("objects", "{%s},", "");
    add_kind("arrays", "[[[[[[[[[[[[[[[[[[[[%s]]]]]]]]]]]]]]]]]]]],", "");
    add_kind("escapes", "\"%s\\u0041\\n\",", "");
}

static void expect_memory(const char *what, const char *how, size_t base, size_t len)
{
    size_t used = peak - base;
    printf("%-24s %-20s %9zu bytes: %9zu, %zu times\n", what, how, len, used, used / len);
    fflush(stdout);
    ck_assert_msg(used <= FACTOR * len + CONSTANT, "%s, %s: %zu bytes took %zu", what, how, len, used);
}

#define MEASURE(what, how, len, call)                                                                                       \
    do {                                                                                                                    \
        size_t base = peak = now_used;                                                                                      \
        call;                                                                                                               \
        expect_memory(what, how, base, len);                                                                                \
    } while (0)

static void read_set(const text *set)
{
    xcj_keyset *made;
    xcj_error err;
    ck_assert_msg(xcj_keyset_from_json(&made, set->ptr, set->len, NULL, &err) == XCJ_OK, "%s", err.message);
    xcj_keyset_free(made);
}

static void read_key(const text *data)
{
    xcj_key *key;
    (void)!xcj_key_from_data(&key, (uint8_t *)data->ptr, data->len, NULL, NULL);
    xcj_key_free(key);
}

static void read_secret(const text *data)
{
    xcj_key *key;
    (void)!xcj_key_from_secret(&key, (uint8_t *)data->ptr, data->len, NULL, NULL);
    xcj_key_free(key);
}

static void read_certificate(const text *data)
{
    xcj_certificate facts;
    (void)!xcj_certificate_read(&facts, data->ptr, data->len, NULL);
}

static void read_config(const text *data)
{
    xcj_minter *minter;
    (void)!xcj_kong_minter_from_config(&minter, data->ptr, data->len, NULL, NULL, NULL);
    xcj_minter_free(minter);
}

static void look_at(const text *data)
{
    xcj_unverified *parts;
    (void)!xcj_unverified_decode(&parts, data->ptr, data->len, NULL);
    xcj_unverified_free(parts);
}

static xcj_verifier *verifier;
static xcj_key *signing;

static void verify(const text *data)
{
    xcj_verified *verified;
    (void)!xcj_verify(&verified, verifier, data->ptr, data->len, NULL, NULL);
    xcj_verified_free(verified);
    (void)!xcj_verify_json(&verified, verifier, data->ptr, data->len, NULL, NULL);
    xcj_verified_free(verified);
}

static const struct reader {
    const char *how;
    void (*read)(const text *data);
} readers[] = { { "as a key", read_key },
                { "as a secret", read_secret },
                { "as a certificate", read_certificate },
                { "as a configuration", read_config },
                { "looked at", look_at },
                { "verified", verify } };

static void measure(const char *what, text data)
{
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        MEASURE(what, readers[i].how, data.len, readers[i].read(&data));
    }
    free(data.ptr);
}

/* A token of these claims, signed, so that all of it is read. */
static void measure_claims(const char *what, text claims)
{
    char *token;
    text data;
    ck_assert_int_eq(xcj_jws_sign(&token, &data.len, claims.ptr, claims.len, signing, NULL, NULL, NULL), XCJ_OK);
    data.ptr = token;
    MEASURE(what, "claims verified", data.len, verify(&data));
    MEASURE(what, "claims looked at", data.len, look_at(&data));
    xcj_free(token);
    free(claims.ptr);
}

static void measure_texts(void)
{
    size_t size = MEGABYTE - 1000;
    measure("members", fill("{", "\"#\":1,", "}", 400000));
    measure("nested members", fill("{\"a\":{", "\"#\":1,", "}}", 400000));
    measure("signatures", fill("{\"payload\":\"e30\",\"signatures\":[", "{\"signature\":\"\"},", "]}", 400000));
    measure("a set", fill("{\"keys\":[", "1,", "]}", 100000));
    measure("blocks", fill("", "-----BEGIN X-----\nAA==\n-----END X-----\n", "", size));
    measure("a printed certificate",
            fill("Certificate:\n", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "x", size));
    measure("base64", fill("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "MIIBCgKC", "", size));
    measure("empty SEQUENCEs", fill("0", "0", "", size));
    measure("a map of texts",
            fill("{", "\"#\":\"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\",", "}", size));
    measure("UTF-16", fill("\xff\xfe", "AA", "", size));
    measure("escaped newlines", fill("-----BEGIN X-----", "\\\\n", "-----END X-----", size));
    measure("wrong dashes", fill("-----BEGIN X-----\nAA==\n-----END X-----\n", "- BEGIN\n", "", size));
    measure("an x5c", fill("{\"kty\":\"oct\",\"k\":\"AA\",\"x5c\":[", "\"\",", "]}", 180000));
    measure_claims("members", fill("{", "\"#\":1,", "}", 400000));
    measure_claims("audiences", fill("{\"aud\":[", "\"\",", "]}", 150000));
    measure_claims("one string", fill("{\"a\":\"", "\\u0041", "\"}", size));
    measure_claims("numbers", fill("{\"exp\":1", "0", "}", size));
}

START_TEST(memory)
{
    make_kinds();
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.allow_no_exp = 1;
    signing = key_for(XCJ_HS256);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, signing, &policy, NULL), XCJ_OK);
    for (size_t i = 0; i < kinds_count; i++) {
        text set = fill("{\"keys\":[", kinds[i].unit, "]}", MEGABYTE);
        read_set(&set); /* what OpenSSL fetches once is no part of it */
        MEASURE(kinds[i].name, "as a set", set.len, read_set(&set));
        free(set.ptr);
    }
    measure_texts();
    xcj_verifier_free(verifier);
    xcj_key_free(signing);
}
END_TEST

static double processor_seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

START_TEST(processor_time)
{
    make_kinds();
    for (size_t i = 0; i < kinds_count; i++) {
        text set = fill("{\"keys\":[", kinds[i].unit, "]}", MEGABYTE);
        double begin = processor_seconds();
        read_set(&set);
        double used = processor_seconds() - begin;
        printf("%-24s %.2f s\n", kinds[i].name, used);
        ck_assert_msg(used <= SECONDS, "%s: a megabyte took %.2f s", kinds[i].name, used);
        free(set.ptr);
    }
}
END_TEST

/* Finding p and q takes exponentiations: how many, and of which size, is bounded. */
static const struct lone_key {
    const char *name;
    BIGNUM *(*primes[3])(BIGNUM *);
    xcj_code code;
} lone_keys[] = {
    { "two primes, 3584 bits", { BN_get_rfc3526_prime_1536, BN_get_rfc3526_prime_2048, NULL }, XCJ_OK },
    { "a prime, 2048 bits", { BN_get_rfc3526_prime_2048, NULL, NULL }, XCJ_ERR_KEY },
    { "a prime, 4096 bits", { BN_get_rfc3526_prime_4096, NULL, NULL }, XCJ_ERR_KEY },
    { "a prime, 8192 bits", { BN_get_rfc3526_prime_8192, NULL, NULL }, XCJ_ERR_LIMIT },
    { "three primes, 3840 bits",
      { BN_get_rfc2409_prime_768, BN_get_rfc2409_prime_1024, BN_get_rfc3526_prime_2048 },
      XCJ_ERR_KEY },
    { "a square, 4096 bits", { BN_get_rfc3526_prime_2048, BN_get_rfc3526_prime_2048, NULL }, XCJ_ERR_KEY },
    { "a cube, 3072 bits",
      { BN_get_rfc2409_prime_1024, BN_get_rfc2409_prime_1024, BN_get_rfc2409_prime_1024 },
      XCJ_ERR_KEY },
    { "a square, 16384 bits", { BN_get_rfc3526_prime_8192, BN_get_rfc3526_prime_8192, NULL }, XCJ_ERR_LIMIT },
};

START_TEST(time_of_a_key)
{
    const struct lone_key *row = &lone_keys[_i];
    char *jwk = product_jwk(row->primes);
    xcj_key *key;
    xcj_error err;
    char *pem = NULL;
    size_t len;
    double begin = processor_seconds();
    xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err);
    if (code == XCJ_OK) {
        code = xcj_key_to_pem(&pem, &len, key, XCJ_PRIVATE, &err);
    }
    double used = processor_seconds() - begin;
    printf("%-24s %.2f s\n", row->name, used);
    ck_assert_msg(code == row->code, "%s: %s: %s", row->name, xcj_code_name(code), err.message);
    ck_assert_msg(used <= KEY_SECONDS, "%s: reading and writing it took %.2f s", row->name, used);
    xcj_free(pem);
    xcj_key_free(key);
    free(jwk);
}
END_TEST

int main(int argc, char **argv)
{
    bool is_memory = argc == 2 && strcmp(argv[1], "memory") == 0;
    if (!is_memory && (argc != 2 || strcmp(argv[1], "time") != 0)) {
        fprintf(stderr, "usage: cost memory | time\n");
        return 2;
    }
    if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1) {
        return 1;
    }
    TCase *tcase = tcase_create("cost");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, is_memory ? memory : processor_time);
    if (!is_memory) {
        tcase_add_loop_test(tcase, time_of_a_key, 0, (int)COUNT_OF(lone_keys));
    }
    Suite *suite = suite_create("cost");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
