/*
 * Cases that no published set has, made here with fresh keys: every pair of algorithms, every way to write a number or a
 * last character, policy at its boundaries, limits. Each refusal has a valid twin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"

#define TOKEN_ROOM ((size_t)4 * 1024 * 1024)
#define NOW 1767225600

static const xcj_alg ALGS[] = { XCJ_HS256, XCJ_HS384, XCJ_HS512, XCJ_RS256, XCJ_RS384,  XCJ_RS512, XCJ_PS256,   XCJ_PS384,
                                XCJ_PS512, XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_EDDSA, XCJ_ED25519, XCJ_ED448 };
#define ALG_COUNT (sizeof ALGS / sizeof ALGS[0])

static char *token; /* the one under way */
static size_t token_len;

static void must(bool holds, const char *what)
{
    if (!holds) {
        printf("the test itself fails: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static xcj_key *make_key(xcj_alg alg)
{
    xcj_key *key;
    xcj_error err;
    must(xcj_key_generate(&key, alg, 0, &err) == XCJ_OK, err.message);
    return key;
}

/* The same key under another alg label; none for XCJ_ALG_NONE. */
static xcj_key *labelled(const xcj_key *key, const char *alg)
{
    char *text;
    size_t len;
    xcj_error err;
    must(xcj_key_to_jwk(&text, &len, key, XCJ_PRIVATE, &err) == XCJ_OK, err.message);
    json_t *jwk = json_loadb(text, len, 0, NULL);
    xcj_free(text);
    json_object_del(jwk, "alg");
    if (alg != NULL) {
        json_object_set_new(jwk, "alg", json_string(alg));
    }
    char *changed = conform_dump(jwk);
    xcj_key *copy;
    must(xcj_key_from_jwk(&copy, changed, strlen(changed), NULL, &err) == XCJ_OK, err.message);
    free(changed);
    json_decref(jwk);
    return copy;
}

static void put_base64url(const void *bytes, size_t len)
{
    token_len += xcj__b64u_encode(token + token_len, bytes, len);
}

/* A dot, and the signature over all that is there. */
static void put_signature(const xcj_key *key, xcj_alg alg)
{
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t len;
    xcj_error err;
    must(xcj__key_sign(sig, &len, key, alg, token, token_len, NULL, &err) == XCJ_OK, err.message);
    token[token_len++] = '.';
    put_base64url(sig, len);
}

/* A token of any header and payload, whatever they say, with a good signature. */
static void make_token(const char *header, const void *payload, size_t payload_len, const xcj_key *key, xcj_alg alg)
{
    token_len = 0;
    put_base64url(header, strlen(header));
    token[token_len++] = '.';
    put_base64url(payload, payload_len);
    put_signature(key, alg);
}

static xcj_verify_options policy(void)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.has_now = 1;
    options.now = NOW;
    options.allow_no_exp = 1;
    return options;
}

/* Verifies the token under way, in all four ways. */
static xcj_code check(const xcj_key *key, const xcj_verify_options *options, xcj_error *err)
{
    xcj_verifier *verifier;
    xcj_code code = xcj_verifier_new_key(&verifier, key, options, err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, (xcj_str){ token, token_len }, NULL, NULL, token[0] == '{', err);
    }
    xcj_verifier_free(verifier);
    return code;
}

static void expect(tally *t, const char *id, const xcj_key *key, const xcj_verify_options *options, xcj_code wanted)
{
    xcj_error err;
    xcj_code code = check(key, options, &err);
    char why[600];
    snprintf(why, sizeof why, "%s, not %s: %s", xcj_code_name(code), xcj_code_name(wanted),
             code == XCJ_OK ? "" : err.message);
    conform_count(t, id, code == XCJ_OK, wanted == XCJ_OK, why);
    if (code != wanted && (code == XCJ_OK) == (wanted == XCJ_OK)) {
        printf("%s: %s: %s\n", t->set, id, why);
        t->wrong++;
    }
}

/* EdDSA and the curve's own name are the same signature under two names. */
static bool same_signature(xcj_alg a, xcj_alg b)
{
    bool is_25519 = (a == XCJ_EDDSA || a == XCJ_ED25519) && (b == XCJ_EDDSA || b == XCJ_ED25519);
    return a == b || is_25519 || (a == XCJ_ED448 && b == XCJ_EDDSA);
}

/* Signed with one algorithm, the header says another: by a key without a label, by one that is labelled, and by an
 * allow-list. */
static void pairs_of_algorithms(tally *t)
{
    for (size_t a = 0; a < ALG_COUNT; a++) {
        xcj_key *own = make_key(ALGS[a]);
        xcj_key *plain = labelled(own, NULL);
        for (size_t b = 0; b < ALG_COUNT; b++) {
            char header[64];
            char id[64];
            snprintf(header, sizeof header, "{\"alg\":\"%s\"}", xcj_alg_name(ALGS[b]));
            snprintf(id, sizeof id, "%s signed, %s said", xcj_alg_name(ALGS[a]), xcj_alg_name(ALGS[b]));
            make_token(header, "{}", 2, own, ALGS[a]);
            xcj_verify_options options = policy();
            xcj_error err;
            conform_count(t, id, check(plain, &options, &err) == XCJ_OK, same_signature(ALGS[a], ALGS[b]),
                          "by a key without alg");
            conform_count(t, id, check(own, &options, &err) == XCJ_OK, a == b, "by a key with alg");
            options.algs = &ALGS[a];
            options.algs_count = 1;
            conform_count(t, id, check(plain, &options, &err) == XCJ_OK, a == b, "under an allow-list");
        }
        xcj_key_free(plain);
        xcj_key_free(own);
    }
}

/* A signature with a byte more or less, of no bytes, or of zeros only. */
static void signature_lengths(tally *t)
{
    for (size_t a = 0; a < ALG_COUNT; a++) {
        xcj_key *key = make_key(ALGS[a]);
        char header[64];
        xcj_verify_options options = policy();
        snprintf(header, sizeof header, "{\"alg\":\"%s\"}", xcj_alg_name(ALGS[a]));
        make_token(header, "{}", 2, key, ALGS[a]);
        expect(t, header, key, &options, XCJ_OK);
        size_t input = token_len;
        while (token[input - 1] != '.') {
            input--;
        }
        uint8_t sig[XCJ__SIGNATURE_MAX + 1] = { 0 };
        size_t len;
        must(xcj__b64u_decode(sig, &len, token + input, token_len - input, NULL), "the signature does not decode");
        const size_t lengths[] = { len + 1, len - 1, len / 2, 1, 0 };
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            token_len = input;
            put_base64url(sig, lengths[i]);
            expect(t, header, key, &options, XCJ_ERR_SIGNATURE);
        }
        const uint8_t fills[] = { 0x00, 0xff };
        for (size_t i = 0; i < sizeof fills; i++) {
            memset(sig, fills[i], len);
            token_len = input;
            put_base64url(sig, len);
            expect(t, header, key, &options, XCJ_ERR_SIGNATURE);
        }
        xcj_key_free(key);
    }
}

/* The last character of a part carries unused bits when the part's length is not a multiple of three: only zeros are
 * canonical. */
static void last_characters(tally *t, const xcj_key *key)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    xcj_verify_options options = policy();
    options.opaque_payload = 1;
    for (size_t len = 1; len <= 9; len++) {
        for (int part = 0; part < 2; part++) {
            char header[64];
            snprintf(header, sizeof header, "{\"alg\":\"HS256\"}%.*s", part == 0 ? (int)(len % 3) : 0, "   ");
            size_t ends[2];
            token_len = 0;
            put_base64url(header, strlen(header));
            ends[0] = token_len;
            token[token_len++] = '.';
            put_base64url("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7", len);
            ends[1] = token_len;
            size_t unused = part == 0 ? (3 - strlen(header) % 3) % 3 : (3 - len % 3) % 3;
            size_t part_end = ends[part];
            char *last = token + part_end - 1;
            size_t value = (size_t)(strchr(alphabet, *last) - alphabet);
            for (size_t more = 0; more < (unused == 2 ? 16u : unused == 1 ? 4u : 1u); more++) {
                *last = alphabet[value + more];
                token_len = ends[1];
                put_signature(key, XCJ_HS256);
                expect(t, "last character of a part", key, &options, more == 0 ? XCJ_OK : XCJ_ERR_BASE64);
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
        make_token("{\"typ\":\"JWT\",\"alg\":\"HS256\"}", cases[i].claims, strlen(cases[i].claims), key, XCJ_HS256);
        expect(t, cases[i].claims, key, options, cases[i].wanted);
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
    xcj_verify_options options = policy();
    RUN(cases);
    /* A thousand digits. */
    char claims[2100];
    static const char *const names[] = { "exp", "nbf", "iat" };
    for (size_t i = 0; i < 3; i++) {
        int used = snprintf(claims, sizeof claims, "{\"%s\":", names[i]);
        memset(claims + used, '1', 1000);
        strcpy(claims + used + 1000, "}");
        make_token("{\"alg\":\"HS256\"}", claims, strlen(claims), key, XCJ_HS256);
        expect(t, names[i], key, &options, XCJ_ERR_CLAIM);
        /* The same digits behind the dot are a number like another. */
        memcpy(claims + used, "1.", 2);
        make_token("{\"alg\":\"HS256\"}", claims, strlen(claims), key, XCJ_HS256);
        expect(t, names[i], key, &options, i == 0 ? XCJ_ERR_EXPIRED : XCJ_OK);
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
    xcj_verify_options options = policy();
    options.max_age = 60;
    options.leeway = 10;
    RUN(cases);
}

static void parties(tally *t, const xcj_key *key)
{
    static const claims_case cases[] = {
        { "{\"iss\":\"a\",\"aud\":\"x\",\"sub\":\"s\",\"r\":0}", XCJ_OK },
        { "{\"iss\":\"b\",\"aud\":[\"q\",\"y\"],\"sub\":\"s\",\"r\":null}", XCJ_OK },
        { "{\"iss\":\"\\u0062\",\"aud\":[\"\\u0079\"],\"sub\":\"\\u0073\",\"\\u0072\":[]}", XCJ_OK },
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
    const xcj_str issuers[] = { xcj_text("a"), xcj_text("b") };
    const xcj_str audiences[] = { xcj_text("x"), xcj_text("y") };
    const xcj_str required[] = { xcj_text("r") };
    xcj_verify_options options = policy();
    options.issuers = issuers;
    options.issuers_count = 2;
    options.audiences = audiences;
    options.audiences_count = 2;
    options.subject = xcj_text("s");
    options.required = required;
    options.required_count = 1;
    RUN(cases);
}

typedef struct header_case {
    const char *header;
    xcj_code wanted;
} header_case;

static void run_headers(tally *t, const xcj_key *key, const xcj_verify_options *options, const header_case *cases,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        make_token(cases[i].header, "{}", 2, key, XCJ_HS256);
        expect(t, cases[i].header, key, options, cases[i].wanted);
    }
}

#define RUN_HEADERS(cases) run_headers(t, key, &options, cases, sizeof cases / sizeof cases[0])

/* RFC 8725 3.11, RFC 7515 4.1.9. */
static void types(tally *t, const xcj_key *key)
{
    static const header_case cases[] = {
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
    xcj_verify_options options = policy();
    options.typ = xcj_text("at+jwt");
    RUN_HEADERS(cases);
    options.typ = xcj_text("application/at+jwt");
    RUN_HEADERS(cases);
}

/* RFC 7515 4.1.11, RFC 7797 6 and 7. */
static void critical(tally *t, const xcj_key *key)
{
    static const header_case for_jwt[] = {
        { "{\"alg\":\"HS256\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":false}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"alg\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":\"b64\",\"b64\":true}", XCJ_ERR_CRIT },
    };
    static const header_case for_jws[] = {
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\"]}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"\\u0062\\u00364\"]}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\",\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":true,\"crit\":[\"b64\",\"exp\"],\"exp\":1}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}", XCJ_ERR_CRIT },
        { "{\"alg\":\"HS256\",\"b64\":\"true\",\"crit\":[\"b64\"]}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\",\"b64\":false}", XCJ_ERR_CRIT },
    };
    xcj_verify_options options = policy();
    RUN_HEADERS(for_jwt);
    options.opaque_payload = 1;
    RUN_HEADERS(for_jws);
}

/* A JSON text around the parts of the token that is there, with ' for the double quote. */
static void make_json(const char *form)
{
    char *copy = malloc(token_len + 1);
    memcpy(copy, token, token_len);
    copy[token_len] = '\0';
    char *parts[3] = { copy, NULL, NULL };
    for (int i = 1; i < 3; i++) {
        parts[i] = strchr(parts[i - 1], '.') + 1;
        parts[i][-1] = '\0';
    }
    size_t len = 0;
    for (const char *p = form; *p != '\0'; p++) {
        const char *part = *p == '<' ? parts[0] : *p == '|' ? parts[1] : *p == '>' ? parts[2] : NULL;
        if (part != NULL) {
            memcpy(token + len, part, strlen(part));
            len += strlen(part);
        } else {
            token[len++] = *p == '\'' ? '"' : *p;
        }
    }
    token_len = len;
    free(copy);
}

/* RFC 7515 7.2: <, | and > stand for the protected header, the payload and the signature. */
static void json_forms(tally *t, const xcj_key *key)
{
    static const struct {
        const char *form;
        xcj_code wanted;
        xcj_code all; /* when every signature must be valid */
    } cases[] = {
        { "{'payload':'|','protected':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'\\u0070ayload':'|','protect\\u0065d':'<','signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'}]}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<','signature':'>'}]}", XCJ_OK,
          XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'<','signature':''},{'protected':'<','signature':'>'}]}", XCJ_OK,
          XCJ_ERR_SIGNATURE },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<','signature':'AA'}]}", XCJ_OK,
          XCJ_ERR_SIGNATURE },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},7]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'},{'protected':'<'}]}", XCJ_ERR_TOKEN,
          XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','header':{},'signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','protected':'<','header':{'kid':'any','x':1},'signature':'>'}", XCJ_OK, XCJ_OK },
        { "{'payload':'|','protected':'<','header':{'\\u0061lg':'HS256'},'signature':'>'}", XCJ_ERR_ALG, XCJ_ERR_ALG },
        { "{'payload':'|','protected':'<','header':{'typ':'JWT'},'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','header':{'b64':true},'signature':'>'}", XCJ_ERR_CRIT, XCJ_ERR_CRIT },
        { "{'payload':'|','protected':'<','header':[],'signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','header':{'alg':'HS256'},'signature':'>'}", XCJ_ERR_ALG, XCJ_ERR_ALG },
        { "{'payload':'|','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','signature':'>','signatures':[]}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','signatures':{}}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|=','protected':'<','signature':'>'}", XCJ_ERR_BASE64, XCJ_ERR_BASE64 },
        { "{'payload':null,'protected':'<','signature':'>'}", XCJ_ERR_TOKEN, XCJ_ERR_TOKEN },
        { "{'payload':'|','protected':'<','signature':'>'}x", XCJ_ERR_JSON, XCJ_ERR_JSON },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xcj_verify_options options = policy();
        make_token("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{}", 2, key, XCJ_HS256);
        make_json(cases[i].form);
        expect(t, cases[i].form, key, &options, cases[i].wanted);
        options.all_signatures = 1;
        expect(t, cases[i].form, key, &options, cases[i].all);
    }
}

/* RFC 7797 3: signatures that differ in b64 would let one decide how the payload of another is read. */
static void mixed_b64(tally *t, const xcj_key *key)
{
    xcj_jws_options plain = XCJ_JWS_OPTIONS_INIT;
    xcj_jws_options raw = XCJ_JWS_OPTIONS_INIT;
    raw.unencoded = 1;
    const xcj_jws_signer same[] = { { key, &raw }, { key, &raw } };
    const xcj_jws_signer mixed[] = { { key, &plain }, { key, &raw } };
    char *text;
    size_t len;
    xcj_error err;
    xcj_verify_options options = policy();
    options.opaque_payload = 1;
    must(xcj_jws_sign_json(&text, &len, "$.02", 4, same, 2, NULL, &err) == XCJ_OK, err.message);
    memcpy(token, text, len);
    token_len = len;
    expect(t, "both b64=false", key, &options, XCJ_OK);
    xcj_free(text);
    conform_count(t, "b64 differs when signing", xcj_jws_sign_json(&text, &len, "$.02", 4, mixed, 2, NULL, &err) == XCJ_OK,
                  false, "it was signed");
    /* A good signature over the raw text; and the same behind one that is no good and takes the text for base64url. */
    static const struct {
        const char *form;
        xcj_code wanted;
    } cases[] = {
        { "{'payload':'|','signatures':[{'protected':'<','signature':'>'}]}", XCJ_OK },
        { "{'payload':'|','signatures':[{'protected':'eyJhbGciOiJIUzI1NiJ9','signature':'AAAA'},"
          "{'protected':'<','signature':'>'}]}",
          XCJ_ERR_SIGNATURE },
    };
    static const char header[] = "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        token_len = 0;
        put_base64url(header, strlen(header));
        memcpy(token + token_len, ".YWJjZA", 7);
        token_len += 7;
        put_signature(key, XCJ_HS256);
        make_json(cases[i].form);
        expect(t, cases[i].form, key, &options, cases[i].wanted);
    }
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
        { "{\"alg\":\"HS256\",\"kid\":\"twice\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"broken\"}", XCJ_ERR_AMBIGUOUS_KEY },
        { "{\"alg\":\"HS256\",\"kid\":\"future\"}", XCJ_OK },
        { "{\"alg\":\"HS256\",\"kid\":null}", XCJ_ERR_TOKEN },
        { "{\"alg\":\"HS256\"}", XCJ_ERR_AMBIGUOUS_KEY },
    };
    static const char k[] = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    static const char *const names[] = { "a", "", "\xc3\xa9", "twice", "twice", "broken", "future" };
    char set[4096] = "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"broken\",\"k\":\"!\"},{\"kty\":\"NEW\",\"kid\":\"future\"}";
    char jwk[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(jwk, sizeof jwk, ",{\"kty\":\"oct\",\"kid\":\"%s\",\"k\":\"%s\"}", names[i], k);
        strcat(set, jwk);
    }
    strcat(set, "]}");
    snprintf(jwk, sizeof jwk, "{\"kty\":\"oct\",\"k\":\"%s\"}", k);
    xcj_key *key;
    xcj_error err;
    must(xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, &err) == XCJ_OK, err.message);
    xcj_verify_options options = policy();
    xcj_verifier *verifier;
    must(conform_verifier(&verifier, set, strlen(set), &options, &err) == XCJ_OK, err.message);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_token(cases[i].header, "{}", 2, key, XCJ_HS256);
        xcj_code code = conform_verify(verifier, (xcj_str){ token, token_len }, NULL, NULL, false, &err);
        conform_count(t, cases[i].header, code == cases[i].wanted, true, xcj_code_name(code));
    }
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}

/* What grows without bound is refused by its limit, quickly; what is just within is accepted. */
static void limits(tally *t, const xcj_key *key)
{
    xcj_verify_options options = policy();
    char *claims = malloc(TOKEN_ROOM / 2);
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
        make_token("{\"alg\":\"HS256\"}", claims, 6 + 2 * n, key, XCJ_HS256);
        expect(t, "nesting", key, &options, depths[i].wanted);
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
        make_token("{\"alg\":\"HS256\"}", claims, len, key, XCJ_HS256);
        expect(t, "members", key, &options, counts[i].wanted);
    }
    const size_t limit = (size_t)2 * 1024 * 1024;
    for (int over = 0; over < 2; over++) {
        /* base64url of a payload, so that the whole token has exactly the limit, or a few bytes more. */
        size_t payload = (limit - 64) / 4 * 3 - 30 + (over ? 90 : 0);
        memset(claims, 'a', payload);
        memcpy(claims, "{\"a\":\"", 6);
        memcpy(claims + payload - 2, "\"}", 2);
        make_token("{\"alg\":\"HS256\"}", claims, payload, key, XCJ_HS256);
        must((token_len > limit) == (over != 0), "the token's size");
        expect(t, "size", key, &options, over ? XCJ_ERR_LIMIT : XCJ_OK);
    }
    memset(token, '.', 1000000);
    token_len = 1000000;
    expect(t, "a million dots", key, &options, XCJ_ERR_TOKEN);
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
        conform_count(t, id, code == cases[i].wanted, true, xcj_code_name(code));
        xcj_key_free(key);
    }
}

int main(void)
{
    tally t = { .set = "self-made" };
    token = malloc(TOKEN_ROOM);
    must(token != NULL, "no memory");
    xcj_key *key = make_key(XCJ_HS256);
    pairs_of_algorithms(&t);
    signature_lengths(&t);
    last_characters(&t, key);
    numeric_dates(&t, key);
    ages(&t, key);
    parties(&t, key);
    types(&t, key);
    critical(&t, key);
    json_forms(&t, key);
    mixed_b64(&t, key);
    kids(&t);
    limits(&t, key);
    moduli(&t);
    xcj_key_free(key);
    free(token);
    return conform_end(&t);
}
