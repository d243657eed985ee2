/* DPoP (RFC 9449): proofs that are good, proofs that are forged, and tokens that are bound to the key of a proof. */
#include "check_main.h"
#include "gateway.h"
#include "lib/base/buf.h"
#include "lib/key/key.h"

#define NOW 1000
#define URI "https://server.example.com/token"
#define TOKEN "a.token.of-somebody"
#define HEADER "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":@}"
#define PAYLOAD_WITH(htm, htu, iat, jti, ath)                                                                               \
    "{\"htm\":" htm ",\"htu\":" htu ",\"iat\":" iat ",\"jti\":" jti ",\"ath\":" ath "}"
#define PAYLOAD PAYLOAD_WITH("\"POST\"", "\"" URI "\"", "1000", "\"j\"", "\"@\"")
#define HTM(htm) PAYLOAD_WITH(htm, "\"" URI "\"", "1000", "\"j\"", "\"@\"")
#define HTU(htu) PAYLOAD_WITH("\"POST\"", htu, "1000", "\"j\"", "\"@\"")
#define IAT(iat) PAYLOAD_WITH("\"POST\"", "\"" URI "\"", iat, "\"j\"", "\"@\"")
#define JTI(jti) PAYLOAD_WITH("\"POST\"", "\"" URI "\"", "1000", jti, "\"@\"")
#define ATH(ath) PAYLOAD_WITH("\"POST\"", "\"" URI "\"", "1000", "\"j\"", ath)
#define WITH_NONCE(nonce)                                                                                                   \
    "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\",\"nonce\":\"" nonce "\"}"
#define TYP(typ) "{\"typ\":" typ ",\"alg\":\"ES256\",\"jwk\":@}"
#define ALG(alg) "{\"typ\":\"dpop+jwt\",\"alg\":" alg ",\"jwk\":@}"
#define JWK(jwk) "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" jwk "}"
#define X "\"QsNMpd8-ZCf5kfuOuq9MN5t8Swmf2QuaBPq_iMlhCDM\""
#define ROOM 16384

static xcj_error last;
static xcj_key *key;
static char *public_jwk; /* {"crv":"P-256","kty":"EC","x":...,"y":...} */
static char *jkt;
static char ath[44];

static void make_ath(const char *token)
{
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    char *proof;
    size_t len;
    request.method = xcj_text("GET");
    request.uri = xcj_text("http://a");
    request.token = xcj_text(token);
    ck_assert_int_eq(xcj_dpop_make(&proof, &len, key, &request, XCJ_ALG_NONE, NULL, &last), XCJ_OK);
    char *claims = part_of(proof, len, 1, NULL);
    json_t *json = json_of(claims, strlen(claims));
    strcpy(ath, json_string_value(json_object_get(json, "ath")));
    json_decref(json);
    free(claims);
    xcj_free(proof);
}

static void setup(void)
{
    size_t len;
    xcj__buf canonical;
    ck_assert_int_eq(xcj_key_generate(&key, XCJ_ES256, 0, &last), XCJ_OK);
    xcj__buf_init(&canonical);
    xcj__key_put_canonical(&canonical, key);
    ck_assert_int_eq(xcj__buf_take(&canonical, &public_jwk, &len, &last), XCJ_OK);
    ck_assert_int_eq(xcj_key_thumbprint(&jkt, &len, key, XCJ_SHA256, &last), XCJ_OK);
    make_ath(TOKEN);
}

static void teardown(void)
{
    xcj_free(public_jwk);
    xcj_free(jkt);
    xcj_key_free(key);
}

/* Puts `text` for each @ of the template. */
static void expand(char *out, const char *template, const char *text)
{
    for (out[0] = '\0'; *template != '\0'; template ++) {
        size_t at = strlen(out);
        ck_assert_uint_lt(at + strlen(text) + 2, ROOM);
        snprintf(out + at, ROOM - at, "%.*s", *template == '@' ? (int)strlen(text) : 1, *template == '@' ? text : template);
    }
}

/* A proof of any header and payload, signed with the key. */
static char *forge(const char *header, const char *payload)
{
    static char text[ROOM];
    static char proof[2 * ROOM];
    uint8_t sig[XCJ__SIGNATURE_MAX];
    size_t sig_len;
    expand(text, header, public_jwk);
    size_t len = put_part(proof, text, strlen(text));
    proof[len++] = '.';
    expand(text, payload, ath);
    len += put_part(proof + len, text, strlen(text));
    ck_assert_int_eq(xcj__key_sign(sig, &sig_len, key, XCJ_ES256, proof, len, NULL, &last), XCJ_OK);
    proof[len++] = '.';
    len += put_part(proof + len, (const char *)sig, sig_len);
    proof[len] = '\0';
    return proof;
}

static xcj_dpop_request request_of(const char *proof)
{
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    request.proof = xcj_text(proof);
    request.method = xcj_text("POST");
    request.uri = xcj_text(URI "?query=1#fragment");
    request.token = xcj_text(TOKEN);
    request.jkt = xcj_text(jkt);
    request.has_now = 1;
    request.now = NOW;
    return request;
}

static void expect(const char *name, const xcj_dpop_request *request, const xcj_dpop_options *options, xcj_code expected,
                   const char *member)
{
    char *found = NULL;
    size_t len = 0;
    xcj_code code = xcj_dpop_verify(&found, &len, request, options, NULL, &last);
    ck_assert_msg(code == expected, "%s: %s in place of %s: %s", name, xcj_code_name(code), xcj_code_name(expected),
                  last.message);
    ck_assert_int_eq(last.code, expected);
    if (expected == XCJ_OK) {
        ck_assert_str_eq(found, jkt);
        ck_assert_uint_eq(len, 43);
    } else {
        ck_assert_ptr_null(found);
        ck_assert_uint_eq(len, 0);
        ck_assert_msg(strcmp(last.member, member) == 0, "%s: %s in place of %s", name, last.member, member);
        ck_assert_int_eq(xcj_code_http_status(code), 401);
    }
    xcj_free(found);
}

typedef struct forged {
    const char *name;
    const char *header;  /* NULL: HEADER */
    const char *payload; /* NULL: PAYLOAD */
    const char *member;
} forged;

static const forged cases[] = {
    { "no typ", "{\"alg\":\"ES256\",\"jwk\":@}", NULL, "typ" },
    { "typ of a JWT", TYP("\"JWT\""), NULL, "typ" },
    { "typ of an access token", TYP("\"at+jwt\""), NULL, "typ" },
    { "typ in capitals", TYP("\"DPOP+JWT\""), NULL, "typ" },
    { "typ with a blank", TYP("\"dpop+jwt \""), NULL, "typ" },
    { "typ, a media type", TYP("\"application/dpop+jwt\""), NULL, "typ" },
    { "typ null", TYP("null"), NULL, "typ" },
    { "typ, an array", TYP("[\"dpop+jwt\"]"), NULL, "typ" },
    { "no alg", "{\"typ\":\"dpop+jwt\",\"jwk\":@}", NULL, "alg" },
    { "alg none", ALG("\"none\""), NULL, "alg" },
    { "alg None", ALG("\"None\""), NULL, "alg" },
    { "alg HS256", ALG("\"HS256\""), NULL, "alg" },
    { "alg HS512", ALG("\"HS512\""), NULL, "alg" },
    { "alg unknown", ALG("\"XX256\""), NULL, "alg" },
    { "alg in small letters", ALG("\"es256\""), NULL, "alg" },
    { "alg empty", ALG("\"\""), NULL, "alg" },
    { "alg null", ALG("null"), NULL, "alg" },
    { "alg, an array", ALG("[\"ES256\"]"), NULL, "alg" },
    { "alg of another curve", ALG("\"ES384\""), NULL, "signature" },
    { "alg of another type", ALG("\"RS256\""), NULL, "signature" },
    { "alg of Edwards curves", ALG("\"EdDSA\""), NULL, "signature" },
    { "no jwk", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}", NULL, "jwk" },
    { "a kid in place of the jwk", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"kid\":\"k\"}", NULL, "jwk" },
    { "jwk null", JWK("null"), NULL, "jwk" },
    { "jwk, a string", JWK("\"@\""), NULL, "header" },
    { "jwk, an array", JWK("[@]"), NULL, "jwk" },
    { "jwk, a set", JWK("{\"keys\":[@]}"), NULL, "jwk" },
    { "jwk empty", JWK("{}"), NULL, "jwk" },
    { "jwk, a secret", JWK("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), NULL, "jwk" },
    { "jwk with d", JWK("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":" X ",\"y\":" X ",\"d\":" X "}"), NULL, "jwk" },
    { "jwk with d null", JWK("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":" X ",\"y\":" X ",\"d\":null}"), NULL, "jwk" },
    { "jwk with an escaped d", JWK("{\"kty\":\"EC\",\"\\u0064\":" X "}"), NULL, "jwk" },
    { "jwk with p", JWK("{\"kty\":\"EC\",\"p\":" X "}"), NULL, "jwk" },
    { "jwk with qi", JWK("{\"kty\":\"RSA\",\"qi\":\"AQAB\"}"), NULL, "jwk" },
    { "jwk with oth", JWK("{\"kty\":\"RSA\",\"oth\":[]}"), NULL, "jwk" },
    { "jwk off the curve", JWK("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":" X ",\"y\":" X "}"), NULL, "jwk" },
    { "jwk without y", JWK("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":" X "}"), NULL, "jwk" },
    { "jwk of an unknown curve", JWK("{\"kty\":\"EC\",\"crv\":\"P-257\",\"x\":" X ",\"y\":" X "}"), NULL, "jwk" },
    { "jwk of an unknown type", JWK("{\"kty\":\"ec\"}"), NULL, "jwk" },
    { "crit", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":@,\"crit\":[\"x\"],\"x\":1}", NULL, "crit" },
    { "crit empty", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":@,\"crit\":[]}", NULL, "crit" },
    { "b64", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":@,\"b64\":true}", NULL, "b64" },
    { "alg twice", "{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"alg\":\"ES256\",\"jwk\":@}", NULL, "header" },
    { "jwk twice", "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":@,\"jwk\":@}", NULL, "header" },
    { "a header that is no object", "[]", NULL, "header" },
    { "a header that is no JSON", "x", NULL, "header" },
    { "no htm", NULL, "{\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\"}", "htm" },
    { "another method", NULL, HTM("\"GET\""), "htm" },
    { "the method in small letters", NULL, HTM("\"post\""), "htm" },
    { "the method with a blank", NULL, HTM("\"POST \""), "htm" },
    { "a list of methods", NULL, HTM("[\"POST\"]"), "htm" },
    { "htm null", NULL, HTM("null"), "htm" },
    { "no htu", NULL, "{\"htm\":\"POST\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\"}", "htu" },
    { "htu null", NULL, HTU("null"), "htu" },
    { "htu, a list", NULL, HTU("[\"" URI "\"]"), "htu" },
    { "htu empty", NULL, HTU("\"\""), "htu" },
    { "another host", NULL, HTU("\"https://server.example.org/token\""), "htu" },
    { "a longer host", NULL, HTU("\"https://server.example.com.evil.example/token\""), "htu" },
    { "a user that looks like the host", NULL, HTU("\"https://server.example.com@evil.example/token\""), "htu" },
    { "a user", NULL, HTU("\"https://u@server.example.com/token\""), "htu" },
    { "another scheme", NULL, HTU("\"http://server.example.com/token\""), "htu" },
    { "another port", NULL, HTU("\"https://server.example.com:8443/token\""), "htu" },
    { "the port of the other scheme", NULL, HTU("\"https://server.example.com:80/token\""), "htu" },
    { "another path", NULL, HTU("\"https://server.example.com/token2\""), "htu" },
    { "a path below", NULL, HTU("\"https://server.example.com/token/\""), "htu" },
    { "no path", NULL, HTU("\"https://server.example.com\""), "htu" },
    { "the path in capitals", NULL, HTU("\"https://server.example.com/TOKEN\""), "htu" },
    { "an escaped slash", NULL, HTU("\"https://server.example.com%2Ftoken\""), "htu" },
    { "two slashes", NULL, HTU("\"https://server.example.com//token\""), "htu" },
    { "a path alone", NULL, HTU("\"/token\""), "htu" },
    { "no scheme", NULL, HTU("\"//server.example.com/token\""), "htu" },
    { "a backslash", NULL, HTU("\"https:\\\\\\\\server.example.com\\\\token\""), "htu" },
    { "half an escape", NULL, HTU("\"https://server.example.com/token%4\""), "htu" },
    { "an escape that is none", NULL, HTU("\"https://server.example.com/%zztoken\""), "htu" },
    { "an escaped NUL", NULL, HTU("\"https://server.example.com/token%00\""), "htu" },
    { "a NUL", NULL, HTU("\"https://server.example.com/token\\u0000\""), "htu" },
    { "a blank", NULL, HTU("\" https://server.example.com/token\""), "htu" },
    { "no iat", NULL, "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"jti\":\"j\",\"ath\":\"@\"}", "iat" },
    { "iat null", NULL, IAT("null"), "iat" },
    { "iat, a string", NULL, IAT("\"1000\""), "iat" },
    { "iat too long ago", NULL, IAT("939"), "iat" },
    { "iat too long ago by a fraction", NULL, IAT("939.9"), "iat" },
    { "iat in the future", NULL, IAT("1006"), "iat" },
    { "iat in the future by a fraction", NULL, IAT("1005.1"), "iat" },
    { "iat beyond all numbers", NULL, IAT("1e400"), "iat" },
    { "iat beyond 64 bits", NULL, IAT("1e30"), "iat" },
    { "iat far back", NULL, IAT("-1e30"), "iat" },
    { "iat negative", NULL, IAT("-1000"), "iat" },
    { "no jti", NULL, "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"ath\":\"@\"}", "jti" },
    { "jti empty", NULL, JTI("\"\""), "jti" },
    { "jti null", NULL, JTI("null"), "jti" },
    { "jti, a number", NULL, JTI("1"), "jti" },
    { "no ath", NULL, "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\"}", "ath" },
    { "ath of another token", NULL, ATH("\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\""), "ath" },
    { "ath, the token itself", NULL, ATH("\"" TOKEN "\""), "ath" },
    { "ath longer", NULL, ATH("\"@A\""), "ath" },
    { "ath with padding", NULL, ATH("\"@=\""), "ath" },
    { "ath, a list", NULL, ATH("[\"@\"]"), "ath" },
    { "ath null", NULL, ATH("null"), "ath" },
    { "ath empty", NULL, ATH("\"\""), "ath" },
    { "htm twice", NULL, "{\"htm\":\"GET\",\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\"}",
      "payload" },
    { "a payload that is no object", NULL, "[]", "payload" },
    { "a payload that is no JSON", NULL, "{", "payload" },
    { "an empty payload", NULL, "{}", "htm" },
};

START_TEST(forged_proofs)
{
    xcj_dpop_request request = request_of(forge(HEADER, PAYLOAD));
    expect("good", &request, NULL, XCJ_OK, "");
    ck_assert_uint_ge(sizeof cases / sizeof *cases, 60);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const forged *c = &cases[i];
        request = request_of(forge(c->header != NULL ? c->header : HEADER, c->payload != NULL ? c->payload : PAYLOAD));
        expect(c->name, &request, NULL, XCJ_ERR_PROOF, c->member);
    }
}
END_TEST

/* The jwk says what else its key is for. */
START_TEST(labels_of_the_jwk)
{
    static const struct {
        const char *label;
        xcj_code code;
    } labels[] = {
        { "\"alg\":\"ES256\"", XCJ_OK },      { "\"use\":\"sig\"", XCJ_OK },
        { "\"kid\":\"k\"", XCJ_OK },          { "\"key_ops\":[\"verify\"]", XCJ_OK },
        { "\"unknown\":[1]", XCJ_OK },        { "\"alg\":\"ES384\"", XCJ_ERR_PROOF },
        { "\"use\":\"enc\"", XCJ_ERR_PROOF }, { "\"key_ops\":[\"sign\"]", XCJ_ERR_PROOF },
        { "\"key_ops\":[]", XCJ_ERR_PROOF },  { "\"alg\":\"none\"", XCJ_ERR_PROOF },
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        char header[1024];
        char jwk[512];
        snprintf(jwk, sizeof jwk, "{%s,%s", labels[i].label, public_jwk + 1);
        snprintf(header, sizeof header, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s}", jwk);
        xcj_dpop_request request = request_of(forge(header, PAYLOAD));
        char *found;
        size_t len;
        xcj_code code = xcj_dpop_verify(&found, &len, &request, NULL, NULL, &last);
        ck_assert_msg(code == labels[i].code, "%s: %s", labels[i].label, last.message);
        xcj_free(found);
    }
}
END_TEST

/* Without an access token, a proof needs no ath. */
START_TEST(without_a_token)
{
    static const char *const payloads[] = { PAYLOAD, ATH("\"x\""),
                                            "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\"}" };
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        xcj_dpop_request request = request_of(forge(HEADER, payloads[i]));
        expect(payloads[i], &request, NULL, i == 0 ? XCJ_OK : XCJ_ERR_PROOF, "ath");
        request.token = xcj_text(NULL);
        expect(payloads[i], &request, NULL, XCJ_OK, "");
    }
}
END_TEST

START_TEST(malformed_proofs)
{
    char text[2 * ROOM];
    const char *const good = forge(HEADER, PAYLOAD);
    const size_t len = strlen(good);
    static const char *const ends[] = { ".", ".x", "=", " ", ",a.b.c", "\n", "A", "*" };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(text, sizeof text, "%s%s", good, ends[i]);
        xcj_dpop_request request = request_of(text);
        char *found;
        size_t found_len;
        ck_assert_int_eq(xcj_dpop_verify(&found, &found_len, &request, NULL, NULL, &last), XCJ_ERR_PROOF);
    }
    for (size_t i = 0; i < len; i += 3) { /* cut short, and with one other character */
        char *found;
        size_t found_len;
        xcj_dpop_request request = request_of(good);
        request.proof.len = i;
        ck_assert_int_eq(xcj_dpop_verify(&found, &found_len, &request, NULL, NULL, &last), XCJ_ERR_PROOF);
        memcpy(text, good, len + 1);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        request = request_of(text);
        request.jkt = xcj_text(NULL);
        ck_assert_int_eq(xcj_dpop_verify(&found, &found_len, &request, NULL, NULL, &last), XCJ_ERR_PROOF);
    }
    memset(text, 'A', XCJ_DPOP_MAX + 1);
    text[XCJ_DPOP_MAX + 1] = '\0';
    xcj_dpop_request request = request_of(text);
    expect("too long", &request, NULL, XCJ_ERR_PROOF, "proof");
}
END_TEST

/* RFC 3986 6.2.2 and 6.2.3 */
START_TEST(uris_that_are_the_same)
{
    static const char *const same[][2] = {
        { "https://server.example.com/token", "HTTPS://Server.EXAMPLE.com:443/token?a#b" },
        { "https://server.example.com/token?x", "https://server.example.com/token" },
        { "https://server.example.com/token", "https://server.example.com:/%74oken" },
        { "http://a:80", "http://A/" },
        { "http://a/?q", "http://a" },
        { "http://a?q", "http://a/#f" },
        { "https://a/%7Euser/%c3%a9", "https://a/~user/%C3%A9" },
        { "https://a/b/./c/../d", "https://a/b/d" },
        { "https://a/b/%2e%2E/d/.", "https://a/d/" },
        { "https://a/../..", "https://a/" },
        { "https://a/b/..", "https://a/" },
        { "https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x" },
        { "https://a:8443/x", "https://A:8443/x" },
        { "coap+tcp://a/x", "CoAP+TCP://a/x" },
    };
    static const char *const different[][2] = {
        { "https://a/b%2Fc", "https://a/b/c" },   { "https://a/b%2fc", "https://a/b%25c" },
        { "https://a/", "https://a//" },          { "https://a:80/", "https://a/" },
        { "http://a:443/", "http://a/" },         { "https://a/b/", "https://a/b" },
        { "https://[::1]:1/", "https://[::1]/" }, { "https://a/A", "https://a/a" },
        { "https://a/b/...", "https://a/" },      { "https://ab/", "https://a/b/" },
        { "https://:443/a", "https://:443/a" },   { "https:///a", "https:///a" },
    };
    for (size_t i = 0; i < sizeof same / sizeof *same + sizeof different / sizeof *different; i++) {
        const bool equal = i < sizeof same / sizeof *same;
        const char *const *pair = equal ? same[i] : different[i - sizeof same / sizeof *same];
        for (int turn = 0; turn < 2; turn++) {
            char payload[512];
            snprintf(payload, sizeof payload, "{\"htm\":\"POST\",\"htu\":\"%s\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\"}",
                     pair[turn]);
            xcj_dpop_request request = request_of(forge(HEADER, payload));
            request.uri = xcj_text(pair[1 - turn]);
            expect(pair[turn], &request, NULL, equal ? XCJ_OK : XCJ_ERR_PROOF, "htu");
        }
    }
}
END_TEST

START_TEST(times)
{
    static const char *const good[] = { "1000", "940", "1005", "940.5", "1004.999", "1e3", "1000.0" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char payload[256];
        snprintf(payload, sizeof payload, "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":%s,\"jti\":\"j\",\"ath\":\"@\"}",
                 good[i]);
        xcj_dpop_request request = request_of(forge(HEADER, payload));
        expect(good[i], &request, NULL, XCJ_OK, "");
    }
    xcj_dpop_options options = XCJ_DPOP_OPTIONS_INIT;
    options.max_age = 10;
    options.leeway = 1;
    xcj_dpop_request request = request_of(forge(HEADER, PAYLOAD));
    for (request.now = NOW - 3; request.now <= NOW + 13; request.now++) {
        expect("a window", &request, &options, request.now >= NOW - 1 && request.now <= NOW + 10 ? XCJ_OK : XCJ_ERR_PROOF,
               "iat");
    }
}
END_TEST

START_TEST(nonces)
{
    static const xcj_str now[] = { { "fresh", 5 }, { "before", 6 } };
    static const char *const good[] = { "\"fresh\"", "\"before\"", "\"\\u0066resh\"" };
    static const char *const bad[] = { "\"old\"", "\"\"", "null", "[\"fresh\"]", "\"fres\"", "\"fresh \"", "1" };
    char payload[256];
    for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
        const bool is_good = i < sizeof good / sizeof *good;
        const char *nonce = is_good ? good[i] : bad[i - sizeof good / sizeof *good];
        snprintf(payload, sizeof payload,
                 "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\",\"nonce\":%s}", nonce);
        xcj_dpop_request request = request_of(forge(HEADER, payload));
        expect(nonce, &request, NULL, XCJ_OK, ""); /* not demanded */
        request.nonces = now;
        request.nonces_count = 2;
        expect(nonce, &request, NULL, is_good ? XCJ_OK : XCJ_ERR_NONCE, "nonce");
        request.nonces_count = 0; /* allows nothing */
        expect(nonce, &request, NULL, XCJ_ERR_NONCE, "nonce");
    }
    xcj_dpop_request request = request_of(forge(HEADER, PAYLOAD));
    request.nonces = now;
    request.nonces_count = 2;
    expect("no nonce", &request, NULL, XCJ_ERR_NONCE, "nonce");
    static const xcj_str empty[] = { { "", 0 }, { NULL, 0 } };
    request.nonces = empty;
    expect("empty nonces", &request, NULL, XCJ_ERR_NONCE, "nonce");
    request.nonces = NULL;
    char *found;
    size_t len;
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
}
END_TEST

START_TEST(issued_nonces)
{
    char made[2][XCJ_DPOP_NONCE_LEN];
    char payload[256];
    ck_assert_int_eq(xcj_dpop_nonce(made[0], sizeof made[0], NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_dpop_nonce(made[1], sizeof made[1], NULL, &last), XCJ_OK);
    ck_assert_mem_ne(made[0], made[1], sizeof made[0]);
    const xcj_str both[] = { { made[0], sizeof made[0] }, { made[1], sizeof made[1] } };
    snprintf(payload, sizeof payload,
             "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"j\",\"ath\":\"@\",\"nonce\":\"%.*s\"}",
             XCJ_DPOP_NONCE_LEN, made[1]);
    xcj_dpop_request request = request_of(forge(HEADER, payload));
    request.nonces = both;
    request.nonces_count = 2;
    expect("an issued nonce", &request, NULL, XCJ_OK, "");
    request.nonces_count = 1;
    expect("a nonce of another time", &request, NULL, XCJ_ERR_NONCE, "nonce");
    ck_assert_int_eq(xcj_dpop_nonce(NULL, sizeof made[0], NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_dpop_nonce(made[0], sizeof made[0] - 1, NULL, &last), XCJ_ERR_BUFFER);
    ck_assert_uint_eq(last.needed, sizeof made[0]);
}
END_TEST

/* A store of one proof. */
typedef struct used {
    bool is_full;
    char jti[XCJ_DPOP_JTI_MAX + 1];
    char jkt[44];
    int64_t expires;
    int calls;
} used;

static int note_used(void *context, xcj_str thumbprint, xcj_str jti, int64_t expires)
{
    used *store = context;
    store->calls++;
    ck_assert_uint_eq(thumbprint.len, 43);
    ck_assert_uint_le(jti.len, XCJ_DPOP_JTI_MAX);
    if (store->is_full) {
        return -1;
    }
    if (strlen(store->jti) == jti.len && memcmp(store->jti, jti.ptr, jti.len) == 0) {
        return 1;
    }
    snprintf(store->jti, sizeof store->jti, "%.*s", (int)jti.len, jti.ptr);
    snprintf(store->jkt, sizeof store->jkt, "%.*s", (int)thumbprint.len, thumbprint.ptr);
    store->expires = expires;
    return 0;
}

START_TEST(replays)
{
    used store = { .calls = 0 };
    xcj_dpop_options options = XCJ_DPOP_OPTIONS_INIT;
    options.replay = note_used;
    options.replay_context = &store;
    xcj_dpop_request request = request_of(forge(HEADER, JTI("\"\\u006a1\"")));
    expect("first", &request, &options, XCJ_OK, "");
    ck_assert_str_eq(store.jti, "j1");
    ck_assert_str_eq(store.jkt, jkt);
    ck_assert_int_eq(store.expires, 1061); /* the first second in which iat refuses it */
    request.now = 1060;
    expect("again", &request, &options, XCJ_ERR_REPLAY, "jti");
    ck_assert_ptr_nonnull(strstr(last.message, "used before"));
    store.is_full = true;
    expect("no room", &request, &options, XCJ_ERR_REPLAY, "jti");
    ck_assert_ptr_nonnull(strstr(last.message, "no room"));
    store.is_full = false;
    expect("again, where nobody asks", &request, NULL, XCJ_OK, "");
    request.now = store.expires;
    expect("after it has expired", &request, &options, XCJ_ERR_PROOF, "iat");
    request = request_of(forge(HEADER, JTI("\"j1\"")));
    expect("again, written in another way", &request, &options, XCJ_ERR_REPLAY, "jti");
    const int calls = store.calls;
    request = request_of(forge(HEADER, JTI("\"j2\"")));
    request.method = xcj_text("GET");
    expect("what is refused uses nothing up", &request, &options, XCJ_ERR_PROOF, "htm");
    ck_assert_int_eq(store.calls, calls);
    request.method = xcj_text("POST");
    expect("another", &request, &options, XCJ_OK, "");
    char jti[XCJ_DPOP_JTI_MAX + 4];
    char payload[1024];
    for (int more = 0; more < 2; more++) {
        memset(jti, 'j', sizeof jti);
        jti[XCJ_DPOP_JTI_MAX + more] = '\0';
        snprintf(payload, sizeof payload, "{\"htm\":\"POST\",\"htu\":\"" URI "\",\"iat\":1000,\"jti\":\"%s\",\"ath\":\"@\"}",
                 jti);
        request = request_of(forge(HEADER, payload));
        expect("a long jti", &request, &options, more == 0 ? XCJ_OK : XCJ_ERR_PROOF, "jti");
    }
}
END_TEST

static void expect_made(const xcj_key *maker, xcj_alg alg)
{
    xcj_dpop_request request = request_of(NULL);
    static const xcj_str nonce = { "n\"1", 3 };
    char *proof;
    char *found;
    char *thumbprint;
    size_t len;
    request.jkt = xcj_text(NULL);
    request.nonces = &nonce;
    request.nonces_count = 1;
    xcj_code code = xcj_dpop_make(&proof, &len, maker, &request, alg, NULL, &last);
    ck_assert_msg(code == XCJ_OK, "%s: %s", xcj_alg_name(alg), last.message);
    ck_assert_uint_eq(len, strlen(proof));
    char *header = part_of(proof, len, 0, NULL);
    ck_assert_ptr_null(strstr(header, "\"kid\""));
    ck_assert_ptr_null(strstr(header, "\"d\""));
    free(header);
    ck_assert_int_eq(xcj_key_thumbprint(&thumbprint, &len, maker, XCJ_SHA256, &last), XCJ_OK);
    request.proof = xcj_text(proof);
    request.jkt = xcj_text(thumbprint);
    xcj_scratch *scratch;
    ck_assert_int_eq(xcj_scratch_new(&scratch, &last), XCJ_OK);
    for (int i = 0; i < 3; i++) { /* without a scratch, with a new one, with one that was used */
        code = xcj_dpop_verify(&found, &len, &request, NULL, i > 0 ? scratch : NULL, &last);
        ck_assert_msg(code == XCJ_OK, "%s: %s", xcj_alg_name(alg), last.message);
        ck_assert_str_eq(found, thumbprint);
        xcj_free(found);
    }
    char *changed = strdup(proof);
    char *last_but_two = changed + strlen(changed) - 3;
    *last_but_two = *last_but_two == 'A' ? 'B' : 'A';
    request.proof = xcj_text(changed);
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, NULL, scratch, &last), XCJ_ERR_PROOF);
    ck_assert_str_eq(last.member, "signature");
    request.proof = xcj_text(proof);
    free(changed);
    xcj_scratch_free(scratch);
    xcj_dpop_options options = XCJ_DPOP_OPTIONS_INIT;
    options.algs = &alg;
    options.algs_count = 1;
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, &options, NULL, &last), XCJ_OK);
    xcj_free(found);
    const xcj_alg other = alg == XCJ_ES256 ? XCJ_ES384 : XCJ_ES256;
    options.algs = &other;
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, &options, NULL, &last), XCJ_ERR_PROOF);
    ck_assert_str_eq(last.member, "alg");
    options.algs_count = 0; /* allows nothing */
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, &options, NULL, &last), XCJ_ERR_PROOF);
    request.jkt = xcj_text(jkt); /* of another key */
    ck_assert_int_eq(xcj_dpop_verify(&found, &len, &request, NULL, NULL, &last), XCJ_ERR_BINDING);
    ck_assert_str_eq(last.member, "jkt");
    xcj_free(thumbprint);
    xcj_free(proof);
}

START_TEST(every_algorithm)
{
    static const xcj_alg curves[] = { XCJ_ES256, XCJ_ES384, XCJ_ES512, XCJ_ES256K, XCJ_EDDSA, XCJ_ED25519, XCJ_ED448 };
    xcj_key *maker;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        ck_assert_int_eq(xcj_key_generate(&maker, curves[i], 0, &last), XCJ_OK);
        expect_made(maker, curves[i]);
        xcj_key_free(maker);
    }
    char *pem;
    size_t len;
    ck_assert_int_eq(xcj_key_generate(&maker, XCJ_RS256, 2048, &last), XCJ_OK);
    ck_assert_int_eq(xcj_key_to_pem(&pem, &len, maker, XCJ_PRIVATE, &last), XCJ_OK);
    xcj_key_free(maker);
    ck_assert_int_eq(xcj_key_from_pem(&maker, pem, len, NULL, &last), XCJ_OK); /* without alg */
    for (xcj_alg alg = XCJ_RS256; alg <= XCJ_PS512; alg++) {
        expect_made(maker, alg);
    }
    xcj_key_free(maker);
    xcj_free(pem);
}
END_TEST

START_TEST(broken_calls)
{
    xcj_dpop_request request = request_of(forge(HEADER, PAYLOAD));
    xcj_dpop_options options = XCJ_DPOP_OPTIONS_INIT;
    static const xcj_alg secret[] = { XCJ_ES256, XCJ_HS256 };
    char *text;
    size_t len;
    ck_assert_int_eq(xcj_dpop_verify(NULL, &len, &request, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_dpop_verify(&text, &len, NULL, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    options.algs = secret;
    options.algs_count = 2;
    ck_assert_int_eq(xcj_dpop_verify(&text, &len, &request, &options, NULL, &last), XCJ_ERR_CONFIG);
    options = (xcj_dpop_options)XCJ_DPOP_OPTIONS_INIT;
    for (int64_t age = -1; age <= 86401; age += 86402) {
        options.max_age = age;
        options.leeway = 0;
        ck_assert_int_eq(xcj_dpop_verify(&text, &len, &request, &options, NULL, &last), XCJ_ERR_CONFIG);
        options.max_age = 0;
        options.leeway = age;
        ck_assert_int_eq(xcj_dpop_verify(&text, &len, &request, &options, NULL, &last), XCJ_ERR_CONFIG);
    }
    xcj_dpop_request bad = request;
    bad.method = xcj_text(NULL);
    ck_assert_int_eq(xcj_dpop_verify(&text, &len, &bad, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_dpop_make(&text, &len, key, &bad, XCJ_ALG_NONE, NULL, &last), XCJ_ERR_ARGUMENT);
    bad = request;
    bad.uri = xcj_text("/token");
    ck_assert_int_eq(xcj_dpop_make(&text, &len, key, &bad, XCJ_ALG_NONE, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_dpop_verify(&text, &len, &bad, NULL, NULL, &last), XCJ_ERR_PROOF);
    bad = request;
    bad.now = -1;
    ck_assert_int_eq(xcj_dpop_verify(&text, &len, &bad, NULL, NULL, &last), XCJ_ERR_ARGUMENT);
    bad = request;
    bad.method = xcj_text("\xff");
    ck_assert_int_eq(xcj_dpop_make(&text, &len, key, &bad, XCJ_ALG_NONE, NULL, &last), XCJ_ERR_ARGUMENT);
    ck_assert_int_eq(xcj_dpop_make(&text, &len, NULL, &request, XCJ_ALG_NONE, NULL, &last), XCJ_ERR_ARGUMENT);
    xcj_key *oct;
    ck_assert_int_eq(xcj_key_from_jwk(&oct, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq(xcj_dpop_make(&text, &len, oct, &request, XCJ_ALG_NONE, NULL, &last), XCJ_ERR_ALG);
    ck_assert_ptr_null(text);
    xcj_key_free(oct);
}
END_TEST

/* Which nonce of the request the proof of mint_with() had. */
static size_t nonce_place;

/* What a minter makes of a token that is bound to the key (or not), sent with this scheme and proof. */
static xcj_code mint_with(const char *scheme, const char *cnf, xcj_auth auth, const xcj_mint_options *options,
                          bool as_plugin)
{
    static char value[4096];
    static char payload[2 * ROOM];
    static char text[ROOM];
    char token[4096];
    size_t len;
    expand(text, cnf, jkt);
    snprintf(payload, sizeof payload, "{\"clientId\":\"b\"%s}", text);
    char *bearer = bearer_of(payload, strlen(payload));
    snprintf(value, sizeof value, "%s%s", scheme, strchr(bearer, ' '));
    xcj_key *signer;
    xcj_minter *minter;
    ck_assert_int_eq(xcj_key_from_jwk(&signer, OCT_JWK, strlen(OCT_JWK), NULL, &last), XCJ_OK);
    ck_assert_int_eq((as_plugin ? xcj_kong_minter_new : xcj_minter_new)(&minter, signer, options, &last), XCJ_OK);
    char proof[ROOM] = "";
    if (auth.dpop.ptr != NULL) { /* made for this token */
        make_ath(strchr(bearer, ' ') + 1);
        strcpy(proof, forge(HEADER, auth.dpop.ptr));
        auth.dpop = xcj_text(proof);
    }
    auth.authorization = xcj_text(value);
    xcj_code code = xcj_mint(token, sizeof token, &len, minter, &auth, NULL, &last);
    if (code == XCJ_OK) {
        char wanted[64];
        char *claims = part_of(token, len, 1, NULL);
        snprintf(wanted, sizeof wanted, "\"cnf\":{\"jkt\":\"%s\"}", jkt);
        ck_assert_int_eq(strstr(claims, "\"cnf\"") != NULL, options->bind == XCJ_BIND_KEY);
        ck_assert_int_eq(strstr(claims, wanted) != NULL, options->bind == XCJ_BIND_KEY);
        free(claims);
    }
    if (auth.dpop_nonces != NULL) {
        xcj_caller *caller;
        xcj_error found;
        ck_assert_int_eq(xcj_caller_new(&caller, minter, &auth, NULL, &found), code);
        nonce_place = xcj_caller_dpop_nonce(caller);
        xcj_caller_free(caller);
    }
    xcj_minter_free(minter);
    xcj_key_free(signer);
    free(bearer);
    return code;
}

#define BOUND ",\"cnf\":{\"jkt\":\"@\"}"

START_TEST(bound_tokens)
{
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.htm = xcj_text("POST");
    auth.htu = xcj_text(URI);
    xcj_auth proven = auth;
    proven.dpop = xcj_text(PAYLOAD);
    for (int plugin = 0; plugin < 2; plugin++) {
        ck_assert_int_eq(mint_with("DPoP", BOUND, proven, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("dpop", BOUND, proven, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("Bearer", "", auth, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("Bearer", "", proven, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("Bearer", BOUND, proven, &options, plugin), XCJ_ERR_BINDING); /* downgraded */
        ck_assert_str_eq(last.member, "jkt");
        ck_assert_int_eq(mint_with("DPoP", "", proven, &options, plugin), XCJ_ERR_BINDING); /* bound to nothing */
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{}", proven, &options, plugin), XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":1}", proven, &options, plugin), XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":\"\"}", proven, &options, plugin), XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":\"@A\"}", proven, &options, plugin), XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":\"@\",\"kid\":\"k\"}", proven, &options, plugin),
                         XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":\"@\",\"x5t#S256\":\"@\"}", proven, &options, plugin),
                         XCJ_ERR_BINDING);
        ck_assert_int_eq(mint_with("DPoP", BOUND, auth, &options, plugin), XCJ_ERR_PROOF); /* without a proof */
        ck_assert_str_eq(last.member, "proof");
        xcj_auth other = proven;
        other.htm = xcj_text("GET");
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_ERR_PROOF);
        other = proven;
        other.dpop = xcj_text(ATH("\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"")); /* of another token */
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_ERR_PROOF);
        ck_assert_str_eq(last.member, "ath");
        other = proven;
        other.now = 1061;
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_ERR_PROOF);
        static const xcj_str both[] = { { "m", 1 }, { "n", 1 } };
        other = proven;
        other.dpop_nonces = both;
        other.dpop_nonces_count = 2;
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_ERR_NONCE);
        other.dpop = xcj_text(WITH_NONCE("n"));
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_OK);
        ck_assert_uint_eq(nonce_place, 1);
        other.dpop = xcj_text(WITH_NONCE("m"));
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_OK);
        ck_assert_uint_eq(nonce_place, 0);
        other = proven;
        other.htm = xcj_text(NULL); /* the gateway's own fault */
        ck_assert_int_eq(mint_with("DPoP", BOUND, other, &options, plugin), XCJ_ERR_ARGUMENT);
        used store = { .calls = 0 };
        xcj_dpop_options demands = XCJ_DPOP_OPTIONS_INIT;
        demands.replay = note_used;
        demands.replay_context = &store;
        options.dpop = &demands;
        ck_assert_int_eq(mint_with("DPoP", BOUND, proven, &options, plugin), XCJ_OK);
        ck_assert_int_eq(store.calls, 1);
        ck_assert_int_eq(mint_with("DPoP", BOUND, proven, &options, plugin), XCJ_ERR_REPLAY);
        options.dpop = NULL;
        options.bind = XCJ_BIND_KEY;
        ck_assert_int_eq(mint_with("DPoP", BOUND, proven, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("Bearer", "", proven, &options, plugin), XCJ_ERR_BINDING); /* which nobody reads */
        ck_assert_str_eq(last.member, "cnf");
        options.bind = XCJ_BIND_NOTHING;
        options.cnf = XCJ_CNF_IGNORED;
        ck_assert_int_eq(mint_with("Bearer", BOUND, auth, &options, plugin), XCJ_OK);
        ck_assert_int_eq(mint_with("DPoP", BOUND, auth, &options, plugin), XCJ_OK);
        options.cnf = XCJ_CNF_DEFAULT;
    }
}
END_TEST

/* The longest valid spelling of a thumbprint, with every character escaped, and longer texts. */
START_TEST(spellings_of_a_thumbprint)
{
    char escaped[6 * 43 + 1], cnf[400];
    xcj_mint_options options = base_options();
    xcj_auth auth = api_key_auth();
    auth.methods = XCJ_AUTH_BEARER;
    auth.htm = xcj_text("POST");
    auth.htu = xcj_text(URI);
    auth.dpop = xcj_text(PAYLOAD);
    for (size_t i = 0; i < 43; i++) {
        sprintf(escaped + 6 * i, "\\u%04x", (unsigned)(unsigned char)jkt[i]);
    }
    static const struct {
        const char *more;
        xcj_code code;
    } rows[] = { { "", XCJ_OK }, { "A", XCJ_ERR_BINDING }, { "\\u0041", XCJ_ERR_BINDING } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(cnf, sizeof cnf, ",\"cnf\":{\"jkt\":\"%s%s\"}", escaped, rows[i].more);
        ck_assert_int_eq(mint_with("DPoP", cnf, auth, &options, false), rows[i].code);
        ck_assert(rows[i].code == XCJ_OK || strstr(last.message, "a jkt that is not a thumbprint") != NULL);
    }
    ck_assert_int_eq(mint_with("DPoP", ",\"cnf\":{\"jkt\":[\"@\"]}", auth, &options, false), XCJ_ERR_BINDING);
    ck_assert_ptr_nonnull(strstr(last.message, "a jkt that is not a thumbprint"));
}
END_TEST

static Suite *dpop_suite(void)
{
    Suite *suite = suite_create("dpop");
    TCase *tests = tcase_create("dpop");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, forged_proofs);
    tcase_add_test(tests, labels_of_the_jwk);
    tcase_add_test(tests, without_a_token);
    tcase_add_test(tests, malformed_proofs);
    tcase_add_test(tests, uris_that_are_the_same);
    tcase_add_test(tests, times);
    tcase_add_test(tests, nonces);
    tcase_add_test(tests, issued_nonces);
    tcase_add_test(tests, replays);
    tcase_add_test(tests, every_algorithm);
    tcase_add_test(tests, broken_calls);
    tcase_add_test(tests, bound_tokens);
    tcase_add_test(tests, spellings_of_a_thumbprint);
    suite_add_tcase(suite, tests);
    return suite;
}

CHECK_MAIN(dpop_suite)
