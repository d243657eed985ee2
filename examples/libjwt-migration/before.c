/*
 * A gateway's token exchange with libjwt 1: takes the caller's token, checks it, and prints one of its own for the backend.
 *
 *     before CALLERS-PUBLIC.pem OUR-PRIVATE.pem TOKEN
 *
 * It has two holes. The token chooses the algorithm, so that one with HS256 whose secret is CALLERS-PUBLIC.pem, which
 * everyone has, is believed. And what has to be looked at must be thought of here: nbf and aud were not.
 */
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEM_MAX 16384

/* A whole file; 0 when it cannot be read. */
static int read_file(unsigned char *text, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return 0;
    }
    size_t len = fread(text, 1, PEM_MAX, file);
    (void)fclose(file);
    return (int)len;
}

/* The caller's token, checked; NULL when it is not good. */
static jwt_t *check(const char *token, const unsigned char *key, int key_len)
{
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, token, key, key_len) != 0) {
        return NULL;
    }
    const char *issuer = jwt_get_grant(jwt, "iss");
    if (issuer == NULL || strcmp(issuer, "https://idp.example") != 0 || jwt_get_grant_int(jwt, "exp") <= (long)time(NULL)) {
        jwt_free(jwt);
        return NULL;
    }
    return jwt;
}

/* Ours: the caller's subject, for five minutes. */
static char *issue(jwt_t *caller, const unsigned char *key, int key_len)
{
    jwt_t *jwt = NULL;
    long now = (long)time(NULL);
    char *token = NULL;
    if (jwt_new(&jwt) == 0 && jwt_set_alg(jwt, JWT_ALG_RS256, key, key_len) == 0 &&
        jwt_add_grant(jwt, "sub", jwt_get_grant(caller, "sub")) == 0 &&
        jwt_add_grant(jwt, "iss", "https://gateway.example") == 0 && jwt_add_grant_int(jwt, "iat", now) == 0 &&
        jwt_add_grant_int(jwt, "exp", now + 300) == 0) {
        token = jwt_encode_str(jwt);
    }
    jwt_free(jwt);
    return token;
}

int main(int argc, char **argv)
{
    unsigned char public_key[PEM_MAX];
    unsigned char private_key[PEM_MAX];
    int public_len = argc == 4 ? read_file(public_key, argv[1]) : 0;
    int private_len = argc == 4 ? read_file(private_key, argv[2]) : 0;
    if (public_len == 0 || private_len == 0) {
        (void)fprintf(stderr, "usage: before CALLERS-PUBLIC.pem OUR-PRIVATE.pem TOKEN\n");
        return 2;
    }
    jwt_t *caller = check(argv[3], public_key, public_len);
    char *token = caller != NULL ? issue(caller, private_key, private_len) : NULL;
    jwt_free(caller);
    if (token == NULL) {
        (void)fprintf(stderr, "refused\n");
        return 1;
    }
    (void)puts(token);
    free(token);
    return 0;
}
