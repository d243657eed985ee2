/* libjose: a JWK is a jansson object, turned into a key at every call; so is everything else. It knows no EdDSA. */
#include <stdlib.h>
#include <string.h>

#include <jose/b64.h>
#include <jose/jws.h>
#include <jose/openssl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>

#include "tests/bench/bench.h"
#include "tests/bench/claims.h"

typedef struct own {
    const bench_case *what;
    json_t *jwk;
    json_t *template; /* of the signature object */
    char *text;       /* the last output */
    BIO *bio;
} own;

static bool can(const bench_case *what)
{
    return what->key->kty != BENCH_OKP;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    json_decref(mine->jwk);
    json_decref(mine->template);
    BIO_free(mine->bio);
    free(mine->text);
    free(mine);
}

static void *enter(const bench_case *what, void *shared)
{
    (void)shared;
    own *mine = calloc(1, sizeof(*mine));
    if (mine == NULL) {
        return NULL;
    }
    mine->what = what;
    const bench_key *key = what->key;
    const char *jwk = what->job == BENCH_VERIFY && key->public_jwk != NULL ? key->public_jwk : key->jwk;
    mine->jwk = json_loads(jwk, 0, NULL);
    mine->template =
        json_pack("{s:{s:s,s:s,s:s,s:s}}", "protected", "typ", "JWT", "alg", key->alg, "kid", BENCH_KID, "jku", BENCH_JKU);
    mine->bio = BIO_new(BIO_s_mem());
    if (mine->jwk == NULL || mine->template == NULL || mine->bio == NULL) {
        leave(mine);
        return NULL;
    }
    return mine;
}

static json_t *bearer_claims(const char *authorization)
{
    const char *start = strchr(authorization, '.') + 1;
    json_t *part = json_stringn(start, (size_t)(strchr(start, '.') - start));
    json_t *claims = jose_b64_dec_load(part);
    json_decref(part);
    return claims;
}

/* The compact serialisation of a flattened one. */
static char *join(const json_t *jws, size_t *len)
{
    static const char *const PARTS[] = { "protected", "payload", "signature" };
    const char *text[3];
    size_t length[3];
    for (size_t i = 0; i < 3; i++) {
        const json_t *part = json_object_get(jws, PARTS[i]);
        text[i] = json_string_value(part);
        length[i] = json_string_length(part);
        if (text[i] == NULL) {
            return NULL;
        }
    }
    char *token = malloc(length[0] + length[1] + length[2] + 3);
    if (token == NULL) {
        return NULL;
    }
    *len = 0;
    for (size_t i = 0; i < 3; i++) {
        memcpy(token + *len, text[i], length[i]);
        *len += length[i];
        token[(*len)++] = '.';
    }
    token[--*len] = '\0';
    return token;
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    json_t *claims = mine->what->large ? bearer_claims(input.ptr) : json_object();
    bool set = claims_set(claims, mine->what->large ? NULL : input.ptr);
    json_t *jws = json_object();
    json_t *sig = json_deep_copy(mine->template);
    bool made = set && json_object_set_new(jws, "payload", jose_b64_enc_dump(claims)) == 0 &&
                jose_jws_sig(NULL, jws, sig, mine->jwk);
    free(mine->text);
    mine->text = made ? join(jws, &out->len) : NULL;
    out->ptr = mine->text;
    json_decref(claims);
    json_decref(sig);
    json_decref(jws);
    return mine->text != NULL;
}

/* The flattened serialisation of a compact one. */
static json_t *split(const char *token, size_t len)
{
    const char *first = memchr(token, '.', len);
    const char *second = first == NULL ? NULL : memchr(first + 1, '.', len - (size_t)(first - token) - 1);
    if (second == NULL) {
        return NULL;
    }
    return json_pack("{s:s%,s:s%,s:s%}", "protected", token, (size_t)(first - token), "payload", first + 1,
                     (size_t)(second - first) - 1, "signature", second + 1, (size_t)(token + len - second) - 1);
}

static bool alg_is(const json_t *jws, const char *alg)
{
    json_t *header = jose_jws_hdr(jws);
    const char *found = json_string_value(json_object_get(header, "alg"));
    bool same = found != NULL && strcmp(found, alg) == 0;
    json_decref(header);
    return same;
}

static bool verify(const own *mine, bench_text input)
{
    json_t *jws = split(input.ptr, input.len);
    bool good = alg_is(jws, mine->what->key->alg) && jose_jws_ver(NULL, jws, NULL, mine->jwk, false);
    json_t *claims = good ? jose_b64_dec_load(json_object_get(jws, "payload")) : NULL;
    good = claims_hold(claims);
    json_decref(claims);
    json_decref(jws);
    return good;
}

static bool convert(const own *mine, bench_text input, bench_text *out)
{
    json_t *jwk = json_loadb(input.ptr, input.len, 0, NULL);
    EVP_PKEY *key = jose_openssl_jwk_to_EVP_PKEY(NULL, jwk);
    json_decref(jwk);
    if (key == NULL) {
        return false;
    }
    (void)BIO_reset(mine->bio);
    int written = mine->what->large ? PEM_write_bio_PrivateKey(mine->bio, key, NULL, NULL, 0, NULL, NULL)
                                    : PEM_write_bio_PUBKEY(mine->bio, key);
    EVP_PKEY_free(key);
    char *text;
    out->len = (size_t)BIO_get_mem_data(mine->bio, &text);
    out->ptr = text;
    return written == 1;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    if (mine->what->job == BENCH_MINT) {
        return mint(mine, input, out);
    }
    return mine->what->job == BENCH_VERIFY ? verify(mine, input) : convert(mine, input, out);
}

const bench_impl bench_libjose = { "libjose", false, can, NULL, NULL, enter, leave, run };
