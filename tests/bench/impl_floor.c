/*
 * The floor: the bare OpenSSL operation on an input that is ready, every context kept. What a token costs beyond this is the
 * library's own.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rsa.h>

#include "tests/bench/bench.h"
#include "tests/bench/oracle.h"

typedef struct own {
    const bench_case *what;
    EVP_PKEY *key;
    EVP_MD *sha256;
    EVP_MD_CTX *md;
    EVP_MD_CTX *eddsa; /* ready to sign or verify; a call works on a copy, as OpenSSL 3.5 refuses to begin a second time */
    EVP_PKEY_CTX *ctx;
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_ctx;
    const char *ready_for; /* the token that signing input and signature below are of */
    bench_text signing_input;
    unsigned char sig[ORACLE_SIGNATURE_MAX]; /* as OpenSSL wants it */
    size_t sig_len;
    unsigned char out[ORACLE_SIGNATURE_MAX];
} own;

static bool can(const bench_case *what)
{
    return what->job != BENCH_CONVERT;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    EVP_PKEY_free(mine->key);
    EVP_MD_free(mine->sha256);
    EVP_MD_CTX_free(mine->md);
    EVP_MD_CTX_free(mine->eddsa);
    EVP_PKEY_CTX_free(mine->ctx);
    EVP_MAC_CTX_free(mine->mac_ctx);
    EVP_MAC_free(mine->mac);
    free(mine);
}

static bool enter_mac(own *mine)
{
    unsigned char secret[128];
    size_t len = sizeof(secret);
    char name[] = "SHA256";
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end() };
    mine->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    mine->mac_ctx = mine->mac == NULL ? NULL : EVP_MAC_CTX_new(mine->mac);
    return mine->mac_ctx != NULL && EVP_PKEY_get_raw_private_key(mine->key, secret, &len) == 1 &&
           EVP_MAC_init(mine->mac_ctx, secret, len, params) == 1;
}

static bool enter_eddsa(own *mine)
{
    mine->eddsa = EVP_MD_CTX_new();
    int started = mine->what->job == BENCH_MINT ? EVP_DigestSignInit(mine->eddsa, NULL, NULL, NULL, mine->key)
                                                : EVP_DigestVerifyInit(mine->eddsa, NULL, NULL, NULL, mine->key);
    return started == 1;
}

static bool enter_pkey(own *mine)
{
    mine->ctx = EVP_PKEY_CTX_new(mine->key, NULL);
    int started = mine->what->job == BENCH_MINT ? EVP_PKEY_sign_init(mine->ctx) : EVP_PKEY_verify_init(mine->ctx);
    if (mine->ctx == NULL || started != 1 || EVP_PKEY_CTX_set_signature_md(mine->ctx, EVP_sha256()) != 1) {
        return false;
    }
    return strcmp(mine->what->key->alg, "PS256") != 0 ||
           (EVP_PKEY_CTX_set_rsa_padding(mine->ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(mine->ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static void *enter(const bench_case *what, void *shared)
{
    (void)shared;
    own *mine = calloc(1, sizeof(*mine));
    if (mine == NULL) {
        return NULL;
    }
    mine->what = what;
    bench_kty kty = what->key->kty;
    mine->signing_input = what->signing_input;
    mine->key = oracle_key(what->key);
    mine->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    mine->md = EVP_MD_CTX_new();
    bool ready = mine->key != NULL && mine->sha256 != NULL && mine->md != NULL &&
                 (kty == BENCH_OCT   ? enter_mac(mine)
                  : kty == BENCH_OKP ? enter_eddsa(mine)
                                     : enter_pkey(mine));
    if (!ready) {
        leave(mine);
        return NULL;
    }
    return mine;
}

static bool mac(own *mine, unsigned char *out)
{
    size_t len;
    return EVP_MAC_init(mine->mac_ctx, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(mine->mac_ctx, (const unsigned char *)mine->signing_input.ptr, mine->signing_input.len) == 1 &&
           EVP_MAC_final(mine->mac_ctx, out, &len, ORACLE_SIGNATURE_MAX) == 1;
}

static bool hash(own *mine, unsigned char out[32])
{
    return EVP_DigestInit_ex2(mine->md, mine->sha256, NULL) == 1 &&
           EVP_DigestUpdate(mine->md, mine->signing_input.ptr, mine->signing_input.len) == 1 &&
           EVP_DigestFinal_ex(mine->md, out, NULL) == 1;
}

static bool sign(own *mine, bench_text *out)
{
    unsigned char md[32];
    const unsigned char *input = (const unsigned char *)mine->signing_input.ptr;
    bench_kty kty = mine->what->key->kty;
    bool done;
    out->ptr = (const char *)mine->out;
    out->len = kty == BENCH_OCT ? 32 : sizeof(mine->out);
    if (kty == BENCH_OCT) {
        done = mac(mine, mine->out);
    } else if (kty == BENCH_OKP) {
        done = EVP_MD_CTX_copy_ex(mine->md, mine->eddsa) == 1 &&
               EVP_DigestSign(mine->md, mine->out, &out->len, input, mine->signing_input.len) == 1;
    } else {
        done = hash(mine, md) && EVP_PKEY_sign(mine->ctx, mine->out, &out->len, md, sizeof(md)) == 1;
    }
    return done;
}

/* Takes a token apart, outside of what is measured. */
static bool make_ready(own *mine, bench_text token)
{
    const char *dot = strrchr(token.ptr, '.');
    size_t len = 0;
    unsigned char *sig = oracle_decode(dot + 1, strlen(dot + 1), &len);
    if (sig == NULL || len > sizeof(mine->sig)) {
        free(sig);
        return false;
    }
    memcpy(mine->sig, sig, len);
    mine->sig_len = len;
    bool done = mine->what->key->kty != BENCH_EC || (len == 64 && oracle_es256_to_der(sig, mine->sig, &mine->sig_len));
    free(sig);
    mine->signing_input = (bench_text){ token.ptr, (size_t)(dot - token.ptr) };
    mine->ready_for = token.ptr;
    return done;
}

static bool verify(own *mine)
{
    unsigned char md[ORACLE_SIGNATURE_MAX];
    const unsigned char *input = (const unsigned char *)mine->signing_input.ptr;
    switch (mine->what->key->kty) {
    case BENCH_OCT:
        return mac(mine, md) && mine->sig_len == 32 && CRYPTO_memcmp(md, mine->sig, 32) == 0;
    case BENCH_OKP:
        return EVP_MD_CTX_copy_ex(mine->md, mine->eddsa) == 1 &&
               EVP_DigestVerify(mine->md, mine->sig, mine->sig_len, input, mine->signing_input.len) == 1;
    case BENCH_RSA:
    case BENCH_EC:
        return hash(mine, md) && EVP_PKEY_verify(mine->ctx, mine->sig, mine->sig_len, md, 32) == 1;
    }
    return false;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    if (mine->what->job == BENCH_MINT) {
        return sign(mine, out);
    }
    return (input.ptr == mine->ready_for || make_ready(mine, input)) && verify(mine);
}

const bench_impl bench_floor = { "floor", true, can, NULL, NULL, enter, leave, run };
