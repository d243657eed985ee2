/*
 * Every allocation of a call may fail, those of libjwt, jansson and OpenSSL included: the call then says so, has no
 * result, and what it had is given back. malloc() is that of this program: the loader binds every library to it.
 */
#include <errno.h>
#include <jansson.h>
#include <jwt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcj/jansson.h>
#include <xcj/libjwt.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

/* How many allocations are still granted, while armed; and how many blocks are out. */
static bool armed;
static long granted;
static long out_there;
static bool refused;

static bool refuses(void)
{
    if (!armed || granted-- > 0) {
        return false;
    }
    refused = true;
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    out_there += block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return refuses() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return refuses() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (refuses()) {
        return NULL;
    }
    void *moved = __libc_realloc(block, size);
    out_there += block == NULL && moved != NULL;
    return moved;
}

void free(void *block)
{
    out_there -= block != NULL;
    __libc_free(block);
}

/* What the calls work on. */
static xcj_key *key;
static xcj_verifier *verifier;
static xcj_minter *minter;
static jwt_t *jwt;
static json_t *claims;
static xcj_verified *read_token;
static char *token;
static size_t token_len;
static xcj_auth auth = XCJ_AUTH_INIT;
static xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;

static xcj_code call_sign(xcj_error *err)
{
    char *made;
    size_t len;
    xcj_code code = xcj_jwt_sign(&made, &len, jwt, key, XCJ_ALG_NONE, NULL, err);
    if ((made != NULL) != (code == XCJ_OK) || (len > 0) != (code == XCJ_OK)) {
        return XCJ_ERR_ARGUMENT;
    }
    xcj_free(made);
    return code;
}

static xcj_code of_jwt(jwt_t *made, xcj_code code)
{
    if ((made != NULL) != (code == XCJ_OK)) {
        return XCJ_ERR_ARGUMENT;
    }
    jwt_free(made);
    return code;
}

static xcj_code call_verify(xcj_error *err)
{
    jwt_t *made;
    xcj_code code = xcj_jwt_verify(&made, verifier, token, token_len, NULL, err);
    return of_jwt(made, code);
}

static xcj_code call_from_auth(xcj_error *err)
{
    jwt_t *made;
    xcj_code code = xcj_jwt_from_auth(&made, &auth, &options, NULL, err);
    return of_jwt(made, code);
}

static xcj_code call_set_key(xcj_error *err)
{
    return xcj_jwt_set_key(jwt, key, XCJ_ALG_NONE, err);
}

static xcj_code call_to_jansson(xcj_error *err)
{
    json_t *made;
    xcj_code code = xcj_verified_to_jansson(&made, read_token, XCJ_CLAIMS, err);
    if ((made != NULL) != (code == XCJ_OK)) {
        return XCJ_ERR_ARGUMENT;
    }
    json_decref(made);
    return code;
}

static xcj_code call_mint(xcj_error *err)
{
    char buf[4096];
    size_t len;
    return xcj_mint_jansson(buf, sizeof buf, &len, minter, claims, NULL, NULL, err);
}

static const struct {
    const char *name;
    xcj_code (*call)(xcj_error *err);
} CALLS[] = {
    { "xcj_jwt_sign", call_sign },
    { "xcj_jwt_verify", call_verify },
    { "xcj_jwt_from_auth", call_from_auth },
    { "xcj_jwt_set_key", call_set_key },
    { "xcj_verified_to_jansson", call_to_jansson },
    { "xcj_mint_jansson", call_mint },
};

/* The call with n allocations granted, and what it comes to. */
static xcj_code try_with(size_t which, long n, xcj_error *err)
{
    granted = n;
    refused = false;
    armed = true;
    xcj_code code = CALLS[which].call(err);
    armed = false;
    return code;
}

static bool check(size_t which)
{
    xcj_error err;
    bool good = true;
    for (int i = 0; i < 3; i++) { /* what is prepared at first use is there then */
        good = good && CALLS[which].call(&err) == XCJ_OK;
    }
    long before = out_there;
    long n = 0;
    for (; good; n++) {
        memset(&err, 0, sizeof err);
        xcj_code code = try_with(which, n, &err);
        if (!refused) {
            good = code == XCJ_OK;
            break;
        }
        /* Some have a smaller way to do the same, and OpenSSL does not always say why it did not sign. */
        good = (code == XCJ_ERR_MEMORY || code == XCJ_ERR_CRYPTO || code == XCJ_OK) && err.code == code;
        /* What is kept for the next call is there again after a good one, and nothing else. */
        good = good && CALLS[which].call(&err) == XCJ_OK && out_there == before;
        if (!good) {
            printf("%s, %ld granted: %s, %ld blocks lost\n", CALLS[which].name, n, xcj_code_name(code), out_there - before);
        }
    }
    printf("%s: %ld allocations\n", CALLS[which].name, n);
    return good && n > 1;
}

static bool set_up(xcj_alg alg)
{
    options.iss = xcj_text("https://gw.example");
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text("k");
    auth.consumer_id = xcj_text("c");
    auth.audience = xcj_text("https://api.example/");
    claims = json_pack("{s:s, s:[i,i], s:{s:b}}", "sub", "alice", "n", 1, 2, "o", "t", 1);
    return xcj_key_generate(&key, alg, 0, NULL) == XCJ_OK && xcj_verifier_new_key(&verifier, key, NULL, NULL) == XCJ_OK &&
           xcj_minter_new(&minter, key, &options, NULL) == XCJ_OK &&
           xcj_jwt_from_auth(&jwt, &auth, &options, NULL, NULL) == XCJ_OK &&
           jwt_add_headers_json(jwt, "{\"kid\":\"k\",\"x\":[1]}") == 0 &&
           xcj_jwt_sign(&token, &token_len, jwt, key, XCJ_ALG_NONE, NULL, NULL) == XCJ_OK &&
           xcj_verify(&read_token, verifier, token, token_len, NULL, NULL) == XCJ_OK;
}

static void tear_down(void)
{
    xcj_verified_free(read_token);
    xcj_free(token);
    jwt_free(jwt);
    json_decref(claims);
    xcj_minter_free(minter);
    xcj_verifier_free(verifier);
    xcj_key_free(key);
}

int main(void)
{
    static const xcj_alg algs[] = { XCJ_HS256, XCJ_RS256, XCJ_ES256 };
    bool good = true;
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        good = set_up(algs[i]) && good;
        for (size_t which = 0; good && which < sizeof CALLS / sizeof CALLS[0]; which++) {
            good = check(which) && good;
        }
        tear_down();
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
