#include "lib/key/edwards.h"

#include <openssl/bn.h>
#include <string.h>

/* The longest encoding: Ed448's. */
#define OCTETS_MAX 57

typedef struct numbers {
    BN_CTX *ctx;
    BIGNUM *p; /* the field */
    BIGNUM *y;
    BIGNUM *t;
    BIGNUM *u;
} numbers;

static void numbers_free(numbers *n)
{
    BN_free(n->p);
    BN_free(n->y);
    BN_free(n->t);
    BN_free(n->u);
    BN_CTX_free(n->ctx);
}

/* 2^255 - 19, 2^448 - 2^224 - 1: both are all ones but for one place, little-endian. */
static BIGNUM *field(xcj_curve crv)
{
    uint8_t bytes[56];
    size_t len = crv == XCJ_CURVE_ED25519 ? 32 : 56;
    memset(bytes, 0xff, sizeof bytes);
    if (crv == XCJ_CURVE_ED25519) {
        bytes[0] = 0xed;
        bytes[31] = 0x7f;
    } else {
        bytes[28] = 0xfe;
    }
    return BN_lebin2bn(bytes, (int)len, NULL);
}

/*
 * x^2 = (y^2 - 1) / (d y^2 -+ 1), with d = -121665/121666 and -39081: there is an x if the product of both sides of the
 * fraction is a square. Here without a division: Ed25519's is multiplied by the square 121666^2.
 */
static bool take_product(numbers *n, xcj_curve crv)
{
    bool is_25519 = crv == XCJ_CURVE_ED25519;
    if (BN_sqr(n->t, n->y, n->ctx) != 1 || BN_copy(n->u, n->t) == NULL || BN_sub_word(n->t, 1) != 1 ||
        BN_mul_word(n->u, is_25519 ? 121665 : 39081) != 1) {
        return false;
    }
    BN_set_negative(n->u, 1);
    return (is_25519 ? BN_add_word(n->u, 121666) : BN_sub_word(n->u, 1)) == 1 && BN_mul(n->t, n->t, n->u, n->ctx) == 1 &&
           BN_mul_word(n->t, is_25519 ? 121666 : 1) == 1;
}

static int is_point(numbers *n, xcj_curve crv, bool is_odd)
{
    if (BN_cmp(n->y, n->p) >= 0) {
        return 0;
    }
    if (!take_product(n, crv)) {
        return -1;
    }
    int symbol = BN_kronecker(n->t, n->p, n->ctx);
    /* Where x is 0, it has no other sign. */
    return symbol < -1 ? -1 : symbol == 1 || (symbol == 0 && !is_odd);
}

int xcj__edwards_is_point(xcj_curve crv, xcj__bytes x)
{
    uint8_t y[OCTETS_MAX];
    memcpy(y, x.ptr, x.len);
    bool is_odd = y[x.len - 1] >> 7;
    y[x.len - 1] &= 0x7f;
    numbers n = {
        .ctx = BN_CTX_new(), .p = field(crv), .y = BN_lebin2bn(y, (int)x.len, NULL), .t = BN_new(), .u = BN_new()
    };
    bool ready = n.ctx != NULL && n.p != NULL && n.y != NULL && n.t != NULL && n.u != NULL;
    int found = ready ? is_point(&n, crv, is_odd) : -1;
    numbers_free(&n);
    return found;
}
