/*
 * mint.c: the work of a gateway. At start-up it makes a minter from the plugin's configuration; for each request it mints
 * one token for the credential that it has checked, into its own buffer.
 *
 *     example_mint CONFIG.json API_KEY CONSUMER_ID AUDIENCE
 */
#include <stdio.h>
#include <string.h>
#include <xcj.h>

/* One request, as a real gateway would describe it: the caller, its consumer and the requested service. */
static xcj_auth request_of(char **args)
{
    xcj_auth auth = XCJ_AUTH_INIT;
    auth.methods = XCJ_AUTH_API_KEY;
    auth.api_key = xcj_text(args[0]);
    auth.consumer_custom_id = xcj_text(args[1]);
    auth.audience = xcj_text(args[2]);
    return auth;
}

static int answer(const xcj_minter *minter, const xcj_auth *auth, xcj_scratch *scratch)
{
    char token[8192]; /* the usual servers accept headers up to this size */
    size_t len = 0;
    xcj_error err;
    if (xcj_mint(token, sizeof token, &len, minter, auth, scratch, &err) != XCJ_OK) {
        fprintf(stderr, "%d: %s\n", xcj_code_http_status(err.code), err.message);
        return 1;
    }
    xcj_str header = xcj_kong_upstream_header(minter);
    printf("%.*s: %s%.*s\n", (int)header.len, header.ptr, xcj_kong_header_prefix(header.ptr, header.len), (int)len, token);
    return 0;
}

static size_t read_file(const char *path, char *buf, size_t cap)
{
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(buf, 1, cap, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    return len;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s CONFIG.json API_KEY CONSUMER_ID AUDIENCE\n", argv[0]);
        return 2;
    }
    char config[65536];
    size_t len = read_file(argv[1], config, sizeof config);
    xcj_minter *minter = NULL;
    xcj_scratch *scratch = NULL; /* one per thread; NULL also works, but is slower */
    xcj_error err;
    int status = 1;
    if (xcj_kong_minter_from_config(&minter, config, len, NULL, NULL, &err) != XCJ_OK ||
        xcj_scratch_new(&scratch, &err) != XCJ_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
        goto out;
    }
    xcj_auth auth = request_of(argv + 2);
    status = answer(minter, &auth, scratch);
out:
    xcj_scratch_free(scratch);
    xcj_minter_free(minter);
    return status;
}
