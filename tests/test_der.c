#include <openssl/ecdsa.h>
#include <string.h>

#include "check_main.h"
#include "lib/codec/der.h"

static const uint8_t *written(const xcj__der *der)
{
    return der->storage + der->start;
}

START_TEST(integers_are_positive_and_short)
{
    static const struct {
        const char *number;
        size_t len;
        const char *der;
        size_t der_len;
    } rows[] = {
        { "", 0, "\x02\x01\x00", 3 },
        { "\0", 1, "\x02\x01\x00", 3 },
        { "\0\0\0", 3, "\x02\x01\x00", 3 },
        { "\x01", 1, "\x02\x01\x01", 3 },
        { "\x7f", 1, "\x02\x01\x7f", 3 },
        { "\x80", 1, "\x02\x02\x00\x80", 4 },
        { "\0\x80", 2, "\x02\x02\x00\x80", 4 },
        { "\0\0\x7f\xff", 4, "\x02\x02\x7f\xff", 4 },
        { "\xff\xff", 2, "\x02\x03\x00\xff\xff", 5 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t storage[16];
        xcj__der der;
        xcj__der_init(&der, storage, sizeof storage);
        xcj__der_integer(&der, (const uint8_t *)rows[i].number, rows[i].len);
        ck_assert(!der.failed);
        ck_assert_uint_eq(xcj__der_len(&der), rows[i].der_len);
        ck_assert_mem_eq(written(&der), rows[i].der, rows[i].der_len);
    }
}
END_TEST

START_TEST(lengths_take_the_fewest_bytes)
{
    static const struct {
        size_t len;
        const char *header;
        size_t header_len;
    } rows[] = {
        { 0, "\x04\x00", 2 },
        { 1, "\x04\x01", 2 },
        { 127, "\x04\x7f", 2 },
        { 128, "\x04\x81\x80", 3 },
        { 255, "\x04\x81\xff", 3 },
        { 256, "\x04\x82\x01\x00", 4 },
        { 65535, "\x04\x82\xff\xff", 4 },
        { 65536, "\x04\x83\x01\x00\x00", 5 },
    };
    static uint8_t content[65536];
    static uint8_t storage[65600];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        xcj__der der;
        xcj__der_init(&der, storage, sizeof storage);
        xcj__der_prepend(&der, "after", 5);
        size_t mark = xcj__der_len(&der);
        xcj__der_prepend(&der, content, rows[i].len);
        xcj__der_wrap(&der, XCJ__DER_OCTET_STRING, mark);
        ck_assert(!der.failed);
        ck_assert_uint_eq(xcj__der_len(&der), rows[i].len + rows[i].header_len + 5);
        ck_assert_mem_eq(written(&der), rows[i].header, rows[i].header_len);
        ck_assert_mem_eq(storage + sizeof storage - 5, "after", 5);
    }
}
END_TEST

START_TEST(a_sequence_is_written_from_its_end)
{
    uint8_t storage[64];
    xcj__der der;
    xcj__der_init(&der, storage, sizeof storage);
    xcj__der_integer(&der, (const uint8_t *)"\x05", 1);
    xcj__der_integer(&der, (const uint8_t *)"\x00", 1);
    xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
    ck_assert_uint_eq(xcj__der_len(&der), 8);
    ck_assert_mem_eq(written(&der), "\x30\x06\x02\x01\x00\x02\x01\x05", 8);
}
END_TEST

START_TEST(room_that_is_too_short_is_remembered)
{
    for (size_t cap = 0; cap <= 8; cap++) {
        uint8_t *storage = malloc(cap + (cap == 0));
        xcj__der der;
        xcj__der_init(&der, storage, cap);
        xcj__der_integer(&der, (const uint8_t *)"\x05", 1);
        xcj__der_integer(&der, (const uint8_t *)"\x00", 1);
        xcj__der_wrap(&der, XCJ__DER_SEQUENCE, 0);
        ck_assert_int_eq(der.failed, cap < 8);
        ck_assert_uint_le(xcj__der_len(&der), cap);
        free(storage);
    }
    uint8_t one[1];
    xcj__der der;
    xcj__der_init(&der, one, 1);
    xcj__der_prepend(&der, "ab", 2);
    xcj__der_prepend(&der, "a", 1);
    ck_assert(der.failed);
    ck_assert_uint_eq(xcj__der_len(&der), 0);
}
END_TEST

/* As OpenSSL writes it. */
static size_t reference(uint8_t *dst, const uint8_t *rs, size_t half)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(rs, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(rs + half, (int)half, NULL);
    ck_assert_int_eq(ECDSA_SIG_set0(sig, r, s), 1);
    int len = i2d_ECDSA_SIG(sig, &dst);
    ECDSA_SIG_free(sig);
    ck_assert_int_gt(len, 0);
    return (size_t)len;
}

START_TEST(ecdsa_goes_there_and_back)
{
    static const size_t halves[] = { 1, 20, 32, 48, 61, 62, 63, 66 };
    unsigned seed = 1;
    for (size_t h = 0; h < sizeof halves / sizeof halves[0]; h++) {
        size_t half = halves[h];
        for (unsigned round = 0; round < 400; round++) {
            uint8_t rs[132], back[132], expected[160];
            for (size_t i = 0; i < 2 * half; i++) {
                seed = seed * 1103515245U + 12345U;
                rs[i] = (uint8_t)(seed >> 16);
            }
            /* Leading zeros of every number, and a top bit that is set or not. */
            memset(rs, 0, round % half);
            memset(rs + half, 0, round / 3 % half);
            rs[round % half] |= round % 2 ? 0x80 : 1;
            rs[half + round / 3 % half] |= round % 5 ? 0x80 : 1;
            size_t expected_len = reference(expected, rs, half);
            uint8_t *der = malloc(2 * half + 9);
            ck_assert_uint_eq(xcj__der_from_ecdsa(der, 2 * half + 9, rs, half), expected_len);
            ck_assert_mem_eq(der, expected, expected_len);
            ck_assert(xcj__der_to_ecdsa(back, half, der, expected_len));
            ck_assert_mem_eq(back, rs, 2 * half);
            free(der);
        }
    }
}
END_TEST

START_TEST(numbers_that_no_signature_has)
{
    uint8_t rs[64] = { 0 };
    uint8_t der[80];
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, sizeof der, rs, 32), 0);
    rs[31] = 1;
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, sizeof der, rs, 32), 0);
    rs[63] = 1;
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, sizeof der, rs, 32), 8);
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, 72, rs, 32), 0);
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, 73, rs, 32), 8);
    rs[31] = 0;
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, sizeof der, rs, 32), 0);
    ck_assert_uint_eq(xcj__der_from_ecdsa(der, sizeof der, rs, 0), 0);
    static uint8_t long_rs[134] = { 1 };
    static uint8_t long_der[200];
    long_rs[67] = 1;
    ck_assert_uint_eq(xcj__der_from_ecdsa(long_der, sizeof long_der, long_rs, 67), 0);
}
END_TEST

START_TEST(ecdsa_der_is_strict)
{
    static const struct {
        bool good;
        const char *der;
        size_t len;
    } rows[] = {
#define ROW(good, literal) { good, literal, sizeof(literal) - 1 }
        ROW(true, "\x30\x06\x02\x01\x01\x02\x01\x02"),
        ROW(false, ""),
        ROW(false, "\x30"),
        ROW(false, "\x30\x00"),
        ROW(false, "\x31\x06\x02\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x05\x02\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x07\x02\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x06\x02\x01\x01\x02\x01\x02\x00"),
        ROW(false, "\x30\x09\x02\x01\x01\x02\x01\x02\x02\x01\x03"),
        ROW(false, "\x30\x81\x06\x02\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x82\x00\x06\x02\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x80\x02\x01\x01\x02\x01\x02\x00\x00"),
        ROW(false, "\x30\x81"),
        ROW(false, "\x30\x06\x03\x01\x01\x02\x01\x02"),
        ROW(false, "\x30\x06\x02\x01\x01\x03\x01\x02"),
        ROW(false, "\x30\x03\x02\x01\x01"),
        ROW(false, "\x30\x06\x02\x01\x00\x02\x01\x02"),
        ROW(false, "\x30\x06\x02\x01\x01\x02\x01\x00"),
        ROW(false, "\x30\x06\x02\x01\x81\x02\x01\x02"),
        ROW(true, "\x30\x07\x02\x02\x00\x81\x02\x01\x02"),
        ROW(false, "\x30\x07\x02\x02\x00\x01\x02\x01\x02"),
        ROW(false, "\x30\x07\x02\x01\x01\x02\x02\x00\x02"),
        ROW(false, "\x30\x05\x02\x00\x02\x01\x02"),
        ROW(false, "\x30\x06\x02\x04\x01\x02\x01\x02"),
        ROW(false, "\x30\x06\x02\x01\x01\x02\x02\x02"),
        ROW(false, "\x30\x07\x02\x81\x01\x01\x02\x01\x02"),
        ROW(true, "\x30\x08\x02\x02\x7f\xff\x02\x02\x7f\xff"),
        ROW(true, "\x30\x0a\x02\x03\x00\xff\xff\x02\x03\x00\xff\xff"),
        ROW(false, "\x30\x0a\x02\x03\x01\xff\xff\x02\x03\x00\xff\xff"),
        ROW(false, "\x30\x0a\x02\x03\x00\xff\xff\x02\x03\x01\xff\xff"),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *der = malloc(rows[i].len + (rows[i].len == 0));
        memcpy(der, rows[i].der, rows[i].len);
        uint8_t rs[4] = { 1, 2, 3, 4 };
        ck_assert_msg(xcj__der_to_ecdsa(rs, 2, der, rows[i].len) == rows[i].good, "row %zu", i);
        if (!rows[i].good)
            ck_assert_mem_eq(rs, "\0\0\0\0", 4);
        free(der);
    }
}
END_TEST

START_TEST(every_prefix_of_a_signature_is_refused)
{
    uint8_t rs[132], back[132], der[141];
    memset(rs, 0xff, sizeof rs);
    size_t len = xcj__der_from_ecdsa(der, sizeof der, rs, 66);
    ck_assert_uint_eq(len, 141);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *copy = malloc(cut + (cut == 0));
        memcpy(copy, der, cut);
        ck_assert(!xcj__der_to_ecdsa(back, 66, copy, cut));
        free(copy);
    }
    ck_assert(xcj__der_to_ecdsa(back, 66, der, len));
    ck_assert(!xcj__der_to_ecdsa(back, 65, der, len));
}
END_TEST

/* The whole structures, their halves and what is random: test_secret.c. */
START_TEST(the_beginning_of_a_key)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool begins;
    } rows[] = {
        { "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70", 9, true }, /* SubjectPublicKeyInfo */
        { "\x30\x2a\x30\x05\x06\x03\x2b\x65", 8, true },     /* the algorithm is cut short */
        { "\x30\x2a\x30\x05\x06\x03\x2b", 7, false },
        { "\x30\x2a\x30\x05\x06\x03\x2b\x66\x70", 9, false }, /* another one */
        { "\x30\x2a\x30\x05\x06\x02\x2b\x65\x70", 9, false }, /* its length is not right */
        { "\x30\x2a\x31\x05\x06\x03\x2b\x65\x70", 9, false },
        { "\x31\x2a\x30\x05\x06\x03\x2b\x65\x70", 9, false },
        { "\x30\x81\x2a\x30\x82\x00\x05\x06\x03\x2b\x65\x70", 12, true }, /* more bytes for a length than it needs */
        { "\x30\x80\x30\x80\x06\x03\x2b\x65\x70", 9, true },              /* without a length */
        { "\x30\x85\x01\x01\x01\x01\x01\x30\x05\x06\x03\x2b\x65\x70", 14, false },
        { "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70", 12, true }, /* PrivateKeyInfo */
        { "\x30\x2e\x02\x01\x03\x30\x05\x06\x03\x2a\x86\x48", 12, true }, /* PKCS#12 */
        { "\x30\x2e\x02\x01\x04\x30\x05\x06\x03\x2b\x65\x70", 12, false },
        { "\x30\x2e\x02\x02\x00\x00\x30\x05\x06\x03\x2b\x65\x70", 13, false },
        { "\x30\x82\x01\x00\x30\x81\xf0\xa0\x03\x02\x01\x02", 12, true }, /* Certificate */
        { "\x30\x82\x01\x00\x30\x81\xf0\xa1\x03\x02\x01\x02", 12, false },
        { "\x30\x82\x01\x00\x30\x81\xf0\x02\x01\x09\x30\x0d\x06\x09\x2a\x86\x48\x86", 18, true },
        { "\x30\x77\x02\x01\x01\x04\x20", 7, true },  /* ECPrivateKey */
        { "\x30\x77\x02\x01\x01\x04\x13", 7, false }, /* too short */
        { "\x30\x77\x02\x01\x01\x04\x80", 7, false },
        { "\x30\x77\x02\x01\x01\x04\x81\x80", 8, false },         /* too long */
        { "\x30\x82\x01\x00\x02\x01\x00\x02\x40\x7f", 10, true }, /* RSAPrivateKey */
        { "\x30\x82\x01\x00\x02\x01\x00\x02\x3f\x7f", 10, false },
        { "\x30\x82\x01\x00\x02\x01\x00\x02\x40\x80", 10, false }, /* negative */
        { "\x30\x82\x01\x00\x02\x01\x00\x02\x40", 9, false },
        { "\x30\x81\x89\x02\x81\x81\x00", 7, true }, /* RSAPublicKey */
        { "\x30\x81\x87\x02\x81\x81\x00", 7, true },
        { "\x30\x81\x86\x02\x81\x81\x00", 7, false }, /* no room for the exponent */
        { "\x30\x81\x90\x02\x81\x81\x00", 7, true },
        { "\x30\x81\x91\x02\x81\x81\x00", 7, false }, /* too much */
        { "\x30\x81\x89\x02\x81\x81\x01", 7, false },
        { "\x30\x48\x02\x41\x00", 5, false },
        { "\x30\x06\x02\x01\x07\x02\x01\x07", 8, false }, /* a signature */
        { "\x30\x00", 2, false },
        { "\x30", 1, false },
        { "", 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *copy = malloc(rows[i].len + (rows[i].len == 0));
        memcpy(copy, rows[i].bytes, rows[i].len);
        ck_assert_msg(xcj__der_begins_key(copy, rows[i].len) == rows[i].begins, "row %zu", i);
        free(copy);
    }
    uint8_t small[74] = { 0x30, 0x48, 0x02, 0x41 };
    memcpy(small + 69, "\x02\x03\x01\x00\x01", 5);
    ck_assert(xcj__der_begins_key(small, sizeof small));
    ck_assert(!xcj__der_begins_key(small, 70));
    small[1]++;
    ck_assert(!xcj__der_begins_key(small, sizeof small));
}
END_TEST

static Suite *der_suite(void)
{
    TCase *tests = tcase_create("der");
    tcase_add_test(tests, integers_are_positive_and_short);
    tcase_add_test(tests, lengths_take_the_fewest_bytes);
    tcase_add_test(tests, a_sequence_is_written_from_its_end);
    tcase_add_test(tests, room_that_is_too_short_is_remembered);
    tcase_add_test(tests, ecdsa_goes_there_and_back);
    tcase_add_test(tests, numbers_that_no_signature_has);
    tcase_add_test(tests, ecdsa_der_is_strict);
    tcase_add_test(tests, every_prefix_of_a_signature_is_refused);
    tcase_add_test(tests, the_beginning_of_a_key);
    Suite *suite = suite_create("der");
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(der_suite)
