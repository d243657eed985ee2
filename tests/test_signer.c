#include "check_main.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xcj/openssl.h>

#include "fixtures.h"
#include "lib/codec/der.h"
#include "lib/key/key.h"

static _Thread_local xcj_error err;

static const xcj_alg ALGS[] = {
    XCJ_RS256, XCJ_RS384, XCJ_RS512,  XCJ_PS256, XCJ_PS384,   XCJ_PS512, XCJ_ES256,
    XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_EDDSA, XCJ_ED25519, XCJ_ED448,
};

typedef enum mood {
    HONEST,
    FAILS,
    TOO_SHORT,
    TOO_LONG,
    CLAIMS_TOO_MUCH, /* a length beyond its room */
    SILENT,          /* 0, and no length */
    LIES,            /* the right length, another input */
    WRITES_DER
} mood;

/* A KMS: its key, how it behaves, and what it has seen. */
typedef struct kms {
    xcj_key *key;
    mood mood;
    atomic_int calls;
    atomic_int released;
} kms;

/* The hash is that of the input, and right for the algorithm. */
static void check_request(const xcj_sign_request *request)
{
    static const char *const names[] = { "SHA256", "SHA384", "SHA512" };
    const char *name = xcj_alg_name(request->alg);
    ck_assert_uint_eq(request->size, sizeof *request);
    if (name[0] == 'E' && name[1] == 'd') {
        ck_assert_ptr_null(request->hash);
        ck_assert_uint_eq(request->hash_len, 0);
        return;
    }
    uint8_t hash[64];
    size_t len;
    size_t which = name[2] == '2' ? 0 : name[2] == '3' ? 1 : 2;
    ck_assert_int_eq(EVP_Q_digest(NULL, names[which], NULL, request->input, request->input_len, hash, &len), 1);
    ck_assert_uint_eq(request->hash_len, len);
    ck_assert_mem_eq(request->hash, hash, len);
}

static int kms_sign(void *context, uint8_t *signature, size_t *signature_len, const xcj_sign_request *request)
{
    kms *self = context;
    uint8_t raw[XCJ_SIGNATURE_MAX];
    size_t len;
    atomic_fetch_add(&self->calls, 1);
    check_request(request);
    ERR_raise(ERR_LIB_USER, 7); /* what it leaves in the queue is taken away */
    size_t input_len = request->input_len - (self->mood == LIES ? 1 : 0);
    ck_assert_int_eq(xcj__key_sign(raw, &len, self->key, request->alg, request->input, input_len, NULL, NULL), XCJ_OK);
    ck_assert_uint_eq(len, request->signature_len);
    memcpy(signature, raw, len);
    memset(signature + len, 0xa5, XCJ_SIGNATURE_MAX - len); /* the room is there */
    *signature_len = self->mood == TOO_SHORT         ? len - 1
                     : self->mood == TOO_LONG        ? len + 1
                     : self->mood == CLAIMS_TOO_MUCH ? SIZE_MAX
                     : self->mood == SILENT          ? 0
                                                     : len;
    if (self->mood == WRITES_DER) {
        *signature_len = xcj__der_from_ecdsa(signature, XCJ_SIGNATURE_MAX, raw, len / 2);
    }
    return self->mood == FAILS ? 503 : 0;
}

static void kms_release(void *context)
{
    kms *self = context;
    atomic_fetch_add(&self->released, 1);
}

static xcj_signer signer_of(kms *self, xcj_alg alg)
{
    xcj_signer signer = XCJ_SIGNER_INIT;
    signer.alg = alg;
    signer.sign = kms_sign;
    signer.release = kms_release;
    signer.context = self;
    return signer;
}

static xcj_key *external(const xcj_key *public, const xcj_signer *signer)
{
    xcj_key *key;
    leave_entry();
    ck_assert_msg(xcj_key_from_signer(&key, public, signer, &err) == XCJ_OK, "%s", err.message);
    expect_entry();
    return key;
}

/* Minting by all of its ways, verified by the plain public key. */
static void expect_mints(const xcj_key *key, const xcj_key *public, xcj_alg alg)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_minter *minter;
    xcj_verifier *verifier;
    xcj_scratch *scratch;
    char token[8192];
    size_t len;
    options.iss = xcj_text("https://gw.example");
    options.alg = alg;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    auth.consumer_id = xcj_text("c");
    auth.audience = xcj_text("https://api.example/");
    ck_assert_msg(xcj_minter_new(&minter, key, &options, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, public, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    for (int i = 0; i < 4; i++) {
        uint8_t signature[XCJ_SIGNATURE_MAX];
        size_t signature_len;
        xcj_scratch *with = i % 2 == 0 ? scratch : NULL;
        leave_entry();
        ck_assert_msg(xcj_mint(token, sizeof token, &len, minter, &auth, with, &err) == XCJ_OK, "%s", err.message);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, with, &err), XCJ_OK);
        ck_assert_int_eq(xcj_mint_prepare(token, sizeof token, &len, minter, &auth, with, &err), XCJ_OK);
        ck_assert_int_eq(
            xcj_mint_sign(signature, sizeof signature, &signature_len, minter, (xcj_str){ token, len }, with, &err), XCJ_OK);
        ck_assert_int_eq(xcj_mint_finish(token, sizeof token, &len, minter, signature, signature_len, &err), XCJ_OK);
        ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, &err), XCJ_OK);
        expect_entry();
    }
    xcj_scratch_free(scratch);
    xcj_verifier_free(verifier);
    xcj_minter_free(minter);
}

START_TEST(every_algorithm)
{
    kms self = { .key = key_for(ALGS[_i]) };
    xcj_key *public = public_of(self.key);
    xcj_signer signer = signer_of(&self, ALGS[_i]);
    xcj_key *key = external(public, &signer);
    ck_assert_int_eq(self.calls, 0);
    ck_assert_int_eq(xcj_key_is_private(key), 1);
    ck_assert_int_eq(xcj_key_is_external(key), 1);
    ck_assert_int_eq(xcj_key_is_external(self.key), 0);
    ck_assert_int_eq(xcj_key_alg(key), ALGS[_i]);
    expect_same_key(key, public, XCJ_PUBLIC);
    expect_mints(key, public, ALGS[_i]);
    ck_assert_int_eq(self.calls, 8); /* the minter made none ahead */
    xcj_key *copy;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text("kms-1");
    ck_assert_int_eq(xcj_key_relabel(&copy, key, &labels, &err), XCJ_OK);
    xcj_key_free(key);
    expect_mints(copy, public, ALGS[_i]);
    ck_assert_int_eq(self.released, 0);
    xcj_key_free(copy);
    ck_assert_int_eq(self.released, 1);
    xcj_key_free(public);
    xcj_key_free(self.key);
}
END_TEST

static void expect_no_token(const xcj_key *key, const char *why)
{
    char *token = (char *)&err;
    size_t len = 1;
    leave_entry();
    ck_assert_int_eq(xcj_jws_sign(&token, &len, "{}", 2, key, NULL, NULL, &err), XCJ_ERR_SIGNER);
    expect_error(&err, XCJ_ERR_SIGNER, "");
    ck_assert_msg(strstr(err.message, why) != NULL, "%s", err.message);
    ck_assert_ptr_null(token);
    ck_assert_uint_eq(len, 0);
    expect_entry();
    char buf[4096] = { 0 };
    char zero[sizeof buf] = { 0 };
    xcj_minter *minter;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_mint_claims(buf, sizeof buf, &len, minter, "{}", 2, NULL, NULL, &err), XCJ_ERR_SIGNER);
    ck_assert_uint_eq(len, 0);
    ck_assert_mem_eq(buf, zero, sizeof buf);
    ck_assert_int_eq(xcj_code_http_status(err.code), 500);
    xcj_minter_free(minter);
}

/* Every way to go wrong gives an error and no token; the same signer, honest, gives one. */
START_TEST(one_that_fails_or_lies)
{
    static const struct {
        mood mood;
        const char *why;
    } moods[] = {
        { FAILS, "503" },           { TOO_SHORT, "has" },      { TOO_LONG, "has" },
        { CLAIMS_TOO_MUCH, "has" }, { SILENT, "has 0 bytes" }, { LIES, "not that of the public key" },
    };
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_PS256, XCJ_ES256, XCJ_ES512, XCJ_ED25519, XCJ_ED448 };
    kms self = { .key = key_for(algs[_i]) };
    xcj_signer signer = signer_of(&self, algs[_i]);
    xcj_key *key = external(self.key, &signer);
    for (size_t i = 0; i < COUNT_OF(moods); i++) {
        self.mood = moods[i].mood;
        expect_no_token(key, moods[i].why);
    }
    self.mood = HONEST;
    size_t len;
    xcj_free(signed_by(key, "{}", NULL, &len));
    xcj_key_free(key);
    xcj_key_free(self.key);
}
END_TEST

/* Of a trusted one the length alone is checked. */
START_TEST(one_that_is_trusted)
{
    kms self = { .key = key_for(XCJ_ES256), .mood = LIES };
    xcj_signer signer = signer_of(&self, XCJ_ES256);
    signer.trusted = 1;
    xcj_key *key = external(self.key, &signer);
    size_t len;
    xcj_free(signed_by(key, "{}", NULL, &len));
    self.mood = TOO_LONG;
    expect_no_token(key, "not DER");
    xcj_key_free(key);
    xcj_key_free(self.key);
}
END_TEST

/* Prepares a token of the minter; returns the length of the signing input. */
static size_t input_of(char *buf, size_t cap, const xcj_minter *minter)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    size_t len;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    auth.consumer_id = xcj_text("c");
    auth.audience = xcj_text("https://api.example/");
    ck_assert_int_eq(xcj_mint_prepare(buf, cap, &len, minter, &auth, NULL, &err), XCJ_OK);
    return len;
}

/* A signature of the input by the KMS, in its mood. */
static size_t signature_of(uint8_t *signature, kms *self, xcj_alg alg, const char *input, size_t len)
{
    uint8_t raw[XCJ_SIGNATURE_MAX];
    size_t raw_len;
    len -= self->mood == LIES ? 1 : 0;
    ck_assert_int_eq(xcj__key_sign(raw, &raw_len, self->key, alg, input, len, NULL, NULL), XCJ_OK);
    memcpy(signature, raw, raw_len);
    return self->mood == WRITES_DER ? xcj__der_from_ecdsa(signature, XCJ_SIGNATURE_MAX, raw, raw_len / 2) : raw_len;
}

/* Finishes a token with a signature that was obtained elsewhere, and verifies it; on failure expects nothing in the buffer.
 */
static xcj_code finish_later(kms *self, const xcj_key *key, xcj_alg alg)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_minter *minter;
    char buf[8192] = { 0 };
    char zero[sizeof buf] = { 0 };
    uint8_t signature[XCJ_SIGNATURE_MAX];
    options.iss = xcj_text("https://gw.example");
    options.alg = alg;
    ck_assert_msg(xcj_minter_new(&minter, key, &options, &err) == XCJ_OK, "%s", err.message);
    size_t len = input_of(buf, sizeof buf, minter);
    size_t signature_len = signature_of(signature, self, alg, buf, len);
    leave_entry();
    xcj_code code = xcj_mint_finish(buf, sizeof buf, &len, minter, signature, signature_len, &err);
    expect_entry();
    xcj_verifier *verifier;
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, self->key, NULL, NULL), XCJ_OK);
    if (code == XCJ_OK) {
        code = xcj_verify(NULL, verifier, buf, len, NULL, &err);
    } else {
        ck_assert_uint_eq(len, 0);
        ck_assert_mem_eq(buf, zero, sizeof buf);
    }
    xcj_verifier_free(verifier);
    xcj_minter_free(minter);
    return code;
}

/* A signer without a function: the signature is obtained between two steps. */
START_TEST(a_signature_that_comes_later)
{
    kms self = { .key = key_for(ALGS[_i]) };
    xcj_key *public = public_of(self.key);
    xcj_signer signer = signer_of(&self, ALGS[_i]);
    signer.sign = NULL;
    xcj_key *key = external(public, &signer);
    ck_assert_int_eq(finish_later(&self, key, ALGS[_i]), XCJ_OK);
    self.mood = LIES;
    ck_assert_int_eq(finish_later(&self, key, ALGS[_i]), XCJ_ERR_SIGNER);
    expect_error(&err, XCJ_ERR_SIGNER, "");
    self.mood = HONEST;
    expect_no_token(key, "mint in steps");
    ck_assert_int_eq(self.calls, 0);
    xcj_key_free(key);
    ck_assert_int_eq(self.released, 1);
    xcj_key_free(public);
    xcj_key_free(self.key);
}
END_TEST

START_TEST(later_in_der_or_trusted)
{
    kms self = { .key = key_for(XCJ_ES256), .mood = WRITES_DER };
    xcj_signer signer = signer_of(&self, XCJ_ES256);
    signer.sign = NULL;
    xcj_key *key = external(self.key, &signer);
    ck_assert_int_eq(finish_later(&self, key, XCJ_ES256), XCJ_ERR_SIGNER);
    xcj_key_free(key);
    signer.ecdsa_der = 1;
    key = external(self.key, &signer);
    ck_assert_int_eq(finish_later(&self, key, XCJ_ES256), XCJ_OK);
    self.mood = HONEST;
    ck_assert_int_eq(finish_later(&self, key, XCJ_ES256), XCJ_ERR_SIGNER);
    xcj_key_free(key);
    signer.ecdsa_der = 0;
    signer.trusted = 1;
    key = external(self.key, &signer);
    self.mood = LIES; /* the token goes out: verifying it shows that nobody looked */
    ck_assert_int_eq(finish_later(&self, key, XCJ_ES256), XCJ_ERR_SIGNATURE);
    xcj_key_free(key);
    xcj_key_free(self.key);
}
END_TEST

START_TEST(der_where_the_signer_says_so)
{
    static const xcj_alg algs[] = { XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K };
    kms self = { .key = key_for(algs[_i]), .mood = WRITES_DER };
    xcj_signer signer = signer_of(&self, algs[_i]);
    xcj_key *key = external(self.key, &signer);
    expect_no_token(key, "not DER");
    xcj_key_free(key);
    signer.ecdsa_der = 1;
    key = external(self.key, &signer);
    expect_mints(key, self.key, algs[_i]);
    self.mood = HONEST; /* r and s now, where DER was promised */
    expect_no_token(key, "DER");
    self.mood = CLAIMS_TOO_MUCH;
    expect_no_token(key, "DER");
    xcj_key_free(key);
    xcj_key_free(self.key);
}
END_TEST

/* DER is of ECDSA alone: the option changes nothing for other keys. */
START_TEST(der_is_for_ecdsa)
{
    kms self = { .key = key_for(XCJ_ED25519) };
    xcj_signer signer = signer_of(&self, XCJ_ED25519);
    signer.ecdsa_der = 1;
    xcj_key *key = external(self.key, &signer);
    expect_mints(key, self.key, XCJ_ED25519);
    xcj_key_free(key);
    xcj_key_free(self.key);
}
END_TEST

START_TEST(what_is_refused)
{
    kms self = { .key = key_for(XCJ_ES256) };
    xcj_key *secret = key_of("{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}");
    xcj_key *agreement =
        key_of("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08\"}");
    xcj_key *out = secret;
    xcj_signer signer = signer_of(&self, XCJ_RS256);
    ck_assert_int_eq(xcj_key_from_signer(&out, self.key, &signer, &err), XCJ_ERR_ALG);
    ck_assert_ptr_null(out);
    signer.alg = XCJ_ES384;
    ck_assert_int_eq(xcj_key_from_signer(&out, self.key, &signer, &err), XCJ_ERR_ALG);
    signer.alg = (xcj_alg)99;
    ck_assert_int_eq(xcj_key_from_signer(&out, self.key, &signer, &err), XCJ_ERR_ALG_UNKNOWN);
    signer.alg = XCJ_HS256;
    ck_assert_int_eq(xcj_key_from_signer(&out, secret, &signer, &err), XCJ_ERR_KEY_PART);
    signer.alg = XCJ_EDDSA;
    ck_assert_int_eq(xcj_key_from_signer(&out, agreement, &signer, &err), XCJ_ERR_ALG);
    signer = signer_of(&self, XCJ_ES256);
    ck_assert_int_eq(xcj_key_from_signer(&out, NULL, &signer, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_from_signer(&out, self.key, NULL, &err), XCJ_ERR_ARGUMENT);
    signer = signer_of(&self, XCJ_ES256);
    signer.size = 0;
    ck_assert_int_eq(xcj_key_from_signer(&out, self.key, &signer, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(out);
    ck_assert_int_eq(self.released, 0);
    xcj_key_free(agreement);
    xcj_key_free(secret);
    xcj_key_free(self.key);
}
END_TEST

/* The choke point decides as for any other key: use, key_ops, size, algorithm. */
START_TEST(the_choke_point)
{
    static const struct {
        const char *labels;
        xcj_code code;
    } cases[] = {
        { "", XCJ_OK },
        { ",\"key_ops\":[\"verify\"]", XCJ_OK },
        { ",\"key_ops\":[\"sign\"]", XCJ_OK },
        { ",\"key_ops\":[\"encrypt\"]", XCJ_ERR_KEY_USE },
        { ",\"use\":\"sig\"", XCJ_OK },
        { ",\"use\":\"enc\"", XCJ_ERR_KEY_USE },
        { ",\"alg\":\"ES256\"", XCJ_OK },
    };
    kms self = { .key = key_of("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",\"d\":\"" P256_D
                               "\"}") };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char jwk[512];
        snprintf(jwk, sizeof jwk, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"%s}",
                 cases[i].labels);
        xcj_key *public = key_of(jwk);
        xcj_signer signer = signer_of(&self, XCJ_ALG_NONE);
        xcj_key *key = external(public, &signer);
        char *token;
        size_t len;
        ck_assert_msg(xcj_jws_sign(&token, &len, "{}", 2, key, NULL, NULL, &err) == cases[i].code, "%s: %s", jwk,
                      err.message);
        xcj_free(token);
        ck_assert_int_eq(xcj_key_admits(key, XCJ_RS256, XCJ_SIGN, &err), XCJ_ERR_ALG);
        ck_assert_int_eq(xcj_key_admits(key, XCJ_HS256, XCJ_SIGN, &err), XCJ_ERR_ALG);
        xcj_key_free(key);
        xcj_key_free(public);
    }
    xcj_key_free(self.key);
}
END_TEST

START_TEST(a_weak_key_signs_nothing)
{
    xcj_key *weak;
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    ck_assert_int_eq(xcj_key_from_der(&weak, der, (size_t)len, NULL, &err), XCJ_OK);
    kms self = { .key = weak };
    xcj_signer signer = signer_of(&self, XCJ_RS256);
    xcj_key *key = external(weak, &signer);
    char *token;
    size_t token_len;
    ck_assert_int_eq(xcj_jws_sign(&token, &token_len, "{}", 2, key, NULL, NULL, &err), XCJ_ERR_KEY_WEAK);
    ck_assert_int_eq(self.calls, 0);
    xcj_key_free(key);
    xcj_key_free(weak);
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
}
END_TEST

/* Given a private key, only its public part is taken: nothing of the private one can come out. */
START_TEST(nothing_private_is_kept)
{
    kms self = { .key = key_for(XCJ_RS256) };
    xcj_signer signer = signer_of(&self, XCJ_RS256);
    xcj_key *key = external(self.key, &signer);
    char *text;
    uint8_t *der;
    size_t len;
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_nonnull(strstr(err.message, "held elsewhere"));
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    struct evp_pkey_st *pkey;
    ck_assert_int_eq(xcj_key_to_pkey(&pkey, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(pkey);
    xcj_key *of_external = external(key, &signer); /* a signer before a signer */
    expect_mints(of_external, self.key, XCJ_RS256);
    xcj_key_free(of_external);
    xcj_key_free(key);
    ck_assert_int_eq(self.released, 2);
    xcj_key_free(self.key);
}
END_TEST

#define THREADS 8

static void *mint_some(void *arg)
{
    const xcj_key *const *keys = arg;
    expect_mints(keys[0], keys[1], XCJ_ES256);
    return NULL;
}

START_TEST(threads_sign_with_one)
{
    kms self = { .key = key_for(XCJ_ES256) };
    xcj_signer signer = signer_of(&self, XCJ_ES256);
    xcj_key *keys[] = { external(self.key, &signer), public_of(self.key) };
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, mint_some, keys), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_int_eq(self.calls, THREADS * 8);
    xcj_key_free(keys[0]);
    xcj_key_free(keys[1]);
    ck_assert_int_eq(self.released, 1);
    xcj_key_free(self.key);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("signer");
    TCase *t = tcase_create("signer");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_algorithm, 0, COUNT_OF(ALGS));
    tcase_add_loop_test(t, one_that_fails_or_lies, 0, 6);
    tcase_add_test(t, one_that_is_trusted);
    tcase_add_loop_test(t, a_signature_that_comes_later, 0, COUNT_OF(ALGS));
    tcase_add_test(t, later_in_der_or_trusted);
    tcase_add_loop_test(t, der_where_the_signer_says_so, 0, 4);
    tcase_add_test(t, der_is_for_ecdsa);
    tcase_add_test(t, what_is_refused);
    tcase_add_test(t, the_choke_point);
    tcase_add_test(t, a_weak_key_signs_nothing);
    tcase_add_test(t, nothing_private_is_kept);
    tcase_add_test(t, threads_sign_with_one);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
