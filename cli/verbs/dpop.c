/*
 * dpop.c: a DPoP proof (RFC 9449) for one request.
 */
#include <string.h>

#include <xcj/dpop.h>

#include "cli/io/time.h"
#include "cli/keys/turns.h"
#include "cli/verbs/verb.h"

typedef struct dpop_args {
    const char *key;
    const char *passphrase;
    const char *alg;
    const char *kid;
    const char *htm;
    const char *htu;
    const char *bearer;
    const char *nonce;
    const char *now;
} dpop_args;

#define AT(field) offsetof(dpop_args, field)

static const opt_row OPTIONS[] = {
    OPT_HEADING("Key"),
    { "key", 'k', OPT_TEXT, "KEY", AT(key), "private key to sign with: JWK, PEM, DER, or a set" },
    { "alg", 'a', OPT_TEXT, "ALG", AT(alg), "algorithm, if the key does not name one" },
    { "kid", 0, OPT_TEXT, "KID", AT(kid), "selects the key of a set" },
    KEYS_PASSPHRASE_ROW(dpop_args, passphrase),
    OPT_HEADING("Request"),
    { "htm", 0, OPT_TEXT, "METHOD", AT(htm), "the method: GET, POST ..." },
    { "htu", 0, OPT_TEXT, "URL", AT(htu), "the URL; its query and fragment are left out" },
    { "bearer", 0, OPT_TEXT, "V", AT(bearer), "the access token, whose hash becomes ath" },
    { "nonce", 0, OPT_TEXT, "NONCE", AT(nonce), "the nonce that the server demanded" },
    { "now", 0, OPT_TEXT, "TIME", AT(now), "use TIME as the current time: Unix seconds, RFC 3339, -5m" },
    { NULL, 0, OPT_FLAG, NULL, 0, NULL },
};

static msg_status check(const dpop_args *args)
{
    if (args->key != NULL && args->htm != NULL && args->htu != NULL) {
        return STATUS_OK;
    }
    return msg_fail(STATUS_USAGE, "dpop", "%s%s%sis required", args->key == NULL ? "--key " : "",
                    args->htm == NULL ? "--htm " : "", args->htu == NULL ? "--htu " : "");
}

static msg_status read_token(text *out, xcj_dpop_request *request, const char *bearer)
{
    if (bearer == NULL) {
        return STATUS_OK;
    }
    msg_status status = io_value(out, "--bearer", bearer, IO_TOKEN_LIMIT, STATUS_POLICY);
    request->token = text_view(out);
    return status;
}

static msg_status read_request(xcj_dpop_request *request, text *token, xcj_str *nonce, const dpop_args *args)
{
    request->method = xcj_text(args->htm);
    request->uri = xcj_text(args->htu);
    if (args->nonce != NULL) {
        *nonce = xcj_text(args->nonce);
        request->nonces = nonce;
        request->nonces_count = 1;
    }
    request->has_now = 1;
    msg_status status = time_read_now(&request->now, args->now);
    return status == STATUS_OK ? read_token(token, request, args->bearer) : status;
}

static msg_status print_proof(const xcj_key *key, const xcj_dpop_request *request, xcj_alg alg)
{
    char *proof;
    size_t len;
    xcj_error err;
    if (xcj_dpop_make(&proof, &len, key, request, alg, NULL, &err) != XCJ_OK) {
        return err.code == XCJ_ERR_ARGUMENT ? msg_fail(STATUS_USAGE, "dpop", "%s", err.message)
                                            : msg_fail_error(ABOUT_OPTION, "dpop", &err);
    }
    io_print_line(proof, len);
    xcj_free(proof);
    return STATUS_OK;
}

static msg_status run(const void *given, const opt_list *operands)
{
    (void)operands;
    const dpop_args *args = given;
    const keys_how how = { args->passphrase, false, false };
    keys_loaded loaded = { NULL, false, false };
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    xcj_alg alg = XCJ_ALG_NONE;
    xcj_str nonce = { NULL, 0 };
    text token = TEXT_INIT;
    const xcj_key *key = NULL;
    msg_status status = check(args);
    if (status == STATUS_OK && args->alg != NULL) {
        status = keys_alg(&alg, "--alg", args->alg, strlen(args->alg));
    }
    if (status == STATUS_OK) {
        status = read_request(&request, &token, &nonce, args);
    }
    if (status == STATUS_OK) {
        status = keys_load(&loaded, "--key", args->key, &how);
    }
    if (status == STATUS_OK) {
        status = turns_pick(&key, &loaded, args->kid, request.now, io_name(args->key));
    }
    if (status == STATUS_OK) {
        status = print_proof(key, &request, alg);
    }
    text_free(&token);
    keys_free(&loaded);
    return status;
}

const verb verb_dpop = {
    "dpop",
    "",
    0,
    "make a DPoP proof",
    "Makes a DPoP proof (RFC 9449): a JWT for the header DPoP, which shows that the\n"
    "sender of one request holds a private key.\n",
    "  xcj dpop --key key.json --htm GET --htu https://api.example/orders\n"
    "  xcj dpop --key key.json --htm GET --htu https://api.example/orders \\\n"
    "        --bearer @token.jwt --nonce n1\n",
    OPTIONS,
    sizeof(dpop_args),
    run,
    VERB_EXIT(STATUS_KEY) | VERB_EXIT(STATUS_POLICY),
};
