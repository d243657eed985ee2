/*
 * DPoP proofs that other implementations made: each is accepted by its request, with the thumbprint that the implementation
 * itself calculated, and its twins are refused: one flipped bit of the signature, and another request.
 */
#include <stdlib.h>
#include <string.h>

#include "conform.h"

static xcj_dpop_request request_of(const json_t *row, xcj_str *nonce)
{
    xcj_dpop_request request = XCJ_DPOP_REQUEST_INIT;
    *nonce = conform_text(row, "nonce");
    request.proof = conform_text(row, "proof");
    request.method = conform_text(row, "method");
    request.uri = conform_text(row, "uri");
    request.token = conform_text(row, "token");
    request.jkt = conform_text(row, "jkt");
    request.nonces = nonce;
    request.nonces_count = 1;
    request.now = json_integer_value(json_object_get(row, "now"));
    request.has_now = 1;
    return request;
}

static void judge(tally *t, const json_t *row, const xcj_dpop_request *request, bool wanted)
{
    const xcj_str alg = conform_text(row, "alg");
    const xcj_alg allowed = xcj_alg_from_name(alg.ptr, alg.len);
    xcj_dpop_options options = XCJ_DPOP_OPTIONS_INIT;
    options.algs = &allowed;
    options.algs_count = 1;
    char *jkt;
    size_t len;
    xcj_error err;
    const xcj_code code = xcj_dpop_verify(&jkt, &len, request, &options, NULL, &err);
    const bool fits = code != XCJ_OK || (len == request->jkt.len && memcmp(jkt, request->jkt.ptr, len) == 0);
    conform_count(t, conform_text(row, "id").ptr, code == XCJ_OK && fits, wanted, err.message);
    xcj_free(jkt);
}

static void run_row(tally *t, const json_t *row)
{
    xcj_str nonce;
    const xcj_dpop_request good = request_of(row, &nonce);
    judge(t, row, &good, true);
    char *flipped = strdup(good.proof.ptr);
    char *bit = strrchr(flipped, '.') + 3;
    *bit = *bit == 'A' ? 'B' : 'A';
    xcj_dpop_request bad = good;
    bad.proof.ptr = flipped;
    judge(t, row, &bad, false);
    free(flipped);
    bad = good;
    bad.method = xcj_text("POST");
    judge(t, row, &bad, false);
    bad = good;
    bad.uri = xcj_text("https://api.example/orders/1");
    judge(t, row, &bad, false);
    bad = good;
    bad.token = xcj_text("another-token");
    judge(t, row, &bad, false);
    bad = good;
    bad.now += 61;
    judge(t, row, &bad, false);
    const xcj_str other = xcj_text("n2");
    bad = good;
    bad.nonces = &other;
    judge(t, row, &bad, false);
}

int main(int argc, char **argv)
{
    tally t = { .set = "dpop" };
    if (argc != 2) {
        return 2;
    }
    json_t *rows = conform_load_lines(argv[1]);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        run_row(&t, row);
    }
    json_decref(rows);
    return conform_end(&t);
}
