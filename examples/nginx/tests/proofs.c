/*
 * Prints a curl configuration for COUNT requests to URL, each with its own DPoP proof for the token on standard input.
 *
 *     proofs KEY HTU URL COUNT IAT <TOKEN
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcj.h>

static size_t read_all(char *out, size_t cap, FILE *file)
{
    const size_t len = file != NULL ? fread(out, 1, cap, file) : 0;
    return len > 0 && out[len - 1] == '\n' ? len - 1 : len;
}

static int print_request(const xcj_key *key, const xcj_dpop_request *request, const char *url)
{
    char *proof;
    size_t len;
    xcj_error err;
    if (xcj_dpop_make(&proof, &len, key, request, XCJ_ALG_NONE, NULL, &err) != XCJ_OK) {
        (void)fprintf(stderr, "proofs: %s\n", err.message);
        return 1;
    }
    printf("next\nurl = \"%s\"\nsilent\noutput = /dev/null\nwrite-out = \"%%{http_code}\\n\"\n", url);
    printf("header = \"Authorization: DPoP %.*s\"\nheader = \"DPoP: %.*s\"\n", (int)request->token.len, request->token.ptr,
           (int)len, proof);
    xcj_free(proof);
    return 0;
}

int main(int argc, char **argv)
{
    static char jwk[4096];
    static char token[8192];
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    xcj_key *key = NULL;
    FILE *file = argc == 6 ? fopen(argv[1], "rb") : NULL;
    const size_t len = read_all(jwk, sizeof jwk, file);
    if (file == NULL || xcj_key_from_jwk(&key, jwk, len, NULL, NULL) != XCJ_OK) {
        (void)fprintf(stderr, "proofs: KEY HTU URL COUNT IAT\n");
        return 2;
    }
    (void)fclose(file);
    request.method = xcj_text("GET");
    request.uri = xcj_text(argv[2]);
    request.token = (xcj_str){ token, read_all(token, sizeof token, stdin) };
    request.now = strtoll(argv[5], NULL, 10);
    request.has_now = 1;
    int failed = 0;
    for (long i = strtol(argv[4], NULL, 10); i > 0 && !failed; i--) {
        failed = print_request(key, &request, argv[3]);
    }
    xcj_key_free(key);
    return failed;
}
