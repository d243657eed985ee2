#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"
#include "lib/key/der_in.h"
#include "lib/key/evp.h"
#include "lib/key/key.h"

#define RSA_DEFAULT_BITS 2048
#define BITS_MAX 16384

static xcj_code check_bits(const xcj__alg *row, unsigned bits, xcj_error *err)
{
    bool is_sized = row->kty == XCJ_KTY_RSA || row->kty == XCJ_KTY_OCT;
    if (!is_sized) {
        return xcj__fail_at(err, XCJ_ERR_ARGUMENT, "bits", XCJ_NO_OFFSET, "a key for %s has one size only", row->name);
    }
    if (bits < row->min_bits || bits > BITS_MAX || bits % 8 != 0) {
        xcj_code code = bits < row->min_bits ? XCJ_ERR_KEY_WEAK : bits > BITS_MAX ? XCJ_ERR_LIMIT : XCJ_ERR_ARGUMENT;
        return xcj__fail_at(err, code, "bits", XCJ_NO_OFFSET, "a key for %s has %u to %d bits, in whole bytes", row->name,
                            row->min_bits, BITS_MAX);
    }
    return XCJ_OK;
}

static xcj_code generate_secret(xcj__jwk *jwk, unsigned bits, xcj_error *err)
{
    *jwk = (xcj__jwk){ .facts = { .kty = XCJ_KTY_OCT } };
    size_t len = bits / 8;
    uint8_t *at = xcj__jwk_extend(jwk, len);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    if (RAND_priv_bytes(at, (int)len) != 1) {
        xcj__jwk_free(jwk);
        return xcj__fail(err, XCJ_ERR_RANDOM, "the system gives no random bytes");
    }
    jwk->part[XCJ__K] = (xcj__bytes){ at, len };
    xcj_code code = xcj__jwk_check(jwk, err);
    if (code != XCJ_OK) {
        xcj__jwk_free(jwk);
    }
    return code;
}

static xcj_curve curve_for(const xcj__alg *row)
{
    for (xcj_curve crv = XCJ_CURVE_P256; crv < XCJ__CURVE_COUNT; crv++) {
        if ((row->curves & 1u << crv) != 0) {
            return crv;
        }
    }
    return XCJ_CURVE_NONE;
}

static xcj_code generate_pair(xcj__jwk *jwk, const xcj__alg *row, unsigned bits, xcj_error *err)
{
    const xcj__curve *curve = xcj__curve_row(curve_for(row));
    EVP_PKEY *pkey = row->kty == XCJ_KTY_RSA  ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits)
                     : row->kty == XCJ_KTY_EC ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve->group)
                                              : EVP_PKEY_Q_keygen(NULL, NULL, curve->group);
    if (pkey == NULL) {
        return xcj__queue_says_memory()
                   ? xcj__fail_memory(err)
                   : xcj__fail(err, XCJ_ERR_CRYPTO, "OpenSSL does not generate a key for %s", row->name);
    }
    xcj_code code = xcj__members_of(jwk, pkey, err);
    EVP_PKEY_free(pkey);
    return code;
}

xcj_code xcj_key_generate(xcj_key **out, xcj_alg alg, unsigned bits, xcj_error *err)
{
    if (!xcj__clear_handle(out)) {
        return xcj__fail_null(err);
    }
    const xcj__alg *row = xcj__alg_row(alg);
    if (row == NULL) {
        return xcj__fail(err, XCJ_ERR_ARGUMENT, "not an algorithm");
    }
    if (bits != 0) {
        xcj_code code = check_bits(row, bits, err);
        if (code != XCJ_OK) {
            return code;
        }
    } else {
        bits = row->kty == XCJ_KTY_RSA ? RSA_DEFAULT_BITS : row->min_bits;
    }
    xcj__jwk jwk;
    xcj__queue theirs;
    xcj__queue_enter(&theirs);
    xcj_code code = row->kty == XCJ_KTY_OCT ? generate_secret(&jwk, bits, err) : generate_pair(&jwk, row, bits, err);
    xcj__queue_leave(&theirs);
    if (code != XCJ_OK) {
        return code;
    }
    xcj_key *plain = NULL;
    code = xcj__key_from_members(&plain, &jwk, NULL, err);
    if (code == XCJ_OK) {
        xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
        labels.alg = alg;
        code = xcj_key_relabel(out, plain, &labels, err);
    }
    xcj_key_free(plain);
    return code;
}
