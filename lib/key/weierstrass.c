#include "lib/key/weierstrass.h"

#include <openssl/obj_mac.h>
#include <string.h>

#define OCTETS_MAX 66

/* SEC 2, FIPS 186-4 D.1.2: y^2 = x^3 + a x + b over the field of p elements. */
typedef struct equation {
    int nid;
    const char *p;
    BN_ULONG minus_a;
    const char *b;
} equation;

static const equation equations[] = {
    [XCJ_CURVE_P256] = { NID_X9_62_prime256v1, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF", 3,
                         "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B" },
    [XCJ_CURVE_P384] = { NID_secp384r1,
                         "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE"
                         "FFFFFFFF0000000000000000FFFFFFFF",
                         3,
                         "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875A"
                         "C656398D8A2ED19D2A85C8EDD3EC2AEF" },
    [XCJ_CURVE_P521] = { NID_secp521r1,
                         "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
                         "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                         3,
                         "51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E1"
                         "56193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00" },
    [XCJ_CURVE_SECP256K1] = { NID_secp256k1, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F", 0, "7" },
};

typedef struct numbers {
    BIGNUM *p;
    BIGNUM *b;
    BIGNUM *x;
    BIGNUM *y;
    BIGNUM *t;
} numbers;

static bool read_numbers(numbers *n, BN_CTX *ctx, const equation *curve, xcj__bytes x, xcj__bytes y)
{
    n->p = BN_CTX_get(ctx);
    n->b = BN_CTX_get(ctx);
    n->x = BN_CTX_get(ctx);
    n->y = BN_CTX_get(ctx);
    n->t = BN_CTX_get(ctx);
    return n->t != NULL && BN_hex2bn(&n->p, curve->p) != 0 && BN_hex2bn(&n->b, curve->b) != 0 &&
           BN_bin2bn(x.ptr, (int)x.len, n->x) != NULL && BN_bin2bn(y.ptr, (int)y.len, n->y) != NULL;
}

/* Does p divide x (x^2 + a) + b - y^2? One division is enough. */
static int holds(const numbers *n, BN_CTX *ctx, BN_ULONG minus_a)
{
    if (BN_ucmp(n->x, n->p) >= 0 || BN_ucmp(n->y, n->p) >= 0) {
        return 0;
    }
    bool done = BN_sqr(n->t, n->x, ctx) == 1 && BN_sub_word(n->t, minus_a) == 1 && BN_mul(n->t, n->t, n->x, ctx) == 1 &&
                BN_add(n->t, n->t, n->b) == 1 && BN_sqr(n->y, n->y, ctx) == 1 && BN_sub(n->t, n->t, n->y) == 1 &&
                BN_div(NULL, n->t, n->t, n->p, ctx) == 1;
    return done ? BN_is_zero(n->t) : -1;
}

int xcj__weierstrass_is_point(xcj_curve crv, xcj__bytes x, xcj__bytes y)
{
    const equation *curve = &equations[crv];
    BN_CTX *ctx = BN_CTX_new();
    if (ctx == NULL) {
        return -1;
    }
    numbers n;
    BN_CTX_start(ctx);
    int found = read_numbers(&n, ctx, curve, x, y) ? holds(&n, ctx, curve->minus_a) : -1;
    BN_CTX_end(ctx);
    BN_CTX_free(ctx);
    return found;
}

EC_GROUP *xcj__weierstrass_group(xcj_curve crv)
{
    return EC_GROUP_new_by_curve_name(equations[crv].nid);
}

static xcj__pair compare(const EC_GROUP *group, const BIGNUM *d, const uint8_t *octets, size_t len)
{
    BN_CTX *ctx = BN_CTX_secure_new();
    EC_POINT *given = EC_POINT_new(group);
    EC_POINT *own = EC_POINT_new(group);
    xcj__pair found = XCJ__PAIR_FAILED;
    if (ctx != NULL && given != NULL && own != NULL && EC_POINT_oct2point(group, given, octets, len, ctx) == 1 &&
        EC_POINT_mul(group, own, d, NULL, NULL, ctx) == 1) {
        int differs = EC_POINT_cmp(group, given, own, ctx);
        found = differs == 0 ? XCJ__PAIR_FITS : differs == 1 ? XCJ__PAIR_DIFFERS : XCJ__PAIR_FAILED;
    }
    EC_POINT_free(given);
    EC_POINT_clear_free(own); /* its third coordinate says something of d */
    BN_CTX_free(ctx);
    return found;
}

xcj__pair xcj__weierstrass_pair(const EC_GROUP *group, const xcj__bytes *part)
{
    uint8_t octets[1 + 2 * OCTETS_MAX] = { 4 };
    size_t half = part[XCJ__X].len;
    memcpy(octets + 1, part[XCJ__X].ptr, half);
    memcpy(octets + 1 + half, part[XCJ__Y].ptr, half);
    BIGNUM *d = BN_bin2bn(part[XCJ__D].ptr, (int)part[XCJ__D].len, NULL);
    if (d == NULL) {
        return XCJ__PAIR_FAILED;
    }
    BN_set_flags(d, BN_FLG_CONSTTIME);
    bool in_range = !BN_is_zero(d) && BN_cmp(d, EC_GROUP_get0_order(group)) < 0;
    xcj__pair found = in_range ? compare(group, d, octets, 1 + 2 * half) : XCJ__PAIR_RANGE;
    BN_clear_free(d);
    return found;
}
