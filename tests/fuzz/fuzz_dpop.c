/*
 * A DPoP proof: header, payload and signature, each on a line of its own; a signature that is empty is made by the key that
 * the header may name. What is accepted has the type, the method, the URI, the time, the hash and the nonce that were asked
 * for, and a public key, for jansson too.
 */
#include <jansson.h>

#include "fuzz.h"
#include "lib/codec/base64url.h"
#include "lib/key/key.h"

#define NOW 1800000000
#define URI "https://host/path"

/* Both P-256. The jwk of a header is replaced by the public part where it is the string "key". */
static xcj_key *key;
static char *public_jwk;
static char ath[44];
static const xcj_str nonce = { "n", 1 };

static void prepare(void)
{
    xcj_error err;
    size_t len;
    char *jwk;
    uint8_t hash[32] = { 0x2c, 0xf2, 0x4d, 0xba, 0x5f, 0xb0, 0xa3, 0x0e, 0x26, 0xe8, 0x3b, 0x2a, 0xc5, 0xb9, 0xe2, 0x9e,
                         0x1b, 0x16, 0x1e, 0x5c, 0x1f, 0xa7, 0x42, 0x5e, 0x73, 0x04, 0x33, 0x62, 0x93, 0x8b, 0x98, 0x24 };
    key = key_of(ES256_JWK);
    ath[xcj__b64u_encode(ath, hash, sizeof hash)] = '\0'; /* SHA-256 of "hello" */
    MUST(xcj_key_to_jwk(&jwk, &len, key, XCJ_PUBLIC, &err) == XCJ_OK);
    public_jwk = jwk;
}

/* A line, with the public key where it says "key", and the hash where it says "ath". */
static char *expanded(const char *line, size_t len)
{
    static const struct {
        const char *word;
        bool is_text;
    } words[] = { { "\"key\"", false }, { "\"ath\":\"\"", true } };
    char *out = malloc(len + strlen(public_jwk) + 100);
    MUST(out != NULL);
    memcpy(out, line, len);
    out[len] = '\0';
    for (size_t i = 0; i < 2; i++) {
        char *at = strstr(out, words[i].word);
        if (at == NULL) {
            continue;
        }
        char *rest = strdup(at + strlen(words[i].word));
        MUST(rest != NULL);
        (void)sprintf(at, words[i].is_text ? "\"ath\":\"%s\"%s" : "%s%s", words[i].is_text ? ath : public_jwk, rest);
        free(rest);
    }
    return out;
}

static size_t put(char *proof, const char *text, size_t len)
{
    return xcj__b64u_encode(proof, (const uint8_t *)text, len);
}

static void check_proof(const char *header, const char *payload)
{
    json_t *head = json_loads(header, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    json_t *claims = json_loads(payload, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    if (head != NULL && claims != NULL) { /* jansson refuses what is beyond its own limits */
        const json_t *jwk = json_object_get(head, "jwk");
        const double iat = json_number_value(json_object_get(claims, "iat"));
        MUST(strcmp(json_string_value(json_object_get(head, "typ")), "dpop+jwt") == 0);
        MUST(json_object_get(jwk, "d") == NULL && json_object_get(jwk, "k") == NULL);
        MUST(strcmp(json_string_value(json_object_get(claims, "htm")), "GET") == 0);
        MUST(strcmp(json_string_value(json_object_get(claims, "ath")), ath) == 0);
        MUST(strcmp(json_string_value(json_object_get(claims, "nonce")), "n") == 0);
        MUST(json_string_length(json_object_get(claims, "htu")) >= strlen(URI));
        MUST(iat >= NOW - 60 && iat <= NOW + 5);
    }
    json_decref(head);
    json_decref(claims);
}

static void verify(const char *header, const char *payload, const char *signature, size_t signature_len)
{
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    uint8_t sig[XCJ__SIGNATURE_MAX];
    xcj_error err;
    char *jkt;
    size_t jkt_len;
    char *proof = malloc(2 * (strlen(header) + strlen(payload) + signature_len + sizeof sig) + 10);
    MUST(proof != NULL);
    size_t len = put(proof, header, strlen(header));
    proof[len++] = '.';
    len += put(proof + len, payload, strlen(payload));
    if (signature_len == 0) {
        MUST(xcj__key_sign(sig, &signature_len, key, XCJ_ES256, proof, len, NULL, &err) == XCJ_OK);
        signature = (const char *)sig;
    }
    proof[len++] = '.';
    len += put(proof + len, signature, signature_len);
    request.proof = (xcj_str){ proof, len };
    request.method = xcj_text("GET");
    request.uri = xcj_text(URI "?q");
    request.token = xcj_text("hello");
    request.nonces = &nonce;
    request.nonces_count = 1;
    request.has_now = 1;
    request.now = NOW;
    if (check_call(xcj_dpop_verify(&jkt, &jkt_len, &request, NULL, NULL, &err), &jkt, &err)) {
        MUST(jkt_len == 43);
        check_proof(header, payload);
    } else {
        MUST(err.code == XCJ_ERR_PROOF || err.code == XCJ_ERR_NONCE);
    }
    xcj_free(jkt);
    free(proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool prepared;
    if (!prepared) {
        prepare();
        prepared = true;
    }
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    if (end == NULL || memchr(text, '\0', size) != NULL) {
        return 0;
    }
    const char *second = end + 1;
    const char *stop = memchr(second, '\n', size - (size_t)(second - text));
    const char *third = stop != NULL ? stop + 1 : text + size;
    stop = stop != NULL ? stop : text + size;
    char *header = expanded(text, (size_t)(end - text));
    char *payload = expanded(second, (size_t)(stop - second));
    verify(header, payload, third, (size_t)(text + size - third));
    free(header);
    free(payload);
    return 0;
}
