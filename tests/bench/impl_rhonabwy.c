/*
 * rhonabwy (on GnuTLS): a JWK is a jansson object, turned into a key at every call. Its JWS is the shorter way; its JWT does
 * the same and reads or writes the claims once more.
 */
#include <stdlib.h>
#include <string.h>

#include <rhonabwy.h>

#include "tests/bench/bench.h"
#include "tests/bench/claims.h"
#include "tests/bench/oracle.h"

typedef struct own {
    const bench_case *what;
    jwa_alg alg;
    jwk_t *key;
    char *token;
    unsigned char pem[4096];
} own;

/* Its PEM of an Ed25519 private key is "BEGIN UNKNOWN", which nobody reads. */
static bool can(const bench_case *what)
{
    return what->job != BENCH_CONVERT || what->key->kty != BENCH_OKP || !what->large;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    r_jwk_free(mine->key);
    r_free(mine->token);
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
    mine->alg = r_str_to_jwa_alg(key->alg);
    if (r_jwk_init(&mine->key) != RHN_OK || r_jwk_import_from_json_str(mine->key, jwk) != RHN_OK) {
        leave(mine);
        return NULL;
    }
    return mine;
}

static json_t *bearer_claims(const char *authorization)
{
    const char *start = strchr(authorization, '.') + 1;
    size_t len = 0;
    unsigned char *payload = oracle_decode(start, (size_t)(strchr(start, '.') - start), &len);
    json_t *claims = payload == NULL ? NULL : json_loadb((const char *)payload, len, 0, NULL);
    free(payload);
    return claims;
}

static char *sign(const own *mine, const char *claims)
{
    jws_t *jws;
    if (r_jws_init(&jws) != RHN_OK) {
        return NULL;
    }
    bool set = r_jws_set_alg(jws, mine->alg) == RHN_OK && r_jws_set_header_str_value(jws, "typ", "JWT") == RHN_OK &&
               r_jws_set_header_str_value(jws, "kid", BENCH_KID) == RHN_OK &&
               r_jws_set_header_str_value(jws, "jku", BENCH_JKU) == RHN_OK &&
               r_jws_set_payload(jws, (const unsigned char *)claims, strlen(claims)) == RHN_OK;
    char *token = set ? r_jws_serialize(jws, mine->key, R_FLAG_IGNORE_REMOTE) : NULL;
    r_jws_free(jws);
    return token;
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    json_t *claims = mine->what->large ? bearer_claims(input.ptr) : json_object();
    char *text = claims_set(claims, mine->what->large ? NULL : input.ptr) ? json_dumps(claims, JSON_COMPACT) : NULL;
    json_decref(claims);
    r_free(mine->token);
    mine->token = text == NULL ? NULL : sign(mine, text);
    free(text);
    out->ptr = mine->token;
    out->len = mine->token == NULL ? 0 : strlen(mine->token);
    return mine->token != NULL;
}

static bool verify(const own *mine, bench_text input)
{
    jws_t *jws;
    size_t len = 0;
    if (r_jws_init(&jws) != RHN_OK) {
        return false;
    }
    bool good = r_jws_advanced_compact_parsen(jws, input.ptr, input.len, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
                r_jws_get_alg(jws) == mine->alg && r_jws_verify_signature(jws, mine->key, R_FLAG_IGNORE_REMOTE) == RHN_OK;
    const unsigned char *payload = good ? r_jws_get_payload(jws, &len) : NULL;
    good = payload != NULL && claims_text_hold((const char *)payload, len);
    r_jws_free(jws);
    return good;
}

static bool convert(own *mine, bench_text input, bench_text *out)
{
    jwk_t *jwk = NULL;
    size_t len = sizeof(mine->pem);
    bool done = r_jwk_init(&jwk) == RHN_OK && r_jwk_import_from_json_str(jwk, input.ptr) == RHN_OK &&
                r_jwk_export_to_pem_der(jwk, R_FORMAT_PEM, mine->pem, &len, R_FLAG_IGNORE_REMOTE) == RHN_OK;
    r_jwk_free(jwk);
    out->ptr = (const char *)mine->pem;
    out->len = len;
    return done;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    if (mine->what->job == BENCH_MINT) {
        return mint(mine, input, out);
    }
    return mine->what->job == BENCH_VERIFY ? verify(mine, input) : convert(mine, input, out);
}

const bench_impl bench_rhonabwy = { "rhonabwy", false, can, NULL, NULL, enter, leave, run };
