/*
 * libjwt 1: a key is PEM text, parsed at every call; it knows no JWK, PS256 or EdDSA. What is the same for every API key's
 * token stands in a jwt_t that each call duplicates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jwt.h>

#include "tests/bench/bench.h"
#include "tests/bench/claims.h"
#include "tests/bench/oracle.h"

static const char ACT[] = "{\"act\":{\"client_id\":\"" BENCH_CONSUMER "\"}}";

typedef struct own {
    const bench_case *what;
    jwt_alg_t alg;
    unsigned char *key; /* the secret, or a PEM text with its NUL */
    int key_len;
    jwt_t *template;
    char *token;
} own;

static bool can(const bench_case *what)
{
    return what->job != BENCH_CONVERT && strcmp(what->key->alg, "PS256") != 0 && what->key->kty != BENCH_OKP;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    jwt_free(mine->template);
    free(mine->token);
    free(mine->key);
    free(mine);
}

static bool take_key(own *mine)
{
    const bench_case *what = mine->what;
    if (what->key->kty == BENCH_OCT) {
        size_t len = 128;
        EVP_PKEY *pkey = oracle_key(what->key);
        mine->key = malloc(len);
        bool got = mine->key != NULL && EVP_PKEY_get_raw_private_key(pkey, mine->key, &len) == 1;
        EVP_PKEY_free(pkey);
        mine->key_len = (int)len;
        return got;
    }
    const char *pem = what->job == BENCH_MINT ? what->key->pem : what->key->public_pem;
    mine->key_len = (int)strlen(pem);
    mine->key = calloc(1, (size_t)mine->key_len + 1);
    return mine->key != NULL && memcpy(mine->key, pem, (size_t)mine->key_len) != NULL;
}

static bool set_header(jwt_t *jwt)
{
    return jwt_add_header(jwt, "kid", BENCH_KID) == 0 && jwt_add_header(jwt, "jku", BENCH_JKU) == 0;
}

static bool make_template(own *mine)
{
    return jwt_new(&mine->template) == 0 && set_header(mine->template) &&
           jwt_set_alg(mine->template, mine->alg, mine->key, mine->key_len) == 0 &&
           jwt_add_grant(mine->template, "iss", BENCH_ISSUER) == 0;
}

static void *enter(const bench_case *what, void *shared)
{
    (void)shared;
    own *mine = calloc(1, sizeof(*mine));
    if (mine == NULL) {
        return NULL;
    }
    mine->what = what;
    mine->alg = jwt_str_alg(what->key->alg);
    if (!take_key(mine) || !make_template(mine)) {
        leave(mine);
        return NULL;
    }
    return mine;
}

/* The claims that no template can hold. */
static bool set_claims(jwt_t *jwt, const char *client_id)
{
    char jti[CLAIMS_UUID + 1];
    long now = (long)time(NULL);
    return claims_uuid(jti) && jwt_add_grant(jwt, "client_id", client_id) == 0 && jwt_add_grant_int(jwt, "iat", now) == 0 &&
           jwt_add_grant_int(jwt, "exp", now + BENCH_LIFETIME) == 0 && jwt_add_grant(jwt, "aud", BENCH_AUDIENCE) == 0 &&
           jwt_add_grant(jwt, "jti", jti) == 0 && jwt_add_grants_json(jwt, ACT) == 0;
}

/* Decoded without a key: the gateway has verified it. */
static jwt_t *from_bearer(const own *mine, const char *authorization)
{
    static const char *const REPLACED[] = { "client_id", "iss", "iat", "exp", "aud", "jti", "act" };
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, authorization + strlen("Bearer "), NULL, 0) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(REPLACED) / sizeof(REPLACED[0]); i++) {
        (void)jwt_del_grants(jwt, REPLACED[i]);
    }
    (void)jwt_del_headers(jwt, "kid");
    if (!set_header(jwt) || jwt_set_alg(jwt, mine->alg, mine->key, mine->key_len) != 0 ||
        jwt_add_grant(jwt, "iss", BENCH_ISSUER) != 0 || !set_claims(jwt, jwt_get_grant(jwt, "clientId"))) {
        jwt_free(jwt);
        return NULL;
    }
    return jwt;
}

static jwt_t *from_api_key(const own *mine, const char *api_key)
{
    jwt_t *jwt = jwt_dup(mine->template);
    if (jwt != NULL && !set_claims(jwt, api_key)) {
        jwt_free(jwt);
        return NULL;
    }
    return jwt;
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    jwt_t *jwt = mine->what->large ? from_bearer(mine, input.ptr) : from_api_key(mine, input.ptr);
    free(mine->token);
    mine->token = jwt == NULL ? NULL : jwt_encode_str(jwt);
    jwt_free(jwt);
    out->ptr = mine->token;
    out->len = mine->token == NULL ? 0 : strlen(mine->token);
    return mine->token != NULL;
}

static bool is_text(const char *text, const char *expected)
{
    return text != NULL && strcmp(text, expected) == 0;
}

static bool verify(const own *mine, bench_text input)
{
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, input.ptr, mine->key, mine->key_len) != 0) {
        return false;
    }
    bool good = jwt_get_alg(jwt) == mine->alg && jwt_get_grant_int(jwt, "exp") > (long)time(NULL) &&
                is_text(jwt_get_grant(jwt, "iss"), BENCH_ISSUER) && is_text(jwt_get_grant(jwt, "aud"), BENCH_AUDIENCE);
    jwt_free(jwt);
    return good;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    return mine->what->job == BENCH_MINT ? mint(mine, input, out) : verify(mine, input);
}

const bench_impl bench_libjwt = { "libjwt", false, can, NULL, NULL, enter, leave, run };
