#include "check_main.h"

#include <openssl/pem.h>
#include <stdio.h>

#include "fixtures.h"
#include "lib/key/pem.h"

static xcj_error err;

static bool none(xcj_str label)
{
    (void)label;
    return false;
}

static bool labelled_a(xcj_str label)
{
    return label.len == 1 && label.ptr[0] == 'A';
}

static xcj_code read_first(xcj__pem *pem, const char *text)
{
    memset(pem, 0xff, sizeof *pem);
    return xcj__pem_read(pem, text, strlen(text), none, &err);
}

static void expect_refused(const char *text, xcj_code code, size_t offset, const char *words)
{
    xcj__pem pem;
    ck_assert_msg(read_first(&pem, text) == code, "%s: %s: %s", text, xcj_code_name(err.code), err.message);
    ck_assert_ptr_null(pem.der);
    ck_assert_uint_eq(pem.der_len, 0);
    expect_error(&err, code, "PEM");
    ck_assert_uint_eq(err.offset, offset);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "CANARY"));
}

static void expect_bytes(const char *text, const char *label, const char *bytes)
{
    xcj__pem pem;
    ck_assert_msg(read_first(&pem, text) == XCJ_OK, "%s: %s", text, err.message);
    ck_assert_uint_eq(pem.label.len, strlen(label));
    ck_assert_mem_eq(pem.label.ptr, label, pem.label.len);
    ck_assert_uint_eq(pem.der_len, strlen(bytes));
    ck_assert_mem_eq(pem.der, bytes, pem.der_len);
    xcj__pem_free(&pem);
    ck_assert_ptr_null(pem.der);
    xcj__pem_free(&pem);
}

/* Byte for byte what OpenSSL writes, whatever the length of the last line; and it is read back. */
START_TEST(written_as_openssl_writes)
{
    static uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    for (size_t len = 1; len <= sizeof bytes; len++) {
        BIO *bio = BIO_new(BIO_s_mem());
        char *theirs;
        xcj__buf own;
        xcj__pem pem;
        PEM_write_bio(bio, "PUBLIC KEY", "", bytes, (long)len);
        long their_len = BIO_get_mem_data(bio, &theirs);
        xcj__buf_init(&own);
        xcj__pem_write(&own, "PUBLIC KEY", bytes, len);
        ck_assert_uint_eq(own.len, (size_t)their_len);
        ck_assert_mem_eq(own.ptr, theirs, own.len);
        ck_assert_int_eq(xcj__pem_read(&pem, own.ptr, own.len, none, &err), XCJ_OK);
        ck_assert_uint_eq(pem.der_len, len);
        ck_assert_mem_eq(pem.der, bytes, len);
        xcj__pem_free(&pem);
        xcj__buf_free(&own);
        BIO_free(bio);
    }
}
END_TEST

/* RFC 7468 3: what a lax parser takes. */
START_TEST(layouts_that_are_read)
{
    expect_bytes("-----BEGIN X-----\nYWJj\n-----END X-----\n", "X", "abc");
    expect_bytes("-----BEGIN X-----\nYWJj\n-----END X-----", "X", "abc");
    expect_bytes("-----BEGIN X-----\r\nYW\r\nJj\r\n-----END X-----\r\n", "X", "abc");
    expect_bytes("\xef\xbb\xbf-----BEGIN X-----\rYWJj\r-----END X-----\r", "X", "abc");
    expect_bytes("  -----BEGIN X-----\n\t Y W Jj \n\n  -----END X-----\n", "X", "abc");
    expect_bytes("A: \xc3\xa9\f\n--\n----- BEGIN\nx-----BEGIN X-----\n-----BEGIN A B-----\nYWI=\n-----END A B-----x", "A B",
                 "ab");
    expect_bytes("-----BEGIN -----\nYQ==\n-----END -----\n", "", "a");
}
END_TEST

START_TEST(armour_that_is_refused)
{
    expect_refused("", XCJ_ERR_KEY, XCJ_NO_OFFSET, "no PEM block");
    expect_refused("-----BEGIN", XCJ_ERR_KEY, XCJ_NO_OFFSET, "no PEM block");
    expect_refused("----BEGIN X-----\nYWJj\n-----END X-----", XCJ_ERR_KEY, XCJ_NO_OFFSET, "no PEM block");
    expect_refused("ab-----BEGIN X-----\nCANARY==\n-----END X-----", XCJ_ERR_KEY, XCJ_NO_OFFSET, "no PEM block");
    expect_refused("a\x02\n-----BEGIN X-----\nCANARY==\n-----END X-----", XCJ_ERR_KEY, XCJ_NO_OFFSET, "no PEM block");
    expect_refused("-----BEGIN X\nCANARY\n-----END X-----", XCJ_ERR_KEY, 0, "does not end in five dashes");
    expect_refused("-----BEGIN X-----CANARY==-----END X-----", XCJ_ERR_KEY, 0, "no END line");
    expect_refused("-----BEGIN X-----CANARY==\n-----END X-----", XCJ_ERR_KEY, 0, "does not end in five dashes");
    expect_refused("-----BEGIN X-----\nCANARY==-----END X-----", XCJ_ERR_KEY, 0, "no END line");
    expect_refused("-----BEGIN X", XCJ_ERR_KEY, 0, "does not end in five dashes");
    expect_refused("-----BEGIN X-----\nCANARY==\n", XCJ_ERR_KEY, 0, "no END line");
    expect_refused("-----BEGIN X-----\nYWJj\n-----END Y-----", XCJ_ERR_KEY, 23, "does not match");
    expect_refused("-----BEGIN X-----\nYWJj\n-----END X----", XCJ_ERR_KEY, 23, "does not match");
    expect_refused("-----BEGIN X-----\nYWJj\n-----END XY-----", XCJ_ERR_KEY, 23, "does not match");
    expect_refused("-----BEGIN X-----\nYWJj\n-----END ", XCJ_ERR_KEY, 23, "does not match");
}
END_TEST

START_TEST(bodies_that_are_refused)
{
    static const char *const bodies[] = {
        "CANARY?=", "YQ", "YR==", "YQ=", "Y===", "=", "YQ==YQ==", "YW_j", "YWJj.", "YQ==A"
    };
    expect_refused("-----BEGIN X----- \n-----END X-----", XCJ_ERR_BASE64, 18, "is empty");
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char text[100];
        sprintf(text, "-----BEGIN X-----\n%s\n-----END X-----", bodies[i]);
        expect_refused(text, XCJ_ERR_BASE64, 17, "is not base64");
    }
    expect_refused("-----BEGIN X-----\nComment: CANARY\n\nYWJj\n-----END X-----", XCJ_ERR_KEY, 17, "has headers");
    expect_refused("-----BEGIN X-----\nYWJj\nProc-Type: 4,ENCRYPTED\n-----END X-----", XCJ_ERR_KEY, 17, "has headers");
    expect_refused("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n-----END X-----", XCJ_ERR_BASE64, 41, "is empty");
}
END_TEST

START_TEST(one_block_after_another)
{
    static const char text[] = "x\n-----BEGIN A-----\nYQ==\n-----END A-----\n-----BEGIN B-----\nYg==\n-----END B-----\nx\n";
    xcj__pem pem;
    ck_assert_int_eq(xcj__pem_read(&pem, text, sizeof text - 1, none, &err), XCJ_OK);
    ck_assert(pem.label.ptr[0] == 'A' && pem.der[0] == 'a');
    xcj__pem_free(&pem);
    ck_assert_int_eq(xcj__pem_read(&pem, text, sizeof text - 1, labelled_a, &err), XCJ_OK);
    ck_assert(pem.label.ptr[0] == 'B' && pem.der[0] == 'b');
    xcj__pem_free(&pem);
    ck_assert_int_eq(xcj__pem_read(&pem, text, 41, labelled_a, &err), XCJ_ERR_KEY);
    ck_assert_ptr_null(pem.der);
}
END_TEST

/* A printed certificate may print a block that its maker put into it. Nothing but blocks may then follow the first. */
START_TEST(printed_certificates)
{
#define A "-----BEGIN A-----\nYQ==\n-----END A-----\n"
#define B "-----BEGIN B-----\nYg==\n-----END B-----\n"
    static const char *const read[] = {
        "Certificate:\n    Data:\n" A,   "Certificate:\n" A B,       "Certificate:\n" A "\r\n\t" B B "\n",
        "Certificate chain\n" A "x\n" B, "x\n" A "Certificate:\n" B, "a Certificate:\n" A "x\n" B,
    };
    static const char *const refused[] = {
        "Certificate:\n" A "    Signature\n" B,   "x\n  Certificate:\n" A "x",
        "Certificate Request:\n" A "x\n" B,       "Certificate:\n" A "-----BEGIN X-----\nSignature: 00\n-----END X-----\n",
        "Certificate:\n" A "-----BEGIN X-----\n", "Certificate:\n-----BEGIN A-----\nYQ==\n-----END A-----" A "x",
    };
    for (size_t i = 0; i < COUNT_OF(read); i++) {
        expect_bytes(read[i], "A", "a");
    }
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        xcj__pem pem;
        ck_assert_msg(read_first(&pem, refused[i]) == XCJ_ERR_KEY, "%s", refused[i]);
        ck_assert_ptr_null(pem.der);
        expect_error(&err, XCJ_ERR_KEY, "PEM");
        ck_assert_ptr_nonnull(strstr(err.message, "keep only the lines from BEGIN to END"));
    }
#undef A
#undef B
}
END_TEST

START_TEST(sniffing)
{
    static const char *const yes[] = { "-----BEGIN X", "a\n-----BEGIN ", " \t-----BEGIN ", "{}\r-----BEGIN X" };
    static const char *const no[] = { "",
                                      "-",
                                      "-----BEGIN",
                                      "-----END X-----",
                                      "-----begin X-----",
                                      "---- -BEGIN ",
                                      "a -----BEGIN X",
                                      "------BEGIN X",
                                      "a\x01\n-----BEGIN X" };
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        ck_assert_msg(xcj__pem_sniff(yes[i], strlen(yes[i])), "%s", yes[i]);
        ck_assert_msg(!xcj__pem_sniff(yes[i], strlen(yes[i]) - 4), "%s", yes[i]);
    }
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        ck_assert_msg(!xcj__pem_sniff(no[i], strlen(no[i])), "%s", no[i]);
    }
    ck_assert(!xcj__pem_sniff(NULL, 0));
}
END_TEST

/* A megabyte of dashes, or of short lines, costs a megabyte's time. */
START_TEST(many_dashes)
{
    size_t len = 1000000;
    char *text = malloc(len);
    memset(text, '-', len);
    ck_assert(!xcj__pem_sniff(text, len));
    memset(text, '\r', len);
    ck_assert(!xcj__pem_sniff(text, len));
    memset(text, '-', len);
    memcpy(text, "-----BEGIN X-----\n", 18);
    xcj__pem pem;
    ck_assert_int_eq(xcj__pem_read(&pem, text, len, none, &err), XCJ_ERR_KEY);
    free(text);
}
END_TEST

static void expect_key(const char *text, xcj_code code, const char *member, const char *words)
{
    xcj_key *key = (xcj_key *)&err;
    leave_entry();
    ck_assert_msg(xcj_key_from_pem(&key, text, strlen(text), NULL, &err) == code, "%s: %s", text, err.message);
    ck_assert_ptr_null(key);
    expect_error(&err, code, member);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
    ck_assert_int_eq(xcj_key_from_pem(&key, text, strlen(text), NULL, NULL), code);
    expect_entry();
}

/* The label says whether it is a private key, a public one or a certificate: DER that is good under its own label is refused
 * under one of another sort, and read under one of its sort that many tools confuse with it. */
START_TEST(labels_bind)
{
    static const char *const labels[] = { "PUBLIC KEY",      "RSA PUBLIC KEY",        "CERTIFICATE",   "PRIVATE KEY",
                                          "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY" };
    xcj_key *key = key_for(XCJ_ES256);
    EVP_PKEY *pkey = openssl_of(key);
    uint8_t *der = NULL;
    int len = i2d_PrivateKey(pkey, &der); /* SEC 1 */
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        const char *label = labels[i];
        xcj__buf text;
        xcj__buf_init(&text);
        xcj__pem_write(&text, label, der, (size_t)len);
        xcj__buf_put_char(&text, '\0');
        if (i < 3) {
            expect_key(text.ptr, XCJ_ERR_KEY, "", label);
        } else {
            xcj_key *read;
            ck_assert_int_eq(xcj_key_from_pem(&read, text.ptr, text.len, NULL, &err), XCJ_OK);
            memset(text.ptr, 'x', text.len);
            ck_assert_int_eq(xcj_key_curve(read), XCJ_CURVE_P256);
            ck_assert_ptr_null(xcj_key_id(read).ptr);
            xcj_key_free(read);
        }
        xcj__buf_free(&text);
    }
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
}
END_TEST

START_TEST(blocks_that_are_no_keys)
{
    expect_key("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n", XCJ_ERR_KEY, "PEM",
               "\"CERTIFICATE REQUEST\" is not a key");
    expect_key("-----BEGIN \"\x01-----\nMAA=\n-----END \"\x01-----\n", XCJ_ERR_KEY, "PEM", "\"??\" is not a key");
    expect_key("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", XCJ_ERR_KEY, "PEM",
               "\"EC PARAMETERS\" is not a key");
    expect_key("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", XCJ_ERR_KEY, "",
               "not the DER of a PUBLIC KEY");
    expect_key("-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n", XCJ_ERR_BASE64, "PEM", "empty");
    char *large = malloc(1024 * 1024 + 2);
    memset(large, 'x', 1024 * 1024 + 1);
    large[1024 * 1024 + 1] = '\0';
    xcj_key *key;
    ck_assert_int_eq(xcj_key_from_pem(&key, large, strlen(large), NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_int_eq(xcj_key_from_pem(&key, large, strlen(large) - 1, NULL, &err), XCJ_ERR_KEY);
    free(large);
}
END_TEST

/* The old encryption of PEM itself, as OpenSSL writes it. */
START_TEST(old_encryption)
{
    xcj_key *key = key_for(XCJ_ES256);
    EVP_PKEY *pkey = openssl_of(key);
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    unsigned char passphrase[] = "secret";
    ck_assert_int_eq(PEM_write_bio_PrivateKey_traditional(bio, pkey, EVP_aes_128_cbc(), passphrase, 6, NULL, NULL), 1);
    BIO_write(bio, "", 1);
    long len = BIO_get_mem_data(bio, &data) - 1;
    expect_key(data, XCJ_ERR_PASSPHRASE, "PEM", "give its passphrase");
    static const struct {
        const char *passphrase;
        size_t len;
        xcj_code code;
    } rows[] = { { "secret!", 6, XCJ_OK }, { "secret!", 7, XCJ_ERR_PASSPHRASE }, { "", 0, XCJ_ERR_PASSPHRASE } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *read;
        options.passphrase = (xcj_str){ rows[i].passphrase, rows[i].len };
        leave_entry();
        ck_assert_int_eq(xcj_key_from_pem(&read, data, (size_t)len, &options, &err), rows[i].code);
        expect_entry();
        ck_assert_int_eq(read != NULL && xcj_key_is_private(read), rows[i].code == XCJ_OK);
        xcj_key_free(read);
    }
    /* One passphrase in 256 decrypts to what has the padding of a key. OpenSSL takes none of more than 1024 bytes. */
    char wrong[1100];
    memset(wrong, 'x', sizeof wrong);
    for (size_t i = 0; i < 3000; i++) {
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *read;
        options.passphrase = (xcj_str){ wrong, i < 2999 ? (size_t)sprintf(wrong, "%zu", i) : sizeof wrong };
        const xcj_code code = xcj_key_from_pem(&read, data, (size_t)len, &options, &err);
        ck_assert_msg(code == XCJ_ERR_PASSPHRASE && strstr(err.message, "does not open") != NULL, "%zu: %s", i, err.message);
    }
    /* A cipher that nobody knows is not a wrong passphrase. */
    char *cipher = strstr(data, "AES-128-CBC");
    memcpy(cipher, "XYZ", 3);
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *read;
    options.passphrase = (xcj_str){ "secret", 6 };
    ck_assert_int_eq(xcj_key_from_pem(&read, data, (size_t)len, &options, &err), XCJ_ERR_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "does not know"));
    BIO_free(bio);
    EVP_PKEY_free(pkey);
    xcj_key_free(key);
}
END_TEST

START_TEST(options_are_checked)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    options.size = 0;
    ck_assert_int_eq(xcj_key_from_pem(&key, "x", 1, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_from_der(&key, (const uint8_t *)"x", 1, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_from_jwk(&key, "x", 1, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_key_from_secret(&key, (const uint8_t *)"x", 1, &options, &err), XCJ_ERR_ARGUMENT);
    ck_assert_ptr_null(key);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        written_as_openssl_writes,
        layouts_that_are_read,
        armour_that_is_refused,
        bodies_that_are_refused,
        one_block_after_another,
        printed_certificates,
        sniffing,
        many_dashes,
        labels_bind,
        blocks_that_are_no_keys,
        old_encryption,
        options_are_checked,
    };
    TCase *tcase = tcase_create("pem");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("pem");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
