/*
 * pools.h: what the generated calls of the API are made with: for each type of a parameter a pool with NULL, valid values
 * and malformed ones. choose() is the including program's: calls.c goes through all combinations, fuzz_api.c through those
 * that the fuzzer asks for.
 */
#ifndef XCJ_TESTS_API_POOLS_H
#define XCJ_TESTS_API_POOLS_H

#include <openssl/evp.h>
#include <xcj/openssl.h>

#include "tests/fuzz/fuzz.h"

/* A number from 0 to count - 1. */
static size_t choose(size_t count);

/* An output that must be overwritten. */
static char poison;
#define POISON ((void *)&poison)

/* One of the arguments makes success impossible. */
static bool is_refused;

static bool is_zero(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    while (len > 0 && at[len - 1] == 0) {
        len--;
    }
    return len == 0;
}

#define CONFIG "{\"iss\":\"I\",\"private_jwk\":" HS256_JWK "}"

typedef struct view {
    const void *ptr;
    size_t len;
} view;

static xcj_key *oct_key, *ec_key, *public_key;
static xcj_keyset *set;
static xcj_minter *minter, *other_minter;
static xcj_identities *identities;
static xcj_keyset *own_keys;
static xcj_rotation *rotation;
static xcj_caller *caller;
static xcj_verifier *verifier, *issuer_verifier;
static xcj_verified *verified;
static xcj_unverified *unverified;
static xcj_scratch *scratch;
static EVP_PKEY *pkey;
static char *token, *json_token, *pem;
static uint8_t *der;
static size_t token_len, json_token_len, pem_len, der_len;
static view further; /* the fuzzer's own text */

static void base_xcj_mint_options(xcj_mint_options *s)
{
    *s = (xcj_mint_options)XCJ_MINT_OPTIONS_INIT;
    s->iss = xcj_text("I");
    s->consumer_optional = 1;
}

static void base_xcj_verify_options(xcj_verify_options *s)
{
    *s = (xcj_verify_options)XCJ_VERIFY_OPTIONS_INIT;
    s->allow_no_exp = 1;
    s->cache_bytes = 65536;
}

static void make_tokens(void)
{
    static const char claims[] = "{\"iss\":\"I\",\"aud\":[\"a\",\"b\"],\"n\":1,\"t\":true,\"client_id\":\"c\"}";
    const xcj_jws_signer signer = { oct_key, NULL };
    must(xcj_jws_sign(&token, &token_len, claims, sizeof claims - 1, oct_key, NULL, NULL, NULL) == XCJ_OK, "xcj_jws_sign");
    must(xcj_jws_sign_json(&json_token, &json_token_len, claims, sizeof claims - 1, &signer, 1, NULL, NULL) == XCJ_OK,
         "xcj_jws_sign_json");
    must(xcj_verify(&verified, verifier, token, token_len, NULL, NULL) == XCJ_OK, "xcj_verify");
    must(xcj_unverified_decode(&unverified, token, token_len, NULL) == XCJ_OK, "xcj_unverified_decode");
}

static xcj_caller *new_caller(void)
{
    xcj_caller *made;
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("a");
    must(xcj_caller_new(&made, minter, &auth, NULL, NULL) == XCJ_OK, "xcj_caller_new");
    return made;
}

static void make_pools(void)
{
    static const char jwks[] = "{\"keys\":[" HS256_JWK "," ES256_JWK ",{}]}";
    xcj_mint_options minting;
    xcj_verify_options policy;
    base_xcj_mint_options(&minting);
    base_xcj_verify_options(&policy);
    oct_key = key_of(HS256_JWK);
    ec_key = key_of(ES256_JWK);
    must(xcj_keyset_from_json(&set, jwks, sizeof jwks - 1, NULL, NULL) == XCJ_OK, "xcj_keyset_from_json");
    minting.reuse = 60;
    must(xcj_minter_new(&minter, oct_key, &minting, NULL) == XCJ_OK, "xcj_minter_new");
    minting.reuse = 0;
    minting.alg = XCJ_ES256;
    must(xcj_minter_new(&other_minter, ec_key, &minting, NULL) == XCJ_OK, "xcj_minter_new");
    must(xcj_verifier_new(&verifier, set, &policy, NULL) == XCJ_OK, "xcj_verifier_new");
    policy.issuer = xcj_text("I");
    must(xcj_verifier_new(&issuer_verifier, set, &policy, NULL) == XCJ_OK, "xcj_verifier_new");
    must(xcj_identities_from_json(&identities, "{}", 2, NULL) == XCJ_OK, "xcj_identities_from_json");
    must(xcj_keyset_from_keys(&own_keys, (const xcj_key *const *)&ec_key, 1, NULL) == XCJ_OK, "xcj_keyset_from_keys");
    must(xcj_rotation_new(&rotation, own_keys, NULL, NULL) == XCJ_OK, "xcj_rotation_new");
    caller = new_caller();
    must(xcj_scratch_new(&scratch, NULL) == XCJ_OK, "xcj_scratch_new");
    must(xcj_key_to_pem(&pem, &pem_len, ec_key, XCJ_PUBLIC, NULL) == XCJ_OK, "xcj_key_to_pem");
    must(xcj_key_from_pem(&public_key, pem, pem_len, NULL, NULL) == XCJ_OK, "xcj_key_from_pem");
    must(xcj_key_to_der(&der, &der_len, ec_key, XCJ_PRIVATE, NULL) == XCJ_OK, "xcj_key_to_der");
    must(xcj_key_to_pkey(&pkey, ec_key, XCJ_PRIVATE, NULL) == XCJ_OK, "xcj_key_to_pkey");
    make_tokens();
}

static view pick_view(void)
{
    const view pool[] = {
        { NULL, 0 },
        { NULL, 5 },
        { "", 0 },
        { token, token_len },
        { json_token, json_token_len },
        { HS256_JWK, sizeof HS256_JWK - 1 },
        { CONFIG, sizeof CONFIG - 1 },
        { pem, pem_len },
        { der, der_len },
        { "{\"keys\":[]}", 11 },
        { "aud", 3 },
        { "/aud/1", 6 },
        { "n", 1 },
        { "t", 1 },
        { "\xff\0{", 3 },
        further,
    };
    return pool[choose(sizeof pool / sizeof *pool)];
}

static void base_xcj_auth(xcj_auth *s)
{
    *s = (xcj_auth)XCJ_AUTH_INIT;
    s->methods = (uint32_t)choose(6) << choose(2);
    s->authorization = xcj_text(choose(2) > 0 ? "Basic dTpw" : NULL);
    s->client_dn = xcj_text("CN=x");
    s->api_key = xcj_text("key");
    s->audience = xcj_text("a");
}

static void base_xcj_key_options(xcj_key_options *s)
{
    *s = (xcj_key_options)XCJ_KEY_OPTIONS_INIT;
    s->allow_weak_secret = 1;
}

static void base_xcj_key_labels(xcj_key_labels *s)
{
    *s = (xcj_key_labels)XCJ_KEY_LABELS_INIT;
    s->use = xcj_text(choose(2) > 0 ? "sig" : NULL);
}

static void base_xcj_rotation_options(xcj_rotation_options *s)
{
    *s = (xcj_rotation_options)XCJ_ROTATION_OPTIONS_INIT;
    s->lead = (int64_t)choose(2);
    s->before = choose(2) > 0 ? rotation : NULL;
}

/* Without a passphrase: to stretch one takes a quarter of a second. */
static void base_xcj_export_options(xcj_export_options *s)
{
    *s = (xcj_export_options)XCJ_EXPORT_OPTIONS_INIT;
    s->encoding = (xcj_encoding)choose(5);
    s->der = (int)choose(2);
    s->labels = (int)choose(2);
}

static void base_xcj_jws_options(xcj_jws_options *s)
{
    *s = (xcj_jws_options)XCJ_JWS_OPTIONS_INIT;
    s->detached = (int)choose(2);
}

static void base_xcj_pkey_options(xcj_pkey_options *s)
{
    *s = (xcj_pkey_options)XCJ_PKEY_OPTIONS_INIT;
}

static void base_xcj_verify_call(xcj_verify_call *s)
{
    *s = (xcj_verify_call)XCJ_VERIFY_CALL_INIT;
    s->payload = xcj_text(choose(2) > 0 ? "{}" : NULL);
    s->has_now = (int)choose(2);
}

static void base_xcj_dpop_options(xcj_dpop_options *s)
{
    *s = (xcj_dpop_options)XCJ_DPOP_OPTIONS_INIT;
}

static void base_xcj_dpop_request(xcj_dpop_request *s)
{
    *s = (xcj_dpop_request)XCJ_DPOP_REQUEST_INIT;
    s->proof = xcj_text(choose(2) > 0 ? "a.b.c" : NULL);
    s->method = xcj_text(choose(4) > 0 ? "GET" : NULL);
    s->uri = xcj_text(choose(4) > 0 ? "https://a/b" : "b");
}

static void base_xcj_refresh_options(xcj_refresh_options *s)
{
    *s = (xcj_refresh_options)XCJ_REFRESH_OPTIONS_INIT;
    s->min_fresh = choose(2) > 0 ? 1 : 0;
}

static void base_xcj_audit(xcj_audit *s)
{
    static xcj_auth auth = XCJ_AUTH_INIT;
    static xcj_error refusal = { .code = XCJ_ERR_CREDENTIAL };
    *s = (xcj_audit)XCJ_AUDIT_INIT;
    s->auth = choose(2) > 0 ? &auth : NULL;
    s->token = xcj_text(choose(2) > 0 ? "a.b.c" : NULL);
    s->refusal = choose(2) > 0 ? &refusal : NULL;
}

static int sign_nothing(void *context, uint8_t *signature, size_t *signature_len, const xcj_sign_request *request)
{
    (void)context;
    (void)signature;
    (void)signature_len;
    (void)request;
    return 1;
}

static void base_xcj_signer(xcj_signer *s)
{
    *s = (xcj_signer)XCJ_SIGNER_INIT;
    s->sign = choose(2) > 0 ? sign_nothing : NULL;
}

/* Handles: borrowed, or a reference that the call gives back. */
#define HANDLE(type, given)                                                                                                 \
    static const type *pick_const_##type##_P(void)                                                                          \
    {                                                                                                                       \
        return choose(2) > 0 ? (given) : NULL;                                                                              \
    }                                                                                                                       \
    static void drop_##type##_PP(type *made)                                                                                \
    {                                                                                                                       \
        type##_free(made);                                                                                                  \
    }
#define SHARED(type, given)                                                                                                 \
    HANDLE(type, given)                                                                                                     \
    static type *fresh_##type##_P(void)                                                                                     \
    {                                                                                                                       \
        return choose(2) > 0 ? type##_ref(given) : NULL;                                                                    \
    }                                                                                                                       \
    static void drop_##type##_P(type *made)                                                                                 \
    {                                                                                                                       \
        type##_free(made);                                                                                                  \
    }

static xcj_key *some_key(void)
{
    const size_t which = choose(3);
    return which == 0 ? oct_key : which == 1 ? ec_key : public_key;
}

SHARED(xcj_key, some_key())
SHARED(xcj_keyset, choose(2) > 0 ? own_keys : set)
SHARED(xcj_rotation, rotation)
SHARED(xcj_minter, minter)
SHARED(xcj_verifier, verifier)
SHARED(xcj_identities, identities)
HANDLE(xcj_caller, caller)
HANDLE(xcj_verified, verified)
HANDLE(xcj_unverified, unverified)

static xcj_caller *fresh_xcj_caller_P(void)
{
    return choose(2) > 0 ? new_caller() : NULL;
}

static xcj_verified *fresh_xcj_verified_P(void)
{
    xcj_verified *made = NULL;
    if (choose(2) > 0) {
        must(xcj_verify(&made, verifier, token, token_len, NULL, NULL) == XCJ_OK, "xcj_verify");
    }
    return made;
}

static xcj_unverified *fresh_xcj_unverified_P(void)
{
    xcj_unverified *made = NULL;
    if (choose(2) > 0) {
        must(xcj_unverified_decode(&made, token, token_len, NULL) == XCJ_OK, "xcj_unverified_decode");
    }
    return made;
}

static xcj_scratch *pick_xcj_scratch_P(void)
{
    return choose(2) > 0 ? scratch : NULL;
}

static const xcj_scratch *pick_const_xcj_scratch_P(void)
{
    return pick_xcj_scratch_P();
}

static xcj_scratch *fresh_xcj_scratch_P(void)
{
    xcj_scratch *made = NULL;
    if (choose(2) > 0) {
        must(xcj_scratch_new(&made, NULL) == XCJ_OK, "xcj_scratch_new");
    }
    return made;
}

static void drop_xcj_scratch_PP(xcj_scratch *made)
{
    xcj_scratch_free(made);
}

static void *fresh_void_P(void)
{
    char *made = NULL;
    size_t len;
    if (choose(2) > 0) {
        must(xcj_key_to_jwk(&made, &len, oct_key, XCJ_PRIVATE, NULL) == XCJ_OK, "xcj_key_to_jwk");
    }
    return made;
}

static void drop_char_PP(char *made)
{
    xcj_free(made);
}

static void drop_uint8_t_PP(uint8_t *made)
{
    xcj_free(made);
}

static void drop_xcj_str_PP(xcj_str *made)
{
    xcj_free(made);
}

static struct evp_pkey_st *pick_struct_evp_pkey_st_P(void)
{
    return choose(2) > 0 ? pkey : NULL;
}

static void drop_struct_evp_pkey_st_PP(struct evp_pkey_st *made)
{
    EVP_PKEY_free(made);
}

static const xcj_error *pick_const_xcj_error_P(void)
{
    static xcj_error failure;
    memset(&failure, choose(2) > 0 ? 'x' : 0, sizeof failure);
    return choose(2) > 0 ? &failure : NULL;
}

static const char *pick_const_char_P(void)
{
    return choose(2) > 0 ? "text" : NULL;
}

/* A buffer and its length. */
static char *pick_array_char_P(size_t *cap)
{
    static char room[4096];
    static const size_t caps[] = { 0, 7, sizeof room };
    *cap = caps[choose(3)];
    return choose(2) > 0 ? room : NULL;
}

static uint8_t *pick_array_uint8_t_P(size_t *cap)
{
    static uint8_t room[XCJ_SIGNATURE_MAX];
    static const size_t caps[] = { 0, 7, sizeof room };
    *cap = caps[choose(3)];
    return choose(2) > 0 ? room : NULL;
}

/* A signing input: absent, a text, and what a minter or another has prepared. */
static xcj_str pick_xcj_str(void)
{
    static char room[1024];
    xcj_auth auth = XCJ_AUTH_INIT;
    size_t len = 0;
    const size_t which = choose(5);
    if (which < 3) {
        return (xcj_str){ which > 0 ? "e30.e30" : NULL, which > 1 ? 0 : 7 };
    }
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = auth.audience = xcj_text("a");
    must(xcj_mint_prepare(room, sizeof room, &len, which == 4 ? other_minter : minter, &auth, NULL, NULL) == XCJ_OK,
         "xcj_mint_prepare");
    return (xcj_str){ room, len };
}

static const xcj_jws_signer *pick_array_const_xcj_jws_signer_P(size_t *count)
{
    static xcj_jws_signer signers[2];
    signers[0] = (xcj_jws_signer){ oct_key, NULL };
    signers[1] = (xcj_jws_signer){ choose(2) > 0 ? oct_key : NULL, NULL };
    *count = choose(3);
    return choose(2) > 0 ? signers : NULL;
}

static const xcj_key *const *pick_array_const_xcj_key_PconstP(size_t *count)
{
    static const xcj_key *keys[2];
    keys[0] = oct_key;
    keys[1] = choose(2) > 0 ? ec_key : NULL;
    *count = choose(3);
    is_refused = is_refused || (keys[1] == NULL && *count == 2);
    return choose(2) > 0 ? keys : NULL;
}

/* One row; the same row twice and none in a second are refused. */
static const xcj_verifier *const *pick_array_const_xcj_verifier_PconstP(size_t *count)
{
    static const xcj_verifier *rows[2];
    rows[0] = issuer_verifier;
    rows[1] = choose(2) > 0 ? issuer_verifier : NULL;
    *count = choose(3);
    is_refused = is_refused || *count == 2;
    return choose(2) > 0 ? rows : NULL;
}

static xcj_alg *pick_array_xcj_alg_P(size_t *cap)
{
    static xcj_alg algs[4];
    *cap = 2 * choose(3);
    return choose(2) > 0 ? algs : NULL;
}

static xcj_alg pick_xcj_alg(void)
{
    static const xcj_alg pool[] = { XCJ_ALG_NONE, XCJ_HS256, XCJ_ES256, XCJ_ED448, (xcj_alg)17, (xcj_alg)INT32_MAX };
    return pool[choose(sizeof pool / sizeof *pool)];
}

/* Enumerators, and numbers before and behind them. */
#define NUMBERS(type, count)                                                                                                \
    static type pick_##type(void)                                                                                           \
    {                                                                                                                       \
        const size_t which = choose((count) + 1);                                                                           \
        return (type)(which < (count) ? which : INT32_MAX);                                                                 \
    }

NUMBERS(xcj_code, 100)
NUMBERS(xcj_hash, 5)
NUMBERS(xcj_part, 4)
NUMBERS(xcj_use, 4)
NUMBERS(xcj_kty, 6)
NUMBERS(xcj_curve, 10)
NUMBERS(xcj_where, 4)
NUMBERS(int, 2)
NUMBERS(xcj_refresh_need, 3)

static unsigned pick_unsigned(void)
{
    static const unsigned pool[] = { 0, 1, 256, 4096, UINT32_MAX };
    return pool[choose(sizeof pool / sizeof *pool)];
}

static size_t pick_size_t(void)
{
    static const size_t pool[] = { 0, 1, 100, SIZE_MAX / 8 };
    return pool[choose(sizeof pool / sizeof *pool)];
}

static uint32_t pick_uint32_t(void)
{
    static const uint32_t pool[] = { 0, 1, 0x200b, 0x10ffff, UINT32_MAX };
    return pool[choose(sizeof pool / sizeof *pool)];
}

static int64_t pick_int64_t(void)
{
    static const int64_t pool[] = { INT64_MIN, -1, 0, 1700000000, INT64_MAX };
    return pool[choose(sizeof pool / sizeof *pool)];
}

static uint64_t pick_uint64_t(void)
{
    return choose(3);
}

/* Nothing known; a set and a fetch; and members that no function here has written. */
static xcj_refresh_state *pick_xcj_refresh_state_P(void)
{
    static xcj_refresh_state state;
    static const xcj_refresh_state states[] = { { 0, 0, 0, 0, 0, 0, 0 },
                                                { 1, 1, 1700000000, 0, 1, 1699999999, 300 },
                                                { 1, 1, INT64_MAX, UINT64_MAX, 1, INT64_MIN, INT64_MAX } };
    state = states[choose(sizeof states / sizeof *states)];
    return choose(2) > 0 ? &state : NULL;
}

static const xcj_refresh_state *pick_const_xcj_refresh_state_P(void)
{
    return pick_xcj_refresh_state_P();
}

#ifdef XCJ_API_BRIDGE
#include "bridge.h"
#endif

#include "calls.inc"

#endif
