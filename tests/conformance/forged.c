/*
 * Signatures that are nearly right, made with OpenSSL and the private key: numbers at and beyond their bounds, other
 * encodings, other paddings, other hashes, other lengths. Each beside the one that is right.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "maker.h"

#define COUNT(array) (sizeof array / sizeof array[0])

static EVP_PKEY *pkey_of(const xcj_key *key)
{
    uint8_t *der;
    size_t len;
    xcj_error err;
    maker_must(xcj_key_to_der(&der, &len, key, XCJ_PRIVATE, &err) == XCJ_OK, err.message);
    const uint8_t *p = der;
    EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &p, (long)len);
    maker_must(pkey != NULL, "OpenSSL does not read the key");
    xcj_free(der);
    return pkey;
}

/* One forgery after another over the same input: `made` ends with the dot before the signature. */
typedef struct forging {
    tally *t;
    const xcj_key *key;
    const char *name;
    size_t input_len;
} forging;

static void expect(const forging *f, const char *what, const uint8_t *sig, size_t len, xcj_code wanted)
{
    xcj_verify_options options = maker_policy();
    char id[160];
    snprintf(id, sizeof id, "%s, %s", f->name, what);
    made.len = f->input_len;
    maker_put_base64url(sig, len);
    maker_expect(f->t, id, f->key, &options, wanted);
}

/* A good token, whose signature is taken off into `sig`. */
static forging begin(tally *t, const xcj_key *key, xcj_alg alg, uint8_t *sig, size_t *len)
{
    maker_plain(alg, key, alg);
    *len = maker_take_signature(sig);
    forging f = { t, key, xcj_alg_name(alg), made.len };
    expect(&f, "as it is", sig, *len, XCJ_OK);
    return f;
}

/* The same with the first byte of the signature zero: one in 256 is so. `number` makes the payload another. */
static forging begin_with_zero(tally *t, const xcj_key *key, xcj_alg alg, uint8_t *sig, size_t *len)
{
    char header[64];
    char payload[64];
    snprintf(header, sizeof header, "{\"alg\":\"%s\"}", xcj_alg_name(alg));
    for (unsigned number = 0; number < 20000; number++) {
        snprintf(payload, sizeof payload, "{\"n\":%u}", number);
        maker_token(header, payload, strlen(payload), key, alg);
        *len = maker_take_signature(sig);
        if (sig[0] == 0) {
            break;
        }
    }
    maker_must(sig[0] == 0, "no signature begins with a zero");
    forging f = { t, key, xcj_alg_name(alg), made.len };
    expect(&f, "with a zero in front", sig, *len, XCJ_OK);
    return f;
}

/* Lengths that are not the algorithm's, and the same bytes everywhere. */
static void lengths(const forging *f, const uint8_t *sig, size_t len)
{
    uint8_t copy[XCJ_SIGNATURE_MAX + 2] = { 0 };
    memcpy(copy + 1, sig, len);
    expect(f, "a byte less", copy + 1, len - 1, XCJ_ERR_SIGNATURE);
    expect(f, "a byte less in front", copy + 2, len - 1, XCJ_ERR_SIGNATURE);
    expect(f, "a zero more", copy + 1, len + 1, XCJ_ERR_SIGNATURE);
    expect(f, "a zero more in front", copy, len + 1, XCJ_ERR_SIGNATURE);
    expect(f, "half", copy + 1, len / 2, XCJ_ERR_SIGNATURE);
    expect(f, "one byte", copy + 1, 1, XCJ_ERR_SIGNATURE);
    expect(f, "nothing", copy + 1, 0, XCJ_ERR_SIGNATURE);
    memset(copy, 0, len);
    expect(f, "zeros", copy, len, XCJ_ERR_SIGNATURE);
    memset(copy, 0xff, len);
    expect(f, "ones", copy, len, XCJ_ERR_SIGNATURE);
    for (size_t i = 0; i < len; i++) {
        memcpy(copy, sig, len);
        copy[i] ^= (uint8_t)(1u << (i % 8));
        expect(f, "a bit turned", copy, len, XCJ_ERR_SIGNATURE);
    }
}

/* Longer than any signature that there is. */
static void far_too_long(const forging *f)
{
    static const size_t sizes[] = { XCJ_SIGNATURE_MAX, XCJ_SIGNATURE_MAX + 1, XCJ_SIGNATURE_MAX + 2, 2 * XCJ_SIGNATURE_MAX,
                                    100000 };
    uint8_t *sig = calloc(1, sizes[COUNT(sizes) - 1]);
    maker_must(sig != NULL, "no memory");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        expect(f, "far too long", sig, sizes[i], XCJ_ERR_SIGNATURE);
    }
    free(sig);
}

/* The bits of the last character that belong to no byte are zero. */
static void endings(const forging *f, const uint8_t *sig, size_t len)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    xcj_verify_options options = maker_policy();
    size_t others = len % 3 == 1 ? 15 : len % 3 == 2 ? 3 : 0;
    made.len = f->input_len;
    maker_put_base64url(sig, len);
    char *last = made.text + made.len - 1;
    size_t value = (size_t)(strchr(alphabet, *last) - alphabet);
    for (size_t i = 1; i <= others; i++) {
        *last = alphabet[value + i];
        maker_expect(f->t, "another last character of the signature", f->key, &options, XCJ_ERR_BASE64);
    }
    *last = alphabet[value];
    maker_expect(f->t, "the canonical last character", f->key, &options, XCJ_OK);
    maker_put("A", 1);
    maker_expect(f->t, "a character more", f->key, &options, len % 3 == 0 ? XCJ_ERR_BASE64 : XCJ_ERR_SIGNATURE);
}

static void every_algorithm(tally *t)
{
    for (xcj_alg alg = XCJ_HS256; alg <= XCJ_ED448; alg++) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        xcj_key *key = maker_key(alg);
        forging f = begin(t, key, alg, sig, &len);
        lengths(&f, sig, len);
        far_too_long(&f);
        endings(&f, sig, len);
        xcj_key_free(key);
    }
}

/* The numbers that r and s are tried with. */
enum { R, S, ZERO, ONE, N, N_LESS, N_MORE, MINUS_R, MINUS_S, R_MORE, S_MORE, S_NEXT, P, MAX, NUMBERS };

static void make_numbers(BIGNUM *v[NUMBERS], const EC_GROUP *group, const uint8_t *sig, size_t octets)
{
    BN_CTX *ctx = BN_CTX_new();
    for (int i = 0; i < NUMBERS; i++) {
        v[i] = BN_new();
    }
    const BIGNUM *n = EC_GROUP_get0_order(group);
    bool made_all = BN_bin2bn(sig, (int)octets, v[R]) != NULL && BN_bin2bn(sig + octets, (int)octets, v[S]) != NULL &&
                    BN_one(v[ONE]) && BN_copy(v[N], n) != NULL && BN_sub(v[N_LESS], n, v[ONE]) &&
                    BN_add(v[N_MORE], n, v[ONE]) && BN_sub(v[MINUS_R], n, v[R]) && BN_sub(v[MINUS_S], n, v[S]) &&
                    BN_add(v[R_MORE], n, v[R]) && BN_add(v[S_MORE], n, v[S]) && BN_add(v[S_NEXT], v[S], v[ONE]) &&
                    EC_GROUP_get_curve(group, v[P], NULL, NULL, ctx) && BN_lshift(v[MAX], v[ONE], (int)octets * 8) &&
                    BN_sub_word(v[MAX], 1);
    BN_CTX_free(ctx);
    maker_must(made_all, "numbers of a curve");
}

static const struct {
    const char *what;
    int r;
    int s;
    xcj_code wanted;
} pairs[] = {
    { "r, s", R, S, XCJ_OK },
    { "r, n - s", R, MINUS_S, XCJ_OK }, /* no low-S rule in JOSE */
    { "0, s", ZERO, S, XCJ_ERR_SIGNATURE },
    { "r, 0", R, ZERO, XCJ_ERR_SIGNATURE },
    { "0, 0", ZERO, ZERO, XCJ_ERR_SIGNATURE },
    { "0, 1", ZERO, ONE, XCJ_ERR_SIGNATURE },
    { "1, 0", ONE, ZERO, XCJ_ERR_SIGNATURE },
    { "1, 1", ONE, ONE, XCJ_ERR_SIGNATURE },
    { "n, s", N, S, XCJ_ERR_SIGNATURE },
    { "r, n", R, N, XCJ_ERR_SIGNATURE },
    { "n, n", N, N, XCJ_ERR_SIGNATURE },
    { "n, 1", N, ONE, XCJ_ERR_SIGNATURE },
    { "n - 1, n - 1", N_LESS, N_LESS, XCJ_ERR_SIGNATURE },
    { "n + 1, s", N_MORE, S, XCJ_ERR_SIGNATURE },
    { "n + r, s", R_MORE, S, XCJ_ERR_SIGNATURE },
    { "r, n + s", R, S_MORE, XCJ_ERR_SIGNATURE },
    { "n - r, s", MINUS_R, S, XCJ_ERR_SIGNATURE },
    { "s, r", S, R, XCJ_ERR_SIGNATURE },
    { "r, s + 1", R, S_NEXT, XCJ_ERR_SIGNATURE },
    { "p, s", P, S, XCJ_ERR_SIGNATURE },
    { "the greatest, s", MAX, S, XCJ_ERR_SIGNATURE },
    { "r, the greatest", R, MAX, XCJ_ERR_SIGNATURE },
};

static void ecdsa_bounds(const forging *f, const EC_GROUP *group, const uint8_t *sig, size_t octets)
{
    BIGNUM *v[NUMBERS];
    uint8_t forged[2 * 66];
    make_numbers(v, group, sig, octets);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        /* n + r does not fit where the order fills its octets. */
        if (BN_bn2binpad(v[pairs[i].r], forged, (int)octets) > 0 &&
            BN_bn2binpad(v[pairs[i].s], forged + octets, (int)octets) > 0) {
            expect(f, pairs[i].what, forged, 2 * octets, pairs[i].wanted);
        }
    }
    for (int i = 0; i < NUMBERS; i++) {
        BN_free(v[i]);
    }
}

/* RFC 7518 3.4: r and s side by side, never as DER, never shorter. */
static void ecdsa_forms(const forging *f, const uint8_t *sig, size_t octets)
{
    uint8_t forged[200] = { 0 };
    uint8_t *p = forged;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(sig, (int)octets, NULL), BN_bin2bn(sig + octets, (int)octets, NULL));
    int len = i2d_ECDSA_SIG(pair, &p);
    maker_must(len > 0, "DER");
    expect(f, "as DER", forged, (size_t)len, XCJ_ERR_SIGNATURE);
    ECDSA_SIG_free(pair);
    expect(f, "as DER, cut", forged, 2 * octets, XCJ_ERR_SIGNATURE);
    memset(forged, 0, sizeof forged);
    memcpy(forged + 1, sig, octets);
    memcpy(forged + octets + 2, sig + octets, octets);
    expect(f, "a zero before each number", forged, 2 * octets + 2, XCJ_ERR_SIGNATURE);
}

/* A signature by the right key over another hash of the right input. */
static void ecdsa_hash(const forging *f, EVP_PKEY *pkey, const char *hash, size_t octets, xcj_code wanted)
{
    uint8_t der[200];
    uint8_t forged[2 * 66];
    size_t len = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const uint8_t *p = der;
    bool is_signed = EVP_DigestSignInit_ex(ctx, NULL, hash, NULL, NULL, pkey, NULL) == 1 &&
                     EVP_DigestSign(ctx, der, &len, (const uint8_t *)made.text, f->input_len - 1) == 1;
    EVP_MD_CTX_free(ctx);
    maker_must(is_signed, "signing with another hash");
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)len);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), forged, (int)octets);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), forged + octets, (int)octets);
    ECDSA_SIG_free(pair);
    expect(f, hash, forged, 2 * octets, wanted);
}

static void ecdsa(tally *t)
{
    static const struct {
        xcj_alg alg;
        int curve;
        size_t octets;
        const char *hash;
    } algs[] = { { XCJ_ES256, NID_X9_62_prime256v1, 32, "SHA256" },
                 { XCJ_ES384, NID_secp384r1, 48, "SHA384" },
                 { XCJ_ES512, NID_secp521r1, 66, "SHA512" },
                 { XCJ_ES256K, NID_secp256k1, 32, "SHA256" } };
    static const char *const hashes[] = { "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256" };
    for (size_t i = 0; i < COUNT(algs); i++) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        xcj_key *key = maker_key(algs[i].alg);
        EVP_PKEY *pkey = pkey_of(key);
        EC_GROUP *group = EC_GROUP_new_by_curve_name(algs[i].curve);
        forging f = begin(t, key, algs[i].alg, sig, &len);
        ecdsa_bounds(&f, group, sig, algs[i].octets);
        ecdsa_forms(&f, sig, algs[i].octets);
        for (size_t h = 0; h < COUNT(hashes); h++) {
            bool right = strcmp(hashes[h], algs[i].hash) == 0;
            ecdsa_hash(&f, pkey, hashes[h], algs[i].octets, right ? XCJ_OK : XCJ_ERR_SIGNATURE);
        }
        f = begin_with_zero(t, key, algs[i].alg, sig, &len);
        expect(&f, "without that zero", sig + 1, len - 1, XCJ_ERR_SIGNATURE);
        EC_GROUP_free(group);
        EVP_PKEY_free(pkey);
        xcj_key_free(key);
    }
}

/* RFC 8032 5.1.7 and 5.2.7: S below the order. Adding the order would make a second signature of every good one. */
static void eddsa_bounds(const forging *f, const char *order, const uint8_t *sig, size_t half)
{
    uint8_t forged[2 * 57];
    BIGNUM *order_bn = NULL;
    BN_dec2bn(&order_bn, order);
    BIGNUM *sum = BN_lebin2bn(sig + half, (int)half, NULL);
    memcpy(forged, sig, half);
    for (int times = 1; times <= 16 && BN_add(sum, sum, order_bn); times++) {
        if (BN_bn2lebinpad(sum, forged + half, (int)half) > 0) {
            expect(f, "S + order", forged, 2 * half, XCJ_ERR_SIGNATURE);
        }
    }
    BN_bn2lebinpad(order_bn, forged + half, (int)half);
    expect(f, "S = order", forged, 2 * half, XCJ_ERR_SIGNATURE);
    memset(forged + half, 0, half);
    expect(f, "S = 0", forged, 2 * half, XCJ_ERR_SIGNATURE);
    memset(forged, 0, half);
    forged[0] = 1;
    expect(f, "R the neutral point, S = 0", forged, 2 * half, XCJ_ERR_SIGNATURE);
    BN_free(sum);
    BN_free(order_bn);
}

static void eddsa_forms(const forging *f, const uint8_t *sig, size_t half)
{
    uint8_t forged[2 * 57];
    memcpy(forged, sig + half, half);
    memcpy(forged + half, sig, half);
    expect(f, "S before R", forged, 2 * half, XCJ_ERR_SIGNATURE);
    memcpy(forged, sig, half);
    for (size_t i = 0; i < half; i++) {
        forged[half + i] = sig[2 * half - 1 - i];
    }
    expect(f, "S the other way round", forged, 2 * half, XCJ_ERR_SIGNATURE);
    for (unsigned bit = 0; bit < 8; bit++) {
        memcpy(forged, sig, 2 * half);
        forged[2 * half - 1] ^= (uint8_t)(1u << bit);
        expect(f, "a bit of the last byte of S", forged, 2 * half, XCJ_ERR_SIGNATURE);
    }
    memcpy(forged, sig, 2 * half);
    forged[half - 1] ^= 0x80;
    expect(f, "the sign of R", forged, 2 * half, XCJ_ERR_SIGNATURE);
}

static void eddsa(tally *t)
{
    static const struct {
        xcj_alg alg;
        size_t half;
        const char *order;
    } algs[] = {
        { XCJ_ED25519, 32, "7237005577332262213973186563042994240857116359379907606001950938285454250989" },
        { XCJ_ED448, 57,
          "18170968107390172263733095197200113358841034017182951507037254979514600396153958571619575529169237596331029370909"
          "1"
          "662304773755859649779" },
    };
    for (size_t i = 0; i < COUNT(algs); i++) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        xcj_key *key = maker_key(algs[i].alg);
        forging f = begin(t, key, algs[i].alg, sig, &len);
        eddsa_bounds(&f, algs[i].order, sig, algs[i].half);
        eddsa_forms(&f, sig, algs[i].half);
        xcj_key_free(key);
    }
}

typedef struct rsa_hash {
    xcj_alg pkcs1;
    xcj_alg pss;
    const char *name;
    size_t len;
    const char *oid; /* the last byte of 2.16.840.1.101.3.4.2.x */
} rsa_hash;

static const rsa_hash rsa_hashes[] = { { XCJ_RS256, XCJ_PS256, "SHA256", 32, "\x01" },
                                       { XCJ_RS384, XCJ_PS384, "SHA384", 48, "\x02" },
                                       { XCJ_RS512, XCJ_PS512, "SHA512", 64, "\x03" } };

static void hash_input(uint8_t *hash, const char *name, size_t input_len)
{
    size_t len;
    maker_must(EVP_Q_digest(NULL, name, NULL, made.text, input_len, hash, &len) == 1, "hashing");
}

/* How the hash is wrapped (RFC 8017 9.2). */
enum wrapping { FULL, WITHOUT_NULL, LONG_LENGTH, BARE, OF_SHA1 };

static size_t wrap(uint8_t *t, enum wrapping form, const rsa_hash *h, size_t input_len)
{
    static const uint8_t sha1[] = {
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14
    };
    static const uint8_t oid[] = { 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };
    uint8_t hash[EVP_MAX_MD_SIZE];
    uint8_t *p = t;
    if (form == OF_SHA1) {
        hash_input(hash, "SHA1", input_len);
        memcpy(t, sha1, sizeof sha1);
        memcpy(t + sizeof sha1, hash, 20);
        return sizeof sha1 + 20;
    }
    hash_input(hash, h->name, input_len);
    if (form != BARE) {
        size_t null = form == WITHOUT_NULL ? 0 : 2;
        *p++ = 0x30;
        if (form == LONG_LENGTH) {
            *p++ = 0x81;
        }
        *p++ = (uint8_t)(2 + 11 + null + 2 + h->len);
        *p++ = 0x30;
        *p++ = (uint8_t)(11 + null);
        memcpy(p, oid, sizeof oid);
        p += sizeof oid;
        *p++ = (uint8_t)h->oid[0];
        if (null != 0) {
            *p++ = 0x05;
            *p++ = 0x00;
        }
        *p++ = 0x04;
        *p++ = (uint8_t)h->len;
    }
    memcpy(p, hash, h->len);
    return (size_t)(p - t) + h->len;
}

/* The private operation alone; false where the number is not below the modulus. */
static bool raw_rsa(EVP_PKEY *pkey, const uint8_t *em, size_t len, uint8_t *sig)
{
    size_t sig_len = len;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool done = EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
                EVP_PKEY_sign(ctx, sig, &sig_len, em, len) == 1 && sig_len == len;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

static bool recover(EVP_PKEY *pkey, uint8_t *em, const uint8_t *sig, size_t len)
{
    size_t em_len = len;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool done = EVP_PKEY_verify_recover_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
                EVP_PKEY_verify_recover(ctx, em, &em_len, sig, len) == 1 && em_len == len;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

/* 00 block fill... separator wrapped-hash rest... */
static const struct pkcs1 {
    const char *what;
    uint8_t block;
    uint8_t fill;
    uint8_t separator;
    enum wrapping form;
    bool is_short; /* eight bytes of filling, and the rest behind the hash */
    xcj_code wanted;
} pkcs1_forms[] = {
    { "made by hand", 1, 0xff, 0, FULL, false, XCJ_OK },
    { "block type 2", 2, 0xff, 0, FULL, false, XCJ_ERR_SIGNATURE },
    { "block type 0", 0, 0xff, 0, FULL, false, XCJ_ERR_SIGNATURE },
    { "filled with zeros", 1, 0x00, 0, FULL, false, XCJ_ERR_SIGNATURE },
    { "filled with 0xfe", 1, 0xfe, 0, FULL, false, XCJ_ERR_SIGNATURE },
    { "no separator", 1, 0xff, 0xff, FULL, false, XCJ_ERR_SIGNATURE },
    { "without NULL", 1, 0xff, 0, WITHOUT_NULL, false, XCJ_ERR_SIGNATURE },
    { "a length in two bytes", 1, 0xff, 0, LONG_LENGTH, false, XCJ_ERR_SIGNATURE },
    { "the hash alone", 1, 0xff, 0, BARE, false, XCJ_ERR_SIGNATURE },
    { "of SHA-1", 1, 0xff, 0, OF_SHA1, false, XCJ_ERR_SIGNATURE },
    { "bytes behind the hash", 1, 0xff, 0, FULL, true, XCJ_ERR_SIGNATURE },
};

static void pkcs1(tally *t, const xcj_key *key, EVP_PKEY *pkey)
{
    for (size_t h = 0; h < COUNT(rsa_hashes); h++) {
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        forging f = begin(t, key, rsa_hashes[h].pkcs1, sig, &len);
        for (size_t i = 0; i < COUNT(pkcs1_forms); i++) {
            const struct pkcs1 *form = &pkcs1_forms[i];
            uint8_t hash[128];
            uint8_t em[XCJ_SIGNATURE_MAX] = { 0, form->block };
            size_t hash_len = wrap(hash, form->form, &rsa_hashes[h], f.input_len - 1);
            size_t fill = form->is_short ? 8 : len - 3 - hash_len;
            memset(em + 2, form->fill, fill);
            em[2 + fill] = form->separator;
            memcpy(em + 3 + fill, hash, hash_len);
            maker_must(raw_rsa(pkey, em, len, sig), "the private operation");
            expect(&f, form->what, sig, len, form->wanted);
        }
    }
}

/* Salts and mask functions that are not the algorithm's (RFC 7518 3.5). */
static bool sign_pss(EVP_PKEY *pkey, const rsa_hash *h, const char *mask, int salt, const uint8_t *hash, uint8_t *sig)
{
    size_t len = XCJ_SIGNATURE_MAX;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    bool done = EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(h->name)) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(mask)) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) == 1 && EVP_PKEY_sign(ctx, sig, &len, hash, h->len) == 1;
    EVP_PKEY_CTX_free(ctx);
    return done;
}

/* The encoded message itself, changed in one byte. */
static void pss_bytes(const forging *f, EVP_PKEY *pkey, const uint8_t *good, size_t len)
{
    static const struct {
        const char *what;
        bool is_last;
        uint8_t turn;
    } changes[] = { { "the same number again", true, 0x00 },
                    { "a trailer 0xcc", true, 0xbc ^ 0xcc },
                    { "a trailer 0x00", true, 0xbc },
                    { "a bit above the modulus", false, 0x80 } };
    uint8_t em[XCJ_SIGNATURE_MAX];
    uint8_t sig[XCJ_SIGNATURE_MAX];
    for (size_t i = 0; i < COUNT(changes); i++) {
        maker_must(recover(pkey, em, good, len), "the public operation");
        em[changes[i].is_last ? len - 1 : 0] ^= changes[i].turn;
        maker_must(raw_rsa(pkey, em, len, sig), "the private operation");
        expect(f, changes[i].what, sig, len, i == 0 ? XCJ_OK : XCJ_ERR_SIGNATURE);
    }
}

static void pss(tally *t, const xcj_key *key, EVP_PKEY *pkey)
{
    static const char *const masks[] = { "SHA1", "SHA224", "SHA256", "SHA384", "SHA512" };
    for (size_t h = 0; h < COUNT(rsa_hashes); h++) {
        const rsa_hash *own = &rsa_hashes[h];
        uint8_t hash[EVP_MAX_MD_SIZE];
        uint8_t good[XCJ_SIGNATURE_MAX];
        uint8_t sig[XCJ_SIGNATURE_MAX];
        size_t len;
        forging f = begin(t, key, own->pss, good, &len);
        const int right = (int)own->len;
        const int salts[] = { right, 0, 1, 20, right - 1, right + 1, (int)(len - own->len - 2) };
        hash_input(hash, own->name, f.input_len - 1);
        for (size_t i = 0; i < COUNT(salts); i++) {
            maker_must(sign_pss(pkey, own, own->name, salts[i], hash, sig), "signing with another salt");
            expect(&f, "a salt of some length", sig, len, i == 0 ? XCJ_OK : XCJ_ERR_SIGNATURE);
        }
        for (size_t i = 0; i < COUNT(masks); i++) {
            bool is_right = strcmp(masks[i], own->name) == 0;
            maker_must(sign_pss(pkey, own, masks[i], right, hash, sig), "signing with another mask");
            expect(&f, masks[i], sig, len, is_right ? XCJ_OK : XCJ_ERR_SIGNATURE);
        }
        /* One whose number stays below the modulus with the bit above it set: that depends on the modulus. */
        uint8_t em[XCJ_SIGNATURE_MAX];
        do {
            maker_must(sign_pss(pkey, own, own->name, right, hash, good) && recover(pkey, em, good, len), "signing");
            em[0] ^= 0x80;
        } while (!raw_rsa(pkey, em, len, sig));
        pss_bytes(&f, pkey, good, len);
    }
}

/* RFC 8017 5.2.2: the number is below the modulus, and has exactly its length. */
static void rsa_bounds(tally *t, const xcj_key *key, EVP_PKEY *pkey, xcj_alg alg)
{
    uint8_t sig[XCJ_SIGNATURE_MAX];
    uint8_t forged[XCJ_SIGNATURE_MAX];
    size_t len;
    BIGNUM *n = NULL;
    maker_must(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1, "the modulus");
    /* With a zero in front n + s has room. */
    forging f = begin_with_zero(t, key, alg, sig, &len);
    expect(&f, "without that zero", sig + 1, len - 1, XCJ_ERR_SIGNATURE);
    BIGNUM *s = BN_bin2bn(sig, (int)len, NULL);
    BIGNUM *v[] = { BN_new(), BN_new(), BN_new(), BN_dup(n), BN_new() };
    BN_one(v[1]);
    BN_sub(v[2], n, v[1]);
    BN_sub(v[4], n, s);
    static const char *const names[] = { "0", "1", "n - 1", "n", "n - s" };
    for (size_t i = 0; i < COUNT(v); i++) {
        maker_must(BN_bn2binpad(v[i], forged, (int)len) > 0, "a number of the modulus' length");
        expect(&f, names[i], forged, len, XCJ_ERR_SIGNATURE);
        BN_free(v[i]);
    }
    if (BN_add(s, s, n) && BN_bn2binpad(s, forged, (int)len) > 0) {
        expect(&f, "n + s", forged, len, XCJ_ERR_SIGNATURE);
    }
    BN_free(s);
    BN_free(n);
}

/* RFC 7518 3.2: the whole MAC, of the hash that is named. */
static void macs(tally *t)
{
    xcj_key *own = maker_key(XCJ_HS512);
    xcj_key *key = maker_key_with(own, XCJ_PRIVATE, "alg", NULL);
    uint8_t mac[XCJ_SIGNATURE_MAX];
    uint8_t bare[EVP_MAX_MD_SIZE];
    size_t len;
    forging f = begin(t, key, XCJ_HS256, mac, &len);
    made.len = f.input_len - 1;
    maker_sign(key, XCJ_HS512);
    maker_take_signature(mac);
    expect(&f, "the MAC of another hash, cut", mac, 32, XCJ_ERR_SIGNATURE);
    expect(&f, "the MAC of another hash", mac, 64, XCJ_ERR_SIGNATURE);
    hash_input(bare, "SHA256", f.input_len - 1);
    expect(&f, "a hash without a key", bare, 32, XCJ_ERR_SIGNATURE);
    xcj_key_free(key);
    xcj_key_free(own);
}

int main(void)
{
    tally t = { .set = "forged" };
    maker_open();
    every_algorithm(&t);
    ecdsa(&t);
    eddsa(&t);
    xcj_key *own = maker_key(XCJ_RS256);
    xcj_key *key = maker_key_with(own, XCJ_PRIVATE, "alg", NULL);
    EVP_PKEY *pkey = pkey_of(key);
    pkcs1(&t, key, pkey);
    pss(&t, key, pkey);
    rsa_bounds(&t, key, pkey, XCJ_RS256);
    rsa_bounds(&t, key, pkey, XCJ_PS256);
    macs(&t);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
    xcj_key_free(own);
    maker_close();
    return conform_end(&t);
}
