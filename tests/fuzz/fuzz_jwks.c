/*
 * A JWK Set: refused, or every key of it is whole and every entry is either there or listed as skipped. Written and read
 * again it is the same set. A verifier of it answers a token with a reason.
 */
#include "roundtrip.h"

/* The positions are those in the text, where equal keys stand more than once. */
static void check_skipped(const xcj_keyset *set, size_t size)
{
    size_t count = xcj_keyset_skipped_count(set);
    size_t before = 0;
    for (size_t i = 0; i < count && i < 64; i++) {
        size_t position;
        const xcj_error *why = xcj_keyset_skipped(set, i, &position);
        MUST(why != NULL && why->code > XCJ_ERR_BUFFER && why->message[0] != '\0');
        MUST(position < size && (i == 0 || position > before));
        before = position;
    }
    MUST(xcj_keyset_skipped(set, count < 64 ? count : 64, NULL) == NULL &&
         xcj_keyset_get(set, xcj_keyset_count(set)) == NULL);
}

static void check_again(const xcj_keyset *set)
{
    char *text;
    char *other;
    size_t len;
    xcj_keyset *again;
    xcj_error err;
    MUST(check_call(xcj_keyset_to_json(&text, &len, set, XCJ_PUBLIC, &err), &text, &err));
    MUST(check_call(xcj_keyset_from_json(&again, text, len, NULL, &err), &again, &err));
    MUST(xcj_keyset_skipped_count(again) == 0);
    MUST(check_call(xcj_keyset_to_json(&other, &len, again, XCJ_PUBLIC, &err), &other, &err));
    MUST(strcmp(text, other) == 0);
    xcj_free(other);
    xcj_keyset_free(again);
    xcj_free(text);
}

/* {"alg":"ES256","kid":"e"} . {} . 64 zero bytes: no key makes that signature. */
static void check_verifier(const xcj_keyset *set)
{
    static const char token[] = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    xcj_verifier *verifier;
    xcj_verified *verified;
    xcj_error err;
    MUST(check_call(xcj_verifier_new(&verifier, set, NULL, &err), &verifier, &err));
    MUST(!check_call(xcj_verify(&verified, verifier, token, sizeof token - 1, NULL, &err), &verified, &err));
    MUST(err.code >= XCJ_ERR_ALG);
    xcj_verifier_free(verifier);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xcj_keyset *set;
    xcj_error err;
    const char *text = size > 0 ? (const char *)data : "";
    if (!check_call(xcj_keyset_from_json(&set, text, size, NULL, &err), &set, &err)) {
        return 0;
    }
    check_skipped(set, size);
    for (size_t i = 0; i < xcj_keyset_count(set) && i < 4; i++) {
        char *jwk = NULL;
        const xcj_key *key = xcj_keyset_get(set, i);
        jwk = jwk_text(key, xcj_key_is_private(key) && has_private(key) ? XCJ_PRIVATE : XCJ_PUBLIC);
        xcj_key *again = key_of(jwk);
        xcj_key_free(again);
        xcj_free(jwk);
    }
    check_again(set);
    check_verifier(set);
    xcj_keyset_free(set);
    return 0;
}
