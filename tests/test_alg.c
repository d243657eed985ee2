#include "check_main.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <string.h>
#include <xcj.h>

#include "lib/key/alg.h"

#define FIRST XCJ_HS256
#define LAST XCJ_ED448

START_TEST(names_and_numbers_agree)
{
    for (xcj_alg alg = FIRST; alg <= LAST; alg++) {
        const char *name = xcj_alg_name(alg);
        ck_assert_ptr_nonnull(name);
        ck_assert_int_eq(xcj_alg_from_name(name, strlen(name)), alg);
        ck_assert_int_eq(xcj__alg_row(alg)->id, alg);
    }
    ck_assert_ptr_null(xcj_alg_name(XCJ_ALG_NONE));
    ck_assert_ptr_null(xcj_alg_name(LAST + 1));
    ck_assert_ptr_null(xcj__alg_row((xcj_alg)-1));
}
END_TEST

START_TEST(types_and_curves_have_names)
{
    ck_assert_str_eq(xcj_kty_name(XCJ_KTY_RSA), "RSA");
    ck_assert_str_eq(xcj_kty_name(XCJ_KTY_OCT), "oct");
    ck_assert_ptr_null(xcj_kty_name(XCJ_KTY_NONE));
    ck_assert_ptr_null(xcj_kty_name((xcj_kty)(XCJ_KTY_OCT + 1)));
    ck_assert_str_eq(xcj_curve_name(XCJ_CURVE_P256), "P-256");
    ck_assert_str_eq(xcj_curve_name(XCJ_CURVE_X448), "X448");
    ck_assert_ptr_null(xcj_curve_name(XCJ_CURVE_NONE));
    ck_assert_ptr_null(xcj_curve_name((xcj_curve)(XCJ_CURVE_X448 + 1)));
    ck_assert_int_eq(xcj_key_type(NULL), XCJ_KTY_NONE);
    ck_assert_int_eq(xcj_key_curve(NULL), XCJ_CURVE_NONE);
}
END_TEST

START_TEST(no_other_name_is_one)
{
    static const char *const others[] = { "",       "none",  "None",  "rs256",    "RS256 ",
                                          " RS256", "SH256", "ES521", "RSA-OAEP", "Ed25519 " };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(xcj_alg_from_name(others[i], strlen(others[i])), XCJ_ALG_NONE);
    }
    ck_assert_int_eq(xcj_alg_from_name("RS256\0none", 10), XCJ_ALG_NONE);
    ck_assert_int_eq(xcj_alg_from_name(NULL, 0), XCJ_ALG_NONE);
}
END_TEST

START_TEST(the_misspelling_of_kong_is_for_configurations)
{
    ck_assert_int_eq(xcj_kong_alg_from_name("SH256", 5), XCJ_HS256);
    ck_assert_int_eq(xcj_kong_alg_from_name("SH512", 5), XCJ_HS512);
    ck_assert_int_eq(xcj_kong_alg_from_name("RS256", 5), XCJ_RS256);
    ck_assert_int_eq(xcj_kong_alg_from_name("SH384", 5), XCJ_ALG_NONE);
    ck_assert_int_eq(xcj_kong_alg_from_name("sh256", 5), XCJ_ALG_NONE);
}
END_TEST

static xcj__key_facts rsa_key(void)
{
    return (xcj__key_facts){ .kty = XCJ_KTY_RSA, .bits = 2048, .is_private = true };
}

static xcj_code admit(xcj_alg alg, const xcj__key_facts *key, xcj_use use)
{
    xcj_error err;
    xcj_code code = xcj__alg_admit(xcj__alg_row(alg), key, use, &err);
    ck_assert(code == XCJ_OK || (err.code == code && err.message[0] != '\0'));
    ck_assert_int_eq(xcj__alg_admit(xcj__alg_row(alg), key, use, NULL), code);
    return code;
}

/* For every key type and curve, exactly the algorithms that the RFCs bind to it. */
START_TEST(type_and_curve_bind)
{
    static const struct {
        xcj_kty kty;
        xcj_curve crv;
        unsigned bits;
        const char *algs;
    } keys[] = {
        { XCJ_KTY_RSA, XCJ_CURVE_NONE, 2048, "RS256 RS384 RS512 PS256 PS384 PS512" },
        { XCJ_KTY_OCT, XCJ_CURVE_NONE, 512, "HS256 HS384 HS512" },
        { XCJ_KTY_EC, XCJ_CURVE_P256, 256, "ES256" },
        { XCJ_KTY_EC, XCJ_CURVE_P384, 384, "ES384" },
        { XCJ_KTY_EC, XCJ_CURVE_P521, 521, "ES512" },
        { XCJ_KTY_EC, XCJ_CURVE_SECP256K1, 256, "ES256K" },
        { XCJ_KTY_OKP, XCJ_CURVE_ED25519, 256, "EdDSA Ed25519" },
        { XCJ_KTY_OKP, XCJ_CURVE_ED448, 456, "EdDSA Ed448" },
        { XCJ_KTY_OKP, XCJ_CURVE_X25519, 256, "" },
        { XCJ_KTY_OKP, XCJ_CURVE_X448, 448, "" },
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        xcj__key_facts key = { .kty = keys[i].kty, .crv = keys[i].crv, .bits = keys[i].bits, .is_private = true };
        char admitted[128] = "";
        for (xcj_alg alg = FIRST; alg <= LAST; alg++) {
            xcj_code code = admit(alg, &key, XCJ_VERIFY);
            ck_assert(code == XCJ_OK || code == XCJ_ERR_ALG);
            ck_assert_int_eq(admit(alg, &key, XCJ_SIGN), code);
            if (code == XCJ_OK) {
                strcat(admitted, admitted[0] != '\0' ? " " : "");
                strcat(admitted, xcj_alg_name(alg));
            }
        }
        ck_assert_str_eq(admitted, keys[i].algs);
    }
}
END_TEST

START_TEST(a_declared_algorithm_is_the_only_one)
{
    xcj__key_facts key = rsa_key();
    key.has_alg = true;
    key.alg = XCJ_PS256;
    ck_assert_int_eq(admit(XCJ_PS256, &key, XCJ_VERIFY), XCJ_OK);
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_ERR_ALG);
    key.alg = XCJ_ALG_NONE; /* one that is not ours */
    ck_assert_int_eq(admit(XCJ_PS256, &key, XCJ_VERIFY), XCJ_ERR_ALG);
    xcj__key_facts edwards = {
        .kty = XCJ_KTY_OKP, .crv = XCJ_CURVE_ED25519, .bits = 256, .has_alg = true, .alg = XCJ_ED25519
    };
    ck_assert_int_eq(admit(XCJ_ED25519, &edwards, XCJ_VERIFY), XCJ_OK);
    ck_assert_int_eq(admit(XCJ_EDDSA, &edwards, XCJ_VERIFY), XCJ_ERR_ALG);
}
END_TEST

START_TEST(use_and_key_ops_bind)
{
    xcj__key_facts key = rsa_key();
    key.use = xcj_text("sig");
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_SIGN), XCJ_OK);
    key.use = xcj_text("jwt-svid");
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_SIGN), XCJ_ERR_KEY_USE);
    key.use = (xcj_str){ NULL, 0 };
    key.has_key_ops = true;
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_SIGN), XCJ_ERR_KEY_USE);
    key.op_sign = true;
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_SIGN), XCJ_OK);
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_ERR_KEY_USE);
    key.op_verify = true;
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_OK);
    key.is_private = false;
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_OK);
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_SIGN), XCJ_ERR_KEY_USE);
}
END_TEST

static void expect_words(xcj_alg alg, const xcj__key_facts *key, xcj_use use, const char *words)
{
    xcj_error err;
    ck_assert_int_ne(xcj__alg_admit(xcj__alg_row(alg), key, use, &err), XCJ_OK);
    ck_assert_str_eq(err.message, words);
}

START_TEST(refusals_say_what_does_not_fit)
{
    xcj__key_facts rsa = rsa_key();
    xcj__key_facts ec = { .kty = XCJ_KTY_EC, .crv = XCJ_CURVE_P384, .bits = 384 };
    expect_words(XCJ_ES256, &rsa, XCJ_VERIFY, "ES256 does not fit the key, which is RSA");
    expect_words(XCJ_ES256, &ec, XCJ_VERIFY, "ES256 does not fit the key, which is EC P-384");
    expect_words(XCJ_ES384, &ec, XCJ_SIGN, "a public key cannot sign: give the private key");
    ec.has_key_ops = true;
    expect_words(XCJ_ES384, &ec, XCJ_SIGN, "the key's key_ops do not include sign");
    expect_words(XCJ_ES384, &ec, XCJ_VERIFY, "the key's key_ops do not include verify");
    rsa.has_alg = true;
    rsa.alg = XCJ_PS256;
    expect_words(XCJ_RS256, &rsa, XCJ_VERIFY, "the key is for PS256 only, not for RS256");
    rsa.alg = XCJ_ALG_NONE;
    expect_words(XCJ_RS256, &rsa, XCJ_VERIFY, "the key is for another algorithm only, not for RS256");
}
END_TEST

/* RFC 7518 3.2 and 3.3. */
START_TEST(size_binds)
{
    xcj__key_facts key = rsa_key();
    key.bits = 2047;
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_ERR_KEY_WEAK);
    static const struct {
        xcj_alg alg;
        unsigned bits;
    } macs[] = { { XCJ_HS256, 256 }, { XCJ_HS384, 384 }, { XCJ_HS512, 512 } };
    for (size_t i = 0; i < 3; i++) {
        xcj__key_facts secret = { .kty = XCJ_KTY_OCT, .bits = macs[i].bits, .is_private = true };
        ck_assert_int_eq(admit(macs[i].alg, &secret, XCJ_VERIFY), XCJ_OK);
        secret.bits -= 8;
        ck_assert_int_eq(admit(macs[i].alg, &secret, XCJ_VERIFY), XCJ_ERR_KEY_WEAK);
        secret.weak_ok = true;
        ck_assert_int_eq(admit(macs[i].alg, &secret, XCJ_VERIFY), XCJ_OK);
    }
    key.weak_ok = true; /* a word for secrets only */
    ck_assert_int_eq(admit(XCJ_RS256, &key, XCJ_VERIFY), XCJ_ERR_KEY_WEAK);
}
END_TEST

START_TEST(signature_lengths)
{
    static const struct {
        xcj_alg alg;
        xcj__key_facts key;
        size_t len;
    } cases[] = {
        { XCJ_HS256, { .kty = XCJ_KTY_OCT, .bits = 800 }, 32 },
        { XCJ_HS512, { .kty = XCJ_KTY_OCT, .bits = 800 }, 64 },
        { XCJ_RS256, { .kty = XCJ_KTY_RSA, .bits = 2048 }, 256 },
        { XCJ_PS512, { .kty = XCJ_KTY_RSA, .bits = 2049 }, 257 },
        { XCJ_ES256, { .kty = XCJ_KTY_EC, .crv = XCJ_CURVE_P256 }, 64 },
        { XCJ_ES512, { .kty = XCJ_KTY_EC, .crv = XCJ_CURVE_P521 }, 132 },
        { XCJ_EDDSA, { .kty = XCJ_KTY_OKP, .crv = XCJ_CURVE_ED25519 }, 64 },
        { XCJ_EDDSA, { .kty = XCJ_KTY_OKP, .crv = XCJ_CURVE_ED448 }, 114 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_uint_eq(xcj__alg_signature_len(xcj__alg_row(cases[i].alg), &cases[i].key), cases[i].len);
    }
}
END_TEST

/* RFC 7518 6.2.1, RFC 8037, RFC 8812; the object identifiers by OpenSSL's word. */
START_TEST(curves)
{
    static const struct {
        const char *name;
        unsigned bits, octets, signature_len;
    } rows[XCJ__CURVE_COUNT] = {
        [XCJ_CURVE_P256] = { "P-256", 256, 32, 64 },      [XCJ_CURVE_P384] = { "P-384", 384, 48, 96 },
        [XCJ_CURVE_P521] = { "P-521", 521, 66, 132 },     [XCJ_CURVE_SECP256K1] = { "secp256k1", 256, 32, 64 },
        [XCJ_CURVE_ED25519] = { "Ed25519", 256, 32, 64 }, [XCJ_CURVE_ED448] = { "Ed448", 456, 57, 114 },
        [XCJ_CURVE_X25519] = { "X25519", 256, 32, 0 },    [XCJ_CURVE_X448] = { "X448", 448, 56, 0 },
    };
    ck_assert_ptr_null(xcj__curve_row(XCJ_CURVE_NONE));
    ck_assert_ptr_null(xcj__curve_row(XCJ__CURVE_COUNT));
    for (xcj_curve crv = XCJ_CURVE_P256; crv < XCJ__CURVE_COUNT; crv++) {
        const xcj__curve *curve = xcj__curve_row(crv);
        ck_assert_str_eq(curve->name, rows[crv].name);
        ck_assert_int_eq(xcj__curve_from_name(xcj_text(curve->name)), crv);
        ck_assert_uint_eq(curve->bits, rows[crv].bits);
        ck_assert_uint_eq(curve->octets, rows[crv].octets);
        ck_assert_uint_eq(curve->signature_len, rows[crv].signature_len);
        unsigned char *der = NULL;
        int len = i2d_ASN1_OBJECT(OBJ_nid2obj(OBJ_sn2nid(curve->group)), &der);
        ck_assert_mem_eq(curve->oid, der, curve->oid_len);
        ck_assert_int_eq(len, (int)curve->oid_len);
        OPENSSL_free(der);
    }
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        names_and_numbers_agree,
        types_and_curves_have_names,
        no_other_name_is_one,
        the_misspelling_of_kong_is_for_configurations,
        type_and_curve_bind,
        a_declared_algorithm_is_the_only_one,
        use_and_key_ops_bind,
        refusals_say_what_does_not_fit,
        size_binds,
        signature_lengths,
        curves,
    };
    TCase *tcase = tcase_create("alg");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("alg");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
