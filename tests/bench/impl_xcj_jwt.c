/*
 * libxcj-jwt: for a program that goes on holding a jwt_t. Minting makes one of the authentication and signs it; verifying
 * makes one of a token and reads it as impl_libjwt.c does.
 */
#include <stdlib.h>
#include <string.h>

#include <jwt.h>
#include <xcj/libjwt.h>

#include "tests/bench/bench.h"

typedef struct shared {
    xcj_key *key;
    xcj_verifier *verifier;
} shared;

typedef struct own {
    const bench_case *what;
    const shared *with;
    xcj_scratch *scratch;
    xcj_auth auth;
    xcj_mint_options options;
    char *token;
} own;

static bool can(const bench_case *what)
{
    return what->job != BENCH_CONVERT;
}

static void close_all(void *opened)
{
    shared *with = opened;
    xcj_verifier_free(with->verifier);
    xcj_key_free(with->key);
    free(with);
}

static xcj_code open_verifier(shared *with)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_str issuer = xcj_text(BENCH_ISSUER);
    xcj_str audience = xcj_text(BENCH_AUDIENCE);
    options.issuer = issuer;
    options.audiences = &audience;
    options.audiences_count = 1;
    return xcj_verifier_new_key(&with->verifier, with->key, &options, NULL);
}

static void *open_all(const bench_case *what)
{
    shared *with = calloc(1, sizeof(*with));
    if (with == NULL) {
        return NULL;
    }
    const char *jwk = what->job == BENCH_VERIFY && what->key->public_jwk != NULL ? what->key->public_jwk : what->key->jwk;
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    labels.kid = xcj_text(BENCH_KID);
    labels.alg = xcj_alg_from_name(what->key->alg, strlen(what->key->alg));
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, jwk, strlen(jwk), NULL, NULL);
    if (code == XCJ_OK) {
        code = xcj_key_relabel(&with->key, key, &labels, NULL);
    }
    xcj_key_free(key);
    if (code == XCJ_OK) {
        code = open_verifier(with);
    }
    if (code != XCJ_OK) {
        close_all(with);
        return NULL;
    }
    return with;
}

static void *enter(const bench_case *what, void *opened)
{
    own *mine = calloc(1, sizeof(*mine));
    if (mine == NULL || xcj_scratch_new(&mine->scratch, NULL) != XCJ_OK) {
        free(mine);
        return NULL;
    }
    mine->what = what;
    mine->with = opened;
    mine->auth = (xcj_auth)XCJ_AUTH_INIT;
    mine->auth.methods = what->large ? XCJ_AUTH_BEARER : XCJ_AUTH_API_KEY;
    mine->auth.consumer_custom_id = xcj_text(BENCH_CONSUMER);
    mine->auth.audience = xcj_text(BENCH_AUDIENCE);
    mine->options = (xcj_mint_options)XCJ_MINT_OPTIONS_INIT;
    mine->options.iss = xcj_text(BENCH_ISSUER);
    mine->options.bearer_verified = 1;
    mine->options.exp = XCJ_EXP_UNCAPPED;
    mine->options.expires_in = BENCH_LIFETIME;
    return mine;
}

static void leave(void *own_state)
{
    own *mine = own_state;
    xcj_scratch_free(mine->scratch);
    xcj_free(mine->token);
    free(mine);
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    xcj_str *credential = mine->what->large ? &mine->auth.authorization : &mine->auth.api_key;
    jwt_t *jwt;
    *credential = (xcj_str){ input.ptr, input.len };
    xcj_free(mine->token);
    mine->token = NULL;
    bool made = xcj_jwt_from_auth(&jwt, &mine->auth, &mine->options, mine->scratch, NULL) == XCJ_OK &&
                jwt_add_header(jwt, "jku", BENCH_JKU) == 0 &&
                xcj_jwt_sign(&mine->token, &out->len, jwt, mine->with->key, XCJ_ALG_NONE, mine->scratch, NULL) == XCJ_OK;
    out->ptr = mine->token;
    jwt_free(jwt);
    return made;
}

static bool verify(const own *mine, bench_text input)
{
    jwt_t *jwt;
    bool good = xcj_jwt_verify(&jwt, mine->with->verifier, input.ptr, input.len, mine->scratch, NULL) == XCJ_OK &&
                jwt_get_grant(jwt, "iss") != NULL;
    jwt_free(jwt);
    return good;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    return mine->what->job == BENCH_MINT ? mint(mine, input, out) : verify(mine, input);
}

const bench_impl bench_xcj_jwt = { "xcj-jwt", false, can, open_all, close_all, enter, leave, run };
