/*
 * Which encodings are points of Ed25519 and Ed448: as RFC 8032 says, and as OpenSSL finds when it verifies.
 */
#include "check_main.h"

#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/edwards.h"

static xcj_error err;

static int is_point(xcj_curve crv, const uint8_t *x)
{
    return xcj__edwards_is_point(crv, (xcj__bytes){ x, xcj__curve_row(crv)->octets });
}

static xcj_code load(xcj_curve crv, const uint8_t *x)
{
    const xcj__curve *curve = xcj__curve_row(crv);
    char text[80 + 1];
    char jwk[200];
    xcj_key *key;
    text[xcj__b64u_encode(text, x, curve->octets)] = '\0';
    snprintf(jwk, sizeof jwk, "{\"kty\":\"OKP\",\"crv\":\"%s\",\"x\":\"%s\"}", curve->name, text);
    xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err);
    xcj_key_free(key);
    return code;
}

static const struct {
    xcj_curve crv;
    xcj_alg alg;
    const char *type;
} CURVES[] = { { XCJ_CURVE_ED25519, XCJ_ED25519, "ED25519" }, { XCJ_CURVE_ED448, XCJ_ED448, "ED448" } };

START_TEST(public_keys_are_points)
{
    for (int i = 0; i < 100; i++) {
        uint8_t x[64];
        size_t len = sizeof x;
        EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, CURVES[_i].type);
        ck_assert_int_eq(EVP_PKEY_get_raw_public_key(pkey, x, &len), 1);
        ck_assert_int_eq(is_point(CURVES[_i].crv, x), 1);
        x[len - 1] ^= 0x80; /* the other point of the same y */
        ck_assert_int_eq(is_point(CURVES[_i].crv, x), 1);
        ck_assert_int_eq(load(CURVES[_i].crv, x), XCJ_OK);
        EVP_PKEY_free(pkey);
    }
}
END_TEST

/* Of all y, one half belongs to points. */
START_TEST(half_of_all_are_points)
{
    int points = 0;
    for (int i = 0; i < 1000; i++) {
        uint8_t x[64] = { 0 };
        x[0] = (uint8_t)i;
        x[1] = (uint8_t)(i >> 8);
        x[20] = 77;
        int found = is_point(CURVES[_i].crv, x);
        ck_assert_int_eq(load(CURVES[_i].crv, x), found == 1 ? XCJ_OK : XCJ_ERR_KEY);
        ck_assert(found == 1 || strcmp(err.member, "x") == 0);
        points += found;
    }
    ck_assert_int_gt(points, 400);
    ck_assert_int_lt(points, 600);
}
END_TEST

/* Small numbers, by their residues: y, and what RFC 8032 5.1.3 and 5.2.3 make of them. */
START_TEST(borders)
{
    xcj_curve crv = CURVES[_i].crv;
    size_t octets = xcj__curve_row(crv)->octets;
    uint8_t x[57] = { 1 }; /* y = 1: the neutral element */
    ck_assert_int_eq(is_point(crv, x), 1);
    x[octets - 1] = 0x80; /* x = 0 has no sign */
    ck_assert_int_eq(is_point(crv, x), 0);
    memset(x, 0, sizeof x); /* y = 0: of order 4 */
    ck_assert_int_eq(is_point(crv, x), 1);
    memset(x, 0xff, sizeof x); /* y = p, which is 0 in another form */
    if (crv == XCJ_CURVE_ED25519) {
        x[0] = 0xed;
        x[31] = 0x7f;
    } else {
        x[28] = 0xfe;
        x[56] = 0;
    }
    ck_assert_int_eq(is_point(crv, x), 0);
    x[0]--; /* y = p - 1: of order 2 */
    ck_assert_int_eq(is_point(crv, x), 1);
    x[octets - 1] |= 0x80;
    ck_assert_int_eq(is_point(crv, x), 0);
    if (crv == XCJ_CURVE_ED448) {
        memset(x, 0, sizeof x);
        x[0] = 1;
        x[56] = 1; /* beyond the field */
        ck_assert_int_eq(is_point(crv, x), 0);
    }
}
END_TEST

static Suite *suite(void)
{
    TCase *tcase = tcase_create("edwards");
    tcase_add_loop_test(tcase, public_keys_are_points, 0, 2);
    tcase_add_loop_test(tcase, half_of_all_are_points, 0, 2);
    tcase_add_loop_test(tcase, borders, 0, 2);
    Suite *s = suite_create("edwards");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
