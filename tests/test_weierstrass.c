/*
 * Which EC keys are keys: points on the curve, private keys of that point; OpenSSL makes the keys and the groups.
 */
#include "check_main.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/weierstrass.h"

#define OCTETS_MAX 66

static xcj_error err;

/* The linker leads calls of this here: while a key is read, its number is known to be secret. */
static size_t marked, unmarked;

int __real_EC_POINT_mul(const EC_GROUP *g, EC_POINT *r, const BIGNUM *n, const EC_POINT *q, const BIGNUM *m, BN_CTX *c);
int __wrap_EC_POINT_mul(const EC_GROUP *g, EC_POINT *r, const BIGNUM *n, const EC_POINT *q, const BIGNUM *m, BN_CTX *c);
int __wrap_EC_POINT_mul(const EC_GROUP *g, EC_POINT *r, const BIGNUM *n, const EC_POINT *q, const BIGNUM *m, BN_CTX *c)
{
    const bool is_marked = BN_get_flags(n, BN_FLG_CONSTTIME) != 0;
    marked += is_marked;
    unmarked += !is_marked;
    return __real_EC_POINT_mul(g, r, n, q, m, c);
}

static const struct {
    xcj_curve crv;
    int nid;
} CURVES[] = { { XCJ_CURVE_P256, NID_X9_62_prime256v1 },
               { XCJ_CURVE_P384, NID_secp384r1 },
               { XCJ_CURVE_P521, NID_secp521r1 },
               { XCJ_CURVE_SECP256K1, NID_secp256k1 } };

/* The numbers of a key, in the curve's full length. */
typedef struct numbers {
    int which;
    size_t len;
    uint8_t x[OCTETS_MAX];
    uint8_t y[OCTETS_MAX];
    uint8_t d[OCTETS_MAX];
} numbers;

static void put(uint8_t *to, const BIGNUM *number, size_t len)
{
    ck_assert_int_eq(BN_bn2binpad(number, to, (int)len), (int)len);
}

static numbers of_point(int which, const EC_GROUP *group, const EC_POINT *point, const BIGNUM *d)
{
    numbers n = { .which = which, .len = xcj__curve_row(CURVES[which].crv)->octets };
    BIGNUM *x = BN_new(), *y = BN_new();
    ck_assert_int_eq(EC_POINT_get_affine_coordinates(group, point, x, y, NULL), 1);
    put(n.x, x, n.len);
    put(n.y, y, n.len);
    put(n.d, d, n.len);
    BN_free(x);
    BN_free(y);
    return n;
}

static numbers of_private(int which, const EC_GROUP *group, const BIGNUM *d)
{
    EC_POINT *point = EC_POINT_new(group);
    ck_assert_int_eq(EC_POINT_mul(group, point, d, NULL, NULL, NULL), 1);
    numbers n = of_point(which, group, point, d);
    EC_POINT_free(point);
    return n;
}

static const char *jwk_of(const numbers *n, bool is_private)
{
    static char jwk[512];
    char x[100] = "", y[100] = "", d[100] = "";
    xcj__b64u_encode(x, n->x, n->len);
    xcj__b64u_encode(y, n->y, n->len);
    xcj__b64u_encode(d, n->d, n->len);
    snprintf(jwk, sizeof jwk, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s%s%s}",
             xcj__curve_row(CURVES[n->which].crv)->name, x, y, is_private ? ",\"d\":\"" : "", is_private ? d : "",
             is_private ? "\"" : "");
    return jwk;
}

/* The same answer without a scratch, with a fresh one, and with one that has seen the curve; `member` is what is at fault.
 */
static void expect(const numbers *n, bool is_private, const char *member)
{
    const char *jwk = jwk_of(n, is_private);
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, NULL), XCJ_OK);
    for (int i = 0; i < 3; i++) {
        xcj_key *key;
        options.scratch = i > 0 ? scratch : NULL;
        xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), &options, &err);
        ck_assert_int_eq(code, member == NULL ? XCJ_OK : XCJ_ERR_KEY);
        ck_assert_str_eq(err.member, member == NULL ? "" : member);
        xcj_key_free(key);
    }
    xcj_scratch_free(scratch);
}

static EC_GROUP *group_of(int which)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(CURVES[which].nid);
    ck_assert_ptr_nonnull(group);
    return group;
}

/* A key of OpenSSL's; the point of the same x on the other side; one beside them; and x and y exchanged. */
START_TEST(points)
{
    EC_GROUP *group = group_of(_i);
    EC_POINT *other = EC_POINT_new(group);
    BIGNUM *d = BN_new();
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(BN_priv_rand_range(d, EC_GROUP_get0_order(group)), 1);
        numbers n = of_private(_i, group, d);
        expect(&n, false, NULL);
        expect(&n, true, NULL);
        ck_assert_int_eq(EC_POINT_mul(group, other, d, NULL, NULL, NULL), 1);
        ck_assert_int_eq(EC_POINT_invert(group, other, NULL), 1);
        numbers mirrored = of_point(_i, group, other, d);
        expect(&mirrored, false, NULL);
        expect(&mirrored, true, "d");
        numbers beside = n;
        beside.y[n.len - 1] ^= 1;
        expect(&beside, false, "x");
        expect(&beside, true, "x");
        numbers exchanged = n;
        memcpy(exchanged.x, n.y, n.len);
        memcpy(exchanged.y, n.x, n.len);
        expect(&exchanged, false, "x");
    }
    BN_free(d);
    EC_POINT_free(other);
    EC_GROUP_free(group);
}
END_TEST

/* A point of one curve is none of another of the same length. */
START_TEST(points_of_another_curve)
{
    EC_GROUP *group = group_of(0);
    BIGNUM *d = BN_new();
    ck_assert_int_eq(BN_set_word(d, 5), 1);
    numbers n = of_private(0, group, d);
    expect(&n, true, NULL);
    n.which = 3;
    expect(&n, false, "x");
    BN_free(d);
    EC_GROUP_free(group);
}
END_TEST

/* There is a point with x = 0 on the first three curves. Its x may not be written as p. */
START_TEST(coordinates_are_below_p)
{
    EC_GROUP *group = group_of(_i);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *p = BN_new(), *a = BN_new(), *b = BN_new(), *zero = BN_new();
    ck_assert_int_eq(EC_GROUP_get_curve(group, p, a, b, NULL), 1);
    ck_assert_int_eq(EC_POINT_set_compressed_coordinates(group, point, zero, 0, NULL), 1);
    numbers n = of_point(_i, group, point, zero);
    expect(&n, false, NULL);
    put(n.x, p, n.len);
    expect(&n, false, "x");
    memset(n.x, 0, n.len);
    ck_assert_int_eq(BN_add(p, p, BN_bin2bn(n.y, (int)n.len, b)), 1);
    if ((size_t)BN_num_bytes(p) <= n.len) {
        put(n.y, p, n.len);
        expect(&n, false, "x");
    }
    memset(n.y, 0, n.len);
    expect(&n, false, "x"); /* 0, 0 is not on them */
    BN_free(p);
    BN_free(a);
    BN_free(b);
    BN_free(zero);
    EC_POINT_free(point);
    EC_GROUP_free(group);
}
END_TEST

/* 1 and n - 1 are private keys, with n - 1 that of -G; 0, n, n + 1 and all ones are none, though (n + 1) G is G. */
START_TEST(private_keys_have_a_range)
{
    EC_GROUP *group = group_of(_i);
    const BIGNUM *order = EC_GROUP_get0_order(group);
    BIGNUM *d = BN_new();
    ck_assert_int_eq(BN_set_word(d, 1), 1);
    numbers n = of_private(_i, group, d);
    marked = unmarked = 0;
    expect(&n, true, NULL);
    ck_assert(marked > 0 && unmarked == 0);
    memset(n.d, 0, n.len);
    expect(&n, true, "d");
    put(n.d, order, n.len);
    expect(&n, true, "d");
    ck_assert_int_eq(BN_add(d, order, BN_value_one()), 1);
    put(n.d, d, n.len);
    expect(&n, true, "d");
    ck_assert_ptr_nonnull(strstr(err.message, "order of the curve"));
    memset(n.d, 0xff, n.len);
    expect(&n, true, "d");
    ck_assert_int_eq(BN_sub(d, order, BN_value_one()), 1);
    put(n.d, d, n.len);
    expect(&n, true, "d");
    ck_assert_ptr_nonnull(strstr(err.message, "not the private part"));
    numbers last = of_private(_i, group, d);
    expect(&last, true, NULL);
    BN_free(d);
    EC_GROUP_free(group);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("weierstrass");
    TCase *t = tcase_create("weierstrass");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, points, 0, 4);
    tcase_add_test(t, points_of_another_curve);
    tcase_add_loop_test(t, coordinates_are_below_p, 0, 3);
    tcase_add_loop_test(t, private_keys_have_a_range, 0, 4);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
