#include "check_main.h"
#include "lib/base/mem.h"

#include <stdio.h>

#include "fixtures.h"
#include "lib/base/buf.h"
#include "lib/codec/base64url.h"
#include "lib/key/jwk.h"

static xcj_error err;

static xcj_code parse(xcj__jwk *jwk, const char *text)
{
    static const xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    return xcj__jwk_parse(jwk, text, strlen(text), &options, &err);
}

static void expect_parsed(xcj__jwk *jwk, const char *text)
{
    ck_assert_msg(parse(jwk, text) == XCJ_OK, "%s: %s", text, err.message);
}

/* Refused, with nothing left behind, and nothing of a private member in the sentence. */
static void expect_refused(const char *text, xcj_code code, const char *member, const char *words)
{
    xcj__jwk jwk;
    memset(&jwk, 0xff, sizeof jwk);
    ck_assert_msg(parse(&jwk, text) == code, "%s: %s: %s", text, xcj_code_name(err.code), err.message);
    expect_error(&err, code, member);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "CANARY"));
    ck_assert_ptr_null(jwk.block);
}

static void expect_accepted(const char *text)
{
    xcj__jwk jwk;
    expect_parsed(&jwk, text);
    xcj__jwk_free(&jwk);
    ck_assert_ptr_null(jwk.block);
    xcj__jwk_free(&jwk);
}

/* base64url of a number of `len` bytes with these ends. */
static const char *number(uint8_t first, size_t len, uint8_t last)
{
    static char texts[4][4096];
    static size_t next;
    uint8_t bytes[3000];
    char *text = texts[next++ % 4];
    memset(bytes, 0x5a, sizeof bytes);
    bytes[0] = first;
    bytes[len - 1] = last;
    text[xcj__b64u_encode(text, bytes, len)] = '\0';
    return text;
}

static const char *rsa(const char *n, const char *e, const char *more)
{
    static char text[20000];
    snprintf(text, sizeof text, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}", n, e, more);
    return text;
}

static const char *curve(const char *kty, const char *crv, size_t x, size_t y, size_t d)
{
    static char text[2000];
    int len = sprintf(text, "{\"kty\":\"%s\",\"crv\":\"%s\"", kty, crv);
    len += x != 0 ? sprintf(text + len, ",\"x\":\"%s\"", number(1, x, 1)) : 0;
    len += y != 0 ? sprintf(text + len, ",\"y\":\"%s\"", number(1, y, 1)) : 0;
    len += d != 0 ? sprintf(text + len, ",\"d\":\"%s\"", number(1, d, 1)) : 0;
    sprintf(text + len, "}");
    return text;
}

START_TEST(names_and_values_are_unescaped)
{
    static const char text[] = " {\"\\u006bty\":\"O\\u004bP\",\"crv\":\"Ed\\u00325519\",\"\\u0064\":\"" ED25519_D "\","
                               "\"x\":\"\\u0031\\u0031qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
                               "\"kid\":\"\\ud83d\\ude00\\u0000\\\"\",\"use\":\"s\\u0069g\",\"alg\":\"Ed\\u0044SA\"} ";
    xcj__jwk jwk;
    expect_parsed(&jwk, text);
    ck_assert(jwk.facts.kty == XCJ_KTY_OKP && jwk.facts.crv == XCJ_CURVE_ED25519 && jwk.facts.bits == 256);
    ck_assert(jwk.facts.is_private && xcj__str_is(jwk.facts.use, "sig"));
    ck_assert(jwk.facts.has_alg && jwk.facts.alg == XCJ_EDDSA);
    ck_assert_uint_eq(jwk.kid.len, 6);
    ck_assert_mem_eq(jwk.kid.ptr, "\xf0\x9f\x98\x80\0\"", 6);
    ck_assert_uint_eq(jwk.part[XCJ__X].len, 32);
    ck_assert_mem_eq(jwk.part[XCJ__X].ptr, "\xd7\x5a\x98\x01", 4);
    ck_assert_mem_eq(jwk.part[XCJ__D].ptr, "\x9d\x61\xb1\x9d", 4);
    xcj__jwk_free(&jwk);
}
END_TEST

/* What does not belong to the key type, and what nobody knows, may be anything. */
START_TEST(other_members_are_ignored)
{
    expect_accepted("{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"n\":7,\"d\":[],\"crv\":null,\"oth\":[1],\"x5c\":{\"kty\":1}}");
    expect_accepted("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"k\":false,\"y\":\"=\",\"KTY\":\"oct\"}");
    expect_accepted(rsa(number(0x80, 256, 1), "AQAB", ",\"x\":1,\"k\":2,\"crv\":\"P-256\",\"ext\":true"));
}
END_TEST

/* An issuer that writes null, or an empty array of further primes, says that there are none. */
START_TEST(members_that_say_nothing_are_absent)
{
    static const char *const oth[] = { "null", "[]", "[ \n\t]" };
    static const char *const more[] = { "[{}]", "[[]]", "[null]", "{}", "\"\"", "0", "false" };
    static const char *const nulls[] = { "use", "key_ops", "alg", "kid", "oth", "d", "p", "q", "dp", "dq", "qi", "x5c" };
    const char *n = number(0x80, 256, 1);
    char members[300] = "";
    for (size_t i = 0; i < COUNT_OF(oth); i++) {
        sprintf(members, ",\"oth\":%s", oth[i]);
        expect_accepted(rsa(n, "AQAB", members));
    }
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        sprintf(members, ",\"oth\":%s", more[i]);
        expect_refused(rsa(n, "AQAB", members), XCJ_ERR_KEY_TYPE, "oth", "two primes");
    }
    members[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(nulls); i++) {
        sprintf(members + strlen(members), ",\"%s\":null", nulls[i]);
    }
    xcj__jwk jwk;
    expect_parsed(&jwk, rsa(n, "AQAB", members));
    ck_assert(!jwk.facts.is_private && !jwk.facts.has_alg && !jwk.facts.has_key_ops);
    ck_assert(jwk.facts.use.ptr == NULL && jwk.kid.ptr == NULL);
    xcj__jwk_free(&jwk);
    expect_refused("{\"kty\":null,\"k\":\"" OCT_K "\"}", XCJ_ERR_KEY, "kty", "no \"kty\"");
    expect_refused("{\"kty\":\"oct\",\"k\":null}", XCJ_ERR_KEY, "k", "no \"k\"");
    expect_refused("{\"kty\":\"EC\",\"crv\":null}", XCJ_ERR_KEY, "crv", "no \"crv\"");
    expect_refused("{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"kid\":null,\"kid\":null}", XCJ_ERR_JSON, "kid", "");
}
END_TEST

/* The same number whatever precedes it, and written in its one form. */
START_TEST(leading_zeros_are_dropped)
{
    xcj__jwk plain, padded;
    xcj__buf want, got;
    const char *n = number(0x80, 256, 1);
    expect_parsed(&plain,
                  rsa(n, "AQAB", ",\"d\":\"AQAB\",\"p\":\"Aw\",\"q\":\"BQ\",\"dp\":\"AQ\",\"dq\":\"AQ\",\"qi\":\"Ag\""));
    char copy[400];
    sprintf(copy, "%s", n);
    char zeros[408];
    sprintf(zeros, "AAAA%s", copy);
    expect_parsed(&padded,
                  rsa(zeros, "AAAAAAEAAQ",
                      ",\"d\":\"AAAAAQAB\",\"p\":\"AAM\",\"q\":\"AAAF\",\"dp\":\"AAE\",\"dq\":\"AAAB\",\"qi\":\"AAI\""));
    ck_assert_uint_eq(padded.facts.bits, 2048);
    xcj__buf_init(&want);
    xcj__buf_init(&got);
    xcj__jwk_write(&want, &plain, XCJ_PRIVATE);
    xcj__jwk_write(&got, &padded, XCJ_PRIVATE);
    ck_assert_uint_eq(want.len, got.len);
    ck_assert_mem_eq(want.ptr, got.ptr, got.len);
    xcj__buf_free(&want);
    xcj__buf_free(&got);
    xcj__jwk_free(&plain);
    xcj__jwk_free(&padded);
    /* The curve says how long a coordinate is, and a secret begins with what it begins with. */
    expect_refused("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA" ED25519_X "\"}", XCJ_ERR_KEY, "x", "35 bytes");
    expect_parsed(&plain, "{\"kty\":\"oct\",\"k\":\"AAAA" OCT_K "\"}");
    ck_assert_uint_eq(plain.part[XCJ__K].len, 67);
    xcj__jwk_free(&plain);
}
END_TEST

/* The message names the issuer's likely mistake, and only where it is one. */
START_TEST(mistakes_of_issuers_are_named)
{
    char text[400];
    const char *n = number(0x80, 256, 1);
    expect_refused(rsa(n, "AQAB=", ""), XCJ_ERR_BASE64, "e", "remove the padding");
    expect_refused(rsa(n, "AQA+", ""), XCJ_ERR_BASE64, "e", "standard base64");
    expect_refused(rsa(n, "AQA/", ""), XCJ_ERR_BASE64, "e", "standard base64");
    expect_refused(rsa(n, "AQ AB", ""), XCJ_ERR_BASE64, "e", "remove the white space");
    expect_refused(rsa(n, "AQ\\nAB", ""), XCJ_ERR_BASE64, "e", "remove the white space");
    expect_refused(rsa(n, "AQ!B", ""), XCJ_ERR_BASE64, "e", "not base64url");
    ck_assert_ptr_null(strchr(err.message, ':'));
    static const struct {
        size_t octets;
        uint8_t first;
        const char *words;
    } coordinates[] = { { 33, 0, "remove its leading zero byte" },
                        { 33, 4, "needs exactly 32" },
                        { 31, 1, "did the issuer drop a leading zero byte?" },
                        { 30, 1, "needs exactly 32" },
                        { 34, 0, "needs exactly 32" } };
    for (size_t i = 0; i < COUNT_OF(coordinates); i++) {
        sprintf(text, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"" P256_Y "\"}",
                number(coordinates[i].first, coordinates[i].octets, 1));
        expect_refused(text, XCJ_ERR_KEY, "x", coordinates[i].words);
    }
}
END_TEST

START_TEST(text_members_are_text)
{
    static const char *const names[] = { "kid", "use", "alg" };
    static const char *const values[] = { "7", "[\"sig\"]", "{}", "true" };
    char text[300];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        for (size_t j = 0; j < COUNT_OF(values); j++) {
            sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"%s\":%s}", names[i], values[j]);
            expect_refused(text, XCJ_ERR_KEY, names[i], "is not a string");
            ck_assert_uint_eq(err.offset, strlen(text) - 1 - strlen(values[j]));
        }
        sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"%s\":\"\"}", names[i]);
        expect_accepted(text);
    }
    expect_refused("{\"kty\":[\"oct\"],\"k\":\"CANARYAA\"}", XCJ_ERR_KEY, "kty", "is not a string");
    expect_refused("{\"kty\":\"oct\",\"k\":1}", XCJ_ERR_KEY, "k", "is not a string");
    expect_refused("{\"kty\":\"OKP\",\"crv\":25519,\"x\":\"\"}", XCJ_ERR_KEY, "crv", "is not a string");
}
END_TEST

START_TEST(key_types_and_curves)
{
    static const char *const types[] = { "", "RSA ", "rsa", "OCT", "Oct", "EC2", "AKP", "oct\\u0000" };
    static const char *const curves[] = { "", "p-256", "P-256 ", "P-224", "secp256r1", "Ed25519", "X25519", "BP-256" };
    char text[300];
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        sprintf(text, "{\"kty\":\"%s\",\"k\":\"CANARYAA\"}", types[i]);
        expect_refused(text, XCJ_ERR_KEY_TYPE, "kty", "is not supported");
        ck_assert_uint_eq(err.offset, 7);
    }
    for (size_t i = 0; i < COUNT_OF(curves); i++) {
        expect_refused(curve("EC", curves[i], 32, 32, 0), XCJ_ERR_KEY_TYPE, "crv", "is not a curve of key type EC");
    }
    expect_refused(curve("OKP", "P-256", 32, 0, 0), XCJ_ERR_KEY_TYPE, "crv", "is not a curve of key type OKP");
    expect_refused("{\"k\":\"CANARYAA\"}", XCJ_ERR_KEY, "kty", "has no \"kty\"");
    expect_refused("{\"kty\":\"EC\",\"d\":\"CANARYAA\"}", XCJ_ERR_KEY, "crv", "has no \"crv\"");
}
END_TEST

/* RFC 7518 6.2.1.2, RFC 8037 2: full length, neither more nor less, each number that must be there. */
START_TEST(lengths_of_curves)
{
    static const struct {
        const char *kty;
        const char *crv;
        size_t octets;
    } rows[] = {
        { "EC", "P-256", 32 },    { "EC", "P-384", 48 },  { "EC", "P-521", 66 },   { "EC", "secp256k1", 32 },
        { "OKP", "Ed25519", 32 }, { "OKP", "Ed448", 57 }, { "OKP", "X25519", 32 }, { "OKP", "X448", 56 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool is_ec = strcmp(rows[i].kty, "EC") == 0;
        size_t n = rows[i].octets;
        size_t y = is_ec ? n : 0;
        expect_accepted(curve(rows[i].kty, rows[i].crv, n, y, n));
        expect_accepted(curve(rows[i].kty, rows[i].crv, n, y, 0));
        expect_refused(curve(rows[i].kty, rows[i].crv, 0, y, n), XCJ_ERR_KEY, "x", "no \"x\"");
        expect_refused(curve(rows[i].kty, rows[i].crv, n - 1, y, n), XCJ_ERR_KEY, "x", "exactly");
        expect_refused(curve(rows[i].kty, rows[i].crv, n + 1, y, n), XCJ_ERR_KEY, "x", "exactly");
        expect_refused(curve(rows[i].kty, rows[i].crv, n, y, n - 1), XCJ_ERR_KEY, "d", "exactly");
        expect_refused(curve(rows[i].kty, rows[i].crv, n, y, n + 1), XCJ_ERR_KEY, "d", "exactly");
        if (is_ec) {
            expect_refused(curve("EC", rows[i].crv, n, 0, n), XCJ_ERR_KEY, "y", "no \"y\"");
            expect_refused(curve("EC", rows[i].crv, n, n + 1, n), XCJ_ERR_KEY, "y", "exactly");
        }
    }
}
END_TEST

START_TEST(rsa_public_numbers)
{
    xcj__jwk jwk;
    expect_parsed(&jwk, rsa(number(0x80, 256, 1), "AQAB", ""));
    ck_assert(jwk.facts.bits == 2048 && !jwk.facts.is_private && jwk.part[XCJ__E].len == 3);
    xcj__jwk_free(&jwk);
    expect_parsed(&jwk, rsa(number(0x01, 257, 3), "Aw", ""));
    ck_assert_uint_eq(jwk.facts.bits, 2049);
    xcj__jwk_free(&jwk);
    expect_accepted(rsa(number(0x80, 64, 1), "AQAB", ""));
    expect_refused(rsa(number(0x7f, 64, 1), "AQAB", ""), XCJ_ERR_KEY, "n", "under 512 bits");
    expect_refused(rsa(number(0x80, 256, 2), "AQAB", ""), XCJ_ERR_KEY, "n", "even");
    expect_accepted(rsa(number(0, 257, 1), "AQAB", ""));
    expect_refused(rsa(number(0, 63, 1), "AQAB", ""), XCJ_ERR_KEY, "n", "under 512 bits");
    expect_refused(rsa("", "AQAB", ""), XCJ_ERR_KEY, "n", "is empty");
    expect_accepted(rsa(number(0x80, 2048, 1), "AQAB", ""));
    expect_refused(rsa(number(0x80, 2049, 1), "AQAB", ""), XCJ_ERR_LIMIT, "n", "16384");
    expect_refused(rsa(number(0x80, 256, 1), "AQ", ""), XCJ_ERR_KEY, "e", "above 1");
    expect_refused(rsa(number(0x80, 256, 1), "AA", ""), XCJ_ERR_KEY, "e", "empty or zero");
    expect_refused(rsa(number(0x80, 256, 1), "AQAA", ""), XCJ_ERR_KEY, "e", "odd");
    expect_refused(rsa(number(0x80, 256, 1), "", ""), XCJ_ERR_KEY, "e", "is empty");
    expect_accepted(rsa(number(0x80, 256, 1), number(1, 8, 1), ""));
    expect_refused(rsa(number(0x80, 256, 1), number(1, 9, 1), ""), XCJ_ERR_LIMIT, "e", "64");
    expect_refused(rsa(number(0x80, 2048, 1), number(1, 9, 1), ""), XCJ_ERR_LIMIT, "e", "64");
    expect_refused(rsa(number(0x80, 64, 2), "AQAB", ""), XCJ_ERR_KEY, "n", "even");
    expect_refused("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"d\":\"CANARYAA\"}", XCJ_ERR_KEY, "n", "no \"n\"");
    expect_refused("{\"kty\":\"RSA\",\"n\":\"AQAB\"}", XCJ_ERR_KEY, "e", "no \"e\"");
}
END_TEST

/* RFC 7518 6.3.2: of the CRT numbers all or none, and d with them. */
START_TEST(rsa_private_numbers)
{
    static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi" };
    const char *n = number(0x80, 256, 1);
    char members[200];
    for (unsigned set = 0; set < 64; set++) {
        members[0] = '\0';
        const char *absent = "d";
        for (size_t i = 0; i < 6; i++) {
            if ((set & 1u << i) != 0) {
                sprintf(members + strlen(members), ",\"%s\":\"AQAB\"", names[i]);
            } else if (i > 0 && (set & 1) != 0) {
                absent = names[i];
            }
        }
        if (set == 0 || set == 1 || set == 63) {
            expect_accepted(rsa(n, "AQAB", members));
        } else {
            expect_refused(rsa(n, "AQAB", members), XCJ_ERR_KEY, absent, "the key has no");
        }
    }
    for (size_t zero = 0; zero < 6; zero++) {
        members[0] = '\0';
        for (size_t i = 0; i < 6; i++) {
            sprintf(members + strlen(members), ",\"%s\":\"%s\"", names[i], i == zero ? "AAAA" : "AQAB");
        }
        expect_refused(rsa(n, "AQAB", members), XCJ_ERR_KEY, names[zero], "empty or zero");
    }
    expect_refused(rsa(n, "AQAB", ",\"d\":\"\""), XCJ_ERR_KEY, "d", "is empty");
    expect_refused(rsa(n, "AQAB", ",\"d\":\"CANARY+\""), XCJ_ERR_BASE64, "d", "is not base64url at offset");
    expect_refused(rsa(n, "AQAB", ",\"d\":{\"CANARYAA\":1}"), XCJ_ERR_KEY, "d", "is not a string");
}
END_TEST

START_TEST(secrets)
{
    static char text[30000];
    static char k[22000];
    uint8_t *bytes = calloc(1, 16385);
    for (size_t len = 16384; len <= 16385; len++) {
        k[xcj__b64u_encode(k, bytes, len)] = '\0';
        sprintf(text, "{\"kty\":\"oct\",\"k\":\"%s\"}", k);
        if (len == 16384) {
            expect_accepted(text);
        } else {
            expect_refused(text, XCJ_ERR_LIMIT, "k", "16384");
        }
    }
    free(bytes);
    expect_accepted("{\"kty\":\"oct\",\"k\":\"AA\"}");
    expect_refused("{\"kty\":\"oct\",\"k\":\"\"}", XCJ_ERR_KEY, "k", "\"k\" is empty");
    expect_refused("{\"kty\":\"oct\"}", XCJ_ERR_KEY, "k", "the key has no \"k\"");
    expect_refused("{\"kty\":\"oct\",\"k\":\"AB\"}", XCJ_ERR_BASE64, "k", "hmac_k_raw");
    ck_assert_uint_eq(err.offset, 19);
    expect_refused("{\"kty\":\"oct\",\"k\":\"\\u0041A\\u003d\"}", XCJ_ERR_BASE64, "k", "hmac_k_raw");
    ck_assert_uint_eq(err.offset, 18);
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    xcj__jwk jwk;
    static const char raw[] = "{\"kty\":\"oct\",\"k\":\"a?\\u00e9\\\\\"}";
    options.hmac_k_raw = 1;
    ck_assert_int_eq(xcj__jwk_parse(&jwk, raw, sizeof raw - 1, &options, &err), XCJ_OK);
    ck_assert_uint_eq(jwk.part[XCJ__K].len, 5);
    ck_assert_mem_eq(jwk.part[XCJ__K].ptr, "a?\xc3\xa9\\", 5);
    xcj__jwk_free(&jwk);
}
END_TEST

static void operations(const char *key_ops, bool sign, bool verify)
{
    char text[400];
    xcj__jwk jwk;
    sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":%s}", key_ops);
    expect_parsed(&jwk, text);
    ck_assert(jwk.facts.has_key_ops && jwk.facts.op_sign == sign && jwk.facts.op_verify == verify);
    ck_assert_mem_eq(jwk.key_ops.ptr, key_ops, strlen(key_ops));
    xcj__jwk_free(&jwk);
}

START_TEST(operations_of_a_key)
{
    operations("[]", false, false);
    operations("[ \"sign\" , \"verify\" ]", true, true);
    operations("[\"s\\u0069gn\"]", true, false);
    operations("[\"verify\",\"x\",\"Sign\",\"\"]", false, true);
    operations("[\"deriveBits\",\"verify \"]", false, false);
    static const char *const odd[] = { "[1]",
                                       "[\"sign\",null]",
                                       "[[\"sign\"]]",
                                       "[\"sign\",\"verify\",\"sign\"]",
                                       "[\"s\\u0069gn\",\"sign\"]",
                                       "[\"\\u0073ign\",\"s\\u0069gn\"]",
                                       "[\"\",\"\"]",
                                       "{\"sign\":1}",
                                       "\"sign\"" };
    char text[400];
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":%s}", odd[i]);
        expect_refused(text, XCJ_ERR_KEY, "key_ops", "key_ops");
    }
    char many[400] = "[\"00\"";
    for (int i = 1; i < 32; i++) {
        sprintf(many + strlen(many), ",\"%02d\"", i);
    }
    strcat(many, "]");
    operations(many, false, false);
    strcpy(many + strlen(many) - 1, ",\"32\"]");
    sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"key_ops\":%.280s}", many);
    expect_refused(text, XCJ_ERR_KEY, "key_ops", "a few strings");
}
END_TEST

/* A name that is none of ours is kept, and binds: such a key neither signs nor verifies here. */
START_TEST(declared_algorithms)
{
    static const struct {
        const char *name;
        xcj_alg strict;
        xcj_alg kong;
        const char *kept;
    } rows[] = {
        { "HS256", XCJ_HS256, XCJ_HS256, "HS256" },       { "SH256", XCJ_ALG_NONE, XCJ_HS256, "HS256" },
        { "SH512", XCJ_ALG_NONE, XCJ_HS512, "HS512" },    { "RSA-OAEP", XCJ_ALG_NONE, XCJ_ALG_NONE, "RSA-OAEP" },
        { "hs256", XCJ_ALG_NONE, XCJ_ALG_NONE, "hs256" }, { "none", XCJ_ALG_NONE, XCJ_ALG_NONE, "none" },
        { "", XCJ_ALG_NONE, XCJ_ALG_NONE, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[300];
        xcj__jwk jwk;
        xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
        sprintf(text, "{\"kty\":\"oct\",\"k\":\"" OCT_K "\",\"alg\":\"%s\"}", rows[i].name);
        expect_parsed(&jwk, text);
        ck_assert(jwk.facts.has_alg && jwk.facts.alg == rows[i].strict);
        ck_assert_mem_eq(jwk.alg.ptr, rows[i].name, jwk.alg.len);
        ck_assert_uint_eq(jwk.alg.len, strlen(rows[i].name));
        xcj__jwk_free(&jwk);
        options.alg_from_name = xcj_kong_alg_from_name;
        ck_assert_int_eq(xcj__jwk_parse(&jwk, text, strlen(text), &options, &err), XCJ_OK);
        ck_assert_int_eq(jwk.facts.alg, rows[i].kong);
        ck_assert_uint_eq(jwk.alg.len, strlen(rows[i].kept));
        ck_assert_mem_eq(jwk.alg.ptr, rows[i].kept, jwk.alg.len);
        xcj__jwk_free(&jwk);
    }
}
END_TEST

static void expect_written(const xcj__jwk *jwk, xcj_part part, const char *wanted)
{
    xcj__buf out;
    xcj__buf_init(&out);
    xcj__jwk_write(&out, jwk, part);
    ck_assert_uint_eq(out.len, strlen(wanted));
    ck_assert_mem_eq(out.ptr, wanted, out.len);
    xcj__buf_free(&out);
}

#define EC_PUBLIC "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\""

START_TEST(written_in_a_fixed_order)
{
    xcj__jwk jwk;
    expect_parsed(&jwk, "{\"kid\":\"a\\/\\u0001\",\"alg\":\"ES256\",\"d\":\"" P256_D "\",\"y\":\"" P256_Y "\",\"note\":1,"
                        "\"key_ops\":[ \"sign\" ],\"use\":\"sig\",\"x\":\"" P256_X "\",\"crv\":\"P-256\",\"kty\":\"EC\"}");
    expect_written(&jwk, XCJ_PRIVATE,
                   "{" EC_PUBLIC ",\"d\":\"" P256_D "\",\"use\":\"sig\",\"key_ops\":[ \"sign\" ],"
                   "\"alg\":\"ES256\",\"kid\":\"a/\\u0001\"}");
    expect_written(&jwk, XCJ_PUBLIC,
                   "{" EC_PUBLIC ",\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":\"ES256\",\"kid\":\"a/\\u0001\"}");
    xcj__buf out;
    xcj__buf_init(&out);
    xcj__jwk_write_canonical(&out, &jwk);
    static const char canonical[] = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}";
    ck_assert_uint_eq(out.len, sizeof canonical - 1);
    ck_assert_mem_eq(out.ptr, canonical, out.len);
    xcj__buf_free(&out);
    xcj__jwk_free(&jwk);
    /* Operations that are neither sign nor verify are not the public part's. */
    expect_parsed(&jwk, "{" EC_PUBLIC ",\"d\":\"" P256_D "\",\"key_ops\":[\"deriveKey\"]}");
    expect_written(&jwk, XCJ_PUBLIC, "{" EC_PUBLIC "}");
    xcj__jwk_free(&jwk);
    expect_parsed(&jwk, "{" EC_PUBLIC ",\"key_ops\":[\"deriveKey\"]}");
    expect_written(&jwk, XCJ_PUBLIC, "{" EC_PUBLIC ",\"key_ops\":[\"deriveKey\"]}");
    xcj__jwk_free(&jwk);
}
END_TEST

START_TEST(copies_stand_by_themselves)
{
    char text[400] = "{" EC_PUBLIC ",\"kid\":\"first\",\"use\":\"enc\",\"alg\":\"ECDH-ES\",\"key_ops\":[\"verify\"]}";
    xcj__jwk jwk, copy, again;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    expect_parsed(&jwk, text);
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(xcj__jwk_copy(&copy, &jwk, NULL, &err), XCJ_OK);
    xcj__jwk_free(&jwk);
    expect_written(&copy, XCJ_PUBLIC,
                   "{" EC_PUBLIC ",\"use\":\"enc\",\"key_ops\":[\"verify\"],\"alg\":\"ECDH-ES\",\"kid\":\"first\"}");
    char kid[] = "second";
    labels.kid = xcj_text(kid);
    labels.use = xcj_text("");
    labels.alg = XCJ_ES256;
    ck_assert_int_eq(xcj__jwk_copy(&again, &copy, &labels, &err), XCJ_OK);
    xcj__jwk_free(&copy);
    kid[0] = 'x';
    ck_assert(again.facts.use.ptr == NULL && again.facts.alg == XCJ_ES256);
    expect_written(&again, XCJ_PUBLIC, "{" EC_PUBLIC ",\"key_ops\":[\"verify\"],\"alg\":\"ES256\",\"kid\":\"second\"}");
    labels.alg = XCJ_ES384;
    ck_assert_int_eq(xcj__jwk_copy(&copy, &again, &labels, &err), XCJ_ERR_ALG);
    ck_assert_ptr_null(copy.block);
    labels.alg = 99;
    ck_assert_int_eq(xcj__jwk_copy(&copy, &again, &labels, &err), XCJ_ERR_ALG_UNKNOWN);
    expect_error(&err, XCJ_ERR_ALG_UNKNOWN, "alg");
    labels = (xcj_key_labels)XCJ_KEY_LABELS_INIT;
    labels.use = xcj_text("\xc0\x80");
    ck_assert_int_eq(xcj__jwk_copy(&copy, &again, &labels, &err), XCJ_ERR_KEY);
    expect_error(&err, XCJ_ERR_KEY, "use");
    labels.kid = xcj_text("\xed\xa0\x80");
    ck_assert_int_eq(xcj__jwk_copy(&copy, &again, &labels, &err), XCJ_ERR_KEY);
    expect_error(&err, XCJ_ERR_KEY, "kid");
    xcj__jwk_free(&again);
}
END_TEST

/* Not written is not enough: a public key does not hold what is private. */
START_TEST(public_copies_hold_nothing_private)
{
    xcj__jwk jwk, copy;
    expect_parsed(&jwk,
                  rsa(number(0x80, 256, 1), "AQAB",
                      ",\"d\":\"AQAB\",\"p\":\"AQAB\",\"q\":\"AQAB\",\"dp\":\"AQAB\",\"dq\":\"AQAB\",\"qi\":\"AQAB\""));
    ck_assert_int_eq(xcj__jwk_copy_public(&copy, &jwk, NULL, &err), XCJ_OK);
    ck_assert(jwk.facts.is_private && !copy.facts.is_private);
    for (xcj__jwk_part part = 0; part < XCJ__PART_COUNT; part++) {
        ck_assert_int_eq(copy.part[part].ptr != NULL, part == XCJ__N || part == XCJ__E);
        ck_assert_int_eq(jwk.part[part].ptr != NULL, part <= XCJ__QI);
    }
    xcj__jwk_free(&jwk);
    xcj__jwk_free(&copy);
}
END_TEST

START_TEST(room_for_more_numbers)
{
    xcj__jwk jwk;
    expect_parsed(&jwk, "{" EC_PUBLIC ",\"kid\":\"k\",\"use\":\"sig\",\"alg\":\"ES256\",\"key_ops\":[]}");
    uint8_t *room = xcj__jwk_extend(&jwk, 100);
    ck_assert_ptr_nonnull(room);
    memset(room, 0xff, 100);
    expect_written(&jwk, XCJ_PUBLIC, "{" EC_PUBLIC ",\"use\":\"sig\",\"key_ops\":[],\"alg\":\"ES256\",\"kid\":\"k\"}");
    xcj__jwk_free(&jwk);
}
END_TEST

START_TEST(what_a_broken_key_says_of_itself)
{
    static const struct {
        const char *text;
        xcj_kty kty;
        const char *kid;
    } rows[] = {
        { "{\"kty\":\"RSA\",\"kid\":\"a\"}", XCJ_KTY_RSA, "a" },
        { "{\"kid\":\"\\u0061\",\"k\\u0074y\":\"o\\u0063t\"}", XCJ_KTY_OCT, "a" },
        { "{\"kty\":\"NEW\",\"kid\":\"\"}", 0, "" },
        { "{\"kty\":7,\"kid\":7}", 0, NULL },
        { "{}", 0, NULL },
        { "7", 0, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        xcj_kty kty = XCJ_KTY_EC;
        xcj_str kid;
        ck_assert_int_eq(xcj__jwk_peek(&kty, &kid, rows[i].text, strlen(rows[i].text), &err), XCJ_OK);
        ck_assert_int_eq(kty, rows[i].kty);
        ck_assert_int_eq(kid.ptr != NULL, rows[i].kid != NULL);
        ck_assert_uint_eq(kid.len, rows[i].kid != NULL ? strlen(rows[i].kid) : 0);
        xcj_free((char *)(uintptr_t)kid.ptr);
    }
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        names_and_values_are_unescaped,
        members_that_say_nothing_are_absent,
        leading_zeros_are_dropped,
        mistakes_of_issuers_are_named,
        other_members_are_ignored,
        text_members_are_text,
        key_types_and_curves,
        lengths_of_curves,
        rsa_public_numbers,
        rsa_private_numbers,
        secrets,
        operations_of_a_key,
        declared_algorithms,
        written_in_a_fixed_order,
        copies_stand_by_themselves,
        public_copies_hold_nothing_private,
        room_for_more_numbers,
        what_a_broken_key_says_of_itself,
    };
    TCase *tcase = tcase_create("jwk");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    Suite *s = suite_create("jwk");
    suite_add_tcase(s, tcase);
    return s;
}

CHECK_MAIN(suite)
