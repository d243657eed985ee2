/*
 * calls.c: every call of libcrypto that can fail, made through a wrapper that can make it fail. CMakeLists.txt reads the
 * names from the lines that begin with CALL, and a test compares them with what the library calls. What signs does its work
 * and then says that it did not: what it left behind must not get out.
 */
#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "failing.h"

/* TYPE, what it returns when it fails, NAME, its parameters, the arguments. */
#define CALL(type, failure, name, parameters, arguments)                                                                    \
    type __real_##name parameters;                                                                                          \
    type __wrap_##name parameters;                                                                                          \
    type __wrap_##name parameters                                                                                           \
    {                                                                                                                       \
        return failing_now(FAILING_CALL, #name) ? (failure) : __real_##name arguments;                                      \
    }
#define CALL_AFTER(type, failure, name, parameters, arguments)                                                              \
    type __real_##name parameters;                                                                                          \
    type __wrap_##name parameters;                                                                                          \
    type __wrap_##name parameters                                                                                           \
    {                                                                                                                       \
        type done = __real_##name arguments;                                                                                \
        return failing_now(FAILING_CALL, #name) ? (failure) : done;                                                         \
    }

/* One whose failure is an answer too: the queue says that this is not one. */
#define CALL_SAYING(type, failure, name, parameters, arguments)                                                             \
    type __real_##name parameters;                                                                                          \
    type __wrap_##name parameters;                                                                                          \
    type __wrap_##name parameters                                                                                           \
    {                                                                                                                       \
        if (failing_now(FAILING_CALL, #name)) {                                                                             \
            ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);                                                                  \
            return failure;                                                                                                 \
        }                                                                                                                   \
        return __real_##name arguments;                                                                                     \
    }

/* clang-format off */
CALL_SAYING(int, -1, ASN1_STRING_to_UTF8, (unsigned char **out, const ASN1_STRING *in), (out, in))
CALL_SAYING(int, 0, ASN1_TIME_diff, (int *days, int *seconds, const ASN1_TIME *from, const ASN1_TIME *to), (days, seconds, from, to))
CALL(ASN1_TIME *, NULL, ASN1_TIME_set, (ASN1_TIME *out, time_t seconds), (out, seconds))
CALL(BIO *, NULL, BIO_new, (const BIO_METHOD *type), (type))
CALL(BN_CTX *, NULL, BN_CTX_secure_new, (void), ())
CALL(int, 0, BN_add, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b), (r, a, b))
CALL(int, 0, BN_add_word, (BIGNUM *a, BN_ULONG w), (a, w))
CALL(BIGNUM *, NULL, BN_bin2bn, (const unsigned char *s, int len, BIGNUM *ret), (s, len, ret))
CALL(int, -1, BN_bn2binpad, (const BIGNUM *a, unsigned char *to, int len), (a, to, len))
CALL(BIGNUM *, NULL, BN_copy, (BIGNUM *a, const BIGNUM *b), (a, b))
CALL(int, 0, BN_div, (BIGNUM *dv, BIGNUM *rem, const BIGNUM *m, const BIGNUM *d, BN_CTX *ctx), (dv, rem, m, d, ctx))
CALL(int, 0, BN_hex2bn, (BIGNUM **a, const char *hex), (a, hex))
CALL(EC_GROUP *, NULL, EC_GROUP_new_by_curve_name, (int nid), (nid))
CALL(int, -1, EC_POINT_cmp, (const EC_GROUP *group, const EC_POINT *a, const EC_POINT *b, BN_CTX *ctx), (group, a, b, ctx))
CALL(int, 0, EC_POINT_mul, (const EC_GROUP *group, EC_POINT *r, const BIGNUM *n, const EC_POINT *q, const BIGNUM *m, BN_CTX *ctx), (group, r, n, q, m, ctx))
CALL(EC_POINT *, NULL, EC_POINT_new, (const EC_GROUP *group), (group))
CALL(int, -1, i2d_X509_ALGOR, (const X509_ALGOR *a, unsigned char **out), (a, out))
CALL(unsigned char *, NULL, PKCS12_pbe_crypt, (const X509_ALGOR *a, const char *pass, int pass_len, const unsigned char *in, int in_len, unsigned char **out, int *out_len, int encrypt), (a, pass, pass_len, in, in_len, out, out_len, encrypt))
CALL(X509_ALGOR *, NULL, PKCS5_pbe2_set_iv, (const EVP_CIPHER *cipher, int rounds, unsigned char *salt, int salt_len, unsigned char *iv, int prf), (cipher, rounds, salt, salt_len, iv, prf))
CALL(X509_ALGOR *, NULL, PKCS5_pbe2_set_scrypt, (const EVP_CIPHER *cipher, const unsigned char *salt, int salt_len, unsigned char *iv, uint64_t n, uint64_t r, uint64_t p), (cipher, salt, salt_len, iv, n, r, p))
CALL(int, 0, EC_POINT_oct2point, (const EC_GROUP *group, EC_POINT *p, const unsigned char *buf, size_t len, BN_CTX *ctx), (group, p, buf, len, ctx))
CALL(int, 0, BN_gcd, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b, BN_CTX *ctx), (r, a, b, ctx))
CALL(BIGNUM *, NULL, BN_lebin2bn, (const unsigned char *s, int len, BIGNUM *ret), (s, len, ret))
CALL(int, -2, BN_kronecker, (const BIGNUM *a, const BIGNUM *b, BN_CTX *ctx), (a, b, ctx))
CALL(int, 0, BN_mod_exp, (BIGNUM *r, const BIGNUM *a, const BIGNUM *p, const BIGNUM *m, BN_CTX *ctx), (r, a, p, m, ctx))
CALL_SAYING(BIGNUM *, NULL, BN_mod_inverse, (BIGNUM *r, const BIGNUM *a, const BIGNUM *n, BN_CTX *ctx), (r, a, n, ctx))
CALL(int, 0, BN_mod_mul, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx), (r, a, b, m, ctx))
CALL(int, 0, BN_mod_sqr, (BIGNUM *r, const BIGNUM *a, const BIGNUM *m, BN_CTX *ctx), (r, a, m, ctx))
CALL(int, 0, BN_mul_word, (BIGNUM *a, BN_ULONG w), (a, w))
CALL(int, 0, BN_sqr, (BIGNUM *r, const BIGNUM *a, BN_CTX *ctx), (r, a, ctx))
CALL(BN_CTX *, NULL, BN_CTX_new, (void), ())
CALL(int, 0, BN_mul, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b, BN_CTX *ctx), (r, a, b, ctx))
CALL(BIGNUM *, NULL, BN_new, (void), ())
CALL(int, 0, BN_priv_rand_range, (BIGNUM *r, const BIGNUM *range), (r, range))
CALL(int, 0, BN_rshift, (BIGNUM *r, const BIGNUM *a, int n), (r, a, n))
CALL(int, 0, BN_set_word, (BIGNUM *a, BN_ULONG w), (a, w))
CALL(int, 0, BN_sub, (BIGNUM *r, const BIGNUM *a, const BIGNUM *b), (r, a, b))
CALL(int, 0, BN_sub_word, (BIGNUM *a, BN_ULONG w), (a, w))
CALL(int, 0, EVP_Digest, (const void *d, size_t n, unsigned char *md, unsigned *len, const EVP_MD *t, ENGINE *e), (d, n, md, len, t, e))
CALL(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX *ctx, unsigned char *md, unsigned *len), (ctx, md, len))
CALL(int, 0, EVP_DigestInit_ex, (EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl), (ctx, type, impl))
CALL_AFTER(int, 0, EVP_DigestSign, (EVP_MD_CTX *ctx, unsigned char *sig, size_t *len, const unsigned char *in, size_t n), (ctx, sig, len, in, n))
CALL(int, 0, EVP_DigestSignInit_ex, (EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const char *md, OSSL_LIB_CTX *lib, const char *props, EVP_PKEY *key, const OSSL_PARAM params[]), (ctx, pctx, md, lib, props, key, params))
CALL(int, 0, EVP_DigestUpdate, (EVP_MD_CTX *ctx, const void *d, size_t n), (ctx, d, n))
CALL(int, -1, EVP_DigestVerify, (EVP_MD_CTX *ctx, const unsigned char *sig, size_t len, const unsigned char *in, size_t n), (ctx, sig, len, in, n))
CALL(int, 0, EVP_DigestVerifyInit_ex, (EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const char *md, OSSL_LIB_CTX *lib, const char *props, EVP_PKEY *key, const OSSL_PARAM params[]), (ctx, pctx, md, lib, props, key, params))
CALL(EVP_MAC_CTX *, NULL, EVP_MAC_CTX_dup, (const EVP_MAC_CTX *ctx), (ctx))
CALL(EVP_MAC_CTX *, NULL, EVP_MAC_CTX_new, (EVP_MAC *mac), (mac))
CALL(EVP_MAC *, NULL, EVP_MAC_fetch, (OSSL_LIB_CTX *lib, const char *name, const char *props), (lib, name, props))
CALL_AFTER(int, 0, EVP_MAC_final, (EVP_MAC_CTX *ctx, unsigned char *out, size_t *len, size_t cap), (ctx, out, len, cap))
CALL(int, 0, EVP_MAC_init, (EVP_MAC_CTX *ctx, const unsigned char *key, size_t len, const OSSL_PARAM params[]), (ctx, key, len, params))
CALL(int, 0, EVP_MAC_update, (EVP_MAC_CTX *ctx, const unsigned char *d, size_t n), (ctx, d, n))
CALL(int, 0, EVP_MD_CTX_copy_ex, (EVP_MD_CTX *out, const EVP_MD_CTX *in), (out, in))
CALL(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())
CALL(EVP_MD *, NULL, EVP_MD_fetch, (OSSL_LIB_CTX *lib, const char *name, const char *props), (lib, name, props))
CALL_SAYING(EVP_PKEY *, NULL, EVP_PKCS82PKEY, (const PKCS8_PRIV_KEY_INFO *p8), (p8))
CALL(EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_dup, (const EVP_PKEY_CTX *ctx), (ctx))
CALL(EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX *lib, const char *name, const char *props), (lib, name, props))
CALL(EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_new_from_pkey, (OSSL_LIB_CTX *lib, EVP_PKEY *key, const char *props), (lib, key, props))
CALL(int, 0, EVP_PKEY_CTX_set_rsa_mgf1_md, (EVP_PKEY_CTX *ctx, const EVP_MD *md), (ctx, md))
CALL(int, 0, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX *ctx, int mode), (ctx, mode))
CALL(int, 0, EVP_PKEY_CTX_set_rsa_pss_saltlen, (EVP_PKEY_CTX *ctx, int len), (ctx, len))
CALL(int, 0, EVP_PKEY_CTX_set_signature_md, (EVP_PKEY_CTX *ctx, const EVP_MD *md), (ctx, md))
CALL(EVP_PKEY *, NULL, EVP_PKEY_dup, (EVP_PKEY *key), (key))
CALL(int, 0, EVP_PKEY_fromdata, (EVP_PKEY_CTX *ctx, EVP_PKEY **key, int selection, OSSL_PARAM params[]), (ctx, key, selection, params))
CALL(int, 0, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX *ctx), (ctx))
CALL_SAYING(int, -1, EVP_PKEY_eq, (const EVP_PKEY *a, const EVP_PKEY *b), (a, b))
CALL(int, 0, EVP_PKEY_get_utf8_string_param, (const EVP_PKEY *key, const char *name, char *value, size_t cap, size_t *len), (key, name, value, cap, len))
CALL(int, 0, EVP_PKEY_get_bn_param, (const EVP_PKEY *key, const char *name, BIGNUM **bn), (key, name, bn))
CALL_SAYING(int, 0, EVP_PKEY_get_group_name, (const EVP_PKEY *key, char *name, size_t size, size_t *len), (key, name, size, len))
CALL(int, 0, EVP_PKEY_get_params, (const EVP_PKEY *key, OSSL_PARAM params[]), (key, params))
CALL(int, 0, EVP_PKEY_get_raw_private_key, (const EVP_PKEY *key, unsigned char *out, size_t *len), (key, out, len))
CALL(int, 0, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *key, unsigned char *out, size_t *len), (key, out, len))
CALL(EVP_PKEY *, NULL, EVP_PKEY_new_raw_private_key_ex, (OSSL_LIB_CTX *lib, const char *type, const char *props, const unsigned char *d, size_t n), (lib, type, props, d, n))
CALL(EVP_PKEY *, NULL, EVP_PKEY_new_raw_public_key_ex, (OSSL_LIB_CTX *lib, const char *type, const char *props, const unsigned char *d, size_t n), (lib, type, props, d, n))
CALL(int, 0, EVP_PKEY_set1_encoded_public_key, (EVP_PKEY *key, const unsigned char *point, size_t len), (key, point, len))
CALL_SAYING(int, 0, EVP_PKEY_pairwise_check, (EVP_PKEY_CTX *ctx), (ctx))
CALL_SAYING(int, 0, EVP_PKEY_private_check, (EVP_PKEY_CTX *ctx), (ctx))
CALL_AFTER(int, -1, EVP_PKEY_sign, (EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *len, const unsigned char *in, size_t n), (ctx, sig, len, in, n))
CALL(int, 0, EVP_PKEY_sign_init, (EVP_PKEY_CTX *ctx), (ctx))
CALL(int, -1, EVP_PKEY_verify, (EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t len, const unsigned char *in, size_t n), (ctx, sig, len, in, n))
CALL(int, 0, EVP_PKEY_verify_init, (EVP_PKEY_CTX *ctx), (ctx))
CALL(int, 0, EVP_Q_digest, (OSSL_LIB_CTX *lib, const char *name, const char *props, const void *d, size_t n, unsigned char *md, size_t *len), (lib, name, props, d, n, md, len))
CALL(unsigned char *, NULL, EVP_Q_mac, (OSSL_LIB_CTX *lib, const char *name, const char *props, const char *subalg, const OSSL_PARAM *params, const void *key, size_t key_len, const unsigned char *d, size_t n, unsigned char *mac, size_t cap, size_t *len), (lib, name, props, subalg, params, key, key_len, d, n, mac, cap, len))
CALL(OPENSSL_STACK *, NULL, OPENSSL_sk_new_null, (void), ())
CALL(int, 0, OPENSSL_sk_push, (OPENSSL_STACK *stack, const void *item), (stack, item))
CALL(OSSL_PARAM_BLD *, NULL, OSSL_PARAM_BLD_new, (void), ())
CALL(int, 0, OSSL_PARAM_BLD_push_BN, (OSSL_PARAM_BLD *bld, const char *name, const BIGNUM *bn), (bld, name, bn))
CALL(int, 0, OSSL_PARAM_BLD_push_octet_string, (OSSL_PARAM_BLD *bld, const char *name, const void *d, size_t n), (bld, name, d, n))
CALL(int, 0, OSSL_PARAM_BLD_push_utf8_string, (OSSL_PARAM_BLD *bld, const char *name, const char *d, size_t n), (bld, name, d, n))
CALL(OSSL_PARAM *, NULL, OSSL_PARAM_BLD_to_param, (OSSL_PARAM_BLD *bld), (bld))
CALL_SAYING(X509 *, NULL, PKCS12_SAFEBAG_get1_cert, (const PKCS12_SAFEBAG *bag), (bag))
CALL_SAYING(STACK_OF(PKCS7) *, NULL, PKCS12_unpack_authsafes, (const PKCS12 *file), (file))
CALL_SAYING(STACK_OF(PKCS12_SAFEBAG) *, NULL, PKCS12_unpack_p7data, (PKCS7 *part), (part))
CALL_SAYING(STACK_OF(PKCS12_SAFEBAG) *, NULL, PKCS12_unpack_p7encdata, (PKCS7 *part, const char *pass, int len), (part, pass, len))
CALL_SAYING(int, 0, PKCS12_verify_mac, (PKCS12 *file, const char *pass, int len), (file, pass, len))
CALL_SAYING(PKCS8_PRIV_KEY_INFO *, NULL, PKCS8_decrypt, (const X509_SIG *p8, const char *pass, int len), (p8, pass, len))
CALL(int, 0, RAND_bytes, (unsigned char *dst, int len), (dst, len))
CALL(int, 0, RAND_priv_bytes, (unsigned char *dst, int len), (dst, len))
CALL_SAYING(int, -1, X509_NAME_print_ex, (BIO *bio, const X509_NAME *name, int indent, unsigned long flags), (bio, name, indent, flags))
CALL(int, 0, X509_digest, (const X509 *cert, const EVP_MD *type, unsigned char *hash, unsigned *len), (cert, type, hash, len))
CALL_SAYING(EVP_PKEY *, NULL, X509_get_pubkey, (X509 *cert), (cert))
CALL_SAYING(PKCS12 *, NULL, d2i_PKCS12, (PKCS12 **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(PKCS8_PRIV_KEY_INFO *, NULL, d2i_PKCS8_PRIV_KEY_INFO, (PKCS8_PRIV_KEY_INFO **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(EVP_PKEY *, NULL, d2i_PUBKEY, (EVP_PKEY **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(EVP_PKEY *, NULL, d2i_PrivateKey, (int type, EVP_PKEY **out, const unsigned char **in, long len), (type, out, in, len))
CALL_SAYING(EVP_PKEY *, NULL, d2i_PublicKey, (int type, EVP_PKEY **out, const unsigned char **in, long len), (type, out, in, len))
CALL_SAYING(X509 *, NULL, d2i_X509_AUX, (X509 **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(X509 *, NULL, d2i_X509, (X509 **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(X509_NAME *, NULL, d2i_X509_NAME, (X509_NAME **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(X509_SIG *, NULL, d2i_X509_SIG, (X509_SIG **out, const unsigned char **in, long len), (out, in, len))
CALL_SAYING(int, -1, i2d_PUBKEY, (const EVP_PKEY *key, unsigned char **out), (key, out))
/* clang-format on */
