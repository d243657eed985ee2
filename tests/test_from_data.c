/*
 * Keys as people hold them: wrappings, PEM of several blocks, and PKCS#12, made at run time by OpenSSL.
 */
#include "check_main.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>

#include "fixtures.h"
#include "lib/codec/base64url.h"
#include "lib/key/unwrap.h"

static xcj_error err;

/* The key of RFC 8037 A.1. */
static const char PRIVATE_PEM[] = "-----BEGIN PRIVATE KEY-----\n"
                                  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                  "-----END PRIVATE KEY-----\n";
static const char JWK[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"d\":\"" ED25519_D "\"}";

static xcj_code read_set(xcj_keyset **set, const void *data, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, data, len);
    leave_entry();
    xcj_code code = xcj_keyset_from_data(set, copy, len, NULL, &err);
    expect_entry();
    memset(copy, 'x', len);
    free(copy);
    ck_assert_int_eq(*set != NULL, code == XCJ_OK);
    return code;
}

/* The bytes are the key above, and nothing that can key a MAC. */
static void expect_the_key(const char *what, const void *data, size_t len)
{
    xcj_key *key, *secret;
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, data, len);
    ck_assert_msg(xcj_key_from_data(&key, copy, len, NULL, &err) == XCJ_OK, "%s: %s", what, err.message);
    char *text = jwk_text(key, XCJ_PRIVATE);
    ck_assert_msg(strcmp(text, JWK) == 0, "%s: %s", what, text);
    xcj_free(text);
    xcj_key_free(key);
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    options.allow_weak_secret = 1;
    ck_assert_msg(xcj_key_from_secret(&secret, copy, len, &options, &err) == XCJ_ERR_KEY, "%s is taken for a secret", what);
    free(copy);
}

static void expect_text(const char *what, const char *text)
{
    expect_the_key(what, text, strlen(text));
}

static char *replaced(const char *text, const char *from, const char *to)
{
    char *out = calloc(1, 4 * strlen(text) + 10);
    char *dst = out;
    while (*text != '\0') {
        if (strncmp(text, from, strlen(from)) == 0) {
            dst += sprintf(dst, "%s", to);
            text += strlen(from);
        } else {
            *dst++ = *text++;
        }
    }
    return out;
}

/* What happens to newlines on the way through environments, YAML, spreadsheets and forms. */
START_TEST(newlines_that_are_lost)
{
    static const char *const newlines[] = { "\\n",  "\\r\\n", " ",     "\r\n",       "\r",   "",       "  ",  "\t",
                                            "\n\n", "\\n\n",  "\\\\n", "\\\\r\\\\n", "\\\n", "\\\r\n", " \n", "\t\r\n" };
    for (size_t i = 0; i < COUNT_OF(newlines); i++) {
        char *text = replaced(PRIVATE_PEM, "\n", newlines[i]);
        expect_text(newlines[i], text);
        char quoted[1000];
        sprintf(quoted, "\"%s\"", text);
        expect_text("double quotes", quoted);
        sprintf(quoted, " '%s'\n", text);
        expect_text("single quotes", quoted);
        free(text);
    }
}
END_TEST

static size_t utf16(uint8_t *dst, const char *text, bool big, bool mark)
{
    size_t len = 0;
    if (mark) {
        memcpy(dst, big ? "\xfe\xff" : "\xff\xfe", 2);
        len = 2;
    }
    for (; *text != '\0'; text++) {
        dst[len++] = big ? 0 : (uint8_t)*text;
        dst[len++] = big ? (uint8_t)*text : 0;
    }
    return len;
}

START_TEST(encodings)
{
    char attributes[500], blank[500], array[500];
    sprintf(attributes, "Bag Attributes\n    localKeyID: 01\n%s", PRIVATE_PEM);
    sprintf(blank, "\n%s", PRIVATE_PEM);
    sprintf(array, "[%s]", JWK);
    const char *const texts[] = { PRIVATE_PEM, JWK, attributes, blank, array };
    uint8_t wide[2000];
    char marked[1000];
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (int j = 0; j < 4; j++) {
            size_t len = utf16(wide, texts[i], j & 1, j & 2);
            expect_the_key("UTF-16", wide, len);
        }
        sprintf(marked, "\xef\xbb\xbf%s", texts[i]);
        expect_text("a byte order mark", marked);
    }
    /* A kid beyond ASCII, in two and in four bytes. */
    static const uint8_t kid[] =
        "{\0\"\0k\0t\0y\0\"\0:\0\"\0o\0c\0t\0\"\0,\0\"\0k\0\"\0:\0\"\0A\0A\0\"\0,\0\"\0k\0i\0d\0\"\0:\0\"\0"
        "\xe9\x00\x3d\xd8\x00\xde\"\0}";
    xcj_keyset *set;
    ck_assert_int_eq(read_set(&set, kid, sizeof kid), XCJ_OK);
    xcj_str id = xcj_key_id(xcj_keyset_get(set, 0));
    ck_assert_uint_eq(id.len, 6);
    ck_assert_mem_eq(id.ptr, "\xc3\xa9\xf0\x9f\x98\x80", 6);
    xcj_keyset_free(set);
    /* Half of a pair is no text. */
    uint8_t half[sizeof kid];
    memcpy(half, kid, sizeof kid);
    half[sizeof kid - 5] = 0;
    ck_assert_int_ne(read_set(&set, half, sizeof half), XCJ_OK);
}
END_TEST

static char *base64_of(const void *bytes, size_t len, bool url, size_t columns)
{
    char *text = calloc(1, 4 * len + 100);
    char *flat = calloc(1, 2 * len + 10);
    size_t used = url ? xcj__b64u_encode(flat, bytes, len) : xcj__b64_encode(flat, bytes, len);
    size_t out = 0;
    for (size_t i = 0; i < used; i++) {
        text[out++] = flat[i];
        if (columns > 0 && i % columns == columns - 1) {
            text[out++] = '\n';
        }
    }
    free(flat);
    return text;
}

START_TEST(base64_of_keys)
{
    uint8_t *der;
    size_t der_len;
    xcj_key *key = key_of(JWK);
    ck_assert_int_eq(xcj_key_to_der(&der, &der_len, key, XCJ_PRIVATE, &err), XCJ_OK);
    xcj_key_free(key);
    const struct {
        const void *bytes;
        size_t len;
    } forms[] = { { PRIVATE_PEM, sizeof PRIVATE_PEM - 1 }, { JWK, sizeof JWK - 1 }, { der, der_len } };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        for (int j = 0; j < 4; j++) {
            char *text = base64_of(forms[i].bytes, forms[i].len, j & 1, j & 2 ? 64 : 0);
            expect_text("base64", text);
            char *twice = base64_of(text, strlen(text), false, 76);
            if (i == 0) {
                /* Base64 of base64 is nothing that is certain. */
                xcj_keyset *set;
                ck_assert_int_eq(read_set(&set, twice, strlen(twice)), XCJ_ERR_KEY);
            }
            free(twice);
            free(text);
        }
    }
    char quoted[300];
    sprintf(quoted, "'%s'", JWK);
    char *text = base64_of(quoted, strlen(quoted), false, 0);
    expect_text("base64 of a quoted JWK", text);
    free(text);
    xcj_free(der);
}
END_TEST

/* Texts of the longest length, and longer ones. */
START_TEST(long_texts)
{
    const size_t most_of_key = 1024 * 1024, most_of_set = 16 * most_of_key;
    char *text = malloc(most_of_set + 1);
    xcj_key *key;
    xcj_keyset *set;
    memset(text, ' ', most_of_set + 1);
    memcpy(text, JWK, strlen(JWK));
    ck_assert_int_eq(xcj_key_from_data(&key, (uint8_t *)text, most_of_key, NULL, &err), XCJ_OK);
    xcj_key_free(key);
    ck_assert_int_eq(xcj_key_from_data(&key, (uint8_t *)text, most_of_key + 1, NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(key);
    const size_t len = (size_t)sprintf(text, "{\"keys\":[%s]}", JWK);
    text[len] = ' ';
    ck_assert_int_eq(xcj_keyset_from_data(&set, (uint8_t *)text, most_of_set, NULL, &err), XCJ_OK);
    xcj_keyset_free(set);
    ck_assert_int_eq(xcj_keyset_from_data(&set, (uint8_t *)text, most_of_set + 1, NULL, &err), XCJ_ERR_LIMIT);
    ck_assert_ptr_null(set);
    free(text);
}
END_TEST

/* A set of one is a key, and its faults are reported as those of a key. */
START_TEST(a_set_of_one)
{
    char text[300];
    xcj_key *key;
    sprintf(text, "{\"keys\":[%s]}", JWK);
    expect_text("a set of one", text);
    static const char broken[] = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"CANARY+\"}]}";
    ck_assert_int_eq(xcj_key_from_data(&key, (const uint8_t *)broken, sizeof broken - 1, NULL, &err), XCJ_ERR_BASE64);
    ck_assert_str_eq(err.member, "k");
    ck_assert_ptr_null(key);
    ck_assert_int_eq(xcj_key_from_data(&key, (const uint8_t *)broken, sizeof broken - 1, NULL, NULL), XCJ_ERR_BASE64);
}
END_TEST

/* Nothing is taken off what is no wrapped key. */
START_TEST(nothing_to_unwrap)
{
    static const char *const texts[] = { "",
                                         "\"",
                                         "\"\"",
                                         "x",
                                         "{}",
                                         "'",
                                         "AAAAAAAAAAAAAAAAAAAAAAAA",
                                         "-----B",
                                         "\xff\xfe",
                                         "\xef\xbb",
                                         "eyJhbGciOiJub25lIn0.e30.",
                                         "e30",
                                         "=",
                                         "----------------" };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        xcj__buf out;
        ck_assert_msg(!xcj__unwrap(&out, xcj_text(texts[i])), "%s", texts[i]);
        ck_assert_ptr_null(out.ptr);
    }
    xcj__buf out;
    ck_assert(!xcj__unwrap(&out, xcj_text(PRIVATE_PEM)));
    ck_assert(!xcj__unwrap(&out, (xcj_str){ NULL, 0 }));
}
END_TEST

START_TEST(forms_that_are_named)
{
    static const struct {
        const char *data;
        const char *words;
    } rows[] = {
        { "\xfe\xed\xfe\xed\x00\x00\x00\x02", "keytool -importkeystore" },
        { "\xce\xce\xce\xce\x00\x00\x00\x02", "keytool -importkeystore" },
        { "PuTTY-User-Key-File-3: ssh-rsa", "puttygen" },
        { "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "ssh-keygen -i" },
        { "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nYWJj\n-----END PGP PUBLIC KEY BLOCK-----\n", "gpg --export-ssh-key" },
        { "-----BEGIN CERTIFICATE REQUEST-----\nYWJj\n-----END CERTIFICATE REQUEST-----\n", "openssl req" },
        { "<!DOCTYPE html><html>", "HTML" },
        { "eyJhbGciOiJub25lIn0.e30.AAAA", "token" },
        { "----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n", "offset 0 has not exactly five hyphens" },
        { "BEGIN PUBLIC KEY\nMC4C\nEND PUBLIC KEY\n", "five hyphens" },
        { "text\n------BEGIN RSA PRIVATE KEY------\nMC4C\n", "offset 5" },
        { "\xe2\x80\x94-BEGIN CERTIFICATE\xe2\x80\x94-\nMC4C\n", "typographic dash" },
        { "-----BEGIN PUBLIC KEY----\nMC4C\n-----END PUBLIC KEY-----\n", "five hyphens" },
        { "-----BEGIN PUBLIC KEY-----\nMC4C\n\xe2\x80\x94"
          "END PUBLIC KEY-----\n",
          "END line at offset 32 has a typographic" },
        { "-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY---\n", "END line at offset 32 has not exactly" },
        { "-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY\xe2\x80\x93\n", "END line at offset 32 has a typo" },
        { "-----BEGIN PUBLIC KEY\xe2\x88\x92-\nMC4C\n-----END PUBLIC KEY-----\n", "BEGIN line at offset 0 has a typo" },
        { "-----BEGIN PUBLIC KEY-----\nMC4C\n", "no END line" },
        { "KEY=\"-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\"\n", "middle of a line, at offset 5" },
        { "restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI a@b\n", "remove what stands before" },
        { "https://idp.example/jwks", "this is a URL" },
        { "-----BEGIN PUBLIC KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
          "-----END PUBLIC KEY-----\n",
          "END lines, PRIVATE KEY" },
        { "nothing that is known", "neither a JWK nor PEM nor DER" },
        { "", "nothing in it" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_keyset *set;
        size_t len = i < 2 ? 8 : strlen(rows[i].data);
        ck_assert_int_eq(read_set(&set, rows[i].data, len), XCJ_ERR_KEY);
        ck_assert_msg(strstr(err.message, rows[i].words) != NULL, "%s", err.message);
    }
}
END_TEST

/* A block whose lines are wrong is not passed over because another one is right. */
START_TEST(a_wrong_block_beside_others)
{
    static const char public[] = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                                 "-----END PUBLIC KEY-----\n";
    static const char *const wrong[] = { "----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY---",
                                         ("\xe2\x80\x94"
                                          "BEGIN CERTIFICATE"),
                                         "----END PUBLIC KEY-----" };
    char text[1000];
    xcj_keyset *set;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        sprintf(text, "%s%s\nMC4C\n", public, wrong[i]);
        ck_assert_int_eq(read_set(&set, text, strlen(text)), XCJ_ERR_KEY);
        ck_assert_msg(strstr(err.message, "line at offset 113") != NULL, "%s", err.message);
    }
    static const char *const prose[] = { "BEGIN the KEY rotation here", "-- the KEY ends --", "-----", "- BEGIN here" };
    for (size_t i = 0; i < COUNT_OF(prose); i++) {
        sprintf(text, "%s\n%s%s\n", prose[i], public, prose[i]);
        ck_assert_int_eq(read_set(&set, text, strlen(text)), XCJ_OK);
        xcj_keyset_free(set);
    }
}
END_TEST

/* A certificate for the key, issued by the other; both have these names. */
static X509 *certificate(EVP_PKEY *key, const char *name, EVP_PKEY *issuer, const char *issuer_name)
{
    X509 *cert = X509_new();
    X509_set_version(cert, X509_VERSION_3);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(cert), "CN", MBSTRING_UTF8, (const uint8_t *)issuer_name, -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    ck_assert_int_gt(X509_sign(cert, issuer, EVP_sha256()), 0);
    return cert;
}

/* By letter: k and l private keys, K and L their public keys, c the certificate of k, i and r those above it, o that of l.
 */
static struct world {
    EVP_PKEY *k, *l, *i, *r;
    X509 *of_k, *of_i, *of_r, *of_l;
} world;

static void make_world(void)
{
    EVP_PKEY **const keys[] = { &world.k, &world.l, &world.i, &world.r };
    for (size_t n = 0; n < COUNT_OF(keys); n++) {
        *keys[n] = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    }
    world.of_k = certificate(world.k, "leaf", world.i, "middle");
    world.of_i = certificate(world.i, "middle", world.r, "root");
    world.of_r = certificate(world.r, "root", world.r, "root");
    world.of_l = certificate(world.l, "other", world.r, "root");
}

static void free_world(void)
{
    X509 *const certs[] = { world.of_k, world.of_i, world.of_r, world.of_l };
    EVP_PKEY *const keys[] = { world.k, world.l, world.i, world.r };
    for (size_t n = 0; n < 4; n++) {
        X509_free(certs[n]);
        EVP_PKEY_free(keys[n]);
    }
}

static BIO *pem_of(const char *letters)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (; *letters != '\0'; letters++) {
        X509 *cert = *letters == 'c' ? world.of_k : *letters == 'i' ? world.of_i : *letters == 'r' ? world.of_r : world.of_l;
        BIO_printf(bio, "Bag Attributes\n    friendlyName: x\n");
        switch (*letters) {
        case 'k':
        case 'l':
            PEM_write_bio_PrivateKey(bio, *letters == 'k' ? world.k : world.l, NULL, NULL, 0, NULL, NULL);
            break;
        case 'K':
        case 'L':
            PEM_write_bio_PUBKEY(bio, *letters == 'K' ? world.k : world.l);
            break;
        case 'p':
            BIO_puts(bio, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
            break;
        default:
            PEM_write_bio_X509(bio, cert);
        }
    }
    return bio;
}

/* Is the public part that of the other? */
static bool is_key_of(const xcj_key *key, EVP_PKEY *pkey)
{
    uint8_t *own, *wanted = NULL;
    size_t len;
    ck_assert_int_eq(xcj_key_to_der(&own, &len, key, XCJ_PUBLIC, &err), XCJ_OK);
    int wanted_len = i2d_PUBKEY(pkey, &wanted);
    bool same = (size_t)wanted_len == len && memcmp(own, wanted, len) == 0;
    xcj_free(own);
    OPENSSL_free(wanted);
    return same;
}

/* Which keys a text holds, by their letters; "!" and a word for what is refused. */
START_TEST(several_blocks)
{
    static const struct {
        const char *blocks;
        const char *keys;
    } rows[] = {
        { "k", "k" },
        { "pk", "k" },
        { "kc", "k" },
        { "ck", "k" },
        { "cirk", "k" },
        { "kcir", "k" },
        { "rkic", "k" },
        { "Kk", "k" },
        { "kKc", "k" },
        { "kk", "k" },
        { "kl", "kl" },
        { "kL", "kL" },
        { "KL", "KL" },
        { "KK", "K" },
        { "c", "K" },
        { "ci", "K" },
        { "cir", "K" },
        { "ric", "K" },
        { "ic", "K" },
        { "cK", "K" },
        { "co", "KL" },
        { "cc", "K" },
        { "ko", "!certificate" },
        { "kir", "!certificate" },
        { "klo", "kl" },
        { "p", "!EC PARAMETERS" },
    };
    make_world();
    for (size_t n = 0; n < COUNT_OF(rows); n++) {
        BIO *bio = pem_of(rows[n].blocks);
        char *text;
        size_t len = (size_t)BIO_get_mem_data(bio, &text);
        xcj_keyset *set;
        xcj_key *key;
        bool refused = rows[n].keys[0] == '!';
        ck_assert_msg(read_set(&set, text, len) == (refused ? XCJ_ERR_KEY : XCJ_OK), "%s: %s", rows[n].blocks, err.message);
        ck_assert_msg(!refused || strstr(err.message, rows[n].keys + 1) != NULL, "%s", err.message);
        size_t count = refused ? 0 : strlen(rows[n].keys);
        ck_assert_msg(refused || xcj_keyset_count(set) == count, "%s: %zu", rows[n].blocks, xcj_keyset_count(set));
        for (size_t j = 0; j < count; j++) {
            char letter = rows[n].keys[j];
            const xcj_key *found = xcj_keyset_get(set, j);
            ck_assert(is_key_of(found, letter == 'k' || letter == 'K' ? world.k : world.l));
            ck_assert_int_eq(xcj_key_is_private(found), letter == 'k' || letter == 'l');
        }
        ck_assert_int_eq(xcj_key_from_pem(&key, text, len, NULL, &err), count == 1 ? XCJ_OK : XCJ_ERR_KEY);
        ck_assert_msg(count < 2 || strstr(err.message, "2 keys") != NULL, "%s", err.message);
        xcj_key_free(key);
        xcj_keyset_free(set);
        BIO_free(bio);
    }
    free_world();
}
END_TEST

/* A chain may contain a certificate with an unsupported algorithm, unless it is the key's own. */
START_TEST(a_chain_of_another_algorithm)
{
    static const char *const letters[] = { "kc", "c" };
    make_world();
    EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "brainpoolP256r1");
    X509 *above = certificate(other, "middle", other, "root");
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        char *text;
        xcj_keyset *set;
        BIO *bio = pem_of(letters[i]);
        PEM_write_bio_X509(bio, above);
        const size_t len = (size_t)BIO_get_mem_data(bio, &text);
        ck_assert_int_eq(read_set(&set, text, len), i == 0 ? XCJ_OK : XCJ_ERR_KEY_TYPE);
        ck_assert(set == NULL || (xcj_keyset_count(set) == 1 && is_key_of(xcj_keyset_get(set, 0), world.k)));
        xcj_keyset_free(set);
        BIO_free(bio);
    }
    X509_free(above);
    EVP_PKEY_free(other);
    free_world();
}
END_TEST

START_TEST(many_blocks)
{
    xcj__buf text;
    xcj__buf_init(&text);
    for (int i = 0; i <= 1024; i++) {
        xcj_keyset *set;
        if (i == 1024) {
            ck_assert_int_eq(read_set(&set, text.ptr, text.len), XCJ_OK);
            ck_assert_uint_eq(xcj_keyset_count(set), 1);
            xcj_keyset_free(set);
        }
        xcj__buf_put_text(&text, PRIVATE_PEM);
    }
    xcj_keyset *set;
    ck_assert_int_eq(read_set(&set, text.ptr, text.len), XCJ_ERR_LIMIT);
    xcj__buf_free(&text);
}
END_TEST

/* OpenSSL also reads BER; an x5c holds DER, so such a certificate is left out. */
START_TEST(a_certificate_in_ber)
{
    make_world();
    uint8_t *der = NULL;
    const size_t len = (size_t)i2d_X509(world.of_k, &der);
    ck_assert(der[0] == 0x30 && der[1] == 0x82);
    uint8_t *ber = calloc(1, len);
    ber[0] = 0x30;
    ber[1] = 0x80;
    memcpy(ber + 2, der + 4, len - 4);
    const struct {
        const uint8_t *bytes;
        bool is_der;
    } rows[] = { { der, true }, { ber, false } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_key *key;
        char *base64 = base64_of(rows[i].bytes, len, false, 64);
        char *text = calloc(1, strlen(base64) + 100);
        sprintf(text, "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);
        ck_assert_msg(xcj_key_from_data(&key, (uint8_t *)text, strlen(text), NULL, &err) == XCJ_OK, "%s", err.message);
        ck_assert(is_key_of(key, world.k));
        char *jwk = jwk_text(key, XCJ_PUBLIC);
        ck_assert_int_eq(strstr(jwk, "\"x5c\"") != NULL, rows[i].is_der);
        xcj_free(jwk);
        xcj_key_free(key);
        free(text);
        free(base64);
    }
    free(ber);
    OPENSSL_free(der);
    free_world();
}
END_TEST

/* One broken block spoils the text: what it would have been is not known. */
START_TEST(a_broken_block)
{
    char text[1000];
    xcj_key *key;
    sprintf(text, "%s-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", PRIVATE_PEM);
    ck_assert_int_eq(xcj_key_from_pem(&key, text, strlen(text), NULL, &err), XCJ_ERR_KEY);
    sprintf(text, "%s-----BEGIN CERTIFICATE-----\nMAA\n-----END CERTIFICATE-----\n", PRIVATE_PEM);
    ck_assert_int_eq(xcj_key_from_pem(&key, text, strlen(text), NULL, &err), XCJ_ERR_BASE64);
}
END_TEST

static size_t pkcs12(uint8_t **der, const char *pass, EVP_PKEY *key, X509 *cert, int key_nid, int cert_nid, int rounds,
                     int mac_rounds)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    sk_X509_push(chain, world.of_i);
    PKCS12 *file = PKCS12_create(pass, "name", key, cert, chain, key_nid, cert_nid, rounds, mac_rounds, 0);
    ck_assert_ptr_nonnull(file);
    *der = NULL;
    int len = i2d_PKCS12(file, der);
    PKCS12_free(file);
    sk_X509_free(chain);
    return (size_t)len;
}

static void expect_opened(const uint8_t *der, size_t len, const char *pass, xcj_code code, const char *words)
{
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    options.passphrase = xcj_text(pass);
    leave_entry();
    ck_assert_msg(xcj_key_from_data(&key, der, len, &options, &err) == code, "%s: %s", xcj_code_name(err.code), err.message);
    expect_entry();
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "CANARY"));
    if (code == XCJ_OK) {
        ck_assert(is_key_of(key, world.k) && xcj_key_is_private(key));
    }
    xcj_key_free(key);
}

START_TEST(pkcs12_files)
{
    make_world();
    uint8_t *der;
    size_t len = pkcs12(&der, "CANARY", world.k, world.of_k, 0, 0, 2048, 2048);
    expect_opened(der, len, "CANARY", XCJ_OK, "");
    expect_opened(der, len, "canary", XCJ_ERR_PASSPHRASE, "does not open");
    expect_opened(der, len, NULL, XCJ_ERR_PASSPHRASE, "give its passphrase");
    expect_opened(der, len - 1, "CANARY", XCJ_ERR_KEY, "");
    OPENSSL_free(der);
    /* Without a passphrase, with the old 3DES, with keys in the open, without a MAC. */
    len = pkcs12(&der, "", world.k, world.of_k, 0, 0, 2048, 2048);
    expect_opened(der, len, NULL, XCJ_OK, "");
    expect_opened(der, len, "", XCJ_OK, "");
    OPENSSL_free(der);
    int old = NID_pbe_WithSHA1And3_Key_TripleDES_CBC;
    len = pkcs12(&der, "CANARY", world.k, world.of_k, old, old, 2048, 2048);
    expect_opened(der, len, "CANARY", XCJ_OK, "");
    OPENSSL_free(der);
    len = pkcs12(&der, "CANARY", world.k, world.of_k, -1, -1, 2048, 2048);
    expect_opened(der, len, "CANARY", XCJ_OK, "");
    OPENSSL_free(der);
    len = pkcs12(&der, "CANARY", world.k, world.of_k, 0, 0, 2048, -1);
    expect_opened(der, len, "CANARY", XCJ_OK, "");
    expect_opened(der, len, "canary", XCJ_ERR_PASSPHRASE, "does not open");
    OPENSSL_free(der);
    /* No key, and a key whose certificate is another's. */
    len = pkcs12(&der, "CANARY", NULL, NULL, 0, 0, 2048, 2048);
    expect_opened(der, len, "CANARY", XCJ_ERR_KEY, "no private key");
    OPENSSL_free(der);
    len = pkcs12(&der, "CANARY", world.k, NULL, 0, 0, 2048, 2048);
    expect_opened(der, len, "CANARY", XCJ_ERR_KEY, "no certificate");
    OPENSSL_free(der);
    free_world();
}
END_TEST

/* Unencrypted bags: a repeated key counts once, and other contents are skipped. */
START_TEST(pkcs12_bags)
{
    make_world();
    EVP_PKEY *const second[] = { NULL, world.k, world.l };
    for (size_t i = 0; i < COUNT_OF(second); i++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
        STACK_OF(PKCS7) *safes = NULL;
        uint8_t *der = NULL;
        PKCS12_add_cert(&bags, world.of_k);
        PKCS12_add_key(&bags, world.k, 0, 0, -1, NULL);
        PKCS12_add_secret(&bags, NID_commonName, (const uint8_t *)"secret", 6);
        if (second[i] != NULL) {
            PKCS12_add_key(&bags, second[i], 0, 0, -1, NULL);
        }
        ck_assert_int_eq(PKCS12_add_safe(&safes, bags, -1, 0, NULL), 1);
        PKCS12 *file = PKCS12_add_safes(safes, 0);
        const size_t len = (size_t)i2d_PKCS12(file, &der);
        expect_opened(der, len, NULL, i < 2 ? XCJ_OK : XCJ_ERR_KEY, i < 2 ? "" : "more than one private key");
        OPENSSL_free(der);
        PKCS12_free(file);
        sk_PKCS7_pop_free(safes, PKCS7_free);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
    free_world();
}
END_TEST

/* The counts are looked at before anything is computed, one by one and together. */
START_TEST(pkcs12_rounds)
{
    make_world();
    PKCS12 *file = PKCS12_create("CANARY", NULL, world.k, world.of_k, NULL, -1, -1, 0, -1, 0);
    ck_assert_ptr_nonnull(file);
    static const int rounds[] = { 1000, 10000001 };
    for (size_t n = 0; n < COUNT_OF(rounds); n++) {
        ck_assert_int_eq(PKCS12_set_mac(file, "CANARY", 6, NULL, 0, 1000, EVP_sha256()), 1);
        uint8_t *der = NULL;
        int len = i2d_PKCS12(file, &der);
        /* The count ends the file. */
        ck_assert(der[len - 2] == 0x03 && der[len - 1] == 0xe8);
        if (rounds[n] != 1000) {
            der[len - 2] = 0x83; /* negative */
        }
        expect_opened(der, (size_t)len, "CANARY", rounds[n] == 1000 ? XCJ_OK : XCJ_ERR_LIMIT,
                      rounds[n] == 1000 ? "" : "iterations");
        OPENSSL_free(der);
    }
    PKCS12_free(file);
    free_world();
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = { newlines_that_are_lost,
                                   encodings,
                                   base64_of_keys,
                                   nothing_to_unwrap,
                                   forms_that_are_named,
                                   a_wrong_block_beside_others,
                                   several_blocks,
                                   a_broken_block,
                                   pkcs12_files,
                                   pkcs12_rounds,
                                   pkcs12_bags,
                                   long_texts,
                                   a_set_of_one,
                                   a_chain_of_another_algorithm,
                                   many_blocks,
                                   a_certificate_in_ber };
    TCase *tcase = tcase_create("from_data");
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("from_data");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
