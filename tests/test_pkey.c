#include "check_main.h"

#include <openssl/core_names.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <xcj/openssl.h>

#include "fixtures.h"
#include "lib/key/key.h"
#include "vault.h"

static xcj_error err;

static EVP_PKEY *made(const char *type, const char *detail)
{
    EVP_PKEY *pkey = strcmp(type, "RSA") == 0  ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(detail))
                     : strcmp(type, "EC") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", detail)
                                               : EVP_PKEY_Q_keygen(NULL, NULL, type);
    ck_assert_ptr_nonnull(pkey);
    return pkey;
}

static EVP_PKEY *public_half(const EVP_PKEY *pkey)
{
    uint8_t *der = NULL;
    int len = i2d_PUBKEY(pkey, &der);
    const uint8_t *at = der;
    EVP_PKEY *half = d2i_PUBKEY(NULL, &at, len);
    ck_assert_ptr_nonnull(half);
    OPENSSL_free(der);
    return half;
}

static xcj_key *taken(EVP_PKEY *pkey, xcj_part part, const xcj_pkey_options *options)
{
    xcj_key *key;
    leave_entry();
    ck_assert_msg(xcj_key_from_pkey(&key, pkey, part, options, &err) == XCJ_OK, "%s: %s", xcj_code_name(err.code),
                  err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    expect_entry();
    return key;
}

static void expect_refused(EVP_PKEY *pkey, xcj_part part, const xcj_pkey_options *options, xcj_code code, const char *member)
{
    xcj_key *key = (xcj_key *)&err;
    leave_entry();
    ck_assert_int_eq(xcj_key_from_pkey(&key, pkey, part, options, &err), code);
    expect_error(&err, code, member);
    ck_assert_ptr_null(key);
    expect_entry();
    ck_assert_int_eq(xcj_key_from_pkey(&key, pkey, part, options, NULL), code);
}

/* Signs with each algorithm that the key admits, three times with and without a scratch; a plain public key verifies. */
static void expect_signs(const xcj_key *key, size_t algs)
{
    xcj_alg all[16];
    xcj_scratch *scratch;
    xcj_key *public = public_of(key);
    ck_assert_uint_eq(xcj_key_algs(key, XCJ_SIGN, all, 16), algs);
    ck_assert_int_eq(xcj_scratch_new(&scratch, &err), XCJ_OK);
    for (size_t i = 0; i < 6 * algs; i++) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        xcj_alg alg = all[i % algs];
        leave_entry();
        ck_assert_msg(xcj__key_sign(sig, &len, key, alg, "input", 5, i < 3 * algs ? NULL : scratch, &err) == XCJ_OK, "%s",
                      err.message);
        ck_assert_int_eq(xcj__key_verify(public, alg, "input", 5, sig, len, NULL, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, alg, "input", 5, sig, len, scratch, &err), XCJ_OK);
        ck_assert_int_eq(xcj__key_verify(key, alg, "inpux", 5, sig, len, scratch, &err), XCJ_ERR_SIGNATURE);
        expect_entry();
    }
    xcj_scratch_free(scratch);
    xcj_key_free(public);
}

/* The public part goes out in each form, the private part in none. */
static void expect_stays_inside(const xcj_key *key)
{
    char *text;
    uint8_t *der;
    size_t len;
    const xcj_key *const one[] = { key };
    xcj_keyset *set;
    ck_assert_int_eq(xcj_key_is_external(key), 1);
    ck_assert_int_eq(xcj_key_is_private(key), 1);
    ck_assert_int_eq(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_nonnull(strstr(err.message, "held elsewhere"));
    ck_assert_ptr_null(text);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_secret(&der, &len, key, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_keyset_from_keys(&set, one, 1, &err), XCJ_OK);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, set, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_ptr_null(strstr(text, "\"d\""));
    xcj_free(text);
    xcj_keyset_free(set);
    ck_assert_int_eq(xcj_key_to_pem(&text, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    xcj_key *read;
    ck_assert_int_eq(xcj_key_from_pem(&read, text, len, NULL, &err), XCJ_OK);
    uint8_t *other;
    size_t other_len;
    ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_der(&other, &other_len, read, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_uint_eq(len, other_len);
    ck_assert_mem_eq(der, other, len);
    xcj_key_free(read);
    xcj_free(der);
    xcj_free(other);
    xcj_free(text);
}

static const struct {
    const char *type;
    const char *detail;
    size_t algs;
} TYPES[] = {
    { "RSA", "2048", 6 }, { "RSA", "3072", 6 },     { "EC", "P-256", 1 },   { "EC", "P-384", 1 },
    { "EC", "P-521", 1 }, { "EC", "secp256k1", 1 }, { "ED25519", NULL, 2 }, { "ED448", NULL, 2 },
};

START_TEST(every_type)
{
    EVP_PKEY *pkey = made(TYPES[_i].type, TYPES[_i].detail);
    xcj_key *key = taken(pkey, XCJ_PRIVATE, NULL);
    EVP_PKEY *back;
    ck_assert_int_eq(xcj_key_to_pkey(&back, key, XCJ_PRIVATE, &err), XCJ_OK);
    ck_assert_ptr_eq(back, pkey);
    EVP_PKEY_free(back);
    ck_assert_int_eq(xcj_key_to_pkey(&back, key, XCJ_PUBLIC, &err), XCJ_OK);
    ck_assert_ptr_ne(back, pkey);
    ck_assert_int_eq(EVP_PKEY_eq(back, pkey), 1);
    EVP_PKEY_free(pkey); /* the key has its own reference */
    expect_signs(key, TYPES[_i].algs);
    expect_stays_inside(key);
    xcj_key *public = taken(back, XCJ_PUBLIC, NULL);
    ck_assert_int_eq(xcj_key_is_private(public), 0);
    ck_assert_int_eq(xcj_key_is_external(public), 0);
    expect_same_key(key, public, XCJ_PUBLIC);
    EVP_PKEY_free(back);
    xcj_key_free(public);
    xcj_key_free(key);
}
END_TEST

/* What is asked for decides, not what the EVP_PKEY has; a private part is refused where there is none. */
START_TEST(public_and_private)
{
    EVP_PKEY *pkey = made(TYPES[_i].type, TYPES[_i].detail);
    EVP_PKEY *half = public_half(pkey);
    xcj_key *key = taken(pkey, XCJ_PUBLIC, NULL);
    EVP_PKEY *out = pkey;
    ck_assert_int_eq(xcj_key_is_private(key), 0);
    ck_assert_int_eq(xcj_key_to_pkey(&out, key, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(out);
    expect_refused(half, XCJ_PRIVATE, NULL, XCJ_ERR_CRYPTO, "");
    xcj_pkey_options untried = XCJ_PKEY_OPTIONS_INIT;
    untried.untried = 1;
    xcj_key *hopeless = taken(half, XCJ_PRIVATE, &untried);
    xcj_alg alg;
    uint8_t sig[XCJ_SIGNATURE_MAX];
    size_t len;
    ck_assert_uint_gt(xcj_key_algs(hopeless, XCJ_SIGN, &alg, 1), 0);
    ck_assert_int_eq(xcj__key_sign(sig, &len, hopeless, alg, "x", 1, NULL, &err), XCJ_ERR_CRYPTO);
    ck_assert_uint_eq(len, 0);
    xcj_key_free(hopeless);
    xcj_key_free(key);
    EVP_PKEY_free(half);
    EVP_PKEY_free(pkey);
}
END_TEST

START_TEST(what_is_refused)
{
    static const struct {
        const char *type;
        const char *detail;
        xcj_code code;
    } wrong[] = {
        { "EC", "P-224", XCJ_ERR_KEY_TYPE },
        { "EC", "brainpoolP256r1", XCJ_ERR_KEY_TYPE },
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        EVP_PKEY *pkey = made(wrong[i].type, wrong[i].detail);
        expect_refused(pkey, XCJ_PRIVATE, NULL, wrong[i].code, "");
        expect_refused(pkey, XCJ_PUBLIC, NULL, wrong[i].code, "");
        EVP_PKEY_free(pkey);
    }
    EVP_PKEY *pkey = made("EC", "P-256");
    xcj_pkey_options options = XCJ_PKEY_OPTIONS_INIT;
    expect_refused(NULL, XCJ_PRIVATE, NULL, XCJ_ERR_ARGUMENT, "");
    expect_refused(pkey, 0, NULL, XCJ_ERR_ARGUMENT, "");
    expect_refused(pkey, XCJ_PUBLIC | XCJ_PRIVATE, NULL, XCJ_ERR_ARGUMENT, "");
    options.size = 0;
    expect_refused(pkey, XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "size");
    options.size = sizeof options;
    options.properties = "provider=nowhere";
    expect_refused(pkey, XCJ_PRIVATE, &options, XCJ_ERR_CRYPTO, "");
    options.properties = "?provider=nowhere";
    xcj_key_free(taken(pkey, XCJ_PRIVATE, &options));
    EVP_PKEY_free(pkey);
    EVP_PKEY *empty = EVP_PKEY_new();
    expect_refused(empty, XCJ_PRIVATE, NULL, XCJ_ERR_KEY, "");
    EVP_PKEY_free(empty);
}
END_TEST

/* A short RSA key, and one that does not sign, come in as from a JWK: they convert, and the choke point refuses the rest. */
START_TEST(weak_keys_and_keys_that_do_not_sign)
{
    EVP_PKEY *weak = made("RSA", "1024");
    EVP_PKEY *agreement = made("X25519", NULL);
    xcj_key *key = taken(weak, XCJ_PRIVATE, NULL);
    xcj_minter *minter;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.alg = XCJ_RS256;
    ck_assert_int_eq(xcj_key_admits(key, XCJ_RS256, XCJ_SIGN, &err), XCJ_ERR_KEY_WEAK);
    ck_assert_int_eq(xcj_minter_new(&minter, key, &options, &err), XCJ_ERR_KEY_WEAK);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_ES256, XCJ_SIGN, &err), XCJ_ERR_ALG);
    expect_stays_inside(key);
    xcj_key_free(key);
    key = taken(agreement, XCJ_PRIVATE, NULL);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_EDDSA, XCJ_SIGN, &err), XCJ_ERR_ALG);
    expect_stays_inside(key);
    xcj_key_free(key);
    EVP_PKEY_free(agreement);
    EVP_PKEY_free(weak);
}
END_TEST

START_TEST(labels_bind_it)
{
    EVP_PKEY *pkey = made("RSA", "2048");
    xcj_key *plain = taken(pkey, XCJ_PRIVATE, NULL);
    xcj_key *key;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text("hsm-1");
    labels.alg = XCJ_PS256;
    labels.use = xcj_text("sig");
    ck_assert_int_eq(xcj_key_relabel(&key, plain, &labels, &err), XCJ_OK);
    xcj_key_free(plain);
    EVP_PKEY_free(pkey);
    expect_signs(key, 1);
    expect_stays_inside(key);
    ck_assert_int_eq(xcj_key_admits(key, XCJ_RS256, XCJ_SIGN, &err), XCJ_ERR_ALG);
    labels.use = xcj_text("enc");
    xcj_key *other;
    ck_assert_int_eq(xcj_key_relabel(&other, key, &labels, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_admits(other, XCJ_PS256, XCJ_SIGN, &err), XCJ_ERR_KEY_USE);
    xcj_key_free(other);
    xcj_key_free(key);
}
END_TEST

/* All numbers of an RSA key come to OpenSSL, which would make do, slowly, with some. */
START_TEST(every_number_of_rsa)
{
    static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                         OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                         OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                         OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
    xcj_key *made_here = key_for(XCJ_RS256);
    char *jwk = jwk_text(made_here, XCJ_PRIVATE);
    xcj_key *key = key_of(jwk);
    EVP_PKEY *theirs = openssl_of(made_here);
    EVP_PKEY *ours;
    ck_assert_int_eq(xcj_key_to_pkey(&ours, key, XCJ_PRIVATE, &err), XCJ_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        BIGNUM *a = NULL, *b = NULL;
        ck_assert_msg(EVP_PKEY_get_bn_param(ours, names[i], &a) == 1, "%s", names[i]);
        ck_assert_int_eq(EVP_PKEY_get_bn_param(theirs, names[i], &b), 1);
        ck_assert_int_eq(BN_cmp(a, b), 0);
        BN_free(a);
        BN_free(b);
    }
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    xcj_free(jwk);
    xcj_key_free(key);
    xcj_key_free(made_here);
}
END_TEST

START_TEST(out_of_any_key)
{
    static const xcj_alg algs[] = { XCJ_RS256, XCJ_ES384, XCJ_ED25519 };
    for (size_t i = 0; i < COUNT_OF(algs); i++) {
        xcj_key *key = key_for(algs[i]);
        EVP_PKEY *theirs = openssl_of(key);
        EVP_PKEY *private, *public;
        ck_assert_int_eq(xcj_key_to_pkey(&private, key, XCJ_PRIVATE, &err), XCJ_OK);
        leave_entry();
        ck_assert_int_eq(xcj_key_to_pkey(&public, key, XCJ_PUBLIC, &err), XCJ_OK);
        expect_entry();
        xcj_key_free(key); /* both outlive it */
        ck_assert_int_eq(EVP_PKEY_eq(private, theirs), 1);
        ck_assert_int_eq(EVP_PKEY_eq(public, theirs), 1);
        xcj_key_free(taken(private, XCJ_PRIVATE, NULL));
        expect_refused(public, XCJ_PRIVATE, NULL, XCJ_ERR_CRYPTO, "");
        EVP_PKEY_free(public);
        EVP_PKEY_free(private);
        EVP_PKEY_free(theirs);
    }
    xcj_key *secret = key_of("{\"kty\":\"oct\",\"k\":\"" OCT_K "\"}");
    EVP_PKEY *none;
    ck_assert_int_eq(xcj_key_to_pkey(&none, secret, XCJ_PRIVATE, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_pkey(&none, secret, XCJ_PUBLIC, &err), XCJ_ERR_KEY_PART);
    ck_assert_int_eq(xcj_key_to_pkey(&none, secret, 3, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(none);
    xcj_key_free(secret);
}
END_TEST

START_TEST(the_secret_of_an_oct_key)
{
    static const char text[] = "0123456789abcdef0123456789abcdef";
    xcj_key *key;
    uint8_t *secret;
    size_t len;
    ck_assert_int_eq(xcj_key_from_secret(&key, (const uint8_t *)text, sizeof text - 1, NULL, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_secret(&secret, &len, key, &err), XCJ_OK);
    ck_assert_uint_eq(len, sizeof text - 1);
    ck_assert_mem_eq(secret, text, sizeof text);
    xcj_free(secret);
    xcj_key_free(key);
    key = key_for(XCJ_ES256);
    ck_assert_int_eq(xcj_key_to_secret(&secret, &len, key, &err), XCJ_ERR_KEY_PART);
    ck_assert_ptr_null(secret);
    ck_assert_uint_eq(len, 0);
    xcj_key_free(key);
}
END_TEST

/* A library context of its own, and what a property query can say there: the default provider, none, and a wish. */
START_TEST(another_library_context)
{
    static const struct {
        const char *type;
        const char *group;
        size_t algs;
    } types[] = { { "RSA", NULL, 6 }, { "EC", "P-256", 1 }, { "ED25519", NULL, 2 } };
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(lib, "default");
    xcj_pkey_options options = XCJ_PKEY_OPTIONS_INIT;
    options.lib_ctx = lib;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        EVP_PKEY *pkey = i == 0 ? EVP_PKEY_Q_keygen(lib, NULL, "RSA", (size_t)2048)
                                : EVP_PKEY_Q_keygen(lib, NULL, types[i].type, types[i].group);
        char query[] = "provider=default";
        options.properties = query;
        xcj_key *key = taken(pkey, XCJ_PRIVATE, &options);
        memset(query, 'x', sizeof query - 1); /* it was copied */
        expect_signs(key, types[i].algs);
        expect_stays_inside(key);
        EVP_PKEY *public;
        ck_assert_int_eq(xcj_key_to_pkey(&public, key, XCJ_PUBLIC, &err), XCJ_OK);
        options.properties = "provider=default";
        xcj_key *verifying = taken(public, XCJ_PUBLIC, &options);
        expect_same_key(key, verifying, XCJ_PUBLIC);
        options.properties = "fips=yes"; /* there is no such provider in it */
        expect_refused(pkey, XCJ_PRIVATE, &options, XCJ_ERR_CRYPTO, "");
        expect_refused(pkey, XCJ_PUBLIC, &options, XCJ_ERR_CRYPTO, "");
        xcj_key_free(verifying);
        xcj_key_free(key);
        EVP_PKEY_free(public);
        EVP_PKEY_free(pkey);
    }
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(lib);
}
END_TEST

/* Reads a key that is generated for an algorithm, in one of the forms a key is held in. */
static xcj_code read_as(xcj_key **out, const char *form, xcj_alg alg, const xcj_key_options *options)
{
    xcj_key *key;
    char *jwk;
    size_t len;
    ck_assert_int_eq(xcj_key_generate(&key, alg, 0, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_jwk(&jwk, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
    xcj_code code = XCJ_OK;
    if (strcmp(form, "jwk") == 0) {
        code = xcj_key_from_jwk(out, jwk, len, options, &err);
    } else if (strcmp(form, "secret") == 0) {
        code = xcj_key_from_secret(out, (const uint8_t *)jwk, len < 64 ? len : 64, options, &err);
    } else if (strcmp(form, "pem") == 0) {
        char *pem;
        ck_assert_int_eq(xcj_key_to_pem(&pem, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
        code = xcj_key_from_pem(out, pem, len, options, &err);
        xcj_free(pem);
    } else if (strcmp(form, "der") == 0) {
        uint8_t *der;
        ck_assert_int_eq(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err), XCJ_OK);
        code = xcj_key_from_der(out, der, len, options, &err);
        xcj_free(der);
    } else {
        char text[512];
        xcj_keyset *set;
        len = (size_t)snprintf(text, sizeof text, "{\"keys\":[%s]}", jwk);
        ck_assert_int_eq(xcj_keyset_from_json(&set, text, len, options, &err), XCJ_OK);
        ck_assert_int_eq(xcj_keyset_skipped_count(set) == 0 || xcj_keyset_skipped(set, 0, NULL)->code == XCJ_ERR_CRYPTO, 1);
        *out = xcj_key_ref(xcj_keyset_get(set, 0));
        xcj_keyset_free(set);
    }
    xcj_free(jwk);
    xcj_key_free(key);
    return code;
}

/* Keys of every form work in the library context that the caller names, and by the provider that the query asks for. */
START_TEST(a_context_for_what_is_read)
{
    static const struct {
        const char *form;
        xcj_alg alg;
    } cases[] = {
        { "jwk", XCJ_ES256 }, { "jwk", XCJ_RS256 }, { "jwk", XCJ_ED25519 }, { "pem", XCJ_ES384 },
        { "der", XCJ_ES256 }, { "jwk", XCJ_HS512 }, { "set", XCJ_ES256 },
    };
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = OSSL_PROVIDER_load(lib, "default");
    OSSL_LIB_CTX *empty = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *null = OSSL_PROVIDER_load(empty, "null");
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key = NULL;
    const bool is_set = strcmp(cases[_i].form, "set") == 0;
    const bool is_secret = cases[_i].alg == XCJ_HS512;
    char query[] = "provider=default";
    options.lib_ctx = lib;
    options.properties = query;
    ck_assert_msg(read_as(&key, cases[_i].form, cases[_i].alg, &options) == XCJ_OK, "%s", err.message);
    memset(query, 'x', sizeof query - 1); /* it was copied */
    ck_assert_int_eq(xcj_key_is_external(key), 0);
    ck_assert_int_eq(xcj_key_alg(key), strcmp(cases[_i].form, "jwk") == 0 || is_set ? cases[_i].alg : XCJ_ALG_NONE);
    if (!is_secret) {
        expect_signs(key, 1);
    }
    xcj_key_free(key);
    xcj_key *refused;
    options.properties = "fips=yes"; /* there is no such provider in it */
    ck_assert_int_eq(read_as(&refused, cases[_i].form, cases[_i].alg, &options),
                     is_secret || is_set ? XCJ_OK : XCJ_ERR_CRYPTO);
    ck_assert_int_eq(refused == NULL, !is_secret);
    if (is_secret) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        ck_assert_int_eq(xcj__key_sign(sig, &len, refused, XCJ_HS512, "x", 1, NULL, &err), XCJ_ERR_CRYPTO);
    }
    xcj_key_free(refused);
    options.properties = NULL;
    options.lib_ctx = empty;
    ck_assert_int_eq(read_as(&refused, cases[_i].form, cases[_i].alg, &options),
                     is_secret || is_set ? XCJ_OK : XCJ_ERR_CRYPTO);
    xcj_key_free(refused);
    OSSL_PROVIDER_unload(null);
    OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(empty);
    OSSL_LIB_CTX_free(lib);
}
END_TEST

static const struct {
    const char *type;
    const char *detail;
    size_t algs;
    bool lacks_dup;
} VAULT[] = {
    { "RSA", "2048", 6, false }, { "EC", "P-256", 1, false }, { "EC", "P-521", 1, false },
    { "RSA", "2048", 6, true },  { "EC", "P-384", 1, true },
};

/* A provider that gives the private part to nobody, and whose contexts may be unable to duplicate. */
START_TEST(a_provider_that_keeps_the_private_part)
{
    vault_lacks_dup = VAULT[_i].lacks_dup;
    OSSL_LIB_CTX *lib = vault_open();
    EVP_PKEY *pkey = made(VAULT[_i].type, VAULT[_i].detail);
    EVP_PKEY *kept = vault_take(lib, pkey);
    BIGNUM *private = NULL;
    ck_assert_int_ne(EVP_PKEY_get_bn_param(kept, OSSL_PKEY_PARAM_PRIV_KEY, &private), 1);
    ck_assert_uint_eq(vault_private_asked, 1);
    xcj_pkey_options options = XCJ_PKEY_OPTIONS_INIT;
    options.lib_ctx = lib;
    xcj_key *key = taken(kept, XCJ_PRIVATE, &options);
    EVP_PKEY_free(kept);
    expect_signs(key, VAULT[_i].algs);
    expect_stays_inside(key);
    ck_assert_uint_ge(vault_signatures, 1 + 6 * VAULT[_i].algs);
    ck_assert_uint_eq(vault_private_asked, 1);
    vault_is_locked = true;
    uint8_t sig[XCJ_SIGNATURE_MAX];
    size_t len;
    xcj_alg alg;
    xcj_key_algs(key, XCJ_SIGN, &alg, 1);
    ck_assert_int_eq(xcj__key_sign(sig, &len, key, alg, "x", 1, NULL, &err), XCJ_ERR_CRYPTO);
    xcj_key_free(key);
    EVP_PKEY_free(pkey);
    vault_close(lib);
}
END_TEST

/* A device that shows a public key which is not that of what it signs with. */
START_TEST(a_provider_that_shows_another_key)
{
    OSSL_LIB_CTX *lib = vault_open();
    EVP_PKEY *pkey = made("EC", "P-256");
    EVP_PKEY *other = made("EC", "P-256");
    EVP_PKEY *kept = vault_take(lib, pkey);
    xcj_pkey_options options = XCJ_PKEY_OPTIONS_INIT;
    options.lib_ctx = lib;
    vault_shows = other;
    expect_refused(kept, XCJ_PRIVATE, &options, XCJ_ERR_KEY, "");
    vault_shows = NULL;
    xcj_key_free(taken(kept, XCJ_PRIVATE, &options));
    EVP_PKEY_free(kept);
    EVP_PKEY_free(other);
    EVP_PKEY_free(pkey);
    vault_close(lib);
}
END_TEST

#define THREADS 8

static xcj_minter *minter;
static xcj_verifier *verifier;

static void mint_whole(const xcj_auth *auth, xcj_scratch *scratch)
{
    char token[2048];
    size_t len;
    xcj_error failure;
    ck_assert_msg(xcj_mint(token, sizeof token, &len, minter, auth, scratch, &failure) == XCJ_OK, "%s", failure.message);
    ck_assert_msg(xcj_verify(NULL, verifier, token, len, scratch, &failure) == XCJ_OK, "%s", failure.message);
}

static void mint_in_steps(const xcj_auth *auth, xcj_scratch *scratch)
{
    char token[2048];
    size_t len;
    uint8_t signature[XCJ_SIGNATURE_MAX];
    size_t signature_len;
    ck_assert_int_eq(xcj_mint_prepare(token, sizeof token, &len, minter, auth, scratch, NULL), XCJ_OK);
    ck_assert_int_eq(
        xcj_mint_sign(signature, sizeof signature, &signature_len, minter, (xcj_str){ token, len }, scratch, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_mint_finish(token, sizeof token, &len, minter, signature, signature_len, NULL), XCJ_OK);
    ck_assert_int_eq(xcj_verify(NULL, verifier, token, len, NULL, NULL), XCJ_OK);
}

static void *mint_many(void *arg)
{
    xcj_scratch *scratch = NULL;
    if (*(const size_t *)arg % 2 == 0) {
        ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    }
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("caller");
    auth.consumer_id = xcj_text("c");
    auth.audience = xcj_text("https://api.example/");
    for (int i = 0; i < 10; i++) {
        mint_whole(&auth, scratch);
        mint_in_steps(&auth, scratch);
    }
    xcj_scratch_free(scratch);
    return NULL;
}

START_TEST(threads_mint_with_one)
{
    OSSL_LIB_CTX *lib = vault_open();
    EVP_PKEY *pkey = made("EC", "P-256");
    EVP_PKEY *kept = vault_take(lib, pkey);
    xcj_pkey_options options = XCJ_PKEY_OPTIONS_INIT;
    options.lib_ctx = lib;
    xcj_key *key = taken(kept, XCJ_PRIVATE, &options);
    xcj_mint_options how = XCJ_MINT_OPTIONS_INIT;
    how.iss = xcj_text("https://gw.example");
    ck_assert_int_eq(xcj_minter_new(&minter, key, &how, &err), XCJ_OK);
    ck_assert_int_eq(xcj_verifier_new_key(&verifier, key, NULL, &err), XCJ_OK);
    xcj_key_free(key);
    EVP_PKEY_free(kept);
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, mint_many, &numbers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    xcj_verifier_free(verifier);
    xcj_minter_free(minter);
    EVP_PKEY_free(pkey);
    vault_close(lib);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("pkey");
    TCase *t = tcase_create("pkey");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_type, 0, COUNT_OF(TYPES));
    tcase_add_loop_test(t, public_and_private, 0, COUNT_OF(TYPES));
    tcase_add_test(t, what_is_refused);
    tcase_add_test(t, weak_keys_and_keys_that_do_not_sign);
    tcase_add_test(t, labels_bind_it);
    tcase_add_test(t, every_number_of_rsa);
    tcase_add_test(t, out_of_any_key);
    tcase_add_test(t, the_secret_of_an_oct_key);
    tcase_add_test(t, another_library_context);
    tcase_add_loop_test(t, a_context_for_what_is_read, 0, 7);
    tcase_add_loop_test(t, a_provider_that_keeps_the_private_part, 0, COUNT_OF(VAULT));
    tcase_add_test(t, a_provider_that_shows_another_key);
    tcase_add_test(t, threads_mint_with_one);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
