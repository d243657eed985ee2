/* cjose 0.6: the key and the header are kept; claims are jansson's. It knows no EdDSA and writes no PEM. */
#include <stdlib.h>
#include <string.h>

#include <cjose/cjose.h>
#include <jansson.h>

#include "tests/bench/bench.h"
#include "tests/bench/claims.h"

typedef struct own {
    const bench_case *what;
    cjose_jwk_t *key;
    cjose_header_t *header;
    cjose_jws_t *jws; /* owns the token */
} own;

static bool can(const bench_case *what)
{
    return what->job != BENCH_CONVERT && what->key->kty != BENCH_OKP;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    if (mine->jws != NULL) {
        cjose_jws_release(mine->jws);
    }
    if (mine->header != NULL) {
        cjose_header_release(mine->header);
    }
    if (mine->key != NULL) {
        cjose_jwk_release(mine->key);
    }
    free(mine);
}

/* The reference counts of key and header are not atomic: each thread has its own. */
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
    mine->key = cjose_jwk_import(jwk, strlen(jwk), NULL);
    mine->header = cjose_header_new(NULL);
    if (mine->key == NULL || mine->header == NULL || !cjose_header_set(mine->header, "typ", "JWT", NULL) ||
        !cjose_header_set(mine->header, CJOSE_HDR_ALG, key->alg, NULL) ||
        !cjose_header_set(mine->header, CJOSE_HDR_KID, BENCH_KID, NULL) ||
        !cjose_header_set(mine->header, "jku", BENCH_JKU, NULL)) {
        leave(mine);
        return NULL;
    }
    return mine;
}

static json_t *bearer_claims(const char *authorization)
{
    uint8_t *payload = NULL;
    size_t len = 0;
    const char *start = strchr(authorization, '.') + 1;
    const char *end = strchr(start, '.');
    if (!cjose_base64url_decode(start, (size_t)(end - start), &payload, &len, NULL)) {
        return NULL;
    }
    json_t *claims = json_loadb((const char *)payload, len, 0, NULL);
    free(payload);
    return claims;
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    json_t *claims = mine->what->large ? bearer_claims(input.ptr) : json_object();
    bool set = claims_set(claims, mine->what->large ? NULL : input.ptr);
    char *text = set ? json_dumps(claims, JSON_COMPACT) : NULL;
    json_decref(claims);
    if (mine->jws != NULL) {
        cjose_jws_release(mine->jws);
    }
    mine->jws = text == NULL ? NULL : cjose_jws_sign(mine->key, mine->header, (const uint8_t *)text, strlen(text), NULL);
    free(text);
    if (mine->jws == NULL || !cjose_jws_export(mine->jws, &out->ptr, NULL)) {
        return false;
    }
    out->len = strlen(out->ptr);
    return true;
}

static bool verify(const own *mine, bench_text input)
{
    uint8_t *payload;
    size_t len;
    cjose_jws_t *jws = cjose_jws_import(input.ptr, input.len, NULL);
    if (jws == NULL) {
        return false;
    }
    const char *alg = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, NULL);
    bool good = alg != NULL && strcmp(alg, mine->what->key->alg) == 0 && cjose_jws_verify(jws, mine->key, NULL) &&
                cjose_jws_get_plaintext(jws, &payload, &len, NULL) && claims_text_hold((const char *)payload, len);
    cjose_jws_release(jws);
    return good;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    return mine->what->job == BENCH_MINT ? mint(mine, input, out) : verify(mine, input);
}

const bench_impl bench_cjose = { "cjose", false, can, NULL, NULL, enter, leave, run };
