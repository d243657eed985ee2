/*
 * Keys in every structure they have: what is written is read by OpenSSL, and again by us, and is the same key; what a
 * structure does not hold is refused.
 */
#include "check_main.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <xcj/openssl.h>

#include "fixtures.h"

static xcj_error err;

static const xcj_alg ALGS[] = { XCJ_RS256, XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_ED25519, XCJ_ED448 };
enum { FIRST_EC = 1, LAST_EC = 4, ED25519 = 5 };

static xcj_key *keys[COUNT_OF(ALGS)];

static void setup(void)
{
    for (size_t i = 0; i < COUNT_OF(ALGS); i++) {
        keys[i] = named(ALGS[i], "k1");
    }
}

static void teardown(void)
{
    for (size_t i = 0; i < COUNT_OF(ALGS); i++) {
        xcj_key_free(keys[i]);
    }
}

static xcj_export_options as(xcj_encoding encoding)
{
    xcj_export_options options = XCJ_EXPORT_OPTIONS_INIT;
    options.encoding = encoding;
    return options;
}

static char *exported(const xcj_key *key, xcj_part part, const xcj_export_options *options, size_t *len)
{
    char *text;
    ck_assert_msg(xcj_key_export(&text, len, key, part, options, &err) == XCJ_OK, "%s", err.message);
    ck_assert_int_eq(err.code, XCJ_OK);
    ck_assert_int_eq(text[*len], '\0');
    return text;
}

static void expect_refused(const xcj_key *key, xcj_part part, const xcj_export_options *options, xcj_code code,
                           const char *says)
{
    char *text = (char *)&err;
    size_t len = 1;
    leave_entry();
    ck_assert_int_eq(xcj_key_export(&text, &len, key, part, options, &err), code);
    expect_error(&err, code, "");
    ck_assert_msg(strstr(err.message, says) != NULL, "%s: no %s", err.message, says);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(len, 0);
    expect_entry();
    ck_assert_int_eq(xcj_key_export(&text, &len, key, part, options, NULL), code);
}

static EVP_PKEY *openssl_reads(const char *text, xcj_part part, const char *passphrase)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *pkey = part == XCJ_PRIVATE ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t)passphrase)
                                         : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return pkey;
}

static void expect_openssl_reads(const char *text, const xcj_key *key, xcj_part part, const char *passphrase)
{
    EVP_PKEY *own = openssl_of(key);
    EVP_PKEY *pkey = openssl_reads(text, part, passphrase);
    ck_assert_ptr_nonnull(pkey);
    ck_assert_int_eq(EVP_PKEY_eq(pkey, own), 1);
    EVP_PKEY_free(pkey);
    EVP_PKEY_free(own);
}

/* As it was, but for the labels, which this form does not carry. */
static void expect_read_again(const char *text, size_t len, const xcj_key *key, xcj_part part, const char *passphrase)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *again, *labelled;
    options.passphrase = xcj_text(passphrase);
    labels.kid = xcj_key_id(key);
    labels.alg = xcj_key_alg(key);
    ck_assert_int_eq(xcj_key_from_data(&again, (const uint8_t *)text, len, &options, &err), XCJ_OK);
    ck_assert_int_eq(xcj_key_relabel(&labelled, again, &labels, &err), XCJ_OK);
    expect_same_key(labelled, key, part);
    xcj_key_free(labelled);
    xcj_key_free(again);
}

/* PEM and DER of one structure: the same bytes, which OpenSSL writes too. */
static void expect_structure(const xcj_key *key, xcj_part part, xcj_encoding encoding, const char *label)
{
    xcj_export_options options = as(encoding);
    size_t len, der_len;
    char *pem = exported(key, part, &options, &len);
    char *name;
    char *header;
    unsigned char *body;
    long body_len;
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    ck_assert_int_eq(PEM_read_bio(bio, &name, &header, &body, &body_len), 1);
    ck_assert_str_eq(name, label);
    options.der = 1;
    char *der = exported(key, part, &options, &der_len);
    ck_assert_int_eq((long)der_len, body_len);
    ck_assert_mem_eq(der, body, der_len);
    expect_read_again(pem, len, key, part, NULL);
    expect_read_again(der, der_len, key, part, NULL);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(body);
    BIO_free(bio);
    xcj_free(der);
    xcj_free(pem);
}

START_TEST(default_is_what_to_pem_and_to_der_write)
{
    const xcj_key *key = keys[_i];
    for (xcj_part part = XCJ_PUBLIC; part <= XCJ_PRIVATE; part++) {
        size_t len, pem_len, der_len;
        char *text = exported(key, part, NULL, &len);
        char *pem;
        uint8_t *der;
        ck_assert_int_eq(xcj_key_to_pem(&pem, &pem_len, key, part, NULL), XCJ_OK);
        ck_assert_str_eq(text, pem);
        xcj_free(text);
        expect_openssl_reads(pem, key, part, NULL);
        xcj_free(pem);
        xcj_export_options options = as(XCJ_PKCS8);
        options.der = 1;
        text = exported(key, part, &options, &len);
        ck_assert_int_eq(xcj_key_to_der(&der, &der_len, key, part, NULL), XCJ_OK);
        ck_assert_uint_eq(len, der_len);
        ck_assert_mem_eq(text, der, len);
        xcj_free(text);
        xcj_free(der);
        expect_structure(key, part, XCJ_PKCS8, part == XCJ_PRIVATE ? "PRIVATE KEY" : "PUBLIC KEY");
    }
}
END_TEST

/* The bytes are those of OpenSSL's own writer. */
START_TEST(pkcs1_is_as_openssl_writes_it)
{
    xcj_export_options options = as(XCJ_PKCS1);
    EVP_PKEY *pkey = openssl_of(keys[0]);
    uint8_t *theirs = NULL;
    size_t len;
    int their_len = i2d_PrivateKey(pkey, &theirs);
    options.der = 1;
    char *der = exported(keys[0], XCJ_PRIVATE, &options, &len);
    ck_assert_int_eq((int)len, their_len);
    ck_assert_mem_eq(der, theirs, len);
    xcj_free(der);
    OPENSSL_free(theirs);
    theirs = NULL;
    their_len = i2d_PublicKey(pkey, &theirs);
    der = exported(keys[0], XCJ_PUBLIC, &options, &len);
    ck_assert_int_eq((int)len, their_len);
    ck_assert_mem_eq(der, theirs, len);
    xcj_free(der);
    OPENSSL_free(theirs);
    EVP_PKEY_free(pkey);
    expect_structure(keys[0], XCJ_PRIVATE, XCJ_PKCS1, "RSA PRIVATE KEY");
    expect_structure(keys[0], XCJ_PUBLIC, XCJ_PKCS1, "RSA PUBLIC KEY");
    for (size_t i = FIRST_EC; i < COUNT_OF(ALGS); i++) {
        expect_refused(keys[i], XCJ_PRIVATE, &options, XCJ_ERR_KEY_TYPE, "PKCS#1 is for RSA keys");
        expect_refused(keys[i], XCJ_PUBLIC, &options, XCJ_ERR_KEY_TYPE, xcj_curve_name(xcj_key_curve(keys[i])));
    }
}
END_TEST

START_TEST(sec1_is_as_openssl_writes_it)
{
    xcj_export_options options = as(XCJ_SEC1);
    options.der = 1;
    for (size_t i = 0; i < COUNT_OF(ALGS); i++) {
        if (i < FIRST_EC || i > LAST_EC) {
            expect_refused(keys[i], XCJ_PRIVATE, &options, XCJ_ERR_KEY_TYPE, "SEC1 is for EC keys");
            continue;
        }
        EVP_PKEY *pkey = openssl_of(keys[i]);
        uint8_t *theirs = NULL;
        size_t len;
        int their_len = i2d_PrivateKey(pkey, &theirs);
        char *der = exported(keys[i], XCJ_PRIVATE, &options, &len);
        ck_assert_int_eq((int)len, their_len);
        ck_assert_mem_eq(der, theirs, len);
        xcj_free(der);
        OPENSSL_free(theirs);
        EVP_PKEY_free(pkey);
        expect_structure(keys[i], XCJ_PRIVATE, XCJ_SEC1, "EC PRIVATE KEY");
        expect_refused(keys[i], XCJ_PUBLIC, &options, XCJ_ERR_KEY_PART, "SEC1 is for private keys");
    }
}
END_TEST

START_TEST(openssh_lines_are_read_again)
{
    const xcj_export_options options = as(XCJ_OPENSSH);
    for (size_t i = 0; i < COUNT_OF(ALGS); i++) {
        if (ALGS[i] == XCJ_ES256K || ALGS[i] == XCJ_ED448) {
            expect_refused(keys[i], XCJ_PUBLIC, &options, XCJ_ERR_KEY_TYPE, "OpenSSH has no keys of type");
            continue;
        }
        size_t len;
        char *line = exported(keys[i], XCJ_PUBLIC, &options, &len);
        ck_assert_ptr_eq(strstr(line, " k1\n"), line + len - 4);
        expect_read_again(line, len, keys[i], XCJ_PUBLIC, NULL);
        xcj_free(line);
        expect_refused(keys[i], XCJ_PRIVATE, &options, XCJ_ERR_KEY_PART, "ask for the public part");
    }
}
END_TEST

/* A kid is anybody's text: it is the comment only when it cannot begin a line. */
START_TEST(openssh_comments_stay_on_their_line)
{
    static const struct {
        const char *kid;
        const char *end;
    } cases[] = {
        { "a b", " a b\n" }, { "", "=\n" },           { "x\nssh-ed25519 AAAA", "=\n" },
        { "x\r", "=\n" },    { "x\xc2\x85y", "=\n" }, { "\xc3\xa9", " \xc3\xa9\n" },
    };
    const xcj_export_options options = as(XCJ_OPENSSH);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
        xcj_key *key;
        size_t len;
        labels.kid = xcj_text(cases[i].kid);
        ck_assert_int_eq(xcj_key_relabel(&key, keys[FIRST_EC], &labels, &err), XCJ_OK);
        char *line = exported(key, XCJ_PUBLIC, &options, &len);
        ck_assert_str_eq(line + len - strlen(cases[i].end), cases[i].end);
        ck_assert_ptr_eq(strchr(line, '\n'), line + len - 1);
        xcj_free(line);
        xcj_key_free(key);
    }
}
END_TEST

static int64_t rounds_of(const char *der, size_t len, int *kdf, int *cipher)
{
    const uint8_t *at = (const uint8_t *)der;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &at, (long)len);
    ck_assert_ptr_nonnull(sealed);
    const X509_ALGOR *algorithm;
    X509_SIG_get0(sealed, &algorithm, NULL);
    ck_assert_int_eq(OBJ_obj2nid(algorithm->algorithm), NID_pbes2);
    PBE2PARAM *pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
    *kdf = OBJ_obj2nid(pbes2->keyfunc->algorithm);
    *cipher = OBJ_obj2nid(pbes2->encryption->algorithm);
    int64_t rounds = 0;
    if (*kdf == NID_id_pbkdf2) {
        PBKDF2PARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter);
        ck_assert_int_eq(OBJ_obj2nid(param->prf->algorithm), NID_hmacWithSHA256);
        ck_assert_int_eq(ASN1_INTEGER_get_int64(&rounds, param->iter), 1);
        PBKDF2PARAM_free(param);
    }
    PBE2PARAM_free(pbes2);
    X509_SIG_free(sealed);
    return rounds;
}

/* Of each type with scrypt, which is quicker, and one with PBKDF2. */
START_TEST(encrypted_keys_open_with_their_passphrase)
{
    const xcj_key *key = keys[_i % (int)COUNT_OF(ALGS)];
    xcj_export_options options = as(XCJ_PKCS8);
    size_t len, other_len;
    int kdf, cipher;
    options.passphrase = xcj_text("correct horse");
    options.kdf = _i < (int)COUNT_OF(ALGS) ? XCJ_SCRYPT : XCJ_PBKDF2;
    char *pem = exported(key, XCJ_PRIVATE, &options, &len);
    ck_assert_int_eq(strncmp(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 38), 0);
    expect_openssl_reads(pem, key, XCJ_PRIVATE, "correct horse");
    expect_read_again(pem, len, key, XCJ_PRIVATE, "correct horse");
    ck_assert_ptr_null(openssl_reads(pem, XCJ_PRIVATE, "correct hors"));
    ERR_clear_error();
    xcj_key *closed;
    ck_assert_int_eq(xcj_key_from_pem(&closed, pem, len, NULL, NULL), XCJ_ERR_PASSPHRASE);
    options.der = 1;
    char *der = exported(key, XCJ_PRIVATE, &options, &len);
    int64_t rounds = rounds_of(der, len, &kdf, &cipher);
    ck_assert_int_eq(cipher, NID_aes_256_cbc);
    ck_assert_int_eq(kdf, options.kdf == XCJ_SCRYPT ? NID_id_scrypt : NID_id_pbkdf2);
    ck_assert_int_eq(rounds, options.kdf == XCJ_SCRYPT ? 0 : 600000);
    /* Salt and initialisation vector are new each time. */
    char *other = exported(key, XCJ_PRIVATE, &options, &other_len);
    ck_assert_uint_eq(len, other_len);
    ck_assert_mem_ne(der, other, len);
    xcj_free(other);
    xcj_free(der);
    xcj_free(pem);
}
END_TEST

START_TEST(encryption_is_for_pkcs8)
{
    xcj_export_options options = as(XCJ_PKCS8);
    options.passphrase = (xcj_str){ "x", 1 };
    expect_refused(keys[0], XCJ_PUBLIC, &options, XCJ_ERR_KEY_PART, "a public key is not encrypted");
    options.passphrase.len = 0;
    expect_refused(keys[0], XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "passphrase to encrypt with is empty");
    options.passphrase.len = 1024 * 1024 + 1;
    expect_refused(keys[0], XCJ_PRIVATE, &options, XCJ_ERR_LIMIT, "passphrase");
    options.passphrase.len = 1;
    options.kdf = (xcj_kdf)2;
    expect_refused(keys[0], XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "scrypt");
    options = as(XCJ_PKCS1);
    options.passphrase = (xcj_str){ "x", 1 };
    expect_refused(keys[0], XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "only PKCS#8 is encrypted");
    options.encoding = XCJ_SEC1;
    expect_refused(keys[FIRST_EC], XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "only PKCS#8 is encrypted");
    options.encoding = XCJ_OPENSSH;
    expect_refused(keys[FIRST_EC], XCJ_PUBLIC, &options, XCJ_ERR_ARGUMENT, "only PKCS#8 is encrypted");
}
END_TEST

START_TEST(odd_options)
{
    xcj_export_options options = as((xcj_encoding)4);
    expect_refused(keys[0], XCJ_PRIVATE, &options, XCJ_ERR_ARGUMENT, "no such structure");
    options = as(XCJ_OPENSSH);
    options.der = 1;
    expect_refused(keys[0], XCJ_PUBLIC, &options, XCJ_ERR_ARGUMENT, "not DER");
    options.der = 0;
    options.labels = 1;
    expect_refused(keys[0], XCJ_PUBLIC, &options, XCJ_ERR_ARGUMENT, "only PEM");
    options = as(XCJ_PKCS8);
    options.labels = 1;
    options.der = 1;
    expect_refused(keys[0], XCJ_PUBLIC, &options, XCJ_ERR_ARGUMENT, "only PEM");
    xcj_key *secret = key_for(XCJ_HS256);
    expect_refused(secret, XCJ_PRIVATE, NULL, XCJ_ERR_KEY_PART, "an oct key is a secret");
    xcj_key_free(secret);
    xcj_key *public = public_of(keys[0]);
    options = as(XCJ_PKCS1);
    expect_refused(public, XCJ_PRIVATE, &options, XCJ_ERR_KEY_PART, "this is a public key");
    xcj_key_free(public);
    expect_refused(keys[0], (xcj_part)3, NULL, XCJ_ERR_ARGUMENT, "neither the public nor the private part");
}
END_TEST

/* A key whose labels are in the line before its block, read with and without asking for them. */
static xcj_key *labelled(xcj_str kid, const char *use, xcj_alg alg)
{
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *key;
    labels.kid = kid;
    labels.use = xcj_text(use);
    labels.alg = alg;
    ck_assert_int_eq(xcj_key_relabel(&key, keys[FIRST_EC], &labels, &err), XCJ_OK);
    return key;
}

static xcj_key *read_pem(const char *pem, size_t len, int labels)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    options.pem_labels = labels;
    ck_assert_msg(xcj_key_from_pem(&key, pem, len, &options, &err) == XCJ_OK, "%s", err.message);
    return key;
}

START_TEST(labels_go_through_pem)
{
    static const char begin[] = "\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n# {\"kid\":\"z\"}\n";
    const xcj_str kids[] = {
        xcj_text("gateway-1"), { "a\"\\\n\0b", 6 }, xcj_text("\xe2\x80\xae"), { begin, sizeof begin - 1 }
    };
    xcj_export_options options = as(XCJ_PKCS8);
    options.labels = 1;
    for (size_t i = 0; i < COUNT_OF(kids); i++) {
        for (xcj_part part = XCJ_PUBLIC; part <= XCJ_PRIVATE; part++) {
            xcj_key *key = labelled(kids[i], "sig", XCJ_ES256);
            size_t len;
            char *pem = exported(key, part, &options, &len);
            ck_assert_int_eq(strncmp(pem, "# {\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"", 36), 0);
            xcj_key *again = read_pem(pem, len, 1);
            expect_same_key(again, key, part);
            xcj_key_free(again);
            expect_openssl_reads(pem, key, part, NULL);
            again = read_pem(pem, len, 0);
            ck_assert_ptr_null(xcj_key_id(again).ptr);
            ck_assert_ptr_null(xcj_key_use(again).ptr);
            ck_assert_int_eq(xcj_key_alg(again), XCJ_ALG_NONE);
            xcj_key_free(again);
            xcj_free(pem);
            xcj_key_free(key);
        }
    }
}
END_TEST

/* Without labels there is no line, and whoever reads them takes nothing else for one. */
START_TEST(lines_that_are_no_labels)
{
    static const char *const lines[] = { "",
                                         "kid: a\n",
                                         "# comment\n",
                                         "#{\"kid\":\"a\"}\n",
                                         "# {\"kid\":\"a\"}\n\nBag Attributes\n",
                                         "# {\"kid\":null2}\n-\n" };
    xcj_key *plain = labelled(xcj_text(""), NULL, XCJ_ALG_NONE);
    xcj_key *again;
    xcj_export_options options = as(XCJ_PKCS8);
    size_t len;
    char *der = exported(plain, XCJ_PUBLIC, NULL, &len);
    again = read_pem(der, len, 1);
    xcj_free(der);
    options.labels = 1;
    char *pem = exported(again, XCJ_PUBLIC, &options, &len);
    ck_assert_int_eq(strncmp(pem, "-----BEGIN", 10), 0);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", lines[i], pem);
        xcj_key *read = read_pem(text, strlen(text), 1);
        ck_assert_ptr_null(xcj_key_id(read).ptr);
        xcj_key_free(read);
    }
    xcj_free(pem);
    xcj_key_free(again);
    xcj_key_free(plain);
}
END_TEST

START_TEST(labels_that_are_broken)
{
    static const struct {
        const char *line;
        xcj_code code;
        const char *member;
    } cases[] = {
        { "# {\"kid\":\"a\"}", XCJ_OK, "" },
        { "  # {\"kid\":\"a\",\"more\":[1]}  ", XCJ_OK, "" },
        { "# {\"alg\":\"RSA-OAEP\",\"kid\":\"a\"}", XCJ_OK, "" },
        { "# {\"kid\":\"a\"", XCJ_ERR_JSON, "" },
        { "# {\"kid\":\"a\"} more", XCJ_ERR_JSON, "" },
        { "# {\"kid\":\"a\",\"kid\":\"b\"}", XCJ_ERR_JSON, "kid" },
        { "# {\"kid\":\"\\ud800\"}", XCJ_ERR_JSON, "" },
        { "# {\"kid\":1}", XCJ_ERR_KEY, "kid" },
        { "# {\"use\":[]}", XCJ_ERR_KEY, "use" },
        { "# {\"alg\":null}", XCJ_ERR_KEY, "alg" },
    };
    size_t len;
    char *pem = exported(keys[FIRST_EC], XCJ_PUBLIC, NULL, &len);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        xcj_key *key;
        char text[1024];
        options.pem_labels = 1;
        snprintf(text, sizeof text, "%s\r\n%s", cases[i].line, pem);
        ck_assert_int_eq(xcj_key_from_pem(&key, text, strlen(text), &options, &err), cases[i].code);
        if (cases[i].code != XCJ_OK) {
            ck_assert_ptr_nonnull(strstr(err.message, "the line before the PEM block"));
            ck_assert_str_eq(err.member, cases[i].member);
        } else {
            ck_assert_int_eq(xcj_key_id(key).ptr[0], 'a');
        }
        xcj_key_free(key);
    }
    xcj_free(pem);
}
END_TEST

/* Each block of several has its own. */
START_TEST(labels_of_several_blocks)
{
    xcj_export_options options = as(XCJ_PKCS8);
    xcj_key_options how = XCJ_KEY_OPTIONS_INIT;
    char text[4096] = "";
    xcj_keyset *set;
    size_t len;
    options.labels = 1;
    how.pem_labels = 1;
    for (size_t i = FIRST_EC; i <= LAST_EC; i++) {
        char *pem = exported(keys[i], XCJ_PUBLIC, i == FIRST_EC ? NULL : &options, &len);
        strcat(text, pem);
        xcj_free(pem);
    }
    ck_assert_int_eq(xcj_keyset_from_data(&set, (const uint8_t *)text, strlen(text), &how, &err), XCJ_OK);
    ck_assert_uint_eq(xcj_keyset_count(set), 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(xcj_key_alg(xcj_keyset_get(set, i)), i == 0 ? XCJ_ALG_NONE : ALGS[FIRST_EC + i]);
    }
    xcj_keyset_free(set);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("export");
    TCase *t = tcase_create("export");
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, default_is_what_to_pem_and_to_der_write, 0, COUNT_OF(ALGS));
    tcase_add_test(t, pkcs1_is_as_openssl_writes_it);
    tcase_add_test(t, sec1_is_as_openssl_writes_it);
    tcase_add_test(t, openssh_lines_are_read_again);
    tcase_add_test(t, openssh_comments_stay_on_their_line);
    tcase_add_loop_test(t, encrypted_keys_open_with_their_passphrase, 0, COUNT_OF(ALGS) + 1);
    tcase_add_test(t, encryption_is_for_pkcs8);
    tcase_add_test(t, odd_options);
    tcase_add_test(t, labels_go_through_pem);
    tcase_add_test(t, lines_that_are_no_labels);
    tcase_add_test(t, labels_that_are_broken);
    tcase_add_test(t, labels_of_several_blocks);
    suite_add_tcase(s, t);
    return s;
}

CHECK_MAIN(suite)
