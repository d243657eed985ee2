/* libxcj: with a scratch per thread, and (xcj-shared) with nothing but one const handle for all threads. */
#include <stdlib.h>

#include <xcj/mint.h>

#include "tests/bench/bench.h"

typedef struct shared {
    bool with_scratch;
    xcj_minter *minter;
    xcj_verifier *verifier;
} shared;

typedef struct own {
    const bench_case *what;
    const shared *with;
    xcj_scratch *scratch;
    xcj_auth auth;
    char *pem;
    char token[4096];
} own;

static bool can(const bench_case *what)
{
    (void)what;
    return true;
}

static xcj_code open_minter(shared *with, const xcj_key *key, xcj_alg alg)
{
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    options.alg = alg;
    options.iss = xcj_text(BENCH_ISSUER);
    options.bearer_verified = 1;
    options.exp = XCJ_EXP_UNCAPPED; /* as the other libraries do it */
    options.jku = xcj_text(BENCH_JKU);
    options.kid = xcj_text(BENCH_KID);
    options.expires_in = BENCH_LIFETIME;
    return xcj_minter_new(&with->minter, key, &options, NULL);
}

static xcj_code open_verifier(shared *with, const xcj_key *key, xcj_alg alg)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    xcj_str issuer = xcj_text(BENCH_ISSUER);
    xcj_str audience = xcj_text(BENCH_AUDIENCE);
    options.algs = &alg;
    options.algs_count = 1;
    options.issuer = issuer;
    options.audiences = &audience;
    options.audiences_count = 1;
    return xcj_verifier_new_key(&with->verifier, key, &options, NULL);
}

static void close_all(void *opened)
{
    shared *with = opened;
    xcj_minter_free(with->minter);
    xcj_verifier_free(with->verifier);
    free(with);
}

static void *open_with(const bench_case *what, bool with_scratch)
{
    shared *with = calloc(1, sizeof(*with));
    if (with == NULL) {
        return NULL;
    }
    with->with_scratch = with_scratch;
    if (what->job == BENCH_CONVERT) {
        return with;
    }
    const char *jwk = what->job == BENCH_VERIFY && what->key->public_jwk != NULL ? what->key->public_jwk : what->key->jwk;
    xcj_str text = xcj_text(jwk);
    xcj_str name = xcj_text(what->key->alg);
    xcj_alg alg = xcj_alg_from_name(name.ptr, name.len);
    xcj_key *key = NULL;
    xcj_code code = xcj_key_from_jwk(&key, text.ptr, text.len, NULL, NULL);
    if (code == XCJ_OK) {
        code = what->job == BENCH_MINT ? open_minter(with, key, alg) : open_verifier(with, key, alg);
    }
    xcj_key_free(key);
    if (code != XCJ_OK) {
        close_all(with);
        return NULL;
    }
    return with;
}

static void *open_scratch(const bench_case *what)
{
    return open_with(what, true);
}

static void *open_shared(const bench_case *what)
{
    return open_with(what, false);
}

static void *enter(const bench_case *what, void *opened)
{
    const shared *with = opened;
    own *mine = calloc(1, sizeof(*mine));
    if (mine == NULL) {
        return NULL;
    }
    mine->what = what;
    mine->with = with;
    mine->auth = (xcj_auth)XCJ_AUTH_INIT;
    mine->auth.methods = what->large ? XCJ_AUTH_BEARER : XCJ_AUTH_API_KEY;
    mine->auth.consumer_custom_id = xcj_text(BENCH_CONSUMER);
    mine->auth.audience = xcj_text(BENCH_AUDIENCE);
    if (with->with_scratch && xcj_scratch_new(&mine->scratch, NULL) != XCJ_OK) {
        free(mine);
        return NULL;
    }
    return mine;
}

static bool mint(own *mine, bench_text input, bench_text *out)
{
    xcj_str *credential = mine->what->large ? &mine->auth.authorization : &mine->auth.api_key;
    *credential = (xcj_str){ input.ptr, input.len };
    xcj_code code =
        xcj_mint(mine->token, sizeof(mine->token), &out->len, mine->with->minter, &mine->auth, mine->scratch, NULL);
    out->ptr = mine->token;
    return code == XCJ_OK;
}

static bool verify(own *mine, bench_text input)
{
    xcj_verified *verified;
    xcj_code code = xcj_verify(&verified, mine->with->verifier, input.ptr, input.len, mine->scratch, NULL);
    xcj_verified_free(verified);
    return code == XCJ_OK;
}

static bool convert(own *mine, bench_text input, bench_text *out)
{
    xcj_key *key;
    xcj_key_options options = XCJ_KEY_OPTIONS_INIT;
    options.scratch = mine->scratch;
    xcj_free(mine->pem);
    mine->pem = NULL;
    if (xcj_key_from_jwk(&key, input.ptr, input.len, &options, NULL) != XCJ_OK) {
        return false;
    }
    xcj_part part = mine->what->large ? XCJ_PRIVATE : XCJ_PUBLIC;
    xcj_code code = xcj_key_to_pem(&mine->pem, &out->len, key, part, NULL);
    xcj_key_free(key);
    out->ptr = mine->pem;
    return code == XCJ_OK;
}

static bool run(void *own_state, bench_text input, bench_text *out)
{
    own *mine = own_state;
    if (mine->what->job == BENCH_MINT) {
        return mint(mine, input, out);
    }
    return mine->what->job == BENCH_VERIFY ? verify(mine, input) : convert(mine, input, out);
}

static void leave(void *own_state)
{
    own *mine = own_state;
    xcj_scratch_free(mine->scratch);
    xcj_free(mine->pem);
    free(mine);
}

const bench_impl bench_xcj = { "xcj", false, can, open_scratch, close_all, enter, leave, run };
const bench_impl bench_xcj_shared = { "xcj-shared", false, can, open_shared, close_all, enter, leave, run };
