#include "lib/key/provider_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/key/key.h"

#define POINT_MAX (1 + 2 * 66)

/* An RSA or EC key through one parameter list; numbers are collected here so that one label frees them all. */
typedef struct building {
    OSSL_PARAM_BLD *list;
    BIGNUM *numbers[XCJ__PART_COUNT];
    size_t count;
} building;

static bool push_number(building *b, const char *name, xcj__bytes number)
{
    BIGNUM *value = BN_bin2bn(number.ptr, (int)number.len, NULL);
    b->numbers[b->count++] = value;
    return value != NULL && OSSL_PARAM_BLD_push_BN(b->list, name, value) == 1;
}

static bool push_rsa(building *b, const xcj__bytes *part, bool is_private)
{
    if (!push_number(b, OSSL_PKEY_PARAM_RSA_N, part[XCJ__N]) || !push_number(b, OSSL_PKEY_PARAM_RSA_E, part[XCJ__E])) {
        return false;
    }
    return !is_private || (push_number(b, OSSL_PKEY_PARAM_RSA_D, part[XCJ__D]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_FACTOR1, part[XCJ__P]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_FACTOR2, part[XCJ__Q]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_EXPONENT1, part[XCJ__DP]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_EXPONENT2, part[XCJ__DQ]) &&
                           push_number(b, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, part[XCJ__QI]));
}

/* SEC 1 2.3.3: 04 || x || y. Returns the length. */
static size_t write_point(uint8_t point[POINT_MAX], const xcj__bytes *part, const xcj__curve *curve)
{
    point[0] = 4;
    memcpy(point + 1, part[XCJ__X].ptr, curve->octets);
    memcpy(point + 1 + curve->octets, part[XCJ__Y].ptr, curve->octets);
    return 1 + 2 * (size_t)curve->octets;
}

static bool push_ec(building *b, const xcj__bytes *part, const xcj__curve *curve, uint8_t *point, bool is_private)
{
    const size_t len = write_point(point, part, curve);
    return OSSL_PARAM_BLD_push_utf8_string(b->list, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(b->list, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1 &&
           (!is_private || push_number(b, OSSL_PKEY_PARAM_PRIV_KEY, part[XCJ__D]));
}

static EVP_PKEY *build(const xcj_key *key, bool is_private)
{
    const xcj__jwk *jwk = &key->jwk;
    const xcj__curve *curve = xcj__curve_row(jwk->facts.crv);
    int selection = is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    uint8_t point[POINT_MAX];
    building b = { .list = OSSL_PARAM_BLD_new() };
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *made = NULL;
    if (b.list == NULL ||
        !(curve != NULL ? push_ec(&b, jwk->part, curve, point, is_private) : push_rsa(&b, jwk->part, is_private))) {
        goto out;
    }
    params = OSSL_PARAM_BLD_to_param(b.list);
    ctx = EVP_PKEY_CTX_new_from_name(xcj__provider_lib(key->provider), curve != NULL ? "EC" : "RSA",
                                     xcj__provider_propq(key->provider));
    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &made, selection, params) != 1) {
        made = NULL;
    }
out:
    EVP_PKEY_CTX_free(ctx);
    if (params != NULL && jwk->part[XCJ__D].ptr != NULL) {
        for (OSSL_PARAM *p = params; p->key != NULL; p++) {
            xcj__wipe(p->data, p->data_size);
        }
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b.list);
    for (size_t i = 0; i < b.count; i++) {
        BN_clear_free(b.numbers[i]);
    }
    return made;
}

static EVP_PKEY *build_okp(const xcj_key *key, bool is_private)
{
    const xcj__curve *curve = xcj__curve_row(key->jwk.facts.crv);
    xcj__bytes x = key->jwk.part[XCJ__X];
    xcj__bytes d = key->jwk.part[XCJ__D];
    OSSL_LIB_CTX *lib = xcj__provider_lib(key->provider);
    const char *propq = xcj__provider_propq(key->provider);
    return is_private ? EVP_PKEY_new_raw_private_key_ex(lib, curve->group, propq, d.ptr, d.len)
                      : EVP_PKEY_new_raw_public_key_ex(lib, curve->group, propq, x.ptr, x.len);
}

EVP_PKEY *xcj__provider_curve(xcj_curve crv)
{
    char *group = (char *)(uintptr_t)xcj__curve_row(crv)->group;
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY *made = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEY_PARAMETERS, params) != 1) {
        made = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return made;
}

/* Keeps what was made, unless another thread was faster. NULL stays NULL. */
static EVP_PKEY *publish(const xcj_key *key, EVP_PKEY *made)
{
    _Atomic(EVP_PKEY *) *slot = &((xcj_key *)(uintptr_t)key)->pkey;
    EVP_PKEY *others = NULL;
    if (made == NULL ||
        atomic_compare_exchange_strong_explicit(slot, &others, made, memory_order_acq_rel, memory_order_acquire)) {
        return made;
    }
    EVP_PKEY_free(made);
    return others;
}

/* OpenSSL checks the point again. */
static EVP_PKEY *build_on(EVP_PKEY *curve, const xcj_key *key)
{
    uint8_t point[POINT_MAX];
    EVP_PKEY *made = curve != NULL ? EVP_PKEY_dup(curve) : NULL;
    const size_t len = write_point(point, key->jwk.part, xcj__curve_row(key->jwk.facts.crv));
    if (made != NULL && EVP_PKEY_set1_encoded_public_key(made, point, len) != 1) {
        EVP_PKEY_free(made);
        made = NULL;
    }
    return made;
}

void xcj__key_import(const xcj_key *key, xcj_scratch *scratch)
{
    xcj__queue theirs;
    if (scratch != NULL && key->provider == NULL && key->jwk.facts.kty == XCJ_KTY_EC && !xcj__key_has_checked_private(key)) {
        xcj__queue_enter(&theirs);
        (void)publish(key, build_on(xcj__scratch_curve(scratch, key->jwk.facts.crv), key));
        xcj__queue_leave(&theirs);
    }
}

EVP_PKEY *xcj__provider_key(const xcj_key *key)
{
    EVP_PKEY *pkey = atomic_load_explicit(&((xcj_key *)(uintptr_t)key)->pkey, memory_order_acquire);
    if (pkey != NULL) {
        return pkey;
    }
    bool is_private = xcj__key_has_checked_private(key);
    return publish(key, key->jwk.facts.kty == XCJ_KTY_OKP ? build_okp(key, is_private) : build(key, is_private));
}
