/*
 * The same token exchange with libxcj-jwt. The jwt_t stays, and so does all code that reads or fills one; jwt_decode()
 * became a verifier, which is made once, and jwt_encode_str() became xcj_jwt_sign().
 *
 *     after CALLERS-PUBLIC OUR-PRIVATE TOKEN
 *
 * Keys are JWK or PEM, of any algorithm. The algorithm is the key's and not the token's; issuer, exp and nbf are looked at
 * because the verifier says so; and a refusal tells its reason.
 */
#include <jwt.h>
#include <stdio.h>
#include <time.h>
#include <xcj/libjwt.h>

/* The key in a file. */
static xcj_code read_key(xcj_key **out, const char *path, xcj_error *err)
{
    uint8_t text[16384];
    *out = NULL;
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(text, 1, sizeof text, file) : 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    return xcj_key_from_data(out, text, len, NULL, err);
}

/* What a caller's token must be: made at start-up. */
static xcj_code make_verifier(xcj_verifier **out, const xcj_key *key, xcj_error *err)
{
    const xcj_str subject = xcj_text("sub");
    xcj_verify_options policy = XCJ_VERIFY_OPTIONS_INIT;
    policy.issuer = xcj_text("https://idp.example");
    policy.required = &subject;
    policy.required_count = 1;
    return xcj_verifier_new_key(out, key, &policy, err);
}

/* Ours: the caller's subject, for five minutes. An RSA key that names no algorithm signs with RS256. */
static xcj_code issue(char **out, jwt_t *caller, const xcj_key *key, xcj_error *err)
{
    size_t len;
    jwt_t *jwt = NULL;
    long now = (long)time(NULL);
    xcj_alg alg = xcj_key_alg(key) == XCJ_ALG_NONE && xcj_key_type(key) == XCJ_KTY_RSA ? XCJ_RS256 : XCJ_ALG_NONE;
    xcj_code code = XCJ_ERR_MEMORY;
    *out = NULL;
    (void)snprintf(err->message, sizeof err->message, "libjwt refuses a claim");
    if (jwt_new(&jwt) == 0 && jwt_add_grant(jwt, "sub", jwt_get_grant(caller, "sub")) == 0 &&
        jwt_add_grant(jwt, "iss", "https://gateway.example") == 0 && jwt_add_grant_int(jwt, "iat", now) == 0 &&
        jwt_add_grant_int(jwt, "exp", now + 300) == 0) {
        code = xcj_jwt_sign(out, &len, jwt, key, alg, NULL, err);
    }
    jwt_free(jwt);
    return code;
}

int main(int argc, char **argv)
{
    xcj_error err = { .code = XCJ_OK };
    xcj_key *public_key = NULL;
    xcj_key *private_key = NULL;
    xcj_verifier *verifier = NULL;
    jwt_t *caller = NULL;
    char *token = NULL;
    if (argc != 4) {
        (void)fprintf(stderr, "usage: after CALLERS-PUBLIC OUR-PRIVATE TOKEN\n");
        return 2;
    }
    const xcj_str given = xcj_text(argv[3]);
    if (read_key(&public_key, argv[1], &err) == XCJ_OK && read_key(&private_key, argv[2], &err) == XCJ_OK &&
        make_verifier(&verifier, public_key, &err) == XCJ_OK &&
        xcj_jwt_verify(&caller, verifier, given.ptr, given.len, NULL, &err) == XCJ_OK &&
        issue(&token, caller, private_key, &err) == XCJ_OK) {
        (void)puts(token);
    } else {
        (void)fprintf(stderr, "refused: %s\n", err.message);
    }
    int status = token != NULL ? 0 : 1;
    xcj_free(token);
    jwt_free(caller);
    xcj_verifier_free(verifier);
    xcj_key_free(private_key);
    xcj_key_free(public_key);
    return status;
}
