/*
 * Cases that no published set has, made here with fresh keys: every way to write a number or a last character, policy at its
 * boundaries, kids, limits. Each refusal has a valid twin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maker.h"

/* The last character of a part carries unused bits when the part's length is not a multiple of three: only zeros are
 * canonical. */
static void last_characters(tally *t, const xcj_key *key)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    xcj_verify_options options = maker_policy();
    options.opaque_payload = 1;
    for (size_t len = 1; len <= 9; len++) {
        for (int part = 0; part < 2; part++) {
            char header[64];
            snprintf(header, sizeof header, "{\"alg\":\"HS256\"}%.*s", part == 0 ? (int)(len % 3) : 0, "   ");
            size_t ends[2];
            maker_begin();
            maker_put_base64url(header, strlen(header));
            ends[0] = made.len;
            maker_put(".", 1);
            maker_put_base64url("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7", len);
            ends[1] = made.len;
            size_t unused = part == 0 ? (3 - strlen(header) % 3) % 3 : (3 - len % 3) % 3;
            size_t part_end = ends[part];
            char *last = made.text + part_end - 1;
            size_t value = (size_t)(strchr(alphabet, *last) - alphabet);
            for (size_t more = 0; more < (unused == 2 ? 16u : unused == 1 ? 4u : 1u); more++) {
                *last = alphabet[value + more];
                made.len = ends[1];
                maker_sign(key, XCJ_HS256);
                maker_expect(t, "last character of a part", key, &options, more == 0 ? XCJ_OK : XCJ_ERR_BASE64);
            }
        }
    }
}

typedef struct claims_case {
    const char *claims;
    xcj_code wanted;
} claims_case;

static void run_claims(tally *t, const xcj_key *key, const xcj_verify_options *options, const claims_case *cases,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        maker_token("{\"typ\":\"JWT\",\"alg\":\"HS256\"}", cases[i].claims, strlen(cases[i].claims), key, XCJ_HS256);
        maker_expect(t, cases[i].claims, key, options, cases[i].wanted);
    }
}

#define RUN(cases) run_claims(t, key, &options, cases, sizeof cases / sizeof cases[0])

/* NumericDate is any JSON number (RFC 7519 2); now is 1767225600. */
static void numeric_dates(tally *t, const xcj_key *key)
{
    static const claims_case cases[] = {
        { "{\"exp\":1767225601}", XCJ_OK },
        { "{\"exp\":1767225600}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1767225600.0}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1767225600.000000000000000000000000000001}", XCJ_OK },
        { "{\"exp\":1767225599.999999999999999999999999999999}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1.767225601e9}", XCJ_OK },
        { "{\"exp\":1.767225600E+9}", XCJ_ERR_EXPIRED },
        { "{\"exp\":17672256010e-1}", XCJ_OK },
        { "{\"exp\":0.1767225601e0000000000000010}", XCJ_OK },
        { "{\"exp\":9223372036854775807}", XCJ_OK },
        { "{\"exp\":9223372036854775808}", XCJ_OK },
        { "{\"exp\":18446744073709551617}", XCJ_OK },
        { "{\"exp\":-9223372036854775809}", XCJ_ERR_EXPIRED },
        { "{\"exp\":36893488147419103233}", XCJ_OK },
        { "{\"exp\":184467440737095516160}", XCJ_OK },
        { "{\"exp\":18446744073709551616000000}", XCJ_OK },
        { "{\"exp\":1844674407370955161600000e-5}", XCJ_OK },
        { "{\"nbf\":184467440737095516160}", XCJ_ERR_NOT_YET_VALID },
        { "{\"nbf\":-184467440737095516160}", XCJ_OK },
        { "{\"exp\":-0}", XCJ_ERR_EXPIRED },
        { "{\"exp\":-0.0e999999999999999999999}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1e308}", XCJ_OK },
        { "{\"exp\":1e309}", XCJ_ERR_CLAIM },
        { "{\"exp\":-1e309}", XCJ_ERR_CLAIM },
        { "{\"exp\":1e-400}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1e99999999999999999999999}", XCJ_ERR_CLAIM },
        { "{\"exp\":\"1767225601\"}", XCJ_ERR_CLAIM },
        { "{\"exp\":[1767225601]}", XCJ_ERR_CLAIM },
        { "{\"nbf\":1767225600}", XCJ_OK },
        { "{\"nbf\":1767225600.0000001}", XCJ_ERR_NOT_YET_VALID },
        { "{\"nbf\":1767225601}", XCJ_ERR_NOT_YET_VALID },
        { "{\"nbf\":18446744073709551616}", XCJ_ERR_NOT_YET_VALID },
        { "{\"nbf\":-1e300}", XCJ_OK },
        { "{\"nbf\":1e400}", XCJ_ERR_CLAIM },
        { "{\"nbf\":true}", XCJ_ERR_CLAIM },
        { "{\"iat\":99999999999}", XCJ_OK },
        { "{\"iat\":null}", XCJ_ERR_CLAIM },
        { "{\"iat\":1e400}", XCJ_ERR_CLAIM },
        { "{\"\\u0065xp\":1767225600}", XCJ_ERR_EXPIRED },
        { "{\"\\u0065xp\":1767225601,\"Exp\":1}", XCJ_OK },
        { "{\"exp\":1,\"nbf\":99999999999}", XCJ_ERR_EXPIRED },
        { "{\"exp\":1,\"nbf\":\"x\"}", XCJ_ERR_CLAIM },
    };
    xcj_verify_options options = maker_policy();
    RUN(cases);
    /* A thousand digits. */
    char claims[2100];
    static const char *const names[] = { "exp", "nbf", "iat" };
    for (size_t i = 0; i < 3; i++) {
        int used = snprintf(claims, sizeof claims, "{\"%s\":", names[i]);
        memset(claims + used, '1', 1000);
        strcpy(claims + used + 1000, "}");
        maker_token("{\"alg\":\"HS256\"}", claims, strlen(claims), key, XCJ_HS256);
        maker_expect(t, names[i], key, &options, XCJ_ERR_CLAIM);
        /* The same digits behind the dot are a number like another. */
        memcpy(claims + used, "1.", 2);
        maker_token("{\"alg\":\"HS256\"}", claims, strlen(claims), key, XCJ_HS256);
        maker_expect(t, names[i], key, &options, i == 0 ? XCJ_ERR_EXPIRED : XCJ_OK);
    }
}

static void ages(tally *t, const xcj_key *key)
{
    static const claims_case cases[] = {
        { "{\"iat\":1767225600}", XCJ_OK },
        { "{\"iat\":1767225530}", XCJ_OK },
        { "{\"iat\":1767225529}", XCJ_ERR_EXPIRED },
        { "{\"iat\":1767225529.999}", XCJ_ERR_EXPIRED },
        { "{\"iat\":1767225530.5}", XCJ_OK },
        { "{\"iat\":1767225610}", XCJ_OK },
        { "{\"iat\":1767225611}", XCJ_ERR_NOT_YET_VALID },
        { "{}", XCJ_ERR_CLAIM },
        { "{\"iat\":-1e300}", XCJ_ERR_EXPIRED },
        { "{\"iat\":1e300}", XCJ_ERR_NOT_YET_VALID },
        { "{\"exp\":1767225591,\"iat\":1767225600}", XCJ_OK },
        { "{\"exp\":1767225590,\"iat\":1767225600}", XCJ_ERR_EXPIRED },
        { "{\"nbf\":1767225610,\"iat\":1767225600}", XCJ_OK },
        { "{\"nbf\":1767225611,\"iat\":1767225600}", XCJ_ERR_NOT_YET_VALID },
    };
    xcj_verify_options options = maker_policy();
    options.max_age = 60;
    options.leeway = 10;
    RUN(cases);
}

static void parties(tally *t, const xcj_key *key)
{
    static const claims_case cases[] = {
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":\"s\",\"r\":0}", XCJ_OK },
        { "{\"iss\":\"a\",\"aud\":[\"q\",\"y\"],\"sub\":\"s\",\"r\":null}", XCJ_OK },
        { "{\"iss\":\"\\u0061\",\"aud\":[\"\\u0079\"],\"sub\":\"\\u0073\",\"\\u0072\":[]}", XCJ_OK },
        { "{\"iss\":\"c\",\"aud\":\"x\",\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"A\",\"aud\":\"x\",\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":[\"a\"],\"aud\":\"x\",\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":[],\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":[[\"x\"]],\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":[\"x\",1],\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x \",\"sub\":\"s\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":\"t\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":1,\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x\",\"r\":0}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":\"s\"}", XCJ_ERR_CLAIM },
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":\"s\",\"x\":{\"r\":0}}", XCJ_ERR_CLAIM },
    };
    const xcj_str audiences[] = { xcj_text("x"), xcj_text("y") };
    const xcj_str required[] = { xcj_text("r") };
    xcj_verify_options options = maker_policy();
    options.issuer = xcj_text("a");
    options.audiences = audiences;
    options.audiences_count = 2;
    options.subject = xcj_text("s");
    options.required = required;
    options.required_count = 1;
    RUN(cases);
}

#define RUN_HEADERS(cases) maker_expect_headers(t, key, &options, cases, sizeof cases / sizeof cases[0])

/* RFC 8725 3.11, RFC 7515 4.1.9. */
static void types(tally *t, const xcj_key *key)
{
    static const maker_header cases[] = {
        { "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"typ\":\"AT+JWT\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"typ\":\"application/at+jwt\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"typ\":\"Application/At+Jwt\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"typ\":\"at\\u002bjwt\"}", XCJ_OK },
        { "{\"alg\":\"HS256\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":\"text/at+jwt\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":\"application/x/at+jwt\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":\"\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":7}", XCJ_ERR_TOKEN },
    };
    xcj_verify_options options = maker_policy();
    options.typ = xcj_text("at+jwt");
    RUN_HEADERS(cases);
    options.typ = xcj_text("application/at+jwt");
    RUN_HEADERS(cases);
    /* With another slash in it the prefix is a part of the name. */
    static const maker_header with_slash[] = {
        { "{\"alg\":\"HS256\",\"typ\":\"text/x\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"typ\":\"application/text/x\"}", XCJ_ERR_CLAIM },
        { "{\"alg\":\"HS256\",\"typ\":\"x\"}", XCJ_ERR_CLAIM },
    };
    options.typ = xcj_text("text/x");
    RUN_HEADERS(with_slash);
}

static void kids(tally *t)
{
    static const struct {
        const char *header;
        xcj_code wanted;
    } cases[] = {
        { "{\"alg\":\"HS256\",\"kid\":\"a\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"\\u0061\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"\xc3\xa9\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"\\u00e9\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"e\\u0301\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"A\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"a\\u0000\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"aa\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"n\\u0000a\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"n\\u0000c\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"n\"}", XCJ_ERR_NO_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"twice\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"same\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"broken\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"future\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":null}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", XCJ_ERR_AMBIGUOUS_KEY },
    };
    static const char k[] = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    static const char *const names[] = { "a",      "",          "\xc3\xa9",  "twice", "twice", "broken",
                                         "future", "n\\u0000a", "n\\u0000b", "same",  "same" };
    char set[4096] = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"broken\",\"k\":\"!\"},{\"kty\":\"NEW\",\"kid\":\"future\"}";
    char jwk[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        /* The second one called "twice" is another key, the one called "same" is not. */
        snprintf(jwk, sizeof jwk, ",{\"kty\":\"oct\",\"kid\":\"%s\",\"k\":\"%s%s\"}", names[i], i == 4 ? "AAAA" : "", k);
        strcat(set, jwk);
    }
    strcat(set, "]}");
    snprintf(jwk, sizeof jwk, "{\"kty\":\"oct\",\"k\":\"%s\"}", k);
    xcj_key *key;
    xcj_error err;
    maker_must(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == XCJ_OK, err.message);
    xcj_verify_options options = maker_policy();
    xcj_verifier *verifier;
    maker_must(conform_verifier(&verifier, set, strlen(set), &options, &err) == XCJ_OK, err.message);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        maker_token(cases[i].header, "{}", 2, key, XCJ_HS256);
        maker_expect_by(t, cases[i].header, verifier, cases[i].wanted);
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}

#define CLAIMS_ROOM ((size_t)2 * 1024 * 1024)

/* One claim so long that the token has about `wanted` bytes, and never more: the header gets what is left over. */
static void token_of_size(const xcj_key *key, size_t wanted, char *claims)
{
    const size_t fixed = 43 + 2;
    char header[64] = "{\"alg\":\"HS256\"}";
    for (size_t spaces = 0; spaces < 8; spaces++) {
        size_t head = (strlen(header) * 4 + 2) / 3;
        size_t payload = (wanted - fixed - head) / 4 * 3 + (wanted - fixed - head) % 4 * 3 / 4;
        memset(claims, 'a', payload);
        memcpy(claims, "{\"a\":\"", 6);
        memcpy(claims + payload - 2, "\"}", 2);
        maker_token(header, claims, payload, key, XCJ_HS256);
        if (made.len == wanted) {
            return;
        }
        strcat(header, " ");
    }
    maker_must(false, "a token of that size");
}

static void sizes(tally *t, const xcj_key *key)
{
    static const struct {
        size_t size;
        size_t max; /* 0: the default */
        xcj_code wanted;
    } cases[] = {
        { 1024 * 1024, 0, XCJ_OK },
        { 2 * 1024 * 1024, 0, XCJ_OK },
        { 2 * 1024 * 1024 + 1, 0, XCJ_ERR_LIMIT },
        { 2 * 1024 * 1024 + 1, 2 * 1024 * 1024 + 1, XCJ_OK },
        { 1000, 1000, XCJ_OK },
        { 1001, 1000, XCJ_ERR_LIMIT },
    };
    char *claims = malloc(CLAIMS_ROOM);
    maker_must(claims != NULL, "no memory");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_verify_options options = maker_policy();
        char id[64];
        options.max_token = cases[i].max;
        token_of_size(key, cases[i].size, claims);
        snprintf(id, sizeof id, "%zu bytes, limit %zu", cases[i].size, cases[i].max);
        maker_expect(t, id, key, &options, cases[i].wanted);
    }
    free(claims);
}

/* What grows without bound is refused by its limit, quickly; what is just within is accepted. */
static void limits(tally *t, const xcj_key *key)
{
    xcj_verify_options options = maker_policy();
    char *claims = malloc(CLAIMS_ROOM);
    maker_must(claims != NULL, "no memory");
    static const struct {
        size_t depth;
        xcj_code wanted;
    } depths[] = { { 62, XCJ_OK }, { 63, XCJ_OK }, { 64, XCJ_ERR_LIMIT }, { 10000, XCJ_ERR_LIMIT } };
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        size_t n = depths[i].depth;
        memcpy(claims, "{\"a\":", 5);
        memset(claims + 5, '[', n);
        memset(claims + 5 + n, ']', n);
        claims[5 + 2 * n] = '}';
        maker_token("{\"alg\":\"HS256\"}", claims, 6 + 2 * n, key, XCJ_HS256);
        maker_expect(t, "nesting", key, &options, depths[i].wanted);
    }
    static const struct {
        size_t members;
        xcj_code wanted;
    } counts[] = { { 50000, XCJ_OK }, { 65536, XCJ_OK }, { 65537, XCJ_ERR_LIMIT } };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t len = 1;
        claims[0] = '{';
        for (size_t m = 0; m < counts[i].members; m++) {
            len += (size_t)sprintf(claims + len, "%s\"%zu\":0", m == 0 ? "" : ",", m);
        }
        claims[len++] = '}';
        maker_token("{\"alg\":\"HS256\"}", claims, len, key, XCJ_HS256);
        maker_expect(t, "members", key, &options, counts[i].wanted);
    }
    memset(made.text, '.', 1000000);
    made.len = 1000000;
    maker_expect(t, "a million dots", key, &options, XCJ_ERR_TOKEN);
    free(claims);
}

/* RFC 7518 6.3.1, and what is beyond every reason. */
static void moduli(tally *t)
{
    static const struct {
        size_t n_chars;
        const char *e;
        xcj_code wanted;
    } cases[] = {
        { 342, "AQAB", XCJ_OK },         { 342, "Aw", XCJ_OK },
        { 342, "AQ", XCJ_ERR_KEY },      { 342, "Ag", XCJ_ERR_KEY },
        { 342, "AA", XCJ_ERR_KEY },      { 342, "", XCJ_ERR_KEY },
        { 342, "__________8", XCJ_OK },  { 342, "AQAAAAAAAAAB", XCJ_ERR_LIMIT },
        { 2730, "AQAB", XCJ_OK },        { 2734, "AQAB", XCJ_ERR_LIMIT },
        { 3334, "AQAB", XCJ_ERR_LIMIT }, { 82, "AQAB", XCJ_ERR_KEY },
        { 86, "AQAB", XCJ_OK },
    };
    static char jwk[4096];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int used = snprintf(jwk, sizeof jwk, "{\"kty\":\"RSA\",\"e\":\"%s\",\"n\":\"", cases[i].e);
        memset(jwk + used, '_', cases[i].n_chars);
        /* The last character's unused bits are zero, and the number is odd. */
        jwk[(size_t)used + cases[i].n_chars - 1] = cases[i].n_chars % 4 == 2 ? 'w' : cases[i].n_chars % 4 == 3 ? '8' : '_';
        strcpy(jwk + used + cases[i].n_chars, "\"}");
        xcj_key *key;
        xcj_error err;
        xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err);
        char id[64];
        snprintf(id, sizeof id, "n of %zu characters, e %s", cases[i].n_chars, cases[i].e);
        conform_count(t, id, code == XCJ_OK, cases[i].wanted == XCJ_OK, xcj_code_name(code));
        maker_must(code == cases[i].wanted, id);
        xcj_key_free(key);
    }
}

int main(void)
{
    tally t = { .set = "self-made" };
    maker_open();
    xcj_key *key = maker_key(XCJ_HS256);
    last_characters(&t, key);
    numeric_dates(&t, key);
    ages(&t, key);
    parties(&t, key);
    types(&t, key);
    kids(&t);
    sizes(&t, key);
    limits(&t, key);
    moduli(&t);
    xcj_key_free(key);
    maker_close();
    return conform_end(&t);
}
