/*
 * The keys, certificate and tokens of the Kong plugin: verified when they were minted, expired now, converted, and the HMAC
 * keys whose `k` is raw text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"

static char *read_file(const char *folder, const char *name, size_t *len)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        printf("skipped: %s is not here\n", path);
        exit(SKIPPED);
    }
    char *text = malloc(65536);
    *len = fread(text, 1, 65535, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

static char *read_token(const char *folder, const char *name, size_t *len)
{
    char *token = read_file(folder, name, len);
    while (*len > 0 && token[*len - 1] == '\n') {
        token[--*len] = '\0';
    }
    return token;
}

static xcj_code verify_at(const xcj_key *key, const char *token, size_t len, int64_t now, xcj_error *err)
{
    xcj_verify_options options = XCJ_VERIFY_OPTIONS_INIT;
    options.has_now = now != 0;
    options.now = now;
    xcj_verifier *verifier;
    xcj_code code = xcj_verifier_new_key(&verifier, key, &options, err);
    if (code == XCJ_OK) {
        code = conform_verify(verifier, (xcj_str){ token, len }, NULL, NULL, false, err);
    }
    xcj_verifier_free(verifier);
    return code;
}

static void run_tokens(tally *t, const char *folder)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tokens/expected.json", folder);
    json_t *expected = conform_load(path);
    size_t len, i;
    char *jwk = read_file(folder, "test-keys/RS256-jwk-public.json", &len);
    xcj_key *key;
    xcj_error err;
    conform_count(t, "RS256-jwk-public", xcj_key_from_jwk(&key, jwk, len, NULL, &err) == XCJ_OK, true, err.message);
    json_t *row;
    json_array_foreach(json_object_get(expected, "tokens"), i, row)
    {
        const char *id = json_string_value(json_object_get(row, "id"));
        const json_t *verifies = json_object_get(json_object_get(row, "signature_verifies"), "RS256-jwk-public.json");
        int64_t iat = json_integer_value(json_object_get(json_object_get(row, "claims"), "iat"));
        char *token = read_token(folder, json_string_value(json_object_get(row, "file")), &len);
        conform_count(t, id, verify_at(key, token, len, iat, &err) == XCJ_OK, json_is_true(verifies), err.message);
        xcj_code now = verify_at(key, token, len, 0, &err);
        conform_count(t, id, now == XCJ_OK, false, "it is long expired");
        bool is_why = now == (json_is_true(verifies) ? XCJ_ERR_EXPIRED : XCJ_ERR_SIGNATURE);
        conform_count(t, id, is_why, true, "refused for another reason than its age, or its foreign key");
        free(token);
    }
    xcj_key_free(key);
    free(jwk);
    json_decref(expected);
}

/* The PEM beside each set is what it converts to, and converts back to the same public JWK under its labels. */
static void run_conversion(tally *t, const char *folder, const char *alg, const char *kid)
{
    char name[64];
    size_t len, pem_len;
    xcj_error err;
    snprintf(name, sizeof name, "test-keys/%s-jwks-public.json", alg);
    char *jwks = read_file(folder, name, &len);
    snprintf(name, sizeof name, "test-keys/%s-public.pem", alg);
    char *pem = read_file(folder, name, &pem_len);
    xcj_keyset *set;
    xcj_key *back;
    conform_count(t, alg, xcj_keyset_from_json(&set, jwks, len, NULL, &err) == XCJ_OK, true, err.message);
    char *own;
    size_t own_len;
    conform_count(t, alg, xcj_key_to_pem(&own, &own_len, xcj_keyset_get(set, 0), XCJ_PUBLIC, &err) == XCJ_OK, true,
                  err.message);
    /* RS512-public.pem lacks the last line feed. */
    bool same = (own_len == pem_len || own_len == pem_len + 1) && memcmp(own, pem, pem_len) == 0;
    conform_count(t, alg, same, true, "the PEM differs");
    conform_count(t, alg, xcj_key_from_pem(&back, pem, pem_len, NULL, &err) == XCJ_OK, true, err.message);
    xcj_key_labels labels = XCJ_KEY_LABELS_INIT;
    xcj_key *labelled;
    labels.alg = xcj_alg_from_name(alg, strlen(alg));
    labels.kid = xcj_text(kid);
    labels.use = xcj_text("sig");
    conform_count(t, alg, xcj_key_relabel(&labelled, back, &labels, &err) == XCJ_OK, true, err.message);
    json_t *wanted = json_loadb(jwks, len, 0, NULL);
    keys_expect_jwk(t, alg, labelled, XCJ_PUBLIC, json_array_get(json_object_get(wanted, "keys"), 0));
    json_decref(wanted);
    xcj_key_free(labelled);
    xcj_key_free(back);
    xcj_free(own);
    xcj_keyset_free(set);
    free(pem);
    free(jwks);
}

static void run_raw_key(tally *t, const char *folder, const json_t *row)
{
    const char *file = json_string_value(json_object_get(row, "key_file"));
    xcj_str token = conform_text(row, "token");
    xcj_str lenient = conform_text(row, "token_signed_with_lenient_base64_decode_of_k");
    size_t len;
    char *jwk = read_file(folder, file, &len);
    xcj_key_options raw = XCJ_KEY_OPTIONS_INIT;
    xcj_key *key;
    xcj_error err;
    conform_count(t, file, xcj_key_from_jwk(&key, jwk, len, NULL, &err) == XCJ_OK, false, "k is not base64url");
    conform_count(t, file, err.code == XCJ_ERR_BASE64 && strstr(err.message, "hmac_k_raw") != NULL, true,
                  "the error does not name the option");
    raw.hmac_k_raw = 1;
    conform_count(t, file, xcj_key_from_jwk(&key, jwk, len, &raw, &err) == XCJ_OK, true, err.message);
    conform_count(t, file, verify_at(key, token.ptr, token.len, 1713374156, &err) == XCJ_OK, true, err.message);
    conform_count(t, file, verify_at(key, lenient.ptr, lenient.len, 1713374156, &err) == XCJ_OK, false,
                  "sloppy base64 of k");
    xcj_key_free(key);
    free(jwk);
}

/* The certificate's subject becomes the client_id, in PEM with text before it. */
static void run_certificate(tally *t, const char *folder)
{
    size_t len, dn_len, claims_len;
    char *cert = read_file(folder, "mTLS/01.pem", &len);
    char *dn = read_token(folder, "mTLS/subject_dn.txt", &dn_len);
    xcj_auth auth = XCJ_AUTH_INIT;
    xcj_mint_options options = XCJ_MINT_OPTIONS_INIT;
    xcj_error err;
    char *text;
    auth.methods = XCJ_AUTH_CLIENT_CERT;
    auth.client_cert = (xcj_str){ cert, len };
    auth.audience = xcj_text("http://localhost");
    options.iss = xcj_text("https://issuer");
    options.consumer_optional = 1;
    options.dn = XCJ_DN_UNESCAPED;
    xcj_code code = xcj_auth_claims(&text, &claims_len, &auth, &options, NULL, &err);
    conform_count(t, "mTLS/01.pem", code == XCJ_OK, true, err.message);
    json_t *claims = code == XCJ_OK ? json_loadb(text, claims_len, 0, NULL) : NULL;
    const char *client = json_string_value(json_object_get(claims, "client_id"));
    conform_count(t, "mTLS/subject_dn.txt", client != NULL && strcmp(client, dn) == 0, true, "the subject is another");
    json_decref(claims);
    xcj_free(text);
    auth.client_cert = (xcj_str){ cert, len / 2 };
    code = xcj_auth_claims(&text, &claims_len, &auth, &options, NULL, &err);
    conform_count(t, "half of mTLS/01.pem", code == XCJ_OK, false, "it was taken");
    free(dn);
    free(cert);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    tally t = { .set = "kong" };
    run_tokens(&t, folder);
    run_certificate(&t, folder);
    run_conversion(&t, folder, "RS256", "kong");
    run_conversion(&t, folder, "RS512", "kong-rs512");
    char path[1024];
    snprintf(path, sizeof path, "%s/tokens/hmac_raw_k.json", folder);
    json_t *rows = conform_load(path);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        run_raw_key(&t, folder, row);
    }
    json_decref(rows);
    return conform_end(&t);
}
