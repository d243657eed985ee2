#include "keys.h"

#include <stdlib.h>
#include <string.h>

xcj_key *keys_read(const json_t *jwk, xcj_error *err)
{
    char *text = conform_dump(jwk);
    xcj_key *key;
    xcj_code code = xcj_key_from_jwk(&key, text, strlen(text), NULL, err);
    free(text);
    return code == XCJ_OK ? key : NULL;
}

void keys_expect_pem(tally *t, const char *id, const xcj_key *key, xcj_part part, const char *pem)
{
    if (pem == NULL) {
        return;
    }
    char *text;
    size_t len;
    xcj_error err;
    xcj_code code = xcj_key_to_pem(&text, &len, key, part, &err);
    bool same = code == XCJ_OK && strcmp(text, pem) == 0 && strlen(text) == len;
    conform_count(t, id, same, true, code == XCJ_OK ? "the PEM differs" : err.message);
    xcj_free(text);
}

void keys_expect_jwk(tally *t, const char *id, const xcj_key *key, xcj_part part, const json_t *jwk)
{
    char *text;
    size_t len;
    xcj_error err;
    xcj_code code = xcj_key_to_jwk(&text, &len, key, part, &err);
    json_t *own = code == XCJ_OK ? json_loadb(text, len, 0, NULL) : NULL;
    conform_count(t, id, own != NULL && json_equal(own, jwk), true, code == XCJ_OK ? "the JWK differs" : err.message);
    json_decref(own);
    xcj_free(text);
}

void keys_expect_thumbprint(tally *t, const char *id, const xcj_key *key, xcj_hash hash, const char *thumbprint)
{
    if (thumbprint == NULL) {
        return;
    }
    char *text;
    size_t len;
    xcj_error err;
    xcj_code code = xcj_key_thumbprint(&text, &len, key, hash, &err);
    bool same = code == XCJ_OK && strcmp(text, thumbprint) == 0;
    conform_count(t, id, same, true, code == XCJ_OK ? "the thumbprint differs" : err.message);
    xcj_free(text);
}
