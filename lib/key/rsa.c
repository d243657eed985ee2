#include "lib/key/rsa.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <string.h>

#include "lib/base/error.h"
#include "lib/base/mem.h"

/* Tries that fail with probability of at most one half each (Handbook of Applied Cryptography, 8.2.2). */
#define FACTOR_TRIES 24

/* Each try is a full exponentiation: beyond this a key must bring its CRT numbers. */
#define RECOVER_BITS_MAX 4096

typedef struct numbers {
    BN_CTX *ctx;
    BIGNUM *part[XCJ__QI + 1];
    BIGNUM *p1; /* p - 1 */
    BIGNUM *q1; /* q - 1 */
    BIGNUM *t;
    BIGNUM *u;
} numbers;

static void numbers_free(numbers *n)
{
    for (size_t i = 0; i <= XCJ__QI; i++) {
        BN_clear_free(n->part[i]);
    }
    BN_clear_free(n->p1);
    BN_clear_free(n->q1);
    BN_clear_free(n->t);
    BN_clear_free(n->u);
    BN_CTX_free(n->ctx);
}

/* Then OpenSSL calculates with them in constant time. Some of its functions exchange numbers and drop the mark. */
static void mark_secret(numbers *n)
{
    for (size_t i = XCJ__D; i <= XCJ__QI; i++) {
        BN_set_flags(n->part[i], BN_FLG_CONSTTIME);
    }
    BN_set_flags(n->p1, BN_FLG_CONSTTIME);
    BN_set_flags(n->q1, BN_FLG_CONSTTIME);
}

static bool numbers_read(numbers *n, const xcj__jwk *jwk)
{
    *n = (numbers){ .ctx = BN_CTX_secure_new(), .p1 = BN_new(), .q1 = BN_new(), .t = BN_new(), .u = BN_new() };
    bool ready = n->ctx != NULL && n->p1 != NULL && n->q1 != NULL && n->t != NULL && n->u != NULL;
    for (size_t i = 0; i <= XCJ__QI; i++) {
        n->part[i] = jwk->part[i].ptr != NULL ? BN_bin2bn(jwk->part[i].ptr, (int)jwk->part[i].len, NULL) : BN_new();
        ready = ready && n->part[i] != NULL;
    }
    if (ready) {
        mark_secret(n);
    }
    return ready;
}

/* x mod m == want? -1 when it could not be found out. */
static int is_residue(numbers *n, const BIGNUM *x, const BIGNUM *m, const BIGNUM *want)
{
    return BN_mod(n->t, x, m, n->ctx) == 1 ? BN_cmp(n->t, want) == 0 : -1;
}

static int is_inverse(numbers *n, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m)
{
    return BN_mod_mul(n->t, a, b, m, n->ctx) == 1 ? BN_is_one(n->t) : -1;
}

static int is_product(numbers *n)
{
    BIGNUM **v = n->part;
    if (BN_mul(n->t, v[XCJ__P], v[XCJ__Q], n->ctx) != 1 || BN_sub(n->p1, v[XCJ__P], BN_value_one()) != 1 ||
        BN_sub(n->q1, v[XCJ__Q], BN_value_one()) != 1) {
        return -1;
    }
    return BN_cmp(n->t, v[XCJ__N]) == 0 && !BN_is_zero(n->p1) && !BN_is_zero(n->q1) && BN_cmp(v[XCJ__P], v[XCJ__Q]) != 0;
}

static xcj_code verdict(int fits, const char *member, xcj_error *err)
{
    if (fits == 1) {
        return XCJ_OK;
    }
    return fits < 0 ? xcj__fail_memory(err)
                    : xcj__fail_at(err, XCJ_ERR_KEY, member, XCJ_NO_OFFSET,
                                   "\"%s\" does not fit the other numbers of the RSA private key", member);
}

static xcj_code check_crt(numbers *n, xcj_error *err)
{
    BIGNUM **v = n->part;
    if (BN_cmp(v[XCJ__D], v[XCJ__N]) >= 0) {
        return verdict(0, "d", err);
    }
    xcj_code code = verdict(is_product(n), "p", err);
    if (code == XCJ_OK) {
        code = verdict(is_inverse(n, v[XCJ__E], v[XCJ__DP], n->p1), "dp", err);
    }
    if (code == XCJ_OK) {
        code = verdict(is_inverse(n, v[XCJ__E], v[XCJ__DQ], n->q1), "dq", err);
    }
    if (code == XCJ_OK) {
        code = verdict(is_residue(n, v[XCJ__D], n->p1, v[XCJ__DP]), "d", err);
    }
    if (code == XCJ_OK) {
        code = verdict(is_residue(n, v[XCJ__D], n->q1, v[XCJ__DQ]), "d", err);
    }
    return code == XCJ_OK ? verdict(is_inverse(n, v[XCJ__QI], v[XCJ__Q], v[XCJ__P]), "qi", err) : code;
}

/*
 * Squares x = base^odd until it is 1; the value before that is a root of 1, and unless it is -1 it gives away a factor. The
 * base is random: there are keys for which no small number does. 1: u holds the root minus 1, 0: another base, -1: no
 * memory.
 */
static int find_root(numbers *n, const BIGNUM *odd, int twos)
{
    const BIGNUM *modulus = n->part[XCJ__N];
    if (BN_priv_rand_range(n->t, modulus) != 1 || BN_mod_exp(n->u, n->t, odd, modulus, n->ctx) != 1) {
        return -1;
    }
    if (BN_is_one(n->u)) {
        return 0;
    }
    for (int i = 0; i < twos; i++) {
        if (BN_mod_sqr(n->t, n->u, modulus, n->ctx) != 1 || BN_add_word(n->u, 1) != 1) {
            return -1;
        }
        bool is_minus_one = BN_cmp(n->u, modulus) == 0;
        if (is_minus_one) {
            return 0;
        }
        if (BN_is_one(n->t)) {
            return BN_sub_word(n->u, 2) == 1 ? 1 : -1;
        }
        if (BN_copy(n->u, n->t) == NULL) {
            return -1;
        }
    }
    return 0;
}

/* 2^(e*d) = 2 mod n: d fits at all, so that the search below ends soon. */
static int is_private_exponent(numbers *n)
{
    BIGNUM **v = n->part;
    if (BN_set_word(n->t, 2) != 1 || BN_mod_exp(n->u, n->t, v[XCJ__D], v[XCJ__N], n->ctx) != 1 ||
        BN_mod_exp(n->t, n->u, v[XCJ__E], v[XCJ__N], n->ctx) != 1) {
        return -1;
    }
    return BN_is_word(n->t, 2);
}

/* A prime, or a power of one, has no factors that the search finds. By Fermat's theorem such a prime divides 2^(n-1) - 1,
 * which random factors do not. 1: search, 0: there is nothing to find, -1: no memory. */
static int has_two_primes(numbers *n)
{
    const BIGNUM *modulus = n->part[XCJ__N];
    if (BN_sub(n->q1, modulus, BN_value_one()) != 1 || BN_set_word(n->t, 2) != 1 ||
        BN_mod_exp(n->u, n->t, n->q1, modulus, n->ctx) != 1 || BN_sub_word(n->u, 1) != 1 ||
        BN_gcd(n->t, n->u, modulus, n->ctx) != 1) {
        return -1;
    }
    return BN_is_one(n->t);
}

/* From n, e and d (NIST SP 800-56B, appendix C). 1: part[P] and part[Q] are set, 0: there is no way, -1: no memory. */
static int factor(numbers *n)
{
    BIGNUM **v = n->part;
    BIGNUM *odd = n->p1; /* e*d - 1, then without its powers of two */
    int found = is_private_exponent(n);
    found = found == 1 ? has_two_primes(n) : found;
    if (found != 1) {
        return found;
    }
    if (BN_mul(odd, v[XCJ__D], v[XCJ__E], n->ctx) != 1 || BN_sub_word(odd, 1) != 1) {
        return -1;
    }
    if (BN_is_zero(odd)) {
        return 0;
    }
    int twos = 0;
    while (BN_is_bit_set(odd, twos) == 0) {
        twos++;
    }
    found = BN_rshift(odd, odd, twos) == 1 ? 0 : -1;
    for (int i = 0; found == 0 && i < FACTOR_TRIES; i++) {
        found = find_root(n, odd, twos);
    }
    if (found != 1) {
        return found;
    }
    if (BN_gcd(v[XCJ__P], n->u, v[XCJ__N], n->ctx) != 1) {
        return -1;
    }
    mark_secret(n);
    if (BN_div(v[XCJ__Q], n->t, v[XCJ__N], v[XCJ__P], n->ctx) != 1) {
        return -1;
    }
    if (BN_cmp(v[XCJ__P], v[XCJ__Q]) < 0) {
        BIGNUM *larger = v[XCJ__Q]; /* BN_swap() drops the mark, too */
        v[XCJ__Q] = v[XCJ__P];
        v[XCJ__P] = larger;
    }
    return 1;
}

/* 1: done, 0: q has no inverse, so that these are no primes, -1: no memory. */
static int derive_crt(numbers *n)
{
    BIGNUM **v = n->part;
    if (BN_sub(n->p1, v[XCJ__P], BN_value_one()) != 1 || BN_sub(n->q1, v[XCJ__Q], BN_value_one()) != 1 ||
        BN_mod(v[XCJ__DP], v[XCJ__D], n->p1, n->ctx) != 1 || BN_mod(v[XCJ__DQ], v[XCJ__D], n->q1, n->ctx) != 1) {
        return -1;
    }
    if (BN_mod_inverse(v[XCJ__QI], v[XCJ__Q], v[XCJ__P], n->ctx) != NULL) {
        return 1;
    }
    return ERR_GET_REASON(ERR_peek_last_error()) == BN_R_NO_INVERSE ? 0 : -1;
}

/* The key's members again, in a block that has room for the new ones. */
static xcj_code store(xcj__jwk *jwk, const numbers *n, xcj_error *err)
{
    size_t room = 0;
    for (size_t i = XCJ__P; i <= XCJ__QI; i++) {
        room += (size_t)BN_num_bytes(n->part[i]);
    }
    uint8_t *at = xcj__jwk_extend(jwk, room);
    if (at == NULL) {
        return xcj__fail_memory(err);
    }
    for (size_t i = XCJ__P; i <= XCJ__QI; i++) {
        jwk->part[i] = (xcj__bytes){ at, (size_t)BN_bn2bin(n->part[i], at) };
        at += jwk->part[i].len;
    }
    return XCJ_OK;
}

static xcj_code recover_crt(xcj__jwk *jwk, numbers *n, xcj_error *err)
{
    if (jwk->facts.bits > RECOVER_BITS_MAX) {
        return xcj__fail_at(err, XCJ_ERR_LIMIT, "p", XCJ_NO_OFFSET,
                            "an RSA private key above %d bits needs its members p, q, dp, dq and qi", RECOVER_BITS_MAX);
    }
    if (BN_cmp(n->part[XCJ__D], n->part[XCJ__N]) >= 0) {
        return verdict(0, "d", err);
    }
    xcj_code code = verdict(factor(n), "d", err);
    if (code == XCJ_OK) {
        code = verdict(derive_crt(n), "d", err);
    }
    if (code == XCJ_OK) {
        code = check_crt(n, err);
    }
    return code == XCJ_OK ? store(jwk, n, err) : code;
}

xcj_code xcj__rsa_complete(xcj__jwk *jwk, xcj_error *err)
{
    numbers n;
    xcj_code code = !numbers_read(&n, jwk)          ? xcj__fail_memory(err)
                    : jwk->part[XCJ__P].ptr != NULL ? check_crt(&n, err)
                                                    : recover_crt(jwk, &n, err);
    numbers_free(&n);
    return code;
}
