/*
 * verify.c: the work of a backend. At start-up it makes a verifier from the published JWKS and a policy; then it verifies
 * each token and reads its claims from the result.
 *
 *     example_verify JWKS.json ISSUER AUDIENCE TOKEN
 */
#include <stdio.h>
#include <string.h>
#include <xcj.h>

static xcj_code verifier_of(xcj_verifier **out, const char *jwks, size_t len, char **args, xcj_error *err)
{
    const xcj_alg algs[] = { XCJ_RS256, XCJ_ES256, XCJ_EDDSA };
    const xcj_str audiences[] = { xcj_text(args[1]) };
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.algs = algs;
    options.algs_count = sizeof algs / sizeof *algs;
    options.issuer = xcj_text(args[0]);
    options.audiences = audiences;
    options.audiences_count = 1;
    options.leeway = 30;

    xcj_keyset *keys = NULL;
    xcj_code code = xcj_keyset_from_json(&keys, jwks, len, NULL, err);
    if (code == XCJ_OK) {
        code = xcj_verifier_new(out, keys, &options, err);
    }
    xcj_keyset_free(keys); /* the verifier keeps what it needs */
    return code;
}

static int show(const xcj_verified *token)
{
    char *client = NULL;
    size_t len = 0;
    int64_t exp = 0;
    xcj_error err;
    if (xcj_verified_text(&client, &len, token, XCJ_CLAIMS, "client_id", 9, &err) != XCJ_OK ||
        xcj_verified_integer(&exp, token, XCJ_CLAIMS, "exp", 3, &err) != XCJ_OK) {
        fprintf(stderr, "%s\n", err.message);
        xcj_free(client);
        return 1;
    }
    printf("client_id %.*s, until %lld\n", (int)len, client, (long long)exp);
    xcj_free(client);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s JWKS.json ISSUER AUDIENCE TOKEN\n", argv[0]);
        return 2;
    }
    char jwks[65536];
    FILE *file = fopen(argv[1], "rb");
    size_t len = file != NULL ? fread(jwks, 1, sizeof jwks, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    xcj_verifier *verifier = NULL;
    xcj_verified *token = NULL;
    xcj_error err;
    int status = 1;
    if (verifier_of(&verifier, jwks, len, argv + 2, &err) != XCJ_OK ||
        xcj_verify(&token, verifier, argv[4], strlen(argv[4]), NULL, &err) != XCJ_OK) {
        fprintf(stderr, "%s: %s\n", xcj_code_name(err.code), err.message);
    } else {
        status = show(token);
    }
    xcj_verified_free(token);
    xcj_verifier_free(verifier);
    return status;
}
