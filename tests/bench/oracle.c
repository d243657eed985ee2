#include "tests/bench/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/bench/claims.h"

/* The claims of an inbound token beyond those that minting replaces: what an OpenID provider sends, about 1 KB in all. */
static const char INBOUND_KEPT[] =
    "\"sub\":\"5a2d6a0e-7f0b-4c6e-9d52-1f3b8a7c4e90\",\"typ\":\"Bearer\",\"azp\":\"accounts-client\",\"acr\":\"1\","
    "\"session_state\":\"0c1d7f52-86a4-4b8e-a0f1-3e5d9b7c2a64\",\"allowed-origins\":[\"https://portal.example.com\","
    "\"https://admin.example.com\"],\"realm_access\":{\"roles\":[\"offline_access\",\"default-roles-accounts\","
    "\"uma_authorization\"]},\"resource_access\":{\"account\":{\"roles\":[\"manage-account\",\"manage-account-links\","
    "\"view-profile\"]}},\"scope\":\"openid email profile\",\"email_verified\":false,\"clientId\":\"" BENCH_CLIENT_ID
    "\",\"clientHost\":\"192.0.2.146\",\"preferred_username\":\"service-account-accounts\",\"clientAddress\":\"192.0.2."
    "146\"";
static const char INBOUND_REPLACED[] =
    "\"exp\":1712685716,\"iat\":1712685416,\"jti\":\"ab62d065-4627-449e-98d0-5040f0b2893a\","
    "\"iss\":\"https://sso.example.com:8443/auth/realms/accounts\",\"aud\":\"account\",";

static const char BEARER[] = "Bearer ";

size_t oracle_encode(char *dst, const void *src, size_t len)
{
    int n = EVP_EncodeBlock((unsigned char *)dst, src, (int)len);
    while (n > 0 && dst[n - 1] == '=') {
        n--;
    }
    for (int i = 0; i < n; i++) {
        dst[i] = (char)(dst[i] == '+' ? '-' : dst[i] == '/' ? '_' : dst[i]);
    }
    dst[n] = '\0';
    return (size_t)n;
}

unsigned char *oracle_decode(const char *src, size_t src_len, size_t *len)
{
    size_t padded = (src_len + 3) / 4 * 4;
    unsigned char *text = malloc(padded + 1);
    unsigned char *bytes = malloc(padded + 1);
    int n = -1;
    if (text != NULL && bytes != NULL) {
        for (size_t i = 0; i < padded; i++) {
            char c = i < src_len ? src[i] : '=';
            text[i] = (unsigned char)(c == '-' ? '+' : c == '_' ? '/' : c);
        }
        n = EVP_DecodeBlock(bytes, text, (int)padded);
    }
    free(text);
    if (n < 0) {
        free(bytes);
        return NULL;
    }
    *len = (size_t)n - (padded - src_len);
    return bytes;
}

EVP_PKEY *oracle_key(const bench_key *key)
{
    if (key->kty == BENCH_OCT) {
        json_t *jwk = json_loads(key->jwk, 0, NULL);
        json_t *k = json_object_get(jwk, "k");
        size_t len = 0;
        unsigned char *secret = k == NULL ? NULL : oracle_decode(json_string_value(k), json_string_length(k), &len);
        EVP_PKEY *pkey = secret == NULL ? NULL : EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, secret, len);
        free(secret);
        json_decref(jwk);
        return pkey;
    }
    BIO *bio = BIO_new_mem_buf(key->pem, -1);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return pkey;
}

bool oracle_es256_from_der(const unsigned char *der, size_t der_len, unsigned char raw[64])
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
    bool done = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32) == 32 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32) == 32;
    ECDSA_SIG_free(sig);
    return done;
}

bool oracle_es256_to_der(const unsigned char raw[64], unsigned char *der, size_t *der_len)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, 32, NULL);
    BIGNUM *s = BN_bin2bn(raw + 32, 32, NULL);
    int len = -1;
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
        r = NULL;
        s = NULL;
        len = i2d_ECDSA_SIG(sig, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    *der_len = len > 0 ? (size_t)len : 0;
    return len > 0;
}

static const EVP_MD *digest(const bench_key *key)
{
    return key->kty == BENCH_OKP ? NULL : EVP_sha256();
}

static bool set_padding(const bench_key *key, EVP_PKEY_CTX *ctx)
{
    return strcmp(key->alg, "PS256") != 0 || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                                              EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

bool oracle_sign(const bench_key *key, const char *input, size_t len, unsigned char *sig, size_t *sig_len)
{
    EVP_PKEY *pkey = oracle_key(key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL; /* freed with ctx */
    unsigned char made[ORACLE_SIGNATURE_MAX];
    *sig_len = sizeof(made);
    bool done = pkey != NULL && ctx != NULL && EVP_DigestSignInit(ctx, &pctx, digest(key), NULL, pkey) == 1 &&
                set_padding(key, pctx) && EVP_DigestSign(ctx, made, sig_len, (const unsigned char *)input, len) == 1;
    if (done && key->kty == BENCH_EC) {
        done = oracle_es256_from_der(made, *sig_len, sig);
        *sig_len = 64;
    } else if (done) {
        memcpy(sig, made, *sig_len);
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return done;
}

static bool verify_hmac(const bench_key *key, const char *input, size_t len, const unsigned char *sig, size_t sig_len)
{
    unsigned char made[ORACLE_SIGNATURE_MAX];
    size_t made_len;
    return oracle_sign(key, input, len, made, &made_len) && made_len == sig_len && CRYPTO_memcmp(made, sig, sig_len) == 0;
}

bool oracle_verify(const bench_key *key, const char *input, size_t len, const unsigned char *sig, size_t sig_len)
{
    if (key->kty == BENCH_OCT) {
        return verify_hmac(key, input, len, sig, sig_len);
    }
    unsigned char der[ORACLE_SIGNATURE_MAX];
    if (key->kty == BENCH_EC) {
        if (sig_len != 64 || !oracle_es256_to_der(sig, der, &sig_len)) {
            return false;
        }
        sig = der;
    }
    EVP_PKEY *pkey = oracle_key(key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = NULL; /* freed with ctx */
    bool good = pkey != NULL && ctx != NULL && EVP_DigestVerifyInit(ctx, &pctx, digest(key), NULL, pkey) == 1 &&
                set_padding(key, pctx) && EVP_DigestVerify(ctx, sig, sig_len, (const unsigned char *)input, len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return good;
}

/* A token's first two parts, of JSON texts. */
static char *join_parts(const char *header, const char *payload)
{
    size_t header_len = strlen(header);
    size_t payload_len = strlen(payload);
    char *input = malloc(4 * (header_len / 3 + 1) + 4 * (payload_len / 3 + 1) + 2);
    if (input == NULL) {
        return NULL;
    }
    size_t at = oracle_encode(input, header, header_len);
    input[at++] = '.';
    (void)oracle_encode(input + at, payload, payload_len);
    return input;
}

/* Signs and appends the third part. `prefix` goes before. */
static bench_text seal(const bench_key *key, const char *prefix, const char *input)
{
    unsigned char sig[ORACLE_SIGNATURE_MAX];
    size_t sig_len;
    size_t len = strlen(input);
    bench_text token = { NULL, 0 };
    if (!oracle_sign(key, input, len, sig, &sig_len)) {
        return token;
    }
    char *text = malloc(strlen(prefix) + len + 2 + 4 * (sig_len / 3 + 1) + 1);
    if (text == NULL) {
        return token;
    }
    int at = sprintf(text, "%s%s.", prefix, input);
    token.len = (size_t)at + oracle_encode(text + at, sig, sig_len);
    token.ptr = text;
    return token;
}

/* Header and claims as every implementation is to make them. */
static char *signing_input(const bench_case *what, const char *iss, const char *aud, long long exp)
{
    char header[256];
    char claims[2048];
    char jti[CLAIMS_UUID + 1];
    if (!claims_uuid(jti)) {
        return NULL;
    }
    int n = snprintf(header, sizeof(header),
                     "{\"typ\":\"JWT\",\"alg\":\"%s\",\"kid\":\"" BENCH_KID "\",\"jku\":\"" BENCH_JKU "\"}", what->key->alg);
    int m = snprintf(claims, sizeof(claims),
                     "{%s%s\"client_id\":\"" BENCH_CLIENT_ID "\",\"iss\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"aud\":\"%s\","
                     "\"jti\":\"%s\",\"act\":{\"client_id\":\"" BENCH_CONSUMER "\"}}",
                     what->large ? INBOUND_KEPT : "", what->large ? "," : "", iss, exp - BENCH_LIFETIME, exp, aud, jti);
    bool whole = n > 0 && (size_t)n < sizeof(header) && m > 0 && (size_t)m < sizeof(claims);
    return whole ? join_parts(header, claims) : NULL;
}

static long long lifetime_from_now(void)
{
    return (long long)time(NULL) + BENCH_LIFETIME;
}

static char *good_signing_input(const bench_case *what)
{
    return signing_input(what, BENCH_ISSUER, BENCH_AUDIENCE, lifetime_from_now());
}

static bench_text copy(const char *text)
{
    size_t len = strlen(text);
    char *made = malloc(len + 1);
    bench_text out = { made, made == NULL ? 0 : len };
    return made == NULL ? out : (memcpy(made, text, len + 1), out);
}

/* The Authorization of a request with an inbound token. Whoever made it signs with RSA. */
static bench_text authorization(void)
{
    char claims[2048];
    bench_text none = { NULL, 0 };
    int n = snprintf(claims, sizeof(claims), "{%s%s}", INBOUND_REPLACED, INBOUND_KEPT);
    if (n < 0 || (size_t)n >= sizeof(claims)) {
        return none;
    }
    char *input =
        join_parts("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"Yc3qS7bPZs3mXw9rJt1nQ0dVf5uKg2hLo8iEa6xTz4M\"}", claims);
    bench_text value = input == NULL ? none : seal(bench_key_named("RS256"), BEARER, input);
    free(input);
    return value;
}

bool oracle_case(bench_case *what)
{
    what->input = what->signing_input = (bench_text){ NULL, 0 };
    if (what->job == BENCH_CONVERT) {
        what->input = copy(what->large ? what->key->jwk : what->key->public_jwk);
        return what->input.ptr != NULL;
    }
    char *input = good_signing_input(what);
    if (input == NULL) {
        return false;
    }
    what->signing_input = (bench_text){ input, strlen(input) };
    if (what->job == BENCH_VERIFY) {
        what->input = seal(what->key, "", input);
    } else {
        what->input = what->large ? authorization() : copy(BENCH_CLIENT_ID);
    }
    return what->input.ptr != NULL;
}

void oracle_release(bench_text *text)
{
    void *block;
    memcpy(&block, &text->ptr, sizeof(block)); /* the views are const, the blocks are ours */
    free(block);
    *text = (bench_text){ NULL, 0 };
}

void oracle_case_clear(bench_case *what)
{
    oracle_release(&what->input);
    oracle_release(&what->signing_input);
}

/* Another character of the alphabet at this place, so that the text stays canonical base64url. */
static bench_text with_other_character(bench_text token, size_t at)
{
    bench_text spoilt = copy(token.ptr);
    if (spoilt.ptr != NULL) {
        char *text;
        memcpy(&text, &spoilt.ptr, sizeof(text));
        text[at] = (char)(text[at] == 'B' ? 'C' : 'B');
    }
    return spoilt;
}

bench_text oracle_spoilt(const bench_case *what, oracle_flaw flaw)
{
    size_t second_part = (size_t)(strrchr(what->input.ptr, '.') - what->input.ptr);
    if (flaw == ORACLE_SIGNATURE) {
        return with_other_character(what->input, second_part + 5);
    }
    if (flaw == ORACLE_PAYLOAD) {
        return with_other_character(what->input, second_part - 60);
    }
    char *input = signing_input(what, flaw == ORACLE_ISSUER ? "https://elsewhere.example.com" : BENCH_ISSUER,
                                flaw == ORACLE_AUDIENCE ? "https://elsewhere.example.com" : BENCH_AUDIENCE,
                                flaw == ORACLE_EXPIRED ? (long long)time(NULL) - 1 : lifetime_from_now());
    bench_text spoilt = input == NULL ? (bench_text){ NULL, 0 } : seal(what->key, "", input);
    free(input);
    return spoilt;
}

static json_t *decode_part(const char *text, size_t len)
{
    size_t json_len;
    unsigned char *json = oracle_decode(text, len, &json_len);
    json_t *object = json == NULL ? NULL : json_loadb((char *)json, json_len, JSON_REJECT_DUPLICATES, NULL);
    free(json);
    return object;
}

static bool says(const json_t *object, const char *name, const char *text)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static bool header_is_right(const bench_case *what, const json_t *header)
{
    return json_object_size(header) == 4 && says(header, "typ", "JWT") && says(header, "alg", what->key->alg) &&
           says(header, "kid", BENCH_KID) && says(header, "jku", BENCH_JKU);
}

/* The seven claims of this request, and of a Bearer token everything else as it came in. */
static bool claims_are_right(const bench_case *what, json_t *claims)
{
    const char *dot = strchr(what->signing_input.ptr, '.') + 1;
    json_t *expected = decode_part(dot, strlen(dot));
    json_int_t iat = json_integer_value(json_object_get(claims, "iat"));
    json_int_t exp = json_integer_value(json_object_get(claims, "exp"));
    json_t *jti = json_object_get(claims, "jti");
    bool right = claims_hold(claims) && exp - iat == BENCH_LIFETIME && iat <= (json_int_t)time(NULL) &&
                 json_string_length(jti) == CLAIMS_UUID && json_object_get(expected, "jti") != NULL &&
                 strcmp(json_string_value(jti), json_string_value(json_object_get(expected, "jti"))) != 0;
    if (right) {
        json_object_set(expected, "jti", jti);
        json_object_set(expected, "iat", json_object_get(claims, "iat"));
        json_object_set(expected, "exp", json_object_get(claims, "exp"));
        right = json_equal(expected, claims) == 1;
    }
    json_decref(expected);
    return right;
}

static bool token_is_right(const bench_case *what, bench_text token)
{
    const char *first = memchr(token.ptr, '.', token.len);
    const char *end = token.ptr + token.len;
    const char *second = first == NULL ? NULL : memchr(first + 1, '.', (size_t)(end - first) - 1);
    if (second == NULL) {
        return false;
    }
    json_t *header = decode_part(token.ptr, (size_t)(first - token.ptr));
    json_t *claims = decode_part(first + 1, (size_t)(second - first) - 1);
    size_t sig_len = 0;
    unsigned char *sig = oracle_decode(second + 1, (size_t)(end - second) - 1, &sig_len);
    bool right = sig != NULL && oracle_verify(what->key, token.ptr, (size_t)(second - token.ptr), sig, sig_len) &&
                 header_is_right(what, header) && claims_are_right(what, claims);
    free(sig);
    json_decref(header);
    json_decref(claims);
    return right;
}

static bool pem_is_right(const bench_case *what, bench_text pem)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *made =
        what->large ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    EVP_PKEY *expected = oracle_key(what->key);
    bool right = made != NULL && EVP_PKEY_eq(made, expected) == 1;
    EVP_PKEY_free(made);
    EVP_PKEY_free(expected);
    BIO_free(bio);
    return right;
}

static bool signature_is_right(const bench_case *what, const unsigned char *sig, size_t len)
{
    unsigned char raw[64];
    if (what->key->kty == BENCH_EC) {
        if (!oracle_es256_from_der(sig, len, raw)) {
            return false;
        }
        sig = raw;
        len = sizeof(raw);
    }
    return oracle_verify(what->key, what->signing_input.ptr, what->signing_input.len, sig, len);
}

bool oracle_approves(const bench_case *what, bool signature_only, bench_text output)
{
    if (what->job == BENCH_VERIFY) {
        return true; /* its verdict is all there is */
    }
    if (output.ptr == NULL) {
        return false;
    }
    if (signature_only) {
        return signature_is_right(what, (const unsigned char *)output.ptr, output.len);
    }
    return what->job == BENCH_MINT ? token_is_right(what, output) : pem_is_right(what, output);
}
